//! The variables of a request: [`Scope`] over its state.

mod api;
mod caller;
mod clock;
mod parameters;
mod request;
mod table;
#[cfg(test)]
mod tests;
mod written;

use std::sync::Arc;

use http::HeaderMap;
use http::header::HeaderName;
use time::OffsetDateTime;

use super::context::{Context, State, Variable};
use super::message_variables as message;
use crate::expression::{Builtin, Reference, Root, Scope, SetError, Storage};
use crate::value::{Body, Message, Value};

pub use table::{Known, VARIABLES, VariableInfo, Writable};
pub use written::Written;

type Path<'a> = &'a [Arc<str>];

impl Scope for Context {
    fn get(&self, reference: &Reference) -> Value {
        self.state.get(&reference.root, &reference.path)
    }

    fn text(&self, reference: &Reference) -> String {
        match (&reference.root, self.state.variable(&reference.root)) {
            (Root::Builtin(Builtin::Message), _) => message::text(&self.state.message, &reference.path),
            (_, Some(Variable::Message(output))) => message::text(output, &reference.path),
            (Root::Builtin(Builtin::Request), _) if matches!(&*reference.path, [one] if &**one == "body") => {
                match request::has_no_body(&self.state) {
                    true => String::new(),
                    false => self.state.request.body.raw_value().to_text().into_owned(),
                }
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
        if let Root::Builtin(root) = reference.root {
            return self.state.write(root, reference, Value::Null);
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
        // What steps have set is not lent out.
        if !self.state.written.is_empty() && root == Builtin::Api {
            return None;
        }
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
            (Builtin::Request, [first, name]) if &**first == "parameters" => parameters::lent(&self.state, name),
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
        match root {
            Root::Builtin(_) => None,
            Root::Slot(_) | Root::Named(_) => match self.variable_mut(root) {
                Variable::Message(output) => Some(output),
                Variable::Empty | Variable::Value(_) => None,
            },
        }
    }

    /// Whether a step has set something below this root of the gateway, other than `message`.
    pub fn has_written(&self, root: Builtin) -> bool {
        self.written.touches(root)
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

    /// A variable of the author's.
    #[expect(
        clippy::expect_used,
        reason = "no caller comes here with a root of the gateway: `put`, `clear` and `input_mut` handle those themselves, and \
                  outputs to one are refused, at load by `Compiler::output` and in scripts by `createMessage`"
    )]
    fn variable_mut(&mut self, root: &Root) -> &mut Variable {
        let slot = match root {
            Root::Slot(slot) => Some(*slot),
            Root::Named(name) => match self.pipeline.symbols.find(name) {
                Some(slot) => Some(slot),
                None => return self.overflow.entry(name.clone()).or_default(),
            },
            Root::Builtin(_) => None,
        };
        let slot = usize::from(slot.expect("a variable of the author's"));
        // The placeholder of a state that was lost has none until something is set.
        if self.slots.is_empty() {
            self.slots = (0..self.pipeline.symbols.len()).map(|_| Variable::Empty).collect();
        }
        &mut self.slots[slot]
    }

    fn get(&self, root: &Root, path: Path<'_>) -> Value {
        match root {
            Root::Builtin(Builtin::Message) => message::get(&self.message, path),
            Root::Builtin(builtin) if self.written.is_empty() => self.original(*builtin, path),
            Root::Builtin(builtin) => self.written.read(*builtin, path, || self.original(*builtin, path)),
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
            Root::Builtin(root) => {
                let mut whole = if append { self.get(&reference.root, path) } else { Value::Null };
                message::put(&mut whole, &[], value, append);
                self.write(*root, reference, whole)
            }
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

    /// Sets or appends a header of `message` whose name was read at load; `written` is how the author writes it.
    pub fn set_header(
        &mut self,
        name: &HeaderName,
        written: &str,
        value: &Value,
        append: bool,
    ) -> Result<(), SetError> {
        message::set_header(&mut self.message.headers, name.clone(), written, value, append)?;
        if !self.touched_headers.contains(name) {
            self.touched_headers.push(name.clone());
        }
        Ok(())
    }

    /// Remembers that a step has set a header of `message`. A loop may set one often.
    fn touch_header(&mut self, path: Path<'_>) {
        if let [first, name, ..] = path
            && &**first == "headers"
            && !self.touched_headers.iter().any(|known| known.as_str().eq_ignore_ascii_case(name))
            && let Ok(name) = HeaderName::from_bytes(name.as_bytes())
        {
            self.touched_headers.push(name);
        }
    }

    /// Sets what stands below a root of the gateway, where that may be set; null clears it.
    fn write(&mut self, root: Builtin, reference: &Reference, value: Value) -> Result<(), SetError> {
        if !root.is_writable(&reference.path, self.pipeline.generation) {
            return Err(read_only(reference));
        }
        self.written.put(root, &reference.path, value);
        Ok(())
    }

    /// What the gateway itself says below one of its roots.
    fn original(&self, root: Builtin, path: Path<'_>) -> Value {
        let generation = self.pipeline.generation;
        let names = || segments(path).collect::<Vec<_>>();
        match root {
            Builtin::Message => message::get(&self.message, path),
            Builtin::Request => request::get(self, path),
            Builtin::Api => api::get(self, &names()),
            Builtin::Client => caller::client(self, &names()),
            Builtin::Plan => caller::plan(self, &names()),
            Builtin::Env => api::environment(self, &names()),
            Builtin::System => clock::get(OffsetDateTime::now_utc(), generation, &names()),
            Builtin::Session => request::session(self, &names()),
            Builtin::Error => self.error_variable(path),
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
        Value::Xml(_) => Storage::Xml,
        _ => Storage::Json,
    }
}

fn read_only(reference: &Reference) -> SetError {
    let Root::Builtin(root) = reference.root else { return SetError::ReadOnly(reference.path.join(".")) };
    SetError::ReadOnly(std::iter::once(root.name()).chain(segments(&reference.path)).collect::<Vec<_>>().join("."))
}
