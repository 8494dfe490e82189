//! JSON Schema's official test suite, run through the validators that documents get.

use std::error::Error;
use std::path::{Path, PathBuf};

use gantry_validators::{Draft, options};
use jsonschema::{Retrieve, Uri};
use serde_json::Value as Json;

use crate::test_support::suites::{self, Row};

const DRAFTS: [(&str, &str, Draft); 5] = [
    ("draft 4 (Swagger 2.0, OpenAPI 3.0)", "draft4", Draft::Draft4),
    ("draft 6", "draft6", Draft::Draft6),
    ("draft 7", "draft7", Draft::Draft7),
    ("2019-09", "draft2019-09", Draft::Draft201909),
    ("2020-12 (OpenAPI 3.1)", "draft2020-12", Draft::Draft202012),
];

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

fn read(path: &Path) -> Json {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// What the suite wants to find at `http://localhost:1234/`.
#[derive(Clone)]
struct Remotes(PathBuf);

impl Retrieve for Remotes {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn Error + Send + Sync>> {
        let name = uri.as_str().strip_prefix("http://localhost:1234/").ok_or("it is not one of the suite")?;
        Ok(serde_json::from_slice(&std::fs::read(self.0.join(name))?)?)
    }
}

/// How many cases of a file there are and pass; what does not is printed.
fn run(file: &Path, draft: Draft, remotes: &Remotes) -> (usize, usize) {
    let (mut cases, mut passed) = (0, 0);
    for group in read(file).as_array().unwrap() {
        let validator = options(draft).with_retriever(remotes.clone()).build(&group["schema"]);
        for test in group["tests"].as_array().unwrap() {
            cases += 1;
            let right = validator.as_ref().is_ok_and(|one| one.is_valid(&test["data"]) == (test["valid"] == true));
            passed += usize::from(right);
            if !right {
                eprintln!("  {}: {}: {}", file.display(), group["description"], test["description"]);
            }
        }
    }
    (cases, passed)
}

#[test]
fn the_official_suite_passes() {
    let Some(suite) = suites::find("json-schema") else { return };
    let remotes = Remotes(suite.join("remotes"));
    let mut rows = Vec::new();
    for (part, folder, draft) in DRAFTS {
        let (mut cases, mut passed) = (0, 0);
        for file in files(&suite.join("tests").join(folder)) {
            let (more, right) = run(&file, draft, &remotes);
            (cases, passed) = (cases + more, passed + right);
        }
        assert!(cases > 500, "{folder} is gone");
        rows.push(Row { part, cases, passed });
    }
    let about = "[JSON-Schema-Test-Suite](https://github.com/json-schema-org/JSON-Schema-Test-Suite), its optional parts included, through
the validators that [`validate`](policies/validate.md) gets. What does not pass are optional parts: formats of international
names, which need tables that are left out, formats that only annotate in the later drafts and are checked here, and numbers
larger than a double.";
    suites::publish("JSON Schema", about, &rows);
}
