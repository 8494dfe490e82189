//! A script's code without what is in its comments and texts.

/// Words after which a `/` starts a regular expression.
const BEFORE_REGEX: [&str; 12] =
    ["return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "instanceof"];

/// The script with blanks in place of comments, regular expressions and the insides of texts. Every byte keeps its place.
pub(super) fn code_of(text: &str) -> String {
    let mut lexer = Lexer {
        text: text.as_bytes(),
        at: 0,
        out: text.as_bytes().to_vec(),
        braces: Vec::new(),
        last: 0,
        is_value: false,
    };
    while lexer.at < lexer.text.len() {
        lexer.token();
    }
    // Only bytes of whole letters are replaced.
    String::from_utf8_lossy(&lexer.out).into_owned()
}

struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    out: Vec<u8>,
    /// The braces that are open; `true` for that of a `${` in a template.
    braces: Vec<bool>,
    /// The end of the last token.
    last: usize,
    /// It was a text or a regular expression.
    is_value: bool,
}

impl Lexer<'_> {
    fn token(&mut self) {
        let start = self.at;
        match (self.text[start], self.text.get(start + 1)) {
            (b'/', Some(b'/')) => self.to(|rest| rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'))),
            (b'/', Some(b'*')) => self.to(|rest| Some(rest.get(2..)?.windows(2).position(|two| two == b"*/")? + 4)),
            (b'/', _) if self.starts_regex() => self.regex(),
            (quote @ (b'\'' | b'"'), _) => self.quoted(quote),
            (b'`', _) => self.template(),
            (b'}', _) if self.braces.pop() == Some(true) => self.template(),
            (byte, _) => {
                if byte == b'{' {
                    self.braces.push(false);
                }
                self.at += 1;
                if !byte.is_ascii_whitespace() {
                    (self.last, self.is_value) = (self.at, false);
                }
            }
        }
    }

    /// Blanks out everything up to the place that `end` finds in the rest, or to the end of the script.
    fn to(&mut self, end: impl Fn(&[u8]) -> Option<usize>) {
        let rest = &self.text[self.at..];
        let end = self.at + end(rest).unwrap_or(rest.len());
        self.blank(self.at, end);
        self.at = end;
    }

    fn blank(&mut self, start: usize, end: usize) {
        for byte in self.out.get_mut(start..end).unwrap_or_default() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }

    /// A text in quotes, which keeps them.
    fn quoted(&mut self, quote: u8) {
        let start = self.at + 1;
        let end = self.end_of(start, |byte| byte == quote || byte == b'\n');
        self.blank(start, end);
        self.value_ends(end + 1);
    }

    fn value_ends(&mut self, end: usize) {
        self.at = end.min(self.text.len());
        (self.last, self.is_value) = (self.at, true);
    }

    /// A template from its start or from the end of a `${…}`, up to the next one.
    fn template(&mut self) {
        let start = self.at + 1;
        let mut end = self.end_of(start, |byte| matches!(byte, b'`' | b'$'));
        while self.text.get(end) == Some(&b'$') && self.text.get(end + 1) != Some(&b'{') {
            end = self.end_of(end + 1, |byte| matches!(byte, b'`' | b'$'));
        }
        self.blank(start, end);
        if self.text.get(end) == Some(&b'$') {
            self.braces.push(true);
            self.at = end + 2;
            (self.last, self.is_value) = (self.at, false);
        } else {
            self.value_ends(end + 1);
        }
    }

    fn regex(&mut self) {
        let (start, mut in_class) = (self.at, false);
        let end = self.end_of(start + 1, |byte| {
            match byte {
                b'[' => in_class = true,
                b']' => in_class = false,
                _ => {}
            }
            byte == b'\n' || (byte == b'/' && !in_class)
        });
        self.blank(start, (end + 1).min(self.text.len()));
        self.value_ends(end + 1);
    }

    /// The first byte from a place on that ends something, other than escaped ones.
    fn end_of(&self, mut at: usize, mut ends: impl FnMut(u8) -> bool) -> usize {
        while at < self.text.len() {
            match self.text[at] {
                b'\\' => at += 2,
                byte if ends(byte) => return at,
                _ => at += 1,
            }
        }
        self.text.len()
    }

    /// Whether a `/` here starts a regular expression: it does where no value is before it.
    fn starts_regex(&self) -> bool {
        let before = &self.text[..self.last];
        let Some(last) = before.last().filter(|_| !self.is_value) else { return !self.is_value };
        let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii();
        if !is_of_name(last) {
            return !matches!(last, b')' | b']');
        }
        let start = before.iter().rposition(|byte| !is_of_name(byte)).map_or(0, |at| at + 1);
        BEFORE_REGEX.iter().any(|word| word.as_bytes() == &before[start..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_texts_and_expressions_are_blank() {
        for (text, expected) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b\n */ c", "a     \n    c"),
            ("f('a\\'b', \"c\")", "f('    ', \" \")"),
            ("`a ${b + `c ${d}`} e` + f", "`  ${b + `  ${d}`}  ` + f"),
            ("`$a` b", "`  ` b"),
            ("a / b / c", "a / b / c"),
            ("x = /a'[/]b/ / '/'", "x =          / ' '"),
            ("return /'/.test(a)", "return    .test(a)"),
            ("f(a) / 'b'", "f(a) / ' '"),
            ("{ /a/ }", "{     }"),
            ("'é' é", "'  ' é"),
            ("'open", "'    "),
            ("/* open", "       "),
            ("`open ${", "`     ${"),
            ("'\\", "' "),
        ] {
            assert_eq!(code_of(text), expected, "{text}");
            assert_eq!(code_of(text).len(), text.len(), "{text}");
        }
    }
}
