//! A schema of a document to one that stands alone, in the words of JSON Schema.

use std::collections::VecDeque;

use serde_json::{Map, Value as Json, json};

use crate::base::Span;
use crate::openapi::Dialect;
use crate::source::{BadReference, Node, References};

/// Keywords that hold one schema, or `true` and `false`.
const ONE: [&str; 13] = [
    "items",
    "additionalProperties",
    "additionalItems",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contentSchema",
    "unevaluated",
];
/// Keywords that hold a list of schemas.
const LIST: [&str; 5] = ["allOf", "anyOf", "oneOf", "prefixItems", "items"];
/// Keywords that hold schemas by name.
const NAMED: [&str; 6] =
    ["properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "dependencies"];
/// Keywords of OpenAPI that say nothing about a value; `xml` says where its members stand.
const SILENT: [&str; 6] = ["example", "examples", "externalDocs", "discriminator", "deprecated", "nullable"];

/// Schemas that a schema refers to, itself included.
const MOST_SCHEMAS: usize = 5_000;

/// Which way a value goes: what is `readOnly` need not be in a request, what is `writeOnly` not in a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Request,
    Response,
    /// Neither is known.
    Either,
}

/// Why a schema cannot be used.
#[derive(Debug, Clone)]
pub struct SchemaError {
    pub span: Span,
    /// One sentence.
    pub message: String,
}

impl From<BadReference> for SchemaError {
    fn from(bad: BadReference) -> Self {
        SchemaError { span: bad.span, message: bad.message }
    }
}

/// Converts a schema and everything it refers to.
pub(super) fn convert(
    references: &References,
    node: &Node,
    dialect: Dialect,
    direction: Direction,
) -> Result<Json, SchemaError> {
    let mut converter = Converter { references, dialect, direction, found: Vec::new(), waiting: VecDeque::new() };
    let mut whole = converter.schema(node)?;
    let mut definitions = Map::new();
    while let Some((name, target)) = converter.waiting.pop_front() {
        let schema = converter.schema(target)?;
        definitions.insert(name, schema);
    }
    if definitions.is_empty() {
        return Ok(whole);
    }
    // Beside a `$ref` draft 4 reads nothing, and the root may have definitions of its own.
    if whole.get("$ref").is_some() || !whole.is_object() {
        whole = json!({ "allOf": [whole] });
    }
    if let Some(own) = whole.get("definitions").and_then(Json::as_object) {
        definitions.extend(own.clone());
    }
    whole["definitions"] = definitions.into();
    Ok(whole)
}

struct Converter<'a> {
    references: &'a References,
    dialect: Dialect,
    direction: Direction,
    /// What has a place among the definitions.
    found: Vec<Span>,
    waiting: VecDeque<(String, &'a Node)>,
}

impl<'a> Converter<'a> {
    fn schema(&mut self, node: &Node) -> Result<Json, SchemaError> {
        if !node.is_mapping() {
            return Ok(node.to_json());
        }
        if self.dialect != Dialect::OpenApi31
            && let Some(reference) = node.get("$ref")
        {
            return Ok(json!({ "$ref": self.reference(reference)? }));
        }
        let mut out = Map::new();
        for entry in node.entries() {
            let (key, value) = (&*entry.key.text, &entry.value);
            // Every reference is followed here, so nothing needs a name of its own; one would change where others start.
            if key.starts_with("x-") || SILENT.contains(&key) || matches!(key, "$id" | "$schema") {
                continue;
            }
            let converted = match key {
                "$ref" => self.reference(value)?.into(),
                "required" => self.required(node, value),
                "type" if value.text() == Some("file") => continue,
                _ if LIST.contains(&key) && value.is_sequence() => self.list(value)?,
                _ if NAMED.contains(&key) && value.is_mapping() => self.named(value)?,
                _ if ONE.contains(&key) => self.schema(value)?,
                _ => value.to_json(),
            };
            if !(key == "required" && converted.is_null()) {
                out.insert(key.to_owned(), converted);
            }
        }
        self.allow_null(node, &mut out);
        Ok(out.into())
    }

    fn list(&mut self, list: &Node) -> Result<Json, SchemaError> {
        list.items().iter().map(|item| self.schema(item)).collect()
    }

    fn named(&mut self, named: &Node) -> Result<Json, SchemaError> {
        let mut out = Map::new();
        for entry in named.entries() {
            // Of `dependencies` some hold lists of names.
            out.insert(entry.key.text.to_string(), self.schema(&entry.value)?);
        }
        Ok(out.into())
    }

    /// The names that must be there, in this direction. `required: true` is not a list; old documents have it.
    fn required(&self, owner: &Node, list: &Node) -> Json {
        let unwanted = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
            Direction::Either => "",
        };
        let is_unwanted = |name: &str| {
            let property = owner.get("properties").and_then(|all| all.get(name));
            property.and_then(|property| property.get(unwanted)).and_then(Node::text) == Some("true")
        };
        let names: Vec<Json> =
            list.items().iter().filter_map(Node::text).filter(|name| !is_unwanted(name)).map(Json::from).collect();
        // Draft 4 wants at least one.
        if names.is_empty() { Json::Null } else { names.into() }
    }

    /// `nullable` of OpenAPI 3.0 adds null to the type; `x-nullable` is how Swagger 2.0 says it.
    fn allow_null(&self, node: &Node, out: &mut Map<String, Json>) {
        let key = match self.dialect {
            Dialect::Swagger20 => "x-nullable",
            Dialect::OpenApi30 => "nullable",
            Dialect::OpenApi31 => return,
        };
        if node.get(key).and_then(Node::text) != Some("true") {
            return;
        }
        if let Some(Json::String(name)) = out.get("type").cloned() {
            out.insert("type".to_owned(), json!([name, "null"]));
        }
    }

    /// The same reference to its place among the definitions.
    fn reference(&mut self, reference: &Node) -> Result<String, SchemaError> {
        let text = reference.text().unwrap_or_default();
        if self.dialect == Dialect::OpenApi31 && text.starts_with('#') && !text.starts_with("#/") {
            return Ok(text.to_owned());
        }
        let target = self.references.target(reference)?;
        let name = match self.found.iter().position(|known| *known == target.span) {
            Some(at) => at,
            None => {
                if self.found.len() >= MOST_SCHEMAS {
                    let message = format!("the schema refers to more than {MOST_SCHEMAS} others");
                    return Err(SchemaError { span: reference.span, message });
                }
                self.found.push(target.span);
                let name = self.found.len() - 1;
                self.waiting.push_back((format!("#{name}"), target));
                name
            }
        };
        Ok(format!("#/definitions/%23{name}"))
    }
}
