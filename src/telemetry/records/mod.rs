//! Records of requests, kept in memory for `gantry trace`: which requests have one, and a ring of those that ended last.

mod open;
mod ring;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::HeaderMap;
use http::header::HeaderName;

use crate::runtime::{Masks, Record, RecordSummary};
use crate::settings::{Share, TraceRecords};
use crate::value::{Secret, spelled};
use ring::{Ring, lock};

pub use open::{Beginning, End, OpenRecord};

/// Carries the key with which a request asks for a record.
pub const TRACE_KEY: HeaderName = HeaderName::from_static("x-gantry-trace");

/// Decides which requests are recorded, and keeps the records. Cloning shares them.
#[derive(Clone)]
pub struct Records(Arc<Shared>);

struct Shared {
    sample: Share,
    key: Option<Secret>,
    body_bytes: usize,
    /// Names whose values are masked in addition to those that always are.
    names: Arc<[String]>,
    ring: Arc<Mutex<Ring>>,
}

impl Records {
    /// None where the settings want no records.
    pub fn new(settings: &TraceRecords) -> Option<Self> {
        let TraceRecords { sample, key, requests, bytes, body_bytes, mask } = settings;
        let wanted = *sample != Share::NONE || key.is_some();
        let ring = Arc::new(Mutex::new(Ring::new(*requests, *bytes)));
        let names = mask.iter().map(|name| spelled(name)).collect();
        if *sample != Share::NONE || key.is_some() {
            // It takes a moment, for which neither the start nor a request waits.
            drop(std::thread::Builder::new().name("masks".to_owned()).spawn(Masks::prepare));
        }
        let shared = Shared { sample: *sample, key: key.clone(), body_bytes: *body_bytes, names, ring };
        wanted.then(|| Records(Arc::new(shared)))
    }

    /// The record of a request, where it is one of those that have one.
    pub fn begin(&self, headers: &HeaderMap, beginning: impl FnOnce() -> Beginning) -> Option<Arc<OpenRecord>> {
        let Shared { sample, body_bytes, names, ring, .. } = &*self.0;
        let recorded = *sample == Share::ALL
            || self.has_key(headers)
            || fastrand::u32(..Share::ALL.millionths()) < sample.millionths();
        recorded.then(|| OpenRecord::new(ring.clone(), *body_bytes, names, beginning()))
    }

    fn has_key(&self, headers: &HeaderMap) -> bool {
        let (Some(key), Some(sent)) = (&self.0.key, headers.get(TRACE_KEY)) else { return false };
        verify_slices_are_equal(sent.as_bytes(), key.expose().as_bytes()).is_ok()
    }

    /// The records with a number above this one, oldest first.
    pub fn since(&self, number: u64) -> Vec<RecordSummary> {
        let records = lock(&self.0.ring).since(number);
        records.iter().map(|record| record.summary()).collect()
    }

    /// The record of the request with this id.
    pub fn find(&self, id: &str) -> Option<Arc<Record>> {
        lock(&self.0.ring).find(id)
    }
}
