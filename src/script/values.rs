//! Values across the border.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rquickjs::function::This;
use rquickjs::{ArrayBuffer, Ctx, Exception, Function, IntoJs, Result, TypedArray, Value as Js};

use crate::value::{Kind, Value};

/// A value for a script: a copy. Nothing is `undefined`; bytes are an `ArrayBuffer`, which the library makes a `Buffer` of.
pub(super) fn to_js<'js>(ctx: &Ctx<'js>, value: &Value) -> Result<Js<'js>> {
    match value.kind() {
        Kind::Null => Ok(Js::new_undefined(ctx.clone())),
        Kind::Bool(flag) => Ok(Js::new_bool(ctx.clone(), flag)),
        Kind::Number(number) => match number.as_i64().and_then(|number| i32::try_from(number).ok()) {
            Some(number) => Ok(Js::new_int(ctx.clone(), number)),
            None => Ok(Js::new_number(ctx.clone(), number.as_f64())),
        },
        Kind::String(text) => text.into_js(ctx),
        Kind::Binary(bytes) => to_bytes(ctx, bytes),
        Kind::Xml(document) => document.write().into_js(ctx),
        Kind::List(_) | Kind::Object(_) => match value.view().source() {
            Some(json) => ctx.json_parse(&**json),
            None => ctx.json_parse(value.to_json()),
        },
    }
}

/// Bytes for a script. They are copied, so that they count towards its memory.
pub(super) fn to_bytes<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<Js<'js>> {
    Ok(ArrayBuffer::new_copy(ctx.clone(), bytes)?.into_value())
}

/// A value that a script hands over: a copy. What JSON has no word for is nothing.
pub(super) fn from_js<'js>(ctx: &Ctx<'js>, value: &Js<'js>) -> Result<Value> {
    if value.is_undefined() || value.is_null() || value.is_function() {
        return Ok(Value::NULL);
    }
    if let Some(flag) = value.as_bool() {
        return Ok(flag.into());
    }
    if let Some(number) = value.as_int() {
        return Ok(i64::from(number).into());
    }
    if let Some(text) = value.as_string() {
        return Ok(text.to_string()?.into());
    }
    if let Some(bytes) = bytes_of(value) {
        return Ok(Value::binary(bytes));
    }
    let Some(json) = ctx.json_stringify(value.clone())? else { return Ok(Value::NULL) };
    let json = json.to_string()?;
    Value::read_json(json.into()).map_err(|error| Exception::throw_type(ctx, &error.to_string()))
}

/// The bytes of a `Buffer`, a `Uint8Array` or an `ArrayBuffer`. The engine's memory cannot be looked at safely, so they come
/// as base64, which the engine writes at a gigabyte a second.
pub(super) fn bytes_of<'js>(value: &Js<'js>) -> Option<Bytes> {
    let object = value.as_object()?;
    let array: TypedArray<'js, u8> = match TypedArray::from_object(object.clone()) {
        Ok(array) => array,
        Err(_) => TypedArray::from_arraybuffer(ArrayBuffer::from_object(object.clone())?).ok()?,
    };
    let object = array.into_object();
    let encode: Function<'js> = object.get("toBase64").ok()?;
    let text: String = encode.call((This(object),)).ok()?;
    STANDARD.decode(text).ok().map(Bytes::from)
}
