//! Short answers of issuers: read whole, under a limit and within a time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, HeaderMap};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use tokio::time::Instant;

use super::calls::CallCounters;
use crate::http_client::{HttpClient, ResponseBody, SendError};
use crate::runtime::{Call, CallTarget, Fetches, Observer, StepInfo};
use crate::value::BodyStream;

/// Bytes of an answer.
const LARGEST: usize = 256 * 1024;
/// The time in which an issuer has to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no answer: one sentence, which quotes nothing of the request.
pub struct NoAnswer {
    pub reason: String,
    /// The status, where there was an answer.
    pub status: Option<StatusCode>,
    /// Its headers.
    pub headers: HeaderMap,
}

/// Asks issuers and registries. Its calls are counted as those of steps are.
#[derive(Clone)]
pub struct Fetcher {
    client: HttpClient,
    observer: Arc<dyn Observer>,
}

impl Fetcher {
    /// `what` is fetched, for the counters.
    pub fn new(client: &HttpClient, what: &str, counters: &CallCounters) -> Self {
        let step = StepInfo { policy: what.into(), title: what.into(), place: "".into() };
        Fetcher { client: client.clone(), observer: counters.of(&Arc::new(step)).into() }
    }

    /// The answer to a request, where its status is 200. The call is added to `fetches`.
    pub async fn fetch(
        &self,
        request: Request<BodyStream>,
        fetches: &mut Fetches,
    ) -> Result<(HeaderMap, Bytes), NoAnswer> {
        let target = CallTarget::Service { method: request.method().clone(), uri: request.uri().clone() };
        let started = Instant::now();
        let sent = self.client.send(request, PATIENCE).await;
        let result = sent.as_ref().map(Response::status).map_err(SendError::call_failure);
        let call = Call::ended(target, started.into(), result);
        self.observer.call_ended(&call);
        fetches.0.push(call);
        read(sent, started).await
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetcher")
    }
}

async fn read(
    sent: Result<Response<ResponseBody>, SendError>,
    started: Instant,
) -> Result<(HeaderMap, Bytes), NoAnswer> {
    let fail = |reason: String| NoAnswer { reason, status: None, headers: HeaderMap::new() };
    let response = sent.map_err(|error| fail(error.to_string()))?;
    if response.status() != StatusCode::OK {
        let reason = format!("the answer has the status {}", response.status().as_u16());
        return Err(NoAnswer { reason, status: Some(response.status()), headers: response.into_parts().0.headers });
    }
    let (head, body) = Response::into_parts(response);
    let left = PATIENCE.saturating_sub(started.elapsed());
    match tokio::time::timeout(left, Limited::new(body, LARGEST).collect()).await {
        Ok(Ok(body)) => Ok((head.headers, body.to_bytes())),
        Ok(Err(_)) => Err(fail("the answer broke off, or is larger than 256 KiB".to_owned())),
        Err(_) => Err(fail("the answer took too long".to_owned())),
    }
}

/// How long an answer may be kept, as its `Cache-Control` says; `None` where it does not.
pub(super) fn allowed_life(headers: &HeaderMap) -> Option<Duration> {
    let directives = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let ages =
        directives.flat_map(|value| value.split(',')).map(str::trim).filter_map(|one| match one.split_once('=') {
            Some((name, seconds)) if name.eq_ignore_ascii_case("max-age") => seconds.trim_matches('"').parse().ok(),
            None if one.eq_ignore_ascii_case("no-store") || one.eq_ignore_ascii_case("no-cache") => Some(0),
            _ => None,
        });
    ages.min().map(Duration::from_secs)
}
