//! The embedded Lambda service for development and tests.
//!
//! Outside it is the Lambda Invoke API over HTTP on loopback, signatures checked; inside it is the
//! Lambda Runtime API, which real handler processes use. It knows nothing of the gateway.
//!
//! ```text
//! caller -> invoke_api (signature, address, errors) -> registry -> pool -> process <-> handler
//!                                                                             runtime_api
//! ```
//!
//! Not here: layers, extensions, memory limits, retries of failed events.

mod address;
mod errors;
mod event_settings;
mod events;
mod function;
mod injected_faults;
mod invocation;
mod invoke_api;
mod lock;
mod log;
mod notice;
mod pool;
mod problem;
mod process;
mod registry;
mod routing;
mod runtime_api;
mod settings;
mod signature;
mod stream;
mod watch;
mod yaml;

#[cfg(test)]
#[allow(clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio::task::JoinSet;

pub use errors::Refusal;
pub use invocation::Invoked;
pub use notice::{Notice, Place};
pub use problem::Problem;
pub use stream::whole_answer;

use address::Home;
use invoke_api::Service;
use lock::locked;
use registry::Registry;
use signature::Verifier;

/// The account of every function unless it is configured.
pub const ACCOUNT: &str = "123456789012";
/// How many invocations of a function may run at once unless it is configured.
pub const CONCURRENCY: usize = 10;

/// How to run the service. It has no `Debug`: it holds secrets.
#[derive(Clone)]
pub struct Options {
    /// A loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// The one key that may call.
    pub access_key_id: String,
    pub secret_access_key: String,
    /// When set, calls must carry it, as temporary credentials do.
    pub session_token: Option<String>,
    /// The folders of the handler files.
    pub folders: Vec<PathBuf>,
    /// Whether edits take effect while running.
    pub watch: bool,
    /// For functions that set no concurrency of their own.
    pub concurrency: usize,
}

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0} is not a loopback address: local Lambda runs whatever it is sent, so it listens on this machine only")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}: {reason}")]
    Listen { address: SocketAddr, reason: std::io::Error },
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Functions(Vec<Problem>),
    #[error("cannot watch the function folders: {0}")]
    Watch(#[from] notify::Error),
}

/// A running service. Dropping it kills every handler process.
pub struct LocalLambda {
    address: SocketAddr,
    service: Arc<Service>,
    notices: broadcast::Sender<Notice>,
    tasks: JoinSet<()>,
}

impl LocalLambda {
    /// Finds the functions and starts to listen. Handler processes start when they are first called.
    pub async fn start(options: Options) -> Result<LocalLambda, StartError> {
        let Options { listen, region, account, .. } = options;
        if !listen.ip().is_loopback() {
            return Err(StartError::NotLoopback(listen));
        }
        let (notices, _) = broadcast::channel(1024);
        let home = Arc::new(Home { region: region.clone(), account });
        let registry = Registry::open(options.folders, options.concurrency.max(1), home.clone(), notices.clone());
        let registry = Arc::new(registry.map_err(StartError::Functions)?);
        let failed = |reason| StartError::Listen { address: listen, reason };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let verifier = Verifier {
            region,
            service: "lambda",
            access_key_id: options.access_key_id,
            secret_access_key: options.secret_access_key,
            session_token: options.session_token,
        };
        let running = Mutex::new(JoinSet::new());
        let mut tasks = JoinSet::new();
        if options.watch {
            tasks.spawn(watch::watch(registry.clone())?);
        }
        let service = Arc::new(Service { home, verifier, registry, running });
        tasks.spawn(invoke_api::serve(listener, service.clone()));
        Ok(LocalLambda { address, service, notices, tasks })
    }

    /// The URL to configure as the Lambda endpoint.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The names of the functions there are now.
    pub fn functions(&self) -> Vec<String> {
        self.service.registry.names()
    }

    /// The same at any later time.
    pub fn names(&self) -> impl Fn() -> Vec<String> + Send + Sync + use<> {
        let service = self.service.clone();
        move || service.registry.names()
    }

    /// Calls a function as the Invoke API would, without a network between: its name, a part of its ARN or the ARN, each with a
    /// version or alias after a colon.
    pub async fn invoke(&self, function: &str, payload: Bytes) -> Result<Invoked, Refusal> {
        self.service.invoke_here(function, payload).await
    }

    /// News from now on. A receiver that falls 1024 notices behind loses the oldest.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// Stops listening, aborts running invocations, kills every handler process, and waits for
    /// the idle ones to be gone.
    pub async fn shutdown(mut self) {
        self.tasks.shutdown().await;
        let mut running = std::mem::take(&mut *locked(&self.service.running));
        running.shutdown().await;
        self.service.registry.stop().await;
    }
}

impl Drop for LocalLambda {
    fn drop(&mut self) {
        // A connection still in the making may hold the service a little longer than we do.
        locked(&self.service.running).abort_all();
        self.service.registry.clear();
    }
}
