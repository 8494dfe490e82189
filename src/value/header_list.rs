//! Lists in the values of headers.

/// Splits at the commas that are not in quotes.
pub fn split_list(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if std::mem::take(&mut escaped) => {}
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::split_list;

    #[test]
    fn commas_in_quotes_are_part_of_their_item() {
        assert_eq!(split_list(r#"a, b="x,\"y,",c"#), ["a", r#" b="x,\"y,""#, "c"]);
        assert_eq!(split_list(""), [""]);
        assert_eq!(split_list(r#""a,b"#), [r#""a,b"#]);
    }
}
