//! The state of the parser, and its cursor.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::vtl::cursor::Cursor;
use crate::vtl::error::ParseError;
use crate::vtl::tree::Macro;

/// Blocks and expressions inside each other.
const DEEPEST: usize = 40;

/// Reads a text from left to right.
pub(super) struct Parser<'t> {
    pub text: &'t str,
    pub at: usize,
    pub macros: HashMap<Box<str>, Macro>,
    /// Names of all macros of the template, also of those that follow.
    pub macro_names: HashSet<Box<str>>,
    pub is_heavy: bool,
    /// Loops around this place.
    pub loops: usize,
    /// The place of the last directive.
    pub directive_at: usize,
    depth: usize,
    /// The place of everything, where the text is not that of the template.
    fixed: Option<Range<usize>>,
}

pub(super) type Parsed<T> = Result<T, ParseError>;

// === impl Parser ===

impl<'t> Cursor<'t> for Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        let names: HashSet<Box<str>> = text
            .match_indices("#macro")
            .map(|(at, word)| text[at + word.len()..].trim_start_matches([' ', '\t', '(', '\n', '\r']))
            .map(|rest| rest.split(|one: char| !is_name(one)).next().unwrap_or_default().into())
            .collect();
        Parser {
            text,
            at,
            macros: HashMap::new(),
            is_heavy: !names.is_empty(),
            macro_names: names,
            loops: 0,
            directive_at: 0,
            depth: 0,
            fixed: None,
        }
    }

    /// A parser for a part of the text, such as the content of a string. Macros are not defined there.
    pub(super) fn inner<'s>(&self, text: &'s str, at: usize, fixed: Option<Range<usize>>) -> Parser<'s> {
        Parser {
            text,
            at,
            macros: HashMap::new(),
            macro_names: self.macro_names.clone(),
            is_heavy: false,
            loops: self.loops,
            directive_at: 0,
            depth: self.depth,
            fixed: fixed.or_else(|| self.fixed.clone()),
        }
    }

    pub(super) fn skip_space(&mut self) {
        self.take(|one| matches!(one, ' ' | '\t' | '\n' | '\r'));
    }

    /// The end of a line after a directive, with the blanks before it.
    pub(super) fn skip_line_end(&mut self) {
        let before = self.at;
        self.take(|one| matches!(one, ' ' | '\t'));
        if !(self.eat("\r\n") || self.eat("\n") || self.eat("\r")) {
            self.at = before;
        }
    }

    /// A name at the cursor.
    pub(super) fn name(&mut self) -> Option<&'t str> {
        let starts = self.peek().is_some_and(|one| one.is_ascii_alphabetic() || one == '_');
        starts.then(|| self.take(is_name))
    }

    pub(super) fn expect(&mut self, token: &str, after: &str) -> Parsed<()> {
        self.skip_space();
        if self.eat(token) {
            return Ok(());
        }
        Err(self.error_here(format!("`{token}` is missing after {after}")))
    }

    pub(super) fn error(&self, at: Range<usize>, message: impl Into<String>) -> ParseError {
        ParseError { at: self.fixed.clone().unwrap_or(at), message: message.into() }
    }

    pub(super) fn error_here(&self, message: impl Into<String>) -> ParseError {
        let end = self.at + self.peek().map_or(0, char::len_utf8);
        self.error(self.at..end, message)
    }

    /// Reads something that may contain itself.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEEPEST {
            return Err(self.error_here("the template is nested too deeply"));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }
}

pub(super) fn is_name(one: char) -> bool {
    one.is_ascii_alphanumeric() || one == '_' || one == '-'
}
