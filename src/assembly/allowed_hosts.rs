//! `allowed-hosts` under a document's `x-assembly`: where a call whose host only run time knows may go.

use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::openapi::Api;
use crate::source::{Environment, Node, expand};

/// Its key.
pub(super) const KEY: &str = "allowed-hosts";

/// Hosts that a call may go to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts(Box<[HostPattern]>);

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct HostPattern {
    /// In lower case; of `*.example.com` it is `.example.com`.
    host: Box<str>,
    /// The written port; without one, the scheme's own.
    port: Option<u16>,
    is_suffix: bool,
}

/// How a host is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// It is written as it is.
    ByName,
    /// It ends in the text after `*`.
    BySuffix,
}

impl AllowedHosts {
    /// The hosts that a document allows. What is wrong with them goes to `findings`.
    pub fn read(api: &Api, environment: &dyn Environment, findings: &mut Findings) -> Self {
        let Some(list) = api.tree.root.get("x-assembly").and_then(|assembly| assembly.get(KEY)) else {
            return AllowedHosts::default();
        };
        let list = expand(list, &[], environment, findings);
        if !list.is_sequence() {
            let message = format!("`{KEY}` is {}, expected a list of hosts", list.kind());
            findings.push(Diagnostic::error(codes::WRONG_TYPE, list.span, message));
        }
        AllowedHosts(list.items().iter().filter_map(|item| pattern(item, findings).ok()).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether and how a host, as it is in a URL, is allowed with this port.
    pub fn find(&self, host: &str, port: u16, default_port: u16) -> Option<Allowed> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let fits = |pattern: &&HostPattern| {
            let same = match pattern.is_suffix {
                true => host.len() > pattern.host.len() && host.ends_with(&*pattern.host),
                false => host == *pattern.host,
            };
            same && pattern.port.unwrap_or(default_port) == port
        };
        let mut fitting: Vec<&HostPattern> = self.0.iter().filter(fits).collect();
        fitting.sort_by_key(|pattern| pattern.is_suffix);
        fitting.first().map(|pattern| if pattern.is_suffix { Allowed::BySuffix } else { Allowed::ByName })
    }
}

fn pattern(item: &Node, findings: &mut Findings) -> Result<HostPattern, Reported> {
    item.text().and_then(parse).ok_or_else(|| {
        let help = "write `orders.example.com`, with a port `orders.example.com:8443`, or `*.example.com`";
        findings.push(Diagnostic::error(codes::BAD_VALUE, item.span, "this is not a host").help(help))
    })
}

fn parse(text: &str) -> Option<HostPattern> {
    let (name, port) = match text.rsplit_once(':') {
        // The last colon of a bare IPv6 address is inside its brackets.
        Some((name, port)) if !port.ends_with(']') => (name, Some(port.parse().ok()?)),
        _ => (text, None),
    };
    let is_suffix = name.starts_with("*.");
    let host = if is_suffix { &name[1..] } else { name };
    let letters = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    let name_fits = letters && !host.trim_start_matches('.').is_empty() && !host.contains("..");
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address_fits = address.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
    let starts_well = is_suffix || !host.starts_with('.');
    let host = host.trim_end_matches('.').to_ascii_lowercase().into();
    (starts_well && (name_fits || (address_fits && !is_suffix))).then_some(HostPattern { host, port, is_suffix })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_by_name_and_by_suffix() {
        let hosts = ["orders.example.com", "*.test:8443", "Other.example.com:81", "[::1]:80", "*.example.com"];
        let hosts = AllowedHosts(hosts.iter().map(|text| parse(text).unwrap()).collect());
        let https = |host: &str, port| hosts.find(host, port, 443);
        assert_eq!(https("ORDERS.example.com.", 443), Some(Allowed::ByName));
        assert_eq!(https("orders.example.com", 8443), None);
        assert_eq!(https("a.b.test", 8443), Some(Allowed::BySuffix));
        assert_eq!(https(".test", 8443), None);
        assert_eq!(https("test", 8443), None);
        assert_eq!(https("other.example.com", 81), Some(Allowed::ByName));
        assert_eq!(https("other.example.com", 443), Some(Allowed::BySuffix));
        assert_eq!(https("evilexample.com", 443), None);
        assert_eq!(https("example.com.evil.test", 443), None);
        assert_eq!(hosts.find("[::1]", 80, 80), Some(Allowed::ByName));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        let wrong = ["", "*", "*.", "a*.b", "https://a", "a/b", "a:b", "a:99999", "u@a", "..", ".a", "a..b", "*.[::1]"];
        for text in wrong.into_iter().chain(["[1.2.3.4]", "a b", "ä.de", ":80", "a:"]) {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
