//! Services that know names, passwords or tokens: asked with the client's own `Authorization` header.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Request, StatusCode};

use super::target::{Target, TargetCompiler};
use crate::base::Reported;
use crate::runtime::{Fetches, address};
use crate::settings;
use crate::value::{Body, Value};

/// A service that says whether an `Authorization` header is good. Nothing of what it says is kept.
pub struct UserRegistry(Target);

/// The registry's response with status 200.
pub struct Approval {
    pub headers: HeaderMap,
    body: Bytes,
}

/// Why a caller is not known.
pub enum Denial {
    /// It said no.
    Refused,
    /// It said nothing that helps: its address and one sentence.
    Unavailable(String),
}

impl UserRegistry {
    /// The registry at a URL; `what` is where that is written.
    pub fn compile(
        what: &str,
        url: &str,
        profile: Option<&str>,
        targets: &mut TargetCompiler<'_, '_>,
    ) -> Result<Arc<Self>, Reported> {
        targets.target("user registry", what, url, profile).map(|target| Arc::new(UserRegistry(target)))
    }

    /// A registry of the settings.
    pub fn of_settings(
        name: &str,
        registry: &settings::UserRegistry,
        targets: &mut TargetCompiler<'_, '_>,
    ) -> Result<Arc<Self>, Reported> {
        let what = format!("`authentication-url` of the registry `{name}`");
        UserRegistry::compile(&what, &registry.authentication_url, registry.tls_profile.as_deref(), targets)
    }

    /// Asks. Only the status 200 says yes.
    pub async fn approve(&self, authorization: &HeaderValue, fetches: &mut Fetches) -> Result<Approval, Denial> {
        let mut request = Request::new(Body::Empty.send());
        *request.uri_mut() = self.0.uri.clone();
        let mut authorization = authorization.clone();
        authorization.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, authorization);
        match self.0.fetcher.fetch(request, fetches).await {
            Ok((headers, body)) => Ok(Approval { headers, body }),
            Err(no_answer) => match no_answer.status {
                Some(status) if !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                    Err(Denial::Refused)
                }
                _ => Err(Denial::Unavailable(format!("{}: {}", address(&self.0.uri), no_answer.reason))),
            },
        }
    }
}

impl Approval {
    /// The body: parsed where it is JSON.
    pub fn value(&self) -> Value {
        let kind = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let json = kind.contains("json").then(|| Value::parse_json(&self.body).ok()).flatten();
        json.unwrap_or_else(|| Value::from(&*String::from_utf8_lossy(&self.body)))
    }
}
