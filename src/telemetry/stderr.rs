//! The way to stderr: a buffer that is bounded in bytes, and a thread that empties it.
//!
//! `tracing-appender` has such a queue. It is bounded in lines, and its guard prints to stdout at the end, which waits for a reader
//! too where both have stopped reading.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes that may wait for stderr's reader.
const ROOM: usize = 4 * 1024 * 1024;

/// The way to stderr. Cloning shares it. A text whose reader is too slow is dropped and counted; nothing waits for it.
#[derive(Clone)]
pub struct Stderr(Arc<Shared>);

struct Shared {
    /// Only log lines in JSON may be there.
    is_json: bool,
    waiting: Mutex<Waiting>,
    changed: Condvar,
    room: usize,
    dropped: AtomicU64,
}

/// Text that is not written yet.
#[derive(Default)]
struct Waiting {
    texts: Vec<u8>,
    /// The thread has taken texts and not written them yet.
    writing: bool,
}

impl Stderr {
    /// Starts the thread.
    pub(super) fn start(is_json: bool) -> io::Result<Self> {
        Self::to(io::stderr(), ROOM, is_json)
    }

    fn to(mut out: impl Write + Send + 'static, room: usize, is_json: bool) -> io::Result<Self> {
        let changed = Condvar::new();
        let dropped = AtomicU64::new(0);
        let shared = Arc::new(Shared { is_json, waiting: Mutex::default(), changed, room, dropped });
        let own = shared.clone();
        std::thread::Builder::new().name("log".to_owned()).spawn(move || {
            let mut texts = Vec::new();
            loop {
                own.take(&mut texts);
                // A closed pipe or a full disk costs lines and nothing else: there is nowhere to say it.
                drop(out.write_all(&texts).and_then(|()| out.flush()));
            }
        })?;
        Ok(Stderr(shared))
    }

    /// Whether only log lines in JSON may be there.
    pub fn is_json(&self) -> bool {
        self.0.is_json
    }

    /// Writes a text and the end of its line; as a log line where all of them are JSON.
    pub fn say(&self, text: impl Display) {
        match self.0.is_json {
            true => tracing::info!("{text}"),
            false => self.write(format!("{text}\n").as_bytes()),
        }
    }

    /// Writes a text as it is.
    pub fn write(&self, text: &[u8]) {
        let mut waiting = self.0.waiting();
        if waiting.texts.len() + text.len() > self.0.room {
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.texts.extend_from_slice(text);
        self.0.changed.notify_all();
    }

    /// How many texts were dropped.
    pub(super) fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Waits, at most this long, until everything is written.
    pub(super) fn flush(&self, patience: Duration) {
        let unwritten = |waiting: &mut Waiting| waiting.writing || !waiting.texts.is_empty();
        drop(self.0.changed.wait_timeout_while(self.0.waiting(), patience, unwritten));
    }
}

impl Shared {
    /// Waits for texts and takes them; those that were taken before are written.
    fn take(&self, texts: &mut Vec<u8>) {
        texts.clear();
        let mut waiting = self.waiting();
        waiting.writing = false;
        self.changed.notify_all();
        let empty = |waiting: &mut Waiting| waiting.texts.is_empty();
        waiting = self.changed.wait_while(waiting, empty).unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut waiting.texts, texts);
        waiting.writing = true;
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Log lines come whole, each in one write.
impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Stderr::write(self, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Hands on what is written, once it may.
    struct Gate(mpsc::Receiver<()>, mpsc::Sender<Vec<u8>>);

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().ok();
            self.1.send(bytes.to_owned()).ok();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_has_no_room_is_dropped_and_counted() {
        let (open, gate) = mpsc::channel();
        let (out, written) = mpsc::channel();
        let stderr = Stderr::to(Gate(gate, out), 10, false).unwrap();
        stderr.say("first");
        // The thread has taken it, and waits.
        while !stderr.0.waiting().writing {
            std::thread::yield_now();
        }
        for text in ["1234567", "ab", "c", ""] {
            stderr.say(text);
        }
        stderr.flush(Duration::ZERO);
        assert_eq!(stderr.dropped(), 2);
        (0..2).for_each(|_| open.send(()).unwrap());
        stderr.flush(Duration::from_secs(20));
        assert_eq!(written.try_iter().collect::<Vec<_>>(), [b"first\n".to_vec(), b"1234567\nc\n".to_vec()]);
    }
}
