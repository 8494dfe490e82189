//! OpenAPI 3.1: as 3.0 where Gantry looks; its schemas are JSON Schema 2020-12 and `paths` may be missing.

use super::{Api, Dialect, document, servers};
use crate::base::{Findings, Reported};
use crate::source::{References, Tree};

/// Reads an OpenAPI 3.1 document.
pub(super) fn read(tree: &Tree, references: References, findings: &mut Findings) -> Result<Api, Reported> {
    let base_path = servers::base_path(&tree.root, findings);
    Ok(document::api(tree, Dialect::OpenApi31, &base_path, references, findings))
}
