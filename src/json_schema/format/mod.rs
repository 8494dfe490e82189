//! `format`: what a text is.

mod dates;
mod email;
mod hostname;

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use fluent_uri::{Iri, IriRef, Uri, UriRef};
use regex::Regex;

use super::budget::{Meter, TooCostly};
use super::draft::Draft;

/// Bytes of text that are looked at in a step.
const BYTES_PER_STEP: usize = 8;

/// A format that is checked.
#[derive(Clone, Copy)]
pub(super) struct Format(&'static Known);

/// A format that is known.
struct Known {
    name: &'static str,
    /// The drafts that have it.
    first: Draft,
    last: Draft,
    is_valid: fn(&str) -> bool,
}

const fn known(name: &'static str, first: Draft, is_valid: fn(&str) -> bool) -> Known {
    Known { name, first, last: Draft::Draft202012, is_valid }
}

static FORMATS: [Known; 20] = [
    known("date", Draft::Draft4, dates::is_date),
    known("date-time", Draft::Draft4, dates::is_date_time),
    known("time", Draft::Draft4, dates::is_time),
    known("duration", Draft::Draft201909, dates::is_duration),
    known("email", Draft::Draft4, email::is_email),
    known("idn-email", Draft::Draft4, email::is_international),
    Known { name: "hostname", first: Draft::Draft4, last: Draft::Draft6, is_valid: hostname::is_ascii },
    known("hostname", Draft::Draft7, hostname::is_hostname),
    known("idn-hostname", Draft::Draft7, hostname::is_international),
    known("ipv4", Draft::Draft4, |text| text.parse::<Ipv4Addr>().is_ok()),
    known("ipv6", Draft::Draft4, |text| text.parse::<Ipv6Addr>().is_ok()),
    known("uri", Draft::Draft4, |text| Uri::parse(text).is_ok()),
    known("uri-reference", Draft::Draft6, |text| UriRef::parse(text).is_ok()),
    known("iri", Draft::Draft7, |text| Iri::parse(text).is_ok()),
    known("iri-reference", Draft::Draft7, |text| IriRef::parse(text).is_ok()),
    known("uri-template", Draft::Draft6, |text| matches(&URI_TEMPLATE, text)),
    known("json-pointer", Draft::Draft6, |text| matches(&POINTER, text)),
    known("relative-json-pointer", Draft::Draft7, |text| matches(&RELATIVE_POINTER, text)),
    known("uuid", Draft::Draft201909, |text| matches(&UUID, text)),
    known("regex", Draft::Draft4, jsonschema_regex::is_valid_ecma_regex),
];

static URI_TEMPLATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let character = "(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})";
    let variable = format!(r"{character}(?:\.?{character})*(?::[1-9][0-9]{{0,3}}|\*)?");
    let expression = format!(r"\{{[+#./;?&=,!@|]?{variable}(?:,{variable})*\}}");
    let literal = r#"[^\x00-\x20"<>%\\^`{|}\x7f]|%[0-9A-Fa-f]{2}"#;
    Regex::new(&format!(r"\A(?:{literal}|{expression})*\z")).ok()
});
static POINTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\A(?:/(?:[^~/]|~[01])*)*\z").ok());
static RELATIVE_POINTER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\A(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~[01])*)*)\z").ok());
static UUID: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\A[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\z").ok());

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

impl Format {
    /// A format of a draft. Every value fits one that is unknown.
    pub(super) fn named(name: &str, draft: Draft) -> Option<Self> {
        let mut formats = FORMATS.iter();
        formats.find(|known| known.name == name && known.first <= draft && draft <= known.last).map(Format)
    }

    pub(super) fn name(self) -> &'static str {
        self.0.name
    }

    pub(super) fn is_valid(self, text: &str, meter: &mut Meter) -> Result<bool, TooCostly> {
        meter.charge_size(text.len(), BYTES_PER_STEP)?;
        if self.0.name == "regex" {
            // Reading an expression may take several turns over all of it.
            meter.charge_size(text.len().saturating_mul(text.len()), BYTES_PER_STEP)?;
        }
        Ok((self.0.is_valid)(text))
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for pattern in [&URI_TEMPLATE, &POINTER, &RELATIVE_POINTER, &UUID] {
            assert!(pattern.is_some());
        }
    }
}
