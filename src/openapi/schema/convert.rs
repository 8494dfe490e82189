//! A schema of a document to one that is complete by itself, in the words of JSON Schema.

use std::collections::VecDeque;

use serde_json::{Map, Value as Json, json};

use crate::base::{Code, Diagnostic, Span, codes};
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
const SILENT: [&str; 5] = ["example", "examples", "externalDocs", "deprecated", "nullable"];

/// Schemas that a schema refers to, itself included.
const MOST_SCHEMAS: usize = 5_000;

/// The direction of a value: a `readOnly` member need not be in a request, a `writeOnly` one not in a response.
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
    pub code: Code,
    pub span: Span,
    /// One sentence.
    pub message: String,
    pub help: Option<&'static str>,
}

impl From<SchemaError> for Diagnostic {
    fn from(error: SchemaError) -> Self {
        let finding = Diagnostic::error(error.code, error.span, error.message);
        error.help.into_iter().fold(finding, Diagnostic::help)
    }
}

impl From<BadReference> for SchemaError {
    fn from(bad: BadReference) -> Self {
        SchemaError { code: bad.code, span: bad.span, message: bad.message, help: bad.help }
    }
}

/// How a schema is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Language {
    pub dialect: Dialect,
    /// It is JSON Schema, without what OpenAPI adds.
    pub is_plain: bool,
}

/// Converts a schema and everything it refers to.
pub(super) fn convert(
    references: &References,
    node: &Node,
    language: Language,
    direction: Direction,
) -> Result<Json, SchemaError> {
    let Language { dialect, is_plain } = language;
    let (found, waiting) = (Vec::new(), VecDeque::new());
    let mut converter = Converter { references, dialect, is_plain, direction, found, waiting };
    let mut whole = converter.schema(node)?;
    let mut definitions = Map::new();
    while let Some((name, target)) = converter.waiting.pop_front() {
        let schema = converter.schema(target)?;
        definitions.insert(name, schema);
    }
    if definitions.is_empty() {
        return Ok(whole);
    }
    if let Some(number) = circle(&definitions, converter.found.len()) {
        let message = "this schema refers back to itself, so no value can be held against it".to_owned();
        let help = Some("let one of the references in the circle be replaced by what it should stand for");
        return Err(SchemaError { code: codes::UNRESOLVED_REF, span: converter.found[number], message, help });
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

/// A schema that asks the same value for itself again, through `$ref` and `allOf` alone. One that does so for a member or for one of
/// several alternatives has an end.
fn circle(definitions: &Map<String, Json>, count: usize) -> Option<usize> {
    let next: Vec<Vec<usize>> =
        (0..count).map(|number| definitions.get(&format!("#{number}")).map(same_value).unwrap_or_default()).collect();
    // How many schemas that are not done yet lead to each; those that are in no circle are done one after the other.
    let mut before = vec![0_usize; count];
    next.iter().flatten().for_each(|number| before[*number] += 1);
    let mut free: Vec<usize> = (0..count).filter(|number| before[*number] == 0).collect();
    while let Some(number) = free.pop() {
        for after in &next[number] {
            before[*after] -= 1;
            if before[*after] == 0 {
                free.push(*after);
            }
        }
    }
    // A schema after a circle is not done either, so the last schema need not be in one; but the path back from it ends in a
    // circle.
    let mut at = before.iter().position(|left| *left > 0)?;
    for _ in 0..count {
        at = (0..count).find(|number| before[*number] > 0 && next[*number].contains(&at))?;
    }
    Some(at)
}

/// The places that a schema holds the same value against.
fn same_value(schema: &Json) -> Vec<usize> {
    let number = |place: &Json| place.as_str()?.strip_prefix("#/definitions/%23")?.parse().ok();
    let own = schema.get("$ref").and_then(number);
    let parts = schema.get("allOf").and_then(Json::as_array).into_iter().flatten();
    own.into_iter().chain(parts.flat_map(same_value)).collect()
}

struct Converter<'a> {
    references: &'a References,
    dialect: Dialect,
    is_plain: bool,
    direction: Direction,
    /// The schemas that have a place among the definitions.
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
                "discriminator" if self.is_plain => continue,
                "discriminator" => self.discriminator(node, value)?,
                _ if LIST.contains(&key) && value.is_sequence() => self.list(value)?,
                _ if NAMED.contains(&key) && value.is_mapping() => self.named(value)?,
                _ if ONE.contains(&key) => self.schema(value)?,
                _ => value.to_json(),
            };
            if !(matches!(key, "required" | "discriminator") && converted.is_null()) {
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
        self.place(target, reference.span)
    }

    /// The place of a schema among the definitions.
    fn place(&mut self, target: &'a Node, span: Span) -> Result<String, SchemaError> {
        let name = match self.found.iter().position(|known| *known == target.span) {
            Some(at) => at,
            None => {
                if self.found.len() >= MOST_SCHEMAS {
                    let message = format!("the schema refers to more than {MOST_SCHEMAS} others");
                    return Err(SchemaError { code: codes::BAD_VALUE, span, message, help: None });
                }
                self.found.push(target.span);
                let name = self.found.len() - 1;
                self.waiting.push_back((format!("#{name}"), target));
                name
            }
        };
        Ok(format!("#/definitions/%23{name}"))
    }

    /// The member that names the alternative of a value, and the alternative for every text of it: the names of the schemas, and
    /// the entries of `mapping`. Null if there are no alternatives, or none has a name.
    fn discriminator(&mut self, owner: &Node, node: &Node) -> Result<Json, SchemaError> {
        // Swagger 2.0 has the name alone.
        let Some(property) = node.text().or_else(|| node.get("propertyName")?.text()) else { return Ok(Json::Null) };
        let lists = ["oneOf", "anyOf"].into_iter().filter_map(|key| owner.get(key));
        let branches: Vec<&Node> = lists.flat_map(Node::items).filter_map(|branch| branch.get("$ref")).collect();
        let mut mapping = Map::new();
        for reference in &branches {
            let name = name_of(reference.text().unwrap_or_default());
            mapping.insert(name, self.reference(reference)?.into());
        }
        if owner.get("oneOf").or_else(|| owner.get("anyOf")).is_none() {
            return Ok(Json::Null);
        }
        for entry in node.get("mapping").map(Node::entries).unwrap_or_default() {
            let place = self.mapped(&entry.value, &mapping)?;
            mapping.insert(entry.key.text.to_string(), place);
        }
        if mapping.is_empty() {
            return Ok(Json::Null);
        }
        Ok(json!({ "propertyName": property, "mapping": mapping }))
    }

    /// The target of a text in `mapping`: a schema by its name, or a reference.
    fn mapped(&mut self, value: &Node, named: &Map<String, Json>) -> Result<Json, SchemaError> {
        let text = value.text().unwrap_or_default();
        if let Some(place) = named.get(text) {
            return Ok(place.clone());
        }
        let root = self.references.root_around(value);
        match root.and_then(|root| root.get("components")?.get("schemas")?.get(text)) {
            Some(target) => Ok(self.place(target, value.span)?.into()),
            None => Ok(self.reference(value)?.into()),
        }
    }
}

/// The name of the schema that a reference leads to.
fn name_of(reference: &str) -> String {
    let last = reference.rsplit('/').next().unwrap_or_default();
    let name = if reference.contains('#') { last } else { last.split('.').next().unwrap_or(last) };
    let decoded = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    decoded.replace("~1", "/").replace("~0", "~")
}
