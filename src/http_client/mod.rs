//! Outgoing HTTP, pooled: one [`HttpClient`] per TLS profile, made at load and shared by everything that calls out.
//!
//! The client never follows a redirect by itself, never takes a proxy from the environment, and never sends a request twice once
//! a byte of it may have left. What it sends is framed here: hop-by-hop headers are dropped and `Content-Length` is
//! what the body says of itself.

mod call;
mod client;
mod connection;
mod connector;
mod error;
mod guard;
mod hop_by_hop;
mod idle;
mod options;
mod pool;
mod small_writes;
mod stand_in;
mod tls;

#[cfg(test)]
mod test_names;
#[cfg(test)]
pub(crate) mod test_server;
#[cfg(test)]
pub(crate) mod test_tls;
#[cfg(test)]
mod tests;

pub use call::Call;
pub use client::HttpClient;
pub use error::{SendError, SendErrorKind};
pub use guard::Guard;
pub use hop_by_hop::{is_hop_by_hop, strip_hop_by_hop};
pub use options::{PoolOptions, Protocol};
pub use pool::{ResponseBody, host};
pub use small_writes::Gather;
pub use stand_in::StandIn;
pub use tls::{TlsError, TlsOptions};
