//! OpenAPI 3.0: `servers`.

use super::{Api, Dialect, document, servers};
use crate::base::{Findings, Reported};
use crate::source::{References, Tree};

/// Reads an OpenAPI 3.0 document.
pub(super) fn read(tree: &Tree, references: References, findings: &mut Findings) -> Result<Api, Reported> {
    let base_path = servers::base_path(&tree.root, findings);
    Ok(document::api(tree, Dialect::OpenApi30, &base_path, references, findings))
}
