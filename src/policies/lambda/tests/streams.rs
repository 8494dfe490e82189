//! `response: stream`: what reaches the client, and when.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use http_body_util::BodyExt;

use super::{answering_all, lambda};
use crate::test_support::{Ask, Functions, Gateway, Setup, stream_event as event};

const STREAM: &str = "function: talk, response: stream";

/// A Lambda service for one call, which writes what the test sends, when it sends it. Its own channel says when the gateway has
/// closed the connection.
struct Slow {
    address: std::net::SocketAddr,
    pieces: mpsc::Sender<Vec<u8>>,
    closed: mpsc::Receiver<()>,
}

impl Slow {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (pieces, waiting) = mpsc::channel::<Vec<u8>>();
        let (gone, closed) = mpsc::channel();
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            read_request(&stream);
            let mut out = &stream;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\ntransfer-encoding: chunked\r\n\r\n";
            out.write_all(head.as_bytes()).unwrap();
            for piece in waiting {
                let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), &piece, b"\r\n"].concat();
                if out.write_all(&chunk).is_err() {
                    break;
                }
            }
            // The gateway closes; until then there is nothing to read.
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            if matches!((&stream).read(&mut [0]), Ok(0) | Err(_)) {
                let _ = gone.send(());
            }
        });
        Slow { address, pieces, closed }
    }

    fn gateway(&self, more: &str) -> Gateway {
        let setup = Setup::with_lambda_at(format!("http://{}", self.address));
        setup.assembly(&lambda(&format!("{STREAM}{more}"))).serve_cleanly()
    }

    fn say(&self, text: &[u8]) {
        self.pieces.send(event("PayloadChunk", text)).unwrap();
    }
}

fn read_request(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
}

#[tokio::test]
async fn events_reach_the_client_while_the_function_still_writes() {
    let slow = Slow::start();
    slow.say(b"{\"statusCode\":202,\"headers\":{\"content-type\":\"text/event-stream\"}}\0\0\0\0\0\0\0\0");
    slow.say(b"data: 1\n\n");
    let mut message = slow.gateway("").begin(Ask::post("/example/7", "{}")).await;
    assert_eq!(message.status.unwrap(), 202);
    assert_eq!(message.headers["content-type"], "text/event-stream");
    let mut body = message.body.send();
    let mut next = async || body.frame().await.map(|frame| frame.unwrap().into_data().unwrap());
    assert_eq!(next().await.as_deref(), Some(&b"data: 1\n\n"[..]));
    // The second event is written only after the first has been read here.
    slow.say(b"data: 2\n\n");
    assert_eq!(next().await.as_deref(), Some(&b"data: 2\n\n"[..]));
    slow.pieces.send(event("InvokeComplete", b"{}")).unwrap();
    assert_eq!(next().await, None);
}

#[tokio::test]
async fn r29_a_client_that_leaves_ends_the_call() {
    let slow = Slow::start();
    slow.say(b"data: 1\n\n");
    let mut message = slow.gateway("").begin(Ask::post("/example/7", "{}")).await;
    let first = std::mem::take(&mut message.body).send().frame().await;
    assert!(first.is_some(), "the body is dropped behind its first frame");
    drop((message, slow.pieces));
    // The connection is closed by another task.
    let closed = tokio::task::spawn_blocking(move || slow.closed.recv_timeout(Duration::from_secs(10)));
    assert!(closed.await.unwrap().is_ok(), "the connection is closed");
}

#[tokio::test]
async fn r28_a_function_that_fails_first_is_a_fault_and_later_breaks_off() {
    let failed =
        br#"{"ErrorCode": "Unhandled", "ErrorDetails": "{\"errorType\": \"Oops\", \"errorMessage\": \"hidden\"}"}"#;
    let slow = Slow::start();
    slow.pieces.send(event("InvokeComplete", failed)).unwrap();
    let setup = Setup::with_lambda_at(format!("http://{}", slow.address));
    let answer = setup.assembly(&format!("{}{}", lambda(STREAM), answering_all("$(error.name) $(error.errorType)")));
    assert_eq!(answer.serve_cleanly().post("{}").await.text(), "LambdaFunctionError Oops");

    let slow = Slow::start();
    slow.say(b"half");
    slow.pieces.send(event("InvokeComplete", failed)).unwrap();
    let message = slow.gateway("").begin(Ask::post("/example/7", "{}")).await;
    let mut body = message.body;
    assert!(body.load(100).await.is_err(), "half an answer is no answer");
}

#[tokio::test]
async fn a_limit_counts_a_call_until_its_stream_ends() {
    let slow = Slow::start();
    slow.say(b"data: 1\n\n");
    let gateway = slow.gateway(", max-concurrency: 1");
    let message = gateway.begin(Ask::post("/example/7", "{}")).await;
    assert_eq!(gateway.post("{}").await.status, 503, "the first call still streams");
    drop(message);
}

#[tokio::test]
async fn a_node_handler_streams_through_the_gateway() {
    if std::process::Command::new("node").arg("--version").output().is_err() {
        crate::test_support::skipped("node is not installed, so no handler streamed");
        return;
    }
    let handler = "export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, cookies: ['a=1', 'b=2'] });
  stream.write(event.order); stream.end(' done');
});";
    let Some(functions) = Functions::start(&[("talk.mjs", handler)]).await else { return };
    let gateway = functions.setup().assembly(&lambda(STREAM)).serve_cleanly();
    let answer = gateway.post(r#"{"order": "seven"}"#).await;
    assert_eq!(answer.short(), (201, "seven done"));
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 2);
}

#[test]
fn what_needs_the_whole_answer_is_refused() {
    for (more, at) in [
        ("invocation-type: event", "6:67"),
        ("background: true", "6:62"),
        ("cache: {time-to-live: 60}", "6:57"),
        ("variables: [{name: a, value: b}]", "6:61"),
    ] {
        let setup = Setup::with_lambda_at("http://127.0.0.1:9");
        let findings = setup.assembly(&lambda(&format!("{STREAM}, {more}"))).findings();
        let name = more.split(':').next().unwrap();
        let help = format!("remove `{name}`, or `response: stream`");
        let expected = format!("error G0308 `{name}` does not go together with an answer that streams; {help}");
        assert_eq!(findings, [format!("api.yaml:{at}: {expected}")], "{more}");
    }
}
