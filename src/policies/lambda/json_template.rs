//! JSON with `$(…)` in it: read at load, so that what comes out is always JSON.

use std::ops::Range;

use serde::de::IgnoredAny;

use crate::base::{Diagnostic, Reported, codes};
use crate::expression::{Reference, Resolved, Scope, Template};
use crate::policy::Compiler;

/// A compiled JSON text.
pub(super) struct JsonTemplate(Box<[Piece]>);

enum Piece {
    /// JSON as the author wrote it.
    Text(Vec<u8>),
    /// Becomes JSON of the value's own type.
    Value(Reference),
    /// Stands between quotes: becomes text, escaped.
    Quoted(Reference),
}

/// A `$(…)` and where it is.
struct Hole {
    at: Range<usize>,
    quoted: bool,
    stands_for: Resolved,
}

impl JsonTemplate {
    /// Reads a text. Mistakes are reported where they stand in it.
    pub(super) fn compile(pointer: &str, text: &str, compiler: &mut Compiler<'_, '_>) -> Result<Self, Reported> {
        let place = compiler.place(pointer);
        let names = &mut *compiler.names;
        let mut holes = Vec::new();
        let parsed = Template::parse(text, &mut |name, at| {
            let stands_for = names.resolve(name, place(at.clone()))?;
            holes.push(Hole { at, quoted: false, stands_for });
            Ok(Resolved::Constant("".into()))
        });
        if let Err(error) = parsed {
            let message = compiler.without_masked(error.message);
            return Err(compiler.findings.push(Diagnostic::error(codes::BAD_TEMPLATE, place(error.at), message)));
        }
        let sample = sample(text, &mut holes);
        if let Err(error) = serde_json::from_str::<IgnoredAny>(&sample) {
            let at = offset(&sample, error.line(), error.column());
            let words = error.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            let message = format!("this is not JSON: {words}");
            return Err(compiler.findings.push(Diagnostic::error(codes::BAD_TEMPLATE, place(at..at), message)));
        }
        Ok(JsonTemplate(pieces(text, holes)))
    }

    /// The JSON of this request.
    pub(super) fn render(&self, scope: &dyn Scope) -> Vec<u8> {
        let mut out = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Value(reference) => write_value(&mut out, &scope.get(reference)),
                Piece::Quoted(reference) => write_quoted(&mut out, &scope.text(reference)),
            }
        }
        out
    }

    /// The one reference that is the whole text.
    pub(super) fn whole(&self) -> Option<&Reference> {
        match &*self.0 {
            [Piece::Value(reference)] => Some(reference),
            _ => None,
        }
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Value(reference) | Piece::Quoted(reference) => Some(reference),
        })
    }
}

/// The text with something in the place of every hole that may stand there, as long as the hole; notes which holes stand
/// between quotes.
fn sample(text: &str, holes: &mut [Hole]) -> String {
    let mut sample = String::with_capacity(text.len());
    let (mut in_quotes, mut escaped) = (false, false);
    let mut from = 0;
    for hole in holes {
        for letter in text[from..hole.at.start].chars() {
            match letter {
                '"' if !escaped => in_quotes = !in_quotes,
                _ => {}
            }
            escaped = in_quotes && letter == '\\' && !escaped;
        }
        sample.push_str(&text[from..hole.at.start]);
        hole.quoted = in_quotes;
        let length = hole.at.len();
        match in_quotes {
            true => sample.extend(std::iter::repeat_n('x', length)),
            false => sample.push_str(&format!("{:<length$}", "null")),
        }
        from = hole.at.end;
    }
    sample.push_str(&text[from..]);
    sample
}

fn pieces(text: &str, holes: Vec<Hole>) -> Box<[Piece]> {
    let mut pieces = Vec::new();
    let mut before = Vec::new();
    let mut from = 0;
    for hole in holes {
        before.extend_from_slice(&text.as_bytes()[from..hole.at.start]);
        from = hole.at.end;
        let reference = match hole.stands_for {
            Resolved::Constant(value) if hole.quoted => {
                write_quoted(&mut before, &value.to_text());
                continue;
            }
            Resolved::Constant(value) => {
                write_value(&mut before, &value);
                continue;
            }
            Resolved::Variable(reference) => reference,
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut before)));
        }
        pieces.push(if hole.quoted { Piece::Quoted(reference) } else { Piece::Value(reference) });
    }
    before.extend_from_slice(&text.as_bytes()[from..]);
    if !before.is_empty() {
        pieces.push(Piece::Text(before));
    }
    pieces.into()
}

fn write_value(out: &mut Vec<u8>, value: &crate::value::Value) {
    out.extend_from_slice(value.to_json().as_bytes());
}

/// Text as it is between the quotes of a JSON string.
#[expect(
    clippy::expect_used,
    reason = "every text is written as JSON, between two quotes, and a vector takes all of it"
)]
fn write_quoted(out: &mut Vec<u8>, text: &str) {
    let start = out.len();
    serde_json::to_writer(&mut *out, text).expect("JSON in memory");
    out.remove(start);
    out.pop();
}

/// The byte at a line and a column, both from 1, as the parser counts them.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_never_leaves_its_quotes() {
        for text in ["", "\"", "\"\"a\"", "\\", "a\nb\u{0}", "ü\u{2028}", "\",\"x\":\""] {
            let mut out = b"\"".to_vec();
            write_quoted(&mut out, text);
            out.push(b'"');
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
