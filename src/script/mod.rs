//! JavaScript: `gatewayscript`, the v5 `javascript`, and conditions of the v5 engine.
//!
//! Scripts run on threads of their own, never on the reactor. A request's state is lent to the thread and comes back with the
//! answer. Every run has a QuickJS runtime to itself: its limits are its own, nothing of it is seen by another run, and one
//! that was interrupted or ran out of memory is dropped with it. While a run waits for a call or a timer its thread serves
//! others.

mod engine;
mod failure;
mod host;
mod queue;
mod realm;
mod run;
mod source;
mod substitution;
mod values;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use crate::assembly::AllowedHosts;
use crate::http_client::HttpClient;
use crate::jose::KeySet;

pub use engine::Engine;
pub use host::object_name;
pub use source::{MODULES, Map, Mistake, Script, required};
pub use substitution::{Substituted, substitute};

/// What one run of a script may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Time on its thread; waiting for calls and timers does not count.
    pub time: Duration,
    /// Bytes that its objects may take, and once more what it may hand to the gateway.
    pub memory: usize,
    /// Runs that may be under way at once, waiting ones included.
    pub at_once: usize,
}

/// How a script is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A GatewayScript of the DataPower API Gateway: strict.
    GatewayScript,
    /// A GatewayScript of the v5 compatible gateway: sloppy.
    V5,
    /// The v5 engine's `javascript`: sloppy, and the variables are its globals.
    JavaScript,
    /// A condition: the value of an expression. The variables are its globals, and it changes none.
    Condition,
}

/// What a script's modules may reach.
#[derive(Default)]
pub struct Reach {
    /// For `urlopen`.
    pub calls: Option<Calls>,
    /// The folder of the document, for `fs`.
    pub folder: Option<PathBuf>,
    /// For `jose` and `jwt`.
    pub keys: Keys,
}

/// The keys of the settings' crypto objects, by their names.
pub type Keys = IndexMap<String, Arc<KeySet>>;

/// Where `urlopen` may go.
pub struct Calls {
    /// For hosts that the document names.
    pub named: HttpClient,
    /// For all others.
    pub unnamed: HttpClient,
    pub allowed: AllowedHosts,
    /// Hosts and ports that the document writes out, in the script or in a property of the API.
    pub written: Vec<(String, u16)>,
    /// Whether only hosts in that list may be called.
    pub required: bool,
}
