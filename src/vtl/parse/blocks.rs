//! Text, and what interrupts it.

use super::parser::{Parsed, Parser};
use crate::vtl::cursor::Cursor;
use crate::vtl::tree::{Block, Node};

/// The directive that ended a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Text,
    Else,
    ElseIf,
    End,
}

/// The nodes of a block that is being read, and the text after the last of them.
#[derive(Default)]
pub(super) struct Nodes {
    pub nodes: Vec<Node>,
    pub text: String,
}

// === impl Nodes ===

impl Nodes {
    pub(super) fn push(&mut self, node: Node) {
        self.flush();
        self.nodes.push(node);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.nodes.push(Node::Text(std::mem::take(&mut self.text).into()));
        }
    }

    fn done(mut self) -> Block {
        self.flush();
        self.nodes.into()
    }
}

// === impl Parser ===

impl Parser<'_> {
    /// The whole text as one block.
    pub(super) fn whole(&mut self) -> Parsed<Block> {
        match self.block()? {
            (block, Ending::Text) => Ok(block),
            (_, end) => {
                let word = if end == Ending::End { "#end" } else { "#else" };
                let at = self.directive_at..self.directive_at + word.len();
                Err(self.error(at, format!("this `{word}` belongs to no directive")))
            }
        }
    }

    /// A block, and the directive that ends it.
    pub(super) fn block(&mut self) -> Parsed<(Block, Ending)> {
        self.deeper(|parser| {
            let mut nodes = Nodes::default();
            loop {
                let text = parser.take(|one| !matches!(one, '$' | '#' | '\\'));
                nodes.text.push_str(text);
                let end = match parser.peek() {
                    None => Some(Ending::Text),
                    Some('$') => parser.printed(&mut nodes)?,
                    Some('\\') => parser.escaped(&mut nodes)?,
                    Some(_) => parser.hash(&mut nodes)?,
                };
                if let Some(end) = end {
                    return Ok((nodes.done(), end));
                }
            }
        })
    }

    /// A block that only `#end` ends.
    pub(super) fn body(&mut self, directive: &str, start: usize) -> Parsed<Block> {
        match self.block()? {
            (block, Ending::End) => Ok(block),
            _ => Err(self.error(start..start + 1 + directive.len(), format!("this `#{directive}` has no `#end`"))),
        }
    }

    fn printed(&mut self, nodes: &mut Nodes) -> Parsed<Option<Ending>> {
        match self.reference()? {
            Some(reference) => nodes.push(Node::Print(reference)),
            None => {
                nodes.text.push('$');
                self.at += 1;
            }
        }
        Ok(None)
    }

    /// Backslashes. Before a reference or a directive two of them are one, and a single one makes it text.
    fn escaped(&mut self, nodes: &mut Nodes) -> Parsed<Option<Ending>> {
        let backslashes = self.take(|one| one == '\\').len();
        if self.peek() == Some('$')
            && let Some(reference) = self.reference()?
        {
            nodes.push(Node::Escaped { backslashes, reference });
            return Ok(None);
        }
        if self.peek() == Some('#') && self.is_directive() {
            nodes.text.extend(std::iter::repeat_n('\\', backslashes / 2));
            if backslashes % 2 == 1 {
                nodes.text.push('#');
                self.at += 1;
            }
            return Ok(None);
        }
        nodes.text.extend(std::iter::repeat_n('\\', backslashes));
        Ok(None)
    }
}
