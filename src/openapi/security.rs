//! Security schemes and requirements, one form for every dialect.

use std::sync::Arc;

use super::{Api, Operation};
use crate::base::{Diagnostic, Findings, Span, codes, did_you_mean, nearest};
use crate::source::Node;

/// The demands of an operation on its callers: one alternative has to be met, and each may be several demands at once.
#[derive(Debug, Clone, Default)]
pub struct Security {
    pub alternatives: Vec<Vec<Demand>>,
}

/// One thing that is asked for.
#[derive(Debug, Clone)]
pub struct Demand {
    pub scheme: Arc<Scheme>,
    pub scopes: Vec<Arc<str>>,
    /// The place of the demand in the operation.
    pub span: Span,
}

/// A security scheme of the document.
#[derive(Debug, Clone)]
pub struct Scheme {
    pub name: Arc<str>,
    pub kind: SchemeKind,
    /// As it is written, for what gateways add.
    pub node: Node,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemeKind {
    /// The document has no such scheme, which a finding says.
    Undeclared,
    /// `apiKey`: the id of an application.
    ClientId(KeyPlace),
    /// `apiKey`: an application's secret.
    ClientSecret(KeyPlace),
    Basic,
    Bearer,
    OAuth2,
    /// An authorizer of AWS API Gateway: `x-amazon-apigateway-authorizer`.
    Authorizer,
    /// `mutualTLS`: a certificate of the client.
    MutualTls,
    /// A kind that is known by name only, such as `openIdConnect`.
    Other(Arc<str>),
}

/// The place of a key in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPlace {
    pub in_header: bool,
    pub name: Arc<str>,
}

impl SchemeKind {
    /// Whether it asks which application calls.
    pub fn is_application(&self) -> bool {
        matches!(self, SchemeKind::ClientId(_) | SchemeKind::ClientSecret(_))
    }
}

impl Api {
    /// The security of an operation: its own requirements, else the document's.
    pub fn security(&self, operation: &Operation, findings: &mut Findings) -> Security {
        let says = |node: &Node| node.get("security").filter(|security| !security.is_null()).cloned();
        let Some(written) = says(&operation.node).or_else(|| says(&self.tree.root)) else {
            return Security::default();
        };
        if !written.is_sequence() {
            // Read as nothing it would leave the operation open.
            let message = format!("`security` is {}, expected a list of requirements", written.kind());
            findings.push(Diagnostic::error(codes::BAD_OPENAPI, written.span, message).help("write `- NAME: []`"));
        }
        let alternatives = written.items().iter().map(|item| self.demands(item, findings)).collect();
        Security { alternatives }
    }

    fn demands(&self, item: &Node, findings: &mut Findings) -> Vec<Demand> {
        if !item.is_mapping() {
            let message = format!("a security requirement is {}, expected a map of schemes", item.kind());
            findings.push(Diagnostic::error(codes::BAD_OPENAPI, item.span, message).help("write `- NAME: []`"));
        }
        let demand = |entry: &crate::source::Entry| {
            let scopes = entry.value.items().iter().filter_map(Node::text).map(Arc::from).collect();
            let scheme = self.scheme(&entry.key.text, entry.key.span, findings);
            Demand { scheme: Arc::new(scheme), scopes, span: entry.key.span }
        };
        // `$$label` and its like are notes of IBM's editor.
        item.entries().iter().filter(|entry| !entry.key.text.starts_with("$$")).map(demand).collect()
    }

    /// A scheme by its name. One that is not there is an error: what is asked for is unknown.
    fn scheme(&self, name: &str, span: Span, findings: &mut Findings) -> Scheme {
        let root = &self.tree.root;
        let all = root.pointer("/components/securitySchemes").or_else(|| root.get("securityDefinitions"));
        let Some(entry) = all.and_then(|all| all.entry(name)) else {
            let known = all.map(Node::entries).unwrap_or_default().iter().map(|entry| &*entry.key.text);
            let near = nearest(name, known);
            let help = match near.as_slice() {
                [] => {
                    "declare it under `components.securitySchemes`, in Swagger 2.0 under `securityDefinitions`".into()
                }
                near => did_you_mean(near),
            };
            let message = format!("there is no security scheme `{name}`");
            findings.push(Diagnostic::error(codes::BAD_OPENAPI, span, message).help(help));
            return Scheme { name: name.into(), kind: SchemeKind::Undeclared, node: root.clone(), span };
        };
        let node = entry.value.clone();
        Scheme { name: name.into(), kind: kind(&node), node, span: entry.key.span }
    }
}

fn kind(node: &Node) -> SchemeKind {
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
    if node.get("x-amazon-apigateway-authorizer").is_some() {
        return SchemeKind::Authorizer;
    }
    let word = text("type").to_ascii_lowercase();
    match (&*word, &*text("scheme").to_ascii_lowercase()) {
        ("apikey", _) if matches!(text("in"), "header" | "query") => {
            let place = KeyPlace { in_header: text("in") == "header", name: text("name").into() };
            // v10 and v5 have a key of their own for it; older documents specify it by the name of the header.
            let is_secret = match (text("x-key-type"), text("x-ibm-apikey")) {
                ("client_secret", _) | (_, "clientsecret") => true,
                ("client_id", _) | (_, "clientid") => false,
                _ => text("name").to_ascii_lowercase().replace('-', "_").ends_with("client_secret"),
            };
            if is_secret { SchemeKind::ClientSecret(place) } else { SchemeKind::ClientId(place) }
        }
        ("basic", _) | ("http", "basic") => SchemeKind::Basic,
        ("http", "bearer") => SchemeKind::Bearer,
        ("oauth2", _) => SchemeKind::OAuth2,
        ("mutualtls", _) => SchemeKind::MutualTls,
        (kind, _) => SchemeKind::Other(kind.into()),
    }
}
