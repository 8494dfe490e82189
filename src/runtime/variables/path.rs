//! What follows the part of a reference that its variable fixes.

use std::sync::Arc;

pub(super) type Path<'a> = &'a [Arc<str>];

/// The names of a path as texts.
pub(super) fn segments(path: Path<'_>) -> impl Iterator<Item = &str> {
    path.iter().map(|segment| &**segment)
}
