//! A compiled schema, and what it says of a value.

use std::fmt;
use std::sync::Arc;

use gantry_validators::{Draft, Validator};
use serde_json::Value as Json;

use super::{Direction, SchemaError, convert, defaults, from_xml};
use crate::openapi::{Api, Dialect};
use crate::source::Node;
use crate::value::Xml;

/// What is said of one value.
const MOST_VIOLATIONS: usize = 5;

/// A compiled schema.
pub struct Schema {
    validator: Validator,
    /// What it was made from, for its defaults and for XML.
    source: Json,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// A JSON pointer; empty for the whole.
    pub at: String,
    /// Says what was expected and not what is there.
    pub message: String,
}

impl Schema {
    /// Compiles a schema of a document.
    pub fn compile(api: &Api, node: &Node, direction: Direction) -> Result<Arc<Self>, SchemaError> {
        let (dialect, draft) = language(api, node);
        let source = convert::convert(&api.references, node, dialect, direction)?;
        let validator = Validator::foreign(&source, draft).map_err(|error| SchemaError {
            span: node.span,
            message: format!("the schema cannot be used: at `{}`: {error}", error.instance_path()),
        })?;
        Ok(Arc::new(Schema { validator, source }))
    }

    /// What is wrong with a value, or at least some of it.
    pub fn check(&self, value: &Json) -> Vec<Violation> {
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        let errors = self.validator.errors(value, MOST_VIOLATIONS).into_iter();
        errors
            .map(|error| Violation { at: error.instance_path().to_string(), message: error.masked().to_string() })
            .collect()
    }

    /// The value that an XML document is under this schema; the error is one sentence.
    pub fn value_of_xml(&self, document: &Xml) -> Result<Json, String> {
        from_xml::from_xml(&self.source, document)
    }

    /// Puts the defaults of members that are missing into a value.
    pub fn fill(&self, value: &mut Json) {
        defaults::fill(&self.source, &self.source, value, 0);
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema")
    }
}

/// How a schema is read: as `$schema` of its file says, else as the document is. Swagger 2.0 and OpenAPI 3.0 have their
/// schemas from draft 4, OpenAPI 3.1 takes 2020-12 as it is.
fn language(api: &Api, node: &Node) -> (Dialect, Draft) {
    let said = api.references.root_around(node).and_then(|root| root.get("$schema")?.text());
    let drafts = [
        ("draft-04", Draft::Draft4),
        ("draft-06", Draft::Draft6),
        ("draft-07", Draft::Draft7),
        ("2019-09", Draft::Draft201909),
        ("2020-12", Draft::Draft202012),
    ];
    if let Some((_, draft)) = drafts.into_iter().find(|(name, _)| said.is_some_and(|said| said.contains(name))) {
        return (Dialect::OpenApi31, draft);
    }
    match api.dialect {
        Dialect::Swagger20 | Dialect::OpenApi30 => (api.dialect, Draft::Draft4),
        Dialect::OpenApi31 => (api.dialect, Draft::Draft202012),
    }
}
