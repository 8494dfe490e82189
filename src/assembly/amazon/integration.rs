//! The properties that every integration has: its type, its settings, its target.

use super::draft::Draft;
use super::export::Export;
use super::unbuilt::unbuilt;
use super::{custom_lambda, http, lambda, mock, special_headers, unsupported};
use crate::base::{Diagnostic, Findings, Reported, codes, did_you_mean, nearest};
use crate::openapi::Operation;
use crate::source::{Entry, Node};

const KNOWN: [&str; 22] = [
    "type",
    "httpMethod",
    "uri",
    "passthroughBehavior",
    "responses",
    "requestTemplates",
    "requestParameters",
    "responseParameters",
    "credentials",
    "payloadFormatVersion",
    "contentHandling",
    "connectionType",
    "cacheNamespace",
    "cacheKeyParameters",
    "connectionId",
    "timeoutInMillis",
    "responseTransferMode",
    "integrationSubtype",
    "integrationTarget",
    "tlsConfig",
    "description",
    "$ref",
];

/// The assembly of an integration.
pub(super) fn draft(
    export: &Export<'_>,
    operation: &Operation,
    integration: &Node,
    findings: &mut Findings,
) -> Result<Draft, Reported> {
    if !integration.is_mapping() {
        let message = format!("the integration is {}, expected a map", integration.kind());
        return Err(findings.push(Diagnostic::error(codes::BAD_ASSEMBLY, integration.span, message)));
    }
    let mark = findings.mark();
    unknown_properties(integration, findings);
    unbuilt_properties(integration, findings);
    if let Some(entry) = integration.entry("integrationSubtype") {
        return Err(unbuilt(entry.key.span, "the call of another AWS service", findings));
    }
    let Some(kind) = integration.get("type") else {
        let message = "the integration has no `type`";
        let help = "write `type: aws_proxy`, `aws`, `http_proxy`, `http` or `mock`";
        return Err(findings.push(Diagnostic::error(codes::MISSING_PROPERTY, integration.span, message).help(help)));
    };
    let kind_text = kind.text().unwrap_or_default().to_ascii_lowercase();
    if special_headers::fails(export, &kind_text, integration, findings) {
        return Ok(unsupported::failing(export, integration.span));
    }
    let draft = match kind_text.as_str() {
        "aws_proxy" => lambda::draft(export, integration, findings),
        "http_proxy" => http::proxy(export, operation, integration, findings),
        "http" => http::mapped(export, operation, integration, findings),
        "mock" => mock::draft(export, integration, findings),
        "aws" => custom_lambda::draft(export, integration, findings),
        other => {
            let message = format!("there is no integration type `{other}`");
            let help = "write `aws_proxy`, `aws`, `http_proxy`, `http` or `mock`";
            Err(findings.push(Diagnostic::error(codes::BAD_VALUE, kind.span, message).help(help)))
        }
    };
    draft.and_then(|draft| findings.errors_since(mark).map(|()| draft))
}

fn unknown_properties(integration: &Node, findings: &mut Findings) {
    for entry in integration.entries().iter().filter(|entry| !KNOWN.contains(&&*entry.key.text)) {
        let near = nearest(&entry.key.text, KNOWN);
        let help = match near.as_slice() {
            [] => "remove it".into(),
            near => did_you_mean(near),
        };
        let message = format!("an integration has no property `{}`, so this is ignored", entry.key.text);
        findings.push(Diagnostic::warning(codes::UNKNOWN_PROPERTY, entry.key.span, message).help(help));
    }
}

fn unbuilt_properties(integration: &Node, findings: &mut Findings) {
    let is = |entry: &Entry, word: &str| entry.value.text().is_some_and(|text| text.eq_ignore_ascii_case(word));
    let is_arn = integration.get("uri").and_then(Node::text).is_some_and(|uri| uri.starts_with("arn:"));
    for entry in integration.entries() {
        let span = entry.key.span;
        match &*entry.key.text {
            "connectionType" if !is(entry, "INTERNET") && !is_arn => {
                let message = "the VPC link is not used: the call goes to the host of the `uri`";
                let help = "see that the gateway reaches this host";
                findings.push(Diagnostic::warning(codes::NO_COUNTERPART, span, message).help(help));
            }
            "responseTransferMode" if !is(entry, "BUFFERED") && !is(entry, "STREAM") => {
                let message = "`responseTransferMode` is `BUFFERED` or `STREAM`";
                findings.push(Diagnostic::error(codes::BAD_VALUE, entry.value.span, message));
            }
            "cacheNamespace" | "cacheKeyParameters" => {
                let message = format!("no answer is cached, so `{}` changes nothing", entry.key.text);
                findings.push(Diagnostic::warning(codes::NO_COUNTERPART, span, message));
            }
            "tlsConfig" => {
                let message = "`tlsConfig` changes nothing: certificates are verified for the host of the `uri`";
                findings.push(Diagnostic::warning(codes::NO_COUNTERPART, span, message));
            }
            _ => {}
        }
    }
}
