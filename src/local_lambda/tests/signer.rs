//! A small signing client, written apart from the verifier.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};
use tokio::net::TcpStream;

pub const KEY: &str = "AKIDTEST";
pub const SECRET: &str = "a test secret";

/// One Invoke call, to be changed before it is sent.
pub struct Call {
    host: String,
    path: String,
    query: String,
    payload: Bytes,
    pub key: &'static str,
    pub secret: &'static str,
    /// How wrong the caller's clock is.
    pub skew: Duration,
    pub headers: BTreeMap<String, String>,
}

pub struct Answer {
    pub status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// `function` may end in `?Qualifier=…`.
    pub fn new(endpoint: &str, function: &str, payload: &str) -> Call {
        let (name, query) = function.split_once('?').unwrap_or((function, ""));
        Call {
            host: endpoint.trim_start_matches("http://").to_owned(),
            path: format!("/2015-03-31/functions/{}/invocations", name.replace(':', "%3A").replace('$', "%24")),
            query: query.replace('$', "%24"),
            payload: Bytes::from(payload.to_owned()),
            key: KEY,
            secret: SECRET,
            skew: Duration::ZERO,
            headers: BTreeMap::new(),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Call {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    pub async fn send(self) -> Answer {
        self.try_send().await.expect("an answer")
    }

    /// `None` where the connection closes without an answer.
    pub async fn try_send(self) -> Option<Answer> {
        let stream = TcpStream::connect(&self.host).await.expect("a connection");
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
        tokio::spawn(connection);
        let answer = sender.send_request(self.signed()).await.ok()?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Some(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    fn signed(mut self) -> Request<Full<Bytes>> {
        let now = OffsetDateTime::now_utc() + self.skew;
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let timestamp = now.format(format).expect("a date");
        self.headers.insert("host".to_owned(), self.host.clone());
        self.headers.insert("x-amz-date".to_owned(), timestamp.clone());
        let names = self.headers.keys().cloned().collect::<Vec<_>>().join(";");
        let lines: String = self.headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let path = self.path.replace('%', "%25");
        let (query, hash) = (&self.query, hex::encode(digest(&SHA256, &self.payload)));
        let canonical = format!("POST\n{path}\n{query}\n{lines}\n{names}\n{hash}");
        let scope = format!("{}/eu-west-1/lambda/aws4_request", &timestamp[..8]);
        let hash = hex::encode(digest(&SHA256, canonical.as_bytes()));
        let text = format!("AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{hash}");
        let mut key = format!("AWS4{}", self.secret).into_bytes();
        for part in scope.split('/').chain([text.as_str()]) {
            key = mac(&key, part);
        }
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.key,
            hex::encode(&key)
        );
        let mut request = Request::post(format!("{}?{}", self.path, self.query));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.header("authorization", authorization);
        request.body(Full::new(self.payload)).expect("a request")
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}
