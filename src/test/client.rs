//! A client at the other end of a pipe.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Uri};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::DuplexStream;

use super::format::Request;
use crate::value;

/// How long a request may take; the gateway's own limits are shorter.
const PATIENCE: Duration = Duration::from_secs(600);

/// Bytes of an answer that are read.
const LARGEST: usize = 64 * 1024 * 1024;

/// An answer that came.
#[derive(Debug)]
pub(super) struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answered {
    /// The body as JSON, or as text.
    pub(super) fn value(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&self.body).into_owned()))
    }
}

/// Sends a request and waits for the whole answer. An error is one sentence.
pub(super) async fn send(pipe: DuplexStream, request: &Request) -> Result<Answered, String> {
    let request = made(request)?;
    let exchange = async {
        let (mut sender, connection) = http1::handshake(TokioIo::new(pipe)).await?;
        let connection = tokio::spawn(connection);
        let answer = sender.send_request(request).await;
        let (head, mut body) = answer?.into_parts();
        let body = value::read(&mut body, LARGEST).await;
        connection.abort();
        Ok::<_, hyper::Error>((head, body))
    };
    let (head, body) = match tokio::time::timeout(PATIENCE, exchange).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(format!("the request has no answer: {error}")),
        Err(_) => return Err(format!("the request has no answer after {} seconds", PATIENCE.as_secs())),
    };
    let body = body.map_err(|error| format!("the answer breaks off: {error}"))?;
    Ok(Answered { status: head.status.as_u16(), headers: head.headers, body })
}

fn made(request: &Request) -> Result<http::Request<Full<Bytes>>, String> {
    let method = Method::from_bytes(request.method.as_bytes());
    let method = method.map_err(|_| format!("`{}` is no method", request.method))?;
    let uri: Uri = request.path.parse().map_err(|_| format!("`{}` is no path", request.path))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is no name of a header"))?;
        let value = HeaderValue::from_str(value);
        let value = value.map_err(|_| format!("the value of the header `{name}` cannot be sent"))?;
        headers.append(name, value);
    }
    headers.entry(HOST).or_insert(HeaderValue::from_static("localhost"));
    let body = match &request.body {
        Value::Null => Bytes::new(),
        Value::String(text) => Bytes::copy_from_slice(text.as_bytes()),
        json => {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
            json.to_string().into()
        }
    };
    let mut made = http::Request::new(Full::new(body));
    (*made.method_mut(), *made.uri_mut(), *made.headers_mut()) = (method, uri, headers);
    Ok(made)
}
