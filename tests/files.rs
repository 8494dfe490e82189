//! Files that a document names: those of its folder and no others, and nothing of the others is shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use support::{command, gantry};

/// What no finding may say.
const CANARY: &str = "canary-in-a-file";

/// A folder `apis` with a document, next to files that are not the document's.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(reference: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place { folder };
        for name in ["apis", "shared", "other"] {
            std::fs::create_dir(place.path(name)).unwrap();
        }
        place.write("secret.yaml", &format!("{CANARY}: [unclosed\n"));
        place.write("secret.js", &format!("{CANARY} is no script\n"));
        place.write("shared/parts.yaml", "orders: {get: {responses: {}}}\n");
        place.write("apis/.env", &format!("TOKEN='{CANARY}\n"));
        place.document("apis/api.yaml", reference);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn document(&self, name: &str, reference: &str) {
        let head = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n";
        let steps = "x-assembly: {execute: [{set-variable: {actions: [{set: message.body, value: ok}]}}]}\n";
        self.write(name, &format!("{head}  /orders: {{$ref: '{reference}'}}\n{steps}"));
    }

    fn link(&self, name: &str, target: impl AsRef<Path>) {
        symlink(target, self.path(name)).unwrap();
    }

    /// What `check` says of the folder in every form; its first line without the folder.
    fn check(&self, more: &[&str]) -> String {
        let apis = self.text("apis");
        for format in ["human", "json", "sarif", "github"] {
            let output = gantry(&[&["check", &apis, "--format", format], more].concat());
            let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(!all.contains(CANARY) && !all.contains("root:"), "{all}");
        }
        let output = gantry(&[&["check", &apis, "--format", "short"], more].concat());
        let stdout = String::from_utf8_lossy(&output.stdout).replace(&format!("{apis}/"), "");
        stdout.lines().next().unwrap_or_default().to_owned()
    }
}

#[test]
fn nothing_outside_of_the_folder_is_read_or_shown() {
    for file in [
        "../secret.yaml",
        "../none.yaml",
        "/etc/passwd",
        "/none.yaml",
        "/proc/self/environ",
        "/dev/zero",
        "%2e%2e/secret.yaml",
    ] {
        let found = Place::new(file).check(&[]);
        let expected = format!("api.yaml:4:19: error G0107 `{file}` is outside of the document's folder; ");
        assert!(found.starts_with(&expected) && found.contains("--files-from DIR"), "{found}");
    }
    assert!(Place::new("FILE:/etc/passwd").check(&[]).contains("is a URL, and only paths name files"));
    assert!(Place::new(".env").check(&[]).contains("G0107 `.env` is not read here: only files whose names end in"));
    assert!(Place::new("..\\\\secret.yaml").check(&[]).contains("G0105 there is no file"));
}

#[test]
fn links_are_followed_before_the_folders_are_compared() {
    for (target, inside) in
        [("../secret.yaml", false), ("/etc/passwd", false), ("/proc/self/environ", false), ("real.yaml", true)]
    {
        let place = Place::new("link.yml#/orders");
        place.write("apis/real.yaml", "orders: {get: {responses: {}}}\n");
        place.link("apis/link.yml", target);
        let found = place.check(&[]);
        assert_eq!(found.is_empty(), inside, "{target}: {found}");
        // The link is also a file of the folder that is checked.
        assert!(inside || found.contains("G0107 this link leads out of the folder"), "{found}");
    }
    let place = Place::new("up/secret.yaml");
    place.link("apis/up", "..");
    assert!(place.check(&[]).contains("G0107 `up/secret.yaml` is outside"));
}

#[test]
fn a_named_pipe_or_a_device_is_not_waited_for() {
    for name in ["pipe.yaml", "pipe.js"] {
        let place = Place::new(name);
        let step = "x-assembly: {execute: [{gatewayscript: {source: ./pipe.js}}]}\n";
        place.write(
            "apis/script.yaml",
            &format!(
                "openapi: 3.0.3\ninfo: {{title: s, version: '1'}}\npaths: {{/s: {{get: {{responses: {{}}}}}}}}\n{step}"
            ),
        );
        for pipe in ["pipe.yaml", "pipe.js"] {
            let made = std::process::Command::new("mkfifo").arg(place.path("apis").join(pipe)).status().unwrap();
            assert!(made.success());
        }
        let start = Instant::now();
        let found = place.check(&[]);
        assert!(found.contains(" error G0"), "{found}");
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn a_flag_and_a_variable_open_another_folder() {
    let place = Place::new("../shared/parts.yaml#/orders");
    assert!(place.check(&[]).contains("G0107"));
    let (other, shared) = (place.text("other"), place.text("shared"));
    assert_eq!(place.check(&["--files-from", &other, "--files-from", &shared]), "");
    assert!(place.check(&["--files-from", &other]).contains("G0107"));
    assert!(place.check(&["--files-from", &place.text("none")]).contains("G0001 `--files-from` names no folder"));
    let apis = place.text("apis");
    for verb in [
        ["check", &apis].as_slice(),
        &["audit", &apis, "--fail-on", "error"],
        &["graph", &apis],
        &["export", "--compiled", &apis],
    ] {
        let run = |folders: &str| command().args(verb).env("GANTRY_FILES_FROM", folders).output().unwrap().status;
        assert!(run(&format!("{other}:{shared}")).success(), "{verb:?}");
        assert!(!run(&other).success(), "{verb:?}");
    }
}

#[test]
fn every_document_has_the_folder_that_it_is_in() {
    let place = Place::new("parts.yaml#/orders");
    place.write("apis/parts.yaml", "orders: {get: {responses: {}}}\n");
    place.document("other/two.yaml", "../apis/parts.yaml#/orders");
    let output = gantry(&["check", &place.text("apis"), &place.text("other/two.yaml"), "--format", "short"]);
    let found = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = found.lines().collect();
    assert!(lines.len() == 1 && lines[0].contains("two.yaml:4:19: error G0107"), "{found}");
}

#[test]
fn a_script_of_another_folder_is_not_shown() {
    let place = Place::new("parts.yaml#/orders");
    place.write("apis/parts.yaml", "orders: {get: {responses: {}}}\n");
    place.link("apis/link.js", "../secret.js");
    place.link("apis/env.js", ".env");
    for (name, code) in [("../secret.js", "is outside"), ("./link.js", "is outside"), ("./env.js", "is not read here")]
    {
        let step = format!("x-assembly: {{execute: [{{gatewayscript: {{source: {name}}}}}]}}\n");
        place.write(
            "apis/api.yaml",
            &format!(
                "openapi: 3.0.3\ninfo: {{title: s, version: '1'}}\npaths: {{/s: {{get: {{responses: {{}}}}}}}}\n{step}"
            ),
        );
        let found = place.check(&[]);
        assert!(found.contains("G0107") && found.contains(code), "{found}");
    }
}
