//! Directives.

use super::blocks::{Ending, Nodes};
use super::parser::{Parsed, Parser};
use crate::vtl::cursor::Cursor;
use crate::vtl::tree::{Block, Expression, Macro, Node};

const KNOWN: [&str; 13] = [
    "set", "if", "elseif", "else", "end", "foreach", "macro", "define", "break", "stop", "parse", "include", "evaluate",
];

// === impl Parser ===

impl<'t> Parser<'t> {
    /// Whether a directive or the call of a macro is at the cursor.
    pub(super) fn is_directive(&self) -> bool {
        let rest = self.rest().strip_prefix('#').unwrap_or_default();
        let rest = rest.strip_prefix(['{', '@']).unwrap_or(rest);
        let name = rest.split(|one: char| !one.is_ascii_alphanumeric() && one != '_').next().unwrap_or_default();
        KNOWN.contains(&name) || self.macro_names.contains(name)
    }

    /// A `#`: a comment, a literal, a directive, or text.
    pub(super) fn hash(&mut self, nodes: &mut Nodes) -> Parsed<Option<Ending>> {
        let start = self.at;
        if self.eat("##") {
            self.take(|one| one != '\n' && one != '\r');
            self.skip_line_end();
            return Ok(None);
        }
        for (open, close, what) in [("#*", "*#", "comment"), ("#[[", "]]#", "literal")] {
            if self.eat(open) {
                let Some(end) = self.rest().find(close) else {
                    return Err(self.error(start..self.at, format!("the {what} has no `{close}`")));
                };
                if what == "literal" {
                    nodes.text.push_str(&self.rest()[..end]);
                }
                self.at += end + close.len();
                return Ok(None);
            }
        }
        self.at += 1;
        let braces = self.eat("{");
        let with_body = !braces && self.eat("@");
        let word = self.directive_word();
        let is_whole = !braces || self.eat("}");
        if is_whole && !with_body && KNOWN.contains(&word) {
            self.directive_at = start;
            return self.directive(word, start, nodes);
        }
        if is_whole && self.macro_names.contains(word) && self.opens() {
            self.call(word, with_body, start, nodes)?;
            return Ok(None);
        }
        self.at = start + 1;
        nodes.text.push('#');
        Ok(None)
    }

    /// `#elsewhere` is text; `#else` at once before other text is a directive, as in Velocity.
    fn directive_word(&mut self) -> &'t str {
        let word = self.take(|one| one.is_ascii_alphanumeric() || one == '_');
        if self.macro_names.contains(word) || KNOWN.contains(&word) {
            return word;
        }
        for known in ["elseif", "else", "end", "stop"] {
            if word.starts_with(known) {
                self.at -= word.len() - known.len();
                return &word[..known.len()];
            }
        }
        word
    }

    fn opens(&self) -> bool {
        self.rest().trim_start_matches([' ', '\t']).starts_with('(')
    }

    fn directive(&mut self, word: &str, start: usize, nodes: &mut Nodes) -> Parsed<Option<Ending>> {
        match word {
            "end" => {
                self.skip_line_end();
                return Ok(Some(Ending::End));
            }
            "else" => {
                self.skip_line_end();
                return Ok(Some(Ending::Else));
            }
            "elseif" => return Ok(Some(Ending::ElseIf)),
            "break" => nodes.push(Node::Break),
            "stop" => nodes.push(Node::Stop),
            "parse" | "include" => {
                let message = format!("API Gateway has no `#{word}`: a template cannot read another one");
                return Err(self.error(start..self.at, message));
            }
            "evaluate" => {
                let message = "`#evaluate` is not supported: a template is read once, at load";
                return Err(self.error(start..self.at, message));
            }
            word if !self.opens() => return Err(self.error(start..self.at, format!("`(` is missing after `#{word}`"))),
            "set" => {
                // A `#set` takes the blanks before it along.
                nodes.text.truncate(nodes.text.trim_end_matches([' ', '\t']).len());
                let node = self.set()?;
                nodes.push(node);
            }
            "if" => {
                let node = self.conditional(start)?;
                nodes.push(node);
            }
            "foreach" => {
                let node = self.foreach(start)?;
                nodes.push(node);
            }
            "define" => {
                self.expect("(", "`#define`")?;
                let name = self.variable("`#define(`")?;
                self.close("define")?;
                let body = self.body("define", start)?;
                self.is_heavy = true;
                nodes.push(Node::Define { name, body });
            }
            _ => self.define_macro(start)?,
        }
        Ok(None)
    }

    fn close(&mut self, directive: &str) -> Parsed<()> {
        self.expect(")", &format!("`#{directive}(…`"))?;
        self.skip_line_end();
        Ok(())
    }

    /// The name of a variable, with its `$`.
    fn variable(&mut self, after: &str) -> Parsed<Box<str>> {
        self.skip_space();
        let start = self.at;
        let braces = if self.eat("${") || self.eat("$!{") {
            true
        } else {
            let _ = self.eat("$!") || self.eat("$");
            false
        };
        let name = (self.at > start).then(|| self.name()).flatten();
        match name {
            Some(name) if !braces || self.eat("}") => Ok(name.into()),
            _ => Err(self.error_here(format!("a variable such as `$item` is missing after {after}"))),
        }
    }

    fn set(&mut self) -> Parsed<Node> {
        self.expect("(", "`#set`")?;
        self.skip_space();
        let start = self.at;
        let Some(target) = self.reference()? else {
            return Err(self.error_here("a variable such as `$item` is missing after `#set(`"));
        };
        if matches!(target.steps.last(), Some(crate::vtl::tree::Access::Call(..))) {
            return Err(self.error(start..self.at, "the result of a method cannot be set"));
        }
        self.expect("=", "the variable of `#set`")?;
        let value = self.expression()?;
        self.close("set")?;
        Ok(Node::Set { target, value })
    }

    fn condition(&mut self, directive: &str) -> Parsed<Expression> {
        self.expect("(", &format!("`#{directive}`"))?;
        let condition = self.expression()?;
        self.close(directive)?;
        Ok(condition)
    }

    fn conditional(&mut self, start: usize) -> Parsed<Node> {
        let mut arms = Vec::new();
        let mut condition = self.condition("if")?;
        loop {
            let (block, end) = self.block()?;
            arms.push((condition, block));
            match end {
                Ending::ElseIf => condition = self.condition("elseif")?,
                Ending::Else => {
                    let otherwise = self.body("if", start)?;
                    return Ok(Node::If { arms: arms.into(), otherwise: Some(otherwise) });
                }
                Ending::End => return Ok(Node::If { arms: arms.into(), otherwise: None }),
                Ending::Text => return Err(self.error(start..start + 3, "this `#if` has no `#end`")),
            }
        }
    }

    fn foreach(&mut self, start: usize) -> Parsed<Node> {
        self.expect("(", "`#foreach`")?;
        let variable = self.variable("`#foreach(`")?;
        self.skip_space();
        if !self.eat("in") {
            return Err(self.error_here("`in` is missing after the variable of `#foreach`"));
        }
        let list = self.expression()?;
        self.close("foreach")?;
        self.loops += 1;
        self.is_heavy |= self.loops > 1;
        let body = self.body("foreach", start);
        self.loops -= 1;
        Ok(Node::Foreach { variable, list, body: body? })
    }

    fn define_macro(&mut self, start: usize) -> Parsed<()> {
        self.expect("(", "`#macro`")?;
        self.skip_space();
        let Some(name) = self.name() else { return Err(self.error_here("the name is missing after `#macro(`")) };
        let mut parameters = Vec::new();
        loop {
            self.take(|one| matches!(one, ' ' | '\t' | '\n' | '\r' | ','));
            if self.peek() != Some('$') {
                break;
            }
            parameters.push(self.variable("`#macro(`")?);
        }
        self.close("macro")?;
        let body = self.body("macro", start)?;
        if self.macros.insert(name.into(), Macro { parameters: parameters.into(), body }).is_some() {
            return Err(self.error(start..start + 6, format!("there are two macros `{name}`")));
        }
        Ok(())
    }

    fn call(&mut self, name: &str, with_body: bool, start: usize, nodes: &mut Nodes) -> Parsed<()> {
        self.expect("(", "the name of the macro")?;
        let mut arguments = Vec::new();
        loop {
            self.take(|one| matches!(one, ' ' | '\t' | '\n' | '\r' | ','));
            if self.peek().is_none() || self.eat(")") {
                break;
            }
            arguments.push(self.operand()?);
        }
        self.skip_line_end();
        let body: Option<Block> = if with_body { Some(self.body(name, start)?) } else { None };
        nodes.push(Node::Call { name: name.into(), arguments: arguments.into(), body });
        Ok(())
    }
}
