//! Places below the roots that the library names.

use std::sync::Arc;

use rquickjs::{Ctx, Exception};

use crate::expression::{Builtin, Reference, Root, SetError};

/// The root of a message, by the name that the library uses.
pub(super) fn root(name: &str) -> Root {
    Builtin::named(name).map_or_else(|| Root::Named(name.into()), Root::Builtin)
}

/// A place below a root.
pub(super) fn below(name: &str, path: &[&str]) -> Reference {
    Reference::new(root(name), path.iter().map(|part| Arc::from(*part)).collect())
}

pub(super) fn set_error(ctx: &Ctx<'_>, error: &SetError) -> rquickjs::Error {
    Exception::throw_type(ctx, &error.to_string())
}
