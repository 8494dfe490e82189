//! Text that is being made.

use bytestring::ByteString;

use super::XmlError;
use crate::value::json::{JsonOut, Mark, write_escaped};
use crate::value::room::{FEW, Room, kept};

/// As many bytes has no text: JSON that is made is read again.
const MOST: usize = 1 << 28;

/// A text that grows up to a length, and is counted after that.
pub(super) struct Text {
    text: String,
    length: usize,
    keeps: usize,
    /// The kind of text, for messages.
    of: &'static str,
}

impl Text {
    /// A text of any length.
    pub fn new(of: &'static str) -> Self {
        Text { text: String::new(), length: 0, keeps: usize::MAX, of }
    }

    pub fn push_str(&mut self, part: &str) {
        self.length += part.len();
        if self.length <= self.keeps {
            self.text.push_str(part);
        }
    }

    pub fn into_string(self) -> String {
        self.text
    }

    /// Fails where there is more already than a text may have.
    pub fn check(&self) -> Result<(), XmlError> {
        match self.length >= MOST {
            true => Err(XmlError::new(format!("the {} would have {MOST} bytes or more", self.of))),
            false => Ok(()),
        }
    }

    /// The text that `write` makes. It makes a large one twice, as memory for all of it is asked for when its length is known: what
    /// is too much is refused before it is there, and a text that grows would be there twice now and then. `more` says what is
    /// made of the text in addition.
    pub fn made(
        of: &'static str,
        write: impl Fn(&mut Text) -> Result<(), XmlError>,
        more: impl FnOnce(&str) -> usize,
    ) -> Result<ByteString, XmlError> {
        let mut first = Text { keeps: FEW, ..Text::new(of) };
        write(&mut first)?;
        first.check()?;
        if first.length <= FEW {
            return Ok(first.text.into());
        }
        drop(std::mem::take(&mut first.text));
        let mut room = Room::default();
        room.take(first.length)?;
        let mut whole = Text { text: String::with_capacity(first.length), ..Text::new(of) };
        write(&mut whole)?;
        room.take(more(&whole.text))?;
        Ok(kept(whole.text, room))
    }
}

/// The text of JSON.
pub(super) struct JsonText<'t> {
    text: &'t mut Text,
    /// Nothing of the innermost list or object is written yet.
    is_fresh: bool,
}

impl<'t> JsonText<'t> {
    pub fn new(text: &'t mut Text) -> Self {
        JsonText { text, is_fresh: false }
    }

    fn start(&mut self, mark: &str) {
        self.text.push_str(mark);
        self.is_fresh = true;
    }

    fn end(&mut self, mark: &str) {
        self.text.push_str(mark);
        self.is_fresh = false;
    }
}

impl JsonOut for JsonText<'_> {
    fn is_full(&self) -> bool {
        self.text.length >= MOST
    }

    fn null(&mut self) {
        self.text.push_str("null");
    }

    fn start_object(&mut self) {
        self.start("{");
    }

    fn end_object(&mut self) {
        self.end("}");
    }

    fn start_list(&mut self) {
        self.start("[");
    }

    fn item(&mut self) {
        if !std::mem::take(&mut self.is_fresh) {
            self.text.push_str(",");
        }
    }

    fn end_list(&mut self) {
        self.end("]");
    }

    fn name(&mut self, is_attribute: bool, prefix: Option<&str>, local: &str) {
        self.item();
        self.text.push_str("\"");
        if is_attribute {
            self.text.push_str("@");
        }
        if let Some(prefix) = prefix {
            self.text.push_str(prefix);
            self.text.push_str(":");
        }
        self.text.push_str(local);
        self.text.push_str("\":");
    }

    fn text(&mut self, parts: &[&str]) {
        self.text.push_str("\"");
        parts.iter().for_each(|text| write_escaped(text, |part| self.text.push_str(part)));
        self.text.push_str("\"");
    }

    fn mark(&self) -> Mark {
        Mark::default()
    }

    /// Not all of a long text is kept.
    fn again(&mut self, _: Mark, _: Mark) -> bool {
        false
    }
}
