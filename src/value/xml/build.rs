//! Makes a document, node by node in document order.

use std::collections::HashMap;
use std::sync::Arc;

use super::document::{Kind, Node, Slice};
use super::{Attribute, Declaration, NodeId, Xml, XmlName};
use crate::value::NoRoom;
use crate::value::room::FEW;

/// The size of a block of memory in addition to its bytes.
const BLOCK: usize = 16;

/// The length of a text that is copied when it is whole.
const SHORT: usize = 4096;

/// The size of a new name while the document is made, in addition to the part that stays.
const NEW_NAME: usize = 160;

/// A document that is being made. What is started must be ended in turn; what is left open is ended by `finish`.
#[derive(Debug, Default)]
pub struct XmlBuilder {
    document: Xml,
    open: Vec<NodeId>,
    known: HashMap<XmlName, u32>,
    /// Text that has come since the last node.
    pending: String,
    /// The bytes of texts and names.
    texts: usize,
    /// Bytes that only making the document takes: spare capacity of lists, and an index of names.
    passing: usize,
}

impl XmlBuilder {
    pub fn new() -> Self {
        let mut builder = XmlBuilder::default();
        builder.document.nodes.push(Node { parent: 0, end: 1, kind: Kind::Root });
        builder.open.push(0);
        builder
    }

    /// A document of about so many nodes.
    pub(super) fn of(nodes: usize) -> Self {
        let mut builder = XmlBuilder::new();
        builder.document.nodes.reserve_exact(nodes);
        builder
    }

    /// Whether the document is written with `<?xml …?>`.
    pub fn declared(&mut self, declared: bool) {
        self.document.declared = declared;
    }

    /// How many nodes and attributes there are so far.
    pub(super) fn size(&self) -> usize {
        self.document.nodes.len() + self.document.attributes.len() + self.document.declarations.len()
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.open.len() - 1
    }

    /// Opens an element; its attributes and declarations come next.
    pub fn start(&mut self, name: XmlName) {
        let number = match self.known.get(&name) {
            Some(known) => *known,
            None => {
                let number = self.name(name.clone());
                self.known.insert(name, number);
                number
            }
        };
        self.open(number);
    }

    /// Adds the name of an element, which the document has not yet; its number.
    pub(super) fn name(&mut self, name: XmlName) -> u32 {
        self.passing += NEW_NAME;
        self.document.names.push(name);
        number(self.document.names.len() - 1)
    }

    /// Opens an element whose name has a number.
    pub(super) fn open(&mut self, name: u32) {
        self.flush();
        let at = |count: usize| Slice { from: number(count), to: number(count) };
        let (attributes, declarations) = (at(self.document.attributes.len()), at(self.document.declarations.len()));
        let id = self.push(Kind::Element { name, attributes, declarations });
        self.open.push(id);
    }

    /// Adds an attribute to the element that was just opened.
    pub fn attribute(&mut self, name: XmlName, value: &str) {
        self.texts += value.len() + BLOCK;
        self.document.attributes.push(Attribute { name, value: value.into() });
        let count = number(self.document.attributes.len());
        if let Some(Node { kind: Kind::Element { attributes, .. }, .. }) = self.document.nodes.last_mut() {
            attributes.to = count;
        }
    }

    /// Declares a namespace on the element that was just opened.
    pub fn declare(&mut self, prefix: Arc<str>, uri: Arc<str>) {
        self.document.declarations.push(Declaration { prefix, uri });
        let count = number(self.document.declarations.len());
        if let Some(Node { kind: Kind::Element { declarations, .. }, .. }) = self.document.nodes.last_mut() {
            declarations.to = count;
        }
    }

    /// Closes the element that was opened last.
    pub fn end(&mut self) {
        if self.open.len() > 1 {
            self.flush();
            self.close();
        }
    }

    /// Adds text; texts one after the other become one.
    pub fn text(&mut self, text: &str) {
        self.pending.push_str(text);
    }

    /// How many bytes the text has that has come since the last node.
    pub(super) fn pending(&self) -> usize {
        self.pending.len()
    }

    pub fn comment(&mut self, text: &str) {
        self.flush();
        self.texts += text.len() + BLOCK;
        self.push(Kind::Comment(text.into()));
    }

    pub fn instruction(&mut self, target: &str, data: &str) {
        self.flush();
        self.texts += target.len() + data.len() + 3 * BLOCK;
        self.push(Kind::Instruction(Box::new((target.into(), data.into()))));
    }

    /// The document.
    pub fn finish(mut self) -> Xml {
        self.flush();
        while !self.open.is_empty() {
            self.close();
        }
        self.document.shrink();
        let bytes = self.document.lists() + self.texts;
        self.document.room.set(if bytes > FEW { bytes } else { 0 });
        self.document
    }

    /// Notes a text that the document's names share.
    pub(super) fn shared(&mut self, text: &str) {
        self.texts += text.len() + 2 * BLOCK;
        self.passing += 2 * NEW_NAME;
    }

    /// Takes the room for what there is so far, in large steps. A small document needs none.
    pub(super) fn take_room(&mut self) -> Result<(), NoRoom> {
        let bytes = self.document.lists() + self.texts + self.passing;
        match bytes > self.document.room.bytes() + FEW {
            true => self.document.room.take(bytes - self.document.room.bytes()),
            false => Ok(()),
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            // A copy of a short text costs less than memory of its own that grows with it.
            let text = match self.pending.len() <= SHORT {
                true => Box::from(&*self.pending),
                false => std::mem::take(&mut self.pending).into_boxed_str(),
            };
            self.pending.clear();
            self.texts += text.len() + BLOCK;
            self.push(Kind::Text(text));
        }
    }

    fn push(&mut self, kind: Kind) -> NodeId {
        let id = number(self.document.nodes.len());
        let parent = self.open.last().copied().unwrap_or_default();
        self.document.nodes.push(Node { parent, end: id + 1, kind });
        id
    }

    fn close(&mut self) {
        let end = number(self.document.nodes.len());
        if let Some(id) = self.open.pop()
            && let Some(node) = self.document.nodes.get_mut(id as usize)
        {
            node.end = end;
        }
    }
}

/// Counts stay far below this type's end: see the limit on nodes.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
