use std::io::BufReader;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use rustls_pki_types::PrivateKeyDer;

use super::test_server::{Answer, Recorded, TestServer, closed_port, read_request, write_answer};
use super::*;
use crate::value::{Body, BoxError, Secret};

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
    let stream = Request::post(server.url("/")).body(StreamBody::new(frames).boxed_unsync()).unwrap();
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

#[tokio::test]
async fn silence_after_the_request_is_a_response_timeout() {
    let server = TestServer::start(|_| Answer::Hang);
    let start = Instant::now();
    let error = plain().send(post(&server.url("/"), "x"), Duration::from_millis(200)).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (SendErrorKind::ResponseTimeout, true));
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
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
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn nonsense_is_a_protocol_error() {
    let server = TestServer::start(|_| Answer::Raw(b"220 smtp ready\r\n\r\n".to_vec()));
    let error = plain().send(post(&server.url("/"), "x"), LONG).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (SendErrorKind::Protocol, true));
}

#[tokio::test]
async fn a_broken_request_body_is_named() {
    let server = TestServer::start(ok);
    let frames = futures_util::stream::iter([Ok(Frame::data(Bytes::from("he"))), Err(BoxError::from("client left"))]);
    let request = Request::post(server.url("/")).body(StreamBody::new(frames).boxed_unsync()).unwrap();
    let error = plain().send(request, LONG).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (SendErrorKind::RequestBody, true));
}

/// A private authority, a server certificate for `gateway.test`, and a client certificate.
struct Authority {
    ca: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority { ca: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn pem(&self) -> Vec<u8> {
        self.ca.pem().into_bytes()
    }

    fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.ca).unwrap();
        (certificate, key)
    }

    /// A TLS server that demands a client certificate of this authority if `mutual`.
    fn serve(&self, mutual: bool) -> String {
        let (certificate, key) = self.issue("gateway.test");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
        let builder = if mutual {
            let mut roots = RootCertStore::empty();
            roots.add(self.ca.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = Arc::new(builder.with_single_cert(vec![certificate.der().clone()], key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let config = config.clone();
                std::thread::spawn(move || {
                    let connection = ServerConnection::new(config).unwrap();
                    let mut tls = BufReader::new(rustls::StreamOwned::new(connection, stream));
                    while let Some(request) = read_request(&mut tls) {
                        write_answer(tls.get_mut(), ok(&request));
                    }
                });
            }
        });
        format!("https://127.0.0.1:{port}/")
    }

    fn trusting(&self) -> TlsOptions {
        TlsOptions { ca: Some(self.pem()), server_name: Some("gateway.test".into()), ..TlsOptions::default() }
    }
}

#[tokio::test]
async fn a_private_authority_and_another_server_name_are_accepted() {
    let authority = Authority::new();
    let response = client(&authority.trusting()).send(post(&authority.serve(false), "x"), LONG).await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn the_wrong_authority_or_name_is_refused() {
    let authority = Authority::new();
    let url = authority.serve(false);
    let stranger = TlsOptions { ca: Some(Authority::new().pem()), ..authority.trusting() };
    let misnamed = TlsOptions { server_name: None, ..authority.trusting() };
    let public = TlsOptions { ca: None, ..authority.trusting() };
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
    let url = authority.serve(true);
    let (certificate, key) = authority.issue("client.test");
    let known = TlsOptions {
        client_certificate: Some(certificate.pem().into_bytes()),
        client_key: Some(Secret::new(key.serialize_pem())),
        ..authority.trusting()
    };
    assert!(client(&known).send(post(&url, "x"), LONG).await.is_ok());
    assert!(client(&authority.trusting()).send(post(&url, "x"), LONG).await.is_err());
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
