//! A JSON text that was read: the text as it came, and its values in a row.
//!
//! The row is called the tape. It has a [`Word`] for each value and each name, in the order of the text, and a list or an
//! object is followed by what is in it: names and values by turns. Texts and numbers are places in the text.

use std::cmp::Ordering;

use bytestring::ByteString;

/// Bytes that a text may have: lengths of texts and numbers of items have 28 bits.
pub(super) const MOST_BYTES: usize = 1 << 28;

/// A text, and what it says.
#[derive(Debug)]
pub(super) struct Json {
    pub text: ByteString,
    pub tape: Vec<Word>,
    /// Texts that were written with escapes, one after the other.
    pub decoded: String,
    /// Of every large object the names of its members, sorted: how far each is from the object on the tape.
    pub sorted: Vec<u32>,
    /// Whether an object has a member twice.
    pub repeats: bool,
    /// How many names there are. The other words are values, but for one of each large object.
    pub names: usize,
}

/// The kind of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Null,
    True,
    False,
    /// Its length, and where it begins in the text.
    Number,
    /// The same, for a text without escapes.
    Text,
    /// The same, for a text that is in `decoded`.
    Decoded,
    /// The number of items, and how many words the list takes with all that is in it.
    List,
    /// The number of members, and how many words the object takes.
    Object,
    /// The same for a large one, whose last word is where its names are in `sorted`.
    Large,
    /// In the place of the value of a member that comes again: how many words that value took, and how far away the value is that
    /// counts.
    Instead,
    /// A name that was there before.
    Again,
}

/// By their numbers. The last ones are of no word, but four bits have them.
const TAGS: [Tag; 16] = [
    Tag::Null,
    Tag::True,
    Tag::False,
    Tag::Number,
    Tag::Text,
    Tag::Decoded,
    Tag::List,
    Tag::Object,
    Tag::Large,
    Tag::Instead,
    Tag::Again,
    Tag::Null,
    Tag::Null,
    Tag::Null,
    Tag::Null,
    Tag::Null,
];

/// A tag in 4 bits, a size in 28 and a place in 32.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word(u64);

impl Word {
    /// Both fit, as no text is larger than [`MOST_BYTES`] and no tape has more words than its text has bytes.
    #[inline]
    pub fn new(tag: Tag, size: usize, at: usize) -> Self {
        Word((tag as u64) << 60 | (size as u64) << 32 | at as u64)
    }

    #[inline]
    pub fn tag(self) -> Tag {
        TAGS[(self.0 >> 60) as usize]
    }

    #[inline]
    pub fn size(self) -> usize {
        (self.0 >> 32) as usize & (MOST_BYTES - 1)
    }

    #[inline]
    pub fn at(self) -> usize {
        self.0 as u32 as usize
    }

    /// How many words a value takes that begins with this one.
    #[inline]
    pub fn span(self) -> usize {
        match self.tag() {
            Tag::List | Tag::Object | Tag::Large => self.at(),
            Tag::Instead => self.size(),
            _ => 1,
        }
    }
}

/// The order of names in `sorted`: it need not be any that a reader would expect.
pub(super) fn order(one: &[u8], other: &[u8]) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

impl Json {
    #[inline]
    pub fn word(&self, node: u32) -> Word {
        self.tape[node as usize]
    }

    /// The text of a name, a text or a number.
    #[inline]
    pub fn text(&self, word: Word) -> &str {
        let range = word.at()..word.at() + word.size();
        if word.tag() == Tag::Decoded { &self.decoded[range] } else { &self.text[range] }
    }

    /// The same as bytes.
    #[inline]
    fn bytes(&self, word: Word) -> &[u8] {
        let text = if word.tag() == Tag::Decoded { self.decoded.as_bytes() } else { self.text.as_bytes() };
        &text[word.at()..word.at() + word.size()]
    }

    pub fn items(&self, node: u32) -> Items<'_> {
        Items { json: self, next: node + 1, left: self.word(node).size() }
    }

    pub fn members(&self, node: u32) -> Pairs<'_> {
        Pairs { json: self, next: node + 1, left: self.word(node).size() }
    }

    /// An item of a list by its number.
    pub fn item(&self, node: u32, index: usize) -> Option<u32> {
        let list = self.word(node);
        if index >= list.size() {
            return None;
        }
        // If no item has parts, items are as far apart as their numbers.
        if list.span() == list.size() + 1 {
            return Some(node + 1 + index as u32);
        }
        self.items(node).nth(index)
    }

    /// A member of an object by its name.
    pub fn member(&self, node: u32, name: &str) -> Option<u32> {
        let object = self.word(node);
        if object.tag() != Tag::Large {
            let mut members = self.members(node);
            let same = |key: Word| key.size() == name.len() && self.bytes(key) == name.as_bytes();
            return members.find(|(key, _)| same(*key)).map(|(_, value)| value);
        }
        let start = self.word(node + object.span() as u32 - 1).at();
        let sorted = &self.sorted[start..start + object.size()];
        let key = |far: &u32| self.bytes(self.word(node + far));
        let found = sorted.binary_search_by(|far| order(key(far), name.as_bytes())).ok()?;
        Some(self.value(node + sorted[found] + 1))
    }

    /// The value that counts for a member whose value begins here.
    #[inline]
    fn value(&self, node: u32) -> u32 {
        let word = self.word(node);
        if word.tag() == Tag::Instead { node + word.at() as u32 } else { node }
    }
}

/// The items of a list.
#[derive(Clone)]
pub(super) struct Items<'j> {
    json: &'j Json,
    next: u32,
    left: usize,
}

impl Iterator for Items<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        let item = self.next;
        self.next += self.json.word(item).span() as u32;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

/// The members of an object: the word of the name, and the value.
#[derive(Clone)]
pub(super) struct Pairs<'j> {
    json: &'j Json,
    next: u32,
    left: usize,
}

impl Iterator for Pairs<'_> {
    type Item = (Word, u32);

    #[inline]
    fn next(&mut self) -> Option<(Word, u32)> {
        self.left = self.left.checked_sub(1)?;
        loop {
            let (key, value) = (self.json.word(self.next), self.next + 1);
            self.next = value + self.json.word(value).span() as u32;
            if key.tag() != Tag::Again {
                return Some((key, self.json.value(value)));
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}
