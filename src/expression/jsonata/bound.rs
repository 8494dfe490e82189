//! The variables that an expression binds itself.

use std::collections::HashSet;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

/// The names that are bound anywhere in an expression: by `:=`, as parameters, by `@$v` and `#$i`.
pub(super) fn bound_names(ast: &AstNode) -> HashSet<String> {
    let mut names = HashSet::new();
    // A list instead of recursion: expressions may be deep.
    let mut open = vec![ast];
    while let Some(node) = open.pop() {
        match node {
            AstNode::Binary { op: BinaryOp::ColonEqual, lhs, .. } => {
                if let AstNode::Variable(name) = &**lhs {
                    names.insert(name.clone());
                }
            }
            AstNode::Lambda { params, .. } => names.extend(params.iter().cloned()),
            AstNode::Path { steps } => {
                for step in steps {
                    names.extend(step.focus.iter().chain(&step.index_var).cloned());
                    names.extend(step.stages.iter().filter_map(|stage| match stage {
                        Stage::Index(name) => Some(name.clone()),
                        _ => None,
                    }));
                }
            }
            _ => {}
        }
        parts(node, &mut open);
    }
    names
}

/// Adds the parts of a node.
pub(super) fn parts<'n>(node: &'n AstNode, open: &mut Vec<&'n AstNode>) {
    match node {
        AstNode::Path { steps } => steps.iter().for_each(|step| step_parts(step, open)),
        AstNode::Binary { lhs, rhs, .. } => open.extend([&**lhs, &**rhs]),
        AstNode::Unary { operand, .. } => open.push(operand),
        AstNode::Function { args, .. } => open.extend(args),
        AstNode::Call { procedure, args } => {
            open.push(procedure);
            open.extend(args);
        }
        AstNode::Lambda { body, .. } => open.push(body),
        AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => open.extend(items),
        AstNode::Object(pairs) => open.extend(pairs.iter().flat_map(|(key, value)| [key, value])),
        AstNode::ObjectTransform { input, pattern } => {
            open.push(input);
            open.extend(pattern.iter().flat_map(|(key, value)| [key, value]));
        }
        AstNode::Conditional { condition, then_branch, else_branch } => {
            open.extend([&**condition, &**then_branch]);
            open.extend(else_branch.as_deref());
        }
        AstNode::FunctionApplication(inner) => open.push(inner),
        AstNode::Sort { input, terms } => {
            open.push(input);
            open.extend(terms.iter().map(|(term, _)| term));
        }
        AstNode::Transform { location, update, delete } => {
            open.extend([&**location, &**update]);
            open.extend(delete.as_deref());
        }
        _ => {}
    }
}

fn step_parts<'n>(step: &'n PathStep, open: &mut Vec<&'n AstNode>) {
    open.push(&step.node);
    open.extend(step.stages.iter().filter_map(|stage| match stage {
        Stage::Filter(filter) => Some(&**filter),
        _ => None,
    }));
}
