//! `$(…)` in a JavaScript condition. What a variable holds is a value and never becomes source.

use std::ops::Range;

use crate::expression::{Reference, Resolver, Template};

/// The global that holds the values.
pub(super) const BOUND: &str = "$bound";

/// A condition without its `$(…)`.
pub struct Substituted {
    pub text: String,
    /// The references whose values are the items of the list.
    pub bound: Vec<Reference>,
}

/// Puts names of values in the place of references. The error has its place in the text.
pub fn substitute(text: &str, resolve: &mut Resolver<'_>) -> Result<Substituted, (String, Range<usize>)> {
    let mut out = Substituted { text: String::with_capacity(text.len()), bound: Vec::new() };
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        if matches!(letter, '\'' | '"' | '`') {
            let end = at + literal(&text[at..]);
            quoted(text, at..end, letter, resolve, &mut out)?;
            at = end;
        } else if text[at..].starts_with("$(") && !is_call(&text[..at]) {
            let end = closing(text, at)?;
            let source = value(&text[at..end], resolve, &mut out.bound).map_err(|message| (message, at..end))?;
            out.text.push_str(&format!("({source})"));
            at = end;
        } else {
            out.text.push(letter);
            at += letter.len_utf8();
        }
    }
    Ok(out)
}

/// A text: taken apart around the references in it, and put together again by `+`.
fn quoted(
    text: &str,
    place: Range<usize>,
    quote: char,
    resolve: &mut Resolver<'_>,
    out: &mut Substituted,
) -> Result<(), (String, Range<usize>)> {
    let mut rest = place.start;
    let mut parts = String::new();
    while let Some(at) = text[rest..place.end].find("$(").map(|at| rest + at) {
        let end = closing(text, at)?.min(place.end);
        let source = value(&text[at..end], resolve, &mut out.bound).map_err(|message| (message, at..end))?;
        let before = &text[rest..at];
        match quote {
            '`' => parts.push_str(&format!("{before}${{{source}??''}}")),
            // A missing variable inside a text is no text, as everywhere else.
            quote => parts.push_str(&format!("{before}{quote}+({source}??'')+{quote}")),
        }
        rest = end;
    }
    parts.push_str(&text[rest..place.end]);
    match rest > place.start && quote != '`' {
        true => out.text.push_str(&format!("({parts})")),
        false => out.text.push_str(&parts),
    }
    Ok(())
}

fn closing(text: &str, at: usize) -> Result<usize, (String, Range<usize>)> {
    let end = text[at..].find(')').map(|end| at + end + 1);
    end.ok_or_else(|| ("`$(` has no closing `)`".to_owned(), at..at + 2))
}

/// `a$(b)` is a call of the function `a$`.
fn is_call(before: &str) -> bool {
    before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$')
}

/// The length of the text in quotes that stands at the start.
fn literal(text: &str) -> usize {
    let quote = text.chars().next();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            letter if Some(letter) == quote => return at + letter.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The source that stands for a reference: a place of the list, or a constant.
fn value(text: &str, resolve: &mut Resolver<'_>, bound: &mut Vec<Reference>) -> Result<String, String> {
    let template = Template::parse(text, &mut |name, _| resolve(name)).map_err(|error| error.message)?;
    match template {
        Template::Reference(reference) => {
            let index = bound.iter().position(|known| *known == reference).unwrap_or(bound.len());
            if index == bound.len() {
                bound.push(reference);
            }
            Ok(format!("{BOUND}[{index}]"))
        }
        // The author's own property: a constant, written as JSON, which is JavaScript.
        Template::Constant(value) => serde_json::to_string(&value).map_err(|error| error.to_string()),
        Template::Mixed(_) => Err("a reference stands inside another".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{Resolved, parse_path};

    fn text(text: &str) -> String {
        let mut resolve = |name: &str| match name {
            "limit" => Ok(Resolved::Constant(7.into())),
            "host" => Ok(Resolved::Constant("it's \"h\"".into())),
            name => parse_path(name).map(Resolved::Variable),
        };
        substitute(text, &mut resolve).unwrap().text
    }

    #[test]
    fn a_value_never_becomes_source() {
        for (condition, expected) in [
            ("$(a) > $(limit)", "($bound[0]) > (7)"),
            ("'$(a.b)' === 'x'", "(''+($bound[0]??'')+'') === 'x'"),
            ("\"-$(a)-$(b)\" == $(a)", "(\"-\"+($bound[0]??'')+\"-\"+($bound[1]??'')+\"\") == ($bound[0])"),
            ("`$(a)`", "`${$bound[0]??''}`"),
            ("'$(host)' === x", "(''+(\"it's \\\"h\\\"\"??'')+'') === x"),
            ("jq$(a)", "jq$(a)"),
            ("'it\\'s' + $(a)", "'it\\'s' + ($bound[0])"),
        ] {
            assert_eq!(text(condition), expected);
        }
    }

    #[test]
    fn an_open_reference_has_its_place() {
        let error = substitute("a && $(b", &mut |name| parse_path(name).map(Resolved::Variable)).err().unwrap();
        assert_eq!(error.1, 5..7);
    }
}
