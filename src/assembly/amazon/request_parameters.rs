//! `requestParameters` of calls to services: what goes into the path, the query and the headers.

use std::collections::HashMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::build;
use super::export::Export;
use super::expressions::{Part, Side, one, parts};
use super::names::is_name;
use super::responses::{copy_between, literal};
use super::unbuilt::unbuilt;
use super::values::shown;
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::openapi::{Operation, Segment};
use crate::source::{Entry, Node};

/// The result of an integration's mappings.
#[derive(Default)]
pub(super) struct Mapped {
    /// By the names in the `uri`.
    path: HashMap<String, PathValue>,
    /// Pairs behind the `?`.
    pub query: Vec<String>,
    /// Query parameters of the client that pass.
    pub passing_query: Vec<String>,
    /// Those that pass under another name: that name, and the client's.
    pub copied_query: Vec<(String, String)>,
    /// Query parameters of the client that do not pass.
    pub blocked_query: Vec<String>,
    /// Headers of the client that pass.
    pub passing_headers: Vec<String>,
    /// Names of headers that the actions set.
    pub set_headers: Vec<String>,
    /// Changes of the message before the call.
    pub actions: Vec<Node>,
    /// Steps before the call: headers that are there only where the client sent another one.
    copies: Vec<Node>,
    /// There is a `uri` that a query can go into.
    has_uri: bool,
}

enum PathValue {
    /// A parameter of the operation's path.
    Parameter(String),
    Text(String),
}

/// A `uri` with the values of the request in it.
pub(super) struct Target {
    pub url: Node,
    /// The parameter that takes the rest of the path stood at its end.
    pub forward_path: bool,
}

// === impl Mapped ===

impl Mapped {
    pub(super) fn read(export: &Export<'_>, operation: &Operation, owner: &Node, findings: &mut Findings) -> Self {
        let mut mapped = Mapped { has_uri: true, ..Mapped::default() };
        if export.is_http {
            // Names in the `uri` of an HTTP API are those of the route.
            for name in operation.path.parameters() {
                mapped.path.insert(name.to_string(), PathValue::Parameter(name.to_string()));
            }
        }
        for entry in owner.get("requestParameters").map(Node::entries).unwrap_or_default() {
            let Ok(value) = export.values.text(&entry.value, findings) else { continue };
            match export.is_http {
                true => mapped.of_http_api(entry, &value, findings),
                false => mapped.of_rest_api(export, entry, &value, findings),
            }
        }
        mapped
    }

    /// The mappings of a function, which has no `uri` to fill in.
    pub(super) fn of_function(export: &Export<'_>, owner: &Node, findings: &mut Findings) -> Self {
        let mut mapped = Mapped::default();
        for entry in owner.get("requestParameters").map(Node::entries).unwrap_or_default() {
            if let Ok(value) = export.values.text(&entry.value, findings) {
                mapped.of_http_api(entry, &value, findings);
            }
        }
        mapped
    }

    fn of_rest_api(&mut self, export: &Export<'_>, entry: &Entry, value: &Node, findings: &mut Findings) {
        let target = entry.key.text.strip_prefix("integration.request.").and_then(|rest| rest.split_once('.'));
        let text = value.text().unwrap_or_default();
        let source = text.strip_prefix("method.request.").and_then(|rest| rest.split_once('.'));
        let names = [target, source].into_iter().flatten().map(|(_, name)| name);
        if let Some(name) = names.into_iter().find(|name| !is_name(name)) {
            findings.push(Diagnostic::error(codes::BAD_VALUE, entry.key.span, format!("`{name}` is no name")));
            return;
        }
        match (target, source) {
            (Some(("path", name)), Some(("path", from))) => {
                self.path.insert(name.to_owned(), PathValue::Parameter(from.to_owned()));
            }
            (Some(("header", name)), Some(("header", from))) if name.eq_ignore_ascii_case(from) => {
                self.passing_headers.push(name.to_owned());
            }
            (Some(("header", name)), Some(("header", from))) => self.copy_header("set", name, from, value.span),
            (Some(("header", name)), Some(("path", from))) => self.set_header(name, reference(from, value.span)),
            (Some(("querystring", name)), Some(("querystring", from))) if name == from => {
                self.passing_query.push(name.to_owned());
            }
            (Some(("querystring", name)), Some(("querystring", from))) => {
                self.copied_query.push((name.to_owned(), from.to_owned()));
            }
            (Some(("querystring", name)), Some(("header", from))) => {
                self.query.push(format!("{}=$(request.headers['{}'])", encoded(name), from.to_ascii_lowercase()));
            }
            (Some(("path", name)), Some(("querystring", from))) => {
                self.path.insert(name.to_owned(), PathValue::Parameter(from.to_owned()));
            }
            (Some(("path", name)), Some(("header", from))) => {
                let value = format!("$(request.headers['{}'])", from.to_ascii_lowercase());
                self.path.insert(name.to_owned(), PathValue::Text(value));
            }
            (Some(("header", name)), Some(("querystring", from))) => self.copy_parameter(name, from, value.span),
            (Some((place, name)), None) if one(text, Side::Request).is_some() => {
                let value = one(text, Side::Request).map(|part| part.template(Side::Request)).unwrap_or_default();
                match place {
                    "path" => drop(self.path.insert(name.to_owned(), PathValue::Text(value))),
                    "querystring" => self.query.push(format!("{}={value}", encoded(name))),
                    _ => self.set_header(name, build::text(entry.key.span, value)),
                }
            }
            (Some(("querystring", name)), Some(("path", from))) => {
                self.query.push(format!("{}=$(request.parameters['{from}'])", encoded(name)));
            }
            (Some((place, name)), None) if matches!(place, "path" | "header" | "querystring") => {
                let Ok(literal) = literal(export, value, findings) else { return };
                let text = literal.text().unwrap_or_default();
                match place {
                    "path" => drop(self.path.insert(name.to_owned(), PathValue::Text(encoded(text)))),
                    "querystring" => self.query.push(format!("{}={}", encoded(name), encoded(text))),
                    _ => self.set_header(name, literal),
                }
            }
            (Some(_), _) => {
                unbuilt(value.span, &format!("the mapping of `{}` to `{}`", shown(value), entry.key.text), findings);
            }
            (None, _) => {
                let message = format!("`{}` is no parameter of the call", entry.key.text);
                let help = "write `integration.request.header.NAME`, `querystring` or `path`";
                findings.push(Diagnostic::error(codes::BAD_VALUE, entry.key.span, message).help(help));
            }
        }
    }

    fn of_http_api(&mut self, entry: &Entry, value: &Node, findings: &mut Findings) {
        let text = value.text().unwrap_or_default();
        let (verb, target) = entry.key.text.split_once(':').unwrap_or_default();
        if let Some(name) = target.strip_prefix("querystring.").filter(|name| self.has_uri && is_name(name)) {
            self.query_of_http_api(verb, name, entry, value, findings);
            return;
        }
        let Some(name) = target.strip_prefix("header.") else {
            unbuilt(entry.key.span, &format!("the mapping to `{}`", entry.key.text), findings);
            return;
        };
        if !is_name(name) {
            findings.push(Diagnostic::error(codes::BAD_VALUE, entry.key.span, format!("`{name}` is no name")));
            return;
        }
        let Some(parts) = parts(text, Side::Request).filter(|_| !text.contains("$(")) else {
            unbuilt(value.span, &format!("the mapping of `{}`", shown(value)), findings);
            return;
        };
        if let ([Part::Header(from)], "append" | "overwrite") = (parts.as_slice(), verb) {
            self.copy_header(if verb == "append" { "add" } else { "set" }, name, from, value.span);
            return;
        }
        if let ([Part::Query(from)], "overwrite") = (parts.as_slice(), verb) {
            self.copy_parameter(name, from, value.span);
            return;
        }
        let filled = build::text(value.span, joined(&parts));
        match verb {
            "overwrite" => self.set_header(name, filled),
            "append" => {
                let variable = build::text(entry.key.span, build::header(name));
                self.actions.push(build::map(entry.key.span, [("add", variable), ("value", filled)]));
            }
            "remove" => self.actions.push(build::clear(entry.key.span, &build::header(name))),
            _ => {
                unbuilt(entry.key.span, &format!("the mapping to `{}`", entry.key.text), findings);
            }
        }
    }

    /// A query parameter of the call. One that may be missing is not built: it would be sent without a value.
    fn query_of_http_api(&mut self, verb: &str, name: &str, entry: &Entry, value: &Node, findings: &mut Findings) {
        let text = value.text().unwrap_or_default();
        let is_there = |part: &Part| !matches!(part, Part::Header(_) | Part::Query(_) | Part::Authorizer(_));
        let parts = parts(text, Side::Request).filter(|parts| parts.iter().all(is_there) && !text.contains("$("));
        match (verb, parts) {
            ("remove", _) => self.blocked_query.push(name.to_owned()),
            ("append" | "overwrite", Some(parts)) => {
                if verb == "overwrite" {
                    self.blocked_query.push(name.to_owned());
                }
                let text = |part: &Part| match part {
                    Part::Text(text) => encoded(text),
                    other => other.template(Side::Request),
                };
                let value: String = parts.iter().map(text).collect();
                self.query.push(format!("{}={value}", encoded(name)));
            }
            _ => {
                let what = format!("the mapping of `{}` to `{}`", shown(value), entry.key.text);
                unbuilt(entry.key.span, &what, findings);
            }
        }
    }

    /// A header with the value of another that the client sent.
    fn copy_header(&mut self, verb: &str, name: &str, from: &str, span: Span) {
        self.copies.push(copy_between(verb, name, ("request", from), span));
        self.set_headers.push(name.to_owned());
    }

    /// A header with a query parameter of the client, where it sent one.
    fn copy_parameter(&mut self, name: &str, from: &str, span: Span) {
        let condition = build::text(span, format!("$exists(request.parameters.`{from}`)"));
        let set = build::set_variable(span, vec![build::set(&build::header(name), reference(from, span))]);
        let case = [("condition", condition), ("execute", build::list(span, set.into_iter().collect()))];
        let case = build::list(span, vec![build::map(span, case)]);
        self.copies.push(build::step("switch", span, [("case", case)]));
        self.set_headers.push(name.to_owned());
    }

    /// Whether a header of the call is mapped.
    pub(super) fn sets(&self, name: &str) -> bool {
        self.passing_headers.iter().chain(&self.set_headers).any(|one| one.eq_ignore_ascii_case(name))
    }

    /// The steps before the call.
    pub(super) fn steps(&self, span: Span) -> Vec<Node> {
        build::set_variable(span, self.actions.clone()).into_iter().chain(self.copies.iter().cloned()).collect()
    }

    fn set_header(&mut self, name: &str, value: Node) {
        self.actions.push(build::set(&build::header(name), value));
        self.set_headers.push(name.to_owned());
    }

    /// Puts the values of the request into a `uri`.
    pub(super) fn target(
        &self,
        uri: &Node,
        operation: &Operation,
        findings: &mut Findings,
    ) -> Result<Target, Reported> {
        let text = uri.text().unwrap_or_default();
        if text.contains("$(") {
            return Err(unbuilt(uri.span, "a `uri` with `$(` in it", findings));
        }
        let rest_parameter = operation.path.segments.iter().find_map(|segment| match segment {
            Segment::Greedy(name) => Some(&**name),
            _ => None,
        });
        let mut url = String::new();
        let mut forward_path = false;
        let mut at = 0;
        while let Some(open) = text[at..].find('{').map(|open| open + at) {
            let Some(close) = text[open..].find('}').map(|close| close + open) else { break };
            url.push_str(&text[at..open]);
            // `{proxy+}` is written in a `uri` too.
            let name = text[open + 1..close].trim_end_matches('+');
            match self.path.get(name) {
                Some(PathValue::Text(text)) => url.push_str(text),
                Some(PathValue::Parameter(from)) if rest_parameter == Some(from.trim_end_matches('+')) => {
                    if close + 1 < text.len() || !url.ends_with('/') {
                        let what = format!("`{{{name}}}`, which takes the rest of the path, in the middle of a `uri`");
                        return Err(unbuilt(uri.span, &what, findings));
                    }
                    forward_path = true;
                }
                Some(PathValue::Parameter(from)) => url.push_str(&format!("$(request.parameters['{from}'])")),
                None => {
                    let message = format!("nothing says what `{{{name}}}` in the `uri` is");
                    let help = format!(
                        "write `requestParameters: {{integration.request.path.{name}: method.request.path.{name}}}`"
                    );
                    let span = uri.inside(open..close + 1).unwrap_or(uri.span);
                    return Err(findings.push(Diagnostic::error(codes::BAD_TARGET, span, message).help(help)));
                }
            }
            at = close + 1;
        }
        url.push_str(&text[at..]);
        if !self.query.is_empty() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&self.query.join("&"));
        }
        let url = if url == text { uri.clone() } else { build::text(uri.span, url) };
        Ok(Target { url, forward_path })
    }
}

/// The template of a value.
fn joined(parts: &[Part]) -> String {
    parts.iter().map(|part| part.template(Side::Request)).collect()
}

fn reference(name: &str, span: Span) -> Node {
    build::text(span, format!("$(request.parameters['{name}'])"))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
