//! `clientCert`: the certificate of a client, as API Gateway shows it.

use serde::Serialize;

use crate::runtime::ClientCertificate;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientCert<'a> {
    client_cert_pem: &'a str,
    #[serde(rename = "subjectDN")]
    subject_dn: &'a str,
    #[serde(rename = "issuerDN")]
    issuer_dn: &'a str,
    serial_number: &'a str,
    validity: Validity<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Validity<'a> {
    not_before: &'a str,
    not_after: &'a str,
}

impl<'a> From<&'a ClientCertificate> for ClientCert<'a> {
    fn from(certificate: &'a ClientCertificate) -> Self {
        ClientCert {
            client_cert_pem: &certificate.pem,
            subject_dn: &certificate.subject,
            issuer_dn: &certificate.issuer,
            serial_number: &certificate.serial_number,
            validity: Validity { not_before: &certificate.not_before, not_after: &certificate.not_after },
        }
    }
}
