//! RSA keys.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::rsa::{KeyPairComponents, PublicKeyComponents};
use aws_lc_rs::signature::{RsaEncoding, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::{Map, Value};

use super::key::{KeyError, bytes, error};

/// Bits of a modulus. RFC 7518, 3.3 asks for as many; more than these cost too much time.
const LEAST_BYTES: usize = 256;
const MOST_BYTES: usize = 1024;

pub(super) struct RsaKey {
    public: Public,
    pair: Option<Box<KeyPair>>,
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
        Ok(RsaKey { public: Public::Components { n, e }, pair })
    }

    pub(super) fn private(pair: KeyPair) -> Self {
        use aws_lc_rs::signature::KeyPair as _;
        RsaKey { public: Public::Der(pair.public_key().as_ref().to_vec()), pair: Some(Box::new(pair)) }
    }

    pub(super) fn public(der: Vec<u8>) -> Self {
        RsaKey { public: Public::Der(der), pair: None }
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
}
