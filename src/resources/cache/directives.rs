//! `Cache-Control` in a form that cannot be misread.

use http::header::{CACHE_CONTROL, HeaderMap, HeaderValue};

use crate::value::split_list;

/// The largest time that RFC 9111 asks for (1.2.2): 2^31 seconds.
const LONGEST: u64 = 1 << 31;

/// The directives of a message, names in lower case.
pub(super) struct Directives(Vec<(String, Option<String>)>);

impl Directives {
    /// Reads every `Cache-Control` header. What is no text counts as `no-store`.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut all = Vec::new();
        for value in headers.get_all(CACHE_CONTROL) {
            match value.to_str() {
                Ok(text) => all.extend(split_list(text).into_iter().filter_map(directive)),
                Err(_) => all.push(("no-store".to_owned(), None)),
            }
        }
        Directives(all)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The directives without these, as one header; `None` where nothing is left.
    ///
    /// Values other than times are left out: a directive without its value (`private="x"`, `no-cache="x"`) asks for more
    /// than one with it.
    pub(super) fn without(&self, names: &[&str]) -> Option<HeaderValue> {
        let kept = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        let texts: Vec<String> = kept.map(|(name, value)| written(name, value.as_deref())).collect();
        if texts.is_empty() { None } else { HeaderValue::from_str(&texts.join(", ")).ok() }
    }
}

/// A time that is none is zero, one that is too long is the longest.
fn written(name: &str, value: Option<&str>) -> String {
    if !matches!(name, "max-age" | "s-maxage" | "min-fresh") {
        return name.to_owned();
    }
    let digits = value.filter(|value| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds = digits.map_or(0, |digits| digits.parse().unwrap_or(LONGEST).min(LONGEST));
    format!("{name}={seconds}")
}

fn directive(text: &str) -> Option<(String, Option<String>)> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value.trim().trim_matches('"').to_owned())),
        None => (text, None),
    };
    let name = name.trim().to_ascii_lowercase();
    (!name.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(values: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CACHE_CONTROL, HeaderValue::from_bytes(value).unwrap());
        }
        let value = Directives::of(&headers).without(&["max-stale"]);
        value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn what_is_written_in_odd_ways_means_the_same() {
        for (text, expected) in [
            ("Max-Age=60, PUBLIC", "max-age=60, public"),
            ("max-age=\"60\"", "max-age=60"),
            (" , max-age = 60 ,, ", "max-age=60"),
            ("max-age=-1", "max-age=0"),
            ("max-age=soon", "max-age=0"),
            ("max-age", "max-age=0"),
            ("s-maxage=99999999999999999999", "s-maxage=2147483648"),
            ("private=\"set-cookie, max-age=600\"", "private"),
            ("x=\"a, max-age=600\", no-cache=\"b\"", "x, no-cache"),
            ("x=\"a\\\", max-age=600\"", "x"),
            ("max-stale=5, no-cache", "no-cache"),
            ("", ""),
        ] {
            assert_eq!(normal(&[text.as_bytes()]), expected, "{text}");
        }
        assert_eq!(normal(&[b"max-age=1", b"s-maxage=2"]), "max-age=1, s-maxage=2");
        assert_eq!(normal(&[b"max-age=1", b"\xff"]), "max-age=1, no-store");
    }
}
