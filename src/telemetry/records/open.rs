//! The record of a request that is still under way.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, StatusCode, Version};
use time::OffsetDateTime;

use super::ring::{Ring, lock};
use crate::runtime::{
    Details, Masks, OperationInfo, Record, RecordSink, Recording, Route, TraceId, protocol, shown_message,
};
use crate::value::{Message, Secret};

/// The record of a request. Its exchange and its pipeline hold it; the last one of them puts it into the ring by letting go of it.
pub struct OpenRecord {
    ring: Arc<Mutex<Ring>>,
    body_bytes: usize,
    /// Gone once it is in the ring.
    draft: Mutex<Option<Box<Draft>>>,
}

struct Draft {
    record: Record,
    masks: Masks,
    /// With its secrets. The names of some are known when there is a route.
    query: Option<Secret>,
}

/// The facts that are known when a request comes in.
pub struct Beginning {
    pub id: Arc<str>,
    pub received: SystemTime,
    pub client: SocketAddr,
    pub method: Method,
    pub path: String,
    pub query: Option<String>,
    pub version: Version,
    /// Those that have secrets are remembered.
    pub headers: HeaderMap,
}

/// The facts that are known when it is over.
pub struct End<'a> {
    /// None when the client left before there was one.
    pub status: Option<StatusCode>,
    pub route: Option<&'a Route>,
    pub bytes: u64,
    pub complete: bool,
    pub duration: Duration,
    pub trace: Option<TraceId>,
}

impl OpenRecord {
    pub(super) fn new(
        ring: Arc<Mutex<Ring>>,
        body_bytes: usize,
        names: &Arc<[String]>,
        beginning: Beginning,
    ) -> Arc<Self> {
        let masks = Masks::new(names);
        masks.learn_headers(&beginning.headers);
        let record = Record {
            id: beginning.id.to_string(),
            time: milliseconds(beginning.received),
            client: beginning.client.ip().to_string(),
            method: beginning.method.to_string(),
            path: beginning.path,
            protocol: protocol(beginning.version).to_owned(),
            ..Record::default()
        };
        let draft = Draft { record, masks, query: beginning.query.map(Secret::new) };
        Arc::new(OpenRecord { ring, body_bytes, draft: Mutex::new(Some(Box::new(draft))) })
    }

    /// Records what the pipeline of this operation does. `headers` are those of the request; nothing of `outside` is shown.
    pub fn recording(
        self: &Arc<Self>,
        operation: &OperationInfo,
        headers: &HeaderMap,
        outside: &Arc<[Secret]>,
    ) -> Option<Recording> {
        let mut draft = lock(&self.draft);
        let draft = draft.as_deref_mut()?;
        let demands = operation.clients.iter().flat_map(|demand| demand.ids.iter().chain(&demand.secrets));
        let masks = std::mem::take(&mut draft.masks).with_outside(outside).with_keys(demands.map(|place| &*place.name));
        masks.learn_headers(headers);
        if let Some(query) = &draft.query {
            masks.learn_query(query.expose());
        }
        draft.record.path = masks.path(&operation.full_path, &draft.record.path);
        draft.masks = masks.clone();
        Some(Recording::new(masks, self.body_bytes, self.clone()))
    }

    /// No step ran, for this reason.
    pub fn refused(&self, reason: &str) {
        self.change(|draft| draft.record.refused = Some(draft.masks.text(reason).into_owned()));
    }

    /// The response, before it is sent.
    pub fn answer(&self, message: &Message) {
        self.change(|draft| draft.record.answer = Some(shown_message(message, &draft.masks, self.body_bytes)));
    }

    /// The response has been sent, or will not be.
    pub fn end(&self, end: &End<'_>) {
        self.change(|draft| {
            let record = &mut draft.record;
            record.status = end.status.map(|status| status.as_u16());
            record.bytes = end.bytes;
            record.complete = end.complete;
            record.duration_ms = end.duration.as_micros() as f64 / 1000.0;
            record.trace = end.trace.map(|trace| trace.to_string());
            if let Some(route) = end.route {
                record.api = Some(format!("{} {}", route.api.name, route.api.version));
                record.operation = Some(route.operation.full_path.to_string());
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Draft)) {
        if let Some(draft) = lock(&self.draft).as_deref_mut() {
            change(draft);
        }
    }
}

/// RFC 3339 with milliseconds.
fn milliseconds(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    let (date, milliseconds) = (time.date(), time.millisecond());
    let (hour, minute, second) = time.to_hms();
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z")
}

impl RecordSink for OpenRecord {
    fn take(&self, details: Details, masks: Masks) {
        self.change(|draft| {
            draft.record.details = details;
            draft.masks = masks;
        });
    }
}

impl Drop for OpenRecord {
    fn drop(&mut self) {
        let Some(draft) = lock(&self.draft).take() else { return };
        let Draft { mut record, masks, query } = *draft;
        record.path = masks.text(&record.path).into_owned();
        record.query = query.map(|query| masks.query(query.expose()));
        lock(&self.ring).push(record);
    }
}
