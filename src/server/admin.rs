//! The requests of operators and their tools.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::FutureExt;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode, Uri};

use super::admin_guard::{Guard, guard};
use super::{Parts, Status};
use crate::telemetry::{OPEN_METRICS, PROMETHEUS_TEXT, prometheus_text};

pub(super) fn router(parts: Parts, rules: Guard) -> Router {
    Router::new()
        .route("/livez", get(alive))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/-/status", get(status))
        .route("/-/traces", get(traces))
        .route("/-/traces/{id}", get(trace))
        .route("/-/reload", post(reload))
        .layer(from_fn_with_state(Arc::new(rules), guard))
        .with_state(parts)
}

async fn alive() -> &'static str {
    "ok\n"
}

/// 200, or 503 with one reason per line.
async fn ready(State(parts): State<Parts>) -> (StatusCode, String) {
    let reasons = parts.ready.reasons();
    if reasons.is_empty() {
        return (StatusCode::OK, "ok\n".to_owned());
    }
    (StatusCode::SERVICE_UNAVAILABLE, reasons.join("\n") + "\n")
}

async fn metrics(State(parts): State<Parts>, headers: HeaderMap) -> impl IntoResponse {
    let text = parts.metrics.encode();
    match wants_prometheus_text(&headers) {
        true => ([(CONTENT_TYPE, PROMETHEUS_TEXT)], prometheus_text(&text)),
        false => ([(CONTENT_TYPE, OPEN_METRICS)], text),
    }
}

/// Whether `Accept` asks for text and not for OpenMetrics. Who asks for nothing gets OpenMetrics.
fn wants_prometheus_text(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let types: Vec<&str> = accepted
        .flat_map(|value| value.split(','))
        .map(|kind| kind.split(';').next().unwrap_or_default().trim())
        .collect();
    let names = |name: &str| types.iter().any(|kind| kind.eq_ignore_ascii_case(name));
    (names("text/plain") || names("text/*")) && !names("application/openmetrics-text")
}

async fn status(State(parts): State<Parts>) -> Json<Status> {
    Json(parts.control.status())
}

/// The answer where nothing is recorded.
const NO_RECORDS: &str =
    "Nothing is recorded: set `traces.record.sample` or `traces.record.key`, or use `gantry dev`\n";

/// The records that are kept, or those after a number, one line each.
async fn traces(State(parts): State<Parts>, uri: Uri) -> Response {
    let mut pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let since = pairs.find(|(name, _)| name == "since").map_or(Ok(0), |(_, number)| number.parse());
    match (&parts.records, since) {
        (None, _) => (StatusCode::NOT_FOUND, NO_RECORDS).into_response(),
        (_, Err(_)) => (StatusCode::BAD_REQUEST, "`since` is the number of a record\n").into_response(),
        (Some(records), Ok(since)) => Json(serde_json::json!({ "traces": records.since(since) })).into_response(),
    }
}

/// The record of one request.
async fn trace(State(parts): State<Parts>, Path(id): Path<String>) -> Response {
    let Some(records) = &parts.records else { return (StatusCode::NOT_FOUND, NO_RECORDS).into_response() };
    match records.find(&id) {
        Some(record) => Json(&*record).into_response(),
        None => (StatusCode::NOT_FOUND, "There is no record of this request, or none any more\n").into_response(),
    }
}

/// 200 when the new documents serve, 422 with the findings when the old ones serve on.
async fn reload(State(parts): State<Parts>) -> Response {
    let Ok(status) = AssertUnwindSafe(parts.control.reload()).catch_unwind().await else {
        let failed = "The reload failed by a defect in Gantry, which the log shows. What was served is served on.\n";
        return (StatusCode::INTERNAL_SERVER_ERROR, failed).into_response();
    };
    let loaded = status.last_load.as_ref().is_some_and(|last| last.loaded);
    (if loaded { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, Json(status)).into_response()
}
