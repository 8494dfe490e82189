//! The output of handlers: passed on line by line, and the end of it kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::sync::broadcast;
use tokio::task::JoinSet;

use super::lock::locked;
use super::notice::Notice;

/// The service gives callers this much of the log's end, bytes.
const TAIL: usize = 4096;
/// Longer lines are passed on in pieces, bytes.
const LINE: u64 = 16 * 1024;

/// The last 4 KiB of one process's output, and the readers that fill it.
pub struct Log {
    tail: Arc<Mutex<VecDeque<u8>>>,
    readers: JoinSet<()>,
}

impl Log {
    pub fn new() -> Log {
        let (tail, readers) = (Arc::default(), JoinSet::new());
        Log { tail, readers }
    }

    /// Reads one of the process's streams until it ends.
    pub fn follow<R>(&mut self, stream: R, function: &str, notices: &broadcast::Sender<Notice>)
    where
        R: AsyncRead + Unpin + Send + 'static,
    {
        let (function, notices) = (function.to_owned(), notices.clone());
        let tail = self.tail.clone();
        self.readers.spawn(async move {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while (&mut stream).take(LINE).read_until(b'\n', &mut line).await.is_ok_and(|n| n > 0) {
                keep(&mut locked(&tail), &line);
                let text = String::from_utf8_lossy(&line);
                let (function, line_text) = (function.clone(), text.trim_end().to_owned());
                // An error only means that there is no receiver.
                let _ = notices.send(Notice::Log { function, line: line_text });
                line.clear();
            }
        });
    }

    /// Forgets what was written before, so that the tail belongs to one invocation.
    pub fn restart(&self, first: &str) {
        let mut tail = locked(&self.tail);
        tail.clear();
        keep(&mut tail, first.as_bytes());
    }

    /// The tail, once the readers had a moment to take what is already in the pipes.
    pub async fn tail(&self) -> Vec<u8> {
        tokio::time::sleep(Duration::from_millis(5)).await;
        locked(&self.tail).iter().copied().collect()
    }

    /// Waits until a dead process's last words are read.
    pub async fn drained(&mut self) {
        let rest = async { while self.readers.join_next().await.is_some() {} };
        // A grandchild that left the process group may hold the pipe open.
        let _ = tokio::time::timeout(Duration::from_millis(200), rest).await;
    }
}

fn keep(tail: &mut VecDeque<u8>, bytes: &[u8]) {
    tail.extend(bytes);
    let excess = tail.len().saturating_sub(TAIL);
    tail.drain(..excess);
}

/// Adds the platform's closing lines and cuts to size again.
pub fn closed(mut tail: Vec<u8>, last: &str) -> Vec<u8> {
    tail.extend_from_slice(last.as_bytes());
    let excess = tail.len().saturating_sub(TAIL);
    tail.split_off(excess)
}
