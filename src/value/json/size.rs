//! The sizes of values: of those that a step has made, and of those that are read from a text.

use std::mem::size_of;

use super::read::without_mark;
use super::repr::{Repr, Value};
use super::view::Kind;
use crate::value::room::{FEW, NoRoom, Room, kept};

/// The size of a block of memory in addition to its bytes.
const BLOCK: usize = 32;

/// The size of a member in addition to its value and its name: its place in the object, and the index that finds it.
const MEMBER: usize = 48;

/// The size of a value or a name of JSON, with the spare capacity of a row of them; and the size of the index entry of a name in a
/// large object.
const WORD: usize = 10;
const FOUND: usize = 4;

/// The size of a JSON text with nearly no content.
const LEAST: usize = 256;

impl Value {
    /// About how many bytes its lists and objects take, with the texts in them. What was read, and XML, has its room itself.
    pub fn made_bytes(&self) -> usize {
        match &self.0 {
            Repr::List(items) => BLOCK + items.iter().map(|item| size_of::<Value>() + item.made_bytes()).sum::<usize>(),
            Repr::Object(members) => {
                let member = |(name, value): (&std::sync::Arc<str>, &Value)| {
                    MEMBER + BLOCK + name.len() + size_of::<Value>() + value.made_bytes()
                };
                BLOCK + members.iter().map(member).sum::<usize>()
            }
            Repr::String(text) | Repr::Digits(text) => BLOCK + text.len(),
            _ => 0,
        }
    }

    /// How many bytes it takes to add to a list that was read: its items are copied.
    pub fn copied_bytes(&self) -> usize {
        match (&self.0, self.kind()) {
            (Repr::Read { .. }, Kind::List(items)) => items.len() * size_of::<Value>(),
            _ => 0,
        }
    }

    /// The value with the room that it needs: a large text has it for as long as it is there; that of other large values is taken of
    /// `room`.
    #[inline]
    pub fn with_room(self, room: &mut Room) -> Result<Value, NoRoom> {
        match &self.0 {
            Repr::String(text) | Repr::Digits(text) if text.len() <= FEW => Ok(self),
            Repr::String(_) | Repr::Digits(_) | Repr::List(_) | Repr::Object(_) => self.with_much_room(room),
            _ => Ok(self),
        }
    }

    fn with_much_room(self, room: &mut Room) -> Result<Value, NoRoom> {
        if let Repr::String(text) = &self.0 {
            let mut own = Room::default();
            own.take(text.len())?;
            return Ok(kept(text.clone(), own).into());
        }
        let bytes = self.made_bytes();
        if bytes > FEW {
            room.take(bytes)?;
        }
        Ok(self)
    }
}

/// At most how many bytes are kept of what a JSON text says, in addition to the text: 0 for what is no JSON.
pub fn tree_bytes(text: &[u8]) -> usize {
    match without_mark(text).iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => {
            let (names, others) = marks(text);
            let words = 1 + names + others;
            // Each value has a byte at least, and one that parts it from the next; each member has five.
            let (words, names) = (words.min(text.len() / 2 + 1), names.min(text.len() / 5));
            let decoded = if memchr::memchr(b'\\', text).is_some() { text.len() } else { 0 };
            LEAST + words * WORD + names * FOUND + decoded
        }
        _ => 0,
    }
}

/// How many colons a text has, and how many commas and opening brackets. Counts of a few bytes fit into one, so that the compiler
/// makes one loop over many bytes at a time of it.
fn marks(text: &[u8]) -> (usize, usize) {
    let (mut colons, mut others) = (0, 0);
    for chunk in text.chunks(255) {
        let (mut few_colons, mut few_others) = (0_u8, 0_u8);
        for byte in chunk {
            few_colons += u8::from(*byte == b':');
            // The two brackets differ in one bit, which makes no other byte one of them.
            few_others += u8::from(*byte == b',') + u8::from(*byte | 0x20 == b'{');
        }
        colons += usize::from(few_colons);
        others += usize::from(few_others);
    }
    (colons, others)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::room_held;

    #[test]
    fn small_values_take_no_room_and_large_ones_what_they_need() {
        let mut room = Room::default();
        let numbers = |count: i64| Value::list((0..count).map(Value::from));
        for small in [Value::NULL, "text".into(), numbers(1000), Value::object([("a", numbers(10))])] {
            assert_eq!(small.clone().with_room(&mut room), Ok(small));
            assert_eq!(room, Room::default());
        }
        let list = numbers(10_000).with_room(&mut room).unwrap();
        assert_eq!(room.bytes(), BLOCK + 160_000);
        assert_eq!(Value::object([("a", list)]).made_bytes(), 160_000 + 4 * BLOCK + MEMBER + 1 - BLOCK + 16);
        let read = Value::parse_json(b"[1,2,3]").unwrap();
        assert_eq!((read.made_bytes(), read.copied_bytes()), (0, 48));
        let text = "x".repeat(1_000_000);
        let value = Value::from(&*text).with_room(&mut room).unwrap();
        assert!(room.bytes() < 200_000 && room_held().0 >= text.len());
        assert_eq!((value.as_str(), value.to_bytes().len()), (Some(&*text), text.len()));
    }

    #[test]
    fn json_is_a_few_times_its_text() {
        assert_eq!(tree_bytes(b"plain text, with: commas"), 0);
        let many = |item: &str| format!("[{}]", vec![item; 1000].join(","));
        for item in ["{\"a\":1}", "{}", "1", "[]", "\"::::,,,,\"", "\"\\n\""] {
            let text = many(item);
            let bytes = tree_bytes(text.as_bytes());
            assert!(bytes > 2 * text.len() && bytes < 6 * text.len() + LEAST, "{item}");
        }
        assert_eq!(tree_bytes(b"["), LEAST + WORD);
        assert_eq!(tree_bytes(b"\xef\xbb\xbf {"), tree_bytes(b" {"));
        let long = format!("{{\"x\":\"{}\"}}", "y".repeat(1_000_000));
        assert!(tree_bytes(long.as_bytes()) < 1000);
        assert_eq!(tree_bytes(b" <a><b c='d'/></a>"), 0);
    }
}
