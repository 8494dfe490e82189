//! `gantry version`.

use super::exit::Exit;
use super::print;

pub fn run() -> Exit {
    print::text(concat!("gantry ", env!("CARGO_PKG_VERSION"), "\n"));
    Exit::Good
}
