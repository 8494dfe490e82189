use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::claims::Expected;
use crate::expression::{Reference, Scope, Template};
use crate::jose::check_times;
use crate::jose::jwe::{Encrypted, Management};
use crate::jose::{Algorithm, KeySet, Token, TokenError};
use crate::policy::kit::jwt::{Keys, failed};
use crate::resources::key_sets::RemoteKeys;
use crate::runtime::{Authorized, Context, Fault, FaultSource, Fetches, Next, Outcome, Step, address, kinds};
use crate::value::{Value, joined, parse_unique_object};

/// A compiled `jwt-validate`.
pub(super) struct JwtValidate {
    pub token: Template,
    pub output: Reference,
    /// The variable that receives the reason of a refusal.
    pub error: Reference,
    pub issuer: Option<Expected>,
    pub audience: Option<Expected>,
    pub algorithms: Option<Box<[Algorithm]>>,
    /// Seconds.
    pub skew: i64,
    pub decryption: Option<Decryption>,
    pub source: Source,
}

/// The keys and algorithms that decrypt a token.
pub(super) struct Decryption {
    pub keys: Keys,
    pub algorithms: Option<Box<[Management]>>,
}

/// The source of the keys.
pub(super) enum Source {
    Keys(Keys),
    Remote(Arc<RemoteKeys>),
    /// The token is not signed: it is encrypted, and that has to do.
    Unsigned,
}

impl Decryption {
    /// The content of an encrypted token; the error is one sentence.
    async fn content(&self, text: String, cx: &mut Context) -> Result<String, String> {
        let say = |error: TokenError| error.to_string();
        let method = Encrypted::read(bare(&text)).map_err(say)?.method;
        let name = method.management.name();
        if self.algorithms.as_ref().is_some_and(|allowed| !allowed.contains(&method.management)) {
            return Err(format!("the token's algorithm {name} is not one of those that are accepted"));
        }
        let keys = self.keys.get(cx)?;
        let decrypt = move || Encrypted::read(bare(&text))?.decrypt(&keys);
        let content = match method.management.decrypts_slowly() {
            true => joined(tokio::task::spawn_blocking(decrypt)).await,
            false => decrypt(),
        };
        String::from_utf8(content.map_err(say)?).map_err(|_| "the token's content is not text".to_owned())
    }
}

impl JwtValidate {
    /// Takes the token apart; the error is one sentence.
    fn token<'t>(&self, text: &'t str) -> Result<Token<'t>, String> {
        let token = Token::read(bare(text)).map_err(|error| error.to_string())?;
        let algorithm = token.header.algorithm;
        if self.algorithms.as_ref().is_some_and(|allowed| !allowed.contains(&algorithm)) {
            return Err(format!("the token's algorithm {} is not one of those that are accepted", algorithm.name()));
        }
        Ok(token)
    }

    fn claims(&self, token: &Token<'_>, keys: &KeySet, cx: &Context) -> Result<Map<String, Json>, String> {
        let claims = token.verify(keys).map_err(|error| error.to_string())?;
        self.check(claims, cx)
    }

    fn check(&self, claims: Map<String, Json>, cx: &Context) -> Result<Map<String, Json>, String> {
        check_times(&claims, cx.state.request.received_seconds(), self.skew)?;
        let expected = [("iss", &self.issuer), ("aud", &self.audience)];
        for (name, expected) in expected {
            if let Some(expected) = expected {
                expected.check(name, &claims, cx)?;
            }
        }
        Ok(claims)
    }

    /// Hands the claims on, or says why there are none.
    fn finish(&self, claims: Result<Map<String, Json>, String>, cx: &mut Context) -> Result<Next, Fault> {
        let claims = claims.map_err(|message| failed(cx, &self.error, FaultSource::Client, message))?;
        let value = Value::from(&Json::Object(claims));
        cx.state.identity.authorized = Some(Authorized::Claims(value.clone()));
        cx.set(&self.output, value)
            .map_err(|error| Fault::new(&kinds::PROPERTY, FaultSource::Gateway, error.to_string()))?;
        Ok(Next::Continue)
    }

    /// The way that waits: for an issuer, or for an RSA key.
    async fn waiting(&self, cx: &mut Context) -> Result<Next, Fault> {
        let text = self.token.text(cx).into_owned();
        let text = match &self.decryption {
            Some(decryption) => decryption.content(text, cx).await,
            None => Ok(text),
        };
        let claims = match (text, &self.source) {
            (Err(message), _) => Err(message),
            (Ok(text), Source::Keys(keys)) => self.signed(&text, keys, cx),
            (Ok(text), Source::Unsigned) => self.unsigned(&text, cx),
            (Ok(text), Source::Remote(keys)) => match self.token(&text) {
                Ok(token) => {
                    let mut fetches = Fetches::default();
                    let found = keys.keys(&token.header, &mut fetches).await;
                    cx.state.trace_fetches(fetches);
                    match found {
                        Ok(keys) => self.claims(&token, &keys, cx),
                        Err(reason) => {
                            tracing::warn!(request_id = %cx.state.request.id, "a token cannot be checked: {}: {reason}", address(keys.uri()));
                            Err(reason.to_string())
                        }
                    }
                }
                Err(message) => Err(message),
            },
        };
        self.finish(claims, cx)
    }

    fn signed(&self, text: &str, keys: &Keys, cx: &Context) -> Result<Map<String, Json>, String> {
        let token = self.token(text)?;
        self.claims(&token, &*keys.get(cx)?, cx)
    }

    /// Claims that stood in an encrypted token without a signature around them.
    fn unsigned(&self, text: &str, cx: &Context) -> Result<Map<String, Json>, String> {
        if Token::read(text).is_ok() {
            return Err("the encrypted token is signed too, and nothing says with which key".to_owned());
        }
        let claims = parse_unique_object(text.as_bytes()).map_err(|what| format!("the token's content {what}"))?;
        self.check(claims, cx)
    }
}

impl Step for JwtValidate {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let keys = match &self.source {
            Source::Keys(keys) if self.decryption.is_none() => keys,
            _ => return Outcome::wait(self.waiting(cx)),
        };
        let text = self.token.text(cx);
        let claims = self.signed(&text, keys, cx);
        Outcome::Ready(self.finish(claims, cx))
    }
}

/// A token without the scheme of an `Authorization` header.
fn bare(text: &str) -> &str {
    let text = text.trim();
    match text.split_at_checked(6) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") && rest.starts_with([' ', '\t']) => rest.trim(),
        _ => text,
    }
}
