//! Tests of the settings in the folders, and of errors in them.

use std::path::PathBuf;

use super::options;
use crate::local_lambda::function::discover;
use crate::local_lambda::{LocalLambda, StartError};

/// The problems of a folder with one handler, `f.py`, and this `functions.yaml`.
fn problems(settings: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("f.py"), "").expect("a file");
    std::fs::write(folder.path().join("functions.yaml"), settings).expect("a file");
    let found = discover(&[folder.path().to_owned()], 1).problems;
    let path = folder.path().canonicalize().expect("a path").join("");
    let shown = |problem: &dyn std::fmt::Display| problem.to_string().replace(&*path.to_string_lossy(), "");
    found.iter().map(|problem| shown(problem)).collect()
}

#[test]
fn settings_errors_have_a_place_and_a_remedy() {
    let cases = [
        ("f:\n  timout: 3\n", "functions.yaml:2:3: f: unknown field `timout`"),
        ("f:\n  timeout: 0\n", "functions.yaml:2:3: f: timeout is 0: it must be 1 to 900 seconds"),
        ("f:\n  timeout: soon\n", "functions.yaml:2:12: f.timeout: invalid type: string \"soon\""),
        ("f: {concurrency: 0}\n", "functions.yaml:1:5: f: concurrency is 0: no invocation could ever run"),
        ("f:\n  versions: [one]\n", "version 'one' is not a number"),
        ("f:\n  versions: [1]\n  aliases: {prod: 2}\n", "alias 'prod' points at version '2'"),
        ("f:\n  aliases: {3: $LATEST}\n", "functions.yaml:2:3: f: alias '3' is not"),
        ("f:\n  versions: [1]\n  aliases: {p: {version: 1, weights: {2: 0.5}}}\n", "alias 'p' points at version '2'"),
        (
            "f:\n  versions: [1]\n  aliases: {p: {version: 1, weights: {1: 5}}}\n",
            "a weight is 5: it must be from 0 to 1",
        ),
        ("f: {aliases: {p: {version: 1, weights: {1: 0, 2: 0}}}}\n", "weights names more than one version"),
        (
            "f: {events: {retries: 3}}\n",
            "functions.yaml:1:5: f: retries is 3: AWS tries an event again 0, 1 or 2 times",
        ),
        ("f: {events: {dead-letter-log: lost.txt}}\n", "its name must end in .jsonl"),
        ("f: {events: {retrys: 1}}\n", "did you mean `retries`?"),
        ("f: {faults: {every: 0}}\n", "every is 0: write 1 for each call"),
        ("f: {faults: {delay: -1}}\n", "delay is -1: it must be 0 to 900 seconds"),
        ("f: {faults: {answer: throttle}}\n", "unknown variant `throttle`, expected one of `throttled`"),
        ("f: {command: []}\n", "command is empty: name the program to start"),
        ("f: {}\nf: {}\n", "'f' is written twice"),
        ("f: {}\n\ng: {}\n", "functions.yaml:3:1: function 'g' has no handler: expected g.py, g.mjs"),
        ("f: {handler: other.go}\n", "function 'f' has no handler: expected other.py"),
        ("f: [\n", "functions.yaml:1:4: f: invalid type: sequence, expected the settings of a function"),
        ("f: {\n", "functions.yaml:2:1: "),
        ("- f\n", "invalid type: sequence, expected a mapping"),
    ];
    for (settings, message) in cases {
        let found = problems(settings);
        assert_eq!(found.len(), 1, "{settings}: {found:?}");
        assert!(found[0].contains(message), "{settings}: {}", found[0]);
    }
    for fine in ["", "f:\n", "# nothing\n", "f: {environment: {A: 1, B: true, C: x}}\n", "f: {handler: f.go}\n"] {
        assert_eq!(problems(fine), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn only_handler_files_are_functions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["a.py", "b.mjs", "c.cjs", "d.js", "e.txt", "README", ".hidden.py", "with space.py", "__init__.py"] {
        std::fs::write(folder.path().join(name), "").expect("a file");
    }
    std::fs::create_dir(folder.path().join("package.py")).expect("a folder");
    let discovery = discover(&[folder.path().to_owned()], 1);
    assert_eq!(discovery.functions.keys().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    std::fs::write(folder.path().join("a.js"), "").expect("a file");
    let discovery = discover(&[folder.path().to_owned()], 1);
    assert_eq!(discovery.problems.len(), 1, "{:?}", discovery.problems);
    assert!(discovery.problems[0].to_string().starts_with("function 'a' is defined twice: "));
}

#[tokio::test]
async fn the_service_does_not_start_on_a_wrong_footing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut everywhere = options(folder.path());
    everywhere.listen = ([0, 0, 0, 0], 0).into();
    assert!(matches!(LocalLambda::start(everywhere).await, Err(StartError::NotLoopback(_))));
    let mut nowhere = options(folder.path());
    nowhere.folders = vec![PathBuf::from("/no/such/folder")];
    let Err(StartError::Functions(problems)) = LocalLambda::start(nowhere).await else {
        panic!("it started");
    };
    assert!(problems[0].to_string().starts_with("/no/such/folder: cannot be read: "));
}
