//! Stand-ins for HTTP services.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::uri::{Authority, Scheme};
use http::{Response, StatusCode, Uri};

use super::answer::{Reply, bytes_of, kind_of};
use super::made::{ServiceCall, path_fits};
use super::sequence::Sequence;
use crate::test::compare::{body_has, headers_have};
use crate::test::format::{ServiceAnswer, ServiceStandIn};

/// The beginning of the URLs of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::test) struct Base {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
}

/// The services of a test.
pub(super) struct Services(Vec<Service>);

struct Service {
    base: Base,
    operations: Vec<Operation>,
}

struct Operation {
    wanted: ServiceStandIn,
    answers: Sequence<ServiceAnswer>,
}

// === impl Base ===

impl Base {
    /// Reads a URL such as `http://backend:8080/base`.
    pub(in crate::test) fn read(text: &str) -> Option<Self> {
        let parts = text.parse::<Uri>().ok()?.into_parts();
        let (scheme, authority) = (parts.scheme?, parts.authority?);
        let path = parts.path_and_query.map(|path| path.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        let port = port_of(&scheme, &authority)?;
        Some(Base { host: authority.host().to_ascii_lowercase(), scheme, port, path })
    }

    /// The rest of a URL that begins like this: a path with its query.
    pub(in crate::test) fn below<'u>(&self, uri: &'u Uri) -> Option<&'u str> {
        let (scheme, authority) = (uri.scheme()?, uri.authority()?);
        let same = *scheme == self.scheme
            && authority.host().eq_ignore_ascii_case(&self.host)
            && port_of(scheme, authority) == Some(self.port);
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let rest = path.strip_prefix(&*self.path).filter(|_| same)?;
        (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
    }
}

fn port_of(scheme: &Scheme, authority: &Authority) -> Option<u16> {
    let known = match scheme.as_str() {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    };
    authority.port_u16().or(known)
}

// === impl Services ===

impl Services {
    pub(super) fn new(all: Vec<(String, Vec<ServiceStandIn>)>) -> Self {
        let operation = |one: ServiceStandIn| {
            let answers = Sequence::new(one.answer.clone(), one.then.clone());
            Operation { wanted: one, answers }
        };
        let service = |(url, operations): (String, Vec<ServiceStandIn>)| {
            let operations = operations.into_iter().map(operation).collect();
            Some(Service { base: Base::read(&url)?, operations })
        };
        Services(all.into_iter().filter_map(service).collect())
    }

    /// The answer to a call, or a sentence on the stand-in that is missing.
    pub(super) fn answer(&self, call: &ServiceCall) -> Result<Reply, String> {
        let mut operations = self.0.iter().filter_map(|service| {
            let path = service.base.below(&call.uri)?;
            service.operations.iter().find(|operation| fits(&operation.wanted, call, path))
        });
        operations.next().map(|operation| reply(operation.answers.next())).ok_or_else(|| missing(call))
    }
}

fn fits(wanted: &ServiceStandIn, call: &ServiceCall, path: &str) -> bool {
    wanted.method.as_ref().is_none_or(|method| call.method.as_str().eq_ignore_ascii_case(method))
        && wanted.path.as_ref().is_none_or(|written| path_fits(written, path))
        && headers_have(&wanted.headers, &call.headers)
        && wanted.body.as_ref().is_none_or(|body| body_has(body, &call.body))
}

fn reply(answer: &ServiceAnswer) -> Reply {
    let delay = answer.delay.map(|delay| delay.0).unwrap_or_default();
    if let Some(fault) = answer.fault {
        return Reply { delay, result: Err(kind_of(fault)), note: None };
    }
    let mut response = Response::new(bytes_of(&answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    if !matches!(answer.body, serde_json::Value::Null | serde_json::Value::String(_)) {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    Reply { delay, result: Ok(response), note: None }
}

fn missing(call: &ServiceCall) -> String {
    let ServiceCall { method, uri, .. } = call;
    let origin = format!("{}://{}", uri.scheme_str().unwrap_or("http"), uri.authority().map_or("", |one| one.as_str()));
    let path = uri.path();
    format!(
        "no stand-in for {method} {uri}: add `{origin}: [{{method: {method}, path: {path}, answer: {{…}}}}]` under `services`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_takes_its_own_urls_only() {
        let base = Base::read("http://Backend/shop/").unwrap();
        let below = |url: &str| base.below(&url.parse().unwrap()).map(str::to_owned);
        assert_eq!(below("http://backend:80/shop/orders/7?x=1").as_deref(), Some("/orders/7?x=1"));
        assert_eq!(below("http://backend/shop").as_deref(), Some(""));
        for other in
            ["https://backend/shop", "http://backend:8080/shop", "http://other/shop", "http://backend/shopping"]
        {
            assert_eq!(below(other), None, "{other}");
        }
        assert_eq!(Base::read("backend"), None);
    }
}
