//! JSONPath in the dialect of Jayway, which API Gateway uses.
//!
//! A definite path, of names and single indexes, gives the value itself. Every other path gives a list.

mod compare;
mod find;
mod functions;
mod parse;
mod parse_filter;
mod path;
#[cfg(test)]
mod tests;

pub(super) use path::{Found, Path};
