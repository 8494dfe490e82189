//! TLS settings of outgoing connections.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hyper_rustls::ConfigBuilderExt;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};

use super::Protocol;
use crate::settings::TlsProfile;
use crate::source::Environment;
use crate::value::Secret;

/// The certificates that an outgoing connection trusts and shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsOptions {
    /// Certificates in PEM that are trusted instead of the public roots compiled in.
    pub ca: Option<Vec<u8>>,
    /// The client's certificate chain in PEM, its own certificate first. Needs `client_key`.
    pub client_certificate: Option<Vec<u8>>,
    /// The private key of the client's certificate in PEM.
    pub client_key: Option<Secret>,
    /// The name to ask for and to verify instead of the URL's host.
    pub server_name: Option<String>,
    /// False accepts every certificate. Never a default.
    pub verify: bool,
}

/// Why a TLS profile cannot be used. Nothing secret is in the message.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("the CA file is not PEM with at least one certificate{0}")]
    Ca(String),
    #[error("the client certificate is not PEM with at least one certificate{0}")]
    ClientCertificate(String),
    #[error("the client key is not a private key in PEM")]
    ClientKey,
    #[error("a client certificate and its key are needed together; only one of them is given")]
    HalfClientIdentity,
    #[error("the client certificate and its key do not fit together: {0}")]
    ClientIdentity(rustls::Error),
    #[error("\"{0}\" is neither a host name nor an IP address")]
    ServerName(String),
    #[error("no TLS version is available: {0}")]
    Versions(rustls::Error),
}

impl Default for TlsOptions {
    fn default() -> Self {
        TlsOptions { ca: None, client_certificate: None, client_key: None, server_name: None, verify: true }
    }
}

impl TlsOptions {
    /// The options of a TLS profile of the settings, with its files read; the error is one sentence.
    pub fn read(profile: &TlsProfile, environment: &dyn Environment) -> Result<Self, String> {
        let read = |path: &Option<String>| match path {
            Some(path) => environment.file(path).map(Some).map_err(|error| format!("cannot read `{path}`: {error}")),
            None => Ok(None),
        };
        Ok(TlsOptions {
            ca: read(&profile.ca)?.map(String::into_bytes),
            client_certificate: read(&profile.certificate)?.map(String::into_bytes),
            client_key: read(&profile.key)?.map(Secret::new),
            server_name: profile.server_name.clone(),
            verify: profile.verify,
        })
    }
}

impl Hash for TlsOptions {
    /// Leaves the key out: equal options still have equal hashes, and the secret goes nowhere.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.ca, &self.client_certificate, &self.server_name, self.verify).hash(state);
    }
}

/// The rustls configuration for `options`, with the protocol list of the pool.
pub(super) fn client_config(options: &TlsOptions, protocol: Protocol) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Versions)?;
    let builder = match &options.ca {
        _ if !options.verify => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(AcceptEverything(provider)))
        }
        Some(pem) => builder.with_root_certificates(roots(pem)?),
        None => builder.with_webpki_roots(),
    };
    let mut config = match (&options.client_certificate, &options.client_key) {
        (Some(certificate), Some(key)) => {
            let chain = certificates(certificate).map_err(TlsError::ClientCertificate)?;
            let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes()).map_err(|_| TlsError::ClientKey)?;
            builder.with_client_auth_cert(chain, key).map_err(TlsError::ClientIdentity)?
        }
        (None, None) => builder.with_no_client_auth(),
        _ => return Err(TlsError::HalfClientIdentity),
    };
    config.alpn_protocols = match protocol {
        Protocol::Http2Only => vec![b"h2".to_vec()],
        Protocol::Http2 => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        Protocol::Http11 => vec![b"http/1.1".to_vec()],
        Protocol::Http10 => vec![b"http/1.0".to_vec(), b"http/1.1".to_vec()],
    };
    Ok(config)
}

/// The name that replaces the URL's host, where one is set.
pub(super) fn server_name(options: &TlsOptions) -> Result<Option<ServerName<'static>>, TlsError> {
    let Some(name) = &options.server_name else { return Ok(None) };
    ServerName::try_from(name.clone()).map(Some).map_err(|_| TlsError::ServerName(name.clone()))
}

fn roots(pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(pem).map_err(TlsError::Ca)? {
        store.add(certificate).map_err(|error| TlsError::Ca(format!(": {error}")))?;
    }
    Ok(store)
}

/// All certificates of a PEM text; the error is the reason, led by a colon, or empty where there was none to read.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| format!(": {error}"))?;
    if found.is_empty() { Err(String::new()) } else { Ok(found) }
}

/// Believes every certificate, but still checks that the peer holds its key.
#[derive(Debug)]
struct AcceptEverything(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptEverything {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
