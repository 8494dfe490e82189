//! Protocols and connections.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::time::{Instant, sleep};

use super::*;
use crate::value::Body;

/// Answers with the path and the host.
fn echo() -> Pipeline {
    pipeline(vec![
        Op::LoadBody,
        change(|cx| {
            let state = &mut *cx.state;
            let host = state.request.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("-");
            let text = format!("{} {host}", state.request.uri.path());
            state.outgoing.is_response = true;
            state.outgoing.message.headers.clear();
            state.outgoing.message.body = Body::from_bytes(text);
        }),
    ])
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = start(settings(), snapshot(vec![("GET", "/{x}", echo())])).await;
    let response = server
        .send(
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\n\
               GET /3 HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n",
        )
        .await;
    let at = |text: &str| response.find(text).unwrap_or_else(|| panic!("{text} in {response}"));
    assert!(at("/1 a") < at("/2 b") && at("/2 b") < at("/3 c"));
    assert_eq!(response.matches("HTTP/1.1 200").count(), 3);
}

async fn http2(server: &Running) -> (http2::SendRequest<Full<Bytes>>, JoinHandle<Result<(), hyper::Error>>) {
    let stream = server.connect().await;
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    (sender, tokio::spawn(connection))
}

fn h2_request(uri: &str) -> http::Request<Full<Bytes>> {
    http::Request::builder().method("GET").uri(uri).body(Full::default()).unwrap()
}

#[tokio::test]
async fn http2_with_prior_knowledge() {
    let mut settings = settings();
    settings.limits.idle_timeout = millis(400);
    let server = start(settings, snapshot(vec![("GET", "/{x}", echo())])).await;
    let (mut sender, connection) = http2(&server).await;
    let response = sender.send_request(h2_request("http://b.example/1")).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "/1 b.example");
    let mut wrong = h2_request("http://b.example/1");
    wrong.headers_mut().insert("host", "c".parse().unwrap());
    assert_eq!(sender.send_request(wrong).await.unwrap().status(), 400);
    let mut many = h2_request("http://b.example/1");
    many.headers_mut().extend((0..101).map(|number| {
        (http::HeaderName::try_from(format!("x-{number}")).unwrap(), http::HeaderValue::from_static("1"))
    }));
    assert_eq!(sender.send_request(many).await.unwrap().status(), 431);
    let started = Instant::now();
    timeout(PATIENCE, connection).await.unwrap().unwrap().ok();
    println!("an idle HTTP/2 connection was closed after {:?}; 400 ms allowed", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn further_connections_wait_where_all_are_busy() {
    let mut settings = settings();
    settings.limits.connections = 1;
    let slow = pipeline(vec![wait(10_000)]);
    let server = still(start(settings, snapshot(vec![("GET", "/slow", slow), ("GET", "/{x}", echo())]))).await;
    let mut first = still(server.connect()).await;
    still(first.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")).await.unwrap();
    still(server.counts("gantry_requests_in_flight 1")).await;
    let second = server.get("/2");
    tokio::pin!(second);
    assert!(timeout(Duration::from_millis(150), &mut second).await.is_err());
    drop(first);
    assert_eq!(status(&still(second).await), 200);
}

#[tokio::test(start_paused = true)]
async fn an_assembly_with_handlers_runs_on_when_its_client_leaves() {
    let done = Arc::new(AtomicUsize::new(0));
    let count = || {
        let done = done.clone();
        change(move |_| {
            done.fetch_add(1, Ordering::SeqCst);
        })
    };
    let on = handled(vec![wait(300), count(), Op::Stop, Op::Stop]);
    let off = pipeline(vec![wait(300), count()]);
    let server = still(start(settings(), snapshot(vec![("GET", "/on", on), ("GET", "/off", off)]))).await;
    for path in ["/on", "/off"] {
        let mut stream = still(server.connect()).await;
        still(stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes())).await.unwrap();
        still(server.counts("gantry_requests_in_flight 1")).await;
        drop(stream);
        still(server.counts("gantry_requests_in_flight 0")).await;
    }
    assert_eq!(done.load(Ordering::SeqCst), 0, "they take 300 ms");
    sleep(Duration::from_millis(500)).await;
    assert_eq!(done.load(Ordering::SeqCst), 1);
    let metrics = server.metrics.encode();
    assert!(metrics.contains(r#"operation="/on",method="GET",status="4xx"} 1"#), "{metrics}");
    assert!(metrics.contains("gantry_requests_in_flight 0"), "{metrics}");
}

#[tokio::test]
async fn the_admin_listener_answers() {
    let server = start(settings(), snapshot(vec![("GET", "/{x}", echo())])).await;
    server.get("/1").await;
    for path in ["/livez", "/healthz", "/readyz"] {
        let response = server.admin(path).await;
        assert_eq!((status(&response), body(&response)), (200, "ok\n"));
    }
    let metrics = server.admin("/metrics").await;
    assert_eq!(header(&metrics, "content-type"), [crate::telemetry::OPEN_METRICS]);
    assert!(
        metrics.contains(r#"gantry_requests_total{api="pets",operation="/{x}",method="GET",status="2xx"} 1"#),
        "{metrics}"
    );
    assert!(metrics.contains(r#"gantry_connections{listener="admin"} 1"#), "{metrics}");
    let ask = "GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    let text = ask_admin(&server, ask).await;
    assert_eq!(header(&text, "content-type"), [crate::telemetry::PROMETHEUS_TEXT]);
    for line in ["# TYPE gantry_requests_total counter", "gantry_build_info{", "# TYPE process_open_fds gauge"] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("# EOF"));
    assert_eq!(status(&server.admin("/other").await), 404);
}

async fn ask_admin(server: &Running, head: &str) -> String {
    let mut stream = TcpStream::connect(server.at.admin).await.unwrap();
    stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    read_all(&mut stream).await
}

#[tokio::test]
async fn only_the_token_opens_administration() {
    let mut settings = settings();
    settings.admin_token = Some(crate::value::Secret::new("a token of the test"));
    let server = start(settings, snapshot(vec![])).await;
    let refused = ask_admin(&server, "GET /-/status HTTP/1.1\r\nHost: a").await;
    assert_eq!(status(&refused), 401, "{refused}");
    assert!(body(&refused).contains("server.admin-token"));
    assert_eq!(header(&refused, "cache-control"), ["no-store"]);
    let bearer = "Host: a\r\nAuthorization: Bearer a token of the test";
    let answer = ask_admin(&server, &format!("GET /-/status HTTP/1.1\r\n{bearer}")).await;
    assert_eq!((status(&answer), header(&answer, "x-content-type-options")), (200, vec!["nosniff"]));
    assert_eq!(status(&ask_admin(&server, &format!("GET /-/reload HTTP/1.1\r\n{bearer}")).await), 405);
    // A defect in a reload is an answer too.
    let failed = ask_admin(&server, &format!("POST /-/reload HTTP/1.1\r\n{bearer}\r\nContent-Length: 0")).await;
    assert_eq!(status(&failed), 500, "{failed}");
    assert!(body(&failed).contains("is served on"), "{failed}");
    assert_eq!(status(&ask_admin(&server, "GET /livez HTTP/1.1\r\nHost: evil.example").await), 200);
}
