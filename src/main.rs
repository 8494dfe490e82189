//! The `gantry` command: arguments in, exit code out.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use gantry_allocator::Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> ExitCode {
    gantry::cli::run(gantry_allocator::give_memory_back)
}
