//! Parts of an expression where data decides how large its result is: found at load, for warnings.

use jsonata_core::ast::{AstNode, BinaryOp};

use super::bound::parts;
use super::place::place_of;
use crate::expression::ExpressionError;

/// Functions whose argument at this position says how much they make or how long they take.
const SIZED: [(&str, usize, &str); 7] = [
    ("pad", 1, "the length of a text"),
    ("formatNumber", 1, "the picture of a number"),
    ("formatInteger", 1, "the picture of a number"),
    ("parseInteger", 1, "the picture of a number"),
    ("fromMillis", 1, "the picture of a date"),
    ("toMillis", 1, "the picture of a date"),
    ("eval", 0, "an expression"),
];

/// Functions whose result is small whatever data says, or as large as the data itself.
const BOUNDED: [&str; 6] = ["count", "length", "min", "boolean", "exists", "lookup"];

/// Parts whose result may become large: sentences with their places.
pub(super) fn sizes(text: &str, ast: &AstNode) -> Vec<ExpressionError> {
    let mut found = Vec::new();
    let mut open = vec![ast];
    while let Some(node) = open.pop() {
        match node {
            AstNode::Function { name, args, .. } => {
                let sized = SIZED.iter().find(|(known, ..)| known == name);
                if let Some((_, at, what)) = sized
                    && args.get(*at).is_some_and(is_of_data)
                {
                    let message = format!("data decides {what} in `${name}`");
                    found.push(ExpressionError::new(message, place_of(text, name)));
                }
            }
            AstNode::Binary { op: BinaryOp::Range, lhs, rhs } if is_of_data(lhs) || is_of_data(rhs) => {
                let at = text.find("..").map_or(0..text.len(), |start| start..start + 2);
                found.push(ExpressionError::new("data decides the end of a range", at));
            }
            _ => {}
        }
        parts(node, &mut open);
    }
    found.reverse();
    found
}

/// Whether a part of an expression is computed from data, and nothing bounds it.
fn is_of_data(node: &AstNode) -> bool {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match node {
            AstNode::Name(_) | AstNode::Wildcard | AstNode::Descendant | AstNode::ParentVariable(_) => return true,
            AstNode::Variable(name) if name.is_empty() || name == "$" => return true,
            AstNode::Function { name, .. } if BOUNDED.contains(&name.as_str()) => continue,
            AstNode::Conditional { then_branch, else_branch, .. } => {
                open.push(then_branch);
                open.extend(else_branch.as_deref());
                continue;
            }
            _ => {}
        }
        parts(node, &mut open);
    }
    false
}
