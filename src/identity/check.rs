//! One thing that a security requirement asks for, and whether a request has it.

use std::sync::Arc;

use super::authorizer::Kind;
use super::credentials::{Sent, basic, bearer, bearer_or_bare};
use super::provider::{Provider, Rejection, has_scope};
use super::refusal::Refusal;
use super::user_registry::{Denial, UserRegistry};
use crate::expression::{Reference, Scope, Variable};
use crate::runtime::{Authorized, Context, Fetches};
use crate::value::{Value, ValueRef};

/// How a scheme is checked.
pub enum Check {
    /// Name and password, which a registry knows.
    Basic(Arc<UserRegistry>),
    /// A token of an issuer.
    Token(Arc<Provider>),
    /// A token that a service knows.
    Bearer(Arc<UserRegistry>),
    /// A signed token, by the rules of AWS API Gateway.
    Authorizer(Arc<Provider>, Kind),
    /// A certificate of the client, which the listener has verified.
    Certificate,
    /// Any token: the assembly looks at it.
    AnyBearer,
    /// Everybody may call: only under `gantry dev`, where settings may be missing.
    Open,
    /// The check cannot be made, for a reason that is known at load.
    Impossible { basic: bool, why: Arc<str> },
}

/// A check with the scopes that a requirement asks for.
pub struct Demanded {
    pub check: Arc<Check>,
    pub scopes: Box<[Arc<str>]>,
}

/// The variables in which checks put their results.
pub struct Outputs {
    token: Reference,
    response: Reference,
    oauth: Option<Reference>,
}

impl Outputs {
    /// The variables of a pipeline; `oauth` is the one that receives what is known of a token.
    pub fn new(oauth: Option<Reference>) -> Self {
        Outputs {
            token: Reference::to(Variable::ApiBearerToken),
            response: Reference::to(Variable::ApiBearerValidationResponse),
            oauth,
        }
    }
}

impl Outputs {
    /// Keeps a token that is good, and what is known of it.
    fn keep(&self, token: Value, claims: Value, cx: &mut Context) {
        keep(&self.token, token, cx);
        if let Some(oauth) = &self.oauth {
            keep(oauth, facts(&claims), cx);
        }
        cx.state.identity.authorized = Some(Authorized::Claims(claims));
    }
}

impl Demanded {
    /// Whether the request has what is asked for. What is found out is in the variables then.
    pub async fn pass(&self, outputs: &Outputs, cx: &mut Context) -> Result<(), Refusal> {
        let mut fetches = Fetches::default();
        let passed = self.passed(outputs, cx, &mut fetches).await;
        cx.state.trace_fetches(fetches);
        passed
    }

    async fn passed(&self, outputs: &Outputs, cx: &mut Context, fetches: &mut Fetches) -> Result<(), Refusal> {
        match &*self.check {
            Check::Open => Ok(()),
            Check::Impossible { basic: true, .. }
                if !matches!(basic(&cx.state.request.headers), Sent::Something(_)) =>
            {
                Err(Refusal::Basic)
            }
            Check::Impossible { why, .. } => Err(Refusal::Unavailable(why.to_string())),
            Check::Basic(registry) => {
                let Sent::Something(header) = basic(&cx.state.request.headers) else { return Err(Refusal::Basic) };
                match registry.approve(header, fetches).await {
                    Ok(_) => Ok(()),
                    Err(Denial::Refused) => Err(Refusal::Basic),
                    Err(Denial::Unavailable(reason)) => Err(Refusal::Unavailable(reason)),
                }
            }
            Check::Certificate if !self.scopes.is_empty() => {
                Err(Refusal::Certificate("the requirement asks for roles, which a certificate does not have"))
            }
            Check::Certificate => match &cx.state.request.certificate {
                Some(_) => Ok(()),
                None => Err(Refusal::Certificate("the client has shown no certificate")),
            },
            Check::AnyBearer => {
                let token = token(cx)?.to_owned();
                keep(&outputs.token, Value::from(token.as_str()), cx);
                Ok(())
            }
            Check::Bearer(registry) => {
                let token = Value::from(token(cx)?);
                let Some(header) = cx.state.request.headers.get(http::header::AUTHORIZATION) else {
                    return Err(Refusal::NoToken);
                };
                let approval = registry.approve(header, fetches).await.map_err(|denial| match denial {
                    Denial::Refused => Refusal::BadToken("the validation endpoint refused the token".to_owned()),
                    Denial::Unavailable(reason) => Refusal::Unavailable(reason),
                })?;
                keep(&outputs.token, token, cx);
                keep(&outputs.response, approval.value(), cx);
                Ok(())
            }
            Check::Token(provider) => {
                let claims = claims(provider, token(cx)?, cx.state.request.received_seconds(), fetches).await?;
                if !self.scopes.iter().all(|scope| has_scope(&claims, scope)) {
                    return Err(self.without_scope());
                }
                let token = Value::from(token(cx)?);
                outputs.keep(token, claims, cx);
                Ok(())
            }
            Check::Authorizer(provider, kind) => {
                let token = read(bearer_or_bare(&cx.state.request.headers))?;
                let claims = claims(provider, token, cx.state.request.received_seconds(), fetches).await?;
                if !kind.takes(&claims, &self.scopes) {
                    return Err(Refusal::BadToken("the token is not of the kind that is asked for".to_owned()));
                }
                // There one of the scopes is enough.
                if !self.scopes.is_empty() && !self.scopes.iter().any(|scope| has_scope(&claims, scope)) {
                    return Err(self.without_scope());
                }
                let token = Value::from(token);
                outputs.keep(token, claims, cx);
                Ok(())
            }
        }
    }

    fn without_scope(&self) -> Refusal {
        Refusal::scope(self.scopes.iter().map(|scope| &**scope))
    }
}

/// The claims of a valid token.
async fn claims(provider: &Provider, token: &str, now: i64, fetches: &mut Fetches) -> Result<Value, Refusal> {
    provider.validate(token, now, fetches).await.map_err(|rejection| match rejection {
        Rejection::Invalid(reason) => Refusal::BadToken(reason.into_owned()),
        Rejection::Unavailable(reason) => Refusal::Unavailable(reason),
    })
}

fn token(cx: &Context) -> Result<&str, Refusal> {
    read(bearer(&cx.state.request.headers))
}

fn read(sent: Sent<'_, str>) -> Result<&str, Refusal> {
    match sent {
        Sent::Something(token) => Ok(token),
        Sent::Nothing => Err(Refusal::NoToken),
        Sent::Malformed => Err(Refusal::BadToken("the `Authorization` header holds no bearer token".to_owned())),
    }
}

/// The members of `oauth` for a token.
pub fn facts(claims: &Value) -> Value {
    let first = |names: &[&str]| names.iter().find_map(|name| claims.get(name)).map(Value::from).unwrap_or_default();
    let scope = first(&["scope", "scp"]);
    let scope = match scope.as_list() {
        Some(all) => all.iter().map(ValueRef::to_text).collect::<Vec<_>>().join(" ").into(),
        None => scope,
    };
    let known = [
        ("client_id", first(&["client_id", "azp", "cid"])),
        ("resource_owner", first(&["username", "sub"])),
        ("scope", scope),
    ];
    let known = known.into_iter().filter(|(_, value)| !value.is_null());
    Value::object([("processing", Value::object(known)), ("introspect", Value::object([("response", claims.clone())]))])
}

/// Sets a variable that the gateway may always set.
pub fn keep(variable: &Reference, value: Value, cx: &mut Context) {
    let _ = cx.set(variable, value);
}
