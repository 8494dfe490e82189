//! An access line in JSON, written by hand: it is the dearest part of the access log, and what serde and `time` make of it takes
//! four times the instructions.

use std::io::Write;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Method;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::base::write_json_string;
use crate::runtime::TraceId;

const SECOND: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].");

/// The content of one line. The query is left out: its values may be secrets.
#[derive(Debug, Clone)]
pub struct AccessRecord {
    /// When the request's headers had been read; written in RFC 3339 with milliseconds, in UTC.
    pub time: SystemTime,
    pub id: Arc<str>,
    pub client: IpAddr,
    pub method: Method,
    pub path: String,
    /// The status sent; 499 when the client left before there was one.
    pub status: u16,
    /// Bytes of the response body.
    pub bytes: u64,
    /// From the end of the request's headers to the end of the response.
    pub duration_ms: f64,
    /// The whole response was handed to the connection.
    pub complete: bool,
    pub api: Option<Arc<str>>,
    /// The path template, with the base path.
    pub operation: Option<Arc<str>>,
    /// The fault that ended the request, or that a handler took.
    pub fault: Option<String>,
    /// `file:line:column` of the step that raised it.
    pub place: Option<Arc<str>>,
    /// The application that called, and its plan.
    pub application: Option<Arc<str>>,
    pub plan: Option<Arc<str>>,
    /// How long the request waited for the answers of its calls, where it made any.
    pub upstream_ms: Option<f64>,
    /// The trace, where the request is traced.
    pub trace: Option<TraceId>,
    pub protocol: &'static str,
    pub user_agent: Option<String>,
}

/// Writes lines one after the other. It knows the text of the last line's second, which the next line mostly shares.
#[derive(Debug, Default)]
pub struct AccessLines {
    second: Option<u64>,
    text: String,
}

impl AccessLines {
    /// Appends the record as one JSON object, without a line break.
    pub fn json(&mut self, record: &AccessRecord, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"time\":\"");
        self.time(record.time, out);
        out.extend_from_slice(b"\",\"id\":");
        text(&record.id, out);
        out.extend_from_slice(b",\"client\":\"");
        address(record.client, out);
        out.extend_from_slice(b"\",\"method\":");
        text(record.method.as_str(), out);
        out.extend_from_slice(b",\"path\":");
        text(&record.path, out);
        out.extend_from_slice(b",\"status\":");
        number(record.status.into(), out);
        out.extend_from_slice(b",\"bytes\":");
        number(record.bytes, out);
        out.extend_from_slice(b",\"duration_ms\":");
        milliseconds(record.duration_ms, out);
        out.extend_from_slice(if record.complete { b",\"complete\":true" } else { b",\"complete\":false" });
        optional(b",\"api\":", record.api.as_deref(), out);
        optional(b",\"operation\":", record.operation.as_deref(), out);
        optional(b",\"fault\":", record.fault.as_deref(), out);
        optional(b",\"place\":", record.place.as_deref(), out);
        optional(b",\"application\":", record.application.as_deref(), out);
        optional(b",\"plan\":", record.plan.as_deref(), out);
        if let Some(upstream) = record.upstream_ms {
            out.extend_from_slice(b",\"upstream_ms\":");
            milliseconds(upstream, out);
        }
        if let Some(trace) = record.trace {
            drop(write!(out, ",\"trace\":\"{trace}\""));
        }
        out.extend_from_slice(b",\"protocol\":");
        text(record.protocol, out);
        optional(b",\"user_agent\":", record.user_agent.as_deref(), out);
        out.push(b'}');
    }

    /// RFC 3339 with milliseconds, in UTC.
    fn time(&mut self, time: SystemTime, out: &mut Vec<u8>) {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.second != Some(since.as_secs()) {
            let second = OffsetDateTime::from(UNIX_EPOCH + Duration::from_secs(since.as_secs()));
            self.text = second.format(SECOND).unwrap_or_default();
            self.second = Some(since.as_secs());
        }
        out.extend_from_slice(self.text.as_bytes());
        let millis = since.subsec_millis();
        out.extend([millis / 100, millis / 10 % 10, millis % 10].map(digit));
        out.push(b'Z');
    }
}

fn optional(key: &[u8], value: Option<&str>, out: &mut Vec<u8>) {
    if let Some(value) = value {
        out.extend_from_slice(key);
        text(value, out);
    }
}

/// A JSON string. Most are ASCII and have nothing in them that must be escaped.
fn text(text: &str, out: &mut Vec<u8>) {
    // Without a branch per byte, so that many are looked at together.
    let special = text
        .bytes()
        .fold(false, |special, byte| special | (byte < b' ') | (byte == b'"') | (byte == b'\\') | (byte > b'~'));
    if special {
        write_json_string(text, out);
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

fn address(address: IpAddr, out: &mut Vec<u8>) {
    match address {
        IpAddr::V4(address) => {
            let [first, rest @ ..] = address.octets();
            number(first.into(), out);
            for part in rest {
                out.push(b'.');
                number(part.into(), out);
            }
        }
        IpAddr::V6(address) => drop(write!(out, "{address}")),
    }
}

/// As many decimals as there are, and at least one: `1.5`, `0.042`, `12.0`.
fn milliseconds(milliseconds: f64, out: &mut Vec<u8>) {
    // Measured times are whole microseconds.
    let micros = (milliseconds * 1000.0).round() as u64;
    number(micros / 1000, out);
    out.push(b'.');
    let decimals = (micros % 1000) as u32;
    let digits = [decimals / 100, decimals / 10 % 10, decimals % 10];
    let shown = digits.iter().rposition(|digit| *digit != 0).map_or(1, |last| last + 1);
    out.extend(digits.into_iter().take(shown).map(digit));
}

fn number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// The character of a number below ten.
fn digit(number: u32) -> u8 {
    b'0' + number as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn parsed(record: &AccessRecord) -> (String, Value) {
        let mut line = Vec::new();
        AccessLines::default().json(record, &mut line);
        let line = String::from_utf8(line).unwrap();
        let value = serde_json::from_str(&line).unwrap();
        (line, value)
    }

    proptest! {
        #[test]
        fn a_line_says_what_its_record_says(
            (path, agent, fault) in (".*", proptest::option::of(".*"), proptest::option::of("[A-Za-z]*")),
            (micros, status, bytes) in (0_u64..10_000_000_000, 100_u16..1000, any::<u64>()),
            (client, nanos) in (any::<IpAddr>(), 0_u64..4_000_000_000_000_000_000),
        ) {
            let record = AccessRecord {
                time: UNIX_EPOCH + Duration::from_nanos(nanos),
                id: "id".into(),
                client,
                method: Method::GET,
                path,
                status,
                bytes,
                duration_ms: micros as f64 / 1000.0,
                complete: status % 2 == 0,
                api: None,
                operation: Some("/{id}".into()),
                fault,
                place: None,
                application: Some("shop".into()),
                plan: None,
                upstream_ms: Some(0.25),
                trace: Some(TraceId(10)),
                protocol: "HTTP/1.1",
                user_agent: agent,
            };
            let (line, value) = parsed(&record);
            prop_assert!(!line.chars().any(crate::base::acts_on_readers), "{line}");
            let time = OffsetDateTime::from(record.time);
            let mut expected = json!({
                "time": time.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z")).unwrap(),
                "id": "id", "client": record.client.to_string(), "method": "GET", "path": record.path,
                "status": record.status, "bytes": record.bytes, "duration_ms": record.duration_ms,
                "complete": record.complete, "operation": "/{id}", "protocol": "HTTP/1.1",
                "application": "shop", "upstream_ms": 0.25, "trace": "0000000000000000000000000000000a",
            });
            for (key, text) in [("fault", &record.fault), ("user_agent", &record.user_agent)] {
                if let Some(text) = text {
                    expected[key] = json!(text);
                }
            }
            prop_assert_eq!(value, expected, "{}", line);
        }
    }

    #[test]
    fn the_text_of_a_second_is_kept_no_longer_than_that() {
        let mut lines = AccessLines::default();
        let mut out = Vec::new();
        for millis in [999, 1_000, 1_001, 999] {
            lines.time(UNIX_EPOCH + Duration::from_millis(millis), &mut out);
            out.push(b' ');
        }
        let first = "1970-01-01T00:00:00.999Z";
        let expected = format!("{first} 1970-01-01T00:00:01.000Z 1970-01-01T00:00:01.001Z {first} ");
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn the_page_lists_every_field() {
        let source = include_str!("access_line.rs");
        let written =
            source.split("\\\"").skip(1).step_by(2).filter(|text| !text.is_empty() && !text.contains([' ', ':', '{']));
        let mut written: Vec<&str> = written.collect();
        written.sort_unstable();
        written.dedup();
        let page = include_str!("../../docs/logs.md").split("## The access log").nth(1).unwrap();
        let first_cells = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
        let mut listed: Vec<&str> = first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        listed.sort_unstable();
        assert_eq!(listed, written);
    }
}
