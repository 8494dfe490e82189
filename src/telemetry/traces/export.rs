//! The task that sends: in batches, by count and by time, with repetitions that no request waits for.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::otlp;
use super::whole::Whole;
use crate::http_client::HttpClient;
use crate::settings::Traces;
use crate::telemetry::Metrics;
use crate::value::{Body, JSON};

/// Spans of a batch, about: a request's stay together.
const BATCH: u64 = 256;
/// How long the first of a batch waits for others.
const DELAY: Duration = Duration::from_secs(2);
/// How often a batch is sent at most.
const ATTEMPTS: u32 = 5;
/// How long a repetition waits at most, whatever the collector asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Bytes of a collector's answer.
const LARGEST_ANSWER: usize = 64 * 1024;

/// Leads to the collector.
pub(super) struct Exporter {
    client: HttpClient,
    endpoint: Uri,
    headers: HeaderMap,
    service: String,
    timeout: Duration,
    metrics: Arc<Metrics>,
    batch: Vec<Whole>,
    spans: u64,
    /// The task that waits until everything is sent. From then on no attempt is repeated.
    leaving: Option<oneshot::Sender<()>>,
}

/// Why nothing can be sent with these settings. Nothing secret is in the message.
#[derive(Debug, thiserror::Error)]
#[error("`traces` of the settings: {0}")]
pub struct TracesError(&'static str);

/// How an attempt ended. What is repeated is what OTLP allows: an answer that says so, and none at all, though the collector may
/// have the batch then, since spans have ids by which it knows them.
enum Attempt {
    Taken,
    Repeat { pause: Option<Duration>, reason: String },
    Refused { reason: String },
}

impl Exporter {
    pub(super) fn new(
        settings: &Traces,
        client: HttpClient,
        metrics: Arc<Metrics>,
    ) -> Result<Option<Self>, TracesError> {
        let Some(endpoint) = &settings.endpoint else { return Ok(None) };
        let endpoint = endpoint.parse().map_err(|_| TracesError("`endpoint` is not a URL"))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("Gantry/", env!("CARGO_PKG_VERSION"))));
        for (name, value) in &settings.headers {
            let unusable = |_| TracesError("a header cannot be sent");
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable(()))?;
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| unusable(()))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(Some(Exporter {
            client,
            endpoint,
            headers,
            service: settings.service_name.clone(),
            timeout: settings.timeout.0,
            metrics,
            batch: Vec::new(),
            spans: 0,
            leaving: None,
        }))
    }

    /// Sends what comes, until all senders are gone.
    pub(super) async fn run(
        mut self,
        mut queue: mpsc::Receiver<Box<Whole>>,
        mut flushes: mpsc::Receiver<oneshot::Sender<()>>,
    ) {
        let mut due = Instant::now();
        loop {
            let waiting = !self.batch.is_empty();
            tokio::select! {
                whole = queue.recv() => match whole {
                    Some(whole) => {
                        if !waiting {
                            due = Instant::now() + DELAY;
                        }
                        self.add(*whole);
                        if self.spans >= BATCH {
                            self.send(&mut flushes).await;
                        }
                    }
                    None => return self.send(&mut flushes).await,
                },
                () = sleep_until(due), if waiting => self.send(&mut flushes).await,
                Some(done) = flushes.recv() => self.leaving = Some(done),
            }
            if self.leaving.is_some() {
                self.empty(&mut queue, &mut flushes).await;
            }
        }
    }

    fn add(&mut self, whole: Whole) {
        self.spans += whole.spans();
        self.batch.push(whole);
    }

    /// Sends everything that is there, for one who waits.
    async fn empty(
        &mut self,
        queue: &mut mpsc::Receiver<Box<Whole>>,
        flushes: &mut mpsc::Receiver<oneshot::Sender<()>>,
    ) {
        while let Ok(whole) = queue.try_recv() {
            self.add(*whole);
            if self.spans >= BATCH {
                self.send(flushes).await;
            }
        }
        self.send(flushes).await;
        if let Some(done) = self.leaving.take() {
            done.send(()).ok();
        }
    }

    /// Sends the batch, again if need be, or counts it as dropped.
    async fn send(&mut self, flushes: &mut mpsc::Receiver<oneshot::Sender<()>>) {
        let (batch, spans) = (std::mem::take(&mut self.batch), std::mem::take(&mut self.spans));
        if batch.is_empty() {
            return;
        }
        let body = bytes::Bytes::from(otlp::body(&self.service, &batch));
        drop(batch);
        let mut attempts = 1;
        let reason = loop {
            let (pause, reason) = match self.attempt(body.clone()).await {
                Attempt::Taken => return,
                Attempt::Repeat { pause, reason } => (pause, reason),
                Attempt::Refused { reason } => break reason,
            };
            if attempts >= ATTEMPTS || self.leaving.is_some() {
                break reason;
            }
            let pause = pause.unwrap_or(Duration::from_secs(1 << (attempts - 1))).min(LONGEST_PAUSE);
            tokio::select! {
                () = sleep(pause) => {}
                Some(done) = flushes.recv() => self.leaving = Some(done),
            }
            attempts += 1;
        };
        self.metrics.trace_spans_dropped(spans);
        tracing::warn!(spans, attempts, reason, "spans could not be sent to the collector");
    }

    async fn attempt(&self, body: bytes::Bytes) -> Attempt {
        let mut request = Request::new(Body::from_bytes(body).send());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.endpoint.clone();
        *request.headers_mut() = self.headers.clone();
        let started = Instant::now();
        let answer = match self.client.send(request, self.timeout).await {
            Ok(answer) => answer,
            Err(error) => return Attempt::Repeat { pause: None, reason: error.to_string() },
        };
        let (head, answer) = answer.into_parts();
        // Read to its end, so that the connection serves again.
        let left = self.timeout.saturating_sub(started.elapsed());
        let answer = timeout(left, Limited::new(answer, LARGEST_ANSWER).collect()).await;
        let reason = || format!("the answer has the status {}", head.status.as_u16());
        match head.status {
            status if status.is_success() => {
                let rejected = match answer {
                    Ok(Ok(answer)) => otlp::rejected(&answer.to_bytes()),
                    _ => 0,
                };
                self.metrics.trace_spans_dropped(rejected);
                Attempt::Taken
            }
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Attempt::Repeat { pause: pause(&head.headers), reason: reason() },
            _ => Attempt::Refused { reason: reason() },
        }
    }
}

/// The pause that a collector asks for, in seconds.
fn pause(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}
