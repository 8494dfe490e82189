use std::sync::Arc;

use http::header::HeaderName;

use crate::expression::{Builtin, Reference, Root, Scope, SetError, Template, parse_path};
use crate::runtime::{Context, Fault, FaultSource, Outcome, Step, kinds};
use crate::value::Value;

use super::config::Kind;

/// A compiled `set-variable`.
pub(super) struct SetVariable {
    pub changes: Vec<Change>,
    /// Read every value before the first change.
    pub together: bool,
}

/// A compiled action.
pub(super) enum Change {
    /// `header` is set where the variable is a header of `message`.
    Put {
        assignment: Assignment,
        header: Option<Header>,
        value: Template,
        kind: Kind,
        append: bool,
    },
    Clear(Assignment),
}

/// A header whose name was read at load.
pub(super) struct Header {
    name: HeaderName,
    written: Arc<str>,
}

/// The variable that changes.
pub(super) enum Assignment {
    Known(Reference),
    /// The name itself has `$(…)` in it.
    Computed(Template),
}

impl Assignment {
    /// The references that are read to find the variable. Below a body, the rest of the body is read too; so is the value that is
    /// appended to.
    pub(super) fn reads(&self, append: bool) -> Vec<Reference> {
        match self {
            Assignment::Known(reference) if append || is_inside_body(reference) => vec![reference.clone()],
            Assignment::Known(_) => Vec::new(),
            Assignment::Computed(name) => {
                let whole_message = Reference::whole(Builtin::Message);
                name.references().into_iter().cloned().chain([whole_message]).collect()
            }
        }
    }

    /// The header of `message` that it is.
    pub(super) fn header(&self) -> Option<Header> {
        let Assignment::Known(reference) = self else { return None };
        match &*reference.path {
            [first, written] if &**first == "headers" && reference.root == Root::Builtin(Builtin::Message) => {
                let name = HeaderName::from_bytes(written.as_bytes()).ok()?;
                Some(Header { name, written: written.clone() })
            }
            _ => None,
        }
    }

    fn reference(&self, cx: &Context) -> Result<Reference, Fault> {
        match self {
            Assignment::Known(reference) => Ok(reference.clone()),
            Assignment::Computed(name) => parse_path(&name.text(cx)).map_err(property_error),
        }
    }
}

impl SetVariable {
    fn apply(&self, cx: &mut Context) -> Result<(), Fault> {
        let early: Vec<Value> = match self.together {
            true => self.changes.iter().map(|change| change.value(cx)).collect::<Result<_, _>>()?,
            false => Vec::new(),
        };
        let mut early = early.into_iter();
        for change in &self.changes {
            let value = match early.next() {
                Some(value) => value,
                None => change.value(cx)?,
            };
            let result = match change {
                // A value that is not there is `undefined` on the v5 engine: JSON has no member for it.
                Change::Put { assignment: Assignment::Known(reference), header: None, append: false, .. }
                    if self.together && value.is_null() && !is_message_body(reference) =>
                {
                    cx.clear(reference)
                }
                Change::Clear(Assignment::Known(reference)) => cx.clear(reference),
                Change::Clear(computed) => cx.clear(&computed.reference(cx)?),
                Change::Put { header: Some(Header { name, written }), append, .. } => {
                    cx.state.set_header(name, written, &value, *append)
                }
                Change::Put { assignment: Assignment::Known(reference), append, .. } => {
                    put(cx, reference, value, *append)
                }
                Change::Put { assignment, append, .. } => put(cx, &assignment.reference(cx)?, value, *append),
            };
            result.map_err(|error| match error {
                SetError::NoRoom(none) => none.into(),
                error => property_error(error.to_string()),
            })?;
        }
        Ok(())
    }
}

fn put(cx: &mut Context, reference: &Reference, value: Value, append: bool) -> Result<(), SetError> {
    if append { cx.add(reference, value) } else { cx.set(reference, value) }
}

impl Change {
    fn value(&self, cx: &Context) -> Result<Value, Fault> {
        let Change::Put { value, kind, .. } = self else { return Ok(Value::NULL) };
        let value = value.value(cx);
        kind.read(&value).ok_or_else(|| property_error(format!("the value is not {}, as `type` wants", kind.words())))
    }
}

impl Step for SetVariable {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        match self.apply(cx) {
            Ok(()) => Outcome::done(),
            Err(fault) => Outcome::fault(fault),
        }
    }
}

fn property_error(message: String) -> Fault {
    Fault::new(&kinds::PROPERTY, FaultSource::Gateway, message)
}

pub(super) fn is_status_code(reference: &Reference) -> bool {
    [&["status", "code"][..], &["status"], &["statusCode"], &["statuscode"]]
        .iter()
        .any(|path| is_below_message(reference, path))
}

pub(super) fn is_message_body(reference: &Reference) -> bool {
    is_below_message(reference, &["body"])
}

fn is_below_message(reference: &Reference, path: &[&str]) -> bool {
    reference.root == Root::Builtin(Builtin::Message)
        && reference.path.iter().map(|part| &**part).eq(path.iter().copied())
}

fn is_inside_body(reference: &Reference) -> bool {
    reference.path.len() > 1 && &*reference.path[0] == "body"
}
