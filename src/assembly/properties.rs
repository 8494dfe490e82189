//! API properties: constants for what differs between environments.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::extensions::Carrier;
use crate::base::{Diagnostic, Findings, Span, codes};
use crate::source::{Entry, Environment, Node, expand};
use crate::value::Value;

/// An API property.
#[derive(Debug, Clone)]
pub struct Property {
    pub name: Arc<str>,
    pub value: Value,
    pub span: Span,
}

/// The properties that a carrier declares, with the values of the catalog.
///
/// Under `x-assembly` a property is a bare value, in IBM's documents `{value, description, encoded}`; there a catalog may give
/// it another value, and the catalog `*` gives it to all.
pub(super) fn properties(
    owner: &Node,
    carrier: Carrier,
    environment: &dyn Environment,
    catalog: Option<&str>,
    findings: &mut Findings,
) -> Vec<Property> {
    let declared = match (owner.get("properties"), carrier) {
        (Some(all), Carrier::XAssembly) => {
            if !all.is_mapping() && !all.is_null() {
                let message = format!("`properties` is {}, expected a map of names and values", all.kind());
                findings.push(Diagnostic::error(codes::WRONG_TYPE, all.span, message));
            }
            expand(all, &[], environment, findings)
        }
        (Some(all), Carrier::Ibm | Carrier::Amazon) => all.clone(),
        (None, _) => return Vec::new(),
    };
    let of = |name: &str| owner.get("catalogs")?.get(name)?.get("properties");
    let catalogs: Vec<&Node> = catalog.into_iter().chain(["*"]).filter_map(of).collect();
    declared
        .entries()
        .iter()
        .map(|entry| {
            let own = || if entry.value.is_mapping() { entry.value.get("value") } else { Some(&entry.value) };
            let node = catalogs.iter().find_map(|catalog| catalog.get(&entry.key.text)).or_else(own);
            let value = node.map(|node| Value::from(&node.to_json())).unwrap_or_default();
            Property { name: entry.key.text.clone(), value: decoded(entry, value, findings), span: entry.key.span }
        })
        .collect()
}

/// `encoded: true` says that the value is base64.
fn decoded(entry: &Entry, value: Value, findings: &mut Findings) -> Value {
    let encoded = entry.value.get("encoded").and_then(Node::text) == Some("true");
    let Some(text) = value.as_str().filter(|text| encoded && !text.is_empty()) else { return value };
    match BASE64_STANDARD.decode(text.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(plain) => plain.into(),
        None => {
            let message =
                format!("the property `{}` says `encoded: true`, and its value is not base64", entry.key.text);
            let finding = Diagnostic::warning(codes::BAD_VALUE, entry.key.span, message);
            findings.push(finding.help("the value is used as it stands"));
            value
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sources;
    use crate::source::{ProcessEnvironment, parse};

    const CARRIER: &str = "\
properties:
  url: {value: http://plain, description: The backend, encoded: false}
  key: {value: c2VjcmV0, encoded: true}
  bad: {value: '%%', encoded: true}
  bare: 7
catalogs:
  Sandbox: {properties: {url: http://sandbox}}
  '*': {properties: {url: http://all, bare: 8}}
";

    fn values(catalog: Option<&str>) -> (Vec<String>, usize) {
        let mut findings = Findings::default();
        let id = Sources::default().add("t.yaml", CARRIER);
        let node = parse(id, CARRIER, &mut findings).unwrap();
        let found = properties(&node, Carrier::Ibm, &ProcessEnvironment, catalog, &mut findings);
        (found.iter().map(|one| format!("{}={}", one.name, one.value.to_text())).collect(), findings.warnings())
    }

    #[test]
    fn the_catalog_wins_then_the_one_for_all_then_the_property() {
        assert_eq!(values(Some("Sandbox")).0, ["url=http://sandbox", "key=secret", "bad=%%", "bare=8"]);
        assert_eq!(values(Some("Other")).0[0], "url=http://all");
    }

    #[test]
    fn a_value_that_is_not_base64_is_said() {
        assert_eq!(values(None).1, 1);
    }
}
