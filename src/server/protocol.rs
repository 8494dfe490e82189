//! How hyper is set up.

use std::time::Duration;

use hyper_util::rt::TokioTimer;
use hyper_util::server::conn::auto;

use super::stream::Streams;
use crate::settings::ServerLimits;

/// Bytes that an HTTP/2 client may send before we read: per stream, and in all.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Bytes that wait for an HTTP/2 client to read: per stream.
const SEND_BUFFER: usize = 32 * 1024;
/// How often an HTTP/2 peer is asked whether it is still there, and how long it may take to say so.
const PING: Duration = Duration::from_secs(20);
/// Streams a client may open and reset before we have looked at them, and errors of its own that it may cause.
const RESETS: usize = 20;
const ERRORS: usize = 64;
/// The smallest read buffer that hyper takes.
const SMALLEST_BUFFER: usize = 8192;

pub(super) type Http = auto::Builder<Streams>;

/// HTTP/1.1 and HTTP/2 on one port. The limits here are twice those in the settings, so that what is a little too much
/// gets an answer with a reason from `checks`, and what is far too much a bare one from hyper.
///
/// hyper's own header timer also runs between two requests, so that it cannot tell slow headers from a quiet
/// connection: `clock` does both, and for HTTP/2 as well.
pub(super) fn http(limits: &ServerLimits, streams: Streams) -> Http {
    let head = limits.header_bytes.saturating_add(limits.uri_bytes).saturating_mul(2).max(SMALLEST_BUFFER);
    let headers = limits.headers.saturating_mul(2);
    // HTTP/2 counts 32 bytes more for every field.
    let list = u32::try_from(head.saturating_add(headers.saturating_mul(32))).unwrap_or(u32::MAX);
    let mut http = auto::Builder::new(streams);
    http.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(head).max_headers(headers);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.http2_streams)
        .max_header_list_size(list)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(ERRORS)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    http
}
