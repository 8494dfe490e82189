//! The marked tree: values with the places of their keys and of themselves.

use std::ops::Range;
use std::sync::Arc;

use serde::ser::{Serialize, Serializer};

use super::scalar::Scalar;
use super::style::Style;
use crate::base::Span;

/// A value in a file. Cloning copies pointers, so an alias costs nothing.
#[derive(Debug, Clone)]
pub struct Node {
    /// The place of the value; for an alias, that of the alias.
    pub span: Span,
    pub content: Content,
}

/// The content of a node.
#[derive(Debug, Clone)]
pub enum Content {
    Scalar(Scalar),
    Sequence(Arc<[Node]>),
    Mapping(Arc<[Entry]>),
}

/// A key with its value. A mapping may hold the same key twice; [`parse`](super::parse()) reports it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: Key,
    pub value: Node,
}

/// A key: its text as written, so the integer `200` is `200` and the boolean `true` is `true`.
#[derive(Debug, Clone)]
pub struct Key {
    pub text: Arc<str>,
    pub span: Span,
}

impl Node {
    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key of a mapping.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| &*entry.key.text == key)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.content {
            Content::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar as written, whatever it would be read as; `None` for null.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(scalar) if !scalar.is_null() => Some(&scalar.text),
            _ => None,
        }
    }

    /// The node at the end of a JSON pointer, such as `/actions/0/set`.
    pub fn pointer(&self, pointer: &str) -> Option<&Node> {
        pointer.split('/').skip(1).try_fold(self, |node, segment| {
            let segment = segment.replace("~1", "/").replace("~0", "~");
            match &node.content {
                Content::Sequence(items) => segment.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => node.get(&segment),
            }
        })
    }

    /// Whether nothing is written here: `key:` without a value, or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar(scalar) if scalar.is_null())
    }

    pub fn is_mapping(&self) -> bool {
        matches!(self.content, Content::Mapping(_))
    }

    pub fn is_sequence(&self) -> bool {
        matches!(self.content, Content::Sequence(_))
    }

    /// The kind of the node, for messages: `a list`, `a number`.
    pub fn kind(&self) -> &'static str {
        match &self.content {
            Content::Sequence(_) => "a list",
            Content::Mapping(_) => "a map",
            Content::Scalar(scalar) => scalar.kind(),
        }
    }

    /// The place of a part of a scalar's text. `None` where the text is not what the file has.
    pub fn inside(&self, part: Range<usize>) -> Option<Span> {
        let Content::Scalar(scalar) = &self.content else { return None };
        if scalar.masked || part.end > scalar.text.len() {
            return None;
        }
        if let Some(origin) = &scalar.origin {
            let (start, end) = (origin.byte(part.start)?, origin.byte(part.end)?);
            return Some(Span { start, end: end.max(start), ..self.span });
        }
        let opening = usize::from(scalar.style == Style::Quoted);
        let written = self.span.end.checked_sub(self.span.start)? as usize;
        if written != scalar.text.len() + 2 * opening {
            return None;
        }
        let start = self.span.start + opening as u32;
        Some(Span { start: start + part.start as u32, end: start + part.end as u32, ..self.span })
    }

    /// The node as JSON by the YAML 1.2 core rules. Of a duplicate key the last one counts.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.content {
            Content::Scalar(scalar) => scalar.to_json(),
            Content::Sequence(items) => items.iter().map(Node::to_json).collect(),
            Content::Mapping(entries) => serde_json::Value::Object(
                entries.iter().map(|entry| (entry.key.text.to_string(), entry.value.to_json())).collect(),
            ),
        }
    }
}

/// [`Node::to_json`] without the value in between. Of a key that is there twice, both are written.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.content {
            Content::Scalar(scalar) => scalar.to_json().serialize(serializer),
            Content::Sequence(items) => serializer.collect_seq(items.iter()),
            Content::Mapping(entries) => {
                serializer.collect_map(entries.iter().map(|entry| (&*entry.key.text, &entry.value)))
            }
        }
    }
}
