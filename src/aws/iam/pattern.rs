//! Patterns with `*` and `?`.

use std::cell::Cell;

/// How many characters the patterns of one document may compare. It is less than a millisecond of work.
const STEPS: usize = 400_000;

/// The work that is left for the patterns of one document.
pub(super) struct Budget(Cell<usize>);

impl Budget {
    pub(super) fn new() -> Self {
        Budget(Cell::new(STEPS))
    }

    /// Whether it was not enough. Answers that were given afterwards are worth nothing.
    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }

    fn spend(&self) -> bool {
        self.0.set(self.0.get().saturating_sub(1));
        !self.is_spent()
    }
}

/// Whether a whole text fits a pattern: `*` is any text, slashes included, and `?` one character. A pattern with a variable of
/// IAM is unknown.
pub(super) fn fits(pattern: &str, text: &str, budget: &Budget) -> Option<bool> {
    if pattern.contains("${") {
        return None;
    }
    let (wanted, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut place) = (0, 0);
    // The place after the last star, and the place in the text where the rest after it was tried last.
    let mut star = None;
    while place < text.len() {
        if !budget.spend() {
            return None;
        }
        match (wanted.get(at), star) {
            (Some(b'*'), _) => {
                at += 1;
                star = Some((at, place));
            }
            (Some(b'?'), _) => {
                at += 1;
                place = after(text, place);
            }
            (Some(one), _) if *one == text[place] => {
                at += 1;
                place += 1;
            }
            (_, Some((rest, tried))) => {
                let next = after(text, tried);
                star = Some((rest, next));
                (at, place) = (rest, next);
            }
            (_, None) => return Some(false),
        }
    }
    Some(wanted[at..].iter().all(|one| *one == b'*'))
}

/// The place after a character of UTF-8.
fn after(text: &[u8], place: usize) -> usize {
    let is_inside = |byte: &&u8| **byte & 0xC0 == 0x80;
    place + 1 + text[place + 1..].iter().take_while(is_inside).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_go_over_slashes() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "a/b", true),
            ("a*c", "a/b/c", true),
            ("a*c", "a/b/d", false),
            ("a?c", "abc", true),
            ("a?c", "aéc", true),
            ("a?c", "ac", false),
            ("*b*d", "abcbcd", true),
            ("a**", "a", true),
            ("A", "a", false),
            ("", "a", false),
            ("a", "", false),
        ] {
            assert_eq!(fits(pattern, text, &Budget::new()), Some(expected), "{pattern} {text}");
        }
        assert_eq!(fits("a/${aws:username}", "a/b", &Budget::new()), None);
    }

    #[test]
    fn work_is_bounded() {
        let (pattern, text) = (format!("*{}b", "a".repeat(400)), "a".repeat(20_000));
        let budget = Budget::new();
        assert_eq!(fits(&pattern, &text, &budget), None);
        assert!(budget.is_spent());
    }
}
