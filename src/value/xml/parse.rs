//! Reads a document. The tokens are quick-xml's; namespaces, limits and what XML forbids are looked at here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::build::XmlBuilder;
use super::encoding::decode;
use super::limits::{MAX_NODES, MAX_XML_DEPTH};
use super::names::{is_plain_name, is_qualified_name, is_xml_char};
use super::{Xml, XmlError, XmlLimits, XmlMetrics, XmlName};

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

impl Xml {
    /// Reads a document.
    pub fn parse(bytes: &[u8], limits: &XmlLimits) -> Result<Xml, XmlError> {
        Self::parse_measured(bytes, limits).map(|(document, _)| document)
    }

    /// Reads a document, and says what it holds.
    pub fn parse_measured(bytes: &[u8], limits: &XmlLimits) -> Result<(Xml, XmlMetrics), XmlError> {
        let text = decode(bytes)?;
        if let Some((at, letter)) = text.char_indices().find(|(_, letter)| !is_xml_char(*letter)) {
            return Err(XmlError::at(format_args!("the character U+{:04X} cannot stand in XML", letter as u32), at));
        }
        let mut reader = Reader::from_str(&text);
        reader.config_mut().check_comments = true;
        let nodes = memchr::memchr_iter(b'<', text.as_bytes()).count();
        let mut read = Read::new(limits, XmlBuilder::of(nodes.min(MAX_NODES)));
        loop {
            let at = usize::try_from(reader.buffer_position()).unwrap_or_default();
            match reader.read_event() {
                Ok(Event::Eof) => return read.finish(at),
                Ok(event) => read.event(&event, at)?,
                Err(error) => {
                    let at = usize::try_from(reader.error_position()).unwrap_or(at);
                    return Err(XmlError::at(error, at));
                }
            }
        }
    }
}

struct Read<'l> {
    limits: &'l XmlLimits,
    builder: XmlBuilder,
    metrics: XmlMetrics,
    /// The namespaces of every prefix, the innermost last. Empty if the default namespace was taken back.
    bindings: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// Of every open element the prefixes that it declares, and how many elements it has so far.
    open: Vec<(Vec<Arc<str>>, usize)>,
    /// Names and texts that were seen, so that equal ones are kept once.
    interned: HashSet<Arc<str>>,
    names: HashSet<Arc<str>>,
    namespaces: HashSet<Arc<str>>,
    has_element: bool,
    started: bool,
}

impl<'l> Read<'l> {
    fn new(limits: &'l XmlLimits, builder: XmlBuilder) -> Self {
        let xml: Arc<str> = "xml".into();
        Read {
            limits,
            builder,
            metrics: XmlMetrics::default(),
            bindings: HashMap::from([(xml, vec![XML.into()])]),
            open: Vec::new(),
            interned: HashSet::new(),
            names: HashSet::new(),
            namespaces: HashSet::new(),
            has_element: false,
            started: false,
        }
    }

    fn event(&mut self, event: &Event<'_>, at: usize) -> Result<(), XmlError> {
        match event {
            Event::Start(tag) => self.start(tag, at)?,
            Event::Empty(tag) => {
                self.start(tag, at)?;
                self.end(at)?;
            }
            Event::End(_) => self.end(at)?,
            Event::Text(text) => self.characters(text, at)?,
            Event::CData(text) => {
                if self.open.is_empty() {
                    return Err(XmlError::at("text stands outside of the document's element", at));
                }
                self.append(&text.xml10_content(), at)?;
            }
            Event::GeneralRef(name) => {
                let letter = reference(name, at)?;
                if self.open.is_empty() {
                    return Err(XmlError::at("text stands outside of the document's element", at));
                }
                self.append(letter.encode_utf8(&mut [0; 4]), at)?;
            }
            Event::Comment(text) => self.builder.comment(&text.xml10_content()),
            Event::PI(instruction) => {
                let target = instruction.target();
                if !is_plain_name(target) || target.eq_ignore_ascii_case("xml") {
                    return Err(XmlError::at("a processing instruction has a name that XML forbids", at));
                }
                self.builder.instruction(target, instruction.content().trim_start());
            }
            Event::Decl(declaration) => {
                if self.started {
                    return Err(XmlError::at("`<?xml …?>` does not stand at the start", at));
                }
                if declaration.version().is_ok_and(|version| version != "1.0" && version != "1.1") {
                    return Err(XmlError::at("the XML is of an unknown version", at));
                }
                self.builder.declared(true);
            }
            Event::DocType(_) => {
                let message = "a document type declaration (`<!DOCTYPE`) is refused: it could define entities";
                return Err(XmlError::at(message, at));
            }
            Event::Eof => {}
        }
        self.started = true;
        match self.builder.size() > MAX_NODES {
            true => Err(XmlError::over("too many elements, texts and attributes", MAX_NODES, at)),
            false => Ok(self.builder.take_room()?),
        }
    }

    fn characters(&mut self, text: &str, at: usize) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return match text.trim_matches(is_space).is_empty() {
                true => Ok(()),
                false => Err(XmlError::at("text stands outside of the document's element", at)),
            };
        }
        if let Some(end) = text.find("]]>") {
            return Err(XmlError::at("`]]>` stands in a text", at + end));
        }
        match text.contains('\r') {
            true => self.append(&text.replace("\r\n", "\n").replace('\r', "\n"), at),
            false => self.append(text, at),
        }
    }

    /// Adds to the text that is being read.
    fn append(&mut self, text: &str, at: usize) -> Result<(), XmlError> {
        self.builder.text(text);
        let length = self.builder.pending();
        self.metrics.value_length = self.metrics.value_length.max(length);
        check("a text is too long, in bytes,", self.limits.value_length, length, at)
    }

    fn end(&mut self, at: usize) -> Result<(), XmlError> {
        let Some((declared, _)) = self.open.pop() else {
            return Err(XmlError::at("an element is closed that is not open", at));
        };
        for prefix in declared {
            if let Some(bound) = self.bindings.get_mut(&prefix) {
                bound.pop();
            }
        }
        self.builder.end();
        Ok(())
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<(), XmlError> {
        if self.open.is_empty() && std::mem::replace(&mut self.has_element, true) {
            return Err(XmlError::at("a second element stands behind the document's", at));
        }
        self.count_child(at)?;
        let attributes = self.attributes(tag, at)?;
        let mut declared = Vec::new();
        for (name, value) in &attributes {
            if let Some(prefix) = declares(name) {
                self.bind(prefix, value, &mut declared, at)?;
            }
        }
        let name = self.resolve(&text_of(tag.name().as_ref()), true, at)?;
        self.builder.start(name);
        for prefix in &declared {
            let uri = self.bindings.get(prefix).and_then(|bound| bound.last()).cloned().unwrap_or_default();
            self.builder.declare(prefix.clone(), uri);
        }
        let mut seen = HashSet::new();
        for (name, value) in attributes.iter().filter(|(name, _)| declares(name).is_none()) {
            let name = self.resolve(name, false, at)?;
            if !seen.insert((name.namespace.clone(), name.local.clone())) {
                return Err(XmlError::at(format_args!("the attribute `{}` stands twice", name.qualified()), at));
            }
            self.builder.attribute(name, value);
        }
        self.open.push((declared, 0));
        Ok(())
    }

    fn count_child(&mut self, at: usize) -> Result<(), XmlError> {
        let depth = self.open.len() + 1;
        self.metrics.depth = self.metrics.depth.max(depth);
        let limit = if self.limits.depth == 0 { MAX_XML_DEPTH } else { self.limits.depth.min(MAX_XML_DEPTH) };
        check("too many elements inside each other", limit, depth, at)?;
        let Some((_, children)) = self.open.last_mut() else { return Ok(()) };
        *children += 1;
        let width = *children;
        self.metrics.width = self.metrics.width.max(width);
        check("too many elements inside one", self.limits.width, width, at)
    }

    /// The attributes as they are written, their values decoded.
    fn attributes(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<Vec<(String, String)>, XmlError> {
        let mut list = Vec::new();
        let mut attributes = tag.attributes();
        // The check for repetitions compares every one with every other; ours is behind the namespaces.
        for attribute in attributes.with_checks(false) {
            let attribute =
                attribute.map_err(|error| XmlError::at(format_args!("an attribute is not XML: {error}"), at))?;
            let (name, value) = (text_of(attribute.key.as_ref()), value(&attribute.value, at)?);
            self.metrics.value_length = self.metrics.value_length.max(value.len());
            check("a value is too long, in bytes,", self.limits.value_length, value.len(), at)?;
            list.push((name, value));
            check("too many attributes", self.limits.width, list.len(), at)?;
            if self.builder.size() + list.len() > MAX_NODES {
                return Err(XmlError::over("too many elements, texts and attributes", MAX_NODES, at));
            }
        }
        self.metrics.width = self.metrics.width.max(list.len());
        Ok(list)
    }

    fn bind(&mut self, prefix: &str, uri: &str, declared: &mut Vec<Arc<str>>, at: usize) -> Result<(), XmlError> {
        let wrong = prefix == "xmlns"
            || (prefix == "xml") != (uri == XML)
            || uri == XMLNS
            || (!prefix.is_empty() && (uri.is_empty() || !is_plain_name(prefix)));
        if wrong {
            return Err(XmlError::at(
                format_args!("the namespace of `{}` is not one that XML allows", short(prefix)),
                at,
            ));
        }
        let (prefix, uri) = (self.intern(prefix), self.intern(uri));
        if declared.contains(&prefix) {
            return Err(XmlError::at(format_args!("the namespace of `{prefix}` is declared twice"), at));
        }
        self.namespaces.insert(uri.clone());
        self.bindings.entry(prefix.clone()).or_default().push(uri);
        declared.push(prefix);
        // `xml` is always there.
        self.metrics.unique_prefixes = self.bindings.len() - 1;
        self.metrics.unique_namespaces = self.namespaces.len();
        check("too many different prefixes", self.limits.unique_prefixes, self.metrics.unique_prefixes, at)?;
        check("too many different namespaces", self.limits.unique_namespaces, self.namespaces.len(), at)
    }

    /// The name with its namespace. An attribute without a prefix has none.
    fn resolve(&mut self, name: &str, of_element: bool, at: usize) -> Result<XmlName, XmlError> {
        self.metrics.name_length = self.metrics.name_length.max(name.len());
        check("a name is too long, in bytes,", self.limits.name_length, name.len(), at)?;
        if !is_qualified_name(name) {
            return Err(XmlError::at(format_args!("`{}` is not a name that XML allows", short(name)), at));
        }
        let whole = self.intern(name);
        self.names.insert(whole);
        self.metrics.unique_names = self.names.len();
        check("too many different names", self.limits.unique_names, self.names.len(), at)?;
        let (prefix, local) = name.split_once(':').map_or((None, name), |(prefix, local)| (Some(prefix), local));
        let bound = |prefix: &str| self.bindings.get(prefix).and_then(|bound| bound.last()).cloned();
        let namespace = match prefix {
            Some(prefix) => match bound(prefix) {
                Some(uri) => Some(uri),
                None => return Err(XmlError::at(format_args!("the prefix `{}` is not declared", short(prefix)), at)),
            },
            None if of_element => bound("").filter(|uri| !uri.is_empty()),
            None => None,
        };
        Ok(XmlName { prefix: prefix.map(|prefix| self.intern(prefix)), local: self.intern(local), namespace })
    }

    fn intern(&mut self, text: &str) -> Arc<str> {
        match self.interned.get(text) {
            Some(known) => known.clone(),
            None => {
                let new: Arc<str> = text.into();
                self.builder.shared(text);
                self.interned.insert(new.clone());
                new
            }
        }
    }

    fn finish(self, at: usize) -> Result<(Xml, XmlMetrics), XmlError> {
        match (self.has_element, self.open.is_empty()) {
            (false, _) => Err(XmlError::at("the text has no element: it is not XML", at)),
            (true, false) => Err(XmlError::at("the text ends inside of an element", at)),
            (true, true) => Ok((self.builder.finish(), self.metrics)),
        }
    }
}

fn check(what: &str, limit: usize, count: usize, at: usize) -> Result<(), XmlError> {
    if limit > 0 && count > limit { Err(XmlError::over(what, limit, at)) } else { Ok(()) }
}

/// The prefix that an attribute declares: empty for `xmlns`.
fn declares(attribute: &str) -> Option<&str> {
    attribute.strip_prefix("xmlns:").or((attribute == "xmlns").then_some(""))
}

/// The value of an attribute: references replaced, every kind of space a space.
fn value(raw: &str, at: usize) -> Result<String, XmlError> {
    if raw.contains('<') {
        return Err(XmlError::at("`<` stands in the value of an attribute", at));
    }
    let normal = raw.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
    if !normal.contains('&') {
        return Ok(normal);
    }
    let mut out = String::with_capacity(normal.len());
    let mut rest = normal.as_str();
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let Some((name, after)) = behind.split_once(';') else {
            return Err(XmlError::at("a `&` has no `;` behind it", at));
        };
        out.push(reference(name, at)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// The character that `&name;` stands for.
fn reference(name: &str, at: usize) -> Result<char, XmlError> {
    let number = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix('x') {
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                u32::from_str_radix(digits, 16).ok()
            }
            None if number.bytes().all(|digit| digit.is_ascii_digit()) => number.parse().ok(),
            _ => None,
        },
        None => match name {
            "lt" => return Ok('<'),
            "gt" => return Ok('>'),
            "amp" => return Ok('&'),
            "apos" => return Ok('\''),
            "quot" => return Ok('"'),
            other => {
                let message =
                    format!("the entity `&{};` is not one of XML's five, and no others are defined", short(other));
                return Err(XmlError::at(message, at));
            }
        },
    };
    let letter = number.and_then(char::from_u32).filter(|letter| is_xml_char(*letter));
    letter.ok_or_else(|| XmlError::at(format_args!("`&{};` is no character that XML allows", short(name)), at))
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r')
}

fn text_of(name: impl AsRef<str>) -> String {
    name.as_ref().to_owned()
}

/// The part of the document that a message quotes.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
