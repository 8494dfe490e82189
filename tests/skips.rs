//! Runs last and says, past the test runner's capture, what other tests had to leave out on this machine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What is missing, and what is not tested for it.
fn skips() -> Vec<String> {
    let runs = |program: &str| {
        let quiet = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        quiet.is_ok_and(|status| status.success())
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let suite = |name: &str| root.join("../shared/suites").join(name).is_dir();
    let all = [
        (runs("python3"), "python3 is not here: handlers in Python, `gantry dev` and the assemblies were not run"),
        (runs("node"), "node is not here: handlers in JavaScript were not run"),
        (suite("sigv4"), "../shared/suites/sigv4 is not here: the AWS signing vectors were not run"),
        (suite("json-schema"), "../shared/suites/json-schema is not here: the official JSON Schema suite was not run"),
        (suite("jsonata"), "../shared/suites/jsonata is not here: the official JSONata suite was not run"),
    ];
    all.into_iter().filter(|(here, _)| !here).map(|(_, why)| format!("SKIPPED: {why}")).collect()
}

#[test]
fn what_was_skipped_is_said() {
    // `eprintln!` of a test that passes is swallowed by the runner; the stream itself is not.
    let mut stderr = std::io::stderr();
    for line in skips() {
        writeln!(stderr, "{line}").unwrap();
    }
}
