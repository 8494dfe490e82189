//! The settings file to [`Settings`].

use std::path::Path;
use std::sync::{Arc, OnceLock};

use http::Uri;
use http::header::{HeaderName, HeaderValue};
use indexmap::IndexMap;

use super::upstreams;
use super::variables::overlay;
use super::{Clients, OAuthProvider, Settings, log_level_help, wrong_log_level};
use crate::base::{Diagnostic, Findings, Reported, Sources, codes, quoted_list};
use crate::source::{Content, Environment, Node, Shape, Spellings, expand, read_tree};

/// The shape of the settings file.
pub fn shape() -> &'static Shape {
    static SHAPE: OnceLock<Shape> = OnceLock::new();
    SHAPE.get_or_init(|| Shape::of::<Settings>("the settings", Spellings::default()))
}

/// The shape of the clients' file.
pub fn clients_shape() -> Shape {
    Shape::of::<Clients>("the clients' file", Spellings::default())
}

/// Reads who may call. `offered` has the products of other files, with their plans.
pub fn read_clients(
    path: &Path,
    offered: &IndexMap<String, Vec<String>>,
    environment: &dyn Environment,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<Clients, Reported> {
    let mark = findings.mark();
    let root = expand(&read_tree(path, sources, findings)?.root, &[], environment, findings);
    findings.errors_since(mark)?;
    let clients: Clients = clients_shape().decode(&root, findings)?;
    let mut wrong = |place: &[&str], message: String, help: String| {
        let found = place.iter().try_fold(&root, |node, key| match key.parse::<usize>() {
            Ok(index) if node.is_sequence() => node.items().get(index),
            _ => node.get(key),
        });
        let span = found.map_or(root.span, |node| node.span);
        findings.push(Diagnostic::error(codes::BAD_SETTINGS, span, message).help(help));
    };
    let known = |names: Vec<&String>| {
        let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
        if names.is_empty() { "there are none".to_owned() } else { format!("there are {}", quoted_list(&names)) }
    };
    for (name, product) in &clients.products {
        for (index, plan) in product.plans.iter().enumerate().filter(|(_, plan)| !clients.plans.contains_key(*plan)) {
            let message = format!("there is no plan `{plan}`");
            let place = ["products", name, "plans", &index.to_string()];
            wrong(&place, message, known(clients.plans.keys().collect()));
        }
    }
    let mut ids: Vec<&str> = Vec::new();
    for (name, application) in &clients.applications {
        if ids.contains(&application.client_id.as_str()) {
            let message = format!("another application has the client id `{}` already", application.client_id);
            wrong(&["applications", name, "client-id"], message, "give each application an id of its own".to_owned());
        }
        ids.push(&application.client_id);
        let is_hash = |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if application.client_secret_sha256.as_ref().is_some_and(|text| !is_hash(text)) {
            let help = "write what `printf %s SECRET | sha256sum` prints, and never the secret itself".to_owned();
            let message = "this is no SHA-256: 64 hexadecimal digits".to_owned();
            wrong(&["applications", name, "client-secret-sha256"], message, help);
        }
        for (index, one) in application.subscriptions.iter().enumerate() {
            let place = ["applications", name, "subscriptions", &index.to_string()];
            let own = clients.products.get(&one.product).map(|product| &product.plans);
            match own.or_else(|| offered.get(&one.product)) {
                None => {
                    let all = clients.products.keys().chain(offered.keys()).collect();
                    let message = format!("there is no product `{}`", one.product);
                    wrong(&[&place[..], &["product"]].concat(), message, known(all));
                }
                Some(plans) if !plans.contains(&one.plan) => {
                    let message = format!("the product `{}` is not offered under the plan `{}`", one.product, one.plan);
                    wrong(&[&place[..], &["plan"]].concat(), message, known(plans.iter().collect()));
                }
                Some(_) => {}
            }
        }
    }
    findings.errors_since(mark).map(|()| clients)
}

/// Reads the settings: the file, if there is one, and `GANTRY_…` variables over it.
pub fn read(
    path: Option<&Path>,
    environment: &dyn Environment,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<Settings, Reported> {
    let file = match path {
        Some(path) => read_tree(path, sources, findings)?.root,
        None => empty(sources),
    };
    read_node(&file, environment, sources, findings)
}

/// Reads the settings of a node, such as one of a test file, and `GANTRY_…` variables over it.
pub fn read_node(
    node: &Node,
    environment: &dyn Environment,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<Settings, Reported> {
    let mark = findings.mark();
    let file = expand(node, &[], environment, findings);
    if !file.is_mapping() && !file.is_null() {
        findings.push(Diagnostic::error(codes::BAD_SETTINGS, file.span, "the settings file is a map of settings"));
    }
    findings.errors_since(mark)?;
    let shape = shape();
    let root = overlay(&file, shape.annotated(), environment, sources);
    let root = if root.is_null() { Node { span: root.span, content: Content::Mapping(Arc::default()) } } else { root };
    let mut settings: Settings = shape.decode(&root, findings)?;
    settings.live.client_certificates = settings.server.tls.as_ref().is_some_and(|tls| tls.clients.is_some());
    settings.tls_node = root.pointer("/server/tls").cloned();
    for (name, profile) in &settings.live.credentials {
        let pair = &profile.identity;
        let halves = (pair.aws_access_key_id.is_some(), pair.aws_secret_access_key.is_some());
        if halves.0 != halves.1 || (pair.aws_session_token.is_some() && !halves.0) {
            let node = root.get("credentials").and_then(|all| all.entry(name));
            let span = node.map_or(root.span, |entry| entry.key.span);
            let message = format!("the credential profile `{name}` has one half of a key pair");
            findings.push(
                Diagnostic::error(codes::HALF_KEY_PAIR, span, message)
                    .help("write both `aws-access-key-id` and `aws-secret-access-key`, or neither"),
            );
        }
    }
    for (name, object) in &settings.live.crypto_objects {
        if let Err(error) = object.keys() {
            let node = root.get("crypto-objects").and_then(|all| all.entry(name));
            let span = node.map_or(root.span, |entry| entry.key.span);
            let message = format!("the crypto object `{name}` cannot be used: {error}");
            findings.push(Diagnostic::error(codes::BAD_SETTINGS, span, message));
        }
    }
    for (name, provider) in &settings.live.oauth_providers {
        let Some((message, help)) = wrong_provider(provider) else { continue };
        let node = root.get("oauth-providers").and_then(|all| all.entry(name));
        let span = node.map_or(root.span, |entry| entry.key.span);
        let message = format!("the OAuth provider `{name}` {message}");
        findings.push(Diagnostic::error(codes::BAD_SETTINGS, span, message).help(help));
    }
    wrong_upstreams(&settings, &root, findings);
    if let Some(name) =
        settings.live.aws.credentials.as_ref().filter(|name| !settings.live.credentials.contains_key(*name))
    {
        let span = root.pointer("/aws/credentials").map_or(root.span, |node| node.span);
        let message = format!("there is no credential profile `{name}` under `credentials`");
        findings.push(Diagnostic::error(codes::BAD_SETTINGS, span, message));
    }
    wrong_traces(&settings, &root, findings);
    if settings.server.proxy_protocol && settings.server.trusted_proxies.is_empty() {
        let span = root.pointer("/server/proxy-protocol").map_or(root.span, |node| node.span);
        let message = "`proxy-protocol` is spoken with trusted proxies, and there are none";
        let help = "name the addresses of the proxies in `trusted-proxies` of `server`";
        findings.push(Diagnostic::error(codes::BAD_SETTINGS, span, message).help(help));
    }
    if let Some(wrong) = wrong_log_level(&settings.log.level) {
        let node = root.pointer("/log/level");
        // What came from outside is not shown.
        let is_masked = matches!(node.map(|node| &node.content), Some(Content::Scalar(scalar)) if scalar.masked);
        let shown = if is_masked { "***" } else { wrong };
        let span = node.map_or(root.span, |node| node.span);
        let finding = Diagnostic::error(codes::BAD_SETTINGS, span, format!("`{shown}` is no level of the log"));
        findings.push(finding.help(log_level_help(if is_masked { "" } else { wrong })));
    }
    findings.errors_since(mark).map(|()| settings)
}

/// Reports what of `upstreams` cannot be used. Its values may be from outside and are not shown.
fn wrong_upstreams(settings: &Settings, root: &Node, findings: &mut Findings) {
    for (name, upstream) in &settings.live.upstreams {
        let Some(entry) = root.get("upstreams").and_then(|all| all.entry(name)) else { continue };
        let mut push = |place: &str, message: String, help: &str| {
            let span =
                if place.is_empty() { Some(entry.key.span) } else { entry.value.pointer(place).map(|node| node.span) };
            let span = span.unwrap_or(entry.key.span);
            findings.push(Diagnostic::error(codes::BAD_SETTINGS, span, message).help(help));
        };
        for (place, message, help) in upstreams::wrong(name, upstream) {
            push(&place, format!("the upstream `{name}` cannot be used: {message}"), help);
        }
        if let Some(profile) =
            upstream.tls_profile.as_ref().filter(|name| !settings.live.tls_profiles.contains_key(*name))
        {
            let message = format!("there is no TLS profile `{profile}` under `tls-profiles`");
            push("/tls-profile", message, "name one that is there");
        }
    }
}

/// Reports what of `traces` cannot be used. Its values may be from outside and are not shown.
fn wrong_traces(settings: &Settings, root: &Node, findings: &mut Findings) {
    let traces = &settings.traces;
    let mut wrong = |pointer: &str, message: String, help: &str| {
        let span = root.pointer(pointer).map_or(root.span, |node| node.span);
        findings.push(Diagnostic::error(codes::BAD_SETTINGS, span, message).help(help));
    };
    if let Some(endpoint) = &traces.endpoint {
        let known = |uri: &Uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
        };
        if !endpoint.parse().is_ok_and(|uri| known(&uri)) {
            let help = "write a whole URL, such as `http://collector:4318/v1/traces`";
            wrong("/traces/endpoint", "`endpoint` of `traces` is not a URL that can be called".to_owned(), help);
        }
    }
    for (name, value) in &traces.headers {
        if HeaderName::from_bytes(name.as_bytes()).is_err() || HeaderValue::from_str(value.expose()).is_err() {
            let message = format!("the header `{name}` under `traces` cannot be sent");
            wrong("/traces/headers", message, "names are letters, digits and `-`; values are one line");
        }
    }
    if let Some(name) = traces.tls_profile.as_ref().filter(|name| !settings.live.tls_profiles.contains_key(*name)) {
        let message = format!("there is no TLS profile `{name}` under `tls-profiles`");
        wrong("/traces/tls-profile", message, "name one that is there");
    }
}

/// What is wrong with a provider, and what to write instead.
fn wrong_provider(provider: &OAuthProvider) -> Option<(&'static str, &'static str)> {
    let introspects = provider.introspection_url.is_some();
    let with_keys = provider.jwks_url.is_some() || provider.algorithms.is_some();
    if !introspects && provider.jwks_url.is_none() && provider.issuer.is_none() {
        return Some((
            "says nothing of how tokens are checked",
            "write `introspection-url`, or `jwks-url`, or the `issuer` that says where its keys are",
        ));
    }
    if introspects && with_keys {
        let help = "write `introspection-url`, or `jwks-url` with `algorithms`";
        return Some(("is asked about tokens and has keys for them, too", help));
    }
    if provider.client_id.is_some() != provider.client_secret.is_some() {
        return Some((
            "has one half of the gateway's credentials",
            "write both `client-id` and `client-secret`, or neither",
        ));
    }
    if !introspects && provider.client_id.is_some() {
        return Some(("has credentials and is not asked anything", "they belong to `introspection-url`"));
    }
    if provider.clock_skew.0.as_secs() > 60 {
        return Some(("allows clocks to differ by more than 60 seconds", "write `clock-skew: 60s` or less"));
    }
    None
}

/// Settings where there is no file.
fn empty(sources: &mut Sources) -> Node {
    let span = sources.add("the settings", "").start();
    Node { span, content: Content::Mapping(Arc::default()) }
}
