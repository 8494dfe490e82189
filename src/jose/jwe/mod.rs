//! Encrypted tokens and messages: JSON Web Encryption (RFC 7516).
//!
//! Whatever goes wrong with the key of the content, the content is decrypted all the same, with a random key, and fails there:
//! as RFC 7516, 11.5 asks for, so that an attacker does not learn from an answer, or from the time it takes, whether a padding was right.
//! Compressed content (`zip`) is refused, and so is every `alg` that does work which the token asks for (PBES2) or needs a key
//! that the token brings along (ECDH-ES).

mod algorithm;
mod content;
#[cfg(test)]
mod tests;
mod wrap;

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

pub use algorithm::{Bits, CONTENTS, Content, MANAGEMENTS, Management, Method};

use super::key::{Key, KeySet};
use super::key_error::{KeyError, error};
use super::material::Material;
use super::token::{LONGEST, TokenError, key_id, object};

/// Ciphertext, and what is needed to decrypt it in addition to a key.
#[derive(Debug, Default)]
pub struct Sealed {
    /// The content's key, encrypted for one recipient after the other; empty for `dir`.
    pub keys: Vec<Vec<u8>>,
    pub vector: Vec<u8>,
    pub ciphertext: Vec<u8>,
    pub tag: Vec<u8>,
}

/// An encrypted token in its compact form.
pub struct Encrypted<'t> {
    pub method: Method,
    /// `kid`.
    pub key_id: Option<String>,
    /// The header as it is written: it is authenticated with the content.
    header: &'t str,
    sealed: Sealed,
}

impl<'t> Encrypted<'t> {
    /// Whether a text has the form of an encrypted token.
    pub fn is_likely(text: &str) -> bool {
        text.bytes().filter(|byte| *byte == b'.').take(5).count() == 4
    }

    /// Takes a token apart.
    pub fn read(text: &'t str) -> Result<Self, TokenError> {
        if text.is_empty() {
            return Err(TokenError::Missing);
        }
        if text.len() > LONGEST {
            return Err(TokenError::TooLong);
        }
        let parts: Vec<&str> = text.splitn(6, '.').collect();
        let &[header, key, vector, ciphertext, tag] = parts.as_slice() else {
            return Err(TokenError::NotEncrypted);
        };
        let members = object("header", header)?;
        let method = method(&members)?;
        let part = |part, text: &str| {
            let bad = |_| TokenError::BadPart { part, what: "is not base64url" };
            URL_SAFE_NO_PAD.decode(text).map_err(bad)
        };
        let sealed = Sealed {
            keys: vec![part("encrypted key", key)?],
            vector: part("initialization vector", vector)?,
            ciphertext: part("ciphertext", ciphertext)?,
            tag: part("authentication tag", tag)?,
        };
        Ok(Encrypted { method, key_id: key_id(&members)?, header, sealed })
    }

    /// The content, if one of the keys fits.
    pub fn decrypt(&self, keys: &KeySet) -> Result<Vec<u8>, TokenError> {
        open(self.method, keys, self.key_id.as_deref(), self.header.as_bytes(), &self.sealed)
    }
}

/// The algorithms of a header. A header that asks for anything more is refused.
pub fn method(header: &Map<String, Value>) -> Result<Method, TokenError> {
    if header.contains_key("crit") {
        return Err(TokenError::Critical);
    }
    if header.contains_key("zip") {
        return Err(TokenError::Compressed);
    }
    let text = |name, what| {
        let text = header.get(name).and_then(Value::as_str);
        text.ok_or(TokenError::BadPart { part: "header", what })
    };
    let management = Management::named(text("alg", "has no `alg`")?).ok_or(TokenError::UnknownManagement)?;
    let content = Content::named(text("enc", "has no `enc`")?).ok_or(TokenError::UnknownContent)?;
    Ok(Method { management, content })
}

/// Decrypts with the first key that fits. Of what can go wrong only what the key set and the header say is told apart.
pub fn open(
    method: Method,
    keys: &KeySet,
    key_id: Option<&str>,
    aad: &[u8],
    sealed: &Sealed,
) -> Result<Vec<u8>, TokenError> {
    let Method { management, content } = method;
    let encrypted = match sealed.keys.as_slice() {
        [one] => one.as_slice(),
        _ => &[],
    };
    let mut found = false;
    for key in keys.decrypters(method, key_id) {
        found = true;
        let content_key = content_key(method, key, encrypted).map_err(|_| TokenError::NotDecrypted)?;
        let text = content::decrypt(content, &content_key, &sealed.vector, aad, &sealed.ciphertext, &sealed.tag);
        // The encrypted key of `dir` is nothing, so that there is one way to write a token.
        if let Ok(text) = text
            && encrypted.is_empty() == (management == Management::Direct)
        {
            return Ok(text);
        }
    }
    Err(if found { TokenError::NotDecrypted } else { TokenError::NoKey })
}

/// The content's key; a random one where the token holds none for this key.
fn content_key(method: Method, key: &Key, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut content_key = random(method.content.key_bytes())?;
    let found = match (&key.material, method.management) {
        (Material::Secret(secret), Management::Direct) => Some(secret.clone()),
        (Material::Secret(secret), Management::Wrap(bits)) => wrap::unwrap(bits, secret, encrypted).ok(),
        (Material::Rsa(rsa), management) => rsa.decrypt(management, encrypted),
        _ => None,
    };
    if let Some(found) = found
        && found.len() == content_key.len()
    {
        content_key.copy_from_slice(&found);
    }
    Ok(content_key)
}

/// Encrypts for all of these: with several, or one whose algorithm is not `dir`, under a random key.
pub fn seal(
    content: Content,
    recipients: &[(Management, &Key)],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Sealed, KeyError> {
    for (management, key) in recipients {
        key.check_encrypts(Method { management: *management, content })?;
    }
    let (content_key, keys) = match recipients {
        [] => return Err(error("there is nobody to encrypt for")),
        [(Management::Direct, Key { material: Material::Secret(secret), .. })] => (secret.clone(), vec![Vec::new()]),
        all => {
            let content_key = random(content.key_bytes())?;
            let keys = all.iter().map(|(management, key)| encrypted_key(*management, key, &content_key));
            let keys = keys.collect::<Result<Vec<_>, _>>()?;
            (content_key, keys)
        }
    };
    let vector = random(content.vector_bytes())?.to_vec();
    let (ciphertext, tag) = content::encrypt(content, &content_key, &vector, aad, plaintext)
        .map_err(|_| error("the content could not be encrypted"))?;
    Ok(Sealed { keys, vector, ciphertext, tag })
}

fn encrypted_key(management: Management, key: &Key, content_key: &[u8]) -> Result<Vec<u8>, KeyError> {
    match (&key.material, management) {
        (Material::Secret(secret), Management::Wrap(bits)) => {
            wrap::wrap(bits, secret, content_key).map_err(|_| error("the content's key could not be wrapped"))
        }
        (Material::Rsa(rsa), management) => rsa.encrypt(management, content_key),
        _ => Err(error("`dir` is for one recipient alone")),
    }
}

/// Encrypts to the compact form. `alg`, `enc` and the key's `kid` join the header's own members.
pub fn encrypt(
    plaintext: &[u8],
    mut header: Map<String, Value>,
    key: &Key,
    method: Method,
    key_id: Option<&str>,
) -> Result<String, KeyError> {
    header.insert("alg".to_owned(), method.management.name().into());
    header.insert("enc".to_owned(), method.content.name().into());
    if let Some(id) = key_id.or(key.id.as_deref()) {
        header.insert("kid".to_owned(), id.into());
    }
    let mut text = URL_SAFE_NO_PAD.encode(Value::Object(header).to_string());
    let sealed = seal(method.content, &[(method.management, key)], text.as_bytes(), plaintext)?;
    let key = sealed.keys.first().map(Vec::as_slice).unwrap_or_default();
    for part in [key, &sealed.vector, &sealed.ciphertext, &sealed.tag] {
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(part, &mut text);
    }
    Ok(text)
}

fn random(count: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut bytes = Zeroizing::new(vec![0; count]);
    rand::fill(&mut bytes).map_err(|_| error("there are no random bytes"))?;
    Ok(bytes)
}
