//! The Lambda Runtime API (2018-06-01), one listener per handler process.
//!
//! A listener of its own tells us which process calls; a path prefix would not do, the official
//! Python client opens its connection for `init/error` to the bare value of
//! `AWS_LAMBDA_RUNTIME_API`.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinSet;

use super::errors::unbuildable;
use super::invocation::{Fault, Invocation, Piece};
use super::lock::locked;

/// The largest result a handler may send, bytes.
const RESULT_LIMIT: usize = 6_291_556;
const PREFIX: &str = "/2018-06-01/runtime/";

/// Our end of the conversation with one handler process.
pub struct RuntimeApi {
    pub address: SocketAddr,
    mailbox: Arc<Mailbox>,
    _server: JoinSet<()>,
}

/// The exchange between the service and the process: one invocation at a time.
struct Mailbox {
    slot: Mutex<Slot>,
    arrived: Notify,
    /// Sends once: the process asked for work, or reported that it cannot start.
    started: Mutex<Option<oneshot::Sender<Result<(), Fault>>>>,
}

enum Slot {
    Free,
    /// Waiting for the process to ask.
    Offered(Job),
    /// The process has it.
    Taken(Job),
}

struct Job {
    invocation: Arc<Invocation>,
    deadline: SystemTime,
    reply: oneshot::Sender<Result<Bytes, Fault>>,
}

type Reply = Response<Full<Bytes>>;

impl RuntimeApi {
    /// Opens a listener on loopback. The receiver learns whether the process gets as far as `next`.
    pub async fn open() -> std::io::Result<(RuntimeApi, oneshot::Receiver<Result<(), Fault>>)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (started, has_started) = oneshot::channel();
        let mailbox = Arc::new(Mailbox {
            slot: Mutex::new(Slot::Free),
            arrived: Notify::new(),
            started: Mutex::new(Some(started)),
        });
        let mut server = JoinSet::new();
        server.spawn(serve(listener, mailbox.clone()));
        let api = RuntimeApi { address, mailbox, _server: server };
        Ok((api, has_started))
    }

    /// Hands over an invocation; the result comes when the process sends it.
    pub fn offer(&self, invocation: Arc<Invocation>, timeout: Duration) -> oneshot::Receiver<Result<Bytes, Fault>> {
        let (reply, result) = oneshot::channel();
        let deadline = SystemTime::now() + timeout;
        *locked(&self.mailbox.slot) = Slot::Offered(Job { invocation, deadline, reply });
        self.mailbox.arrived.notify_one();
        result
    }

    /// Whether the process has taken the invocation offered last.
    pub fn taken(&self) -> bool {
        !matches!(*locked(&self.mailbox.slot), Slot::Offered(_))
    }
}

async fn serve(listener: TcpListener, mailbox: Arc<Mailbox>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                while connections.try_join_next().is_some() {}
                connections.spawn(connection(stream, mailbox.clone()));
            }
            // Out of descriptors, most likely: give others the time to close some.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, mailbox: Arc<Mailbox>) {
    // With Nagle's algorithm on, a warm call waits 40 ms for a delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| mailbox.answer(request));
    // Title case, because clients look headers up as the AWS documentation spells them.
    let mut http = http1::Builder::new();
    let served = http.title_case_headers(true).serve_connection(TokioIo::new(stream), service);
    // A broken connection means a dead process, which its owner notices by itself.
    let _ = served.await;
}

impl Mailbox {
    async fn answer(&self, request: Request<Incoming>) -> Result<Reply, Infallible> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
        let steps: Vec<&str> = path.split('/').collect();
        Ok(match (&parts.method, steps.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => {
                let result = self.result(id, &parts.headers, body).await;
                self.finish(id, result)
            }
            (&Method::POST, ["invocation", id, "error"]) => {
                self.finish(id, read(body).await.and_then(|document| Err(Fault::Reported(document))))
            }
            (&Method::POST, ["init", "error"]) => {
                let fault = read(body).await.map_or_else(|fault| fault, Fault::Reported);
                self.report_start(Err(fault));
                accepted()
            }
            _ => refused(StatusCode::NOT_FOUND, "UnknownPath", "no such Runtime API call"),
        })
    }

    /// The long poll: answers when there is work, however late.
    async fn next(&self) -> Reply {
        self.report_start(Ok(()));
        loop {
            if let Some(reply) = self.take() {
                return reply;
            }
            self.arrived.notified().await;
        }
    }

    fn take(&self) -> Option<Reply> {
        let mut slot = locked(&self.slot);
        let job = match std::mem::replace(&mut *slot, Slot::Free) {
            Slot::Offered(job) => job,
            other => {
                *slot = other;
                return None;
            }
        };
        let reply = next_event(&job);
        *slot = Slot::Taken(job);
        Some(reply)
    }

    /// The handler's result: forwarded as it is received if the caller asked for a stream, else read as a whole.
    async fn result(&self, id: &str, headers: &HeaderMap, body: Incoming) -> Result<Bytes, Fault> {
        let stream = match &*locked(&self.slot) {
            Slot::Taken(job) if job.invocation.id == id => job.invocation.stream.clone(),
            _ => None,
        };
        let streams = headers.get("lambda-runtime-function-response-mode").is_some_and(|mode| mode == "streaming");
        match stream.filter(|_| streams) {
            Some(stream) => forward(headers, body, &stream).await,
            None => read(body).await,
        }
    }

    fn finish(&self, id: &str, result: Result<Bytes, Fault>) -> Reply {
        let mut slot = locked(&self.slot);
        match std::mem::replace(&mut *slot, Slot::Free) {
            Slot::Taken(job) if job.invocation.id == id => {
                let large = matches!(result, Err(Fault::TooLarge(_)));
                // The receiver is gone if the invocation has timed out meanwhile.
                let _ = job.reply.send(result);
                if large {
                    let status = StatusCode::PAYLOAD_TOO_LARGE;
                    return refused(status, "RequestEntityTooLarge", "Exceeded maximum allowed payload size");
                }
                accepted()
            }
            other => {
                *slot = other;
                refused(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
            }
        }
    }

    fn report_start(&self, result: Result<(), Fault>) {
        if let Some(started) = locked(&self.started).take() {
            let _ = started.send(result);
        }
    }
}

async fn read(body: Incoming) -> Result<Bytes, Fault> {
    // The only errors are the limit and a connection that broke; the second is a dying process.
    let collected = Limited::new(body, RESULT_LIMIT).collect().await.map_err(|_| Fault::TooLarge(RESULT_LIMIT))?;
    match collected.trailers().and_then(fault_of) {
        Some(fault) => Err(fault),
        None => Ok(collected.to_bytes()),
    }
}

/// Passes a streamed answer on; what the caller no longer reads is lost, and the handler is not told. The result is empty.
async fn forward(headers: &HeaderMap, mut body: Incoming, stream: &mpsc::Sender<Piece>) -> Result<Bytes, Fault> {
    if let Some(declared) = headers.get(CONTENT_TYPE) {
        let _ = stream.send(Piece::Declared(declared.clone())).await;
    }
    while let Some(Ok(frame)) = body.frame().await {
        match frame.into_data() {
            Ok(bytes) => drop(stream.send(Piece::Bytes(bytes)).await),
            Err(frame) => {
                if let Some(fault) = frame.trailers_ref().and_then(fault_of) {
                    return Err(fault);
                }
            }
        }
    }
    Ok(Bytes::new())
}

/// A handler that fails while it streams says so in trailers.
fn fault_of(trailers: &HeaderMap) -> Option<Fault> {
    trailers.get("lambda-runtime-function-error-type")?;
    let document = trailers.get("lambda-runtime-function-error-body");
    let document = document.and_then(|document| BASE64_STANDARD.decode(document).ok()).unwrap_or_default();
    Some(Fault::Reported(document.into()))
}

/// The invocation as the process sees it.
fn next_event(job: &Job) -> Reply {
    let invocation = &job.invocation;
    let deadline = job.deadline.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut reply = Response::builder()
        // Exactly this: with parameters, awslambdaric passes the handler raw bytes.
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", &invocation.id)
        .header("lambda-runtime-deadline-ms", deadline.as_millis().to_string())
        .header("lambda-runtime-invoked-function-arn", &invocation.arn)
        .header("lambda-runtime-trace-id", &invocation.trace_id);
    if let Some(context) = &invocation.client_context {
        reply = reply.header("lambda-runtime-client-context", context);
    }
    built(reply, invocation.payload.clone())
}

fn accepted() -> Reply {
    let reply = Response::builder().status(StatusCode::ACCEPTED);
    let reply = reply.header("content-type", "application/json");
    built(reply, Bytes::from_static(b"{\"status\":\"OK\"}\n"))
}

fn refused(status: StatusCode, kind: &str, message: &str) -> Reply {
    let document = serde_json::json!({"errorType": kind, "errorMessage": message});
    let reply = Response::builder().status(status);
    let reply = reply.header("content-type", "application/json");
    built(reply, Bytes::from(document.to_string()))
}

/// A full body, so that head and body leave in one write.
fn built(reply: http::response::Builder, body: Bytes) -> Reply {
    reply.body(Full::new(body)).unwrap_or_else(unbuildable)
}
