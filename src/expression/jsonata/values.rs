//! Between our values and the evaluator's.

use std::sync::Arc;

use indexmap::IndexMap;
use jsonata_core::meter;
use jsonata_core::value::{JValue, with_stack};

use super::reads::Level;
use super::want::Want;
use crate::value::{Kind, Members, Object, Value, ValueRef};

/// How deep a result may be nested. Deeper ones come from a recursion without end, and dropping them would use up the stack.
const MAX_DEPTH: usize = 500;

/// About what a member of an object takes.
const MEMBER: usize = 96;

/// Whole numbers up to here are exact in JSONata, whose numbers are JavaScript's.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The evaluator's form of a value, without the members that are not read. `want` is `None` where everything is wanted.
/// Bytes become text, lossily: JSONata has no bytes.
pub(super) fn to_jvalue(value: ValueRef<'_>, want: Option<&Want>, level: Level) -> JValue {
    with_stack(|| match value.kind() {
        Kind::Null => JValue::Null,
        Kind::Bool(flag) => JValue::Bool(flag),
        Kind::Number(number) => JValue::Number(number.as_f64()),
        Kind::String(text) => JValue::string(text),
        Kind::Binary(bytes) => JValue::string(&*String::from_utf8_lossy(bytes)),
        // JSONata has no XML either: `$xpath` looks into the document itself.
        Kind::Xml(document) => JValue::string(document.write()),
        Kind::List(items) => {
            // The items of an array are no messages.
            JValue::array(items.iter().map(|item| to_jvalue(item, want, Level::Other)).collect())
        }
        Kind::Object(members) => JValue::object(object(members, want, level)),
    })
}

fn object(members: Object<'_>, want: Option<&Want>, level: Level) -> IndexMap<String, JValue> {
    let wanted = want.map(|want| &want.members);
    let mut object = IndexMap::new();
    if want.is_none_or(|want| want.whole) {
        for (name, value) in members.iter() {
            // Below a whole value everything is whole; only spellings of headers are left to look at.
            let below = wanted.and_then(|wanted| wanted.get(name)).filter(|_| level == Level::Message);
            let whole = below.map(|below| Want { whole: true, members: below.members.clone() });
            object.insert(name.to_string(), to_jvalue(value, whole.as_ref(), level.below(name)));
        }
    }
    for (name, below) in wanted.into_iter().flatten() {
        if !object.contains_key(&**name)
            && let Some(value) = member(members, name, level)
        {
            object.insert(name.to_string(), to_jvalue(value, Some(below), level.below(name)));
        }
    }
    object
}

/// A member of an object. The case of header names does not count.
pub(in crate::expression) fn member<'v>(members: Object<'v>, name: &str, level: Level) -> Option<ValueRef<'v>> {
    members.get(name).or_else(|| {
        let mut headers = members.iter().filter(|_| level == Level::Headers);
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    })
}

/// Numbers that JSONata could not keep, by what it made of them; asked only for numbers that may be one.
pub(super) type Written<'w> = &'w dyn Fn(f64) -> Option<Value>;

/// Our form of a result; `None` where it is nested too deeply. Nothing, and functions, are null.
pub(super) fn to_value(result: &JValue, written: Written<'_>) -> Option<Value> {
    below(result, MAX_DEPTH, written)
}

fn below(result: &JValue, depth: usize, written: Written<'_>) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    // Values that are made once may stand in a result many times.
    meter::spend(1);
    Some(match result {
        JValue::Bool(flag) => (*flag).into(),
        JValue::Number(number) if number.fract() == 0.0 && number.abs() < EXACT => Value::from(*number as i64),
        JValue::Number(number) => written(*number).unwrap_or_else(|| (*number).into()),
        JValue::String(text) => {
            meter::made(text.len() + 16);
            Value::from(&**text)
        }
        JValue::Array(items) => {
            meter::made(items.len() * size_of::<Value>());
            let items: Option<Vec<Value>> = items.iter().map(|item| below(item, depth, written)).collect();
            items?.into()
        }
        JValue::Object(members) => {
            meter::made(members.len() * MEMBER);
            let mut object = Members::with_capacity(members.len());
            for (name, value) in members.iter() {
                object.insert(Arc::from(name.as_str()), below(value, depth, written)?);
            }
            object.into()
        }
        _ => Value::NULL,
    })
}

/// The `$boolean` of a result; nothing is false.
pub(super) fn truth(result: &JValue) -> bool {
    with_stack(|| match result {
        JValue::Bool(flag) => *flag,
        JValue::Number(number) => *number != 0.0 && !number.is_nan(),
        JValue::String(text) => !text.is_empty(),
        JValue::Array(items) => items.iter().any(truth),
        JValue::Object(members) => !members.is_empty(),
        _ => false,
    })
}

/// Puts a value at `path` of an object, unless something is there.
pub(super) fn put(object: &mut JValue, path: &[Arc<str>], value: JValue) {
    let Some((first, rest)) = path.split_first() else { return };
    let Some(members) = object.as_object_mut() else { return };
    if rest.is_empty() {
        members.entry(first.to_string()).or_insert(value);
        return;
    }
    let below = members.entry(first.to_string()).or_insert_with(|| JValue::object(IndexMap::new()));
    put(below, rest, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::parse_json(text.as_bytes()).unwrap()
    }

    #[test]
    fn values_survive_the_way_there_and_back() {
        for text in ["null", "true", "-3", "1.5", "\"x\"", "[]", "{}", r#"{"z":[1,{"a":null}],"b":"ä"}"#] {
            assert_eq!(to_value(&to_jvalue(value(text).view(), None, Level::Other), &|_| None).unwrap(), value(text));
        }
    }

    #[test]
    fn only_what_is_wanted_is_converted() {
        let mut want = Want::default();
        want.mark(&["a".into(), "b".into()]);
        let pruned = to_jvalue(value(r#"{"a":[{"b":1,"c":2},3,{"c":4}],"d":5}"#).view(), Some(&want), Level::Other);
        assert_eq!(to_value(&pruned, &|_| None).unwrap(), value(r#"{"a":[{"b":1},3,{}]}"#));
    }

    #[test]
    fn headers_are_found_in_any_case_under_the_authors_spelling() {
        let mut want = Want::default();
        want.mark(&["headers".into(), "Content-Type".into()]);
        let message = value(r#"{"headers":{"content-type":"x","other":"y"},"body":{"headers":{"CONTENT-TYPE":1}}}"#);
        let pruned = to_jvalue(message.view(), Some(&want), Level::Message);
        assert_eq!(to_value(&pruned, &|_| None).unwrap(), value(r#"{"headers":{"Content-Type":"x"}}"#));
        want.mark(&[]);
        let whole = to_value(&to_jvalue(message.view(), Some(&want), Level::Message), &|_| None).unwrap();
        assert_eq!(whole.at(["headers", "content-type"]), Some(Value::from("x").view()));
        assert_eq!(whole.at(["headers", "Content-Type"]), Some(Value::from("x").view()));
        assert_eq!(whole.at(["body", "headers", "CONTENT-TYPE"]), Some(Value::from(1).view()));
    }
}
