//! CORS of HTTP APIs: the gateway answers preflight requests itself and says for every answer who may read it.

use http::Method;

use super::{Export, INTEGRATION, build};
use crate::diagnostics::{Diagnostic, Findings, Span, codes};
use crate::openapi::{Api, Operation};
use crate::source::Node;

pub(super) const KEY: &str = "x-amazon-apigateway-cors";

/// Headers of a service that the gateway answers for instead.
const OWN: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-expose-headers",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
];

/// Who may call from a browser.
pub(super) struct Cors {
    /// Its key; routes for preflight requests stand here too.
    pub span: Span,
    origins: Vec<String>,
    /// Headers of every answer to such an origin.
    always: Vec<(&'static str, String)>,
    /// Headers of the answer to a preflight request.
    preflight: Vec<(&'static str, String)>,
}

/// A preflight request.
const IS_PREFLIGHT: &str = "$httpVerb() = 'OPTIONS' and $exists(request.headers.origin) and \
                            $exists(request.headers.`access-control-request-method`)";

/// Gives every path of an HTTP API with CORS a route for preflight requests.
pub fn add_preflight_routes(api: &mut Api) {
    let Some(cors) = api.tree.root.entry(KEY).cloned() else { return };
    if !api.operations.iter().any(|operation| operation.node.get(INTEGRATION).is_some()) {
        return;
    }
    let answers = |one: &Operation| one.verb.is_none() || one.verb == Some(Method::OPTIONS);
    let mut added: Vec<Operation> = Vec::new();
    for operation in &api.operations {
        let same = |one: &&Operation| one.path == operation.path;
        if api.operations.iter().filter(same).any(answers) || added.iter().any(|one| one.path == operation.path) {
            continue;
        }
        added.push(Operation {
            verb: Some(Method::OPTIONS),
            is_default: false,
            id: None,
            parameters: Vec::new(),
            node: cors.value.clone(),
            path_item: cors.value.clone(),
            span: cors.key.span,
            path: operation.path.clone(),
        });
    }
    api.operations.extend(added);
}

// === impl Cors ===

impl Cors {
    pub(super) fn read(export: &Export<'_>, findings: &mut Findings) -> Option<Self> {
        let entry = export.api.tree.root.entry(KEY)?;
        let node = &entry.value;
        let mut list = |key: &str| -> Option<Vec<String>> {
            let Some(node) = node.get(key).filter(|node| !node.is_null()) else { return Some(Vec::new()) };
            let one = [node.clone()];
            let items = if node.is_sequence() { node.items() } else { &one };
            items.iter().map(|item| Some(export.values.text(item, findings)?.text()?.to_owned())).collect()
        };
        let (origins, methods) = (list("allowOrigins")?, list("allowMethods")?);
        let (headers, exposed) = (list("allowHeaders")?, list("exposeHeaders")?);
        let age = list("maxAge")?;
        let credentials = list("allowCredentials")?.first().is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let bad =
            |text: &str| text.chars().any(|letter| letter.is_control() || matches!(letter, '\'' | '"' | '\\' | '$'));
        if [&origins, &methods, &headers, &exposed, &age].into_iter().flatten().any(|text| bad(text)) {
            let message = "a value has characters that no header of CORS has";
            findings.push(Diagnostic::error(codes::BAD_VALUE, entry.key.span, message));
            return None;
        }
        let joined = |name, all: &[String]| (!all.is_empty()).then(|| (name, all.join(",")));
        let always = [
            credentials.then(|| ("access-control-allow-credentials", "true".to_owned())),
            joined("access-control-expose-headers", &exposed),
        ];
        let preflight = [
            joined("access-control-allow-methods", &methods),
            joined("access-control-allow-headers", &headers),
            joined("access-control-max-age", &age),
        ];
        Some(Cors {
            span: entry.key.span,
            origins,
            always: always.into_iter().flatten().collect(),
            preflight: preflight.into_iter().flatten().collect(),
        })
    }

    /// The steps of a route that only answers preflight requests.
    pub(super) fn answer(&self) -> Vec<Node> {
        let mut actions = vec![
            build::set("message.status.code", build::plain(self.span, "204")),
            build::set("message.body", build::text(self.span, "")),
        ];
        actions.extend(self.set(&self.preflight));
        build::set_variable(self.span, actions).into_iter().collect()
    }

    /// The steps of an operation, after which the service's own headers of CORS are gone; before them the answer to a preflight
    /// request, where the operation could receive one.
    pub(super) fn around(&self, operation: &Operation, mut steps: Vec<Node>) -> Vec<Node> {
        let own = OWN.iter().map(|name| build::clear(self.span, &build::header(name)));
        steps.extend(build::set_variable(self.span, own.collect()));
        if operation.verb.as_ref().is_some_and(|verb| *verb != Method::OPTIONS) {
            return steps;
        }
        let answer = self.case(IS_PREFLIGHT, self.answer());
        let otherwise = build::map(self.span, [("otherwise", build::list(self.span, steps))]);
        vec![build::step("switch", self.span, [("case", build::list(self.span, vec![answer, otherwise]))])]
    }

    /// What every answer says, whatever happened.
    pub(super) fn headers(&self) -> Vec<Node> {
        let echo = "$(request.headers.origin)";
        let (condition, origin) = match self.origins.iter().any(|one| one == "*") {
            true => ("$exists(request.headers.origin)".to_owned(), "*"),
            false => (self.origin_fits(), echo),
        };
        let mut actions = vec![build::set(&build::header(OWN[0]), build::text(self.span, origin))];
        if origin == echo {
            let vary = build::text(self.span, build::header("vary"));
            actions.push(build::map(self.span, [("add", vary), ("value", build::text(self.span, "origin"))]));
        }
        actions.extend(self.set(&self.always));
        let steps = build::set_variable(self.span, actions).into_iter().collect();
        let mut cases = vec![self.case(&condition, steps)];
        // An origin that may not call is told nothing.
        let nothing = OWN.iter().map(|name| build::clear(self.span, &build::header(name))).collect();
        let nothing = build::set_variable(self.span, nothing).into_iter().collect();
        cases.push(build::map(self.span, [("otherwise", build::list(self.span, nothing))]));
        vec![build::step("switch", self.span, [("case", build::list(self.span, cases))])]
    }

    fn origin_fits(&self) -> String {
        if self.origins.is_empty() {
            return "false".to_owned();
        }
        let schemes = self.origins.iter().filter_map(|one| one.strip_suffix('*'));
        let schemes =
            schemes.map(|start| format!("$substring(request.headers.origin, 0, {}) = '{start}'", start.len()));
        let exact: Vec<String> =
            self.origins.iter().filter(|one| !one.ends_with('*')).map(|one| format!("'{one}'")).collect();
        let exact = (!exact.is_empty()).then(|| format!("request.headers.origin in [{}]", exact.join(", ")));
        schemes.chain(exact).collect::<Vec<_>>().join(" or ")
    }

    fn case(&self, condition: &str, steps: Vec<Node>) -> Node {
        let execute = build::list(self.span, steps);
        build::map(self.span, [("condition", build::text(self.span, condition)), ("execute", execute)])
    }

    fn set(&self, headers: &[(&'static str, String)]) -> Vec<Node> {
        headers.iter().map(|(name, value)| build::set(&build::header(name), build::text(self.span, value))).collect()
    }
}
