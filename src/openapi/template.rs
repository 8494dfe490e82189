//! API bodies in templates of SAM and CloudFormation.

use super::{Template, is_document};
use crate::base::{Diagnostic, Findings, Reported, codes};
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

/// Whether a template holds an API.
pub fn holds_api(root: &Node) -> bool {
    is_template(root) && !bodies(root).is_empty()
}

/// Whether a file is a template with resources and no document of its own.
pub fn is_template(root: &Node) -> bool {
    root.get("Resources").is_some_and(Node::is_mapping) && !is_document(root)
}

/// The body in a template, as a document of its own. `None` means that a finding says why not.
pub fn in_template(tree: &Tree, findings: &mut Findings) -> Result<(Tree, Template), Reported> {
    let bodies = bodies(&tree.root);
    let [(resource, kind, body)] = bodies.as_slice() else {
        let (span, message) = match bodies.as_slice() {
            [] => (tree.root.span, "this template holds no body of an API".to_owned()),
            many => {
                let names: Vec<String> = many.iter().map(|(entry, ..)| format!("`{}`", entry.key.text)).collect();
                (many[1].0.key.span, format!("this template holds several APIs: {}", names.join(", ")))
            }
        };
        let help = "write the `DefinitionBody` or `Body` of one API into a file of its own";
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
