//! The parser of filters.

use super::parse::{DEEPEST, Reader};
use super::path::{Comparison, Filter, Operand};
use crate::value::Value;
use crate::vtl::cursor::Cursor;

/// The operators. A longer token is before its beginning.
const OPERATORS: [(&str, Comparison); 13] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    ("<=", Comparison::LessOrEqual),
    ("<", Comparison::Less),
    (">=", Comparison::GreaterOrEqual),
    (">", Comparison::Greater),
    ("in ", Comparison::In),
    ("nin ", Comparison::NotIn),
    ("subsetof ", Comparison::SubsetOf),
    ("anyof ", Comparison::AnyOf),
    ("noneof ", Comparison::NoneOf),
    ("size ", Comparison::Size),
    ("empty ", Comparison::Empty),
];

// === impl Reader ===

impl Reader<'_> {
    /// A filter: alternatives of conditions.
    pub(super) fn filter(&mut self) -> Result<Filter, String> {
        if self.depth == DEEPEST {
            return self.error("it is nested too deeply");
        }
        self.depth += 1;
        let mut any = vec![self.conditions()?];
        loop {
            self.skip_space();
            if !self.eat("||") {
                break;
            }
            any.push(self.conditions()?);
        }
        self.depth -= 1;
        Ok(if any.len() == 1 { any.remove(0) } else { Filter::Any(any) })
    }

    fn conditions(&mut self) -> Result<Filter, String> {
        let mut all = vec![self.condition()?];
        loop {
            self.skip_space();
            if !self.eat("&&") {
                break;
            }
            all.push(self.condition()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::All(all) })
    }

    fn condition(&mut self) -> Result<Filter, String> {
        self.skip_space();
        let is_not = self.eat("!");
        self.skip_space();
        let filter = if self.eat("(") {
            let inner = self.filter()?;
            self.skip_space();
            if !self.eat(")") {
                return self.error("`)` is missing");
            }
            inner
        } else {
            self.comparison()?
        };
        Ok(if is_not { Filter::Not(Box::new(filter)) } else { filter })
    }

    fn comparison(&mut self) -> Result<Filter, String> {
        let left = self.operand()?;
        self.skip_space();
        if self.eat("=~") {
            self.skip_space();
            return Ok(Filter::Matches(left, self.pattern()?));
        }
        for (token, comparison) in OPERATORS {
            if self.eat(token) {
                return Ok(Filter::Compare(left, comparison, self.operand()?));
            }
        }
        Ok(Filter::Exists(left))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        self.skip_space();
        match self.peek() {
            Some(one @ ('@' | '$')) => {
                if self.depth == DEEPEST {
                    return self.error("it is nested too deeply");
                }
                self.at += 1;
                self.depth += 1;
                let path = self.path()?;
                self.depth -= 1;
                Ok(Operand::Path { from_root: one == '$', path })
            }
            Some('\'' | '"') => Ok(Operand::Value(Value::from(self.quoted()?))),
            Some('[') => self.list().map(Operand::Value),
            _ => self.literal().map(Operand::Value),
        }
    }

    fn list(&mut self) -> Result<Value, String> {
        self.eat("[");
        let mut all: Vec<Value> = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(']') => {
                    self.at += 1;
                    return Ok(all.into());
                }
                Some(',') => self.at += 1,
                Some('\'' | '"') => all.push(self.quoted()?.into()),
                _ => all.push(self.literal()?),
            }
        }
    }

    /// A number, a boolean, or null.
    fn literal(&mut self) -> Result<Value, String> {
        let word = self.take(|one| one.is_ascii_alphanumeric() || "+-.".contains(one));
        match word {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            "null" => Ok(Value::NULL),
            word => match Value::parse_json(word.as_bytes()) {
                Ok(number) => Ok(number),
                Err(_) => self.error("a value is missing"),
            },
        }
    }

    /// `/pattern/i`.
    fn pattern(&mut self) -> Result<regex::Regex, String> {
        if !self.eat("/") {
            return self.error("a pattern is missing after `=~`");
        }
        let mut pattern = String::new();
        loop {
            match self.peek() {
                None => return self.error("a pattern has no closing `/`"),
                Some('/') => break,
                Some(one) => {
                    self.at += one.len_utf8();
                    pattern.push(one);
                    if one == '\\'
                        && let Some(next) = self.peek()
                    {
                        self.at += next.len_utf8();
                        pattern.push(next);
                    }
                }
            }
        }
        self.at += 1;
        let flag = if self.eat("i") { "(?i)" } else { "" };
        crate::vtl::java::pattern(&format!("^(?:{flag}{pattern})$")).or_else(|reason| self.error(&reason))
    }
}
