//! The variables of a request.

mod api;
mod body;
mod caller;
mod certificate;
mod clock;
mod error;
mod host;
mod message;
mod parameters;
mod path;
mod repeated;
mod request;
mod scope;
mod session;
mod table;
#[cfg(test)]
mod tests;

pub use message::whole as message_value;
pub use table::{Known, VARIABLES, VariableInfo, Writable, info, is_writable};
