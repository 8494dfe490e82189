//! Values as they are written, by their pointer.

use std::collections::BTreeMap;

use crate::base::Span;
use crate::runtime::Masks;
use crate::source::{Content, Node};

/// Values by pointer, such as `actions/0/set`, with their places.
pub(super) type Written = BTreeMap<String, Text>;

/// Lists whose order means nothing.
const SETS: [&str; 1] = ["stop-on-error"];

/// Times that are seconds where they have no unit.
const SECONDS: [&str; 2] = ["timeout", "connect-timeout"];

/// A value.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub text: String,
    /// `text`, `a whole number`: `2` and `'2'` are two values.
    pub kind: &'static str,
    pub place: String,
    /// It is not shown.
    pub is_secret: bool,
}

/// Whether the entry of this key in the map at this pointer is left out.
pub(super) type Skip<'a> = dyn Fn(&str, &str, &Node) -> bool + 'a;

/// The values below a node, without what `skip` knows.
pub(super) fn written(node: &Node, skip: &Skip<'_>, place: &dyn Fn(Span) -> String) -> Written {
    let mut collector = Collector { skip, place, masks: Masks::default(), all: Written::new() };
    collector.add(node, String::new(), false);
    collector.all
}

struct Collector<'a> {
    skip: &'a Skip<'a>,
    place: &'a dyn Fn(Span) -> String,
    masks: Masks,
    all: Written,
}

impl Collector<'_> {
    fn add(&mut self, node: &Node, at: String, is_secret: bool) {
        let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") };
        match &node.content {
            Content::Scalar(scalar) => {
                let is_secret = is_secret || scalar.masked;
                let kind = node.kind();
                let value = Text { text: scalar.text.to_string(), kind, place: (self.place)(node.span), is_secret };
                self.all.insert(at, value);
            }
            // An empty list, or an empty map, is a value too: `{}` in `security` lets everybody call.
            Content::Sequence(items) if items.is_empty() => self.empty(node, at, "[]"),
            Content::Mapping(entries) if entries.is_empty() => self.empty(node, at, "{}"),
            Content::Sequence(items) => {
                let mut items: Vec<&Node> = items.iter().collect();
                if at.rsplit('/').next().is_some_and(|name| SETS.contains(&name)) {
                    items.sort_by_key(|item| item.text());
                }
                for (index, item) in items.into_iter().enumerate() {
                    self.add(item, below(&index.to_string()), is_secret);
                }
            }
            Content::Mapping(entries) => {
                for entry in entries.iter().filter(|entry| !(self.skip)(&at, &entry.key.text, &entry.value)) {
                    let is_secret = is_secret || self.masks.is_secret(&entry.key.text);
                    self.add(&entry.value, below(&entry.key.text), is_secret);
                }
            }
        }
    }

    fn empty(&mut self, node: &Node, at: String, text: &str) {
        let value = Text { text: text.to_owned(), kind: node.kind(), place: (self.place)(node.span), is_secret: false };
        self.all.insert(at, value);
    }
}

impl Text {
    /// Whether both are one value below this pointer.
    pub(super) fn is(&self, other: &Text, pointer: &str) -> bool {
        if SECONDS.contains(&pointer) {
            let seconds = |text: &str| text.trim_end_matches('s').to_owned();
            return self.text == other.text || seconds(&self.text) == seconds(&other.text);
        }
        self.text == other.text && self.kind == other.kind
    }
}

/// Whether all values of both are the same.
pub(super) fn is_same(one: &Written, other: &Written) -> bool {
    one.len() == other.len()
        && one.iter().all(|(pointer, value)| other.get(pointer).is_some_and(|other| value.is(other, pointer)))
}
