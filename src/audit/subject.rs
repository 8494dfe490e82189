//! The document that the rules of an audit read.

use crate::assembly::{Assemblies, Placed};
use crate::openapi::Api;

/// A document under audit.
pub(super) struct Subject<'a> {
    pub api: &'a Api,
    pub found: Assemblies,
    pub steps: Vec<Placed>,
}
