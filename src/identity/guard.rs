//! Security requirements, compiled: what each operation of a document asks for.

use std::collections::HashMap;
use std::sync::Arc;

use super::authorizer;
use super::check::{Check, Demanded};
use super::provider::Provider;
use super::target::TargetCompiler;
use super::user_registry::UserRegistry;
use crate::assembly::Property;
use crate::base::{Diagnostic, Findings, Reported, Severity, Span, codes};
use crate::expression::{Resolved, Template, property_value};
use crate::openapi::{Demand, Scheme, SchemeKind, Security};
use crate::resources::LoadContext;
use crate::settings::Purpose;
use crate::source::Node;

/// Alternatives of one operation. Which of them are still open is a set of bits.
const MOST_WAYS: usize = u64::BITS as usize;

/// The checks of a document's operations, in addition to applications.
#[derive(Default)]
pub struct Guard {
    /// By the number of the operation.
    by_operation: Box<[Option<Box<[Way]>>]>,
}

/// An alternative: all of it has to be there.
pub type Way = Box<[Demanded]>;

impl Guard {
    /// Compiles the requirements of a document's operations. A check that cannot be made is an error of the document, or, where
    /// `at_run_time` says so, one of the requests that ask for it.
    pub fn compile(
        all: &[Security],
        properties: &[Property],
        around: LoadContext<'_>,
        at_run_time: bool,
        findings: &mut Findings,
    ) -> Self {
        let own = Findings::default();
        let mut builder = Builder { properties, around, at_run_time, findings: own, checks: HashMap::new() };
        let by_operation = all.iter().map(|one| builder.ways(one)).collect();
        findings.extend(builder.findings);
        Guard { by_operation }
    }

    /// Whether nothing is asked for.
    pub fn is_open(&self) -> bool {
        self.by_operation.iter().all(Option::is_none)
    }

    /// The alternatives of an operation, where one of them asks for anything in addition to an application.
    pub fn ways(&self, operation: usize) -> Option<&[Way]> {
        self.by_operation.get(operation)?.as_deref()
    }
}

struct Builder<'a, 'f> {
    properties: &'f [Property],
    around: LoadContext<'a>,
    at_run_time: bool,
    findings: Findings,
    /// By the name of the scheme: each is told of once, where it is asked for first.
    checks: HashMap<Arc<str>, Arc<Check>>,
}

impl Builder<'_, '_> {
    fn ways(&mut self, security: &Security) -> Option<Box<[Way]>> {
        let alternatives = &security.alternatives;
        if let Some(demand) = alternatives.get(MOST_WAYS).and_then(|extra| extra.first()) {
            let message = format!("an operation has at most {MOST_WAYS} alternatives");
            self.findings.push(Diagnostic::error(codes::BAD_OPENAPI, demand.span, message));
        }
        let ways: Box<[Way]> = alternatives.iter().map(|alternative| self.way(alternative)).collect();
        ways.iter().any(|way| !way.is_empty()).then_some(ways)
    }

    fn way(&mut self, alternative: &[Demand]) -> Way {
        let others = alternative.iter().filter(|demand| !demand.scheme.kind.is_application());
        others.map(|demand| Demanded { check: self.check(demand), scopes: demand.scopes.clone().into() }).collect()
    }

    fn check(&mut self, demand: &Demand) -> Arc<Check> {
        if let Some(known) = self.checks.get(&demand.scheme.name) {
            return known.clone();
        }
        let check = Arc::new(self.compiled(demand));
        self.checks.insert(demand.scheme.name.clone(), check.clone());
        check
    }

    /// Compiles a check. If that fails, a finding tells why. An error keeps the document from being served, or every request out.
    fn compiled(&mut self, demand: &Demand) -> Check {
        let before = std::mem::take(&mut self.findings);
        let compiled = self.compile(demand);
        let own = std::mem::replace(&mut self.findings, before);
        let error = own.iter().find(|finding| finding.severity == Severity::Error).filter(|_| self.at_run_time);
        let check = match (compiled, error) {
            (Ok(check), None) => check,
            (_, Some(error)) => {
                Check::Impossible { basic: demand.scheme.kind == SchemeKind::Basic, why: error.message.as_str().into() }
            }
            (Err(_), None) => Check::Open,
        };
        let refused = error.is_some();
        let softened = |finding: Diagnostic| finding.softened("requests that ask for it are refused");
        self.findings.extend(own.into_iter().map(|finding| if refused { softened(finding) } else { finding }));
        check
    }

    fn compile(&mut self, demand: &Demand) -> Result<Check, Reported> {
        let scheme = &*demand.scheme;
        match &scheme.kind {
            SchemeKind::ClientId(_) | SchemeKind::ClientSecret(_) => Ok(Check::Open),
            SchemeKind::Basic => self.basic(scheme, demand.span),
            SchemeKind::Bearer => self.bearer(scheme, demand.span),
            SchemeKind::OAuth2 => match self.provider(scheme, demand.span)? {
                Some(provider) => Ok(Check::Token(provider)),
                None => self.introspection(scheme, demand.span),
            },
            SchemeKind::Authorizer => self.authorizer(scheme, demand.span),
            SchemeKind::MutualTls if self.around.settings.client_certificates => Ok(Check::Certificate),
            SchemeKind::MutualTls => {
                let help =
                    "set `server.tls.clients` in the settings, with the authorities that sign clients' certificates";
                Err(self.unguarded(scheme, demand.span, "the listener asks clients for no certificate", help))
            }
            SchemeKind::Other(kind) => self.other(kind, scheme, demand.span),
            SchemeKind::Undeclared => {
                let message = format!("there is no security scheme `{}`", scheme.name);
                Err(self.findings.push(Diagnostic::error(codes::BAD_OPENAPI, demand.span, message)))
            }
        }
    }

    fn basic(&mut self, scheme: &Scheme, span: Span) -> Result<Check, Reported> {
        let registries = &self.around.settings.registries;
        let named = text(&scheme.node, "x-ibm-authentication-registry");
        if let Some((name, registry)) = named.or(Some(&scheme.name)).and_then(|name| registries.get_key_value(name)) {
            let (name, registry) = (name.clone(), registry.clone());
            return UserRegistry::of_settings(&name, &registry, &mut self.targets(span)).map(Check::Basic);
        }
        if let Some(name) = named {
            return Err(self.missing("registry", "registries", name, span));
        }
        let Some((url, profile)) = self.url(scheme.node.get("x-ibm-authentication-url")) else {
            let help = format!("write `x-ibm-authentication-url` in it, or add `{}` under `registries`", scheme.name);
            return Err(self.unguarded(scheme, span, "nothing says who knows names and passwords", &help));
        };
        let place = scheme.node.get("x-ibm-authentication-url").map_or(span, |node| node.span);
        let what = format!("`x-ibm-authentication-url` of `{}`", scheme.name);
        UserRegistry::compile(&what, &url, profile.as_deref(), &mut self.targets(place)).map(Check::Basic)
    }

    fn bearer(&mut self, scheme: &Scheme, span: Span) -> Result<Check, Reported> {
        if let Some(provider) = self.provider(scheme, span)? {
            return Ok(Check::Token(provider));
        }
        // IBM's page does not name the key; documents have it with `ibm` in it and without.
        let key = |ending: &str| {
            let is = |key: &str| key.starts_with("x-") && key.to_ascii_lowercase().ends_with(ending);
            scheme.node.entries().iter().find(|entry| is(&entry.key.text)).map(|entry| &entry.value)
        };
        let method = key("validation-method").and_then(Node::text).unwrap_or_default().to_ascii_lowercase();
        let endpoint = key("validation-endpoint").or_else(|| key("validation-url"));
        let help =
            format!("add `{}` under `oauth-providers` in the settings, with the issuer of its tokens", scheme.name);
        match &*method {
            "none" => Ok(Check::AnyBearer),
            "external-url" => {
                let Some((url, profile)) = self.url(endpoint) else {
                    return Err(self.unguarded(scheme, span, "its validation endpoint is missing", &help));
                };
                let profile = profile.or_else(|| key("tls-profile").and_then(Node::text).map(str::to_owned));
                let what = format!("the validation endpoint of `{}`", scheme.name);
                let place = endpoint.map_or(span, |node| node.span);
                UserRegistry::compile(&what, &url, profile.as_deref(), &mut self.targets(place)).map(Check::Bearer)
            }
            "" => Err(self.unguarded(scheme, span, "nothing says how its tokens are checked", &help)),
            method => {
                let what = format!("its tokens are checked by `{method}`, which Gantry does not have");
                Err(self.unguarded(scheme, span, &what, &help))
            }
        }
    }

    fn introspection(&mut self, scheme: &Scheme, span: Span) -> Result<Check, Reported> {
        let node = scheme.node.get("x-tokenIntrospect").or_else(|| scheme.node.get("x-tokenintrospect"));
        let Some((url, profile)) = self.url(node) else {
            let help = format!(
                "add `{}` under `oauth-providers` in the settings, with `introspection-url`, `jwks-url` or `issuer`",
                scheme.name
            );
            return Err(self.unguarded(scheme, span, "nothing says how its tokens are checked", &help));
        };
        let place = node.map_or(span, |node| node.span);
        let what = format!("`x-tokenIntrospect` of `{}`", scheme.name);
        Provider::introspection(&what, &url, profile.as_deref(), &mut self.targets(place)).map(Check::Token)
    }

    /// An authorizer of AWS API Gateway that looks at signed tokens.
    fn authorizer(&mut self, scheme: &Scheme, span: Span) -> Result<Check, Reported> {
        let own = match authorizer::Authorizer::read(&scheme.node) {
            Ok(own) => own,
            Err(what) => {
                let help = "let something in front of Gantry check it, or check it in an `x-assembly` whose operation has `security: []`";
                return Err(self.unguarded(scheme, span, &what, help));
            }
        };
        // A provider of the scheme's name wins, as for other schemes; it says for whom tokens must be.
        let named = self.around.settings.oauth_providers.get(&*scheme.name).cloned();
        let kind = match own.kind {
            authorizer::Kind::Jwt(_) if named.is_some() => authorizer::Kind::Jwt(Box::default()),
            kind => kind,
        };
        let settings = named.or(own.provider);
        let Some(settings) = settings else {
            let help =
                format!("add `{}` under `oauth-providers` in the settings, with `issuer` and `audience`", scheme.name);
            return Err(self.unguarded(scheme, span, "its issuer is not written out", &help));
        };
        let provider = Provider::of_settings(&scheme.name, &settings, &mut self.targets(span))?;
        Ok(Check::Authorizer(provider, kind))
    }

    fn other(&mut self, kind: &str, scheme: &Scheme, span: Span) -> Result<Check, Reported> {
        if kind != "openidconnect" {
            let what = format!("Gantry checks no scheme of the type `{kind}`");
            let help = "schemes that are checked are `apiKey` in a header or in the query, `basic`, `bearer`, `oauth2`, \
                        `openIdConnect` and `mutualTLS`";
            return Err(self.unguarded(scheme, span, &what, help));
        }
        if let Some(provider) = self.provider(scheme, span)? {
            return Ok(Check::Token(provider));
        }
        let node = scheme.node.get("openIdConnectUrl");
        let Some((url, _)) = self.url(node) else {
            return Err(self.unguarded(
                scheme,
                span,
                "its `openIdConnectUrl` is missing",
                "write where its discovery document is",
            ));
        };
        let place = node.map_or(span, |node| node.span);
        let what = format!("`openIdConnectUrl` of `{}`", scheme.name);
        Provider::discovered(&what, &url, &mut self.targets(place)).map(Check::Token)
    }

    /// The provider of the settings that the scheme names, or that has its name.
    fn provider(&mut self, scheme: &Scheme, span: Span) -> Result<Option<Arc<Provider>>, Reported> {
        let providers = &self.around.settings.oauth_providers;
        let named = text(&scheme.node, "x-ibm-oauth-provider");
        // A whole object is the provider's own configuration, which only API Connect has.
        if let Some((name, provider)) = named.or(Some(&scheme.name)).and_then(|name| providers.get_key_value(name)) {
            let (name, provider) = (name.clone(), provider.clone());
            return Provider::of_settings(&name, &provider, &mut self.targets(span)).map(Some);
        }
        match named {
            Some(name) => Err(self.missing("OAuth provider", "oauth-providers", name, span)),
            None => Ok(None),
        }
    }

    /// A URL, plain or under `url` next to its TLS profile; nothing where it is empty.
    fn url(&mut self, node: Option<&Node>) -> Option<(String, Option<String>)> {
        let node = node?;
        let url = node.text().or_else(|| text(node, "url"))?;
        let profile = text(node, "tls-profile").map(str::to_owned);
        // Only properties can be in it: passwords are not sent to an address that a request chooses.
        let mut resolve = |name: &str, _| match property_value(self.properties, name)? {
            Some(value) => Ok(Resolved::Constant(value)),
            None => Err(format!("`{name}` is not a property")),
        };
        let template = Template::parse(url, &mut resolve).ok();
        let url = template.and_then(|template| template.constant().map(|url| url.into_owned()));
        let url = url.unwrap_or_else(|| "$(…)".to_owned());
        (!url.trim().is_empty()).then_some((url, profile))
    }

    fn targets(&mut self, span: Span) -> TargetCompiler<'_, '_> {
        TargetCompiler { around: self.around, findings: &mut self.findings, span }
    }

    /// Reports what the settings must supply.
    fn missing(&mut self, kind: &str, key: &str, name: &str, span: Span) -> Reported {
        let message = format!("the settings have no {kind} `{name}`");
        let help = format!("add `{name}` under `{key}` in the settings file");
        self.refuse(codes::ENVIRONMENT_OBJECT, span, message, help)
    }

    fn unguarded(&mut self, scheme: &Scheme, span: Span, what: &str, help: &str) -> Reported {
        let message = format!("the security scheme `{}` cannot be enforced: {what}", scheme.name);
        self.refuse(codes::UNGUARDED, span, message, help.to_owned())
    }

    fn refuse(&mut self, code: crate::base::Code, span: Span, message: String, help: String) -> Reported {
        self.findings.push(not_enforced(self.around, code, span, message).help(help))
    }
}

/// An operation that would not be protected is an error where it is served. `gantry dev` serves it, with a warning.
pub fn not_enforced(around: LoadContext<'_>, code: crate::base::Code, span: Span, message: String) -> Diagnostic {
    match (around.purpose, &around.settings.aws.local) {
        (Purpose::Serve, Some(_)) => Diagnostic::warning(code, span, format!("{message}: HERE EVERYBODY MAY CALL")),
        (purpose, _) => purpose.missing(code, span, message),
    }
}

/// Text below a key that says something.
fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::text).map(str::trim).filter(|text| !text.is_empty())
}
