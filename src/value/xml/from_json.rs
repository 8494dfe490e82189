//! JSON as XML, by the BadgerFish convention; plain members become elements with text.

use std::sync::Arc;

use super::names::is_plain_name;
use super::{Xml, XmlBuilder, XmlError, XmlName, is_qualified_name, is_xml_char};
use crate::value::{Kind, MAX_XML_DEPTH, Value, ValueRef};

const XML: &str = "http://www.w3.org/XML/1998/namespace";

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
    /// A document made of JSON.
    pub fn from_json(json: &Value, root: &XmlRoot) -> Result<Xml, XmlError> {
        let mut maker = Maker { builder: XmlBuilder::new(), scope: Vec::new(), unnamed: &root.unnamed };
        match own_root(json.view()).filter(|_| !root.always) {
            Some((name, value)) => maker.element(name, value)?,
            None => maker.element(&root.name, json.view())?,
        }
        Ok(maker.builder.finish())
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

struct Maker<'r> {
    builder: XmlBuilder,
    /// Prefixes and namespaces in scope, outer ones first.
    scope: Vec<Binding>,
    unnamed: &'r Arc<str>,
}

impl Maker<'_> {
    fn element(&mut self, name: &str, value: ValueRef<'_>) -> Result<(), XmlError> {
        if self.builder.depth() >= MAX_XML_DEPTH {
            return Err(XmlError { message: format!("the JSON is deeper than {MAX_XML_DEPTH} levels") });
        }
        let outer = self.scope.len();
        let declared = self.declared(value)?;
        self.scope.extend(declared.iter().cloned());
        let name = self.name(name, true)?;
        self.builder.start(name);
        declared.into_iter().for_each(|(prefix, uri)| self.builder.declare(prefix, uri));
        self.content(value)?;
        self.builder.end();
        self.scope.truncate(outer);
        Ok(())
    }

    fn content(&mut self, value: ValueRef<'_>) -> Result<(), XmlError> {
        match value.kind() {
            Kind::Object(members) => {
                for (name, value) in members.iter().filter(|(name, _)| is_attribute(name)) {
                    let name = self.name(&name[1..], false)?;
                    let text = plain_text(value, &name.local)?;
                    self.builder.attribute(name, &text);
                }
                for (name, value) in members.iter().filter(|(name, _)| !is_attribute(name) && *name != "@xmlns") {
                    self.member(name, value)?;
                }
                Ok(())
            }
            Kind::List(items) => {
                let unnamed = self.unnamed.clone();
                items.iter().try_for_each(|item| self.element(&unnamed, item))
            }
            Kind::Xml(document) => {
                document.copy_below(0, &mut self.builder, &|_| true, &|_, _| true);
                Ok(())
            }
            _ => {
                let text = value.to_text();
                self.text(&text)
            }
        }
    }

    fn member(&mut self, name: &str, value: ValueRef<'_>) -> Result<(), XmlError> {
        match (name, value.kind()) {
            ("$", _) => {
                let text = plain_text(value, "$")?;
                self.text(&text)
            }
            (name, Kind::List(items)) => items.iter().try_for_each(|item| self.element(name, item)),
            (name, _) => self.element(name, value),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        check(text)?;
        self.builder.text(text);
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
                let uri = |value: ValueRef<'_>| plain_text(value, "@xmlns").map(Arc::from);
                let one = |(name, value): (&str, ValueRef<'_>)| {
                    let prefix = if name == "$" { "".into() } else { name.into() };
                    Ok((prefix, uri(value)?))
                };
                members.iter().map(one).collect::<Result<_, XmlError>>()?
            }
            _ => return Err(XmlError { message: "`@xmlns` is neither a text nor a map".to_owned() }),
        };
        for (prefix, uri) in &all {
            let wrong = &**prefix == "xmlns"
                || &**prefix == "xml"
                || (!prefix.is_empty() && (uri.is_empty() || !is_plain_name(prefix)));
            if wrong {
                return Err(XmlError {
                    message: format!("`@xmlns` has the prefix `{}`, which XML forbids", short(prefix)),
                });
            }
            check(uri)?;
        }
        // What is in scope already need not be said again, as the other direction says it on every element.
        Ok(all.into_iter().filter(|(prefix, uri)| self.uri(prefix).unwrap_or_default() != &**uri).collect())
    }

    fn uri(&self, prefix: &str) -> Option<&str> {
        self.scope.iter().rev().find(|(known, _)| **known == *prefix).map(|(_, uri)| &**uri)
    }

    fn name(&self, name: &str, of_element: bool) -> Result<XmlName, XmlError> {
        if !is_qualified_name(name) {
            return Err(XmlError { message: format!("`{}` is not a name that XML allows", short(name)) });
        }
        let Some((prefix, local)) = name.split_once(':') else {
            let namespace = self.uri("").filter(|uri| of_element && !uri.is_empty()).map(Arc::from);
            return Ok(XmlName { namespace, ..XmlName::plain(name) });
        };
        let namespace = match self.uri(prefix) {
            Some(uri) => uri,
            None if prefix == "xml" => XML,
            None => {
                let message =
                    format!("the prefix of `{}` has no namespace: an `@xmlns` around it must declare one", short(name));
                return Err(XmlError { message });
            }
        };
        Ok(XmlName { prefix: Some(prefix.into()), local: local.into(), namespace: Some(namespace.into()) })
    }
}

fn is_attribute(name: &str) -> bool {
    name.starts_with('@') && name != "@xmlns"
}

/// The text of a value that has no members.
fn plain_text(value: ValueRef<'_>, name: &str) -> Result<String, XmlError> {
    if let Kind::Object(_) | Kind::List(_) = value.kind() {
        return Err(XmlError { message: format!("`{}` holds a map or a list where text belongs", short(name)) });
    }
    let text = value.to_text();
    check(&text)?;
    Ok(text.into_owned())
}

fn check(text: &str) -> Result<(), XmlError> {
    match text.chars().find(|letter| !is_xml_char(*letter)) {
        Some(letter) => Err(XmlError { message: format!("the character U+{:04X} cannot stand in XML", letter as u32) }),
        None => Ok(()),
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
