//! `$default`: the route of an HTTP API that takes what no other route takes.

use super::export::INTEGRATION;
use crate::openapi::{Api, Operation, PathTemplate};

/// Lets the route `$default` stand for every path and verb that the document does not have.
pub fn spread_default_route(api: &mut Api) {
    let is_default = |one: &Operation| &*one.path.text == "/$default" && one.node.get(INTEGRATION).is_some();
    let Some(at) = api.operations.iter().position(is_default) else { return };
    let default = api.operations.remove(at);
    for path in ["/", "/{+path}"].into_iter().filter_map(|path| PathTemplate::parse(path).ok()) {
        // A route of its own for every verb of this path leaves nothing over.
        let shape = path.shape();
        let same = |one: &Operation| one.verb.is_none() && one.path.shape() == shape;
        if !api.operations.iter().any(same) {
            api.operations.push(Operation { path, verb: None, is_default: true, ..default.clone() });
        }
    }
}
