//! Steps of a path that are nothing but a name.

use jsonata_core::ast::{AstNode, PathStep};

/// The name of a step that is nothing but a name.
pub(in crate::expression) fn plain_name(step: &PathStep) -> Option<&str> {
    match step {
        PathStep { node: AstNode::Name(name), stages, focus: None, index_var: None, ancestor_label: None, .. }
            if stages.is_empty() && !step.is_tuple =>
        {
            Some(name)
        }
        _ => None,
    }
}
