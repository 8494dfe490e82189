//! Bodies and values, without secrets and not longer than a limit.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body::Body as _;
use serde::de::IgnoredAny;

use super::forms::MASK;
use super::masks::Masks;
use super::shape::{Content, ContentKind, MessageView};
use crate::value::{Body, Kind, Message, Value};

/// A text is masked this far over the limit, so that no half of a secret is left where it is cut.
const OVER: usize = 8 * 1024;

/// Bytes that are shown of what is no text.
const SHOWN_BYTES: usize = 32;

/// Headers that are shown, and bytes of one of them.
const MOST_HEADERS: usize = 100;
const LONGEST_HEADER: usize = 1024;

/// Shows contents.
#[derive(Debug, Clone, Default)]
pub(super) struct Shower {
    pub masks: Masks,
    /// Bytes of a text.
    pub limit: usize,
}

impl Shower {
    /// A message with its body.
    pub(super) fn message(&self, message: &Message) -> MessageView {
        self.parts(message.status, &message.headers, &message.body)
    }

    pub(super) fn parts(&self, status: Option<StatusCode>, headers: &HeaderMap, body: &Body) -> MessageView {
        let headers = headers.iter().take(MOST_HEADERS);
        MessageView {
            status: status.map(|status| status.as_u16()),
            headers: headers
                .map(|(name, value)| {
                    (name.as_str().to_owned(), cut(&self.masks.header(name.as_str(), value), LONGEST_HEADER).0)
                })
                .collect(),
            body: self.body(body),
        }
    }

    /// A body, as far as it has been read.
    pub(super) fn body(&self, body: &Body) -> Content {
        match body {
            Body::Empty => Content::default(),
            Body::Bytes(bytes, _) => self.bytes(bytes),
            Body::Value(value) => self.value(value),
            Body::Gone => Content { kind: ContentKind::Sent, ..Content::default() },
            Body::Stream(stream) => {
                Content { kind: ContentKind::Stream, bytes: stream.size_hint().exact(), ..Content::default() }
            }
        }
    }

    /// A value.
    pub(super) fn value(&self, value: &Value) -> Content {
        match value.kind() {
            Kind::Null => Content::default(),
            Kind::Binary(bytes) => self.bytes(bytes),
            Kind::String(text) => self.text(text, ContentKind::Text),
            Kind::Xml(document) => self.text(&document.write(), ContentKind::Xml),
            // A value that was read has its text.
            _ => match value.view().source() {
                Some(text) => self.text(text, ContentKind::Json),
                None => self.text(&value.to_json(), ContentKind::Json),
            },
        }
    }

    /// The value of a variable, whose name may say that it is a secret.
    pub(super) fn named(&self, name: &str, value: &Value) -> Content {
        let is_secret = name.split('.').any(|part| self.masks.is_secret(part));
        if is_secret && let Kind::String(text) = value.kind() {
            self.masks.learn(text);
        }
        match is_secret && !value.is_null() {
            true => Content { kind: ContentKind::Text, text: MASK.to_owned(), ..Content::default() },
            false => self.value(value),
        }
    }

    fn bytes(&self, bytes: &Bytes) -> Content {
        if bytes.is_empty() {
            return Content::default();
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let is_json = matches!(text.trim_start().as_bytes().first(), Some(b'{' | b'['))
                    && (text.len() > self.limit || serde_json::from_str::<IgnoredAny>(text).is_ok());
                self.text(text, if is_json { ContentKind::Json } else { ContentKind::Text })
            }
            Err(_) => Content {
                kind: ContentKind::Binary,
                bytes: Some(bytes.len() as u64),
                text: hex::encode(&bytes[..bytes.len().min(SHOWN_BYTES)]),
                cut: bytes.len() > SHOWN_BYTES,
            },
        }
    }

    /// A text up to the limit.
    pub(super) fn text(&self, text: &str, kind: ContentKind) -> Content {
        let (window, is_part) = cut(text, self.limit + OVER);
        let masked = self.masks.text(&window);
        // Masks may have made it shorter, so the last part goes wherever it is then.
        let most = if is_part { self.limit.min(masked.len().saturating_sub(OVER)) } else { self.limit };
        let (shown, is_short) = cut(&masked, most);
        Content { kind, bytes: Some(text.len() as u64), text: shown, cut: is_part || is_short }
    }
}

/// A message without its secrets, and at most `limit` bytes of its body.
pub fn shown_message(message: &Message, masks: &Masks, limit: usize) -> MessageView {
    Shower { masks: masks.clone(), limit }.message(message)
}

/// At most so many bytes of a text, and whether there are more.
fn cut(text: &str, most: usize) -> (String, bool) {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    (text[..end].to_owned(), end < text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shower(limit: usize) -> Shower {
        Shower { limit, ..Shower::default() }
    }

    #[test]
    fn bodies_are_cut_at_the_limit_and_no_half_of_a_secret_is_left() {
        let shower = shower(100);
        shower.masks.learn("canary-canary");
        let long = format!("{}canary-canary{}", "ä".repeat(40), "x".repeat(20_000));
        let shown = shower.body(&Body::from_bytes(long.clone()));
        assert_eq!((shown.bytes, shown.cut), (Some(long.len() as u64), true));
        assert_eq!(shown.text, format!("{}***xxxxxxx", "ä".repeat(40)));
        // Masks make the text shorter; the end of what was looked at has a half of one.
        let many = "canary-canary".repeat(10_000);
        let shown = shower.text(&many, ContentKind::Text);
        assert!(!shown.text.contains("canary") && shown.text.len() <= 100, "{}", shown.text);
    }

    #[test]
    fn what_is_no_text_is_a_size_and_a_few_bytes() {
        let shown = shower(100).body(&Body::from_bytes(vec![0xff; 40]));
        assert_eq!((shown.kind, shown.bytes, shown.cut), (ContentKind::Binary, Some(40), true));
        assert_eq!(shown.text, "ff".repeat(32));
        let kinds = |text: &'static str| shower(100).body(&Body::from_bytes(text)).kind;
        assert_eq!(
            (kinds("{\"a\":1}"), kinds("{a"), kinds("")),
            (ContentKind::Json, ContentKind::Text, ContentKind::None)
        );
    }
}
