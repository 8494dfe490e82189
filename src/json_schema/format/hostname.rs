//! Names of hosts, in ASCII and in letters of any language. The crate `idna` has the tables.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_general_category::{GeneralCategory, get_general_category};

/// Bytes beyond which nothing is a name, in any script.
const LONGEST: usize = 2_000;

/// A name as RFC 1034 has it.
pub(super) fn is_ascii(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// The same, where labels that hold other letters are as IDNA wants them.
pub(super) fn is_hostname(text: &str) -> bool {
    is_ascii(text)
        && text.split('.').all(|label| match label.starts_with("xn--") {
            true => are_labels(label),
            false => label.get(2..4) != Some("--"),
        })
}

/// A name with letters of any language.
pub(super) fn is_international(text: &str) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    let ascii = Uts46::new().to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Verify);
    ascii.is_ok_and(|ascii| is_hostname(&ascii) && are_labels(&ascii))
}

/// Whether labels, written in ASCII, hold letters that may be in them.
fn are_labels(ascii: &str) -> bool {
    let (letters, read) = Uts46::new().to_unicode(ascii.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow);
    read.is_ok() && letters.split('.').all(is_label)
}

/// Whether a label follows the rules that RFC 5892 adds to the tables: some letters are allowed only next to others, some not at
/// all.
fn is_label(label: &str) -> bool {
    use GeneralCategory as Category;
    let letters: Vec<char> = label.chars().collect();
    let has = |range: std::ops::RangeInclusive<char>| letters.iter().any(|letter| range.contains(letter));
    let starts_with_mark = letters.first().is_none_or(|first| {
        matches!(
            get_general_category(*first),
            Category::SpacingMark | Category::NonspacingMark | Category::EnclosingMark
        )
    });
    if starts_with_mark || has('\u{660}'..='\u{669}') && has('\u{6f0}'..='\u{6f9}') {
        return false;
    }
    letters.iter().enumerate().all(|(at, letter)| {
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let after = letters.get(at + 1).copied();
        match letter {
            '\u{b7}' => before == Some('l') && after == Some('l'),
            '\u{375}' => after.is_some_and(|letter| ('\u{370}'..='\u{3ff}').contains(&letter)),
            '\u{5f3}' | '\u{5f4}' => before.is_some_and(|letter| ('\u{590}'..='\u{5ff}').contains(&letter)),
            '\u{30fb}' => letters.iter().any(|letter| {
                ('\u{3040}'..='\u{30ff}').contains(letter) && *letter != '\u{30fb}'
                    || ('\u{4e00}'..='\u{9fff}').contains(letter)
            }),
            '\u{640}' | '\u{7fa}' | '\u{302e}' | '\u{302f}' | '\u{3031}'..='\u{3035}' | '\u{303b}' => false,
            '\u{200c}' | '\u{200d}' | '\u{6fd}' | '\u{6fe}' | '\u{f0b}' | '\u{3007}' => true,
            letter if letter.is_ascii() => true,
            letter => matches!(
                get_general_category(*letter),
                Category::UppercaseLetter
                    | Category::LowercaseLetter
                    | Category::TitlecaseLetter
                    | Category::ModifierLetter
                    | Category::OtherLetter
                    | Category::NonspacingMark
                    | Category::SpacingMark
                    | Category::DecimalNumber
            ),
        }
    })
}
