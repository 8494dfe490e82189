//! Keys and certificates in PEM.

use aws_lc_rs::rsa::KeyPair as RsaPair;
use aws_lc_rs::signature::{EcdsaKeyPair, KeyPair as _, UnparsedPublicKey, VerificationAlgorithm};
use rustls::server::ParsedCertificate;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{PemObject, SectionKind};

use super::algorithm::Size;
use super::key_error::{KeyError, error};
use super::material::Material;
use super::rsa::RsaKey;

const CURVES: [Size; 3] = [Size::S256, Size::S384, Size::S512];

/// The first key or certificate of a text.
pub(super) fn read(text: &str) -> Result<Material, KeyError> {
    let sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes());
    for section in sections {
        let (kind, der) = section.map_err(|_| error("the PEM text cannot be read"))?;
        return match kind {
            SectionKind::Certificate => {
                let certificate = CertificateDer::from(der);
                let parsed = ParsedCertificate::try_from(&certificate);
                let parsed = parsed.map_err(|_| error("the certificate cannot be read"))?;
                public(parsed.subject_public_key_info().as_ref())
            }
            SectionKind::PublicKey => public(&der),
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey => private(&der),
            _ => continue,
        };
    }
    Err(error("the PEM text holds neither a key nor a certificate"))
}

fn public(der: &[u8]) -> Result<Material, KeyError> {
    let parses = |algorithm: &'static dyn VerificationAlgorithm| UnparsedPublicKey::new(algorithm, der).parse().is_ok();
    if let Some(curve) = CURVES.into_iter().find(|curve| parses(curve.ecdsa().0)) {
        return Ok(Material::Ec { curve, public: der.to_vec(), pair: None });
    }
    if parses(Size::S256.pkcs1().0) {
        return Ok(Material::Rsa(RsaKey::public(der.to_vec())));
    }
    Err(error("the key is neither RSA nor of the curves P-256, P-384 and P-521"))
}

fn private(der: &[u8]) -> Result<Material, KeyError> {
    for curve in CURVES {
        if let Ok(pair) = EcdsaKeyPair::from_private_key_der(curve.ecdsa().1, der) {
            let public = pair.public_key().as_ref().to_vec();
            return Ok(Material::Ec { curve, public, pair: Some(Box::new(pair)) });
        }
    }
    let pair = RsaPair::from_pkcs8(der).or_else(|_| RsaPair::from_der(der));
    match pair {
        Ok(pair) => Ok(Material::Rsa(RsaKey::private(pair))),
        Err(_) => Err(error("the private key is neither RSA nor of the curves P-256, P-384 and P-521")),
    }
}
