use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::claims::Expected;
use crate::expression::{Reference, Scope, Template};
use crate::jose::{Algorithm, KeySet, Token};
use crate::policy::jwt::{Keys, check_times, failed, now};
use crate::resources::key_sets::RemoteKeys;
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, kinds};
use crate::value::Value;

/// A compiled `jwt-validate`.
pub(super) struct JwtValidate {
    pub token: Template,
    pub output: Reference,
    /// What receives the reason of a refusal.
    pub error: Reference,
    pub issuer: Option<Expected>,
    pub audience: Option<Expected>,
    pub algorithms: Option<Box<[Algorithm]>>,
    /// Seconds.
    pub skew: i64,
    pub source: Source,
}

/// Where the keys come from.
pub(super) enum Source {
    Keys(Keys),
    Remote(Arc<RemoteKeys>),
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
        check_times(&claims, now(cx), self.skew)?;
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
        cx.state.claims = Some(value.clone());
        cx.set(&self.output, value)
            .map_err(|error| Fault::new(&kinds::PROPERTY, FaultSource::Gateway, error.to_string()))?;
        Ok(Next::Continue)
    }

    async fn with_remote(&self, keys: &RemoteKeys, cx: &mut Context) -> Result<Next, Fault> {
        let text = self.token.text(cx).into_owned();
        let claims = match self.token(&text) {
            Ok(token) => match keys.keys(&token.header).await {
                Ok(keys) => self.claims(&token, &keys, cx),
                Err(reason) => Err(reason.to_string()),
            },
            Err(message) => Err(message),
        };
        self.finish(claims, cx)
    }
}

impl Step for JwtValidate {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let keys = match &self.source {
            Source::Keys(keys) => keys,
            Source::Remote(keys) => return Outcome::wait(self.with_remote(keys, cx)),
        };
        let text = self.token.text(cx);
        let claims = self.token(&text).and_then(|token| self.claims(&token, &*keys.get(cx)?, cx));
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
