//! The canonical request: what both sides hash to agree on what was sent.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

use http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, TRANSFER_ENCODING, USER_AGENT};
use http::{Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::SignError;
use crate::http_client::host;
use crate::value::form;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same, in a path.
const IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// Headers that are added or changed on the way, and the signature itself.
const UNSIGNED: [HeaderName; 4] =
    [AUTHORIZATION, USER_AGENT, TRANSFER_ENCODING, HeaderName::from_static("x-amzn-trace-id")];

/// The rules in which services differ. AWS's vectors cover all of them.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    /// The path, which is encoded already, is encoded once more.
    pub encode_path: bool,
    /// `.`, `..` and empty segments are taken out of the path.
    pub normalize_path: bool,
    pub payload_hash: bool,
    /// The session token goes along unsigned.
    pub omit_session_token: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { encode_path: true, normalize_path: true, payload_hash: false, omit_session_token: false }
    }
}

/// Writes the canonical request; says where in it the names of the headers that are signed stand.
pub(super) fn write(
    out: &mut String,
    rules: &Rules,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    payload: &str,
) -> Result<Range<usize>, SignError> {
    out.push_str(method.as_str());
    out.push('\n');
    path(out, rules, uri.path());
    out.push('\n');
    query(out, uri.query().unwrap_or_default());
    out.push('\n');
    let signed = self::headers(out, uri, headers)?;
    out.push('\n');
    out.push_str(payload);
    Ok(signed)
}

fn path(out: &mut String, rules: &Rules, path: &str) {
    let plain = match rules.normalize_path {
        true => normalized(path),
        false => Cow::Borrowed(path),
    };
    match rules.encode_path {
        true => out.extend(utf8_percent_encode(&plain, IN_PATH)),
        false => out.push_str(&plain),
    }
}

/// The path without `.`, `..` and empty segments; a slash at its end stays.
fn normalized(path: &str) -> Cow<'_, str> {
    if path.is_empty() {
        return Cow::Borrowed("/");
    }
    if path.starts_with('/') && !path.contains('.') && !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let mut out = format!("/{}", segments.join("/"));
    if !out.ends_with('/') && ["/", "/.", "/./", "/..", "/../"].iter().any(|end| path.ends_with(end)) {
        out.push('/');
    }
    Cow::Owned(out)
}

/// The pairs, decoded and encoded again, in the order of what they are then.
fn query(out: &mut String, query: &str) {
    if query.is_empty() {
        return;
    }
    let encoded = |text: &str| utf8_percent_encode(&form::decoded(text), RESERVED).to_string();
    let pairs = form::written_pairs(query);
    let mut pairs: Vec<(String, String)> = pairs.map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort();
    for (index, (name, value)) in pairs.iter().enumerate() {
        let and = if index == 0 { "" } else { "&" };
        let _ = write!(out, "{and}{name}={value}");
    }
}

/// A line for each header that is signed, in the order of their names, and then the names.
fn headers(out: &mut String, uri: &Uri, headers: &HeaderMap) -> Result<Range<usize>, SignError> {
    let own_host = headers.contains_key(HOST);
    let mut fields: Vec<(&str, &str)> = Vec::with_capacity(headers.len() + 1);
    for (name, value) in headers.iter().filter(|(name, _)| !UNSIGNED.contains(name)) {
        fields.push((name.as_str(), value.to_str().map_err(|_| SignError("a header is not text"))?));
    }
    if !own_host {
        fields.push(("host", host(uri).ok_or(SignError("its URL has no host"))?));
    }
    // Several of one name stay in their order.
    fields.sort_by_key(|(name, _)| *name);
    for of_one_name in fields.chunk_by(|(name, _), (next, _)| name == next) {
        for (index, (name, text)) in of_one_name.iter().enumerate() {
            if index == 0 {
                out.push_str(name);
                out.push(':');
            } else {
                out.push(',');
            }
            trimmed(out, text);
        }
        out.push('\n');
    }
    out.push('\n');
    let start = out.len();
    for of_one_name in fields.chunk_by(|(name, _), (next, _)| name == next) {
        if out.len() > start {
            out.push(';');
        }
        out.push_str(of_one_name[0].0);
    }
    Ok(start..out.len())
}

/// The text without spaces at its ends, and with one space for several.
fn trimmed(out: &mut String, text: &str) {
    if !text.as_bytes().contains(&b' ') {
        return out.push_str(text);
    }
    let text = text.trim_matches(' ');
    if !text.contains("  ") {
        out.push_str(text);
        return;
    }
    let mut before = ' ';
    for letter in text.chars().filter(|letter| std::mem::replace(&mut before, *letter) != ' ' || *letter != ' ') {
        out.push(letter);
    }
}
