//! Scheme, host and port of a URL.

use http::Uri;

/// The scheme of the URL of an upstream.
pub(super) const UPSTREAM: &str = "upstream";

/// Scheme, host and port, as far as credentials belong to them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    scheme: &'static str,
    pub host: String,
    pub port: u16,
}

impl Origin {
    /// The origin of an absolute http or https URL without user information.
    pub(super) fn of(uri: &Uri) -> Option<Self> {
        let (scheme, default_port) = match uri.scheme_str()? {
            "http" => ("http", 80),
            "https" => ("https", 443),
            _ => return None,
        };
        let authority = uri.authority()?;
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return None;
        }
        // A port that is no number would otherwise pass for none.
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") => default_port,
            Some(_) => authority.port_u16()?,
            None => return None,
        };
        Some(Origin { scheme, host: authority.host().to_ascii_lowercase(), port })
    }

    /// The origin of the URL of a call, which may be one of an upstream.
    pub(super) fn of_call(uri: &Uri) -> Option<Self> {
        match uri.scheme_str() {
            Some(UPSTREAM) => Some(Origin { scheme: UPSTREAM, host: uri.host()?.to_owned(), port: 0 }),
            _ => Origin::of(uri),
        }
    }

    pub(super) fn is_https(&self) -> bool {
        self.scheme == "https"
    }
}
