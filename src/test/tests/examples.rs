//! The examples of the policies' pages, as tests: what they print is what `gantry test` finds.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};

use super::Coverage;
use crate::base::{Severity, render_short};
use crate::test::{Selection, run_file};

/// The service of the examples.
const UPSTREAM: &str = "http://upstream";

/// The time at which they are printed: their tokens are of that time.
const NOW: &str = "2023-11-14T22:13:20Z";

/// Writes an example as a test file, and its functions next to it.
fn write(example: &Value, folder: &Path) -> PathBuf {
    let path = example["path"].as_str().unwrap_or("/example/{id}");
    let item = if example["path-item"].is_null() { json!({}) } else { example["path-item"].clone() };
    let mut functions = Map::new();
    for (name, text) in example["functions"].as_object().into_iter().flatten() {
        std::fs::write(folder.join(name), text.as_str().unwrap()).unwrap();
        functions.insert(name.split('.').next().unwrap().to_owned(), json!({ "run": "local" }));
    }
    let first = json!({ "request": example["request"], "response": example["response"] });
    let turns = std::iter::once(&first).chain(example["then"].as_array().into_iter().flatten());
    let mut requests: Vec<Value> = turns
        .map(|turn| json!({ "request": literal(&request(&turn["request"])), "answer": literal(&answer(&turn["response"])) }))
        .collect();
    let upstream: Vec<&Value> = example["upstream"].as_array().into_iter().flatten().collect();
    if let [only] = requests.as_mut_slice() {
        let calls = upstream.iter().map(|exchange| {
            let mut call = request(&exchange["request"]);
            call["service"] = UPSTREAM.into();
            literal(&call)
        });
        let functions = functions.keys().map(|name| json!({ "function": name }));
        // How often functions are called, no example tells.
        if functions.len() == 0 {
            only["calls"] = calls.collect();
        }
    }
    let test = json!({
        "document": {
            "openapi": "3.0.3",
            "info": { "title": "example", "version": "1.0.0" },
            "paths": { path: item },
            "x-assembly": example["x-assembly"],
        },
        "environment": { "UPSTREAM": UPSTREAM },
        "settings": example["settings"],
        "functions": functions,
        "services": { UPSTREAM: stand_ins(&upstream) },
        "tests": [{ "name": example["title"], "at": NOW, "requests": requests }],
    });
    let file = folder.join("example.test.yaml");
    std::fs::write(&file, serde_yaml::to_string(&test).unwrap()).unwrap();
    file
}

/// Calls that are alike have their answers one after the other.
fn stand_ins(upstream: &[&Value]) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for exchange in upstream {
        let wanted = request(&exchange["request"]);
        let mut reply = exchange["answer"].clone();
        if reply["body"].is_null() {
            reply.as_object_mut().unwrap().remove("body");
        }
        match all.iter_mut().find(|one| same(one, &wanted)) {
            Some(one) => one["then"].as_array_mut().unwrap().push(reply),
            None => {
                let mut one = wanted;
                one["answer"] = reply;
                one["then"] = json!([]);
                all.push(one);
            }
        }
    }
    all
}

fn same(one: &Value, wanted: &Value) -> bool {
    ["method", "path", "headers", "body"].iter().all(|key| one[key] == wanted[key])
}

/// A request in the words of a test.
fn request(written: &Value) -> Value {
    let mut request = Map::new();
    request.insert("method".to_owned(), written.get("verb").cloned().unwrap_or_else(|| "GET".into()));
    for key in ["path", "headers", "body"] {
        written.get(key).map(|value| request.insert(key.to_owned(), value.clone()));
    }
    Value::Object(request)
}

/// An answer in the words of a test.
fn answer(written: &Value) -> Value {
    let mut answer = written.as_object().cloned().unwrap_or_default();
    answer.entry("status").or_insert(200.into());
    answer.entry("body").or_insert(Value::Null);
    Value::Object(answer)
}

/// A value whose `${` is no name.
fn literal(value: &Value) -> Value {
    match value {
        Value::String(text) => text.replace("${", "$${").into(),
        Value::Array(items) => items.iter().map(literal).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, value)| (key.clone(), literal(value))).collect())
        }
        other => other.clone(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_examples_of_the_policies_pass_as_tests() {
    let has_python = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    let (mut ran, mut failed) = (0, Vec::new());
    for entry in &crate::policies::ALL {
        for example in entry.meta.examples {
            let read: serde_yaml::Value = serde_yaml::from_str(example.text).unwrap();
            let read: Value = serde_json::to_value(read).unwrap();
            if !read["functions"].is_null() && !has_python {
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            let file = write(&read, folder.path());
            let outcome = run_file(&file, &Selection::default(), &mut Coverage::default()).await;
            let errors = outcome.findings.iter().filter(|one| one.severity == Severity::Error);
            let mut problems: Vec<String> = errors.map(|one| render_short(one, &outcome.sources)).collect();
            let failures = outcome.tests.iter().flat_map(|test| &test.failures);
            problems
                .extend(failures.map(|one| format!("{}\n{}", one.message, one.difference.clone().unwrap_or_default())));
            ran += outcome.tests.len();
            if !problems.is_empty() {
                failed.push(format!("{}/{}: {}", entry.meta.name, example.name, problems.join("\n")));
            }
        }
    }
    assert!(ran > 40, "{ran} examples");
    assert!(failed.is_empty(), "{} of {ran}:\n{}", failed.len(), failed.join("\n\n"));
}
