//! References.

use super::parser::{Parsed, Parser, is_name};
use crate::vtl::cursor::Cursor;
use crate::vtl::methods::{is_method, is_pattern_method};
use crate::vtl::tree::{Access, Expression, Reference};
use crate::vtl::util;

// === impl Parser ===

impl Parser<'_> {
    /// The reference at the cursor; `None` where the `$` is text.
    pub(super) fn reference(&mut self) -> Parsed<Option<Reference>> {
        let start = self.at;
        if !self.eat("$") {
            return Ok(None);
        }
        self.eat("!");
        let braces = self.eat("{");
        let Some(root) = self.name() else {
            self.at = start;
            return Ok(None);
        };
        if root == "util" {
            self.check_util(start)?;
        }
        let mut steps = Vec::new();
        while let Some(step) = self.deeper(|parser| parser.access(braces))? {
            steps.push(step);
        }
        if braces && !self.eat("}") {
            let message = "`}` is missing at the end of the reference";
            return Err(self.error(start..self.at, message));
        }
        let source = self.text[start..self.at].into();
        Ok(Some(Reference { root: root.into(), steps: steps.into(), source }))
    }

    /// The next step: a member, the call of a method, or an index.
    fn access(&mut self, braces: bool) -> Parsed<Option<Access>> {
        let start = self.at;
        if self.eat("[") {
            // Outside of braces a bracket may be text.
            let index = match self.expression() {
                Ok(index) => index,
                Err(error) if braces => return Err(error),
                Err(_) => {
                    self.at = start;
                    return Ok(None);
                }
            };
            self.skip_space();
            if self.eat("]") {
                return Ok(Some(Access::Index(index)));
            }
            self.at = start;
            return Ok(None);
        }
        if !self.eat(".") {
            return Ok(None);
        }
        let Some(name) = self.name() else {
            self.at = start;
            return Ok(None);
        };
        if !self.eat("(") {
            return Ok(Some(Access::Member(name.into())));
        }
        let at = start + 1..start + 1 + name.len();
        let arguments = self.arguments(")")?;
        self.check_method(name, &arguments, at)?;
        Ok(Some(Access::Call(name.into(), arguments.into())))
    }

    /// Expressions with commas between them, to the closing token.
    pub(super) fn arguments(&mut self, close: &str) -> Parsed<Vec<Expression>> {
        let mut all = Vec::new();
        self.skip_space();
        if self.eat(close) {
            return Ok(all);
        }
        loop {
            all.push(self.expression()?);
            self.skip_space();
            if self.eat(close) {
                return Ok(all);
            }
            if !self.eat(",") {
                return Err(self.error_here(format!("`,` or `{close}` is missing")));
            }
        }
    }

    fn check_method(&self, name: &str, arguments: &[Expression], at: std::ops::Range<usize>) -> Parsed<()> {
        if !is_method(name) {
            return Err(self.error(at, format!("no value has a method `{name}`")));
        }
        if let (true, Some(Expression::Text(pattern))) = (is_pattern_method(name), arguments.first())
            && let Err(reason) = crate::vtl::java::pattern(pattern)
        {
            return Err(self.error(at, format!("the pattern of `{name}` cannot be used: {reason}")));
        }
        Ok(())
    }

    /// Only the functions of API Gateway are there.
    fn check_util(&self, start: usize) -> Parsed<()> {
        let rest = self.rest().strip_prefix('.').unwrap_or_default();
        let name = rest.split(|one: char| !is_name(one)).next().unwrap_or_default();
        if name.is_empty() || util::FUNCTIONS.contains(&name) {
            return Ok(());
        }
        let message = match util::is_of_appsync(name) {
            true => format!("`$util.{name}` belongs to AWS AppSync; API Gateway has no such function"),
            false => format!("API Gateway has no function `$util.{name}`"),
        };
        Err(self.error(start..self.at + 1 + name.len(), message))
    }
}
