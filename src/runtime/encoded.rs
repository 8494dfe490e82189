//! Texts against segments of a path, which may be percent-encoded in parts.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A segment decoded; as it is where that is no text.
pub(super) fn decoded(segment: &str) -> Cow<'_, str> {
    match segment.contains('%') {
        true => percent_decode_str(segment).decode_utf8().unwrap_or(Cow::Borrowed(segment)),
        false => Cow::Borrowed(segment),
    }
}

/// The rest of a segment after a text at its start.
pub(super) fn after_text<'p>(segment: &'p str, text: &str) -> Option<&'p str> {
    let mut at = 0;
    for byte in text.bytes() {
        let (sent, length) = byte_at(segment, at)?;
        if sent != byte {
            return None;
        }
        at += length;
    }
    segment.get(at..)
}

/// The positions in a segment at which a text starts.
pub(super) fn places_of<'a>(segment: &'a str, text: &'a str) -> impl Iterator<Item = usize> + use<'a> {
    let starts = std::iter::successors(Some(0), |at| Some(at + byte_at(segment, *at)?.1));
    starts.filter(|at| segment.get(*at..).is_some_and(|rest| after_text(rest, text).is_some()))
}

/// The byte at a place, and how many bytes it was sent as.
fn byte_at(segment: &str, at: usize) -> Option<(u8, usize)> {
    let bytes = segment.as_bytes();
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let encoded = (*bytes.get(at)? == b'%').then(|| Some((digit(at + 1)? * 16 + digit(at + 2)?) as u8)).flatten();
    Some(encoded.map_or((bytes[at], 1), |byte| (byte, 3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_however_it_was_sent() {
        for (segment, text, places) in [
            ("7:cancel", ":cancel", vec![1]),
            ("7%3Acancel", ":cancel", vec![1]),
            ("7%3a%63ancel", ":cancel", vec![1]),
            ("a-b%2Dc", "-", vec![1, 3]),
            ("%2D", "-", vec![0]),
            ("%252D", "-", vec![]),
            ("caf%C3%A9", "é", vec![3]),
            ("café", "é", vec![3]),
            ("%zz", "%", vec![0]),
            ("%", "%", vec![0]),
        ] {
            assert_eq!(places_of(segment, text).collect::<Vec<_>>(), places, "{segment}");
        }
        assert_eq!(after_text("%7Ea", "~"), Some("a"));
        assert_eq!(after_text("%7", "~"), None);
    }
}
