//! Handler processes: kept, killed, replaced.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::signer::Answer;
use super::{Bench, has};

const WORKER: &str = r#"
import os, subprocess, time

def handler(event, context):
    if event == "environment":
        return sorted(os.environ)
    if isinstance(event, dict) and "gate" in event:
        gate = event["gate"]
        open(gate + "." + str(os.getpid()), "w").close()
        while not os.path.exists(gate):
            time.sleep(0.01)
        return os.getpid()
    if event == "child":
        return subprocess.Popen(["sleep", "1000"]).pid
    if isinstance(event, int):
        os._exit(event)
    time.sleep(event.get("seconds", 0))
    return os.getpid()
"#;

async fn worker() -> Bench {
    Bench::with(&[("worker.py", WORKER), ("functions.yaml", "worker: {timeout: 1}\n")]).await
}

fn function_error(answer: &Answer) -> Value {
    assert_eq!((answer.status, answer.header("x-amz-function-error")), (200, Some("Unhandled")));
    answer.json()
}

fn alive(pid: &Value) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

async fn wait_for_end(pid: &Value) {
    for _ in 0..100 {
        if !alive(pid) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("process {pid} is still there");
}

#[tokio::test]
async fn a_process_is_kept_warm() {
    if !has("python3") {
        return;
    }
    let bench = worker().await;
    let begin = Instant::now();
    let first = bench.value("worker", "{}").await;
    let cold = begin.elapsed();
    // The fastest: others may have to wait for the processor.
    let mut warm = Duration::MAX;
    for _ in 0..50 {
        let begin = Instant::now();
        assert_eq!(bench.value("worker", "{}").await, first);
        warm = warm.min(begin.elapsed());
    }
    eprintln!("cold {cold:.1?}, warm {warm:.2?} with a new connection each");
    assert!(warm < Duration::from_millis(20), "a warm call takes {warm:?}: delayed acknowledgement?");
}

#[tokio::test]
async fn one_process_per_invocation_up_to_the_cap() {
    if !has("python3") {
        return;
    }
    let bench = Bench::with(&[("worker.py", WORKER), ("functions.yaml", "worker: {timeout: 20}\n")]).await;
    let gates = tempfile::tempdir().expect("a folder");
    let gate = gates.path().join("gate");
    let event = json!({"gate": gate}).to_string();
    let slow = || bench.call("worker", &event).send();
    let late = async {
        // Both run, each of which has left a file.
        let begin = Instant::now();
        while std::fs::read_dir(gates.path()).expect("the folder").count() < 2 {
            assert!(begin.elapsed() < Duration::from_secs(15), "two handlers do not run");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let late = bench.call("worker", "{}").send().await;
        std::fs::write(&gate, "").expect("a file");
        late
    };
    let (first, second, third) = tokio::join!(slow(), slow(), late);
    assert_ne!(first.json(), second.json());
    assert_eq!(third.status, 429);
    assert_eq!(third.header("retry-after"), Some("1"));
    assert_eq!(third.json()["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded");
}

#[tokio::test]
async fn exits_and_time_outs_are_function_errors_and_the_next_call_works() {
    if !has("python3") {
        return;
    }
    let bench = worker().await;
    let first = bench.value("worker", "{}").await;
    let answer = bench.call("worker", "{\"seconds\": 60}").send().await;
    let error = function_error(&answer);
    let id = answer.header("x-amzn-requestid").expect("an id");
    assert_eq!(error["errorType"], "Sandbox.Timedout");
    assert_eq!(error["errorMessage"], format!("RequestId: {id} Error: Task timed out after 1.00 seconds"));
    wait_for_end(&first).await;
    let cases = [("3", "exited with error: exit status 3"), ("0", "exited without providing a reason")];
    for (status, message) in cases {
        let error = function_error(&bench.call("worker", status).send().await);
        assert_eq!(error["errorType"], "Runtime.ExitError");
        let found = error["errorMessage"].as_str().expect("a message");
        assert!(found.ends_with(&format!("Error: Runtime {message}")), "{found}");
    }
    assert_ne!(bench.value("worker", "{}").await, first);
}

#[tokio::test]
async fn a_warm_process_that_died_is_replaced_unnoticed() {
    if !has("python3") {
        return;
    }
    let bench = worker().await;
    let first = bench.value("worker", "{}").await;
    let kill = std::process::Command::new("kill").args(["-9", &first.to_string()]).status();
    assert!(kill.expect("kill").success());
    // A signal takes a moment; a process that is only dying may still take the next event and lose it.
    while std::fs::read_to_string(format!("/proc/{first}/stat")).is_ok_and(|stat| !stat.contains(") Z ")) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_ne!(bench.value("worker", "{}").await, first);
}

#[tokio::test]
async fn a_handler_goes_on_when_its_caller_leaves() {
    if !has("python3") {
        return;
    }
    let bench = worker().await;
    let first = bench.value("worker", "{}").await;
    let call = bench.call("worker", "{\"seconds\": 0.4}").send();
    assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(bench.value("worker", "{}").await, first);
}

#[tokio::test]
async fn handlers_see_no_variables_of_ours() {
    if !has("python3") {
        return;
    }
    let names = worker().await.value("worker", "\"environment\"").await.to_string();
    assert!(names.contains("AWS_LAMBDA_FUNCTION_NAME"), "{names}");
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok() && !names.contains("CARGO"), "{names}");
}

#[tokio::test]
async fn shutdown_and_drop_kill_handlers_and_what_they_started() {
    if !has("python3") {
        return;
    }
    for orderly in [true, false] {
        let bench = worker().await;
        let handler = bench.value("worker", "{}").await;
        let child = bench.value("worker", "\"child\"").await;
        assert!(alive(&handler) && alive(&child));
        if orderly {
            bench.lambda.shutdown().await;
        } else {
            drop(bench);
        }
        wait_for_end(&handler).await;
        wait_for_end(&child).await;
    }
}

#[tokio::test]
async fn a_missing_program_is_said_plainly() {
    let bench = Bench::with(&[("functions.yaml", "f:\n  command: [no-such-program-here]\n")]).await;
    let error = function_error(&bench.call("f", "{}").send().await);
    assert_eq!(error["errorType"], "Runtime.InvalidEntrypoint");
    let message = error["errorMessage"].as_str().expect("a message");
    assert!(message.contains("needs no-such-program-here, which is not installed"), "{message}");
}

#[tokio::test]
async fn an_executable_speaks_the_runtime_api_itself() {
    if !has("python3") {
        return;
    }
    let client = r#"#!/usr/bin/env python3
import os, urllib.request
url = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    event = urllib.request.urlopen(url + "next")
    id = event.headers["Lambda-Runtime-Aws-Request-Id"]
    urllib.request.urlopen(url + id + "/response", data=event.read() if id else b"")
"#;
    let bench = Bench::with(&[("own.py", client)]).await;
    let (from, to) = (bench.folder.path().join("own.py"), bench.folder.path().join("native"));
    make_executable(&from);
    std::fs::rename(from, to).expect("a rename");
    for _ in 0..50 {
        if bench.lambda.functions() == ["native"] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(bench.value("native", "[1,2]").await, json!([1, 2]));
}

fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("permissions");
}
