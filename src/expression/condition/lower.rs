//! From JSONata's syntax tree to the lowered form, where there is one.

use std::sync::Arc;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage, UnaryOp};

use super::compare::{Comparison, Constant};
use super::lowered::{Count, Lowered, Operand};
use crate::expression::Resolver;
use crate::expression::jsonata::{Beginning, KnownFunction, Source, beginning, plain_name};

/// Deeper conditions are not lowered; a chain of `and` or `or` is one level.
const MAX_DEPTH: usize = 60;

/// The lowered form; `None` where only JSONata can say what the expression means.
pub(super) fn lower(ast: &AstNode, resolve: &mut Resolver<'_>) -> Option<Lowered> {
    condition(ast, MAX_DEPTH, &mut Names::OfScope(resolve))
}

/// The meaning of names.
enum Names<'r, 'a> {
    /// They are variables.
    OfScope(&'r mut Resolver<'a>),
    /// They belong to the item that a filter looks at.
    OfItem,
}

fn condition(node: &AstNode, depth: usize, names: &mut Names<'_, '_>) -> Option<Lowered> {
    let depth = depth.checked_sub(1)?;
    match node {
        AstNode::Block(items) => match items.as_slice() {
            [one] => condition(one, depth, names),
            _ => None,
        },
        AstNode::Boolean(flag) => Some(Lowered::Constant(*flag)),
        AstNode::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), .. } => {
            let parts = chain(node, *op);
            let parts: Option<Box<[Lowered]>> = parts.into_iter().map(|part| condition(part, depth, names)).collect();
            parts.map(if *op == BinaryOp::And { Lowered::All } else { Lowered::Any })
        }
        AstNode::Binary { op: BinaryOp::In, lhs, rhs } => {
            let AstNode::Array(items) = &**rhs else { return None };
            let items: Option<Box<[Constant]>> = items.iter().map(constant).collect();
            Some(Lowered::In(operand(lhs, depth, names)?, items?))
        }
        AstNode::Binary { op, lhs, rhs } => {
            let comparison = comparison(*op)?;
            Some(Lowered::Compare(comparison, operand(lhs, depth, names)?, operand(rhs, depth, names)?))
        }
        AstNode::Function { name, args, is_builtin: true } => match (name.as_str(), args.as_slice()) {
            ("not", [arg]) => Some(Lowered::Not(Box::new(condition(arg, depth, names)?))),
            ("boolean", [arg]) => condition(arg, depth, names),
            ("exists", [arg]) => operand(arg, depth, names).map(Lowered::Exists),
            _ => operand(node, depth, names).map(Lowered::Truth),
        },
        other => operand(other, depth, names).map(Lowered::Truth),
    }
}

/// The operands of `a and b and c`, from the left.
fn chain(node: &AstNode, op: BinaryOp) -> Vec<&AstNode> {
    let mut parts = Vec::new();
    let mut node = node;
    while let AstNode::Binary { op: own, lhs, rhs } = node
        && *own == op
    {
        parts.push(&**rhs);
        node = lhs;
    }
    parts.push(node);
    parts.reverse();
    parts
}

fn comparison(op: BinaryOp) -> Option<Comparison> {
    Some(match op {
        BinaryOp::Equal => Comparison::Equal,
        BinaryOp::NotEqual => Comparison::NotEqual,
        BinaryOp::LessThan => Comparison::Less,
        BinaryOp::LessThanOrEqual => Comparison::LessOrEqual,
        BinaryOp::GreaterThan => Comparison::Greater,
        BinaryOp::GreaterThanOrEqual => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn constant(node: &AstNode) -> Option<Constant> {
    Some(match node {
        AstNode::Null => Constant::Null,
        AstNode::Boolean(flag) => Constant::Bool(*flag),
        AstNode::Number(number) => Constant::Number(*number),
        AstNode::String(text) => Constant::Text(text.as_str().into()),
        AstNode::Unary { op: UnaryOp::Negate, operand } => match &**operand {
            AstNode::Number(number) => Constant::Number(-number),
            _ => return None,
        },
        _ => return None,
    })
}

fn operand(node: &AstNode, depth: usize, names: &mut Names<'_, '_>) -> Option<Operand> {
    if let Some(constant) = constant(node) {
        return Some(Operand::Constant(constant));
    }
    match node {
        AstNode::Block(items) => match items.as_slice() {
            [one] => operand(one, depth.checked_sub(1)?, names),
            _ => None,
        },
        AstNode::Path { steps } => place(steps, names),
        AstNode::Name(name) if matches!(names, Names::OfItem) => of_item([name.as_str()]),
        AstNode::Function { name, args, is_builtin: true } => {
            // A filter in a filter would look at each item for each item.
            let Names::OfScope(resolve) = names else { return None };
            match (name.as_str(), args.as_slice()) {
                ("count", [list]) => count(list, depth.checked_sub(1)?, resolve),
                _ => function(KnownFunction::named(name)?, args, resolve),
            }
        }
        _ => None,
    }
}

fn place(steps: &[PathStep], names: &mut Names<'_, '_>) -> Option<Operand> {
    match names {
        Names::OfScope(resolve) => variable(&path(steps)?, resolve),
        Names::OfItem => {
            let (first, rest) = steps.split_first()?;
            let is_item = is_plain(first) && matches!(&first.node, AstNode::Variable(name) if name.is_empty());
            let names: Option<Vec<&str>> = if is_item { rest } else { steps }.iter().map(plain_name).collect();
            of_item(names?)
        }
    }
}

/// A place in an item. Names of headers compare without case, which is left to JSONata.
fn of_item<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<Operand> {
    let names: Box<[Arc<str>]> = names.into_iter().map(Arc::from).collect();
    (!names.is_empty() && !names.iter().any(|name| &**name == "headers")).then_some(Operand::OfItem(names))
}

/// `$count` of a list, or of its items for which a filter holds. A filter that may be a number picks an item by its place.
fn count(list: &AstNode, depth: usize, resolve: &mut Resolver<'_>) -> Option<Operand> {
    let AstNode::Path { steps } = list else { return None };
    let (last, before) = steps.split_last()?;
    let (filter, last) = match last.stages.as_slice() {
        [] => (None, last.clone()),
        [Stage::Filter(filter)] => {
            let filter = condition(filter, depth, &mut Names::OfItem)?;
            if matches!(filter, Lowered::Truth(_) | Lowered::Constant(_)) {
                return None;
            }
            (Some(Box::new(filter)), PathStep { stages: Vec::new(), ..last.clone() })
        }
        _ => return None,
    };
    let steps: Vec<PathStep> = before.iter().cloned().chain([last]).collect();
    let Operand::Variable { source, rest, level } = variable(&path(&steps)?, resolve)? else { return None };
    Some(Operand::Count(Count { source, rest, level, filter }))
}

/// The names of a path from the root: `a.b`, `$.a.b`, `$$.a.b`, `$apiCtx().a.b`.
fn path(steps: &[PathStep]) -> Option<Vec<Arc<str>>> {
    let (first, rest) = steps.split_first()?;
    let is_root = match &first.node {
        AstNode::Variable(name) | AstNode::ParentVariable(name) => name.is_empty(),
        AstNode::Function { name, is_builtin: true, .. } => name == "apiCtx",
        _ => false,
    };
    let names = if is_plain(first) && is_root { rest } else { steps };
    names.iter().map(|step| plain_name(step).map(Arc::from)).collect()
}

fn is_plain(step: &PathStep) -> bool {
    step.stages.is_empty() && step.focus.is_none() && step.index_var.is_none() && !step.is_tuple
}

fn variable(path: &[Arc<str>], resolve: &mut Resolver<'_>) -> Option<Operand> {
    let Beginning { source, names, level } = beginning(path, resolve).ok()?;
    Some(Operand::Variable { source, rest: path[names..].into(), level })
}

/// The functions of IBM's gateway, with constant arguments, are variables too.
fn function(function: KnownFunction, args: &[AstNode], resolve: &mut Resolver<'_>) -> Option<Operand> {
    let mut path: Vec<Arc<str>> = function.reads().iter().copied().map(Arc::from).collect();
    match (function, args) {
        (
            KnownFunction::HttpVerb
            | KnownFunction::OperationId
            | KnownFunction::OperationPath
            | KnownFunction::StatusCode,
            [],
        ) => {}
        (KnownFunction::Header | KnownFunction::UrlParameter, [AstNode::String(name)]) => {
            path.push(name.as_str().into());
        }
        (KnownFunction::QueryParameter, [AstNode::String(name)]) => {
            let Source::Variable(querystring) = beginning(&path, resolve).ok()?.source else { return None };
            return Some(Operand::Query { querystring, name: name.as_str().into() });
        }
        _ => return None,
    }
    variable(&path, resolve)
}
