//! Secrets in texts, by the names before them and by their form.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Shown in the place of a secret.
pub(super) const MASK: &str = "***";

/// The patterns; each is a constant that a test compiles.
struct Patterns {
    /// JSON Web Tokens, also such whose end is missing, and what follows `Bearer` and `Basic`.
    tokens: Regex,
    schemes: Regex,
    /// `name=value` of queries and forms.
    pairs: Regex,
    /// `<name …>text`.
    elements: Regex,
    /// `"name":` of JSON and what resembles it.
    members: Regex,
}

#[expect(clippy::expect_used, reason = "the patterns are constants")]
static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let compiled = |pattern: &str| Regex::new(pattern).expect("a pattern that a test compiles");
    Patterns {
        tokens: compiled(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){0,3}"),
        schemes: compiled(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9+/._~=-]{8,}"),
        pairs: compiled(r#"(^|[?&;,\s"'])([A-Za-z0-9_.\[\]-]{1,64})=([^&;,\s"'<>]+)"#),
        elements: compiled(r"<((?:[\w.-]{1,64}:)?([\w.-]{1,64}))((?:\s[^<>]*)?)>([^<]+)"),
        members: compiled(r#"["']([\w.$ -]{1,64})["']\s*:\s*"#),
    }
});

/// The text without the values whose names `is_secret` knows, and without tokens. Tells `learn` the values.
pub(super) fn masked<'t>(text: &'t str, is_secret: &dyn Fn(&str) -> bool, learn: &dyn Fn(&str)) -> Cow<'t, str> {
    let patterns = &*PATTERNS;
    let members = mask_members(text, &patterns.members, is_secret, learn);
    let elements = with(members, &patterns.elements, |found| {
        is_secret(&found[2]).then(|| {
            learn(&found[4]);
            format!("<{}{}>{MASK}", &found[1], &found[3])
        })
    });
    let pairs = with(elements, &patterns.pairs, |found| {
        let last = found[2].rsplit(['.', '[']).next().unwrap_or_default().trim_end_matches(']');
        (is_secret(&found[2]) || is_secret(last)).then(|| {
            learn(&found[3]);
            format!("{}{}={MASK}", &found[1], &found[2])
        })
    });
    let schemes = with(pairs, &patterns.schemes, |found| Some(format!("{}{}{MASK}", &found[1], &found[2])));
    with(schemes, &patterns.tokens, |_| Some(MASK.to_owned()))
}

/// Replaces what `mask` has something for.
fn with<'t>(text: Cow<'t, str>, pattern: &Regex, mask: impl Fn(&Captures<'_>) -> Option<String>) -> Cow<'t, str> {
    if !pattern.is_match(&text) {
        return text;
    }
    let replaced =
        pattern.replace_all(&text, |found: &Captures<'_>| mask(found).unwrap_or_else(|| found[0].to_owned()));
    Cow::Owned(replaced.into_owned())
}

/// Replaces the values of members of JSON, whatever they are. A list or an object that does not end takes the rest of the text.
fn mask_members<'t>(
    text: &'t str,
    members: &Regex,
    is_secret: &dyn Fn(&str) -> bool,
    learn: &dyn Fn(&str),
) -> Cow<'t, str> {
    let mut out = String::new();
    let mut done = 0;
    while let Some(found) = members.captures_at(text, done) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { break };
        let value = &text[whole.end()..];
        if !is_secret(name.as_str()) {
            // A value may be an object with secrets of its own.
            out.push_str(&text[done..whole.end()]);
            done = whole.end();
            continue;
        }
        out.push_str(&text[done..whole.end()]);
        out.push_str(&format!("\"{MASK}\""));
        let length = length_of_value(value);
        if value.starts_with('"') {
            learn(value[..length].trim_matches('"'));
        }
        done = whole.end() + length;
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(out + &text[done..]) }
}

/// How long the JSON value at the start of a text is.
fn length_of_value(text: &str) -> usize {
    let bytes = text.as_bytes();
    let quote = match bytes.first() {
        Some(quote @ (b'"' | b'\'')) => *quote,
        Some(b'{' | b'[') => 0,
        _ => return text.find([',', '}', ']', '\n']).unwrap_or(text.len()),
    };
    let (mut inside, mut depth, mut at) = (false, 0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if inside => at += 1,
            b'"' => inside = !inside,
            b'\'' if quote == b'\'' => inside = !inside,
            b'{' | b'[' if !inside => depth += 1,
            b'}' | b']' if !inside => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if !inside && depth == 0 {
            break;
        }
    }
    // An escape at the end of a text that was cut leads past it.
    at.min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::is_secret_name;

    #[test]
    fn secrets_go_by_their_names_and_forms_and_nothing_else_does() {
        for (text, expected) in [
            (r#"{"user": "a", "password": "c\"x", "n": 1}"#, r#"{"user": "a", "password": "***", "n": 1}"#),
            (r#"{"a":{"token":123,"b":2}}"#, r#"{"a":{"token":"***","b":2}}"#),
            (r#"{"secret":{"a":["]",1]},"b":2}"#, r#"{"secret":"***","b":2}"#),
            (r#"{"secret":["cut"#, r#"{"secret":"***""#),
            (r#"{"password":"cut\"#, r#"{"password":"***""#),
            ("a=1&access_token=abc&b=2", "a=1&access_token=***&b=2"),
            ("/x?sig=abc", "/x?sig=***"),
            ("<w:Password Type='x'>abc</w:Password><a>b</a>", "<w:Password Type='x'>***</w:Password><a>b</a>"),
            ("it says Bearer abcdefgh123", "it says Bearer ***"),
            ("x eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln y", "x *** y"),
            ("x eyJhbGciOiJub25lIn0.eyJzdW", "x ***"),
            ("nothing = here, basic rules", "nothing = here, basic rules"),
            (r#"{"name": "Zoë", "list": [1, 2]}"#, r#"{"name": "Zoë", "list": [1, 2]}"#),
        ] {
            assert_eq!(masked(text, &is_secret_name, &|_| {}), expected, "{text}");
        }
    }
}
