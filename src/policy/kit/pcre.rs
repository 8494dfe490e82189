//! Patterns as IBM's gateway takes them (PCRE), for an engine that runs in linear time.
//!
//! Syntax that only PCRE has is translated if the same names match afterwards, and refused otherwise. A pattern is only asked
//! whether it matches, never at which position, so some syntax can be dropped.

use std::borrow::Cow;

use regex::Regex;

use crate::resources::Resources;

/// A compiled pattern: what must match, and what look-around adds.
pub(crate) struct Pattern {
    main: Regex,
    /// Look-ahead at the start: whether it must match, and what.
    ahead: Vec<(bool, Regex)>,
}

impl Pattern {
    /// Reads a pattern; the error is one sentence. Steps share what is compiled: in many estates all have the same lists.
    pub(crate) fn parse(text: &str, any_case: bool, shared: &Resources) -> Result<Self, String> {
        let build = |text: &str| {
            shared.regex(text, any_case).map_err(|error| {
                error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
            })
        };
        // IBM's editor writes a group of flags without any.
        let text = &*without_last_possessive(text.strip_prefix("(?)").unwrap_or(text));
        // The engine would take them for something else.
        if has_possessive(text) {
            return Err("possessive quantifiers are not supported".to_owned());
        }
        // A pattern that the engine accepts means the same in both, apart from rare cases that no name of a header has.
        let error = match build(text) {
            Ok(main) => return Ok(Pattern { main, ahead: Vec::new() }),
            Err(error) => error,
        };
        let (flags, ahead, rest) = leading_look_ahead(text);
        let ahead = ahead
            .into_iter()
            .map(|(wanted, inner)| build(&format!("{flags}^(?:{})", translated(inner))).map(|inner| (wanted, inner)));
        let ahead: Vec<(bool, Regex)> = ahead.collect::<Result<_, _>>().map_err(|_| error.clone())?;
        // Behind look-ahead everything is one group, so that a `|` in it does not leave the anchor.
        let main = match ahead.is_empty() {
            true => translated(rest),
            false => format!("{flags}^(?:{})", translated(rest)),
        };
        Ok(Pattern { main: build(&main).map_err(|_| error)?, ahead })
    }

    pub(crate) fn is_match(&self, name: &str) -> bool {
        self.main.is_match(name) && self.ahead.iter().all(|(wanted, inner)| inner.is_match(name) == *wanted)
    }
}

/// Flags at the start, the look-ahead groups that follow `^`, and what is left. A `|` outside of groups would make the
/// anchor belong to its first part only, so then there are none.
fn leading_look_ahead(text: &str) -> (&str, Vec<(bool, &str)>, &str) {
    let flags_end = match text.starts_with("(?i)") {
        true => 4,
        false => 0,
    };
    let (flags, body) = text.split_at(flags_end);
    let Some(mut rest) = body.strip_prefix('^') else { return ("", Vec::new(), text) };
    let mut ahead = Vec::new();
    loop {
        let (wanted, inner) = match (rest.strip_prefix("(?!"), rest.strip_prefix("(?=")) {
            (Some(inner), _) => (false, inner),
            (_, Some(inner)) => (true, inner),
            _ => break,
        };
        let Some(end) = group_end(inner) else { break };
        ahead.push((wanted, &inner[..end]));
        rest = &inner[end + 1..];
    }
    if ahead.is_empty() || has_top_level_bar(rest) {
        return ("", Vec::new(), text);
    }
    (flags, ahead, rest)
}

/// The end of the group whose inside starts here.
fn group_end(inside: &str) -> Option<usize> {
    let mut depth = 0;
    outside_classes(inside).find_map(|(at, letter)| {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
        None
    })
}

fn has_top_level_bar(text: &str) -> bool {
    let mut depth = 0;
    outside_classes(text).any(|(_, letter)| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        letter == '|' && depth == 0
    })
}

/// The characters that are neither escaped nor inside of `[…]`.
fn outside_classes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut escaped, mut class) = (false, None);
    text.char_indices().filter(move |(at, letter)| {
        let special = !escaped && class.is_none();
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' if class.is_none() => class = Some(*at),
            // A bracket at the start of a class is a member of it.
            ']' if class.is_some_and(|open| *at > open + 1 && text[open..*at] != *"[^") => class = None,
            _ => {}
        }
        special
    })
}

/// The same pattern without what only PCRE writes and what makes no difference to whether a name matches.
fn translated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix(r"\Q") {
            let (literal, behind) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
            out.push_str(&regex::escape(literal));
            rest = behind;
            continue;
        }
        let escape = |name: &str| rest.strip_prefix(name);
        if let Some(behind) = escape(r"\Z") {
            out.push_str(r"\z");
            rest = behind;
        } else if let Some(behind) = escape(r"\h") {
            out.push_str(r"[ \t]");
            rest = behind;
        } else if let Some(behind) = escape(r"\K").or_else(|| escape(r"\E")) {
            rest = behind;
        } else if letter == '\\' {
            let length = rest.chars().nth(1).map_or(1, |next| 1 + next.len_utf8());
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        } else {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    out
}

/// Whether a quantifier is followed by `+`.
fn has_possessive(text: &str) -> bool {
    let mut quantifier = None;
    outside_classes(text).any(|(at, letter)| {
        let possessive = letter == '+' && quantifier == Some(at);
        quantifier = matches!(letter, '*' | '+' | '?' | '}').then_some(at + 1);
        possessive
    })
}

/// A possessive quantifier of one character or class gives nothing back; at the end, where nothing wants anything back,
/// it is a common one.
fn without_last_possessive(text: &str) -> Cow<'_, str> {
    let (body, end) = match text.strip_suffix('$').or_else(|| text.strip_suffix(r"\z")) {
        Some(body) => (body, &text[body.len()..]),
        None => (text, ""),
    };
    let quantified = body.strip_suffix('+').filter(|left| left.ends_with(['*', '+', '?']));
    let Some(left) = quantified else { return text.into() };
    let atom = &left[..left.len() - 1];
    match atom.is_empty() || atom.ends_with([')', '\\', '*', '+', '?', '}', '(', '|', '^']) {
        true => text.into(),
        false => format!("{left}{end}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pattern, names that match, names that do not.
    type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

    #[test]
    fn patterns_mean_what_they_mean_in_pcre() {
        let cases: [Case; 18] = [
            ("(?)x-api*", &["x-apiii", "x-ap"], &["x-a"]),
            ("(?)^(?!x-)", &["a"], &["x-a"]),
            ("^X-IBM-Client-Id$", &["x-ibm-client-id"], &["x-ibm-client-id2"]),
            ("(?i)x-api*", &["x-apiii", "my-x-ap"], &["x-a"]),
            ("^(?!x-ibm-).*$", &["accept"], &["x-ibm-client-id"]),
            ("^(?!x-ibm-|cookie).*", &["accept", "x-ibm"], &["x-ibm-client-id", "cookie", "cookie2"]),
            ("^(?!.*secret)(?=x-)", &["x-a"], &["x-secret", "a"]),
            ("(?i)^(?!X-)A", &["abc"], &["x-a", "b"]),
            ("^(?=[)a]b)", &[")b", "ab"], &["b"]),
            ("^(?!a)(b|c)$", &["b", "c"], &["a", "bc"]),
            (r"^\QX.Y\E$", &["x.y"], &["xay"]),
            (r"^x-a\Z", &["x-a"], &["x-ab"]),
            (r"^x\h?a$", &["xa", "x a"], &["xba"]),
            (r"^x-\Ka", &["x-a"], &["xa"]),
            ("^x-.*+$", &["x-", "x-a"], &["x"]),
            ("^x-[a-z]++", &["x-a"], &["x-1"]),
            ("^x-a?+$", &["x-", "x-a"], &["x-aa"]),
            (r"x\/y", &["x/y"], &["xy"]),
        ];
        for (pattern, yes, no) in cases {
            let compiled = Pattern::parse(pattern, true, &Resources::default())
                .unwrap_or_else(|error| panic!("{pattern}: {error}"));
            for name in yes {
                assert!(compiled.is_match(name), "{pattern} {name}");
            }
            for name in no {
                assert!(!compiled.is_match(name), "{pattern} {name}");
            }
        }
    }

    #[test]
    fn what_has_no_equal_is_refused() {
        let patterns =
            ["(?=x)", r"(a)\1", "(?>a|ab)c", "a++b", "(a|ab)++$", "a(?!b)", "(?<!x)a", "^(?!a)b|c", "^(?!(?=a))b"];
        for pattern in patterns.into_iter().chain(["(", "[", r"x{2}+$", "^(?!a"]) {
            assert!(Pattern::parse(pattern, true, &Resources::default()).is_err(), "{pattern}");
        }
    }
}
