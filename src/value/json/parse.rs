//! A JSON text to its tape: one pass, and no allocation for a value.

use bytestring::ByteString;
use smallvec::SmallVec;

use super::error::{Expected, Unread};
use super::repeats;
use super::scan;
use super::tape::{Json, MOST_BYTES, Tag, Word};

/// Lists and objects inside each other.
pub(super) const MOST_OPEN: usize = 127;

/// Words of a tape that are made room for at first; later there is as much again each time.
const FIRST_WORDS: usize = 1024;

/// The spare capacity that a buffer may keep: a quarter of its length, and this many bytes.
const FEW: usize = 128;

/// Reads a text.
pub(super) fn read(text: ByteString, most_open: usize) -> Result<Json, Unread> {
    if text.len() >= MOST_BYTES {
        return Err(Unread { expected: Expected::Shorter, at: 0 });
    }
    let mut reader = Reader {
        text: &text,
        bytes: text.as_bytes(),
        tape: Vec::with_capacity(FIRST_WORDS.min(text.len() / 6 + 2)),
        decoded: String::new(),
        sorted: Vec::new(),
        repeats: false,
        names: 0,
        inner: Open::NOTHING,
        around: SmallVec::new(),
        most_open,
    };
    let mut at = 0;
    if let Err(expected) = reader.document(&mut at) {
        return Err(Unread { expected, at });
    }
    let Reader { mut tape, mut decoded, mut sorted, repeats, names, .. } = reader;
    shrink(&mut tape);
    if is_wasteful(decoded.len(), decoded.capacity()) {
        decoded.shrink_to_fit();
    }
    if is_wasteful(sorted.len(), sorted.capacity()) {
        sorted.shrink_to_fit();
    }
    Ok(Json { tape, decoded, sorted, repeats, names, text })
}

/// Gives back the spare capacity of a tape, if it is much.
pub(super) fn shrink(tape: &mut Vec<Word>) {
    if is_wasteful(tape.len(), tape.capacity()) {
        tape.shrink_to_fit();
    }
}

fn is_wasteful(length: usize, capacity: usize) -> bool {
    capacity > length + length / 4 + FEW
}

/// A list or an object whose end has not come yet.
#[derive(Clone, Copy)]
struct Open {
    /// Its word on the tape.
    node: usize,
    /// Items or members so far.
    count: usize,
    within: Within,
    /// Of the names so far one bit each, unless two have the same.
    names: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    List,
    Object,
}

impl Open {
    /// Around the value that is the whole text.
    const NOTHING: Open = Open { node: 0, count: 1, within: Within::Nothing, names: 0 };
}

/// A text that is being read. Its place in the text is passed along, so that it is in a register.
struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    tape: Vec<Word>,
    decoded: String,
    sorted: Vec<u32>,
    repeats: bool,
    names: usize,
    /// The list or object that is being read, and those around it.
    inner: Open,
    around: SmallVec<[Open; 24]>,
    most_open: usize,
}

impl Reader<'_> {
    fn document(&mut self, end: &mut usize) -> Result<(), Expected> {
        let at = &mut 0;
        let read = self.values(at);
        *end = *at;
        read
    }

    #[inline(always)]
    fn values(&mut self, at: &mut usize) -> Result<(), Expected> {
        // After the start of a list or an object that is not empty, its first value is next.
        while self.value(at)? || self.next(at)? {}
        Ok(())
    }

    /// The next byte that is no space.
    #[inline(always)]
    fn peek(&self, at: &mut usize) -> Option<u8> {
        loop {
            match self.bytes.get(*at)? {
                b' ' | b'\n' | b'\t' | b'\r' => *at += 1,
                byte => return Some(*byte),
            }
        }
    }

    /// No text has more words than half its bytes: each value has a byte at least, and one that parts it from the next.
    #[inline(always)]
    fn push(&mut self, word: Word, at: usize) {
        if self.tape.len() == self.tape.capacity() {
            self.grow(at);
        }
        self.tape.push(word);
    }

    #[cold]
    fn grow(&mut self, at: usize) {
        let most = (self.bytes.len() - at.min(self.bytes.len())) / 2 + 2;
        self.tape.reserve_exact(self.tape.len().max(2).min(most));
    }

    /// Reads a value. Of a list or an object that is not empty only the start, and the first name: that is said.
    #[inline(always)]
    fn value(&mut self, at: &mut usize) -> Result<bool, Expected> {
        match self.peek(at) {
            Some(b'"') => {
                let word = self.string(at)?;
                self.push(word, *at);
            }
            Some(b'{') => return self.start(Within::Object, at),
            Some(b'[') => return self.start(Within::List, at),
            Some(b'-' | b'0'..=b'9') => {
                let Some(end) = scan::number_end(self.bytes, *at) else { return Err(Expected::Number) };
                self.push(Word::new(Tag::Number, end - *at, *at), *at);
                *at = end;
            }
            Some(b't') => self.literal(b"true", Tag::True, at)?,
            Some(b'f') => self.literal(b"false", Tag::False, at)?,
            Some(b'n') => self.literal(b"null", Tag::Null, at)?,
            _ => return Err(Expected::Value),
        }
        Ok(false)
    }

    #[inline(always)]
    fn literal(&mut self, literal: &[u8], tag: Tag, at: &mut usize) -> Result<(), Expected> {
        if !self.bytes[*at..].starts_with(literal) {
            return Err(Expected::Value);
        }
        self.push(Word::new(tag, 0, 0), *at);
        *at += literal.len();
        Ok(())
    }

    #[inline(always)]
    fn start(&mut self, within: Within, at: &mut usize) -> Result<bool, Expected> {
        if self.around.len() >= self.most_open {
            return Err(Expected::Shallower);
        }
        let node = self.tape.len();
        let (tag, end) = if within == Within::Object { (Tag::Object, b'}') } else { (Tag::List, b']') };
        self.push(Word::new(tag, 0, 1), *at);
        *at += 1;
        if self.peek(at) == Some(end) {
            *at += 1;
            return Ok(false);
        }
        self.around.push(std::mem::replace(&mut self.inner, Open { node, count: 1, within, names: 0 }));
        if within == Within::Object {
            self.name(at)?;
        }
        Ok(true)
    }

    /// After a value: whether another follows, after the ends of lists and objects.
    #[inline(always)]
    fn next(&mut self, at: &mut usize) -> Result<bool, Expected> {
        loop {
            match (self.inner.within, self.peek(at)) {
                (Within::Nothing, None) => return Ok(false),
                (Within::Nothing, Some(_)) => return Err(Expected::Nothing),
                (within, Some(b',')) => {
                    self.inner.count += 1;
                    *at += 1;
                    if within == Within::Object {
                        self.name(at)?;
                    }
                    return Ok(true);
                }
                (Within::Object, Some(b'}')) => self.end_object(),
                (Within::List, Some(b']')) => {
                    let Open { node, count, .. } = self.inner;
                    self.tape[node] = Word::new(Tag::List, count, self.tape.len() - node);
                }
                _ => return Err(Expected::More),
            }
            self.inner = self.around.pop().unwrap_or(Open::NOTHING);
            *at += 1;
        }
    }

    #[inline(never)]
    fn end_object(&mut self) {
        let Open { node, count: all, names: bits, .. } = self.inner;
        let names = repeats::Names { tape: &mut self.tape, text: self.text, decoded: &self.decoded };
        self.repeats |= names.end(node, all, bits, &mut self.sorted);
    }

    /// A name and its colon.
    #[inline(always)]
    fn name(&mut self, at: &mut usize) -> Result<(), Expected> {
        if self.peek(at) != Some(b'"') {
            return Err(Expected::Name);
        }
        let word = self.string(at)?;
        if self.peek(at) != Some(b':') {
            return Err(Expected::Colon);
        }
        *at += 1;
        self.names += 1;
        if word.tag() == Tag::Text {
            self.inner.names |= repeats::bit(self.bytes, word);
        }
        self.push(word, *at);
        Ok(())
    }

    /// A text in quotes.
    #[inline(always)]
    fn string(&mut self, at: &mut usize) -> Result<Word, Expected> {
        let start = *at + 1;
        let end = scan::plain_end(self.bytes, start);
        *at = end;
        match self.bytes.get(end) {
            Some(b'"') => {
                *at = end + 1;
                Ok(Word::new(Tag::Text, end - start, start))
            }
            Some(b'\\') => {
                let (word, end) = self.decoded(start, end);
                *at = end;
                word
            }
            _ => Err(Expected::Quote),
        }
    }

    /// The same with escapes, the first of which is next; and where it ends, or is wrong.
    #[inline(never)]
    fn decoded(&mut self, mut start: usize, mut at: usize) -> (Result<Word, Expected>, usize) {
        let from = self.decoded.len();
        if from == 0 {
            self.decoded.reserve((self.bytes.len() / 8).clamp(32, FIRST_WORDS));
        }
        loop {
            self.decoded.push_str(&self.text[start..at]);
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {}
                _ => return (Err(Expected::Quote), at),
            }
            let Some((letter, end)) = scan::escape(self.bytes, at + 1) else { return (Err(Expected::Escape), at) };
            self.decoded.push(letter);
            start = end;
            at = scan::plain_end(self.bytes, start);
        }
        (Ok(Word::new(Tag::Decoded, self.decoded.len() - from, from)), at + 1)
    }
}
