//! The mistakes that authors make, a document each under `fixtures/mistakes`: every line `# expect: LINE:COLUMN SEVERITY CODE`
//! at its top is a finding, and there are no others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::path::PathBuf;

use support::{gantry, repository};

fn fixtures() -> Vec<PathBuf> {
    let folder = repository().join("tests/fixtures/mistakes");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 30, "the fixtures are gone");
    files
}

#[test]
fn every_mistake_is_found_at_its_place() {
    for file in fixtures() {
        let text = std::fs::read_to_string(&file).unwrap();
        let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# expect: ")).collect();
        assert!(!expected.is_empty(), "{} expects nothing", file.display());
        let path = file.to_str().unwrap();
        let output = gantry(&["check", path]);
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
    }
}

#[test]
fn a_code_frame_is_drawn_for_each() {
    for file in fixtures() {
        let output = gantry(&["check", "--format", "human", file.to_str().unwrap()]);
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains("-->"), "{stdout}");
    }
}
