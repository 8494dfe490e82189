//! The parts that all dialects share: info, paths, operations, parameters.

use std::sync::Arc;

use super::path_item::Reader;
use super::{Api, Dialect, placement};
use crate::base::Findings;
use crate::source::{Node, References, Tree};

/// Builds the API; `base_path` is what the dialect found.
pub(super) fn api(
    tree: &Tree,
    dialect: Dialect,
    base_path: &str,
    references: References,
    findings: &mut Findings,
) -> Api {
    let root = &tree.root;
    let info = |key: &str| root.get("info").and_then(|info| info.get(key)).and_then(Node::text);
    let title = info("title").unwrap_or("untitled");
    let operations = Reader::new(root, base_path, &references, findings).operations(root);
    placement::repeated_ids(&operations, findings);
    placement::check(root, &references, dialect == Dialect::OpenApi30, findings);
    Api {
        tree: tree.clone(),
        references: Arc::new(references),
        dialect,
        name: info("x-ibm-name").unwrap_or(title).into(),
        title: title.into(),
        version: info("version").unwrap_or_default().into(),
        base_path: base_path.trim_end_matches('/').into(),
        operations,
        template: None,
    }
}
