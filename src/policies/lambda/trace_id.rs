//! The trace that a call belongs to, in the form of X-Ray.

use http::header::HeaderValue;

use crate::runtime::{State, TRACEPARENT};

/// The X-Ray form of a W3C `traceparent`, `00-<32 hex>-<16 hex>-<flags>`, so that a trace goes on inside Lambda: below the
/// running step of a request that is traced here, else below the client.
pub(super) fn trace_id(state: &State) -> Option<HeaderValue> {
    if let Some(recorder) = &state.handling.recorder {
        let (trace, span) = recorder.position();
        let trace = trace.to_string();
        return HeaderValue::from_str(&format!("Root=1-{}-{};Parent={span};Sampled=1", &trace[..8], &trace[8..])).ok();
    }
    let parent = state.request.headers.get(TRACEPARENT)?.to_str().ok()?;
    let [_, trace, span, flags] = parent.split('-').collect::<Vec<_>>().try_into().ok()?;
    let hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hex(trace, 32) || !hex(span, 16) || !hex(flags, 2) {
        return None;
    }
    let sampled = u8::from_str_radix(flags, 16).ok()? & 1;
    HeaderValue::from_str(&format!("Root=1-{}-{};Parent={span};Sampled={sampled}", &trace[..8], &trace[8..])).ok()
}
