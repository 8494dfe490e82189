//! Values that are secrets by their form, whatever they are called, and the forms in which a secret may come again.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::{Captures, Regex};

/// Shown in the place of a secret.
pub(super) const MASK: &str = "***";

/// What `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The same in RFC 3986.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The patterns of secrets.
pub(super) struct Forms {
    /// JSON Web Tokens, also such whose end is missing, and what follows `Bearer` and `Basic`.
    tokens: Regex,
    schemes: Regex,
    /// Ids of access keys of AWS.
    access_keys: Regex,
    private_keys: Regex,
    /// `scheme://user:password@`.
    user_info: Regex,
}

impl Forms {
    pub(super) fn new(compiled: &dyn Fn(&str) -> Regex) -> Self {
        Forms {
            tokens: compiled(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){0,3}"),
            schemes: compiled(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9+/._~=-]{8,}"),
            access_keys: compiled(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
            private_keys: compiled(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z0-9 ]*-----|\z)"),
            user_info: compiled(r#"\b([A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:@"'<>]*):([^\s/?#@"'<>]+)@"#),
        }
    }

    /// The text without them.
    pub(super) fn masked<'t>(&self, text: Cow<'t, str>, learn: &dyn Fn(&str)) -> Cow<'t, str> {
        let all = |_: &Captures<'_>| Some(MASK.to_owned());
        let urls = replaced(text, &self.user_info, |found| {
            learn(&found[2]);
            Some(format!("{}:{MASK}@", &found[1]))
        });
        let keys = replaced(urls, &self.private_keys, all);
        let keys = replaced(keys, &self.access_keys, all);
        let schemes = replaced(keys, &self.schemes, |found| Some(format!("{}{}{MASK}", &found[1], &found[2])));
        replaced(schemes, &self.tokens, all)
    }
}

/// Replaces what `mask` has something for.
pub(super) fn replaced<'t>(
    text: Cow<'t, str>,
    pattern: &Regex,
    mask: impl Fn(&Captures<'_>) -> Option<String>,
) -> Cow<'t, str> {
    if !pattern.is_match(&text) {
        return text;
    }
    let replaced =
        pattern.replace_all(&text, |found: &Captures<'_>| mask(found).unwrap_or_else(|| found[0].to_owned()));
    Cow::Owned(replaced.into_owned())
}

/// The other forms in which a value may be written: percent-encoded, as a field of a form, and in a JSON string.
pub(super) fn written_otherwise(value: &str) -> Vec<String> {
    if value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        return Vec::new();
    }
    let encoded = [COMPONENT, UNRESERVED, NON_ALPHANUMERIC].map(|set| utf8_percent_encode(value, set).to_string());
    let form = utf8_percent_encode(value, UNRESERVED).to_string().replace("%20", "+");
    let json = serde_json::to_string(value).unwrap_or_default();
    let json = json.trim_matches('"').to_owned();
    let mut all: Vec<String> = encoded.into_iter().chain([form]).collect();
    all.extend(all.clone().iter().map(|text| lower_escapes(text)));
    all.push(json);
    all.retain(|text| text != value);
    all.sort();
    all.dedup();
    all
}

/// `%2F` as `%2f`.
fn lower_escapes(text: &str) -> String {
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| match part.split_at_checked(2) {
        Some((digits, rest)) => format!("{whole}%{}{rest}", digits.to_ascii_lowercase()),
        None => format!("{whole}%{part}"),
    })
}
