//! A subtree without what its type does not take, so that mistakes in the rest are found in the same run.

use std::collections::HashSet;

use super::decode::Shape;
use super::{Content, Entry, Node};
use crate::json_schema::Kind;

/// How many times something is removed.
const ROUNDS: usize = 4;

impl Shape {
    /// The node without its mistakes. `None` where it has none, or where nothing is left that could be read.
    pub fn valid_part(&self, node: &Node) -> Option<Node> {
        let mut part = self.renamed(node);
        for round in 0..ROUNDS {
            let problems = self.problems(&part);
            if problems.is_empty() {
                return (round > 0).then_some(part);
            }
            let mut gone = HashSet::new();
            for (at, kind) in problems {
                match kind {
                    Kind::Additional(names) | Kind::Unevaluated(names) => {
                        gone.extend(names.iter().map(|name| with_item(&part, &below(&at, name))));
                    }
                    _ if at.is_empty() => return None,
                    _ => drop(gone.insert(with_item(&part, &at))),
                }
            }
            part = without(&part, "", &gone)?;
        }
        None
    }
}

/// The pointer to a member.
fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The pointer to the innermost list item around a value, where it is in one: an item without one of its properties would have
/// mistakes that its author did not make.
fn with_item(root: &Node, pointer: &str) -> String {
    let ends = pointer.match_indices('/').map(|(at, _)| at).skip(1).chain([pointer.len()]);
    let is_item = |end: &usize| {
        let list = pointer[..*end].rfind('/').and_then(|slash| root.pointer(&pointer[..slash]));
        list.is_some_and(Node::is_sequence)
    };
    ends.filter(is_item).last().map_or(pointer, |end| &pointer[..end]).to_owned()
}

/// The node without what is at these pointers. `None` where a list loses all of its items: it would say something else.
fn without(node: &Node, at: &str, gone: &HashSet<String>) -> Option<Node> {
    let content = match &node.content {
        Content::Scalar(_) => return Some(node.clone()),
        Content::Sequence(items) => {
            let pointers = items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item));
            let kept = pointers.filter(|(pointer, _)| !gone.contains(pointer));
            let kept: Option<Vec<Node>> = kept.map(|(pointer, item)| without(item, &pointer, gone)).collect();
            let kept = kept?;
            if kept.is_empty() && !items.is_empty() {
                return None;
            }
            Content::Sequence(kept.into())
        }
        Content::Mapping(entries) => {
            let pointers = entries.iter().map(|entry| (below(at, &entry.key.text), entry));
            let kept = pointers.filter(|(pointer, _)| !gone.contains(pointer));
            let kept: Option<Vec<Entry>> = kept
                .map(|(pointer, entry)| {
                    let value = without(&entry.value, &pointer, gone)?;
                    Some(Entry { key: entry.key.clone(), value })
                })
                .collect();
            Content::Mapping(kept?.into())
        }
    };
    Some(Node { span: node.span, content })
}
