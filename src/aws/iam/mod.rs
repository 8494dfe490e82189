//! Policy documents of IAM, as a Lambda authorizer answers with one: statements, patterns and conditions.
//!
//! A part that is not known here never lets a request in: a statement with one does not allow, and does deny.

mod condition;
mod document;
mod facts;
mod known;
mod pattern;
#[cfg(test)]
mod tests;

pub use document::{Asked, Decision, decide};
pub use facts::Facts;
