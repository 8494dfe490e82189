//! The limits of one request.

use std::time::Duration;

use tokio::time::Instant;

use super::limits::RateLimitStates;
use crate::value::{NoRoom, Room, Value};

/// Bytes of a list for whose copy no room is taken.
const FEW: usize = 64 * 1024;

/// The time, the sizes and the room that a request may still use.
pub struct Budget {
    pub deadline: Instant,
    /// The time that handlers and `finally` get for themselves.
    pub handlers: Duration,
    /// The largest body that is read.
    pub body_limit: usize,
    /// The rate limits that it was counted against.
    pub limits: RateLimitStates,
    /// Room for the large values that steps have made for the request. It is given back when the request is over.
    pub room: Room,
}

impl Budget {
    /// A value that a step has made and the request keeps: where it is large, room is taken for it.
    #[inline]
    pub fn keep(&mut self, value: Value) -> Result<Value, NoRoom> {
        value.with_room(&mut self.room)
    }

    /// Takes the room for a list to which a step adds.
    pub fn copies(&mut self, list: &Value) -> Result<(), NoRoom> {
        match list.copied_bytes() {
            few if few <= FEW => Ok(()),
            bytes => self.room.take(bytes),
        }
    }
}

/// The limits a context starts with.
#[derive(Debug, Clone, Copy, Default)]
pub struct ContextLimits {
    pub request: Duration,
    pub handlers: Duration,
    pub body_bytes: usize,
}
