//! Reads the answers of the gateway that an export changes.

use super::build;
use super::export::Export;
use super::gateway_responses::{Changed, GatewayResponses, filled};
use super::names::is_name;
use super::responses::{literal, status};
use super::templates::has_code;
use super::unbuilt::unbuilt;
use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::source::{Entry, Node};

const KEY: &str = "x-amazon-apigateway-gateway-responses";

/// The types that have a place here.
const PLACED: [&str; 15] = [
    "ACCESS_DENIED",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "UNAUTHORIZED",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
    "MISSING_AUTHENTICATION_TOKEN",
    "RESOURCE_NOT_FOUND",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "REQUEST_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "API_CONFIGURATION_ERROR",
];

impl GatewayResponses {
    pub(super) fn read(export: &Export<'_>, findings: &mut Findings) -> Self {
        let entries = export.api.tree.root.get(KEY).map(Node::entries).unwrap_or_default();
        let mut all = Vec::new();
        for entry in entries {
            let kind = &*entry.key.text;
            if kind == "DEFAULT_4XX" || !PLACED.contains(&kind) {
                let message = match kind {
                    "DEFAULT_4XX" => "not every refusal is answered this way yet".to_owned(),
                    kind => format!("`{kind}` has no place here yet"),
                };
                let help = "where Gantry refuses a request before its operation runs, it answers in its own words";
                findings.push(Diagnostic::warning(codes::NOT_ENFORCED, entry.key.span, message).help(help));
            }
            if PLACED.contains(&kind) {
                all.extend(changed(export, entry, findings));
            }
        }
        GatewayResponses { changed: all, is_http: export.is_http }
    }
}

fn changed(export: &Export<'_>, entry: &Entry, findings: &mut Findings) -> Result<Changed, Reported> {
    let node = &entry.value;
    let status = match node.get("statusCode").filter(|node| !node.is_null()) {
        Some(written) => Some(status(export, written, findings)?),
        None => None,
    };
    let mut headers = Vec::new();
    for parameter in node.get("responseParameters").map(Node::entries).unwrap_or_default() {
        let Some(name) = parameter.key.text.strip_prefix("gatewayresponse.header.").filter(|name| is_name(name)) else {
            unbuilt(parameter.key.span, &format!("the mapping to `{}`", parameter.key.text), findings);
            continue;
        };
        let value = export.values.text(&parameter.value, findings)?;
        headers.push((name.to_owned(), literal(export, &value, findings)?));
    }
    let template = template(export, node, findings)?;
    Ok(Changed { kind: entry.key.text.to_string(), status, headers, template })
}

/// The body of an answer, if there is a template.
fn template(export: &Export<'_>, node: &Node, findings: &mut Findings) -> Result<Option<(Node, Node)>, Reported> {
    let entries = node.get("responseTemplates").map(Node::entries).unwrap_or_default();
    let json = entries.iter().find(|entry| &*entry.key.text == "application/json");
    let Some(chosen) = json.or(entries.first()) else { return Ok(None) };
    let body = export.values.text(&chosen.value, findings)?;
    let text = with_stage_variables(export, body.text().unwrap_or_default());
    // The names are replaced when the answer is made.
    if text.contains("$(") || has_code(&filled(&text, "", "")) {
        let what = "an answer of the gateway with a part of `$context` that is not known here";
        return Err(unbuilt(chosen.value.span, what, findings));
    }
    let body = if body.text() == Some(&*text) { body } else { build::text(chosen.value.span, text) };
    Ok(Some((body, build::text(chosen.key.span, &*chosen.key.text))))
}

/// The text with the values of stage variables. One that is missing is empty, as on AWS.
fn with_stage_variables(export: &Export<'_>, text: &str) -> String {
    const ROOT: &str = "$stageVariables.";
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(ROOT) {
        let end = after.find(|one: char| !one.is_ascii_alphanumeric() && one != '_').unwrap_or(after.len());
        out.push_str(before);
        out.push_str(export.values.stage_variable(&after[..end]).unwrap_or_default());
        rest = &after[end..];
    }
    out + rest
}
