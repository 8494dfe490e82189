//! Requests that go in, and responses that come out.

use bytes::Bytes;
use http::HeaderValue;
use http::header::SET_COOKIE;
use http_body_util::StreamBody;
use hyper::body::Frame;

use super::*;
use crate::aws::client::StreamError;
use crate::expression::{Scope, parse_path};
use crate::runtime::{FaultSource, kinds};
use crate::value::{Body, BodyTimeout, BoxError};

fn respond(body: &'static str) -> Op {
    change(move |cx| {
        cx.state.outgoing.is_response = true;
        cx.state.outgoing.message = crate::value::Message { body: Body::from_bytes(body), ..Default::default() };
    })
}

#[tokio::test]
async fn headers_of_the_client_do_not_come_back() {
    let touch = change(|cx| {
        let headers = &mut cx.state.outgoing.message.headers;
        // A panic would be a 500.
        assert!(headers["host"] == "a" && !headers.contains_key("x-hop") && !headers.contains_key("connection"));
        headers.append("x-mine", HeaderValue::from_static("1"));
        headers.append("x-mine", HeaderValue::from_static("2"));
        cx.state.outgoing.touched_headers.extend([const { http::HeaderName::from_static("x-mine") }; 2]);
    });
    let server = start(settings(), snapshot(vec![("POST", "/", pipeline(vec![touch]))])).await;
    let request = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close, x-hop, host\r\nx-hop: 1\r\n\
                   Authorization: secret\r\nCookie: c\r\n\
                   x-request-id: theirs\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi";
    let response = server.send(request).await;
    assert_eq!((status(&response), body(&response)), (200, "hi"));
    assert_eq!(header(&response, "x-mine"), ["1", "2"]);
    assert_eq!(header(&response, "content-type"), ["text/plain"]);
    assert!(!response.contains("secret") && !response.contains("cookie") && !response.contains("theirs"), "{response}");
}

#[tokio::test]
async fn a_response_keeps_its_headers_and_loses_its_framing() {
    let answer = change(|cx| {
        cx.state.outgoing.is_response = true;
        let mut headers = http::HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static("a=1"));
        headers.append(SET_COOKIE, HeaderValue::from_static("b=2"));
        headers.insert("content-length", HeaderValue::from_static("999"));
        headers.insert("keep-alive", HeaderValue::from_static("timeout=5"));
        headers.insert("x-request-id", HeaderValue::from_static("upstream"));
        cx.state.outgoing.message.headers = headers.into();
        cx.state.outgoing.message.body = Body::from_bytes("hello");
    });
    let server = start(settings(), snapshot(vec![("GET", "/", pipeline(vec![answer]))])).await;
    let response = server.get("/").await;
    assert_eq!(header(&response, "set-cookie"), ["a=1", "b=2"]);
    assert_eq!((header(&response, "content-length"), body(&response)), (vec!["5"], "hello"));
    assert_eq!(header(&response, "x-request-id"), ["upstream"]);
    assert!(header(&response, "keep-alive").is_empty());
}

#[tokio::test]
async fn head_and_no_content_have_no_body() {
    let status_of = |code: u16| {
        pipeline(vec![
            respond("hello"),
            change(move |cx| cx.state.outgoing.message.status = Some(http::StatusCode::from_u16(code).unwrap())),
        ])
    };
    let length = change(|cx| {
        cx.state.outgoing.message.headers.insert("content-length", HeaderValue::from_static("77"));
    });
    let routes = vec![
        ("HEAD", "/full", status_of(200)),
        ("HEAD", "/upstream", pipeline(vec![respond(""), length])),
        ("HEAD", "/unknown", pipeline(vec![respond("")])),
        ("GET", "/204", status_of(204)),
        ("GET", "/304", status_of(304)),
        ("GET", "/101", status_of(101)),
    ];
    let server = start(settings(), snapshot(routes)).await;
    for (path, expected) in [("/full", vec!["5"]), ("/upstream", vec!["77"]), ("/unknown", vec![])] {
        let response = server.send(&format!("HEAD {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await;
        assert_eq!((status(&response), body(&response)), (200, ""));
        assert_eq!(header(&response, "content-length"), expected, "{response}");
    }
    for code in [204, 304] {
        let response = server.get(&format!("/{code}")).await;
        assert_eq!((status(&response), body(&response)), (code, ""));
        assert!(header(&response, "content-length").is_empty(), "{response}");
    }
    assert_eq!(status(&server.get("/101").await), 500);
}

#[tokio::test]
async fn a_chunked_body_is_framed_anew() {
    let echo = || pipeline(vec![change(|cx| cx.state.outgoing.is_response = true)]);
    let loaded = pipeline(vec![Op::LoadBody, change(|cx| cx.state.outgoing.is_response = true)]);
    let server = start(settings(), snapshot(vec![("POST", "/loaded", loaded), ("POST", "/stream", echo())])).await;
    let request = |path| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\
             3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
        )
    };
    let response = server.send(&request("/loaded")).await;
    assert_eq!((header(&response, "content-length"), body(&response)), (vec!["5"], "hello"));
    let response = server.send(&request("/stream")).await;
    assert_eq!(header(&response, "transfer-encoding"), ["chunked"]);
    assert!(header(&response, "content-length").is_empty() && body(&response).ends_with("0\r\n\r\n"), "{response}");
}

#[tokio::test]
async fn a_declared_length_over_the_limit_may_stream_and_may_not_be_loaded() {
    let stream = pipeline(vec![change(|cx| cx.state.outgoing.is_response = true)]);
    let server =
        start(settings(), snapshot(vec![("POST", "/load", pipeline(vec![Op::LoadBody])), ("POST", "/", stream)])).await;
    let request = |path| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2000\r\n\r\n{}",
            "x".repeat(2000)
        )
    };
    assert_eq!(status(&server.send(&request("/load")).await), 413);
    assert!(server.send(&request("/")).await.contains(&"x".repeat(2000)));
}

#[tokio::test]
async fn a_step_that_panics_fails_its_own_request() {
    let ready = pipeline(vec![now(|_| panic!("the secret is 42"))]);
    let caught = handled(vec![now(|_| panic!("the secret is 42")), respond("")]);
    let fine = pipeline(vec![respond("fine")]);
    let server =
        start(settings(), snapshot(vec![("GET", "/a", ready), ("GET", "/b", caught), ("GET", "/", fine)])).await;
    for path in ["/a", "/b"] {
        let response = server.get(path).await;
        assert_eq!(status(&response), 500, "{response}");
        assert!(!response.contains("secret"));
    }
    assert_eq!(body(&server.get("/").await), "fine");
    assert!(server.metrics.encode().contains("gantry_requests_in_flight 0"));
}

#[tokio::test]
async fn faults_are_counted_with_their_policy_and_their_cause_stays_here() {
    let fail =
        || now(|_| Err(Fault::new(&kinds::CONNECTION, FaultSource::Upstream, "no answer").with_cause("10.0.0.7")));
    let routes = vec![("GET", "/a", pipeline(vec![fail()])), ("GET", "/b", handled(vec![fail(), respond("handled")]))];
    let server = start(settings(), snapshot(routes)).await;
    let response = server.get("/a").await;
    assert_eq!(status(&response), 500);
    assert!(response.contains("no answer") && !response.contains("10.0.0.7"));
    assert_eq!(body(&server.get("/b").await), "handled");
    let metrics = server.metrics.encode();
    assert!(metrics.contains(r#"gantry_faults_total{fault="ConnectionError",policy="test"} 2"#), "{metrics}");
}

#[tokio::test]
async fn every_request_is_one_line_of_the_access_log() {
    let (lines, metrics) = (Lines::default(), Arc::new(Metrics::new()));
    let log = AccessLog::to(lines.clone(), AccessForm::Json, metrics.clone(), 100).unwrap();
    let fail = now(|_| Err(Fault::new(&kinds::CONNECTION, FaultSource::Upstream, "no answer")));
    let routes = vec![("GET", "/pets/{id}", pipeline(vec![fail]))];
    let server = start_with(settings(), snapshot(routes), metrics, Some(log.clone())).await;
    server.send("GET /pets/7?key=secret HTTP/1.1\r\nHost: a\r\nUser-Agent: \"x\"\r\nConnection: close\r\n\r\n").await;
    server.get("/none").await;
    assert!(log.flush(PATIENCE).await);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains("secret"));
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (field, expected) in [
        ("client", "127.0.0.1"),
        ("method", "GET"),
        ("path", "/pets/7"),
        ("api", "pets"),
        ("operation", "/pets/{id}"),
        ("fault", "ConnectionError"),
        ("place", "api.yaml:7:9"),
        ("protocol", "HTTP/1.1"),
        ("user_agent", "\"x\""),
    ] {
        assert_eq!(lines[0][field], expected, "{text}");
    }
    assert_eq!((&lines[0]["status"], &lines[0]["complete"]), (&500.into(), &true.into()));
    assert_eq!((&lines[1]["status"], lines[1].get("api")), (&404.into(), None));
    assert!(lines[0]["bytes"].as_u64() > Some(10) && lines[0]["duration_ms"].is_number());
}

#[tokio::test]
async fn both_ends_of_the_connection_are_variables() {
    let says = change(|cx| {
        let text = |name: &str| cx.text(&parse_path(name).unwrap());
        let body = format!(
            "{} {} {}",
            text("session.clientAddress"),
            text("session.localAddress"),
            text("api.endpoint.address")
        );
        cx.state.outgoing.message.body = Body::from_bytes(body);
    });
    let server = start(settings(), snapshot(vec![("GET", "/", pipeline(vec![says]))])).await;
    assert_eq!(body(&server.get("/").await), "127.0.0.1 127.0.0.1 127.0.0.1");
}

#[tokio::test]
async fn a_response_that_breaks_off_is_counted_by_its_cause() {
    let failing = |error: fn() -> BoxError| {
        let answer = change(move |cx| {
            let pieces = [Ok(Frame::data(Bytes::from_static(b"half"))), Err(error())];
            cx.state.outgoing.is_response = true;
            cx.state.outgoing.message.headers.insert("content-type", HeaderValue::from_static("text/plain"));
            cx.state.outgoing.message.body = Body::from_stream(StreamBody::new(futures_util::stream::iter(pieces)));
        });
        pipeline(vec![answer])
    };
    let routes = vec![
        ("GET", "/function", failing(|| StreamError::Function { code: "Unhandled".into(), details: "".into() }.into())),
        ("GET", "/timeout", failing(|| BodyTimeout.into())),
        ("GET", "/connection", failing(|| StreamError::CutOff.into())),
    ];
    let server = start(settings(), snapshot(routes)).await;
    for cause in ["function", "timeout", "connection"] {
        let response = server.get(&format!("/{cause}")).await;
        assert!(!response.ends_with("\r\n0\r\n\r\n"), "the last chunk is missing: {response}");
        let line = format!("gantry_responses_broken_total{{api=\"pets\",operation=\"/{cause}\",cause=\"{cause}\"}} 1");
        let metrics = server.metrics.encode();
        assert!(metrics.contains(&line), "{metrics}");
    }
}

#[tokio::test]
async fn a_json_body_that_a_step_made_carries_its_type() {
    let body = |value: crate::value::Value| {
        pipeline(vec![change(move |cx| cx.state.outgoing.message.body = Body::Value(value.clone()))])
    };
    let json = crate::value::Value::parse_json(b"{\"a\": [1]}").unwrap();
    let routes = snapshot(vec![("GET", "/json", body(json)), ("GET", "/text", body("plain".into()))]);
    let server = start(settings(), routes).await;
    assert_eq!(header(&server.get("/json").await, "content-type"), ["application/json"]);
    assert_eq!(header(&server.get("/text").await, "content-type"), [""; 0]);
}
