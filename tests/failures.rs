//! A service that fails is seen in the log, in the metrics, in the trace and in the answer, whatever it does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::spawn;

use support::{Gantry, file};

/// A way to fail, and how it is seen.
struct Case {
    name: &'static str,
    /// The properties of the step.
    call: String,
    /// `outcome` of the counter, and `error.type` of the span.
    outcome: &'static str,
    error: &'static str,
    /// A part of the log line.
    log: &'static str,
    status: u16,
    /// A part of the body.
    body: &'static str,
}

/// Serves connections on a thread: it answers with this text and closes. `None` says nothing for ever.
fn service(answer: Option<&'static str>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            drop(stream.read(&mut [0; 4096]));
            match answer {
                Some(answer) => drop(stream.write_all(answer.as_bytes())),
                None => held.push(stream),
            }
        }
    });
    address
}

fn closed() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A collector of spans: everything that came.
fn collector() -> (SocketAddr, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, all) = (listener.local_addr().unwrap(), Arc::<Mutex<String>>::default());
    let kept = all.clone();
    spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, kept) = (stream.unwrap(), kept.clone());
            spawn(move || collect(&mut stream, &kept));
        }
    });
    (address, all)
}

fn collect(stream: &mut TcpStream, kept: &Mutex<String>) {
    let mut bytes = [0; 65536];
    let mut text = String::new();
    while let Ok(count) = stream.read(&mut bytes) {
        if count == 0 {
            return;
        }
        text.push_str(&String::from_utf8_lossy(&bytes[..count]));
        let length = text.split("ontent-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        let Some((_, body)) = text.split_once("\r\n\r\n") else { continue };
        if body.len() >= length.unwrap_or(0) {
            kept.lock().unwrap().push_str(body);
            text.clear();
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
        }
    }
}

fn invoke(url: &str, more: &str) -> String {
    format!("invoke: {{title: Ask, target-url: '{url}'{more}}}")
}

fn cases() -> Vec<Case> {
    let http = |address: SocketAddr| format!("http://{address}/orders?key=SECRET");
    let stop = ", stop-on-error: [ConnectionError, OperationError]";
    let answering = |text| http(service(Some(text)));
    let unreached = "Could not connect to endpoint (step `Ask`)";
    let case = |name, call, outcome, error, log, status, body| Case { name, call, outcome, error, log, status, body };
    let failed = "the call failed";
    vec![
        case("refused", invoke(&http(closed()), ""), "connect", "connect", "and the flow goes on", 500, unreached),
        case(
            "refused-stops",
            invoke(&http(closed()), stop),
            "connect",
            "connect",
            "fault=ConnectionError",
            500,
            unreached,
        ),
        case("unknown", invoke("http://host.invalid/", ""), "dns", "dns", "could not be resolved", 500, unreached),
        case(
            "silent",
            invoke(&http(service(None)), ", timeout: 1"),
            "response_timeout",
            "response_timeout",
            "no answer came in time",
            500,
            "the service did not answer in time (step `Ask`)",
        ),
        case(
            "closes",
            invoke(&answering(""), ""),
            "closed",
            "closed",
            "closed before an answer",
            500,
            "the service closed the connection",
        ),
        case(
            "garbage",
            invoke(&answering("nonsense\r\n\r\n"), ""),
            "protocol",
            "protocol",
            failed,
            500,
            "is not HTTP (step `Ask`)",
        ),
        case(
            "tls",
            invoke(&answering("nonsense\r\n\r\n").replace("http:", "https:"), ""),
            "tls",
            "tls",
            "the TLS handshake failed",
            500,
            unreached,
        ),
        case(
            "unavailable",
            invoke(&answering("HTTP/1.1 503 X\r\nContent-Length: 7\r\nConnection: close\r\n\r\nits own"), ""),
            "5xx",
            "503",
            "the call was answered with 503 Service Unavailable, and the flow goes on",
            503,
            "its own",
        ),
        case(
            "unavailable-stops",
            invoke(&answering("HTTP/1.1 502 X\r\nContent-Length: 7\r\nConnection: close\r\n\r\nits own"), stop),
            "5xx",
            "502",
            "fault=OperationError",
            500,
            "the service answered 502 Bad Gateway (step `Ask`)",
        ),
        case(
            "cut",
            invoke(
                &answering("HTTP/1.1 200 OK\r\nContent-Length: 70\r\nConnection: close\r\n\r\nhalf"),
                ", output: answer, stop-on-error: [ConnectionError]",
            ),
            "2xx",
            "",
            "the call failed",
            500,
            "the response could not be read (step `Ask`)",
        ),
        case(
            "function",
            "lambda: {title: Ask, function: orders, timeout: 1s}".to_owned(),
            "ConnectionError",
            "ConnectionError",
            "target=\"orders in eu-west-1\"",
            502,
            "could not connect to the Lambda service (step `Ask`)",
        ),
        case(
            "function-goes-on",
            "lambda: {title: Ask, function: orders, stop-on-error: []}".to_owned(),
            "ConnectionError",
            "ConnectionError",
            "and the flow goes on",
            502,
            "",
        ),
        case("script", script(&http(closed())), "connect", "connect", "and the flow goes on", 200, "told"),
    ]
}

/// A step whose script calls and goes on.
fn script(url: &str) -> String {
    let call =
        format!("require('urlopen').open({{target: '{url}'}}, function () {{ context.message.body.write('told'); }});");
    format!("gatewayscript: {{title: Ask, source: \"{call}\"}}")
}

#[test]
fn no_failure_is_unseen() {
    let folder = tempfile::tempdir().unwrap();
    let (cases, (collector, spans)) = (cases(), collector());
    let mut text = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n".to_owned();
    for Case { name, call, .. } in &cases {
        text += &format!("  /{name}: {{get: {{responses: {{}}, x-assembly: {{execute: [\n    {{{call}}}]}}}}}}\n");
    }
    let document = file(&folder, "api.yaml", &text);
    let aws = format!("aws: {{region: eu-west-1, endpoint: 'http://{}', credentials: k}}", closed());
    let keys = "credentials: {k: {aws-access-key-id: AKIDTEST, aws-secret-access-key: secret-of-the-test}}";
    let traces = format!("traces: {{endpoint: 'http://{collector}/v1/traces', sample: 100%}}");
    let settings = file(&folder, "settings.yaml", &format!("{aws}\n{keys}\n{traces}\nserver: {{drain-delay: 0s}}\n"));
    let mut gantry = Gantry::start(&["serve", &document, "--settings", &settings]);
    for (number, case) in cases.iter().enumerate() {
        let answer = gantry.get(&format!("/{}", case.name));
        assert_eq!(answer.status, case.status, "{}: {answer:?}", case.name);
        assert!(answer.body.contains(case.body), "{}: {answer:?}", case.name);
        let place = format!("api.yaml:{}:6", 5 + 2 * number);
        gantry.wait_until(case.name, || gantry.stderr().contains(&place));
        let (log, metrics) = (gantry.stderr(), gantry.try_get_from(gantry.admin, "/metrics").unwrap().body);
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(&place)).collect();
        let [line] = lines[..] else { panic!("{}: one line and not {lines:#?}", case.name) };
        assert!(line.contains(" WARN ") && line.contains(case.log), "{}: {line}", case.name);
        assert!(line.contains("step=Ask") && line.contains("request_id=") && line.contains("target="), "{line}");
        let outcome = format!("outcome=\"{}\"", case.outcome);
        for (counter, more) in [("gantry_calls_total", &*outcome), ("gantry_call_duration_seconds_count", "")] {
            let is_there = |line: &str| line.starts_with(counter) && line.contains(&place) && line.contains(more);
            assert!(
                metrics.lines().any(|line| is_there(line) && line.ends_with(" 1")),
                "{}: {counter}\n{metrics}",
                case.name
            );
        }
    }
    assert!(!gantry.stderr().contains("SECRET"), "{}", gantry.stderr());
    gantry.signal(rustix::process::Signal::TERM);
    assert_eq!(gantry.exit_code(), Some(0), "{}", gantry.stderr());
    let spans = spans.lock().unwrap().clone();
    assert!(!spans.contains("SECRET"));
    assert_eq!(spans.matches("\"kind\":3").count(), cases.len(), "{spans}");
    for case in cases.iter().filter(|case| !case.error.is_empty()) {
        let kind = format!("{{\"key\":\"error.type\",\"value\":{{\"stringValue\":\"{}\"}}}}", case.error);
        assert!(spans.contains(&kind), "{}: {spans}", case.name);
    }
}

/// Schemes whose registry or issuer does not answer.
const SCHEMES: &str = "components: {securitySchemes: {
    staff: {type: http, scheme: basic, x-ibm-authentication-registry: staff},
    asked: {type: http, scheme: bearer, x-ibm-oauth-provider: asked},
    signed: {type: http, scheme: bearer, x-ibm-oauth-provider: signed},
    found: {type: http, scheme: bearer, x-ibm-oauth-provider: found}}}\n";

#[test]
fn a_registry_that_fails_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (collector, spans) = collector();
    let schemes = ["staff", "asked", "signed", "found"];
    let mut text = format!("openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\n{SCHEMES}paths:\n");
    for (number, scheme) in schemes.iter().enumerate() {
        text += &format!("  /{number}: {{get: {{responses: {{}}, security: [{{{scheme}: []}}]}}}}\n");
    }
    text += "x-assembly: {execute: [{set-variable: {actions: [{set: message.body, value: in}]}}]}\n";
    let document = file(&folder, "api.yaml", &text);
    let away = closed();
    let settings = format!(
        "server: {{drain-delay: 0s}}
traces: {{endpoint: 'http://{collector}/v1/traces', sample: 100%}}
registries: {{staff: {{authentication-url: 'http://{away}/staff?key=SECRET'}}}}
oauth-providers:
  asked: {{introspection-url: 'http://{away}/ask'}}
  signed: {{issuer: me, jwks-url: 'http://{away}/keys'}}
  found: {{issuer: 'http://{away}'}}
"
    );
    let settings = file(&folder, "settings.yaml", &settings);
    let mut gantry = Gantry::start(&["serve", &document, "--settings", &settings]);
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.AA";
    for (number, scheme) in schemes.iter().enumerate() {
        let header = if number == 0 { "Basic YTpi".to_owned() } else { format!("Bearer {token}") };
        let answer = gantry.send("GET", &format!("/{number}"), &[("Authorization", &header)], "");
        assert_eq!(answer.status, 503, "{scheme}: {answer:?}");
        let metrics = gantry.try_get_from(gantry.admin, "/metrics").unwrap().body;
        let (step, count) = if number == 0 { ("user registry", 1) } else { ("OAuth provider", number) };
        let counted = format!(
            "gantry_calls_total{{policy=\"{step}\",step=\"{step}\",place=\"\",target=\"{away}\",outcome=\"connect\"}} {count}"
        );
        assert!(metrics.lines().any(|line| line == counted), "{scheme}: {metrics}");
    }
    gantry.signal(rustix::process::Signal::TERM);
    assert_eq!(gantry.exit_code(), Some(0), "{}", gantry.stderr());
    let (log, spans) = (gantry.stderr(), spans.lock().unwrap().clone());
    let told = |line: &&str| {
        line.contains(" WARN ") && line.contains("request_id=") && line.contains(&format!("http://{away}/"))
    };
    assert_eq!(log.lines().filter(told).count(), schemes.len(), "{log}");
    assert_eq!(log.matches(" WARN ").count(), schemes.len(), "once each: {log}");
    assert_eq!(spans.matches("\"kind\":3").count(), schemes.len(), "{spans}");
    assert!(!spans.contains("SECRET") && !log.contains("SECRET") && !log.contains(token), "{log}");
}
