//! The body of an event: text, or base64 of what is not text.

use base64::display::Base64Display;
use base64::prelude::BASE64_STANDARD;
use http::header::CONTENT_ENCODING;
use serde::{Serialize, Serializer};

use super::request::{EventFormat, EventRequest};

/// A body as JSON can carry it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EventBody<'a> {
    /// Written as null.
    None,
    Text(&'a str),
    Base64(&'a [u8]),
}

impl<'a> EventBody<'a> {
    /// Format 1.0 sends base64 for the media types configured as binary, format 2.0 and load balancers for everything that is
    /// not named as text. Compressed bodies, and bytes that are no UTF-8, are base64 in both: nothing is ever lost.
    pub(super) fn new(format: EventFormat, request: &EventRequest<'a>) -> Self {
        let Some(bytes) = request.body.filter(|body| !body.is_empty()) else { return EventBody::None };
        let Ok(text) = std::str::from_utf8(bytes) else { return EventBody::Base64(bytes) };
        let essence = request.content_type().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let encoded = request.headers.get(CONTENT_ENCODING).is_some_and(|value| value != "identity");
        let binary = match format {
            EventFormat::V1 => request.binary_media_types.iter().any(|pattern| covers(pattern, &essence)),
            EventFormat::V2 => !is_text(&essence) && !essence.ends_with("+json"),
            EventFormat::Alb { .. } => !is_text(&essence),
        };
        if request.base64 && (encoded || binary) { EventBody::Base64(bytes) } else { EventBody::Text(text) }
    }

    pub(super) fn is_base64(&self) -> bool {
        matches!(self, EventBody::Base64(_))
    }
}

impl Serialize for EventBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            EventBody::None => serializer.serialize_none(),
            EventBody::Text(text) => serializer.serialize_str(text),
            EventBody::Base64(bytes) => serializer.collect_str(&Base64Display::new(bytes, &BASE64_STANDARD)),
        }
    }
}

/// Whether HTTP APIs, function URLs and load balancers send this media type as text, as the services behave: forms and bodies
/// without a type are not.
fn is_text(essence: &str) -> bool {
    essence.starts_with("text/") || matches!(essence, "application/json" | "application/xml" | "application/javascript")
}

/// Whether a configured media type (`image/png`, `image/*`, `*/*`) covers a type.
pub fn covers(pattern: &str, essence: &str) -> bool {
    let pattern = pattern.trim();
    match pattern.strip_suffix("/*") {
        Some("*") => true,
        Some(family) => essence.split('/').next().is_some_and(|found| found.eq_ignore_ascii_case(family)),
        None => pattern.eq_ignore_ascii_case(essence),
    }
}
