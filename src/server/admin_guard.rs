//! The clients of `/-/`: those with the token, and without a token only local programs that are no web page.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, X_CONTENT_TYPE_OPTIONS,
};
use http::uri::Authority;
use http::{StatusCode, Uri};

use crate::value::{Authorization, Secret};

/// The headers by which a browser names the page that asks.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The rules of the admin listener.
pub(super) struct Guard {
    /// `server.admin-token`.
    pub token: Option<Secret>,
    /// Whether only programs on this machine reach the listener.
    pub loopback: bool,
}

/// Lets a request through, or says why not. Every answer is kept out of caches and of browsers' guesses.
pub(super) async fn guard(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let restricted = request.uri().path().starts_with("/-/");
    let mut response = match guard.check(request.uri(), request.headers()) {
        Err((status, reason)) if restricted => (status, format!("{reason}\n")).into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

type Refusal = (StatusCode, &'static str);

impl Guard {
    fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
        if uri.authority().is_none() && !headers.contains_key(HOST) {
            return Err((StatusCode::BAD_REQUEST, "The request has no Host"));
        }
        if is_of_another_page(headers) {
            return Err((StatusCode::FORBIDDEN, "Web pages of other origins may not use this"));
        }
        match &self.token {
            Some(token) if has_token(headers, token) => Ok(()),
            Some(_) => {
                Err((StatusCode::UNAUTHORIZED, "Send `Authorization: Bearer` with the value of `server.admin-token`"))
            }
            None if !self.loopback => Err((
                StatusCode::FORBIDDEN,
                "The admin listener is open to other machines: set `server.admin-token` to use this",
            )),
            // A page that has its own name point here is no local program.
            None if !is_local_name(uri, headers) => {
                Err((StatusCode::FORBIDDEN, "Without `server.admin-token`, Host must be localhost or an address"))
            }
            None => Ok(()),
        }
    }
}

fn has_token(headers: &HeaderMap, token: &Secret) -> bool {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(Authorization::parse);
    let sent = header.filter(|header| header.scheme.eq_ignore_ascii_case("bearer")).map(|header| header.rest);
    sent.is_some_and(|sent| verify_slices_are_equal(sent.as_bytes(), token.expose().as_bytes()).is_ok())
}

/// Browsers send these with what a page asks for; a page of this listener itself does not exist.
fn is_of_another_page(headers: &HeaderMap) -> bool {
    let site = headers.get(SEC_FETCH_SITE);
    headers.contains_key(ORIGIN) || site.is_some_and(|site| site != "same-origin" && site != "none")
}

/// Whether the request's host is an address, or a name without a dot, which no host of the Internet has.
fn is_local_name(uri: &Uri, headers: &HeaderMap) -> bool {
    let named = headers.get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    let host = uri.authority().or(named.as_ref()).map(Authority::host);
    host.is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']');
        address.parse::<std::net::IpAddr>().is_ok() || !host.contains('.') || host.eq_ignore_ascii_case("localhost.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(guard: &Guard, headers: &[(&str, &str)]) -> Option<u16> {
        let pairs = headers.iter().map(|(name, value)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
        });
        guard.check(&Uri::from_static("/-/status"), &pairs.collect()).err().map(|(status, _)| status.as_u16())
    }

    #[test]
    fn a_token_is_asked_for_where_others_reach_the_listener() {
        let token = || Some(Secret::new("t0ken"));
        let cases = [
            (None, true, vec![("host", "localhost:9090")], None),
            (None, true, vec![("host", "[::1]:9090")], None),
            (None, true, vec![("host", "gantry")], None),
            (None, true, vec![("host", "rebind.evil.example:9090")], Some(403)),
            (None, true, vec![], Some(400)),
            (None, true, vec![("host", "localhost"), ("origin", "http://localhost")], Some(403)),
            (None, true, vec![("host", "localhost"), ("sec-fetch-site", "cross-site")], Some(403)),
            (None, true, vec![("host", "localhost"), ("sec-fetch-site", "none")], None),
            (None, false, vec![("host", "localhost")], Some(403)),
            (token(), true, vec![("host", "localhost")], Some(401)),
            (token(), false, vec![("host", "a.example"), ("authorization", "Bearer t0ken")], None),
            (token(), false, vec![("host", "a.example"), ("authorization", "bearer t0ken")], None),
            (token(), false, vec![("host", "a"), ("authorization", "Bearer t0kem")], Some(401)),
            (token(), false, vec![("host", "a"), ("authorization", "Bearer t0ken2")], Some(401)),
            (token(), false, vec![("host", "a"), ("authorization", "Basic t0ken")], Some(401)),
            (token(), false, vec![("host", "a"), ("authorization", "Bearer t0ken"), ("origin", "http://a")], Some(403)),
        ];
        for (token, loopback, headers, expected) in cases {
            let guard = Guard { token, loopback };
            assert_eq!(status(&guard, &headers), expected, "{headers:?} {loopback}");
        }
    }
}
