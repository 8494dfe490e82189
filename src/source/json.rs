//! JSON as programs write it, without the scanner of YAML: that one keeps every token of a document from its first `{` to the
//! last `}`, fifty times the document's size, since all of it could be a key.
//!
//! What is not plain JSON to the last letter is left to the reader of YAML, which also knows what to say of mistakes.

use std::borrow::Cow;

use super::reader::{OpenKind, Reader};
use super::style::Style;
use crate::base::{SourceId, Span};

/// The longest key that YAML takes, in bytes.
const MAX_KEY: usize = 1000;

/// Reads an object into the reader. `None` where the text is something else or has a mistake.
pub(super) fn read(source: SourceId, text: &str, reader: &mut Reader<'_>) -> Option<()> {
    let mut json = Json { source, text, at: 0, reader };
    json.space()?;
    if json.peek()? != b'{' {
        return None;
    }
    json.value()?;
    while let Some(open) = json.reader.innermost() {
        let (is_map, is_empty) = match open {
            OpenKind::Mapping { entries, .. } => (true, entries.is_empty()),
            OpenKind::Sequence(items) => (false, items.is_empty()),
        };
        json.member(is_map, is_empty)?;
    }
    json.space()?;
    (json.at == text.len()).then_some(())
}

struct Json<'r, 't, 's> {
    source: SourceId,
    text: &'t str,
    /// The byte that comes next.
    at: usize,
    reader: &'r mut Reader<'s>,
}

impl<'t> Json<'_, 't, '_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// From a byte to the next one.
    fn span(&self, start: usize) -> Span {
        Span { source: self.source, start: start as u32, end: self.at as u32 }
    }

    /// Skips blanks and line ends. YAML has its own mind about tabs.
    fn space(&mut self) -> Option<()> {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r')) {
            self.at += 1;
        }
        (self.peek() != Some(b'\t')).then_some(())
    }

    /// The next member of the innermost map or list, with the comma before it; or its end.
    fn member(&mut self, is_map: bool, is_first: bool) -> Option<()> {
        self.space()?;
        let end = if is_map { b'}' } else { b']' };
        match self.peek()? {
            byte if byte == end => {
                self.at += 1;
                return self.reader.end(self.span(self.at - 1)).ok();
            }
            b',' if !is_first => {
                self.at += 1;
                self.space()?;
            }
            _ if is_first => {}
            _ => return None,
        }
        if is_map {
            self.key()?;
        }
        self.value()
    }

    fn key(&mut self) -> Option<()> {
        let start = self.at;
        self.string()?;
        if self.at - start > MAX_KEY || self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        self.space()
    }

    /// A scalar, or the start of a map or list.
    fn value(&mut self) -> Option<()> {
        let start = self.at;
        let kind = match self.peek()? {
            b'{' => OpenKind::mapping(),
            b'[' => OpenKind::Sequence(Vec::new()),
            b'"' => return self.string(),
            _ => return self.plain(),
        };
        self.at += 1;
        self.reader.begin(self.span(start), 0, kind, None).ok()
    }

    /// A number, or one of the three words.
    fn plain(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'a'..=b'z' | b'0'..=b'9' | b'E' | b'-' | b'+' | b'.')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
        self.reader.leaf(text, Style::Plain, self.span(start)).ok()
    }

    fn string(&mut self) -> Option<()> {
        let start = self.at;
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        let text = self.letters()?;
        self.reader.leaf(&text, Style::Quoted, self.span(start)).ok()
    }

    /// What stands between two quotes, up to behind the second one.
    fn letters(&mut self) -> Option<Cow<'t, str>> {
        let mut text = Cow::Borrowed("");
        loop {
            let rest = &self.text[self.at..];
            let end = rest.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
            match &mut text {
                Cow::Borrowed("") => text = Cow::Borrowed(&rest[..end]),
                text => text.to_mut().push_str(&rest[..end]),
            }
            self.at += end + 1;
            match rest.as_bytes()[end] {
                b'"' => return Some(text),
                b'\\' => {
                    let letter = self.escape()?;
                    text.to_mut().push(letter);
                }
                _ => return None,
            }
        }
    }

    /// The letter that an escape stands for, without its backslash. Halves of a letter are left to YAML.
    fn escape(&mut self) -> Option<char> {
        let letter = match self.peek()? {
            letter @ (b'"' | b'\\' | b'/') => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let digits = self.text.get(self.at + 1..self.at + 5)?;
                let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let letter = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex).and_then(char::from_u32)?;
                self.at += 4;
                letter
            }
            _ => return None,
        };
        self.at += 1;
        Some(letter)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::{Findings, Sources};
    use crate::source::parse;
    use crate::source::yaml::parse_yaml;
    use crate::source::{Content, Entry, Node};

    /// A tree with its places. YAML's scanner lets the end of a list reach over the blanks behind it.
    fn written(node: &Node, text: &str) -> String {
        let place = |span: Span| format!("{}:{}", span.start, text[span.start as usize..span.end as usize].trim_end());
        let content = match &node.content {
            // Where the letters of a text stand follows from its place; YAML's may reach over the blanks behind it.
            Content::Scalar(scalar) => format!("{:?} {:?}", scalar.style, scalar.text),
            Content::Sequence(items) => items.iter().map(|item| written(item, text)).collect(),
            Content::Mapping(entries) => {
                let entry = |one: &Entry| format!("{:?} {}", place(one.key.span), written(&one.value, text));
                entries.iter().map(entry).collect()
            }
        };
        format!("({} {content})", place(node.span))
    }

    fn both(text: &str) -> [String; 2] {
        let id = Sources::default().add("t.json", text);
        [parse, parse_yaml].map(|parse| {
            let mut findings = Findings::default();
            let node = parse(id, text, &mut findings).map(|node| written(&node, text));
            let findings: Vec<_> = findings.iter().map(|finding| (finding.code.id, finding.span)).collect();
            format!("{node:?} {findings:?}")
        })
    }

    fn is_json(text: &str) -> bool {
        let id = Sources::default().add("t.json", text);
        read(id, text, &mut Reader::new(id, text)).is_some()
    }

    #[test]
    fn plain_json_is_read_here_as_yaml_reads_it() {
        for text in [
            "{}",
            " {\"a\": [1, -2.5e+3, true, false, null, {}, [], \"\"]} \n",
            "{\"é\":{\"b\\n\\u00e9\\\"\\\\\\/\":\"x\\ty\"},\r\n\"c\" : \"d\"}",
            "{\"a\":1,\"a\":2}",
            "{\"openapi\":\"3.0.3\",\"paths\":{\"/a/{b}\":{\"get\":{\"responses\":{}}}}}",
        ] {
            let [json, yaml] = both(text);
            assert_eq!(json, yaml, "{text}");
        }
        assert!(is_json("{\"a\":[1,{\"b\":\"\\u00e9\"}],\"c\":null}\n"));
    }

    #[test]
    fn everything_else_is_left_to_yaml() {
        for text in [
            "",
            "[1]",
            "a: 1",
            "{a: 1}",
            "{\"a\": 1,}",
            "{\"a\": [1,]}",
            "{,}",
            "{\"a\": 01}",
            "{\"a\": 1} x",
            "{\"a\": 1}}",
            "{\"a\": 1 # comment\n}",
            "{\"a\"\n: 1}",
            "{\t\"a\": 1}",
            "{\"a\": \"line\nline\"}",
            "{\"a\": \"\\x41\"}",
            "{\"a\": \"\\ud83d\\ude00\"}",
            "{\"a\": \"open",
            "{\"a\": tru}",
            "{\"a\" 1}",
            "{\"a\": 1 \"b\": 2}",
            "{\"a\": 1",
            "{1: 2}",
        ] {
            assert!(!is_json(text), "{text}");
            let [json, yaml] = both(text);
            assert_eq!(json, yaml, "{text}");
        }
        assert!(!is_json(&format!("{{\"{}\": 1}}", "k".repeat(MAX_KEY))));
        assert!(!is_json(&format!("{{\"a\": {}{}}}", "[".repeat(200), "]".repeat(200))));
    }

    proptest! {
        #[test]
        fn any_json_is_read_as_yaml_reads_it(text in r#"[ ]?\{("[a-z\\nu0é]{0,3}":[ ]?(-?[0-9]{1,2}(\.[0-9])?|"[a-z \\"nu0-9é]{0,6}"|\[(1,)?"x"\]|\{"b":null\}),?[ \n]?){0,4}\}"#) {
            let [json, yaml] = both(&text);
            prop_assert_eq!(json, yaml, "{}", text);
        }
    }
}
