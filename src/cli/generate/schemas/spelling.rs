//! The other ways to write a property, as patterns in addition to its canonical name, which alone is offered while typing.

use serde_json::{Map, Value, json};

use super::publish::{Reading, merge, plain, quiet_enum};
use crate::source::{Shape, Spellings, Unbuilt};

/// Adds the spellings of a shape to its published object schema, which is at the pointer `at`.
pub(super) fn add(shape: &Shape, reading: &Reading<'_>, at: &str, schema: &mut Map<String, Value>) {
    let spellings = shape.spellings();
    let mut patterns = Map::new();
    let mut conditions = Vec::new();
    let mut required: Vec<Value> = Vec::new();
    for name in shape.properties() {
        let other = pattern(&spellings, name);
        let is_required = is_required(shape, name);
        if let Some(pattern) = &other {
            patterns.insert(format!("^(?:{pattern})$"), json!({ "$ref": format!("{at}/properties/{name}") }));
        }
        match other {
            Some(pattern) if is_required => {
                let none = json!({ "not": { "pattern": format!("^(?:{name}|{pattern})$") } });
                conditions.push(json!({ "if": { "propertyNames": none }, "then": { "required": [name] } }));
            }
            None if is_required => required.push(name.into()),
            _ => {}
        }
    }
    for unbuilt in spellings.unbuilt {
        patterns.extend(not_built(unbuilt, reading, schema));
    }
    // The type's own description is there already.
    if let Some(Value::Array(rules)) = schema.shift_remove("allOf") {
        conditions.extend(rules);
    }
    let mut set = |key: &str, value: Value, is_empty: bool| match is_empty {
        true => drop(schema.shift_remove(key)),
        false => drop(schema.insert(key.to_owned(), value)),
    };
    set("patternProperties", patterns.clone().into(), patterns.is_empty());
    set("required", required.clone().into(), required.is_empty());
    match conditions.as_slice() {
        [Value::Object(one)] => schema.extend(one.clone()),
        all => set("allOf", all.into(), all.is_empty()),
    }
}

/// Whether a property must be there, in some spelling.
pub(super) fn is_required(shape: &Shape, name: &str) -> bool {
    let required = shape.annotated().get("required").and_then(Value::as_array);
    required.is_some_and(|required| required.iter().any(|one| one == name))
}

/// The form of the other keys that mean `name`.
fn pattern(spellings: &Spellings, name: &str) -> Option<String> {
    let aliases = spellings.aliases.iter().filter(|(_, canonical)| *canonical == name);
    let mut all: Vec<String> = aliases.map(|(alias, _)| (*alias).to_owned()).collect();
    if spellings.any_case {
        all.push(any_case(name));
    }
    (!all.is_empty()).then(|| all.join("|"))
}

/// The keys that are `name` in kebab-case, each word in small letters, in capitals, or with one capital at its start. A capital
/// after a small letter starts a word, and so do `-` and `_`.
fn any_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let upper = word.to_ascii_uppercase();
        let mut forms = vec![word.to_owned(), format!("{}{}", &upper[..1], &word[1..]), upper];
        forms.dedup();
        match forms.as_slice() {
            [one] => one.clone(),
            many => format!("(?:{})", many.join("|")),
        }
    });
    words.collect::<Vec<_>>().join("(?:[-_]|(?<=[a-z0-9])(?=[A-Z]))")
}

/// A property that will come is accepted with what asks for nothing.
fn not_built(
    (name, values): &Unbuilt,
    reading: &Reading<'_>,
    schema: &mut Map<String, Value>,
) -> Option<(String, Value)> {
    let alternatives = asks_for_nothing(name, values, reading);
    let key = any_case(name);
    let own =
        schema.get_mut("properties").and_then(|properties| properties.get_mut(name)).and_then(Value::as_object_mut);
    let mut out = Map::from_iter([(
        "description".to_owned(),
        json!("Not built yet: accepted with the value that changes nothing."),
    )]);
    merge(alternatives.clone(), &mut out);
    let Some(property) = own else { return Some((format!("^(?:{key})$"), out.into())) };
    // The property is there, and takes a value that is none of its own.
    let mut kept = Map::new();
    kept.extend(property.shift_remove("description").map(|text| ("description".to_owned(), text)));
    let known = property.shift_remove("anyOf").unwrap_or_else(|| json!([property]));
    let all = known.as_array().into_iter().flatten().cloned().chain(alternatives);
    kept.insert("anyOf".to_owned(), all.collect());
    *property = kept;
    Some((format!("^(?!{name}$)(?:{key})$"), out.into()))
}

fn asks_for_nothing(name: &str, values: &[&str], reading: &Reading<'_>) -> Vec<Value> {
    if values.contains(&"*") {
        return vec![json!({ "type": ["string", "number", "boolean", "null"] })];
    }
    let literals: Vec<Value> = std::iter::once(Value::Null)
        .chain(values.iter().map(|value| plain(value)).filter(|value| !value.is_string() && !value.is_null()))
        .collect();
    if values.is_empty() {
        // The value of `${…}` is hardly ever empty.
        return vec![json!({ "enum": [null], "errorMessage": format!("{name} is not built yet: leave it out.") })];
    }
    let shown: Vec<&str> = values.iter().map(|value| if value.is_empty() { "''" } else { value }).collect();
    let message = format!("{name} is not built yet: leave it out, or write {}.", shown.join(" or "));
    let words: Vec<String> = values.iter().map(|value| any_letters(value)).collect();
    let text = json!({
        "type": "string", "pattern": reading.or_environment(format!("^(?:{})$", words.join("|"))),
        "patternErrorMessage": message, "errorMessage": message,
    });
    vec![text, quiet_enum(&literals)]
}

/// The word in small and in capital letters.
fn any_letters(word: &str) -> String {
    let letter = |one: char| match one.is_ascii_alphabetic() {
        true => format!("[{}{}]", one.to_ascii_lowercase(), one.to_ascii_uppercase()),
        // JavaScript does not take `\-`.
        false if one == '-' => one.to_string(),
        false => regex::escape(&one.to_string()),
    };
    word.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::kebab_case;

    fn matches(pattern: &str, key: &str) -> bool {
        jsonschema::draft7::new(&json!({ "pattern": pattern })).unwrap().is_valid(&json!(key))
    }

    #[test]
    fn a_pattern_takes_the_keys_that_the_loader_takes() {
        for name in ["timeout", "target-url", "aws-session-token", "use-http-10"] {
            let pattern = format!("^(?:{})$", any_case(name));
            for key in spellings_of(name) {
                assert_eq!(matches(&pattern, &key), kebab_case(&key) == name, "{name}: {key}");
            }
        }
    }

    /// Every word in every form, with and without what is between words; and what is none.
    fn spellings_of(name: &str) -> Vec<String> {
        let mut all = vec![String::new()];
        for (index, word) in name.split('-').enumerate() {
            let upper = word.to_uppercase();
            let last = word.len() - 1;
            let forms = [
                word,
                &upper,
                &format!("{}{}", &upper[..1], &word[1..]),
                &format!("{}{}", &word[..last], &upper[last..]),
            ];
            let marks: &[&str] = if index == 0 { &[""] } else { &["-", "_", "", "--"] };
            let pieces = marks.iter().flat_map(|mark| forms.iter().map(move |form| format!("{mark}{form}")));
            let pieces: Vec<String> = pieces.collect();
            all = all.iter().flat_map(|start| pieces.iter().map(move |piece| format!("{start}{piece}"))).collect();
        }
        all
    }

    #[test]
    fn what_asks_for_nothing_is_taken_in_any_letters() {
        let reading = Reading { environment: true, definitions: None };
        let accepted = |values: &[&str], value: Value| {
            let schema = json!({ "anyOf": asks_for_nothing("retry", values, &reading) });
            jsonschema::draft7::new(&schema).unwrap().is_valid(&value)
        };
        for (values, value, expected) in [
            (&["false"][..], json!(false), true),
            (&["false"], json!("False"), true),
            (&["false"], json!(null), true),
            (&["false"], json!("${X}"), true),
            (&["false"], json!(true), false),
            (&["false"], json!({}), false),
            (&["not-sent"], json!("NOT-sent"), true),
            (&["not-sent"], json!("always"), false),
            (&[], json!(null), true),
            (&[], json!(""), false),
            (&[], json!("${X}"), false),
            (&[""], json!(""), true),
            (&["*"], json!(7), true),
            (&["*"], json!([]), false),
        ] {
            assert_eq!(accepted(values, value.clone()), expected, "{values:?} {value}");
        }
    }
}
