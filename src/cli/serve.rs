//! `gantry serve`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle};

use super::arguments::ServeArguments;
use super::exit::Exit;
use super::print;
use crate::base::{Findings, Sources};
use crate::gateway::{self, Gateway, Inputs, Reload, Signal, Signals, Watcher};
use crate::load::Load;
use crate::server::{self, BindError, Bound, DrainReport, Parts};
use crate::settings::{self, Live, Startup};
use crate::source::{ProcessEnvironment, is_stdin};
use crate::telemetry::{AccessForm, AccessLog, Logs, Records, Stderr, Tracer};

/// How long the last access lines may take to be written.
const FLUSH_PATIENCE: Duration = Duration::from_secs(2);

/// How long the last spans may take to be sent, where the time for the drain is not over.
const LONGEST_FLUSH: Duration = Duration::from_secs(10);

/// How many changed files a line names.
const SHOWN: usize = 5;

pub fn run(arguments: ServeArguments, give_memory_back: fn()) -> Exit {
    let start = Instant::now();
    let Started { startup, logs, .. } = match begin(&arguments, false) {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    let stderr = logs.stderr();
    block_on(async move {
        let bound = match bind(&startup) {
            Ok(bound) => bound,
            Err(exit) => return exit,
        };
        let inputs = arguments.input.inputs();
        let watcher = match arguments.watch.then(|| watch(&inputs)).transpose() {
            Ok(watcher) => watcher,
            Err(exit) => return exit,
        };
        let loads = stderr.clone();
        let observer = Box::new(move |outcome: Reload, load: &Load| print_load(outcome, load, &loads));
        let gateway = Gateway::new(inputs, Box::new(ProcessEnvironment), observer);
        let gateway = Arc::new(gateway.giving_back(give_memory_back));
        if let Reload::RolledBack { .. } = gateway.clone().load_in_background().await {
            stderr.say("nothing is served");
            return Exit::Findings;
        }
        let (said, announcement) = (stderr.clone(), announcement(&gateway, &bound, start));
        match Running::start(gateway, bound, &startup, AccessForm::Json, stderr) {
            Ok(running) => {
                said.say(announcement);
                running.watching(watcher).until_terminated().await
            }
            Err(exit) => exit,
        }
    })
}

/// Shows the findings of a load, and how it ended.
fn print_load(outcome: Reload, load: &Load, stderr: &Stderr) {
    print::findings_to(stderr, &load.findings, &load.sources);
    match outcome {
        Reload::Swapped { generation } => {
            tracing::info!(generation, "loaded");
            load.left_out.iter().for_each(|document| tracing::warn!(%document, "a document with errors is left out"));
        }
        // The start says itself that nothing is served.
        Reload::RolledBack { generation: 0 } => {}
        Reload::RolledBack { .. } => {
            tracing::error!(errors = load.findings.errors(), "not loaded; the previous documents stay in use");
        }
    }
}

/// The beginning of every start.
pub(super) struct Started {
    pub startup: Startup,
    pub live: Live,
    pub logs: Logs,
}

/// Reads the settings file with the flags over it, and starts the log. `interactive` is whether a person reads it.
pub(super) fn begin(arguments: &ServeArguments, interactive: bool) -> Result<Started, Exit> {
    if arguments.input.paths.iter().any(|path| is_stdin(path)) {
        complain!("`-` can be read only once, and a reload reads again: name a file (`gantry check -` reads stdin)");
        return Err(Exit::Usage);
    }
    if let Some(missing) = arguments.input.paths.iter().find(|path| !path.exists()) {
        complain!("there is nothing at {}: name a document, or a folder that holds documents", missing.display());
        return Err(Exit::Failed);
    }
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let path: Option<&Path> = arguments.input.settings.as_deref();
    let settings = settings::read(path, &ProcessEnvironment, &mut sources, &mut findings);
    let Ok(settings) = settings else {
        print::findings_to_stderr(&findings, &sources);
        return Err(Exit::Findings);
    };
    let (mut startup, live) = settings.split();
    if let Some(listen) = arguments.listen {
        startup.server.listen = listen;
    }
    if let Some(listen) = arguments.admin_listen {
        startup.server.admin_listen = listen;
    }
    let logs = start_logs(&startup, interactive)?;
    print::findings_to(&logs.stderr(), &findings, &sources);
    Ok(Started { startup, live, logs })
}

/// Watches the documents and the settings.
pub(super) fn watch(inputs: &Inputs) -> Result<Watcher, Exit> {
    let paths: Vec<PathBuf> = inputs.paths.iter().chain(&inputs.settings).cloned().collect();
    gateway::watch(&paths).map_err(|error| {
        complain!("cannot watch the documents: {error}");
        Exit::Failed
    })
}

fn start_logs(startup: &Startup, interactive: bool) -> Result<Logs, Exit> {
    Logs::start(&startup.log, interactive).map_err(|error| {
        complain!("cannot start logging: {error}");
        Exit::Failed
    })
}

/// Runs a future on a runtime with one thread per core. One core has no other to share work with, and saves what sharing
/// costs.
pub(super) fn block_on(future: impl Future<Output = Exit>) -> Exit {
    let mut builder = match std::thread::available_parallelism() {
        Ok(cores) if cores.get() == 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    match builder.enable_all().build() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => {
            complain!("cannot start: {error}");
            Exit::Failed
        }
    }
}

pub(super) fn bind(startup: &Startup) -> Result<Bound, Exit> {
    server::bind(&startup.server).map_err(not_listening)
}

fn not_listening(error: BindError) -> Exit {
    complain!("cannot listen: {error}");
    Exit::Failed
}

/// The one block that a start prints.
fn announcement(gateway: &Gateway, bound: &Bound, start: Instant) -> String {
    let snapshot = gateway.snapshot().load_full();
    let addresses = bound.addresses();
    format!(
        "gantry {} serves {} of {} on {}://{}; health and metrics on http://{}; started in {} ms",
        env!("CARGO_PKG_VERSION"),
        print::count(snapshot.all.len(), "operation"),
        print::count(snapshot.apis.len(), "API"),
        if gateway.tls().is_some() { "https" } else { "http" },
        addresses.traffic,
        addresses.admin,
        start.elapsed().as_millis()
    )
}

/// A gateway whose listeners are open.
pub(super) struct Running {
    gateway: Arc<Gateway>,
    /// Sending begins the drain.
    drain: oneshot::Sender<()>,
    /// Sending ends it at once.
    hurry: oneshot::Sender<()>,
    server: JoinHandle<DrainReport>,
    access_log: Option<AccessLog>,
    tracer: Option<Tracer>,
    /// How long everything may take from the signal to the end.
    patience: Duration,
    signals: Signals,
    changes: Option<Watcher>,
    /// Watches the files of `server.tls`.
    certificates: Option<Watcher>,
    stderr: Stderr,
}

impl Running {
    /// Starts to serve; `form` is that of access lines, where the settings want any. Signals are taken over first: once there is
    /// an answer, there is something to drain.
    pub(super) fn start(
        gateway: Arc<Gateway>,
        bound: Bound,
        startup: &Startup,
        form: AccessForm,
        stderr: Stderr,
    ) -> Result<Self, Exit> {
        let signals = Signals::new().map_err(|error| {
            complain!("cannot listen to signals: {error}");
            Exit::Failed
        })?;
        if startup.server.tls.is_some() && gateway.tls().is_none() {
            eprintln!("cannot serve: the files of `server.tls` have not been read");
            return Err(Exit::Failed);
        }
        let metrics = gateway.metrics();
        let form = startup.log.access.then_some(form);
        let access_log = form.map(|form| AccessLog::start(metrics.clone(), form)).transpose();
        let access_log = access_log.map_err(|error| {
            complain!("cannot start the access log: {error}");
            Exit::Failed
        })?;
        let tracer = gateway::tracer(startup, &ProcessEnvironment, metrics.clone());
        let tracer = tracer.map_err(|error| {
            complain!("cannot trace: {error}");
            Exit::Failed
        })?;
        let parts = Parts {
            snapshot: gateway.snapshot(),
            metrics,
            access_log: access_log.clone(),
            tracer: tracer.clone(),
            records: Records::new(&startup.traces.record),
            ready: gateway.readiness(),
            background: gateway.background(),
            control: gateway.clone(),
            tls: gateway.tls(),
        };
        let (drain, draining) = oneshot::channel::<()>();
        let (hurry, hurrying) = oneshot::channel::<()>();
        // A dropped sender means that the process is ending anyway.
        let listeners = bound.listen().map_err(not_listening)?;
        let serving = listeners.serve(parts, async { drop(draining.await) }, async { drop(hurrying.await) });
        let files = gateway.certificate_files();
        // Without it, certificates are still read again with the documents.
        let certificates = (!files.is_empty()).then(|| gateway::watch(&files)).transpose().unwrap_or_else(|error| {
            tracing::warn!(%error, "the files of `server.tls` cannot be watched: SIGHUP reads them again");
            None
        });
        let patience = startup.server.drain_delay.0 + startup.server.drain_timeout.0;
        let server = tokio::spawn(serving);
        Ok(Running {
            gateway,
            drain,
            hurry,
            server,
            access_log,
            tracer,
            patience,
            signals,
            changes: None,
            certificates,
            stderr,
        })
    }

    /// Reloads whenever the documents change.
    pub(super) fn watching(self, changes: Option<Watcher>) -> Self {
        Running { changes, ..self }
    }

    /// Watches the files that the documents have come to refer to.
    fn follow_references(&mut self) {
        if let Some(watcher) = &mut self.changes
            && let Err(error) = watcher.follow(&self.gateway.referred())
        {
            tracing::warn!(%error, "a file that a document refers to cannot be watched");
        }
    }

    /// Serves until SIGTERM or SIGINT, reloading on SIGHUP and on changes.
    pub(super) async fn until_terminated(mut self) -> Exit {
        loop {
            self.follow_references();
            let signal = tokio::select! {
                signal = self.signals.next() => signal,
                Some(files) = changed(&mut self.changes) => {
                    tracing::info!(changed = names(&files), "loading");
                    Signal::Reload
                }
                Some(_) = changed(&mut self.certificates) => {
                    let gateway = self.gateway.clone();
                    drop(tokio::task::spawn_blocking(move || gateway.renew_certificates()).await);
                    continue;
                }
                // It ends before it is told to only where it fails.
                Err(error) = &mut self.server => return server_failed(&error, &self.stderr),
            };
            match signal {
                Signal::Terminate => break,
                Signal::Reload => drop(self.gateway.clone().load_in_background().await),
            }
        }
        tracing::info!("a signal: requests in flight are finished, and no new ones accepted");
        let Running { drain, hurry, mut server, access_log, tracer, patience, mut signals, stderr, .. } = self;
        let end = Instant::now() + patience;
        let _ = drain.send(());
        let report = tokio::select! {
            report = &mut server => report,
            _ = signals.next() => {
                stderr.say("second signal: ending without waiting");
                let _ = hurry.send(());
                server.await
            }
        };
        let report = match report {
            Ok(report) => report,
            Err(error) => return server_failed(&error, &stderr),
        };
        for (cut, what) in [(report.requests_cut, "request"), (report.calls_cut, "background call")] {
            if cut > 0 {
                stderr.say(format_args!("{} cut off", print::count(cut, what)));
            }
        }
        if let Some(access_log) = access_log {
            access_log.flush(FLUSH_PATIENCE).await;
        }
        if let Some(tracer) = tracer {
            let left = end.saturating_duration_since(Instant::now());
            tracer.flush(left.clamp(FLUSH_PATIENCE, LONGEST_FLUSH)).await;
        }
        if report.requests_cut + report.calls_cut > 0 { Exit::Cut } else { Exit::Good }
    }
}

/// The server's task panicked; the error has its message.
fn server_failed(error: &JoinError, stderr: &Stderr) -> Exit {
    stderr.say(format_args!("the server failed: {error}"));
    Exit::Failed
}

async fn changed(watcher: &mut Option<Watcher>) -> Option<Vec<PathBuf>> {
    match watcher {
        Some(watcher) => watcher.changed().await,
        None => std::future::pending().await,
    }
}

/// The names of files for a line of the log, without their folders.
fn names(files: &[PathBuf]) -> String {
    let names = files.iter().filter_map(|file| file.file_name()).map(|name| name.to_string_lossy());
    let (shown, more) = (names.clone().take(SHOWN).collect::<Vec<_>>().join(", "), names.count().saturating_sub(SHOWN));
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
