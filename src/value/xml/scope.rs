//! The names of a document that is being read, each kept once, and the namespaces in scope.

use std::collections::HashMap;
use std::sync::Arc;

use super::build::XmlBuilder;
use super::limits::check;
use super::names::{is_plain_name, is_qualified_name};
use super::{XmlError, XmlLimits, XmlMetrics, XmlName};

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// Texts that are looked for one by one. More of them have an index.
const FEW: usize = 24;

/// The number of a text.
pub(super) type Id = u32;

/// The names and namespaces of a document.
#[derive(Default)]
pub(super) struct Scope {
    known: Vec<Known>,
    /// Of the first texts their digests.
    digests: Vec<u64>,
    /// The other ones by their texts.
    index: HashMap<Arc<str>, Id>,
    /// Names of elements that were in more than one namespace.
    others: HashMap<(Id, Option<Id>), u32>,
    /// The prefixes that open elements declare, the innermost last.
    declared: Vec<Id>,
    /// The name that was read last.
    last: Id,
    /// The prefix of elements without one, once it is declared.
    empty: Option<Id>,
}

/// A name, a part of one, a prefix or a namespace.
struct Known {
    text: Arc<str>,
    /// The prefix and the local part, where it is the name of an element or an attribute.
    parts: Option<(Option<Id>, Id)>,
    /// The namespace that an element of this name had first, and the number of the two in the document.
    element: Option<(Option<Id>, u32)>,
    /// The namespaces of a prefix, the innermost last.
    bound: Vec<Id>,
    is_prefix: bool,
    is_namespace: bool,
    /// The name that came after this one, and probably comes again.
    next: Id,
}

/// A local part, and its namespace: no two attributes of an element have both alike.
pub(super) type Expanded = (Option<Id>, Id);

impl Scope {
    fn intern(&mut self, text: &str, builder: &mut XmlBuilder) -> Id {
        let digest = digest(text);
        let mut from = 0;
        while let Some(at) = self.digests[from..].iter().position(|known| *known == digest) {
            if *self.known[from + at].text == *text {
                return (from + at) as Id;
            }
            from += at + 1;
        }
        if self.known.len() > FEW
            && let Some(id) = self.index.get(text)
        {
            return *id;
        }
        builder.shared(text);
        let (id, text) = (self.known.len() as Id, Arc::<str>::from(text));
        match self.digests.len() < FEW {
            true => self.digests.push(digest),
            false => drop(self.index.insert(text.clone(), id)),
        }
        let (parts, element, bound) = (None, None, Vec::new());
        self.known.push(Known { text, parts, element, bound, is_prefix: false, is_namespace: false, next: 0 });
        id
    }

    fn text(&self, id: Id) -> &Arc<str> {
        &self.known[id as usize].text
    }

    fn prefix(&mut self, text: &str, builder: &mut XmlBuilder) -> Id {
        let id = self.intern(text, builder);
        if text == "xml" && self.known[id as usize].bound.is_empty() {
            let xml = self.intern(XML, builder);
            self.known[id as usize].bound.push(xml);
        }
        id
    }

    /// How many prefixes are declared.
    pub fn depth(&self) -> usize {
        self.declared.len()
    }

    /// The prefixes and namespaces that an element declares which was reached at a depth.
    pub fn declared(&self, depth: usize) -> impl Iterator<Item = (Arc<str>, Arc<str>)> {
        let namespace = |prefix: &Id| self.known[*prefix as usize].bound.last().copied();
        let both = move |prefix: &Id| Some((self.text(*prefix).clone(), self.text(namespace(prefix)?).clone()));
        self.declared[depth..].iter().filter_map(both)
    }

    /// Takes back what elements have declared from a depth on.
    pub fn leave(&mut self, depth: usize) {
        for prefix in self.declared.drain(depth..) {
            self.known[prefix as usize].bound.pop();
        }
    }
}

/// The place of a name, and what counts it.
pub(super) struct Here<'r> {
    pub at: usize,
    pub limits: &'r XmlLimits,
    pub metrics: &'r mut XmlMetrics,
    pub builder: &'r mut XmlBuilder,
}

impl Scope {
    /// Declares a namespace, on an element that was reached at a depth.
    pub fn bind(&mut self, prefix: &str, uri: &str, depth: usize, here: &mut Here<'_>) -> Result<(), XmlError> {
        let wrong = prefix == "xmlns"
            || (prefix == "xml") != (uri == XML)
            || uri == XMLNS
            || (!prefix.is_empty() && (uri.is_empty() || !is_plain_name(prefix)));
        if wrong {
            let message = format_args!("the namespace of `{}` is not one that XML allows", short(prefix));
            return Err(XmlError::at(message, here.at));
        }
        let (id, namespace) = (self.prefix(prefix, here.builder), self.intern(uri, here.builder));
        if self.declared[depth..].contains(&id) {
            return Err(XmlError::at(format_args!("the namespace of `{prefix}` is declared twice"), here.at));
        }
        self.known[id as usize].bound.push(namespace);
        self.declared.push(id);
        if prefix.is_empty() {
            self.empty = Some(id);
        }
        // `xml` is always there.
        let is_new = !std::mem::replace(&mut self.known[id as usize].is_prefix, true) && prefix != "xml";
        here.metrics.unique_prefixes += usize::from(is_new);
        let is_new = !std::mem::replace(&mut self.known[namespace as usize].is_namespace, true);
        here.metrics.unique_namespaces += usize::from(is_new);
        let (prefixes, namespaces) = (here.metrics.unique_prefixes, here.metrics.unique_namespaces);
        check("too many different prefixes", here.limits.unique_prefixes, prefixes, here.at)?;
        check("too many different namespaces", here.limits.unique_namespaces, namespaces, here.at)
    }

    /// The number of an element's name in the document.
    pub fn element(&mut self, name: &str, here: &mut Here<'_>) -> Result<u32, XmlError> {
        let (id, prefix, local) = self.name(name, here)?;
        let namespace = match prefix {
            Some(prefix) => Some(self.namespace(prefix, here)?),
            None => self.default_namespace(),
        };
        match self.known[id as usize].element {
            Some((known, number)) if known == namespace => return Ok(number),
            Some(_) => {
                if let Some(number) = self.others.get(&(id, namespace)) {
                    return Ok(*number);
                }
            }
            None => {}
        }
        let number = here.builder.name(self.whole(prefix, local, namespace));
        match &mut self.known[id as usize].element {
            first @ None => *first = Some((namespace, number)),
            Some(_) => drop(self.others.insert((id, namespace), number)),
        }
        Ok(number)
    }

    /// The name of an attribute. Without a prefix it has no namespace.
    pub fn attribute(&mut self, name: &str, here: &mut Here<'_>) -> Result<(Expanded, XmlName), XmlError> {
        let (_, prefix, local) = self.name(name, here)?;
        let namespace = prefix.map(|prefix| self.namespace(prefix, here)).transpose()?;
        Ok(((namespace, local), self.whole(prefix, local, namespace)))
    }

    fn whole(&self, prefix: Option<Id>, local: Id, namespace: Option<Id>) -> XmlName {
        let text = |id: Id| self.text(id).clone();
        XmlName { prefix: prefix.map(text), local: text(local), namespace: namespace.map(text) }
    }

    /// A name and its parts, held against the limits when it is first seen.
    fn name(&mut self, name: &str, here: &mut Here<'_>) -> Result<(Id, Option<Id>, Id), XmlError> {
        let guess = self.known.get(self.last as usize).map(|last| last.next);
        let id = match guess.filter(|guess| *self.known[*guess as usize].text == *name) {
            Some(id) => id,
            None => self.intern(name, here.builder),
        };
        if let Some(last) = self.known.get_mut(self.last as usize) {
            last.next = id;
        }
        self.last = id;
        if let Some((prefix, local)) = self.known[id as usize].parts {
            return Ok((id, prefix, local));
        }
        let metrics = &mut *here.metrics;
        metrics.name_length = metrics.name_length.max(name.len());
        check("a name is too long, in bytes,", here.limits.name_length, name.len(), here.at)?;
        if !is_qualified_name(name) {
            return Err(XmlError::at(format_args!("`{}` is not a name that XML allows", short(name)), here.at));
        }
        metrics.unique_names += 1;
        check("too many different names", here.limits.unique_names, metrics.unique_names, here.at)?;
        let (prefix, local) = match name.split_once(':') {
            Some((prefix, local)) => (Some(self.prefix(prefix, here.builder)), self.intern(local, here.builder)),
            None => (None, id),
        };
        self.known[id as usize].parts = Some((prefix, local));
        Ok((id, prefix, local))
    }

    fn namespace(&self, prefix: Id, here: &Here<'_>) -> Result<Id, XmlError> {
        let Known { bound, text, .. } = &self.known[prefix as usize];
        let undeclared = || XmlError::at(format_args!("the prefix `{}` is not declared", short(text)), here.at);
        bound.last().copied().ok_or_else(undeclared)
    }

    /// The namespace of elements without a prefix. It may have been taken back.
    fn default_namespace(&self) -> Option<Id> {
        let namespace = self.known.get(self.empty? as usize)?.bound.last().copied();
        namespace.filter(|namespace| !self.text(*namespace).is_empty())
    }
}

/// A number that is the same for equal texts, and for few others.
fn digest(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let length = (bytes.len() as u64) << 56;
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(25) ^ length;
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return (u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32) ^ length;
    }
    bytes.iter().fold(length, |digest, byte| digest ^ (digest << 8) ^ u64::from(*byte))
}

/// The part of the document that a message quotes.
pub(super) fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
