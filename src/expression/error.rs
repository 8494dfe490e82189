//! Errors in an expression, with their places in its text.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use jsonata_core::evaluator::{EvaluatorError, error_code_prefix};
use jsonata_core::parser::{self, ParserError};

/// A mistake in an expression, found at load or at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// JSONata's own code, such as `T2009`; `None` for what JSONata does not know.
    pub code: Option<Box<str>>,
    /// One sentence for the author. It never quotes data of a request; texts of `$error` and `$assert` are the author's.
    pub message: String,
    /// The place in the expression, in bytes. The whole expression for errors that are found only at run time.
    pub at: Range<usize>,
}

impl ExpressionError {
    pub(super) fn new(message: impl Into<String>, at: Range<usize>) -> Self {
        ExpressionError { code: None, message: message.into(), at }
    }

    pub(super) fn coded(code: &str, message: impl Into<String>, at: Range<usize>) -> Self {
        ExpressionError { code: Some(code.into()), message: message.into(), at }
    }

    /// The error of the parser about `text`.
    pub(super) fn from_parser(text: &str, error: &ParserError) -> Self {
        let full = error.to_string();
        let at = place(text, error, &full);
        let found = &text[at.clone()];
        let cannot_stand = || match found {
            "" => "the expression ends too early".to_owned(),
            found => format!("`{}` cannot stand here", short(found)),
        };
        let bare = ["Invalid syntax: ", "Invalid number: "].iter().find_map(|kind| full.strip_prefix(kind));
        let bare = bare.unwrap_or(&full);
        let code = match error {
            ParserError::UnclosedComment => Some("S0106"),
            _ => error_code_prefix(bare),
        };
        let message = match error {
            ParserError::UnexpectedToken(_) | ParserError::UnexpectedEnd => cannot_stand(),
            ParserError::Expected { expected, .. } if found.is_empty() => {
                format!("`{}` is missing at the end", symbol(expected))
            }
            ParserError::Expected { expected, .. } => {
                format!("`{}` is expected here, not `{}`", symbol(expected), short(found))
            }
            ParserError::InvalidSyntax(_) if code == Some("S0201") => cannot_stand(),
            ParserError::UnclosedString => "the text has no closing quote".to_owned(),
            ParserError::UnclosedBacktick => "the quoted name has no closing backquote".to_owned(),
            ParserError::UnclosedComment => "the comment has no closing `*/`".to_owned(),
            _ if code == Some("U1002") => "the expression is nested too deeply".to_owned(),
            _ => without_code(bare).to_owned(),
        };
        ExpressionError { code: code.map(Into::into), message, at }
    }

    /// The error of an evaluation. The crate's sentences quote data, so ours take their place.
    pub(super) fn from_evaluator(error: &EvaluatorError, length: usize) -> Self {
        let code = error.code();
        let message = match code.unwrap_or_default() {
            "D3137" | "D3141" => Cow::Owned(without_code(error.message()).chars().take(500).collect()),
            code => sentence(code),
        };
        ExpressionError { code: code.map(Into::into), message: message.into_owned(), at: 0..length }
    }

    /// The error of a limit of the evaluation, in the words of its code.
    pub(super) fn of_run_time(code: &str, length: usize) -> Self {
        ExpressionError::coded(code, sentence(code), 0..length)
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ExpressionError {}

/// JSONata's run-time errors that authors meet, in words.
fn sentence(code: &str) -> Cow<'static, str> {
    Cow::Borrowed(match code {
        "T0410" | "T0411" | "T0412" => "an argument of a function has the wrong type",
        "T1003" => "a key of an object is not text",
        "T1005" | "T1006" => "something is called that is not a function",
        "T2001" | "T2002" => "arithmetic needs numbers on both sides",
        "T2003" | "T2004" => "both ends of a range are whole numbers",
        "T2006" => "the right side of `~>` is not a function",
        "T2007" | "T2008" => "a sort needs only numbers or only texts",
        "T2009" => "`<`, `<=`, `>` and `>=` compare two numbers or two texts, not one of each",
        "T2010" => "`<`, `<=`, `>` and `>=` compare numbers or texts",
        "D1001" | "D1002" => "a number is out of range",
        "D1011" | "U1001" => "the evaluation is nested too deeply",
        "D1012" => "the evaluation took too long",
        "D2014" => "a range has too many items",
        "D2015" => "a list has too many items",
        "U1004" => "the evaluation makes too much data",
        "U1005" => "too many long evaluations are running",
        "U1006" => "a picture is too long",
        "D3001" => "a number that is not finite cannot be written as text",
        "D3010" => "the pattern of `$replace` is empty",
        "D3011" => "the limit of `$replace` is negative",
        "D3020" => "the limit of `$split` is negative",
        "D3030" => "a value cannot be read as a number",
        "D3040" => "the limit of `$match` is negative",
        "D3050" => "the function of `$reduce` needs two arguments",
        "D3060" => "`$sqrt` needs a number that is not negative",
        "D3061" => "the result of `$power` is out of range",
        "D3070" => "`$sort` needs a function where the list holds other things than numbers or texts",
        "D3080" | "D3081" | "D3082" | "D3083" | "D3084" | "D3085" | "D3086" | "D3087" | "D3088" | "D3089" | "D3090"
        | "D3091" | "D3092" | "D3093" => "the picture of `$formatNumber` is not one",
        "D3100" => "the base of `$formatBase` is not from 2 to 36",
        "D3110" => {
            "`$toMillis` needs a time such as `2026-11-30T12:00:00Z`, or a picture that says how the text is written"
        }
        "D3120" => "the text of `$eval` is not an expression",
        "D3121" => "the expression of `$eval` failed",
        "D3130" | "D3131" | "D3132" | "D3133" | "D3134" | "D3135" | "D3136" => {
            "the picture of a date or of a whole number is not one"
        }
        "D3138" => "`$single` found more than one value",
        "D3139" => "`$single` found no value",
        "D3140" => "a text cannot be decoded as part of a URL",
        "" => "the evaluation failed",
        other => return Cow::Owned(format!("the evaluation failed with JSONata's error {other}")),
    })
}

fn without_code(message: &str) -> &str {
    error_code_prefix(message).map_or(message, |code| message[code.len() + 1..].trim_start())
}

/// The place at which the parser failed. It does not report one, but it reads from left to right: the shortest beginning of the
/// text that fails in the same way ends with the token at fault.
fn place(text: &str, error: &ParserError, full: &str) -> Range<usize> {
    let ended = matches!(error, ParserError::UnexpectedEnd)
        || matches!(error, ParserError::UnexpectedToken(token) if token == "Eof")
        || matches!(error, ParserError::Expected { found, .. } if found == "Eof");
    if ended {
        return text.len()..text.len();
    }
    let ends: Vec<usize> = text.char_indices().map(|(at, letter)| at + letter.len_utf8()).collect();
    let fails_the_same = |end: usize| parser::parse(&text[..end]).is_err_and(|error| error.to_string() == full);
    let index = ends.partition_point(|end| !fails_the_same(*end));
    let end = ends.get(index).copied().unwrap_or(text.len());
    token_start(&text[..end], matches!(error, ParserError::UnclosedString | ParserError::UnclosedBacktick))..end
}

/// The start of the last token of a text.
fn token_start(text: &str, opening_quote: bool) -> usize {
    let Some(last) = text.chars().next_back() else { return 0 };
    let before = text.len() - last.len_utf8();
    match last {
        '"' | '\'' | '`' if !opening_quote => text[..before].rfind(last).unwrap_or(before),
        last if last.is_alphanumeric() || last == '_' => {
            let word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
            text.rfind(|letter| !word(letter)).map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8))
        }
        _ => before,
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The parser's token names as an author writes them.
fn symbol(token: &str) -> &str {
    match token {
        "RightParen" => ")",
        "RightBracket" => "]",
        "RightBrace" => "}",
        "LeftParen" => "(",
        "LeftBrace" => "{",
        "Colon" => ":",
        "Comma" => ",",
        "Pipe" => "|",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(text: &str) -> (String, String) {
        let error = ExpressionError::from_parser(text, &parser::parse(text).unwrap_err());
        (text[error.at.clone()].to_owned(), error.message)
    }

    #[test]
    fn mistakes_have_their_place_and_a_sentence() {
        for (text, found, message) in [
            ("a b", "b", "`b` cannot stand here"),
            ("a = 'x' 'long text' b", "'long text'", "`'long text'` cannot stand here"),
            ("request.verb === 'GET'", "=", "`=` cannot stand here"),
            ("a && b", "&", "`&` cannot stand here"),
            ("(a = 1", "", "`)` is missing at the end"),
            ("a = ", "", "the expression ends too early"),
            ("a[1", "", "`]` is missing at the end"),
            ("a[1) = 2", ")", "`]` is expected here, not `)`"),
            ("ä = \"x", "\"", "the text has no closing quote"),
            ("`a", "`", "the quoted name has no closing backquote"),
        ] {
            assert_eq!(fails(text), (found.to_owned(), message.to_owned()), "{text}");
        }
    }

    #[test]
    fn codes_are_jsonatas() {
        let code = |text: &str| ExpressionError::from_parser(text, &parser::parse(text).unwrap_err()).code;
        assert_eq!(code("a b").as_deref(), Some("S0201"));
        assert_eq!(code("(a").as_deref(), Some("S0203"));
        assert_eq!(code("\"a").as_deref(), Some("S0101"));
    }
}
