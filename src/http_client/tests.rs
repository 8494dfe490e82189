use std::net::TcpListener;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioExecutor;

use super::client::Transport;
use super::test_server::{Answer, Recorded, TestServer, closed_port};
use super::test_tls::Authority;
use super::*;
use crate::value::{Body, BodyStream, BoxError, Secret};

const LONG: Duration = Duration::from_secs(10);

fn plain() -> HttpClient {
    client(&TlsOptions::default())
}

fn client(tls: &TlsOptions) -> HttpClient {
    HttpClient::new(tls, &PoolOptions::default()).unwrap()
}

fn post(url: &str, body: &'static str) -> Request<BodyStream> {
    Request::post(url).body(Body::from_bytes(body).send()).unwrap()
}

fn ok(_: &Recorded) -> Answer {
    Answer::Reply(200, vec![], b"fine".to_vec())
}

/// Waits for a condition while a paused clock is still: it goes on by itself only when no task can run.
async fn until(condition: impl Fn() -> bool) {
    let end = Instant::now() + LONG;
    while !condition() {
        assert!(Instant::now() < end, "it took too long");
        tokio::task::yield_now().await;
    }
}

/// Waits for what real sockets bring while a paused clock is still.
async fn still<T>(what: impl Future<Output = T>) -> T {
    tokio::select! {
        biased;
        done = what => done,
        () = until(|| false) => unreachable!(),
    }
}

#[tokio::test]
async fn an_answer_comes_back_and_the_connection_is_kept() {
    let server = TestServer::start(ok);
    let client = plain();
    for _ in 0..3 {
        let response = client.send(post(&server.url("/p?q=%2F"), "hello"), LONG).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "fine");
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!((requests[0].method.as_str(), requests[0].target.as_str()), ("POST", "/p?q=%2F"));
    assert_eq!(requests[0].body, b"hello");
}

#[tokio::test]
async fn framing_is_made_from_the_body() {
    let server = TestServer::start(ok);
    let mut lying = post(&server.url("/"), "hello");
    for (name, value) in [("content-length", "77"), ("connection", "x-mine"), ("x-mine", "1"), ("te", "trailers")] {
        lying.headers_mut().insert(name, value.parse().unwrap());
    }
    plain().send(lying, LONG).await.unwrap();
    plain().send(post(&server.url("/"), ""), LONG).await.unwrap();
    let get = Request::get(server.url("/")).body(Body::Empty.send()).unwrap();
    plain().send(get, LONG).await.unwrap();
    let frames =
        futures_util::stream::iter(["he", "llo"].map(|part| Ok::<_, BoxError>(Frame::data(Bytes::from(part)))));
    let stream = Request::post(server.url("/")).body(BodyStream::of(StreamBody::new(frames))).unwrap();
    plain().send(stream, LONG).await.unwrap();
    let [lying, empty, get, stream] = &server.requests()[..] else { panic!("not four requests") };
    assert_eq!(lying.header("content-length"), Some("5"));
    assert_eq!((lying.header("x-mine"), lying.header("te")), (None, None));
    assert_eq!(empty.header("content-length"), Some("0"));
    assert_eq!(get.header("content-length"), None);
    assert_eq!((stream.header("transfer-encoding"), &*stream.body), (Some("chunked"), &b"hello"[..]));
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let server = TestServer::start(|_| Answer::Reply(302, vec![("location", "/elsewhere".into())], vec![]));
    let response = plain().send(post(&server.url("/"), "x"), LONG).await.unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let error = plain().send(post(&format!("http://{}/", closed_port()), "x"), LONG).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (SendErrorKind::Connect, false));
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn an_unknown_host_was_not_sent() {
    let error = plain().send(post("http://nowhere.invalid/", "x"), LONG).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (SendErrorKind::Dns, false));
}

#[tokio::test(start_paused = true)]
async fn silence_after_the_request_is_a_response_timeout() {
    let server = TestServer::start(|_| Answer::Hang);
    let start = Instant::now();
    let client = plain();
    let send = client.send(post(&server.url("/"), "x"), Duration::from_millis(200));
    // The time that is allowed begins to pass when the request has come.
    let (answer, ()) = tokio::join!(send, until(|| !server.requests().is_empty()));
    let error = answer.unwrap_err();
    assert_eq!((error.kind, error.sent), (SendErrorKind::ResponseTimeout, true));
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_silent_handshake_is_a_connect_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let pool = PoolOptions { connect_timeout: Duration::from_millis(200), ..PoolOptions::default() };
    let client = HttpClient::new(&TlsOptions::default(), &pool).unwrap();
    let error = client.send(post(&url, "x"), LONG).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (SendErrorKind::ConnectTimeout, false));
}

#[tokio::test]
async fn closing_after_the_request_is_not_tried_again() {
    let server = TestServer::start(|_| Answer::Close);
    let error = plain().send(post(&server.url("/"), "x"), LONG).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (SendErrorKind::Closed, true));
    assert_eq!(server.requests().len(), 1);
}

/// The first request leaves a pooled connection behind; the second travels on it and is swallowed.
#[tokio::test]
async fn closing_a_reused_connection_after_the_request_is_not_tried_again() {
    let server = TestServer::start(|request| if request.body == b"second" { Answer::Close } else { ok(request) });
    let client = plain();
    let first = client.send(post(&server.url("/"), "first"), LONG).await.unwrap();
    first.into_body().collect().await.unwrap();
    let error = client.send(post(&server.url("/"), "second"), LONG).await.unwrap_err();
    assert!(error.sent);
    assert_eq!(server.requests().len(), 2);
}

/// The server closes while the connection lies in the pool: the next request was never on it, and takes a new one.
#[tokio::test]
async fn a_pooled_connection_that_died_is_replaced() {
    let raw = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine";
    let server = TestServer::start(|_| Answer::Raw(raw.to_vec()));
    let client = plain();
    for _ in 0..3 {
        let response = client.send(post(&server.url("/"), "x"), LONG).await.unwrap();
        response.into_body().collect().await.unwrap();
        // A connection that the server has closed is noticed.
        let Transport::Kept(pool) = &client.0 else { panic!("connections are kept") };
        until(|| pool.kept() == 0).await;
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn nonsense_is_a_protocol_error() {
    let two_lengths = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    for answer in ["220 smtp ready\r\n\r\n", two_lengths] {
        let server = TestServer::start(move |_| Answer::Raw(answer.as_bytes().to_vec()));
        let error = plain().send(post(&server.url("/"), "x"), LONG).await.unwrap_err();
        assert_eq!((error.kind, error.sent), (SendErrorKind::Protocol, true), "{answer}");
    }
}

#[tokio::test]
async fn a_broken_request_body_is_named() {
    let server = TestServer::start(ok);
    let frames = futures_util::stream::iter([Ok(Frame::data(Bytes::from("he"))), Err(BoxError::from("client left"))]);
    let request = Request::post(server.url("/")).body(BodyStream::of(StreamBody::new(frames))).unwrap();
    let error = plain().send(request, LONG).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (SendErrorKind::RequestBody, true));
}

/// The name in the certificates of the servers here.
const NAME: &str = "gateway.test";

fn trusting(authority: &Authority) -> TlsOptions {
    TlsOptions { ca: Some(authority.pem()), server_name: Some(NAME.into()), ..TlsOptions::default() }
}

#[tokio::test]
async fn a_private_authority_and_another_server_name_are_accepted() {
    let authority = Authority::new();
    let response =
        client(&trusting(&authority)).send(post(&authority.serve(NAME, false).url(), "x"), LONG).await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn the_wrong_authority_or_name_is_refused() {
    let authority = Authority::new();
    let url = authority.serve(NAME, false).url();
    let stranger = TlsOptions { ca: Some(Authority::new().pem()), ..trusting(&authority) };
    let misnamed = TlsOptions { server_name: None, ..trusting(&authority) };
    let public = TlsOptions { ca: None, ..trusting(&authority) };
    for options in [stranger, misnamed, public] {
        let error = client(&options).send(post(&url, "x"), LONG).await.unwrap_err();
        assert_eq!((error.kind, error.sent), (SendErrorKind::Tls, false), "{error}");
    }
    let insecure = TlsOptions { verify: false, ..TlsOptions::default() };
    assert!(client(&insecure).send(post(&url, "x"), LONG).await.is_ok());
}

#[tokio::test]
async fn a_client_certificate_is_shown() {
    let authority = Authority::new();
    let url = authority.serve(NAME, true).url();
    let (certificate, key) = authority.issue("client.test");
    let known = TlsOptions {
        client_certificate: Some(certificate.pem().into_bytes()),
        client_key: Some(Secret::new(key.serialize_pem())),
        ..trusting(&authority)
    };
    assert!(client(&known).send(post(&url, "x"), LONG).await.is_ok());
    assert!(client(&trusting(&authority)).send(post(&url, "x"), LONG).await.is_err());
}

#[test]
fn unusable_profiles_say_why() {
    let half = TlsOptions { client_certificate: Some(b"x".to_vec()), ..TlsOptions::default() };
    let garbage = TlsOptions { ca: Some(b"not pem".to_vec()), ..TlsOptions::default() };
    let spaced = TlsOptions { server_name: Some("a b".into()), ..TlsOptions::default() };
    let refused = |options: &TlsOptions| HttpClient::new(options, &PoolOptions::default()).unwrap_err();
    assert!(matches!(refused(&half), TlsError::HalfClientIdentity));
    assert!(matches!(refused(&garbage), TlsError::Ca(_)));
    assert!(matches!(refused(&spaced), TlsError::ServerName(_)));
}

/// A client that hosts from outside are called with.
fn guarded(guard: Guard) -> HttpClient {
    HttpClient::new(&TlsOptions::default(), &PoolOptions { guard, ..PoolOptions::default() }).unwrap()
}

/// Spellings of addresses that no host from outside may lead to.
const CLOSED: [&str; 48] = [
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "169.254.1.1",
    "2852039166",
    "2852039422",
    "0xa9fea9fe",
    "0XA9FEA9FE",
    "025177524776",
    "0251.0376.0251.0376",
    "0xa9.0xfe.0xa9.0xfe",
    "169.254.43518",
    "169.16689662",
    "0xa9.254.0251.254",
    "0251.0xfe.43518",
    "169.0xfea9fe",
    "0xa9.16689662",
    "00000251.00000376.00000251.00000376",
    "0x0a9.0x0fe.0x0a9.0x0fe",
    "100.100.100.200",
    "0x646464c8",
    "168.63.129.16",
    "[::ffff:169.254.169.254]",
    "[::FFFF:A9FE:A9FE]",
    "[0:0:0:0:0:ffff:a9fe:a9fe]",
    "[0000:0000:0000:0000:0000:ffff:a9fe:a9fe]",
    "[::169.254.169.254]",
    "[::ffff:0:a9fe:a9fe]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "[fe80::1]",
    "[fe80::a9fe:a9fe]",
    "[fd00:ec2::254]",
    "[FD00:0EC2::254]",
    "[fd00:0ec2:0:0:0:0:0:254]",
    "[fd00:ec2::23]",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "localhost",
];

#[tokio::test]
async fn closed_addresses_stay_closed_in_every_spelling() {
    let client = guarded(Guard::MetadataAndLoopback);
    let mut tried = 0;
    for host in CLOSED {
        let request = Request::get(format!("http://{host}/")).body(Body::Empty.send()).unwrap();
        let error = client.send(request, LONG).await.expect_err(host);
        assert_eq!((error.kind, error.sent), (SendErrorKind::Guarded, false), "{host}: {error}");
        tried += 1;
    }
    assert!(tried > 40);
}

#[test]
fn other_spellings_are_no_url() {
    for host in ["0x64646 4c8", "①②⑦.0.0.1", "127。0。0。1", "169.254.169.254%2f", "[::1", "a\\b"] {
        assert!(format!("http://{host}/").parse::<http::Uri>().is_err(), "{host}");
    }
}

/// The parser of URLs lets it through; nothing is ever sent there.
#[tokio::test]
async fn an_address_with_something_behind_it_is_not_called() {
    let request = Request::get("http://[fe80::1%25eth0]x/").body(Body::Empty.send()).unwrap();
    let error = guarded(Guard::MetadataAndLoopback).send(request, LONG).await.unwrap_err();
    assert!(!error.sent, "{error}");
}

#[tokio::test]
async fn a_named_loopback_is_called_and_metadata_is_not() {
    let server = TestServer::start(ok);
    let client = guarded(Guard::Metadata);
    assert!(client.send(post(&server.url("/"), "x"), LONG).await.is_ok());
    let error = client.send(post("http://[fd00:ec2::254]/", "x"), LONG).await.unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Guarded);
    assert!(error.to_string().contains("closed"), "{error}");
}

/// A client of this protocol that keeps its connections or not.
fn speaking(protocol: Protocol, keep_alive: bool, tls: &TlsOptions) -> HttpClient {
    HttpClient::new(tls, &PoolOptions { protocol, keep_alive, ..PoolOptions::default() }).unwrap()
}

#[tokio::test]
async fn http_10_and_single_use_connections_say_so() {
    let server = TestServer::start(ok);
    let none = TlsOptions::default();
    for (client, version) in
        [(speaking(Protocol::Http10, true, &none), "HTTP/1.0"), (speaking(Protocol::Http11, false, &none), "HTTP/1.1")]
    {
        client.send(post(&server.url("/"), "x"), LONG).await.unwrap();
        let seen = server.requests().pop().unwrap();
        assert_eq!((&*seen.version, seen.header("connection")), (version, Some("close")));
    }
    plain().send(post(&server.url("/"), "x"), LONG).await.unwrap();
    assert_eq!(server.requests().pop().unwrap().header("connection"), None);
}

#[tokio::test]
async fn http_2_is_offered_or_demanded() {
    let authority = Authority::new();
    let url = authority.serve(NAME, false).url();
    let offered = speaking(Protocol::Http2, true, &trusting(&authority));
    assert_eq!(offered.send(post(&url, "x"), LONG).await.unwrap().version(), Version::HTTP_11);
    let demanded = speaking(Protocol::Http2Only, true, &trusting(&authority));
    let error = demanded.send(post(&url, "x"), LONG).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (SendErrorKind::Tls, false), "{error}");
}

#[tokio::test]
async fn http_2_without_tls_is_spoken_at_once() {
    use hyper::service::service_fn;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let answer = service_fn(async |request: Request<Incoming>| {
            Ok::<_, std::convert::Infallible>(Response::new(format!("{:?}", request.version())))
        });
        let io = hyper_util::rt::TokioIo::new(stream);
        let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(io, answer).await;
    });
    let client = speaking(Protocol::Http2Only, true, &TlsOptions::default());
    let answer = client.send(post(&url, "x"), LONG).await.unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "HTTP/2.0");
}

/// Two answers at the same time take two connections; both are kept, and closed when they are not used.
#[tokio::test(start_paused = true)]
async fn kept_connections_are_closed_in_time_and_never_shared() {
    let server = TestServer::start(ok);
    let pool = PoolOptions { idle_timeout: Duration::from_secs(60), ..PoolOptions::default() };
    let client = HttpClient::new(&TlsOptions::default(), &pool).unwrap();
    let send = || async { still(client.send(post(&server.url("/"), "x"), LONG)).await.unwrap() };
    let (one, two) = tokio::join!(send(), send());
    drop((still(one.into_body().collect()).await.unwrap(), still(two.into_body().collect()).await.unwrap()));
    for _ in 0..3 {
        drop(still(send().await.into_body().collect()).await.unwrap());
    }
    let connections = |server: &TestServer| {
        let mut all: Vec<_> = server.requests().iter().map(|one| one.port).collect();
        all.sort_unstable();
        all.dedup();
        all.len()
    };
    assert_eq!(connections(&server), 2);
    let Transport::Kept(pool) = &client.0 else { panic!("connections are kept") };
    assert_eq!(pool.kept(), 2);
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert_eq!(pool.kept(), 2);
    tokio::time::sleep(Duration::from_secs(2)).await;
    until(|| pool.kept() == 0).await;
    // An answer that is not read to its end closes its connection.
    drop(send().await);
    assert_eq!(pool.kept(), 0);
}

/// The last connection comes and goes with every request; what watches it does not.
#[tokio::test]
async fn one_task_watches_the_kept_connections() {
    let server = TestServer::start(ok);
    let client = plain();
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    for _ in 0..50 {
        let answer = client.send(post(&server.url("/"), "x"), LONG).await.unwrap();
        drop(answer.into_body().collect().await.unwrap());
    }
    // The watcher: connections have none.
    assert!(tasks() <= 1, "{} tasks", tasks());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_host_is_looked_up_for_every_new_connection() {
    let old = TestServer::start(ok);
    let port = old.address.port();
    let new = TestServer::start_on(TcpListener::bind(("127.0.0.2", port)).unwrap(), ok);
    let lifetime = Duration::from_millis(200);
    let options = PoolOptions { lifetime: Some(lifetime), ..PoolOptions::default() };
    let short = HttpClient::new(&TlsOptions::default(), &options).unwrap();
    let seen = || (old.requests().len(), new.requests().len());
    let ask = async || {
        let url = format!("http://moving.test:{port}/");
        let answer = short.send(post(&url, "x"), LONG).await.unwrap();
        answer.into_body().collect().await.unwrap();
        seen()
    };
    test_names::set("moving.test", [127, 0, 0, 1]);
    assert_eq!(ask().await, (1, 0));
    test_names::set("moving.test", [127, 0, 0, 2]);
    assert_eq!(ask().await, (2, 0), "the connection is kept");
    tokio::time::sleep(lifetime).await;
    assert_eq!(ask().await, (2, 1));
    assert_eq!(ask().await, (2, 2));
}
