//! API Gateway's events, written straight into bytes.
//!
//! The shapes are those of "Set up Lambda proxy integrations" (REST, format 1.0) and "Create AWS Lambda proxy
//! integrations for HTTP APIs" (2.0) in the API Gateway Developer Guide. Header names are in lower case in 2.0, as
//! HTTP APIs send them; 1.0 has the names of the standards, and those that AWS adds, with their capitals. The headers API Gateway adds (`x-forwarded-*`, `x-amzn-trace-id`) are the caller's to add. The event
//! of a load balancer is that of "Use Application Load Balancer target groups with Lambda functions".

mod alb;
mod authorizer;
mod body;
mod certificate;
mod headers;
mod map;
mod names;
mod parts;
mod plain;
mod query;
mod request;
mod v1;
mod v2;

#[cfg(test)]
mod tests;

use bytes::Bytes;

pub use authorizer::{AuthorizerForm, MethodArn, authorizer, method_arn};
pub use body::covers;
pub use plain::plain;
pub use request::{EventFormat, EventRequest};

/// The event's JSON.
pub fn build(format: EventFormat, request: &EventRequest<'_>) -> Result<Bytes, serde_json::Error> {
    let mut bytes = Vec::with_capacity(2048 + request.body.map_or(0, <[u8]>::len) * 4 / 3);
    let parts = parts::Parts::new(format, request);
    match format {
        EventFormat::V1 => serde_json::to_writer(&mut bytes, &v1::Event(&parts))?,
        EventFormat::V2 => serde_json::to_writer(&mut bytes, &v2::Event(&parts))?,
        EventFormat::Alb { multi_value_headers } => {
            serde_json::to_writer(&mut bytes, &alb::Event { parts, multi_value_headers })?;
        }
    }
    Ok(bytes.into())
}
