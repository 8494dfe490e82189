//! `urlopen` against a real service.

use serde_json::json;

use super::{Ask, Setup, document};
use crate::test_support::{Gateway, Reply, TestServer, json_reply};

/// A script that opens `target` with these options; `TARGET` is a property that holds the service's URL.
fn opening(server: &TestServer, options: &str, then: &str) -> Gateway {
    let script = format!(
        "require('urlopen').open(Object.assign({{target: context.get('api.properties.target') + '/x'}}, {options}), function (error, response) {{ {then} }});"
    );
    let source = serde_json::to_string(&script).unwrap();
    let text = document(&format!(
        "properties: {{target: '{}'}}\nexecute:\n- gatewayscript: {{source: {source}}}\n",
        server.url("")
    ));
    Setup::default().load(&text).serve()
}

#[tokio::test]
async fn a_call_has_its_answer() {
    let server = TestServer::start(|_| json_reply(201, "{\"a\": 1}"));
    let options = "{method: 'post', headers: {'X-A': 'b'}, data: {c: 1}, timeout: 5}";
    let then = "response.readAsJSON(function (error, body) { context.message.body.write([response.statusCode, response.headers['content-type'], body.a]); });";
    let answer = opening(&server, options, then).get().await;
    assert_eq!(answer.json(), json!([201, "application/json", 1]), "{:?}", answer.fault);
    let seen = &server.requests()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str(), &*seen.body), ("POST", "/x", &b"{\"c\":1}"[..]));
    assert_eq!((seen.header("x-a"), seen.header("content-type")), (Some("b"), Some("application/json")));
}

#[tokio::test]
async fn buffers_text_and_promises_work_too() {
    let server = TestServer::start(|seen| Reply::Reply(200, Vec::new(), seen.body.to_vec()));
    let then = "response.readAsBuffer((error, body) => context.message.body.write(body.toString('hex')));";
    assert_eq!(opening(&server, "{data: Buffer.from([1, 255])}", then).get().await.text(), "01ff");
    let then = "response.readAsString().then((text) => context.message.body.write(text + response.reasonPhrase));";
    assert_eq!(opening(&server, "{data: 'text'}", then).get().await.text(), "textOK");
}

#[tokio::test]
async fn a_call_that_fails_says_so_to_the_callback() {
    let server = TestServer::start(|_| json_reply(200, "{}"));
    let then = "context.message.body.write(error ? error.errorMessage : 'no error');";
    let none = crate::test_support::closed_port();
    let dead = format!("{{target: 'http://127.0.0.1:{none}/'}}");
    let answer = opening(&server, &dead, then).get().await;
    assert_ne!(answer.text(), "no error");
    assert_eq!(answer.status, 200);
    let large = TestServer::start(|_| Reply::Reply(200, Vec::new(), vec![b'x'; 5 * 1024 * 1024]));
    assert_ne!(opening(&large, "{}", then).get().await.text(), "no error");
    let slow = TestServer::start(|_| {
        // Never answers within the time-out.
        let (_keep, wait) = std::sync::mpsc::channel::<()>();
        let _ = wait.recv_timeout(std::time::Duration::from_secs(3));
        json_reply(200, "{}")
    });
    let answer = opening(&slow, "{timeout: 0.2}", then).get().await;
    assert!(answer.text().contains("0.2 s") || answer.text().contains("time"), "{answer}");
}

#[tokio::test]
async fn hosts_that_nobody_named_stay_closed() {
    let server = TestServer::start(|_| json_reply(200, "{}"));
    let then = "context.message.body.write(error ? error.errorMessage : 'open');";
    for target in [
        "http://example.test/",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/",
        "http://[::1]/",
        "http://0x7f.1/",
        "file:///etc/passwd",
        "ftp://h/",
        "http://user@h/",
        "//h/",
        "",
    ] {
        // A host that the script puts together is not written out.
        let options = format!("{{target: {}}}", json!(target).to_string().replace("//", "/\" + \"/"));
        let answer = opening(&server, &options, then).get().await;
        assert!(answer.status == 200 && answer.text() != "open", "{target}: {answer}");
    }
    let metadata = opening(&server, "{target: 'http://169.254.169.254/latest/'}", then).get().await;
    assert_ne!(metadata.text(), "open", "a host that is written out is still a metadata service");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn allowed_hosts_open_what_run_time_knows() {
    let server = TestServer::start(|_| json_reply(200, "{}"));
    let script = "require('urlopen').open({target: context.get('request.headers.x-to')}, (error, response) => context.message.body.write(error ? error.errorMessage : 'open'));";
    let source = serde_json::to_string(script).unwrap();
    let url = server.url("");
    let host = url.trim_start_matches("http://");
    let text = document(&format!("allowed-hosts: ['{host}']\nexecute:\n- gatewayscript: {{source: {source}}}\n"));
    let gateway = Setup::default().load(&text).serve();
    assert_eq!(gateway.ask(Ask::get("/example/7").header("x-to", &server.url("/"))).await.text(), "open");
    let closed = gateway.ask(Ask::get("/example/7").header("x-to", "http://other.test/")).await;
    assert_eq!(closed.text(), "`other.test` may not be called: name it in `allowed-hosts` under `x-assembly`");
}
