//! `gantry dev`: documents with their functions, on this machine, reloaded on every change.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::broadcast::error::RecvError;

use super::arguments::DevArguments;
use super::serve::{Running, bind, block_on, read_settings, start_logs};
use super::{Exit, print};
use crate::aws::endpoint::region_from_environment;
use crate::gateway::{self, Gateway, Load, Reload};
use crate::local_lambda::{ACCOUNT, CONCURRENCY, LocalLambda, Notice, Options};
use crate::runtime::{Route, Snapshot};
use crate::settings::{LocalService, Settings};
use crate::source::ProcessEnvironment;
use crate::telemetry::AccessForm;
use crate::value::{Seconds, Secret};

/// The key pair of the embedded service. It is on the loopback interface and guards nothing; calls are signed with it all
/// the same, so that what runs is the production client.
const ACCESS_KEY_ID: &str = "local";
const SECRET_ACCESS_KEY: &str = "local-secret";

pub fn run(arguments: DevArguments) -> Exit {
    let start = Instant::now();
    let mut settings = match read_settings(&arguments.serve) {
        Ok(settings) => settings,
        Err(exit) => return exit,
    };
    // At a desk nobody waits for load balancers.
    settings.server.drain_delay = Seconds::new(0);
    settings.server.drain_timeout = Seconds::new(2);
    if let Err(exit) = start_logs(&settings) {
        return exit;
    }
    block_on(develop(arguments, settings, start))
}

async fn develop(arguments: DevArguments, mut settings: Settings, start: Instant) -> Exit {
    let paths = arguments.serve.input.paths;
    let bound = match bind(&settings).await {
        Ok(bound) => bound,
        Err(exit) => return exit,
    };
    let lambda = match start_lambda(&paths, arguments.lambda_listen, &mut settings).await {
        Ok(lambda) => lambda,
        Err(exit) => return exit,
    };
    let watcher = match gateway::watch(&paths) {
        Ok(watcher) => watcher,
        Err(error) => {
            eprintln!("cannot watch the documents: {error}");
            return Exit::Failed;
        }
    };
    let traffic = bound.addresses().traffic;
    let first = AtomicBool::new(true);
    let observer = Box::new(move |outcome: Reload, load: &Load| {
        print::findings_to_stderr(&load.findings, &load.sources);
        // The first load is followed by the welcome, or by a word of what is wrong.
        if !first.swap(false, Ordering::Relaxed) {
            eprintln!("{}", reloaded(outcome, load.findings.errors()));
        }
    });
    let gateway = Arc::new(Gateway::new(paths, settings, Box::new(ProcessEnvironment), observer));
    let outcome = gateway.clone().load_in_background().await;
    let notices = tokio::spawn(print_notices(lambda.notices()));
    match outcome {
        Reload::Swapped { .. } => {
            let snapshot = gateway.snapshot().load_full();
            eprint!("{}", welcome(&snapshot, &lambda, traffic, start));
        }
        Reload::RolledBack => eprintln!("Nothing is served yet: mend the document, and it is loaded again."),
    }
    let exit = match Running::start(gateway, bound, AccessForm::Plain) {
        Ok(running) => running.watching(Some(watcher)).until_terminated().await,
        Err(exit) => exit,
    };
    lambda.shutdown().await;
    notices.abort();
    exit
}

/// Starts the embedded Lambda service over the folders of the documents, and points every lambda step to it.
async fn start_lambda(
    paths: &[PathBuf],
    listen: std::net::SocketAddr,
    settings: &mut Settings,
) -> Result<LocalLambda, Exit> {
    let region = settings.aws.region.clone().or_else(region_from_environment).unwrap_or_else(|| "us-east-1".to_owned());
    let mut folders: Vec<PathBuf> = paths.iter().map(|path| folder(path)).collect();
    folders.sort();
    folders.dedup();
    let options = Options {
        listen,
        region: region.clone(),
        account: ACCOUNT.to_owned(),
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: SECRET_ACCESS_KEY.to_owned(),
        session_token: None,
        folders,
        watch: true,
        concurrency: CONCURRENCY,
    };
    let lambda = LocalLambda::start(options).await.map_err(|error| {
        eprintln!("cannot start the embedded Lambda service: {error}");
        Exit::Failed
    })?;
    settings.aws.local = Some(LocalService {
        endpoint: lambda.endpoint(),
        region,
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: Secret::new(SECRET_ACCESS_KEY),
    });
    Ok(lambda)
}

fn folder(path: &Path) -> PathBuf {
    if path.is_dir() {
        return path.to_owned();
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// What is served, and one line to try.
fn welcome(snapshot: &Snapshot, lambda: &LocalLambda, traffic: std::net::SocketAddr, start: Instant) -> String {
    let mut text = format!(
        "Gantry {} serves on http://{traffic} (started in {} ms)\n\n",
        env!("CARGO_PKG_VERSION"),
        start.elapsed().as_millis()
    );
    for route in &snapshot.all {
        text.push_str(&format!("  {:<7} {:<40} {}\n", verb(route), route.operation.full_path, route.api.name));
    }
    match lambda.functions().as_slice() {
        [] => text.push_str("\nNo functions beside the documents.\n"),
        names => text.push_str(&format!("\nFunctions: {}\n", names.join(", "))),
    }
    if let Some(line) = sample(snapshot, traffic) {
        text.push_str(&format!("\nTry:\n  {line}\n"));
    }
    text.push_str("\nChanges to documents and functions take effect at once. Ctrl-C ends.\n\n");
    text
}

fn verb(route: &Route) -> &str {
    route.verb.as_ref().map_or("ANY", |verb| verb.as_str())
}

/// A `curl` line for the first operation that can be read, else the first.
fn sample(snapshot: &Snapshot, traffic: std::net::SocketAddr) -> Option<String> {
    let reading = snapshot.all.iter().find(|route| verb(route) == "GET");
    let route = reading.or(snapshot.all.first())?;
    let url = format!("http://{traffic}{}", route.operation.sample_path);
    let url = if url.contains(['?', '&']) { format!("'{url}'") } else { url };
    Some(match verb(route) {
        "GET" | "ANY" => format!("curl {url}"),
        "HEAD" => format!("curl -I {url}"),
        verb @ ("DELETE" | "OPTIONS") => format!("curl -X {verb} {url}"),
        verb => format!("curl -X {verb} -H 'content-type: application/json' -d '{{}}' {url}"),
    })
}

fn reloaded(outcome: Reload, errors: usize) -> String {
    match outcome {
        Reload::Swapped { .. } => "Reloaded.".to_owned(),
        Reload::RolledBack => {
            format!("{}: the last good version goes on serving.", print::count(errors, "error"))
        }
    }
}

/// Prints what handlers write and what becomes of their edits.
async fn print_notices(mut notices: tokio::sync::broadcast::Receiver<Notice>) {
    loop {
        match notices.recv().await {
            Ok(notice) => eprintln!("{notice}"),
            Err(RecvError::Lagged(missed)) => eprintln!("({missed} lines of the functions are not shown)"),
            Err(RecvError::Closed) => return,
        }
    }
}
