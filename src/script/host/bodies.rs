//! Bodies of messages.

use std::rc::Rc;

use bytes::Bytes;
use gantry_allocator::Setup;
use rquickjs::{Ctx, Exception, IntoJs, Object, Result, Value};

use super::places::{below, root, set_error};
use super::variables::{streams, unread};
use super::{Host, Seat, native};
use crate::expression::{Builtin, Root, Scope, parse_path};
use crate::script::values;
use crate::value::{Body, Kind, without_mark};

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, host, "body", |ctx, name: String, form: String| {
        let bytes = read(&ctx, &host, &name)?;
        match form.as_str() {
            "json" => {
                host.given.borrow_mut().note_body(&bytes);
                ctx.json_parse(&bytes[..])
            }
            "text" => String::from_utf8_lossy(&bytes).as_ref().into_js(&ctx),
            _ => values::to_bytes(&ctx, &bytes),
        }
    });
    native!(native, setup, host, "bodyAsSent", |_ctx, name: String| Ok::<_, rquickjs::Error>(as_sent(&host, &name)));
    native!(native, setup, host, "textOfBody", |ctx, number: usize| {
        let sent = host.sent.borrow();
        let text = sent.get(number).map(|bytes| String::from_utf8_lossy(without_mark(bytes)));
        text.unwrap_or_default().as_ref().into_js(&ctx)
    });
    native!(native, setup, host, "write", |ctx, name: String, value: Value<'js>| {
        if name == "request" {
            let message = "`context.request` is what the client sent and cannot be changed";
            return Err(Exception::throw_type(&ctx, message));
        }
        let value = host.given.borrow_mut().restored(values::from_js(&ctx, &value)?);
        host.spend(&ctx, value.to_bytes().len())?;
        let place = below(&name, &["body"]);
        host.cx.borrow_mut().set(&place, value).map_err(|error| set_error(&ctx, &error))
    });
    Ok(())
}

/// The number under which the bytes of a body are kept for the rest of the run: of one that is JSON and that no step has parsed.
fn as_sent(host: &Host, name: &str) -> Option<usize> {
    let reference = parse_path(name).ok()?;
    let [path] = &*reference.path else { return None };
    if &**path != "body" {
        return None;
    }
    let cx = host.cx.borrow();
    let body = match &reference.root {
        Root::Builtin(Builtin::Request) => &cx.state.request.body,
        root => &cx.state.input(root)?.body,
    };
    let Body::Bytes(bytes, _) = body else { return None };
    if !matches!(body.value().kind(), Kind::Object(_) | Kind::List(_)) {
        return None;
    }
    let mut sent = host.sent.borrow_mut();
    let known = sent.iter().position(|known| known.as_ptr() == bytes.as_ptr() && known.len() == bytes.len());
    known.or_else(|| {
        sent.push(bytes.clone());
        Some(sent.len() - 1)
    })
}

/// The exact bytes of a message's body.
pub(super) fn read(ctx: &Ctx<'_>, host: &Host, name: &str) -> Result<Bytes> {
    let cx = host.cx.borrow();
    let root = root(name);
    if streams(&cx.state, &root) {
        return Err(unread(ctx, name));
    }
    let body = match &root {
        Root::Builtin(Builtin::Request) => Some(&cx.state.request.body),
        root => cx.state.input(root).map(|message| &message.body),
    };
    match body {
        Some(body) => Ok(body.bytes().unwrap_or_default()),
        None => Ok(cx.get(&below(name, &["body"])).to_bytes()),
    }
}
