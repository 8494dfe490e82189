//! The `Authorization` header of a request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue};
use zeroize::Zeroizing;

use crate::value::is_token;

/// Bytes of a token that is looked at.
const LONGEST: usize = 16 * 1024;

/// The credentials of a request.
pub enum Sent<'a, T: ?Sized> {
    Nothing,
    /// Credentials that cannot be right.
    Malformed,
    Something(&'a T),
}

/// The one header of this scheme. A header that is sent twice is none: services could read the other one.
fn credentials<'h>(headers: &'h HeaderMap, scheme: &str) -> Sent<'h, HeaderValue> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let first = match (all.next(), all.next()) {
        (Some(first), None) => first,
        (Some(_), Some(_)) => return Sent::Malformed,
        _ => return Sent::Nothing,
    };
    let Ok(text) = first.to_str() else { return Sent::Malformed };
    match text.split_once(' ') {
        Some((one, _)) if one.eq_ignore_ascii_case(scheme) => Sent::Something(first),
        None if text.eq_ignore_ascii_case(scheme) => Sent::Malformed,
        _ => Sent::Nothing,
    }
}

/// The bearer token (RFC 6750, 2.1).
pub fn bearer(headers: &HeaderMap) -> Sent<'_, str> {
    let value = match credentials(headers, "bearer") {
        Sent::Something(value) => value,
        Sent::Nothing => return Sent::Nothing,
        Sent::Malformed => return Sent::Malformed,
    };
    let text = value.to_str().unwrap_or_default();
    let token = text.split_once(' ').map_or("", |(_, rest)| rest.trim_matches(' '));
    match may_be_token(token) {
        true => Sent::Something(token),
        false => Sent::Malformed,
    }
}

/// The same, where the word `Bearer` may be missing.
pub fn bearer_or_bare(headers: &HeaderMap) -> Sent<'_, str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    match (all.next().and_then(|value| value.to_str().ok()), all.next()) {
        (Some(text), None) if may_be_token(text) && !text.eq_ignore_ascii_case("bearer") => Sent::Something(text),
        _ => bearer(headers),
    }
}

fn may_be_token(text: &str) -> bool {
    text.len() <= LONGEST && is_token(text)
}

/// The header of HTTP basic authentication, where it can be one.
pub fn basic(headers: &HeaderMap) -> Sent<'_, HeaderValue> {
    let value = match credentials(headers, "basic") {
        Sent::Something(value) => value,
        other => return other,
    };
    match name_and_password(value) {
        Some(_) => Sent::Something(value),
        None => Sent::Malformed,
    }
}

/// Name and password of a basic header.
pub fn name_and_password(value: &HeaderValue) -> Option<(String, Zeroizing<String>)> {
    let (_, encoded) = value.to_str().ok()?.split_once(' ')?;
    let bytes = Zeroizing::new(STANDARD.decode(encoded.trim_matches(' ')).ok()?);
    let (name, password) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    Some((name.to_owned(), Zeroizing::new(password.to_owned())))
}

/// The basic header of a name and a password, which no log shows. There is none for a name with a colon: that would move a
/// part of it into the password.
pub fn basic_of(name: &str, password: &str) -> Option<HeaderValue> {
    if name.contains(':') {
        return None;
    }
    let pair = Zeroizing::new(format!("{name}:{password}"));
    let text = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
