//! What few bodies have, so that the others stay small.

use super::Room;

/// What few bodies have.
#[derive(Debug, Default)]
pub(super) struct Extras {
    /// The hash of the bytes, where they were hashed as they came.
    pub sha256: Option<[u8; 32]>,
    /// What the bytes, and the tree that is made of them, take of the memory for bodies.
    pub room: Room,
    /// The room of the tree is taken.
    pub has_tree: bool,
}
