//! The list of hops that proxies write: `X-Forwarded-*`, or `Forwarded` (RFC 7239).

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::{FORWARDED, HeaderName};

use crate::settings::ForwardedHeader;
use crate::value::split_list;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

/// The headers of a request, as far as they are about proxies.
pub(super) enum Hops<'a> {
    /// A list for each kind. The lists need not be equally long: many proxies replace all but the addresses.
    Separate(&'a HeaderMap),
    /// An element has all that one proxy says.
    Together(Vec<&'a str>),
}

/// The facts about one hop.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said<'a> {
    pub(super) proto: Option<&'a str>,
    pub(super) host: Option<&'a str>,
    pub(super) port: Option<&'a str>,
}

impl<'a> Hops<'a> {
    pub(super) fn of(headers: &'a HeaderMap, form: ForwardedHeader) -> Self {
        match form {
            ForwardedHeader::XForwarded => Hops::Separate(headers),
            ForwardedHeader::Forwarded => Hops::Together(from_the_right(headers, &FORWARDED).collect()),
        }
    }

    /// The address that the proxies passed on, the last hop first. It ends at the first one that is no address.
    pub(super) fn addresses(&self) -> Box<dyn Iterator<Item = SocketAddr> + '_> {
        match self {
            Hops::Separate(headers) => Box::new(from_the_right(headers, &FOR).map_while(address)),
            Hops::Together(elements) => Box::new(elements.iter().map_while(|one| address(parameter(one, "for")?))),
        }
    }

    /// The facts that the proxy of the hop with this number says, counted from 1 at the last one. Where a list is shorter, its first
    /// entry counts.
    pub(super) fn said(&self, hop: usize) -> Said<'a> {
        match self {
            Hops::Separate(headers) => {
                let at = |name| from_the_right(headers, name).take(hop).last();
                Said { proto: at(&PROTO), host: at(&HOST), port: at(&PORT) }
            }
            Hops::Together(elements) => {
                let one = hop.checked_sub(1).and_then(|index| elements.get(index)).copied().unwrap_or_default();
                Said { proto: parameter(one, "proto"), host: parameter(one, "host"), port: None }
            }
        }
    }
}

/// The entries of a list that may be in several headers, from its end.
fn from_the_right<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> + use<'a> {
    // A value that is no text ends the list: an entry to the left of it could not be counted.
    let values: Vec<_> = headers.get_all(name).iter().map(|value| value.to_str().ok()).collect();
    let texts = values.into_iter().rev().map_while(|text| text);
    texts.flat_map(|text| split_list(text).into_iter().rev()).map(str::trim)
}

/// A parameter of an element of `Forwarded`. Values that need escapes in their quotes are none of those that are read.
fn parameter<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    element.split(';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let value = value.trim();
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        (key.trim().eq_ignore_ascii_case(name) && !bare.contains(['"', '\\'])).then_some(bare)
    })
}

/// An address with or without a port; IPv6 also in brackets. The port is 0 where there is none.
fn address(text: &str) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let alone = || bare.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 0));
    text.parse()
        .ok()
        .or_else(alone)
        .map(|address: SocketAddr| SocketAddr::new(address.ip().to_canonical(), address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn addresses(headers: &HeaderMap, form: ForwardedHeader) -> Vec<String> {
        Hops::of(headers, form).addresses().map(|address| address.to_string()).collect()
    }

    #[test]
    fn lists_are_read_from_their_end() {
        let all = headers(&[
            ("x-forwarded-for", "192.0.2.1, 192.0.2.2:80"),
            ("x-forwarded-for", "2001:db8::1,[2001:db8::2]:443 , [2001:db8::3]"),
            ("x-forwarded-proto", "https, http"),
            ("x-forwarded-host", "a.example"),
        ]);
        let expected = ["[2001:db8::3]:0", "[2001:db8::2]:443", "[2001:db8::1]:0", "192.0.2.2:80", "192.0.2.1:0"];
        assert_eq!(addresses(&all, ForwardedHeader::XForwarded), expected);
        let hops = Hops::of(&all, ForwardedHeader::XForwarded);
        let host = Some("a.example");
        assert_eq!(hops.said(1), Said { proto: Some("http"), host, port: None });
        assert_eq!(hops.said(2), Said { proto: Some("https"), host, port: None });
        assert_eq!(hops.said(5), Said { proto: Some("https"), host, port: None });
        for (text, known) in [("192.0.2.1, unknown, 192.0.2.2", 1), ("192.0.2.1,", 0), ("a, 999.0.0.1", 0), ("", 0)] {
            let all = headers(&[("x-forwarded-for", text)]);
            assert_eq!(addresses(&all, ForwardedHeader::XForwarded).len(), known, "{text}");
        }
    }

    #[test]
    fn forwarded_has_elements_with_quotes() {
        let all = headers(&[
            (
                "forwarded",
                "for=192.0.2.1;proto=http;host=\"a,b\", For=\"[2001:db8::1]:4711\";Proto=https;by=203.0.113.1",
            ),
            ("forwarded", "for=192.0.2.9;host=c.example:8443"),
        ]);
        let expected = ["192.0.2.9:0", "[2001:db8::1]:4711", "192.0.2.1:0"];
        assert_eq!(addresses(&all, ForwardedHeader::Forwarded), expected);
        let hops = Hops::of(&all, ForwardedHeader::Forwarded);
        assert_eq!(hops.said(1).host, Some("c.example:8443"));
        assert_eq!(hops.said(2), Said { proto: Some("https"), host: None, port: None });
        assert_eq!(hops.said(3).host, Some("a,b"));
        assert_eq!(hops.said(4), Said::default());
        for hidden in ["for=_hidden", "for=unknown", "proto=https", "for=\"192.0.2.1"] {
            assert!(addresses(&headers(&[("forwarded", hidden)]), ForwardedHeader::Forwarded).is_empty(), "{hidden}");
        }
    }
}
