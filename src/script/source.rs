//! A script's text, checked at load, and the way from its lines back to the document's.

use std::sync::Arc;

use gantry_allocator::Bytecode;
use regex::Regex;

use super::code::code_of;
use super::failure::Failure;
use super::parse::parse;
use super::{Dialect, Limits, Reach};
use crate::base::{SourceId, Sources};
use crate::expression::Reference;
use crate::source::Node;

/// The modules that `require` knows.
pub const MODULES: [&str; 15] = [
    "apim",
    "assert",
    "buffer",
    "crypto",
    "fs",
    "header-metadata",
    "jose",
    "jwk",
    "jwt",
    "querystring",
    "service-metadata",
    "timers",
    "url",
    "urlopen",
    "util",
];

/// A script that can be run.
pub struct Script {
    pub(super) dialect: Dialect,
    pub(super) code: Code,
    /// Letters in front of the first line.
    prefix: usize,
    text: Arc<str>,
    map: Map,
    /// The references of `$(…)` in a condition.
    pub(super) bound: Box<[Reference]>,
    pub(super) reach: Reach,
}

/// The code that runs.
pub(super) enum Code {
    /// A function of the script's statements.
    Function(Bytecode),
    /// Statements whose last value counts.
    Statements(Box<str>),
}

/// The place of a script's text.
pub enum Map {
    /// In a scalar of a document.
    Inside { node: Node, name: Arc<str>, file: Arc<str> },
    /// It is a file of its own.
    File { name: Arc<str> },
}

/// An error for which a script cannot run at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// One sentence.
    pub message: String,
    /// The byte of the text.
    pub at: usize,
}

impl Map {
    /// The map of a scalar.
    pub fn inside(node: &Node, sources: &Sources) -> Self {
        let file = sources.file(node.span.source);
        Map::Inside { node: node.clone(), name: file.name.clone(), file: file.text.clone() }
    }

    /// The map of a file of its own.
    pub fn file(source: SourceId, sources: &Sources) -> Self {
        Map::File { name: sources.file(source).name.clone() }
    }
}

impl Script {
    /// Checks a text. `bound` is what its `$(…)` stand for, in a condition.
    pub fn compile(
        text: &str,
        dialect: Dialect,
        map: Map,
        bound: Vec<Reference>,
        reach: Reach,
    ) -> Result<Self, Mistake> {
        let mut first = None;
        for (prefix, suffix) in forms(dialect) {
            match syntax(&format!("{prefix}{text}{suffix}")) {
                Ok(function) => {
                    let (code, prefix) = match counts_by_last_value(dialect, prefix, text) {
                        true => (Code::Statements(text.into()), 0),
                        false => (Code::Function(function), prefix.chars().count()),
                    };
                    let text: Arc<str> = text.into();
                    return Ok(Script { dialect, code, prefix, text, map, bound: bound.into(), reach });
                }
                Err(failure) => {
                    let at = failure.place.map_or(0, |(line, column)| byte(text, prefix.len(), line, column));
                    first.get_or_insert(Mistake { message: failure.message, at });
                }
            }
        }
        Err(first.unwrap_or(Mistake { message: "the script is empty".to_owned(), at: 0 }))
    }

    /// `file:line:column` of a place in the text that runs.
    pub(super) fn place(&self, (line, column): (usize, usize)) -> Option<String> {
        let at = byte(&self.text, self.prefix, line, column);
        match &self.map {
            Map::File { name } => Some(format!("{name}:{line}:{}", shift(self.prefix, line, column))),
            Map::Inside { node, name, file } => {
                let end = at + self.text[at..].chars().next().map_or(0, char::len_utf8);
                let start = node.inside(at..end).map_or(node.span.start, |span| span.start) as usize;
                let before = file.get(..start)?;
                let row = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                Some(format!("{name}:{row}:{column}"))
            }
        }
    }
}

/// The texts before and after the script with which its syntax is checked, in the order in which they are tried.
fn forms(dialect: Dialect) -> Vec<(&'static str, &'static str)> {
    match dialect {
        Dialect::GatewayScript => vec![("(function(){'use strict';", "\n})")],
        Dialect::V5 | Dialect::JavaScript => vec![("(function(){", "\n})")],
        // An expression, statements with a `return`, or statements whose last value counts.
        Dialect::Condition => vec![("(function(){return (", "\n)})"), ("(function(){", "\n})")],
    }
}

/// Whether a script is a condition without `return` that is no expression.
fn counts_by_last_value(dialect: Dialect, prefix: &str, text: &str) -> bool {
    dialect == Dialect::Condition && prefix == "(function(){" && !returns(text)
}

/// Parses without running.
fn syntax(code: &str) -> Result<Bytecode, Failure> {
    parse(code, Limits { time: std::time::Duration::from_secs(2), memory: 64 << 20, at_once: 1 })
}

/// The column in the text, without what was put in front of it.
fn shift(prefix: usize, line: usize, column: usize) -> usize {
    if line == 1 { column.saturating_sub(prefix).max(1) } else { column }
}

/// The byte of a place that the engine names.
fn byte(text: &str, prefix: usize, line: usize, column: usize) -> usize {
    let column = shift(prefix, line, column);
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let within = rest.split('\n').next().unwrap_or_default();
    let offset = within.char_indices().nth(column.saturating_sub(1)).map_or(within.len(), |(at, _)| at);
    (start + offset).min(text.len())
}

/// Whether statements return from themselves, and not only from functions in them.
pub fn returns(text: &str) -> bool {
    // Outside of functions a `return` is the one thing that may not be; what is never true is not run.
    text.contains("return") && syntax(&format!("if (false) {{\n{text}\n}}")).is_err()
}

/// The modules that a script asks for by a plain name, with their places.
pub fn required(text: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let Ok(pattern) = Regex::new(r#"\brequire\s*\(\s*(?:'([^'\n]*)'|"([^"\n]*)")\s*\)"#) else { return Vec::new() };
    // Texts keep their quotes there, and their lengths.
    let code = code_of(text);
    let names = pattern.captures_iter(&code).filter_map(|found| {
        let start = found.get(0)?.start();
        let is_member = code[..start].trim_end().ends_with('.') || code[..start].ends_with('$');
        let range = found.get(1).or_else(|| found.get(2))?.range();
        (!is_member).then(|| (text[range.clone()].to_owned(), range))
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_returns_where_no_function_of_its_own_does() {
        for (text, expected) in [
            ("return 1", true),
            ("if (a) { return 1; }", true),
            ("var f = function () { return 1; }; return f();", true),
            ("var f = function () { return 1; }; f($bound[0]);", false),
            ("function f() { return 1; }\nf()", false),
            ("[1].map((x) => { return x; }).join()", false),
            ("'return'", false),
            ("a.b // return", false),
        ] {
            assert_eq!(returns(text), expected, "{text}");
        }
    }
}
