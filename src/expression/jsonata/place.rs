//! The place of a name in the text of an expression.

use std::ops::Range;

/// The place of a name in a text, outside of quotes; the whole text if the name is not written there as it is.
pub(super) fn place_of(text: &str, name: &str) -> Range<usize> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            (None, _) if text[at..].starts_with(name) => {
                let end = at + name.len();
                let whole = !text[end..].starts_with(is_word) && !text[..at].ends_with(is_word);
                if whole {
                    let start = if text[..at].ends_with('$') { at - 1 } else { at };
                    return start..end;
                }
            }
            _ => {}
        }
    }
    0..text.len()
}
