//! Numbers that lose digits where something computes with them as JavaScript does, and their way back.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::number::Number;
use super::repr::Value;
use super::view::{Kind, ValueRef};

/// Texts of numbers up to this length are exact, unless they have an exponent: JavaScript has 15 digits and a few more.
const EXACT: usize = 15;

/// Numbers of values that are longer than JavaScript's, by what JavaScript makes of them.
#[derive(Debug, Default)]
pub struct LongNumbers {
    texts: HashMap<u64, Option<Box<str>>>,
    has_others: bool,
}

impl LongNumbers {
    /// The long numbers in a value.
    pub fn of(value: ValueRef<'_>) -> Self {
        let mut found = LongNumbers::default();
        found.note(value);
        found
    }

    /// The number as it was written, where one number of the value, and no other, is this to JavaScript.
    pub fn find(&self, number: f64) -> Option<Value> {
        Value::number(self.texts.get(&number.to_bits())?.as_deref()?)
    }

    /// Whether JavaScript would write every number of the values as it was written.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && !self.has_others
    }

    /// Adds those of another value.
    pub fn note(&mut self, value: ValueRef<'_>) {
        match value.kind() {
            Kind::Number(Number::Text(text)) if !is_long(text) => self.has_others |= is_unusual(text),
            Kind::Number(Number::Text(text)) => self.add(text),
            Kind::Number(number @ (Number::Integer(_) | Number::Unsigned(_))) if is_long(&number.to_text()) => {
                self.add(&number.to_text());
            }
            Kind::List(items) => items.iter().for_each(|item| self.note(item)),
            Kind::Object(members) => members.iter().for_each(|(_, member)| self.note(member)),
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        match self.texts.entry(Number::Text(text).as_f64().to_bits()) {
            Entry::Vacant(place) => drop(place.insert(Some(text.into()))),
            Entry::Occupied(mut known) if known.get().as_deref().is_some_and(|known| known != text) => {
                known.insert(None);
            }
            Entry::Occupied(_) => {}
        }
    }
}

fn is_long(text: &str) -> bool {
    text.len() > EXACT || text.contains(['e', 'E'])
}

/// Whether JavaScript writes a short number in another way: `10.00`, `-0`.
fn is_unusual(text: &str) -> bool {
    text == "-0" || text.contains('.') && text.ends_with('0')
}

impl Value {
    /// The value, which JavaScript made of `old`, with the numbers of `old` as they were written: those that are at the same place
    /// and have the same worth, and long ones wherever they are.
    pub fn with_numbers_of(self, old: &Value, long: &LongNumbers) -> Value {
        restored(self.view(), Some(old.view()), long).unwrap_or(self)
    }
}

/// The value with numbers that are restored; `None` where there are none.
fn restored(new: ValueRef<'_>, old: Option<ValueRef<'_>>, long: &LongNumbers) -> Option<Value> {
    match new.kind() {
        Kind::Number(number) => {
            let worth = number.as_f64();
            let same = old.filter(|old| matches!(old.kind(), Kind::Number(before) if before.as_f64() == worth));
            let before = same.map(ValueRef::to_value).or_else(|| long.find(worth))?;
            (before.to_text() != number.to_text()).then_some(before)
        }
        // JavaScript writes a number that is infinite to it as null.
        Kind::Null => {
            let is_infinite =
                |old: &ValueRef<'_>| matches!(old.kind(), Kind::Number(number) if number.as_f64().is_infinite());
            old.filter(is_infinite).map(ValueRef::to_value)
        }
        Kind::List(items) => {
            let below = |index: usize| old.and_then(|old| old.as_list()?.get(index));
            let made: Vec<Option<Value>> =
                items.iter().enumerate().map(|(index, item)| restored(item, below(index), long)).collect();
            made.iter().any(Option::is_some).then(|| {
                let all = items.iter().zip(made);
                Value::list(all.map(|(item, made)| made.unwrap_or_else(|| item.to_value())))
            })
        }
        Kind::Object(members) => {
            let below = |name: &str| old.and_then(|old| old.as_object()?.get(name));
            let made: Vec<Option<Value>> =
                members.iter().map(|(name, member)| restored(member, below(name), long)).collect();
            made.iter().any(Option::is_some).then(|| {
                let all = members.iter().zip(made);
                Value::object(all.map(|((name, member), made)| (name, made.unwrap_or_else(|| member.to_value()))))
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::parse_json(text.as_bytes()).unwrap()
    }

    #[test]
    fn numbers_come_back_as_they_were_written() {
        let old = r#"{"id":9007199254740993,"p":10.00,"l":[1e400,{"n":123456789012345678901234567890}],"s":1.5}"#;
        let old = value(old);
        let long = LongNumbers::of(old.view());
        for (new, expected) in [
            (r#"{"id":9007199254740992}"#, r#"{"id":9007199254740993}"#),
            (r#"{"other":[9007199254740992]}"#, r#"{"other":[9007199254740993]}"#),
            (r#"{"p":10,"q":10}"#, r#"{"p":10.00,"q":10}"#),
            (r#"{"p":11}"#, r#"{"p":11}"#),
            (r#"{"l":[null,{"n":1.2345678901234568e+29}]}"#, r#"{"l":[1e400,{"n":123456789012345678901234567890}]}"#),
            (r#"{"l":["a",{"x":null}]}"#, r#"{"l":["a",{"x":null}]}"#),
            ("9007199254740992", "9007199254740993"),
        ] {
            assert_eq!(value(new).with_numbers_of(&old, &long).view().to_json(), expected, "{new}");
        }
    }

    #[test]
    fn a_number_that_two_could_be_stays_as_it_is() {
        let old = value("[9007199254740993, 9007199254740992]");
        let long = LongNumbers::of(old.view());
        assert_eq!(long.find(9_007_199_254_740_992.0), None);
        let moved = value(r#"{"a":9007199254740992}"#).with_numbers_of(&old, &long);
        assert_eq!(moved.view().to_json(), r#"{"a":9007199254740992}"#);
    }
}
