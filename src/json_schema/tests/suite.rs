//! JSON Schema's official test suite.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use referencing::meta;
use serde_json::Value;

use crate::json_schema::{Budget, Draft, Meter, Options, Schema};
use crate::test_support::suites::{self, Row};

const DRAFTS: [(&str, &str, Draft); 5] = [
    ("draft 4 (Swagger 2.0, OpenAPI 3.0)", "draft4", Draft::Draft4),
    ("draft 6", "draft6", Draft::Draft6),
    ("draft 7", "draft7", Draft::Draft7),
    ("2019-09", "draft2019-09", Draft::Draft201909),
    ("2020-12 (OpenAPI 3.1)", "draft2020-12", Draft::Draft202012),
];

/// The schemas of the drafts, and of the parts that the later ones have.
const DRAFT_SCHEMAS: [&LazyLock<Arc<Value>>; 18] = [
    &meta::DRAFT4,
    &meta::DRAFT6,
    &meta::DRAFT7,
    &meta::DRAFT201909,
    &meta::DRAFT201909_APPLICATOR,
    &meta::DRAFT201909_CONTENT,
    &meta::DRAFT201909_CORE,
    &meta::DRAFT201909_FORMAT,
    &meta::DRAFT201909_META_DATA,
    &meta::DRAFT201909_VALIDATION,
    &meta::DRAFT202012,
    &meta::DRAFT202012_CORE,
    &meta::DRAFT202012_APPLICATOR,
    &meta::DRAFT202012_UNEVALUATED,
    &meta::DRAFT202012_VALIDATION,
    &meta::DRAFT202012_META_DATA,
    &meta::DRAFT202012_FORMAT_ANNOTATION,
    &meta::DRAFT202012_CONTENT,
];

/// Steps of the largest case.
const STEPS: u64 = 20_000;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "json") {
            all.push(path);
        }
    }
    all.sort();
    all
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The documents that schemas of the suite refer to: its own at `http://localhost:1234/`, and the schemas of the drafts.
fn documents(suite: &Path) -> HashMap<String, Value> {
    let remotes = suite.join("remotes");
    let own = files(&remotes).into_iter().map(|path| {
        let name = path.strip_prefix(&remotes).unwrap().to_str().unwrap().to_owned();
        (format!("http://localhost:1234/{name}"), read(&path))
    });
    let drafts = DRAFT_SCHEMAS.into_iter().map(|schema| {
        let address = schema.get("$id").or_else(|| schema.get("id")).and_then(Value::as_str).unwrap();
        (address.trim_end_matches('#').to_owned(), Value::clone(schema))
    });
    own.chain(drafts).collect()
}

/// How many cases of a file there are and pass; what does not is printed.
fn run(file: &Path, draft: Draft, documents: &HashMap<String, Value>) -> (usize, usize) {
    let (mut cases, mut passed) = (0, 0);
    let content = read(file);
    let find = |address: &str| documents.get(address);
    let options = Options { draft, discriminator: false, is_own: false, find: Some(&find) };
    for group in content.as_array().unwrap() {
        let schema = Schema::compile(&group["schema"], &options);
        for test in group["tests"].as_array().unwrap() {
            cases += 1;
            let valid = test["valid"] == true;
            let is_valid = |one: &Schema| one.is_valid(&test["data"], &mut Meter::new(Budget::steps(STEPS)));
            let right = schema.as_ref().is_ok_and(|one| is_valid(one) == Ok(valid));
            passed += usize::from(right);
            if !right {
                let why = schema.as_ref().map(|_| ()).map_err(ToString::to_string);
                eprintln!("  {}: {}: {} {why:?}", file.display(), group["description"], test["description"]);
            }
            // The second look finds something exactly where there is something.
            if let Ok(schema) = &schema {
                let problems = schema.check(&test["data"], &mut Meter::new(Budget::steps(2 * STEPS)), 3).unwrap();
                assert_eq!(problems.is_empty(), is_valid(schema).unwrap(), "{}: {test}", group["schema"]);
            }
        }
    }
    (cases, passed)
}

#[test]
fn the_official_suite_passes() {
    let Some(suite) = suites::find("json-schema") else { return };
    let documents = documents(&suite);
    let mut rows = Vec::new();
    for (part, folder, draft) in DRAFTS {
        let (mut cases, mut passed) = (0, 0);
        for file in files(&suite.join("tests").join(folder)) {
            let (more, right) = run(&file, draft, &documents);
            (cases, passed) = (cases + more, passed + right);
        }
        assert!(cases > 500, "{folder} is gone");
        rows.push(Row { part, cases, passed });
    }
    let about = "[JSON-Schema-Test-Suite](https://github.com/json-schema-org/JSON-Schema-Test-Suite), its optional parts included, through
the validators that [`validate`](policies/validate.md) gets. What does not pass are formats that only annotate in the last
draft and are checked here.";
    suites::publish("JSON Schema", about, &rows);
}
