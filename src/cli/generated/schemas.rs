//! `schemas/`: draft-07 JSON Schemas, for editors and for people.

use serde_json::Value;

use super::GeneratedFile;
use crate::{policy, settings};

pub(super) fn files() -> Vec<GeneratedFile> {
    let policies = policy::ALL.iter().map(|entry| {
        let mut schema = entry.shape().schema();
        describe(&mut schema, entry.meta.name, entry.meta.summary);
        file(&format!("schemas/policies/{}.json", entry.meta.name), &schema)
    });
    let mut settings = settings::shape().schema();
    describe(&mut settings, "settings", "The settings file of the Gantry gateway.");
    policies.chain([file("schemas/settings.json", &settings)]).collect()
}

fn describe(schema: &mut Value, title: &str, description: &str) {
    schema["title"] = title.into();
    schema["description"] = description.into();
    strip(schema);
}

/// What only our own findings use is no part of the published schema.
fn strip(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.shift_remove("x-expected");
            map.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn file(path: &str, schema: &Value) -> GeneratedFile {
    let text = serde_json::to_string_pretty(schema).unwrap_or_default();
    GeneratedFile { path: path.to_owned(), text: format!("{text}\n") }
}
