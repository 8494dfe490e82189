//! The requests of the admin listener to the process that it runs in.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::Serialize;

/// The process of the admin listener.
pub trait Control: Send + Sync {
    /// Loads the documents again and says how it went.
    fn reload(self: Arc<Self>) -> BoxFuture<'static, Status>;
    /// The documents that are served, and how the last load ended.
    fn status(&self) -> Status;
}

/// The answer of `/-/status` and `/-/reload`. Holds names and places, never values.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    pub version: &'static str,
    /// How many loads have succeeded.
    pub generation: u64,
    pub apis: Vec<String>,
    pub operations: usize,
    pub last_load: Option<LastLoad>,
}

/// How a load ended.
#[derive(Debug, Clone, Serialize)]
pub struct LastLoad {
    /// RFC 3339.
    pub at: String,
    /// False: there were errors, and what served before serves on.
    pub loaded: bool,
    pub errors: usize,
    pub warnings: usize,
    /// Documents with errors that are not served, or only in their last good version.
    pub left_out: Vec<String>,
    /// One line each.
    pub findings: Vec<String>,
}
