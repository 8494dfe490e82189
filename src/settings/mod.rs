//! The gateway's own configuration: one YAML file, every key optional, safe defaults.
//!
//! [`Settings::server`] and [`Settings::log`] take effect at start; everything else is read again on reload.

mod aws;
mod read;
mod server;
mod tls;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::Seconds;

pub use aws::{Aws, CredentialProfile, EventContext, LocalService};
pub use read::{read, shape};
pub use server::{Limits, Log, LogFormat, Server};
pub use tls::TlsProfile;

/// The whole settings file.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// Listeners, limits and time-outs. Changes need a restart.
    pub server: Server,
    /// What is logged, and how. Changes need a restart.
    pub log: Log,
    /// Deadlines of requests.
    pub timeouts: Timeouts,
    /// Where Lambda and STS are, and as whom they are called, unless a step says otherwise.
    pub aws: Aws,
    /// Credential profiles that `credentials` in a lambda step names.
    pub credentials: IndexMap<String, CredentialProfile>,
    /// TLS profiles that `tls-profile` in a step names.
    pub tls_profiles: IndexMap<String, TlsProfile>,
    /// What API Gateway events say about the API they come from.
    pub event_context: EventContext,
}

/// Deadlines of requests.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Timeouts {
    /// From the first byte of a request to the start of its response.
    pub request: Seconds,
    /// What `catch` and `finally` have of their own, so that they can answer after the deadline has passed.
    pub handlers: Seconds,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts { request: Seconds::new(120), handlers: Seconds::new(10) }
    }
}
