//! The part of the library that is JavaScript.

use rquickjs::{Ctx, Exception, Function, Object, Result};

use crate::script::evaluate::evaluate;

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        const LIBRARY: &[(&str, &str)] = &[$(($name, include_str!(concat!("../library/", $name, ".js")))),*];
    };
}

library![
    "apim",
    "assert",
    "bare",
    "buffer",
    "console",
    "context",
    "crypto",
    "fs",
    "header-metadata",
    "jose",
    "jwe",
    "jwk",
    "jwt",
    "message",
    "querystring",
    "require",
    "service-metadata",
    "session",
    "timers",
    "url",
    "urlopen",
    "util",
    "xml",
    "xml-text",
];

/// The pieces that most scripts ask for.
const PREPARED: [&str; 6] = ["apim", "buffer", "console", "context", "message", "require"];

/// What is there from the start; it puts the rest into place.
const START: &str = include_str!("../library/start.js");

/// Runs what is there from the start.
pub(super) fn install<'js>(
    ctx: &Ctx<'js>,
    native: &Object<'js>,
    bare: bool,
    prepared: Option<Object<'js>>,
) -> Result<Object<'js>> {
    let load = Function::new(ctx.clone(), |ctx: Ctx<'js>, name: String| {
        match LIBRARY.iter().find(|(known, _)| *known == name) {
            Some((name, text)) => evaluate(&ctx, text, &format!("gantry-{name}")),
            None => Err(Exception::throw_reference(&ctx, "there is no such part of the library")),
        }
    })?;
    native.set("load", load)?;
    let start: Function<'js> = match &prepared {
        Some(prepared) => prepared.get("start")?,
        None => evaluate(ctx, START, "gantry-start")?.get()?,
    };
    start.call((native.clone(), bare, prepared))
}

/// Reads what most scripts ask for, before there is a script.
pub(in crate::script) fn prepare<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let pieces = Object::new(ctx.clone())?;
    pieces.set("start", evaluate(ctx, START, "gantry-start")?)?;
    for (name, text) in LIBRARY.iter().filter(|(name, _)| PREPARED.contains(name)) {
        pieces.set(*name, evaluate(ctx, text, &format!("gantry-{name}"))?)?;
    }
    Ok(pieces)
}
