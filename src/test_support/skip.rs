//! Tests that cannot run on this machine.

use std::io::Write;

/// Says on the process' own standard error, which the test runner does not capture, that a test did not run and why. In CI,
/// where everything is installed, that is a failure.
#[allow(clippy::panic, reason = "a test may fail loudly")]
pub fn skipped(why: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "in CI nothing is skipped: {why}");
    // Nothing can be done where this fails.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}
