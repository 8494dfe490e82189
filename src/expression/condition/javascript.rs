//! The JavaScript conditions that editors of the v5 gateway write, as JSONata that means the same:
//! `((request.verb==='GET')&&(api.operation.path==='/x'))` and `apim.getvariable('x') !== undefined`.
//!
//! Only what both languages answer alike is translated. `===` is equality of one type in both; `!==` becomes `$not(… = …)`,
//! as JSONata's `!=` is false where nothing is.

use std::fmt::Write as _;

/// Texts that every request has, so that `==` compares them as `===` does.
const TEXTS: [&str; 10] = [
    "request.verb",
    "request.path",
    "request.search",
    "request.querystring",
    "request.uri",
    "api.operation.path",
    "api.name",
    "api.version",
    "api.root",
    "api.type",
];
/// Functions that read a variable by its name.
const READERS: [&str; 4] = ["apim.getvariable", "apim.getVariable", "context.get", "get"];
/// Deeper conditions are not translated.
const MAX_DEPTH: usize = 40;

/// The same condition as JSONata, where it is one of these.
pub(super) fn translate(text: &str) -> Option<String> {
    let mut reader = Reader { rest: text, depth: 0 };
    let condition = reader.either()?;
    reader.skip();
    reader.rest.trim_end_matches([';', ' ', '\n']).is_empty().then_some(condition)
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

/// One side of a comparison.
enum Side {
    /// A path, and whether it is a text that is always there.
    Variable {
        path: String,
        is_text: bool,
        is_plain: bool,
    },
    Text(String),
    Undefined,
}

impl<'t> Reader<'t> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, symbol: &str) -> bool {
        self.skip();
        let rest = self.rest.strip_prefix(symbol);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn either(&mut self) -> Option<String> {
        self.chain("||", " or ", Self::both)
    }

    fn both(&mut self) -> Option<String> {
        self.chain("&&", " and ", Self::one)
    }

    fn chain(&mut self, symbol: &str, word: &str, part: fn(&mut Self) -> Option<String>) -> Option<String> {
        let mut parts = vec![part(self)?];
        while self.take(symbol) {
            parts.push(part(self)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { format!("({})", parts.join(word)) })
    }

    fn one(&mut self) -> Option<String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let answer = if self.take("(") {
            let inside = self.either()?;
            self.take(")").then_some(inside)
        } else {
            self.comparison()
        };
        self.depth -= 1;
        answer
    }

    fn comparison(&mut self) -> Option<String> {
        let left = self.side()?;
        // The longer spelling first.
        let operators = [("===", true, true), ("!==", false, true), ("==", true, false), ("!=", false, false)];
        let (_, equal, strict) = operators.into_iter().find(|(symbol, ..)| self.take(symbol))?;
        let compared = match (left, self.side()?) {
            (Side::Variable { path, is_text, .. }, Side::Text(text))
            | (Side::Text(text), Side::Variable { path, is_text, .. })
                if strict || is_text =>
            {
                format!("{path} = {text}")
            }
            (Side::Variable { path, is_plain: true, .. }, Side::Undefined) if strict => {
                return Some(if equal { format!("$not($exists({path}))") } else { format!("$exists({path})") });
            }
            _ => return None,
        };
        Some(if equal { format!("({compared})") } else { format!("$not({compared})") })
    }

    fn side(&mut self) -> Option<Side> {
        self.skip();
        if self.rest.starts_with(['\'', '"']) {
            return self.text().map(|text| Side::Text(quoted(&text)));
        }
        let end = self.rest.find(|letter: char| !(letter.is_alphanumeric() || "_$.".contains(letter)));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        if READERS.contains(&name) {
            let inside = self.take("(").then(|| self.text()).flatten()?;
            let names: Vec<&str> = inside.split('.').collect();
            let good = names.iter().all(|name| !name.is_empty() && !name.contains(['[', ']', '`', '"', '\'']));
            let is_plain = names.len() == 1;
            return (good && self.take(")")).then(|| Side::Variable { path: path(&names), is_text: false, is_plain });
        }
        match name {
            "undefined" => Some(Side::Undefined),
            "request.headers" => {
                let header = self.take("[").then(|| self.text()).flatten()?;
                let good =
                    header.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
                let path = path(&["request", "headers", &header]);
                (good && self.take("]")).then_some(Side::Variable { path, is_text: false, is_plain: false })
            }
            name if TEXTS.contains(&name) => {
                Some(Side::Variable { path: name.to_owned(), is_text: true, is_plain: false })
            }
            _ => None,
        }
    }

    /// A text in quotes without escapes.
    fn text(&mut self) -> Option<String> {
        self.skip();
        let quote = self.rest.chars().next().filter(|letter| matches!(letter, '\'' | '"'))?;
        let (text, rest) = self.rest[1..].split_once(quote)?;
        if text.contains(['\\', '\n']) || text.contains("$(") {
            return None;
        }
        self.rest = rest;
        Some(text.to_owned())
    }
}

/// A path whose names are all quoted, as `-` would be a minus.
fn path(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(".")
}

/// A text as JSONata has it: like JSON.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            letter if letter.is_control() => drop(write!(out, "\\u{:04x}", letter as u32)),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn the_conditions_of_real_documents_are_translated() {
        for (javascript, jsonata) in [
            (
                "((request.verb==='GET')&&(api.operation.path==='/ping/{id}'))",
                r#"((request.verb = "GET") and (api.operation.path = "/ping/{id}"))"#,
            ),
            (
                "(((request.verb==='GET')&&(api.operation.path==='/a'))||(request.verb==\"POST\"))",
                r#"(((request.verb = "GET") and (api.operation.path = "/a")) or (request.verb = "POST"))"#,
            ),
            ("apim.getvariable('oidc-credential') !== undefined", "$exists(`oidc-credential`)"),
            ("context.get('a') === undefined;", "$not($exists(`a`))"),
            ("apim.getvariable('a.b') !== 'x'", r#"$not(`a`.`b` = "x")"#),
            ("request.headers['x-a'] === 'b'", r#"(`request`.`headers`.`x-a` = "b")"#),
            ("'GET' != request.verb", r#"$not(request.verb = "GET")"#),
        ] {
            assert_eq!(translate(javascript).as_deref(), Some(jsonata), "{javascript}");
        }
    }

    #[test]
    fn what_the_languages_answer_differently_is_left_to_javascript() {
        for javascript in [
            "apim.getvariable('a') == '5'",
            "apim.getvariable('a.b') !== undefined",
            "apim.getvariable('a')",
            "request.verb",
            "request.body.a === 'x'",
            "a === 'b'",
            "request.headers['X-A'] === 'b'",
            "request.verb === 'a\\'b'",
            "'$(request.headers.x)' === 'a'",
            "request.verb === 'GET' || true",
            "request.verb === request.path",
            "request.verb === 'GET') && (true",
            "!(request.verb === 'GET')",
            "",
        ] {
            assert_eq!(translate(javascript), None, "{javascript}");
        }
    }
}
