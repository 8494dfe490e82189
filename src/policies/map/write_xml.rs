//! An output as XML: names, namespaces, attributes and the order of elements come from its schema.

use std::sync::Arc;

use super::plan::{Output, XmlWriting};
use super::schema::{Kind, Member, Shape, XmlShape};
use crate::value::{
    self, List, MAX_XML_DEPTH, Value, ValueRef, Xml, XmlBuilder, XmlName, is_qualified_name, is_xml_char,
};

/// The document; the error is one sentence.
pub(super) fn document(output: &Output, value: &Value, writing: XmlWriting) -> Result<Xml, String> {
    let mut writer = Writer { builder: XmlBuilder::new(), writing, scope: Vec::new() };
    let shape = &output.shape;
    let has_name = shape.xml.name.is_some() || shape.xml.namespace.is_some();
    let outside = Space::default();
    match value.as_object() {
        Some(members) if members.len() == 1 && !has_name => {
            let (name, value) = members.iter().next().ok_or("nothing is set")?;
            let root = shape.member(name);
            writer.announce(value, root, &outside)?;
            writer.element(&name.into(), root, value, &outside)?;
        }
        _ => {
            let value = value.view();
            let name = output.name.clone();
            writer.announce(value, Some(shape), &outside)?;
            writer.element(&name, Some(shape), value, &outside)?;
        }
    }
    Ok(writer.builder.finish())
}

/// The namespace that an element is in.
#[derive(Debug, Clone, Default, PartialEq)]
struct Space {
    prefix: Option<Arc<str>>,
    uri: Option<Arc<str>>,
}

struct Writer {
    builder: XmlBuilder,
    writing: XmlWriting,
    /// The declarations around this place; the prefix of the default namespace is empty.
    scope: Vec<(Arc<str>, Arc<str>)>,
}

impl Writer {
    /// Declares all namespaces of the document at its element, where they are not to stand where they are needed.
    fn announce(&mut self, value: ValueRef<'_>, shape: Option<&Shape>, around: &Space) -> Result<(), String> {
        if !self.writing.inline {
            let mut spaces = Vec::new();
            gather(value, shape, around, self.writing.inherit, &mut spaces, 0)?;
            for space in spaces {
                if let Space { prefix: Some(prefix), uri: Some(uri) } = space
                    && !self.scope.iter().any(|(known, _)| *known == prefix)
                {
                    self.scope.push((prefix, uri));
                }
            }
        }
        Ok(())
    }

    fn element(
        &mut self,
        name: &Arc<str>,
        shape: Option<&Shape>,
        value: ValueRef<'_>,
        around: &Space,
    ) -> Result<(), String> {
        if self.builder.depth() >= MAX_XML_DEPTH {
            return Err(format!("the XML would be deeper than {MAX_XML_DEPTH} elements"));
        }
        if let Some(items) = value.as_list() {
            return self.list(name, shape, items, around);
        }
        let none = XmlShape::default();
        let (space, local) = named(name, shape.map_or(&none, |shape| &shape.xml), around, self.writing.inherit)?;
        let before = self.scope.len();
        let announced = if self.builder.depth() == 0 { std::mem::take(&mut self.scope) } else { Vec::new() };
        let before = if announced.is_empty() { before } else { 0 };
        let mut declared: Vec<(Arc<str>, Arc<str>)> = announced;
        if let Some(declaration) = self.needed(&space).filter(|new| !declared.contains(new)) {
            declared.push(declaration);
        }
        self.scope.extend(declared.iter().cloned());
        let namespace = space.uri.clone().filter(|uri| !uri.is_empty());
        self.builder.start(XmlName { prefix: space.prefix.clone(), local, namespace });
        declared.into_iter().for_each(|(prefix, uri)| self.builder.declare(prefix, uri));
        self.content(shape, value, &space)?;
        self.builder.end();
        self.scope.truncate(before);
        Ok(())
    }

    fn list(&mut self, name: &Arc<str>, shape: Option<&Shape>, items: List<'_>, around: &Space) -> Result<(), String> {
        let item = shape.and_then(|shape| shape.items.as_deref()).or(shape);
        let own = item.and_then(|item| item.xml.name.clone());
        if let Some(list) = shape.filter(|shape| shape.kind == Kind::List && shape.xml.wrapped) {
            let (space, local) = named(name, &list.xml, around, self.writing.inherit)?;
            let needed = self.needed(&space);
            let before = self.scope.len();
            self.scope.extend(needed.iter().cloned());
            self.builder.start(XmlName { prefix: space.prefix.clone(), local, namespace: space.uri.clone() });
            needed.into_iter().for_each(|(prefix, uri)| self.builder.declare(prefix, uri));
            let name = own.unwrap_or_else(|| name.clone());
            items.iter().try_for_each(|value| self.element(&name, item, value, &space))?;
            self.builder.end();
            self.scope.truncate(before);
            return Ok(());
        }
        items.iter().try_for_each(|value| self.element(name, item, value, around))
    }

    fn content(&mut self, shape: Option<&Shape>, value: ValueRef<'_>, space: &Space) -> Result<(), String> {
        let members = match value.kind() {
            value::Kind::Object(members) => members,
            value::Kind::Xml(document) => {
                document.copy_below(0, &mut self.builder, &|_| true, &|_, _| true);
                return Ok(());
            }
            _ => return self.text(&value.to_text()),
        };
        let known = shape.map(|shape| &shape.members);
        let is_attribute = |name: &str| {
            name.starts_with('@')
                || known.and_then(|known| known.get(name)).is_some_and(|member| member.shape.xml.attribute)
        };
        for (name, value) in members.iter().filter(|(name, _)| is_attribute(name)) {
            let xml = known.and_then(|known| known.get(name)).map(|member| &member.shape.xml);
            let name = xml.and_then(|xml| xml.name.as_deref()).unwrap_or(name.strip_prefix('@').unwrap_or(name));
            if !is_qualified_name(name) || name.contains(':') {
                return Err(format!("`{}` is not a name that an attribute can have", short(name)));
            }
            let text = value.to_text();
            check(&text)?;
            self.builder.attribute(XmlName::plain(name), &text);
        }
        for (name, member) in known.into_iter().flatten().filter(|(_, member)| !member.shape.xml.attribute) {
            match members.get(name) {
                Some(value) => self.element(name, Some(&member.shape), value, space)?,
                None => self.missing(name, member, space)?,
            }
        }
        for (name, value) in members.iter() {
            match known.is_some_and(|known| known.contains_key(name)) || is_attribute(name) {
                true => {}
                false if name == "$" => self.text(&value.to_text())?,
                false => self.element(&name.into(), None, value, space)?,
            }
        }
        Ok(())
    }

    /// An element that nothing has set. Lists have none.
    fn missing(&mut self, name: &Arc<str>, member: &Member, space: &Space) -> Result<(), String> {
        match self.writing.empty && member.shape.kind != Kind::List {
            true => self.element(
                name,
                Some(&Shape { xml: member.shape.xml.clone(), ..Shape::default() }),
                Value::NULL.view(),
                space,
            ),
            false => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        check(text)?;
        self.builder.text(text);
        Ok(())
    }

    /// The declaration that an element in this namespace needs here.
    fn needed(&self, space: &Space) -> Option<(Arc<str>, Arc<str>)> {
        let prefix: Arc<str> = space.prefix.clone().unwrap_or_default();
        let uri: Arc<str> = space.uri.clone().unwrap_or_default();
        let inside = self.scope.iter().rev().find(|(known, _)| *known == prefix).map(|(_, uri)| &**uri);
        (inside.unwrap_or_default() != &*uri).then_some((prefix, uri))
    }
}

/// The namespace and the local name of an element.
fn named(name: &Arc<str>, xml: &XmlShape, around: &Space, inherit: bool) -> Result<(Space, Arc<str>), String> {
    let own = xml.name.clone().unwrap_or_else(|| name.clone());
    let (written, local) = match own.split_once(':') {
        Some((prefix, local)) => (Some(Arc::from(prefix)), Arc::from(local)),
        None => (None, own.clone()),
    };
    if !is_qualified_name(&local) {
        return Err(format!("`{}` is not a name that XML allows", short(&own)));
    }
    let prefix = xml.prefix.clone().or(written);
    let space = match (&xml.namespace, prefix) {
        (Some(uri), _) if uri.is_empty() => Space::default(),
        (Some(uri), prefix) => Space { prefix, uri: Some(uri.clone()) },
        (None, Some(prefix)) if around.prefix.as_ref() == Some(&prefix) => around.clone(),
        (None, Some(prefix)) => {
            return Err(format!(
                "the prefix `{}` has no namespace: the schema needs `xml: {{namespace: …}}`",
                short(&prefix)
            ));
        }
        (None, None) if inherit => around.clone(),
        (None, None) => Space::default(),
    };
    Ok((space, local))
}

/// The namespaces that a value needs, in the order in which it needs them.
fn gather(
    value: ValueRef<'_>,
    shape: Option<&Shape>,
    around: &Space,
    inherit: bool,
    spaces: &mut Vec<Space>,
    depth: usize,
) -> Result<(), String> {
    if depth > MAX_XML_DEPTH {
        return Ok(());
    }
    let mut add = |space: &Space| {
        if !spaces.contains(space) && spaces.len() < 1000 {
            spaces.push(space.clone());
        }
    };
    match value.kind() {
        value::Kind::List(items) => {
            let item = shape.and_then(|shape| shape.items.as_deref()).or(shape);
            items.iter().try_for_each(|value| gather(value, item, around, inherit, spaces, depth + 1))
        }
        value::Kind::Object(members) => {
            let none = XmlShape::default();
            let (space, _) = named(&"x".into(), shape.map_or(&none, |shape| &shape.xml), around, inherit)?;
            add(&space);
            for (name, value) in members.iter() {
                let below = shape.and_then(|shape| shape.member(name));
                gather(value, below, &space, inherit, spaces, depth + 1)?;
            }
            Ok(())
        }
        _ => {
            if let Some(shape) = shape {
                add(&named(&"x".into(), &shape.xml, around, inherit)?.0);
            }
            Ok(())
        }
    }
}

fn check(text: &str) -> Result<(), String> {
    match text.chars().find(|letter| !is_xml_char(*letter)) {
        Some(letter) => Err(format!("the character U+{:04X} cannot stand in XML", letter as u32)),
        None => Ok(()),
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
