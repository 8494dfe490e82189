//! The calls, files and keys that a script's modules may use.

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::assembly::AllowedHosts;
use crate::http_client::HttpClient;
use crate::jose::KeySet;
use crate::runtime::CallSite;

/// The calls, files and keys that a script's modules may use.
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

/// The clients of `urlopen`, and the hosts that it may call.
pub struct Calls {
    /// The step that calls.
    pub site: CallSite,
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
