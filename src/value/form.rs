//! Queries of URLs, and forms that a URL could have held (`application/x-www-form-urlencoded`).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The names and values of a query as they are written, without empty pairs.
pub fn written_pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The values of a query parameter as they are written.
pub fn written_values<'q>(query: &'q str, name: &str) -> impl Iterator<Item = &'q str> {
    let is_named = move |key: &str| key == name || percent_decode_str(key).decode_utf8_lossy() == name;
    written_pairs(query).filter(move |(key, _)| is_named(key)).map(|(_, value)| value)
}

/// The fields of a form, decoded.
pub fn fields(form: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    form_urlencoded::parse(form)
}

/// A name or a value, decoded: a plus sign is a space. Bytes that are not UTF-8 are replaced.
pub fn decoded(text: &str) -> Cow<'_, str> {
    match text.contains('+') {
        true => Cow::Owned(percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()),
        false => percent_decode_str(text).decode_utf8_lossy(),
    }
}

/// A value encoded for a form or a query. A space is `%20`, which readers of both kinds take.
pub fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_as_they_are_written() {
        assert_eq!(written_pairs("a=1&&b&c=x%20y=z").collect::<Vec<_>>(), [("a", "1"), ("b", ""), ("c", "x%20y=z")]);
        assert_eq!(written_values("a=1&%61=2&b=3", "a").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for text in ["", "a b", "ü+&=%", "a~b*c-d_e."] {
            assert_eq!(decoded(&encoded(text)), text);
            let form = format!("x={}", encoded(text));
            assert_eq!(fields(form.as_bytes()).next(), Some(("x".into(), text.into())));
        }
    }
}
