//! The data of the request and its API in `service-metadata` and the context.

use std::rc::Rc;

use gantry_allocator::Setup;
use rquickjs::{Ctx, IntoJs, Object, Result, Value};

use super::{Host, Seat, native};
use crate::expression::{Reference, Scope, Variable};
use crate::script::values;

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, host, "document", |ctx| {
        values::to_js(&ctx, &host.cx.borrow().get(&Reference::to(Variable::ApiDocument)))
    });
    native!(native, setup, host, "service", |ctx, name: String| service(&ctx, &host, &name));
    Ok(())
}

/// DataPower's service variables, as far as they say something here.
fn service<'js>(ctx: &Ctx<'js>, host: &Host, name: &str) -> Result<Value<'js>> {
    let cx = host.cx.borrow();
    let request = &cx.state.request;
    let text = match name {
        "transaction-id" | "global-transaction-id" => request.id.to_string(),
        "URI" => request.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        "URL-in" => {
            let host = request.headers.get("host").and_then(|host| host.to_str().ok());
            let host = host.map_or_else(|| request.local.to_string(), str::to_owned);
            format!("{}://{host}{}", request.scheme, request.uri.path_and_query().map_or("", |all| all.as_str()))
        }
        "protocol-method" => request.method.to_string(),
        "protocol" => request.scheme.to_owned(),
        "transaction-client" => request.client.ip().to_canonical().to_string(),
        "client-service-address" => request.client.to_string(),
        "local-service-address" => request.local.to_string(),
        "time-elapsed" => {
            let elapsed = cx.state.fixed.now().duration_since(request.received).unwrap_or_default();
            return (elapsed.as_millis() as f64).into_js(ctx);
        }
        _ => return Ok(Value::new_undefined(ctx.clone())),
    };
    text.into_js(ctx)
}
