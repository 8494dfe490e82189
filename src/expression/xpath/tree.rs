//! The tree that expressions walk: our document, with a budget.

use std::cell::Cell;
use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use xpath_eval::{ExpandedName, Node, NodeKind};

use crate::value::{NodeId, Xml, XmlName, XmlNode};

/// The budget of an evaluation: steps from node to node, and texts that it reads. About half a second.
const BUDGET: u64 = 10_000_000;

/// A document under evaluation.
pub(super) struct View<'x> {
    document: &'x Xml,
    left: Cell<u64>,
    /// Texts that were handed out; counted where lists are compared with lists, which costs without touching a node.
    texts: Cell<u64>,
    compares_lists: bool,
}

/// A node under evaluation.
#[derive(Clone, Copy)]
pub(super) struct Handle<'v> {
    view: &'v View<'v>,
    id: NodeId,
    attribute: Option<usize>,
}

/// The payload that unwinds out of an evaluation whose budget is used up. It is no panic, and nothing reports it as one.
struct Exhausted;

/// Runs an evaluation to its end or to that of its budget.
pub(super) fn bounded<T>(evaluate: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(evaluate)) {
        Ok(result) => result,
        Err(cause) if cause.is::<Exhausted>() => {
            Err("the XPath expression is too much work on this document".to_owned())
        }
        // The panic's own message is on stderr only: it may hold a part of the document.
        Err(_) => Err("the XPath library panicked: this is a defect in Gantry".to_owned()),
    }
}

impl<'x> View<'x> {
    pub(super) fn new(document: &'x Xml, compares_lists: bool) -> Self {
        View { document, left: Cell::new(BUDGET), texts: Cell::new(0), compares_lists }
    }

    pub(super) fn root<'v>(&'v self) -> Handle<'v> {
        Handle { view: self, id: 0, attribute: None }
    }

    fn spend(&self, work: u64) {
        match self.left.get().checked_sub(work) {
            Some(left) => self.left.set(left),
            None => resume_unwind(Box::new(Exhausted)),
        }
    }

    fn spend_text(&self, length: usize) {
        let texts = self.texts.get() + 1;
        self.texts.set(texts);
        let compared = if self.compares_lists { texts / 8 } else { 0 };
        self.spend(1 + length as u64 / 16 + compared);
    }
}

impl<'v> Handle<'v> {
    pub(super) fn place(self) -> (NodeId, Option<usize>) {
        (self.id, self.attribute)
    }

    fn node(self) -> XmlNode<'v> {
        self.view.document.node(self.id)
    }

    fn at(self, id: NodeId) -> Self {
        self.view.spend(1);
        Handle { view: self.view, id, attribute: None }
    }

    fn name(self) -> Option<&'v XmlName> {
        match (self.node(), self.attribute) {
            (XmlNode::Element { attributes, .. }, Some(index)) => {
                attributes.get(index).map(|attribute| &attribute.name)
            }
            (XmlNode::Element { name, .. }, None) => Some(name),
            _ => None,
        }
    }

    /// The text where the document has it in one piece.
    fn stored(self) -> Option<&'v str> {
        match (self.node(), self.attribute) {
            (XmlNode::Element { attributes, .. }, Some(index)) => {
                Some(attributes.get(index).map(|attribute| &*attribute.value).unwrap_or_default())
            }
            (XmlNode::Text(text) | XmlNode::Comment(text) | XmlNode::Instruction { data: text, .. }, _) => Some(text),
            (XmlNode::Root | XmlNode::Element { .. }, _) => None,
        }
    }
}

impl PartialEq for Handle<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.view.spend(1);
        self.place() == other.place()
    }
}

impl Eq for Handle<'_> {}

impl<'v> Node<'v> for Handle<'v> {
    fn kind(self) -> NodeKind {
        match (self.node(), self.attribute) {
            (_, Some(_)) => NodeKind::Attribute,
            (XmlNode::Root, _) => NodeKind::Root,
            (XmlNode::Element { .. }, _) => NodeKind::Element,
            (XmlNode::Text(_), _) => NodeKind::Text,
            (XmlNode::Comment(_), _) => NodeKind::Comment,
            (XmlNode::Instruction { .. }, _) => NodeKind::ProcessingInstruction,
        }
    }

    fn parent(self) -> Option<Self> {
        match self.attribute {
            Some(_) => Some(self.at(self.id)),
            None => self.view.document.parent(self.id).map(|id| self.at(id)),
        }
    }

    fn children(self) -> impl Iterator<Item = Self> + 'v {
        let below = self.attribute.is_none().then(|| self.view.document.children(self.id));
        below.into_iter().flatten().map(move |id| self.at(id))
    }

    fn attributes(self) -> impl Iterator<Item = Self> + 'v {
        let count = match (self.node(), self.attribute) {
            (XmlNode::Element { attributes, .. }, None) => attributes.len(),
            _ => 0,
        };
        (0..count).map(move |index| Handle { attribute: Some(index), ..self.at(self.id) })
    }

    fn namespaces(self) -> impl Iterator<Item = Self> + 'v {
        std::iter::empty()
    }

    fn expanded_name(self) -> Option<ExpandedName> {
        self.view.spend(1);
        if let XmlNode::Instruction { target, .. } = self.node() {
            return Some(ExpandedName { namespace_uri: None, local_name: target.to_owned() });
        }
        self.name().map(|name| ExpandedName {
            namespace_uri: name.namespace.as_deref().map(str::to_owned),
            local_name: name.local.to_string(),
        })
    }

    fn string_value(self) -> String {
        if let Some(text) = self.stored() {
            self.view.spend_text(text.len());
            return text.to_owned();
        }
        // The nodes below are walked before there is a text to count.
        self.view.spend(u64::from(self.view.document.end(self.id) - self.id) / 4);
        let text = self.view.document.text(self.id);
        self.view.spend_text(text.len());
        text
    }

    fn document_order(self, other: Self) -> Ordering {
        self.view.spend(1);
        self.place().cmp(&other.place())
    }

    fn has_expanded_name(self, namespace_uri: Option<&str>, local_name: &str) -> bool {
        match self.node() {
            XmlNode::Instruction { target, .. } => namespace_uri.is_none() && target == local_name,
            _ => {
                self.name().is_some_and(|name| &*name.local == local_name && name.namespace.as_deref() == namespace_uri)
            }
        }
    }

    fn with_string_value<R>(self, look: impl FnOnce(&str) -> R) -> R {
        match self.stored() {
            Some(text) => {
                self.view.spend_text(text.len());
                look(text)
            }
            None => look(&self.string_value()),
        }
    }
}
