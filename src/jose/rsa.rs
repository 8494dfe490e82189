//! RSA keys.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeyPair, KeyPairComponents, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey, Pkcs1PublicEncryptingKey, PrivateDecryptingKey,
    PublicEncryptingKey, PublicKeyComponents,
};
use aws_lc_rs::signature::{RsaEncoding, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::jwe::Management;
use super::key_error::{KeyError, error};
use super::members::bytes;

/// Bits of a modulus. RFC 7518, 3.3 asks for as many; more than these cost too much time.
const LEAST_BYTES: usize = 256;
const MOST_BYTES: usize = 1024;

pub(super) struct RsaKey {
    public: Public,
    pair: Option<Box<KeyPair>>,
    /// The same key in the forms that encryption wants, made when it is first used for that.
    encrypts: OnceLock<Option<PublicEncryptingKey>>,
    decrypts: OnceLock<Option<PrivateDecryptingKey>>,
}

enum Public {
    Components {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// `RSAPublicKey` or `SubjectPublicKeyInfo`.
    Der(Vec<u8>),
}

impl RsaKey {
    pub(super) fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, KeyError> {
        let number = |name| bytes(jwk, name).map(|bytes| bytes.iter().copied().skip_while(|byte| *byte == 0).collect());
        let (n, e): (Vec<u8>, Vec<u8>) = (number("n")?, number("e")?);
        if !(LEAST_BYTES..=MOST_BYTES).contains(&n.len()) {
            return Err(error("an RSA key has 2048 to 8192 bits"));
        }
        if e.is_empty() || e == [1] {
            return Err(error("the key's `e` is no exponent"));
        }
        let pair = match jwk.contains_key("d") {
            true => {
                let components = KeyPairComponents {
                    public_key: PublicKeyComponents { n: n.clone(), e: e.clone() },
                    d: bytes(jwk, "d")?,
                    p: bytes(jwk, "p")?,
                    q: bytes(jwk, "q")?,
                    dP: bytes(jwk, "dp")?,
                    dQ: bytes(jwk, "dq")?,
                    qInv: bytes(jwk, "qi")?,
                };
                let pair = KeyPair::from_components(&components);
                Some(Box::new(pair.map_err(|_| error("the parts of the private RSA key do not belong together"))?))
            }
            false => None,
        };
        Ok(RsaKey::of(Public::Components { n, e }, pair))
    }

    pub(super) fn private(pair: KeyPair) -> Self {
        use aws_lc_rs::signature::KeyPair as _;
        RsaKey::of(Public::Der(pair.public_key().as_ref().to_vec()), Some(Box::new(pair)))
    }

    pub(super) fn public(der: Vec<u8>) -> Self {
        RsaKey::of(Public::Der(der), None)
    }

    fn of(public: Public, pair: Option<Box<KeyPair>>) -> Self {
        RsaKey { public, pair, encrypts: OnceLock::new(), decrypts: OnceLock::new() }
    }

    /// Whether the private half is there.
    pub(super) fn is_private(&self) -> bool {
        self.pair.is_some()
    }

    pub(super) fn verify(&self, parameters: &'static RsaParameters, message: &[u8], signature: &[u8]) -> bool {
        let verified = match &self.public {
            Public::Components { n, e } => RsaPublicKeyComponents { n, e }.verify(parameters, message, signature),
            Public::Der(der) => UnparsedPublicKey::new(parameters, der).verify(message, signature),
        };
        verified.is_ok()
    }

    pub(super) fn sign(&self, encoding: &'static dyn RsaEncoding, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let pair = self.pair.as_ref().ok_or_else(|| error("the key is public; signing needs the private one"))?;
        let mut signature = vec![0; pair.public_modulus_len()];
        let signed = pair.sign(encoding, &SystemRandom::new(), message, &mut signature);
        signed.map_err(|_| error("the key could not sign"))?;
        Ok(signature)
    }

    /// Encrypts the key of a content.
    pub(super) fn encrypt(&self, management: Management, text: &[u8]) -> Result<Vec<u8>, KeyError> {
        let failed = |_| error("the key could not encrypt");
        let key = self.encrypts.get_or_init(|| self.encrypting()).clone().ok_or_else(|| failed(()))?;
        let mut out = vec![0; key.key_size_bytes()];
        let length = match management {
            Management::Pkcs1 => {
                let key = Pkcs1PublicEncryptingKey::new(key).map_err(|_| failed(()))?;
                key.encrypt(text, &mut out).map_err(|_| failed(()))?.len()
            }
            Management::Oaep | Management::Oaep256 => {
                let key = OaepPublicEncryptingKey::new(key).map_err(|_| failed(()))?;
                key.encrypt(hash(management), text, &mut out, None).map_err(|_| failed(()))?.len()
            }
            Management::Wrap(_) | Management::Direct => return Err(failed(())),
        };
        out.truncate(length);
        Ok(out)
    }

    /// Decrypts the key of a content. A failure has no reason, so that an attacker cannot ask for one.
    pub(super) fn decrypt(&self, management: Management, text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let key = self.decrypts.get_or_init(|| self.decrypting()).clone()?;
        let mut out = Zeroizing::new(vec![0; key.key_size_bytes()]);
        let length = match management {
            Management::Pkcs1 => Pkcs1PrivateDecryptingKey::new(key).ok()?.decrypt(text, &mut out).ok()?.len(),
            Management::Oaep | Management::Oaep256 => {
                OaepPrivateDecryptingKey::new(key).ok()?.decrypt(hash(management), text, &mut out, None).ok()?.len()
            }
            Management::Wrap(_) | Management::Direct => return None,
        };
        out.truncate(length);
        Some(out)
    }

    fn encrypting(&self) -> Option<PublicEncryptingKey> {
        match &self.public {
            Public::Components { n, e } => PublicKeyComponents { n, e }.try_into().ok(),
            // Of a pair there is the bare `RSAPublicKey`, which encryption does not read.
            Public::Der(_) if self.is_private() => {
                self.decrypts.get_or_init(|| self.decrypting()).as_ref().map(PrivateDecryptingKey::public_key)
            }
            Public::Der(der) => PublicEncryptingKey::from_der(der).ok(),
        }
    }

    fn decrypting(&self) -> Option<PrivateDecryptingKey> {
        let der: Pkcs8V1Der<'static> = self.pair.as_ref()?.as_der().ok()?;
        PrivateDecryptingKey::from_pkcs8(der.as_ref()).ok()
    }
}

fn hash(management: Management) -> &'static OaepAlgorithm {
    if management == Management::Oaep { &OAEP_SHA1_MGF1SHA1 } else { &OAEP_SHA256_MGF1SHA256 }
}
