//! `$(…)` references and templates, JSONata expressions and conditions, read once at load.
//!
//! The root of every name known at load becomes a place ([`Root::Slot`] or [`Root::Builtin`]); at run time nothing is parsed
//! or looked up by name. Names that only run time knows go through the same [`Scope`].

mod builtin;
mod condition;
mod error;
mod fixed;
mod javascript;
mod jsonata;
mod offline;
mod property;
mod reference;
mod root;
mod scope;
mod template;
#[cfg(test)]
mod test_scope;
mod variable;
mod xpath;

pub use builtin::Builtin;
pub use condition::Condition;
pub use error::ExpressionError;
pub use fixed::Fixed;
pub use javascript::looks_like_javascript;
pub use jsonata::{Edit, Editor, Jsonata, JsonataPath, MAX_BYTES, MAX_LENGTH, MAX_LIST, MAX_NESTING, Places, TIME_OUT};
pub use offline::Offline;
pub use property::property_value;
pub use reference::{Reference, parse_path, split_path};
pub use root::Root;
pub use scope::{Scope, SetError, Storage};
pub use template::{Part, Resolved, Resolver, Template, TemplateError};
pub use variable::{Found, Variable};
pub use xpath::{XPath, XPathNode, XPathResult};
