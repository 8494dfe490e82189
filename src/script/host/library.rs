//! The part of the library that is JavaScript.

use rquickjs::{Ctx, Exception, Function, Object, Result, Value};

use crate::script::evaluate::evaluate;
use crate::script::memory::Memory;

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        const LIBRARY: &[(&str, &str)] = &[$(($name, include_str!(concat!("../library/", $name, ".js")))),*];
    };
}

library![
    "apim",
    "assert",
    "attachments",
    "bare",
    "body-text",
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
    "parameters",
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

/// The script that is there from the start; it sets up the rest.
const START: &str = include_str!("../library/start.js");

/// Functions of the language that would take long without QuickJS's looking at its clock.
const GUARDS: &str = include_str!("../library/guards.js");

/// The part of it that few scripts need.
const SEARCHES: &str = include_str!("../library/searches.js");

/// A length that those functions take in any case.
const LENGTH: usize = 1 << 22;

/// Bytes of an element; an array with more elements than the memory has room for has holes.
const ELEMENT: usize = 16;

/// Runs what is there from the start.
pub(super) fn install<'js>(
    ctx: &Ctx<'js>,
    native: &Object<'js>,
    bare: bool,
    memory: &Memory,
    prepared: Option<Object<'js>>,
) -> Result<Object<'js>> {
    let room = memory.clone();
    let load = Function::new(ctx.clone(), move |ctx: Ctx<'js>, name: String| {
        match LIBRARY.iter().find(|(known, _)| *known == name) {
            Some((name, text)) => part(&ctx, text, &format!("gantry-{name}"), &room),
            None => Err(Exception::throw_reference(&ctx, "there is no such part of the library")),
        }
    })?;
    native.set("load", load)?;
    let start: Function<'js> = match &prepared {
        Some(prepared) => prepared.get("start")?,
        None => {
            guard(ctx, memory)?;
            evaluate(ctx, START, "gantry-start")?.get()?
        }
    };
    start.call((native.clone(), bare, prepared))
}

/// Reads what most scripts ask for, before there is a script.
pub(in crate::script) fn prepare<'js>(ctx: &Ctx<'js>, memory: &Memory) -> Result<Object<'js>> {
    guard(ctx, memory)?;
    let pieces = Object::new(ctx.clone())?;
    pieces.set("start", evaluate(ctx, START, "gantry-start")?)?;
    for (name, text) in LIBRARY.iter().filter(|(name, _)| PREPARED.contains(name)) {
        pieces.set(*name, evaluate(ctx, text, &format!("gantry-{name}"))?)?;
    }
    Ok(pieces)
}

fn guard<'js>(ctx: &Ctx<'js>, memory: &Memory) -> Result<()> {
    let guard: Function<'js> = evaluate(ctx, GUARDS, "gantry-guards")?.get()?;
    let room = memory.clone();
    let load = Function::new(ctx.clone(), move |ctx: Ctx<'js>| part(&ctx, SEARCHES, "gantry-searches", &room))?;
    guard.call((LENGTH.max(memory.most / ELEMENT) as f64, load))
}

/// Reads a part that a script calls for.
fn part<'js>(ctx: &Ctx<'js>, text: &str, name: &str, memory: &Memory) -> Result<Value<'js>> {
    match memory.has_room() {
        true => evaluate(ctx, text, name),
        false => Err(Exception::throw_internal(ctx, "the script has used nearly all of its memory")),
    }
}
