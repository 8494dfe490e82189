//! The rules for the head of a request, which hold before it is routed.

use http::header::{HOST, HeaderValue};
use http::request::Parts;
use http::uri::{Authority, Scheme};
use http::{HeaderMap, Method, StatusCode, Version};

use super::refusals::Refused;
use crate::settings::{AmbiguousPaths, ServerLimits};
use crate::telemetry::Refusal;

/// Checks sizes, method, host and path. The host that the request is for, where it names one.
pub(super) fn check(head: &Parts, scheme: &str, limits: &ServerLimits) -> Result<Option<HeaderValue>, Refused> {
    sizes(head, limits)?;
    method(&head.method)?;
    let host = host(head, if scheme == "https" { 443 } else { 80 })?;
    path(&head.method, head.uri.path(), limits.ambiguous_paths == AmbiguousPaths::Forward)?;
    Ok(host)
}

fn sizes(head: &Parts, limits: &ServerLimits) -> Result<(), Refused> {
    let uri = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if uri > limits.uri_bytes {
        let message = format!("The path and query are longer than {} bytes", limits.uri_bytes);
        return Err(Refused::new(Refusal::UriTooLong, StatusCode::URI_TOO_LONG, message));
    }
    let too_large =
        |message| Refused::new(Refusal::HeadersTooLarge, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, message);
    if head.headers.len() > limits.headers {
        return Err(too_large(format!("The request has more than {} header fields", limits.headers)));
    }
    if header_bytes(&head.headers) > limits.header_bytes {
        return Err(too_large(format!("The header fields are larger than {} bytes", limits.header_bytes)));
    }
    Ok(())
}

/// As HTTP/1.1 writes them: `name: value\r\n`.
fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

fn method(method: &Method) -> Result<(), Refused> {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
    ];
    if known.contains(method) {
        return Ok(());
    }
    let message = "The gateway does not know this method";
    Err(Refused::new(Refusal::MethodNotImplemented, StatusCode::NOT_IMPLEMENTED, message))
}

/// The authority of the request target wins over `Host` (RFC 9112, 3.2.2), but they may not differ: a proxy
/// before or after the gateway might look at the other one.
fn host(head: &Parts, default_port: u16) -> Result<Option<HeaderValue>, Refused> {
    let mut fields = head.headers.get_all(HOST).iter();
    let field = fields.next();
    if fields.next().is_some() {
        return Err(Refused::bad_host("The request has more than one Host"));
    }
    // Most requests name a host of plain letters and nothing else, which needs no parser.
    if head.uri.authority().is_none() && field.is_some_and(|value| is_plain(value.as_bytes())) {
        return Ok(field.cloned());
    }
    let named = field.map(|value| authority(value.as_bytes())).transpose()?;
    if head.uri.scheme().is_some_and(|scheme| *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS) {
        return Err(Refused::bad_target("The request target is not an http URL"));
    }
    let target = head.uri.authority().map(|target| authority(target.as_str().as_bytes())).transpose()?;
    match (target, named) {
        (Some(target), Some(named)) if !same(&target, &named, default_port) => {
            Err(Refused::bad_host("The request target and Host name different hosts"))
        }
        (Some(host), _) => Ok(HeaderValue::from_str(host.as_str()).ok()),
        (None, Some(_)) => Ok(field.cloned()),
        (None, None) if head.version < Version::HTTP_11 => Ok(None),
        (None, None) => Err(Refused::bad_host("The request has no Host")),
    }
}

/// Whether it is a name or an IPv4 address with perhaps a port of up to four digits.
fn is_plain(host: &[u8]) -> bool {
    let (name, port) = match host.iter().position(|byte| *byte == b':') {
        Some(colon) => (&host[..colon], &host[colon + 1..]),
        None => (host, &[][..]),
    };
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    !name.is_empty() && name.iter().all(in_name) && port.len() <= 4 && port.iter().all(u8::is_ascii_digit)
}

fn authority(text: &[u8]) -> Result<Authority, Refused> {
    let bad = || Refused::bad_host("Host is not a host name or address with an optional port");
    let authority = Authority::try_from(text).map_err(|_| bad())?;
    let port = authority.as_str().rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
    let wrong_port = port.is_some_and(|(_, port)| !port.is_empty() && authority.port_u16().is_none());
    if authority.host().is_empty() || authority.as_str().contains('@') || wrong_port {
        Err(bad())
    } else {
        Ok(authority)
    }
}

fn same(a: &Authority, b: &Authority, default_port: u16) -> bool {
    let port = |authority: &Authority| authority.port_u16().unwrap_or(default_port);
    a.host().eq_ignore_ascii_case(b.host()) && port(a) == port(b)
}

/// Refuses paths that routers, upstreams and functions read differently. What passes is matched and forwarded as it is.
fn path(method: &Method, path: &str, ambiguous: bool) -> Result<(), Refused> {
    if path == "*" && *method == Method::OPTIONS {
        return Ok(());
    }
    if !path.starts_with('/') {
        return Err(Refused::bad_target("The path does not start with a slash"));
    }
    let plain =
        decoded(path.as_bytes()).ok_or_else(|| Refused::bad_target("The path has a % without two hex digits"))?;
    if path.bytes().any(|byte| byte.is_ascii_control()) || plain.contains(&0) {
        return Err(Refused::bad_target("The path has a control character"));
    }
    if plain.contains(&b'\\') {
        return Err(Refused::bad_target("The path has a backslash"));
    }
    if plain.split(|byte| *byte == b'/').any(is_dots) {
        return Err(Refused::bad_target("The path has a segment that is . or .."));
    }
    if !ambiguous && plain.iter().any(|byte| matches!(byte, b';' | b'%')) && climbs_elsewhere(&plain) {
        return Err(Refused::bad_target("The path has a segment that some servers read as .."));
    }
    Ok(())
}

fn is_dots(segment: &[u8]) -> bool {
    matches!(segment, b"." | b"..")
}

/// Whether a server finds dots as a segment that drops parameters (`..;x`), or decodes once more.
fn climbs_elsewhere(path: &[u8]) -> bool {
    let again: Vec<u8> = percent_encoding::percent_decode(path).collect();
    let name = |segment: &[u8]| segment.split(|byte| *byte == b';').next().is_some_and(is_dots);
    [path, &again].iter().any(|path| path.split(|byte| matches!(byte, b'/' | b'\\')).any(name))
}

/// Without percent-encoding, encoded slashes included; none when it is not percent-encoding.
fn decoded(path: &[u8]) -> Option<std::borrow::Cow<'_, [u8]>> {
    let mut escapes = path.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    let sound = |at: usize| path.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    escapes.all(|(at, _)| sound(at)).then(|| percent_encoding::percent_decode(path).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_read_differently_elsewhere_are_refused() {
        for bad in [
            "a",
            "",
            "*",
            "/a/../b",
            "/..",
            "/a/.",
            "/./a",
            "/%2e%2e/a",
            "/a/%2E./b",
            "/a%2f..%2fb",
            "/a\\b",
            "/a%5cb",
            "/a%00",
            "/%",
            "/%2",
            "/%zz",
            "/a\u{7f}",
        ] {
            assert!(path(&Method::GET, bad, true).is_err(), "{bad:?}");
        }
        for good in [
            "/", "/a/b", "/a//b", "/...", "/a..b/.c", "/a%2Fb", "/%C3%A9", "/a%20b", "/a;b=c", "/{x}", "/a..;b",
            "/100%25", "/%25zz",
        ] {
            assert!(path(&Method::GET, good, false).is_ok(), "{good:?}");
        }
        assert!(path(&Method::OPTIONS, "*", false).is_ok());
        for ambiguous in [
            "/a/..;/b",
            "/..;x=1",
            "/a/.;/b",
            "/a/%2e%2e;/b",
            "/%252e%252e/b",
            "/a/%252E%252e%252fb",
            "/a%255c..%255cb",
        ] {
            assert!(path(&Method::GET, ambiguous, false).is_err(), "{ambiguous:?}");
            assert!(path(&Method::GET, ambiguous, true).is_ok(), "{ambiguous:?}");
        }
    }

    #[test]
    fn hosts_must_be_authorities() {
        for bad in ["", "a b", "user@a", "a:b", "a:99999", "a/b", ":80"] {
            assert!(authority(bad.as_bytes()).is_err(), "{bad:?}");
        }
        for good in ["a", "a.example:8080", "127.0.0.1:1", "[::1]", "[::1]:8080", "a:"] {
            assert!(authority(good.as_bytes()).is_ok(), "{good:?}");
        }
        // A plain text is an authority; another one need not be.
        for plain in ["a", "a.example:8080", "127.0.0.1:1", "a:", "A-1.b"] {
            assert!(is_plain(plain.as_bytes()) && authority(plain.as_bytes()).is_ok(), "{plain:?}");
        }
        for other in ["", "a b", "user@a", "a:b", "a:99999", "a/b", ":80", "[::1]", "a:80:90", "a_b", "ä"] {
            assert!(!is_plain(other.as_bytes()), "{other:?}");
        }
        let same = |a, b| same(&authority(a).unwrap(), &authority(b).unwrap(), 80);
        assert!(same(b"A.example", b"a.example:80"));
        assert!(!same(b"a.example:81", b"a.example"));
    }
}
