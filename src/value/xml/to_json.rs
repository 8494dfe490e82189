//! XML as JSON, by the BadgerFish convention or the plainer one.

use std::collections::HashMap;
use std::sync::Arc;

use bytestring::ByteString;
use indexmap::IndexMap;
use smallvec::SmallVec;

use super::text::{JsonText, Text};
use super::{Declaration, NodeId, Xml, XmlError, XmlName, XmlNode};
use crate::value::json::{JsonMaker, JsonOut, Mark};
use crate::value::room::FEW;
use crate::value::{Value, tree_bytes};

/// Members that a result may have. Namespaces repeat on every element, so a small document can have a large result.
const MAX_MEMBERS: usize = 2_000_000;

/// About how many bytes of JSON a node makes, and how many at least in most documents.
const PER_NODE: usize = 32;
const LEAST_PER_NODE: usize = 4;

/// Different names of an element's children that are looked for one by one.
const FEW_NAMES: usize = 12;

/// How elements, attributes and texts become members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonConvention {
    /// Every element is a map: its text is `$`, its attributes start with `@`, and `@xmlns` has the namespaces in scope.
    BadgerFish,
    /// The same with local names and without namespaces.
    Local,
}

impl Xml {
    /// The document as JSON. A large one that has no other owner is dropped before its JSON is read.
    pub fn to_json(self: Arc<Self>, convention: JsonConvention) -> Result<Value, XmlError> {
        let is_small = self.len() * LEAST_PER_NODE <= FEW;
        if is_small {
            let mut maker = JsonMaker::new(FEW, self.len() * PER_NODE);
            if Writer::write(&self, convention, &mut maker).is_ok()
                && let Some(made) = maker.finish()
            {
                return Ok(made);
            }
        }
        let text = self.to_json_text(convention)?;
        drop(self);
        Ok(Value::read_made(text))
    }

    /// The text of the document as JSON, with room also for what is read from it.
    pub fn to_json_text(&self, convention: JsonConvention) -> Result<ByteString, XmlError> {
        let write = |text: &mut Text| {
            Writer::write(self, convention, &mut JsonText::new(text)).or_else(|full| match full {
                Full::Members => Err(XmlError::new(format!("the JSON would have more than {MAX_MEMBERS} members"))),
                Full::Text => text.check(),
            })
        };
        Text::made("JSON", write, |text| tree_bytes(text.as_bytes()))
    }
}

/// Why a result is not written to its end.
enum Full {
    Text,
    Members,
}

/// The name of a member: a prefix that is written, and the rest.
type Key<'x> = (Option<&'x str>, &'x str);

struct Writer<'x, 'o, O> {
    document: &'x Xml,
    out: &'o mut O,
    convention: JsonConvention,
    members: usize,
    /// The declarations in scope, outer ones first.
    scope: Vec<&'x Declaration>,
    /// The same by their prefixes, without those that were taken back.
    namespaces: Vec<&'x Declaration>,
    /// The place where these were written last.
    written: Option<(Mark, Mark)>,
}

/// The child elements of one name.
struct Same<'x> {
    key: Key<'x>,
    elements: SmallVec<[NodeId; 2]>,
}

impl<'x, 'o, O: JsonOut> Writer<'x, 'o, O> {
    fn write(document: &'x Xml, convention: JsonConvention, out: &'o mut O) -> Result<(), Full> {
        let (scope, namespaces) = (Vec::new(), Vec::new());
        let mut writer = Writer { document, out, convention, members: 0, scope, namespaces, written: None };
        let Some(root) = document.root_element() else {
            writer.out.null();
            return Ok(());
        };
        writer.out.start_object();
        if let XmlNode::Element { name, .. } = document.node(root) {
            writer.name(false, writer.key(name));
        }
        writer.element(root)?;
        writer.out.end_object();
        Ok(())
    }

    fn key(&self, name: &'x XmlName) -> Key<'x> {
        match self.convention {
            JsonConvention::BadgerFish => (name.prefix.as_deref(), &name.local),
            JsonConvention::Local => (None, &name.local),
        }
    }

    /// Writes a name. Names of XML need no escapes.
    fn name(&mut self, is_attribute: bool, (prefix, local): Key<'x>) {
        self.out.name(is_attribute, prefix, local);
    }

    /// Elements are at most as deep as the parser allows.
    fn element(&mut self, id: NodeId) -> Result<(), Full> {
        let XmlNode::Element { attributes, declarations, .. } = self.document.node(id) else { return Ok(()) };
        if self.out.is_full() {
            return Err(Full::Text);
        }
        let outer = self.scope.len();
        let before = match declarations.is_empty() {
            true => None,
            false => {
                self.scope.extend(declarations);
                let active = self.active();
                self.written = None;
                Some(std::mem::replace(&mut self.namespaces, active))
            }
        };
        self.members += attributes.len() + 1;
        self.out.start_object();
        if self.convention == JsonConvention::BadgerFish && !self.namespaces.is_empty() {
            self.declared();
        }
        for attribute in attributes {
            self.name(true, self.key(&attribute.name));
            self.out.text(&[&attribute.value]);
        }
        self.content(id)?;
        self.out.end_object();
        self.scope.truncate(outer);
        if let Some(before) = before {
            self.namespaces = before;
            self.written = None;
        }
        if self.members > MAX_MEMBERS { Err(Full::Members) } else { Ok(()) }
    }

    /// Writes the elements, those of one name as a list, and then the text.
    fn content(&mut self, id: NodeId) -> Result<(), Full> {
        let document = self.document;
        match (document.end(id) - id, document.own_text(id + 1)) {
            (1, _) => return Ok(()),
            (2, Some(text)) if !text.is_empty() => {
                self.text(&[text]);
                return Ok(());
            }
            _ => {}
        }
        let (elements, texts) = self.parts(id);
        self.members += elements.len();
        for Same { key, elements } in &elements {
            self.name(false, *key);
            match **elements {
                [one] => self.element(one)?,
                ref many => self.list(many)?,
            }
        }
        // Between elements, spaces are layout.
        let is_layout = |text: &str| text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        let has_text = texts.iter().any(|text| !text.is_empty());
        if has_text && (elements.is_empty() || !texts.iter().all(|text| is_layout(text))) {
            self.text(&texts);
        }
        Ok(())
    }

    fn text(&mut self, texts: &[&str]) {
        self.members += 1;
        self.out.name(false, None, "$");
        self.out.text(texts);
    }

    /// The child elements by their names, in the order of the first of each, and the texts.
    fn parts(&self, id: NodeId) -> (SmallVec<[Same<'x>; 4]>, SmallVec<[&'x str; 4]>) {
        let document = self.document;
        let (mut texts, mut elements) = (SmallVec::new(), SmallVec::<[Same<'x>; 4]>::new());
        let mut index = HashMap::new();
        for child in document.children(id) {
            match document.node(child) {
                XmlNode::Element { name, .. } => {
                    let key = self.key(name);
                    let known = match (elements.last(), elements.len() < FEW_NAMES) {
                        (Some(last), _) if last.key == key => Some(elements.len() - 1),
                        (_, true) => elements.iter().position(|same| same.key == key),
                        (_, false) => {
                            index.extend((index.len()..elements.len()).map(|at| (elements[at].key, at)));
                            index.get(&key).copied()
                        }
                    };
                    match known {
                        Some(at) => elements[at].elements.push(child),
                        None => elements.push(Same { key, elements: SmallVec::from_slice(&[child]) }),
                    }
                }
                XmlNode::Text(text) => texts.push(text),
                _ => {}
            }
        }
        (elements, texts)
    }

    fn list(&mut self, same: &[NodeId]) -> Result<(), Full> {
        self.out.start_list();
        for one in same {
            self.out.item();
            self.element(*one)?;
        }
        self.out.end_list();
        Ok(())
    }

    /// Writes the namespaces in scope; `$` is the default one.
    fn declared(&mut self) {
        self.members += self.namespaces.len() + 1;
        if self.written.is_some_and(|(from, to)| self.out.again(from, to)) {
            return;
        }
        let from = self.out.mark();
        self.out.name(false, None, "@xmlns");
        self.out.start_object();
        for at in 0..self.namespaces.len() {
            let Declaration { prefix, uri } = self.namespaces[at];
            self.name(false, (None, if prefix.is_empty() { "$" } else { prefix }));
            self.out.text(&[uri]);
        }
        self.out.end_object();
        self.written = Some((from, self.out.mark()));
    }

    fn active(&self) -> Vec<&'x Declaration> {
        let mut active = IndexMap::<&str, &Declaration>::new();
        for declaration in &self.scope {
            match declaration.uri.is_empty() {
                true => drop(active.shift_remove(&*declaration.prefix)),
                false => drop(active.insert(&declaration.prefix, declaration)),
            }
        }
        active.into_values().collect()
    }
}
