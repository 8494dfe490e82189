//! Edits while the service runs.

use serde_json::json;

use super::{Bench, has};
use crate::local_lambda::{Notice, Place};

fn name(function: &str) -> String {
    function.to_owned()
}

#[tokio::test]
async fn an_edit_takes_effect() {
    if !has("python3") {
        return;
    }
    let mut bench = Bench::with(&[("pet.py", "def handler(event, context):\n    return 1\n")]).await;
    assert_eq!(bench.value("pet", "{}").await, json!(1));
    bench.write("pet.py", "def handler(event, context):\n    return 2\n");
    assert_eq!(bench.news().await, Notice::Reloaded { function: name("pet") });
    assert_eq!(bench.value("pet", "{}").await, json!(2));
}

#[tokio::test]
async fn broken_code_does_not_replace_working_code() {
    for (program, file, good, bad, line) in [
        ("python3", "pet.py", "def handler(e, c):\n    return 1\n", "def handler(e, c):\n    return (\n", 2),
        ("python3", "pet.py", "def handler(e, c):\n    return 1\n", "import os\n\nos.nope\n", 3),
        ("node", "pet.mjs", "export const handler = async () => 1;\n", "export const a = 1;\nlet = ;\n", 2),
        ("node", "pet.cjs", "exports.handler = async () => 1;\n", "let a;\n\na.b.c;\n", 3),
    ] {
        if !has(program) {
            continue;
        }
        let mut bench = Bench::with(&[(file, good)]).await;
        assert_eq!(bench.value("pet", "{}").await, json!(1));
        bench.write(file, bad);
        let Notice::Broken { function, place, message, older: true } = bench.news().await else {
            panic!("{file} was taken");
        };
        let Some(Place { file: path, line: found }) = place else {
            panic!("no place in: {message}");
        };
        assert_eq!((function.as_str(), found), ("pet", line), "{path}: {message}");
        assert!(path.ends_with(file), "{path}");
        assert_eq!(bench.value("pet", "{}").await, json!(1));
        bench.write(file, &good.replace('1', "2"));
        assert_eq!(bench.news().await, Notice::Reloaded { function });
        assert_eq!(bench.value("pet", "{}").await, json!(2));
    }
}

#[tokio::test]
async fn an_imported_module_counts_as_an_edit() {
    if !has("python3") {
        return;
    }
    let files =
        [("pet.py", "import names\n\ndef handler(e, c):\n    return names.pet\n"), ("names.py", "pet = 'cat'\n")];
    let mut bench = Bench::with(&files).await;
    assert_eq!(bench.value("pet", "{}").await, json!("cat"));
    bench.write("names.py", "pet = 'dog'\n");
    // `names` has no handler, which is news of its own.
    let news = [bench.news().await, bench.news().await];
    assert!(news.contains(&Notice::Reloaded { function: name("pet") }), "{news:?}");
    assert_eq!(bench.value("pet", "{}").await, json!("dog"));
}

#[tokio::test]
async fn functions_come_and_go() {
    let mut bench = Bench::with(&[("one.py", "")]).await;
    bench.write("two.py", "def handler(e, c):\n    return 2\n");
    assert_eq!(bench.news().await, Notice::Added { function: name("two") });
    assert_eq!(bench.lambda.functions(), ["one", "two"]);
    if has("python3") {
        assert_eq!(bench.value("two", "{}").await, json!(2));
    }
    std::fs::remove_file(bench.folder.path().join("two.py")).expect("a removed file");
    assert_eq!(bench.news().await, Notice::Removed { function: name("two") });
    assert_eq!(bench.call("two", "{}").send().await.status, 404);
}

#[tokio::test]
async fn wrong_settings_change_nothing() {
    let mut bench = Bench::with(&[("one.py", "")]).await;
    bench.write("functions.yaml", "one:\n  timout: 5\n");
    let told = bench.news().await.to_string();
    assert!(told.contains("functions.yaml:2:3: ") && told.contains("did you mean `timeout`?"), "{told}");
    assert_eq!(bench.lambda.functions(), ["one"]);
}

#[test]
fn places_are_found_in_what_runtimes_print() {
    let found = [
        ("  File \"/f/a.py\", line 3, in <module>\n  File \"/f/b.py\", line 9, in g\n", "/f/b.py", 9),
        ("  File \"/f/a.py\" Line 4\n    x = (\n", "/f/a.py", 4),
        ("/f/a.cjs:2\n  let x = ;\nSyntaxError: Unexpected token", "/f/a.cjs", 2),
        ("Error: boom\n    at file:///f/a.mjs:2:7\n    at file:///f/b.mjs:5:1", "/f/a.mjs", 2),
        ("Error: Cannot find module '/f/nope.mjs' imported from /f/d.mjs\n    at x (/f/d.mjs:1:1)", "/f/d.mjs", 1),
    ];
    for (text, file, line) in found {
        let file = file.to_owned();
        assert_eq!(Place::find(text, "/f/"), Some(Place { file, line }), "{text}");
    }
    assert_eq!(Place::find("at /elsewhere/f.py:3", "/f/"), None);
}
