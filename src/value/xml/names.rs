//! The letters and names that XML allows.

/// Whether a character may stand in a document at all.
pub fn is_xml_char(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The first character of a text that cannot be in a document, and its place.
pub(super) fn first_forbidden(text: &str) -> Option<(usize, char)> {
    // Only controls, and the two characters of U+FFFE and U+FFFF, whose first byte this is, are forbidden.
    let is_rare = |byte: u8| byte == 0xef || byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    if !text.as_bytes().iter().fold(false, |rare, byte| rare | is_rare(*byte)) {
        return None;
    }
    text.char_indices().find(|(_, letter)| !is_xml_char(*letter))
}

/// Whether a text is a name, with at most one colon inside.
pub fn is_qualified_name(text: &str) -> bool {
    is_plain_name(text)
        || text.split_once(':').is_some_and(|(prefix, local)| is_plain_name(prefix) && is_plain_name(local))
}

/// Whether a text is a name without a colon.
pub(super) fn is_plain_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let is_ascii = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let mut letters = text.chars();
    is_ascii || letters.next().is_some_and(starts_name) && letters.all(continues_name)
}

fn starts_name(letter: char) -> bool {
    matches!(letter,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn continues_name(letter: char) -> bool {
    starts_name(letter)
        || matches!(letter,
            '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}
