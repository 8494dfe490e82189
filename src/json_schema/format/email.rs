//! Mail addresses: the crate `email_address` reads them, and the domain is checked as one.

use std::net::{Ipv4Addr, Ipv6Addr};

use email_address::EmailAddress;

use super::hostname;

/// Bytes beyond which nothing is an address.
const LONGEST: usize = 2_000;

/// An address in ASCII.
pub(super) fn is_email(text: &str) -> bool {
    is_address(text, false, hostname::is_hostname)
}

/// An address with letters of any language.
pub(super) fn is_international(text: &str) -> bool {
    is_address(text, true, hostname::is_international)
}

fn is_address(text: &str, any_letter: bool, is_hostname: fn(&str) -> bool) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    // The crate refuses an empty quoted name, and quoted names with other letters than those of ASCII.
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain: String = match local {
        "\"\"" => "\"a\"".to_owned(),
        local => local.chars().map(|letter| if letter.is_ascii() || !any_letter { letter } else { 'a' }).collect(),
    };
    let read = |domain: &str| format!("{plain}@{domain}").parse::<EmailAddress>().is_ok();
    if !plain.is_ascii() || !(read(domain) || any_letter && read("example.com")) {
        return false;
    }
    match domain.strip_prefix('[').and_then(|literal| literal.strip_suffix(']')) {
        Some(literal) => match literal.split_at_checked(5) {
            Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6:") => address.parse::<Ipv6Addr>().is_ok(),
            _ => literal.parse::<Ipv4Addr>().is_ok(),
        },
        None => is_hostname(domain),
    }
}
