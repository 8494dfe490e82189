//! Certificates and keys from files, and what is wrong with them.

use std::sync::Arc;
use std::time::SystemTime;

use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use super::report::Report;
use crate::base::Reported;
use crate::settings::{ServerCertificate, TlsClients};

/// A certificate that can be served, and the names it is for.
pub(super) struct Served {
    pub(super) key: CertifiedKey,
    /// In lower case; `*.example.com` for every name one level below.
    pub(super) names: Vec<String>,
}

/// Reads a certificate with its key. `place` is the pointer of both below `server.tls`.
pub(super) fn served(
    pair: &ServerCertificate,
    place: &str,
    provider: &CryptoProvider,
    report: &mut Report<'_>,
) -> Result<Served, Reported> {
    let certificate = report.file(&format!("{place}/certificate"), &pair.certificate);
    let key = report.file(&format!("{place}/key"), &pair.key);
    let chain =
        certificate.and_then(|pem| certificates(&pem, &pair.certificate, &format!("{place}/certificate"), report));
    let key = key.and_then(|pem| private_key(&pem, &pair.key, &format!("{place}/key"), report));
    let (chain, key) = (chain?, key?);
    let names = names(&chain, &pair.certificate, &format!("{place}/certificate"), report)?;
    let key = CertifiedKey::from_der(chain, key, provider).map_err(|error| {
        let help = format!(
            "the first certificate of the file must be that of the key: `openssl x509 -in {} -noout -pubkey` and `openssl pkey -in {} -pubout` \
             print the same for a pair",
            pair.certificate, pair.key
        );
        report.error(&format!("{place}/key"), format!("`{}` is not the key of `{}`: {error}", pair.key, pair.certificate), &help)
    })?;
    Ok(Served { key, names })
}

/// Checks clients' certificates against the authorities of the settings.
pub(super) fn verifier(
    clients: &TlsClients,
    provider: &Arc<CryptoProvider>,
    report: &mut Report<'_>,
) -> Result<Arc<dyn ClientCertVerifier>, Reported> {
    const PLACE: &str = "/clients/ca";
    let pem = report.file(PLACE, &clients.ca)?;
    let mut roots = RootCertStore::empty();
    for authority in certificates(&pem, &clients.ca, PLACE, report)? {
        roots.add(authority).map_err(|error| {
            let help = format!("`openssl x509 -in {} -noout -text` shows what can be read of it", clients.ca);
            report.error(
                PLACE,
                format!("`{}` has a certificate that cannot be an authority: {error}", clients.ca),
                &help,
            )
        })?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
    let builder = if clients.required { builder } else { builder.allow_unauthenticated() };
    builder.build().map_err(|error| {
        report.error(PLACE, format!("`{}` cannot be used: {error}", clients.ca), "name a PEM file of authorities")
    })
}

/// All certificates of a PEM text.
pub(super) fn certificates(
    pem: &str,
    path: &str,
    place: &str,
    report: &mut Report<'_>,
) -> Result<Vec<CertificateDer<'static>>, Reported> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => {
            let message = format!("`{path}` has no certificate in PEM");
            Err(report.error(place, message, &not_a_certificate(pem, path)))
        }
        Err(error) => {
            let help = format!("`openssl x509 -in {path} -noout -text` shows a certificate that can be read");
            Err(report.error(place, format!("`{path}` is not PEM: {error}"), &help))
        }
    }
}

/// The remedy for a text that is another kind of PEM.
fn not_a_certificate(pem: &str, path: &str) -> String {
    let has = |kind: &str| pem.contains(&format!("-----BEGIN {kind}-----"));
    if has("TRUSTED CERTIFICATE") {
        format!("OpenSSL's own form: run `openssl x509 -in {path} -out cert.pem`")
    } else if has("PKCS7") {
        format!("PKCS #7: run `openssl pkcs7 -in {path} -print_certs -out cert.pem`")
    } else if has("CERTIFICATE REQUEST") {
        "it is a request for a certificate: name the file that the authority has sent back".to_owned()
    } else if pem.contains("PRIVATE KEY-----") {
        "it is a private key: name the file of the certificate here".to_owned()
    } else {
        "a certificate in PEM begins with `-----BEGIN CERTIFICATE-----`".to_owned()
    }
}

fn private_key(
    pem: &str,
    path: &str,
    place: &str,
    report: &mut Report<'_>,
) -> Result<PrivateKeyDer<'static>, Reported> {
    if pem.contains("BEGIN ENCRYPTED PRIVATE KEY") || pem.contains("Proc-Type: 4,ENCRYPTED") {
        let help = format!(
            "run `openssl pkey -in {path} -out key.pem`, which asks for the passphrase, and keep key.pem from others"
        );
        return Err(report.error(place, format!("the key `{path}` is encrypted"), &help));
    }
    PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
        let help = match pem.contains("BEGIN OPENSSH PRIVATE KEY") {
            true => format!("a key of SSH: run `ssh-keygen -p -m PEM -f {path}` on a copy"),
            false => "a key in PEM begins with `-----BEGIN PRIVATE KEY-----`".to_owned(),
        };
        report.error(place, format!("`{path}` has no private key in PEM"), &help)
    })
}

/// The names of the first certificate. Dates that do not fit are a warning: clients decide themselves.
fn names(
    chain: &[CertificateDer<'_>],
    path: &str,
    place: &str,
    report: &mut Report<'_>,
) -> Result<Vec<String>, Reported> {
    let first = chain.first().map_or(&[][..], |first| first.as_ref());
    let Ok((_, certificate)) = X509Certificate::from_der(first) else {
        let help = format!("`openssl x509 -in {path} -noout -text` shows what can be read of it");
        return Err(report.error(place, format!("the first certificate of `{path}` cannot be read"), &help));
    };
    let now = OffsetDateTime::from(SystemTime::now()).unix_timestamp();
    let validity = certificate.validity();
    let dates = format!("`openssl x509 -in {path} -noout -dates` shows when it is valid; clients refuse it otherwise");
    if now > validity.not_after.timestamp() {
        report.warning(place, format!("the certificate `{path}` expired at {}", validity.not_after), &dates);
    } else if now < validity.not_before.timestamp() {
        report.warning(place, format!("the certificate `{path}` is not valid before {}", validity.not_before), &dates);
    }
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.map_or(&[][..], |names| &names.value.general_names);
    let dns = names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(name.trim_end_matches('.').to_ascii_lowercase()),
        _ => None,
    });
    Ok(dns.collect())
}
