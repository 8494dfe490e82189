//! `cors` of a document: which pages of other origins may read its answers.

use std::sync::Arc;

use http::header::HeaderName;
use http::{HeaderValue, StatusCode};

use crate::diagnostics::{Diagnostic, Findings, Span, codes, nearest, quoted_list};
use crate::source::{Entry, Node};

use super::{Carrier, Generation};

/// Who may read the answers of an API, in the order in which it is asked.
#[derive(Debug, Clone)]
pub struct Cors {
    pub rules: Vec<CorsRule>,
    pub others: Others,
    /// The status of the answer to a browser that asks before it calls.
    pub preflight: StatusCode,
    /// The key that findings point at.
    pub span: Span,
}

/// What becomes of a request from an origin that no rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// It is refused, as IBM's gateway does.
    Refused,
    /// It is answered, and the browser keeps the answer from the page.
    Unread,
}

/// Some origins and what their pages may do.
#[derive(Debug, Clone, Default)]
pub struct CorsRule {
    pub origins: Vec<Origin>,
    /// Tell every page its own origin, even where `*` would say enough.
    pub echo: bool,
    pub credentials: bool,
    /// Without them, those that the path has.
    pub methods: Option<HeaderValue>,
    /// Without them, those that the page asks for.
    pub headers: Option<HeaderValue>,
    pub exposed: Option<HeaderValue>,
    pub max_age: Option<HeaderValue>,
}

/// Where pages come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Any,
    Exact(Arc<str>),
    /// `https://*`.
    Prefix(Arc<str>),
}

/// Headers of IBM's gateway that pages may read where nobody says which.
const EXPOSED: &str =
    "APIm-Debug-Trans-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Global-Transaction-ID";

const KNOWN: [&str; 2] = ["enabled", "policy"];

const OF_A_RULE: [&str; 6] =
    ["allow-origin", "allow-credentials", "expose-headers", "allow-headers", "allow-methods", "max-age"];

// === impl Cors ===

impl Cors {
    /// What a document's carrier says. `None` where CORS is not switched on, or where findings say why not.
    pub(super) fn read(
        owner: &Node,
        carrier: Carrier,
        generation: Generation,
        findings: &mut Findings,
    ) -> Option<Self> {
        let entry = owner.entry("cors").filter(|entry| !entry.value.is_null())?;
        let node = &entry.value;
        // Under IBM's key it has to be switched on.
        let default = carrier == Carrier::XAssembly;
        if node.text().is_some() {
            return flag(node, findings)?.then(|| Cors::open(generation, entry.key.span));
        }
        let errors = findings.errors();
        unknown(node.entries(), &KNOWN, carrier, findings);
        let enabled = node.get("enabled").map_or(Some(default), |node| flag(node, findings))?;
        if !enabled || findings.errors() > errors {
            return None;
        }
        let policy = node.get("policy").filter(|policy| !policy.is_null());
        let items = policy.map(Node::items).unwrap_or_default();
        if policy.is_some_and(|policy| !policy.is_sequence()) {
            wrong(policy.map_or(node.span, |policy| policy.span), "`policy` is a list of rules", findings);
            return None;
        }
        if items.is_empty() {
            return Some(Cors::open(generation, entry.key.span));
        }
        let rules: Vec<Option<CorsRule>> = items.iter().map(|item| rule(item, carrier, findings)).collect();
        let rules = rules.into_iter().collect::<Option<_>>()?;
        Some(Cors { rules, others: Others::Refused, preflight: StatusCode::OK, span: entry.key.span })
    }

    /// Every origin. The v5 engine tells each its own and lets it send cookies.
    fn open(generation: Generation, span: Span) -> Self {
        let is_v5 = generation == Generation::V5;
        let exposed = Some(HeaderValue::from_static(EXPOSED));
        let rule =
            CorsRule { origins: vec![Origin::Any], echo: is_v5, credentials: is_v5, exposed, ..CorsRule::default() };
        Cors { rules: vec![rule], others: Others::Refused, preflight: StatusCode::OK, span }
    }

    /// The first rule for an origin.
    pub fn rule(&self, origin: &str) -> Option<&CorsRule> {
        self.rules.iter().find(|rule| rule.origins.iter().any(|one| one.fits(origin)))
    }
}

impl Origin {
    /// `*`, `https://*`, or an origin.
    pub fn parse(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some("") => Origin::Any,
            Some(start) => Origin::Prefix(start.into()),
            None => Origin::Exact(text.into()),
        }
    }

    fn fits(&self, origin: &str) -> bool {
        match self {
            Origin::Any => true,
            Origin::Exact(exact) => **exact == *origin,
            Origin::Prefix(start) => origin.starts_with(&**start),
        }
    }
}

fn rule(node: &Node, carrier: Carrier, findings: &mut Findings) -> Option<CorsRule> {
    if !node.is_mapping() {
        wrong(node.span, "a rule of `policy` is a map with `allow-origin`", findings);
        return None;
    }
    let errors = findings.errors();
    unknown(node.entries(), &OF_A_RULE, carrier, findings);
    let Some(origins) = node.get("allow-origin") else {
        let message = "a rule of `policy` needs `allow-origin`";
        let help = "write `allow-origin: [https://shop.example.com]`";
        findings.push(Diagnostic::error(codes::MISSING_PROPERTY, node.span, message).help(help));
        return None;
    };
    let mut list = |key: &str| node.get(key).filter(|node| !node.is_null()).map(|node| header(node, findings));
    let (methods, headers) = (list("allow-methods"), list("allow-headers"));
    let (exposed, max_age) = (list("expose-headers"), list("max-age"));
    let credentials = node.get("allow-credentials").is_some_and(|node| flag(node, findings) == Some(true));
    let origins: Vec<Origin> = texts(origins).iter().map(|text| Origin::parse(text)).collect();
    let exposed = exposed.flatten().or_else(|| Some(HeaderValue::from_static(EXPOSED)));
    let (methods, headers, max_age) = (methods.flatten(), headers.flatten(), max_age.flatten());
    (findings.errors() == errors).then(|| CorsRule {
        origins,
        echo: credentials,
        credentials,
        methods,
        headers,
        exposed,
        max_age,
    })
}

/// A list, or a text with commas.
fn texts(node: &Node) -> Vec<String> {
    let items = node.items().iter().filter_map(Node::text);
    let own = node.text().into_iter().flat_map(|text| text.split(','));
    items.chain(own).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// A list of names, or a text, as the value of a header. The place of an empty value is the header's absence.
fn header(node: &Node, findings: &mut Findings) -> Option<HeaderValue> {
    let text = texts(node).join(", ");
    match HeaderValue::from_str(&text) {
        Ok(value) if !value.is_empty() => Some(value),
        Ok(_) => None,
        Err(_) => {
            wrong(node.span, "this has characters that a header cannot carry", findings);
            None
        }
    }
}

fn flag(node: &Node, findings: &mut Findings) -> Option<bool> {
    match node.text().map(str::trim) {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => {
            wrong(node.span, "expected `true` or `false`", findings);
            None
        }
    }
}

fn wrong(span: Span, message: &str, findings: &mut Findings) {
    findings.push(Diagnostic::error(codes::WRONG_TYPE, span, message));
}

/// In our own carrier a key that nobody knows is a mistake; in IBM's it may be one of a version to come.
fn unknown(entries: &[Entry], known: &[&'static str], carrier: Carrier, findings: &mut Findings) {
    for entry in entries.iter().filter(|entry| !known.contains(&&*entry.key.text)) {
        let near = nearest(&entry.key.text, known.iter().copied());
        let help = match near.as_slice() {
            [] => format!("it has {}", quoted_list(known)),
            near => format!("did you mean {}?", quoted_list(near)),
        };
        let (message, span) = (format!("`cors` has no property `{}`", entry.key.text), entry.key.span);
        let finding = match carrier {
            Carrier::XAssembly => Diagnostic::error(codes::UNKNOWN_PROPERTY, span, message),
            Carrier::Ibm | Carrier::Amazon => Diagnostic::warning(codes::UNKNOWN_PROPERTY, span, message),
        };
        findings.push(finding.help(help));
    }
}

/// The headers with which answers say who may read them.
pub const CORS_HEADERS: [HeaderName; 6] = [
    http::header::ACCESS_CONTROL_ALLOW_ORIGIN,
    http::header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
    http::header::ACCESS_CONTROL_EXPOSE_HEADERS,
    http::header::ACCESS_CONTROL_ALLOW_METHODS,
    http::header::ACCESS_CONTROL_ALLOW_HEADERS,
    http::header::ACCESS_CONTROL_MAX_AGE,
];
