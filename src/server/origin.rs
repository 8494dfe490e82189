//! The origin of a request: the other end of the connection, or the client that a trusted proxy serves.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use http::uri::Authority;

use super::forwarded::{Hops, Said};
use super::peer::Peer;
use crate::settings::{AddressRange, ForwardedHeader, Server};

/// Carries the id under which a request is in the logs. Every response has it; one that a step or an upstream set
/// stays. That of a request becomes its id only where a trusted proxy sends it.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over.
const LONGEST_ID: usize = 128;

/// The proxies that are trusted, and the headers that they write.
pub(super) struct Trust {
    proxies: Vec<AddressRange>,
    form: ForwardedHeader,
}

/// The origin of a request, and the way it came to the first proxy.
pub(super) struct Origin {
    pub(super) client: SocketAddr,
    pub(super) local: SocketAddr,
    pub(super) scheme: &'static str,
    /// The host that the client asked for, where it differs from that of the request.
    pub(super) host: Option<HeaderValue>,
    /// The id that a proxy gave it.
    pub(super) id: Option<Arc<str>>,
    /// A proxy has passed the request on.
    pub(super) is_passed_on: bool,
}

impl Origin {
    /// The other end of the connection.
    pub(super) fn of(peer: &Peer) -> Self {
        let Peer { client, local, scheme, .. } = *peer;
        Origin { client, local, scheme, host: None, id: None, is_passed_on: false }
    }
}

impl Trust {
    /// None where no proxy is trusted.
    pub(super) fn new(settings: &Server) -> Option<Self> {
        let (proxies, form) = (settings.trusted_proxies.clone(), settings.forwarded_header);
        (!proxies.is_empty()).then_some(Trust { proxies, form })
    }

    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|range| range.contains(address))
    }

    /// The origin of a request. Headers count only as far as trusted proxies have written them: from the last proxy to the first
    /// address that is not trusted.
    pub(super) fn origin(&self, peer: &Peer, headers: &HeaderMap) -> Origin {
        let mut origin = Origin::of(peer);
        if !self.trusts(peer.client.ip()) {
            return origin;
        }
        origin.id = headers.get(REQUEST_ID).and_then(id);
        let hops = Hops::of(headers, self.form);
        let mut hop = 0;
        for address in hops.addresses() {
            origin.client = address;
            origin.is_passed_on = true;
            hop += 1;
            if !self.trusts(address.ip()) {
                break;
            }
        }
        let Said { proto, host, port } = hops.said(hop.max(1));
        match proto {
            Some(proto) if proto.eq_ignore_ascii_case("https") => origin.scheme = "https",
            Some(proto) if proto.eq_ignore_ascii_case("http") => origin.scheme = "http",
            _ => {}
        }
        let default = if origin.scheme == "https" { "443" } else { "80" };
        let own = || headers.get(http::header::HOST)?.to_str().ok();
        let port = port.filter(|port| *port != default && port.parse::<u16>().is_ok());
        origin.host = match (host, port) {
            (None, None) => None,
            (host, port) => host.or_else(own).and_then(|host| authority(host, port)),
        };
        origin
    }
}

/// A host, with this port where it has none of its own.
fn authority(host: &str, port: Option<&str>) -> Option<HeaderValue> {
    let authority: Authority = host.parse().ok()?;
    if authority.host().is_empty() || host.contains('@') {
        return None;
    }
    match port.filter(|_| authority.port().is_none()) {
        Some(port) => HeaderValue::from_str(&format!("{}:{port}", authority.host())).ok(),
        None => HeaderValue::from_str(host).ok(),
    }
}

/// An id that can be in a log: letters, digits and a few signs.
fn id(value: &HeaderValue) -> Option<Arc<str>> {
    let text = value.to_str().ok()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(&byte);
    ((1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(fits)).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(form: ForwardedHeader, peer: &str, headers: &[(&'static str, &str)]) -> (String, &'static str, String) {
        let range = |text: &str| serde_json::from_value(text.into()).unwrap();
        let trust = Trust { proxies: vec![range("10.0.0.0/8"), range("2001:db8::/32")], form };
        let peer = Peer::plain(format!("{peer}:4000").parse().unwrap(), ([10, 0, 0, 1], 80).into());
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect();
        let origin = trust.origin(&peer, &headers);
        let host = origin.host.map_or_else(String::new, |host| host.to_str().unwrap().to_owned());
        (origin.client.ip().to_string(), origin.scheme, host)
    }

    #[test]
    fn addresses_count_from_the_right_and_only_from_trusted_proxies() {
        let of = |peer, list: &str| origin(ForwardedHeader::XForwarded, peer, &[("x-forwarded-for", list)]).0;
        assert_eq!(of("192.0.2.9", "203.0.113.1"), "192.0.2.9");
        assert_eq!(of("10.0.0.2", "203.0.113.1"), "203.0.113.1");
        // Everything to the left of the first address that is not trusted may be forged.
        assert_eq!(of("10.0.0.2", "198.51.100.1, 203.0.113.1"), "203.0.113.1");
        assert_eq!(of("10.0.0.2", "198.51.100.1, 203.0.113.1, 10.0.0.3"), "203.0.113.1");
        assert_eq!(of("10.0.0.2", "10.0.0.4, 2001:db8::1"), "10.0.0.4");
        // A text that is no address ends the list.
        assert_eq!(of("10.0.0.2", "203.0.113.1, unknown"), "10.0.0.2");
        assert_eq!(of("10.0.0.2", "203.0.113.1, evil, 10.0.0.3"), "10.0.0.3");
        assert_eq!(of("10.0.0.2", ""), "10.0.0.2");
    }

    #[test]
    fn only_the_header_that_proxies_write_counts() {
        let both = [("x-forwarded-for", "203.0.113.1"), ("forwarded", "for=198.51.100.1;proto=https;host=a.example")];
        assert_eq!(origin(ForwardedHeader::XForwarded, "10.0.0.2", &both).0, "203.0.113.1");
        let expected = ("198.51.100.1".to_owned(), "https", "a.example".to_owned());
        assert_eq!(origin(ForwardedHeader::Forwarded, "10.0.0.2", &both), expected);
        assert_eq!(origin(ForwardedHeader::Forwarded, "192.0.2.9", &both).1, "http");
    }

    #[test]
    fn scheme_host_and_port_are_those_of_the_first_proxy() {
        let of = |headers: &[(&'static str, &str)]| {
            let (_, scheme, host) = origin(ForwardedHeader::XForwarded, "10.0.0.2", headers);
            (scheme, host)
        };
        assert_eq!(of(&[("x-forwarded-proto", "HTTPS"), ("x-forwarded-port", "443")]), ("https", String::new()));
        let all = [("host", "a"), ("x-forwarded-proto", "https"), ("x-forwarded-port", "8443")];
        assert_eq!(of(&all), ("https", "a:8443".to_owned()));
        assert_eq!(of(&[("x-forwarded-host", "b:1"), ("x-forwarded-port", "2")]), ("http", "b:1".to_owned()));
        assert_eq!(of(&[("x-forwarded-proto", "gopher"), ("x-forwarded-host", "a/b")]), ("http", String::new()));
        // A client's own entries are to the left of those of the proxies.
        let forged = [("x-forwarded-for", "192.0.2.1, 203.0.113.1"), ("x-forwarded-proto", "https, http")];
        assert_eq!(of(&forged).0, "http");
    }

    #[test]
    fn ids_are_short_and_plain() {
        let id = |text: &str| id(&HeaderValue::from_bytes(text.as_bytes()).unwrap()).is_some();
        assert!(id("7f3c-1") && id("Root=1-67891233-abcdef012345678912345678") && id(&"a".repeat(128)));
        assert!(!id("") && !id("a b") && !id("a\"b") && !id("ä") && !id(&"a".repeat(129)));
    }
}
