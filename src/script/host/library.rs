//! The part of the library that is JavaScript.

use rquickjs::{Ctx, Exception, Function, Object, Result};

use crate::script::realm::evaluate;

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
    "message",
    "querystring",
    "require",
    "service-metadata",
    "session",
    "timers",
    "url",
    "urlopen",
    "util",
];

/// What is there from the start; it puts the rest into place.
const START: &str = include_str!("../library/start.js");

/// Runs what is there from the start.
pub(super) fn install<'js>(ctx: &Ctx<'js>, native: &Object<'js>, bare: bool) -> Result<Object<'js>> {
    let load = Function::new(ctx.clone(), |ctx: Ctx<'js>, name: String| {
        match LIBRARY.iter().find(|(known, _)| *known == name) {
            Some((name, text)) => evaluate(&ctx, text, &format!("gantry-{name}")),
            None => Err(Exception::throw_reference(&ctx, "there is no such part of the library")),
        }
    })?;
    native.set("load", load)?;
    let start: Function<'js> = evaluate(ctx, START, "gantry-start")?.get()?;
    start.call((native.clone(), bare))
}
