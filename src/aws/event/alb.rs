//! The event of an Application Load Balancer.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::body::EventBody;
use super::map::Always;
use super::parts::Parts;
use super::{headers, query};
use http::header::HeaderName;

/// The event. Exactly one family of maps is there: single values, or lists.
pub(super) struct Event<'a> {
    pub parts: Parts<'a>,
    pub multi_value_headers: bool,
}

#[derive(Serialize)]
struct RequestContext<'a> {
    elb: Elb<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Elb<'a> {
    target_group_arn: &'a str,
}

impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Parts { request, headers, body } = &self.parts;
        // A load balancer decodes nothing.
        let parameters = query::undecoded(request.query);
        let mut event = serializer.serialize_struct("Event", 7)?;
        let elb = Elb { target_group_arn: request.target_group_arn };
        event.serialize_field("requestContext", &RequestContext { elb })?;
        event.serialize_field("httpMethod", request.method)?;
        event.serialize_field("path", request.path)?;
        if self.multi_value_headers {
            event.serialize_field("multiValueQueryStringParameters", &Always(&parameters))?;
            event.serialize_field("multiValueHeaders", &headers::All(headers, HeaderName::as_str))?;
        } else {
            event.serialize_field("queryStringParameters", &Always(&query::last(&parameters)))?;
            event.serialize_field("headers", &headers::Last(headers, HeaderName::as_str))?;
        }
        match body {
            EventBody::None => event.serialize_field("body", "")?,
            body => event.serialize_field("body", body)?,
        }
        event.serialize_field("isBase64Encoded", &body.is_base64())?;
        event.end()
    }
}
