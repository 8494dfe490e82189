//! An XML document: its nodes in one flat list, and how they are read and changed.

use std::sync::Arc;

use crate::value::room::Room;

/// An XML document. The nodes stand in document order, so a node's place is its number.
#[derive(Debug, Clone, Default)]
pub struct Xml {
    pub(super) nodes: Vec<Node>,
    pub(super) names: Vec<XmlName>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) declarations: Vec<Declaration>,
    /// It began with `<?xml …?>`, and is written so.
    pub(super) declared: bool,
    /// Its room, if it is large.
    pub(super) room: Room,
}

impl PartialEq for Xml {
    fn eq(&self, other: &Self) -> bool {
        self.nodes == other.nodes
            && self.names == other.names
            && self.attributes == other.attributes
            && self.declarations == other.declarations
            && self.declared == other.declared
    }
}

/// The number of a node; 0 is the root, above the document's element.
pub type NodeId = u32;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) parent: NodeId,
    /// The number behind the last node below this one.
    pub(super) end: NodeId,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Root,
    Element {
        name: u32,
        attributes: Slice,
        declarations: Slice,
    },
    Text(Box<str>),
    Comment(Box<str>),
    /// Its target and its data. There are few, and nodes are many.
    Instruction(Box<(Box<str>, Box<str>)>),
}

const _: () = assert!(size_of::<Node>() == 32);

/// A part of one of the document's lists.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Slice {
    pub(super) from: u32,
    pub(super) to: u32,
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

/// The kind of a node, with its content.
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

    /// The bytes of its lists.
    pub(super) fn lists(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + self.names.capacity() * size_of::<XmlName>()
            + self.attributes.capacity() * size_of::<Attribute>()
            + self.declarations.capacity() * size_of::<Declaration>()
    }

    /// Gives back what lists have grown too much.
    pub(super) fn shrink(&mut self) {
        shrink(&mut self.nodes);
        shrink(&mut self.names);
        shrink(&mut self.attributes);
        shrink(&mut self.declarations);
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
            Some(Kind::Instruction(both)) => XmlNode::Instruction { target: &both.0, data: &both.1 },
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

    /// The namespace of a prefix: the first declaration of the document.
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

fn shrink<T>(list: &mut Vec<T>) {
    // A small one is not worth a copy.
    if list.capacity() > list.len() + list.len() / 4 + 1024 {
        list.shrink_to_fit();
    }
}

fn part<T>(list: &[T], slice: Slice) -> &[T] {
    list.get(slice.from as usize..slice.to as usize).unwrap_or_default()
}
