//! An export and the operations in it that run an integration.

use super::gateway_responses::GatewayResponses;
use super::values::Values;
use crate::assembly::Cors;
use crate::assembly::extensions::OURS;
use crate::openapi::{Api, Operation};
use crate::source::Node;

pub(super) const INTEGRATION: &str = "x-amazon-apigateway-integration";

/// The parts of an export that all its operations share.
pub(in crate::assembly) struct Export<'a> {
    pub(super) api: &'a Api,
    pub(super) values: Values,
    /// An HTTP API; else it is a REST API.
    pub(super) is_http: bool,
    pub(super) responses: GatewayResponses,
    /// Every operation answers 501: what guards the document is not built.
    pub(super) is_closed: bool,
    pub(in crate::assembly) cors: Option<Cors>,
}

/// Whether an operation runs its integration: an assembly wins over it.
pub(super) fn runs(operation: &Operation) -> bool {
    let has = |node: &Node| node.get(OURS).is_some();
    operation.node.get(INTEGRATION).is_some() && !has(&operation.node) && !has(&operation.path_item)
}
