//! JSON that is written and read at once: its text, and the tape of the text.

use super::parse::shrink;
use super::read;
use super::repeats::{self, Names};
use super::repr::Value;
use super::scan::plain_end;
use super::tape::{Json, Tag, Word};
use super::write::write_escaped;

/// Takes JSON part by part. What is started must be ended in turn; a member's name comes before its value.
pub(in crate::value) trait JsonOut {
    /// Whether there is so much that writing must end.
    fn is_full(&self) -> bool;
    fn null(&mut self);
    fn start_object(&mut self);
    fn end_object(&mut self);
    fn start_list(&mut self);
    /// An item comes next.
    fn item(&mut self);
    fn end_list(&mut self);
    /// A name of XML, in which nothing needs an escape; those of attributes begin with `@`.
    fn name(&mut self, is_attribute: bool, prefix: Option<&str>, local: &str);
    /// Texts that are one.
    fn text(&mut self, parts: &[&str]);
    /// The place where the next part goes.
    fn mark(&self) -> Mark;
    /// Writes once more the one member that was written first in an object; says whether it did.
    fn again(&mut self, from: Mark, to: Mark) -> bool;
}

/// A place in JSON that is being written.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::value) struct Mark {
    text: usize,
    tape: usize,
    names: usize,
}

/// A value of JSON that is being written, up to a length.
pub(in crate::value) struct JsonMaker {
    text: String,
    most: usize,
    tape: Vec<Word>,
    decoded: String,
    sorted: Vec<u32>,
    repeats: bool,
    names: usize,
    open: Vec<Open>,
    /// Nothing of the innermost list or object is written yet.
    is_fresh: bool,
}

/// An object or a list whose end has not come yet.
struct Open {
    node: usize,
    count: usize,
    bits: u64,
}

impl JsonMaker {
    /// A value whose text has at most so many bytes, and is expected to have so many.
    pub fn new(most: usize, expected: usize) -> Self {
        JsonMaker {
            text: String::with_capacity(expected.min(most)),
            most,
            tape: Vec::with_capacity(expected.min(most) / 8),
            decoded: String::new(),
            sorted: Vec::new(),
            repeats: false,
            names: 0,
            open: Vec::new(),
            is_fresh: false,
        }
    }

    /// The value, if it is not too long.
    pub fn finish(self) -> Option<Value> {
        if self.is_full() {
            return None;
        }
        let JsonMaker { text, mut tape, decoded, sorted, repeats, names, .. } = self;
        shrink(&mut tape);
        let json = Json { text: text.into(), tape, decoded, sorted, repeats, names };
        Some(read::of(json))
    }

    fn start(&mut self, mark: char) {
        self.open.push(Open { node: self.tape.len(), count: 0, bits: 0 });
        self.tape.push(Word::new(Tag::Null, 0, 1));
        self.text.push(mark);
        self.is_fresh = true;
    }

    fn next(&mut self) {
        if !std::mem::take(&mut self.is_fresh) {
            self.text.push(',');
        }
        if let Some(open) = self.open.last_mut() {
            open.count += 1;
        }
    }
}

impl JsonOut for JsonMaker {
    fn is_full(&self) -> bool {
        self.text.len() > self.most
    }

    fn null(&mut self) {
        self.text.push_str("null");
        self.tape.push(Word::new(Tag::Null, 0, 0));
    }

    fn start_object(&mut self) {
        self.start('{');
    }

    fn end_object(&mut self) {
        self.text.push('}');
        self.is_fresh = false;
        let Some(Open { node, count, bits }) = self.open.pop() else { return };
        let names = Names { tape: &mut self.tape, text: &self.text, decoded: &self.decoded };
        self.repeats |= names.end(node, count, bits, &mut self.sorted);
    }

    fn start_list(&mut self) {
        self.start('[');
    }

    fn item(&mut self) {
        self.next();
    }

    fn end_list(&mut self) {
        self.text.push(']');
        self.is_fresh = false;
        let Some(Open { node, count, .. }) = self.open.pop() else { return };
        self.tape[node] = Word::new(Tag::List, count, self.tape.len() - node);
    }

    fn name(&mut self, is_attribute: bool, prefix: Option<&str>, local: &str) {
        self.next();
        self.text.push('"');
        let start = self.text.len();
        if is_attribute {
            self.text.push('@');
        }
        if let Some(prefix) = prefix {
            self.text.push_str(prefix);
            self.text.push(':');
        }
        self.text.push_str(local);
        let word = Word::new(Tag::Text, self.text.len() - start, start);
        self.text.push_str("\":");
        self.names += 1;
        self.tape.push(word);
        if let Some(open) = self.open.last_mut() {
            open.bits |= repeats::bit(self.text.as_bytes(), word);
        }
    }

    fn text(&mut self, parts: &[&str]) {
        self.text.push('"');
        if let [text] = parts
            && plain_end(text.as_bytes(), 0) == text.len()
        {
            self.tape.push(Word::new(Tag::Text, text.len(), self.text.len()));
            self.text.push_str(text);
            self.text.push('"');
            return;
        }
        let (start, length) = (self.text.len(), parts.iter().map(|part| part.len()).sum());
        let text = &mut self.text;
        parts.iter().for_each(|part| write_escaped(part, |part| text.push_str(part)));
        let word = match self.text.len() - start == length {
            true => Word::new(Tag::Text, length, start),
            false => {
                let from = self.decoded.len();
                parts.iter().for_each(|part| self.decoded.push_str(part));
                Word::new(Tag::Decoded, length, from)
            }
        };
        self.tape.push(word);
        self.text.push('"');
    }

    fn mark(&self) -> Mark {
        Mark { text: self.text.len(), tape: self.tape.len(), names: self.names }
    }

    fn again(&mut self, from: Mark, to: Mark) -> bool {
        let (shift, start) = (self.text.len() - from.text, self.tape.len());
        self.text.extend_from_within(from.text..to.text);
        self.tape.extend_from_within(from.tape..to.tape);
        for word in &mut self.tape[start..] {
            // Other words are not places in the text.
            if word.tag() == Tag::Text {
                *word = Word::new(Tag::Text, word.size(), word.at() + shift);
            }
        }
        self.names += to.names - from.names;
        self.is_fresh = false;
        if let (Some(open), Some(name)) = (self.open.last_mut(), self.tape.get(start)) {
            open.count += 1;
            open.bits |= repeats::bit(self.text.as_bytes(), *name);
        }
        true
    }
}
