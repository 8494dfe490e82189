//! The API and the operation of a request, as their variables need them. Made at load.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::HeaderValue;
use serde::Serialize;

use crate::openapi::{KeyPlace, Location, ParameterType};
use crate::source::{Content, Node};
use crate::value::Value;

/// The members of `api.*`.
#[derive(Debug, Default)]
pub struct ApiInfo {
    /// `NAME:VERSION`, as products of API Connect refer to it.
    pub id: Arc<str>,
    pub name: Arc<str>,
    pub title: Arc<str>,
    pub version: Arc<str>,
    /// `rest`, `wsdl` or `graphql`.
    pub kind: Arc<str>,
    pub base_path: Arc<str>,
    /// The document.
    pub file: Option<Arc<Path>>,
    pub properties: Value,
    /// The document's compatibility switches.
    pub compatibility: Value,
    /// The catalog of the settings.
    pub catalog: Option<Arc<str>>,
    /// `id` and `name` of the settings' organization.
    pub organization: Value,
    pub document: Document,
}

/// The members of `api.operation.*`.
#[derive(Debug, Default)]
pub struct OperationInfo {
    /// Its place among the operations of its API.
    pub number: usize,
    pub id: Option<Arc<str>>,
    /// The path template without the base path.
    pub path: Arc<str>,
    /// It takes every verb that no other operation of its path takes.
    pub any_verb: bool,
    /// The kinds of ids of which one must be sent. Empty: every caller may call.
    pub clients: Box<[ClientDemand]>,
    /// The verbs of its path, as `Access-Control-Allow-Methods` lists them.
    pub path_verbs: Option<Box<HeaderValue>>,
    /// It is the route `$default` of an AWS HTTP API.
    pub is_default: bool,
    /// The path template with the base path.
    pub full_path: Arc<str>,
    /// How many segments of it stand before its first parameter.
    pub fixed_segments: usize,
    pub parameters: Box<[DeclaredParameter]>,
    /// Names of declared query parameters that must be there, and of headers.
    pub required_query: Box<[Arc<str>]>,
    pub required_headers: Box<[Arc<str>]>,
    /// A path with the examples of its parameters filled in, for people to try.
    pub sample_path: Arc<str>,
}

/// The application that an alternative of the security requirements asks for.
#[derive(Debug, Clone, Default)]
pub struct ClientDemand {
    /// The places of the application's id: it is sent in all of them. Without them and without secrets the alternative asks for no
    /// application.
    pub ids: Vec<KeyPlace>,
    /// The places of the application's secret, if it is asked for: it is sent in all of them.
    pub secrets: Vec<KeyPlace>,
}

impl ClientDemand {
    /// Whether the alternative asks for no application.
    pub fn is_open(&self) -> bool {
        self.ids.is_empty() && self.secrets.is_empty()
    }
}

/// A parameter that an operation declares.
#[derive(Debug)]
pub struct DeclaredParameter {
    pub name: Arc<str>,
    pub location: Location,
    pub kind: ParameterType,
    /// It takes the rest of the path.
    pub greedy: bool,
}

/// The OpenAPI document without its assemblies, as a value. It is made when somebody asks for it: at load where a step names
/// it, else by the first read under a name that only run time knew. Until then it is JSON text, which takes a fraction of the
/// room of the tree that it was read into.
#[derive(Debug, Default)]
pub struct Document {
    text: Bytes,
    value: OnceLock<Value>,
}

impl Document {
    /// Writes what is shown of the document below `root`.
    #[expect(clippy::expect_used, reason = "a tree has texts as keys, and memory takes all that is written")]
    pub fn new(root: &Node, shown: &impl Serialize) -> Self {
        if !is_readable(root, READABLE) {
            let document = serde_json::to_value(shown).expect("JSON in memory");
            return Document { text: Bytes::new(), value: OnceLock::from(Value::from(&document)) };
        }
        let mut text = Vec::new();
        serde_json::to_writer(&mut text, shown).expect("JSON in memory");
        Document { text: text.into(), value: OnceLock::new() }
    }

    #[expect(clippy::expect_used, reason = "`new` wrote the text as JSON, no deeper than can be read")]
    pub fn value(&self) -> &Value {
        self.value.get_or_init(|| {
            // The document of no API.
            if self.text.is_empty() {
                return Value::NULL;
            }
            Value::read_json(self.text.clone()).expect("JSON that was written here")
        })
    }
}

/// How many maps and lists inside of each other serde_json reads.
const READABLE: usize = 127;

/// Whether a node's JSON can be read. Aliases make a tree deeper than its source may be.
fn is_readable(node: &Node, levels: usize) -> bool {
    match &node.content {
        Content::Scalar(_) => true,
        Content::Sequence(items) => levels > 0 && items.iter().all(|item| is_readable(item, levels - 1)),
        Content::Mapping(entries) => levels > 0 && entries.iter().all(|entry| is_readable(&entry.value, levels - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Findings, Sources};
    use crate::source::parse;

    /// Every alias is as deep as the reader allows; together they are deeper than JSON text may be that is read again.
    #[test]
    fn a_document_that_aliases_make_deep_is_there() {
        for levels in [1, 60, 120] {
            let nested = |inner: &str| format!("{}{inner}{}", "[".repeat(levels), "]".repeat(levels));
            let text = format!("a: &a {}\nb: {}\n", nested("end"), nested("*a"));
            let (mut sources, mut findings) = (Sources::default(), Findings::default());
            let source = sources.add("api.yaml", &*text);
            let root = parse(source, &text, &mut findings).unwrap();
            let document = Document::new(&root, &root);
            let mut value = document.value().at(["b"]).unwrap();
            let mut depth = 0;
            while let Some(items) = value.as_list() {
                value = items.get(0).unwrap();
                depth += 1;
            }
            assert_eq!((depth, value.as_str()), (2 * levels, Some("end")));
        }
    }
}
