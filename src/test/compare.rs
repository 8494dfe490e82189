//! Comparing values that were expected with those that came.

use bytes::Bytes;
use http::HeaderMap;
use indexmap::IndexMap;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::fill::text_of;

/// Lines of a difference that are shown.
const MOST_LINES: usize = 60;

/// Characters of a line that are shown.
const WIDEST: usize = 400;

/// Whether `found` is `wanted`, where members of maps that are not written do not count. Lists have the same length.
pub(super) fn has(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(key, value)| found.get(key).is_some_and(|other| has(value, other)))
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(one, other)| has(one, other))
        }
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => wanted == found,
    }
}

/// Whether both are the same JSON. `1` is `1.0`, and the order of members does not count.
pub(super) fn is_same(wanted: &Value, found: &Value) -> bool {
    has(wanted, found) && has(found, wanted)
}

/// Whether a body has what is written: text as it is, of JSON the members that are written.
pub(super) fn body_has(wanted: &Value, found: &Bytes) -> bool {
    match wanted {
        Value::Null => found.is_empty(),
        Value::String(text) => text.as_bytes() == &**found,
        json => serde_json::from_slice(found).is_ok_and(|found: Value| has(json, &found)),
    }
}

/// Whether headers have these values; `None`: there is no such header.
pub(super) fn headers_have(wanted: &IndexMap<String, Option<String>>, found: &HeaderMap) -> bool {
    wanted.iter().all(|(name, value)| header(found, name).as_ref() == value.as_ref())
}

/// The values of a header, joined by `, ` where there are several.
pub(super) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// A value as people read it: JSON over several lines, text as it is.
pub(super) fn pretty(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        json => format!("{json:#}"),
    }
}

/// The members of `found` that `wanted` has, in its order, so that a difference shows nothing else.
pub(super) fn only(wanted: &Value, found: &Value) -> Value {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            let member = |(key, value)| Some((String::clone(key), only(value, found.get(key)?)));
            Value::Object(wanted.iter().filter_map(member).collect())
        }
        (Value::Array(wanted), Value::Array(found)) => {
            let item = |(at, item)| wanted.get(at).map_or_else(|| Value::clone(item), |one| only(one, item));
            Value::Array(found.iter().enumerate().map(item).collect())
        }
        _ => found.clone(),
    }
}

/// The difference of two values, JSON or text.
pub(super) fn difference(wanted: &Value, found: &Value) -> String {
    // Members in the order in which they were expected, then the others.
    let found = match (wanted, found) {
        (Value::Object(wanted), Value::Object(all)) => {
            let mut ordered: serde_json::Map<String, Value> = Default::default();
            for key in wanted.keys().chain(all.keys()) {
                all.get(key).map(|value| ordered.insert(key.clone(), value.clone()));
            }
            Value::Object(ordered)
        }
        _ => found.clone(),
    };
    lines(&pretty(wanted), &pretty(&found))
}

/// The difference of two texts, line by line: `-` was expected, `+` came.
pub(super) fn lines(wanted: &str, found: &str) -> String {
    let difference = TextDiff::from_lines(wanted, found);
    let mut shown = Vec::new();
    for change in difference.iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        let line = change.value().trim_end_matches('\n');
        let cut = if line.chars().count() > WIDEST { "…" } else { "" };
        shown.push(format!("{sign} {}{cut}", line.chars().take(WIDEST).collect::<String>()));
    }
    let more = shown.len().saturating_sub(MOST_LINES);
    shown.truncate(MOST_LINES);
    if more > 0 {
        shown.push(format!("  … and {more} more lines"));
    }
    shown.join("\n")
}

/// The difference of two short values.
pub(super) fn values(wanted: Option<&Value>, found: Option<&Value>) -> String {
    let text = |value: Option<&Value>| value.map_or_else(|| "(nothing)".to_owned(), text_of);
    lines(&text(wanted), &text(found))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_has_the_members_that_are_written() {
        let found = json!({"a": 1, "b": [{"c": 1, "d": 2}], "e": null});
        assert!(has(&json!({"a": 1.0, "b": [{"c": 1}]}), &found));
        for wanted in [json!({"x": null}), json!({"b": []}), json!({"a": "1"}), json!([])] {
            assert!(!has(&wanted, &found), "{wanted}");
        }
        assert!(!is_same(&json!({"a": 1}), &found));
        assert!(is_same(&json!({"b": 2, "a": 1}), &json!({"a": 1, "b": 2.0})));
    }

    #[test]
    fn a_difference_shows_what_was_expected_and_what_came() {
        let shown = difference(&json!({"b": 1, "a": 2}), &json!({"a": 2, "b": 3, "c": 4}));
        let expected = "  {\n-   \"b\": 1,\n-   \"a\": 2\n+   \"b\": 3,\n+   \"a\": 2,\n+   \"c\": 4\n  }";
        assert_eq!(shown, expected);
        assert_eq!(lines("a", "b"), "- a\n+ b");
    }
}
