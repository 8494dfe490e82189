//! The algorithms of signatures.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, RsaEncoding, RsaParameters};

/// The names, as tokens and documents write them.
pub const NAMES: [&str; 12] =
    ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

/// An algorithm of RFC 7518. `none` is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    Hmac(Size),
    /// RSASSA-PKCS1-v1_5.
    Rsa(Size),
    /// RSASSA-PSS.
    Pss(Size),
    Ecdsa(Size),
}

/// Bits of the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    S256,
    S384,
    S512,
}

impl Algorithm {
    /// The algorithm of a name. Names are exact: `hs256` is none.
    pub fn named(name: &str) -> Option<Self> {
        if !NAMES.contains(&name) {
            return None;
        }
        let (family, size) = name.split_at_checked(2)?;
        let size = match size {
            "256" => Size::S256,
            "384" => Size::S384,
            _ => Size::S512,
        };
        Some(match family {
            "HS" => Algorithm::Hmac(size),
            "RS" => Algorithm::Rsa(size),
            "PS" => Algorithm::Pss(size),
            _ => Algorithm::Ecdsa(size),
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let (family, size) = match self {
            Algorithm::Hmac(size) => (0, size),
            Algorithm::Rsa(size) => (3, size),
            Algorithm::Pss(size) => (6, size),
            Algorithm::Ecdsa(size) => (9, size),
        };
        NAMES[family + size as usize]
    }

    /// The type of key it needs, as `kty` names it.
    pub fn key_type(self) -> &'static str {
        match self {
            Algorithm::Hmac(_) => "oct",
            Algorithm::Rsa(_) | Algorithm::Pss(_) => "RSA",
            Algorithm::Ecdsa(_) => "EC",
        }
    }

    /// Whether signing takes so long (a millisecond or more) that it does not belong on the reactor.
    pub fn signs_slowly(self) -> bool {
        matches!(self, Algorithm::Rsa(_) | Algorithm::Pss(_))
    }
}

impl Size {
    pub(super) fn hmac(self) -> hmac::Algorithm {
        match self {
            Size::S256 => hmac::HMAC_SHA256,
            Size::S384 => hmac::HMAC_SHA384,
            Size::S512 => hmac::HMAC_SHA512,
        }
    }

    pub(super) fn pkcs1(self) -> (&'static RsaParameters, &'static dyn RsaEncoding) {
        match self {
            Size::S256 => (&signature::RSA_PKCS1_2048_8192_SHA256, &signature::RSA_PKCS1_SHA256),
            Size::S384 => (&signature::RSA_PKCS1_2048_8192_SHA384, &signature::RSA_PKCS1_SHA384),
            Size::S512 => (&signature::RSA_PKCS1_2048_8192_SHA512, &signature::RSA_PKCS1_SHA512),
        }
    }

    pub(super) fn pss(self) -> (&'static RsaParameters, &'static dyn RsaEncoding) {
        match self {
            Size::S256 => (&signature::RSA_PSS_2048_8192_SHA256, &signature::RSA_PSS_SHA256),
            Size::S384 => (&signature::RSA_PSS_2048_8192_SHA384, &signature::RSA_PSS_SHA384),
            Size::S512 => (&signature::RSA_PSS_2048_8192_SHA512, &signature::RSA_PSS_SHA512),
        }
    }

    /// The curve of a hash: RFC 7518 pairs them.
    pub(super) fn ecdsa(self) -> (&'static EcdsaVerificationAlgorithm, &'static EcdsaSigningAlgorithm) {
        match self {
            Size::S256 => (&signature::ECDSA_P256_SHA256_FIXED, &signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            Size::S384 => (&signature::ECDSA_P384_SHA384_FIXED, &signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            Size::S512 => (&signature::ECDSA_P521_SHA512_FIXED, &signature::ECDSA_P521_SHA512_FIXED_SIGNING),
        }
    }

    /// The curve by the name that keys write, and the bytes of one coordinate.
    pub(super) fn curve(name: &str) -> Option<(Self, usize)> {
        match name {
            "P-256" => Some((Size::S256, 32)),
            "P-384" => Some((Size::S384, 48)),
            "P-521" => Some((Size::S512, 66)),
            _ => None,
        }
    }
}
