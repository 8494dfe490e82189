//! The `responses` of an integration: which one answers, and what it says.

use regex::Regex;

use super::build;
use super::export::Export;
use super::names::{is_name, remapped};
use super::unbuilt::unbuilt;
use super::values::shown;
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::source::{Entry, Node};

/// A response of an integration.
pub(super) struct Response {
    /// The statuses that it answers; `None` answers all that no other does.
    pub statuses: Option<Vec<u16>>,
    pub span: Span,
    status: Node,
    headers: Vec<(String, Source)>,
    /// The body with its content type.
    pub template: Option<(Node, Node)>,
}

/// The source of a header's value.
enum Source {
    Text(Node),
    /// A header of what was called.
    Header(Span, String),
}

/// The source of the response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Backend {
    /// Nobody: there are no headers to take.
    None,
    /// A service, whose answer is in this variable.
    Variable(&'static str),
}

// === impl Response ===

impl Response {
    /// The steps that make `message` this response. What they set is all that goes out.
    pub(super) fn steps(&self, backend: Backend) -> Vec<Node> {
        let mut actions = vec![build::set("message.status.code", self.status.clone())];
        let mut copied = Vec::new();
        let has_type = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        match (&self.template, backend) {
            (Some((body, kind)), _) => {
                actions.push(build::set("message.body", body.clone()));
                actions.push(build::set(&build::header("content-type"), kind.clone()));
            }
            (None, Backend::Variable(variable)) => {
                actions.push(build::set("message.body", build::text(self.span, format!("$({variable}.body)"))));
                if !has_type {
                    copied.push(("content-type", "content-type", self.span));
                }
            }
            (None, Backend::None) => {
                actions.push(build::set("message.body", build::text(self.span, "")));
                let kind = build::text(self.span, "application/json");
                actions.push(build::set(&build::header("content-type"), kind));
            }
        }
        for (name, source) in &self.headers {
            match source {
                Source::Text(text) => actions.push(build::set(&build::header(name), text.clone())),
                Source::Header(span, header) => copied.push((name, header, *span)),
            }
        }
        let Backend::Variable(variable) = backend else {
            return build::set_variable(self.span, actions).into_iter().collect();
        };
        let copies = copied.into_iter().map(|(to, from, span)| copy(variable, to, from, span));
        build::set_variable(self.span, actions).into_iter().chain(copies).collect()
    }
}

/// Sets a header of the message to one of another message's, where that has it.
pub(super) fn copy(variable: &str, to: &str, from: &str, span: Span) -> Node {
    copy_between("set", to, (variable, from), span)
}

/// The same, to `set` or to `add`.
pub(super) fn copy_between(verb: &str, to: &str, (variable, from): (&str, &str), span: Span) -> Node {
    let from = from.to_ascii_lowercase();
    let condition = build::text(span, format!("$exists({variable}.headers.`{from}`)"));
    let value = build::text(span, format!("$({variable}.headers['{from}'])"));
    let action = build::map(span, [(verb, build::text(span, build::header(to))), ("value", value)]);
    let set = build::set_variable(span, vec![action]).into_iter().collect();
    let case = build::map(span, [("condition", condition), ("execute", build::list(span, set))]);
    build::step("switch", span, [("case", build::list(span, vec![case]))])
}

/// The responses in the order in which they are tried: the one without a pattern is the last.
pub(super) fn read(
    export: &Export<'_>,
    owner: &Node,
    backend: Backend,
    findings: &mut Findings,
) -> Result<Vec<Response>, Reported> {
    let entries = owner.get("responses").map(Node::entries).unwrap_or_default();
    let (default, patterns): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|entry| &*entry.key.text == "default");
    let read: Vec<Result<Response, Reported>> =
        patterns.into_iter().chain(default).map(|entry| response(export, entry, backend, findings)).collect();
    if read.is_empty() {
        let span = owner.entry("responses").map_or(owner.span, |entry| entry.key.span);
        let message = "the integration has no `responses`, so AWS answers every request with status 500";
        let help = "write `responses: {default: {statusCode: '200'}}`";
        return Err(findings.push(Diagnostic::error(codes::MISSING_PROPERTY, span, message).help(help)));
    }
    read.into_iter().collect()
}

fn response(
    export: &Export<'_>,
    entry: &Entry,
    backend: Backend,
    findings: &mut Findings,
) -> Result<Response, Reported> {
    let node = &entry.value;
    let statuses = match &*entry.key.text {
        "default" => None,
        pattern => Some(statuses(pattern, entry.key.span, findings)?),
    };
    let Some(written) = node.get("statusCode") else {
        let message = format!("the response `{}` has no `statusCode`", entry.key.text);
        return Err(findings.push(Diagnostic::error(codes::MISSING_PROPERTY, entry.key.span, message)));
    };
    let status = status(export, written, findings);
    if let Some(handling) = node.entry("contentHandling").filter(|entry| !entry.value.is_null()) {
        unbuilt(handling.key.span, "the conversion of a response's body", findings);
    }
    let headers = headers(export, node, backend, findings);
    let template = template(export, node, "responseTemplates", findings);
    Ok(Response { statuses, span: entry.key.span, status: status?, headers: headers?, template: template? })
}

pub(super) fn status(export: &Export<'_>, written: &Node, findings: &mut Findings) -> Result<Node, Reported> {
    let filled = export.values.text(written, findings)?;
    let text = filled.text().unwrap_or_default().trim();
    if text.parse::<u16>().is_ok_and(|code| (200..600).contains(&code)) {
        return Ok(build::plain(written.span, text));
    }
    let message = format!("`{}` is no status from 200 to 599", shown(&filled).trim());
    Err(findings.push(Diagnostic::error(codes::BAD_VALUE, written.span, message)))
}

/// The statuses that a pattern takes: it must fit the whole.
fn statuses(pattern: &str, span: Span, findings: &mut Findings) -> Result<Vec<u16>, Reported> {
    match Regex::new(&format!("^(?:{pattern})$")) {
        Ok(regex) => Ok((100..600).filter(|status: &u16| regex.is_match(&status.to_string())).collect()),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            let message = format!("this pattern cannot be used: {reason}");
            Err(findings.push(Diagnostic::error(codes::BAD_VALUE, span, message)))
        }
    }
}

fn headers(
    export: &Export<'_>,
    node: &Node,
    backend: Backend,
    findings: &mut Findings,
) -> Result<Vec<(String, Source)>, Reported> {
    let entries = node.get("responseParameters").map(Node::entries).unwrap_or_default();
    let read: Vec<Result<(String, Source), Reported>> = entries
        .iter()
        .map(|entry| {
            let name = entry.key.text.strip_prefix("method.response.header.").filter(|name| is_name(name));
            let Some(name) = name else {
                let message = format!("`{}` is no header of the response", entry.key.text);
                let help = "write `method.response.header.NAME`";
                return Err(findings.push(Diagnostic::error(codes::BAD_VALUE, entry.key.span, message).help(help)));
            };
            Ok((remapped(name), source(export, &entry.value, backend, findings)?))
        })
        .collect();
    read.into_iter().collect()
}

fn source(export: &Export<'_>, written: &Node, backend: Backend, findings: &mut Findings) -> Result<Source, Reported> {
    let value = export.values.text(written, findings)?;
    let text = value.text().unwrap_or_default();
    let header = text.strip_prefix("integration.response.header.").filter(|name| is_name(name));
    if let (Some(header), true) = (header, backend != Backend::None) {
        return Ok(Source::Header(written.span, header.to_ascii_lowercase()));
    }
    literal(export, &value, findings).map(Source::Text)
}

/// A text between single quotes, or a stage variable.
pub(super) fn literal(export: &Export<'_>, value: &Node, findings: &mut Findings) -> Result<Node, Reported> {
    let text = value.text().unwrap_or_default();
    if let Some(literal) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return constant(build::text(value.span, literal), findings);
    }
    if let Some(name) = text.strip_prefix("stageVariables.") {
        let filled = export.values.text(&build::text(value.span, format!("${{stageVariables.{name}}}")), findings)?;
        return constant(filled, findings);
    }
    if text.contains('.') && !text.contains(' ') {
        return Err(unbuilt(value.span, &format!("the mapping of `{}`", shown(value)), findings));
    }
    let message = format!("`{}` is neither a mapping nor a text between single quotes", shown(value));
    let help = format!("write `\"'{}'\"`", shown(value));
    Err(findings.push(Diagnostic::error(codes::BAD_VALUE, value.span, message).help(help)))
}

/// A text of AWS's may not hold what would be a reference here.
pub(super) fn constant(node: Node, findings: &mut Findings) -> Result<Node, Reported> {
    if node.text().is_some_and(|text| text.contains("$(")) {
        return Err(unbuilt(node.span, "a text with `$(` in it", findings));
    }
    Ok(node)
}

/// The template of some media types, if it is a constant.
///
/// On AWS the client's `Accept` decides which one it gets; here it is JSON, or else the first.
pub(super) fn template(
    export: &Export<'_>,
    owner: &Node,
    key: &str,
    findings: &mut Findings,
) -> Result<Option<(Node, Node)>, Reported> {
    let entries = owner.get(key).map(Node::entries).unwrap_or_default();
    let json = entries.iter().find(|entry| &*entry.key.text == "application/json");
    let Some(chosen) = json.or(entries.first()) else { return Ok(None) };
    if chosen.value.is_null() || chosen.value.text() == Some("") {
        return Ok(None);
    }
    if chosen.value.text().is_some_and(has_code) {
        let what = "a mapping template (VTL) that is not a constant";
        return Err(unbuilt(chosen.value.span, what, findings));
    }
    if let Some(other) = entries.iter().find(|one| one.value.text() != chosen.value.text()) {
        let message = format!("every client gets the template of `{}`, whatever it accepts", chosen.key.text);
        findings.push(Diagnostic::warning(codes::NOT_ENFORCED, other.key.span, message));
    }
    let body = export.values.text(&chosen.value, findings)?;
    Ok(Some((constant(body, findings)?, build::text(chosen.key.span, &*chosen.key.text))))
}

/// Whether a template has more in it than text. `${AWS::Region}` and what CloudFormation fills in is none of VTL's.
pub(super) fn has_code(text: &str) -> bool {
    let after = |sign: char| text.match_indices(sign).map(move |(at, _)| &text[at + 1..]);
    let letter = |rest: &str| rest.starts_with(|one: char| one.is_ascii_alphabetic());
    after('$')
        .any(|rest| letter(rest) || rest.starts_with('!') || rest.starts_with("{input") || rest.starts_with("{util"))
        || after('#').any(|rest| letter(rest) && is_directive(rest) || rest.starts_with(['#', '*', '{', '[']))
}

/// Whether a word behind `#` is one of VTL's and not, for example, a colour.
fn is_directive(rest: &str) -> bool {
    const WORDS: [&str; 12] =
        ["set", "if", "else", "elseif", "end", "foreach", "include", "parse", "stop", "break", "evaluate", "define"];
    WORDS.iter().chain(&["macro"]).any(|word| rest.starts_with(word))
}
