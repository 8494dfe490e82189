//! Metrics of the process, which are read when they are scraped.

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
        let help = "Bytes that bodies, what steps make of them, and scripts take in memory";
        bytes.encode(encoder.encode_descriptor("buffered", help, Some(&Unit::Bytes), MetricType::Gauge)?)?;
        let help = "Bodies, values and scripts that had no room";
        let refused = ConstCounter::new(refused);
        refused.encode(encoder.encode_descriptor("buffered_refused", help, None, MetricType::Counter)?)
    }
}

/// The system's values for this process, under the names that Prometheus' own libraries use.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(super) struct System;

#[cfg(target_os = "linux")]
impl Collector for System {
    /// A value that cannot be read is left out: a container may hide it.
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Ok(process) = procfs::process::Process::myself() else { return Ok(()) };
        if let Ok(stat) = process.stat() {
            let seconds = (stat.utime + stat.stime) as f64 / procfs::ticks_per_second() as f64;
            let help = "Processor time that the process has used";
            let descriptor = encoder.encode_descriptor("cpu", help, Some(&Unit::Seconds), MetricType::Counter)?;
            ConstCounter::new(seconds).encode(descriptor)?;
            let mut gauge = |name, help, value: u64, unit: Option<&Unit>| {
                ConstGauge::new(value).encode(encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?)
            };
            let resident = stat.rss * procfs::page_size();
            gauge("resident_memory", "Memory that the process holds", resident, Some(&Unit::Bytes))?;
            let threads = u64::try_from(stat.num_threads).unwrap_or_default();
            gauge("threads", "Threads of the process", threads, None)?;
        }
        if let Ok(open) = process.fd_count() {
            let open = ConstGauge::new(open as u64);
            open.encode(encoder.encode_descriptor("open_fds", "Open descriptors", None, MetricType::Gauge)?)?;
        }
        if let Ok(limits) = process.limits()
            && let procfs::process::LimitValue::Value(most) = limits.max_open_files.soft_limit
        {
            let help = "Descriptors that may be open";
            ConstGauge::new(most).encode(encoder.encode_descriptor("max_fds", help, None, MetricType::Gauge)?)?;
        }
        Ok(())
    }
}
