//! `Authorization` and `WWW-Authenticate`: a scheme, then a token or parameters (RFC 9110, section 11).

use std::borrow::Cow;

/// The value of an `Authorization` header.
#[derive(Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// Such as `Basic`, as it was sent.
    pub scheme: &'a str,
    /// The text after the scheme.
    pub rest: &'a str,
}

impl<'a> Authorization<'a> {
    /// Parts a header at the space after its scheme. `None` where there is no space.
    pub fn parse(header: &'a str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ')?;
        Some(Authorization { scheme, rest: rest.trim() })
    }

    /// The text after the scheme where it is a token, such as that of `Bearer`, and not parameters.
    pub fn token(&self) -> Option<&'a str> {
        is_token(self.rest).then_some(self.rest)
    }

    /// The parameters `name=value` and `name="value"`, with commas between. A quoted value has its escapes resolved and ends at
    /// the end of the header where its second quote is missing; text that is no parameter is passed over.
    pub fn parameters(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        let mut rest = self.rest;
        std::iter::from_fn(move || {
            let (name, after) = rest.split_once('=')?;
            let name = name.rsplit(',').next().unwrap_or(name).trim();
            let after = after.trim_start();
            let (value, next) = match after.strip_prefix('"') {
                Some(quoted) => unquoted(quoted),
                None => {
                    let (value, next) = after.split_once(',').unwrap_or((after, ""));
                    (Cow::from(value.trim()), next)
                }
            };
            rest = next;
            Some((name, value))
        })
    }
}

/// Whether a text is a token as the scheme `Bearer` has them, `token68` of RFC 9110.
pub fn is_token(text: &str) -> bool {
    let letters = text.trim_end_matches('=');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !letters.is_empty() && letters.bytes().all(fits)
}

/// A quoted text without its first quote, and what follows its second one.
fn unquoted(text: &str) -> (Cow<'_, str>, &str) {
    let end = text.find(['"', '\\']).unwrap_or(text.len());
    if !text[end..].starts_with('\\') {
        return (Cow::from(&text[..end]), text.get(end + 1..).unwrap_or_default());
    }
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (Cow::from(value), &text[at + 1..]),
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            _ => value.push(letter),
        }
    }
    (Cow::from(value), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(text: &str) -> Vec<(&str, String)> {
        let authorization = Authorization { scheme: "Digest", rest: text };
        authorization.parameters().map(|(name, value)| (name, value.into_owned())).collect()
    }

    #[test]
    fn parameters_are_quoted_or_not() {
        for (text, expected) in [
            (r#"a=1, b = "2, 3" ,c="4""#, vec![("a", "1"), ("b", "2, 3"), ("c", "4")]),
            (r#"a="x \"y\" \\ z", b=2"#, vec![("a", r#"x "y" \ z"#), ("b", "2")]),
            (r#"a="open"#, vec![("a", "open")]),
            (r#"a="open \"#, vec![("a", "open ")]),
            (r#"a="ä\ä", , nothing, b="#, vec![("a", "ää"), ("b", "")]),
            (
                "Credential=AKID/20150830/us-east-1/iam/aws4_request, SignedHeaders=a;b",
                vec![("Credential", "AKID/20150830/us-east-1/iam/aws4_request"), ("SignedHeaders", "a;b")],
            ),
            ("", vec![]),
        ] {
            let expected: Vec<(&str, String)> =
                expected.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
            assert_eq!(parameters(text), expected, "{text}");
        }
    }

    #[test]
    fn a_token_has_no_parameters() {
        let token = |header| Authorization::parse(header).unwrap().token();
        assert_eq!(token("Bearer  a.b-c_~+/== "), Some("a.b-c_~+/=="));
        assert_eq!(token("Digest a=b"), None);
        assert_eq!(Authorization::parse("Bearer"), None);
    }
}
