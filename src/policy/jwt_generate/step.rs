use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::expression::{Reference, Scope, Template};
use crate::jose::{Algorithm, compact, unsigned};
use crate::policy::jwt::{Keys, failed, now};
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, kinds};
use crate::value::Value;

/// A compiled `jwt-generate`.
pub(super) struct JwtGenerate {
    pub output: Reference,
    /// The token goes behind `Bearer `.
    pub bearer: bool,
    /// What receives the reason of a fault.
    pub error: Reference,
    pub with_id: bool,
    pub issuer: Template,
    pub subject: Option<Template>,
    pub audience: Option<Template>,
    pub private: Option<Template>,
    pub lifetime: Template,
    pub key_id: Option<Template>,
    pub signature: Signature,
}

/// How a token is signed.
pub(super) enum Signature {
    None,
    /// Without an algorithm it is the key's.
    Fixed {
        algorithm: Option<Algorithm>,
        keys: Keys,
    },
    Computed {
        algorithm: Template,
        keys: Keys,
    },
}

impl Signature {
    fn keys(&self) -> Option<&Keys> {
        match self {
            Signature::None => None,
            Signature::Fixed { keys, .. } | Signature::Computed { keys, .. } => Some(keys),
        }
    }

    fn template(&self) -> Option<&Template> {
        match self {
            Signature::Computed { algorithm, .. } => Some(algorithm),
            _ => None,
        }
    }

    fn algorithm(&self, cx: &Context) -> Result<Option<Algorithm>, String> {
        match self {
            Signature::None => Ok(None),
            Signature::Fixed { algorithm, .. } => Ok(*algorithm),
            Signature::Computed { algorithm, .. } => match &*algorithm.text(cx) {
                "" => Ok(None),
                name => {
                    let found = Algorithm::named(name).map(Some);
                    found.ok_or_else(|| "`jws-alg` became something that is no algorithm for signatures".to_owned())
                }
            },
        }
    }
}

/// A token that lacks its signature.
struct Unsigned {
    claims: Map<String, Json>,
    key_id: Option<String>,
}

impl JwtGenerate {
    pub(super) fn reads(&self) -> Vec<Reference> {
        let templates = [
            Some(&self.issuer),
            self.subject.as_ref(),
            self.audience.as_ref(),
            self.private.as_ref(),
            Some(&self.lifetime),
            self.key_id.as_ref(),
            self.signature.template(),
        ];
        let all = templates.into_iter().flatten().flat_map(Template::references).cloned();
        all.chain(self.signature.keys().into_iter().flat_map(Keys::references)).collect()
    }

    fn unsigned(&self, cx: &Context) -> Result<Unsigned, String> {
        let mut claims = private(self.private.as_ref(), cx)?;
        let issuer = self.issuer.text(cx);
        if issuer.is_empty() {
            return Err("the variable that `iss-claim` names holds no issuer".to_owned());
        }
        let text = self.lifetime.text(cx);
        let lifetime = seconds(&text).ok_or("`exp-claim` became something that is not from 1 to 31622400 seconds")?;
        let now = now(cx);
        claims.insert("iss".to_owned(), issuer.as_ref().into());
        if let Some(subject) = self.subject.as_ref().map(|subject| subject.text(cx)).filter(|text| !text.is_empty()) {
            claims.insert("sub".to_owned(), subject.as_ref().into());
        }
        if let Some(audience) = self.audience.as_ref().and_then(|audience| audience_of(&audience.value(cx))) {
            claims.insert("aud".to_owned(), audience);
        }
        if self.with_id {
            claims.insert("jti".to_owned(), Uuid::new_v4().to_string().into());
        }
        claims.insert("iat".to_owned(), now.into());
        claims.insert("exp".to_owned(), now.saturating_add(lifetime).into());
        let key_id = self.key_id.as_ref().map(|id| id.text(cx).into_owned()).filter(|id| !id.is_empty());
        Ok(Unsigned { claims, key_id })
    }

    fn put(&self, token: Result<String, String>, cx: &mut Context) -> Result<Next, Fault> {
        let mut token = token.map_err(|message| failed(cx, &self.error, FaultSource::Gateway, message))?;
        if self.bearer {
            token.insert_str(0, "Bearer ");
        }
        cx.set(&self.output, Value::from(token))
            .map_err(|error| Fault::new(&kinds::PROPERTY, FaultSource::Gateway, error.to_string()))?;
        Ok(Next::Continue)
    }
}

impl Step for JwtGenerate {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let Unsigned { claims, key_id } = match self.unsigned(cx) {
            Ok(unsigned) => unsigned,
            Err(message) => return Outcome::Ready(self.put(Err(message), cx)),
        };
        let Some(keys) = self.signature.keys() else {
            return Outcome::Ready(self.put(Ok(unsigned(&claims)), cx));
        };
        let signer = self
            .signature
            .algorithm(cx)
            .and_then(|algorithm| keys.get(cx)?.signer(algorithm).map_err(|error| error.to_string()));
        let (key, algorithm) = match signer {
            Ok(signer) => signer,
            Err(message) => return Outcome::Ready(self.put(Err(message), cx)),
        };
        let sign = move || compact(&claims, &key, algorithm, key_id.as_deref()).map_err(|error| error.to_string());
        if !algorithm.signs_slowly() {
            return Outcome::Ready(self.put(sign(), cx));
        }
        Outcome::wait(async move {
            let token = tokio::task::spawn_blocking(sign).await;
            self.put(token.unwrap_or_else(|_| Err("the token could not be signed".to_owned())), cx)
        })
    }
}

/// Further claims: an object, or JSON text of one.
fn private(source: Option<&Template>, cx: &Context) -> Result<Map<String, Json>, String> {
    let value = source.map(|source| source.value(cx)).unwrap_or_default();
    if value.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(&value.to_bytes()) {
        Ok(Json::Object(claims)) => Ok(claims),
        _ => Err("the variable that `private-claims` names holds no JSON object".to_owned()),
    }
}

/// One audience is a text, several are a list.
fn audience_of(value: &Value) -> Option<Json> {
    let mut all: Vec<String> = match value {
        Value::Array(items) => items.iter().map(|item| item.to_text().into_owned()).collect(),
        other => other.to_text().split(',').map(|one| one.trim().to_owned()).collect(),
    };
    all.retain(|one| !one.is_empty());
    match all.len() {
        0 => None,
        1 => all.pop().map(Json::from),
        _ => Some(all.into()),
    }
}

/// How long a token may be good for: IBM allows a leap year.
pub(super) fn seconds(text: &str) -> Option<i64> {
    text.trim().parse().ok().filter(|seconds| (1..=31_622_400).contains(seconds))
}
