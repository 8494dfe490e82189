//! The events of Lambda authorizers, as in "Use API Gateway Lambda authorizers" and "Control access to HTTP APIs with AWS Lambda
//! authorizers" of the API Gateway Developer Guide.

use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::map::decoded;
use super::parts::Parts;
use super::request::{EventFormat, EventRequest};
use super::{v1, v2};

/// The kind of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthorizerForm {
    /// A token and the method.
    Token,
    /// The request, for REST APIs.
    Rest,
    /// The request, for HTTP APIs in the format 1.0.
    HttpV1,
    /// The request, for HTTP APIs in the format 2.0.
    HttpV2,
}

/// The ARN of a method as a request has it.
#[derive(Debug)]
pub struct MethodArn {
    /// With the path as it was sent.
    pub sent: String,
    /// With the path decoded, without slashes that are there twice or at the end.
    pub decoded: String,
}

impl AuthorizerForm {
    /// The format of the request in the event.
    pub fn format(self) -> EventFormat {
        match self {
            AuthorizerForm::HttpV2 => EventFormat::V2,
            _ => EventFormat::V1,
        }
    }
}

/// The ARN of the method that a request asks for.
pub fn method_arn(request: &EventRequest<'_>, region: &str) -> MethodArn {
    let path = decoded(request.path);
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    MethodArn { sent: request.arn(region, request.path), decoded: request.arn(region, &segments.join("/")) }
}

/// The JSON of an authorizer's event. `sources` are the values that tell callers apart.
pub fn authorizer(
    form: AuthorizerForm,
    request: &EventRequest<'_>,
    arn: &MethodArn,
    sources: &[String],
) -> Result<Bytes, serde_json::Error> {
    let parts = Parts::new(form.format(), request);
    serde_json::to_vec(&Event { form, parts, arn: &arn.sent, sources }).map(Bytes::from)
}

struct Event<'a> {
    form: AuthorizerForm,
    parts: Parts<'a>,
    arn: &'a str,
    sources: &'a [String],
}

impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut event = serializer.serialize_map(None)?;
        match self.form {
            AuthorizerForm::Token => {
                event.serialize_entry("type", "TOKEN")?;
                event.serialize_entry("authorizationToken", &self.sources.first())?;
                event.serialize_entry("methodArn", self.arn)?;
            }
            AuthorizerForm::Rest => {
                event.serialize_entry("type", "REQUEST")?;
                event.serialize_entry("methodArn", self.arn)?;
                v1::Event(&self.parts).write_request(&mut event)?;
            }
            AuthorizerForm::HttpV1 => {
                let joined = (!self.sources.is_empty()).then(|| self.sources.join(","));
                event.serialize_entry("version", "1.0")?;
                event.serialize_entry("type", "REQUEST")?;
                event.serialize_entry("methodArn", self.arn)?;
                event.serialize_entry("identitySource", &joined)?;
                event.serialize_entry("authorizationToken", &joined)?;
                v1::Event(&self.parts).write_request(&mut event)?;
            }
            AuthorizerForm::HttpV2 => {
                let sources = (!self.sources.is_empty()).then_some(self.sources);
                event.serialize_entry("version", "2.0")?;
                event.serialize_entry("type", "REQUEST")?;
                event.serialize_entry("routeArn", self.arn)?;
                event.serialize_entry("identitySource", &sources)?;
                v2::Event(&self.parts).write_request(&mut event)?;
            }
        }
        event.end()
    }
}
