//! The trace that a call belongs to, in the form of X-Ray.

use std::time::UNIX_EPOCH;

use http::header::HeaderValue;

use crate::runtime::{State, TRACEPARENT};

/// The trace of a call for a REST API: as `trace_id`, otherwise that of the client's `X-Amzn-Trace-Id`, otherwise a new one.
pub(crate) fn trace_id_of_rest_api(state: &State) -> Option<HeaderValue> {
    if let Some(known) = trace_id(state) {
        return Some(known);
    }
    let parent = || format!("{:016x}", fastrand::u64(1..));
    let sent = state.request.headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok());
    let text = match sent.filter(|text| is_trace(text)) {
        Some(text) if text.contains("Parent=") => text.to_owned(),
        Some(text) => format!("{text};Parent={};Sampled=0", parent()),
        None => {
            let received = state.request.received.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            let random = fastrand::u128(1..) >> 32;
            format!("Root=1-{received:08x}-{random:024x};Parent={};Sampled=0", parent())
        }
    };
    HeaderValue::from_str(&text).ok()
}

/// Whether a client's text begins with a trace as AWS writes it.
fn is_trace(text: &str) -> bool {
    let Some(root) = text.split(';').next().and_then(|root| root.strip_prefix("Root=1-")) else { return false };
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.len() <= 256
        && root.split_once('-').is_some_and(|(a, b)| a.len() == 8 && b.len() == 24 && is_hex(a) && is_hex(b))
}

/// The X-Ray form of a W3C `traceparent`, `00-<32 hex>-<16 hex>-<flags>`, so that a trace goes on inside Lambda: below the
/// running step of a request that is traced here, else below the client.
pub(crate) fn trace_id(state: &State) -> Option<HeaderValue> {
    if let Some((trace, span)) = state.handling.recorder.as_ref().and_then(|recorder| recorder.position()) {
        let trace = trace.to_string();
        return HeaderValue::from_str(&format!("Root=1-{}-{};Parent={span};Sampled=1", &trace[..8], &trace[8..])).ok();
    }
    let parent = state.request.headers.get(TRACEPARENT)?.to_str().ok()?;
    let [_, trace, span, flags] = parent.split('-').collect::<Vec<_>>().try_into().ok()?;
    let hex = |text: &str, length| {
        text.len() == length && {
            let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            text.bytes().all(is_hex)
        }
    };
    let is_zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    if !hex(trace, 32) || !hex(span, 16) || !hex(flags, 2) || is_zero(trace) || is_zero(span) {
        return None;
    }
    let sampled = u8::from_str_radix(flags, 16).ok()? & 1;
    HeaderValue::from_str(&format!("Root=1-{}-{};Parent={span};Sampled={sampled}", &trace[..8], &trace[8..])).ok()
}
