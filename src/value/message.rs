//! A request or a response as policies see it.

use http::{HeaderMap, StatusCode};

use super::Body;

/// Headers, body and, on a response, a status.
///
/// `message` starts as a copy of the request, is what the next call sends, and becomes the response.
/// Header names compare without case: [`HeaderMap`] keeps them in lower case, repeated ones in order.
#[derive(Debug, Default)]
pub struct Message {
    pub status: Option<StatusCode>,
    /// The reason phrase an author set; HTTP/2 has none, so it only shows in variables and error documents.
    pub reason: Option<String>,
    pub headers: HeaderMap,
    pub body: Body,
}
