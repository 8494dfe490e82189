//! The steps, branches and catches of documents that tests have run.

mod covered;
mod lcov;
mod parts;
mod table;

pub use covered::Coverage;
pub use lcov::lcov;
pub use table::table;
