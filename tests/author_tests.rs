//! `gantry test` as authors run it: the examples, the page, reports, exit codes, `--watch`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{command, copy_of, edit, file, gantry, pause, python_is_here};

/// Runs `gantry test`: exit code, stdout, stderr.
fn test(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = gantry(&[&["test"], arguments].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_examples_pass_their_tests_and_every_step_of_theirs_runs() {
    if !python_is_here("the_examples_pass_their_tests_and_every_step_of_theirs_runs") {
        return;
    }
    let assemblies = support::repository().join("assemblies");
    let (code, stdout, stderr) = test(&[assemblies.to_str().unwrap(), "--coverage"]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for folder in std::fs::read_dir(&assemblies).unwrap().map(|entry| entry.unwrap().path()) {
        assert!(folder.join("openapi.test.yaml").is_file(), "{} has no tests", folder.display());
    }
    let open: Vec<&str> = stdout.lines().filter(|line| line.ends_with("has not run")).collect();
    // The step that a gateway response is made of, for paths that the export does not have: `{proxy+}` has them all.
    assert!(open.iter().all(|line| line.contains("from-aws-api-gateway")), "{open:?}");
}

#[test]
fn the_example_of_the_page_runs_as_it_is_printed() {
    let page = std::fs::read_to_string(support::repository().join("docs/tests.md")).unwrap();
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "greeting.yaml", blocks[0]);
    let tests = file(&folder, "greeting.test.yaml", blocks[1]);
    let (code, stdout, stderr) = test(&[&tests]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let names = |text: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix("  ok   "));
        lines.map(|line| line.split(" (").next().unwrap().to_owned()).collect()
    };
    let printed = page.split("$ gantry test greeting.test.yaml").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(names(&stdout), names(printed));

    // The failure of the page.
    edit(Path::new(&tests), "status: 503", "status: 500");
    let (code, stdout, _) = test(&[&tests]);
    assert_eq!(code, Some(1));
    let stdout = stdout.replace(&format!("{}/", folder.path().display()), "");
    let printed = page.split("raised the fault:").nth(1).unwrap().split("```console\n").nth(1).unwrap();
    let printed: Vec<&str> = printed.split("```").next().unwrap().lines().skip(1).collect();
    let lines: Vec<&str> =
        stdout.lines().skip_while(|line| !line.contains("FAIL")).skip(1).take(printed.len()).collect();
    assert_eq!(lines, printed);
}

const DOCUMENT: &str = "openapi: 3.0.3\ninfo: { title: t, version: 1.0.0 }\npaths: { /a: {} }\nx-assembly:\n  execute:\n    - \
                        set-variable: { title: say, actions: [{ set: message.body, value: one }] }\n";
const TESTS: &str = "tests:\n  - { name: one is said, requests: [{ request: { path: /a }, answer: { body: one } }] }\n  - { name: two is \
                     said, requests: [{ request: { path: /a }, answer: { body: two & more } }] }\n";

/// A folder with a test that passes and one that fails.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "api.yaml", DOCUMENT);
    file(&folder, "api.test.yaml", TESTS);
    folder
}

#[test]
fn the_exit_code_tells_how_it_went() {
    let folder = folder();
    let path = folder.path().to_str().unwrap();
    assert_eq!(test(&[path]).0, Some(1));
    let (code, stdout, _) = test(&[path, "--filter", "one is"]);
    assert_eq!((code, stdout.contains("two is")), (Some(0), false), "{stdout}");
    let (code, stdout, _) = test(&[path, "--list"]);
    assert_eq!((code, stdout.lines().count()), (Some(0), 2), "{stdout}");
    assert!(stdout.lines().all(|line| line.contains("api.test.yaml:")), "{stdout}");
    assert_eq!(test(&[path, "--filter", "three"]).0, Some(3));
    assert_eq!(test(&[path, "--report", "xml"]).0, Some(2));
    assert_eq!(test(&["/nowhere"]).0, Some(3));
    assert_eq!(test(&[path, "--lcov", "/nowhere/file"]).0, Some(3));
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(test(&[empty.path().to_str().unwrap()]).0, Some(3));
    let broken = file(&empty, "broken.test.yaml", "tests: [{ nam: x }]");
    let (code, _, stderr) = test(&[&broken]);
    assert!(code == Some(1) && stderr.contains("did you mean `name`"), "{stderr}");
}

#[test]
fn a_test_file_is_no_document_even_with_mistakes() {
    let folder = folder();
    file(&folder, "broken.test.yaml", "openapi: [");
    let output = gantry(&["check", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn other_programs_read_the_reports() {
    let folder = folder();
    let path = folder.path().to_str().unwrap();
    let report = folder.path().join("junit.xml");
    let lcov = folder.path().join("lcov.info");
    let arguments = [path, "--report", "junit", "--output", report.to_str().unwrap(), "--lcov", lcov.to_str().unwrap()];
    let (code, stdout, stderr) = test(&arguments);
    assert!(code == Some(1) && stdout.is_empty() && stderr.contains("2 tests ran, 1 failed"), "{stdout}{stderr}");
    let lcov = std::fs::read_to_string(lcov).unwrap();
    assert!(lcov.contains("/api.yaml\nDA:6,2\nLF:1\nLH:1\nend_of_record\n"), "{lcov}");

    let (_, tap, _) = test(&[path, "--report", "tap"]);
    let results: Vec<&str> = tap.lines().filter(|line| line.starts_with("ok") || line.starts_with("not ok")).collect();
    assert_eq!(results, ["ok 1 - one is said", "not ok 2 - two is said"]);
    assert!(tap.starts_with("TAP version 14\n1..2\n"), "{tap}");

    if !python_is_here("other_programs_read_the_reports") {
        return;
    }
    let script = "import sys, xml.etree.ElementTree as t\nfor c in t.parse(sys.argv[1]).iter('testcase'):\n  f = c.find('failure')\n  \
                  print(c.get('name'), '' if f is None else f.get('message') + '|' + f.text.splitlines()[1])";
    let read = Command::new("python3").args(["-c", script]).arg(&report).output().unwrap();
    let text = String::from_utf8(read.stdout).unwrap();
    assert_eq!(text.lines().collect::<Vec<_>>(), ["one is said ", "two is said the body is another one|- two & more"]);
}

#[test]
fn a_change_runs_the_tests_again() {
    let copy = copy_of("assemblies/partner-api");
    let path = copy.path().to_str().unwrap();
    let out = copy.path().join("out.txt");
    let mut child = command()
        .args(["test", path, "--watch", "--filter", "each application"])
        .stdout(std::fs::File::create(&out).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let wait_for = |text: &str| {
        let end = Instant::now() + Duration::from_secs(30);
        while !std::fs::read_to_string(&out).unwrap().contains(text) {
            assert!(Instant::now() < end, "no `{text}` in\n{}", std::fs::read_to_string(&out).unwrap());
            pause(Duration::from_millis(50));
        }
    };
    wait_for("2 passed, 0 failed");
    edit(&copy.path().join("openapi.yaml"), "\"kilograms\":", "\"kg\":");
    wait_for("0 passed, 2 failed");
    edit(&copy.path().join("openapi.yaml"), "\"kg\":", "\"kilograms\":");
    edit(&copy.path().join("clients.yaml"), "Gull & Sons", "Gull");
    wait_for("1 passed, 1 failed");
    // A new file is seen, and one that is away for a moment is waited for.
    let one = "tests: [{ name: each application is new, requests: [{ request: { path: /rates/3 } }] }]\n";
    std::fs::write(copy.path().join("new.test.yaml"), format!("settings: {{ clients-file: clients.yaml }}\n{one}"))
        .unwrap();
    wait_for("each application is new");
    let (there, away) = (copy.path().join("openapi.test.yaml"), copy.path().join("away"));
    std::fs::remove_file(copy.path().join("new.test.yaml")).unwrap();
    std::fs::rename(&there, &away).unwrap();
    pause(Duration::from_secs(1));
    let before = std::fs::read_to_string(&out).unwrap().matches("passed, 1 failed").count();
    std::fs::rename(&away, &there).unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    while std::fs::read_to_string(&out).unwrap().matches("passed, 1 failed").count() == before {
        assert!(Instant::now() < end, "{}", std::fs::read_to_string(&out).unwrap());
        pause(Duration::from_millis(50));
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_filter_without_a_test_is_refused_in_a_list_too() {
    let folder = folder();
    let path = folder.path().to_str().unwrap();
    for arguments in [&[path, "--filter", "zzz"][..], &[path, "--list", "--filter", "zzz"]] {
        let (code, _, said) = test(arguments);
        assert_eq!((code, said.as_str()), (Some(3), "no test has `zzz` in its name\n"), "{arguments:?}");
    }
}
