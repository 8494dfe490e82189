//! The memory of all bodies that are held: one budget for the process.
//!
//! A body takes its room as it comes, and more before it is parsed: what is kept of JSON is up to five times as large as its text.
//! A tree of XML takes its room as it grows. Where there is no room, the request is refused and what others hold stays.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use bytes::Bytes;
use bytestring::ByteString;

/// Bytes that bodies may hold in this process, until [`set_room`] says another number.
pub const DEFAULT_ROOM: usize = 512 * 1024 * 1024;

/// Bytes of something that a step has made for which no room is taken, so that ordinary requests pay nothing.
pub const FEW: usize = 64 * 1024;

static MOST: AtomicUsize = AtomicUsize::new(DEFAULT_ROOM);
static HELD: AtomicUsize = AtomicUsize::new(0);
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// Sets how many bytes bodies may hold.
pub fn set_room(most: usize) {
    MOST.store(most, Ordering::Relaxed);
}

/// How many bytes bodies hold, and how many times there was no room.
pub fn room_held() -> (usize, u64) {
    (HELD.load(Ordering::Relaxed), REFUSED.load(Ordering::Relaxed))
}

/// There is no room for another body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the gateway holds as much of other requests as it may")]
pub struct NoRoom;

/// The room that one body or value has taken; dropping it gives it back.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Room(usize);

impl Room {
    /// Takes more.
    pub fn take(&mut self, bytes: usize) -> Result<(), NoRoom> {
        let most = MOST.load(Ordering::Relaxed);
        let before = HELD.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > most {
            HELD.fetch_sub(bytes, Ordering::Relaxed);
            REFUSED.fetch_add(1, Ordering::Relaxed);
            return Err(NoRoom);
        }
        self.0 += bytes;
        Ok(())
    }

    /// Takes what is there already, whether there is room or not, or gives back what is no longer there.
    pub fn set(&mut self, bytes: usize) {
        HELD.fetch_add(bytes, Ordering::Relaxed);
        HELD.fetch_sub(std::mem::replace(&mut self.0, bytes), Ordering::Relaxed);
    }

    /// The bytes that it has taken.
    pub fn bytes(&self) -> usize {
        self.0
    }
}

impl Clone for Room {
    /// A copy takes the same room again.
    fn clone(&self) -> Self {
        let mut room = Room::default();
        room.set(self.0);
        room
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        HELD.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// A text that has its room for as long as something of it is there.
#[expect(clippy::expect_used, reason = "the bytes are those of a text")]
pub(super) fn kept(text: impl AsRef<str> + Send + 'static, room: Room) -> ByteString {
    struct Text<T>(T);

    impl<T: AsRef<str>> AsRef<[u8]> for Text<T> {
        fn as_ref(&self) -> &[u8] {
            self.0.as_ref().as_bytes()
        }
    }
    ByteString::try_from(keeping(Text(text), room)).expect("UTF-8")
}

/// Bytes that have their room for as long as some of them are there.
pub(super) fn keeping(bytes: impl AsRef<[u8]> + Send + 'static, room: Room) -> Bytes {
    struct Kept<T>(T, #[expect(dead_code, reason = "it is given back when this is dropped")] Room);

    impl<T: AsRef<[u8]>> AsRef<[u8]> for Kept<T> {
        fn as_ref(&self) -> &[u8] {
            self.0.as_ref()
        }
    }
    Bytes::from_owner(Kept(bytes, room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_given_back() {
        // Other tests take room at the same time, but never so much.
        let huge = DEFAULT_ROOM / 2 + 1;
        let mut first = Room::default();
        first.take(huge).unwrap();
        assert_eq!(Room::default().take(huge), Err(NoRoom));
        first.take(1).unwrap();
        drop(first);
        Room::default().take(huge).unwrap();
    }
}
