use std::sync::Arc;

use serde_json::{Map, Value as Json};
use uuid::{Builder, Uuid};

use crate::expression::{Reference, Scope, Template};
use crate::jose::jwe::{self, Content, Management, Method};
use crate::jose::{Algorithm, Key, KeyError, compact, unsigned};
use crate::policy::kit::jwt::{Keys, failed};
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, kinds};
use crate::value::{Kind, Value, joined};

/// A compiled `jwt-generate`.
pub(super) struct JwtGenerate {
    pub output: Reference,
    /// The token goes after `Bearer `.
    pub bearer: bool,
    /// The variable that receives the reason of a fault.
    pub error: Reference,
    pub with_id: bool,
    pub issuer: Template,
    pub subject: Option<Template>,
    pub audience: Option<Template>,
    pub private: Option<Template>,
    pub lifetime: Template,
    pub key_id: Option<Template>,
    pub signature: Signature,
    pub encryption: Option<Encryption>,
}

/// How a token is signed.
pub(super) enum Signature {
    None,
    /// Without an algorithm it is the key's.
    With {
        algorithm: Option<Choice<Algorithm>>,
        keys: Keys,
    },
}

/// How a token is encrypted.
pub(super) struct Encryption {
    /// Without one it is the key's.
    pub management: Option<Choice<Management>>,
    pub content: Choice<Content>,
    pub keys: Keys,
    pub key_id: Option<Template>,
}

/// An algorithm that is known at load, or by its name when the request is there.
pub(super) enum Choice<T> {
    Fixed(T),
    Computed(Template),
}

impl<T: Copy> Choice<T> {
    fn template(&self) -> Option<&Template> {
        match self {
            Choice::Fixed(_) => None,
            Choice::Computed(template) => Some(template),
        }
    }

    /// `None` where the template became nothing.
    fn get(&self, property: &str, named: fn(&str) -> Option<T>, cx: &Context) -> Result<Option<T>, String> {
        match self {
            Choice::Fixed(one) => Ok(Some(*one)),
            Choice::Computed(template) => match &*template.text(cx) {
                "" => Ok(None),
                name => {
                    let wrong = || format!("`{property}` became something that is no algorithm for it");
                    named(name).map(Some).ok_or_else(wrong)
                }
            },
        }
    }
}

impl Signature {
    fn keys(&self) -> Option<&Keys> {
        match self {
            Signature::None => None,
            Signature::With { keys, .. } => Some(keys),
        }
    }

    fn template(&self) -> Option<&Template> {
        match self {
            Signature::None => None,
            Signature::With { algorithm, .. } => algorithm.as_ref().and_then(Choice::template),
        }
    }

    fn signer(&self, cx: &Context) -> Result<Option<(Arc<Key>, Algorithm)>, String> {
        let Signature::With { algorithm, keys } = self else { return Ok(None) };
        let algorithm = match algorithm {
            Some(choice) => choice.get("jws-alg", Algorithm::named, cx)?,
            None => None,
        };
        keys.get(cx)?.signer(algorithm).map(Some).map_err(|error| error.to_string())
    }
}

impl Encryption {
    fn templates(&self) -> impl Iterator<Item = &Template> {
        let management = self.management.as_ref().and_then(Choice::template);
        management.into_iter().chain(self.content.template()).chain(&self.key_id)
    }

    fn encrypter(&self, cx: &Context) -> Result<Encrypter, String> {
        let management = match &self.management {
            Some(choice) => choice.get("jwe-alg", Management::named, cx)?,
            None => None,
        };
        let content = self.content.get("jwe-enc", Content::named, cx)?.ok_or("`jwe-enc` became nothing")?;
        let found = self.keys.get(cx)?.encrypter(management, content);
        let (key, method) = found.map_err(|error| error.to_string())?;
        Ok(Encrypter { key, method, key_id: text(self.key_id.as_ref(), cx) })
    }
}

/// All that a token is made of.
struct Parts {
    claims: Map<String, Json>,
    signer: Option<(Arc<Key>, Algorithm)>,
    key_id: Option<String>,
    encrypter: Option<Encrypter>,
}

struct Encrypter {
    key: Arc<Key>,
    method: Method,
    key_id: Option<String>,
}

impl Parts {
    fn token(&self) -> Result<String, KeyError> {
        let inner = match &self.signer {
            Some((key, algorithm)) => Some(compact(&self.claims, key, *algorithm, self.key_id.as_deref())?),
            None => None,
        };
        let Some(Encrypter { key, method, key_id }) = &self.encrypter else {
            return Ok(inner.unwrap_or_else(|| unsigned(&self.claims)));
        };
        let mut header = Map::new();
        header.insert("typ".to_owned(), "JWT".into());
        let content = match inner {
            // RFC 7519, 5.2: what is inside is a token again.
            Some(token) => {
                header.insert("cty".to_owned(), "JWT".into());
                token.into_bytes()
            }
            None => Json::Object(self.claims.clone()).to_string().into_bytes(),
        };
        jwe::encrypt(&content, header, key, *method, key_id.as_deref())
    }

    fn is_slow(&self) -> bool {
        self.signer.as_ref().is_some_and(|(_, algorithm)| algorithm.signs_slowly())
    }
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
        let more = self.encryption.iter().flat_map(Encryption::templates);
        let all = templates.into_iter().flatten().chain(more).flat_map(Template::references).cloned();
        let keys = self.signature.keys().into_iter().chain(self.encryption.as_ref().map(|encryption| &encryption.keys));
        all.chain(keys.flat_map(Keys::references)).collect()
    }

    fn parts(&self, cx: &Context) -> Result<Parts, String> {
        let claims = self.claims(cx)?;
        let signer = self.signature.signer(cx)?;
        let encrypter = self.encryption.as_ref().map(|encryption| encryption.encrypter(cx)).transpose()?;
        Ok(Parts { claims, signer, key_id: text(self.key_id.as_ref(), cx), encrypter })
    }

    fn claims(&self, cx: &Context) -> Result<Map<String, Json>, String> {
        let mut claims = private(self.private.as_ref(), cx)?;
        let issuer = self.issuer.text(cx);
        if issuer.is_empty() {
            return Err("the variable that `iss-claim` names holds no issuer".to_owned());
        }
        let text = self.lifetime.text(cx);
        let lifetime = seconds(&text).ok_or("`exp-claim` became something that is not from 1 to 31622400 seconds")?;
        let now = cx.state.request.received_seconds();
        claims.insert("iss".to_owned(), issuer.as_ref().into());
        if let Some(subject) = self.subject.as_ref().map(|subject| subject.text(cx)).filter(|text| !text.is_empty()) {
            claims.insert("sub".to_owned(), subject.as_ref().into());
        }
        if let Some(audience) = self.audience.as_ref().and_then(|audience| audience_of(&audience.value(cx))) {
            claims.insert("aud".to_owned(), audience);
        }
        if self.with_id {
            claims.insert("jti".to_owned(), token_id(cx).into());
        }
        claims.insert("iat".to_owned(), now.into());
        claims.insert("exp".to_owned(), now.saturating_add(lifetime).into());
        Ok(claims)
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
        let parts = match self.parts(cx) {
            Ok(parts) => parts,
            Err(message) => return Outcome::Ready(self.put(Err(message), cx)),
        };
        let is_slow = parts.is_slow();
        let make = move || parts.token().map_err(|error| error.to_string());
        if !is_slow {
            return Outcome::Ready(self.put(make(), cx));
        }
        Outcome::wait(async move {
            let token = joined(tokio::task::spawn_blocking(make)).await;
            self.put(token, cx)
        })
    }
}

/// The id of a token, which no other token has.
fn token_id(cx: &Context) -> String {
    let fixed = cx.state.fixed;
    match fixed.random {
        Some(_) => Builder::from_random_bytes(fixed.generator().u128(..).to_ne_bytes()).into_uuid().to_string(),
        None => Uuid::new_v4().to_string(),
    }
}

/// A text, where there is one.
fn text(template: Option<&Template>, cx: &Context) -> Option<String> {
    template.map(|template| template.text(cx).into_owned()).filter(|text| !text.is_empty())
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
    let mut all: Vec<String> = match value.kind() {
        Kind::List(items) => items.iter().map(|item| item.to_text().into_owned()).collect(),
        _ => value.to_text().split(',').map(|one| one.trim().to_owned()).collect(),
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
