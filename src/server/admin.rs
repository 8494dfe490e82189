//! What operators and their tools ask.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::FutureExt;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::admin_guard::{Guard, guard};
use super::{Parts, Status};
use crate::telemetry::OPEN_METRICS;

pub(super) fn router(parts: Parts, rules: Guard) -> Router {
    Router::new()
        .route("/livez", get(alive))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/-/status", get(status))
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

async fn metrics(State(parts): State<Parts>) -> impl IntoResponse {
    ([(CONTENT_TYPE, OPEN_METRICS)], parts.metrics.encode())
}

async fn status(State(parts): State<Parts>) -> Json<Status> {
    Json(parts.control.status())
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
