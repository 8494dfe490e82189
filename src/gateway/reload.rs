//! Replacing what is served, as a whole or not at all.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use arc_swap::{ArcSwap, ArcSwapOption};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::certificates::Certificates;
use crate::base::{Findings, Sources, render_short};
use crate::load::{Load, Paths, load_over};
use crate::resources::background::Background;
use crate::resources::{LoadContext, Resources};
use crate::runtime::Snapshot;
use crate::server::{Control, LastLoad, Readiness, Status, Tls};
use crate::settings::{self, LocalService, Purpose, Startup};
use crate::source::{Environment, Witness};
use crate::telemetry::{Metrics, ReloadOutcome};
use crate::value::joined;

/// The documents of a gateway and what it serves of them.
pub struct Gateway {
    inputs: Inputs,
    /// The settings file at the first load; later changes need a restart.
    startup: OnceLock<Startup>,
    resources: Resources,
    environment: Box<dyn Environment + Send + Sync>,
    observer: Box<Observer>,
    metrics: Arc<Metrics>,
    certificates: Certificates,
    ready: Arc<Readiness>,
    current: Arc<ArcSwap<Snapshot>>,
    generation: AtomicU64,
    /// The files that the last load read, secrets included.
    referred: Mutex<Vec<PathBuf>>,
    /// How the last load ended. Whoever reads it never waits for a load.
    last: ArcSwapOption<LastLoad>,
    /// Held during a load, so that two never overlap. Only a thread that loads may wait for it.
    loading: Mutex<()>,
    /// Lets one load at a time have a thread; the others wait for it without one.
    turn: tokio::sync::Mutex<()>,
    /// Gives memory back to the system. A load needs several times what it leaves behind.
    give_memory_back: fn(),
}

/// The input of every load.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Documents, and folders that hold them.
    pub paths: Vec<PathBuf>,
    /// Folders whose files documents may name, besides their own.
    pub files_from: Vec<PathBuf>,
    pub settings: Option<PathBuf>,
    /// The embedded Lambda service that every lambda step calls, in `gantry dev`.
    pub local: Option<LocalService>,
    /// Operations answer from examples, whatever the settings say.
    pub mock: bool,
}

/// Told about every load, to show its findings to people.
pub type Observer = dyn Fn(Reload, &Load) + Send + Sync;

/// How a load ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// The new snapshot serves.
    Swapped { generation: u64 },
    /// There were errors, and the previous documents stay in use.
    RolledBack {
        /// The number of the snapshot that stays in use; 0 where nothing served before.
        generation: u64,
    },
}

impl Gateway {
    /// A gateway that serves nothing yet.
    pub fn new(inputs: Inputs, environment: Box<dyn Environment + Send + Sync>, observer: Box<Observer>) -> Self {
        let resources = Resources::default();
        Gateway {
            inputs,
            startup: OnceLock::new(),
            environment,
            observer,
            metrics: Arc::new(Metrics::of(&resources)),
            resources,
            certificates: Certificates::default(),
            ready: Arc::new(Readiness::default()),
            current: Arc::new(ArcSwap::from_pointee(Snapshot::default())),
            generation: AtomicU64::new(0),
            referred: Mutex::default(),
            last: ArcSwapOption::empty(),
            loading: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            give_memory_back: || {},
        }
    }

    /// The same, with an allocator that gives back what a load no longer needs.
    #[must_use]
    pub fn giving_back(mut self, give_memory_back: fn()) -> Self {
        self.give_memory_back = give_memory_back;
        self
    }

    /// The current snapshot; the server reads it for every request.
    pub fn snapshot(&self) -> Arc<ArcSwap<Snapshot>> {
        self.current.clone()
    }

    /// The counters of this process.
    pub fn metrics(&self) -> Arc<Metrics> {
        self.metrics.clone()
    }

    /// The calls that no request waits for.
    pub fn background(&self) -> Arc<Background> {
        self.resources.background().clone()
    }

    /// Whether there is something to serve.
    pub fn readiness(&self) -> Arc<Readiness> {
        self.ready.clone()
    }

    /// The files that the last load read, secrets included; a change of one of them may change what is served.
    pub fn referred(&self) -> Vec<PathBuf> {
        lock(&self.referred).clone()
    }

    /// The TLS of the listener; none before the first load, or where APIs are served over plain HTTP.
    pub fn tls(&self) -> Option<Arc<Tls>> {
        self.certificates.tls()
    }

    /// The files of `server.tls`.
    pub fn certificate_files(&self) -> Vec<PathBuf> {
        self.certificates.files()
    }

    /// Reads the files of `server.tls` again.
    pub fn renew_certificates(&self) {
        self.certificates.renew(self.environment.as_ref());
    }

    /// Loads the documents and, without errors, serves them. Takes as long as reading and compiling does.
    pub fn load(&self) -> Reload {
        let _loading = lock(&self.loading);
        self.renew_certificates();
        let mut loaded = self.read();
        let outcome = match loaded.snapshot.take() {
            Some(snapshot) => {
                self.resources.loaded();
                self.current.store(Arc::new(snapshot));
                self.ready.loaded();
                Reload::Swapped { generation: self.generation.fetch_add(1, Ordering::Relaxed) + 1 }
            }
            None => Reload::RolledBack { generation: self.generation.load(Ordering::Relaxed) },
        };
        let counted = match outcome {
            Reload::Swapped { .. } => ReloadOutcome::Loaded,
            Reload::RolledBack { .. } => ReloadOutcome::Kept,
        };
        self.metrics.reloaded(counted, self.generation.load(Ordering::Relaxed));
        if matches!(outcome, Reload::Swapped { .. }) {
            self.metrics.left_out(loaded.left_out.len());
        }
        (self.observer)(outcome, &loaded);
        let Load { documents, skipped, referred, .. } = &loaded;
        *lock(&self.referred) = [documents, skipped, referred].into_iter().flatten().cloned().collect();
        self.last.store(Some(Arc::new(last_load(outcome, &loaded))));
        outcome
    }

    /// Reads the settings and then the documents.
    fn read(&self) -> Load {
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let environment = Witness::new(self.environment.as_ref());
        let path = self.inputs.settings.as_deref();
        let Ok(settings) = settings::read(path, &environment, &mut sources, &mut findings) else {
            return Load::refused(sources, findings);
        };
        let node = settings.tls_node.clone();
        let (startup, mut live) = settings.split();
        if *self.startup.get_or_init(|| startup.clone()) != startup {
            tracing::warn!(
                "`server`, `log` or `traces` of the settings have changed: they take effect at the next start"
            );
        }
        let tls = self.startup.get().and_then(|startup| startup.server.tls.as_ref());
        if let Some(tls) = tls
            && self
                .certificates
                .begin(tls, node.as_ref(), self.environment.as_ref(), &mut sources, &mut findings)
                .is_err()
        {
            return Load::refused(sources, findings);
        }
        live.aws.local = self.inputs.local.clone();
        live.documents.mock |= self.inputs.mock;
        let around = LoadContext {
            settings: &live,
            resources: &self.resources,
            environment: &environment,
            purpose: Purpose::Serve,
        };
        let paths = Paths { documents: &self.inputs.paths, files_from: &self.inputs.files_from };
        let mut loaded = load_over(Some(&self.current.load()), paths, around, &|_| {});
        // A secret in a file may be rotated like a document.
        let (files, outside) = environment.into_parts();
        loaded.referred.extend(files);
        if let Some(snapshot) = &mut loaded.snapshot {
            snapshot.outside = outside.into();
        }
        loaded
    }

    /// [`Gateway::load`] off the reactor: a large estate takes longer than a request should wait.
    pub async fn load_in_background(self: Arc<Self>) -> Reload {
        let _turn = self.turn.lock().await;
        let gateway = self.clone();
        let load = move || {
            let outcome = gateway.load();
            (gateway.give_memory_back)();
            outcome
        };
        joined(tokio::task::spawn_blocking(load)).await
    }
}

impl Control for Gateway {
    fn reload(self: Arc<Self>) -> BoxFuture<'static, Status> {
        let gateway = self.clone();
        async move {
            self.load_in_background().await;
            gateway.status()
        }
        .boxed()
    }

    fn status(&self) -> Status {
        let snapshot = self.current.load();
        Status {
            version: env!("CARGO_PKG_VERSION"),
            generation: self.generation.load(Ordering::Relaxed),
            apis: snapshot.apis.iter().map(|api| api.name.to_string()).collect(),
            operations: snapshot.all.len(),
            last_load: self.last.load().as_deref().cloned(),
        }
    }
}

/// A thread that panicked leaves nothing half-done: every change under these locks is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn last_load(outcome: Reload, loaded: &Load) -> LastLoad {
    LastLoad {
        at: OffsetDateTime::from(SystemTime::now()).format(&Rfc3339).unwrap_or_default(),
        loaded: matches!(outcome, Reload::Swapped { .. }),
        errors: loaded.findings.errors(),
        warnings: loaded.findings.warnings(),
        left_out: loaded.left_out.iter().map(ToString::to_string).collect(),
        findings: loaded.findings.iter().map(|finding| render_short(finding, &loaded.sources)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::source::ProcessEnvironment;

    const PATIENCE: Duration = Duration::from_secs(10);

    /// A gateway whose loads wait in the observer: each tells that it has come there, and goes on when told to.
    fn stuck() -> (Arc<Gateway>, mpsc::Receiver<()>, mpsc::Sender<()>) {
        let ((there, arrived), (go, wait)) = (mpsc::channel(), mpsc::channel());
        let wait = Mutex::new(wait);
        let there = Mutex::new(there);
        let observer = move |_: Reload, _: &Load| {
            lock(&there).send(()).unwrap();
            lock(&wait).recv_timeout(PATIENCE).unwrap();
        };
        let gateway = Gateway::new(Inputs::default(), Box::new(ProcessEnvironment), Box::new(observer));
        (Arc::new(gateway), arrived, go)
    }

    #[test]
    fn a_status_does_not_wait_for_a_load() {
        let (gateway, arrived, go) = stuck();
        let loading = gateway.clone();
        let load = std::thread::spawn(move || loading.load());
        arrived.recv_timeout(PATIENCE).unwrap();
        let (asked, (told, answer)) = (gateway.clone(), mpsc::channel());
        std::thread::spawn(move || told.send(asked.status().last_load.is_some()));
        assert_eq!(answer.recv_timeout(PATIENCE), Ok(false), "the status of a gateway whose load is stuck");
        assert!(gateway.referred().is_empty());
        go.send(()).unwrap();
        load.join().unwrap();
        assert!(gateway.status().last_load.is_some());
    }

    #[tokio::test]
    async fn loads_follow_each_other_and_wait_without_a_thread() {
        let (gateway, arrived, go) = stuck();
        let loads: Vec<_> = (0..3).map(|_| tokio::spawn(gateway.clone().load_in_background())).collect();
        let arrived = Arc::new(Mutex::new(arrived));
        for left in (0..loads.len()).rev() {
            let next = arrived.clone();
            let came = tokio::task::spawn_blocking(move || lock(&next).recv_timeout(PATIENCE));
            came.await.unwrap().unwrap();
            assert!(lock(&arrived).try_recv().is_err(), "two loads at a time");
            assert_eq!(loads.iter().filter(|load| !load.is_finished()).count(), left + 1);
            go.send(()).unwrap();
            while loads.iter().filter(|load| !load.is_finished()).count() > left {
                tokio::task::yield_now().await;
            }
        }
    }
}
