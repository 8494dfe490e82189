//! `mock`: the gateway answers by itself. Which response it gives is known at load where its template is a constant.

use super::build;
use super::draft::Draft;
use super::export::Export;
use super::responses::{Backend, Response, choice, read};
use super::templates::{OVERRIDES, Templates, passthrough, request_step};
use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::source::Node;

/// The variable with the status of the template.
const STATUS: &str = "aws-status";

pub(super) fn draft(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<Draft, Reported> {
    let responses = read(export, integration, Backend::None, findings);
    let templates = Templates::read(export, integration, "requestTemplates", findings);
    let behavior = passthrough(integration, findings);
    let (templates, responses, behavior) = (templates?, responses?, behavior?);
    let refuses = behavior.is_some_and(|node| node.text() != Some("when-no-match"));
    match &templates {
        Templates::None => {
            let message = "a mock needs a request template that says the status, or AWS answers 500";
            let help = r#"write `requestTemplates: {application/json: '{"statusCode": 200}'}`"#;
            Err(findings.push(Diagnostic::error(codes::MISSING_PROPERTY, integration.span, message).help(help)))
        }
        Templates::Constant(text, _) => {
            let status = status(text, findings)?;
            match refuses {
                true => rendered(export, integration, &templates, &responses, findings),
                false => constant(status, integration, &responses, findings),
            }
        }
        Templates::Mapped(_) => rendered(export, integration, &templates, &responses, findings),
    }
    .map(|mut draft| {
        if responses.iter().any(Response::is_mapped) {
            draft.catch.extend(export.responses.of_failure(integration.span));
        }
        draft
    })
}

/// The response for a status that is known.
fn constant(
    status: u16,
    integration: &Node,
    responses: &[Response],
    findings: &mut Findings,
) -> Result<Draft, Reported> {
    let fits = |statuses: &Option<Vec<u16>>| statuses.as_ref().is_none_or(|all| all.contains(&status));
    let Some(response) = responses.iter().find(|response| fits(&response.statuses)) else {
        let message = format!("no response is for the status {status} of the template");
        let help = "write a `default` response";
        let span = integration.get("responses").map_or(integration.span, |node| node.span);
        return Err(findings.push(Diagnostic::error(codes::BAD_VALUE, span, message).help(help)));
    };
    Ok(Draft { execute: response.steps(Backend::None, None), catch: Vec::new() })
}

/// The template says the status of every request.
fn rendered(
    export: &Export<'_>,
    integration: &Node,
    templates: &Templates,
    responses: &[Response],
    findings: &mut Findings,
) -> Result<Draft, Reported> {
    let span = integration.span;
    let more = vec![("status-code", build::text(span, STATUS))];
    let mut execute = vec![request_step(span, templates, integration, more, findings)?];
    let condition = |one: &Response| {
        let statuses: Vec<String> = one.statuses.as_ref()?.iter().map(u16::to_string).collect();
        Some(format!("`{STATUS}` in [{}]", statuses.join(", ")))
    };
    execute.extend(choice(responses, span, condition, |one| one.steps(Backend::None, Some(OVERRIDES))));
    let mut catch = export.responses.of_template(span);
    if !responses.iter().any(Response::is_mapped) {
        catch.extend(export.responses.of_failure(span));
    }
    Ok(Draft { execute, catch })
}

/// The number in the template `{"statusCode": 200}`.
fn status(template: &Node, findings: &mut Findings) -> Result<u16, Reported> {
    let status = number(template.text().unwrap_or_default());
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
