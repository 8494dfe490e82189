//! One [`Api`] from every dialect: Swagger 2.0, OpenAPI 3.0 and 3.1.
//!
//! The gateway needs little of a document: where its operations are, what their parameters are called, and the subtrees that
//! other rooms read. Everything else stays in the tree.

mod api;
mod carriers;
mod document;
mod openapi30;
mod openapi31;
mod parameter;
mod path;
mod path_item;
mod placement;
mod read;
mod sample;
pub mod schema;

mod security;
mod servers;
mod swagger20;
mod template;
#[cfg(test)]
mod tests;

pub use api::{Api, Dialect, Operation, Template};
pub use carriers::{IBM, OURS};
pub use parameter::{Location, Parameter, ParameterType, Separator};
pub use path::{Part, PathTemplate, Segment};
pub use read::{is_document, read};
pub use security::{Demand, KeyPlace, Scheme, SchemeKind, Security};
pub use template::{holds_api, in_template, is_template};
