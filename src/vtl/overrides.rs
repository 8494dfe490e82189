//! The names of overrides that a template sets.

use super::tree::{Access, Expression, Node, Reference, Tree};

/// The names in `$context.SIDE.GROUP.NAME` that some `#set` has.
pub(super) fn names<'t>(tree: &'t Tree, side: &str, group: &str) -> Vec<&'t str> {
    let mut names: Vec<&str> = Vec::new();
    let mut open: Vec<&[Node]> = vec![&tree.root];
    open.extend(tree.macros.values().map(|one| &*one.body));
    while let Some(block) = open.pop() {
        for node in block {
            match node {
                Node::Set { target, .. } => names.extend(name(target, side, group)),
                Node::If { arms, otherwise } => {
                    open.extend(arms.iter().map(|(_, block)| &**block));
                    open.extend(otherwise.iter().map(|block| &**block));
                }
                Node::Foreach { body, .. } | Node::Define { body, .. } | Node::Call { body: Some(body), .. } => {
                    open.push(body);
                }
                _ => {}
            }
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn name<'t>(target: &'t Reference, side: &str, group: &str) -> Option<&'t str> {
    match &*target.steps {
        [first, second, last] if &*target.root == "context" => {
            (text(first)? == side && text(second)? == group).then_some(())?;
            text(last)
        }
        _ => None,
    }
}

fn text(step: &Access) -> Option<&str> {
    match step {
        Access::Member(name) => Some(name),
        Access::Index(Expression::Text(name)) => Some(name),
        _ => None,
    }
}
