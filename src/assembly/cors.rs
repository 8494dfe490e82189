//! `cors` of a document: which pages of other origins may read its answers.

use std::sync::{Arc, OnceLock};

use http::header::HeaderName;
use http::{HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::Deserialize;

use super::extensions::Carrier;
use crate::base::Generation;
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::source::{Environment, Node, Shape, Spellings, expand};

/// The origins that may read the responses of an API, in the order in which they are tried.
#[derive(Debug, Clone)]
pub struct Cors {
    pub rules: Vec<CorsRule>,
    pub others: Others,
    /// The v5 engine's own headers, which are in every answer.
    pub is_v5: bool,
    /// The status of the answer to a browser that asks before it calls.
    pub preflight: StatusCode,
    /// The key that findings point at.
    pub span: Span,
}

/// The handling of a request from an origin that no rule names.
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

/// The origins of pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Any,
    Exact(Arc<str>),
    /// `https://*`.
    Prefix(Arc<str>),
}

/// Headers of the gateway that pages may read if the document does not specify which: those that it sends.
const EXPOSED: &str = "X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id";

/// Those that the v5 engine names.
pub const EXPOSED_BY_V5: &str =
    "APIm-Debug-Trans-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Global-Transaction-ID";

/// A rule, as an author writes it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    /// Whether browsers of other origins are answered. Default: yes; in IBM's extension, no.
    #[serde(default)]
    enabled: Option<bool>,
    /// The rules, in the order in which they are asked. Without them every origin may read.
    #[serde(default)]
    policy: Vec<Rule>,
}

/// Origins, and what their pages may do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Rule {
    /// Origins, such as `https://shop.example.com`; `https://*` and `*` are every such one.
    allow_origin: List,
    /// Pages may send cookies and credentials.
    #[serde(default)]
    allow_credentials: bool,
    /// Headers of answers that pages may read.
    #[serde(default)]
    expose_headers: Option<List>,
    /// Headers that pages may send. Default: those that they ask for.
    #[serde(default)]
    allow_headers: Option<List>,
    /// Verbs that pages may use. Default: those of the path.
    #[serde(default)]
    allow_methods: Option<List>,
    /// Seconds for which a browser may remember what it was told.
    #[serde(default)]
    max_age: Option<u32>,
}

/// A list, or a text with commas.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum List {
    Text(String),
    Items(Vec<String>),
}

/// The shape of `cors`, for the loader and for the schema.
pub fn cors_shape() -> &'static Shape {
    static SHAPE: OnceLock<Shape> = OnceLock::new();
    SHAPE.get_or_init(|| Shape::of::<Config>("cors", Spellings::default()))
}

// === impl Cors ===

impl Cors {
    /// The CORS rules of a document's carrier. `None` if CORS is not switched on.
    pub(super) fn read(
        owner: &Node,
        carrier: Carrier,
        generation: Generation,
        environment: &dyn Environment,
        findings: &mut Findings,
    ) -> Result<Option<Self>, Reported> {
        let Some(entry) = owner.entry("cors").filter(|entry| !entry.value.is_null()) else { return Ok(None) };
        let (span, mark) = (entry.key.span, findings.mark());
        let node = match carrier {
            Carrier::XAssembly => expand(&entry.value, &[], environment, findings),
            Carrier::Ibm | Carrier::Amazon => entry.value.clone(),
        };
        findings.errors_since(mark)?;
        let config: Config = match node.text() {
            Some("true") => Config { enabled: Some(true), policy: Vec::new() },
            Some("false") => return Ok(None),
            _ => cors_shape().decode(&node, findings)?,
        };
        // Under IBM's key it has to be switched on.
        if !config.enabled.unwrap_or(carrier == Carrier::XAssembly) {
            return Ok(None);
        }
        if config.policy.is_empty() {
            return Ok(Some(Cors::open(generation, span)));
        }
        let rules: Option<Vec<CorsRule>> = config.policy.iter().map(Rule::compile).collect();
        let Some(rules) = rules else {
            let message = "a value has characters that a header cannot carry";
            return Err(findings.push(Diagnostic::error(codes::BAD_VALUE, span, message)));
        };
        Ok(Some(Cors { rules, others: Others::Refused, is_v5: false, preflight: StatusCode::OK, span }))
    }

    /// Every origin. The v5 engine tells each its own and lets it send cookies.
    fn open(generation: Generation, span: Span) -> Self {
        let is_v5 = generation == Generation::V5;
        let exposed = Some(HeaderValue::from_static(EXPOSED));
        let rule =
            CorsRule { origins: vec![Origin::Any], echo: is_v5, credentials: is_v5, exposed, ..CorsRule::default() };
        Cors { rules: vec![rule], others: Others::Refused, is_v5, preflight: StatusCode::OK, span }
    }

    /// Whether pages of different origins get different answers, so that caches must keep them apart.
    pub fn depends_on_origin(&self) -> bool {
        let one_for_all =
            |rule: &CorsRule| rule.origins.first() == Some(&Origin::Any) && !rule.echo && !rule.credentials;
        !self.rules.first().is_some_and(one_for_all)
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

impl Rule {
    /// `None` where a value is no header.
    fn compile(&self) -> Option<CorsRule> {
        let header = |list: &Option<List>| match list {
            Some(list) => HeaderValue::from_str(&list.names().join(", ")).map(Some).ok(),
            None => Some(None),
        };
        let exposed = header(&self.expose_headers)?.or_else(|| Some(HeaderValue::from_static(EXPOSED)));
        Some(CorsRule {
            origins: self.allow_origin.names().into_iter().map(Origin::parse).collect(),
            echo: self.allow_credentials,
            credentials: self.allow_credentials,
            methods: header(&self.allow_methods)?,
            headers: header(&self.allow_headers)?,
            exposed,
            max_age: self.max_age.map(HeaderValue::from),
        })
    }
}

impl List {
    fn names(&self) -> Vec<&str> {
        let names: Vec<&str> = match self {
            List::Text(text) => text.split(',').collect(),
            List::Items(items) => items.iter().map(String::as_str).collect(),
        };
        names.into_iter().map(str::trim).filter(|name| !name.is_empty()).collect()
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
