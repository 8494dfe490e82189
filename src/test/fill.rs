//! `${name}` in a test: values of its row and of answers before.

use indexmap::IndexMap;
use serde_json::Value;

use super::format::{
    Answer, Exchange, ExpectedCall, FunctionAnswer, FunctionStandIn, Request, ServiceAnswer, ServiceStandIn,
};

/// Values by their names.
pub(super) type Values = IndexMap<String, Value>;

/// A part of a test in which names are replaced by values.
pub(super) trait Fill {
    /// The part with values in the place of names. A name without a value stays.
    fn fill(&mut self, values: &Values);
}

/// The names in a text: `${name}`, but not `$${name}`.
pub(super) fn names(text: &str) -> Vec<&str> {
    parts(text).into_iter().filter_map(|part| if let Part::Name(name) = part { Some(name) } else { None }).collect()
}

enum Part<'t> {
    Text(&'t str),
    Name(&'t str),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find("${") {
        let (before, name) = (&rest[..at], &rest[at + 2..]);
        if let Some(literal) = before.strip_suffix('$') {
            parts.extend([Part::Text(literal), Part::Text("${")]);
            rest = name;
            continue;
        }
        let Some(end) = name.find('}') else { break };
        parts.extend([Part::Text(before), Part::Name(&name[..end])]);
        rest = &name[end + 1..];
    }
    parts.push(Part::Text(rest));
    parts
}

/// A value inside a text.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Fill for String {
    fn fill(&mut self, values: &Values) {
        if !self.contains("${") {
            return;
        }
        let filled = parts(self).into_iter().map(|part| match part {
            Part::Text(text) => text.to_owned(),
            Part::Name(name) => values.get(name).map_or_else(|| format!("${{{name}}}"), text_of),
        });
        *self = filled.collect();
    }
}

impl Fill for Value {
    /// A text that is nothing but a name becomes the value itself, be it a number or a map.
    fn fill(&mut self, values: &Values) {
        match self {
            Value::String(text) => {
                let whole = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
                match whole.and_then(|name| values.get(name)) {
                    Some(value) => *self = value.clone(),
                    None => text.fill(values),
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| item.fill(values)),
            Value::Object(members) => {
                let filled = std::mem::take(members).into_iter().map(|(mut name, mut value)| {
                    name.fill(values);
                    value.fill(values);
                    (name, value)
                });
                *members = filled.collect();
            }
            _ => {}
        }
    }
}

impl<T: Fill> Fill for Option<T> {
    fn fill(&mut self, values: &Values) {
        self.iter_mut().for_each(|inner| inner.fill(values));
    }
}

impl<T: Fill> Fill for Vec<T> {
    fn fill(&mut self, values: &Values) {
        self.iter_mut().for_each(|inner| inner.fill(values));
    }
}

impl<T: Fill> Fill for IndexMap<String, T> {
    fn fill(&mut self, values: &Values) {
        let filled = std::mem::take(self).into_iter().map(|(mut name, mut inner)| {
            name.fill(values);
            inner.fill(values);
            (name, inner)
        });
        *self = filled.collect();
    }
}

impl Fill for Answer {
    fn fill(&mut self, values: &Values) {
        if self.status.as_str().is_some_and(|text| text.contains("${")) {
            self.status.fill(values);
            self.filled_status = Some(text_of(&self.status));
        }
        self.headers.fill(values);
        self.headers_match.fill(values);
        self.body.fill(values);
        self.body_contains.fill(values);
        self.body_matches.fill(values);
    }
}

macro_rules! fill {
    ($($type:ident: $($field:ident)*;)*) => {
        $(impl Fill for $type {
            fn fill(&mut self, values: &Values) {
                $(self.$field.fill(values);)*
            }
        })*
    };
}

fill! {
    Exchange: request answer calls ran not_ran fault variables;
    Request: method path headers body;
    ExpectedCall: function event service method path headers body;
    FunctionStandIn: first then;
    FunctionAnswer: answer error log;
    ServiceStandIn: method path headers body answer then;
    ServiceAnswer: headers body;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_become_values_and_keep_their_types() {
        let values = Values::from([("id".to_owned(), json!(7)), ("who".to_owned(), json!("Ada"))]);
        let mut body = json!({"id": "${id}", "text": "${who} has ${id}", "kept": ["$${id}", "${other}", "${"]});
        body.fill(&values);
        assert_eq!(body, json!({"id": 7, "text": "Ada has 7", "kept": ["${id}", "${other}", "${"]}));
        let mut keys = json!({"$${id}": 1, "is ${id}": 2});
        keys.fill(&values);
        assert_eq!(keys, json!({"${id}": 1, "is 7": 2}));
        assert_eq!(names("${a} $${b} ${c"), ["a"]);
    }
}
