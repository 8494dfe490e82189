//! The commands of an author in addition to `check`: `new`, `graph`, `export`, `explain`, `completion`, `man`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use support::{Gantry, gantry, python_is_here};

/// Runs a verb: exit code, stdout, stderr.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = gantry(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_new_folder_is_ready_for_dev() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("greetings");
    let path = path.to_str().unwrap();
    let (code, stdout, stderr) = run(&["new", path]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains(&format!("Try it: gantry dev {path}")), "{stdout}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");

    let document = std::fs::read_to_string(format!("{path}/openapi.yaml")).unwrap();
    assert!(document.starts_with("# yaml-language-server: $schema=.gantry/document.json\nopenapi: "), "{document}");
    assert!(document.contains("title: greetings\n"), "{document}");
    let schema = std::fs::read_to_string(format!("{path}/.gantry/document.json")).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&schema).unwrap()["properties"]["x-assembly"].is_object());
    let (code, stdout, stderr) = run(&["check", path]);
    // Which region is the one thing that the folder cannot know.
    assert!(code == Some(0) && stdout.lines().all(|line| line.contains(" warning G0604 ")), "{stdout}{stderr}");

    if !python_is_here("a_new_folder_is_ready_for_dev") {
        return;
    }
    let gantry = Gantry::spawn(&["dev", path]);
    gantry.wait_until("it serves", || gantry.stderr().contains("Ctrl-C ends."));
    assert_eq!(gantry.get("/hello/World").body, r#"{"message": "Hello, World!"}"#);
    let (code, stdout, stderr) = run(&["test", path]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
}

#[test]
fn a_folder_that_is_in_use_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let taken = folder.path().join("taken");
    std::fs::create_dir(&taken).unwrap();
    std::fs::write(taken.join("mine.txt"), "mine").unwrap();
    let (code, _, stderr) = run(&["new", taken.to_str().unwrap()]);
    assert_eq!(code, Some(3));
    assert!(stderr.contains("is there and not empty; nothing was written"), "{stderr}");
    assert_eq!(std::fs::read_dir(&taken).unwrap().count(), 1);
    for (name, exit) in [("mine.txt", 2), ("no where", 2), ("mine.txt/below", 3)] {
        let (code, _, stderr) = run(&["new", folder.path().join(name).to_str().unwrap()]);
        assert_eq!(code, Some(exit), "{stderr}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("mine.txt")).unwrap(), "mine");
}

#[test]
fn an_assembly_is_drawn_as_text() {
    let (code, stdout, _) = run(&["graph", "assemblies/orders", "--operation", "ship"]);
    assert_eq!(code, Some(0));
    let expected = "\
orders 1.0.0
  POST /orders/{id}/shipment
├─ invoke  look up the order
├─ parse   order
├─ switch
│  ├─ [order.body.total > 1000]
│  │  └─ lambda  ask for approval
│  └─ [otherwise]
│     └─ set-variable  approval.body.approved
├─ switch
│  └─ [$not(approval.body.approved)]
│     └─ throw  NotApproved
├─ lambda  ship it
├─ [catch OperationError]
│  └─ throw  NoSuchOrder
└─ [catch ConnectionError]
   └─ set-variable  message.status.code, message.headers.content-type, message.…
";
    assert_eq!(stdout, expected);
}

#[test]
fn an_assembly_is_drawn_as_mermaid_and_as_a_picture() {
    let (code, stdout, _) = run(&["graph", "assemblies/orders", "--format", "mermaid"]);
    assert_eq!(code, Some(0));
    assert!(stdout.starts_with("flowchart TD\n"), "{stdout}");
    assert!(stdout.contains("subgraph n6[\"order.body.total #62; 1000\"]"), "{stdout}");
    assert_eq!(stdout.matches("subgraph ").count(), stdout.lines().filter(|line| line.trim() == "end").count());
    let (code, stdout, _) = run(&["graph", "assemblies/orders", "--format", "svg"]);
    assert_eq!(code, Some(0));
    assert!(stdout.starts_with("<svg xmlns=") && stdout.ends_with("</svg>\n"), "{stdout}");
    assert!(stdout.contains(">order.body.total &gt; 1000</text>"), "{stdout}");
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let (code, _, stderr) = run(&["graph", "assemblies/orders", "--operation", "nobody"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("no document has an operation `nobody`; there are `"), "{stderr}");
    assert_eq!(run(&["graph", "tests/fixtures/mistakes/unclosed-quote.yaml"]).0, Some(1));
}

#[test]
fn the_compiled_form_can_be_seen_and_holds_no_value_of_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("api.yaml");
    let text = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /a: {get: {}, post: {}}\nx-assembly:\n  \
                properties: {key: {value: '${GANTRY_TEST_SECRET:-hush-hush}'}}\n  execute:\n    - switch:\n        case:\n          \
                - condition: message.body.a = 1\n            execute: [{throw: {name: Mine}}]\n    - set-variable: \
                {actions: [{set: seen, value: $(key)}]}\n  catch:\n    - errors: [Mine]\n      execute: [{set-variable: \
                {actions: [{set: message.body, value: caught}]}}]\n";
    std::fs::write(&file, text).unwrap();
    let (code, stdout, stderr) = run(&["export", "--compiled", file.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(!stdout.contains("hush-hush"), "{stdout}");
    let dump: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(dump["routes"][0]["pipeline"], dump["routes"][1]["pipeline"], "operations share their pipeline");
    let ops = dump["pipelines"][0]["ops"].as_array().unwrap();
    let kinds: Vec<&str> = ops.iter().map(|op| op["op"].as_str().unwrap()).collect();
    assert_eq!(kinds[..5], ["step", "load-body", "branch", "step", "jump"], "{stdout}");
    assert_eq!(ops[2]["place"].as_str().unwrap(), format!("{}:8:7", file.display()));
    assert_eq!(dump["pipelines"][0]["handlers"][0]["catches"], serde_json::json!(["Mine"]));
    let (code, stdout, _) = run(&["export", "--compiled", "tests/fixtures/broken.yaml"]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
}

#[test]
fn codes_and_policies_are_explained() {
    for code in ["G0301", "g301"] {
        assert!(run(&["explain", code]).1.starts_with("G0301: there is no such policy\n\n"));
    }
    for words in [&["explain", "policy", "throw"][..], &["explain", "throw"]] {
        assert!(run(words).1.starts_with("# throw\n"));
    }
    let (code, _, stderr) = run(&["explain", "policy", "lamda"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("did you mean `lambda`?"), "{stderr}");
    assert!(run(&["explain", "xslt"]).2.contains("known but not built yet"));
}

#[test]
fn the_shell_and_its_manual_know_every_verb() {
    let (_, help, _) = run(&["--help"]);
    assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
    let verbs = ["check", "serve", "dev", "test", "new", "graph", "export", "explain", "schema", "completion", "man"];
    let (_, manual, _) = run(&["man"]);
    for shell in ["bash", "zsh", "fish"] {
        let (code, script, _) = run(&["completion", shell]);
        assert_eq!(code, Some(0));
        for verb in verbs {
            assert!(script.contains(verb), "{shell} {verb}");
            assert!(manual.contains(&format!("GANTRY {}", verb.to_uppercase())), "{verb}");
        }
    }
}

#[test]
fn a_function_runs_without_a_document() {
    if !python_is_here("a_function_runs_without_a_document") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "orders.py",
        "def handler(event, context):\n    print('ran', context.function_version)\n    return 1 / event['by']\n",
    );
    write("functions.yaml", "orders: {versions: [3], aliases: {prod: 3}}\n");
    write("event.json", "{\"by\": 4}");
    write("wrong.json", "{\"by\":\n 4,}");
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let invoke = |function: &str, event: &str| {
        run(&["invoke", function, "--event", &path(event), "--functions", folder.path().to_str().unwrap()])
    };
    assert_eq!(invoke("orders:prod", "event.json"), (Some(0), "0.25\n".to_owned(), "[orders] ran 3\n".to_owned()));
    write("event.json", "{\"by\": 0}");
    let (code, stdout, _) = invoke("orders", "event.json");
    assert!(code == Some(1) && stdout.contains(r#""errorType": "ZeroDivisionError""#), "{stdout}");
    let (code, _, stderr) = invoke("oders", "event.json");
    assert_eq!(code, Some(3));
    assert!(stderr.contains("Function not found: ") && stderr.ends_with("did you mean `orders`?\n"), "{stderr}");
    let (code, _, stderr) = invoke("orders", "wrong.json");
    assert_eq!(
        (code, stderr.ends_with("wrong.json:2:4: the event is not JSON: key must be a string\n")),
        (Some(3), true),
        "{stderr}"
    );
    assert_eq!(invoke("orders", "none.json").0, Some(3));
}

#[test]
fn an_import_says_what_runs_and_writes_the_new_form() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let document = |steps: &str| {
        format!(
            "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{}}}}}}\nx-ibm-configuration:\n  gateway: \
             datapower-api-gateway\n  phase: realized\n  assembly:\n    execute: # all of it\n{steps}"
        )
    };
    let good = document("      - set-variable: {version: 2.0.0, actions: [{set: message.body, value: hello}]}\n");
    std::fs::write(path("old.yaml"), &good).unwrap();
    let (code, stdout, stderr) = run(&["import", &path("old.yaml"), "--write", &path("new.yaml")]);
    assert_eq!(code, Some(0), "{stderr}");
    let expected =
        "the DataPower API Gateway, 1 step\n\nline 9 set-variable 2.0.0\n  same         actions\n\n1 the same, ";
    assert!(stdout.contains(expected), "{stdout}");
    let new = std::fs::read_to_string(path("new.yaml")).unwrap();
    assert!(new.contains("\nx-assembly:\n  execute: # all of it\n    - set-variable: {version: 2.0.0, "), "{new}");
    assert_eq!(run(&["check", &path("new.yaml")]).0, Some(0));
    let (code, _, stderr) = run(&["import", &path("old.yaml"), "--write", &path("new.yaml")]);
    assert!(code == Some(3) && stderr.contains("the file exists; write `--force`"), "{code:?} {stderr}");

    std::fs::write(path("bad.yaml"), document("      - xslt: {version: 2.0.0, source: <a/>}\n")).unwrap();
    let (code, stdout, _) = run(&["import", &path("bad.yaml")]);
    assert!(
        code == Some(1) && stdout.contains("\nline 9 xslt 2.0.0\n  unsupported  the policy `xslt` is known"),
        "{code:?} {stdout}"
    );
    assert!(stdout.lines().all(|line| line.chars().count() <= 80 || line.contains("bad.yaml")), "{stdout}");
    let (code, json, _) = run(&["import", &path("bad.yaml"), "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &json["steps"][0]["verdict"]), (Some(1), &"unsupported".into()));
    assert_eq!(run(&["import", &path("new.yaml")]).0, Some(3));
    assert_eq!(run(&["import", &path("gone.yaml")]).0, Some(3));
}

#[test]
fn a_reader_of_errors_that_has_gone_is_no_panic() {
    use std::process::Stdio;
    for arguments in
        [&["eval", "("][..], &["check", "/no/such/file"], &["explain", "nothing"], &["test", "/no/such/file"]]
    {
        let mut child =
            support::command().args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stderr.take());
        let code = child.wait().unwrap().code();
        assert!(code.is_some_and(|code| (1..=3).contains(&code)), "{arguments:?}: {code:?}");
    }
}
