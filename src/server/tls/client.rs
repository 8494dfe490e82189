//! The facts of a client's certificate.

use std::net::IpAddr;
use std::time::SystemTime;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use crate::runtime::ClientCertificate;

const DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[month repr:short] [day padding:space] [hour]:[minute]:[second] [year] GMT");

/// Characters in a line of PEM.
const LINE: usize = 64;

/// Reads a certificate that was verified when its session began. None where it cannot be read or has expired since.
pub(super) fn read(der: &[u8]) -> Option<ClientCertificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let validity = certificate.validity();
    if OffsetDateTime::from(SystemTime::now()).unix_timestamp() > validity.not_after.timestamp() {
        return None;
    }
    let names = certificate.subject_alternative_name().ok()?;
    Some(ClientCertificate {
        pem: pem(der),
        subject: distinguished(certificate.subject()),
        issuer: distinguished(certificate.issuer()),
        serial_number: certificate.raw_serial_as_string(),
        fingerprint: hex::encode(digest(&SHA256, der)),
        names: names.map_or_else(Vec::new, |names| names.value.general_names.iter().filter_map(name).collect()),
        not_before: date(validity.not_before)?,
        not_after: date(validity.not_after)?,
    })
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for (index, letter) in text.chars().enumerate() {
        if index > 0 && index % LINE == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push_str("\n-----END CERTIFICATE-----\n");
    pem
}

fn date(time: ASN1Time) -> Option<String> {
    time.to_datetime().format(DATE).ok()
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    Some(match name {
        GeneralName::DNSName(name) => format!("DNS:{name}"),
        GeneralName::URI(uri) => format!("URI:{uri}"),
        GeneralName::RFC822Name(address) => format!("email:{address}"),
        GeneralName::IPAddress(bytes) => match (<[u8; 4]>::try_from(*bytes), <[u8; 16]>::try_from(*bytes)) {
            (Ok(bytes), _) => format!("IP:{}", IpAddr::from(bytes)),
            (_, Ok(bytes)) => format!("IP:{}", IpAddr::from(bytes)),
            _ => return None,
        },
        _ => return None,
    })
}

/// A distinguished name in its own order.
fn distinguished(name: &X509Name<'_>) -> String {
    let parts = name.iter_rdn().map(|part| part.iter().map(attribute).collect::<Vec<_>>().join("+"));
    parts.collect::<Vec<_>>().join(",")
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let kind = attribute.attr_type();
    let key = oid2abbrev(kind, oid_registry());
    let key = key.map_or_else(|_| kind.to_id_string(), str::to_owned);
    match attribute.as_str() {
        Ok(value) => format!("{key}={}", escaped(value)),
        Err(_) => format!("{key}=#{}", hex::encode(attribute.as_slice())),
    }
}

/// No value may look like the end of its attribute and the beginning of another one.
fn escaped(value: &str) -> String {
    let last = value.len().saturating_sub(1);
    let mut text = String::with_capacity(value.len());
    for (at, letter) in value.char_indices() {
        match letter {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => text.extend(['\\', letter]),
            ' ' if at == 0 || at == last => text.push_str("\\ "),
            '#' if at == 0 => text.push_str("\\#"),
            _ if letter.is_control() => {
                letter.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| text.push_str(&format!("\\{byte:02X}")))
            }
            _ => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SanType, date_time_ymd};

    use super::*;

    fn der(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["a.example".to_owned(), "192.0.2.7".to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        change(&mut params);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn facts_are_those_of_the_certificate() {
        let der = der(|params| {
            params.distinguished_name.push(DnType::CountryName, "DE");
            params.distinguished_name.push(DnType::CommonName, "orders, CN=admin");
            params.subject_alt_names.push(SanType::URI("spiffe://example/orders".try_into().unwrap()));
            params.subject_alt_names.push(SanType::Rfc822Name("a@b.example".try_into().unwrap()));
            params.serial_number = Some(vec![1, 0xab].into());
            params.not_before = date_time_ymd(2020, 1, 2);
            params.not_after = date_time_ymd(2120, 11, 30);
        });
        let facts = read(&der).unwrap();
        assert_eq!(facts.subject, "C=DE,CN=orders\\, CN\\=admin");
        assert_eq!((&*facts.serial_number, facts.fingerprint.len()), ("01:ab", 64));
        assert_eq!(facts.names, ["DNS:a.example", "IP:192.0.2.7", "URI:spiffe://example/orders", "email:a@b.example"]);
        assert_eq!((&*facts.not_before, &*facts.not_after), ("Jan  2 00:00:00 2020 GMT", "Nov 30 00:00:00 2120 GMT"));
        let body: String = facts.pem.lines().filter(|line| !line.starts_with('-')).collect();
        assert_eq!(STANDARD.decode(body).unwrap(), der);
        assert!(facts.pem.lines().all(|line| line.len() <= LINE));
    }

    #[test]
    fn one_that_has_expired_since_is_none() {
        assert_eq!(read(&der(|params| params.not_after = date_time_ymd(2020, 1, 1))), None);
        assert_eq!(read(b"no certificate"), None);
    }

    #[test]
    fn values_cannot_look_like_other_attributes() {
        for (value, text) in [
            (" a ", "\\ a\\ "),
            ("#1", "\\#1"),
            ("a\0\u{85}", "a\\00\\C2\\85"),
            ("ä+\"", "ä\\+\\\""),
            ("", ""),
            (" ", "\\ "),
        ] {
            assert_eq!(escaped(value), text);
        }
    }
}
