//! Replacing what is served, as a whole or not at all.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::base::{Findings, Sources, render_short};
use crate::load::{Load, load};
use crate::resources::background::Background;
use crate::resources::{Resources, Surroundings};
use crate::runtime::Snapshot;
use crate::server::{Control, LastLoad, Readiness, Status};
use crate::settings::{self, LocalService, Purpose, Startup};
use crate::source::{Environment, Witness};
use crate::telemetry::{Metrics, ReloadOutcome};

/// The documents of a gateway and what it serves of them.
pub struct Gateway {
    inputs: Inputs,
    /// What the settings file said at the first load; later changes need a restart.
    startup: OnceLock<Startup>,
    resources: Resources,
    environment: Box<dyn Environment + Send + Sync>,
    observer: Box<Observer>,
    metrics: Arc<Metrics>,
    ready: Arc<Readiness>,
    current: Arc<ArcSwap<Snapshot>>,
    generation: AtomicU64,
    /// The files that the last load read for its documents and settings, secrets included.
    referred: Mutex<Vec<PathBuf>>,
    /// How the last load ended. Held while loading, so that two reloads never overlap.
    last: Mutex<Option<LastLoad>>,
    /// Gives memory back to the system. A load needs several times what it leaves behind.
    give_memory_back: fn(),
}

/// What is read by every load.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Documents, and folders that hold them.
    pub paths: Vec<PathBuf>,
    pub settings: Option<PathBuf>,
    /// The embedded Lambda service that every lambda step calls, in `gantry dev`.
    pub local: Option<LocalService>,
}

/// Told about every load, to show its findings to people.
pub type Observer = dyn Fn(Reload, &Load) + Send + Sync;

/// How a load ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// The new snapshot serves.
    Swapped { generation: u64 },
    /// There were errors, and what served before serves on.
    RolledBack {
        /// The number of the snapshot that serves on; 0 where nothing served before.
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
            ready: Arc::new(Readiness::default()),
            current: Arc::new(ArcSwap::from_pointee(Snapshot::default())),
            generation: AtomicU64::new(0),
            referred: Mutex::default(),
            last: Mutex::new(None),
            give_memory_back: || {},
        }
    }

    /// The same, with an allocator that gives back what a load no longer needs.
    #[must_use]
    pub fn giving_back(mut self, give_memory_back: fn()) -> Self {
        self.give_memory_back = give_memory_back;
        self
    }

    /// What is served; the server reads it for every request.
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

    /// The files that the last load read for its documents and settings, secrets included; a change of one of them changes what is served.
    pub fn referred(&self) -> Vec<PathBuf> {
        lock(&self.referred).clone()
    }

    /// Loads the documents and, without errors, serves them. Takes as long as reading and compiling does.
    pub fn load(&self) -> Reload {
        let mut last = lock(&self.last);
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
        (self.observer)(outcome, &loaded);
        *lock(&self.referred) = std::mem::take(&mut loaded.referred);
        *last = Some(last_load(outcome, &loaded));
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
        let (startup, mut live) = settings.split();
        if *self.startup.get_or_init(|| startup.clone()) != startup {
            tracing::warn!(
                "`server`, `log` or `traces` of the settings have changed: they take effect at the next start"
            );
        }
        live.aws.local = self.inputs.local.clone();
        let around = Surroundings {
            settings: &live,
            resources: &self.resources,
            environment: &environment,
            purpose: Purpose::Serve,
        };
        let mut loaded = load(&self.inputs.paths, around, &|_| {});
        // A secret in a file may be rotated like a document.
        loaded.referred.extend(environment.into_files());
        loaded
    }

    /// [`Gateway::load`] off the reactor: a large estate takes longer than a request should wait.
    pub async fn load_in_background(self: Arc<Self>) -> Reload {
        let load = move || {
            let outcome = self.load();
            (self.give_memory_back)();
            outcome
        };
        match tokio::task::spawn_blocking(load).await {
            Ok(outcome) => outcome,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
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
            last_load: lock(&self.last).clone(),
        }
    }
}

/// What a thread that panicked left behind is complete: every store is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn last_load(outcome: Reload, loaded: &Load) -> LastLoad {
    LastLoad {
        at: OffsetDateTime::from(SystemTime::now()).format(&Rfc3339).unwrap_or_default(),
        loaded: matches!(outcome, Reload::Swapped { .. }),
        errors: loaded.findings.errors(),
        warnings: loaded.findings.warnings(),
        findings: loaded.findings.iter().map(|finding| render_short(finding, &loaded.sources)).collect(),
    }
}
