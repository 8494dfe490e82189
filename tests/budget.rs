//! What a request may cost: allocations of the whole way, from the client's bytes to the client's bytes.
//!
//! Everything of the process is counted, so this file holds one test, and its client and its function allocate nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use std::alloc::System;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use gantry::gateway::{Gateway, Inputs, Reload, tracer};
use gantry::server::{Parts, bind};
use gantry::settings::{Server, Startup};
use gantry::source::ProcessEnvironment;
use gantry::telemetry::{Metrics, Tracer};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Requests before anything counts, and requests that count.
const WARM: usize = 200;
const COUNTED: usize = 500;

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// (path, what the function gets at the end of its request, what it answers, the client's, allocations per request at most).
/// The bounds are a little over what was measured when they were set; who lowers the one lowers the other.
const PATHS: [(&str, &str, &str, &str, usize); 3] = [
    ("/raw", "some data", "an answer", "an answer", RAW),
    ("/headers", "some data", "an answer", "an answer", HEADERS),
    ("/event", "}", r#"{"statusCode":200,"headers":{"x-a":"b"},"body":"an answer"}"#, "an answer", EVENT),
];
const RAW: usize = 36;
const HEADERS: usize = 56;
const EVENT: usize = 55;

const DOCUMENT: &str = "openapi: 3.0.3
info: {title: budget, version: 1.0.0}
paths:
  /raw:
    post:
      responses: {}
      x-assembly: {execute: [{lambda: {function: raw}}]}
  /headers:
    post:
      responses: {}
      x-assembly:
        execute:
        - set-variable:
            actions:
            - {set: message.headers.x-up-1, value: one}
            - {set: message.headers.x-up-2, value: two}
            - {set: message.headers.x-up-3, value: three}
            - {set: message.headers.x-up-4, value: four}
            - {set: message.headers.x-up-5, value: five}
        - lambda: {function: raw}
        - set-variable:
            actions:
            - {set: message.headers.x-down-1, value: one}
            - {set: message.headers.x-down-2, value: two}
            - {set: message.headers.x-down-3, value: three}
            - {set: message.headers.x-down-4, value: four}
            - {set: message.headers.x-down-5, value: five}
  /event:
    post:
      responses: {}
      x-assembly: {execute: [{lambda: {function: event, payload: api-gateway-v1, response: proxy}}]}
";

#[test]
fn a_request_allocates_no_more_than_its_budget() {
    let function = TcpListener::bind("127.0.0.1:0").unwrap();
    let gateway = serve(function.local_addr().unwrap());
    std::thread::spawn(move || answer_all(&function));
    let mut over = Vec::new();
    for (path, _, _, expected, budget) in PATHS {
        let mut client = Client::connect(gateway, path, expected);
        (0..WARM).for_each(|_| client.ask());
        let before = INSTRUMENTED_SYSTEM.stats();
        (0..COUNTED).for_each(|_| client.ask());
        let after = INSTRUMENTED_SYSTEM.stats();
        let new = after.allocations - before.allocations + after.reallocations - before.reallocations;
        let bytes = (after.bytes_allocated - before.bytes_allocated) / COUNTED;
        let each = new as f64 / COUNTED as f64;
        println!("{path}: {each:.2} allocations, {bytes} bytes per request; the budget is {budget}");
        if each > budget as f64 {
            over.push(format!("{path} allocates {each:.2} times per request, more than its budget of {budget}"));
        }
    }
    assert!(over.is_empty(), "{}", over.join("\n"));
}

/// Traces that no request is picked for: those pay nothing for the others.
fn untraced(metrics: Arc<Metrics>) -> Option<Tracer> {
    let traces = serde_json::from_str(r#"{"endpoint": "http://127.0.0.1:9/v1/traces", "sample": "0%"}"#).unwrap();
    tracer(&Startup { traces, ..Startup::default() }, &ProcessEnvironment, metrics).unwrap()
}

/// Serves the document on a thread of its own and says where.
fn serve(function: SocketAddr) -> SocketAddr {
    let folder = tempfile::tempdir().unwrap();
    let (document, settings) = (folder.path().join("api.yaml"), folder.path().join("gantry.settings"));
    std::fs::write(&document, DOCUMENT).unwrap();
    let keys = "{aws-access-key-id: AKIDTEST, aws-secret-access-key: a secret for tests}";
    let aws = format!("{{region: eu-west-1, endpoint: 'http://{function}', credentials: test}}");
    std::fs::write(&settings, format!("aws: {aws}\ncredentials: {{test: {keys}}}\n")).unwrap();
    let inputs = Inputs { paths: vec![document], settings: Some(settings), ..Inputs::default() };
    let (said, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let gateway = Arc::new(Gateway::new(inputs, Box::new(ProcessEnvironment), Box::new(|_, _| {})));
            let loaded = gateway.clone().load_in_background().await;
            assert!(matches!(loaded, Reload::Swapped { .. }), "{:?}", gateway.referred());
            let any = SocketAddr::from(([127, 0, 0, 1], 0));
            let bound = bind(&Server { listen: any, admin_listen: any, ..Server::default() }).unwrap();
            said.send(bound.addresses().traffic).unwrap();
            let parts = Parts {
                snapshot: gateway.snapshot(),
                metrics: gateway.metrics(),
                access_log: None,
                records: None,
                tracer: untraced(gateway.metrics()),
                ready: gateway.readiness(),
                background: gateway.background(),
                control: gateway.clone(),
                tls: None,
            };
            bound.listen().unwrap().serve(parts, std::future::pending(), std::future::pending()).await;
        });
    });
    let address = address.recv_timeout(PATIENCE).expect("the gateway starts");
    drop(folder);
    address
}

/// One connection to the gateway.
struct Client {
    stream: TcpStream,
    request: Vec<u8>,
    expected: &'static [u8],
    buffer: Vec<u8>,
}

impl Client {
    fn connect(gateway: SocketAddr, path: &str, expected: &'static str) -> Self {
        let stream = TcpStream::connect(gateway).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nHost: api.test\r\nContent-Length: 9\r\n\r\nsome data");
        Client { stream, request: head.into_bytes(), expected: expected.as_bytes(), buffer: vec![0; 8192] }
    }

    fn ask(&mut self) {
        self.stream.write_all(&self.request).unwrap();
        let read = read_until(&mut self.stream, &mut self.buffer, &[self.expected]).expect("an answer");
        let answer = &self.buffer[..read];
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(answer));
    }
}

/// The Lambda service: it answers each request whose end it knows.
fn answer_all(listener: &TcpListener) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        stream.set_nodelay(true).unwrap();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 16 * 1024];
            let ends: Vec<&[u8]> = PATHS.iter().map(|(_, end, ..)| end.as_bytes()).collect();
            let answers: Vec<Vec<u8>> = PATHS.iter().map(|(_, _, answer, ..)| reply(answer)).collect();
            while let Some(read) = read_until(&mut stream, &mut buffer, &ends) {
                let which = ends.iter().position(|end| buffer[..read].ends_with(end)).expect("one of them");
                stream.write_all(&answers[which]).unwrap();
            }
        });
    }
}

/// A successful answer as the Lambda service writes it.
fn reply(body: &str) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 10:00:00 GMT\r\nContent-Type: application/json\r\n\
        Connection: keep-alive\r\nx-amzn-RequestId: 6f4e1b9c-0c6d-4c3a-9a52-5d1f5f2f8a11\r\n\
        X-Amz-Executed-Version: $LATEST\r\nX-Amzn-Trace-Id: root=1-6740a1b2-0123456789abcdef01234567;sampled=0\r\n";
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Reads until what was read ends in one of these; `None` when the other side has closed.
fn read_until(stream: &mut TcpStream, buffer: &mut [u8], ends: &[&[u8]]) -> Option<usize> {
    let mut read = 0;
    loop {
        let more = stream.read(&mut buffer[read..]).expect("bytes in time");
        if more == 0 {
            return None;
        }
        read += more;
        if ends.iter().any(|end| buffer[..read].ends_with(end)) {
            return Some(read);
        }
    }
}
