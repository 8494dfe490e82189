//! The state of a connection, and how long it may last.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::framing::Ambiguous;
use crate::settings::ServerLimits;

/// During a drain: how long a client that has just connected may take to begin its request.
const LAST_CALL: Duration = Duration::from_millis(500);

/// Requests that a client may give up, whatever the part of all. Past that, it may give up half of them.
const CANCELS: u32 = 200;

/// The clock of one connection. The socket and the requests tell it what happens.
#[derive(Debug)]
pub(super) struct Clock {
    header_timeout: Duration,
    idle_timeout: Duration,
    response_timeout: Duration,
    state: Mutex<ConnectionState>,
}

#[derive(Debug)]
struct ConnectionState {
    doing: Doing,
    /// When the connection's task began what it is doing. What is told from there need not ask the system again.
    now: Instant,
    /// Since when the client has not taken what waits for it.
    stalled: Option<Instant>,
    /// Since when the server is draining.
    last_call: Option<Instant>,
    http2: bool,
    begun: u32,
    /// The ambiguous part of the bytes of a request. Nothing is answered after that.
    ambiguous: Option<Ambiguous>,
    /// Requests that their client gave up before there was a response.
    cancelled: u32,
}

#[derive(Debug, Clone, Copy)]
enum Doing {
    /// Open, and silent so far.
    Fresh { since: Instant },
    /// Some of a request's headers are there.
    Head { since: Instant },
    /// Requests are being answered; the last one began then.
    Busy { requests: u32, since: Instant },
    /// Between two requests.
    Idle { since: Instant },
    /// Told to go after standing idle.
    Leaving { since: Instant },
}

/// The part of a request that has taken too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    Headers,
    Idle,
    Reader,
    Goodbye,
    /// Its client gives up most of its requests.
    Cancels,
}

/// A request in flight on the connection, for as long as this lives.
#[derive(Debug)]
pub(super) struct Busy {
    clock: Arc<Clock>,
    http2: bool,
    answered: bool,
    /// When it began.
    pub(super) since: Instant,
}

// === impl Clock ===

impl Clock {
    pub(super) fn new(limits: &ServerLimits) -> Self {
        let now = Instant::now();
        let state = ConnectionState {
            doing: Doing::Fresh { since: now },
            now,
            stalled: None,
            last_call: None,
            http2: false,
            begun: 0,
            ambiguous: None,
            cancelled: 0,
        };
        let ServerLimits { header_timeout, idle_timeout, response_timeout, .. } = limits;
        Clock {
            header_timeout: header_timeout.0,
            idle_timeout: idle_timeout.0,
            response_timeout: response_timeout.0,
            state: Mutex::new(state),
        }
    }

    /// The connection's task begins to do something.
    pub(super) fn tick(&self) {
        let now = Instant::now();
        self.state().now = now;
    }

    /// When to look again, and what is then late. Only the connection's own task makes this earlier: the end of a
    /// request starts a time that is not shorter than what [`Doing::Busy`] asked for.
    pub(super) fn due(&self) -> (Instant, Option<Late>) {
        let state = self.state();
        if state.cancelled >= CANCELS && state.cancelled > state.begun / 2 {
            return (state.now, Some(Late::Cancels));
        }
        let (at, late) = match state.doing {
            Doing::Fresh { since } | Doing::Head { since } => (since + self.header_timeout, Some(Late::Headers)),
            Doing::Busy { .. } => (state.now + self.idle_timeout, None),
            // Nothing that follows ambiguous bytes is answered.
            Doing::Idle { .. } if state.ambiguous.is_some() => (state.now, Some(Late::Idle)),
            Doing::Idle { since } => (since + self.idle_timeout, Some(Late::Idle)),
            Doing::Leaving { since } => (since + self.header_timeout, Some(Late::Goodbye)),
        };
        if let (Doing::Fresh { .. }, Some(last_call)) = (state.doing, state.last_call) {
            return (at.min(last_call + LAST_CALL), Some(Late::Goodbye));
        }
        let stalled = state.stalled.map(|since| match state.doing {
            // A client that takes a little now and then has its time too.
            Doing::Busy { since: begun, .. } => (since + self.idle_timeout).min(begun + self.response_timeout),
            _ => since + self.idle_timeout,
        });
        match stalled {
            Some(stalled) if stalled < at => (stalled, Some(Late::Reader)),
            _ => (at, late),
        }
    }

    /// A request has begun.
    pub(super) fn begin(self: &Arc<Self>, version: http::Version) -> Busy {
        let mut state = self.state();
        let http2 = version == http::Version::HTTP_2;
        state.http2 = http2;
        let before = if let Doing::Busy { requests, .. } = state.doing { requests } else { 0 };
        state.doing = Doing::Busy { requests: before + 1, since: state.now };
        state.begun = state.begun.saturating_add(1);
        Busy { clock: self.clone(), http2, answered: false, since: state.now }
    }

    /// Since when the connection does nothing that anybody waits for; `None` where it answers a request.
    pub(super) fn quiet_since(&self) -> Option<Instant> {
        match self.state().doing {
            Doing::Busy { .. } => None,
            Doing::Fresh { since } | Doing::Head { since } | Doing::Idle { since } | Doing::Leaving { since } => {
                Some(since)
            }
        }
    }

    /// The ambiguous part of the bytes so far.
    pub(super) fn ambiguous(&self) -> Option<Ambiguous> {
        self.state().ambiguous
    }

    /// The connection has been told to go.
    pub(super) fn leave(&self) {
        self.state().doing = Doing::Leaving { since: Instant::now() };
    }

    /// The server is draining. Whether this is the time to say goodbye: not while a request's beginning is there or may
    /// be on its way, because its client could not know whether it was taken.
    pub(super) fn may_leave(&self) -> bool {
        let mut state = self.state();
        state.last_call.get_or_insert_with(Instant::now);
        !matches!(state.doing, Doing::Fresh { .. } | Doing::Head { .. })
    }

    /// Bytes have come.
    pub(super) fn read(&self, ambiguous: Option<Ambiguous>) {
        let mut state = self.state();
        state.ambiguous = state.ambiguous.or(ambiguous);
        state.doing = match state.doing {
            Doing::Fresh { since } => Doing::Head { since },
            // Bytes on an idle HTTP/2 connection may be a ping.
            Doing::Idle { .. } if !state.http2 => Doing::Head { since: state.now },
            other => other,
        };
    }

    /// A write was tried; `stalled` is whether the client takes nothing.
    pub(super) fn wrote(&self, stalled: bool) {
        let mut state = self.state();
        if !stalled {
            state.stalled = None;
        } else if state.stalled.is_none() {
            state.stalled = Some(state.now);
        }
    }

    fn state(&self) -> MutexGuard<'_, ConnectionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Busy {
    /// The ambiguous part of the bytes on its connection.
    pub(super) fn ambiguous(&self) -> Option<Ambiguous> {
        self.clock.ambiguous()
    }

    pub(super) fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    /// There is a response.
    pub(super) fn answered(&mut self) {
        self.answered = true;
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = self.clock.state();
        if !self.answered {
            state.cancelled = state.cancelled.saturating_add(1);
        }
        state.doing = match state.doing {
            Doing::Busy { requests, since } if requests > 1 => Doing::Busy { requests: requests - 1, since },
            // With HTTP/1 it is the connection's task that ends it.
            _ => Doing::Idle { since: if self.http2 { Instant::now() } else { state.now } },
        };
    }
}
