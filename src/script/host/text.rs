//! Text to bytes and back, for `Buffer`.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};
use gantry_allocator::Setup;
use rquickjs::{Ctx, Exception, IntoJs, Object, Result, Value};

use super::native;
use crate::script::values;

pub(super) fn install<'js>(setup: &Setup<'js>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, "encode", |ctx, bytes: Value<'js>, encoding: String| {
        let bytes = values::bytes_of(&bytes).ok_or_else(|| Exception::throw_type(&ctx, "bytes were expected"))?;
        match to_text(&bytes, &encoding) {
            Some(text) => text.into_js(&ctx),
            None => Err(unknown(&ctx, &encoding)),
        }
    });
    native!(native, setup, "decode", |ctx, text: String, encoding: String| {
        match to_bytes(&text, &encoding) {
            Some(bytes) => values::to_bytes(&ctx, &bytes),
            None => Err(unknown(&ctx, &encoding)),
        }
    });
    Ok(())
}

fn unknown(ctx: &Ctx<'_>, encoding: &str) -> rquickjs::Error {
    let short: String = encoding.chars().take(40).collect();
    Exception::throw_type(ctx, &format!("Unknown encoding: {short}"))
}

/// As Node's `toString(encoding)`.
pub(super) fn to_text(bytes: &[u8], encoding: &str) -> Option<String> {
    Some(match encoding.to_ascii_lowercase().as_str() {
        "utf8" | "utf-8" => String::from_utf8_lossy(bytes).into_owned(),
        "hex" => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        "base64" => general_purpose::STANDARD.encode(bytes),
        "base64url" => general_purpose::URL_SAFE_NO_PAD.encode(bytes),
        "latin1" | "binary" => bytes.iter().map(|byte| char::from(*byte)).collect(),
        "ascii" => bytes.iter().map(|byte| char::from(byte & 0x7f)).collect(),
        "utf16le" | "utf-16le" | "ucs2" | "ucs-2" => {
            let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => return None,
    })
}

/// As Node's `Buffer.from(text, encoding)`: what is no hex or base64 ends or is passed over.
pub(super) fn to_bytes(text: &str, encoding: &str) -> Option<Vec<u8>> {
    Some(match encoding.to_ascii_lowercase().as_str() {
        "utf8" | "utf-8" => text.as_bytes().to_vec(),
        "hex" => {
            let digits: Vec<u8> = text.chars().map_while(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
            digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
        }
        "base64" | "base64url" => {
            let plain = text.bytes().take_while(|byte| *byte != b'=').filter_map(|byte| match byte {
                b'-' => Some(b'+'),
                b'_' => Some(b'/'),
                byte if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/') => Some(byte),
                _ => None,
            });
            let mut plain: Vec<u8> = plain.collect();
            // One letter alone carries no byte.
            plain.truncate(if plain.len() % 4 == 1 { plain.len() - 1 } else { plain.len() });
            lenient().decode(plain).unwrap_or_default()
        }
        "latin1" | "binary" | "ascii" => text.encode_utf16().map(|unit| unit as u8).collect(),
        "utf16le" | "utf-16le" | "ucs2" | "ucs-2" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => return None,
    })
}

fn lenient() -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&STANDARD, config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_nodes() {
        for (text, encoding, bytes) in [
            ("aé", "utf8", &[0x61, 0xc3, 0xa9][..]),
            ("0aFf", "hex", &[0x0a, 0xff]),
            ("0aFz11", "hex", &[0x0a]),
            ("aGk=", "base64", b"hi"),
            ("aGk", "base64", b"hi"),
            ("a G\nk=", "base64", b"hi"),
            ("_-8", "base64", &[0xff, 0xef]),
            ("_-8", "base64url", &[0xff, 0xef]),
            ("a", "base64", b""),
            ("é€", "latin1", &[0xe9, 0xac]),
            ("ab", "utf16le", &[0x61, 0, 0x62, 0]),
        ] {
            assert_eq!(to_bytes(text, encoding).unwrap(), bytes, "{text} {encoding}");
        }
        assert_eq!(to_text(&[0xff, 0x61], "utf8").unwrap(), "\u{fffd}a");
        assert_eq!(to_text(&[0xe9], "LATIN1").unwrap(), "é");
        assert_eq!(to_text(&[0xff, 0xef], "base64url").unwrap(), "_-8");
        assert_eq!(to_text(b"x", "ebcdic"), None);
    }
}
