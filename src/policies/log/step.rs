use http::HeaderMap;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::base::is_secret_name;
use crate::expression::{Builtin, Reference, Root, Scope, Template};
use crate::runtime::{Context, Fault, FaultSource, Outcome, Step, kinds};
use crate::value::Value;

/// Bytes of a line of the log.
const LONGEST_LINE: usize = 64 * 1024;

/// A compiled `log`.
pub(super) struct Log {
    /// The level, where the record is gathered.
    pub gathers: Option<Template>,
    pub sends: bool,
    pub record: Reference,
}

/// How much is gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Level {
    None,
    Activity,
    Header,
    Payload,
}

impl Level {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.trim() {
            "none" => Some(Level::None),
            "default" | "activity" | "" => Some(Level::Activity),
            "header" => Some(Level::Header),
            "payload" => Some(Level::Payload),
            _ => None,
        }
    }
}

impl Log {
    fn apply(&self, cx: &mut Context) -> Result<(), Fault> {
        if let Some(level) = &self.gathers {
            let text = level.text(cx);
            let level = Level::named(&text).ok_or_else(|| {
                Fault::new(&kinds::PROPERTY, FaultSource::Gateway, "`log-level` became something that is no level")
            })?;
            let record = if level == Level::None { Value::NULL } else { record(level, cx) };
            cx.set(&self.record, record)
                .map_err(|error| Fault::new(&kinds::PROPERTY, FaultSource::Gateway, error.to_string()))?;
        }
        if self.sends {
            send(&cx.get(&self.record));
        }
        Ok(())
    }
}

impl Step for Log {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        match self.apply(cx) {
            Ok(()) => Outcome::done(),
            Err(fault) => Outcome::fault(fault),
        }
    }
}

fn send(record: &Value) {
    if record.is_empty() {
        return;
    }
    let mut line = record.to_text().into_owned();
    if line.len() > LONGEST_LINE {
        let end = (0..=LONGEST_LINE).rev().find(|at| line.is_char_boundary(*at)).unwrap_or_default();
        line.truncate(end);
        line.push('…');
    }
    tracing::info!(target: "gantry::record", record = %line, "a record of a request");
}

/// The record, under the names of API Connect's analytics.
fn record(level: Level, cx: &Context) -> Value {
    let state = &*cx.state;
    let request = &state.request;
    let status = state.outgoing.message.status.map_or(200, |status| status.as_u16());
    let client =
        |name: &str| state.identity.caller.as_ref().and_then(|caller| caller.client.at(["app", name])).map(Value::from);
    let served = cx.state.fixed.now().duration_since(request.received).unwrap_or_default().as_millis();
    let text = |text: &str| Value::from(text);
    let mut members: Vec<(&str, Value)> = vec![
        ("datetime", Value::from(OffsetDateTime::from(request.received).format(&Rfc3339).unwrap_or_default())),
        ("transaction_id", text(&request.id)),
        ("api_name", text(&state.route.api.name)),
        ("api_version", text(&state.route.api.version)),
        ("resource_path", text(&state.route.operation.path)),
        ("request_method", text(request.method.as_str())),
        ("uri_path", text(request.uri.path())),
        ("status_code", i64::from(status).into()),
        ("client_ip", Value::from(request.client.ip().to_string())),
        ("app_id", client("id").unwrap_or_default()),
        ("app_name", client("name").unwrap_or_default()),
        ("time_to_serve_request", i64::try_from(served).unwrap_or(i64::MAX).into()),
    ];
    if level >= Level::Header {
        members.push(("query_string", text(request.uri.query().unwrap_or_default())));
        members.push(("request_http_headers", headers(&request.headers)));
        members.push(("response_http_headers", headers(&state.outgoing.message.headers)));
    }
    if level >= Level::Payload {
        members.push(("request_body", body_of(Builtin::Request).value(cx)));
        members.push(("response_body", body_of(Builtin::Message).value(cx)));
    }
    Value::object(members.into_iter().filter(|(_, value)| !value.is_null()))
}

/// The body of a message or of the request.
fn body_of(root: Builtin) -> Template {
    Template::Reference(Reference::body_of(Root::Builtin(root)))
}

/// A list of maps with one name each, as a header may stand twice.
fn headers(headers: &HeaderMap) -> Value {
    let each = headers.iter().map(|(name, value)| {
        let value =
            if is_secret_name(name.as_str()) { "***".into() } else { String::from_utf8_lossy(value.as_bytes()) };
        Value::object([(name.as_str(), Value::from(value.as_ref()))])
    });
    Value::list(each)
}
