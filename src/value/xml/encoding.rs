//! The bytes of a document as text: UTF-8, UTF-16 with its mark, and Latin-1 where the document declares it.

use std::borrow::Cow;

use super::XmlError;

/// The text, without a mark at its start.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return utf16(rest, u16::from_be_bytes);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let declared = declared(bytes).unwrap_or_default().to_ascii_lowercase();
    match declared.as_str() {
        "" | "utf-8" | "utf8" | "us-ascii" | "ascii" => std::str::from_utf8(bytes)
            .map(Cow::Borrowed)
            .map_err(|error| XmlError::at("the document is not in UTF-8, which it is taken for,", error.valid_up_to())),
        "iso-8859-1" | "latin1" => Ok(Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect())),
        other => {
            let other: String = other.chars().take(40).collect();
            let message = format!(
                "the encoding `{other}` is not supported: UTF-8, ISO-8859-1, and UTF-16 with a byte order mark are"
            );
            Err(XmlError::new(message))
        }
    }
}

fn utf16<'b>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'b, str>, XmlError> {
    let broken = || XmlError::new("the document is not in UTF-16, which its first bytes say");
    if !bytes.len().is_multiple_of(2) {
        return Err(broken());
    }
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<String, _>>().map(Cow::Owned).map_err(|_| broken())
}

/// The encoding in `<?xml encoding="…"?>`, in a document whose first letters are ASCII.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(200)];
    let head: String = head.iter().map(|byte| char::from(*byte)).collect();
    let head = head.strip_prefix("<?xml")?.split("?>").next()?.to_owned();
    let rest = head.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start().to_owned();
    let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    rest[1..].split(quote).next().map(str::to_owned)
}
