//! XML as the text of JSON, by the BadgerFish convention or the plainer one.

use bytestring::ByteString;
use indexmap::IndexMap;
use smallvec::SmallVec;

use super::text::Text;
use super::{Declaration, NodeId, Xml, XmlError, XmlName, XmlNode};
use crate::value::{Value, tree_bytes};

/// Members that a result may have. Namespaces repeat on every element, so a small document can have a large result.
const MAX_MEMBERS: usize = 2_000_000;

/// How elements, attributes and texts become members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonConvention {
    /// Every element is a map: its text is `$`, its attributes start with `@`, and `@xmlns` has the namespaces in scope.
    BadgerFish,
    /// The same with local names and without namespaces.
    Local,
}

impl Xml {
    /// The document as JSON.
    pub fn to_json(&self, convention: JsonConvention) -> Result<Value, XmlError> {
        Ok(Value::read_made(self.to_json_text(convention)?))
    }

    /// The text of the document as JSON, with room also for what is read from it.
    pub fn to_json_text(&self, convention: JsonConvention) -> Result<ByteString, XmlError> {
        let write = |text: &mut Text| {
            let Some(root) = self.root_element() else {
                text.push_str("null");
                return Ok(());
            };
            let mut writer =
                Writer { document: self, text, convention, members: 0, scope: Vec::new(), namespaces: Vec::new() };
            writer.text.push_str("{");
            if let XmlNode::Element { name, .. } = self.node(root) {
                writer.name("", writer.key(name));
            }
            writer.element(root)?;
            writer.text.push_str("}");
            Ok(())
        };
        Text::made("JSON", write, |text| tree_bytes(text.as_bytes()))
    }
}

/// The name of a member: a prefix that is written, and the rest.
type Key<'x> = (Option<&'x str>, &'x str);

struct Writer<'x, 't> {
    document: &'x Xml,
    text: &'t mut Text,
    convention: JsonConvention,
    members: usize,
    /// The declarations in scope, outer ones first.
    scope: Vec<&'x Declaration>,
    /// The same by their prefixes, without those that were taken back.
    namespaces: Vec<&'x Declaration>,
}

impl<'x> Writer<'x, '_> {
    fn key(&self, name: &'x XmlName) -> Key<'x> {
        match self.convention {
            JsonConvention::BadgerFish => (name.prefix.as_deref(), &name.local),
            JsonConvention::Local => (None, &name.local),
        }
    }

    /// Writes a name and its colon. Names of XML need no escapes.
    fn name(&mut self, before: &str, (prefix, local): Key<'x>) {
        self.text.push_str("\"");
        self.text.push_str(before);
        if let Some(prefix) = prefix {
            self.text.push_str(prefix);
            self.text.push_str(":");
        }
        self.text.push_str(local);
        self.text.push_str("\":");
    }

    fn comma(&mut self, is_first: &mut bool) {
        if !std::mem::take(is_first) {
            self.text.push_str(",");
        }
    }

    /// Elements are at most as deep as the parser allows.
    fn element(&mut self, id: NodeId) -> Result<(), XmlError> {
        let XmlNode::Element { attributes, declarations, .. } = self.document.node(id) else { return Ok(()) };
        self.text.check()?;
        let outer = self.scope.len();
        let before = match declarations.is_empty() {
            true => None,
            false => {
                self.scope.extend(declarations);
                let active = self.active();
                Some(std::mem::replace(&mut self.namespaces, active))
            }
        };
        self.members += attributes.len() + 1;
        let mut is_first = true;
        self.text.push_str("{");
        if self.convention == JsonConvention::BadgerFish && !self.namespaces.is_empty() {
            self.declared(&mut is_first);
        }
        for attribute in attributes {
            self.comma(&mut is_first);
            self.name("@", self.key(&attribute.name));
            self.text.push_json(&attribute.value);
        }
        self.content(id, is_first)?;
        self.text.push_str("}");
        self.scope.truncate(outer);
        if let Some(before) = before {
            self.namespaces = before;
        }
        match self.members > MAX_MEMBERS {
            true => Err(XmlError::new(format!("the JSON would have more than {MAX_MEMBERS} members"))),
            false => Ok(()),
        }
    }

    /// Writes the elements, those of one name as a list, and then the text.
    fn content(&mut self, id: NodeId, mut is_first: bool) -> Result<(), XmlError> {
        let document = self.document;
        let mut texts = SmallVec::<[&str; 4]>::new();
        let mut elements = IndexMap::<Key<'x>, SmallVec<[NodeId; 4]>>::new();
        for child in document.children(id) {
            match document.node(child) {
                XmlNode::Element { name, .. } => elements.entry(self.key(name)).or_default().push(child),
                XmlNode::Text(text) => texts.push(text),
                _ => {}
            }
        }
        self.members += elements.len();
        for (key, same) in &elements {
            self.comma(&mut is_first);
            self.name("", *key);
            match **same {
                [one] => self.element(one)?,
                ref same => self.list(same)?,
            }
        }
        // Between elements, spaces are layout.
        let is_layout = |text: &str| text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        let has_text = texts.iter().any(|text| !text.is_empty());
        if has_text && (elements.is_empty() || !texts.iter().all(|text| is_layout(text))) {
            self.members += 1;
            self.comma(&mut is_first);
            self.text.push_str("\"$\":");
            self.text.push_json_of(&texts);
        }
        Ok(())
    }

    fn list(&mut self, same: &[NodeId]) -> Result<(), XmlError> {
        let mut before = "[";
        for one in same {
            self.text.push_str(before);
            self.element(*one)?;
            before = ",";
        }
        self.text.push_str("]");
        Ok(())
    }

    /// Writes the namespaces in scope; `$` is the default one.
    fn declared(&mut self, is_first: &mut bool) {
        self.members += self.namespaces.len() + 1;
        self.comma(is_first);
        let mut before = "\"@xmlns\":{";
        for at in 0..self.namespaces.len() {
            let Declaration { prefix, uri } = self.namespaces[at];
            self.text.push_str(before);
            self.name("", (None, if prefix.is_empty() { "$" } else { prefix }));
            self.text.push_json(uri);
            before = ",";
        }
        self.text.push_str("}");
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
