//! The `gantry` command: arguments in, exit code out.
#![deny(unsafe_code)]

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gantry::cli::run(give_memory_back)
}

/// Gives the system back what a load needed and no longer does, half of what the process has then. The allocator would do so
/// by itself, at a time of its own.
#[expect(unsafe_code, reason = "the one call of the allocator that no safe library offers")]
fn give_memory_back() {
    // SAFETY: it takes no pointer and returns none, touches only memory that nobody owns, and may be called on every thread.
    unsafe { libmimalloc_sys::mi_collect(true) }
}
