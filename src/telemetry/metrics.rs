//! Counters and gauges for Prometheus.
//!
//! Every label comes from a bounded set: operations are path templates, methods outside the usual ones are `OTHER`, and
//! names that authors throw are counted under `other` once there are many.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::meter::Meter;
use super::process;
use super::requests::{RequestEnd, Requests};
use crate::resources::Resources;

/// The content type of [`Metrics::encode`].
pub const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Different names of faults that are counted under their own name.
const FAULT_NAMES: usize = 100;

/// Everything that is counted. One per process, shared by all rooms.
pub struct Metrics {
    registry: Registry,
    requests: Requests,
    in_flight: Gauge,
    connections: Family<ListenerLabels, Gauge>,
    refused: Family<RefusalLabels, Counter>,
    faults: Family<FaultLabels, Counter>,
    fault_names: Mutex<HashSet<Box<str>>>,
    broken: Family<BreakLabels, Counter>,
    reloads: Family<ReloadLabels, Counter>,
    generation: Gauge,
    left_out: Gauge,
    access_lines_dropped: Counter,
    access_log_errors: Counter,
    trace_spans_dropped: Counter,
}

/// The listener that accepted a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listener {
    Traffic,
    Admin,
    /// Plain HTTP that is sent to HTTPS.
    Redirect,
}

/// Why a connection or a request was turned away before any step ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The system had no room for another connection.
    Accept,
    /// The headers did not come in time.
    HeaderTimeout,
    /// The client took nothing of a response for too long.
    SlowReader,
    /// The client gave up most of the requests of a connection.
    Cancels,
    /// A connection that did nothing was closed for another one.
    Displaced,
    /// A trusted proxy did not begin with a header of the PROXY protocol.
    ProxyHeader,
    /// The TLS handshake failed.
    Handshake,
    /// The bytes are not HTTP.
    Malformed,
    HeadersTooLarge,
    UriTooLong,
    BadTarget,
    BadHost,
    /// A client whose address may not call.
    Address,
    MethodNotImplemented,
    NotFound,
    MethodNotAllowed,
    Overload,
}

/// Why a response ended after its head and before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Break {
    /// The function failed while its answer streamed.
    Function,
    /// Lambda itself broke the stream off.
    Service,
    /// The upstream was silent for too long.
    Timeout,
    /// The upstream closed the connection, or what came is not what was announced.
    Connection,
}

/// How a reload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReloadOutcome {
    Loaded,
    /// The new documents were refused; the old ones are still served.
    Kept,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ListenerLabels {
    listener: Listener,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    reason: Refusal,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FaultLabels {
    fault: String,
    policy: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BreakLabels {
    api: Arc<str>,
    operation: Arc<str>,
    cause: Break,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReloadLabels {
    outcome: ReloadOutcome,
}

// === impl Metrics ===

impl Metrics {
    /// The metrics of a process whose shared things count for themselves.
    pub fn of(resources: &Resources) -> Self {
        let mut metrics = Metrics::new();
        let gauges = resources.credential_gauges();
        let registry = metrics.registry.sub_registry_with_prefix("gantry_credentials");
        registry.register("loads", "Attempts to fetch credentials, by their source", gauges.loads.clone());
        let loaded = "When the credentials in use were fetched, since 1970; their age is the time since";
        registry.register_with_unit("loaded_time", loaded, Unit::Seconds, gauges.loaded.clone());
        let expires = "When the credentials in use expire, since 1970";
        registry.register_with_unit("expiry_time", expires, Unit::Seconds, gauges.expires.clone());
        let (cache, background) = (resources.cache().counters(), resources.background().counters());
        let registry = metrics.registry.sub_registry_with_prefix("gantry_cache");
        registry.register("hits", "Calls that a stored response answered", cache.hits.clone());
        registry.register("misses", "Calls that the cache could not answer", cache.misses.clone());
        let revalidated = "Calls whose service said that the stored response is still good";
        registry.register("revalidated", revalidated, cache.revalidated.clone());
        registry.register("stored", "Responses stored", cache.stored.clone());
        registry.register("too_large", "Responses not stored for want of room", cache.too_large.clone());
        registry.register("evicted", "Stored responses that made room for others", cache.evicted.clone());
        registry.register_with_unit("size", "What is stored", Unit::Bytes, cache.bytes.clone());
        registry.register("entries", "Responses that are stored", cache.entries.clone());
        let calls = resources.calls();
        let registry = metrics.registry.sub_registry_with_prefix("gantry");
        registry.register("calls", "Calls of steps, by step, target and how they ended", calls.ended.clone());
        let took = "From the start of a call to the head of its answer, or to its failure";
        registry.register_with_unit("call_duration", took, Unit::Seconds, calls.durations.clone());
        registry.register_collector(resources.upstreams().metrics());
        let limits = resources.counters().metrics();
        let registry = metrics.registry.sub_registry_with_prefix("gantry_limit");
        registry.register("counters", "Counters of rate limits that are held", limits.held.clone());
        let refused = "Requests for whose counter a rate limit had no room";
        registry.register("counters_refused", refused, limits.refused.clone());
        let registry = metrics.registry.sub_registry_with_prefix("gantry_background");
        registry.register(
            "succeeded",
            "Calls that no request waited for and that succeeded",
            background.succeeded.clone(),
        );
        let failed = "Calls that no request waited for and that failed";
        registry.register("failed", failed, background.failed.clone());
        registry.register("refused", "Calls that were not made for want of room", background.refused.clone());
        registry.register("running", "Calls that run and no request waits for", background.running.clone());
        registry.register("waiting", "Calls that wait for their turn", background.waiting.clone());
        let threads = resources.stuck_threads();
        let registry = metrics.registry.sub_registry_with_prefix("gantry_script_threads");
        let stuck = "Threads that were given up and still run, as a script holds them inside the engine";
        registry.register("stuck", stuck, threads.running.clone());
        registry.register("given_up", "Threads that a script held inside the engine", threads.given_up.clone());
        metrics
    }

    pub fn new() -> Self {
        let mut metrics = Metrics {
            registry: Registry::default(),
            requests: Requests::default(),
            in_flight: Gauge::default(),
            connections: Family::default(),
            refused: Family::default(),
            faults: Family::default(),
            fault_names: Mutex::default(),
            broken: Family::default(),
            reloads: Family::default(),
            generation: Gauge::default(),
            left_out: Gauge::default(),
            access_lines_dropped: Counter::default(),
            access_log_errors: Counter::default(),
            trace_spans_dropped: Counter::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started = ConstGauge::new(now.as_secs_f64());
        let root = &mut self.registry;
        root.register_with_unit("process_start_time", "When the process started, since 1970", Unit::Seconds, started);
        #[cfg(target_os = "linux")]
        root.sub_registry_with_prefix("process").register_collector(Box::new(process::System));
        let registry = root.sub_registry_with_prefix("gantry");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version that runs", build);
        registry.register("requests", "Requests answered", self.requests.counted.clone());
        let durations = self.requests.durations.clone();
        registry.register_with_unit("request_duration", "From headers read to response sent", Unit::Seconds, durations);
        registry.register("requests_in_flight", "Requests being worked on", self.in_flight.clone());
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register("refused", "Connections and requests turned away before any step ran", self.refused.clone());
        registry.register("faults", "Faults, handled or not, by name and policy", self.faults.clone());
        registry.register("responses_broken", "Responses that broke off after their head", self.broken.clone());
        registry.register("reloads", "Attempts to replace what is served", self.reloads.clone());
        registry.register("snapshot_generation", "Counts successful loads", self.generation.clone());
        let left_out = "Documents with errors, without which or in whose last good version the others are served";
        registry.register("documents_left_out", left_out, self.left_out.clone());
        let dropped = self.access_lines_dropped.clone();
        registry.register("access_log_dropped", "Access log lines nobody was quick enough to read", dropped);
        let errors = "Writes of the access log that failed, each with all the lines it had";
        registry.register("access_log_errors", errors, self.access_log_errors.clone());
        registry.register_collector(Box::new(process::LogLines));
        registry.register_collector(Box::new(process::Bodies));
        let dropped = self.trace_spans_dropped.clone();
        registry.register("trace_spans_dropped", "Spans that no collector took", dropped);
    }

    /// A request has come in; it counts as in flight until [`Metrics::request_ended`].
    pub fn request_started(&self) {
        self.in_flight.inc();
    }

    pub fn request_ended(&self, end: RequestEnd<'_>) {
        self.in_flight.dec();
        let kept = end.kept.map(|kept| kept.get_or_init(|| Box::new(Meter::new(&self.requests, &end))));
        match kept.and_then(|kept| kept.downcast_ref::<Meter>()) {
            Some(meter) => meter.ended(&self.requests, &end),
            None => Meter::new(&self.requests, &end).ended(&self.requests, &end),
        }
    }

    pub fn connection_opened(&self, listener: Listener) {
        self.connections.get_or_create(&ListenerLabels { listener }).inc();
    }

    pub fn connection_closed(&self, listener: Listener) {
        self.connections.get_or_create(&ListenerLabels { listener }).dec();
    }

    pub fn refused(&self, reason: Refusal) {
        self.refused.get_or_create(&RefusalLabels { reason }).inc();
    }

    /// Counts a response that ended after its head and before its end.
    pub fn response_broken(&self, route: Option<(&Arc<str>, &Arc<str>)>, cause: Break) {
        let (api, operation) = route.map_or_else(|| ("".into(), "".into()), |(a, o)| (a.clone(), o.clone()));
        self.broken.get_or_create(&BreakLabels { api, operation, cause }).inc();
    }

    /// Counts a fault under its name and the policy whose step raised it.
    pub fn fault(&self, name: &str, policy: Option<&Arc<str>>) {
        let fault = self.bounded(name).to_owned();
        let policy = policy.cloned().unwrap_or_default();
        self.faults.get_or_create(&FaultLabels { fault, policy }).inc();
    }

    /// The name, or `other` when there are too many names already: authors may build them from a request.
    fn bounded<'a>(&self, name: &'a str) -> &'a str {
        let mut known = self.fault_names.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(name) {
            return name;
        }
        if known.len() >= FAULT_NAMES || name.len() > 128 {
            return "other";
        }
        known.insert(name.into());
        name
    }

    /// Counts an attempt to load, and the number of the snapshot that is served afterwards.
    pub fn reloaded(&self, outcome: ReloadOutcome, generation: u64) {
        self.reloads.get_or_create(&ReloadLabels { outcome }).inc();
        self.generation.set(i64::try_from(generation).unwrap_or(i64::MAX));
    }

    /// Sets how many documents are left out.
    pub fn left_out(&self, documents: usize) {
        self.left_out.set(i64::try_from(documents).unwrap_or(i64::MAX));
    }

    pub(super) fn access_line_dropped(&self) {
        self.access_lines_dropped.inc();
    }

    pub(super) fn access_log_failed(&self) {
        self.access_log_errors.inc();
    }

    pub(super) fn trace_spans_dropped(&self, spans: u64) {
        self.trace_spans_dropped.inc_by(spans);
    }

    /// All of it as OpenMetrics text; see [`OPEN_METRICS`].
    pub fn encode(&self) -> String {
        let mut out = String::with_capacity(16 * 1024);
        // Writing into a string cannot fail.
        text::encode(&mut out, &self.registry).ok();
        out
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// Labels whose values are the variants of an enum.
macro_rules! label_values {
    ($type:ident: $($variant:ident $text:literal),* $(,)?) => {
        impl EncodeLabelValue for $type {
            fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
                let text = match self { $($type::$variant => $text),* };
                EncodeLabelValue::encode(&text, encoder)
            }
        }
    };
}

label_values!(Listener: Traffic "traffic", Admin "admin", Redirect "redirect");
label_values!(Break:
    Function "function", Service "service", Timeout "timeout", Connection "connection",
);
label_values!(ReloadOutcome: Loaded "loaded", Kept "kept");
label_values!(Refusal:
    Accept "accept", HeaderTimeout "header_timeout", SlowReader "slow_reader", Cancels "cancels", Displaced "displaced", ProxyHeader "proxy_header", Handshake "handshake", Malformed "malformed",
    HeadersTooLarge "headers_too_large", UriTooLong "uri_too_long", BadTarget "bad_target", BadHost "bad_host", Address "address",
    MethodNotImplemented "method_not_implemented", NotFound "not_found", MethodNotAllowed "method_not_allowed",
    Overload "overload",
);

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use http::{Method, StatusCode};

    use super::*;
    use crate::runtime::{Call, CallTarget, StepInfo};
    use crate::telemetry::prometheus_text;

    #[test]
    fn labels_are_bounded_and_escaped() {
        let metrics = Metrics::new();
        let (api, operation) = ("pets \"x\"".into(), "/v1/pets/{id}".into());
        metrics.request_started();
        metrics.request_ended(RequestEnd {
            route: Some((&api, &operation)),
            method: &Method::from_bytes(b"PROPFIND").unwrap(),
            status: StatusCode::IM_A_TEAPOT,
            duration: Duration::from_millis(3),
            kept: None,
        });
        for number in 0..200 {
            metrics.fault(&format!("Mine{number}"), Some(&"throw".into()));
        }
        metrics.fault("Mine7", Some(&"throw".into()));
        metrics.refused(Refusal::BadHost);
        metrics.reloaded(ReloadOutcome::Loaded, 3);
        let text = metrics.encode();
        for expected in [
            r#"gantry_requests_total{api="pets \"x\"",operation="/v1/pets/{id}",method="OTHER",status="4xx"} 1"#,
            r#"gantry_request_duration_seconds_bucket{le="0.005",api="pets \"x\"",operation="/v1/pets/{id}"} 1"#,
            "gantry_requests_in_flight 0",
            r#"gantry_faults_total{fault="other",policy="throw"} 100"#,
            r#"gantry_faults_total{fault="Mine7",policy="throw"} 2"#,
            r#"gantry_refused_total{reason="bad_host"} 1"#,
            r#"gantry_reloads_total{outcome="loaded"} 1"#,
            "gantry_snapshot_generation 3",
            "gantry_access_log_dropped_total 0",
            "gantry_log_dropped_total 0",
            "\nprocess_start_time_seconds ",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
        assert_eq!(text.matches("gantry_faults_total{").count(), 101);
    }
    #[test]
    fn the_cache_and_the_background_are_shown_as_they_count() {
        let resources = Resources::default();
        let (cache, background) = (resources.cache().counters(), resources.background().counters());
        let metrics = Metrics::of(&resources);
        background.failed.inc();
        background.waiting.set(3);
        cache.hits.inc();
        cache.bytes.set(7);
        let text = metrics.encode();
        for expected in ["gantry_cache_hits_total 1", "gantry_cache_size_bytes 7", "gantry_cache_too_large_total 0"]
            .into_iter()
            .chain(["gantry_background_failed_total 1", "gantry_background_waiting 3"])
        {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }

    #[test]
    fn the_page_lists_every_metric_and_no_other() {
        let resources = Resources::default();
        let metrics = Metrics::of(&resources);
        let (api, operation) = ("a".into(), "/o".into());
        let (route, method) = (Some((&api, &operation)), &Method::GET);
        let (status, duration) = (StatusCode::OK, Duration::ZERO);
        metrics.request_ended(RequestEnd { route, method, status, duration, kept: None });
        metrics.connection_opened(Listener::Admin);
        metrics.refused(Refusal::BadHost);
        metrics.fault("X", None);
        metrics.response_broken(route, Break::Timeout);
        metrics.reloaded(ReloadOutcome::Kept, 1);
        let step = StepInfo { policy: "lambda".into(), title: "t".into(), place: "p".into() };
        let target = CallTarget::Function { name: "f".into(), qualifier: None, region: "r".into() };
        resources.calls().of(&step.into()).call_ended(&Call::ended(target, Instant::now(), Ok(status)));
        resources.credential_gauges().fill();
        let text = prometheus_text(&metrics.encode());
        let mut metrics: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
        metrics.sort_unstable();
        let page = include_str!("../../docs/metrics.md");
        let is_name = |word: &&str| {
            let rest = word.strip_prefix("gantry_").or_else(|| word.strip_prefix("process_"));
            rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        };
        let mut listed: Vec<&str> = page.split('`').skip(1).step_by(2).filter(is_name).collect();
        listed.sort_unstable();
        listed.dedup();
        assert_eq!(listed, metrics);
        assert!(text.lines().filter(|line| line.starts_with("# HELP ")).count() == metrics.len(), "{text}");
    }
}
