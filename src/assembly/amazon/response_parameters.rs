//! `responseParameters` of HTTP APIs: what changes in an answer, by its status.

use super::build;
use super::export::Export;
use super::expressions::{Part, Side, parts};
use super::names::is_name;
use super::responses::{copy_between, status};
use super::unbuilt::unbuilt;
use super::values::shown;
use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::source::{Entry, Node};

/// The steps after the call.
pub(super) fn read(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<Vec<Node>, Reported> {
    let Some(written) = integration.entry("responseParameters").filter(|entry| !entry.value.is_null()) else {
        return Ok(Vec::new());
    };
    if !export.is_http {
        let message = "a REST API has `responseParameters` inside of its `responses`";
        return Err(
            findings.push(Diagnostic::error(codes::BAD_VALUE, written.key.span, message).help("move them there"))
        );
    }
    let entries = written.value.entries();
    let cases: Vec<Result<Node, Reported>> = entries.iter().map(|entry| case(export, entry, findings)).collect();
    let cases = cases.into_iter().collect::<Result<Vec<Node>, Reported>>()?;
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    let span = written.key.span;
    Ok(vec![build::step("switch", span, [("case", build::list(span, cases))])])
}

/// The changes of a response with one status.
fn case(export: &Export<'_>, entry: &Entry, findings: &mut Findings) -> Result<Node, Reported> {
    let span = entry.key.span;
    let Some(code) = entry.key.text.parse::<u16>().ok().filter(|code| (100..600).contains(code)) else {
        let message = format!("`{}` is no status", entry.key.text);
        return Err(
            findings.push(Diagnostic::error(codes::BAD_VALUE, span, message).help("write a number from 200 to 599"))
        );
    };
    let steps: Vec<Result<Node, Reported>> =
        entry.value.entries().iter().map(|one| change(export, one, findings)).collect();
    let steps = build::list(span, steps.into_iter().collect::<Result<Vec<Node>, Reported>>()?);
    let condition = build::text(span, format!("message.status.code = {code}"));
    Ok(build::map(span, [("condition", condition), ("execute", steps)]))
}

fn change(export: &Export<'_>, entry: &Entry, findings: &mut Findings) -> Result<Node, Reported> {
    let (verb, target) = entry.key.text.split_once(':').unwrap_or_default();
    let span = entry.key.span;
    let value = export.values.text(&entry.value, findings)?;
    if (verb, target) == ("overwrite", "statuscode") {
        let status = status(export, &entry.value, findings)?;
        return Ok(build::change_variable(span, build::set("message.status.code", status)));
    }
    let name = target.strip_prefix("header.").filter(|name| is_name(name));
    let (Some(name), "append" | "overwrite" | "remove") = (name, verb) else {
        let message = format!("`{}` changes nothing of an answer", entry.key.text);
        let help =
            "write `append:header.NAME`, `overwrite:header.NAME`, `remove:header.NAME` or `overwrite:statuscode`";
        return Err(findings.push(Diagnostic::error(codes::BAD_VALUE, span, message).help(help)));
    };
    let header = build::header(name);
    let text = value.text().unwrap_or_default();
    if verb == "remove" {
        return Ok(build::change_variable(span, build::clear(span, &header)));
    }
    let verb = if verb == "append" { "add" } else { "set" };
    let Some(parts) = parts(text, Side::Response).filter(|_| !text.contains("$(")) else {
        return Err(unbuilt(value.span, &format!("the mapping of `{}`", shown(&value)), findings));
    };
    if let [Part::Header(from)] = parts.as_slice() {
        return Ok(copy_between(verb, name, ("message", from), value.span));
    }
    let filled: String = parts.iter().map(|part| part.template(Side::Response)).collect();
    let filled = build::text(value.span, filled);
    let action = build::map(span, [(verb, build::text(span, header)), ("value", filled)]);
    Ok(build::change_variable(span, action))
}
