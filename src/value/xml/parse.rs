//! Reads a document. The tokens are quick-xml's; namespaces, limits and what XML forbids are looked at here.

use std::borrow::Cow;
use std::collections::HashSet;

use quick_xml::errors::IllFormedError;
use quick_xml::events::{BytesStart, Event};
use smallvec::SmallVec;

use super::build::XmlBuilder;
use super::encoding::decode;
use super::limits::{MAX_NODES, MAX_XML_DEPTH, check};
use super::names::{first_forbidden, is_plain_name};
use super::references::{reference, value};
use super::scope::{Expanded, Here, Scope};
use super::tokens::{Token, Tokens};
use super::{Xml, XmlError, XmlLimits, XmlMetrics};

impl Xml {
    /// Reads a document.
    pub fn parse(bytes: &[u8], limits: &XmlLimits) -> Result<Xml, XmlError> {
        Self::parse_measured(bytes, limits).map(|(document, _)| document)
    }

    /// Reads a document, and says what it holds.
    pub fn parse_measured(bytes: &[u8], limits: &XmlLimits) -> Result<(Xml, XmlMetrics), XmlError> {
        let text = decode(bytes)?;
        if let Some((at, letter)) = first_forbidden(&text) {
            return Err(XmlError::at(format_args!("the character U+{:04X} cannot stand in XML", letter as u32), at));
        }
        let nodes = marks(text.as_bytes());
        let mut read = Read::new(limits, XmlBuilder::of(nodes.min(MAX_NODES)));
        let mut tokens = Tokens::new(&text);
        loop {
            let at = tokens.at();
            match tokens.next()? {
                Token::Start { name, is_empty } => {
                    read.plain_start(name, at)?;
                    if is_empty {
                        read.close(at)?;
                    }
                }
                Token::End { name } => read.end(name, at)?,
                Token::Text(text) => read.characters(text, at)?,
                Token::Other(event) => read.event(&event, &text[at + 1..], at)?,
                Token::Nothing => return read.finish(at),
            }
            read.started = true;
            read.check_size(at)?;
        }
    }
}

/// How many `<` a text has: no more than 255 at a time, which makes a loop over many bytes at a time of it.
fn marks(text: &[u8]) -> usize {
    let few = |chunk: &[u8]| chunk.iter().map(|byte| u8::from(*byte == b'<')).sum::<u8>();
    text.chunks(255).map(|chunk| usize::from(few(chunk))).sum()
}

struct Read<'l, 't> {
    limits: &'l XmlLimits,
    builder: XmlBuilder,
    metrics: XmlMetrics,
    scope: Scope,
    open: Vec<Open<'t>>,
    has_element: bool,
    started: bool,
}

/// An element whose end has not come yet.
struct Open<'t> {
    name: &'t str,
    /// The prefixes that were declared before it.
    outer: usize,
    /// How many elements it has so far.
    children: usize,
}

/// The attributes of a tag, as they are written but for their values.
type Attributes<'t> = SmallVec<[(&'t str, Cow<'t, str>); 6]>;

/// The names of attributes of one element: those after the first few are hashed.
#[derive(Default)]
struct Seen {
    few: SmallVec<[Expanded; 16]>,
    others: Option<HashSet<Expanded>>,
}

impl Seen {
    fn is_new(&mut self, name: Expanded) -> bool {
        if self.few.contains(&name) {
            return false;
        }
        match self.few.len() < self.few.inline_size() {
            true => {
                self.few.push(name);
                true
            }
            false => self.others.get_or_insert_default().insert(name),
        }
    }
}

impl<'l, 't> Read<'l, 't> {
    fn new(limits: &'l XmlLimits, builder: XmlBuilder) -> Self {
        let (metrics, scope) = (XmlMetrics::default(), Scope::default());
        Read { limits, builder, metrics, scope, open: Vec::new(), has_element: false, started: false }
    }

    /// What is no plain token. `rest` is after the first byte of it.
    fn event(&mut self, event: &Event<'_>, rest: &'t str, at: usize) -> Result<(), XmlError> {
        match event {
            Event::Start(tag) => self.start(tag, &rest[..tag.name().into_inner().len()], at)?,
            Event::Empty(tag) => {
                self.start(tag, &rest[..tag.name().into_inner().len()], at)?;
                self.close(at)?;
            }
            Event::Text(text) => self.characters(text, at)?,
            Event::CData(text) => {
                self.inside(at)?;
                self.append(&text.xml10_content(), at)?;
            }
            Event::GeneralRef(name) => {
                let letter = reference(name, at)?;
                self.inside(at)?;
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
            // The ends of elements are plain.
            Event::End(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn check_size(&mut self, at: usize) -> Result<(), XmlError> {
        match self.builder.size() > MAX_NODES {
            true => Err(XmlError::over("too many elements, texts and attributes", MAX_NODES, at)),
            false => Ok(self.builder.take_room()?),
        }
    }

    /// Fails outside of the document's element, where no text may be.
    fn inside(&self, at: usize) -> Result<(), XmlError> {
        match self.open.is_empty() {
            true => Err(XmlError::at("text stands outside of the document's element", at)),
            false => Ok(()),
        }
    }

    fn characters(&mut self, text: &str, at: usize) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return if text.trim_matches(is_space).is_empty() { Ok(()) } else { self.inside(at) };
        }
        if memchr::memchr2(b'>', b'\r', text.as_bytes()).is_none() {
            return self.append(text, at);
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

    fn end(&mut self, name: &str, at: usize) -> Result<(), XmlError> {
        let wrong = match self.open.last() {
            Some(open) if open.name == name => return self.close(at),
            Some(open) => IllFormedError::MismatchedEndTag { expected: open.name.to_owned(), found: name.to_owned() },
            None => IllFormedError::UnmatchedEndTag(name.to_owned()),
        };
        Err(XmlError::at(quick_xml::Error::IllFormed(wrong), at))
    }

    fn close(&mut self, at: usize) -> Result<(), XmlError> {
        let Some(Open { outer, .. }) = self.open.pop() else {
            return Err(XmlError::at("an element is closed that is not open", at));
        };
        self.scope.leave(outer);
        self.builder.end();
        Ok(())
    }

    /// Opens an element whose attributes come next.
    fn enter(&mut self, name: &'t str, at: usize) -> Result<usize, XmlError> {
        if self.open.is_empty() && std::mem::replace(&mut self.has_element, true) {
            return Err(XmlError::at("a second element stands behind the document's", at));
        }
        self.count_child(at)?;
        let outer = self.scope.depth();
        self.open.push(Open { name, outer, children: 0 });
        Ok(outer)
    }

    fn plain_start(&mut self, name: &'t str, at: usize) -> Result<(), XmlError> {
        self.enter(name, at)?;
        let Read { limits, builder, metrics, scope, .. } = self;
        let name = scope.element(name, &mut Here { at, limits, metrics, builder })?;
        builder.open(name);
        Ok(())
    }

    fn start(&mut self, tag: &BytesStart<'_>, name: &'t str, at: usize) -> Result<(), XmlError> {
        let outer = self.enter(name, at)?;
        self.with_attributes(tag, outer, at)
    }

    fn with_attributes(&mut self, tag: &BytesStart<'_>, outer: usize, at: usize) -> Result<(), XmlError> {
        let mut attributes = Attributes::new();
        self.attributes(tag, &mut attributes, at)?;
        let Read { limits, builder, metrics, scope, .. } = self;
        let mut here = Here { at, limits, metrics, builder };
        for (name, value) in &attributes {
            if let Some(prefix) = declares(name) {
                scope.bind(prefix, value, outer, &mut here)?;
            }
        }
        let name = scope.element(tag.name().into_inner(), &mut here)?;
        here.builder.open(name);
        scope.declared(outer).for_each(|(prefix, uri)| here.builder.declare(prefix, uri));
        let mut seen = Seen::default();
        for (name, value) in attributes.iter().filter(|(name, _)| declares(name).is_none()) {
            let (expanded, name) = scope.attribute(name, &mut here)?;
            if !seen.is_new(expanded) {
                return Err(XmlError::at(format_args!("the attribute `{}` stands twice", name.qualified()), at));
            }
            here.builder.attribute(name, value);
        }
        Ok(())
    }

    fn count_child(&mut self, at: usize) -> Result<(), XmlError> {
        let depth = self.open.len() + 1;
        self.metrics.depth = self.metrics.depth.max(depth);
        let limit = if self.limits.depth == 0 { MAX_XML_DEPTH } else { self.limits.depth.min(MAX_XML_DEPTH) };
        check("too many elements inside each other", limit, depth, at)?;
        let Some(Open { children, .. }) = self.open.last_mut() else { return Ok(()) };
        *children += 1;
        let width = *children;
        self.metrics.width = self.metrics.width.max(width);
        check("too many elements inside one", self.limits.width, width, at)
    }

    /// The attributes as they are written, their values decoded.
    fn attributes<'a>(
        &mut self,
        tag: &'a BytesStart<'_>,
        list: &mut Attributes<'a>,
        at: usize,
    ) -> Result<(), XmlError> {
        let mut attributes = tag.attributes();
        // The check for repetitions compares every one with every other; ours is after the namespaces.
        for attribute in attributes.with_checks(false) {
            let attribute =
                attribute.map_err(|error| XmlError::at(format_args!("an attribute is not XML: {error}"), at))?;
            let value = match attribute.value {
                Cow::Borrowed(raw) => value(raw, at)?,
                Cow::Owned(raw) => Cow::Owned(value(&raw, at)?.into_owned()),
            };
            self.metrics.value_length = self.metrics.value_length.max(value.len());
            check("a value is too long, in bytes,", self.limits.value_length, value.len(), at)?;
            list.push((attribute.key.into_inner(), value));
            check("too many attributes", self.limits.width, list.len(), at)?;
            if self.builder.size() + list.len() > MAX_NODES {
                return Err(XmlError::over("too many elements, texts and attributes", MAX_NODES, at));
            }
        }
        self.metrics.width = self.metrics.width.max(list.len());
        Ok(())
    }

    fn finish(self, at: usize) -> Result<(Xml, XmlMetrics), XmlError> {
        match (self.has_element, self.open.is_empty()) {
            (false, _) => Err(XmlError::at("the text has no element: it is not XML", at)),
            (true, false) => Err(XmlError::at("the text ends inside of an element", at)),
            (true, true) => Ok((self.builder.finish(), self.metrics)),
        }
    }
}

/// The prefix that an attribute declares: empty for `xmlns`.
fn declares(attribute: &str) -> Option<&str> {
    match attribute.strip_prefix("xmlns")? {
        "" => Some(""),
        rest => rest.strip_prefix(':'),
    }
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r')
}
