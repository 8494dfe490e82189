//! The published schemas and the loader say the same of every file: what compiles passes, and what the loader refuses fails,
//! except for mistakes that no schema can see. Such a file says so with the line `# schema: cannot see this`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use gantry::base::{Findings, Severity, Sources};
use gantry::load;
use gantry::policies;
use gantry::policy;
use gantry::resources::{LoadContext, Resources};
use gantry::settings::{self, Live, Purpose};
use gantry::source::{Environment, parse};
use jsonschema::Validator;
use serde_json::{Value, json};
use support::{gantry, repository};

/// Written at the end of a fixture whose mistake is not one of shape.
const UNSEEN: &str = "# schema: cannot see this";

/// An environment in which the examples find what they name.
struct Fixed;

impl Environment for Fixed {
    fn variable(&self, name: &str) -> Option<String> {
        (name == "UPSTREAM").then(|| "https://upstream.test".to_owned())
    }

    fn file(&self, path: &str) -> Result<String, String> {
        Err(format!("{path} is not here"))
    }
}

/// Shared, because HTTP clients take time to make.
static RESOURCES: LazyLock<Resources> = LazyLock::new(Resources::default);

/// A published schema.
fn schema(name: &str) -> Validator {
    let file = repository().join("schemas").join(name);
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(jsonschema::draft7::meta::is_valid(&schema), "{name} is no draft-07 schema");
    jsonschema::draft7::new(&schema).unwrap()
}

/// What a schema says of a text: `None` where it is not even YAML, else what is wrong.
fn complaints(schema: &Validator, text: &str) -> Option<Vec<String>> {
    let mut findings = Findings::default();
    let source = Sources::default().add("file", text);
    let json = parse(source, text, &mut findings).ok()?.to_json();
    Some(schema.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect())
}

/// The codes of the errors that the loader finds in a document.
fn errors(file: &Path) -> Vec<&'static str> {
    // What an export of AWS API Gateway leaves open.
    let mut settings = Live::default();
    settings.aws_export.region = Some("eu-west-1".to_owned());
    settings.aws_export.account = Some("123456789012".to_owned());
    let around =
        LoadContext { settings: &settings, resources: &RESOURCES, environment: &Fixed, purpose: Purpose::Check };
    let load = load::load(load::Paths { documents: &[file.to_path_buf()], files_from: &[] }, around, &|_| {});
    load.findings.iter().filter(|one| one.severity == Severity::Error).map(|one| one.code.id).collect()
}

/// The same of a settings file.
fn errors_in_settings(file: &Path) -> Vec<&'static str> {
    let mut findings = Findings::default();
    let _ = settings::read(Some(file), &Fixed, &mut Sources::default(), &mut findings);
    findings.iter().filter(|one| one.severity == Severity::Error).map(|one| one.code.id).collect()
}

/// The YAML files of a folder of the repository.
fn files(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "yaml"));
    files.sort();
    files
}

/// Where a schema and the loader disagree about a file, in a sentence that names it.
fn disagreement(schema: &Validator, file: &Path, errors: &[&str]) -> Option<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let unseen = text.lines().any(|line| line == UNSEEN);
    let complaints = complaints(schema, &text);
    let passes = complaints.as_ref().is_some_and(Vec::is_empty);
    let said = match (errors.is_empty(), passes, unseen) {
        (true, true, false) | (false, false, false) | (false, true, true) => return None,
        (true, false, _) => format!("it compiles, and the schema refuses it: {complaints:?}"),
        (true, true, true) => format!("it compiles, so the line `{UNSEEN}` is wrong"),
        (false, true, false) => format!("the loader refuses it ({}), and the schema does not", errors.join(", ")),
        (false, false, true) => format!("the schema sees it, so the line `{UNSEEN}` is wrong: {complaints:?}"),
    };
    let name = file.strip_prefix(repository()).unwrap_or(file).display();
    Some(format!("{name}: {said}"))
}

fn none(disagreements: Vec<String>) {
    assert!(disagreements.is_empty(), "\n{}\n", disagreements.join("\n"));
}

#[test]
fn every_mistake_fails_both() {
    let schema = schema("document.json");
    let files = files("tests/fixtures/mistakes");
    assert!(files.len() > 60, "the fixtures are gone");
    none(files.iter().filter_map(|file| disagreement(&schema, file, &errors(file))).collect());
}

#[test]
fn every_policy_has_mistakes_of_every_kind() {
    let names: Vec<String> = files("tests/fixtures/mistakes")
        .iter()
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    for entry in &policies::ALL {
        let required = entry.shape().annotated().get("required").is_some();
        let kinds = ["unknown-property", "wrong-type"].into_iter().chain(required.then_some("missing-property"));
        for kind in kinds {
            let name = format!("{}-{kind}", entry.meta.name);
            assert!(names.contains(&name), "tests/fixtures/mistakes/{name}.yaml is missing");
        }
    }
}

#[test]
fn every_mistake_in_settings_fails_both() {
    let schema = schema("settings.json");
    let files = files("tests/fixtures/settings");
    assert!(files.len() > 8, "the fixtures are gone");
    none(files.iter().filter_map(|file| disagreement(&schema, file, &errors_in_settings(file))).collect());
}

#[test]
fn every_document_that_compiles_passes() {
    let schema = schema("document.json");
    let mut all = files("tests/fixtures/accepted");
    all.extend(files("tests/fixtures"));
    all.extend(files("tests/peers/fixtures/functions"));
    for entry in std::fs::read_dir(repository().join("assemblies")).unwrap() {
        let folder = entry.unwrap().path();
        all.extend(files(folder.strip_prefix(repository()).unwrap().to_str().unwrap()));
    }
    all.retain(|file| !file.ends_with("functions.yaml"));
    assert!(all.len() > 8, "{all:?}");
    none(all.iter().filter_map(|file| disagreement(&schema, file, &errors(file))).collect());
    let accepted = files("tests/fixtures/accepted");
    let refused: Vec<_> = accepted.iter().map(|file| (file, errors(file))).filter(|(_, all)| !all.is_empty()).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

/// The document around the `x-assembly` of a policy's example.
fn document(example: &policy::Example) -> Value {
    let mut findings = Findings::default();
    let source = Sources::default().add(example.name, example.text);
    let example = parse(source, example.text, &mut findings).unwrap().to_json();
    json!({
        "openapi": "3.0.3",
        "info": { "title": "example", "version": "1.0.0" },
        "paths": { example.get("path").and_then(Value::as_str).unwrap_or("/example/{id}"): {} },
        "x-assembly": example["x-assembly"],
    })
}

/// Every example of every policy, with its name.
fn examples() -> Vec<(String, Value)> {
    let of = |entry: &'static policy::Entry| {
        let examples = entry.meta.examples.iter();
        examples.map(|example| (format!("{}/{}", entry.meta.name, example.name), document(example)))
    };
    policies::ALL.iter().flat_map(of).collect()
}

#[test]
fn every_example_of_a_policy_passes_both() {
    let document = schema("document.json");
    let assembly = schema("assembly.json");
    let folder = tempfile::tempdir().unwrap();
    for (name, example) in examples() {
        let file = folder.path().join("example.json");
        std::fs::write(&file, example.to_string()).unwrap();
        assert_eq!(errors(&file), [""; 0], "{name}");
        if let Some(error) = document.iter_errors(&example).next() {
            panic!("{name}: {}: {error}", error.instance_path());
        }
        assert!(assembly.is_valid(&example["x-assembly"]), "{name}");
    }
}

/// Codes of mistakes of shape, which a schema sees.
const OF_SHAPE: [&str; 8] = ["G0202", "G0205", "G0301", "G0302", "G0303", "G0304", "G0305", "G0307"];

/// Every document that differs from this one in one place: a value replaced or left out, a key changed or added.
fn changed(document: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for pointer in pointers(document, "") {
        let values = [
            json!(null),
            json!(true),
            json!(7),
            json!("text"),
            json!("7"),
            json!("${UPSTREAM}"),
            json!([]),
            json!({}),
            json!([{ "a": 1 }]),
        ];
        for value in values {
            let mut changed = document.clone();
            *changed.pointer_mut(&pointer).unwrap() = value;
            all.push(changed);
        }
        let (owner, key) = pointer.rsplit_once('/').unwrap();
        let mut without = document.clone();
        let Some(Value::Object(owner)) = without.pointer_mut(owner) else { continue };
        let key = key.replace("~1", "/");
        let old = owner.shift_remove(&key).unwrap();
        all.push(without.clone());
        let keys =
            [key.replace('-', "_"), key.to_uppercase(), format!("{key}s"), "version".to_owned(), "catch".to_owned()];
        for key in keys {
            let mut renamed = without.clone();
            let owner = renamed.pointer_mut(pointer.rsplit_once('/').unwrap().0).unwrap();
            owner.as_object_mut().unwrap().insert(key, old.clone());
            all.push(renamed);
        }
    }
    all
}

/// The places below `x-assembly`.
fn pointers(value: &Value, at: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.replace('/', "~1"), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let below = children.into_iter().filter(|(key, _)| !at.is_empty() || key == "x-assembly");
    below
        .flat_map(|(key, child)| {
            let here = format!("{at}/{key}");
            let mut all = pointers(child, &here);
            all.push(here);
            all
        })
        .collect()
}

#[test]
fn changed_examples_are_judged_alike() {
    let schema = schema("document.json");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("changed.json");
    let (mut compiled, mut refused, mut apart) = (0, 0, Vec::new());
    for (name, example) in examples() {
        for changed in changed(&example) {
            std::fs::write(&file, changed.to_string()).unwrap();
            let mut errors = errors(&file);
            // The text may stand there; it is its value that is wrong.
            if changed.to_string().matches("${UPSTREAM}").count() > example.to_string().matches("${UPSTREAM}").count() {
                errors.retain(|code| *code != "G0304");
                if errors.is_empty() {
                    continue;
                }
            }
            let of_shape = errors.iter().any(|code| OF_SHAPE.contains(code));
            let passes = schema.is_valid(&changed);
            compiled += usize::from(errors.is_empty());
            refused += usize::from(of_shape);
            if (errors.is_empty() && !passes) || (of_shape && passes) {
                apart.push(format!("{name}: {errors:?}, the schema {passes}: {}", changed["x-assembly"]));
            }
        }
    }
    assert!(compiled > 500 && refused > 500, "{compiled} {refused}");
    assert!(apart.is_empty(), "{} of them:\n{}", apart.len(), apart.join("\n"));
}

#[test]
fn a_schema_is_printed_by_its_short_name() {
    for (name, path) in [
        ("document", "schemas/document.json"),
        ("lambda", "schemas/policies/lambda.json"),
        ("settings", "schemas/settings.json"),
        ("docs/settings.md", "docs/settings.md"),
    ] {
        let output = gantry(&["schema", "--print", name]);
        assert!(output.status.success(), "{name}");
        assert_eq!(output.stdout, std::fs::read(repository().join(path)).unwrap(), "{name}");
    }
    let output = gantry(&["schema", "--print", "lamda"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("did you mean `lambda`?") && said.contains("document (schemas/document.json)"), "{said}");
}

/// The test files of the examples, and those that the pages and `gantry new` have.
fn test_files() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(repository().join("assemblies")).unwrap() {
        let folder = entry.unwrap().path();
        for file in std::fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            if file.to_str().unwrap().ends_with(".test.yaml") {
                all.push((file.display().to_string(), std::fs::read_to_string(&file).unwrap()));
            }
        }
    }
    let page = std::fs::read_to_string(repository().join("docs/tests.md")).unwrap();
    let blocks = page.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("yaml\n"));
    let whole = blocks.filter(|block| block.lines().any(|line| line == "cases:" || line == "tests:"));
    all.extend(whole.enumerate().map(|(number, block)| (format!("docs/tests.md, {number}"), block.to_owned())));
    let new = tempfile::tempdir().unwrap();
    let made = gantry(&["new", new.path().join("shop").to_str().unwrap()]);
    assert!(made.status.success(), "{made:?}");
    for file in std::fs::read_dir(new.path().join("shop")).unwrap().map(|entry| entry.unwrap().path()) {
        if file.to_str().unwrap().ends_with(".test.yaml") {
            all.push(("gantry new".to_owned(), std::fs::read_to_string(&file).unwrap()));
        }
    }
    all
}

#[test]
fn every_test_file_passes_its_schema() {
    let schema = schema("test.json");
    let files = test_files();
    assert!(files.len() > 5 && files.iter().any(|(name, _)| name == "gantry new"), "{files:?}");
    for (name, text) in files {
        assert_eq!(complaints(&schema, &text), Some(Vec::new()), "{name}");
    }
}
