//! The variables of a request: [`Scope`] over its state.

use std::sync::Arc;

use http::HeaderMap;
use http::header::HeaderName;
use percent_encoding::percent_decode_str;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use super::context::{Context, State, Variable};
use super::message_variables as message;
use crate::expression::{Builtin, Reference, Root, Scope, SetError, Storage};
use crate::value::{Body, Message, Value};

#[cfg(test)]
mod tests;

type Path<'a> = &'a [Arc<str>];

/// What a root holds when it is read as one object.
const REQUEST: [&str; 11] = [
    "verb",
    "uri",
    "path",
    "search",
    "querystring",
    "headers",
    "parameters",
    "body",
    "content-type",
    "date",
    "authorization",
];
const API: [&str; 8] = ["name", "title", "version", "type", "root", "operation", "endpoint", "properties"];
const SESSION: [&str; 2] = ["clientAddress", "globalTransactionID"];
const SYSTEM: [&str; 4] = ["datetime", "date", "time", "timezone"];

impl Scope for Context {
    fn get(&self, reference: &Reference) -> Value {
        self.state.get(&reference.root, &reference.path)
    }

    fn text(&self, reference: &Reference) -> String {
        match (&reference.root, self.state.variable(&reference.root)) {
            (Root::Builtin(Builtin::Message), _) => message::text(&self.state.message, &reference.path),
            (_, Some(Variable::Message(output))) => message::text(output, &reference.path),
            (Root::Builtin(Builtin::Request), _) if matches!(&*reference.path, [one] if &**one == "body") => {
                self.state.request.body.raw_value().to_text().into_owned()
            }
            _ => self.get(reference).to_text().into_owned(),
        }
    }

    fn set(&mut self, reference: &Reference, value: Value) -> Result<(), SetError> {
        self.state.put(reference, value, false)
    }

    fn add(&mut self, reference: &Reference, value: Value) -> Result<(), SetError> {
        self.state.put(reference, value, true)
    }

    fn clear(&mut self, reference: &Reference) -> Result<(), SetError> {
        if let Root::Builtin(Builtin::Message) = reference.root {
            self.state.touch_header(&reference.path);
            message::clear(&mut self.state.message, &reference.path);
            return Ok(());
        }
        if let Root::Builtin(_) = reference.root {
            return Err(read_only(reference));
        }
        match self.state.variable_mut(&reference.root) {
            variable if reference.path.is_empty() => *variable = Variable::Empty,
            Variable::Message(output) => message::clear(output, &reference.path),
            Variable::Value(value) => {
                value.remove(&reference.path.iter().map(|segment| &**segment).collect::<Vec<_>>());
            }
            Variable::Empty => {}
        }
        Ok(())
    }

    fn roots(&self) -> Vec<Arc<str>> {
        let slots = self.state.slots.iter().enumerate().filter(|(_, variable)| !variable.is_empty());
        let slots =
            slots.filter_map(|(slot, _)| Some(self.state.pipeline.symbols.name(u16::try_from(slot).ok()?).into()));
        let others = self.state.overflow.iter().filter(|(_, variable)| !variable.is_empty());
        slots.chain(others.map(|(name, _)| name.clone())).collect()
    }

    fn borrowed(&self, reference: &Reference) -> Option<&str> {
        let State { request, operation, message, .. } = &*self.state;
        let Root::Builtin(root) = reference.root else { return None };
        match (root, &*reference.path) {
            (Builtin::Request, [one]) => match &**one {
                "verb" => Some(request.method.as_str()),
                "path" => Some(request.uri.path()),
                "querystring" => Some(request.uri.query().unwrap_or_default()),
                _ => None,
            },
            (Builtin::Api, [first, second]) if &**first == "operation" => match &**second {
                "id" => operation.id.as_deref(),
                "path" => Some(&operation.path),
                _ => None,
            },
            (Builtin::Message, [first, name]) if &**first == "headers" => one_header(&message.headers, name),
            (Builtin::Request, [first, name]) if &**first == "headers" => one_header(&request.headers, name),
            _ => None,
        }
    }

    fn storage(&self, root: &Root) -> Storage {
        let body = match (root, self.state.variable(root)) {
            (Root::Builtin(Builtin::Message), _) => &self.state.message.body,
            (Root::Builtin(Builtin::Request), _) => &self.state.request.body,
            (_, Some(Variable::Message(output))) => &output.body,
            (_, Some(Variable::Value(value))) => return value.get("body").map_or(Storage::Empty, value_storage),
            _ => return Storage::Empty,
        };
        match body {
            Body::Empty => Storage::Empty,
            Body::Stream(_) | Body::Gone => Storage::Stream,
            Body::Bytes(..) => Storage::Binary,
            Body::Value(value) => value_storage(value),
        }
    }
}

impl State {
    /// Puts a call's answer where its `output` says, replacing what is there as a whole.
    pub fn put_output(&mut self, root: &Root, answer: Message) {
        if let Root::Builtin(Builtin::Message) = root {
            self.message = answer;
            self.is_response = true;
            self.touched_headers.clear();
        } else {
            *self.variable_mut(root) = Variable::Message(Box::new(answer));
        }
    }

    /// The message that `input` names: `message`, or the output of an earlier call.
    pub fn input(&self, root: &Root) -> Option<&Message> {
        match (root, self.variable(root)) {
            (Root::Builtin(Builtin::Message), _) => Some(&self.message),
            (_, Some(Variable::Message(output))) => Some(output),
            _ => None,
        }
    }

    /// [`State::input`], to change it in place.
    pub fn input_mut(&mut self, root: &Root) -> Option<&mut Message> {
        if let Root::Builtin(Builtin::Message) = root {
            return Some(&mut self.message);
        }
        match self.variable_mut(root) {
            Variable::Message(output) => Some(output),
            Variable::Empty | Variable::Value(_) => None,
        }
    }

    fn variable(&self, root: &Root) -> Option<&Variable> {
        match root {
            Root::Slot(slot) => self.slots.get(usize::from(*slot)),
            Root::Named(name) => match self.pipeline.symbols.find(name) {
                Some(slot) => self.slots.get(usize::from(slot)),
                None => self.overflow.get(name),
            },
            Root::Builtin(_) => None,
        }
    }

    fn variable_mut(&mut self, root: &Root) -> &mut Variable {
        let (slot, name) = match root {
            Root::Slot(slot) => (Some(*slot), None),
            Root::Named(name) => (self.pipeline.symbols.find(name), Some(name)),
            Root::Builtin(_) => (None, None),
        };
        match slot.map(usize::from) {
            Some(slot) if slot < self.slots.len() => &mut self.slots[slot],
            _ => self.overflow.entry(name.cloned().unwrap_or_default()).or_default(),
        }
    }

    fn get(&self, root: &Root, path: Path<'_>) -> Value {
        match root {
            Root::Builtin(Builtin::Message) => message::get(&self.message, path),
            Root::Builtin(Builtin::Request) => self.request_variable(path),
            Root::Builtin(Builtin::Api) => self.api_variable(path),
            Root::Builtin(Builtin::System) if path.is_empty() => self.whole(Builtin::System, &SYSTEM),
            Root::Builtin(Builtin::System) => system_variable(path),
            Root::Builtin(Builtin::Session) => self.session_variable(path),
            Root::Builtin(Builtin::Error) => self.error_variable(path),
            // Who calls, under which plan and in which catalog is known once applications and plans are.
            Root::Builtin(Builtin::Client | Builtin::Plan | Builtin::Env) => Value::Null,
            Root::Slot(_) | Root::Named(_) => match self.variable(root) {
                Some(Variable::Value(value)) => value.at(segments(path)).cloned().unwrap_or_default(),
                Some(Variable::Message(output)) => message::get(output, path),
                Some(Variable::Empty) | None => Value::Null,
            },
        }
    }

    fn put(&mut self, reference: &Reference, value: Value, append: bool) -> Result<(), SetError> {
        let path = &reference.path;
        match &reference.root {
            Root::Builtin(Builtin::Message) => {
                message::set(&mut self.message, path, value, append)?;
                self.touch_header(path);
                Ok(())
            }
            Root::Builtin(_) => Err(read_only(reference)),
            root => match self.variable_mut(root) {
                Variable::Message(output) if !path.is_empty() => message::set(output, path, value, append),
                variable => {
                    let mut whole = match std::mem::take(variable) {
                        Variable::Value(value) => value,
                        Variable::Empty | Variable::Message(_) => Value::Null,
                    };
                    message::put(&mut whole, path, value, append);
                    *variable = Variable::Value(whole);
                    Ok(())
                }
            },
        }
    }

    /// Remembers that a step has set a header of `message`.
    fn touch_header(&mut self, path: Path<'_>) {
        if let [first, name, ..] = path
            && &**first == "headers"
            && let Ok(name) = HeaderName::from_bytes(name.as_bytes())
        {
            self.touched_headers.push(name);
        }
    }

    /// A root as one object, without what nobody has set.
    fn whole(&self, root: Builtin, names: &[&str]) -> Value {
        let members = names.iter().map(|name| (*name, self.get(&Root::Builtin(root), &[Arc::from(*name)])));
        Value::object(members.filter(|(_, value)| *value != Value::Null))
    }

    fn request_variable(&self, path: Path<'_>) -> Value {
        let request = &self.request;
        let query = || request.uri.query();
        match path {
            [] => self.whole(Builtin::Request, &REQUEST),
            [one, rest @ ..] => match (&**one, rest) {
                ("verb", []) => request.method.as_str().into(),
                ("path", []) => request.uri.path().into(),
                ("search", []) => query().map_or_else(|| "".into(), |query| format!("?{query}").into()),
                ("querystring", []) => query().unwrap_or_default().into(),
                ("uri", []) => self.request_uri().into(),
                ("headers", []) => message::headers(&request.headers),
                ("headers", [name, ..]) => message::header(&request.headers, name),
                ("body", rest) => message::body(&request.body, rest),
                ("content-type", []) => message::header(&request.headers, "content-type"),
                ("authorization", []) => message::header(&request.headers, "authorization"),
                ("date", []) => OffsetDateTime::from(request.received).format(&Rfc2822).unwrap_or_default().into(),
                ("parameters", []) => self.parameters(),
                ("parameters", [name, ..]) => self.parameter(name),
                _ => Value::Null,
            },
        }
    }

    /// The full URL as the client wrote it.
    fn request_uri(&self) -> String {
        let request = &self.request;
        let host = request.headers.get("host").and_then(|host| host.to_str().ok());
        let host = host.or(request.uri.host()).unwrap_or_default();
        let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
        format!("{}://{host}{path}", request.scheme)
    }

    /// A parameter of the path, decoded, or of the query, as written: IBM's gateway does not decode queries.
    fn parameter(&self, name: &str) -> Value {
        if let Some((_, value)) = self.request.path_parameters.iter().find(|(known, _)| **known == *name) {
            return percent_decode_str(value).decode_utf8_lossy().into_owned().into();
        }
        let pairs = self.request.uri.query().unwrap_or_default().split('&');
        let mut values = pairs.filter_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name || percent_decode_str(key).decode_utf8_lossy() == name).then(|| Value::from(value))
        });
        match (values.next(), values.next()) {
            (None, _) => Value::Null,
            (Some(one), None) => one,
            (Some(one), Some(two)) => Value::Array(Arc::new([one, two].into_iter().chain(values).collect())),
        }
    }

    fn parameters(&self) -> Value {
        let query = self.request.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let names = query.map(|pair| {
            percent_decode_str(pair.split('=').next().unwrap_or_default()).decode_utf8_lossy().into_owned()
        });
        let path = self.request.path_parameters.iter().map(|(name, _)| name.to_string());
        Value::object(path.chain(names).map(|name| {
            let value = self.parameter(&name);
            (name, value)
        }))
    }

    fn api_variable(&self, path: Path<'_>) -> Value {
        let operation = &self.operation;
        match segments(path).collect::<Vec<_>>().as_slice() {
            [] => self.whole(Builtin::Api, &API),
            ["operation"] => Value::object(["id", "path"].map(|name| {
                let value = self.api_variable(&["operation".into(), name.into()]);
                (name, value)
            })),
            ["endpoint"] => Value::object(["address", "hostname"].map(|name| {
                let value = self.api_variable(&["endpoint".into(), name.into()]);
                (name, value)
            })),
            ["name"] => (&*self.api.name).into(),
            ["title"] => (&*self.api.title).into(),
            ["version"] => (&*self.api.version).into(),
            ["type"] => "rest".into(),
            ["root"] => (&*self.api.base_path).into(),
            ["operation", "id"] => operation.id.as_deref().map_or(Value::Null, Value::from),
            ["operation", "path"] => (&*operation.path).into(),
            ["endpoint", "hostname" | "address"] => message::header(&self.request.headers, "host"),
            ["properties", rest @ ..] => self.api.properties.at(rest.iter().copied()).cloned().unwrap_or_default(),
            _ => Value::Null,
        }
    }

    fn session_variable(&self, path: Path<'_>) -> Value {
        match segments(path).collect::<Vec<_>>().as_slice() {
            [] => self.whole(Builtin::Session, &SESSION),
            ["clientAddress"] => self.request.client.ip().to_string().into(),
            ["globalTransactionID"] => (&*self.request.id).into(),
            _ => Value::Null,
        }
    }

    fn error_variable(&self, path: Path<'_>) -> Value {
        let Some((fault, step)) = &self.error else { return Value::Null };
        let status = Value::object([("code", fault.status.as_u16().into()), ("reason", fault.reason().into())]);
        let base = [
            (Arc::from("name"), Value::from(&*fault.name)),
            ("message".into(), fault.message.as_str().into()),
            ("status".into(), status),
            ("policyTitle".into(), step.as_ref().map_or(Value::Null, |step| (&*step.title).into())),
            ("policy".into(), step.as_ref().map_or(Value::Null, |step| (&*step.policy).into())),
        ];
        let all = Value::object(base.into_iter().chain(fault.details.iter().cloned()));
        all.at(segments(path)).cloned().unwrap_or_default()
    }
}

fn segments<'a>(path: Path<'a>) -> impl Iterator<Item = &'a str> {
    path.iter().map(|segment| &**segment)
}

/// The value of a header that is there once, as text.
fn one_header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    // `to_str` takes visible ASCII only; others are read lossily, by `get`.
    values.next().is_none().then(|| first.to_str().ok()).flatten()
}

fn value_storage(value: &Value) -> Storage {
    match value {
        Value::Null => Storage::Empty,
        Value::String(_) | Value::Binary(_) => Storage::Binary,
        _ => Storage::Json,
    }
}

fn read_only(reference: &Reference) -> SetError {
    let Root::Builtin(root) = reference.root else { return SetError::ReadOnly(reference.path.join(".")) };
    let root = format!("{root:?}").to_lowercase();
    SetError::ReadOnly(std::iter::once(&*root).chain(segments(&reference.path)).collect::<Vec<_>>().join("."))
}

/// The clock, in UTC.
fn system_variable(path: Path<'_>) -> Value {
    let now = OffsetDateTime::now_utc();
    let (date, time) = (now.date(), now.time());
    match segments(path).collect::<Vec<_>>().as_slice() {
        ["datetime"] => now.format(&Rfc3339).unwrap_or_default().into(),
        ["date"] => date.to_string().into(),
        ["date", "day-of-week"] => i64::from(date.weekday().number_from_monday()).into(),
        ["date", "day-of-month"] => i64::from(date.day()).into(),
        ["date", "month"] => i64::from(u8::from(date.month())).into(),
        ["date", "year"] => i64::from(date.year()).into(),
        ["time"] => format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second()).into(),
        ["time", "hour"] => i64::from(time.hour()).into(),
        ["time", "minute"] => i64::from(time.minute()).into(),
        ["time", "seconds"] => i64::from(time.second()).into(),
        ["timezone"] => "UTC".into(),
        _ => Value::Null,
    }
}
