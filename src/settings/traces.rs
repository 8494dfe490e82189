//! Where traces go, and of how many requests there are any.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::share::Share;
use super::trace_records::TraceRecords;
use crate::value::{Seconds, Secret};

/// Traces of requests, for a collector of OpenTelemetry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Traces {
    /// The URL that spans are sent to, as OTLP over HTTP in JSON: `http://collector:4318/v1/traces`. Without it there are no traces.
    pub endpoint: Option<String>,
    /// How many of the requests are traced: `1%`, `0.1%`, `100%`.
    pub sample: Share,
    /// Whether requests go on with the trace of their `traceparent` header, and are traced when it says so. `false` starts a
    /// trace of its own for every request, with a link to the caller's: clients that are not trusted decide nothing.
    pub follow: bool,
    /// The name under which the gateway appears: `service.name`.
    #[schemars(length(min = 1))]
    pub service_name: String,
    /// Headers for the collector, such as `Authorization`. Write their values as `${NAME}` or `${file:/path/secret}`.
    #[serde(skip_serializing)]
    pub headers: IndexMap<String, Secret>,
    /// How long the collector may take to answer.
    pub timeout: Seconds,
    /// The TLS profile to call it with.
    pub tls_profile: Option<String>,
    /// Records of requests, which stay in the gateway and which `gantry trace` shows.
    pub record: TraceRecords,
}

impl Default for Traces {
    fn default() -> Self {
        Traces {
            endpoint: None,
            sample: Share::ONE_PERCENT,
            follow: false,
            service_name: "gantry".to_owned(),
            headers: IndexMap::new(),
            timeout: Seconds::new(10),
            tls_profile: None,
            record: TraceRecords::default(),
        }
    }
}
