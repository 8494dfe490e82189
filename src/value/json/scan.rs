//! The tokens of JSON (RFC 8259).

/// The end of a part of a text that stands for itself: a quote, an escape, a control character or the end of everything.
pub(super) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let special = special(u64::from_le_bytes(*chunk));
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
}

/// The highest bit of each of eight bytes that does not stand for itself. Bytes after the first such one may be wrong.
fn special(bytes: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let below = |bytes: u64, limit: u64| bytes.wrapping_sub(ONES * limit) & !bytes;
    let is = |byte: u8| below(bytes ^ (ONES * u64::from(byte)), 1);
    (below(bytes, 0x20) | is(b'"') | is(b'\\')) & (ONES * 0x80)
}

/// The end of a number; `None` where there is none.
pub(super) fn number_end(bytes: &[u8], at: usize) -> Option<usize> {
    let byte = |at: usize| bytes.get(at).copied();
    let start = if byte(at) == Some(b'-') { at + 1 } else { at };
    let mut end = digits_end(bytes, start)?;
    if byte(start) == Some(b'0') && end > start + 1 {
        return None;
    }
    if byte(end) == Some(b'.') {
        end = digits_end(bytes, end + 1)?;
    }
    if let Some(b'e' | b'E') = byte(end) {
        let signed = matches!(byte(end + 1), Some(b'+' | b'-'));
        end = digits_end(bytes, end + 1 + usize::from(signed))?;
    }
    Some(end)
}

/// The end of one digit or more.
fn digits_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut end = start;
    while bytes.get(end).is_some_and(u8::is_ascii_digit) {
        end += 1;
    }
    (end > start).then_some(end)
}

/// The character of an escape, and where it ends; `at` is after the backslash.
pub(super) fn escape(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let letter = match bytes.get(at)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(bytes, at + 1),
        _ => return None,
    };
    Some((letter, at + 1))
}

/// The character of four hexadecimal digits, or of two times four, which are then the halves of one.
fn unicode(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let first = hexadecimal(bytes, at)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some((char::from_u32(first)?, at + 4));
    }
    let is_pair = bytes.get(at + 4..at + 6) == Some(b"\\u");
    let second = hexadecimal(bytes, at + 6).filter(|second| is_pair && (0xdc00..0xe000).contains(second))?;
    let letter = 0x10000 + ((first - 0xd800) << 10 | (second - 0xdc00));
    Some((char::from_u32(letter)?, at + 10))
}

fn hexadecimal(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0, |number, digit| Some(number << 4 | char::from(*digit).to_digit(16)?))
}
