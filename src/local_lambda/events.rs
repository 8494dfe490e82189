//! Asynchronous calls: events wait in a queue, failed ones are tried again, and lost ones are written down.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::io::AsyncWriteExt;

use super::invocation::{Fault, Invocation};
use super::notice::Notice;
use super::pool::Pool;

/// Runs an event until it succeeds or its tries are used up.
pub async fn deliver(pool: Arc<Pool>, invocation: Arc<Invocation>) {
    let events = pool.function().events.clone();
    let mut wait = events.wait;
    for attempt in 1..=events.retries + 1 {
        let Some(admission) = pool.queue().await else { return };
        let Err(fault) = pool.run(invocation.clone(), admission).await.result else { return };
        if attempt <= events.retries {
            tokio::time::sleep(wait).await;
            wait *= 2;
            continue;
        }
        let mut written = None;
        if let Some(file) = &events.dead_letter_log {
            let line = letter(&invocation, &fault, attempt);
            written = Some(append(file, &line).await.map_err(|error| error.to_string()));
        }
        let function = pool.function().name.clone();
        pool.tell(Notice::EventLost { function, attempts: attempt, written });
    }
}

/// The record that AWS sends to the destination of failed events.
fn letter(invocation: &Invocation, fault: &Fault, attempts: u32) -> String {
    let raw = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        RawValue::from_string(text).ok()
    };
    let now = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
    let context = json!({
        "requestId": invocation.id,
        "functionArn": invocation.arn,
        "condition": "RetriesExhausted",
        "approximateInvokeCount": attempts,
    });
    let response = json!({
        "statusCode": 200,
        "executedVersion": invocation.version,
        "functionError": "Unhandled",
    });
    let record = Letter {
        version: "1.0",
        timestamp: &now,
        request_context: &context,
        request_payload: raw(&invocation.payload),
        response_context: &response,
        response_payload: raw(&fault.payload(&invocation.id)),
    };
    // Only a number that is none could fail here, and there is none.
    let text = serde_json::to_string(&record).unwrap_or_default();
    // A payload may be written over several lines; between its tokens a line break is as good as a space.
    text.replace(['\r', '\n'], " ") + "\n"
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Letter<'a> {
    version: &'static str,
    timestamp: &'a str,
    request_context: &'a serde_json::Value,
    request_payload: Option<Box<RawValue>>,
    response_context: &'a serde_json::Value,
    response_payload: Option<Box<RawValue>>,
}

async fn append(file: &Path, line: &str) -> std::io::Result<()> {
    let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(file).await?;
    file.write_all(line.as_bytes()).await?;
    file.flush().await
}
