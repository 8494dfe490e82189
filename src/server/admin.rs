//! What operators and their tools ask.

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::Parts;
use crate::telemetry::OPEN_METRICS;

pub(super) fn router(parts: Parts) -> Router {
    Router::new()
        .route("/livez", get(alive))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
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

async fn metrics(State(parts): State<Parts>) -> impl IntoResponse {
    ([(CONTENT_TYPE, OPEN_METRICS)], parts.metrics.encode())
}
