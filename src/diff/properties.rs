//! Properties as they are written, by their pointer.

use std::collections::BTreeMap;

use crate::assembly::IBM;
use crate::base::Span;
use crate::openapi::Api;
use crate::source::{Content, Node};
use crate::value::is_secret_name;

/// Values by pointer, such as `actions/0/set`, with their places.
pub(super) type Written = BTreeMap<String, Text>;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub text: String,
    pub place: String,
    /// It is not shown.
    pub is_secret: bool,
}

/// The values below a node, without what `skip` says of a key and its node.
pub(super) fn written(node: &Node, skip: &dyn Fn(&str, &Node) -> bool, place: &dyn Fn(Span) -> String) -> Written {
    let mut all = Written::new();
    add(node, String::new(), false, skip, place, &mut all);
    all
}

/// The properties of a document's carrier besides its steps.
pub(super) fn of_carrier(api: &Api, place: &dyn Fn(Span) -> String) -> Written {
    const COMPARED: [&str; 5] = ["properties", "cors", "allowed-hosts", "error-format", "enforced"];
    let root = &api.tree.root;
    let carrier = ["x-assembly"].into_iter().chain(IBM).find_map(|name| root.get(name));
    let Some(carrier) = carrier else { return Written::new() };
    let mut all = Written::new();
    for entry in carrier.entries().iter().filter(|entry| COMPARED.contains(&&*entry.key.text)) {
        add(&entry.value, entry.key.text.to_string(), false, &|_, _| false, place, &mut all);
    }
    all
}

fn add(
    node: &Node,
    at: String,
    is_secret: bool,
    skip: &dyn Fn(&str, &Node) -> bool,
    place: &dyn Fn(Span) -> String,
    all: &mut Written,
) {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") };
    match &node.content {
        Content::Scalar(scalar) => {
            let text = scalar.text.to_string();
            all.insert(at, Text { text, place: place(node.span), is_secret: is_secret || scalar.masked });
        }
        Content::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                add(item, below(&index.to_string()), is_secret, skip, place, all);
            }
        }
        Content::Mapping(entries) => {
            for entry in entries.iter().filter(|entry| !skip(&entry.key.text, &entry.value)) {
                let is_secret = is_secret || is_secret_name(&entry.key.text);
                add(&entry.value, below(&entry.key.text), is_secret, skip, place, all);
            }
        }
    }
}
