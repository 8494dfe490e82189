//! The parser of paths.

use super::path::{Function, Path, Step};
use crate::vtl::cursor::Cursor;

/// Bytes of a path.
const LONGEST: usize = 4096;
/// Filters inside each other.
pub(super) const DEEPEST: usize = 16;

/// Reads a path from left to right.
pub(super) struct Reader<'t> {
    pub text: &'t str,
    pub at: usize,
    pub depth: usize,
}

impl Path {
    /// Reads a path. The error is one sentence.
    pub(in crate::vtl) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err("the path is too long".to_owned());
        }
        let mut reader = Reader { text, at: 0, depth: 0 };
        let path = match reader.eat("$") {
            true => reader.path()?,
            // Without the root it is meant.
            false => {
                let whole = format!("$.{text}");
                let mut reader = Reader { text: &whole, at: 1, depth: 0 };
                let path = reader.path()?;
                return reader.done().map(|()| path);
            }
        };
        reader.done().map(|()| path)
    }
}

// === impl Reader ===

impl<'t> Cursor<'t> for Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }
}

impl<'t> Reader<'t> {
    pub(super) fn skip_space(&mut self) {
        self.take(char::is_whitespace);
    }

    pub(super) fn error<T>(&self, message: &str) -> Result<T, String> {
        Err(format!("the path `{}` cannot be read: {message}", self.text.chars().take(80).collect::<String>()))
    }

    fn done(&mut self) -> Result<(), String> {
        self.skip_space();
        if self.rest().is_empty() { Ok(()) } else { self.error("it goes on after its end") }
    }

    /// The steps after the root.
    pub(super) fn path(&mut self) -> Result<Path, String> {
        let mut path = Path { steps: Vec::new(), function: None };
        loop {
            if self.eat("..") {
                path.steps.push(Step::Deep);
                if self.peek() != Some('[') {
                    path.steps.push(self.dotted(&mut path.function)?);
                }
            } else if self.eat(".") {
                let step = self.dotted(&mut path.function)?;
                if path.function.is_some() {
                    return Ok(path);
                }
                path.steps.push(step);
            } else if self.eat("[") {
                path.steps.push(self.bracket()?);
            } else {
                return Ok(path);
            }
        }
    }

    /// A name after a dot, an asterisk, or a function.
    fn dotted(&mut self, function: &mut Option<Function>) -> Result<Step, String> {
        if self.eat("*") {
            return Ok(Step::All);
        }
        let is_name = |one: char| !one.is_whitespace() && !".[]()=!<>&|,'\"".contains(one);
        let name = self.take(is_name);
        if self.eat("(") {
            *function = Some(self.function(name)?);
            return Ok(Step::All);
        }
        match name {
            "" => self.error("a name is missing after a dot"),
            name => Ok(Step::Names(vec![name.to_owned()])),
        }
    }

    fn function(&mut self, name: &str) -> Result<Function, String> {
        let argument = self.take(|one| one != ')').trim().to_owned();
        if !self.eat(")") {
            return self.error("`)` is missing");
        }
        Ok(match name {
            "length" | "size" => Function::Length,
            "keys" => Function::Keys,
            "sum" => Function::Sum,
            "min" => Function::Min,
            "max" => Function::Max,
            "avg" => Function::Average,
            "stddev" => Function::Deviation,
            "first" => Function::First,
            "last" => Function::Last,
            "index" => match argument.parse() {
                Ok(index) => Function::Index(index),
                Err(_) => return self.error("`index` takes a whole number"),
            },
            _ => return self.error("there is no function of this name"),
        })
    }

    /// The content of brackets.
    fn bracket(&mut self) -> Result<Step, String> {
        self.skip_space();
        let step = match self.peek() {
            Some('?') => {
                self.at += 1;
                self.skip_space();
                if !self.eat("(") {
                    return self.error("`(` is missing after `?`");
                }
                let filter = self.filter()?;
                self.skip_space();
                if !self.eat(")") {
                    return self.error("`)` is missing after the filter");
                }
                Step::Filter(filter)
            }
            Some('*') => {
                self.at += 1;
                Step::All
            }
            Some('\'' | '"') => self.names()?,
            _ => self.numbers()?,
        };
        self.skip_space();
        if self.eat("]") { Ok(step) } else { self.error("`]` is missing") }
    }

    fn names(&mut self) -> Result<Step, String> {
        let mut names = Vec::new();
        loop {
            self.skip_space();
            names.push(self.quoted()?);
            self.skip_space();
            if !self.eat(",") {
                return Ok(Step::Names(names));
            }
        }
    }

    /// A text between quotes, in which a backslash makes the next character text.
    pub(super) fn quoted(&mut self) -> Result<String, String> {
        let Some(quote @ ('\'' | '"')) = self.peek() else { return self.error("a quote is missing") };
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.peek() {
                None => return self.error("a text has no closing quote"),
                Some('\\') => {
                    self.at += 1;
                    let Some(next) = self.peek() else { return self.error("a text has no closing quote") };
                    text.push(next);
                    self.at += next.len_utf8();
                }
                Some(one) => {
                    self.at += one.len_utf8();
                    if one == quote {
                        return Ok(text);
                    }
                    text.push(one);
                }
            }
        }
    }

    fn whole(&mut self) -> Option<i64> {
        self.skip_space();
        let start = self.at;
        self.eat("-");
        self.take(|one| one.is_ascii_digit());
        let number = self.text.get(start..self.at).and_then(|text| text.parse().ok());
        self.skip_space();
        number
    }

    /// Indexes, or a slice.
    fn numbers(&mut self) -> Result<Step, String> {
        let first = self.whole();
        if self.eat(":") {
            return Ok(Step::Slice(first, self.whole()));
        }
        let Some(first) = first else { return self.error("the brackets hold no index") };
        let mut all = vec![first];
        while self.eat(",") {
            match self.whole() {
                Some(next) => all.push(next),
                None => return self.error("an index is missing after `,`"),
            }
        }
        Ok(Step::Indexes(all))
    }
}
