//! Clients that take more than their share.

use bytes::Bytes;

use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::*;

fn routes() -> Snapshot {
    let ok = pipeline(vec![change(|cx| cx.state.outgoing.message.body = crate::value::Body::from_bytes("ok"))]);
    snapshot(vec![("GET", "/ok", ok), ("GET", "/slow", pipeline(vec![wait(5_000)]))])
}

type Sender = http2::SendRequest<Full<Bytes>>;

/// An HTTP/2 connection whose client takes this many bytes of each response, and answers pings.
async fn http2(server: &Running, window: u32) -> (Sender, JoinHandle<Result<(), hyper::Error>>) {
    let stream = server.connect().await;
    let mut client = http2::Builder::new(TokioExecutor::new());
    client.initial_stream_window_size(window).adaptive_window(false);
    let (sender, connection) = client.handshake(TokioIo::new(stream)).await.unwrap();
    (sender, tokio::spawn(connection))
}

fn get(path: &str) -> http::Request<Full<Bytes>> {
    http::Request::builder().uri(format!("http://a{path}")).body(Full::default()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn streams_that_take_nothing_hold_no_place_and_are_reset() {
    let mut settings = settings();
    (settings.limits.requests, settings.limits.idle_timeout) = (2, Seconds::new(60));
    let server = still(start(settings, routes())).await;
    let (mut sender, connection) = still(http2(&server, 0)).await;
    let mut held = Vec::new();
    for _ in 0..10 {
        let response = still(sender.send_request(get("/ok"))).await.unwrap();
        assert_eq!(response.status(), 200);
        held.push(response);
    }
    assert_eq!(status(&still(server.get("/ok")).await), 200, "the places are another request's");
    sleep(Duration::from_secs(61)).await;
    for response in held {
        assert!(still(response.into_body().collect()).await.is_err(), "the stream was reset");
    }
    still(server.counts(r#"gantry_refused_total{reason="slow_reader"} 10"#)).await;
    still(server.counts("gantry_requests_in_flight 0")).await;
    connection.abort();
}

#[tokio::test(start_paused = true)]
async fn a_response_that_its_client_takes_slowly_ends_with_its_time() {
    let mut settings = settings();
    settings.limits.response_timeout = Seconds::new(100);
    let silent = pipeline(vec![change(|cx| {
        let body = http_body_util::StreamBody::new(futures_util::stream::pending::<Result<_, std::io::Error>>());
        cx.state.outgoing.message.body = crate::value::Body::from_stream(body);
    })]);
    let server = still(start(settings, snapshot(vec![("GET", "/silent", silent)]))).await;
    let (mut sender, connection) = still(http2(&server, 1000)).await;
    let response = still(sender.send_request(get("/silent"))).await.unwrap();
    // Its service is slow and not its client: it goes on beyond the idle timeout.
    sleep(Duration::from_secs(90)).await;
    still(server.counts("gantry_requests_in_flight 1")).await;
    sleep(Duration::from_secs(11)).await;
    assert!(still(response.into_body().collect()).await.is_err());
    connection.abort();
}

#[tokio::test(start_paused = true)]
async fn one_connection_cannot_take_every_place() {
    let mut settings = settings();
    settings.limits.requests = 80;
    let server = still(start(settings, routes())).await;
    let (sender, connection) = still(http2(&server, 1000)).await;
    let asked: Vec<_> = (0..90).map(|_| tokio::spawn(sender.clone().send_request(get("/slow")))).collect();
    still(server.counts(r#"gantry_refused_total{reason="overload"}"#)).await;
    assert_eq!(status(&still(server.get("/ok")).await), 200);
    sleep(Duration::from_secs(6)).await;
    let mut refused = 0;
    for asked in asked {
        refused += usize::from(still(async { asked.await.unwrap().unwrap().status() == 503 }).await);
    }
    assert!((10..=50).contains(&refused), "{refused}");
    connection.abort();
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_leaves_its_place_to_another_one() {
    let mut settings = settings();
    settings.limits.connections = 2;
    let server = still(start(settings, routes())).await;
    let mut idle = still(server.connect()).await;
    let mut busy = still(server.connect()).await;
    still(busy.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await.unwrap();
    still(server.counts("gantry_requests_in_flight 1")).await;
    assert_eq!(status(&still(server.get("/ok")).await), 200);
    assert_eq!(still(idle.read(&mut [0; 8])).await.unwrap_or(0), 0, "it was closed");
    still(server.counts(r#"gantry_refused_total{reason="displaced"} 1"#)).await;
    sleep(Duration::from_secs(6)).await;
    assert_eq!(status(&still(read_all(&mut busy)).await), 200);
}

#[tokio::test]
async fn half_requests_do_not_silence_health() {
    let server = start(settings(), routes()).await;
    let mut held = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(server.at.admin).await.unwrap();
        // Those that were displaced are closed already.
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: a\r\n").await.ok();
        held.push(stream);
    }
    assert_eq!(status(&timeout(PATIENCE, server.admin("/livez")).await.unwrap()), 200);
}

#[tokio::test]
async fn a_client_that_gives_up_its_requests_is_closed() {
    let server = start(settings(), routes()).await;
    let (sender, connection) = http2(&server, 1000).await;
    for _ in 0..400 {
        let mut sender = sender.clone();
        if sender.ready().await.is_err() {
            break;
        }
        let started = server.metrics.encode();
        let asked = tokio::spawn(sender.send_request(get("/slow")));
        let end = Instant::now() + PATIENCE;
        while server.metrics.encode() == started && !connection.is_finished() && Instant::now() < end {
            tokio::task::yield_now().await;
        }
        asked.abort();
    }
    server.counts(r#"gantry_refused_total{reason="cancels"} 1"#).await;
    drop(timeout(PATIENCE, connection).await.unwrap());
}
