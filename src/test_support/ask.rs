//! A request to its response, the way a listener does it.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Method, Version};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tokio::time::Instant;

use crate::resources::Resources;
use crate::runtime::{
    ClientCertificate, Context, Details, Fault, Masks, RecordSink, Recorder, Recording, Request, RouteMatch, Snapshot,
    StepInfo, error_document, execute,
};
use crate::telemetry::Metrics;
use crate::value::{Body, BoxError, Message};

/// No test waits longer for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    verb: Method,
    target: String,
    headers: HeaderMap,
    chunks: Vec<Vec<u8>>,
    certificate: Option<Arc<ClientCertificate>>,
}

/// The response that the client receives, and its fault where nothing caught one.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub fault: Option<Fault>,
    /// The step that the last fault came from.
    pub failed_step: Option<Arc<StepInfo>>,
}

/// Keeps the details of a record.
#[derive(Default)]
struct Kept(Mutex<Option<Details>>);

impl RecordSink for Kept {
    fn take(&self, details: Details, _: Masks) {
        *self.0.lock().unwrap() = Some(details);
    }
}

/// A snapshot that answers requests.
pub(crate) struct Gateway {
    pub snapshot: Snapshot,
    pub resources: Resources,
    /// The folder of the documents, which is deleted with this.
    #[allow(dead_code, reason = "it is there to be kept")]
    pub folder: Option<tempfile::TempDir>,
}

impl Ask {
    /// A request without a body. The host is `gateway.test`.
    pub(crate) fn new(verb: &str, target: &str) -> Self {
        let ask = Ask {
            verb: verb.parse().unwrap(),
            target: target.to_owned(),
            headers: HeaderMap::new(),
            chunks: Vec::new(),
            certificate: None,
        };
        ask.header("host", "gateway.test")
    }

    pub(crate) fn get(target: &str) -> Self {
        Ask::new("GET", target)
    }

    pub(crate) fn post(target: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let length = body.len().to_string();
        Ask { chunks: vec![body], ..Ask::new("POST", target) }.header("content-length", &length)
    }

    /// Appends a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.append(http::header::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        self
    }

    /// The same with another verb.
    /// The client has shown this certificate.
    pub(crate) fn certificate(mut self, certificate: ClientCertificate) -> Self {
        self.certificate = Some(Arc::new(certificate));
        self
    }

    pub(crate) fn verb(mut self, verb: &str) -> Self {
        self.verb = verb.parse().unwrap();
        self
    }

    /// Replaces the body with one that comes in pieces and does not say how long it is.
    pub(crate) fn chunked(mut self, chunks: &[&str]) -> Self {
        self.headers.remove("content-length");
        self.chunks = chunks.iter().map(|chunk| chunk.as_bytes().to_vec()).collect();
        self.header("transfer-encoding", "chunked")
    }

    fn into_parts(self, path_parameters: Vec<(Arc<str>, String)>) -> (Request, Body) {
        let whole = self.headers.contains_key("content-length");
        let body = match self.chunks.as_slice() {
            [] => Body::Empty,
            [one] if whole => Body::from_stream(http_body_util::Full::new(Bytes::from(one.clone()))),
            many => {
                let frames = many.iter().map(|chunk| Ok::<_, BoxError>(Frame::data(Bytes::from(chunk.clone()))));
                Body::from_stream(StreamBody::new(futures_util::stream::iter(frames.collect::<Vec<_>>())))
            }
        };
        let request = Request {
            id: "00000000-0000-4000-8000-000000000000".into(),
            method: self.verb,
            uri: self.target.parse().unwrap(),
            version: Version::HTTP_11,
            scheme: "http",
            headers: self.headers.into(),
            body: Body::Empty,
            body_kept: false,
            client: ([192, 0, 2, 7], 40_000).into(),
            peer: ([192, 0, 2, 7], 40_000).into(),
            certificate: self.certificate,
            local: ([192, 0, 2, 1], 8080).into(),
            received: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
            arrived: Instant::now(),
            path_parameters,
        };
        (request, body)
    }
}

impl Gateway {
    /// The text of `/metrics` about the state that outlives a reload.
    pub(crate) fn metrics(&self) -> String {
        Metrics::of(&self.resources).encode()
    }

    pub(crate) fn new(snapshot: Snapshot, resources: Resources) -> Self {
        Gateway { snapshot, resources, folder: None }
    }

    /// Answers a request.
    pub(crate) async fn ask(&self, ask: Ask) -> Answer {
        let running = async {
            match self.run(ask, None).await {
                Ok((message, fault, failed_step)) => Answer::read(message, fault, failed_step).await,
                Err(status) => Answer::bare(status),
            }
        };
        tokio::time::timeout(PATIENCE, running).await.expect("an answer in time")
    }

    /// Answers a request and leaves the body where it is.
    pub(crate) async fn begin(&self, ask: Ask) -> Message {
        let running = tokio::time::timeout(PATIENCE, self.run(ask, None)).await.expect("an answer in time");
        running.expect("a route").0
    }

    /// Answers a request, and gives the record of its steps.
    pub(crate) async fn record(&self, ask: Ask) -> (Answer, Details) {
        let kept = Arc::new(Kept::default());
        let masks = Masks::new(&Arc::default()).with_outside(&self.snapshot.outside);
        masks.learn_headers(&ask.headers);
        let recorder = Recorder::new(None, Some(Recording::new(masks, 4096, kept.clone())));
        let (message, fault, failed_step) = self.run(ask, recorder).await.expect("a route");
        let answer = Answer::read(message, fault, failed_step).await;
        let details = kept.0.lock().unwrap().take().expect("the pipeline is over");
        (answer, details)
    }

    async fn run(
        &self,
        ask: Ask,
        recorder: Option<Box<Recorder>>,
    ) -> Result<(Message, Option<Fault>, Option<Arc<StepInfo>>), u16> {
        let uri: http::Uri = ask.target.parse().unwrap();
        let (route, parameters) = match self.snapshot.find(&ask.verb, uri.path(), &ask.headers) {
            RouteMatch::Found { route, parameters } => (route.clone(), parameters),
            RouteMatch::WrongVerb { .. } => return Err(405),
            RouteMatch::NotFound => return Err(404),
        };
        let parameters = parameters.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        let (request, body) = ask.into_parts(parameters);
        let pipeline = route.pipeline.clone();
        let limits = self.snapshot.limits;
        let mut cx = Context::new(pipeline.clone(), route.api.clone(), route.operation.clone(), request, body, limits);
        cx.state.handling.recorder = recorder;
        let fault = execute(&pipeline, &mut cx).await.err();
        let mut message = match &fault {
            Some(fault) => error_document(fault, pipeline.error_format),
            None => response(&mut cx),
        };
        cx.state.finish(&mut message);
        let failed_step = failed_step(fault.as_ref(), &cx);
        Ok((message, fault, failed_step))
    }

    /// Answers `GET /example/7`.
    pub(crate) async fn get(&self) -> Answer {
        self.ask(Ask::get("/example/7")).await
    }

    /// Answers `POST /example/7`.
    pub(crate) async fn post(&self, body: &str) -> Answer {
        self.ask(Ask::post("/example/7", body)).await
    }
}

/// The response at the end of the flow. As long as no call has replaced `message`, only the changes of steps go out.
fn response(cx: &mut Context) -> Message {
    let state = &mut *cx.state;
    let mut message = std::mem::take(&mut state.outgoing.message);
    if !state.outgoing.is_response {
        let all = std::mem::take(&mut message.headers);
        let touched = |name: &http::HeaderName| state.outgoing.touched_headers.contains(name);
        for (name, value) in all.iter().filter(|(name, _)| touched(name)) {
            message.headers.append(name, value.clone());
        }
    }
    message
}

fn failed_step(fault: Option<&Fault>, cx: &Context) -> Option<Arc<StepInfo>> {
    match (fault, &cx.state.handling.error) {
        (Some(fault), _) => fault.op.and_then(|op| cx.state.route.pipeline.info[op as usize].clone()),
        (None, Some((_, step))) => step.clone(),
        (None, None) => None,
    }
}

impl Answer {
    fn bare(status: u16) -> Self {
        Answer { status, headers: HeaderMap::new(), body: Bytes::new(), fault: None, failed_step: None }
    }

    async fn read(mut message: Message, fault: Option<Fault>, failed_step: Option<Arc<StepInfo>>) -> Self {
        let body = message.body.send().collect().await.expect("the whole body").to_bytes();
        let status = message.status.map_or(200, |status| status.as_u16());
        Answer { status, headers: message.headers.into_map(), body, fault, failed_step }
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The name of the fault that nothing caught.
    pub(crate) fn fault_name(&self) -> Option<&str> {
        self.fault.as_ref().map(|fault| &*fault.name)
    }

    /// Status and body, for comparisons that read well.
    pub(crate) fn short(&self) -> (u16, &str) {
        (self.status, self.text())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        write!(f, "\n{}", String::from_utf8_lossy(&self.body))
    }
}
