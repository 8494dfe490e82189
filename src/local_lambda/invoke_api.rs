//! The Lambda Invoke API over HTTP: `POST /2015-03-31/functions/NAME/invocations`, and
//! `POST /2021-11-15/functions/NAME/response-streaming-invocations`.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, Method, Request, Response, StatusCode, request};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde::de::IgnoredAny;
use time::OffsetDateTime;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::address::{Address, Home};
use super::errors::{Refusal, unbuildable};
use super::events::deliver;
use super::injected_faults::{Answer, Injected};
use super::invocation::{Fault, Invocation, Invoked, Outcome, Piece};
use super::lock::locked;
use super::pool::{Admission, Pool};
use super::registry::Registry;
use super::signature::{Signed, Verifier};
use super::stream::{ReplyBody, Running, events};
use crate::value::panic_message;

/// The largest event of a synchronous call, bytes.
const SYNC_LIMIT: usize = 6_291_456;
/// The largest event of an asynchronous call, bytes.
const ASYNC_LIMIT: usize = 1_048_576;
/// Bodies are read up to here, so that a call over the limits above gets its answer instead of a
/// broken connection, bytes.
const READ_LIMIT: usize = 32 * 1024 * 1024;
/// The largest client context, base64 characters.
const CONTEXT_LIMIT: usize = 3583;

/// The types that a call with a streamed response may have.
const STREAM_TYPES: &str = "enum value set: [RequestResponse, DryRun]";

type Reply = Response<Full<Bytes>>;

/// Everything a call needs.
pub struct Service {
    pub home: Arc<Home>,
    pub verifier: Verifier,
    pub registry: Arc<Registry>,
    /// Running invocations. They outlive the call that started them, as they do on AWS.
    pub running: Mutex<JoinSet<()>>,
}

/// The function and the version of an address.
struct Found {
    pool: Arc<Pool>,
    arn: String,
    version: String,
}

/// Why a call gets no result.
enum Failure {
    Refused(Refusal),
    Closed,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(refusal)
    }
}

/// The connection is closed on purpose.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
struct Closed;

/// `X-Amz-Invocation-Type`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InvocationType {
    RequestResponse,
    Event,
    DryRun,
}

impl InvocationType {
    fn read(headers: &HeaderMap) -> Result<InvocationType, Refusal> {
        let constraint = "enum value set: [Event, RequestResponse, DryRun]";
        match text(headers, "x-amz-invocation-type") {
            None | Some("RequestResponse") => Ok(InvocationType::RequestResponse),
            Some("Event") => Ok(InvocationType::Event),
            Some("DryRun") => Ok(InvocationType::DryRun),
            Some(other) => Err(Refusal::invalid("invocationType", other, constraint)),
        }
    }
}

/// Accepts connections until dropped.
pub async fn serve(listener: TcpListener, service: Arc<Service>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                while connections.try_join_next().is_some() {}
                connections.spawn(connection(stream, service.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "local Lambda cannot accept a connection");
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, service: Arc<Service>) {
    let _ = stream.set_nodelay(true);
    let answer = service_fn(move |request| {
        let service = service.clone();
        async move { service.answer(request).await }
    });
    let http = auto::Builder::new(TokioExecutor::new());
    if let Err(error) = http.serve_connection(TokioIo::new(stream), answer).await {
        tracing::debug!(%error, "a connection to local Lambda broke");
    }
}

impl Service {
    /// The error closes the connection without an answer, which is one of the faults that can be switched on.
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<ReplyBody>, Closed> {
        let id = Uuid::new_v4().to_string();
        let (parts, body) = request.into_parts();
        match self.invoke(&parts, body, &id).await {
            Ok(reply) => Ok(reply),
            Err(Failure::Refused(refusal)) => Ok(whole(refused(&refusal, &id))),
            Err(Failure::Closed) => Err(Closed),
        }
    }

    async fn invoke(&self, parts: &request::Parts, body: Incoming, id: &str) -> Result<Response<ReplyBody>, Failure> {
        let (segment, streams) = function_segment(parts)
            .ok_or_else(|| Refusal::unknown_operation(parts.method.as_str(), parts.uri.path()))?;
        let body = read(body).await?;
        self.verifier.verify(&Signed::from_parts(parts, &body), OffsetDateTime::now_utc())?;
        let address = Address::parse(segment, parts.uri.query(), &self.home)?;
        let kind = InvocationType::read(&parts.headers)?;
        let Found { pool, arn, version } = self.find(&address)?;
        let sync = kind != InvocationType::Event;
        let invocation = Invocation {
            id: id.to_owned(),
            version,
            payload: event(body, if sync { SYNC_LIMIT } else { ASYNC_LIMIT })?,
            arn,
            trace_id: trace_id(&parts.headers),
            client_context: if sync { client_context(&parts.headers)? } else { None },
            wants_log: sync && text(&parts.headers, "x-amz-log-type") == Some("Tail"),
            stream: None,
        };
        if let Some(switch) = pool.fault() {
            tokio::time::sleep(switch.delay).await;
            match switch.answer.map(Answer::switched) {
                Some(Injected::Refused(refusal)) => return Err(refusal.into()),
                Some(Injected::Failed(payload)) => {
                    let fault = Outcome::failed(Fault::Reported(payload));
                    return Ok(whole(result(fault, id, &invocation.version, &invocation.trace_id, false)));
                }
                Some(Injected::Closed) => return Err(Failure::Closed),
                None => {}
            }
        }
        match kind {
            InvocationType::DryRun => Ok(whole(reply(StatusCode::NO_CONTENT, id, &[], Bytes::new()))),
            InvocationType::Event if streams => Err(Refusal::invalid("invocationType", "Event", STREAM_TYPES).into()),
            InvocationType::Event => Ok(whole(self.start_event(pool, invocation))),
            InvocationType::RequestResponse if streams => Ok(self.stream(pool, invocation).await?),
            InvocationType::RequestResponse => Ok(whole(self.run(pool, invocation).await?)),
        }
    }

    /// The function and the version that this call of it runs.
    fn find(&self, address: &Address) -> Result<Found, Refusal> {
        let arn = self.home.arn(address);
        let missing = || Refusal::function_not_found(&arn);
        let pool = self.registry.pool(&address.name).ok_or_else(missing)?;
        let version = pool.function().version(address.qualifier.as_deref()).ok_or_else(missing)?.to_owned();
        Ok(Found { pool, arn, version })
    }

    /// A synchronous call from inside of this process.
    pub async fn invoke_here(&self, function: &str, payload: Bytes) -> Result<Invoked, Refusal> {
        let address = Address::parse(function, None, &self.home)?;
        let Found { pool, arn, version } = self.find(&address)?;
        let id = Uuid::new_v4().to_string();
        let invocation = Invocation {
            id: id.clone(),
            version: version.clone(),
            payload: event(payload, SYNC_LIMIT)?,
            arn,
            trace_id: trace_id(&HeaderMap::new()),
            client_context: None,
            wants_log: false,
            stream: None,
        };
        let admission = pool.admit()?;
        let outcome = pool.run(Arc::new(invocation), admission).await;
        let failed = outcome.result.is_err();
        let payload = outcome.result.unwrap_or_else(|fault| fault.payload(&id));
        Ok(Invoked { payload, failed, version })
    }

    /// Answers once the handler has begun to, or has ended.
    async fn stream(&self, pool: Arc<Pool>, mut invocation: Invocation) -> Result<Response<ReplyBody>, Refusal> {
        let admission = pool.admit()?;
        let (pieces, mut arriving) = mpsc::channel(16);
        invocation.stream = Some(pieces);
        let (id, version) = (invocation.id.clone(), invocation.version.clone());
        let outcome = self.begin(pool, invocation, admission);
        let (mut declared, mut first) = (None, None);
        while let Some(piece) = arriving.recv().await {
            match piece {
                Piece::Declared(kind) => declared = Some(kind),
                Piece::Bytes(bytes) => {
                    first = Some(bytes);
                    break;
                }
            }
        }
        let mut reply = Response::builder()
            .header("content-type", "application/vnd.amazon.eventstream")
            .header("x-amzn-requestid", &id)
            .header("x-amz-executed-version", &version);
        if let Some(declared) = declared {
            reply = reply.header("x-amzn-remapped-content-type", declared);
        }
        let running = Running { id, pieces: arriving, outcome };
        reply.body(events(first, running)).map_err(|_| Refusal::service("The answer cannot be made."))
    }

    /// Runs to the end even when the caller leaves: a handler is not told that its caller has left.
    async fn run(&self, pool: Arc<Pool>, invocation: Invocation) -> Result<Reply, Refusal> {
        let admission = pool.admit()?;
        let (id, trace) = (invocation.id.clone(), invocation.trace_id.clone());
        let (version, wants_log) = (invocation.version.clone(), invocation.wants_log);
        let outcome = self.begin(pool, invocation, admission).await;
        let outcome = outcome.map_err(|_| Refusal::service("The local Lambda service is stopping."))??;
        Ok(result(outcome, &id, &version, &trace, wants_log))
    }

    /// Starts an invocation in a task of its own. Nothing comes where the service stops before its end.
    fn begin(
        &self,
        pool: Arc<Pool>,
        invocation: Invocation,
        admission: Admission,
    ) -> oneshot::Receiver<Result<Outcome, Refusal>> {
        let (done, outcome) = oneshot::channel();
        self.spawn(async move {
            let _ = done.send(or_panic(pool.run(Arc::new(invocation), admission)).await);
        });
        outcome
    }

    /// Queues an event.
    fn start_event(&self, pool: Arc<Pool>, invocation: Invocation) -> Reply {
        let id = invocation.id.clone();
        self.spawn(deliver(pool, Arc::new(invocation)));
        reply(StatusCode::ACCEPTED, &id, &[], Bytes::new())
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut running = locked(&self.running);
        while running.try_join_next().is_some() {}
        running.spawn(work);
    }
}

/// How an invocation ends. A panic of the service is a fault of the service.
async fn or_panic(run: impl Future<Output = Outcome>) -> Result<Outcome, Refusal> {
    AssertUnwindSafe(run).catch_unwind().await.map_err(|panic| {
        let cause = panic_message(&*panic);
        tracing::error!(cause, "local Lambda panicked: this is a defect in Gantry");
        Refusal::service(format!("The local Lambda service panicked: {cause}"))
    })
}

/// The percent-encoded function name, if this is an Invoke call, and whether its answer streams.
fn function_segment(parts: &request::Parts) -> Option<(&str, bool)> {
    let path = parts.uri.path();
    let plain = path.strip_prefix("/2015-03-31/functions/").and_then(|path| path.strip_suffix("/invocations"));
    let streaming = || {
        let path = path.strip_prefix("/2021-11-15/functions/")?;
        path.strip_suffix("/response-streaming-invocations")
    };
    let (segment, streams) = plain.map(|segment| (segment, false)).or_else(|| Some((streaming()?, true)))?;
    (parts.method == Method::POST && !segment.contains('/')).then_some((segment, streams))
}

fn whole(reply: Reply) -> Response<ReplyBody> {
    reply.map(BodyExt::boxed_unsync)
}

async fn read(body: Incoming) -> Result<Bytes, Refusal> {
    let collected = Limited::new(body, READ_LIMIT).collect().await;
    collected.map(http_body_util::Collected::to_bytes).map_err(|_| Refusal::too_large(SYNC_LIMIT))
}

/// Checks that the body is JSON within the limit. No body is the event `{}`, as on AWS.
fn event(body: Bytes, limit: usize) -> Result<Bytes, Refusal> {
    if body.len() > limit {
        return Err(Refusal::too_large(limit));
    }
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match serde_json::from_slice::<IgnoredAny>(&body) {
        Ok(_) => Ok(body),
        Err(error) => Err(Refusal::invalid_content(format!("Could not parse request body into json: {error}"))),
    }
}

/// Decodes the client context into one line of ASCII JSON, fit for a header.
fn client_context(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(encoded) = headers.get("x-amz-client-context") else {
        return Ok(None);
    };
    let invalid = || Refusal::invalid_content("Client context must be a valid Base64-encoded JSON object.");
    if encoded.len() > CONTEXT_LIMIT {
        let message = format!("Client context must be at most {CONTEXT_LIMIT} bytes.");
        return Err(Refusal::invalid_content(message));
    }
    let decoded = BASE64_STANDARD.decode(encoded).map_err(|_| invalid())?;
    let context: serde_json::Value = serde_json::from_slice(&decoded).map_err(|_| invalid())?;
    if !context.is_object() {
        return Err(invalid());
    }
    let mut units = [0; 2];
    let mut line = String::new();
    for character in context.to_string().chars() {
        if character.is_ascii() && character != '\u{7f}' {
            line.push(character);
        } else {
            let units = character.encode_utf16(&mut units).iter();
            line.extend(units.map(|unit| format!("\\u{unit:04x}")));
        }
    }
    Ok(Some(line))
}

/// The caller's trace header, or a new one that is not sampled.
fn trace_id(headers: &HeaderMap) -> String {
    let fresh = || {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let random = Uuid::new_v4().simple().to_string();
        format!("Root=1-{now:08x}-{};Sampled=0", &random[..24])
    };
    text(headers, "x-amzn-trace-id").map_or_else(fresh, str::to_owned)
}

fn result(outcome: Outcome, id: &str, version: &str, trace: &str, wants_log: bool) -> Reply {
    let mut headers =
        vec![("x-amzn-remapped-content-length", "0"), ("x-amz-executed-version", version), ("x-amzn-trace-id", trace)];
    let log = BASE64_STANDARD.encode(&outcome.log);
    if wants_log {
        headers.push(("x-amz-log-result", &log));
    }
    let payload = match outcome.result {
        Ok(payload) => payload,
        Err(fault) => {
            headers.push(("x-amz-function-error", "Unhandled"));
            fault.payload(id)
        }
    };
    reply(StatusCode::OK, id, &headers, payload)
}

fn refused(refusal: &Refusal, id: &str) -> Reply {
    let wait = refusal.retry_after_seconds().map(|seconds| seconds.to_string());
    let mut headers = vec![("x-amzn-errortype", refusal.code)];
    if let Some(seconds) = &wait {
        headers.push(("retry-after", seconds));
    }
    reply(refusal.status, id, &headers, Bytes::from(refusal.body()))
}

fn reply(status: StatusCode, id: &str, headers: &[(&str, &str)], body: Bytes) -> Reply {
    let mut reply = Response::builder().status(status).header("x-amzn-requestid", id);
    if status != StatusCode::NO_CONTENT {
        reply = reply.header("content-type", "application/json");
    }
    for (name, value) in headers {
        reply = reply.header(*name, *value);
    }
    reply.body(Full::new(body)).unwrap_or_else(unbuildable)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_not_reported_as_a_stop() {
        let outcome = || Outcome { result: Ok(Bytes::from_static(b"1")), log: Vec::new() };
        assert!(or_panic(async { outcome() }).await.is_ok());
        let refusal = or_panic(async { panic!("out of order") }).await.err().unwrap();
        assert_eq!((refusal.status, refusal.code), (StatusCode::INTERNAL_SERVER_ERROR, "ServiceException"));
        assert!(refusal.body().contains("panicked: out of order"), "{}", refusal.body());
    }
}
