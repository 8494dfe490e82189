//! Headers and status of messages, and refusing.

use std::rc::Rc;

use gantry_allocator::Setup;
use http::StatusCode;
use rquickjs::{Ctx, Exception, Object, Result, Value};

use super::of_run::Rejection;
use super::places::{below, root, set_error};
use super::variables::is_message;
use super::{Host, Seat, native};
use crate::expression::{Scope, SetError};
use crate::script::values;
use crate::value::Message;

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, host, "header", |ctx, root: String, name: String| {
        values::to_js(&ctx, &host.cx.borrow().get(&below(&root, &["headers", &name])))
    });
    native!(native, setup, host, "headers", |ctx, root: String| {
        let headers = host.cx.borrow().get(&below(&root, &["headers"]));
        match headers.is_null() {
            true => Object::new(ctx.clone()).map(Object::into_value),
            false => values::to_js(&ctx, &headers),
        }
    });
    native!(native, setup, host, "setHeader", |ctx, root: String, name: String, value: Value<'js>| {
        let value = values::from_js(&ctx, &value)?;
        host.spend(&ctx, value.to_bytes().len() + name.len())?;
        write(&ctx, &host, &root, |cx| cx.set(&below(&root, &["headers", &name]), value))
    });
    native!(native, setup, host, "removeHeader", |ctx, root: String, name: String| {
        host.spend(&ctx, root.len() + name.len())?;
        write(&ctx, &host, &root, |cx| cx.clear(&below(&root, &["headers", &name])))
    });
    native!(native, setup, host, "status", |ctx, root: String| {
        values::to_js(&ctx, &host.cx.borrow().get(&below(&root, &["status"])))
    });
    native!(native, setup, host, "setStatus", |ctx, root: String, code: Value<'js>, reason: Value<'js>| {
        let (code, reason) = (values::from_js(&ctx, &code)?, values::from_js(&ctx, &reason)?);
        host.spend(&ctx, root.len() + reason.to_bytes().len())?;
        host.status_set.set(host.status_set.get() || root == "message");
        write(&ctx, &host, &root, |cx| {
            if !code.is_empty() {
                cx.set(&below(&root, &["status", "code"]), code)?;
            }
            if !reason.is_empty() {
                cx.set(&below(&root, &["status", "reason"]), reason.to_text().into_owned().into())?;
            }
            Ok(())
        })
    });
    native!(native, setup, host, "create", |ctx, name: String| {
        host.spend(&ctx, name.len())?;
        let mut cx = host.cx.borrow_mut();
        cx.state.put_output(&root(&name), Message::default());
        Ok::<_, rquickjs::Error>(())
    });
    native!(native, setup, host, "isMessage", |_ctx, name: String| {
        Ok::<_, rquickjs::Error>(is_message(&host.cx.borrow().state, &root(&name)))
    });
    native!(native, setup, host, "reject", |ctx,
                                            name: String,
                                            message: String,
                                            code: Value<'js>,
                                            reason: Value<'js>| {
        let code = values::from_js(&ctx, &code)?;
        let status = match code.as_integer() {
            None => None,
            Some(code) => match u16::try_from(code).ok().filter(|code| (100..600).contains(code)) {
                Some(code) => StatusCode::from_u16(code).ok(),
                None => return Err(Exception::throw_range(&ctx, &format!("`{code}` is not an HTTP status"))),
            },
        };
        let reason = values::from_js(&ctx, &reason)?.as_str().map(str::to_owned);
        let cut = |text: String| text.chars().take(8192).collect();
        let rejection = Rejection { name: cut(name), message: cut(message), status, reason };
        host.rejection.borrow_mut().get_or_insert(rejection);
        Ok(())
    });
    Ok(())
}

/// Changes a message; the original request has none to change.
fn write(
    ctx: &Ctx<'_>,
    host: &Host,
    name: &str,
    change: impl FnOnce(&mut crate::runtime::Context) -> std::result::Result<(), SetError>,
) -> Result<()> {
    change(&mut host.cx.borrow_mut()).map_err(|error| match error {
        SetError::ReadOnly(_) if name == "request" => {
            Exception::throw_type(ctx, "`context.request` is what the client sent and cannot be changed")
        }
        error => set_error(ctx, &error),
    })
}
