//! What a script reaches of the gateway: a few native functions, and the library in JavaScript over them.
//!
//! The library is read piece by piece when a script first asks for it. Nothing here is a guard of the language: whatever a
//! script does to its library it does to itself, and every native function checks what it is given.

mod bodies;
mod calls;
mod console;
mod crypto;
mod files;
mod library;
mod messages;
mod operations;
mod service;
mod text;
mod tokens;
mod variables;
mod xml;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use rquickjs::{Ctx, Exception, Object, Result};
use tokio::runtime::Handle;

use super::queue::{Queue, RunId};
use super::{Dialect, Limits, Script};
use crate::expression::{Builtin, Reference, Root, SetError};
use crate::runtime::{Context, Fault, FaultSource, kinds};

pub(super) use console::Chatter;
pub(super) use library::prepare;
pub(super) use operations::Operations;
pub use tokens::object_name;

/// What a name, a header or an empty variable takes beside its own bytes.
const ENTRY: usize = 256;

/// The gateway's side of a run.
pub(super) struct Host {
    pub run: RunId,
    pub cx: RefCell<Context>,
    pub script: Arc<Script>,
    pub queue: Arc<Queue>,
    pub reactor: Handle,
    pub operations: RefCell<Operations>,
    /// What the script refused the request with; the first time counts.
    pub rejection: RefCell<Option<Rejection>>,
    chatter: Arc<Chatter>,
    lines: Cell<u32>,
    /// Bytes that the script may still hand over.
    allowance: Cell<usize>,
    /// The script has set the status, so a refusal has it too.
    status_set: Cell<bool>,
}

/// How an operation ended.
pub(super) enum Outcome {
    Timer,
    Failed {
        code: u16,
        message: String,
    },
    /// `headers` is JSON.
    Response {
        status: u16,
        reason: String,
        headers: Vec<u8>,
        body: Bytes,
    },
}

/// A refusal in the script's words.
pub(super) struct Rejection {
    pub name: String,
    pub message: String,
    pub status: Option<StatusCode>,
    pub reason: Option<String>,
}

impl Host {
    pub(super) fn new(
        run: RunId,
        cx: Context,
        script: Arc<Script>,
        queue: Arc<Queue>,
        reactor: Handle,
        chatter: Arc<Chatter>,
        limits: Limits,
    ) -> Self {
        Host {
            run,
            cx: RefCell::new(cx),
            script,
            queue,
            reactor,
            operations: RefCell::default(),
            rejection: RefCell::new(None),
            chatter,
            lines: Cell::new(0),
            allowance: Cell::new(limits.memory),
            status_set: Cell::new(false),
        }
    }

    /// The request, at the end.
    pub(super) fn take(&self) -> Context {
        let mut cx = self.cx.borrow_mut();
        let placeholder = cx.state.placeholder();
        Context { state: std::mem::replace(&mut cx.state, placeholder) }
    }

    /// The fault of a refusal.
    pub(super) fn fault(&self, rejection: Rejection) -> Fault {
        let Rejection { name, message, status, reason } = rejection;
        let name = if name.is_empty() { kinds::JAVASCRIPT.name } else { &name };
        let mut fault = Fault::thrown(name, message);
        fault.source = FaultSource::Gateway;
        let cx = self.cx.borrow();
        let own = cx.state.outgoing.message.status.filter(|_| self.status_set.get());
        if let Some(status) = status.or(own) {
            fault.status = status;
        }
        fault.reason = reason.or_else(|| cx.state.outgoing.message.reason.clone().filter(|_| own.is_some()));
        fault
    }

    /// Counts what a script hands over: what lies in the gateway's memory is not in the engine's.
    fn spend(&self, ctx: &Ctx<'_>, bytes: usize) -> Result<()> {
        match self.allowance.get().checked_sub(bytes.saturating_add(ENTRY)) {
            Some(left) => {
                self.allowance.set(left);
                Ok(())
            }
            None => {
                Err(Exception::throw_range(ctx, "the script handed more to the gateway than `scripts: memory` allows"))
            }
        }
    }
}

/// The root of a message, by the name that the library uses.
fn root(name: &str) -> Root {
    Builtin::named(name).map_or_else(|| Root::Named(name.into()), Root::Builtin)
}

/// A place below a root.
fn below(name: &str, path: &[&str]) -> Reference {
    Reference::new(root(name), path.iter().map(|part| Arc::from(*part)).collect())
}

fn set_error(ctx: &Ctx<'_>, error: &SetError) -> rquickjs::Error {
    Exception::throw_type(ctx, &error.to_string())
}

/// Adds a native function. The value of `$host` is the run's.
macro_rules! native {
    ($object:ident, $ctx:ident, $name:literal, |$inner:ident $(, $argument:ident: $type:ty)*| $body:expr) => {{
        let function = rquickjs::Function::new($ctx.clone(), move |$inner: rquickjs::Ctx<'js> $(, $argument: $type)*| $body)?;
        $object.set($name, function)?;
    }};
    ($object:ident, $ctx:ident, $host:ident, $name:literal, |$inner:ident $(, $argument:ident: $type:ty)*| $body:expr) => {{
        let $host = $host.clone();
        let function = rquickjs::Function::new($ctx.clone(), move |$inner: rquickjs::Ctx<'js> $(, $argument: $type)*| $body)?;
        $object.set($name, function)?;
    }};
}
use native;

/// Puts the library into a realm and answers with its hooks.
pub(super) fn install<'js>(ctx: &Ctx<'js>, host: &Rc<Host>, prepared: Option<Object<'js>>) -> Result<Object<'js>> {
    let native = Object::new(ctx.clone())?;
    variables::install(ctx, host, &native)?;
    messages::install(ctx, host, &native)?;
    bodies::install(ctx, host, &native)?;
    console::install(ctx, host, &native)?;
    operations::install(ctx, host, &native)?;
    calls::install(ctx, host, &native)?;
    text::install(ctx, &native)?;
    crypto::install(ctx, &native)?;
    tokens::install(ctx, host, &native)?;
    xml::install(ctx, host, &native)?;
    files::install(ctx, host, &native)?;
    service::install(ctx, host, &native)?;
    let bare = matches!(host.script.dialect, Dialect::JavaScript | Dialect::Condition);
    library::install(ctx, &native, bare, prepared)
}
