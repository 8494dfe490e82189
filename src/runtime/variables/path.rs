//! The part of a reference after its variable's fixed name.

use std::sync::Arc;

pub(super) type Path<'a> = &'a [Arc<str>];

/// The names of a path as texts.
pub(super) fn segments(path: Path<'_>) -> impl Iterator<Item = &str> {
    path.iter().map(|segment| &**segment)
}
