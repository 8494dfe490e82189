//! The memory in use of a realm, and the room that it has taken of the memory for all requests.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::value::{NoRoom, Room};

/// The most memory that reading a part of the library takes.
const ROOM: usize = 1 << 20;

/// The memory that every realm may have without room, so that ordinary scripts need no accounting; and how much more is taken at a
/// time.
const FREE: usize = 2 << 20;
const STEP: usize = 1 << 20;

/// The memory of a realm.
#[derive(Clone)]
pub(super) struct Memory {
    pub most: usize,
    /// The allocator counts here.
    pub in_use: Rc<Cell<usize>>,
    /// It is given back after each run.
    room: Rc<RefCell<Room>>,
}

impl Memory {
    pub(super) fn new(most: usize) -> Self {
        Memory { most, in_use: Rc::default(), room: Rc::default() }
    }

    /// Takes the room for what is in use and so many bytes more. More than the realm may have is refused elsewhere.
    pub(super) fn take_room(&self, more: usize) -> Result<(), NoRoom> {
        let wanted = self.in_use.get().saturating_add(more);
        if wanted <= FREE || wanted > self.most + STEP {
            return Ok(());
        }
        let mut room = self.room.borrow_mut();
        match (wanted - FREE).next_multiple_of(STEP).checked_sub(room.bytes()) {
            Some(missing) if missing > 0 => room.take(missing),
            _ => Ok(()),
        }
    }

    /// Gives back what a run has taken.
    pub(super) fn give_room_back(&self) {
        self.room.take();
    }

    /// Whether a part of the library can be read. The engine's parser does not outlive everywhere that memory ends, and a
    /// script that works on a large body may call for a part when it has used nearly all.
    pub(super) fn has_room(&self) -> bool {
        self.in_use.get() + ROOM.min(self.most / 8) <= self.most
    }
}
