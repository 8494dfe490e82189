//! Requests that never get to a step.

use super::*;

fn routes() -> Snapshot {
    let echo = || pipeline(vec![Op::LoadBody, change(|cx| cx.state.outgoing.is_response = true)]);
    snapshot(vec![("GET", "/pets/{id}", echo()), ("POST", "/pets/{id}", echo())])
}

#[tokio::test]
async fn heads_that_are_not_right_get_a_status_and_a_reason() {
    let server = start(settings(), routes()).await;
    let big = "x".repeat(33 * 1024);
    let many = (0..100).map(|number| format!("x-{number}: 1\r\n")).collect::<String>();
    let long = "y".repeat(9000);
    for (request, expected, reason) in [
        ("GET /pets/1 HTTP/1.1\r\n\r\n", 400, "The request has no Host"),
        ("GET /pets/1 HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "The request has more than one Host"),
        ("GET /pets/1 HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "Host is not a host name or address with an optional port"),
        ("GET /pets/1 HTTP/1.1\r\nHost:\r\n\r\n", 400, "Host is not a host name or address with an optional port"),
        ("GET http://b/pets/1 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "The request target and Host name different hosts"),
        ("GET ftp://a/pets/1 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "The request target is not an http URL"),
        ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501, "The gateway does not know this method"),
        ("BREW /pets/1 HTTP/1.1\r\nHost: a\r\n\r\n", 501, "The gateway does not know this method"),
        ("GET /pets/../1 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "The path has a segment that is . or .."),
        ("GET /pets/%2e%2E HTTP/1.1\r\nHost: a\r\n\r\n", 400, "The path has a segment that is . or .."),
        ("GET /pets/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "The path has a control character"),
        ("GET /pets\\1 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "The path has a backslash"),
        ("GET /pets/%5c HTTP/1.1\r\nHost: a\r\n\r\n", 400, "The path has a backslash"),
        ("GET a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 400, "The path does not start with a slash"),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "The path does not start with a slash"),
        ("GET /owners HTTP/1.1\r\nHost: a\r\n\r\n", 404, "No resources match requested URI"),
        ("DELETE /pets/1 HTTP/1.1\r\nHost: a\r\n\r\n", 405, "This path takes GET, POST"),
        (&format!("GET /pets/1 HTTP/1.1\r\nHost: a\r\n{many}\r\n"), 431, "The request has more than 100 header fields"),
        (
            &format!("GET /pets/1 HTTP/1.1\r\nHost: a\r\nx: {big}\r\n\r\n"),
            431,
            "The header fields are larger than 32768 bytes",
        ),
        (
            &format!("GET /pets/1?{long} HTTP/1.1\r\nHost: a\r\n\r\n"),
            414,
            "The path and query are longer than 8192 bytes",
        ),
    ] {
        let request = request.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        let request = if expected == 431 { request.replacen("Connection: close\r\n", "", 1) } else { request };
        let mut stream = server.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let response = read_until(&mut stream, "}").await;
        assert_eq!(status(&response), expected, "{response}");
        let document: serde_json::Value = serde_json::from_str(body(&response)).unwrap();
        assert_eq!(document["moreInformation"], reason, "{response}");
        assert_eq!(document["httpCode"], expected.to_string());
        assert_eq!(header(&response, "content-type"), ["application/json"]);
        assert_eq!(header(&response, "x-request-id").len(), 1);
    }
    assert!(
        server.metrics.encode().contains(r#"gantry_refused_total{reason="bad_host"} 5"#),
        "{}",
        server.metrics.encode()
    );
}

#[tokio::test]
async fn the_not_found_document_is_complete() {
    let server = start(settings(), routes()).await;
    let response = server.get("/owners?secret=1").await;
    let expected =
        r#"{"httpCode":"404","httpMessage":"Not Found","moreInformation":"No resources match requested URI"}"#;
    assert_eq!(body(&response), expected);
    let response = server.send("DELETE /pets/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert_eq!(header(&response, "allow"), ["GET, POST"]);
}

#[tokio::test]
async fn what_is_unusual_and_right_passes() {
    let server = start(settings(), routes()).await;
    for request in [
        "GET http://A:80/pets/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /pets/1 HTTP/1.0\r\n\r\n",
        "GET /pets/a%2Fb HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n",
    ] {
        let response = server.send(request).await.replacen("HTTP/1.0", "HTTP/1.1", 1);
        assert_eq!(status(&response), 200, "{request} {response}");
    }
    let response = server.send("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert_eq!((status(&response), body(&response)), (204, ""));
}

#[tokio::test]
async fn what_is_far_too_much_gets_a_bare_answer() {
    let server = start(settings(), routes()).await;
    let many = (0..250).map(|number| format!("x-{number}: 1\r\n")).collect::<String>();
    let response = server.send(&format!("GET /pets/1 HTTP/1.1\r\nHost: a\r\n{many}\r\n")).await;
    assert_eq!((status(&response), body(&response)), (431, ""));
    assert_eq!(status(&server.send("nonsense\r\n\r\n").await), 400);
    let metrics = server.metrics.encode();
    assert!(metrics.contains(r#"gantry_refused_total{reason="headers_too_large"} 1"#), "{metrics}");
    assert!(metrics.contains(r#"gantry_refused_total{reason="malformed"} 1"#), "{metrics}");
}

#[tokio::test]
async fn a_refused_request_is_never_asked_for_its_body() {
    let server = start(settings(), routes()).await;
    let head =
        |path: &str| format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    assert!(server.send(&head("/owners")).await.starts_with("HTTP/1.1 404 "));
    let mut stream = server.connect().await;
    stream.write_all(head("/pets/1").as_bytes()).await.unwrap();
    assert_eq!(read_until(&mut stream, "\r\n\r\n").await, "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hi").await.unwrap();
    let response = read_until(&mut stream, "hi").await;
    assert_eq!(status(&response), 200);
    assert!(header(&response, "expect").is_empty());
}

#[tokio::test]
async fn more_requests_than_allowed_are_told_to_come_back() {
    let mut settings = settings();
    settings.limits.requests = 1;
    let server = start(settings, snapshot(vec![("GET", "/slow", pipeline(vec![wait(300)]))])).await;
    let (one, two) = tokio::join!(server.get("/slow"), server.get("/slow"));
    let (done, refused) = if status(&one) == 200 { (one, two) } else { (two, one) };
    assert_eq!((status(&done), status(&refused)), (200, 503));
    assert_eq!(header(&refused, "retry-after"), ["1"]);
    assert_eq!(status(&server.get("/slow").await), 200);
}

#[tokio::test]
async fn an_address_that_is_taken_is_named_with_its_flag() {
    let server = start(settings(), routes()).await;
    let taken = Server { admin_listen: server.at.traffic, ..settings() };
    let error = bind(&taken).and_then(crate::server::Bound::listen).unwrap_err();
    assert_eq!((error.address, error.flag), (server.at.traffic, "--admin-listen"));
    assert!(error.to_string().contains("in use") && error.to_string().contains("--admin-listen"), "{error}");
}

#[tokio::test]
async fn what_proxies_read_differently_is_refused() {
    let echo = pipeline(vec![Op::LoadBody, change(|_| {})]);
    let server = start(settings(), snapshot(vec![("POST", "/p", echo)])).await;
    let head = "POST /p HTTP/1.1\r\nHost: a\r\n";
    for rest in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "X-A: b\nX-B: c\r\n\r\n",
        "Transfer_Encoding: chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5;\0\r\n12345\r\n0\r\n\r\n",
    ] {
        let response = server.send(&format!("{head}{rest}{head}Content-Length: 0\r\n\r\n")).await;
        assert_eq!((status(&response), response.matches("HTTP/1.1 ").count()), (400, 1), "{rest:?} {response}");
    }
    // The same in a body that comes after its head.
    let mut stream = server.connect().await;
    stream.write_all(format!("{head}Transfer-Encoding: chunked\r\n\r\n").as_bytes()).await.unwrap();
    server.counts("gantry_requests_in_flight 1").await;
    stream.write_all(b"5;\0\r\n12345\r\n0\r\n\r\n").await.unwrap();
    let response = read_all(&mut stream).await;
    assert_eq!(status(&response), 400, "{response}");
    let fine =
        format!("{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5;a=b\r\n12345\r\n0\r\nX: 1\r\n\r\n");
    assert_eq!(status(&server.send(&fine).await), 200);
}

/// Each of these has the error document and an id, as any other refusal; before, hyper answered by itself.
#[tokio::test]
async fn what_cannot_be_read_is_answered_like_any_refusal() {
    let server = start(settings(), routes()).await;
    for (request, why) in [
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "The request line is not"),
        ("GET /<a> HTTP/1.1\r\nHost: a\r\n\r\n", "percent-encoded"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n", "A header field has no name"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n1", "Content-Length is not one"),
    ] {
        let response = server.send(request).await;
        assert_eq!((status(&response), header(&response, "x-request-id").len()), (400, 1), "{request:?} {response}");
        assert!(response.contains("\"httpCode\":\"400\"") && response.contains(why), "{response}");
        assert_eq!(header(&response, "connection"), ["close"], "{response}");
    }
}
