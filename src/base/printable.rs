//! Text from outside, in lines that others read: no character of it ends the line, moves the cursor or turns the text around.

use std::fmt::{self, Write};

/// A text of which every character stays in its line, for terminals and logs.
#[derive(Debug, Clone, Copy)]
pub struct Printable<'t>(pub &'t str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                letter if acts_on_readers(letter) => write!(f, "\\u{{{:x}}}", letter as u32)?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// Whether a character does more than show itself: control characters, separators of lines, marks of direction.
pub fn acts_on_readers(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Appends a text as a JSON string that has none of these characters in it.
pub fn write_json_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut bytes = [0; 4];
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend([b'\\', letter as u8]),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            // Each of them is one unit of UTF-16.
            letter if acts_on_readers(letter) => out.extend_from_slice(format!("\\u{:04x}", letter as u32).as_bytes()),
            letter => out.extend_from_slice(letter.encode_utf8(&mut bytes).as_bytes()),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOSTILE: &str = "a\r\n\u{1b}[2J\u{9b}1m\u{202e}b\u{2028}\u{feff}\"\\\u{0}";

    #[test]
    fn what_acts_on_readers_is_escaped() {
        let line = "a\\r\\n\\u{1b}[2J\\u{9b}1m\\u{202e}b\\u{2028}\\u{feff}\"\\\\u{0}";
        assert_eq!(Printable(HOSTILE).to_string(), line);
        assert_eq!(Printable("Zürich → 東京 👍").to_string(), "Zürich → 東京 👍");
    }

    proptest! {
        #[test]
        fn json_strings_say_the_same(text in prop_oneof![".*", Just(HOSTILE.to_owned())]) {
            let mut out = Vec::new();
            write_json_string(&text, &mut out);
            let out = String::from_utf8(out).unwrap();
            prop_assert!(!out.chars().any(acts_on_readers), "{}", out);
            prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}
