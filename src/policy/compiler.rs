//! What a policy is given to compile a step with.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Directory, Entry, Guard};
use crate::assembly::{Carrier, Cors, CustomPolicies, Generation, Property, Step};
use crate::diagnostics::codes;
use crate::diagnostics::{Code, Diagnostic, Findings, Sources, Span};
use crate::expression::{Builtin, Reference, Resolved, Root, Template, split_path};
use crate::openapi::Api;
use crate::resources::Resources;
use crate::runtime::Symbols;
use crate::settings::Live;
use crate::source::{Content, Environment, Node, Packaged, expand};
use crate::value::Value;

/// What the steps of a load share.
#[derive(Clone, Copy)]
pub struct SharedParts<'a> {
    pub api: &'a Api,
    pub settings: &'a Live,
    pub resources: &'a Resources,
    pub environment: &'a dyn Environment,
    pub purpose: Purpose,
    /// The texts of the load.
    pub sources: &'a Sources,
    /// Scripts that lie beside documents.
    pub packaged: &'a Packaged,
    /// The applications that may call the API; `None` where nobody said who may.
    pub directory: Option<&'a Arc<Directory>>,
    /// What its operations ask of their callers; `None` before that is known.
    pub guard: Option<&'a Arc<Guard>>,
    /// Policies that the settings bring.
    pub custom: &'a CustomPolicies,
}

/// Why a document is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// At a desk, where the gateway's settings may be missing: what they must supply is a warning.
    Check,
    /// To serve it: what the settings must supply has to be there.
    Serve,
}

/// Compiles one step. Everything a policy reports goes to the true place in the document.
pub struct Compiler<'a, 'p> {
    pub shared: SharedParts<'a>,
    pub names: &'p mut Names<'a>,
    pub findings: &'p mut Findings,
    pub step: &'p Step,
    pub carrier: Carrier,
    /// What the document says of pages from other origins.
    pub cors: Option<&'p Arc<Cors>>,
    /// The rules this step follows.
    pub generation: Generation,
    /// The step's configuration in canonical spelling, with `${…}` replaced.
    config: Node,
}

/// The names of one pipeline.
///
/// A property is a constant and folds into the text around it, as long as no step of the pipeline sets a variable of that
/// name. Which names are set is only known at the end, so a pipeline in which that happens is compiled once more.
pub struct Names<'a> {
    pub properties: &'a [Property],
    pub symbols: Symbols,
    /// Names that some step sets.
    pub assigned: HashSet<Arc<str>>,
    /// Properties that were taken as constants.
    pub folded: HashSet<Arc<str>>,
    /// Variables that are read, with the first place.
    pub reads: Vec<(Arc<str>, Span)>,
    /// A step sets names that only run time knows, so nothing can be said about names that nobody sets.
    pub dynamic: bool,
    /// Parameters of the request that are read, with the first place.
    pub parameters: Vec<(Arc<str>, Span)>,
    /// The gateway whose variables these are: that of the assembly, whatever its steps say.
    pub generation: Generation,
    /// Names of faults that steps raise beside those that Gantry knows.
    pub raised: HashSet<Arc<str>>,
    /// A step raises names that only run time knows.
    pub raises_any: bool,
    /// The parameters of the user-defined policies around a step, the innermost last; with their values where those are known.
    pub locals: Vec<HashMap<Arc<str>, Option<Value>>>,
}

// === impl Compiler ===

impl<'a, 'p> Compiler<'a, 'p> {
    pub fn new(
        shared: SharedParts<'a>,
        names: &'p mut Names<'a>,
        findings: &'p mut Findings,
        step: &'p Step,
        carrier: Carrier,
        generation: Generation,
    ) -> Self {
        Compiler { shared, names, findings, step, carrier, cors: None, generation, config: step.config.clone() }
    }

    /// Reads the step's configuration.
    pub(super) fn decode<T: DeserializeOwned>(&mut self, entry: &Entry) -> Option<T> {
        let errors = self.findings.errors();
        if self.carrier == Carrier::XAssembly {
            self.config = expand(&self.config, entry.meta.literal, self.shared.environment, self.findings);
        }
        if self.findings.errors() > errors {
            return None;
        }
        let mut spelling = Findings::default();
        let config = entry.shape().decode(&self.config, self.findings)?;
        self.config = entry.shape().rename(&self.config, &mut spelling);
        Some(config)
    }

    /// The title that faults and traces show. Without one it is the policy's own name, however the step spells it.
    pub fn title(&self) -> Arc<str> {
        let name = || super::find(&self.step.policy).map_or(self.step.policy.clone(), |entry| entry.meta.name.into());
        self.step.title.clone().unwrap_or_else(name)
    }

    /// The place of a property, given as a JSON pointer such as `/actions/0/set`; the step's where it is not written.
    pub fn span(&self, pointer: &str) -> Span {
        self.config.pointer(pointer).map_or(self.step.policy_span, |node| node.span)
    }

    /// The subtree of a property.
    pub(super) fn node(&self, pointer: &str) -> Option<&Node> {
        self.config.pointer(pointer)
    }

    /// The text of a property as the document has it, and whether part of it came from the environment.
    pub fn is_masked(&self, pointer: &str) -> bool {
        matches!(self.config.pointer(pointer), Some(Node { content: Content::Scalar(scalar), .. }) if scalar.masked)
    }

    /// What a message quotes of values that came from the environment becomes `***`.
    pub(super) fn without_masked(&self, message: String) -> String {
        let mut masked = Vec::new();
        masked_texts(&self.config, &mut masked);
        if masked.is_empty() {
            return message;
        }
        // Every second piece stands in quotes.
        let quoted = message.split_inclusive(['`', '"']).enumerate().map(|(index, piece)| {
            let text = piece.trim_end_matches(['`', '"']);
            let hide = index % 2 == 1 && !text.is_empty() && masked.iter().any(|masked| masked.contains(text));
            if hide { format!("***{}", &piece[text.len()..]) } else { piece.to_owned() }
        });
        quoted.collect()
    }

    /// Reports an error at a property.
    pub fn error(&mut self, code: Code, pointer: &str, message: impl Into<String>) {
        let message = self.without_masked(message.into());
        self.findings.push(Diagnostic::error(code, self.span(pointer), message));
    }

    /// Reports an error at a property, with what to type instead.
    pub fn error_with_help(&mut self, code: Code, pointer: &str, message: impl Into<String>, help: impl Into<String>) {
        let (message, help) = (self.without_masked(message.into()), self.without_masked(help.into()));
        self.findings.push(Diagnostic::error(code, self.span(pointer), message).help(help));
    }

    /// Reports a warning at a property, with what to type instead.
    pub fn warning(&mut self, code: Code, pointer: &str, message: impl Into<String>, help: impl Into<String>) {
        self.findings.push(Diagnostic::warning(code, self.span(pointer), message).help(help));
    }

    /// Compiles a text with `$(…)` in it.
    pub fn template(&mut self, pointer: &str, text: &str) -> Option<Template> {
        let place = self.place(pointer);
        let names = &mut *self.names;
        match Template::parse(text, &mut |name, at| names.resolve(name, place(at))) {
            Ok(template) => Some(template),
            Err(error) => {
                let message = self.without_masked(error.message);
                self.findings.push(Diagnostic::error(codes::BAD_TEMPLATE, place(error.at), message));
                None
            }
        }
    }

    /// Where the parts of a property's text stand; the whole property where the document does not have the text as it is.
    pub(super) fn place(&self, pointer: &str) -> impl Fn(Range<usize>) -> Span + use<> {
        let (whole, node) = (self.span(pointer), self.node(pointer).cloned());
        move |part| node.as_ref().and_then(|node| node.inside(part)).unwrap_or(whole)
    }

    /// Like [`Compiler::template`], where the text must be known at load: only properties may stand in it.
    pub fn constant(&mut self, pointer: &str, text: &str) -> Option<String> {
        let template = self.template(pointer, text)?;
        match template.constant() {
            Some(constant) => Some(constant.into_owned()),
            None => {
                let name = pointer.trim_start_matches('/').to_owned();
                let message = format!("`{name}` is used at load, so only properties of the API can stand in it");
                self.error(codes::BAD_TEMPLATE, pointer, message);
                None
            }
        }
    }

    /// A variable that the step reads by its bare name, such as `input: order`.
    pub fn read_variable(&mut self, pointer: &str, name: &str) -> Option<Reference> {
        let span = self.span(pointer);
        match self.names.variable(name) {
            Ok(reference) => {
                self.names.note_read(&reference, span);
                Some(reference)
            }
            Err(message) => {
                self.error(codes::BAD_TEMPLATE, pointer, message);
                None
            }
        }
    }

    /// A variable that the step sets by its bare name, such as `set: message.body`.
    pub fn written_variable(&mut self, pointer: &str, name: &str) -> Option<Reference> {
        let reference = match self.names.variable(name) {
            Ok(reference) => reference,
            Err(message) => {
                self.error(codes::BAD_TEMPLATE, pointer, message);
                return None;
            }
        };
        match &reference.root {
            Root::Builtin(root) if !root.is_writable(&reference.path, self.names.generation) => {
                self.read_only(pointer, name, *root);
                return None;
            }
            Root::Slot(slot) => {
                let name = self.names.symbols.name(*slot).into();
                self.names.assigned.insert(name);
            }
            Root::Builtin(_) | Root::Named(_) => {}
        }
        Some(reference)
    }

    /// A variable that the step deletes. Of a message there may be more to delete than to set.
    pub fn cleared_variable(&mut self, pointer: &str, name: &str) -> Option<Reference> {
        match self.names.variable(name) {
            Ok(reference) if reference.root == Root::Builtin(Builtin::Message) => Some(reference),
            _ => self.written_variable(pointer, name),
        }
    }

    fn read_only(&mut self, pointer: &str, name: &str, root: Builtin) {
        let help = match root {
            Builtin::Message => "a message has `body`, `headers.NAME`, `status.code`, `status.reason` and `attributes`",
            _ => "set a variable of your own, or one below `message`",
        };
        self.error_with_help(codes::READ_ONLY, pointer, format!("`{name}` cannot be set"), help);
    }

    /// Notes a fault that the step raises under a name of the author's.
    pub fn raises(&mut self, name: &Template) {
        match name.constant() {
            Some(name) => drop(self.names.raised.insert(name.as_ref().into())),
            None => self.names.raises_any = true,
        }
    }

    /// The root of an `output`: `message`, or a variable of its own. `order.body` means `order`, as on IBM's gateway.
    pub fn output(&mut self, pointer: &str, name: &str) -> Option<Root> {
        match self.names.variable(name) {
            Ok(Reference { root: Root::Builtin(Builtin::Message), .. }) => Some(Root::Builtin(Builtin::Message)),
            Ok(Reference { root: Root::Builtin(root), .. }) => {
                self.read_only(pointer, name, root);
                None
            }
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

// === impl Names ===

impl<'a> Names<'a> {
    /// The names of a new pipeline; `assigned` is what an earlier attempt found out.
    pub fn new(properties: &'a [Property], assigned: HashSet<Arc<str>>, generation: Generation) -> Self {
        Names {
            properties,
            symbols: Symbols::default(),
            assigned,
            folded: HashSet::new(),
            reads: Vec::new(),
            dynamic: false,
            parameters: Vec::new(),
            generation,
            raised: HashSet::new(),
            raises_any: false,
            locals: Vec::new(),
        }
    }

    /// Whether a property was taken as a constant although a step sets a variable of its name.
    pub fn must_retry(&self) -> bool {
        !self.folded.is_disjoint(&self.assigned)
    }

    /// What variables hold at the start.
    pub fn initial(&self) -> Box<[(u16, Value)]> {
        let slots = self.properties.iter();
        slots.filter_map(|property| Some((self.symbols.find(&property.name)?, property.value.clone()))).collect()
    }

    pub fn resolve(&mut self, name: &str, span: Span) -> Result<Resolved, String> {
        if let Some(value) = self.constant(name)? {
            return Ok(Resolved::Constant(value));
        }
        let reference = self.variable(name)?;
        self.note_read(&reference, span);
        Ok(Resolved::Variable(reference))
    }

    /// The value of `api.properties.x`, and of `x` where it is a property that nobody sets.
    fn constant(&mut self, name: &str) -> Result<Option<Value>, String> {
        let segments = split_path(name)?;
        let parts: Vec<&str> = segments.iter().map(|segment| &**segment).collect();
        if let ["local", "parameter", parameter, rest @ ..] = parts.as_slice() {
            let known = self.locals.last().and_then(|locals| locals.get(*parameter)?.as_ref());
            return Ok(known.map(|value| value.at(rest.iter().copied()).cloned().unwrap_or_default()));
        }
        let (property, rest) = match parts.as_slice() {
            ["api", "properties", property, rest @ ..] => (*property, rest),
            [property, rest @ ..] if !self.assigned.contains(*property) => (*property, rest),
            _ => return Ok(None),
        };
        let Some(known) = self.properties.iter().find(|known| &*known.name == property) else { return Ok(None) };
        if parts.first() == Some(&property) {
            self.folded.insert(known.name.clone());
        }
        Ok(Some(known.value.at(rest.iter().copied()).cloned().unwrap_or_default()))
    }

    fn variable(&mut self, name: &str) -> Result<Reference, String> {
        let mut segments = split_path(name)?;
        let first = segments.remove(0);
        let root = match Builtin::named(&first) {
            Some(builtin) => Root::Builtin(builtin),
            None => Root::Slot(self.symbols.intern(&first).ok_or("the assembly has more than 65,536 variables")?),
        };
        Ok(Reference { root, path: segments.into() })
    }

    /// A variable that the gateway itself sets.
    pub(super) fn of_the_gateway(&mut self, name: &str) -> Option<Reference> {
        let reference = self.variable(name).ok()?;
        self.assigned.insert(name.split('.').next().unwrap_or(name).into());
        Some(reference)
    }

    fn note_read(&mut self, reference: &Reference, span: Span) {
        let (name, reads): (Arc<str>, _) = match (&reference.root, &*reference.path) {
            (Root::Slot(slot), _) => (self.symbols.name(*slot).into(), &mut self.reads),
            (Root::Builtin(Builtin::Request), [first, name, ..]) if &**first == "parameters" => {
                (name.clone(), &mut self.parameters)
            }
            _ => return,
        };
        if !reads.iter().any(|(known, _)| *known == name) {
            reads.push((name, span));
        }
    }
}
