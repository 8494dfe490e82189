//! Exports of AWS API Gateway: the integration of an operation becomes an assembly of ordinary steps.
//!
//! The steps that are made from an integration keep the places of the document, so that the findings of a policy are at the
//! author's line. A feature of an integration that Gantry does not have is refused by a sentence: nothing is skipped, and nothing
//! that AWS would protect is left open.

mod authorizers;
mod call;
mod cors;
mod custom_lambda;
mod default_route;
mod draft;
mod export;
mod expressions;
mod gateway_responses;
pub(super) mod guards;
mod http;
mod integration;
mod lambda;
mod mock;
mod names;
mod read_gateway_responses;
mod request_parameters;
mod response_parameters;
mod responses;
mod special_headers;
mod templates;
#[cfg(test)]
mod tests;
mod unbuilt;
mod unsupported;
mod validators;
mod values;

use super::build;
use super::parse::catch_list;
use super::{Assembly, Carrier, Generation, steps};
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::openapi::{Api, Operation};
use crate::source::{Entry, Node};
use draft::Draft;
use export::{INTEGRATION, runs};
use gateway_responses::GatewayResponses;

pub(super) use export::Export;

pub use default_route::spread_default_route;
pub use values::Values;

// === impl Export ===

impl<'a> Export<'a> {
    /// The document as an export, if an operation has an integration and no assembly of its own.
    pub(super) fn of(api: &'a Api, values: &Values, findings: &mut Findings) -> Option<Self> {
        if !api.operations.iter().any(runs) {
            return None;
        }
        let values = values.with_defaults(api.template.as_ref().map(|template| &template.root));
        let responses = GatewayResponses::default();
        let mut export = Export { api, values, is_http: is_http(api), responses, cors: None, is_closed: false };
        let mut own = Findings::default();
        guards::of_document(&export, &mut own);
        export.is_closed = unsupported::soften_document(&export, own, findings);
        export.responses = GatewayResponses::read(&export, findings);
        export.cors = cors::read(&export, findings).ok().flatten();
        let size = "x-amazon-apigateway-minimum-compression-size";
        if let Some(entry) = api.tree.root.entry(size) {
            let message = "answers are not compressed yet";
            findings.push(Diagnostic::warning(codes::NOT_ENFORCED, entry.key.span, message));
        }
        Some(export)
    }

    /// The assembly of an operation's integration, if it has one.
    pub(super) fn assembly(
        &self,
        operation: &Operation,
        findings: &mut Findings,
    ) -> Result<Option<Assembly>, Reported> {
        let Some(entry) = operation.node.entry(INTEGRATION) else {
            return undecided(operation, findings).map(|()| None);
        };
        let mut own = Findings::default();
        let draft = self.draft(operation, entry, &mut own);
        let is_softened = unsupported::soften(self, own, findings);
        let draft = if is_softened || self.is_closed { unsupported::draft(self, entry.key.span) } else { draft? };
        Ok(Some(self.made(draft, entry.key.span, findings)))
    }

    /// The steps of an integration and of what is checked before it.
    fn draft(&self, operation: &Operation, entry: &Entry, findings: &mut Findings) -> Result<Draft, Reported> {
        guards::of_operation(self, operation, findings);
        let first = authorizers::draft(self, operation, findings);
        let checks = validators::checks(self, operation);
        let node = self.referred(&entry.value, findings)?;
        let mut draft = integration::draft(self, operation, &node, findings)?;
        let ids = gateway_responses::ids(self.is_http, entry.key.span);
        draft.execute.extend(build::set_variable(entry.key.span, ids));
        if let Some(checks) = checks {
            draft.execute.splice(..0, checks.steps);
            draft.catch.splice(..0, checks.catch);
        }
        if let Some(first) = first? {
            draft.execute.splice(..0, first.execute);
            draft.catch.splice(..0, first.catch);
        }
        Ok(draft)
    }

    /// The assembly that answers paths and methods that the API does not have.
    pub(super) fn of_missing(&self, findings: &mut Findings) -> Assembly {
        let span = self.api.tree.root.span;
        let draft = Draft { execute: self.responses.of_missing(span), catch: Vec::new() };
        self.made(draft, span, findings)
    }

    fn made(&self, draft: Draft, span: Span, findings: &mut Findings) -> Assembly {
        let blocks = [("execute", draft.execute), ("catch", draft.catch)];
        let owner = build::map(span, blocks.map(|(name, items)| (name, build::list(span, items))));
        Assembly {
            executes_nothing: false,
            carrier: Carrier::Amazon,
            generation: Generation::V10,
            error_format: Generation::V10,
            execute: steps(&owner, "execute", findings),
            catch: catch_list(&owner, findings),
            finally: Vec::new(),
            cors: None,
            span,
        }
    }

    /// An integration may be a reference into the components.
    fn referred(&self, node: &Node, findings: &mut Findings) -> Result<Node, Reported> {
        match self.api.references.resolve(node) {
            Ok(node) => Ok(node.clone()),
            Err(bad) => Err(findings.push(bad.into())),
        }
    }
}

/// A path or an operation that CloudFormation would decide on.
fn undecided(operation: &Operation, findings: &mut Findings) -> Result<(), Reported> {
    if let Some(entry) = operation.node.entries().iter().find(|entry| entry.key.text.starts_with("Fn::")) {
        let message = format!("`{}` is not evaluated here, so nothing says what this path is", entry.key.text);
        let help = "write the path as it is deployed";
        return Err(findings.push(Diagnostic::error(codes::PLACEHOLDER, entry.key.span, message).help(help)));
    }
    Ok(())
}

/// The integrations that call a function with an event.
fn functions(api: &Api) -> impl Iterator<Item = &Node> {
    let all = api.operations.iter().filter_map(|operation| operation.node.get(INTEGRATION));
    all.filter(|one| one.get("type").and_then(Node::text).is_some_and(|kind| kind.eq_ignore_ascii_case("aws_proxy")))
}

/// HTTP APIs need the format of the event, REST APIs have only one.
fn has_format(integration: &Node) -> bool {
    integration.get("payloadFormatVersion").is_some_and(|node| !node.is_null())
}

/// Whether a document is an export of a REST API.
pub fn is_rest_export(api: &Api) -> bool {
    api.operations.iter().any(runs) && !is_http(api)
}

/// HTTP APIs have extensions and values that REST APIs have not.
fn is_http(api: &Api) -> bool {
    let root = &api.tree.root;
    let says = |integration: &Node| {
        integration.get("integrationSubtype").is_some()
            || integration.get("payloadFormatVersion").and_then(Node::text).is_some_and(|text| text.trim() == "2.0")
    };
    let schemes = root.pointer("/components/securitySchemes").map(Node::entries).unwrap_or_default();
    let has_authorizer =
        schemes.iter().filter_map(|scheme| scheme.value.get("x-amazon-apigateway-authorizer")).any(|own| {
            let kind = own.get("type").and_then(Node::text);
            kind.is_some_and(|kind| kind.eq_ignore_ascii_case("jwt"))
                || own.get("authorizerPayloadFormatVersion").is_some()
        });
    api.template.as_ref().is_some_and(|template| template.is_http)
        || (root.get(cors::KEY).is_some() && functions(api).all(has_format))
        || root.get("x-amazon-apigateway-importexport-version").is_some()
        || has_authorizer
        || api.operations.iter().filter_map(|operation| operation.node.get(INTEGRATION)).any(says)
}
