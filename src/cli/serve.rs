//! `gantry serve`.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::arguments::ServeArguments;
use super::{Exit, print};
use crate::diagnostics::{Findings, Sources};
use crate::gateway::{Gateway, Load, Reload, Signal, Signals, Watcher};
use crate::server::{self, Bound, DrainReport, Parts, Readiness};
use crate::settings::{self, Settings};
use crate::source::ProcessEnvironment;
use crate::telemetry::{self, AccessForm, AccessLog, Metrics, ReloadOutcome};

/// How long the last access lines may take to be written.
const FLUSH_PATIENCE: Duration = Duration::from_secs(2);

pub fn run(arguments: ServeArguments) -> Exit {
    let start = Instant::now();
    let settings = match read_settings(&arguments) {
        Ok(settings) => settings,
        Err(exit) => return exit,
    };
    if let Err(exit) = start_logs(&settings) {
        return exit;
    }
    block_on(async move {
        let bound = match bind(&settings).await {
            Ok(bound) => bound,
            Err(exit) => return exit,
        };
        let gateway = Arc::new(Gateway::new(arguments.input.paths, settings, Box::new(ProcessEnvironment)));
        let (outcome, load) = reload(&gateway).await;
        print::findings_to_stderr(&load.findings, &load.sources);
        if outcome == Reload::RolledBack {
            eprintln!("nothing is served: {}", print::count(load.findings.errors(), "error"));
            return Exit::Findings;
        }
        announce(&gateway, &bound, start);
        match Running::start(gateway, bound, outcome, AccessForm::Json) {
            Ok(running) => running.until_terminated(|_, _| {}).await,
            Err(exit) => exit,
        }
    })
}

/// The settings file with the flags over it.
pub(super) fn read_settings(arguments: &ServeArguments) -> Result<Settings, Exit> {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let path: Option<&Path> = arguments.input.settings.as_deref();
    let settings = settings::read(path, &ProcessEnvironment, &mut sources, &mut findings);
    print::findings_to_stderr(&findings, &sources);
    let mut settings = settings.ok_or(Exit::Findings)?;
    if let Some(listen) = arguments.listen {
        settings.server.listen = listen;
    }
    if let Some(listen) = arguments.admin_listen {
        settings.server.admin_listen = listen;
    }
    Ok(settings)
}

pub(super) fn start_logs(settings: &Settings) -> Result<(), Exit> {
    telemetry::init(&settings.log).map_err(|error| {
        eprintln!("cannot start logging: {error}");
        Exit::Failed
    })
}

/// Runs a future on a runtime with one thread per core.
pub(super) fn block_on(future: impl Future<Output = Exit>) -> Exit {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => {
            eprintln!("cannot start: {error}");
            Exit::Failed
        }
    }
}

pub(super) async fn bind(settings: &Settings) -> Result<Bound, Exit> {
    server::bind(&settings.server).await.map_err(|error| {
        eprintln!("cannot listen: {error}");
        Exit::Failed
    })
}

/// Loads off the reactor: a large estate takes longer than a request should wait.
pub(super) async fn reload(gateway: &Arc<Gateway>) -> (Reload, Load) {
    let gateway = gateway.clone();
    let loading = tokio::task::spawn_blocking(move || gateway.reload());
    match loading.await {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// The one block that a start prints.
fn announce(gateway: &Gateway, bound: &Bound, start: Instant) {
    let snapshot = gateway.snapshot().load_full();
    let addresses = bound.addresses();
    eprintln!(
        "gantry {} serves {} of {} on http://{}; health and metrics on http://{}; started in {} ms",
        env!("CARGO_PKG_VERSION"),
        print::count(snapshot.all.len(), "operation"),
        print::count(snapshot.apis.len(), "API"),
        addresses.traffic,
        addresses.admin,
        start.elapsed().as_millis()
    );
}

/// A gateway whose listeners are open.
pub(super) struct Running {
    gateway: Arc<Gateway>,
    metrics: Arc<Metrics>,
    ready: Arc<Readiness>,
    /// Sending begins the drain.
    drain: oneshot::Sender<()>,
    /// Sending ends it at once.
    hurry: oneshot::Sender<()>,
    server: JoinHandle<DrainReport>,
    access_log: Option<AccessLog>,
    /// Reloads that something else than a signal asks for.
    pub changes: Option<Watcher>,
}

impl Running {
    /// Starts to serve; `first` is how the first load ended.
    pub(super) fn start(
        gateway: Arc<Gateway>,
        bound: Bound,
        first: Reload,
        form: AccessForm,
    ) -> Result<Self, Exit> {
        let metrics = Arc::new(Metrics::new());
        let access_log = gateway.settings().log.access.then(|| AccessLog::start(metrics.clone(), form)).transpose();
        let access_log = access_log.map_err(|error| {
            eprintln!("cannot start the access log: {error}");
            Exit::Failed
        })?;
        let ready = Arc::new(Readiness::default());
        let parts = Parts {
            snapshot: gateway.snapshot(),
            metrics: metrics.clone(),
            access_log: access_log.clone(),
            ready: ready.clone(),
        };
        let (drain, draining) = oneshot::channel::<()>();
        let (hurry, hurrying) = oneshot::channel::<()>();
        // A dropped sender means that the process is ending anyway.
        let serving = bound.serve(parts, async { drop(draining.await) }, async { drop(hurrying.await) });
        let server = tokio::spawn(serving);
        let running = Running { gateway, metrics, ready, drain, hurry, server, access_log, changes: None };
        running.count(first);
        Ok(running)
    }

    fn count(&self, outcome: Reload) {
        match outcome {
            Reload::Swapped { generation } => {
                self.ready.loaded();
                self.metrics.reloaded(ReloadOutcome::Loaded, generation);
            }
            Reload::RolledBack => self.metrics.reloaded(ReloadOutcome::Kept, self.gateway.generation()),
        }
    }

    /// Serves until SIGTERM or SIGINT, reloading on SIGHUP and on changes. `on_reload` sees every load.
    pub(super) async fn until_terminated(mut self, on_reload: impl Fn(Reload, &Load)) -> Exit {
        let mut signals = match Signals::new() {
            Ok(signals) => signals,
            Err(error) => {
                eprintln!("cannot listen to signals: {error}");
                return Exit::Failed;
            }
        };
        loop {
            let signal = tokio::select! {
                signal = signals.next() => signal,
                Some(()) = changed(&mut self.changes) => Signal::Reload,
            };
            match signal {
                Signal::Terminate => break,
                Signal::Reload => self.reload(&on_reload).await,
            }
        }
        let Running { drain, hurry, mut server, access_log, .. } = self;
        let _ = drain.send(());
        let report = tokio::select! {
            report = &mut server => report,
            _ = signals.next() => {
                eprintln!("second signal: ending without waiting");
                let _ = hurry.send(());
                server.await
            }
        };
        let cut = report.map_or(0, |report| report.requests_cut);
        if cut > 0 {
            eprintln!("{} cut off", print::count(cut, "request"));
        }
        if let Some(access_log) = access_log {
            access_log.flush(FLUSH_PATIENCE).await;
        }
        Exit::Good
    }

    async fn reload(&self, on_reload: &impl Fn(Reload, &Load)) {
        let (outcome, load) = reload(&self.gateway).await;
        print::findings_to_stderr(&load.findings, &load.sources);
        self.count(outcome);
        match outcome {
            Reload::Swapped { generation } => tracing::info!(generation, "reloaded"),
            Reload::RolledBack => {
                tracing::error!(errors = load.findings.errors(), "not reloaded; the last good version goes on serving");
            }
        }
        on_reload(outcome, &load);
    }
}

async fn changed(watcher: &mut Option<Watcher>) -> Option<()> {
    match watcher {
        Some(watcher) => watcher.changed().await,
        None => std::future::pending().await,
    }
}
