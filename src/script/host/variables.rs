//! Variables by their names.

use std::rc::Rc;

use gantry_allocator::Setup;
use rquickjs::{Ctx, Exception, Object, Result, Value as Js};

use super::places::{below, set_error};
use super::{Host, Seat, native};
use crate::expression::{Builtin, Reference, Root, Scope, parse_path};
use crate::runtime::State;
use crate::script::values;
use crate::value::{Body, Value};

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, host, "get", |ctx, name: String| get(&ctx, &host, &name));
    native!(native, setup, host, "set", |ctx, name: String, value: Js<'js>| set(&ctx, &host, &name, &value));
    native!(native, setup, host, "clear", |ctx, name: String| {
        let reference = reference(&ctx, &name)?;
        host.spend(&ctx, name.len())?;
        host.cx.borrow_mut().clear(&reference).map_err(|error| set_error(&ctx, &error))
    });
    native!(native, setup, host, "put", |ctx, root: String, name: String, value: Js<'js>| {
        // A name in a space of its own, such as that of `session.name()`.
        let value = values::from_js(&ctx, &value)?;
        host.spend(&ctx, value.to_bytes().len() + name.len())?;
        let place = Reference::new(Root::Named(root.into()), vec![name.into()]);
        host.cx.borrow_mut().set(&place, value).map_err(|error| set_error(&ctx, &error))
    });
    native!(native, setup, host, "pick", |ctx, root: String, name: String| {
        let place = Reference::new(Root::Named(root.into()), vec![name.into()]);
        values::to_js(&ctx, &host.cx.borrow().get(&place))
    });
    native.set("builtins", builtins())?;
    native!(native, setup, host, "roots", |_ctx| {
        let mut names = builtins();
        names.extend(own_roots(&host));
        Ok::<_, rquickjs::Error>(names)
    });
    native!(native, setup, host, "ownRoots", |_ctx| Ok::<_, rquickjs::Error>(own_roots(&host)));
    Ok(())
}

fn reference(ctx: &Ctx<'_>, name: &str) -> Result<Reference> {
    parse_path(name).map_err(|message| Exception::throw_type(ctx, &message))
}

/// The roots that every request has.
fn builtins() -> Vec<String> {
    Builtin::ALL.iter().map(|root| root.name().to_owned()).collect()
}

/// The roots that this request has of its own, and the properties of its API.
fn own_roots(host: &Host) -> Vec<String> {
    let cx = host.cx.borrow();
    let mut names: Vec<String> = cx.roots().into_iter().map(|name| name.to_string()).collect();
    let properties = cx.state.route.api.properties.as_object();
    for (name, _) in properties.into_iter().flat_map(|all| all.iter()) {
        if Builtin::named(name).is_none() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn get<'js>(ctx: &Ctx<'js>, host: &Host, name: &str) -> Result<Js<'js>> {
    let reference = reference(ctx, name)?;
    let cx = host.cx.borrow();
    if looks_into_body(&reference) && streams(&cx.state, &reference.root) {
        return Err(unread(ctx, name));
    }
    let value = cx.get(&reference);
    if value.is_null()
        && let Some(property) = property(&cx.state, &reference)
    {
        return values::to_js(ctx, &property);
    }
    host.given.borrow_mut().note(&value);
    values::to_js(ctx, &value)
}

/// The property of the API that a bare name means where no variable has that name.
fn property(state: &State, reference: &Reference) -> Option<Value> {
    let Root::Named(name) = &reference.root else { return None };
    let path = std::iter::once(&**name).chain(reference.path.iter().map(|part| &**part));
    state.route.api.properties.view().at(path).map(Value::from)
}

fn set<'js>(ctx: &Ctx<'js>, host: &Host, name: &str, value: &Js<'js>) -> Result<()> {
    let reference = reference(ctx, name)?;
    let value = host.given.borrow_mut().restored(values::from_js(ctx, value)?);
    host.spend(ctx, value.to_bytes().len() + name.len())?;
    let mut cx = host.cx.borrow_mut();
    let path: Vec<&str> = reference.path.iter().map(|part| &**part).collect();
    let is_message = reference.root == Root::Builtin(Builtin::Message);
    if is_message && path.first() == Some(&"status") {
        host.status_set.set(true);
    }
    // All headers at once: what is not among them goes.
    if is_message && path == ["headers"] {
        for name in cx.state.outgoing.message.headers.keys().map(ToString::to_string).collect::<Vec<_>>() {
            cx.clear(&below("message", &["headers", &name])).map_err(|error| set_error(ctx, &error))?;
        }
        let Some(members) = value.as_object() else { return Ok(()) };
        for (name, value) in members.iter() {
            let place = below("message", &["headers", name]);
            cx.set(&place, value.to_value()).map_err(|error| set_error(ctx, &error))?;
        }
        return Ok(());
    }
    if value.is_null() && !path.is_empty() {
        return cx.clear(&reference).map_err(|error| set_error(ctx, &error));
    }
    cx.set(&reference, value).map_err(|error| set_error(ctx, &error))
}

fn looks_into_body(reference: &Reference) -> bool {
    reference.path.first().is_none_or(|first| &**first == "body")
}

/// Whether the body there has not been read, or is gone: a mistake of the gateway's reckoning that must not look like an
/// empty body.
pub(super) fn streams(state: &State, root: &Root) -> bool {
    let body = match root {
        Root::Builtin(Builtin::Request) => Some(&state.request.body),
        root => state.input(root).map(|message| &message.body),
    };
    matches!(body, Some(Body::Stream(_) | Body::Gone))
}

pub(super) fn unread(ctx: &Ctx<'_>, name: &str) -> rquickjs::Error {
    let message = format!(
        "the body of `{name}` has not been read: name `message.body`, or `body` of the message, literally in the script"
    );
    Exception::throw_type(ctx, &message)
}

/// Whether a variable holds a message.
pub(super) fn is_message(state: &State, root: &Root) -> bool {
    state.input(root).is_some()
}
