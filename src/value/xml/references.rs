//! References to characters, and the values of attributes.

use std::borrow::Cow;

use super::scope::short;
use super::{XmlError, is_xml_char};

/// The value of an attribute: references replaced, every kind of space a space.
pub(super) fn value(raw: &str, at: usize) -> Result<Cow<'_, str>, XmlError> {
    if raw.bytes().all(|byte| !matches!(byte, b'<' | b'&' | b'\t' | b'\n' | b'\r')) {
        return Ok(Cow::Borrowed(raw));
    }
    if raw.contains('<') {
        return Err(XmlError::at("`<` stands in the value of an attribute", at));
    }
    let normal = raw.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
    if !normal.contains('&') {
        return Ok(Cow::Owned(normal));
    }
    let mut out = String::with_capacity(normal.len());
    let mut rest = normal.as_str();
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let Some((name, after)) = behind.split_once(';') else {
            return Err(XmlError::at("a `&` has no `;` behind it", at));
        };
        out.push(reference(name, at)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

/// The character that `&name;` stands for.
pub(super) fn reference(name: &str, at: usize) -> Result<char, XmlError> {
    let number = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix('x') {
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                u32::from_str_radix(digits, 16).ok()
            }
            None if number.bytes().all(|digit| digit.is_ascii_digit()) => number.parse().ok(),
            _ => None,
        },
        None => match name {
            "lt" => return Ok('<'),
            "gt" => return Ok('>'),
            "amp" => return Ok('&'),
            "apos" => return Ok('\''),
            "quot" => return Ok('"'),
            other => {
                let message =
                    format!("the entity `&{};` is not one of XML's five, and no others are defined", short(other));
                return Err(XmlError::at(message, at));
            }
        },
    };
    let letter = number.and_then(char::from_u32).filter(|letter| is_xml_char(*letter));
    letter.ok_or_else(|| XmlError::at(format_args!("`&{};` is no character that XML allows", short(name)), at))
}
