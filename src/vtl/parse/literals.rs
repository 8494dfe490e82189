//! Literals.

use std::sync::Arc;

use super::parser::{Parsed, Parser};
use crate::vtl::cursor::Cursor;
use crate::vtl::tree::Expression;

// === impl Parser ===

impl Parser<'_> {
    /// `[a, b]` or `[1..5]`.
    pub(super) fn list(&mut self) -> Parsed<Expression> {
        self.eat("[");
        self.skip_space();
        if self.eat("]") {
            return Ok(Expression::List(Box::default()));
        }
        let first = self.expression()?;
        self.skip_space();
        if self.eat("..") {
            let last = self.expression()?;
            self.expect("]", "the range")?;
            return Ok(Expression::Range(Box::new((first, last))));
        }
        let mut all = vec![first];
        if self.eat(",") {
            all.extend(self.arguments("]")?);
        } else {
            self.expect("]", "the list")?;
        }
        Ok(Expression::List(all.into()))
    }

    /// `{"key": value}`.
    pub(super) fn map(&mut self) -> Parsed<Expression> {
        self.eat("{");
        let mut all = Vec::new();
        self.skip_space();
        if self.eat("}") {
            return Ok(Expression::Map(Box::default()));
        }
        loop {
            let key = self.expression()?;
            self.expect(":", "the key")?;
            all.push((key, self.expression()?));
            self.skip_space();
            if self.eat("}") {
                return Ok(Expression::Map(all.into()));
            }
            self.expect(",", "the value")?;
        }
    }

    /// A text between quotes. A doubled quote inside is one.
    pub(super) fn string(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let quote = if self.eat("\"") { '"' } else { '\'' };
        self.at = start + 1;
        let mut has_doubled = false;
        loop {
            self.take(|one| one != quote);
            if self.peek().is_none() {
                return Err(self.error(start..start + 1, "this text has no closing quote"));
            }
            self.at += 1;
            if self.peek() != Some(quote) {
                break;
            }
            self.at += 1;
            has_doubled = true;
        }
        let whole = self.text;
        let content = &whole[start + 1..self.at - 1];
        let doubled = [quote, quote].iter().collect::<String>();
        let unescaped = has_doubled.then(|| content.replace(&doubled, &quote.to_string()));
        if quote == '\'' || !content.contains(['$', '#']) {
            return Ok(Expression::Text(unescaped.as_deref().map_or_else(|| Arc::from(content), Arc::from)));
        }
        let mut inner = match &unescaped {
            Some(text) => self.inner(text, 0, Some(start..self.at)),
            None => self.inner(&whole[..self.at - 1], start + 1, None),
        };
        let block = inner.whole()?;
        self.is_heavy |= inner.is_heavy;
        Ok(Expression::Interpolated(block))
    }

    pub(super) fn number(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.eat("-");
        self.take(|one| one.is_ascii_digit());
        let fraction =
            self.rest().strip_prefix('.').is_some_and(|rest| rest.starts_with(|one: char| one.is_ascii_digit()));
        if fraction {
            self.at += 1;
            self.take(|one| one.is_ascii_digit());
        }
        let before = self.at;
        let exponent = (self.eat("e") || self.eat("E")) && {
            let _ = self.eat("+") || self.eat("-");
            !self.take(|one| one.is_ascii_digit()).is_empty()
        };
        if !exponent {
            self.at = before;
        }
        let text = &self.text[start..self.at];
        let number = match fraction || exponent {
            true => text.parse().ok().map(Expression::Double),
            false => text.parse().ok().map(Expression::Integer),
        };
        number.ok_or_else(|| self.error(start..self.at.max(start + 1), format!("`{text}` is no number")))
    }
}
