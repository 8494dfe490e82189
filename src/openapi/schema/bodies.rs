//! The schemas that an operation has for its bodies.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Direction, Schema, SchemaError};
use crate::base::SourceId;
use crate::openapi::{Api, Dialect, Operation};
use crate::source::Node;

/// The bodies of an operation, as the document declares them.
#[derive(Debug, Default)]
pub struct Bodies {
    /// `None` where it says nothing.
    pub request: Option<Body>,
    /// By status as written: `200`, `2XX`, `default`.
    pub responses: Vec<(Box<str>, Option<Body>)>,
}

/// The demands on one body.
#[derive(Debug)]
pub struct Body {
    pub required: bool,
    /// One without a range is for every type of content, as in Swagger 2.0.
    pub media: Vec<Media>,
}

/// The schema of a type of content.
#[derive(Debug)]
pub struct Media {
    pub range: Option<Box<str>>,
    pub schema: Option<Arc<Schema>>,
}

/// The schema for a body, or why there is none.
#[derive(Debug, Clone)]
pub enum Choice {
    /// Nothing is said about it.
    Nothing,
    Schema(Arc<Schema>),
    /// The type of content is none of those that are declared.
    Undeclared,
    /// It is declared, but is neither JSON nor XML.
    Opaque,
}

/// Compiles the bodies of an API's operations; what several share is compiled once.
pub struct Compilation<'a> {
    api: &'a Api,
    direction: Direction,
    /// By the text of a `$ref` and the file that it is in.
    known: HashMap<(SourceId, String), Arc<Schema>>,
}

impl<'a> Compilation<'a> {
    pub fn new(api: &'a Api, direction: Direction) -> Self {
        Compilation { api, direction, known: HashMap::new() }
    }

    /// The request or the responses of an operation, by the direction.
    pub fn bodies(&mut self, operation: &Operation) -> Result<Bodies, SchemaError> {
        match self.direction {
            Direction::Response => self.responses(operation),
            Direction::Request | Direction::Either => self.request(operation),
        }
    }

    fn request(&mut self, operation: &Operation) -> Result<Bodies, SchemaError> {
        let api = self.api;
        let request = match api.dialect {
            Dialect::Swagger20 => match body_parameter(api, operation) {
                Some(body) => self.of_any_type(body.get("schema"), is_true(body.get("required")))?,
                None => None,
            },
            Dialect::OpenApi30 | Dialect::OpenApi31 => {
                match operation.node.get("requestBody").and_then(|node| api.references.resolve(node).ok()) {
                    Some(node) => Some(Body { required: is_true(node.get("required")), media: self.media(node)? }),
                    None => None,
                }
            }
        };
        Ok(Bodies { request, responses: Vec::new() })
    }

    fn responses(&mut self, operation: &Operation) -> Result<Bodies, SchemaError> {
        let mut responses = Vec::new();
        for entry in operation.node.get("responses").map(Node::entries).unwrap_or_default() {
            let Ok(node) = self.api.references.resolve(&entry.value) else { continue };
            let body = match self.api.dialect {
                Dialect::Swagger20 => self.of_any_type(node.get("schema"), true)?,
                Dialect::OpenApi30 | Dialect::OpenApi31 => match node.get("content") {
                    Some(_) => Some(Body { required: true, media: self.media(node)? }),
                    None => None,
                },
            };
            responses.push((entry.key.text.to_ascii_uppercase().into(), body));
        }
        Ok(Bodies { request: None, responses })
    }

    fn of_any_type(&mut self, schema: Option<&Node>, required: bool) -> Result<Option<Body>, SchemaError> {
        let Some(schema) = schema else { return Ok(None) };
        let schema = Some(self.schema(schema)?);
        Ok(Some(Body { required, media: vec![Media { range: None, schema }] }))
    }

    fn media(&mut self, owner: &Node) -> Result<Vec<Media>, SchemaError> {
        let mut all = Vec::new();
        for entry in owner.get("content").map(Node::entries).unwrap_or_default() {
            let range = entry.key.text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            let schema = entry.value.get("schema").filter(|schema| schema.is_mapping());
            let schema = schema.map(|schema| self.schema(schema)).transpose()?;
            all.push(Media { range: Some(range.into()), schema });
        }
        Ok(all)
    }

    fn schema(&mut self, node: &Node) -> Result<Arc<Schema>, SchemaError> {
        // A `$ref` alone is the same schema everywhere.
        let reference = node.get("$ref").filter(|_| node.entries().len() == 1);
        let name = reference.and_then(|node| Some((node.span.source, node.text()?.to_owned())));
        if let Some(known) = name.as_ref().and_then(|name| self.known.get(name)) {
            return Ok(known.clone());
        }
        let schema = Schema::compile(self.api, node, self.direction)?;
        if let Some(name) = name {
            self.known.insert(name, schema.clone());
        }
        Ok(schema)
    }
}

impl Bodies {
    /// The declared response with this status: by its number, its class, or `default`.
    pub fn response(&self, status: u16) -> Option<&Body> {
        let class = format!("{}XX", status / 100);
        let keys = [status.to_string(), class, "DEFAULT".to_owned()];
        let found = keys.iter().find_map(|key| self.responses.iter().find(|(name, _)| **name == **key));
        found.and_then(|(_, body)| body.as_ref())
    }
}

impl Body {
    /// The schema of a type of content; the one that fits closest.
    pub fn choose(&self, content_type: Option<&str>) -> Choice {
        if let [Media { range: None, schema }] = self.media.as_slice() {
            return schema.clone().map_or(Choice::Nothing, Choice::Schema);
        }
        let essence = content_type.map(|text| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
        let Some(essence) = essence.filter(|essence| !essence.is_empty()) else {
            // A client that says nothing is held against what is most likely meant.
            let json = self.media.iter().find(|media| media.range.as_deref().is_some_and(is_json));
            return json.map_or(Choice::Nothing, Media::choice);
        };
        let class = format!("{}/*", essence.split('/').next().unwrap_or_default());
        let ranges = [essence.as_str(), &class, "*/*"];
        let found =
            ranges.iter().find_map(|range| self.media.iter().find(|media| media.range.as_deref() == Some(range)));
        match found {
            Some(media) if media.schema.is_none() => Choice::Nothing,
            Some(media) if is_json(&essence) || is_xml(&essence) => media.choice(),
            Some(_) => Choice::Opaque,
            None if self.media.is_empty() => Choice::Nothing,
            None => Choice::Undeclared,
        }
    }
}

impl Media {
    fn choice(&self) -> Choice {
        self.schema.clone().map_or(Choice::Nothing, Choice::Schema)
    }
}

fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence.ends_with("+json") || essence.ends_with("/json")
}

fn is_xml(essence: &str) -> bool {
    essence.ends_with("/xml") || essence.ends_with("+xml")
}

/// The body parameter of an operation, or of its path.
fn body_parameter<'a>(api: &'a Api, operation: &'a Operation) -> Option<&'a Node> {
    let lists = [operation.node.get("parameters"), operation.path_item.get("parameters")];
    let lists = lists.into_iter().flatten().flat_map(Node::items);
    let mut parameters = lists.filter_map(|one| api.references.resolve(one).ok());
    parameters.find(|one| one.get("in").and_then(Node::text) == Some("body"))
}

fn is_true(node: Option<&Node>) -> bool {
    node.and_then(Node::text) == Some("true")
}
