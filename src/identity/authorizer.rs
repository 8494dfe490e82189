//! Authorizers of AWS API Gateway that look at signed tokens: `jwt` of HTTP APIs, and Cognito user pools.

use std::sync::Arc;

use crate::settings::OAuthProvider;
use crate::source::Node;
use crate::value::{Value, ValueRef};

/// The rules for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One of these must be in `aud`, or be the `client_id` where there is none; nothing where the settings say it.
    Jwt(Box<[String]>),
    /// Without scopes a token that says who somebody is, with scopes one that says what they may.
    Cognito,
}

/// An authorizer, as the document has it.
pub struct Authorizer {
    pub kind: Kind,
    /// `None` where placeholders stand in it.
    pub provider: Option<OAuthProvider>,
}

impl Authorizer {
    /// Reads the scheme. The error says why it cannot be enforced.
    pub fn read(scheme: &Node) -> Result<Self, String> {
        let own = scheme.get("x-amazon-apigateway-authorizer");
        let of = |key: &str| own.and_then(|own| own.get(key));
        let kind = of("type").and_then(Node::text).unwrap_or_default().to_ascii_lowercase();
        let sources: Vec<&str> = match of("identitySource") {
            None => Vec::new(),
            Some(node) if node.is_sequence() => node.items().iter().filter_map(Node::text).collect(),
            Some(node) => node.text().into_iter().collect(),
        };
        let header = |source: &str| {
            let name =
                source.strip_prefix("$request.header.").or_else(|| source.strip_prefix("method.request.header."));
            name.is_some_and(|name| name.eq_ignore_ascii_case("authorization"))
        };
        let named = scheme.get("name").and_then(Node::text).filter(|_| kind == "cognito_user_pools");
        if !sources.iter().all(|source| header(source))
            || named.is_some_and(|name| !name.eq_ignore_ascii_case("authorization"))
        {
            return Err("its token stands elsewhere than in the `Authorization` header".to_owned());
        }
        match &*kind {
            "jwt" => {
                let (issuer, audience) = of("jwtConfiguration").and_then(jwt).unzip();
                Ok(Authorizer { kind: Kind::Jwt(audience.unwrap_or_default()), provider: issuer })
            }
            "cognito_user_pools" => {
                Ok(Authorizer { kind: Kind::Cognito, provider: of("providerARNs").and_then(cognito) })
            }
            kind => Err(format!("Gantry has no authorizers of the type `{kind}`")),
        }
    }
}

impl Kind {
    /// Whether the token is of the kind that these scopes ask for.
    pub fn takes(&self, claims: &Value, scopes: &[Arc<str>]) -> bool {
        let text = |name: &str| claims.get(name).and_then(ValueRef::as_str);
        match self {
            Kind::Cognito => text("token_use") == Some(if scopes.is_empty() { "id" } else { "access" }),
            Kind::Jwt(audience) if audience.is_empty() => true,
            Kind::Jwt(audience) => {
                let is_for =
                    |one: ValueRef<'_>| one.as_str().is_some_and(|name| audience.iter().any(|known| known == name));
                claims.get("aud").or_else(|| claims.get("client_id")).is_some_and(|one| one.any(is_for))
            }
        }
    }
}

/// Only public keys of RSA, as there.
fn rsa() -> Option<Vec<String>> {
    Some(["RS256", "RS384", "RS512"].map(str::to_owned).into())
}

/// The issuer, and for whom the tokens must be.
fn jwt(configuration: &Node) -> Option<(OAuthProvider, Box<[String]>)> {
    let issuer = constant(configuration.get("issuer")?)?;
    let audience = configuration.get("audience")?;
    let all: Option<Box<[String]>> = match audience.is_sequence() {
        true => audience.items().iter().map(constant).collect(),
        false => constant(audience).map(|one| [one].into()),
    };
    // Without an audience every token of the issuer would do.
    let all = all.filter(|all| !all.is_empty())?;
    Some((OAuthProvider { issuer: Some(issuer), algorithms: rsa(), ..OAuthProvider::default() }, all))
}

/// The keys of one pool.
fn cognito(pools: &Node) -> Option<OAuthProvider> {
    let [pool] = pools.items() else { return None };
    let arn = constant(pool)?;
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, region) = (parts.next()?, parts.next()?);
    let pool = parts.nth(1)?.strip_prefix("userpool/").filter(|_| service == "cognito-idp")?;
    let is_name =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !is_name(region) || !is_name(pool) {
        return None;
    }
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let issuer = format!("https://cognito-idp.{region}.{suffix}/{pool}");
    let jwks_url = Some(format!("{issuer}/.well-known/jwks.json"));
    Some(OAuthProvider { issuer: Some(issuer), jwks_url, algorithms: rsa(), ..OAuthProvider::default() })
}

/// Text without placeholders.
fn constant(node: &Node) -> Option<String> {
    node.text().filter(|text| !text.contains("${") && !text.trim().is_empty()).map(|text| text.trim().to_owned())
}
