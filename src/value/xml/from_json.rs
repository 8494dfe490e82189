//! JSON as the text of an XML document, by the BadgerFish convention; plain members become elements with text. No tree is made.

use std::borrow::Cow;
use std::sync::Arc;

use bytestring::ByteString;

use super::names::{first_forbidden, is_plain_name};
use super::text::Text;
use super::write::{declaration, escape};
use super::{Xml, XmlError, is_qualified_name};
use crate::value::{Kind, MAX_XML_DEPTH, Value, ValueRef};

/// How a document is put around JSON that is none.
#[derive(Debug, Clone)]
pub struct XmlRoot {
    /// The name of the document's element where the JSON has none of its own.
    pub name: Arc<str>,
    /// Put it around every JSON.
    pub always: bool,
    /// The name of the elements of a list that has no name.
    pub unnamed: Arc<str>,
}

impl Xml {
    /// The text of a document that is made of JSON.
    pub fn text_of_json(json: &Value, root: &XmlRoot) -> Result<ByteString, XmlError> {
        let write = |text: &mut Text| {
            let mut maker = Maker { text, in_tag: false, depth: 0, scope: Vec::new(), unnamed: &root.unnamed };
            match own_root(json.view()).filter(|_| !root.always) {
                Some((name, value)) => maker.element(name, value),
                None => maker.element(&root.name, json.view()),
            }
        };
        Text::made("XML", write, |_| 0)
    }
}

/// The one member of a map that can be a document's element.
fn own_root(json: ValueRef<'_>) -> Option<(&str, ValueRef<'_>)> {
    let members = json.as_object()?;
    let (name, value) = members.iter().next().filter(|_| members.len() == 1)?;
    let can = !name.starts_with('@') && name != "$" && value.as_list().is_none();
    can.then_some((name, value))
}

/// A prefix and its namespace.
type Binding = (Arc<str>, Arc<str>);

struct Maker<'t> {
    text: &'t mut Text,
    /// The tag of an element is open, so that attributes may follow.
    in_tag: bool,
    /// How many elements are open.
    depth: usize,
    /// Prefixes and namespaces in scope, outer ones first.
    scope: Vec<Binding>,
    unnamed: &'t str,
}

impl Maker<'_> {
    fn element(&mut self, name: &str, value: ValueRef<'_>) -> Result<(), XmlError> {
        if self.depth >= MAX_XML_DEPTH {
            return Err(XmlError::new(format!("the JSON is deeper than {MAX_XML_DEPTH} levels")));
        }
        self.text.check()?;
        let outer = self.scope.len();
        // Most maps have neither namespaces nor attributes.
        let is_marked = value.as_object().is_some_and(|members| members.iter().any(|(name, _)| name.starts_with('@')));
        let declared = if is_marked { self.declared(value)? } else { Vec::new() };
        self.scope.extend(declared.iter().cloned());
        self.check_name(name)?;
        self.end_tag();
        self.text.push_str("<");
        self.text.push_str(name);
        declared.iter().for_each(|(prefix, uri)| declaration(self.text, prefix, uri));
        (self.in_tag, self.depth) = (true, self.depth + 1);
        self.content(value, is_marked)?;
        self.depth -= 1;
        if std::mem::take(&mut self.in_tag) {
            self.text.push_str("/>");
        } else {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push_str(">");
        }
        self.scope.truncate(outer);
        Ok(())
    }

    /// Ends the tag that is open: content follows.
    fn end_tag(&mut self) {
        if std::mem::take(&mut self.in_tag) {
            self.text.push_str(">");
        }
    }

    fn content(&mut self, value: ValueRef<'_>, is_marked: bool) -> Result<(), XmlError> {
        match value.kind() {
            Kind::Object(members) if !is_marked => {
                members.iter().try_for_each(|(name, value)| self.member(name, value))
            }
            Kind::Object(members) => {
                for (name, value) in members.iter().filter(|(name, _)| is_attribute(name)) {
                    self.attribute(&name[1..], value)?;
                }
                for (name, value) in members.iter().filter(|(name, _)| !is_attribute(name) && *name != "@xmlns") {
                    self.member(name, value)?;
                }
                Ok(())
            }
            Kind::List(items) => {
                let unnamed = self.unnamed;
                items.iter().try_for_each(|item| self.element(unnamed, item))
            }
            Kind::Xml(document) => {
                if document.len() > 1 {
                    self.end_tag();
                    document.write_to(self.text);
                }
                Ok(())
            }
            _ => self.characters(&value.to_text()),
        }
    }

    fn attribute(&mut self, name: &str, value: ValueRef<'_>) -> Result<(), XmlError> {
        self.check_name(name)?;
        let local = name.split_once(':').map_or(name, |(_, local)| local);
        let text = plain_text(value, local)?;
        self.text.push_str(" ");
        self.text.push_str(name);
        self.text.push_str("=\"");
        escape(self.text, &text, true);
        self.text.push_str("\"");
        Ok(())
    }

    fn member(&mut self, name: &str, value: ValueRef<'_>) -> Result<(), XmlError> {
        match (name, value.kind()) {
            ("$", _) => {
                let text = plain_text(value, "$")?;
                self.characters(&text)
            }
            (name, Kind::List(items)) => items.iter().try_for_each(|item| self.element(name, item)),
            (name, _) => self.element(name, value),
        }
    }

    fn characters(&mut self, text: &str) -> Result<(), XmlError> {
        check(text)?;
        if !text.is_empty() {
            self.end_tag();
            escape(self.text, text, false);
        }
        Ok(())
    }

    /// The namespaces that `@xmlns` of a map declares: a text for the default one, or a map of prefixes with `$` for it.
    fn declared(&self, value: ValueRef<'_>) -> Result<Vec<Binding>, XmlError> {
        let Some(written) = value.as_object().and_then(|members| members.get("@xmlns")) else {
            return Ok(Vec::new());
        };
        let all: Vec<Binding> = match written.kind() {
            Kind::String(uri) => vec![("".into(), uri.into())],
            Kind::Object(members) => {
                let uri = |value: ValueRef<'_>| plain_text(value, "@xmlns").map(|uri| Arc::from(&*uri));
                let one = |(name, value): (&str, ValueRef<'_>)| {
                    let prefix = if name == "$" { "".into() } else { name.into() };
                    Ok((prefix, uri(value)?))
                };
                members.iter().map(one).collect::<Result<_, XmlError>>()?
            }
            _ => return Err(XmlError::new("`@xmlns` is neither a text nor a map".to_owned())),
        };
        for (prefix, uri) in &all {
            let wrong = &**prefix == "xmlns"
                || &**prefix == "xml"
                || (!prefix.is_empty() && (uri.is_empty() || !is_plain_name(prefix)));
            if wrong {
                return Err(XmlError::new(format!("`@xmlns` has the prefix `{}`, which XML forbids", short(prefix))));
            }
            check(uri)?;
        }
        // A binding that is in scope already need not be declared again. The other direction declares it on every element.
        Ok(all.into_iter().filter(|(prefix, uri)| self.uri(prefix).unwrap_or_default() != &**uri).collect())
    }

    fn uri(&self, prefix: &str) -> Option<&str> {
        self.scope.iter().rev().find(|(known, _)| **known == *prefix).map(|(_, uri)| &**uri)
    }

    /// Whether a name can be one, and its prefix has a namespace.
    fn check_name(&self, name: &str) -> Result<(), XmlError> {
        if is_plain_name(name) {
            return Ok(());
        }
        if !is_qualified_name(name) {
            return Err(XmlError::new(format!("`{}` is not a name that XML allows", short(name))));
        }
        match name.split_once(':') {
            Some((prefix, _)) if prefix != "xml" && self.uri(prefix).is_none() => {
                let message =
                    format!("the prefix of `{}` has no namespace: an `@xmlns` around it must declare one", short(name));
                Err(XmlError::new(message))
            }
            _ => Ok(()),
        }
    }
}

fn is_attribute(name: &str) -> bool {
    name.starts_with('@') && name != "@xmlns"
}

/// The text of a value that has no members.
fn plain_text<'v>(value: ValueRef<'v>, name: &str) -> Result<Cow<'v, str>, XmlError> {
    if let Kind::Object(_) | Kind::List(_) = value.kind() {
        return Err(XmlError::new(format!("`{}` holds a map or a list where text belongs", short(name))));
    }
    let text = value.to_text();
    check(&text)?;
    Ok(text)
}

fn check(text: &str) -> Result<(), XmlError> {
    match first_forbidden(text) {
        Some((_, letter)) => Err(XmlError::new(format!("the character U+{:04X} cannot stand in XML", letter as u32))),
        None => Ok(()),
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
