//! `gantry check`: findings, summary, exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use support::gantry;

fn check(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = gantry(&[&["check"], arguments].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn written(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("api.yaml");
    std::fs::write(&file, text).expect("a file");
    let path = file.to_str().expect("a path in UTF-8").to_owned();
    (folder, path)
}

#[test]
fn a_clean_document_is_silent_but_for_the_summary() {
    let (code, stdout, stderr) = check(&["tests/fixtures/empty-root.yaml"]);
    assert_eq!((code, stdout.as_str()), (Some(0), ""));
    assert!(stderr.starts_with("0 errors, 0 warnings in 1 document, 1 operation; checked in "), "{stderr}");
}

#[test]
fn every_finding_of_a_document_is_printed_in_one_run() {
    let (code, stdout, stderr) = check(&["tests/fixtures/broken.yaml"]);
    assert_eq!(code, Some(1));
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "tests/fixtures/broken.yaml:9:9: error G0301 there is no policy `lamdba`; did you mean `lambda`?",
            "tests/fixtures/broken.yaml:10:56: error G0303 `actions[0]` has no property `valeu`; did you mean `value`?",
        ]
    );
    assert!(stderr.starts_with("2 errors, 0 warnings in 1 document; checked in "), "{stderr}");
}

#[test]
fn a_code_frame_shows_the_line() {
    let (_, stdout, _) = check(&["--format", "human", "tests/fixtures/broken.yaml"]);
    assert!(stdout.contains("error[G0301]: there is no policy `lamdba`"), "{stdout}");
    assert!(stdout.contains("9 |       - lamdba: { function: hello }"), "{stdout}");
    assert!(stdout.contains("did you mean `lambda`?"), "{stdout}");
}

#[test]
fn what_cannot_be_read_exits_with_3() {
    let (code, stdout, _) = check(&["tests/fixtures/nowhere.yaml"]);
    assert_eq!(code, Some(3), "{stdout}");
    assert!(stdout.starts_with("tests/fixtures/nowhere.yaml:1:1: error G0001 cannot read the file"), "{stdout}");
    let empty = tempfile::tempdir().expect("a folder");
    let (code, stdout, _) = check(&[empty.path().to_str().expect("a path in UTF-8")]);
    assert_eq!(code, Some(3), "{stdout}");
    assert!(stdout.contains("error G0008 there is no OpenAPI document here"), "{stdout}");
}

#[test]
fn wrong_usage_exits_with_2() {
    assert_eq!(check(&[]).0, Some(2));
    assert_eq!(gantry(&["serv"]).status.code(), Some(2));
}

#[test]
fn warnings_can_be_denied() {
    let (_folder, path) = written(
        "openapi: 3.0.3\ninfo: { title: t, version: '1' }\npaths:\n  /a:\n    get: { responses: {} }\nx-assembly:\n  execute:\n    - set-variable: { actions: [{ set: message.body, value: $(nobody) }] }\n",
    );
    let (code, stdout, _) = check(&[&path]);
    assert_eq!(code, Some(0), "{stdout}");
    assert!(stdout.contains(":8:61: warning G0402 nothing sets the variable `nobody`"), "{stdout}");
    assert_eq!(check(&["--deny-warnings", &path]).0, Some(1));
}

#[test]
fn hostile_files_get_one_clear_finding() {
    for (text, code) in [
        ("a: 1\n\tb: 2\n", "G0003"),
        ("openapi: 'open\n", "G0003"),
        (&*"[".repeat(20_000), "G0004"),
        ("openapi: 3.0.3\nopenapi: 3.0.3\n", "G0006"),
        ("- just\n- a list\n", "G0101"),
        ("openapi: 2.7\npaths: {}\n", "G0101"),
        ("", "G0101"),
    ] {
        let (_folder, path) = written(text);
        let (exit, stdout, stderr) = check(&[&path]);
        let shown: String = text.chars().take(30).collect();
        assert!(stdout.contains(code), "{shown:?}: {stdout}{stderr}");
        assert!(exit == Some(1) || exit == Some(3), "{shown:?}: {exit:?}");
        assert!(!stderr.contains("panicked"), "{shown:?}: {stderr}");
    }
}

#[test]
fn a_binary_file_and_a_large_one_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (binary, large) = (folder.path().join("a.yaml"), folder.path().join("b.yaml"));
    std::fs::write(&binary, [0xff, 0xfe, 0x00, 0x01]).expect("a file");
    std::fs::write(&large, vec![b'a'; 20 * 1024 * 1024]).expect("a file");
    let (code, stdout, _) = check(&[folder.path().to_str().expect("a path in UTF-8")]);
    assert_eq!(code, Some(3), "{stdout}");
    assert!(stdout.contains("error G0001 the file is not UTF-8 text"), "{stdout}");
    assert!(stdout.contains("error G0002 the file is larger than 10 MiB"), "{stdout}");
}
