//! The XML bodies that `$xpath` searches. JSONata itself sees them as text.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::value::JValue;

use super::plain_name::plain_name;
use super::reads::{Level, Source, beginning};
use super::values;
use crate::expression::{Reference, Resolver, Scope, XPath};
use crate::value::{NoRoom, Value, Xml, XmlError, XmlLimits};

/// The name of what the expression is evaluated on.
const GIVEN: &str = "$";

/// The source of a document, under the document's name in the expression.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub name: Arc<str>,
    source: Option<Source>,
}

/// The documents and expressions that the calls of `$xpath` in one expression need.
#[derive(Debug, Clone, Default)]
pub(super) struct Lookups {
    pub documents: Box<[Document]>,
    /// Expressions that are written out.
    pub expressions: Arc<[(Arc<str>, XPath)]>,
}

/// The documents of one evaluation. A body that nothing has parsed is parsed when it is first looked into.
pub(super) struct Found {
    bodies: Vec<Body>,
    expressions: Arc<[(Arc<str>, XPath)]>,
}

/// A body and, once somebody has looked into it, its document.
struct Body {
    name: Arc<str>,
    value: Value,
    parsed: OnceCell<Result<Option<Arc<Xml>>, NoRoom>>,
}

/// The path that the first argument of `$xpath` is: a body by its name, or `$` for what the expression is evaluated on.
pub(super) fn path_of(argument: &AstNode) -> Option<Vec<Arc<str>>> {
    match argument {
        AstNode::Variable(name) if name.is_empty() || name == "$" => Some(Vec::new()),
        AstNode::ParentVariable(name) if name.is_empty() => Some(Vec::new()),
        AstNode::Name(name) => Some(vec![name.as_str().into()]),
        AstNode::Path { steps } => match steps.as_slice() {
            [one] if one.stages.is_empty() && plain_name(one).is_none() => path_of(&one.node),
            steps => steps.iter().map(|step| plain_name(step).map(Arc::from)).collect(),
        },
        _ => None,
    }
}

/// The name that is in the expression for a path.
pub(super) fn name_of(path: &[Arc<str>]) -> Arc<str> {
    if path.is_empty() { GIVEN.into() } else { path.join(".").into() }
}

impl Document {
    /// The document of the body at a path.
    pub(super) fn new(path: &[Arc<str>], resolve: &mut Resolver<'_>) -> Result<Self, String> {
        let name = name_of(path);
        if path.is_empty() {
            return Ok(Document { name, source: None });
        }
        let found = beginning(path, resolve)?;
        let rest = &path[found.names.min(path.len())..];
        let source = match found.source {
            Source::Constant(value) => {
                Source::Constant(value.at(rest.iter().map(|name| &**name)).map(Value::from).unwrap_or_default())
            }
            Source::Variable(from) => {
                let path = from.path.iter().chain(rest).cloned().collect();
                Source::Variable(Reference::new(from.root, path))
            }
        };
        Ok(Document { name, source: Some(source) })
    }

    /// The variable that is read.
    pub(super) fn reference(&self) -> Option<&Reference> {
        match &self.source {
            Some(Source::Variable(reference)) => Some(reference),
            _ => None,
        }
    }
}

impl Lookups {
    /// Fetches what may be looked into.
    pub(super) fn find(&self, given: Option<&Value>, scope: &dyn Scope) -> Rc<Found> {
        let value = |document: &Document| match &document.source {
            Some(source) => source.value(scope),
            None => given.cloned().unwrap_or_default(),
        };
        let body = |one: &Document| Body { name: one.name.clone(), value: value(one), parsed: OnceCell::new() };
        let bodies = self.documents.iter().map(body).collect();
        Rc::new(Found { bodies, expressions: self.expressions.clone() })
    }
}

impl Found {
    /// `$xpath(body, expression)`; nothing where there is no XML.
    pub(super) fn answer(&self, args: &[JValue]) -> Result<Option<JValue>, EvaluatorError> {
        let (Some(name), Some(text)) = (args.first().and_then(JValue::as_str), args.get(1).and_then(JValue::as_str))
        else {
            return Ok(None);
        };
        let failed = |message: String| EvaluatorError::EvaluationError(format!("D3137: {message}"));
        let document = self.document(name).map_err(|none| failed(none.to_string()))?;
        let Some(document) = document else { return Ok(None) };
        let known = self.expressions.iter().find(|(known, _)| **known == *text).map(|(_, xpath)| xpath);
        let found = match known {
            Some(xpath) => xpath.evaluate(&document),
            None => XPath::compile(text).map_err(|error| error.message).and_then(|xpath| xpath.evaluate(&document)),
        };
        let value = found.map_err(failed)?.value(&document);
        Ok((!value.is_null()).then(|| values::to_jvalue(value.view(), None, Level::Other)))
    }

    /// The document of a body; `None` if the body is not XML.
    fn document(&self, name: &str) -> Result<Option<Arc<Xml>>, NoRoom> {
        let Some(body) = self.bodies.iter().find(|body| *body.name == *name) else { return Ok(None) };
        if let Some(document) = body.value.as_xml() {
            return Ok(Some(document.clone()));
        }
        let parse = || {
            let bytes = body.value.to_bytes();
            match Xml::is_likely(&bytes).then(|| Xml::parse(&bytes, &XmlLimits::LOOSE)) {
                Some(Ok(document)) => Ok(Some(Arc::new(document))),
                Some(Err(XmlError { no_room: Some(none), .. })) => Err(none),
                Some(Err(_)) | None => Ok(None),
            }
        };
        body.parsed.get_or_init(parse).clone()
    }
}
