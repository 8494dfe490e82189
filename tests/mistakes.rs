//! The mistakes that authors make, a document each under `fixtures/mistakes`: every line `# expect: LINE:COLUMN SEVERITY CODE`
//! at its top is a finding, and there are no others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::path::{Path, PathBuf};

use support::{gantry, repository};

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = repository().join("tests/fixtures").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 10, "the fixtures are gone");
    files
}

#[test]
fn every_mistake_is_found_at_its_place() {
    for file in fixtures("mistakes") {
        let path = file.to_str().unwrap();
        assert!(found_as_expected(&file, &["check", path]) > 0, "{path} expects nothing");
    }
}

#[test]
fn every_mistake_in_settings_is_found_at_its_place() {
    let document = repository().join("tests/fixtures/accepted/both-carriers.yaml");
    let files = fixtures("settings");
    let found = files.iter().map(|file| {
        found_as_expected(file, &["check", document.to_str().unwrap(), "--settings", file.to_str().unwrap()])
    });
    assert!(found.sum::<usize>() > 10);
}

/// Runs `check` and compares what it finds in a file with what the file expects; says how much that is.
fn found_as_expected(file: &Path, arguments: &[&str]) -> usize {
    let text = std::fs::read_to_string(file).unwrap();
    let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# expect: ")).collect();
    let path = file.to_str().unwrap();
    let output = gantry(arguments);
    let stdout = String::from_utf8(output.stdout).unwrap();
    let found: Vec<String> = stdout
        .lines()
        .map(|line| {
            let rest = line.strip_prefix(path).and_then(|rest| rest.strip_prefix(':')).expect("the file's name");
            let words: Vec<&str> = rest.splitn(4, ' ').collect();
            format!("{} {} {}", words[0].trim_end_matches(':'), words[1], words[2])
        })
        .collect();
    assert_eq!(found, expected, "{path}\n{stdout}");
    let errors = expected.iter().any(|line| line.contains(" error "));
    assert_eq!(output.status.code(), Some(i32::from(errors)), "{path}");
    expected.len()
}

#[test]
fn a_code_frame_is_drawn_for_each() {
    for file in fixtures("mistakes") {
        let output = gantry(&["check", "--format", "human", file.to_str().unwrap()]);
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains("-->"), "{stdout}");
    }
}
