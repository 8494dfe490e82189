//! Clients that take their time.

use tokio::time::{Instant, sleep};

use super::*;

fn routes() -> Snapshot {
    let read = pipeline(vec![Op::LoadBody, change(|cx| cx.state.outgoing.is_response = true)]);
    let big = pipeline(vec![change(|cx| {
        cx.state.outgoing.is_response = true;
        cx.state.outgoing.message.body = crate::value::Body::from_bytes(vec![b'x'; 64 << 20]);
    })]);
    snapshot(vec![("POST", "/read", read), ("GET", "/", pipeline(vec![])), ("GET", "/big", big)])
}

#[tokio::test]
async fn a_hundred_connections_with_half_a_head_are_closed_in_time() {
    let mut settings = settings();
    settings.limits.header_timeout = millis(300);
    let server = start(settings, routes()).await;
    let started = Instant::now();
    let mut streams = Vec::new();
    for number in 0..100 {
        let mut stream = server.connect().await;
        let head: &[u8] = if number % 2 == 0 { b"GET / HTTP/1.1\r\nHost: a\r\nX-" } else { b"PRI * HTTP/2.0\r\n" };
        stream.write_all(if number % 10 == 0 { b"" } else { head }).await.unwrap();
        streams.push(stream);
    }
    for mut stream in streams {
        assert_eq!(read_all(&mut stream).await, "");
    }
    let took = started.elapsed();
    println!("100 half heads were closed after {took:?} with header-timeout 300 ms");
    assert!(took >= Duration::from_millis(300));
    assert!(server.metrics.encode().contains(r#"gantry_refused_total{reason="header_timeout"} 100"#));
}

#[tokio::test]
async fn headers_that_drip_are_closed_too() {
    let mut settings = settings();
    settings.limits.header_timeout = millis(300);
    let server = start(settings, routes()).await;
    let mut stream = server.connect().await;
    let started = Instant::now();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n").await.unwrap();
    while stream.write_all(b"x: y\r\n").await.is_ok() {
        assert!(started.elapsed() < PATIENCE);
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_quiet_connection_outlives_the_header_timeout_and_ends_at_the_idle_timeout() {
    let mut settings = settings();
    settings.limits.header_timeout = millis(200);
    settings.limits.idle_timeout = millis(900);
    let server = still(start(settings, routes())).await;
    let mut stream = still(server.connect()).await;
    for _ in 0..2 {
        still(stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")).await.unwrap();
        assert_eq!(status(&still(read_until(&mut stream, "\r\n\r\n")).await), 200);
        still(server.counts("gantry_requests_in_flight 0")).await;
        sleep(Duration::from_millis(400)).await;
    }
    let started = Instant::now();
    assert_eq!(read_all(&mut stream).await, "");
    println!(
        "an idle connection was closed {:?} after its last response; 900 ms allowed",
        started.elapsed() + Duration::from_millis(400)
    );
    // The second request's headers have their own time.
    let mut stream = still(server.connect()).await;
    still(stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")).await.unwrap();
    still(read_until(&mut stream, "\r\n\r\n")).await;
    still(stream.write_all(b"GET / HT")).await.unwrap();
    assert_eq!(read_all(&mut stream).await, "");
    assert!(server.metrics.encode().contains(r#"gantry_refused_total{reason="header_timeout"} 1"#));
}

#[tokio::test]
async fn a_body_that_stops_or_drips_is_answered_408() {
    for (idle, total, drip) in [(150, 10_000, false), (1_000, 400, true)] {
        let mut settings = settings();
        settings.limits.body_idle_timeout = millis(idle);
        settings.limits.body_timeout = millis(total);
        let server = start(settings, routes()).await;
        let mut stream = server.connect().await;
        stream.write_all(b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nxx").await.unwrap();
        let (mut reader, mut writer) = stream.split();
        let dripping = async {
            while drip && writer.write_all(b"x").await.is_ok() {
                sleep(Duration::from_millis(20)).await;
            }
            std::future::pending::<()>().await;
        };
        let mut response = String::new();
        tokio::select! {
            () = dripping => {}
            _ = timeout(PATIENCE, reader.read_to_string(&mut response)) => {}
        }
        assert_eq!(status(&response), 408, "{response}");
        assert!(response.contains("the body came too slowly"));
    }
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_closed() {
    let mut settings = settings();
    settings.limits.idle_timeout = millis(300);
    let server = start(settings, routes()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let started = Instant::now();
    while !server.metrics.encode().contains(r#"gantry_refused_total{reason="slow_reader"} 1"#) {
        assert!(started.elapsed() < PATIENCE);
        sleep(Duration::from_millis(20)).await;
    }
    assert!(server.metrics.encode().contains("gantry_requests_in_flight 0"));
}
