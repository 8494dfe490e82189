//! The event of REST APIs, payload format 1.0.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::certificate::ClientCert;
use super::map::{Map, borrowed};
use super::names::written;
use super::parts::Parts;
use super::{headers, query};
use crate::runtime::Authorized;
use crate::value::Value;

/// The event; written by hand only where a field is computed.
pub(super) struct Event<'a>(pub &'a Parts<'a>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    account_id: &'a str,
    api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<Authorizer<'a>>,
    domain_name: &'a str,
    domain_prefix: &'a str,
    extended_request_id: &'a str,
    http_method: &'a str,
    identity: Identity<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_name: Option<&'a str>,
    path: Cow<'a, str>,
    protocol: &'a str,
    request_id: &'a str,
    request_time: String,
    request_time_epoch: i64,
    resource_id: Option<&'a str>,
    resource_path: &'a str,
    stage: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Authorizer<'a> {
    Token { claims: &'a Value },
    Function(&'a Value),
}

/// Everything but address, agent and certificate is about AWS's own authentication, which did not happen here.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    access_key: Option<&'a str>,
    account_id: Option<&'a str>,
    caller: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_cert: Option<ClientCert<'a>>,
    cognito_authentication_provider: Option<&'a str>,
    cognito_authentication_type: Option<&'a str>,
    cognito_identity_id: Option<&'a str>,
    cognito_identity_pool_id: Option<&'a str>,
    principal_org_id: Option<&'a str>,
    source_ip: &'a str,
    user: Option<&'a str>,
    user_agent: Option<&'a str>,
    user_arn: Option<&'a str>,
}

impl<'a> Event<'a> {
    fn context(&self) -> RequestContext<'a> {
        let request = self.0.request;
        RequestContext {
            account_id: request.account_id,
            api_id: request.api_id,
            authorizer: request.authorizer.map(|authorized| match authorized {
                Authorized::Claims(claims) => Authorizer::Token { claims },
                Authorized::Function { shown, .. } => Authorizer::Function(shown),
            }),
            domain_name: request.domain_name,
            domain_prefix: request.domain_prefix(),
            extended_request_id: request.request_id,
            http_method: request.method,
            identity: Identity {
                client_cert: request.certificate.map(ClientCert::from),
                source_ip: request.source_ip,
                user_agent: request.user_agent,
                ..Identity::default()
            },
            operation_name: request.operation,
            path: request.path_with_stage(request.path),
            protocol: request.protocol,
            request_id: request.request_id,
            request_time: request.time_text(),
            request_time_epoch: request.time_milliseconds(),
            resource_id: None,
            resource_path: request.resource,
            stage: request.stage,
        }
    }
}

impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer, "1.0", |event| self.write_request(event))
    }
}

impl Event<'_> {
    /// Everything that an event says of the request but its body.
    pub(super) fn write_request<M: SerializeMap>(&self, event: &mut M) -> Result<(), M::Error> {
        let request = self.0.request;
        let parameters: Map<'_, Vec<Cow<'_, str>>> = query::parameters(request.query);
        event.serialize_entry("resource", request.resource)?;
        event.serialize_entry("path", request.path)?;
        event.serialize_entry("httpMethod", request.method)?;
        event.serialize_entry("headers", &headers::Last(&self.0.headers, written))?;
        event.serialize_entry("multiValueHeaders", &headers::All(&self.0.headers, written))?;
        event.serialize_entry("queryStringParameters", &query::last(&parameters))?;
        event.serialize_entry("multiValueQueryStringParameters", &parameters)?;
        event.serialize_entry("requestContext", &self.context())?;
        event.serialize_entry("pathParameters", &borrowed(request.path_parameters))?;
        event.serialize_entry("stageVariables", &borrowed(request.stage_variables))
    }
}
