//! The tokens of a document. Tags without attributes, and texts, are found here. All others are quick-xml's.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::XmlError;

/// A token.
pub(super) enum Token<'t> {
    /// The tag of an element that has no attributes.
    Start {
        name: &'t str,
        is_empty: bool,
    },
    End {
        name: &'t str,
    },
    Text(&'t str),
    Other(Event<'t>),
    Nothing,
}

/// A document that is being read.
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    pub fn new(text: &'t str) -> Self {
        Tokens { text, at: 0 }
    }

    /// The place of the next token.
    pub fn at(&self) -> usize {
        self.at
    }

    pub fn next(&mut self) -> Result<Token<'t>, XmlError> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        match (bytes.get(start), bytes.get(start + 1)) {
            (None, _) => Ok(Token::Nothing),
            (Some(b'<'), Some(b'/')) => match memchr::memchr(b'>', &bytes[start..]) {
                Some(length) => {
                    self.at = start + length + 1;
                    let name = self.text[start + 2..start + length].trim_end_matches([' ', '\t', '\n', '\r']);
                    Ok(Token::End { name })
                }
                None => self.other(),
            },
            (Some(b'<'), Some(first)) if is_of_name(*first) => {
                let mut end = start + 2;
                while bytes.get(end).is_some_and(|byte| is_of_name(*byte)) {
                    end += 1;
                }
                let name = &self.text[start + 1..end];
                match (bytes.get(end), bytes.get(end + 1)) {
                    (Some(b'>'), _) => {
                        self.at = end + 1;
                        Ok(Token::Start { name, is_empty: false })
                    }
                    (Some(b'/'), Some(b'>')) => {
                        self.at = end + 2;
                        Ok(Token::Start { name, is_empty: true })
                    }
                    _ => self.other(),
                }
            }
            (Some(b'<' | b'&'), _) => self.other(),
            _ => {
                let rest = &bytes[start..];
                self.at = start + memchr::memchr2(b'<', b'&', rest).unwrap_or(rest.len());
                Ok(Token::Text(&self.text[start..self.at]))
            }
        }
    }

    /// The next token as the library reads it. The ends of elements are not its to compare, for it sees only some of them.
    #[inline(never)]
    fn other(&mut self) -> Result<Token<'t>, XmlError> {
        let mut reader = Reader::from_str(&self.text[self.at..]);
        reader.config_mut().check_comments = true;
        let place = |position: u64| self.at + usize::try_from(position).unwrap_or_default();
        match reader.read_event() {
            Ok(event) => {
                self.at = place(reader.buffer_position());
                Ok(Token::Other(event))
            }
            Err(error) => Err(XmlError::at(error, place(reader.error_position()))),
        }
    }
}

/// Whether a byte is part of a name, as far as bytes tell.
fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':') || byte >= 0x80
}
