//! Query parameters.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::map::{Map, decoded};
use crate::value::form;

/// Decoded names, each with its decoded values in the order of the query: `a=1&b&a=2` is `a: [1, 2]`, `b: [""]`.
pub(super) fn parameters(query: &str) -> Map<'_, Vec<Cow<'_, str>>> {
    read(query, text)
}

/// The same without decoding.
pub(super) fn undecoded(query: &str) -> Map<'_, Vec<Cow<'_, str>>> {
    read(query, Cow::Borrowed)
}

fn read<'q>(query: &'q str, text: fn(&'q str) -> Cow<'q, str>) -> Map<'q, Vec<Cow<'q, str>>> {
    let mut found: Map<'_, Vec<Cow<'_, str>>> = Map::default();
    for (name, value) in form::written_pairs(query) {
        let (name, value) = (text(name), text(value));
        match found.entry(&name) {
            Some(values) => values.push(value),
            None => found.0.push((name, vec![value])),
        }
    }
    found
}

/// The last value of each name, as format 1.0 keeps it in its single map.
pub(super) fn last<'a>(parameters: &'a Map<'a, Vec<Cow<'a, str>>>) -> Map<'a, &'a str> {
    let last = |values: &'a Vec<Cow<'a, str>>| values.last().map_or("", |value| &**value);
    Map(parameters.0.iter().map(|(name, values)| (Cow::Borrowed(&**name), last(values))).collect())
}

/// The values of each name joined by commas, as format 2.0 has them.
pub(super) fn joined<'a>(parameters: &'a Map<'a, Vec<Cow<'a, str>>>) -> Map<'a, Cow<'a, str>> {
    let joined = |values: &'a Vec<Cow<'a, str>>| match &values[..] {
        [one] => Cow::Borrowed(&**one),
        many => Cow::Owned(many.join(",")),
    };
    Map(parameters.0.iter().map(|(name, values)| (Cow::Borrowed(&**name), joined(values))).collect())
}

/// A plus sign is a space in a query; bytes that are not UTF-8 leave the text as it was.
fn text(encoded: &str) -> Cow<'_, str> {
    if !encoded.contains('+') {
        return decoded(encoded);
    }
    let spaced = encoded.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(decoded) => Cow::Owned(decoded.into_owned()),
        Err(_) => Cow::Borrowed(encoded),
    }
}
