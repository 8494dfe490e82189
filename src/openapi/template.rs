//! API bodies in templates of SAM and CloudFormation.

use super::{Template, is_document};
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::source::{Entry, Node, Tree};

/// The resources that hold a body, and where.
const KINDS: [(&str, &str); 4] = [
    ("AWS::Serverless::Api", "DefinitionBody"),
    ("AWS::Serverless::HttpApi", "DefinitionBody"),
    ("AWS::ApiGateway::RestApi", "Body"),
    ("AWS::ApiGatewayV2::Api", "Body"),
];

/// Properties that guard an API: with them nothing is served as if they were not there.
const GUARDS: [&str; 2] = ["Auth", "Policy"];

/// Properties that change what is answered, in addition to the body.
const BESIDE: [&str; 7] = [
    "EndpointConfiguration",
    "Cors",
    "CorsConfiguration",
    "GatewayResponses",
    "BinaryMediaTypes",
    "Variables",
    "FailOnWarnings",
];

const ONE_BODY: &str = "write the `DefinitionBody` or `Body` of one API into a file of its own";

/// The resources with a body: each with its kind.
fn bodies(root: &Node) -> Vec<(&Entry, &'static str, &Node)> {
    let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
    let body_of = |entry: &'_ Entry| -> Option<(&'static str, &'static str)> {
        let kind = entry.value.get("Type").and_then(Node::text)?;
        KINDS.into_iter().find(|(name, _)| *name == kind)
    };
    let with_body = |entry| {
        let (kind, key) = body_of(entry)?;
        Some((entry, kind, entry.value.get("Properties")?.get(key)?))
    };
    resources.iter().filter_map(with_body).collect()
}

/// Whether a template holds an API: its body, or functions with events that SAM makes routes of.
pub fn holds_api(root: &Node) -> bool {
    is_template(root) && (!bodies(root).is_empty() || events(root).next().is_some())
}

/// The events of functions that SAM makes routes of.
fn events(root: &Node) -> impl Iterator<Item = &Entry> {
    let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
    let events = resources.iter().filter_map(|entry| entry.value.pointer("/Properties/Events"));
    events.flat_map(Node::entries).filter(|event| {
        let kind = event.value.get("Type").and_then(Node::text);
        kind.is_some_and(|kind| kind == "Api" || kind == "HttpApi")
    })
}

/// The error of a template that has no body.
fn no_body(root: &Node) -> (Span, String, &'static str) {
    match events(root).next() {
        Some(event) => (
            event.key.span,
            "this template holds no body of an API, and routes of `Events` are not served".to_owned(),
            "write the API as the `DefinitionBody` of an `AWS::Serverless::Api` or `HttpApi`, or deploy once and take the \
             document from `aws apigateway get-export`",
        ),
        None => (root.span, "this template holds no body of an API".to_owned(), ONE_BODY),
    }
}

/// Whether a file is a template with resources and no document of its own.
pub fn is_template(root: &Node) -> bool {
    root.get("Resources").is_some_and(Node::is_mapping) && !is_document(root)
}

/// The body in a template, as a document of its own. `None` means that a finding says why not.
pub fn in_template(tree: &Tree, findings: &mut Findings) -> Result<(Tree, Template), Reported> {
    let bodies = bodies(&tree.root);
    let [(resource, kind, body)] = bodies.as_slice() else {
        let (span, message, help) = match bodies.as_slice() {
            [] => no_body(&tree.root),
            many => {
                let names: Vec<String> = many.iter().map(|(entry, ..)| format!("`{}`", entry.key.text)).collect();
                (many[1].0.key.span, format!("this template holds several APIs: {}", names.join(", ")), ONE_BODY)
            }
        };
        return Err(findings.push(Diagnostic::error(codes::NOT_OPENAPI, span, message).help(help)));
    };
    let globals = tree.root.pointer("/Globals/Api").into_iter().chain(tree.root.pointer("/Globals/HttpApi"));
    let owners = resource.value.get("Properties").into_iter().chain(globals);
    for entry in owners.flat_map(Node::entries) {
        let key = &*entry.key.text;
        if GUARDS.contains(&key) {
            let message = format!(
                "`{key}` of the template waits for an issue of its own, and without it the API would stand open"
            );
            findings.push(Diagnostic::error(codes::UNGUARDED, entry.key.span, message));
        } else if BESIDE.contains(&key) {
            let message = format!("`{key}` of the template is not read: only the body is");
            let help =
                "write it into the body, in its `x-amazon-apigateway-…` form; stage variables go into the settings";
            findings.push(Diagnostic::warning(codes::NOT_ENFORCED, entry.key.span, message).help(help));
        }
    }
    let is_http = matches!(*kind, "AWS::Serverless::HttpApi" | "AWS::ApiGatewayV2::Api");
    Ok((Tree { root: (*body).clone(), ..tree.clone() }, Template { root: tree.root.clone(), is_http }))
}
