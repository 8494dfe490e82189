//! The parser of templates.

mod blocks;
mod directives;
mod expressions;
mod literals;
mod parser;
mod references;

use super::error::ParseError;
use super::tree::Tree;
use parser::Parser;

/// AWS takes no longer template.
const LONGEST: usize = 300 * 1024;

/// The tree of a template. White space at both ends is not part of it.
pub(super) fn tree(text: &str) -> Result<Tree, ParseError> {
    if text.len() > LONGEST {
        return Err(ParseError { at: 0..0, message: "a template has at most 300 KB".to_owned() });
    }
    let start = text.len() - text.trim_start().len();
    let mut parser = Parser::new(text.trim_end(), start);
    let root = parser.whole()?;
    Ok(Tree { root, macros: parser.macros, is_heavy: parser.is_heavy })
}
