//! Variables and `message` as they were when a record was last written: a later comparison finds what changed.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::content::Shower;
use super::forms::MASK;
use super::shape::{Change, Content, ContentKind};
use crate::expression::Builtin;
use crate::runtime::{Slot, Symbols, Variables};
use crate::value::{Body, Message, Value};

/// Variables and `message` at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub variables: &'a Variables,
    pub symbols: &'a Symbols,
    pub message: &'a Message,
}

/// The same at an earlier moment.
#[derive(Default)]
pub(super) struct Seen {
    slots: Vec<SeenSlot>,
    overflow: HashMap<Arc<str>, SeenSlot>,
    written: HashMap<Written, Value>,
    message: Option<SeenMessage>,
}

/// A variable of the gateway: its root, and the way down from there.
type Written = (&'static str, Box<[Arc<str>]>);

#[derive(Clone, Default)]
enum SeenSlot {
    #[default]
    Empty,
    Value(Value),
    Message(Box<SeenMessage>),
}

#[derive(Clone)]
struct SeenMessage {
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: SeenBody,
}

#[derive(Clone)]
enum SeenBody {
    Empty,
    Stream,
    Gone,
    Bytes(Bytes),
    Value(Value),
}

impl Seen {
    /// Whether `message` has changed since the last time; it is remembered as it is now.
    pub(super) fn message_changed(&mut self, message: &Message) -> bool {
        if self.message.as_ref().is_some_and(|seen| seen.is(message)) {
            return false;
        }
        self.message = Some(SeenMessage::of(message));
        true
    }

    /// The variables that have changed since the last time; they are remembered as they are now.
    pub(super) fn changes(&mut self, around: Around<'_>, shower: &Shower) -> Vec<Change> {
        let Variables { slots, overflow, written } = around.variables;
        let mut changes = Vec::new();
        self.slots.resize_with(slots.len(), SeenSlot::default);
        for (number, (seen, slot)) in self.slots.iter_mut().zip(slots).enumerate() {
            let name = u16::try_from(number).map_or("", |number| around.symbols.name(number));
            seen.compare(slot, name, shower, &mut changes);
        }
        for (name, slot) in overflow {
            self.overflow.entry(name.clone()).or_default().compare(slot, name, shower, &mut changes);
        }
        let mut known = std::mem::take(&mut self.written);
        for (root, path, value) in written.iter() {
            let key = (root.name(), path.into());
            let before = known.remove(&key).unwrap_or_default();
            if !is_same(&before, value) {
                let name = full_name(root, path);
                changes.push(change(&name, shower.named(&name, &before), shower.named(&name, value)));
            }
            self.written.insert(key, value.clone());
        }
        changes
    }
}

/// `api.a.b`.
fn full_name(root: Builtin, path: &[Arc<str>]) -> String {
    std::iter::once(root.name()).chain(path.iter().map(|part| &**part)).collect::<Vec<_>>().join(".")
}

fn change(name: &str, before: Content, after: Content) -> Change {
    Change { name: name.to_owned(), before, after }
}

impl SeenSlot {
    fn compare(&mut self, slot: &Slot, name: &str, shower: &Shower, changes: &mut Vec<Change>) {
        let is_same = match (&*self, slot) {
            (SeenSlot::Empty, Slot::Empty) => true,
            (SeenSlot::Value(seen), Slot::Value(value)) => is_same(seen, value),
            (SeenSlot::Message(seen), Slot::Message(message)) => seen.is(message),
            _ => false,
        };
        if is_same {
            return;
        }
        let before = self.shown(name, shower);
        *self = match slot {
            Slot::Empty => SeenSlot::Empty,
            Slot::Value(value) => SeenSlot::Value(value.clone()),
            Slot::Message(message) => SeenSlot::Message(Box::new(SeenMessage::of(message))),
        };
        let after = self.shown(name, shower);
        // A value may be kept in another way, and what is masked or cut may differ where it does not show.
        let is_all = !before.cut && !before.text.contains(MASK);
        if before != after || !is_all {
            changes.push(change(name, before, after));
        }
    }

    /// A value, or the body of a message.
    fn shown(&self, name: &str, shower: &Shower) -> Content {
        match self {
            SeenSlot::Empty => Content::default(),
            SeenSlot::Value(value) => shower.named(name, value),
            SeenSlot::Message(message) => match &message.body {
                SeenBody::Empty => Content::default(),
                SeenBody::Stream => Content { kind: ContentKind::Stream, ..Content::default() },
                SeenBody::Gone => Content { kind: ContentKind::Sent, ..Content::default() },
                SeenBody::Bytes(bytes) => shower.body(&Body::from_bytes(bytes.clone())),
                SeenBody::Value(value) => shower.named(name, value),
            },
        }
    }
}

impl SeenMessage {
    fn of(message: &Message) -> Self {
        let body = match &message.body {
            Body::Empty => SeenBody::Empty,
            Body::Stream(_) => SeenBody::Stream,
            Body::Gone => SeenBody::Gone,
            Body::Bytes(bytes, _) => SeenBody::Bytes(bytes.clone()),
            Body::Value(value) => SeenBody::Value(value.clone()),
        };
        SeenMessage { status: message.status, headers: (*message.headers).clone(), body }
    }

    fn is(&self, message: &Message) -> bool {
        let same_body = match (&self.body, &message.body) {
            (SeenBody::Empty, Body::Empty) | (SeenBody::Stream, Body::Stream(_)) | (SeenBody::Gone, Body::Gone) => true,
            (SeenBody::Bytes(seen), Body::Bytes(bytes, _)) => seen == bytes,
            (SeenBody::Value(seen), Body::Value(value)) => is_same(seen, value),
            _ => false,
        };
        same_body && self.status == message.status && self.headers == *message.headers
    }
}

/// Whether two values are one, or say the same.
fn is_same(one: &Value, other: &Value) -> bool {
    one.is_shared_with(other) || one == other
}
