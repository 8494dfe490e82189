//! The schemas of a document, compiled at load.

mod bodies;
mod compiled;
mod convert;
mod defaults;
mod from_xml;
#[cfg(test)]
mod tests;

pub use bodies::{Bodies, Body, Choice, Compilation, Media};
pub use compiled::{Schema, Violation};
pub use convert::{Direction, SchemaError};
pub use from_xml::XmlUnread;
