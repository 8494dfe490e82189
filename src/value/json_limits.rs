//! Limits on JSON text, checked before it is parsed: one pass over the bytes, no allocation per value.
//!
//! The names and the defaults are those of IBM's parse settings. Zero means no limit.

use std::collections::HashSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonLimits {
    /// Maps and lists inside each other.
    pub depth: usize,
    /// Members of one object or items of one array.
    pub width: usize,
    /// Bytes of a member's name.
    pub name_length: usize,
    /// Bytes of a string.
    pub value_length: usize,
    /// Characters of a number.
    pub number_length: usize,
    /// Different names in the whole text.
    pub unique_names: usize,
}

/// The measured sizes of a JSON text: the largest of every kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JsonMetrics {
    pub depth: usize,
    pub width: usize,
    pub name_length: usize,
    pub value_length: usize,
    pub number_length: usize,
    pub unique_names: usize,
}

/// The limit that a text breaks, with the byte where it does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}: at most {limit} are allowed")]
pub struct LimitError {
    pub what: &'static str,
    pub limit: usize,
    pub at: usize,
}

impl Default for JsonLimits {
    fn default() -> Self {
        JsonLimits {
            depth: 512,
            width: 4096,
            name_length: 256,
            value_length: 8192,
            number_length: 128,
            unique_names: 1024,
        }
    }
}

impl JsonLimits {
    /// Checks a text, and says what it holds. What is not JSON passes: the parser after this finds it.
    pub fn check(&self, text: &[u8]) -> Result<JsonMetrics, LimitError> {
        let (widths, names, metrics) = (Vec::new(), HashSet::new(), JsonMetrics::default());
        let mut scan = Scan { limits: self, text, at: 0, widths, names, metrics };
        while let Some(byte) = text.get(scan.at) {
            match byte {
                b'{' | b'[' => scan.open()?,
                b'}' | b']' => {
                    scan.widths.pop();
                    scan.at += 1;
                }
                b',' => scan.comma()?,
                b'"' => scan.string()?,
                b'-' | b'0'..=b'9' => scan.number()?,
                _ => scan.at += 1,
            }
        }
        Ok(JsonMetrics { unique_names: scan.names.len(), ..scan.metrics })
    }
}

struct Scan<'a> {
    limits: &'a JsonLimits,
    text: &'a [u8],
    at: usize,
    /// Members or items so far, of every map and list that is open.
    widths: Vec<usize>,
    names: HashSet<&'a [u8]>,
    metrics: JsonMetrics,
}

impl<'a> Scan<'a> {
    fn over(&self, what: &'static str, limit: usize, count: usize, at: usize) -> Result<(), LimitError> {
        if limit > 0 && count > limit { Err(LimitError { what, limit, at }) } else { Ok(()) }
    }

    fn open(&mut self) -> Result<(), LimitError> {
        self.widths.push(1);
        let metrics = &mut self.metrics;
        metrics.depth = metrics.depth.max(self.widths.len());
        let first = self.text[self.at + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
        if !matches!(first, Some(b'}' | b']')) {
            metrics.width = metrics.width.max(1);
        }
        self.over("too many levels", self.limits.depth, self.widths.len(), self.at)?;
        self.at += 1;
        Ok(())
    }

    fn comma(&mut self) -> Result<(), LimitError> {
        if let Some(width) = self.widths.last_mut() {
            *width += 1;
            let width = *width;
            self.metrics.width = self.metrics.width.max(width);
            self.over("too many members or items", self.limits.width, width, self.at)?;
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<(), LimitError> {
        let start = self.at + 1;
        let mut end = start;
        while let Some(byte) = self.text.get(end).filter(|byte| **byte != b'"') {
            end += if *byte == b'\\' { 2 } else { 1 };
        }
        let end = end.min(self.text.len());
        let content = &self.text[start..end];
        let after = self.text[end..].iter().skip(1).find(|byte| !byte.is_ascii_whitespace());
        if after == Some(&b':') {
            self.metrics.name_length = self.metrics.name_length.max(content.len());
            self.over("a name is too long, in bytes,", self.limits.name_length, content.len(), start)?;
            self.names.insert(content);
            self.over("too many different names", self.limits.unique_names, self.names.len(), start)?;
        } else {
            self.metrics.value_length = self.metrics.value_length.max(content.len());
            self.over("a string is too long, in bytes,", self.limits.value_length, content.len(), start)?;
        }
        self.at = end + 1;
        Ok(())
    }

    fn number(&mut self) -> Result<(), LimitError> {
        let rest = &self.text[self.at..];
        let part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.iter().take_while(|byte| part(byte)).count();
        self.metrics.number_length = self.metrics.number_length.max(length);
        self.over("a number is too long, in characters,", self.limits.number_length, length, self.at)?;
        self.at += length;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIGHT: JsonLimits =
        JsonLimits { depth: 2, width: 2, name_length: 3, value_length: 4, number_length: 5, unique_names: 2 };

    fn check(text: &str) -> Result<(), (&'static str, usize)> {
        TIGHT.check(text.as_bytes()).map(|_| ()).map_err(|error| (error.what, error.at))
    }

    #[test]
    fn every_limit_holds_at_its_edge_and_breaks_behind_it() {
        assert_eq!(check(r#"{"abc": ["1234", 12345]}"#), Ok(()));
        assert_eq!(check("[[[]]]"), Err(("too many levels", 2)));
        assert_eq!(check("[1,2,3]"), Err(("too many members or items", 4)));
        assert_eq!(check(r#"{"abcd": 1}"#), Err(("a name is too long, in bytes,", 2)));
        assert_eq!(check(r#"["12345"]"#), Err(("a string is too long, in bytes,", 2)));
        assert_eq!(check("[123456]"), Err(("a number is too long, in characters,", 1)));
        assert_eq!(check(r#"[{"a":1,"b":2},{"c":3}]"#), Err(("too many different names", 17)));
    }

    #[test]
    fn the_largest_of_every_kind_is_told() {
        let text = r#"{"a": [], "long": ["xyz", 1, -12.5e1, {"a": {}}]}"#;
        let metrics =
            JsonMetrics { depth: 4, width: 4, name_length: 4, value_length: 3, number_length: 7, unique_names: 2 };
        assert_eq!(JsonLimits::default().check(text.as_bytes()), Ok(metrics));
        assert_eq!(JsonLimits::default().check(b"[ ]"), Ok(JsonMetrics { depth: 1, ..JsonMetrics::default() }));
    }

    #[test]
    fn escapes_and_brackets_inside_strings_do_not_count() {
        assert_eq!(check(r#"["\"[[", "]"]"#), Ok(()));
        assert_eq!(check(r#"["\\", "]"]"#), Ok(()));
    }

    #[test]
    fn zero_is_no_limit_and_broken_text_passes() {
        let none =
            JsonLimits { depth: 0, width: 0, name_length: 0, value_length: 0, number_length: 0, unique_names: 0 };
        assert!(none.check("[".repeat(100_000).as_bytes()).is_ok());
        assert_eq!(check("\"open"), Ok(()));
        assert_eq!(check("]]]\"\\"), Ok(()));
    }
}
