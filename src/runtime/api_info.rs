//! What a load knows of an API and of its operations, for their variables.

use std::sync::{Arc, OnceLock};

use http::HeaderValue;

use crate::openapi::{KeyPlace, Location, ParameterType};
use crate::source::{Content, Entry, Node};
use crate::value::Value;

/// What `api.*` says.
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
    pub properties: Value,
    /// The document's compatibility switches.
    pub compatibility: Value,
    /// The catalog of the settings.
    pub catalog: Option<Arc<str>>,
    /// `id` and `name` of the settings' organization.
    pub organization: Value,
    pub document: Document,
}

/// What `api.operation.*` says.
#[derive(Debug, Default)]
pub struct OperationInfo {
    /// Its place among the operations of its API.
    pub number: usize,
    pub id: Option<Arc<str>>,
    /// The path template without the base path.
    pub path: Arc<str>,
    /// It takes every verb that no other operation of its path takes.
    pub any_verb: bool,
    /// Whose ids it asks for: one of these. Nothing where anybody may call.
    pub clients: Box<[ClientDemand]>,
    /// The verbs of its path, as `Access-Control-Allow-Methods` lists them.
    pub path_verbs: Option<HeaderValue>,
    /// It is the route `$default` of an AWS HTTP API.
    pub is_default: bool,
    /// The path template with the base path.
    pub full_path: Arc<str>,
    /// How many segments of it stand before its first parameter.
    pub fixed_segments: usize,
    pub parameters: Box<[DeclaredParameter]>,
    /// Names of declared query parameters that must be there, and of headers.
    pub required_query: Vec<Arc<str>>,
    pub required_headers: Vec<Arc<str>>,
    /// A path with the examples of its parameters filled in, for people to try.
    pub sample_path: Arc<str>,
}

/// The application that an alternative of the security requirements asks for.
#[derive(Debug, Clone, Default)]
pub struct ClientDemand {
    /// Where its id is sent; `None` where the alternative asks for no application.
    pub id: Option<KeyPlace>,
    /// Where its secret is sent, if it is asked for.
    pub secret: Option<KeyPlace>,
}

impl ClientDemand {
    /// Whether the alternative asks for no application.
    pub fn is_open(&self) -> bool {
        self.id.is_none() && self.secret.is_none()
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
    text: Box<[u8]>,
    value: OnceLock<Value>,
}

impl Document {
    pub fn new(root: &Node) -> Self {
        let mut text = Vec::new();
        // What was read can be written, and writing to memory cannot fail.
        serde_json::to_writer(&mut text, &without_assembly(root, 0)).ok();
        Document { text: text.into(), value: OnceLock::new() }
    }

    pub fn value(&self) -> &Value {
        self.value.get_or_init(|| match serde_json::from_slice::<serde_json::Value>(&self.text) {
            Ok(document) => Value::from(&document),
            Err(_) => Value::Null,
        })
    }
}

/// How deep operations stand below the root: `paths`, the path, the verb.
const OPERATION: usize = 3;

/// `x-assembly` goes from the root, from paths and from operations; of IBM's extensions only their `assembly`.
fn without_assembly(node: &Node, depth: usize) -> Node {
    if !node.is_mapping() {
        return node.clone();
    }
    let kept = node.entries().iter().filter(|entry| &*entry.key.text != "x-assembly");
    let entries = kept.map(|entry| {
        let value = match &*entry.key.text {
            "x-ibm-configuration" | "x-gateway-configuration" if depth == 0 => without(&entry.value, "assembly"),
            "paths" if depth == 0 => without_assembly(&entry.value, 1),
            _ if (1..OPERATION).contains(&depth) => without_assembly(&entry.value, depth + 1),
            _ => entry.value.clone(),
        };
        Entry { key: entry.key.clone(), value }
    });
    Node { span: node.span, content: Content::Mapping(Arc::new(entries.collect())) }
}

fn without(node: &Node, key: &str) -> Node {
    if !node.is_mapping() {
        return node.clone();
    }
    let entries = node.entries().iter().filter(|entry| &*entry.key.text != key).cloned().collect();
    Node { span: node.span, content: Content::Mapping(Arc::new(entries)) }
}
