//! The callers of a route.

use crate::openapi::{KeyPlace, Scheme, SchemeKind, Security};

/// The alternatives of which a caller must fulfil one, each as a sorted list of demands; none at all lets everybody call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Access(Vec<Vec<String>>);

impl Access {
    pub(super) fn of(security: &Security) -> Self {
        let mut alternatives: Vec<Vec<String>> = security
            .alternatives
            .iter()
            .map(|all| {
                let mut demands: Vec<String> = all.iter().map(|demand| shown(&demand.scheme, &demand.scopes)).collect();
                demands.sort();
                demands
            })
            .collect();
        alternatives.sort();
        alternatives.dedup();
        Access(alternatives)
    }

    /// In words.
    pub(super) fn words(&self) -> String {
        if self.is_open() {
            return "everybody".to_owned();
        }
        let all = self.0.iter().map(|demands| demands.join(" and "));
        format!("who sends {}", all.collect::<Vec<_>>().join(", or "))
    }

    fn is_open(&self) -> bool {
        self.0.is_empty() || self.0.iter().any(Vec::is_empty)
    }
}

fn sent(place: &KeyPlace) -> String {
    let of = if place.in_header { "" } else { "the query as " };
    format!("in {of}`{}`", place.name)
}

/// A demand: what is sent where, and the scopes of a token.
fn shown(scheme: &Scheme, scopes: &[std::sync::Arc<str>]) -> String {
    let what = match &scheme.kind {
        SchemeKind::ClientId(place) => format!("a client id {}", sent(place)),
        SchemeKind::ClientSecret(place) => format!("a client secret {}", sent(place)),
        SchemeKind::Basic => "name and password".to_owned(),
        SchemeKind::Bearer | SchemeKind::OAuth2 => "a token".to_owned(),
        SchemeKind::MutualTls => "a certificate of the client".to_owned(),
        SchemeKind::Undeclared | SchemeKind::Authorizer | SchemeKind::Other(_) => "what it asks for".to_owned(),
    };
    match scopes {
        [] => format!("{what} (`{}`)", scheme.name),
        scopes => format!("{what} with {} (`{}`)", scopes.join(" "), scheme.name),
    }
}
