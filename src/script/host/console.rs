//! The lines that scripts write into the log. A script in a busy API must not fill the disk.

use std::rc::Rc;

use gantry_allocator::Setup;
use rquickjs::{Object, Result};

use super::chatter::PER_RUN;
use super::{Host, Seat, native};

/// Letters of a line.
const LENGTH: usize = 4096;

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, host, "log", |_ctx, level: String, category: String, text: String| {
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
