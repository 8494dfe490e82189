//! What scripts write into the log. A script in a busy API must not fill the disk.

use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rquickjs::{Ctx, Object, Result};

use super::{Host, native};

/// Lines that one run may write, and all of them together in a second.
const PER_RUN: u32 = 50;
const PER_SECOND: u64 = 500;
/// Letters of a line.
const LENGTH: usize = 4096;

/// Counts the lines of this second.
#[derive(Default)]
pub(in crate::script) struct Chatter {
    since: OnceLock<Instant>,
    /// The second in the upper half, the lines in it in the lower.
    window: AtomicU64,
}

impl Chatter {
    /// Whether one more line fits, and whether it is the last.
    fn admits(&self) -> (bool, bool) {
        let second = self.since.get_or_init(Instant::now).elapsed().as_secs();
        let next = |seen: u64| if seen >> 32 == second { seen + 1 } else { second << 32 | 1 };
        let seen = self.window.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |seen| Some(next(seen)));
        let lines = next(seen.unwrap_or_default()) & u64::from(u32::MAX);
        (lines <= PER_SECOND, lines == PER_SECOND)
    }
}

pub(super) fn install<'js>(ctx: &Ctx<'js>, host: &Rc<Host>, native: &Object<'js>) -> Result<()> {
    native!(native, ctx, host, "log", |_ctx, level: String, category: String, text: String| {
        write(&host, &level, &category, &text);
        Ok::<_, rquickjs::Error>(())
    });
    Ok(())
}

fn write(host: &Host, level: &str, category: &str, text: &str) {
    let lines = host.lines.get().saturating_add(1);
    host.lines.set(lines);
    let (fits, last) = if lines <= PER_RUN { host.chatter.admits() } else { (false, false) };
    if !fits {
        return;
    }
    let message: String = text.chars().take(LENGTH).collect();
    let last = last || lines == PER_RUN;
    let cx = host.cx.borrow();
    let (request, api) = (&*cx.state.request.id, &*cx.state.route.api.name);
    match level {
        "error" | "critical" | "alert" | "emerg" => {
            tracing::error!(target: "script", request, api, category, level, last, "{message}");
        }
        "warn" | "warning" => tracing::warn!(target: "script", request, api, category, last, "{message}"),
        "debug" => tracing::debug!(target: "script", request, api, category, last, "{message}"),
        "trace" => tracing::trace!(target: "script", request, api, category, last, "{message}"),
        _ => tracing::info!(target: "script", request, api, category, last, "{message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_an_end() {
        let chatter = Chatter::default();
        let admitted = (0..PER_SECOND * 3).filter(|_| chatter.admits().0).count() as u64;
        // The loop may run over the border of a second.
        assert!((PER_SECOND..PER_SECOND * 3).contains(&admitted), "{admitted}");
    }
}
