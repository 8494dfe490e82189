//! The part of the library that is JavaScript.

use std::sync::OnceLock;

use gantry_allocator::{Bytecode, Setup};
use rquickjs::{Ctx, Exception, Function, Object, Result, Value};

use super::Host;
use crate::script::memory::Memory;

/// A part: a function, and what the first engine that read it made of its text.
struct Part {
    name: &'static str,
    text: &'static str,
    code: OnceLock<Bytecode>,
}

macro_rules! part {
    ($name:literal) => {
        Part {
            name: concat!("gantry-", $name),
            text: include_str!(concat!("../library/", $name, ".js")),
            code: OnceLock::new(),
        }
    };
}

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        /// A part by the name under which the library asks for it.
        fn part(name: &str) -> Option<&'static Part> {
            match name {
                $($name => {
                    static PART: Part = part!($name);
                    Some(&PART)
                })*
                _ => None,
            }
        }
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

/// The script that is there from the start; it sets up the rest.
static START: Part = part!("start");

/// Functions of the language that would take long without QuickJS's looking at its clock.
static GUARDS: Part = part!("guards");

/// The part of it that few scripts need.
static SEARCHES: Part = part!("searches");

/// Replaces `Date` and `Math.random`.
static FIXED: Part = part!("fixed");

/// A length that those functions take in any case.
const LENGTH: usize = 1 << 22;

/// Bytes of an element; an array with more elements than the memory has room for has holes.
const ELEMENT: usize = 16;

/// Sets the library up; answers with its hooks.
pub(super) fn install<'js>(
    setup: &Setup<'js>,
    native: &Object<'js>,
    is_bare: bool,
    memory: &Memory,
) -> Result<Object<'js>> {
    let room = memory.clone();
    let load = setup.function(move |ctx: Ctx<'js>, name: String| match part(&name) {
        Some(part) => part.read_with_room(&ctx, &room),
        None => Err(Exception::throw_reference(&ctx, "there is no such part of the library")),
    })?;
    native.set("load", load)?;
    let room = memory.clone();
    let searches = setup.function(move |ctx: Ctx<'js>| SEARCHES.read_with_room(&ctx, &room))?;
    let guard: Function<'js> = GUARDS.read(setup.ctx())?.get()?;
    guard.call::<_, ()>((LENGTH.max(memory.most / ELEMENT) as f64, searches))?;
    let start: Function<'js> = START.read(setup.ctx())?.get()?;
    start.call((native.clone(), is_bare))
}

/// Fixes what a test fixes; without one nothing changes.
pub(in crate::script) fn fix(ctx: &Ctx<'_>, host: &Host) -> Result<()> {
    let fixed = host.cx.borrow().state.fixed;
    if fixed == Default::default() {
        return Ok(());
    }
    let fix: Function<'_> = FIXED.read(ctx)?.get()?;
    fix.call((fixed.fixed_millis().map(|at| at as f64), fixed.random))
}

impl Part {
    /// Reads a part that a script calls for.
    fn read_with_room<'js>(&self, ctx: &Ctx<'js>, memory: &Memory) -> Result<Value<'js>> {
        match memory.has_room() {
            true => self.read(ctx),
            false => Err(Exception::throw_internal(ctx, "the script has used nearly all of its memory")),
        }
    }

    fn read<'js>(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        if let Some(code) = self.code.get() {
            return code.evaluate(ctx);
        }
        let code = Bytecode::compile_bare(ctx, self.text, self.name)?;
        self.code.get_or_init(|| code).evaluate(ctx)
    }
}
