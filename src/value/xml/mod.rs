//! XML as a value: a document that is read under limits, kept as one flat list of nodes, and written again.
//!
//! Nothing is ever fetched or expanded: a document type declaration is refused, and with it every entity but XML's five and
//! the references to characters. CDATA is text.

mod build;
mod encoding;
mod from_json;
mod limits;
mod names;
mod parse;
#[cfg(test)]
mod tests;
mod to_json;
mod write;

use std::collections::HashSet;
use std::sync::Arc;

pub use build::XmlBuilder;
pub use from_json::XmlRoot;
pub use limits::{MAX_XML_DEPTH, XmlError, XmlLimits, XmlMetrics};
pub use names::{is_qualified_name, is_xml_char};
pub use to_json::JsonConvention;

/// An XML document. The nodes stand in document order, so a node's place is its number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Xml {
    nodes: Vec<Node>,
    names: Vec<XmlName>,
    attributes: Vec<Attribute>,
    declarations: Vec<Declaration>,
    /// It began with `<?xml …?>`, and is written so.
    declared: bool,
}

/// The number of a node; 0 is the root, above the document's element.
pub type NodeId = u32;

#[derive(Debug, Clone, PartialEq)]
struct Node {
    parent: NodeId,
    /// The number behind the last node below this one.
    end: NodeId,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Root,
    Element { name: u32, attributes: Slice, declarations: Slice },
    Text(Box<str>),
    Comment(Box<str>),
    Instruction { target: Box<str>, data: Box<str> },
}

/// A part of one of the document's lists.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Slice {
    from: u32,
    to: u32,
}

/// The name of an element or an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct XmlName {
    pub prefix: Option<Arc<str>>,
    pub local: Arc<str>,
    pub namespace: Option<Arc<str>>,
}

/// An attribute, without the declarations of namespaces.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    pub name: XmlName,
    pub value: Box<str>,
}

/// `xmlns:prefix="uri"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Empty for `xmlns="uri"`.
    pub prefix: Arc<str>,
    /// Empty where the default namespace is taken back.
    pub uri: Arc<str>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum XmlNode<'x> {
    Root,
    Element { name: &'x XmlName, attributes: &'x [Attribute], declarations: &'x [Declaration] },
    Text(&'x str),
    Comment(&'x str),
    Instruction { target: &'x str, data: &'x str },
}

impl Xml {
    /// Whether bytes are XML rather than something else: the first that is no space is `<`.
    pub fn is_likely(bytes: &[u8]) -> bool {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let utf16 = bytes.starts_with(&[0xff, 0xfe, b'<']) || bytes.starts_with(&[0xfe, 0xff, 0, b'<']);
        utf16 || bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> XmlNode<'_> {
        match self.nodes.get(id as usize).map(|node| &node.kind) {
            Some(Kind::Element { name, attributes, declarations }) => match self.names.get(*name as usize) {
                Some(name) => XmlNode::Element {
                    name,
                    attributes: part(&self.attributes, *attributes),
                    declarations: part(&self.declarations, *declarations),
                },
                None => XmlNode::Root,
            },
            Some(Kind::Text(text)) => XmlNode::Text(text),
            Some(Kind::Comment(text)) => XmlNode::Comment(text),
            Some(Kind::Instruction { target, data }) => XmlNode::Instruction { target, data },
            Some(Kind::Root) | None => XmlNode::Root,
        }
    }

    /// The number of nodes, the root among them.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is nothing, not even a root.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node above a node; none above the root.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        if id == 0 { None } else { self.nodes.get(id as usize).map(|node| node.parent) }
    }

    /// The number behind the last node below a node.
    pub fn end(&self, id: NodeId) -> NodeId {
        self.nodes.get(id as usize).map_or(id, |node| node.end)
    }

    /// The nodes right below a node.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let (mut next, end) = (id + 1, self.end(id));
        std::iter::from_fn(move || {
            let here = (next < end).then_some(next)?;
            next = self.end(here).max(here + 1);
            Some(here)
        })
    }

    /// The document's element.
    pub fn root_element(&self) -> Option<NodeId> {
        self.children(0).find(|id| matches!(self.node(*id), XmlNode::Element { .. }))
    }

    /// The text of a node: of an element, all text below it.
    pub fn text(&self, id: NodeId) -> String {
        match self.node(id) {
            XmlNode::Text(text) | XmlNode::Comment(text) | XmlNode::Instruction { data: text, .. } => text.to_owned(),
            XmlNode::Root | XmlNode::Element { .. } => {
                (id + 1..self.end(id)).filter_map(|below| self.own_text(below)).collect()
            }
        }
    }

    /// The text of a text node.
    pub fn own_text(&self, id: NodeId) -> Option<&str> {
        match self.nodes.get(id as usize).map(|node| &node.kind) {
            Some(Kind::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// What a prefix stands for: the first declaration of the document.
    pub fn prefix(&self, prefix: &str) -> Option<&str> {
        self.declarations.iter().find(|known| &*known.prefix == prefix).map(|known| &*known.uri)
    }

    /// Replaces what is inside an element by a text, or a text by another. Other nodes stay as they are.
    pub fn set_text(&mut self, id: NodeId, text: &str) {
        let texts: Vec<NodeId> = (id..self.end(id)).filter(|below| self.own_text(*below).is_some()).collect();
        let mut new = Some(text);
        for at in texts {
            if let Some(Node { kind: Kind::Text(old), .. }) = self.nodes.get_mut(at as usize) {
                *old = new.take().unwrap_or_default().into();
            }
        }
    }

    /// Replaces the value of an attribute.
    pub fn set_attribute(&mut self, id: NodeId, index: usize, value: &str) {
        let Some(Node { kind: Kind::Element { attributes, .. }, .. }) = self.nodes.get(id as usize) else { return };
        let at = attributes.from as usize + index;
        if let Some(attribute) = self.attributes.get_mut(at) {
            attribute.value = value.into();
        }
    }

    /// The document without these nodes and attributes. The document's element stays, and loses its content.
    #[must_use]
    pub fn without(&self, nodes: &[NodeId], attributes: &[(NodeId, usize)]) -> Xml {
        let nodes: HashSet<NodeId> = nodes.iter().copied().collect();
        let attributes: HashSet<(NodeId, usize)> = attributes.iter().copied().collect();
        let mut builder = XmlBuilder::new();
        builder.declared(self.declared);
        let root = self.root_element().filter(|root| nodes.contains(root));
        let keeps = |id: NodeId| match root {
            Some(root) => id == root || !(root..self.end(root)).contains(&id) && !nodes.contains(&id),
            None => !nodes.contains(&id),
        };
        let keeps_attribute = |id: NodeId, index: usize| Some(id) != root && !attributes.contains(&(id, index));
        self.copy_below(0, &mut builder, &keeps, &keeps_attribute);
        builder.finish()
    }

    /// Copies what is below a node into a document that is being built.
    pub(crate) fn copy_below(
        &self,
        id: NodeId,
        builder: &mut XmlBuilder,
        keeps: &dyn Fn(NodeId) -> bool,
        keeps_attribute: &dyn Fn(NodeId, usize) -> bool,
    ) {
        let mut open: Vec<NodeId> = Vec::new();
        let mut at = id + 1;
        while at < self.end(id) {
            while open.last().is_some_and(|last| at >= self.end(*last)) {
                open.pop();
                builder.end();
            }
            if !keeps(at) {
                at = self.end(at).max(at + 1);
                continue;
            }
            match self.node(at) {
                XmlNode::Element { name, attributes, declarations } => {
                    builder.start(name.clone());
                    declarations.iter().for_each(|one| builder.declare(one.prefix.clone(), one.uri.clone()));
                    let kept = attributes.iter().enumerate().filter(|(index, _)| keeps_attribute(at, *index));
                    kept.for_each(|(_, one)| builder.attribute(one.name.clone(), &one.value));
                    open.push(at);
                }
                XmlNode::Text(text) => builder.text(text),
                XmlNode::Comment(text) => builder.comment(text),
                XmlNode::Instruction { target, data } => builder.instruction(target, data),
                XmlNode::Root => {}
            }
            at += 1;
        }
        open.iter().for_each(|_| builder.end());
    }
}

impl XmlName {
    /// A name in no namespace.
    pub fn plain(local: impl Into<Arc<str>>) -> Self {
        XmlName { prefix: None, local: local.into(), namespace: None }
    }

    /// The name as it is written.
    pub fn qualified(&self) -> String {
        match &self.prefix {
            Some(prefix) => format!("{prefix}:{}", self.local),
            None => self.local.to_string(),
        }
    }
}

fn part<T>(list: &[T], slice: Slice) -> &[T] {
    list.get(slice.from as usize..slice.to as usize).unwrap_or_default()
}
