//! `mock`: the gateway answers by itself. Which response it gives is known at load.

use super::draft::Draft;
use super::export::Export;
use super::responses::{Backend, has_code, read};
use super::unbuilt::unbuilt;
use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::source::Node;

pub(super) fn draft(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<Draft, Reported> {
    let status = status(export, integration, findings);
    let responses = read(export, integration, Backend::None, findings);
    let (status, responses) = (status?, responses?);
    let fits = |statuses: &Option<Vec<u16>>| statuses.as_ref().is_none_or(|all| all.contains(&status));
    let Some(response) = responses.iter().find(|response| fits(&response.statuses)) else {
        let message = format!("no response is for the status {status} of the template");
        let help = "write a `default` response";
        let span = integration.get("responses").map_or(integration.span, |node| node.span);
        return Err(findings.push(Diagnostic::error(codes::BAD_VALUE, span, message).help(help)));
    };
    Ok(Draft { execute: response.steps(Backend::None), catch: Vec::new() })
}

/// The number in the template `{"statusCode": 200}`.
fn status(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<u16, Reported> {
    let templates = integration.get("requestTemplates").map(Node::entries).unwrap_or_default();
    let json = templates.iter().find(|entry| &*entry.key.text == "application/json");
    let Some(template) = json.or(templates.first()).map(|entry| &entry.value) else {
        let message = "a mock needs a request template that says the status, or AWS answers 500";
        let help = r#"write `requestTemplates: {application/json: '{"statusCode": 200}'}`"#;
        return Err(findings.push(Diagnostic::error(codes::MISSING_PROPERTY, integration.span, message).help(help)));
    };
    if template.text().is_some_and(has_code) {
        return Err(unbuilt(template.span, "a mapping template (VTL) that is not a constant", findings));
    }
    let text = export.values.text(template, findings)?;
    let status = number(text.text().unwrap_or_default());
    status.ok_or_else(|| {
        let message = "the template of a mock says no `statusCode`, so AWS answers 500";
        let help = r#"write `{"statusCode": 200}`"#;
        findings.push(Diagnostic::error(codes::BAD_VALUE, template.span, message).help(help))
    })
}

/// API Gateway's JSON is lenient: a name may stand without quotes.
fn number(text: &str) -> Option<u16> {
    let status = match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) => u16::try_from(json.get("statusCode")?.as_u64()?).ok()?,
        Err(_) => {
            let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
            let (name, value) = inner.split_once(':')?;
            (name.trim().trim_matches(['"', '\'']) == "statusCode").then_some(())?;
            value.trim().trim_end_matches(',').trim().parse().ok()?
        }
    };
    (100..600).contains(&status).then_some(status)
}
