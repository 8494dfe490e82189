//! The variables below a message: `body`, `headers.NAME`, `status.code`, `status.reason`, `attributes`.

use std::sync::Arc;

use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

use super::path::{Path, segments};
use crate::expression::{Reference, SetError, Variable};
use crate::value::{Body, Kind, Message, Value, ValueRef};

/// The value of a variable of a message. `path` is the part that the variable's name does not fix.
pub(super) fn get(message: &Message, variable: Variable, path: Path<'_>) -> Value {
    match variable {
        Variable::Message if path.is_empty() => whole(message),
        Variable::MessageBody => body(&message.body, path),
        Variable::MessageHeaders => headers(&message.headers),
        Variable::MessageHeader => path.first().map_or(Value::NULL, |name| header(&message.headers, name)),
        Variable::MessageStatus if path.is_empty() => {
            Value::object([("code", status_number(message)), ("reason", reason(message))])
        }
        Variable::MessageStatusCode | Variable::MessageStatuscode | Variable::MessageStatusCodeInOneWord
            if path.is_empty() =>
        {
            status_number(message)
        }
        Variable::MessageStatusReason if path.is_empty() => reason(message),
        Variable::MessageAttributes | Variable::MessageAttribute => message.attributes.value().below(segments(path)),
        _ => Value::NULL,
    }
}

/// Like [`get`], as text; a body gives its exact text.
pub(super) fn text(message: &Message, variable: Variable, path: Path<'_>) -> String {
    match (variable, path) {
        (Variable::MessageBody, []) => message.body.raw_value().to_text().into_owned(),
        _ => get(message, variable, path).to_text().into_owned(),
    }
}

/// Sets a variable of a message, or appends to it.
pub(super) fn set(message: &mut Message, reference: &Reference, value: Value, append: bool) -> Result<(), SetError> {
    match (reference.variable(), reference.rest()) {
        (Variable::MessageBody, []) if !append => message.body = Body::Value(value),
        (Variable::MessageBody, rest) => {
            let mut whole = message.body.value();
            put(&mut whole, rest, value, append);
            message.body = Body::Value(whole);
        }
        (Variable::MessageHeaders, []) if !append => {
            let Kind::Object(members) = value.kind() else {
                return Err(SetError::ReadOnly(reference.path.join(".")));
            };
            message.headers.clear();
            for (name, value) in members.iter() {
                let known = HeaderName::from_bytes(name.as_bytes());
                let known = known.map_err(|_| SetError::BadHeaderName(name.chars().take(80).collect()))?;
                set_header(&mut message.headers, known, name, &value.to_value(), false)?;
            }
        }
        (Variable::MessageHeader, [name, ..]) => {
            let known = HeaderName::from_bytes(name.as_bytes());
            let known = known.map_err(|_| SetError::BadHeaderName(name.chars().take(80).collect()))?;
            return set_header(&mut message.headers, known, name, &value, append);
        }
        (Variable::MessageStatusReason, []) => message.reason = Some(value.to_text().into_owned()),
        (
            Variable::MessageStatus
            | Variable::MessageStatusCode
            | Variable::MessageStatuscode
            | Variable::MessageStatusCodeInOneWord,
            [],
        ) => message.status = Some(status_code(&value)?),
        (Variable::MessageAttributes | Variable::MessageAttribute, rest) => {
            message.attributes.change(|attributes| put(attributes, rest, value, append));
        }
        _ => return Err(SetError::ReadOnly(reference.path.join("."))),
    }
    Ok(())
}

/// Deletes a variable of a message.
pub(super) fn clear(message: &mut Message, reference: &Reference) {
    match (reference.variable(), reference.rest()) {
        (Variable::Message, []) => *message = Message::default(),
        (Variable::MessageBody, []) => message.body = Body::Empty,
        (Variable::MessageBody, rest) => {
            let mut whole = message.body.value();
            whole.remove(&segments(rest).collect::<Vec<_>>());
            message.body = Body::Value(whole);
        }
        (Variable::MessageHeaders, _) => message.headers.clear(),
        (Variable::MessageHeader, [name, ..]) => {
            message.headers.remove(&**name);
        }
        (
            Variable::MessageStatus
            | Variable::MessageStatusCode
            | Variable::MessageStatusReason
            | Variable::MessageStatuscode
            | Variable::MessageStatusCodeInOneWord,
            _,
        ) => {
            message.status = None;
            message.reason = None;
        }
        (Variable::MessageAttributes, _) => message.attributes = Value::NULL.into(),
        (Variable::MessageAttribute, rest) => {
            message.attributes.change(|attributes| attributes.remove(&segments(rest).collect::<Vec<_>>()));
        }
        _ => {}
    }
}

/// Sets or appends at `path` below a plain value. Appending makes a list of what is there.
pub(super) fn put(whole: &mut Value, path: &[Arc<str>], value: Value, append: bool) {
    let path: Vec<&str> = segments(path).collect();
    let value = match append {
        true => appended(whole.below(path.iter().copied()), value),
        false => value,
    };
    whole.set(&path, value);
}

fn appended(mut whole: Value, value: Value) -> Value {
    if whole.is_null() {
        return Value::list([value]);
    }
    match whole.list_mut() {
        Some(items) => {
            items.push(value);
            whole
        }
        None => Value::list([whole, value]),
    }
}

/// A header's value; repeated ones are joined by a comma, `Set-Cookie` and others alike, as JSON has one place.
pub(super) fn header(headers: &HeaderMap, name: &str) -> Value {
    let mut values = headers.get_all(name).iter().peekable();
    let Some(first) = values.next() else { return Value::NULL };
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

/// The value at a path of a body.
pub(super) fn body(body: &Body, path: &[Arc<str>]) -> Value {
    body.value().below(segments(path))
}

/// A message as one value: `body`, `headers`, `status`, and `attributes` where there are any.
pub fn whole(message: &Message) -> Value {
    let parts = [
        ("body", message.body.value()),
        ("headers", headers(&message.headers)),
        ("status", get(message, Variable::MessageStatus, &[])),
        ("attributes", message.attributes.value().clone()),
    ];
    let has_attributes = *message.attributes.value() != Value::NULL;
    Value::object(parts.into_iter().filter(|(name, _)| has_attributes || *name != "attributes"))
}

fn status_number(message: &Message) -> Value {
    message.status.map_or(Value::NULL, |status| status.as_u16().into())
}

/// The reason that was set, else the usual one of the status.
fn reason(message: &Message) -> Value {
    match &message.reason {
        Some(reason) => reason.as_str().into(),
        None => message.status.and_then(|status| status.canonical_reason()).map_or(Value::NULL, Value::from),
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
    let checked = |value: ValueRef<'_>| {
        HeaderValue::from_bytes(value.to_text().as_bytes()).map_err(|_| SetError::BadHeaderValue(written.to_owned()))
    };
    // All are checked before the first is set.
    let values: Vec<HeaderValue> = match value.kind() {
        Kind::List(items) => items.iter().map(checked).collect::<Result<_, _>>()?,
        _ => {
            let one = checked(value.view())?;
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
