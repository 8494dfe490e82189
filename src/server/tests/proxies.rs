//! Requests that proxies pass on.

use super::*;
use crate::value::Body;

/// Answers with all that is known of the origin.
fn origin() -> Pipeline {
    pipeline(vec![change(|cx| {
        let state = &mut *cx.state;
        let request = &state.request;
        let host = request.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("-");
        let text = format!("{} {} {host} {}", request.client.ip(), request.scheme, request.peer.ip());
        state.outgoing.is_response = true;
        state.outgoing.message.headers.clear();
        state.outgoing.message.body = Body::from_bytes(text);
    })])
}

fn trusting(proxies: &str) -> Server {
    let trusted_proxies = vec![serde_json::from_value(proxies.into()).unwrap()];
    Server { trusted_proxies, ..settings() }
}

const PASSED_ON: &str = "X-Forwarded-For: 198.51.100.1, 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\
     X-Forwarded-Host: shop.example\r\nX-Request-Id: from-the-proxy\r\n";

async fn ask(server: &Running, headers: &str) -> String {
    server.send(&format!("GET /x HTTP/1.1\r\nHost: a\r\n{headers}Connection: close\r\n\r\n")).await
}

#[tokio::test]
async fn a_trusted_proxy_says_who_the_client_is() {
    let lines = Lines::default();
    let metrics = Arc::new(Metrics::new());
    let log = AccessLog::to(lines.clone(), AccessForm::Json, metrics.clone(), 100).unwrap();
    let snapshot = snapshot(vec![("GET", "/{x}", origin())]);
    let server = start_with(trusting("127.0.0.0/8"), snapshot, metrics, Some(log.clone())).await;
    let answer = ask(&server, PASSED_ON).await;
    assert_eq!(body(&answer), "203.0.113.9 https shop.example 127.0.0.1");
    assert_eq!(header(&answer, "x-request-id"), ["from-the-proxy"]);
    assert_eq!(body(&ask(&server, "").await), "127.0.0.1 http a 127.0.0.1");
    log.flush(PATIENCE).await;
    let line = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(line.contains(r#""id":"from-the-proxy","client":"203.0.113.9""#), "{line}");
}

#[tokio::test]
async fn others_say_nothing() {
    for settings in [settings(), trusting("192.0.2.7")] {
        let server = start(settings, snapshot(vec![("GET", "/{x}", origin())])).await;
        let answer = ask(&server, PASSED_ON).await;
        assert_eq!(body(&answer), "127.0.0.1 http a 127.0.0.1");
        assert_ne!(header(&answer, "x-request-id"), ["from-the-proxy"]);
    }
}

#[tokio::test]
async fn the_clients_of_a_proxy_have_a_share_each() {
    let mut settings = trusting("127.0.0.1");
    settings.limits.requests = 16;
    let slow = pipeline(vec![wait(60_000)]);
    let server = start(settings, snapshot(vec![("GET", "/slow", slow), ("GET", "/{x}", origin())])).await;
    // One client floods: it does not get every place.
    let mut held = Vec::new();
    for _ in 0..16 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.1\r\n\r\n").await.unwrap();
        held.push(stream);
    }
    server.counts("gantry_refused_total{reason=\"overload\"} 1").await;
    let answer = ask(&server, "X-Forwarded-For: 203.0.113.2\r\n").await;
    assert_eq!((status(&answer), body(&answer)), (200, "203.0.113.2 http a 127.0.0.1"));
}

#[tokio::test]
async fn a_proxy_introduces_its_connections() {
    let settings = Server { proxy_protocol: true, ..trusting("127.0.0.1") };
    let server = start(settings, snapshot(vec![("GET", "/{x}", origin())])).await;
    let request = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let line = "PROXY TCP4 203.0.113.9 192.0.2.1 4000 443\r\n";
    let answer = server.send(&format!("{line}{request}")).await;
    assert_eq!(body(&answer), "203.0.113.9 http a 203.0.113.9");
    assert_eq!(body(&server.send(&format!("PROXY UNKNOWN\r\n{request}")).await), "127.0.0.1 http a 127.0.0.1");
    // The client that the proxy names is not trusted, so its headers are not.
    let forged = request.replace("Host: a\r\n", "Host: a\r\nX-Forwarded-For: 198.51.100.1\r\n");
    assert_eq!(body(&server.send(&format!("{line}{forged}")).await), "203.0.113.9 http a 203.0.113.9");
    assert_eq!(server.send(request).await, "");
    server.counts("gantry_refused_total{reason=\"proxy_header\"} 1").await;
    // A check that only connects is no failure.
    drop(server.connect().await);
    assert!(server.admin("/livez").await.contains("ok"));
}

#[tokio::test]
async fn a_header_of_another_address_is_no_introduction() {
    let settings = Server { proxy_protocol: true, ..trusting("192.0.2.7") };
    let server = start(settings, snapshot(vec![("GET", "/{x}", origin())])).await;
    assert_eq!(body(&ask(&server, "").await), "127.0.0.1 http a 127.0.0.1");
    let answer = server.send("PROXY TCP4 203.0.113.9 192.0.2.1 4000 443\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(status(&answer), 400, "{answer}");
}

#[tokio::test(start_paused = true)]
async fn an_introduction_that_does_not_come_is_late() {
    let settings = Server { proxy_protocol: true, ..trusting("127.0.0.1") };
    let server = still(start(settings, snapshot(vec![("GET", "/{x}", origin())]))).await;
    let mut stream = still(server.connect()).await;
    still(stream.write_all(b"PROXY TC")).await.unwrap();
    still(server.counts("gantry_connections{listener=\"traffic\"} 1")).await;
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert!(server.metrics.encode().contains("gantry_connections{listener=\"traffic\"} 1"));
    tokio::time::sleep(Duration::from_secs(2)).await;
    still(server.counts("gantry_refused_total{reason=\"header_timeout\"} 1")).await;
}

#[tokio::test]
async fn addresses_that_may_not_call_are_refused() {
    let ranges = |all: &[&str]| all.iter().map(|one| serde_json::from_value((*one).into()).unwrap()).collect();
    for (allowed, denied, client, expected) in [
        (&[][..], &["203.0.113.0/24"][..], "203.0.113.9", 403),
        (&[], &["203.0.113.0/24"], "198.51.100.1", 200),
        (&["198.51.100.0/24"], &[], "198.51.100.1", 200),
        (&["198.51.100.0/24"], &[], "203.0.113.9", 403),
        (&["0.0.0.0/0"], &["203.0.113.9"], "203.0.113.9", 403),
        (&["2001:db8::/32"], &[], "2001:db8::1", 200),
    ] {
        let (allowed_addresses, denied_addresses) = (ranges(allowed), ranges(denied));
        let settings = Server { allowed_addresses, denied_addresses, ..trusting("127.0.0.1") };
        let server = start(settings, snapshot(vec![("GET", "/{x}", origin())])).await;
        let answer = ask(&server, &format!("X-Forwarded-For: {client}\r\n")).await;
        assert_eq!(status(&answer), expected, "{client}: {answer}");
        if expected == 403 {
            assert!(body(&answer).contains("Clients with this address may not call"), "{answer}");
            assert!(server.metrics.encode().contains("gantry_refused_total{reason=\"address\"} 1"));
        }
        // The admin listener has no such lists.
        assert_eq!(status(&server.admin("/livez").await), 200);
    }
}
