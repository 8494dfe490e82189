//! The checks of a test file that no schema can make.

use std::collections::HashSet;

use indexmap::IndexMap;
use regex::Regex;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::fill::{names, text_of};
use super::format::{Exchange, ExpectedCall, FunctionStandIn, ServiceStandIn, Test, TestFile};
use super::places::{escaped, span_at};
use super::saved::SavedFrom;
use super::stand_ins::Base;
use crate::base::{Diagnostic, Findings, Help, codes, nearest, quoted_list};
use crate::expression::parse_path;
use crate::source::{Content, Node};

/// Reports what is wrong.
pub(super) fn check(file: &TestFile, root: &Node, findings: &mut Findings) {
    let mut checks = Checks { root, findings };
    if file.tests.is_empty() {
        checks.wrong("/tests", "there are no tests", "write a list of tests, each with a `name` and `requests`");
    }
    let mut names = HashSet::new();
    for (number, test) in file.tests.iter().enumerate().filter(|(_, test)| !names.insert(&*test.name)) {
        let help = "reports and `--filter` tell tests apart by their names";
        checks.doubtful(&format!("/tests/{number}/name"), format!("another test is called `{}` too", test.name), help);
    }
    checks.functions(&file.functions, "/functions");
    checks.services(&file.services, "/services");
    for (number, test) in file.tests.iter().enumerate() {
        checks.test(test, &format!("/tests/{number}"));
    }
}

/// The date of a test.
pub(super) fn read_date(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

struct Checks<'a> {
    root: &'a Node,
    findings: &'a mut Findings,
}

impl Checks<'_> {
    fn wrong(&mut self, pointer: &str, message: impl Into<String>, help: impl Into<Help>) {
        let span = span_at(self.root, pointer);
        self.findings.push(Diagnostic::error(codes::BAD_TEST, span, message).help(help));
    }

    fn doubtful(&mut self, pointer: &str, message: impl Into<String>, help: &'static str) {
        let span = span_at(self.root, pointer);
        self.findings.push(Diagnostic::warning(codes::BAD_TEST, span, message).help(help));
    }

    fn test(&mut self, test: &Test, at: &str) {
        if let Some(text) = test.at.as_ref().filter(|text| read_date(text).is_none()) {
            let message = format!("`{text}` is no date with a time and a zone");
            self.wrong(&format!("{at}/at"), message, "write it like `2026-01-31T12:00:00Z`");
        }
        self.functions(&test.functions, &format!("{at}/functions"));
        self.services(&test.services, &format!("{at}/services"));
        let mut known: Vec<&str> = test.cases.iter().flat_map(|row| row.keys().map(String::as_str)).collect();
        known.sort_unstable();
        known.dedup();
        for (number, row) in test.cases.iter().enumerate() {
            if let Some(missing) = known.iter().find(|key| !row.contains_key(**key)) {
                let help = "every row of a table has the same keys";
                self.wrong(&format!("{at}/cases/{number}"), format!("this row has no `{missing}`"), help);
            }
        }
        for part in ["functions", "services"] {
            self.names(&format!("{at}/{part}"), &known);
        }
        if self
            .root
            .pointer(&format!("{at}/cases"))
            .is_some_and(|cases| cases.is_sequence() && cases.items().is_empty())
        {
            self.wrong(&format!("{at}/cases"), "the table has no row", "write a row at least, or leave `cases` out");
        }
        if test.requests.is_empty() {
            self.wrong(&format!("{at}/requests"), "the test has no request", "write a list with a `request` at least");
        }
        for (number, exchange) in test.requests.iter().enumerate() {
            self.status(test, exchange, at);
            let at = format!("{at}/requests/{number}");
            self.names(&at, &known);
            self.exchange(exchange, &at);
            known.extend(exchange.save.keys().map(String::as_str));
        }
    }

    /// Reports values of rows that are expected as a status, and are none.
    fn status(&mut self, test: &Test, exchange: &Exchange, at: &str) {
        let name = exchange.answer.status.as_str().and_then(|text| text.strip_prefix("${")?.strip_suffix('}'));
        let Some(name) = name else { return };
        for (number, row) in test.cases.iter().enumerate() {
            let Some(value) = row.get(name) else { continue };
            let status = text_of(value).parse::<u16>().ok();
            if status.is_none_or(|status| !(100..=999).contains(&status)) {
                let message = format!("`{}` is no status, and `status` is `${{{name}}}`", text_of(value));
                self.wrong(&format!("{at}/cases/{number}/{}", escaped(name)), message, "write a status such as `200`");
            }
        }
    }

    fn exchange(&mut self, exchange: &Exchange, at: &str) {
        if !exchange.request.path.starts_with(['/', '*', '$']) {
            let message = "a path begins with `/`";
            self.wrong(&format!("{at}/request/path"), message, "write the path below the host, with the base path");
        }
        for (name, text) in &exchange.answer.headers_match {
            self.regex(text, &format!("{at}/answer/headers-match/{}", escaped(name)));
        }
        if exchange.answer.body.is_some() && exchange.answer.body_contains.is_some() {
            let help = "leave one of them out";
            self.doubtful(
                &format!("{at}/answer/body-contains"),
                "`body` is the whole body, so this part adds nothing",
                help,
            );
        }
        if let Some(text) = &exchange.answer.body_matches {
            self.regex(text, &format!("{at}/answer/body-matches"));
        }
        for (name, from) in exchange.save.iter().filter(|(_, from)| SavedFrom::read(from).is_none()) {
            let message = format!("`{from}` is no place of an answer");
            let help = "write `status`, `headers.NAME`, `body` or `body.member.0`";
            self.wrong(&format!("{at}/save/{}", escaped(name)), message, help);
        }
        for name in exchange.variables.keys() {
            if let Err(message) = parse_path(name) {
                self.wrong(&format!("{at}/variables/{}", escaped(name)), message, "write it like `order.body.total`");
            }
        }
        for (number, call) in exchange.calls.iter().flatten().enumerate() {
            self.call(call, &format!("{at}/calls/{number}"));
        }
    }

    fn call(&mut self, call: &ExpectedCall, at: &str) {
        let of_service =
            call.method.is_some() || call.path.is_some() || !call.headers.is_empty() || call.body.is_some();
        let wrong = match (&call.function, &call.service) {
            (Some(_), None) => {
                of_service.then_some("a call of a function has an `event`, and no method, path, headers or body")
            }
            (None, Some(_)) => call.event.is_some().then_some("a call of a service has no `event`"),
            _ => Some("a call is of a `function` or of a `service`"),
        };
        if let Some(message) = wrong {
            self.wrong(
                at,
                message,
                "write `function` with `event`, or `service` with `method`, `path`, `headers`, `body`",
            );
        }
        if let Some(url) = &call.service {
            self.url(url, &format!("{at}/service"));
        }
    }

    fn functions(&mut self, functions: &IndexMap<String, FunctionStandIn>, at: &str) {
        for (name, one) in functions {
            let first = &one.first;
            let answers =
                [!first.answer.is_null(), first.error.is_some(), first.refused.is_some(), first.fault.is_some()];
            let written = answers.iter().filter(|is_there| **is_there).count() + usize::from(one.run.is_some());
            if written > 1 {
                let help = "write one of `answer`, `error`, `refused`, `fault` and `run`";
                self.wrong(&format!("{at}/{}", escaped(name)), "this stand-in answers in two ways", help);
            }
        }
    }

    fn services(&mut self, services: &IndexMap<String, Vec<ServiceStandIn>>, at: &str) {
        for url in services.keys() {
            self.url(url, &format!("{at}/{}", escaped(url)));
        }
    }

    fn url(&mut self, url: &str, at: &str) {
        if !url.contains("${") && Base::read(url).is_none() {
            let message = format!("`{url}` is no URL of a service");
            self.wrong(at, message, "write it like `http://backend:8080`, perhaps with the beginning of a path");
        }
    }

    fn regex(&mut self, text: &str, at: &str) {
        if !text.contains("${")
            && let Err(error) = Regex::new(text)
        {
            let reason = error.to_string().lines().last().unwrap_or_default().to_owned();
            self.wrong(at, format!("this is no regular expression: {reason}"), "see docs.rs/regex for what there is");
        }
    }

    /// Reports names that have no value.
    fn names(&mut self, at: &str, known: &[&str]) {
        let mut open: Vec<&Node> = self.root.pointer(at).into_iter().collect();
        while let Some(node) = open.pop() {
            match &node.content {
                Content::Scalar(scalar) => {
                    for name in names(&scalar.text).into_iter().filter(|name| !known.contains(name)) {
                        let near = nearest(name, known.iter().copied());
                        let help = match near.as_slice() {
                            [] => "name a key of `cases`, or one that a request before has under `save`".to_owned(),
                            near => format!("did you mean {}?", quoted_list(near)),
                        };
                        let message = format!("`${{{name}}}` has no value here");
                        self.findings.push(Diagnostic::error(codes::BAD_TEST, node.span, message).help(help));
                    }
                }
                Content::Sequence(items) => open.extend(items.iter()),
                Content::Mapping(entries) => open.extend(entries.iter().map(|entry| &entry.value)),
            }
        }
    }
}
