//! The event of HTTP APIs and function URLs, payload format 2.0.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::certificate::ClientCert;
use super::map::{Map, borrowed, decoded};
use super::parts::Parts;
use super::{headers, query};
use crate::runtime::Authorized;
use crate::value::{Kind, Value, ValueRef};

/// The event; members that AWS leaves out when they are empty are left out.
pub(super) struct Event<'a>(pub &'a Parts<'a>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    account_id: &'a str,
    api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authentication: Option<Authentication<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<Authorizer<'a>>,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'a str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Authentication<'a> {
    client_cert: ClientCert<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Authorizer<'a> {
    Jwt(Jwt<'a>),
    Lambda(&'a Value),
}

#[derive(Serialize)]
struct Jwt<'a> {
    claims: &'a Value,
    scopes: Option<Vec<&'a str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: Cow<'a, str>,
    protocol: &'a str,
    source_ip: &'a str,
    user_agent: &'a str,
}

impl<'a> Event<'a> {
    fn context(&self, path: &'a str) -> RequestContext<'a> {
        let request = self.0.request;
        RequestContext {
            account_id: request.account_id,
            api_id: request.api_id,
            authentication: request.certificate.map(|shown| Authentication { client_cert: shown.into() }),
            authorizer: request.authorizer.map(|authorized| match authorized {
                Authorized::Claims(claims) => Authorizer::Jwt(Jwt { claims, scopes: scopes(claims) }),
                Authorized::Function { context, .. } => Authorizer::Lambda(context),
            }),
            domain_name: request.domain_name,
            domain_prefix: request.domain_prefix(),
            http: Http {
                method: request.method,
                path: Cow::Borrowed(path),
                protocol: request.protocol,
                source_ip: request.source_ip,
                user_agent: request.user_agent.unwrap_or_default(),
            },
            request_id: request.request_id,
            route_key: request.route_key,
            stage: request.stage,
            time: request.time_text(),
            time_epoch: request.time_milliseconds(),
        }
    }
}

impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer, "2.0", |event| self.write_request(event))
    }
}

impl Event<'_> {
    /// Everything that an event says of the request but its body.
    pub(super) fn write_request<M: SerializeMap>(&self, event: &mut M) -> Result<(), M::Error> {
        let request = self.0.request;
        let path = decoded(request.path);
        let path = request.path_with_stage(&path);
        let parameters = query::parameters(request.query);
        let cookies = headers::cookies(&self.0.headers);
        let path_parameters: Map<'_, Cow<'_, str>> =
            Map(request.path_parameters.iter().map(|(name, value)| (Cow::Borrowed(*name), decoded(value))).collect());
        let stage_variables = borrowed(request.stage_variables);
        event.serialize_entry("routeKey", request.route_key)?;
        event.serialize_entry("rawPath", &path)?;
        event.serialize_entry("rawQueryString", request.query)?;
        if !cookies.is_empty() {
            event.serialize_entry("cookies", &cookies)?;
        }
        event.serialize_entry("headers", &headers::joined(&self.0.headers))?;
        if !parameters.is_empty() {
            event.serialize_entry("queryStringParameters", &query::joined(&parameters))?;
        }
        event.serialize_entry("requestContext", &self.context(&path))?;
        if !path_parameters.is_empty() {
            event.serialize_entry("pathParameters", &path_parameters)?;
        }
        if !stage_variables.is_empty() {
            event.serialize_entry("stageVariables", &stage_variables)?;
        }
        Ok(())
    }
}

/// The scopes of a token: `scope` holds them in one text, `scp` in a list (RFC 9068; Microsoft's tokens).
fn scopes(claims: &Value) -> Option<Vec<&str>> {
    match claims.get("scope").or_else(|| claims.get("scp"))?.kind() {
        Kind::String(text) => Some(text.split_whitespace().collect()),
        Kind::List(items) => Some(items.iter().filter_map(ValueRef::as_str).collect()),
        _ => None,
    }
}
