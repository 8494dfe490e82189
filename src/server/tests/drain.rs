//! The end.

use tokio::time::sleep;

use super::*;

fn routes() -> Snapshot {
    snapshot(vec![
        ("GET", "/slow", pipeline(vec![wait(400)])),
        ("GET", "/stuck", handled(vec![wait(60_000), Op::Stop])),
    ])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_flight_finishes_and_nothing_new_comes_in() {
    let settings = Server { drain_delay: millis(150), ..settings() };
    let mut server = start(settings, routes()).await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET /none HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    read_until(&mut idle, "}").await;
    let address = server.at.traffic;
    let requests: Vec<_> = (0..50)
        .map(|_| {
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
                read_all(&mut stream).await
            })
        })
        .collect();
    server.counts("gantry_requests_in_flight 50").await;
    server.drain();
    while status(&server.admin("/readyz").await) == 200 {
        sleep(Duration::from_millis(1)).await;
    }
    // Not ready any more, and still served.
    let late = server.get("/none").await;
    assert_eq!((status(&late), header(&late, "connection")), (404, vec!["close"]));
    for request in requests {
        assert_eq!(status(&request.await.unwrap()), 200);
    }
    assert_eq!(read_all(&mut idle).await, "");
    let report = timeout(PATIENCE, server.ended).await.unwrap().unwrap();
    assert_eq!((report.requests_cut, report.connections_cut), (0, 0), "{report:?}");
    assert!(TcpStream::connect(address).await.is_err());
    println!("50 requests drained in {:?}", report.took);
}

#[tokio::test]
async fn what_does_not_finish_is_cut_and_counted() {
    let settings = Server { drain_timeout: millis(200), ..settings() };
    let mut server = start(settings, routes()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /stuck HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    server.counts("gantry_requests_in_flight 1").await;
    server.drain();
    read_all(&mut stream).await;
    let report = timeout(PATIENCE, server.ended).await.unwrap().unwrap();
    assert_eq!((report.requests_cut, report.connections_cut), (1, 1), "{report:?}");
    assert!(server.metrics.encode().contains("gantry_requests_in_flight 0"));
}

#[tokio::test]
async fn a_second_signal_ends_the_waiting() {
    let settings = Server { drain_delay: Seconds::new(600), ..settings() };
    let mut server = start(settings, routes()).await;
    server.drain();
    server.hurry.take().unwrap().send(()).unwrap();
    let report = timeout(PATIENCE, server.ended).await.unwrap().unwrap();
    assert_eq!(report.requests_cut, 0);
}

/// Sends requests one after the other, on one connection for as long as it lasts, until the listener is closed.
/// How many were answered, and how many got no byte of an answer.
async fn client(address: SocketAddr) -> (usize, usize) {
    let request = b"GET /quick HTTP/1.1\r\nHost: a\r\n\r\n";
    let (mut answered, mut lost) = (0, 0);
    while let Ok(mut stream) = TcpStream::connect(address).await {
        loop {
            let mut bytes = Vec::new();
            let sent = stream.write_all(request).await.is_ok();
            while !bytes.ends_with(b"hello") && stream.read_buf(&mut bytes).await.is_ok_and(|count| count > 0) {}
            assert!(bytes.is_empty() || bytes.ends_with(b"hello"), "half an answer: {bytes:?}");
            lost += usize::from(sent && bytes.is_empty());
            answered += usize::from(!bytes.is_empty());
            if bytes.is_empty() || String::from_utf8(bytes).unwrap().contains("connection: close") {
                break;
            }
        }
    }
    (answered, lost)
}

/// How many requests of the clients have been answered.
fn requests(server: &Running) -> u32 {
    let line = r#"gantry_requests_total{api="pets",operation="/quick",method="GET",status="2xx"} "#;
    let text = server.metrics.encode();
    text.lines().find_map(|found| found.strip_prefix(line)?.parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_at_full_speed_never_get_half_an_answer() {
    let hello = change(|cx| {
        cx.state.outgoing.is_response = true;
        cx.state.outgoing.message.headers.clear();
        cx.state.outgoing.message.body = crate::value::Body::from_bytes("hello");
    });
    let settings = Server { drain_delay: millis(100), ..settings() };
    let mut server = start(settings, snapshot(vec![("GET", "/quick", pipeline(vec![wait(2), hello]))])).await;
    let clients: Vec<_> = (0..20).map(|_| tokio::spawn(client(server.at.traffic))).collect();
    // All are connected, and each has had answers.
    server.counts(r#"gantry_connections{listener="traffic"} 20"#).await;
    while requests(&server) < 100 {
        tokio::task::yield_now().await;
    }
    server.drain();
    let (mut answered, mut lost) = (0, 0);
    for client in clients {
        let counts = timeout(PATIENCE, client).await.unwrap().unwrap();
        answered += counts.0;
        lost += counts.1;
    }
    let report = timeout(PATIENCE, server.ended).await.unwrap().unwrap();
    println!(
        "drain at full speed: {answered} answered, {lost} connections closed before a byte of their request was read"
    );
    // At most what was on its way when the socket closed: one request for each client.
    assert!(answered > 20 && lost <= 20, "{answered} {lost}");
    assert_eq!(report.requests_cut, 0);
}

#[tokio::test]
async fn what_goes_on_behind_the_requests_is_waited_for() {
    let mut server = start(settings(), routes()).await;
    let (done, ended) = oneshot::channel::<()>();
    let work = async { ended.await.is_ok() };
    server.background.submit(0, work).unwrap();
    server.drain();
    while TcpStream::connect(server.at.traffic).await.is_ok() {
        sleep(Duration::from_millis(1)).await;
    }
    assert!(!server.ended.is_finished());
    done.send(()).unwrap();
    let report = timeout(PATIENCE, server.ended).await.unwrap().unwrap();
    assert_eq!((report.calls_cut, server.background.counters().succeeded.get()), (0, 1));
}

#[tokio::test]
async fn what_goes_on_too_long_is_cut_and_counted() {
    let settings = Server { drain_timeout: millis(100), ..settings() };
    let mut server = start(settings, routes()).await;
    server.background.submit(0, std::future::pending()).unwrap();
    server.drain();
    let report = timeout(PATIENCE, server.ended).await.unwrap().unwrap();
    assert_eq!((report.requests_cut, report.calls_cut), (0, 1), "{report:?}");
}
