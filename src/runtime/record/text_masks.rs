//! Secrets in texts, by the names before them and by their form.

use std::borrow::Cow;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::{Captures, Regex};

use super::forms::{Forms, MASK, replaced};

/// Values that are no secret under any name.
const EMPTY: [&str; 4] = ["null", "true", "false", "\"\""];

/// The patterns; each is a constant that a test compiles.
struct Patterns {
    forms: Forms,
    /// `name=value` of queries and forms.
    pairs: Regex,
    /// `name="value"` of XML.
    attributes: Regex,
    /// `<name …>`.
    elements: Regex,
    /// `"name":` of JSON and what resembles it, and the same in a JSON string.
    members: Regex,
    nested: Regex,
    /// `name: value` at the beginning of a line, as YAML and headers have it, and in the maps of YAML.
    lines: Regex,
    flows: Regex,
    /// The head of a field of a `multipart` body.
    fields: Regex,
}

#[expect(clippy::expect_used, reason = "the patterns are constants")]
static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let compiled = |pattern: &str| Regex::new(pattern).expect("a pattern that a test compiles");
    Patterns {
        forms: Forms::new(&compiled),
        pairs: compiled(r#"(^|[?&;,\s"'])([A-Za-z0-9_.\[\]%+-]{1,96})=([^&;,\s"'<>]+)"#),
        attributes: compiled(r#"([\s<?;,]|^)((?:[\w.-]{1,64}:)?([\w.-]{1,64}))(\s{0,4}=\s{0,4})("[^"<]+"|'[^'<]+')"#),
        elements: compiled(r"<((?:[\w.-]{1,64}:)?([\w.-]{1,64}))(?:\s[^<>]*)?>"),
        members: compiled(r#"["']((?:[^"'\\\n]|\\u[0-9A-Fa-f]{4}){1,96})["']\s*:\s*"#),
        nested: compiled(
            r#"\\"([^"\\\n]{1,96})\\"\s*:\s*(?:\\"((?:[^"\\]|\\\\\\?.)*)(?:\\"|\z)|([^\s",}\\][^",}\\]*))"#,
        ),
        lines: compiled(r"(?m)^([ \t]*(?:-[ \t]+)?)([A-Za-z][\w.-]{0,63})(:[ \t]+)([^\r\n]+)"),
        flows: compiled(r"([{,][ \t]*)([A-Za-z][\w.-]{0,63})(:[ \t]+)([^\r\n,}]+)"),
        fields: compiled(
            r#"(?i)content-disposition:[^\r\n]*?\bname="?([^"\r\n;]{1,96})"?[^\r\n]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n"#,
        ),
    }
});

/// Compiles the patterns, so that no request waits for them.
pub(super) fn prepare() {
    LazyLock::force(&PATTERNS);
}

/// The text without the values whose names `is_secret` knows, and without tokens. Tells `learn` the values.
pub(super) fn masked<'t>(text: &'t str, is_secret: &dyn Fn(&str) -> bool, learn: &dyn Fn(&str)) -> Cow<'t, str> {
    let patterns = &*PATTERNS;
    let text = patterns.forms.masked(Cow::Borrowed(text), learn);
    let text = mask_members(text, &patterns.members, is_secret, learn);
    let text = replaced(text, &patterns.nested, |found| {
        let value = found.get(2).or_else(|| found.get(3))?.as_str();
        (is_secret(&found[1]) && !value.is_empty() && !EMPTY.contains(&value.trim())).then(|| {
            learn(value);
            let start = found[0].split_once(':').map_or("", |(start, _)| start);
            format!("{start}:\\\"{MASK}\\\"")
        })
    });
    let text = mask_until(text, &patterns.fields, is_secret, learn, &|_, rest| {
        rest.find("\n--").map_or(rest.len(), |end| end)
    });
    let text = mask_until(text, &patterns.elements, is_secret, learn, &length_of_element);
    let text = replaced(text, &patterns.attributes, |found| {
        is_secret(&found[3]).then(|| {
            let value = &found[5];
            learn(value.trim_matches(['"', '\'']));
            let quote = &value[..1];
            format!("{}{}{}{quote}{MASK}{quote}", &found[1], &found[2], &found[4])
        })
    });
    let all = text.clone();
    let text = replaced(text, &patterns.pairs, |found| {
        let name = decoded(&found[2]);
        is_secret_pair(&name, &found[3], &all, is_secret).then(|| {
            learn(&found[3]);
            learn(&decoded(&found[3]));
            format!("{}{}={MASK}", &found[1], &found[2])
        })
    });
    let line = |found: &Captures<'_>| {
        let value = found[4].trim();
        (is_secret(&found[2]) && !EMPTY.contains(&value) && value != MASK).then(|| {
            learn(value.trim_matches(['"', '\'']));
            format!("{}{}{}{MASK}", &found[1], &found[2], &found[3])
        })
    };
    let text = replaced(text, &patterns.flows, line);
    replaced(text, &patterns.lines, line)
}

/// Whether a pair of a query or a form is a secret. `around` is the whole of it: a `code` is one next to `state`, or where a grant
/// is asked for.
pub(super) fn is_secret_pair(name: &str, value: &str, around: &str, is_secret: &dyn Fn(&str) -> bool) -> bool {
    let last = name.rsplit(['.', '[']).next().unwrap_or_default().trim_end_matches(']');
    let asks = || ["state=", "grant_type=", "session_state="].iter().any(|part| around.contains(part));
    match name {
        "code" => asks() || is_like_key(value),
        "key" => is_like_key(value),
        name => is_secret(name) || is_secret(last),
    }
}

/// Whether a text looks like a key that was made by chance.
fn is_like_key(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    text.len() >= 16 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Replaces what follows a name. The last group of `pattern` that matched is the name; `length` knows from the match and the rest of the text how
/// long the value is.
fn mask_until<'t>(
    text: Cow<'t, str>,
    pattern: &Regex,
    is_secret: &dyn Fn(&str) -> bool,
    learn: &dyn Fn(&str),
    length: &dyn Fn(&Captures<'_>, &str) -> usize,
) -> Cow<'t, str> {
    let (mut out, mut done, mut from) = (String::new(), 0, 0);
    while let Some(found) = pattern.captures_at(&text, from) {
        let (Some(whole), Some(name)) = (found.get(0), found.iter().flatten().last()) else { break };
        let rest = &text[whole.end()..];
        let value = &rest[..length(&found, rest)];
        from = whole.end();
        if whole.as_str().ends_with("/>") || value.trim().is_empty() || !is_secret(name.as_str()) {
            continue;
        }
        let bare = value.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>");
        learn(bare);
        out.push_str(&text[done..from]);
        out.push_str(MASK);
        out.push_str(&value[value.trim_end_matches(['\r', '\n']).len()..]);
        done = from + value.len();
        from = done;
    }
    if done == 0 { text } else { Cow::Owned(out + &text[done..]) }
}

/// How long the content of an element is: up to its end, or to the next element where it has none.
fn length_of_element(found: &Captures<'_>, rest: &str) -> usize {
    let end = rest.find(&format!("</{}", &found[1]));
    // A part that was cut.
    let cdata = rest.starts_with("<![CDATA[").then_some(rest.len());
    end.or(cdata).or_else(|| rest.find('<')).unwrap_or(rest.len())
}

/// Replaces the values of members of JSON, whatever they are. A list or an object that does not end takes the rest of the text.
fn mask_members<'t>(
    text: Cow<'t, str>,
    members: &Regex,
    is_secret: &dyn Fn(&str) -> bool,
    learn: &dyn Fn(&str),
) -> Cow<'t, str> {
    let (mut out, mut done, mut from) = (String::new(), 0, 0);
    while let Some(found) = members.captures_at(&text, from) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { break };
        from = whole.end();
        // A value may be an object with secrets of its own.
        let value = &text[from..];
        let length = length_of_value(value);
        if !is_secret(&unescaped(name.as_str())) || EMPTY.contains(&value[..length].trim()) {
            continue;
        }
        out.push_str(&text[done..from]);
        out.push_str(&format!("\"{MASK}\""));
        if value.starts_with('"') {
            learn(&unescaped(value[..length].trim_matches('"')));
        }
        done = from + length;
        from = done;
    }
    if done == 0 { text } else { Cow::Owned(out + &text[done..]) }
}

/// A text of JSON with its escapes replaced.
fn unescaped(text: &str) -> Cow<'_, str> {
    match text.contains('\\') {
        true => serde_json::from_str::<String>(&format!("\"{text}\"")).map_or(Cow::Borrowed(text), Cow::Owned),
        false => Cow::Borrowed(text),
    }
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
    let end = at.min(text.len());
    (end..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::is_secret_name;

    #[test]
    fn secrets_go_by_their_names_and_forms_and_nothing_else_does() {
        for (text, expected) in [
            (r#"{"user": "a", "password": "c\"x", "n": 1}"#, r#"{"user": "a", "password": "***", "n": 1}"#),
            (r#"{"a":{"token":123,"b":2}}"#, r#"{"a":{"token":"***","b":2}}"#),
            (r#"{"secret":{"a":["]",1]},"b":2}"#, r#"{"secret":"***","b":2}"#),
            (r#"{"secret":["cut"#, r#"{"secret":"***""#),
            (r#"{"password":"cut\"#, r#"{"password":"***""#),
            (r#"{"password":"cut\ä"#, r#"{"password":"***""#),
            (r#"{"pass\u0077ord": "x", "b": 2}"#, r#"{"pass\u0077ord": "***", "b": 2}"#),
            (r#"{"token":null,"secret":"","pin":true}"#, r#"{"token":null,"secret":"","pin":true}"#),
            (r#"{"tokens":["a"],"secrets":{"b":1}}"#, r#"{"tokens":"***","secrets":"***"}"#),
            (
                r#"{"body":"{\"password\":\"abc\",\"n\":1,\"pin\": 1234}"}"#,
                r#"{"body":"{\"password\":\"***\",\"n\":1,\"pin\":\"***\"}"}"#,
            ),
            ("a=1&access_token=abc&b=2", "a=1&access_token=***&b=2"),
            ("a=1&pass%77ord=abc&user%5Bpin%5D=1", "a=1&pass%77ord=***&user%5Bpin%5D=***"),
            ("code=abc&state=x", "code=***&state=x"),
            ("grant_type=authorization_code&code=abc", "grant_type=authorization_code&code=***"),
            ("code=DE&key=name", "code=DE&key=name"),
            ("?key=AIzaSyD0123456789abcdef", "?key=***"),
            ("apikey=&b=2", "apikey=&b=2"),
            ("/x?sig=abc", "/x?sig=***"),
            ("<w:Password Type='x'>abc</w:Password><a>b</a>", "<w:Password Type='x'>***</w:Password><a>b</a>"),
            ("<password><![CDATA[a<b]]></password><a/>", "<password>***</password><a/>"),
            ("<password><v>abc</v></password><a>b</a>", "<password>***</password><a>b</a>"),
            ("<password>abc", "<password>***"),
            ("<user name=\"joe\" password=\"a b\"/>", "<user name=\"joe\" password=\"***\"/>"),
            ("<user password = 'ab'>x</user>", "<user password = '***'>x</user>"),
            (
                "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nab\r\ncd\r\n--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n1\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n***\r\n--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n1\r\n--b--",
            ),
            ("user: joe\npassword: hunter 2\nn: 1", "user: joe\npassword: ***\nn: 1"),
            ("{user: joe, password: hunter, n: 1}", "{user: joe, password: ***, n: 1}"),
            ("postgres://u:PW@h/db and https://h:80/a@b", "postgres://u:***@h/db and https://h:80/a@b"),
            ("id AKIAIOSFODNN7EXAMPLE.", "id ***."),
            ("x -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- y", "x *** y"),
            (r#"{"k":"-----BEGIN PRIVATE KEY-----\nMII"#, r#"{"k":"***"#),
            ("it says Bearer abcdefgh123", "it says Bearer ***"),
            ("x eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln y", "x *** y"),
            ("x eyJhbGciOiJub25lIn0.eyJzdW", "x ***"),
            ("nothing = here, basic rules", "nothing = here, basic rules"),
            (r#"{"name": "Zoë", "list": [1, 2]}"#, r#"{"name": "Zoë", "list": [1, 2]}"#),
            (
                "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
                "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
            ),
            (
                r#"{"keyboard": "a", "monkey": "b", "token_type": "c"}"#,
                r#"{"keyboard": "a", "monkey": "b", "token_type": "c"}"#,
            ),
        ] {
            assert_eq!(masked(text, &is_secret_name, &|_| {}), expected, "{text}");
        }
    }
}
