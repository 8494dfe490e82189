//! JSONata's official test suite, run through our evaluator. The suite is not part of this repository.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jsonata_core::meter::{self, Limits};
use serde_json::Value as Json;

use super::*;
use crate::test_support::suites::{self, Row};

struct Outcome {
    passed: usize,
    failed: Vec<String>,
    unreadable: usize,
}

#[test]
fn the_official_suite_passes() {
    let Some(suite) = suites::find("jsonata") else { return };
    let Outcome { passed, failed, unreadable } = run_suite(&suite.join("test/test-suite"));
    eprintln!("JSONata's suite: {passed} passed, {} failed, {unreadable} unreadable", failed.len());
    for failed in &failed {
        eprintln!("  {failed}");
    }
    let about = "[The suite of jsonata.js](https://github.com/jsonata-js/jsonata/tree/master/test/test-suite) through the evaluator that \
                 conditions and expressions get:\nthe same value, or the same error code. Of those that do not pass, some set a limit of \
                 their own or exceed ours, and a few have\nanother error code. Files with lone surrogates, which no text here can hold, are \
                 left out.";
    suites::publish("JSONata", about, &[Row { part: "all groups", cases: passed + failed.len(), passed }]);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read(path: &Path) -> Option<Json> {
    serde_json::from_slice(&fs::read(path).unwrap()).ok()
}

fn run_suite(suite: &Path) -> Outcome {
    let datasets: HashMap<String, Json> = files(&suite.join("datasets"))
        .iter()
        .filter_map(|path| Some((path.file_stem()?.to_string_lossy().into_owned(), read(path)?)))
        .collect();
    let mut outcome = Outcome { passed: 0, failed: Vec::new(), unreadable: 0 };
    for path in files(&suite.join("groups")).iter().flat_map(|group| files(group)) {
        if path.extension().is_none_or(|end| end != "json") {
            continue;
        }
        let Some(content) = read(&path) else {
            outcome.unreadable += 1;
            continue;
        };
        let cases = match content {
            Json::Array(cases) => cases,
            one => vec![one],
        };
        for (index, case) in cases.iter().enumerate() {
            match run_case(case, path.parent().unwrap(), &datasets) {
                Ok(()) => outcome.passed += 1,
                Err(reason) => {
                    let name = path.strip_prefix(suite).unwrap().display().to_string();
                    outcome.failed.push(format!("{name}[{index}]: {reason}"));
                }
            }
        }
    }
    outcome
}

fn run_case(case: &Json, folder: &Path, datasets: &HashMap<String, Json>) -> Result<(), String> {
    let mut text = match case["expr-file"].as_str() {
        Some(file) => fs::read_to_string(folder.join(file)).unwrap(),
        None => case["expr"].as_str().unwrap_or_default().to_owned(),
    };
    if let Some(bindings) = case["bindings"].as_object().filter(|bindings| !bindings.is_empty()) {
        let bindings: String = bindings.iter().map(|(name, value)| format!("${name} := {value}; ")).collect();
        text = format!("({bindings}{text})");
    }
    let data = match case.get("data") {
        Some(data) => Some(data),
        None => case["dataset"].as_str().and_then(|name| datasets.get(name)),
    };
    let result = evaluate_case(&text, data);
    let code = case["code"].as_str().or(case["error"]["code"].as_str());
    let shown: String = text.chars().take(100).collect();
    match (result, code) {
        (Err(error), Some(code)) if error.code.as_deref() == Some(code) => Ok(()),
        (Err(error), code) => Err(format!("`{shown}` says {error}, expected {code:?} {}", case["result"])),
        (Ok(result), Some(code)) => Err(format!("`{shown}` is {result:?}, expected {code}")),
        (Ok(JValue::Undefined), None) if case["undefinedResult"] == true || case.get("result").is_none() => Ok(()),
        (Ok(result), None) => {
            let expected = values::to_jvalue(Value::from(&case["result"]).view(), None, Level::Other);
            let same = match (&result, &expected) {
                (JValue::Array(a), JValue::Array(b)) if case["unordered"] == true => {
                    a.len() == b.len() && a.iter().all(|item| b.iter().any(|other| other == item))
                }
                (a, b) => a == b,
            };
            if same { Ok(()) } else { Err(format!("`{shown}` is {result:?}, expected {}", case["result"])) }
        }
    }
}

fn evaluate_case(text: &str, data: Option<&Json>) -> Result<JValue, ExpressionError> {
    let scope = TestScope::new("{}");
    let compiled = Jsonata::compile_relative(text, &mut resolve)?;
    let root = data.map_or(JValue::Undefined, |data| {
        values::to_jvalue(Value::from(data).view(), Some(&compiled.given), Level::Other)
    });
    // Longer than in the gateway, as tests are not optimised and share the machine.
    let limits = Limits { units: u64::MAX, bytes: u64::MAX, deadline: Some(Instant::now() + Duration::from_secs(10)) };
    match meter::run(&limits, || compiled.run(&root, &compiled.context(&scope), None, &scope)) {
        Ok(result) => result,
        Err(spent) => Err(compiled.refused(spent.into())),
    }
}
