//! The access checks of an operation on AWS. Until a check is built, an operation that asks for it is refused and never open.

use super::export::{Export, runs};
use super::validators;
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::openapi::{Api, Operation, Security};
use crate::source::Node;

const VALIDATOR: &str = validators::KEY;

/// Reports what guards every operation.
pub(super) fn of_document(export: &Export<'_>, findings: &mut Findings) {
    let root = &export.api.tree.root;
    if let Some(security) = root.get("security").filter(|security| demands(security) && !is_enforced(root, security)) {
        refuse(security.span, &scheme(root, security), findings);
    }
    if let Some(policy) = root.entry("x-amazon-apigateway-policy") {
        refuse(policy.key.span, "the resource policy", findings);
    }
    let servers = root.get("servers").map(Node::items).unwrap_or_default();
    if let Some(entry) = servers.iter().find_map(|server| server.entry("x-amazon-apigateway-endpoint-configuration")) {
        let message = "who reaches the API is up to the addresses that Gantry listens at, and not to the document";
        findings.push(Diagnostic::warning(codes::NOT_ENFORCED, entry.key.span, message));
    }
    let runs_unchecked = |operation: &&Operation| {
        runs(operation) && operation.node.get(VALIDATOR).is_none() && validators::checks(export, operation).is_none()
    };
    if let Some(name) = root.get(VALIDATOR).filter(|name| validates(root, name))
        && export.api.operations.iter().any(|operation| runs_unchecked(&operation))
    {
        refuse(name.span, &validator(name), findings);
    }
}

/// Reports what guards one operation.
pub(super) fn of_operation(export: &Export<'_>, operation: &Operation, findings: &mut Findings) {
    let root = &export.api.tree.root;
    let node = &operation.node;
    if let Some(security) = node.get("security").filter(|security| demands(security) && !is_enforced(root, security)) {
        refuse(security.span, &scheme(root, security), findings);
    }
    if let Some(auth) = node.get("x-amazon-apigateway-auth") {
        let kind = auth.get("type").and_then(Node::text).unwrap_or_default();
        if !kind.eq_ignore_ascii_case("none") {
            refuse(auth.span, &format!("the authorization `{kind}`"), findings);
        }
    }
    if let Some(name) = node.get(VALIDATOR).filter(|name| validates(root, name))
        && validators::checks(export, operation).is_none()
    {
        refuse(name.span, &validator(name), findings);
    }
}

/// Whether an operation's requirements are checked before its assembly. Others are refused.
pub(in crate::assembly) fn are_enforced(api: &Api, operation: &Operation) -> bool {
    let root = &api.tree.root;
    chosen_security(root, operation).is_some_and(|security| demands(security) && is_enforced(root, security))
}

/// The requirements of an operation: its own, otherwise those of the document.
pub(super) fn chosen_security<'a>(root: &'a Node, operation: &'a Operation) -> Option<&'a Node> {
    let says = |node: &'a Node| node.get("security").filter(|security| !security.is_null());
    says(&operation.node).or_else(|| says(root))
}

/// The requirements without the authorizers that are steps of the assembly.
pub(in crate::assembly) fn without_functions(api: &Api, mut security: Security) -> Security {
    for demands in &mut security.alternatives {
        demands.retain(|demand| !is_function(&api.tree.root, &demand.scheme.name));
    }
    security
}

/// The access check of an operation whose assembly wins over the check: the first that the document has.
pub(in crate::assembly) fn beside_assembly(api: &Api) -> Option<Span> {
    let root = &api.tree.root;
    let own = |operation: &Operation| {
        let kind = operation.node.get("x-amazon-apigateway-auth").and_then(|auth| auth.get("type"));
        let auth = kind.filter(|kind| !kind.text().is_some_and(|text| text.eq_ignore_ascii_case("none")));
        auth.or_else(|| operation.node.get(VALIDATOR).filter(|name| validates(root, name))).map(|node| node.span)
    };
    let of_root = || {
        let policy = root.entry("x-amazon-apigateway-policy").map(|entry| entry.key.span);
        policy.or_else(|| root.get(VALIDATOR).filter(|name| validates(root, name)).map(|name| name.span))
    };
    let mut operations = api.operations.iter().filter(|operation| !runs(operation));
    match api.operations.iter().any(runs) {
        true => operations.find_map(own),
        false => of_root().or_else(|| operations.find_map(own)),
    }
}

/// Refuses what would let everybody in.
pub(super) fn refuse(span: Span, what: &str, findings: &mut Findings) -> Reported {
    let message = format!("{what} waits for an issue of its own, and without it the operation would stand open");
    let help = "remove it where something in front of Gantry does the same, or write an `x-assembly` for the operation";
    findings.push(Diagnostic::error(codes::UNGUARDED, span, message).help(help))
}

/// Whether the requirements ask for anything. What cannot be read may.
fn demands(security: &Node) -> bool {
    let is_empty = security.is_sequence() && security.items().is_empty();
    !security.is_null() && !is_empty
}

/// Whether everything that some requirements ask for is checked: authorizers that look at signed tokens before the assembly, and
/// those that ask a function in its first steps, where there is no alternative to them.
fn is_enforced(root: &Node, security: &Node) -> bool {
    let mut names = security.items().iter().flat_map(Node::entries).map(|entry| &*entry.key.text);
    security.is_sequence()
        && security.items().iter().all(|item| item.is_mapping())
        && names.clone().all(|name| is_checked(root, name))
        && (security.items().len() == 1 || !names.any(|name| is_function(root, name)))
}

/// Whether a scheme is one that is checked.
fn is_checked(root: &Node, name: &str) -> bool {
    matches!(&*kind(root, name), "jwt" | "cognito_user_pools" | "token" | "request")
}

/// Whether a scheme asks a function.
pub(super) fn is_function(root: &Node, name: &str) -> bool {
    matches!(&*kind(root, name), "token" | "request")
}

/// The type of an authorizer, in lower case.
fn kind(root: &Node, name: &str) -> String {
    let kind = schemes(root).and_then(|all| all.get(name)?.pointer("/x-amazon-apigateway-authorizer/type")?.text());
    kind.unwrap_or_default().to_ascii_lowercase()
}

/// The security schemes of a document.
pub(super) fn schemes(root: &Node) -> Option<&Node> {
    root.get("securityDefinitions").or_else(|| root.pointer("/components/securitySchemes"))
}

/// The first scheme of some requirements that is not checked.
fn scheme(root: &Node, security: &Node) -> String {
    let mut names = security.items().iter().flat_map(Node::entries).map(|entry| &*entry.key.text);
    let Some(name) = names.clone().find(|name| !is_checked(root, name)).or_else(|| names.next()) else {
        return "the security requirement".to_owned();
    };
    if is_checked(root, name) && security.items().len() > 1 {
        return "a choice between authorizers".to_owned();
    }
    let scheme = schemes(root).and_then(|all| all.get(name));
    let of = |key: &str| scheme.and_then(|scheme| scheme.get(key));
    let kind = of("x-amazon-apigateway-authtype").and_then(Node::text).unwrap_or_default();
    if kind.eq_ignore_ascii_case("awsSigv4") {
        format!("the IAM authorization `{name}`")
    } else if of("x-amazon-apigateway-authorizer").is_some() || !kind.is_empty() {
        format!("the authorizer `{name}`")
    } else if of("name").and_then(Node::text).is_some_and(|header| header.eq_ignore_ascii_case("x-api-key")) {
        format!("the API key `{name}`")
    } else {
        format!("the security scheme `{name}`")
    }
}

fn validator(name: &Node) -> String {
    format!("the request validator `{}`", name.text().unwrap_or_default())
}

/// Whether a validator checks anything. One that is not there is taken to.
fn validates(root: &Node, name: &Node) -> bool {
    if name.is_null() {
        return false;
    }
    let all = root.get("x-amazon-apigateway-request-validators");
    let found = name.text().and_then(|name| all?.get(name));
    let is_off = |key: &str| {
        let flag = found.and_then(|one| one.get(key));
        flag.is_none_or(|flag| flag.text().is_some_and(|text| text.eq_ignore_ascii_case("false")))
    };
    found.is_none() || !is_off("validateRequestBody") || !is_off("validateRequestParameters")
}
