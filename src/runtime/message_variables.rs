//! The variables below a message: `body`, `headers.NAME`, `status.code`, `status.reason`, `attributes`.

use std::sync::Arc;

use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

use crate::expression::SetError;
use crate::value::{Body, Message, Value};

/// What stands at `path` below a message.
pub(super) fn get(message: &Message, path: &[Arc<str>]) -> Value {
    match split(path) {
        ("", []) => whole(message),
        ("body", rest) => body(&message.body, rest),
        ("headers", []) => headers(&message.headers),
        ("headers", [name, ..]) => header(&message.headers, name),
        ("status", rest) => status(message, rest),
        // Both spellings are IBM's.
        ("statusCode" | "statuscode", []) => status_number(message),
        ("attributes", rest) => message.attributes.value().at(names(rest)).cloned().unwrap_or_default(),
        _ => Value::Null,
    }
}

/// Like [`get`], as text; a body gives its exact text.
pub(super) fn text(message: &Message, path: &[Arc<str>]) -> String {
    match split(path) {
        ("body", []) => message.body.raw_value().to_text().into_owned(),
        _ => get(message, path).to_text().into_owned(),
    }
}

/// Puts a value at `path` below a message, or appends it to a header.
pub(super) fn set(message: &mut Message, path: &[Arc<str>], value: Value, append: bool) -> Result<(), SetError> {
    match split(path) {
        ("body", []) if !append => message.body = Body::Value(value),
        ("body", rest) => {
            let mut whole = message.body.value();
            put(&mut whole, rest, value, append);
            message.body = Body::Value(whole);
        }
        ("headers", [name, ..]) => {
            let known = HeaderName::from_bytes(name.as_bytes());
            let known = known.map_err(|_| SetError::BadHeaderName(name.chars().take(80).collect()))?;
            return set_header(&mut message.headers, known, name, &value, append);
        }
        ("status", [part]) if &**part == "code" => message.status = Some(status_code(&value)?),
        ("status", [part]) if &**part == "reason" => message.reason = Some(value.to_text().into_owned()),
        ("status" | "statusCode" | "statuscode", []) => message.status = Some(status_code(&value)?),
        ("attributes", rest) => message.attributes.change(|noted| put(noted, rest, value, append)),
        _ => return Err(SetError::ReadOnly(path.join("."))),
    }
    Ok(())
}

/// Deletes what stands at `path` below a message.
pub(super) fn clear(message: &mut Message, path: &[Arc<str>]) {
    match split(path) {
        ("", []) => *message = Message::default(),
        ("body", []) => message.body = Body::Empty,
        ("body", rest) => {
            let mut whole = message.body.value();
            whole.remove(&names(rest).collect::<Vec<_>>());
            message.body = Body::Value(whole);
        }
        ("headers", []) => message.headers.clear(),
        ("headers", [name, ..]) => {
            message.headers.remove(&**name);
        }
        ("status" | "statusCode" | "statuscode", _) => {
            message.status = None;
            message.reason = None;
        }
        ("attributes", []) => message.attributes = Value::Null.into(),
        ("attributes", rest) => {
            message.attributes.change(|noted| noted.remove(&names(rest).collect::<Vec<_>>()));
        }
        _ => {}
    }
}

/// Sets or appends at `path` below a plain value. Appending makes a list of what stands there.
pub(super) fn put(whole: &mut Value, path: &[Arc<str>], value: Value, append: bool) {
    let path: Vec<&str> = names(path).collect();
    let value = match append.then(|| whole.at(path.iter().copied()).cloned()).flatten() {
        None | Some(Value::Null) if append => Value::Array(Arc::new(vec![value])),
        None => value,
        Some(Value::Array(mut items)) => {
            Arc::make_mut(&mut items).push(value);
            Value::Array(items)
        }
        Some(one) => Value::Array(Arc::new(vec![one, value])),
    };
    whole.set(&path, value);
}

/// A header's value; repeated ones are joined by a comma, `Set-Cookie` and others alike, as JSON has one place.
pub(super) fn header(headers: &HeaderMap, name: &str) -> Value {
    let mut values = headers.get_all(name).iter().peekable();
    let Some(first) = values.next() else { return Value::Null };
    let first = String::from_utf8_lossy(first.as_bytes());
    if values.peek().is_none() {
        return (&*first).into();
    }
    let mut text = first.into_owned();
    for value in values {
        text.push_str(", ");
        text.push_str(&String::from_utf8_lossy(value.as_bytes()));
    }
    text.into()
}

/// All headers as an object.
pub(super) fn headers(headers: &HeaderMap) -> Value {
    Value::object(headers.keys().map(|name| (name.as_str(), header(headers, name.as_str()))))
}

/// What stands below a body.
pub(super) fn body(body: &Body, path: &[Arc<str>]) -> Value {
    body.value().at(names(path)).cloned().unwrap_or_default()
}

fn split(path: &[Arc<str>]) -> (&str, &[Arc<str>]) {
    path.split_first().map_or(("", &[]), |(first, rest)| (&**first, rest))
}

fn names(path: &[Arc<str>]) -> impl Iterator<Item = &str> {
    path.iter().map(|name| &**name)
}

/// A message as one value: `body`, `headers`, `status`, and `attributes` where there are any.
pub fn whole(message: &Message) -> Value {
    let parts = [
        ("body", message.body.value()),
        ("headers", headers(&message.headers)),
        ("status", status(message, &[])),
        ("attributes", message.attributes.value().clone()),
    ];
    let noted = *message.attributes.value() != Value::Null;
    Value::object(parts.into_iter().filter(|(name, _)| noted || *name != "attributes"))
}

fn status_number(message: &Message) -> Value {
    message.status.map_or(Value::Null, |status| status.as_u16().into())
}

fn status(message: &Message, path: &[Arc<str>]) -> Value {
    let code = status_number(message);
    let reason = || match &message.reason {
        Some(reason) => reason.as_str().into(),
        None => message.status.and_then(|status| status.canonical_reason()).map_or(Value::Null, Value::from),
    };
    match path {
        [] => Value::object([("code", code), ("reason", reason())]),
        [part] if &**part == "code" => code,
        [part] if &**part == "reason" => reason(),
        _ => Value::Null,
    }
}

/// 100 to 599, also written as text.
fn status_code(value: &Value) -> Result<StatusCode, SetError> {
    let code = value.as_integer().and_then(|code| u16::try_from(code).ok()).filter(|code| (100..600).contains(code));
    code.and_then(|code| StatusCode::from_u16(code).ok())
        .ok_or_else(|| SetError::BadStatus { value: value.to_text().chars().take(40).collect() })
}

/// Line breaks and NUL never become part of a header: that is how responses are split. `written` is how the author writes the
/// name.
pub(super) fn set_header(
    headers: &mut HeaderMap,
    name: HeaderName,
    written: &str,
    value: &Value,
    append: bool,
) -> Result<(), SetError> {
    let checked = |value: &Value| {
        HeaderValue::from_bytes(value.to_text().as_bytes()).map_err(|_| SetError::BadHeaderValue(written.to_owned()))
    };
    // All are checked before the first is set.
    let values: Vec<HeaderValue> = match value {
        Value::Array(items) => items.iter().map(checked).collect::<Result<_, _>>()?,
        one => {
            let one = checked(one)?;
            match append {
                true => drop(headers.append(name, one)),
                false => drop(headers.insert(name, one)),
            }
            return Ok(());
        }
    };
    if !append {
        headers.remove(&name);
    }
    for value in values {
        headers.append(&name, value);
    }
    Ok(())
}
