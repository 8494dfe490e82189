//! The value that variables hold: JSON, made by steps or as it was read.

mod access;
mod edit;
mod equality;
mod error;
mod exact;
mod inside;
mod make;
mod number;
mod parse;
mod read;
mod repeats;
mod repr;
mod scan;
mod size;
mod tape;
#[cfg(test)]
mod tests;
mod view;
mod write;

pub use error::JsonError;
pub use exact::LongNumbers;
pub use inside::{ListIter, ObjectIter};
pub(super) use make::{JsonMaker, JsonOut, Mark};
pub use number::Number;
pub use read::without_mark;
pub use repr::{Members, Value};
pub use size::tree_bytes;
pub use view::{Kind, List, Object, ValueRef};
pub(super) use write::write_escaped;
