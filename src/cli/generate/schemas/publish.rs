//! From the schema that the loader checks with to the one that is published.
//!
//! The loader reads scalars before its schema sees them: `503` is text where text is wanted, `'30'` a number where a number
//! is wanted, and `${NAME}` may become anything. The published schema meets the file as it is written, so it says all that.
//! Forms that are accepted and need not be offered while typing are written so that editors do not complete them: see [`quiet`].

use serde_json::{Map, Value, json};

use crate::source::rule::RULES;
use crate::source::{Scalar, Style};

/// Text with at least one `${…}` in it; `$${…}` is the characters themselves.
const ENVIRONMENT: &str = r"(?:^|[^$])\$\{[^}]*\}";

const SCALARS: [&str; 4] = ["boolean", "integer", "number", "string"];

const TYPES: [&str; 6] = ["array", "boolean", "null", "number", "object", "string"];

/// How the loader reads what a schema describes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    /// Whether `${…}` is replaced first.
    pub environment: bool,
    /// The place of the schemas of `step` and `catch`, such as `#/definitions/`; `None` does not look into steps.
    pub definitions: Option<&'a str>,
}

impl Reading<'_> {
    /// The published form of a schema.
    pub fn publish(&self, schema: &Value) -> Value {
        let mut out = Map::new();
        copy(schema, &mut out, &["description"]);
        let types = types(schema);
        if schema.get("x-steps").is_some() {
            out.extend(self.list_of("step"));
        } else if let Some(options) = options(schema) {
            out.insert("anyOf".to_owned(), self.options(options));
        } else if types.len() == TYPES.len() || takes_everything(schema) {
            copy(schema, &mut out, &["type"]);
        } else if types.contains(&"object") && types.iter().any(|one| SCALARS.contains(one)) {
            out.insert("anyOf".to_owned(), self.map_or_scalar(schema, &types));
        } else if types.contains(&"object") {
            self.object(schema, &mut out);
        } else if types.contains(&"array") {
            copy(schema, &mut out, &["type", "minItems", "maxItems"]);
            out.extend(schema.get("items").map(|items| ("items".to_owned(), self.publish(items))));
        } else {
            merge(self.scalar(schema, &types), &mut out);
        }
        if let Some(default) = default(schema) {
            let description = out.get("description").and_then(Value::as_str).unwrap_or_default();
            let said = format!("{description} Default: {default}.").trim_start().to_owned();
            out.insert("description".to_owned(), said.into());
        }
        Value::Object(out)
    }

    /// `type` and `items` of a list of steps or of catch entries.
    pub fn list_of(&self, what: &str) -> Map<String, Value> {
        let items = match self.definitions {
            Some(at) => json!({ "$ref": format!("{at}{what}") }),
            None if what == "step" => json!({ "type": ["object", "string"] }),
            None => json!({ "type": "object" }),
        };
        Map::from_iter([("type".to_owned(), json!(["array", "null"])), ("items".to_owned(), items)])
    }

    /// A map that may also be written as one word or number.
    fn map_or_scalar(&self, schema: &Value, types: &[&str]) -> Value {
        let others: Vec<&str> = types.iter().copied().filter(|one| *one != "object").collect();
        let mut map = Map::new();
        self.object(schema, &mut map);
        copy(schema, &mut map, &["minProperties"]);
        map.insert("type".to_owned(), "object".into());
        self.scalar(schema, &others).into_iter().chain([map.into()]).collect()
    }

    fn object(&self, schema: &Value, out: &mut Map<String, Value>) {
        copy(schema, out, &["type"]);
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            let properties: Map<_, _> =
                properties.iter().map(|(name, property)| (name.clone(), self.publish(property))).collect();
            out.insert("properties".to_owned(), properties.into());
        }
        match schema.get("additionalProperties") {
            Some(named @ Value::Object(_)) => drop(out.insert("additionalProperties".to_owned(), self.publish(named))),
            _ => copy(schema, out, &["additionalProperties"]),
        }
        copy(schema, out, &["required"]);
        out.extend(schema.get(RULES).map(|rules| ("allOf".to_owned(), rules.clone())));
    }

    /// Alternatives. The loader reads nothing inside them: which one is meant is only known afterwards.
    fn options(&self, options: &[Value]) -> Value {
        let built = options.iter().filter(|option| option.get("x-unbuilt").is_none());
        // A choice inside of a choice is one.
        let mut published: Vec<Value> = built.flat_map(flat).collect();
        let takes_text = published.contains(&json!({ "type": "string" }));
        if self.environment && !takes_text {
            published.push(json!({ "type": "string", "pattern": ENVIRONMENT, "patternErrorMessage": NO_OPTION }));
        }
        Value::Array(published)
    }

    /// A value that is not a map or a list.
    fn scalar(&self, schema: &Value, types: &[&str]) -> Vec<Value> {
        let wants = |name: &str| types.contains(&name);
        let is_number = wants("integer") || wants("number");
        let mut quietly: Vec<&str> = types.iter().filter(|name| **name == "null").copied().collect();
        let mut all = Vec::new();
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            self.words(words, &mut all);
        } else if wants("string") && !is_number && schema.get("pattern").is_none() {
            let mut text = Map::from_iter([("type".to_owned(), "string".into())]);
            copy(schema, &mut text, &["minLength", "maxLength"]);
            all.push(text.into());
            quietly.extend(["boolean", "number"]);
        } else {
            let mut one = Map::new();
            let own = types.iter().copied().filter(|name| !["null", "string"].contains(name));
            one.insert("type".to_owned(), own.chain(["string"]).collect());
            copy(schema, &mut one, &["minimum", "maximum"]);
            let pattern = match schema.get("pattern").and_then(Value::as_str) {
                Some(pattern) => pattern.to_owned(),
                None if is_number => number_text(schema, wants("integer")),
                None => r"^(?:[tT]rue|TRUE|[fF]alse|FALSE)$".to_owned(),
            };
            one.insert("pattern".to_owned(), self.or_environment(pattern).into());
            one.insert("patternErrorMessage".to_owned(), expected(schema, types).into());
            all.push(one.into());
        }
        if !quietly.is_empty() {
            all.push(quiet(&quietly));
        }
        all
    }

    /// A choice of words. Some of them may look like numbers, and are then written without quotes too.
    fn words(&self, words: &[Value], all: &mut Vec<Value>) {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        all.push(json!({ "enum": words }));
        let mut others: Vec<Value> = words.iter().map(|word| plain(word)).filter(|value| !value.is_string()).collect();
        // `2` and `2.0` are two words and one number.
        let mut seen = Vec::new();
        others.retain(|value| {
            let number = value.as_f64();
            let is_new = number.is_none() || !seen.contains(&number);
            seen.push(number);
            is_new
        });
        if !others.is_empty() {
            all.push(quiet_enum(&others));
        }
        if self.environment {
            let message = format!("Expected {}.", words.join(", "));
            all.push(json!({ "type": "string", "pattern": ENVIRONMENT, "patternErrorMessage": message }));
        }
    }

    /// The pattern, or text with `${…}` in it.
    pub fn or_environment(&self, pattern: String) -> String {
        if self.environment { format!("{pattern}|{ENVIRONMENT}") } else { pattern }
    }
}

/// Whether a schema refuses nothing: it has no type, and nothing that implies one.
fn takes_everything(schema: &Value) -> bool {
    ["type", "enum", "pattern", "properties", "items"].iter().all(|key| schema.get(key).is_none())
}

/// The default in words. Under its own key editors would write it into every step that they help to start.
fn default(schema: &Value) -> Option<String> {
    let is_said = schema.get("description").and_then(Value::as_str).is_some_and(|text| text.contains("Default"));
    match schema.get("default")? {
        _ if is_said => None,
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        value @ (Value::Bool(_) | Value::Number(_)) => Some(value.to_string()),
        _ => None,
    }
}

const NO_OPTION: &str = "Expected another value.";

/// Takes values of these types; editors offer nothing for it.
pub(super) fn quiet(types: &[&str]) -> Value {
    let others: Vec<&str> = TYPES.into_iter().filter(|name| !types.contains(name)).collect();
    json!({ "not": { "type": others } })
}

/// Takes these values; editors do not offer them.
pub(super) fn quiet_enum(values: &[Value]) -> Value {
    json!({ "not": { "not": { "enum": values } } })
}

/// Text in any of its forms: `503` and `true` are text too. Nothing is in it that is not text.
pub(super) fn text(description: &str) -> Value {
    json!({ "description": description, "anyOf": [{ "type": "string" }, quiet(&["boolean", "number"])] })
}

/// The value of a word without quotes.
pub(super) fn plain(word: &str) -> Value {
    Scalar { text: word.into(), style: Style::Plain, masked: false, origin: None }.to_json()
}

/// Puts alternatives into a schema; a single one is in it directly.
pub(super) fn merge(mut alternatives: Vec<Value>, out: &mut Map<String, Value>) {
    match (alternatives.len(), alternatives.pop()) {
        (1, Some(Value::Object(one))) => out.extend(one),
        (_, Some(last)) => {
            alternatives.push(last);
            out.insert("anyOf".to_owned(), alternatives.into());
        }
        (_, None) => {}
    }
}

/// A number that is written in quotes. A pattern can tell its sign and whether it is zero, and no more of its size.
fn number_text(schema: &Value, is_whole: bool) -> String {
    let minimum = schema.get("minimum").and_then(Value::as_f64);
    let sign = if minimum.is_some_and(|minimum| minimum >= 0.0) { r"\+?" } else { "[-+]?" };
    if !is_whole {
        return format!(r"^{sign}\.?[0-9][0-9.eE+-]*$");
    }
    let zero = if minimum.is_some_and(|minimum| minimum >= 1.0) { "" } else { "0|" };
    format!("^(?:{sign}(?:{zero}[1-9][0-9]*)|0x[0-9a-fA-F]+|0o[0-7]+)$")
}

/// The message of an editor for a value that the pattern does not fit.
fn expected(schema: &Value, types: &[&str]) -> String {
    let words = match schema.get("x-expected").and_then(Value::as_str) {
        Some(words) => words.replace('`', ""),
        None if types.contains(&"integer") => "a whole number".to_owned(),
        None if types.contains(&"number") => "a number".to_owned(),
        None => "true or false".to_owned(),
    };
    format!("Expected {words}.")
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The options of an option that is a choice itself.
fn flat(option: &Value) -> Vec<Value> {
    options(option).map_or_else(|| vec![option.clone()], |inner| inner.iter().flat_map(flat).collect())
}

fn options(schema: &Value) -> Option<&[Value]> {
    let options = schema.get("anyOf").or_else(|| schema.get("oneOf"));
    options.and_then(Value::as_array).map(Vec::as_slice)
}

fn copy(schema: &Value, out: &mut Map<String, Value>, keys: &[&str]) {
    out.extend(keys.iter().filter_map(|key| Some(((*key).to_owned(), schema.get(key)?.clone()))));
}

#[cfg(test)]
#[path = "publish_tests.rs"]
mod tests;
