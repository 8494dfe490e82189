//! Two states of a set of documents, compared as a reviewer reads them: routes, who may call, what they must send, steps, limits
//! and what is called.

mod access;
mod changes;
mod facts;
mod markdown;
mod properties;
mod rest;
mod routes;
mod steps;
#[cfg(test)]
mod tests;
mod text;
mod values;

pub use changes::{Change, Changes, Topic, Weight};
pub use facts::Served;
pub use markdown::markdown;
pub use routes::compare;
pub use text::text;
