//! What a realm has in use of its memory.

use std::cell::Cell;
use std::rc::Rc;

/// What reading a part of the library takes at most.
const ROOM: usize = 1 << 20;

/// The memory of a realm.
#[derive(Clone)]
pub(super) struct Memory {
    pub most: usize,
    /// The allocator counts here.
    pub in_use: Rc<Cell<usize>>,
}

impl Memory {
    pub(super) fn new(most: usize) -> Self {
        Memory { most, in_use: Rc::default() }
    }

    /// Whether a part of the library can be read. The engine's parser does not outlive everywhere that memory ends, and a
    /// script that works on a large body may call for a part when it has used nearly all.
    pub(super) fn has_room(&self) -> bool {
        self.in_use.get() + ROOM.min(self.most / 8) <= self.most
    }
}
