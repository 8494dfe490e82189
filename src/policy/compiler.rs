//! The compiler of one step, as policies use it.

use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Meta, Names, SharedParts};
use crate::assembly::{Carrier, Cors, Step};
use crate::base::{Code, Diagnostic, Findings, Generation, Help, Reported, Span, codes};
use crate::expression::{Builtin, Reference, Root, Template};
use crate::runtime::{CallSite, StepInfo, is_writable};
use crate::source::{Content, Entry, Node, Shape, expand};

/// Compiles one step. Everything a policy reports goes to the true place in the document.
pub struct Compiler<'a, 'p> {
    pub shared: SharedParts<'a>,
    pub names: &'p mut Names<'a>,
    pub findings: &'p mut Findings,
    pub step: &'p Step,
    /// The metadata of the step's policy.
    pub meta: &'static Meta,
    pub carrier: Carrier,
    /// The document's CORS settings.
    pub cors: Option<&'p Arc<Cors>>,
    /// The rules this step follows.
    pub generation: Generation,
    /// The step's configuration in canonical spelling, with `${…}` replaced.
    config: Node,
}

// === impl Compiler ===

impl<'a, 'p> Compiler<'a, 'p> {
    pub fn new(
        shared: SharedParts<'a>,
        names: &'p mut Names<'a>,
        findings: &'p mut Findings,
        step: &'p Step,
        meta: &'static Meta,
        carrier: Carrier,
        generation: Generation,
    ) -> Self {
        Compiler { shared, names, findings, step, meta, carrier, cors: None, generation, config: step.config.clone() }
    }

    /// Reads the step's configuration.
    pub(super) fn decode<T: DeserializeOwned>(&mut self, shape: &Shape) -> Result<T, Reported> {
        let mark = self.findings.mark();
        if self.carrier == Carrier::XAssembly {
            self.config = expand(&self.config, self.meta.literal, self.shared.environment, self.findings);
        }
        self.findings.errors_since(mark)?;
        if self.carrier == Carrier::Ibm {
            self.config = without_nulls(&self.config);
        }
        let mut spelling = Findings::default();
        let config = shape.decode(&self.config, self.findings)?;
        self.config = shape.rename(&self.config, &mut spelling);
        Ok(config)
    }

    /// The name and the place of the step. Without a title its name is the policy's own, however the step spells it.
    pub fn info(&self) -> Arc<StepInfo> {
        self.shared.step_info(self.step, self.meta.name)
    }

    /// The step as one that calls.
    pub fn call_site(&self) -> CallSite {
        let step = self.info();
        CallSite { observer: self.shared.resources.calls().of(&step), step }
    }

    /// The place of a property, given as a JSON pointer such as `/actions/0/set`; the step's where it is not written.
    pub fn span(&self, pointer: &str) -> Span {
        self.config.pointer(pointer).map_or(self.step.policy_span, |node| node.span)
    }

    /// The subtree of a property.
    pub(crate) fn node(&self, pointer: &str) -> Option<&Node> {
        self.config.pointer(pointer)
    }

    /// The text of a property as the document has it, and whether part of it came from the environment.
    pub fn is_masked(&self, pointer: &str) -> bool {
        matches!(self.config.pointer(pointer), Some(Node { content: Content::Scalar(scalar), .. }) if scalar.masked)
    }

    /// The message with `***` in place of values that came from the environment.
    pub(crate) fn without_masked(&self, message: String) -> String {
        let mut masked = Vec::new();
        masked_texts(&self.config, &mut masked);
        if masked.is_empty() {
            return message;
        }
        // Every second piece is in quotes.
        let quoted = message.split_inclusive(['`', '"']).enumerate().map(|(index, piece)| {
            let text = piece.trim_end_matches(['`', '"']);
            let hide = index % 2 == 1 && !text.is_empty() && masked.iter().any(|masked| masked.contains(text));
            if hide { format!("***{}", &piece[text.len()..]) } else { piece.to_owned() }
        });
        quoted.collect()
    }

    /// Reports an error at a property.
    pub fn error(&mut self, code: Code, pointer: &str, message: impl Into<String>) -> Reported {
        let message = self.without_masked(message.into());
        self.findings.push(Diagnostic::error(code, self.span(pointer), message))
    }

    /// Reports an error at a property, with what to type instead.
    pub fn error_with_help(
        &mut self,
        code: Code,
        pointer: &str,
        message: impl Into<String>,
        help: impl Into<Help>,
    ) -> Reported {
        let message = self.without_masked(message.into());
        let help = help.into().map(|sentence| self.without_masked(sentence));
        self.findings.push(Diagnostic::error(code, self.span(pointer), message).help(help))
    }

    /// Reports a warning at a property, with what to type instead.
    pub fn warning(
        &mut self,
        code: Code,
        pointer: &str,
        message: impl Into<String>,
        help: impl Into<Help>,
    ) -> Reported {
        self.findings.push(Diagnostic::warning(code, self.span(pointer), message).help(help))
    }

    /// Compiles a text with `$(…)` in it.
    pub fn template(&mut self, pointer: &str, text: &str) -> Result<Template, Reported> {
        let place = self.place(pointer);
        let names = &mut *self.names;
        match Template::parse(text, &mut |name, at| names.resolve(name, place(at))) {
            Ok(template) => Ok(template),
            Err(error) => {
                let message = self.without_masked(error.message);
                Err(self.findings.push(Diagnostic::error(codes::BAD_TEMPLATE, place(error.at), message)))
            }
        }
    }

    /// Maps a part of a property's text to its place in the document; to the whole property if the document does not have the text
    /// as it is.
    pub(crate) fn place(&self, pointer: &str) -> impl Fn(Range<usize>) -> Span + use<> {
        let (whole, node) = (self.span(pointer), self.node(pointer).cloned());
        move |part| node.as_ref().and_then(|node| node.inside(part)).unwrap_or(whole)
    }

    /// Like [`Compiler::template`], where the text must be known at load: only properties may stand in it.
    pub fn constant(&mut self, pointer: &str, text: &str) -> Result<String, Reported> {
        let template = self.template(pointer, text)?;
        match template.constant() {
            Some(constant) => Ok(constant.into_owned()),
            None => {
                let name = pointer.trim_start_matches('/').to_owned();
                let message = format!("`{name}` is used at load, so only properties of the API can stand in it");
                Err(self.error(codes::BAD_TEMPLATE, pointer, message))
            }
        }
    }

    /// A variable that the step reads by its bare name, such as `input: order`.
    pub fn read_variable(&mut self, pointer: &str, name: &str) -> Result<Reference, Reported> {
        let span = self.span(pointer);
        match self.names.variable(name) {
            Ok(reference) => {
                self.names.note_read(&reference, span);
                Ok(reference)
            }
            Err(message) => Err(self.error(codes::BAD_TEMPLATE, pointer, message)),
        }
    }

    /// Notes the variables that an expression reads, for the findings about those that are not there.
    pub(crate) fn note_references<'r>(
        &mut self,
        pointer: &str,
        text: &str,
        references: impl IntoIterator<Item = &'r Reference>,
    ) {
        let place = self.place(pointer);
        for reference in references {
            // The expression does not say where each of its parts is; the name is where it is written first.
            let name = reference.path.first().and_then(|_| reference.path.last());
            let at = name.and_then(|name| text.find(&**name).map(|at| at..at + name.len()));
            let span = at.map_or_else(|| self.span(pointer), &place);
            self.names.note_unknown(reference, span, false);
        }
    }

    /// A variable that the step sets by its bare name, such as `set: message.body`.
    pub fn written_variable(&mut self, pointer: &str, name: &str) -> Result<Reference, Reported> {
        let reference = match self.names.variable(name) {
            Ok(reference) => reference,
            Err(message) => {
                return Err(self.error(codes::BAD_TEMPLATE, pointer, message));
            }
        };
        match &reference.root {
            Root::Builtin(root) if !is_writable(&reference, self.names.generation) => {
                return Err(self.read_only(pointer, name, *root));
            }
            Root::Slot(slot) => {
                let root: Arc<str> = self.names.symbols.name(*slot).into();
                if !reference.path.is_empty() {
                    self.names.written_below.push((root.clone(), reference.path[0].clone(), self.span(pointer)));
                }
                self.names.note_write(root);
            }
            Root::Builtin(_) => {
                self.names.note_unknown(&reference, self.span(pointer), true);
                self.names.written.push(reference.clone());
            }
            Root::Named(_) => {}
        }
        Ok(reference)
    }

    /// A variable that the step deletes. Of a message there may be more to delete than to set.
    pub fn cleared_variable(&mut self, pointer: &str, name: &str) -> Result<Reference, Reported> {
        match self.names.variable(name) {
            Ok(reference) if reference.root == Root::Builtin(Builtin::Message) => Ok(reference),
            _ => self.written_variable(pointer, name),
        }
    }

    fn read_only(&mut self, pointer: &str, name: &str, root: Builtin) -> Reported {
        let help = match root {
            Builtin::Message => "a message has `body`, `headers.NAME`, `status.code`, `status.reason` and `attributes`",
            _ => "set a variable of your own, or one below `message`",
        };
        self.error_with_help(codes::READ_ONLY, pointer, format!("`{name}` cannot be set"), help)
    }

    /// Notes a fault that the step raises under a name of the author's.
    pub fn raises(&mut self, name: &Template) {
        match name.constant() {
            Some(name) => drop(self.names.raised.insert(name.as_ref().into())),
            None => self.names.raises_any = true,
        }
    }

    /// The root of an `output`: `message`, or a variable of its own. `order.body` means `order`, as on IBM's gateway.
    pub fn output(&mut self, pointer: &str, name: &str) -> Result<Root, Reported> {
        let first = name.split('.').next().unwrap_or(name);
        if self.names.properties.iter().any(|property| *property.name == *first) {
            let message = format!("`{first}` is a property of the API, and the answer of this step takes its place");
            self.warning(codes::SHADOWED_PROPERTY, pointer, message, "give the output a name of its own");
        }
        match self.names.variable(name) {
            Ok(Reference { root: Root::Builtin(Builtin::Message), .. }) => Ok(Root::Builtin(Builtin::Message)),
            Ok(Reference { root: Root::Builtin(root), .. }) => Err(self.read_only(pointer, name, root)),
            _ => self.written_variable(pointer, name).map(|reference| reference.root),
        }
    }
}

/// The texts below a node that came from the environment or a file, in whole or in part.
fn masked_texts(node: &Node, texts: &mut Vec<Arc<str>>) {
    match &node.content {
        Content::Scalar(scalar) if scalar.masked => texts.push(scalar.text.clone()),
        Content::Scalar(_) => {}
        Content::Sequence(items) => items.iter().for_each(|item| masked_texts(item, texts)),
        Content::Mapping(entries) => entries.iter().for_each(|entry| masked_texts(&entry.value, texts)),
    }
}

/// Properties whose null is a value.
const VALUES: [&str; 2] = ["value", "mapXMLEmptyElement"];

/// Properties with steps, whose policies may be without properties of their own.
const STEPS: [&str; 2] = ["execute", "otherwise"];

/// A configuration without what IBM's editor leaves empty: properties and items of lists that are null. Blocks of steps stay as they
/// are.
fn without_nulls(node: &Node) -> Node {
    let content = match &node.content {
        Content::Mapping(entries) => {
            let kept = entries.iter().filter(|entry| !entry.value.is_null() || is_kept_as_it_is(&entry.key.text));
            let kept = kept.map(|entry| match is_kept_as_it_is(&entry.key.text) || &*entry.key.text == "schema" {
                true => entry.clone(),
                false => Entry { key: entry.key.clone(), value: without_nulls(&entry.value) },
            });
            Content::Mapping(kept.collect())
        }
        Content::Sequence(items) => {
            Content::Sequence(items.iter().filter(|item| !item.is_null()).map(without_nulls).collect())
        }
        Content::Scalar(_) => return node.clone(),
    };
    Node { span: node.span, content }
}

fn is_kept_as_it_is(key: &str) -> bool {
    VALUES.contains(&key) || STEPS.contains(&key)
}
