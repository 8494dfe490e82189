//! Values that a script was given, whose numbers keep their text where they come back.

use bytes::Bytes;

use crate::value::{Kind, LongNumbers, Value};

/// Values that are remembered; a script that reads more has the numbers of JavaScript in the others.
const MOST: usize = 16;

/// The objects and lists that a script has read. Nothing of them is looked at before the script hands a value over.
#[derive(Default)]
pub(super) struct Given {
    values: Vec<Value>,
    /// Bodies that were read as JSON and not looked at yet.
    bodies: Vec<Bytes>,
    /// Those of the first so many values.
    long: LongNumbers,
    looked_at: usize,
}

impl Given {
    /// Remembers a value.
    pub(super) fn note(&mut self, value: &Value) {
        let has_numbers = matches!(value.kind(), Kind::List(_) | Kind::Object(_) | Kind::Number(_));
        let is_known = |known: &Value| known.view().place() == value.view().place();
        if has_numbers && self.values.len() < MOST && !self.values.iter().any(is_known) {
            self.values.push(value.clone());
        }
    }

    /// Remembers a body that is read as JSON.
    pub(super) fn note_body(&mut self, body: &Bytes) {
        if self.values.len() + self.bodies.len() < MOST {
            self.bodies.push(body.clone());
        }
    }

    /// A value that the script hands over, with the numbers that it was given as they were written.
    pub(super) fn restored(&mut self, value: Value) -> Value {
        if !matches!(value.kind(), Kind::List(_) | Kind::Object(_) | Kind::Number(_)) {
            return value;
        }
        self.values.extend(self.bodies.drain(..).filter_map(|body| Value::if_json(&body)));
        for given in &self.values[self.looked_at..] {
            self.long.note(given.view());
        }
        self.looked_at = self.values.len();
        if self.long.is_empty() {
            return value;
        }
        self.values.iter().fold(value, |value, given| value.with_numbers_of(given, &self.long))
    }
}
