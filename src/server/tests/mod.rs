//! Servers on free loopback ports, spoken to in raw bytes.

mod connections;
mod crowds;
mod drain;
mod messages;
mod proxies;
mod records;
mod refusals;
mod slow;
mod tls;
mod traces;

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Addresses, Control, DrainReport, Parts, Readiness, Status, Tls, bind};
use crate::base::Sources;
use crate::openapi::PathTemplate;
use crate::resources::background::Background;
use crate::runtime::{
    ApiInfo, CatchNames, Context, ContextLimits, Fault, Handler, Next, Op, OperationInfo, Outcome, Pipeline, Route,
    Snapshot, Step, StepInfo,
};
use crate::settings::Server;
use crate::telemetry::{AccessForm, AccessLog, Metrics, Records, Tracer};
use crate::value::Seconds;

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A process without documents, for the admin listener.
struct Nothing;

impl Control for Nothing {
    fn reload(self: Arc<Self>) -> futures_util::future::BoxFuture<'static, Status> {
        Box::pin(async { panic!("no documents") })
    }

    fn status(&self) -> Status {
        Status { version: "test", generation: 0, apis: Vec::new(), operations: 0, last_load: None }
    }
}

/// A step that is ready at once.
struct Now<F>(F);

impl<F: Fn(&mut Context) -> Result<Next, Fault> + Send + Sync> Step for Now<F> {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        Outcome::Ready(self.0(cx))
    }
}

/// A step that waits.
struct Wait(Duration);

impl Step for Wait {
    fn run<'a>(&'a self, _: &'a mut Context) -> Outcome<'a> {
        Outcome::wait(async {
            tokio::time::sleep(self.0).await;
            Ok(Next::Continue)
        })
    }
}

fn now(step: impl Fn(&mut Context) -> Result<Next, Fault> + Send + Sync + 'static) -> Op {
    Op::Step(Box::new(Now(step)))
}

/// A step that only changes the context.
fn change(step: impl Fn(&mut Context) + Send + Sync + 'static) -> Op {
    now(move |cx| {
        step(cx);
        Ok(Next::Continue)
    })
}

fn wait(millis: u64) -> Op {
    Op::Step(Box::new(Wait(Duration::from_millis(millis))))
}

fn pipeline(ops: Vec<Op>) -> Pipeline {
    let info = StepInfo { policy: "test".into(), title: "a test step".into(), place: "api.yaml:7:9".into() };
    let info = Some(Arc::new(info));
    Pipeline { info: ops.iter().map(|_| info.clone()).collect(), ops: ops.into(), ..Pipeline::default() }
}

/// The last op is the handler of all others.
fn handled(ops: Vec<Op>) -> Pipeline {
    let last = ops.len() as u32 - 1;
    let handler = Handler { ops: 0..last, faults: CatchNames::Default, entry: last };
    Pipeline { handlers: Box::new([handler]), runs_to_end: true, ..pipeline(ops) }
}

fn snapshot(routes: Vec<(&str, &str, Pipeline)>) -> Snapshot {
    let text = |text: &str| Arc::<str>::from(text);
    let api = Arc::new(ApiInfo { name: text("pets"), title: text("Pets"), version: text("1"), ..ApiInfo::default() });
    let span = Sources::default().add("api.yaml", "").start();
    let limits = ContextLimits { request: PATIENCE, handlers: PATIENCE, body_bytes: 1000 };
    let mut snapshot = Snapshot { limits, ..Snapshot::default() };
    for (verb, path, pipeline) in routes {
        let (path, verb) = (text(path), Some(verb.parse().unwrap()));
        let operation = Arc::new(OperationInfo {
            full_path: path.clone(),
            path: path.clone(),
            sample_path: path.clone(),
            ..OperationInfo::default()
        });
        let route = Route {
            verb: verb.clone(),
            answers_head: false,
            folds_slashes: false,
            api: api.clone(),
            operation,
            pipeline: Arc::new(pipeline),
            span,
            kept: std::sync::OnceLock::new(),
        };
        let segments = PathTemplate::parse(&path).unwrap().segments;
        assert!(snapshot.routes.insert(&segments, verb, Arc::new(route)).is_ok());
    }
    snapshot
}

/// Free ports, no waiting at the end, and time limits long enough not to matter.
fn settings() -> Server {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    Server { listen: any, admin_listen: any, drain_delay: Seconds::new(0), ..Server::default() }
}

/// Waits for what real sockets bring while a paused clock is still: it goes on by itself only when no task can run.
async fn still<T>(what: impl Future<Output = T>) -> T {
    let end = std::time::Instant::now() + PATIENCE;
    let run = async {
        while std::time::Instant::now() < end {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        done = what => done,
        () = run => panic!("it took too long"),
    }
}

fn millis(millis: u64) -> Seconds {
    Seconds(Duration::from_millis(millis))
}

struct Running {
    at: Addresses,
    tls: Option<Arc<Tls>>,
    metrics: Arc<Metrics>,
    drain: Option<oneshot::Sender<()>>,
    hurry: Option<oneshot::Sender<()>>,
    background: Arc<Background>,
    ended: JoinHandle<DrainReport>,
}

async fn start(settings: Server, snapshot: Snapshot) -> Running {
    start_with(settings, snapshot, Arc::new(Metrics::new()), None).await
}

async fn start_with(
    settings: Server,
    snapshot: Snapshot,
    metrics: Arc<Metrics>,
    access_log: Option<AccessLog>,
) -> Running {
    start_traced(settings, snapshot, metrics, access_log, None).await
}

async fn start_traced(
    settings: Server,
    snapshot: Snapshot,
    metrics: Arc<Metrics>,
    access_log: Option<AccessLog>,
    tracer: Option<Tracer>,
) -> Running {
    start_recorded(settings, snapshot, metrics, access_log, tracer, None).await
}

async fn start_recorded(
    settings: Server,
    snapshot: Snapshot,
    metrics: Arc<Metrics>,
    access_log: Option<AccessLog>,
    tracer: Option<Tracer>,
    records: Option<Records>,
) -> Running {
    let tls = settings.tls.as_ref().map(|of| Arc::new(Tls::new(tls::material(of))));
    let listeners = bind(&settings).unwrap().listen().unwrap();
    let at = listeners.addresses;
    let background = Arc::new(Background::default());
    let parts = Parts {
        background: background.clone(),
        snapshot: Arc::new(ArcSwap::from_pointee(snapshot)),
        metrics: metrics.clone(),
        access_log,
        tracer,
        records,
        ready: Arc::new(Readiness::default()),
        control: Arc::new(Nothing),
        tls: tls.clone(),
    };
    parts.ready.loaded();
    let ((drain, draining), (hurry, hurrying)) = (oneshot::channel::<()>(), oneshot::channel::<()>());
    let wait = |signal: oneshot::Receiver<()>| async {
        if signal.await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let ended = tokio::spawn(listeners.serve(parts, wait(draining), wait(hurrying)));
    Running { at, tls, metrics, drain: Some(drain), hurry: Some(hurry), background, ended }
}

impl Running {
    /// Waits until the metrics have this text.
    async fn counts(&self, text: &str) {
        let end = std::time::Instant::now() + PATIENCE;
        while !self.metrics.encode().contains(text) {
            assert!(std::time::Instant::now() < end, "no {text} in\n{}", self.metrics.encode());
            tokio::task::yield_now().await;
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.at.traffic).await.unwrap()
    }

    /// Sends these bytes on a connection of their own and reads until the server closes it.
    async fn send(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        read_all(&mut stream).await
    }

    async fn get(&self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await
    }

    async fn admin(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.at.admin).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        read_all(&mut stream).await
    }

    fn drain(&mut self) {
        self.drain.take().unwrap().send(()).unwrap();
    }
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset after the response is an end, too.
    timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("the server did not close the connection").ok();
    String::from_utf8(bytes).unwrap()
}

/// Reads until this text has come.
async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(end) {
        let count = timeout(PATIENCE, stream.read(&mut buffer)).await.unwrap().unwrap();
        assert_ne!(count, 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    text
}

fn status(response: &str) -> u16 {
    response.strip_prefix("HTTP/1.1 ").unwrap_or_else(|| panic!("{response:?}"))[..3].parse().unwrap()
}

fn header<'a>(response: &'a str, name: &str) -> Vec<&'a str> {
    let head = response.split("\r\n\r\n").next().unwrap();
    let fields = head.lines().skip(1).map(|line| line.split_once(": ").unwrap_or((line, "")));
    fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

fn body(response: &str) -> &str {
    response.split_once("\r\n\r\n").unwrap().1
}

/// For the lines of an access log.
#[derive(Clone, Default)]
struct Lines(Arc<std::sync::Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Write::write(&mut *self.0.lock().unwrap(), bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
