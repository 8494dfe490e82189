//! What a value takes that a step has made.

use std::mem::size_of;

use super::repr::{Repr, Value};
use super::view::Kind;
use crate::value::room::{FEW, NoRoom, Room, kept};

/// What a block of memory takes in addition to its bytes.
const BLOCK: usize = 32;

/// What a member takes in addition to its value and its name: the place in the object, and what finds it.
const MEMBER: usize = 48;

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
    pub fn with_room(self, room: &mut Room) -> Result<Value, NoRoom> {
        if let Repr::String(text) = &self.0 {
            return match text.len() > FEW {
                true => {
                    let mut own = Room::default();
                    own.take(text.len())?;
                    Ok(kept(text.clone(), own).into())
                }
                false => Ok(self),
            };
        }
        let bytes = self.made_bytes();
        if bytes > FEW {
            room.take(bytes)?;
        }
        Ok(self)
    }
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
}
