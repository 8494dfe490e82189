//! The schemas of inputs and outputs, as far as a map needs them: which members are lists, and how XML is named.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Span;
use crate::source::{BadReference, Node, References};
use crate::value::{self, Value};

/// Schemas nest at most this deep, and have at most this many parts.
const MAX_DEPTH: usize = 40;
const MAX_PARTS: usize = 20_000;

/// A schema.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub kind: Kind,
    pub members: IndexMap<Arc<str>, Member>,
    /// Of a list.
    pub items: Option<Box<Shape>>,
    pub xml: XmlShape,
    pub default: Option<Value>,
    /// Members that the schema does not name may be there.
    pub open: bool,
}

/// A member of a map.
#[derive(Debug)]
pub(super) struct Member {
    pub shape: Shape,
    pub required: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// The schema does not say it.
    #[default]
    Any,
    Text,
    Number,
    Boolean,
    List,
    Map,
}

/// How a schema is named in XML.
#[derive(Debug, Default, Clone)]
pub(super) struct XmlShape {
    pub name: Option<Arc<str>>,
    pub prefix: Option<Arc<str>>,
    /// Empty: in no namespace, whatever is around it.
    pub namespace: Option<Arc<str>>,
    pub attribute: bool,
    /// A list has an element of its own around its items.
    pub wrapped: bool,
}

/// Reads schemas of one document.
pub(super) struct Reader<'t> {
    references: &'t References,
    /// How often a `$ref` may come back inside of itself.
    repeats: usize,
    open: Vec<Option<Span>>,
    parts: usize,
    /// References that lead nowhere.
    pub missing: Vec<BadReference>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(references: &'t References, repeats: usize) -> Self {
        Reader { references, repeats, open: Vec::new(), parts: 0, missing: Vec::new() }
    }

    /// Reads a schema; one that says nothing is open to everything.
    pub(super) fn read(&mut self, node: &Node) -> Shape {
        let anything = Shape { open: true, ..Shape::default() };
        self.parts += 1;
        if self.open.len() > MAX_DEPTH || self.parts > MAX_PARTS {
            return anything;
        }
        if let Some(reference) = node.get("$ref") {
            let target = match self.references.target(reference) {
                Ok(target) => target,
                Err(bad) => {
                    self.missing.push(bad);
                    return anything;
                }
            };
            let repeated = self.open.iter().filter(|open| **open == Some(target.span)).count();
            if repeated > self.repeats {
                return anything;
            }
            self.open.push(Some(target.span));
            let shape = self.read(target);
            self.open.pop();
            return shape;
        }
        self.open.push(None);
        let shape = self.inline(node);
        self.open.pop();
        shape
    }

    fn inline(&mut self, node: &Node) -> Shape {
        let mut shape = Shape { kind: kind(node), xml: xml(node), ..Shape::default() };
        shape.default = node.get("default").map(|default| Value::from(&default.to_json()));
        let required: Vec<&str> =
            node.get("required").map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
        for entry in node.get("properties").map(Node::entries).unwrap_or_default() {
            let member = self.read(&entry.value);
            let required = required.contains(&&*entry.key.text);
            shape.members.insert(entry.key.text.clone(), Member { shape: member, required });
        }
        for part in node.get("allOf").map(Node::items).unwrap_or_default() {
            let part = self.read(part);
            shape.open |= part.open && part.members.is_empty();
            shape.members.extend(part.members);
            if shape.kind == Kind::Any {
                shape.kind = part.kind;
            }
        }
        shape.items = node.get("items").map(|items| Box::new(self.read(items)));
        let extra = node.get("additionalProperties").is_some_and(|extra| extra.text() != Some("false"));
        let choice = node.get("oneOf").is_some() || node.get("anyOf").is_some();
        let empty = shape.members.is_empty() && shape.items.is_none();
        shape.open |= extra || choice || (empty && matches!(shape.kind, Kind::Any | Kind::Map));
        shape
    }
}

impl Shape {
    /// The shape below a name. Lists are passed through; `@` in front of an attribute's name may be there or not.
    pub(super) fn member(&self, name: &str) -> Option<&Shape> {
        if self.kind == Kind::List {
            return self.items.as_deref()?.member(name);
        }
        let plain = name.strip_prefix('@').unwrap_or(name);
        self.members.get(name).or_else(|| self.members.get(plain)).map(|member| &member.shape)
    }

    /// The shape at the end of a path.
    pub(super) fn at<'s>(&'s self, path: &[Arc<str>]) -> Option<&'s Shape> {
        path.iter().try_fold(self, |shape, name| shape.member(name))
    }

    /// Whether members that the schema does not name may be there.
    pub(super) fn is_open(&self) -> bool {
        match (self.kind, &self.items) {
            (Kind::List, Some(items)) => items.is_open(),
            (Kind::List, None) => true,
            _ => self.open,
        }
    }

    /// The names that may stand here.
    pub(super) fn names(&self) -> Vec<&str> {
        match (self.kind, &self.items) {
            (Kind::List, Some(items)) => items.names(),
            _ => self.members.keys().map(|name| &**name).collect(),
        }
    }

    /// The value as this schema has it, where it can be that.
    pub(super) fn cast(&self, value: Value) -> Value {
        self.kind.cast(value)
    }

    /// The kind of a single value here: of a list, that of one of its items.
    pub(super) fn single(&self) -> Kind {
        match (self.kind, &self.items) {
            (Kind::List, Some(items)) => items.kind,
            (kind, _) => kind,
        }
    }
}

impl Kind {
    /// The value as this type, where it can be that.
    fn cast(self, value: Value) -> Value {
        match (self, value.kind()) {
            (Kind::Text, value::Kind::Number(_) | value::Kind::Bool(_)) => value.to_text().into_owned().into(),
            _ => self.read_text(value),
        }
    }

    /// The number or the boolean that a text says, where this is one.
    fn read_text(self, value: Value) -> Value {
        match (self, value.kind()) {
            (Kind::Number, value::Kind::String(text)) => Value::number(text.trim()).unwrap_or(value),
            (Kind::Boolean, value::Kind::String(text)) => match text.trim() {
                "true" | "1" => true.into(),
                "false" | "0" => false.into(),
                _ => value,
            },
            _ => value,
        }
    }

    /// The value as a schema of an input or an output has it: texts become numbers and booleans, those of a list one by one.
    pub(super) fn typed(self, value: Value) -> Value {
        match value.as_list() {
            _ if !matches!(self, Kind::Number | Kind::Boolean) => value,
            Some(items) => Value::list(items.iter().map(|item| self.read_text(item.to_value()))),
            None => self.read_text(value),
        }
    }
}

fn kind(node: &Node) -> Kind {
    let written = node.get("type");
    let name = written.and_then(|kind| kind.text().or_else(|| kind.items().iter().find_map(non_null)));
    match name {
        Some("string") => Kind::Text,
        Some("integer" | "number" | "float" | "double" | "long") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("array") => Kind::List,
        Some("object") => Kind::Map,
        _ if node.get("properties").is_some() => Kind::Map,
        _ if node.get("items").is_some() => Kind::List,
        _ => Kind::Any,
    }
}

fn non_null(node: &Node) -> Option<&str> {
    node.text().filter(|text| *text != "null")
}

fn xml(node: &Node) -> XmlShape {
    let Some(written) = node.get("xml") else { return XmlShape::default() };
    let text = |key: &str| written.get(key).map(|value| value.text().unwrap_or_default()).map(Arc::from);
    let flag = |key: &str| written.get(key).and_then(Node::text) == Some("true");
    let filled = |text: Option<Arc<str>>| text.filter(|text| !text.is_empty());
    XmlShape {
        name: filled(text("name")),
        prefix: filled(text("prefix")),
        namespace: text("namespace"),
        attribute: flag("attribute"),
        wrapped: flag("wrapped"),
    }
}
