//! Expressions that are nothing but names: their values are those of the document, with their numbers as they were written.

use std::sync::Arc;

use jsonata_core::ast::AstNode;

use super::plain_name::plain_name;
use crate::value::{Kind, Value};

/// The names of a path of names. Those of headers compare without case, which is left to the evaluator.
pub(super) fn names(ast: &AstNode) -> Option<Box<[Arc<str>]>> {
    let names: Option<Vec<&str>> = match ast {
        AstNode::Name(name) => Some(vec![name]),
        AstNode::Path { steps } => steps.iter().map(plain_name).collect(),
        _ => None,
    };
    let names = names.filter(|names| !names.contains(&"headers"))?;
    Some(names.into_iter().map(Arc::from).collect())
}

/// The value at a path; `None` where JSONata has to find it: lists have rules of their own.
pub(super) fn value(root: &Value, names: &[Arc<str>]) -> Option<Value> {
    let mut value = root.view();
    for name in names {
        value = value.as_object()?.get(name)?;
    }
    (!matches!(value.kind(), Kind::List(_) | Kind::Null | Kind::Binary(_) | Kind::Xml(_))).then(|| value.to_value())
}
