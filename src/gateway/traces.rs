//! The way to the collector of traces, as the settings say.

use std::sync::Arc;

use crate::http_client::{HttpClient, PoolOptions, TlsOptions};
use crate::settings::Startup;
use crate::source::Environment;
use crate::telemetry::{Metrics, Tracer};

/// Starts to trace, where the settings name a collector. The error is one sentence.
pub fn tracer(
    startup: &Startup,
    environment: &dyn Environment,
    metrics: Arc<Metrics>,
) -> Result<Option<Tracer>, String> {
    if startup.traces.endpoint.is_none() {
        return Ok(None);
    }
    let profile = |error: String| format!("the TLS profile of the collector cannot be used: {error}");
    let tls = TlsOptions::read(&startup.collector, environment).map_err(profile)?;
    let client = HttpClient::new(&tls, &PoolOptions::default()).map_err(|error| profile(error.to_string()))?;
    Tracer::start(&startup.traces, client, metrics).map_err(|error| error.to_string())
}
