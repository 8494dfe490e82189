//! `gantry version`.

use super::exit::Exit;

pub fn run() -> Exit {
    println!("gantry {}", env!("CARGO_PKG_VERSION"));
    Exit::Good
}
