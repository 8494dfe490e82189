//! Names of headers as API Gateway writes them in events of version 1.0.

use std::sync::LazyLock;

use http::header::{HeaderMap, HeaderName};

/// The names that clients and AWS write with these capitals; others are in lower case.
const NAMES: [&str; 56] = [
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Age",
    "Authorization",
    "Cache-Control",
    "CloudFront-Forwarded-Proto",
    "CloudFront-Is-Desktop-Viewer",
    "CloudFront-Is-Mobile-Viewer",
    "CloudFront-Is-SmartTV-Viewer",
    "CloudFront-Is-Tablet-Viewer",
    "CloudFront-Viewer-Country",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-MD5",
    "Content-Type",
    "Cookie",
    "Date",
    "DNT",
    "Expires",
    "Forwarded",
    "From",
    "Host",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Last-Modified",
    "Max-Forwards",
    "Origin",
    "Pragma",
    "Prefer",
    "Proxy-Authorization",
    "Range",
    "Referer",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "Sec-Fetch-User",
    "Upgrade-Insecure-Requests",
    "User-Agent",
    "Via",
    "Warn",
    "Warning",
    "X-Amzn-Trace-Id",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
];

/// Headers that REST APIs remove from a request before its function sees it.
const TAKEN_OUT: [&str; 8] = [
    "content-length",
    "content-md5",
    "expect",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "www-authenticate",
];

/// The name in an event of version 1.0.
pub(super) fn written(name: &HeaderName) -> &str {
    /// In lower case, the shorter ones first: lengths are compared at less cost than texts.
    static BY_LENGTH: LazyLock<Vec<(String, &str)>> = LazyLock::new(|| {
        let mut all: Vec<_> = NAMES.iter().map(|name| (name.to_ascii_lowercase(), *name)).collect();
        all.sort_by(|(one, _), (other, _)| (one.len(), one).cmp(&(other.len(), other)));
        all
    });
    let name = name.as_str();
    let found = BY_LENGTH.binary_search_by(|(known, _)| known.len().cmp(&name.len()).then_with(|| (**known).cmp(name)));
    found.map_or(name, |at| BY_LENGTH[at].1)
}

/// Whether REST APIs take out any of these headers.
pub(super) fn has_taken_out(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| TAKEN_OUT.contains(&name.as_str()))
}

/// Takes out what REST APIs take out.
pub(super) fn take_out(headers: &mut HeaderMap) {
    for name in TAKEN_OUT {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found() {
        for name in NAMES {
            assert_eq!(written(&HeaderName::from_bytes(name.as_bytes()).unwrap()), name);
        }
        assert_eq!(written(&HeaderName::from_static("x-shop")), "x-shop");
    }
}
