//! The gateway's interface for scripts: a few native functions, and the library in JavaScript over them.
//!
//! The library is a part of the engine that a run gets, but for the parts that few scripts ask for. Nothing here is a guard of the language: whatever a
//! script does to its library it does to itself, and every native function checks what it is given.

mod attachments;
mod bodies;
mod calls;
mod chatter;
mod console;
mod crypto;
mod files;
mod given;
mod library;
mod messages;
mod native_function;
mod of_run;
mod operations;
mod places;
mod seat;
mod service;
mod text;
mod tokens;
mod under_way;
mod variables;
mod xml;

use std::rc::Rc;

use gantry_allocator::Setup;
use rquickjs::{Object, Result};

use super::dialect::Library;
use super::memory::Memory;
use native_function::native;

pub(super) use chatter::Chatter;
pub(super) use library::fix;
pub(super) use of_run::Host;
pub(super) use seat::Seat;
pub use tokens::object_name;

/// Puts the library into an engine and answers with its hooks.
pub(super) fn install<'js>(
    setup: &Setup<'js>,
    host: &Rc<Seat>,
    memory: &Memory,
    library: Library,
) -> Result<Object<'js>> {
    let native = Object::new(setup.ctx().clone())?;
    variables::install(setup, host, &native)?;
    messages::install(setup, host, &native)?;
    bodies::install(setup, host, &native)?;
    attachments::install(setup, host, &native)?;
    console::install(setup, host, &native)?;
    operations::install(setup, host, &native)?;
    calls::install(setup, host, &native)?;
    text::install(setup, &native)?;
    crypto::install(setup, host, &native)?;
    tokens::install(setup, host, &native)?;
    xml::install(setup, host, &native)?;
    files::install(setup, host, &native)?;
    service::install(setup, host, &native)?;
    native.set("hasModules", library.has_modules)?;
    library::install(setup, &native, library.is_bare, memory)
}
