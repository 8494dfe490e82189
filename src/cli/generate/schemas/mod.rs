//! `schemas/`: draft-07 JSON Schemas, for editors and for people.

mod assembly;
mod cors;
mod document;
mod layout;
mod publish;
mod rooted;
mod spelling;

use serde_json::{Value, json};

use super::generated_file::GeneratedFile;
use crate::policies;
use crate::source::Shape;
use crate::{audit, settings, test};
use publish::Reading;
use rooted::rooted;

pub(super) fn files() -> Vec<GeneratedFile> {
    let whole = [
        ("assembly", assembly::schema()),
        ("document", document::schema()),
        ("settings", settings()),
        ("clients", clients()),
        ("audit", accepted()),
        ("test", test_file()),
    ];
    let mut files: Vec<GeneratedFile> = whole.iter().map(|(name, schema)| file(name, schema)).collect();
    let reading = Reading { environment: true, definitions: None };
    files.extend(policies::ALL.iter().map(|entry| {
        let step = assembly::policy(entry, &reading, "#");
        file(&format!("policies/{}", entry.meta.name), &rooted(step))
    }));
    files
}

fn settings() -> Value {
    of_file("settings", "The settings file of the Gantry gateway.", settings::shape())
}

fn clients() -> Value {
    of_file("clients", "The applications, plans and products of the Gantry gateway.", &settings::clients_shape())
}

fn accepted() -> Value {
    of_file("audit", "Findings of `gantry audit` that are accepted.", audit::accepted_shape())
}

fn test_file() -> Value {
    let shape = test::shape();
    let reading = Reading { environment: false, definitions: None };
    let mut schema = json!({ "title": "test", "description": "Tests of documents, for `gantry test`." });
    if let (Value::Object(schema), Value::Object(mut own)) = (&mut schema, reading.publish(shape.annotated())) {
        own.shift_remove("description");
        schema.extend(own);
    }
    rooted(schema)
}

fn of_file(title: &str, description: &str, shape: &Shape) -> Value {
    let reading = Reading { environment: true, definitions: None };
    let mut schema = json!({ "title": title, "description": description });
    if let (Value::Object(schema), Value::Object(mut own)) = (&mut schema, reading.publish(shape.annotated())) {
        own.shift_remove("description");
        schema.extend(own);
    }
    // A file without content has every default.
    schema["type"] = json!(["object", "null"]);
    rooted(schema)
}

fn file(name: &str, schema: &Value) -> GeneratedFile {
    GeneratedFile { path: format!("schemas/{name}.json"), text: layout::text(schema) }
}
