//! Keys and sets of keys.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{EcdsaKeyPair, UnparsedPublicKey};
use aws_lc_rs::{constant_time, hmac};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::algorithm::{Algorithm, Size};
use super::jwe::{Content, Management, Method};
use super::key_error::{KeyError, error};
use super::material::Material;
use super::members::{bytes, text};
use super::{pem, rsa};
use crate::value::parse_unique_object;

/// Keys of a set that are read.
const MOST_KEYS: usize = 256;
/// Keys that are tried on a token that names none.
const MOST_TRIED: usize = 16;
/// The same for decrypting, which may take a millisecond with each.
const MOST_DECRYPTING: usize = 4;

/// A key that signs or verifies signatures, encrypts or decrypts.
pub struct Key {
    /// `kid`.
    pub id: Option<Arc<str>>,
    /// `alg`: the only algorithm it may be used with.
    only: Option<Only>,
    uses: Uses,
    pub(super) material: Material,
}

/// The use of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Sign,
    Verify,
    Encrypt,
    Decrypt,
}

/// The `alg` of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    Signature(Algorithm),
    Management(Management),
    /// Some write `enc` there, for a key that is used directly.
    Content(Content),
}

/// The uses that `use` and `key_ops` allow.
#[derive(Debug, Clone, Copy)]
struct Uses {
    sign: bool,
    verify: bool,
    encrypt: bool,
    decrypt: bool,
}

/// The keys that a token may have been signed with.
#[derive(Debug)]
pub struct KeySet {
    keys: Vec<Arc<Key>>,
    /// It was written as a set, so that a `kid` has to be found in it.
    is_set: bool,
}

// === impl Key ===

impl Key {
    pub(super) fn of(material: Material) -> Self {
        Key { id: None, only: None, uses: Uses::of(&Map::new()), material }
    }

    /// A shared secret.
    pub fn secret(bytes: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() {
            return Err(error("the secret is empty"));
        }
        Ok(Key::of(Material::Secret(bytes)))
    }

    /// A key in PEM: a private key, a public key or a certificate.
    pub fn pem(text: &str) -> Result<Self, KeyError> {
        pem::read(text).map(Key::of)
    }

    fn from_members(jwk: &Map<String, Value>) -> Result<Self, KeyError> {
        let material = match text(jwk, "kty") {
            Some("oct") => Material::Secret(bytes(jwk, "k")?),
            Some("RSA") => Material::Rsa(rsa::RsaKey::from_jwk(jwk)?),
            Some("EC") => elliptic(jwk)?,
            Some(_) => return Err(error("the key's type is none of oct, RSA and EC")),
            None => return Err(error("the key has no `kty`")),
        };
        if let Material::Secret(secret) = &material
            && secret.is_empty()
        {
            return Err(error("the key's `k` is empty"));
        }
        let only = match text(jwk, "alg") {
            None => None,
            Some(name) => Some(Only::named(name).ok_or_else(|| error("the key's `alg` is not known"))?),
        };
        Ok(Key { id: text(jwk, "kid").map(Arc::from), only, uses: Uses::of(jwk), material })
    }

    /// Whether the key's type, its `alg` and its `use` allow this.
    pub fn fits(&self, algorithm: Algorithm, purpose: Use) -> bool {
        let of_its_type = match (&self.material, algorithm) {
            (Material::Secret(_), Algorithm::Hmac(_)) => true,
            (Material::Rsa(_), Algorithm::Rsa(_) | Algorithm::Pss(_)) => true,
            (Material::Ec { curve, .. }, Algorithm::Ecdsa(size)) => *curve == size,
            _ => false,
        };
        of_its_type && self.uses.allow(purpose) && self.only.is_none_or(|only| only == Only::Signature(algorithm))
    }

    /// Whether the key's type and length, its `alg` and its `use` allow this.
    pub fn fits_method(&self, method: Method, purpose: Use) -> bool {
        let Method { management, content } = method;
        let of_its_type = match (&self.material, management) {
            (Material::Secret(secret), Management::Wrap(bits)) => secret.len() == bits.bytes(),
            (Material::Secret(secret), Management::Direct) => secret.len() == content.key_bytes(),
            (Material::Rsa(key), Management::Pkcs1 | Management::Oaep | Management::Oaep256) => {
                purpose == Use::Encrypt || key.is_private()
            }
            _ => false,
        };
        let only = match self.only {
            None => true,
            Some(Only::Signature(_)) => false,
            Some(Only::Management(only)) => only == management,
            Some(Only::Content(only)) => management == Management::Direct && only == content,
        };
        of_its_type && only && self.uses.allow(purpose)
    }

    /// Says why a key cannot encrypt, where it cannot.
    pub(super) fn check_encrypts(&self, method: Method) -> Result<(), KeyError> {
        if self.fits_method(method, Use::Encrypt) {
            return Ok(());
        }
        let Method { management, content } = method;
        let (name, kind) = (management.name(), management.key_type());
        Err(KeyError(match (&self.material, management) {
            (Material::Secret(_), Management::Wrap(bits)) if !self.has_bytes(bits.bytes()) => {
                format!("the key is not for {name}, which needs one of {} bytes", bits.bytes())
            }
            (Material::Secret(_), Management::Direct) if !self.has_bytes(content.key_bytes()) => {
                let (enc, bytes) = (content.name(), content.key_bytes());
                format!("the key is not for {name} with {enc}, which needs one of {bytes} bytes")
            }
            (Material::Secret(_), _) if kind == "oct" => {
                format!("the key's `alg`, `use` or `key_ops` rules {name} out")
            }
            (Material::Rsa(_), _) if kind == "RSA" => format!("the key's `alg`, `use` or `key_ops` rules {name} out"),
            _ => format!("the key is not for {name}, which needs one of the type {kind}"),
        }))
    }

    fn has_bytes(&self, count: usize) -> bool {
        matches!(&self.material, Material::Secret(secret) if secret.len() == count)
    }

    /// Whether this is the key's signature of the message.
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.fits(algorithm, Use::Verify) {
            return false;
        }
        match (&self.material, algorithm) {
            (Material::Secret(secret), Algorithm::Hmac(size)) => {
                let tag = hmac::sign(&hmac::Key::new(size.hmac(), secret), message);
                constant_time::verify_slices_are_equal(tag.as_ref(), signature).is_ok()
            }
            (Material::Rsa(key), Algorithm::Rsa(size)) => key.verify(size.pkcs1().0, message, signature),
            (Material::Rsa(key), Algorithm::Pss(size)) => key.verify(size.pss().0, message, signature),
            (Material::Ec { public, .. }, Algorithm::Ecdsa(size)) => {
                UnparsedPublicKey::new(size.ecdsa().0, public).verify(message, signature).is_ok()
            }
            _ => false,
        }
    }

    /// Signs a message.
    pub fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        if !self.fits(algorithm, Use::Sign) {
            let (name, kind) = (algorithm.name(), algorithm.key_type());
            return Err(KeyError(format!("the key is not for {name}, which needs one of the type {kind}")));
        }
        let failed = |_| error("the key could not sign");
        let needs_private = || error("the key is public; signing needs the private one");
        match (&self.material, algorithm) {
            (Material::Secret(secret), Algorithm::Hmac(size)) => {
                Ok(hmac::sign(&hmac::Key::new(size.hmac(), secret), message).as_ref().to_vec())
            }
            (Material::Rsa(key), Algorithm::Rsa(size)) => key.sign(size.pkcs1().1, message),
            (Material::Rsa(key), Algorithm::Pss(size)) => key.sign(size.pss().1, message),
            (Material::Ec { pair, .. }, Algorithm::Ecdsa(_)) => {
                let pair = pair.as_ref().ok_or_else(needs_private)?;
                Ok(pair.sign(&SystemRandom::new(), message).map_err(failed)?.as_ref().to_vec())
            }
            _ => Err(needs_private()),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?}, {:?})", self.id, self.only)
    }
}

// === impl KeySet ===

impl KeySet {
    /// One key, whatever a token calls it.
    pub fn one(key: Key) -> Self {
        KeySet { keys: vec![Arc::new(key)], is_set: false }
    }

    /// No key at all: no token verifies.
    pub fn none() -> Self {
        KeySet { keys: Vec::new(), is_set: true }
    }

    /// Reads a JWK or a JWK set. Keys of a set that are for something else, or of a type of which nothing is known, are left
    /// out, as RFC 7517 says.
    pub fn read(text: &[u8]) -> Result<Self, KeyError> {
        let members = parse_unique_object(text).map_err(|what| KeyError(format!("the JWK {what}")))?;
        let Some(keys) = members.get("keys") else {
            return Key::from_members(&members).map(KeySet::one);
        };
        let keys = keys.as_array().ok_or_else(|| error("the set's `keys` is not a list"))?;
        if keys.len() > MOST_KEYS {
            return Err(KeyError(format!("the set has more than {MOST_KEYS} keys")));
        }
        let read = keys.iter().filter_map(Value::as_object).filter_map(|jwk| Key::from_members(jwk).ok());
        let keys: Vec<Arc<Key>> = read.map(Arc::new).collect();
        if keys.is_empty() {
            return Err(error("the set has no key that can be used"));
        }
        Ok(KeySet { keys, is_set: true })
    }

    /// Whether all are shared secrets.
    pub fn are_secrets(&self) -> bool {
        self.keys.iter().all(|key| matches!(key.material, Material::Secret(_)))
    }

    /// The keys to try on a token. Of a set those that the token names, or all that fit where it names none; a key on its own
    /// whatever the token calls it.
    pub fn candidates<'a>(&'a self, algorithm: Algorithm, id: Option<&'a str>) -> impl Iterator<Item = &'a Arc<Key>> {
        let named = move |key: &&Arc<Key>| !self.is_set || id.is_none() || key.id.as_deref() == id;
        self.keys.iter().filter(named).filter(move |key| key.fits(algorithm, Use::Verify)).take(MOST_TRIED)
    }

    /// The keys to try on an encrypted token, chosen as `candidates` are.
    pub fn decrypters<'a>(&'a self, method: Method, id: Option<&'a str>) -> impl Iterator<Item = &'a Arc<Key>> {
        let named = move |key: &&Arc<Key>| !self.is_set || id.is_none() || key.id.as_deref() == id;
        let fits = move |key: &&Arc<Key>| key.fits_method(method, Use::Decrypt);
        self.keys.iter().filter(named).filter(fits).take(MOST_DECRYPTING)
    }

    /// The first key that can encrypt with this algorithm, or with its own where none is asked for.
    pub fn encrypter(&self, management: Option<Management>, content: Content) -> Result<(Arc<Key>, Method), KeyError> {
        let method = |key: &Key| {
            let own = match key.only {
                Some(Only::Management(own)) => Some(own),
                Some(Only::Content(_)) => Some(Management::Direct),
                _ => None,
            };
            management.or(own).map(|management| Method { management, content })
        };
        let fits = |key: &&Arc<Key>| method(key).is_some_and(|method| key.fits_method(method, Use::Encrypt));
        let found = self.keys.iter().find(fits).or(self.keys.first()).ok_or_else(|| error("there is no key"))?;
        let nothing = || error("neither the step nor the key says how to encrypt the content's key");
        let method = method(found).ok_or_else(nothing)?;
        found.check_encrypts(method)?;
        Ok((found.clone(), method))
    }

    /// The first key that can sign with this algorithm, or with its own where none is asked for.
    pub fn signer(&self, algorithm: Option<Algorithm>) -> Result<(Arc<Key>, Algorithm), KeyError> {
        let own = |key: &Key| match key.only {
            Some(Only::Signature(own)) => Some(own),
            _ => None,
        };
        let of = |key: &Arc<Key>| algorithm.or(own(key)).filter(|one| key.fits(*one, Use::Sign));
        let found = self.keys.iter().find_map(|key| of(key).map(|algorithm| (key.clone(), algorithm)));
        found.ok_or_else(|| match algorithm {
            Some(algorithm) => {
                let (name, kind) = (algorithm.name(), algorithm.key_type());
                KeyError(format!("the key is not for {name}, which needs one of the type {kind}"))
            }
            None => error("neither the step nor the key says which algorithm to sign with"),
        })
    }
}

// === impl Only ===

impl Only {
    fn named(name: &str) -> Option<Self> {
        let signature = Algorithm::named(name).map(Only::Signature);
        let management = || Management::named(name).map(Only::Management);
        signature.or_else(management).or_else(|| Content::named(name).map(Only::Content))
    }
}

// === impl Uses ===

impl Uses {
    fn of(jwk: &Map<String, Value>) -> Self {
        let is = |purpose: &str| text(jwk, "use").is_none_or(|one| one == purpose);
        let allows = |operations: &[&str]| match jwk.get("key_ops").and_then(Value::as_array) {
            Some(all) => all.iter().filter_map(Value::as_str).any(|one| operations.contains(&one)),
            None => true,
        };
        Uses {
            sign: is("sig") && allows(&["sign"]),
            // A private key that may sign is asked to verify what it signed, too.
            verify: is("sig") && allows(&["verify", "sign"]),
            encrypt: is("enc") && allows(&["encrypt", "wrapKey"]),
            decrypt: is("enc") && allows(&["decrypt", "unwrapKey"]),
        }
    }

    fn allow(self, purpose: Use) -> bool {
        match purpose {
            Use::Sign => self.sign,
            Use::Verify => self.verify,
            Use::Encrypt => self.encrypt,
            Use::Decrypt => self.decrypt,
        }
    }
}

fn elliptic(jwk: &Map<String, Value>) -> Result<Material, KeyError> {
    let curve = text(jwk, "crv").and_then(Size::curve);
    let (curve, size) = curve.ok_or_else(|| error("the key's curve is none of P-256, P-384 and P-521"))?;
    let coordinate = |name| match bytes(jwk, name) {
        Ok(bytes) if bytes.len() != size => Err(KeyError(format!("the key's `{name}` has not {size} bytes"))),
        other => other,
    };
    let mut public = vec![4];
    public.extend_from_slice(&coordinate("x")?);
    public.extend_from_slice(&coordinate("y")?);
    let pair = match jwk.contains_key("d") {
        true => {
            let pair = EcdsaKeyPair::from_private_key_and_public_key(curve.ecdsa().1, &coordinate("d")?, &public);
            Some(Box::new(pair.map_err(|_| error("the key's private part does not belong to its public one"))?))
        }
        false => None,
    };
    Ok(Material::Ec { curve, public, pair })
}
