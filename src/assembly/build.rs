//! Configuration that nobody wrote, at the place of what it stands for.

use crate::base::Span;
use crate::source::{Content, Entry, Key, Node, Scalar, Style};

/// A text. It has a style of its own, so that no part of it is looked for in the file.
pub(super) fn text(span: Span, text: impl AsRef<str>) -> Node {
    scalar(span, text.as_ref(), Style::Block)
}

/// A number or boolean.
pub(super) fn plain(span: Span, text: impl AsRef<str>) -> Node {
    scalar(span, text.as_ref(), Style::Plain)
}

fn scalar(span: Span, text: &str, style: Style) -> Node {
    Node { span, content: Content::Scalar(Scalar { text: text.into(), style, masked: false, origin: None }) }
}

pub(super) fn list(span: Span, items: Vec<Node>) -> Node {
    Node { span, content: Content::Sequence(items.into()) }
}

/// A map; each key stands where its value does.
pub(super) fn map<'k>(span: Span, entries: impl IntoIterator<Item = (&'k str, Node)>) -> Node {
    let entry = |(key, value): (&str, Node)| Entry { key: Key { text: key.into(), span: value.span }, value };
    Node { span, content: Content::Mapping(entries.into_iter().map(entry).collect()) }
}

/// A step.
pub(super) fn step<'k>(policy: &str, span: Span, config: impl IntoIterator<Item = (&'k str, Node)>) -> Node {
    map(span, [(policy, map(span, config))])
}

/// `set-variable` with these actions; nothing where there are none.
pub(super) fn set_variable(span: Span, actions: Vec<Node>) -> Option<Node> {
    (!actions.is_empty()).then(|| step("set-variable", span, [("actions", list(span, actions))]))
}

/// A `set-variable` with one action.
pub(super) fn change_variable(span: Span, action: Node) -> Node {
    step("set-variable", span, [("actions", list(span, vec![action]))])
}

/// An action of `set-variable`.
pub(super) fn set(name: &str, value: Node) -> Node {
    let span = value.span;
    map(span, [("set", text(span, name)), ("value", value)])
}

pub(super) fn clear(span: Span, name: &str) -> Node {
    map(span, [("clear", text(span, name))])
}

/// The variable of a header of the message.
pub(super) fn header(name: &str) -> String {
    format!("message.headers['{}']", name.to_ascii_lowercase())
}
