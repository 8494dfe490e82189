//! One JSON line for every request.
//!
//! Requests hand their record to a bounded queue; one thread formats and writes. A full queue costs lines, which are
//! counted in `gantry_access_log_dropped_total`, and never holds a request up. Writes that fail are counted in
//! `gantry_access_log_errors_total`, and the first one is logged.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{AccessLines, AccessRecord, Metrics};
use crate::base::Printable;

/// Records that may wait for the writer.
const QUEUE: usize = 8192;

/// Bytes that are written together.
const BLOCK: usize = 64 * 1024;

/// How long the writer lets records gather. Whoever wakes it pays for that, so it is woken once in this time and not for every
/// request.
const PAUSE: Duration = Duration::from_millis(20);

/// The form of the lines, for their readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessForm {
    /// Programs: a JSON object.
    Json,
    /// For a person: `GET /hello/World 200 in 3 ms`.
    Plain,
}

/// The way into the log. Cloning shares it; the writer ends when the last clone is gone.
#[derive(Debug, Clone)]
pub struct AccessLog {
    queue: mpsc::Sender<Entry>,
    metrics: Arc<Metrics>,
}

#[derive(Debug)]
enum Entry {
    Record(Box<AccessRecord>),
    Flush(oneshot::Sender<()>),
}

// === impl AccessLog ===

impl AccessLog {
    /// Starts the writer on stdout.
    pub fn start(metrics: Arc<Metrics>, form: AccessForm) -> io::Result<Self> {
        Self::to(io::stdout(), form, metrics, QUEUE)
    }

    /// Starts the writer; this many records may wait for it.
    pub(crate) fn to(
        out: impl Write + Send + 'static,
        form: AccessForm,
        metrics: Arc<Metrics>,
        queue: usize,
    ) -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel(queue);
        let out = Output { out, metrics: metrics.clone(), has_failed: false };
        std::thread::Builder::new().name("access-log".to_owned()).spawn(move || write_all(receiver, out, form))?;
        Ok(AccessLog { queue: sender, metrics })
    }

    /// Hands a record to the writer, or counts it as dropped.
    pub fn write(&self, record: AccessRecord) {
        if self.queue.try_send(Entry::Record(Box::new(record))).is_err() {
            self.metrics.access_line_dropped();
        }
    }

    /// Waits, at most this long, until everything handed over so far has been written. False when it was not.
    pub async fn flush(&self, patience: Duration) -> bool {
        let (done, written) = oneshot::channel();
        let flush = async { self.queue.send(Entry::Flush(done)).await.is_ok() && written.await.is_ok() };
        tokio::time::timeout(patience, flush).await.unwrap_or(false)
    }
}

/// The destination of the lines.
struct Output<W> {
    out: W,
    metrics: Arc<Metrics>,
    /// A write has failed, and the log has told so.
    has_failed: bool,
}

impl<W: Write> Output<W> {
    /// Writes the block and empties it. One that cannot be written (to a closed pipe, to a full disk) is lost and counted: serving
    /// goes on without it.
    fn write(&mut self, block: &mut Vec<u8>) {
        if !block.is_empty()
            && let Err(error) = self.out.write_all(block).and_then(|()| self.out.flush())
        {
            self.metrics.access_log_failed();
            if !std::mem::replace(&mut self.has_failed, true) {
                tracing::error!(
                    %error,
                    "the access log cannot be written; gantry_access_log_errors_total counts what fails from here on"
                );
            }
        }
        block.clear();
    }
}

/// Writes until every sender is gone.
#[allow(clippy::disallowed_methods, reason = "a thread of its own, which no request waits for")]
fn write_all(mut queue: mpsc::Receiver<Entry>, mut out: Output<impl Write>, form: AccessForm) {
    let (mut lines, mut block) = (AccessLines::default(), Vec::with_capacity(BLOCK));
    while let Some(first) = queue.blocking_recv() {
        let mut next = Some(first);
        while let Some(entry) = next {
            match entry {
                Entry::Record(record) => {
                    match form {
                        AccessForm::Json => lines.json(&record, &mut block),
                        AccessForm::Plain => block.extend_from_slice(plain(&record).as_bytes()),
                    }
                    block.push(b'\n');
                }
                Entry::Flush(done) => {
                    out.write(&mut block);
                    done.send(()).ok();
                }
            }
            if block.len() >= BLOCK {
                out.write(&mut block);
            }
            next = queue.try_recv().ok();
        }
        out.write(&mut block);
        std::thread::sleep(PAUSE);
    }
}

/// The path comes from the client: what a terminal would act on is escaped.
fn plain(record: &AccessRecord) -> String {
    let AccessRecord { method, path, status, duration_ms, .. } = record;
    let mut line = format!("{method} {} {status} in {duration_ms:.0} ms", Printable(path));
    if let Some(fault) = &record.fault {
        line.push_str(&format!("  {}", Printable(fault)));
    }
    if let Some(place) = &record.place {
        line.push_str(&format!(" at {place}"));
    }
    line
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Mutex, mpsc::Receiver};
    use std::time::SystemTime;

    use http::Method;

    use super::*;

    fn record(path: &str) -> AccessRecord {
        AccessRecord {
            time: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_042),
            id: "r1".into(),
            client: [127, 0, 0, 1].into(),
            method: Method::GET,
            path: path.to_owned(),
            status: 200,
            bytes: 2,
            duration_ms: 1.5,
            complete: true,
            api: None,
            operation: None,
            fault: None,
            place: None,
            application: None,
            plan: None,
            upstream_ms: None,
            trace: None,
            protocol: "HTTP/1.1",
            user_agent: Some("a\"b\r\n{\"status\":200}\u{1b}[2J".to_owned()),
        }
    }

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A reader that does not read until it is told to.
    struct Stuck(Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().ok();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A pipe without a reader.
    struct Broken(Arc<AtomicBool>);

    impl Write for Broken {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.0.load(Ordering::Acquire) {
                true => Err(io::ErrorKind::BrokenPipe.into()),
                false => Ok(bytes.len()),
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn counted(metrics: &Metrics, name: &str) -> u32 {
        let text = metrics.encode();
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap()
    }

    #[tokio::test]
    async fn writes_that_fail_are_counted() {
        let (metrics, is_broken) = (Arc::new(Metrics::new()), Arc::new(AtomicBool::new(true)));
        let log = AccessLog::to(Broken(is_broken.clone()), AccessForm::Json, metrics.clone(), 10).unwrap();
        for errors in 1..3 {
            log.write(record("/"));
            assert!(log.flush(Duration::from_secs(5)).await);
            assert_eq!(counted(&metrics, "gantry_access_log_errors_total"), errors);
        }
        is_broken.store(false, Ordering::Release);
        log.write(record("/"));
        assert!(log.flush(Duration::from_secs(5)).await);
        assert_eq!(counted(&metrics, "gantry_access_log_errors_total"), 2);
        assert_eq!(counted(&metrics, "gantry_access_log_dropped_total"), 0);
    }

    #[test]
    fn a_log_that_cannot_be_written_is_reported_once() {
        let lines = Shared::default();
        let sink = lines.clone();
        let logs = tracing_subscriber::fmt().with_ansi(false).with_writer(move || sink.clone()).finish();
        tracing::subscriber::with_default(logs, || {
            let (out, metrics) = (Broken(Arc::new(AtomicBool::new(true))), Arc::new(Metrics::new()));
            let mut out = Output { out, metrics: metrics.clone(), has_failed: false };
            (0..3).for_each(|_| out.write(&mut b"line\n".to_vec()));
            assert_eq!(counted(&metrics, "gantry_access_log_errors_total"), 3);
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.matches("the access log cannot be written").count(), 1, "{text}");
    }

    #[tokio::test]
    async fn nothing_in_a_request_breaks_a_line() {
        let out = Shared::default();
        let log = AccessLog::to(out.clone(), AccessForm::Json, Arc::new(Metrics::new()), 10).unwrap();
        log.write(record("/a\"\r\n{}"));
        log.write(record("/b"));
        assert!(log.flush(Duration::from_secs(5)).await);
        let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains(['\r', '\u{1b}']));
        let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(first["path"], "/a\"\r\n{}");
        assert_eq!(first["time"], "2023-11-14T22:13:20.042Z");
        assert!(first.get("api").is_none());
    }

    #[tokio::test]
    async fn a_reader_that_stands_still_costs_lines_and_no_time() {
        let (go, wait) = std::sync::mpsc::channel();
        let metrics = Arc::new(Metrics::new());
        let log = AccessLog::to(Stuck(wait), AccessForm::Json, metrics.clone(), 4).unwrap();
        for _ in 0..100 {
            log.write(record("/"));
        }
        let dropped = counted(&metrics, "gantry_access_log_dropped_total");
        assert!((80..=96).contains(&dropped), "{dropped}");
        assert!(!log.flush(Duration::from_millis(20)).await);
        drop(go);
        assert!(log.flush(Duration::from_secs(5)).await);
    }
}
