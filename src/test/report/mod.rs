//! Reports of a run: for people, and for CI in two formats.

mod junit;
mod people;
mod tap;

pub use junit::junit;
pub use people::{Signs, people};
pub use tap::tap;
