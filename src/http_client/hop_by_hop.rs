//! Headers that belong to one connection.

use http::HeaderMap;
use http::header::{CONNECTION, HeaderName};

/// Whether a name is one of those that RFC 9110, 7.6.1, and custom know as the connection's.
pub fn is_hop_by_hop(name: &HeaderName) -> bool {
    // A match on text looks at the length first, so that most names are told apart at once.
    matches!(
        name.as_str(),
        "connection"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authentication-info"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

/// Removes what an intermediary must not pass on, from a request or a response: the headers that `Connection` names,
/// and the known ones (RFC 9110, 7.6.1). `Content-Length` stays. Do this before adding headers of our own: a client may
/// name them in its `Connection`.
pub fn strip_hop_by_hop(headers: &mut HeaderMap) {
    // Looking through the few names that are there is cheaper than asking for each that might be.
    if !headers.keys().any(is_hop_by_hop) {
        return;
    }
    if headers.contains_key(CONNECTION) {
        let named: Vec<HeaderName> = headers
            .get_all(CONNECTION)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .filter_map(|token| HeaderName::from_bytes(token.trim_ascii()).ok())
            .collect();
        for name in named {
            headers.remove(name);
        }
    }
    let known: Vec<HeaderName> = headers.keys().filter(|name| is_hop_by_hop(name)).cloned().collect();
    for name in known {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_headers_and_those_connection_names_go() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Mine ,keep-alive"),
            ("connection", "x-other"),
            ("keep-alive", "timeout=5"),
            ("proxy-authorization", "Basic eA=="),
            ("te", "trailers"),
            ("trailer", "x-sum"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("x-mine", "1"),
            ("x-other", "2"),
            ("x-kept", "3"),
            ("content-length", "4"),
        ] {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        strip_hop_by_hop(&mut headers);
        let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["content-length", "x-kept"]);
    }
}
