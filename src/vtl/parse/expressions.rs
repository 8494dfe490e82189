//! Expressions, by precedence.

use super::parser::{Parsed, Parser};
use crate::vtl::cursor::Cursor;
use crate::vtl::tree::{Expression, Operator};

use Operator::{
    Add, And, Divide, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Multiply, Or, Remainder, Subtract, Unequal,
};

/// The operators of each level, loosest first. A longer token is before its beginning.
const LEVELS: [&[(&str, Operator)]; 6] = [
    &[("||", Or), ("or", Or)],
    &[("&&", And), ("and", And)],
    &[("==", Equal), ("eq", Equal), ("!=", Unequal), ("ne", Unequal)],
    &[
        ("<=", LessOrEqual),
        ("le", LessOrEqual),
        ("<", Less),
        ("lt", Less),
        (">=", GreaterOrEqual),
        ("ge", GreaterOrEqual),
        (">", Greater),
        ("gt", Greater),
    ],
    &[("+", Add), ("-", Subtract)],
    &[("*", Multiply), ("/", Divide), ("%", Remainder)],
];

// === impl Parser ===

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        self.deeper(|parser| parser.level(0))
    }

    fn level(&mut self, level: usize) -> Parsed<Expression> {
        let Some(operators) = LEVELS.get(level) else { return self.operand() };
        let first = self.level(level + 1)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.operator(operators) {
            rest.push((operator, self.level(level + 1)?));
        }
        Ok(if rest.is_empty() { first } else { Expression::Chain(Box::new(first), rest.into()) })
    }

    fn operator(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        let before = self.at;
        self.skip_space();
        for (token, operator) in operators {
            let is_word = token.starts_with(|one: char| one.is_ascii_alphabetic());
            let after = self.rest().get(token.len()..).and_then(|rest| rest.chars().next());
            let ends = !is_word || !after.is_some_and(|one| one.is_ascii_alphanumeric() || one == '_');
            if ends && self.eat(token) {
                return Some(*operator);
            }
        }
        self.at = before;
        None
    }

    /// An operand: a literal, a reference, a negation, or an expression in parentheses.
    pub(super) fn operand(&mut self) -> Parsed<Expression> {
        self.skip_space();
        match self.peek() {
            Some('!') => {
                self.at += 1;
                self.deeper(Parser::operand).map(|inner| Expression::Not(Box::new(inner)))
            }
            Some('(') => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(")", "the expression in parentheses")?;
                Ok(inner)
            }
            Some('$') => match self.reference()? {
                Some(reference) => Ok(Expression::Reference(reference)),
                None => Err(self.error_here("a name is missing after `$`")),
            },
            Some('[') => self.list(),
            Some('{') => self.map(),
            Some('"' | '\'') => self.string(),
            Some(one) if one.is_ascii_digit() || one == '-' => self.number(),
            Some(one) if one.is_ascii_alphabetic() => self.word(),
            _ => Err(self.error_here("a value is missing")),
        }
    }

    fn word(&mut self) -> Parsed<Expression> {
        let start = self.at;
        match self.take(|one| one.is_ascii_alphanumeric() || one == '_') {
            "true" => Ok(Expression::Bool(true)),
            "false" => Ok(Expression::Bool(false)),
            "null" => Ok(Expression::Null),
            "not" => self.deeper(Parser::operand).map(|inner| Expression::Not(Box::new(inner))),
            word => {
                let message = format!("`{word}` is no value: a text has quotes, and a variable begins with `$`");
                Err(self.error(start..self.at, message))
            }
        }
    }
}
