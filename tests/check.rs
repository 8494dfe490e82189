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
fn scripts_get_a_list_of_objects() {
    let (code, stdout, _) = check(&["--format", "json", "tests/fixtures/broken.yaml"]);
    let all: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    let expected = serde_json::json!({
        "code": "G0301", "severity": "error", "message": "there is no policy `lamdba`", "help": "did you mean `lambda`?",
            "instead": "lambda",
        "file": "tests/fixtures/broken.yaml", "line": 9, "column": 9, "end_line": 9, "end_column": 15, "related": [],
    });
    assert_eq!((code, all.as_array().map(Vec::len), &all[0]), (Some(1), Some(2), &expected));
    let (code, stdout, _) = check(&["--format", "json", "tests/fixtures/empty-root.yaml"]);
    assert_eq!((code, stdout.as_str()), (Some(0), "[]\n"));
}

#[test]
fn code_scanning_gets_sarif() {
    let (_, stdout, _) = check(&["--format", "sarif", "tests/fixtures/broken.yaml"]);
    let log: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((&log["version"], &log["runs"][0]["tool"]["driver"]["name"]), (&"2.1.0".into(), &"gantry".into()));
    let (results, rules) = (&log["runs"][0]["results"], &log["runs"][0]["tool"]["driver"]["rules"]);
    assert_eq!(results.as_array().map(Vec::len), Some(2));
    for result in results.as_array().expect("results") {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("small")];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(result["level"], "error");
    }
    let place = &results[1]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "tests/fixtures/broken.yaml");
    assert_eq!(
        place["region"],
        serde_json::json!({"startLine": 10, "startColumn": 56, "endLine": 10, "endColumn": 61})
    );
    let (folder, path) = written("openapi: 3.0.3\npaths: [\n");
    let spaced = folder.path().join("a b,c:d.yaml");
    std::fs::rename(path, &spaced).expect("a new name");
    let (_, stdout, _) = check(&["--format", "sarif", spaced.to_str().expect("a path in UTF-8")]);
    assert!(stdout.contains("file:///") && stdout.contains("/a%20b%2Cc%3Ad.yaml"), "{stdout}");
    let (_, stdout, _) = check(&["--format", "github", spaced.to_str().expect("a path in UTF-8")]);
    assert!(stdout.contains("/a b%2Cc%3Ad.yaml,line="), "{stdout}");
}

#[test]
fn pull_requests_get_workflow_commands() {
    let (_, stdout, _) = check(&["--format", "github", "tests/fixtures/broken.yaml"]);
    assert_eq!(
        stdout.lines().next(),
        Some(
            "::error file=tests/fixtures/broken.yaml,line=9,endLine=9,col=9,endColumn=15,title=G0301%3A there is no such \
             policy::there is no policy `lamdba`; did you mean `lambda`?"
        )
    );
}

#[test]
fn stdin_is_a_file() {
    use std::io::Write;
    let start = |verb: &str| {
        let mut command = support::command();
        command.args([verb, "-"]).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped()).spawn().expect("gantry starts")
    };
    let mut child = start("check");
    let text = std::fs::read(support::repository().join("tests/fixtures/broken.yaml")).expect("the fixture");
    child.stdin.take().expect("a pipe").write_all(&text).expect("a reader");
    let output = child.wait_with_output().expect("an end");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout.starts_with("<stdin>:9:9: error G0301"), "{stdout}");
    let output = start("serve").wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
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

#[test]
fn an_audit_fails_for_what_nobody_has_accepted() {
    let (folder, path) = written(
        "openapi: 3.0.3\ninfo: { title: t, version: '1' }\npaths:\n  /a:\n    get: { responses: {} }\nx-assembly:\n  execute:\n    - invoke: { target-url: 'https://a.example' }\n",
    );
    let accepted = folder.path().join("accepted.yaml");
    let audit = |more: &[&str]| {
        let output = gantry(&[&["audit", &path], more].concat());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, stdout, stderr) = audit(&[]);
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains(":3:1: warning G0907 ") && stdout.contains(":8:7: note G0901 "), "{stdout}");
    assert!(stderr.starts_with("0 errors, 1 warning, 1 note, 0 accepted in 1 document; "), "{stderr}");
    assert_eq!(audit(&["--fail-on", "error"]).0, Some(0));
    let (_, sarif, _) = audit(&["--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    let levels: Vec<&str> =
        sarif["runs"][0]["results"].as_array().unwrap().iter().filter_map(|one| one["level"].as_str()).collect();
    assert_eq!(levels, ["warning", "note"]);

    let with = |text: &str| {
        std::fs::write(&accepted, text).expect("a file");
        audit(&["--accepted", accepted.to_str().expect("a path in UTF-8")])
    };
    let (code, stdout, stderr) = with("accepted:\n  - {code: G0907, line: 'paths:', reason: public}\n");
    assert_eq!(code, Some(0), "{stdout}");
    assert!(!stdout.contains("G0907") && stderr.contains(" 1 accepted "), "{stdout}{stderr}");
    for (text, words) in [
        ("accepted: [{code: G0907, reason: ' '}]\n", "error G0908 an accepted finding needs its reason"),
        ("accepted: [{code: G0907}]\n", "reason"),
        ("accepted: [{code: G9999, reason: x}]\n", "there is no finding `G9999`"),
        ("accepted: [{code: G0907, file: other.yaml, reason: x}]\n", "nothing is found any more that this accepts"),
    ] {
        let (code, stdout, _) = with(text);
        assert!(code != Some(0) && stdout.contains(words), "{text}: {code:?} {stdout}");
    }
}

/// `gantry diff` of two texts: exit status, and what it printed.
fn diff(old: &str, new: &str, format: &str) -> (Option<i32>, String) {
    let (one, other) = (written(old), written(new));
    let output = gantry(&["diff", &one.1, &other.1, "--format", format]);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn differences_have_an_exit_status_by_kind() {
    let document = |security: &str, timeout: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{{security}responses: {{}}}}}}}}\n\
             components: {{securitySchemes: {{id: {{type: apiKey, in: header, name: X-IBM-Client-Id}}}}}}\n\
             x-assembly: {{execute: [{{invoke: {{target-url: 'https://h/', timeout: {timeout}}}}}]}}\n"
        )
    };
    let (old, asks) = (document("", "1"), "security: [{id: []}], ");
    assert_eq!(diff(&old, &old, "text"), (Some(0), String::new()));
    let (code, text) = diff(&old, &document("", "2"), "text");
    assert_eq!(code, Some(5));
    assert!(text.starts_with("Limits\n  ~ GET /a\n      `invoke`: timeout was `1`, is `2`\n"), "{text}");
    let (code, text) = diff(&old, &document(asks, "1"), "markdown");
    assert_eq!(code, Some(6));
    assert!(text.contains("| ! | GET /a | was for everybody, is for who sends a client id"), "{text}");
    let (code, text) = diff(&old, &document(asks, "2"), "json");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (code, json["needs_care"].as_bool(), json["changes"].as_array().unwrap().len()),
        (Some(6), Some(true), 2)
    );
    assert_eq!(diff(&old, &old.replace("invoke", "invok"), "text").0, Some(1));
}

#[test]
fn mistakes_with_one_answer_are_mended() {
    let text = "openapi: 3.0.3
info: {title: t, version: '1'}
paths: {/a: {get: {responses: {}}}}
x-assembly:
  execute:
    - lamdba: {functon: 'f', region: eu-west-1, payload: \"bodyy\"} # mine
    - set-variable: {actions: [{set: message.body, value: message.body.x}, {set: b, valeu: 1}]}
    - nosuch: {}
";
    let (_folder, path) = written(text);
    let (code, stdout, stderr) = check(&[&path, "--fix"]);
    assert!(
        code == Some(1) && stdout.contains("there is no policy `nosuch`") && stdout.lines().count() == 1,
        "{stdout}"
    );
    assert!(stderr.contains("\nmended 5 mistakes\n"), "{stderr}");
    assert!(stderr.contains("api.yaml:6:7: `lamdba` is `lambda` now\n"), "{stderr}");
    let mended = std::fs::read_to_string(&path).unwrap();
    let expected = text
        .replace("lamdba: {functon", "lambda: {function")
        .replace("bodyy", "body")
        .replace("value: message.body.x", "value: $(message.body.x)")
        .replace("valeu", "value");
    assert_eq!(mended, expected);
}

#[test]
fn folders_below_are_read_where_asked() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["a/b", ".hidden", "empty"] {
        std::fs::create_dir_all(at(name)).unwrap();
    }
    let document = "openapi: 3.0.3\ninfo: {title: NAME, version: '1'}\npaths: {/NAME: {get: {responses: {'200': {$ref: '../ok.json'}}}}}\n\
                    x-assembly: {execute: [{throw: {name: A}}]}\n";
    for name in ["a", "b"] {
        let place = if name == "a" { at("a/api.yaml") } else { at("a/b/api.yaml") };
        std::fs::write(place, document.replace("NAME", name)).unwrap();
    }
    for place in ["ok.json", "a/ok.json"] {
        std::fs::write(at(place), r#"{"description": "fine"}"#).unwrap();
    }
    std::fs::write(at(".hidden/api.yaml"), "openapi: [").unwrap();
    let path = folder.path().to_str().unwrap();
    assert_eq!(check(&[path]).0, Some(3), "there is no document in the folder itself");
    let (code, stdout, stderr) = check(&[path, "--recursive"]);
    assert_eq!((code, stdout.as_str()), (Some(0), ""));
    assert!(stderr.contains("in 2 documents, 2 operations"), "{stderr}");
}
