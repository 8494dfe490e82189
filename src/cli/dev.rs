//! `gantry dev`: documents with their functions, on this machine, reloaded on every change.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::broadcast::error::RecvError;

use super::arguments::DevArguments;
use super::exit::Exit;
use super::print;
use super::serve::{Running, Started, begin, bind, block_on, watch};
use crate::aws::endpoint::region_from_environment;
use crate::gateway::{Gateway, Reload};
use crate::load::Load;
use crate::local_lambda::{ACCOUNT, CONCURRENCY, LocalLambda, Notice, Options, StartError};
use crate::openapi::KeyPlace;
use crate::runtime::{ClientDemand, Route, Snapshot};
use crate::settings::{FunctionNames, LocalService, Share, Startup, TEST_CLIENT_ID, TEST_CLIENT_SECRET};
use crate::source::ProcessEnvironment;
use crate::telemetry::{AccessForm, Stderr};
use crate::value::{Seconds, Secret};

/// The key pair of the embedded service. It is on the loopback interface and guards nothing; calls are signed with it all
/// the same, so that what runs is the production client.
const ACCESS_KEY_ID: &str = "local";
const SECRET_ACCESS_KEY: &str = "local-secret";

pub fn run(arguments: DevArguments) -> Exit {
    let start = Instant::now();
    let Started { mut startup, live, logs } = match begin(&arguments.serve, true) {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    // No load balancer has to notice the end.
    startup.server.drain_delay = Seconds::new(0);
    startup.server.drain_timeout = Seconds::new(2);
    startup.traces.record.sample = Share::ALL;
    let region = live.aws.region.clone().unwrap_or_else(region);
    let made_up = live.clients_file.is_none();
    block_on(develop(arguments, startup, Origin { region, start, made_up }, logs.stderr()))
}

/// The facts that are known before anything is started.
struct Origin {
    region: String,
    start: Instant,
    /// Whether the client that may call is made up.
    made_up: bool,
}

async fn develop(arguments: DevArguments, startup: Startup, origin: Origin, stderr: Stderr) -> Exit {
    let Origin { region, start, made_up } = origin;
    let mut inputs = arguments.serve.input.inputs();
    let bound = match bind(&startup) {
        Ok(bound) => bound,
        Err(exit) => return exit,
    };
    let lambda = match start_lambda(&inputs.paths, arguments.lambda_listen, region.clone()).await {
        Ok(lambda) => lambda,
        Err(exit) => return exit,
    };
    inputs.mock = arguments.mock;
    // Every lambda step calls the embedded service.
    inputs.local = Some(LocalService {
        endpoint: lambda.endpoint(),
        region,
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: Secret::new(SECRET_ACCESS_KEY),
        functions: FunctionNames::new(lambda.names()),
    });
    let watcher = match watch(&inputs) {
        Ok(watcher) => watcher,
        Err(exit) => return exit,
    };
    let traffic = bound.addresses().traffic;
    let first = AtomicBool::new(true);
    let loads = stderr.clone();
    let observer = Box::new(move |outcome: Reload, load: &Load| {
        print::findings_to(&loads, &load.findings, &load.sources);
        // The first load is followed by the welcome, or by a word of what is wrong.
        if !first.swap(false, Ordering::Relaxed) {
            loads.say(reloaded(outcome, load.findings.errors()));
        }
    });
    let gateway = Arc::new(Gateway::new(inputs, Box::new(ProcessEnvironment), observer));
    let outcome = gateway.clone().load_in_background().await;
    let lines = stderr.clone();
    let notices = tokio::spawn(print_notices(lambda.notices(), move |line| lines.say(line)));
    let word = match outcome {
        Reload::Swapped { .. } => {
            let snapshot = gateway.snapshot().load_full();
            let scheme = if gateway.tls().is_some() { "https" } else { "http" };
            welcome(&snapshot, &lambda, &format!("{scheme}://{traffic}"), start, made_up)
        }
        Reload::RolledBack { .. } => "Nothing is served yet: mend the document, and it is loaded again.".to_owned(),
    };
    let said = stderr.clone();
    let exit = match Running::start(gateway, bound, &startup, AccessForm::Plain, stderr) {
        Ok(running) => {
            // A caller that waits for this line may call at once.
            said.say(word);
            running.watching(Some(watcher)).until_terminated().await
        }
        Err(exit) => exit,
    };
    lambda.shutdown().await;
    notices.abort();
    exit
}

/// The region of the environment, else a made-up one.
pub(super) fn region() -> String {
    region_from_environment().unwrap_or_else(|| "us-east-1".to_owned())
}

/// Starts the embedded Lambda service over the folders of the documents.
async fn start_lambda(paths: &[PathBuf], listen: SocketAddr, region: String) -> Result<LocalLambda, Exit> {
    let mut folders: Vec<PathBuf> = paths.iter().map(|path| folder(path)).collect();
    folders.sort();
    folders.dedup();
    let options = options(listen, region, folders);
    LocalLambda::start(Options { watch: true, ..options }).await.map_err(not_started)
}

/// The embedded service as `gantry dev` has it.
pub(super) fn options(listen: SocketAddr, region: String, folders: Vec<PathBuf>) -> Options {
    Options {
        listen,
        region,
        account: ACCOUNT.to_owned(),
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: SECRET_ACCESS_KEY.to_owned(),
        session_token: None,
        folders,
        watch: false,
        concurrency: CONCURRENCY,
    }
}

pub(super) fn not_started(error: StartError) -> Exit {
    complain!("cannot start the embedded Lambda service: {error}");
    Exit::Failed
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

/// The routes, and one line to try.
/// `made_up` is whether the test application may call.
fn welcome(snapshot: &Snapshot, lambda: &LocalLambda, origin: &str, start: Instant, made_up: bool) -> String {
    let mut text = format!(
        "Gantry {} serves on {origin} (started in {} ms)\n\n",
        env!("CARGO_PKG_VERSION"),
        start.elapsed().as_millis()
    );
    for route in &snapshot.all {
        text.push_str(&format!("  {:<7} {:<40} {}\n", verb(route), route.operation.full_path, route.api.name));
    }
    let asks = |route: &&Arc<Route>| !route.operation.clients.is_empty();
    if let Some(route) = snapshot.all.iter().find(asks).filter(|_| made_up) {
        text.push_str(&format!(
            "\n`{}` asks for an application, and nobody said which there are. Here ONE\nMADE-UP APPLICATION may call everything: \
             its id is {TEST_CLIENT_ID}, its secret\n{TEST_CLIENT_SECRET}. Name your own under `clients-file` in the settings.\n",
            route.api.title
        ));
    }
    match lambda.functions().as_slice() {
        [] => text.push_str("\nNo functions beside the documents.\n"),
        names => text.push_str(&format!("\nFunctions: {}\n", names.join(", "))),
    }
    if let Some(line) = sample(snapshot, origin, made_up) {
        text.push_str(&format!("\nTry:\n  {line}\n"));
    }
    text.push_str("\n`gantry trace` shows what happened to the last request.\n");
    text.push_str("Changes to documents and functions take effect at once. Ctrl-C ends.\n");
    text
}

fn verb(route: &Route) -> &str {
    route.verb.as_ref().map_or("ANY", |verb| verb.as_str())
}

/// A `curl` line for the first operation that can be read, else the first.
fn sample(snapshot: &Snapshot, origin: &str, made_up: bool) -> Option<String> {
    let reading = snapshot.all.iter().find(|route| verb(route) == "GET");
    let route = reading.or(snapshot.all.first())?;
    let mut url = format!("{origin}{}", route.operation.sample_path);
    let mut headers = String::new();
    for (place, value) in route.operation.clients.first().into_iter().flat_map(keys).filter(|_| made_up) {
        match place.in_header {
            true => headers.push_str(&format!("-H '{}: {value}' ", place.name)),
            false => url.push_str(&format!("{}{}={value}", if url.contains('?') { '&' } else { '?' }, place.name)),
        }
    }
    let url = if url.contains(['?', '&']) { format!("'{url}'") } else { url };
    Some(match verb(route) {
        "GET" | "ANY" => format!("curl {headers}{url}"),
        "HEAD" => format!("curl -I {headers}{url}"),
        verb @ ("DELETE" | "OPTIONS") => format!("curl -X {verb} {headers}{url}"),
        verb => format!("curl -X {verb} {headers}-H 'content-type: application/json' -d '{{}}' {url}"),
    })
}

/// The keys of the test application, and their places in a request.
fn keys(demand: &ClientDemand) -> impl Iterator<Item = (&KeyPlace, &'static str)> {
    let ids = demand.ids.iter().map(|place| (place, TEST_CLIENT_ID));
    ids.chain(demand.secrets.iter().map(|place| (place, TEST_CLIENT_SECRET)))
}

fn reloaded(outcome: Reload, errors: usize) -> String {
    match outcome {
        Reload::Swapped { .. } => "Reloaded.".to_owned(),
        Reload::RolledBack { .. } => {
            format!("{}: the last good version goes on serving.", print::count(errors, "error"))
        }
    }
}

/// Prints what handlers write and what becomes of their edits.
pub(super) async fn print_notices(
    mut notices: tokio::sync::broadcast::Receiver<Notice>,
    print: impl Fn(String) + Send + 'static,
) {
    loop {
        match notices.recv().await {
            Ok(notice) => print(notice.to_string()),
            Err(RecvError::Lagged(missed)) => print(format!("({missed} lines of the functions are not shown)")),
            Err(RecvError::Closed) => return,
        }
    }
}
