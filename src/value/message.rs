//! A request or a response as policies see it.

use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};

use super::coding::{codings, decode};
use tokio::time::Instant;

use super::{Attributes, Body, BodyError, Headers};

/// Fewer bytes than these are decoded at once; more of them leave the reactor.
const AT_ONCE: usize = 4 * 1024;

/// Headers, body and, on a response, a status.
///
/// `message` starts as a copy of the request, is what the next call sends, and becomes the response.
/// Header names compare without case: [`HeaderMap`] keeps them in lower case, repeated ones in order.
#[derive(Debug, Default)]
pub struct Message {
    pub status: Option<StatusCode>,
    /// The reason phrase an author set; HTTP/2 has none, so it only shows in variables and error documents.
    pub reason: Option<String>,
    pub headers: Headers,
    pub body: Body,
    /// When a step that reads the body must have all of it: that of an answer has the time of its call. A body that is only sent on
    /// may take longer.
    pub read_by: Option<Instant>,
    /// Attributes that steps note about the message, such as the metrics of `parse`. Never sent.
    pub attributes: Attributes,
}

impl Message {
    /// Reads the body of an answer, at most `limit` bytes, for a step that looks into it: gzip and deflate are undone, and
    /// the headers no longer speak of them. A body that was read before stays as it is.
    pub async fn load_decoded(&mut self, limit: usize) -> Result<(), BodyError> {
        let streams = matches!(self.body, Body::Stream(_));
        self.body.load(limit).await?;
        // A part of a compressed whole cannot be decompressed.
        if !streams || self.status == Some(StatusCode::PARTIAL_CONTENT) {
            return Ok(());
        }
        let (Some(codings), Some(bytes)) = (codings(&self.headers), self.body.bytes()) else { return Ok(()) };
        if bytes.is_empty() {
            return Ok(());
        }
        let decoded = match bytes.len() <= AT_ONCE {
            true => decode(&bytes, &codings, limit)?,
            false => {
                let task = tokio::task::spawn_blocking(move || decode(&bytes, &codings, limit));
                task.await.map_err(|error| BodyError::Broken(error.into()))??
            }
        };
        self.body = Body::with_room(decoded)?;
        self.headers.remove(CONTENT_ENCODING);
        self.headers.remove(CONTENT_LENGTH);
        Ok(())
    }
}
