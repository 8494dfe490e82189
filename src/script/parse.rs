//! Parses a text as a script.

use gantry_allocator::Bytecode;
use rquickjs::{Error, Object};

use super::Limits;
use super::failure::{Failure, SCRIPT};
use super::guard::Guard;

/// The code of a text, or its mistake. Nothing of it is run.
pub(super) fn parse(code: &str, limits: Limits) -> Result<Bytecode, Failure> {
    let no_memory = |_: Error| Failure::plain("the script engine has no memory");
    let guard = Guard::new(limits.memory);
    let image = guard.image(|setup| Object::new(setup.ctx().clone())).map_err(no_memory)?;
    guard.clock.start(limits.time, None);
    let parsed = image.with(|ctx, _| Ok(Bytecode::compile(ctx, code, SCRIPT).map_err(|_| Failure::pending(ctx))));
    parsed.map_err(no_memory)?
}
