//! `x-amazon-apigateway-cors` of HTTP APIs.

use http::{HeaderValue, StatusCode};

use super::super::{Cors, CorsRule, Origin, Others};
use super::export::Export;
use crate::base::{Diagnostic, Findings, Reported, codes};

pub(super) const KEY: &str = "x-amazon-apigateway-cors";

/// The CORS rules of a document, if it has any.
pub(super) fn read(export: &Export<'_>, findings: &mut Findings) -> Result<Option<Cors>, Reported> {
    let Some(entry) = export.api.tree.root.entry(KEY) else { return Ok(None) };
    if !export.is_http {
        let message = "only HTTP APIs have this: a REST API does not answer for other origins by it";
        let help =
            "write `payloadFormatVersion` in the integrations of an HTTP API; REST APIs answer OPTIONS with a `mock`";
        findings.push(Diagnostic::warning(codes::NO_COUNTERPART, entry.key.span, message).help(help));
        return Ok(None);
    }
    let node = &entry.value;
    let mut list = |key: &str| -> Result<Vec<String>, Reported> {
        let Some(node) = node.get(key).filter(|node| !node.is_null()) else { return Ok(Vec::new()) };
        let one = [node.clone()];
        let items = if node.is_sequence() { node.items() } else { &one };
        items
            .iter()
            .map(|item| export.values.text(item, findings).map(|text| text.text().unwrap_or_default().to_owned()))
            .collect()
    };
    let (origins, methods) = (list("allowOrigins")?, list("allowMethods")?);
    let (headers, exposed) = (list("allowHeaders")?, list("exposeHeaders")?);
    let age = list("maxAge")?;
    let credentials = list("allowCredentials")?.first().is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let bad = |text: &String| HeaderValue::from_str(text).is_err();
    if [&origins, &methods, &headers, &exposed, &age].into_iter().flatten().any(bad) {
        let message = "a value has characters that no header of CORS has";
        return Err(findings.push(Diagnostic::error(codes::BAD_VALUE, entry.key.span, message)));
    }
    // A method or header that is not listed is not allowed: an empty value tells this to the browser.
    let joined = |all: &[String]| HeaderValue::from_str(&all.join(",")).ok();
    let some = |all: &[String]| joined(all).filter(|value| !value.is_empty());
    let origins: Vec<Origin> = origins.iter().map(|text| Origin::parse(text)).collect();
    let rule = CorsRule {
        echo: !origins.contains(&Origin::Any),
        origins,
        credentials,
        methods: joined(&methods),
        headers: joined(&headers),
        exposed: some(&exposed),
        max_age: some(&age),
    };
    let cors = Cors {
        rules: vec![rule],
        others: Others::Unread,
        is_v5: false,
        preflight: StatusCode::NO_CONTENT,
        span: entry.key.span,
    };
    Ok(Some(cors))
}
