//! The gateway's interface for scripts: a few native functions, and the library in JavaScript over them.
//!
//! The library is read piece by piece when a script first asks for it. Nothing here is a guard of the language: whatever a
//! script does to its library it does to itself, and every native function checks what it is given.

mod attachments;
mod bodies;
mod calls;
mod chatter;
mod console;
mod crypto;
mod files;
mod fixed;
mod given;
mod library;
mod messages;
mod native_function;
mod of_run;
mod operations;
mod places;
mod service;
mod text;
mod tokens;
mod under_way;
mod variables;
mod xml;

use std::rc::Rc;

use rquickjs::{Ctx, Object, Result};

use super::Dialect;
use super::memory::Memory;
use native_function::native;

pub(super) use chatter::Chatter;
pub(super) use library::prepare;
pub(super) use of_run::Host;
pub use tokens::object_name;

/// Puts the library into a realm and answers with its hooks.
pub(super) fn install<'js>(
    ctx: &Ctx<'js>,
    host: &Rc<Host>,
    memory: &Memory,
    prepared: Option<Object<'js>>,
) -> Result<Object<'js>> {
    let native = Object::new(ctx.clone())?;
    variables::install(ctx, host, &native)?;
    messages::install(ctx, host, &native)?;
    bodies::install(ctx, host, &native)?;
    attachments::install(ctx, host, &native)?;
    console::install(ctx, host, &native)?;
    operations::install(ctx, host, &native)?;
    calls::install(ctx, host, &native)?;
    text::install(ctx, &native)?;
    crypto::install(ctx, &native)?;
    tokens::install(ctx, host, &native)?;
    xml::install(ctx, host, &native)?;
    files::install(ctx, host, &native)?;
    service::install(ctx, host, &native)?;
    fixed::install(ctx, host, &native)?;
    native.set("hasModules", host.script.dialect != Dialect::JavaScript)?;
    let bare = matches!(host.script.dialect, Dialect::JavaScript | Dialect::Condition);
    library::install(ctx, &native, bare, memory, prepared)
}
