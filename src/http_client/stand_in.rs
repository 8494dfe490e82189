//! Answers that come from within the process, for tests of authors.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};

use super::SendErrorKind;
use crate::value::BodyStream;

/// Takes the place of the network: it gets every request that a client would send.
pub trait StandIn: Send + Sync {
    /// The answer, or how the call fails.
    fn answer(&self, request: Request<BodyStream>) -> BoxFuture<'_, Result<Response<Bytes>, SendErrorKind>>;
}
