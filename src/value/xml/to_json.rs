//! XML as JSON, by the BadgerFish convention or the plainer one.

use std::sync::Arc;

use super::{Declaration, NodeId, Xml, XmlError, XmlName, XmlNode};
use crate::value::{Members, Value};

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
        let mut writer = Writer { document: self, convention, members: 0, scope: Vec::new(), namespaces: None };
        let Some(root) = self.root_element() else { return Ok(Value::NULL) };
        let value = writer.element(root)?;
        Ok(Value::object([(writer.name(root), value)]))
    }
}

struct Writer<'x> {
    document: &'x Xml,
    convention: JsonConvention,
    members: usize,
    /// The declarations in scope, outer ones first.
    scope: Vec<&'x Declaration>,
    /// The same as a value, shared by all elements of one scope.
    namespaces: Option<Value>,
}

impl<'x> Writer<'x> {
    /// The name of an element's member.
    fn name(&self, id: NodeId) -> Arc<str> {
        match self.document.node(id) {
            XmlNode::Element { name, .. } => self.written(name).into(),
            _ => "".into(),
        }
    }

    fn written(&self, name: &XmlName) -> String {
        match self.convention {
            JsonConvention::BadgerFish => name.qualified(),
            JsonConvention::Local => name.local.to_string(),
        }
    }

    /// Elements are at most as deep as the parser allows.
    fn element(&mut self, id: NodeId) -> Result<Value, XmlError> {
        let XmlNode::Element { attributes, declarations, .. } = self.document.node(id) else { return Ok(Value::NULL) };
        let (outer, before) = (self.scope.len(), self.namespaces.clone());
        if !declarations.is_empty() {
            self.scope.extend(declarations);
            self.namespaces = self.active();
        }
        let mut members = Members::new();
        if let (JsonConvention::BadgerFish, Some(namespaces)) = (self.convention, &self.namespaces) {
            self.members += namespaces.as_object().map_or(0, |active| active.len());
            members.insert("@xmlns".into(), namespaces.clone());
        }
        for attribute in attributes {
            members.insert(format!("@{}", self.written(&attribute.name)).into(), Value::from(&*attribute.value));
        }
        self.content(id, &mut members)?;
        self.scope.truncate(outer);
        self.namespaces = before;
        self.members += members.len() + 1;
        if self.members > MAX_MEMBERS {
            return Err(XmlError { message: format!("the JSON would have more than {MAX_MEMBERS} members") });
        }
        Ok(Value::from(members))
    }

    fn content(&mut self, id: NodeId, members: &mut Members) -> Result<(), XmlError> {
        let document = self.document;
        let mut text = String::new();
        let mut has_elements = false;
        for child in document.children(id) {
            match document.node(child) {
                XmlNode::Element { .. } => {
                    has_elements = true;
                    let value = self.element(child)?;
                    append(members, self.name(child), value);
                }
                XmlNode::Text(piece) => text.push_str(piece),
                _ => {}
            }
        }
        // Between elements, spaces are layout.
        let is_layout = has_elements && text.trim_matches([' ', '\t', '\n', '\r']).is_empty();
        if !text.is_empty() && !is_layout {
            members.insert("$".into(), text.into());
        }
        Ok(())
    }

    /// The namespaces in scope; `$` is the default one.
    fn active(&self) -> Option<Value> {
        let mut active = Members::new();
        for declaration in &self.scope {
            let name = if declaration.prefix.is_empty() { "$".into() } else { declaration.prefix.clone() };
            match declaration.uri.is_empty() {
                true => drop(active.shift_remove(&name)),
                false => drop(active.insert(name, Value::from(&*declaration.uri))),
            }
        }
        (!active.is_empty()).then(|| Value::from(active))
    }
}

/// Adds a member; of a name that repeats, the values become a list.
fn append(members: &mut Members, name: Arc<str>, value: Value) {
    let Some(one) = members.get_mut(&name) else { return drop(members.insert(name, value)) };
    match one.list_mut() {
        Some(items) => items.push(value),
        None => *one = Value::list([std::mem::take(one), value]),
    }
}
