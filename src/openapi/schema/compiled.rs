//! A compiled schema of a document, and what it says of a value.

use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use super::convert::Language;
use super::{Direction, SchemaError, XmlUnread, convert, defaults, from_xml};
use crate::base::codes;
use crate::json_schema::{self, Draft, Instance, Meter, Options, TooCostly};
use crate::openapi::{Api, Dialect};
use crate::source::Node;
use crate::value::{Value, Xml};

/// The most violations that are reported of one value.
const MOST_VIOLATIONS: usize = 5;
/// Characters of the place of a violation.
const LONGEST_PLACE: usize = 500;

/// A compiled schema.
pub struct Schema {
    compiled: json_schema::Schema,
    /// The source of the schema, for its defaults and for XML.
    source: Json,
}

/// A demand of the schema that a value does not meet.
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
        let (language, draft) = language(api, node);
        let source = convert::convert(&api.references, node, language, direction)?;
        let options = Options { draft, discriminator: !language.is_plain, is_own: false, find: None };
        let compiled = json_schema::Schema::compile(&source, &options).map_err(|bad| SchemaError {
            code: codes::BAD_VALUE,
            span: node.span,
            message: format!("the schema cannot be used: {bad}"),
            help: None,
        })?;
        Ok(Arc::new(Schema { compiled, source }))
    }

    /// The violations of a value, or at least some of them.
    pub fn check<'v>(&self, value: impl Instance<'v>, meter: &mut Meter) -> Result<Vec<Violation>, TooCostly> {
        let problems = self.compiled.check(value, meter, MOST_VIOLATIONS)?.into_iter();
        Ok(problems.map(|one| Violation { message: one.kind.to_string(), at: shortened(one.at) }).collect())
    }

    /// The value that an XML document is under this schema.
    pub fn value_of_xml(&self, document: &Xml, meter: &mut Meter) -> Result<Json, XmlUnread> {
        from_xml::from_xml(&self.source, document, meter)
    }

    /// Puts the defaults of members that are missing into a value.
    pub fn fill(&self, value: &mut Value, meter: &mut Meter) -> Result<(), TooCostly> {
        defaults::fill(&self.source, value, meter)
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema")
    }
}

/// A place that a client made so long is not repeated to it.
fn shortened(mut at: String) -> String {
    if let Some((end, _)) = at.char_indices().nth(LONGEST_PLACE) {
        at.truncate(end);
        at.push('…');
    }
    at
}

/// How a schema is read: as `$schema` of its file says, else as the document is. Swagger 2.0 and OpenAPI 3.0 have their
/// schemas from draft 4, OpenAPI 3.1 takes 2020-12 as it is.
fn language(api: &Api, node: &Node) -> (Language, Draft) {
    let said = api.references.root_around(node).and_then(|root| root.get("$schema")?.text());
    let drafts = [
        ("draft-04", Draft::Draft4),
        ("draft-06", Draft::Draft6),
        ("draft-07", Draft::Draft7),
        ("2019-09", Draft::Draft201909),
        ("2020-12", Draft::Draft202012),
    ];
    if let Some((_, draft)) = drafts.into_iter().find(|(name, _)| said.is_some_and(|said| said.contains(name))) {
        return (Language { dialect: Dialect::OpenApi31, is_plain: true }, draft);
    }
    let draft = match api.dialect {
        Dialect::Swagger20 | Dialect::OpenApi30 => Draft::Draft4,
        Dialect::OpenApi31 => Draft::Draft202012,
    };
    (Language { dialect: api.dialect, is_plain: false }, draft)
}
