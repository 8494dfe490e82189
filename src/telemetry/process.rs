//! What is counted once for the process, and asked for when the metrics are read.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use super::logs;
use crate::value::room_held;

/// The lines that the log of this process had no room for.
#[derive(Debug)]
pub(super) struct LogLines;

impl Collector for LogLines {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let dropped = ConstCounter::new(logs::dropped_lines());
        let help = "Log lines that stderr's reader was too slow for";
        dropped.encode(encoder.encode_descriptor("log_dropped", help, None, MetricType::Counter)?)
    }
}

/// The bodies that this process holds.
#[derive(Debug)]
pub(super) struct Bodies;

impl Collector for Bodies {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let (held, refused) = room_held();
        let bytes = ConstGauge::new(held as u64);
        let help = "Bytes that bodies take in memory, parsed ones with their trees";
        bytes.encode(encoder.encode_descriptor("buffered", help, Some(&Unit::Bytes), MetricType::Gauge)?)?;
        let help = "Bodies that had no room";
        let refused = ConstCounter::new(refused);
        refused.encode(encoder.encode_descriptor("buffered_refused", help, None, MetricType::Counter)?)
    }
}
