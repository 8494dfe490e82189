//! The schema of `x-assembly`: blocks, catch entries, steps and the policies in them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Map, Value, json};

use super::cors::cors;
use super::publish::{Reading, quiet, text};
use super::rooted::rooted;
use super::spelling;
use crate::policies;
use crate::policy;
use crate::source::rule::{RULES, refuses_nothing_set};

/// A host as `allowed-hosts` takes it.
const HOST: &str = r"^(?:(?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$";

/// `schemas/assembly.json`: the value of a document's `x-assembly`.
pub(super) fn schema() -> Value {
    let mut schema = json!({ "title": "x-assembly" });
    if let (Value::Object(schema), Value::Object(own)) = (&mut schema, of_document()) {
        schema.extend(own);
    }
    let mut definitions = definitions("", true);
    share(&mut definitions);
    schema["definitions"] = definitions.into();
    rooted(schema)
}

/// The definitions of `step`, `catch` and every policy, their names after `prefix`. In `x-assembly` `${…}` is replaced.
pub(super) fn definitions(prefix: &str, environment: bool) -> Map<String, Value> {
    let at = format!("#/definitions/{prefix}");
    let reading = Reading { environment, definitions: Some(&at) };
    let mut all = Map::new();
    all.insert(format!("{prefix}step"), step(&at));
    all.insert(format!("{prefix}catch"), catch(&reading));
    for entry in &policies::ALL {
        let name = entry.meta.name;
        all.insert(format!("{prefix}{name}"), policy(entry, &reading, &format!("{at}{name}")));
    }
    all
}

/// Lets a property that another definition has word for word refer to that one, which keeps the file small.
pub(super) fn share(definitions: &mut Map<String, Value>) {
    let mut known: HashMap<String, String> = HashMap::new();
    for (owner, definition) in definitions {
        let properties = definition.get_mut("properties").and_then(Value::as_object_mut);
        for (name, property) in properties.into_iter().flatten() {
            let here = format!("#/definitions/{owner}/properties/{name}");
            match known.entry(property.to_string()) {
                Entry::Vacant(place) => drop(place.insert(here)),
                Entry::Occupied(first) if first.key().len() > 2 * first.get().len() => {
                    *property = json!({ "$ref": first.get() });
                }
                Entry::Occupied(_) => {}
            }
        }
    }
}

/// The `x-assembly` of the document itself.
pub(super) fn of_document() -> Value {
    let reading = Reading { environment: true, definitions: Some("#/definitions/") };
    let mut properties = blocks(&reading);
    properties.insert(
        "properties".to_owned(),
        json!({
            "description": "Constants that differ between environments: `$(name)` and `$(api.properties.name)` read them. \
                            A value is written as it is, or as a map with `value`.",
            "type": ["object", "null"],
        }),
    );
    properties.insert(
        "catalogs".to_owned(),
        json!({
            "description": "Other values of the properties, by catalog; the settings say which one this gateway serves.",
            "type": ["object", "null"],
        }),
    );
    properties.insert(
        "allowed-hosts".to_owned(),
        json!({
            "description": "Where a call whose host only run time knows may go.",
            "type": "array",
            "items": {
                "description": "A host, perhaps with a port; `*.example.com` is every host below it.",
                "anyOf": [
                    {
                        "type": "string",
                        "pattern": reading.or_environment(HOST.to_owned()),
                        "patternErrorMessage": "Expected a host, such as orders.example.com:8443 or *.example.com.",
                    },
                    quiet(&["boolean", "number"]),
                ],
            },
        }),
    );
    properties.insert("error-format".to_owned(), error_format());
    properties.insert("cors".to_owned(), cors(&reading));
    json!({
        "description": "The assembly of every operation that has none of its own.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

/// The `x-assembly` of a path or an operation: there to run something else.
pub(super) fn of_operation() -> Value {
    let reading = Reading { environment: true, definitions: Some("#/definitions/") };
    let mut properties = blocks(&reading);
    properties["execute"]["type"] = "array".into();
    properties["execute"]["minItems"] = 1.into();
    properties.insert("error-format".to_owned(), error_format());
    json!({
        "description": "Runs here in the place of the document's assembly. `catch` and `finally` are the document's where \
                        they are not written.",
        "type": "object",
        "properties": properties,
        "required": ["execute"],
        "additionalProperties": false,
    })
}

/// `execute`, `catch` and `finally`.
pub(super) fn blocks(reading: &Reading<'_>) -> Map<String, Value> {
    let block = |name: &str, what: &str, description: &str| {
        let mut list = Map::from_iter([("description".to_owned(), description.into())]);
        list.extend(reading.list_of(what));
        (name.to_owned(), list.into())
    };
    Map::from_iter([
        block("execute", "step", "The steps, in order."),
        block("catch", "catch", "What runs when a step fails: the first entry that names the fault."),
        block("finally", "step", "What runs at the end, after `execute` and after a catch."),
    ])
}

pub(super) fn error_format() -> Value {
    json!({
        "description": "The form of errors that no catch takes: `v10` has `httpCode`, `httpMessage` and `moreInformation`, \
                        `v5` has `name` and `message`.",
        "enum": ["v10", "v5"],
    })
}

fn catch(reading: &Reading<'_>) -> Value {
    let name = or_nothing(text("The name of a fault, such as `ConnectionError`."));
    let steps = |description: &str| {
        let mut list = Map::from_iter([("description".to_owned(), description.into())]);
        list.extend(reading.list_of("step"));
        Value::from(list)
    };
    json!({
        "description": "Which faults, and what runs for them.",
        "type": "object",
        "properties": {
            "errors": {
                "description": "The faults that this entry takes, and those that descend from them.",
                "anyOf": [
                    { "type": "array", "items": name },
                    { "type": "string" },
                    quiet(&["boolean", "null", "number"]),
                ],
            },
            "execute": steps("What runs for these faults."),
            "default": steps("What runs for every fault that no other entry takes."),
        },
        "if": { "not": { "required": ["default"] } },
        "then": { "required": ["errors", "execute"] },
    })
}

/// A step: a policy with its properties, or a policy alone.
fn step(at: &str) -> Value {
    let reference = |entry: &policy::Entry| json!({ "$ref": format!("{at}{}", entry.meta.name) });
    let properties: Map<_, _> =
        policies::ALL.iter().map(|entry| (entry.meta.name.to_owned(), reference(entry))).collect();
    let aliases: Map<_, _> = policies::ALL
        .iter()
        .filter(|entry| !entry.meta.aliases.is_empty())
        .map(|entry| (format!("^(?:{})$", entry.meta.aliases.join("|")), reference(entry)))
        .collect();
    let alone: Vec<&str> = policies::ALL.iter().filter(|entry| !needs_properties(entry)).flat_map(keys).collect();
    // Editors complete from what is outside of conditions.
    json!({
        "description": "A step: one policy with its properties.",
        "type": ["object", "string"],
        "properties": properties,
        "patternProperties": aliases,
        "if": { "type": "object", "required": ["kind", "spec"] },
        "then": resource(at),
        "else": {
            "properties": properties.keys().map(|name| (name.clone(), true.into())).collect::<Map<_, _>>(),
            "patternProperties": aliases.keys().map(|name| (name.clone(), true.into())).collect::<Map<_, _>>(),
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        },
        "pattern": format!("^(?:{})$", alone.join("|")),
        "patternErrorMessage": format!("A policy without properties can be one of {}.", alone.join(", ")),
    })
}

/// A step in the form of API Studio: its `kind` is the policy, its `spec` the properties.
fn resource(at: &str) -> Value {
    let kinds: Vec<&str> = policies::ALL.iter().flat_map(keys).collect();
    let spec = |entry: &'static policy::Entry| {
        json!({
            "if": { "properties": { "kind": { "enum": keys(entry).collect::<Vec<_>>() } } },
            "then": { "properties": { "spec": { "$ref": format!("{at}{}", entry.meta.name) } } },
        })
    };
    json!({
        "properties": {
            "kind": { "description": "The policy.", "enum": kinds },
            "spec": { "description": "Its properties.", "type": ["object", "null"] },
        },
        "allOf": policies::ALL.iter().map(spec).collect::<Vec<_>>(),
    })
}

fn keys(entry: &'static policy::Entry) -> impl Iterator<Item = &'static str> {
    std::iter::once(entry.meta.name).chain(entry.meta.aliases.iter().copied())
}

fn needs_properties(entry: &policy::Entry) -> bool {
    let shape = entry.shape();
    let rules = shape.annotated().get(RULES).and_then(Value::as_array);
    let by_rule = rules.is_some_and(|rules| rules.iter().any(refuses_nothing_set));
    by_rule || shape.properties().any(|name| spelling::is_required(shape, name))
}

/// The properties of a policy's step, those included that every step has. The schema is at the pointer `at`.
pub(super) fn policy(entry: &policy::Entry, reading: &Reading<'_>, at: &str) -> Value {
    let shape = entry.shape();
    let mut schema = Map::from_iter([
        ("title".to_owned(), entry.meta.name.into()),
        ("description".to_owned(), entry.meta.summary.into()),
    ]);
    if let Value::Object(mut published) = reading.publish(shape.annotated()) {
        published.shift_remove("description");
        schema.extend(published);
    }
    if !needs_properties(entry) {
        schema.insert("type".to_owned(), json!(["object", "null"]));
    }
    spelling::add(shape, reading, at, &mut schema);
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.extend(common(entry, reading));
    }
    schema.into()
}

/// The same where nothing may stand.
fn or_nothing(mut text: Value) -> Value {
    text["anyOf"][1] = quiet(&["boolean", "null", "number"]);
    text
}

/// The properties of every step.
fn common(entry: &policy::Entry, reading: &Reading<'_>) -> Map<String, Value> {
    let mut catch = Map::from_iter([(
        "description".to_owned(),
        "Takes faults of this step alone; the flow then goes on after it.".into(),
    )]);
    catch.extend(reading.list_of("catch"));
    let version = json!({
        "description": "The version of the policy. 1.x follows API Connect's v5 engine, 2.x its API Gateway.",
        "anyOf": [{ "enum": entry.meta.versions }, quiet(&["null"])],
    });
    Map::from_iter([
        ("version".to_owned(), version),
        ("title".to_owned(), or_nothing(text("A name for this step, which faults and traces show."))),
        ("description".to_owned(), or_nothing(text("A word for the next reader."))),
        ("catch".to_owned(), catch.into()),
    ])
}
