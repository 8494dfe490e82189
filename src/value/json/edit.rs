//! Changing values. One that was read is made into one that can be changed first, itself alone: what is in it stays as it was
//! read.

use std::sync::Arc;

use super::repr::{Members, Repr, Value};
use super::view::Kind;

impl Value {
    /// The members of an object, to be changed.
    pub fn object_mut(&mut self) -> Option<&mut Members> {
        self.as_object()?;
        self.make();
        match &mut self.0 {
            Repr::Object(members) => Some(Arc::make_mut(members)),
            _ => None,
        }
    }

    /// The items of a list, to be changed.
    pub fn list_mut(&mut self) -> Option<&mut Vec<Value>> {
        self.as_list()?;
        self.make();
        match &mut self.0 {
            Repr::List(items) => Some(Arc::make_mut(items)),
            _ => None,
        }
    }

    /// The members, of a value that becomes an object without members where it is none.
    #[expect(clippy::expect_used, reason = "what is no object becomes one in the line before")]
    pub fn to_object_mut(&mut self) -> &mut Members {
        if !matches!(self.kind(), Kind::Object(_)) {
            *self = Value::empty_object();
        }
        self.object_mut().expect("an object")
    }

    /// Makes a list or an object that was read, one level deep.
    fn make(&mut self) {
        if let Repr::Read { .. } = self.0 {
            let made = match self.kind() {
                Kind::List(items) => Value::list(items.iter().map(|item| item.to_value())),
                Kind::Object(members) => {
                    Value::object(members.iter().map(|(name, value)| (Arc::from(name), value.to_value())))
                }
                _ => return,
            };
            *self = made;
        }
    }

    /// Puts `new` at the end of `path`, making objects on the way. A scalar in the way is replaced by an object; a list
    /// is entered where the segment is an index it has, or the next free one.
    pub fn set(&mut self, path: &[&str], new: Value) {
        let Some((key, rest)) = path.split_first() else {
            *self = new;
            return;
        };
        let length = self.as_list().map(|items| items.len());
        if let Some(index) = key.parse::<usize>().ok().filter(|index| length.is_some_and(|length| *index <= length))
            && let Some(items) = self.list_mut()
        {
            if index == items.len() {
                items.push(Value::NULL);
            }
            items[index].set(rest, new);
            return;
        }
        self.to_object_mut().entry(Arc::from(*key)).or_default().set(rest, new);
    }

    /// Removes what is at the end of `path`; nothing happens where nothing is.
    pub fn remove(&mut self, path: &[&str]) {
        let Some((key, rest)) = path.split_first() else { return };
        if self.at(path.iter().copied()).is_none() {
            return;
        }
        if let Some(members) = self.object_mut() {
            match (rest.is_empty(), members.get_mut(*key)) {
                (true, _) => drop(members.shift_remove(*key)),
                (false, Some(member)) => member.remove(rest),
                (false, None) => {}
            }
        } else if let (Some(items), Ok(index)) = (self.list_mut(), key.parse::<usize>()) {
            match (rest.is_empty(), items.get_mut(index)) {
                (true, Some(_)) => drop(items.remove(index)),
                (false, Some(item)) => item.remove(rest),
                (_, None) => {}
            }
        }
    }
}
