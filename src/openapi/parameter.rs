//! Declared parameters and their types.

use std::sync::Arc;

use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::source::{Node, References};

/// A declared parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: Arc<str>,
    pub location: Location,
    pub required: bool,
    pub kind: ParameterType,
    /// The document's own example.
    pub example: Option<Arc<str>>,
    /// As it is written, for those who need more of it.
    pub node: Node,
    pub span: Span,
}

/// The place of a parameter in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    Path,
    Query,
    Header,
    Cookie,
    FormData,
    Body,
}

/// The type as which the text of a parameter is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterType {
    /// None is declared, or one that says nothing about the text.
    Any,
    Text,
    Number,
    Boolean,
    Date,
    /// An object, written as JSON.
    Object,
    Bytes,
    File,
    List {
        separator: Separator,
        items: Box<ParameterType>,
    },
}

/// The separator of a list's items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    Character(char),
    /// Every item is a parameter of its own.
    Repeated,
}

/// Reads a parameter.
pub(super) fn read(node: &Node, references: &References, findings: &mut Findings) -> Result<Parameter, Reported> {
    let (Some(name), Some(place)) = (node.get("name").and_then(Node::text), node.get("in")) else {
        let message = "a parameter needs `name` and `in`";
        return Err(findings.push(Diagnostic::error(codes::BAD_OPENAPI, node.span, message)));
    };
    let location = match place.text().unwrap_or_default() {
        "path" => Location::Path,
        "query" => Location::Query,
        "header" => Location::Header,
        "cookie" => Location::Cookie,
        "formData" => Location::FormData,
        "body" => Location::Body,
        other => {
            let message = format!("a parameter cannot be in `{other}`");
            return Err(findings.push(
                Diagnostic::error(codes::BAD_OPENAPI, place.span, message)
                    .help("write `path`, `query`, `header` or `cookie`; in Swagger 2.0 also `formData` or `body`"),
            ));
        }
    };
    let required = node.get("required").and_then(Node::text).is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let example = ["/example", "/x-example", "/schema/example", "/schema/default", "/default"];
    Ok(Parameter {
        name: name.into(),
        location,
        required: required || location == Location::Path,
        kind: kind(node, location, references),
        example: example.iter().find_map(|at| node.pointer(at).and_then(Node::text)).map(Arc::from),
        node: node.clone(),
        span: node.span,
    })
}

/// The declared type: next to the parameter's name in Swagger 2.0, in its schema in OpenAPI 3.
fn kind(node: &Node, location: Location, references: &References) -> ParameterType {
    let Some(schema) = node.get("schema") else {
        let separator = match node.get("collectionFormat").and_then(Node::text) {
            Some("ssv") => Separator::Character(' '),
            Some("tsv") => Separator::Character('\t'),
            Some("pipes") => Separator::Character('|'),
            Some("multi") => Separator::Repeated,
            _ => Separator::Character(','),
        };
        return typed(node, separator, &mut |items| Some(items.clone()));
    };
    let explode = node.get("explode").and_then(Node::text);
    let separator = match node.get("style").and_then(Node::text) {
        Some("spaceDelimited") => Separator::Character(' '),
        Some("pipeDelimited") => Separator::Character('|'),
        None | Some("form") if location == Location::Query && explode != Some("false") => Separator::Repeated,
        _ => Separator::Character(','),
    };
    // A schema that cannot be found is said by those who need more of it than its type.
    let Ok(schema) = references.resolve(schema) else { return ParameterType::Any };
    typed(schema, separator, &mut |items| references.resolve(items).ok().cloned())
}

fn typed(node: &Node, separator: Separator, resolve: &mut dyn FnMut(&Node) -> Option<Node>) -> ParameterType {
    let written = node.get("type");
    // OpenAPI 3.1 may list types, `null` among them.
    let listed = || written?.items().iter().filter_map(Node::text).find(|name| *name != "null");
    match written.and_then(Node::text).or_else(listed).unwrap_or_default() {
        "string" | "password" => ParameterType::Text,
        "integer" | "long" | "number" | "float" | "double" => ParameterType::Number,
        "boolean" => ParameterType::Boolean,
        "date" | "dateTime" => ParameterType::Date,
        "object" => ParameterType::Object,
        "binary" | "byte" => ParameterType::Bytes,
        "file" => ParameterType::File,
        "array" => {
            let items = node.get("items").and_then(resolve);
            // Lists inside of lists have no separator of their own here.
            let items = items.map_or(ParameterType::Any, |items| typed(&items, separator, &mut |_| None));
            ParameterType::List { separator, items: Box::new(items) }
        }
        _ => ParameterType::Any,
    }
}
