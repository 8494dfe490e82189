//! Bodies of messages.

use std::rc::Rc;

use bytes::Bytes;
use rquickjs::{Ctx, Exception, IntoJs, Object, Result, Value};

use super::places::{below, root, set_error};
use super::variables::{streams, unread};
use super::{Host, native};
use crate::expression::{Builtin, Root, Scope};
use crate::script::values;

pub(super) fn install<'js>(ctx: &Ctx<'js>, host: &Rc<Host>, native: &Object<'js>) -> Result<()> {
    native!(native, ctx, host, "body", |ctx, name: String, form: String| {
        let bytes = read(&ctx, &host, &name)?;
        match form.as_str() {
            "json" => ctx.json_parse(&bytes[..]),
            "text" => String::from_utf8_lossy(&bytes).as_ref().into_js(&ctx),
            _ => values::to_bytes(&ctx, &bytes),
        }
    });
    native!(native, ctx, host, "write", |ctx, name: String, value: Value<'js>| {
        if name == "request" {
            let message = "`context.request` is what the client sent and cannot be changed";
            return Err(Exception::throw_type(&ctx, message));
        }
        let value = values::from_js(&ctx, &value)?;
        host.spend(&ctx, value.to_bytes().len())?;
        let place = below(&name, &["body"]);
        host.cx.borrow_mut().set(&place, value).map_err(|error| set_error(&ctx, &error))
    });
    Ok(())
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
