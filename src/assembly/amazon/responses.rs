//! The `responses` of an integration: which one answers, and what it says.

use regex::Regex;

use super::build;
use super::export::Export;
use super::names::{is_name, remapped};
use super::templates::{self, Templates};
use super::unbuilt::unbuilt;
use super::values::shown;
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::source::{Entry, Node};

/// A response of an integration.
pub(super) struct Response {
    /// The statuses that it answers; `None` answers all that no other does.
    pub statuses: Option<Vec<u16>>,
    /// The pattern for the error of a function; `None` answers all that no other does.
    pub pattern: Option<Box<str>>,
    pub span: Span,
    status: Node,
    headers: Vec<(String, Source)>,
    templates: Templates,
    /// `contentHandling`.
    handling: Option<Node>,
}

/// The source of a header's value.
enum Source {
    Text(Node),
    /// A header of what was called.
    Header(Span, String),
    /// A member of its JSON, by the names on the way there.
    Body(Span, Vec<String>),
}

/// The source of the response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Backend {
    /// Nobody: there are no headers to take.
    None,
    /// A service, whose answer is in this variable.
    Variable(&'static str),
    /// A function, whose answer or error is in this variable.
    Function(&'static str),
}

impl Backend {
    fn variable(self) -> Option<&'static str> {
        match self {
            Backend::None => None,
            Backend::Variable(name) | Backend::Function(name) => Some(name),
        }
    }
}

// === impl Response ===

impl Response {
    /// The steps that make `message` this response. What they set is all that goes out. `overrides` is the variable with the
    /// overrides of the request's template.
    pub(super) fn steps(&self, backend: Backend, overrides: Option<&str>) -> Vec<Node> {
        let mut actions = vec![build::set("message.status.code", self.status.clone())];
        let mut copied = Vec::new();
        let has_type = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let mapped = self.mapping(backend, overrides);
        if mapped.is_some() && backend == Backend::None {
            // The request's own headers are not those of the answer.
            actions.insert(0, build::clear(self.span, "message.headers"));
        }
        match (&self.templates, backend.variable()) {
            (Templates::Constant(body, kind), _) => {
                actions.push(build::set("message.body", body.clone()));
                actions.push(build::set(&build::header("content-type"), kind.clone()));
            }
            (Templates::Mapped(_), Some(_)) => {}
            (Templates::None, Some(variable)) => {
                // The step takes the bytes of a function's result as they are.
                if !matches!(backend, Backend::Function(_)) {
                    actions.push(build::set("message.body", build::text(self.span, format!("$({variable}.body)"))));
                }
                if !has_type {
                    copied.push(("content-type", "content-type", self.span));
                }
            }
            (Templates::Mapped(_), None) => actions.push(build::set("message.body", build::text(self.span, ""))),
            (Templates::None, None) => {
                actions.push(build::set("message.body", build::text(self.span, "")));
                let kind = build::text(self.span, "application/json");
                actions.push(build::set(&build::header("content-type"), kind));
            }
        }
        let mut of_body = Vec::new();
        for (name, source) in &self.headers {
            match source {
                Source::Body(span, path) => {
                    let variable = backend.variable().unwrap_or("message");
                    of_body.push(copy_member(variable, name, path, *span));
                }
                Source::Text(text) => actions.push(build::set(&build::header(name), text.clone())),
                Source::Header(span, header) => copied.push((name, header, *span)),
            }
        }
        let first = build::set_variable(self.span, actions).into_iter();
        let Some(variable) = backend.variable() else { return first.chain(mapped).collect() };
        let copies = copied.into_iter().map(|(to, from, span)| copy(variable, to, from, span));
        first.chain(copies).chain(of_body).chain(mapped).collect()
    }

    /// Whether a template is rendered for every answer.
    pub(super) fn is_mapped(&self) -> bool {
        matches!(self.templates, Templates::Mapped(_)) || self.handling.is_some()
    }

    /// The step that renders the template and sets the overrides, if there is need of one.
    fn mapping(&self, backend: Backend, overrides: Option<&str>) -> Option<Node> {
        let templates = match &self.templates {
            Templates::Mapped(entries) => entries.as_slice(),
            _ if self.handling.is_none() && overrides.is_none() => return None,
            _ => &[],
        };
        let is_function = matches!(backend, Backend::Function(_));
        let converts = (self.handling.is_some() || is_function) && matches!(self.templates, Templates::None);
        let input = match (&self.templates, backend.variable()) {
            (Templates::Mapped(_), Some(variable)) => variable,
            (_, Some(variable)) if converts => variable,
            _ => "message",
        };
        Some(templates::response_step(self.span, templates, input, overrides, self.handling.as_ref()))
    }
}

/// The steps that choose a response by the condition of each; the one without a condition is for all others. Where there is none, AWS
/// answers 500.
pub(super) fn choice(
    all: &[Response],
    span: Span,
    condition: impl Fn(&Response) -> Option<String>,
    steps: impl Fn(&Response) -> Vec<Node>,
) -> Vec<Node> {
    let mut cases = Vec::new();
    let mut otherwise = None;
    for one in all {
        let steps = build::list(one.span, steps(one));
        match condition(one) {
            Some(condition) => {
                let condition = build::text(one.span, condition);
                cases.push(build::map(one.span, [("condition", condition), ("execute", steps)]));
            }
            None => otherwise = Some(steps),
        }
    }
    let otherwise = otherwise.unwrap_or_else(|| {
        let throw = build::step("throw", span, [("name", build::text(span, "RuntimeError"))]);
        build::list(span, vec![throw])
    });
    if cases.is_empty() {
        return otherwise.items().to_vec();
    }
    cases.push(build::map(span, [("otherwise", otherwise)]));
    vec![build::step("switch", span, [("case", build::list(span, cases))])]
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

/// Sets a header of the message to a member of another message's JSON, where that has it.
fn copy_member(variable: &str, to: &str, path: &[String], span: Span) -> Node {
    let names: String = path.iter().map(|name| format!(".`{name}`")).collect();
    let condition = build::text(span, format!("$exists({variable}.body{names})"));
    let names: String = path.iter().map(|name| format!("['{name}']")).collect();
    let value = build::text(span, format!("$({variable}.body{names})"));
    let set = build::set_variable(span, vec![build::set(&build::header(to), value)]).into_iter().collect();
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
    let pattern = Some(&*entry.key.text).filter(|pattern| *pattern != "default");
    let statuses = match pattern {
        Some(pattern) => Some(statuses(pattern, entry.key.span, findings)?),
        None => None,
    };
    let Some(written) = node.get("statusCode") else {
        let message = format!("the response `{}` has no `statusCode`", entry.key.text);
        return Err(findings.push(Diagnostic::error(codes::MISSING_PROPERTY, entry.key.span, message)));
    };
    let status = status(export, written, findings);
    let handling = templates::handling(node, findings);
    let headers = headers(export, node, backend, findings);
    let templates = Templates::read(export, node, "responseTemplates", findings);
    Ok(Response {
        statuses,
        pattern: pattern.map(Box::from),
        span: entry.key.span,
        status: status?,
        headers: headers?,
        templates: templates?,
        handling: handling?,
    })
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
    let member = text.strip_prefix("integration.response.body.").map(|path| path.split('.'));
    let is_plain =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if let (Some(names), true) = (member, backend != Backend::None)
        && names.clone().all(is_plain)
    {
        return Ok(Source::Body(written.span, names.map(str::to_owned).collect()));
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
