//! Numbers and patterns as Java has them.

use regex::{Captures, Regex, RegexBuilder};

/// The size of a compiled pattern.
const LARGEST: usize = 1024 * 1024;

/// A number as `Double.toString` writes it.
pub(super) fn double(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = number.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        let text = number.to_string();
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let text = format!("{number:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

/// A pattern; the error is the reason in a few words.
pub(super) fn pattern(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).size_limit(LARGEST).build().map_err(|error| {
        let reason = error.to_string();
        reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })
}

/// Adds a replacement, in which `$1` is a group and a backslash makes the next character text. `None` where Java refuses it. It ends
/// where the output is longer than the limit.
pub(super) fn replacement(text: &str, captures: &Captures<'_>, out: &mut String, limit: usize) -> Option<()> {
    let mut rest = text.chars();
    while let Some(one) = rest.next() {
        if out.len() > limit {
            break;
        }
        match one {
            '\\' => out.push(rest.next()?),
            '$' => {
                let digit = rest.next()?.to_digit(10)?;
                let group = usize::try_from(digit).ok()?;
                if group >= captures.len() {
                    return None;
                }
                out.push_str(captures.get(group).map_or("", |found| found.as_str()));
            }
            one => out.push(one),
        }
    }
    Some(())
}
