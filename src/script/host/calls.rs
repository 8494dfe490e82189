//! `urlopen`: calls through the gateway's pools, to hosts that the document allows.

use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gantry_allocator::Setup;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request, Uri};
use http_body_util::{BodyExt, Limited};
use indexmap::IndexMap;
use rquickjs::{Exception, Object, Result, Value};
use serde::Deserialize;
use tokio::time::timeout;

use super::{Seat, native};
use crate::assembly::Allowed;
use crate::http_client::HttpClient;
use crate::runtime::{Call, CallContent, CallFailure, CallTarget};
use crate::script::mail::Outcome;
use crate::script::{Calls, values};
use crate::value::{BodyStream, BoxError};

/// A call's options, from the library.
#[derive(Deserialize)]
struct Options {
    target: String,
    method: String,
    headers: IndexMap<String, String>,
    /// Seconds.
    timeout: f64,
}

/// A call that may be made.
struct HostCall {
    client: HttpClient,
    request: Request<BodyStream>,
    timeout: Duration,
    limit: usize,
    /// The message that is sent, for the record of the request.
    content: Option<Box<CallContent>>,
}

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, host, "open", |ctx, options: String, data: Value<'js>| {
        let body = values::from_js(&ctx, &data)?.to_bytes();
        host.spend(&ctx, body.len())?;
        let limit = host.cx.borrow().state.budget.body_limit;
        let sent = host.cx.borrow().state.is_recorded().then(|| body.clone());
        match call(host.script.reach.calls.as_ref(), &options, body, limit) {
            Ok(mut call) => {
                host.cx.borrow().state.add_trace(call.request.headers_mut(), |_| true);
                call.content = sent.map(|body| CallContent::sent(call.request.headers(), Some(body)));
                host.begin(&ctx, call.make())
            }
            Err(message) => Err(Exception::throw_type(&ctx, &message)),
        }
    });
    Ok(())
}

/// Checks what a script asks for; the error is one sentence.
fn call(calls: Option<&Calls>, options: &str, body: Bytes, limit: usize) -> std::result::Result<HostCall, String> {
    let options: Options = serde_json::from_str(options).map_err(|error| format!("`urlopen` options: {error}"))?;
    let shown: String = options.target.chars().take(200).collect();
    let uri: Uri = options.target.parse().map_err(|_| format!("`{shown}` is not a URL"))?;
    let default_port = match uri.scheme_str() {
        Some("https") => 443,
        Some("http") => 80,
        _ => return Err(format!("`{shown}` does not start with `https://` or `http://`")),
    };
    let authority =
        uri.authority().filter(|authority| !authority.as_str().contains('@') && !authority.host().is_empty());
    let Some(authority) = authority else { return Err(format!("`{shown}` has no host, or a user name before it")) };
    let client = client(calls, authority.host(), authority.port_u16().unwrap_or(default_port), default_port)?;
    let method = Method::from_bytes(options.method.to_ascii_uppercase().as_bytes());
    let mut request = Request::new(if body.is_empty() { BodyStream::empty() } else { BodyStream::whole(body) });
    *request.method_mut() = method.map_err(|_| "the method is not one".to_owned())?;
    *request.uri_mut() = uri;
    for (name, value) in &options.headers {
        let wrong = || format!("the header `{}` cannot be sent", name.chars().take(80).collect::<String>());
        let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        else {
            return Err(wrong());
        };
        request.headers_mut().append(name, value);
    }
    let seconds = if options.timeout.is_finite() { options.timeout.clamp(0.001, 86_400.0) } else { 60.0 };
    Ok(HostCall { client, request, timeout: Duration::from_secs_f64(seconds), limit, content: None })
}

/// The pool for a host: metadata services stay closed to all of them, this machine to hosts that nobody named.
fn client(calls: Option<&Calls>, host: &str, port: u16, default_port: u16) -> std::result::Result<HttpClient, String> {
    let shown: String = host.chars().take(200).collect();
    let Some(calls) = calls else { return Err("this script cannot call out".to_owned()) };
    let written = calls.written.iter().any(|(known, on)| known.eq_ignore_ascii_case(host) && *on == port);
    match calls.allowed.find(host, port, default_port) {
        _ if written => Ok(calls.named.clone()),
        Some(Allowed::ByName) => Ok(calls.named.clone()),
        Some(Allowed::BySuffix) => Ok(calls.unnamed.clone()),
        None if calls.allowed.is_empty() && !calls.required => Ok(calls.unnamed.clone()),
        None => Err(format!("`{shown}` may not be called: name it in `allowed-hosts` under `x-assembly`")),
    }
}

impl HostCall {
    async fn make(self) -> Outcome {
        let HostCall { client, request, timeout: limit, limit: bytes, mut content } = self;
        let target = CallTarget::Service { method: request.method().clone(), uri: request.uri().clone() };
        let started = Instant::now();
        let exchange = async {
            let answer = client.send(request, limit).await.map_err(|error| error.call_failure())?;
            let (parts, body) = answer.into_parts();
            let broken = |error: BoxError| CallFailure { kind: "answer", cause: error.to_string() };
            let body = Limited::new(body, bytes).collect().await.map_err(broken)?.to_bytes();
            Ok::<_, CallFailure>((parts, body))
        };
        let exchanged = timeout(limit, exchange).await;
        if let (Some(content), Ok(Ok((parts, body)))) = (&mut content, &exchanged) {
            content.answer = Some((parts.status, parts.headers.clone(), body.clone()));
        }
        let ended = |result| Box::new(Call { content, ..Call::ended(target, started, result) });
        match exchanged {
            Err(_) => {
                let message = format!("no answer within {} s", limit.as_secs_f64());
                let failure = CallFailure { kind: "response_timeout", cause: message.clone() };
                Outcome::Failed { code: 408, message, call: ended(Err(failure)) }
            }
            Ok(Err(failure)) => {
                Outcome::Failed { code: 500, message: failure.cause.clone(), call: ended(Err(failure)) }
            }
            Ok(Ok((parts, body))) => {
                let call = ended(Ok(parts.status));
                let mut headers: IndexMap<&str, String> = IndexMap::new();
                for (name, value) in &parts.headers {
                    let value = String::from_utf8_lossy(value.as_bytes());
                    match headers.get_mut(name.as_str()) {
                        Some(known) => {
                            known.push_str(", ");
                            known.push_str(&value);
                        }
                        None => drop(headers.insert(name.as_str(), value.into_owned())),
                    }
                }
                let headers = serde_json::to_vec(&headers).unwrap_or_else(|_| b"{}".to_vec());
                let reason = parts.status.canonical_reason().unwrap_or_default().to_owned();
                Outcome::Response { status: parts.status.as_u16(), reason, headers, body, call }
            }
        }
    }
}
