//! The memory of all bodies that are held: one budget for the process.
//!
//! A body takes its room as it comes, and more before it is parsed: a tree of JSON or XML is many times as large as its text. Where
//! there is no room, the request is refused and what others hold stays.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Bytes that bodies may hold in this process, until [`set_room`] says another number.
pub const DEFAULT_ROOM: usize = 512 * 1024 * 1024;

/// What nodes of a tree take in memory, with what an allocator adds: an object, a list, each item of one, a member or an attribute
/// with its key, an element of XML. Empty objects and lists share one.
const OBJECT: usize = 176;
const LIST: usize = 64;
const ITEM: usize = 72;
const KEY: usize = 112;
const ELEMENT: usize = 200;

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

/// The room that one body has taken; dropping it gives it back.
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
}

impl Drop for Room {
    fn drop(&mut self) {
        HELD.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// About how many bytes the tree of a text takes: 0 for what is neither JSON nor XML.
pub fn tree_bytes(text: &[u8]) -> usize {
    let count = |byte: u8| text.iter().filter(|other| **other == byte).count();
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => {
            let empty = |pair: [u8; 2]| text.iter().zip(&text[1..]).filter(|(a, b)| [**a, **b] == pair).count();
            let objects = count(b'{') - empty(*b"{}");
            let lists = count(b'[') - empty(*b"[]");
            text.len() + objects * OBJECT + lists * LIST + count(b',') * ITEM + count(b':') * KEY
        }
        Some(b'<') => text.len() + count(b'<') * ELEMENT + count(b'=') * KEY,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_many_times_their_text() {
        assert_eq!(tree_bytes(b"plain text, with: commas"), 0);
        let many = |item: &str| format!("[{}]", vec![item; 1000].join(","));
        assert!(tree_bytes(many("{\"a\":1}").as_bytes()) > 40 * many("{\"a\":1}").len());
        assert!(tree_bytes(many("{}").as_bytes()) < 40 * many("{}").len());
        assert_eq!(tree_bytes(b"["), 65);
        let long = format!("{{\"x\":\"{}\"}}", "y".repeat(1_000_000));
        assert!(tree_bytes(long.as_bytes()) < 2 * long.len());
        assert!(tree_bytes(b" <a><b c='d'/></a>") > 600);
    }

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
