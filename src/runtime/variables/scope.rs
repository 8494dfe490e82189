//! [`Scope`] over the state of a request.

use std::sync::Arc;
use std::time::Instant;

use http::HeaderMap;
use http::header::HeaderName;

use super::path::segments;
use super::table::{info, is_writable};
use super::{body, message, parameters};
use crate::expression::{Builtin, Fixed, Reference, Root, Scope, SetError, Storage, Variable};
use crate::runtime::{Context, Slot, State};
use crate::value::{Body, Kind, Message, Value, ValueRef};

impl Scope for Context {
    fn deadline(&self) -> Option<Instant> {
        Some(self.state.budget.deadline.into_std())
    }

    fn fixed(&self) -> Fixed {
        self.state.fixed
    }

    fn get(&self, reference: &Reference) -> Value {
        self.state.get(reference)
    }

    fn text(&self, reference: &Reference) -> String {
        let (variable, rest) = (reference.variable(), reference.rest());
        match (&reference.root, self.state.slot(&reference.root)) {
            (Root::Builtin(Builtin::Message), _) => message::text(&self.state.outgoing.message, variable, rest),
            (_, Some(Slot::Message(output))) => message::text(output, variable, rest),
            (Root::Builtin(Builtin::Request), _) if variable == Variable::RequestBody && rest.is_empty() => {
                match body::has_no_body(&self.state) {
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
            self.state.touch_header(reference);
            message::clear(&mut self.state.outgoing.message, reference);
            return Ok(());
        }
        if let Root::Builtin(root) = reference.root {
            return self.state.write(root, reference, Value::NULL);
        }
        match self.state.slot_mut(&reference.root) {
            slot if reference.path.is_empty() => *slot = Slot::Empty,
            Slot::Message(output) => message::clear(output, reference),
            Slot::Value(value) => {
                value.remove(&segments(&reference.path).collect::<Vec<_>>());
            }
            Slot::Empty => {}
        }
        Ok(())
    }

    fn roots(&self) -> Vec<Arc<str>> {
        let slots = self.state.variables.slots.iter().enumerate().filter(|(_, variable)| !variable.is_empty());
        let slots = slots
            .filter_map(|(slot, _)| Some(self.state.route.pipeline.symbols.name(u16::try_from(slot).ok()?).into()));
        let others = self.state.variables.overflow.iter().filter(|(_, variable)| !variable.is_empty());
        slots.chain(others.map(|(name, _)| name.clone())).collect()
    }

    fn borrowed(&self, reference: &Reference) -> Option<&str> {
        let State { request, route, outgoing, variables, .. } = &*self.state;
        let Root::Builtin(root) = reference.root else { return None };
        // Values that steps have set cannot be borrowed.
        if !variables.written.is_empty() && root == Builtin::Api {
            return None;
        }
        match (reference.variable(), reference.rest()) {
            (Variable::RequestVerb, []) => Some(request.method.as_str()),
            (Variable::RequestPath, []) => Some(request.uri.path()),
            (Variable::RequestQuerystring, []) => Some(request.uri.query().unwrap_or_default()),
            (Variable::ApiOperationId, []) => route.operation.id.as_deref(),
            (Variable::ApiOperationPath, []) => Some(&route.operation.path),
            (Variable::RequestParameter, [name]) => parameters::lent(&self.state, name),
            (Variable::MessageHeader, [name]) => one_header(&outgoing.message.headers, name),
            (Variable::RequestHeader, [name]) => one_header(&request.headers, name),
            _ => None,
        }
    }

    fn storage(&self, root: &Root) -> Storage {
        let body = match (root, self.state.slot(root)) {
            (Root::Builtin(Builtin::Message), _) => &self.state.outgoing.message.body,
            (Root::Builtin(Builtin::Request), _) => &self.state.request.body,
            (_, Some(Slot::Message(output))) => &output.body,
            (_, Some(Slot::Value(value))) => return value.get("body").map_or(Storage::Empty, value_storage),
            _ => return Storage::Empty,
        };
        match body {
            Body::Empty => Storage::Empty,
            Body::Stream(_) | Body::Gone => Storage::Stream,
            Body::Bytes(..) => Storage::Binary,
            Body::Value(value) => value_storage(value.view()),
        }
    }
}

impl State {
    /// Puts a call's answer where its `output` says, replacing what is there as a whole.
    pub fn put_output(&mut self, root: &Root, answer: Message) {
        if let Root::Builtin(Builtin::Message) = root {
            self.outgoing.message = answer;
            self.outgoing.is_response = true;
            self.outgoing.touched_headers.clear();
            if let Some(recorder) = &mut self.handling.recorder {
                recorder.replaced();
            }
        } else {
            *self.slot_mut(root) = Slot::Message(Box::new(answer));
        }
    }

    /// The message that `input` names: `message`, or the output of an earlier call.
    pub fn input(&self, root: &Root) -> Option<&Message> {
        match (root, self.slot(root)) {
            (Root::Builtin(Builtin::Message), _) => Some(&self.outgoing.message),
            (_, Some(Slot::Message(output))) => Some(output),
            _ => None,
        }
    }

    /// A variable of the pipeline that is a plain value.
    pub fn value(&self, root: &Root) -> Option<&Value> {
        match self.slot(root) {
            Some(Slot::Value(value)) => Some(value),
            _ => None,
        }
    }

    /// [`State::input`], to change it in place.
    pub fn input_mut(&mut self, root: &Root) -> Option<&mut Message> {
        if let Root::Builtin(Builtin::Message) = root {
            return Some(&mut self.outgoing.message);
        }
        match root {
            Root::Builtin(_) => None,
            Root::Slot(_) | Root::Named(_) => match self.slot_mut(root) {
                Slot::Message(output) => Some(output),
                Slot::Empty | Slot::Value(_) => None,
            },
        }
    }

    /// Whether a step has set something below this root of the gateway, other than `message`.
    pub fn has_written(&self, root: Builtin) -> bool {
        self.variables.written.touches(root)
    }

    fn slot(&self, root: &Root) -> Option<&Slot> {
        match root {
            Root::Slot(slot) => self.variables.slots.get(usize::from(*slot)),
            Root::Named(name) => match self.route.pipeline.symbols.find(name) {
                Some(slot) => self.variables.slots.get(usize::from(slot)),
                None => self.variables.overflow.get(name),
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
    fn slot_mut(&mut self, root: &Root) -> &mut Slot {
        let slot = match root {
            Root::Slot(slot) => Some(*slot),
            Root::Named(name) => match self.route.pipeline.symbols.find(name) {
                Some(slot) => Some(slot),
                None => return self.variables.overflow.entry(name.clone()).or_default(),
            },
            Root::Builtin(_) => None,
        };
        let slot = usize::from(slot.expect("a variable of the author's"));
        // The placeholder of a state that was lost has none until something is set.
        if self.variables.slots.is_empty() {
            self.variables.slots = (0..self.route.pipeline.symbols.len()).map(|_| Slot::Empty).collect();
        }
        &mut self.variables.slots[slot]
    }

    fn get(&self, reference: &Reference) -> Value {
        let (variable, rest) = (reference.variable(), reference.rest());
        match &reference.root {
            Root::Builtin(Builtin::Message) => message::get(&self.outgoing.message, variable, rest),
            Root::Builtin(_) if self.variables.written.is_empty() => self.original(reference),
            Root::Builtin(builtin) => {
                self.variables.written.read(*builtin, &reference.path, || self.original(reference))
            }
            Root::Slot(_) | Root::Named(_) => match self.slot(&reference.root) {
                Some(Slot::Value(value)) => value.below(segments(&reference.path)),
                Some(Slot::Message(output)) => message::get(output, variable, rest),
                Some(Slot::Empty) | None => Value::NULL,
            },
        }
    }

    /// The gateway's own value, without the writes of steps.
    fn original(&self, reference: &Reference) -> Value {
        match reference.unknown_member() {
            Some(_) => Value::NULL,
            None => (info(reference.variable()).get)(self, reference.rest()),
        }
    }

    /// Sets all headers of `message` together.
    fn put_headers(&mut self, reference: &Reference, value: Value, append: bool) -> Result<(), SetError> {
        if !is_writable(reference, self.route.pipeline.generation) {
            return Err(SetError::ReadOnly(reference.path.join(".")));
        }
        message::set(&mut self.outgoing.message, reference, value, append)?;
        self.outgoing.touched_headers.extend(self.outgoing.message.headers.keys().cloned());
        Ok(())
    }

    fn put(&mut self, reference: &Reference, value: Value, append: bool) -> Result<(), SetError> {
        let value = self.budget.keep(value)?;
        if append {
            self.budget.copies(&self.get(reference))?;
        }
        let path = &reference.path;
        match &reference.root {
            Root::Builtin(Builtin::Message) if reference.variable() == Variable::MessageHeaders => {
                self.put_headers(reference, value, append)
            }
            Root::Builtin(Builtin::Message) => {
                message::set(&mut self.outgoing.message, reference, value, append)?;
                self.touch_header(reference);
                Ok(())
            }
            Root::Builtin(root) => {
                let mut whole = if append { self.get(reference) } else { Value::NULL };
                message::put(&mut whole, &[], value, append);
                self.write(*root, reference, whole)
            }
            root => match self.slot_mut(root) {
                Slot::Message(output) if !path.is_empty() => message::set(output, reference, value, append),
                slot => {
                    let mut whole = match std::mem::take(slot) {
                        Slot::Value(value) => value,
                        Slot::Empty | Slot::Message(_) => Value::NULL,
                    };
                    message::put(&mut whole, path, value, append);
                    *slot = Slot::Value(whole);
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
        message::set_header(&mut self.outgoing.message.headers, name.clone(), written, value, append)?;
        if !self.outgoing.touched_headers.contains(name) {
            self.outgoing.touched_headers.push(name.clone());
        }
        Ok(())
    }

    /// Remembers that a step has set a header of `message`. A loop may set one often.
    fn touch_header(&mut self, reference: &Reference) {
        if let (Variable::MessageHeader, [name, ..]) = (reference.variable(), reference.rest())
            && !self.outgoing.touched_headers.iter().any(|known| known.as_str().eq_ignore_ascii_case(name))
            && let Ok(name) = HeaderName::from_bytes(name.as_bytes())
        {
            self.outgoing.touched_headers.push(name);
        }
    }

    /// Sets what is below a root of the gateway, where that may be set; null clears it.
    fn write(&mut self, root: Builtin, reference: &Reference, value: Value) -> Result<(), SetError> {
        if !is_writable(reference, self.route.pipeline.generation) {
            return Err(read_only(reference));
        }
        self.variables.written.put(root, &reference.path, value);
        Ok(())
    }
}

/// The value of a header that is there once, as text.
fn one_header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    // `to_str` takes visible ASCII only; others are read lossily, by `get`.
    values.next().is_none().then(|| first.to_str().ok()).flatten()
}

fn value_storage(value: ValueRef<'_>) -> Storage {
    match value.kind() {
        Kind::Null => Storage::Empty,
        Kind::String(_) | Kind::Binary(_) => Storage::Binary,
        Kind::Xml(_) => Storage::Xml,
        _ => Storage::Json,
    }
}

fn read_only(reference: &Reference) -> SetError {
    let Root::Builtin(root) = reference.root else { return SetError::ReadOnly(reference.path.join(".")) };
    SetError::ReadOnly(std::iter::once(root.name()).chain(segments(&reference.path)).collect::<Vec<_>>().join("."))
}
