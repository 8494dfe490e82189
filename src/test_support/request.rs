use std::time::SystemTime;

use http::{HeaderMap, Method, Version};
use tokio::time::Instant;

use crate::runtime::{ClientCertificate, Request};
use crate::value::Body;

/// A certificate that a client has shown.
pub(crate) fn client_certificate() -> ClientCertificate {
    ClientCertificate {
        pem: "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n".to_owned(),
        subject: "C=DE,CN=orders".to_owned(),
        issuer: "CN=Authority".to_owned(),
        serial_number: "01:ab".to_owned(),
        fingerprint: "0a".repeat(32),
        names: vec!["DNS:a.example".to_owned()],
        not_before: "May 28 12:30:02 2019 GMT".to_owned(),
        not_after: "Aug  5 09:36:04 2121 GMT".to_owned(),
    }
}

/// A request as it comes to a pipeline: without headers and body, to an operation with the path parameter `id`.
pub(crate) fn request(uri: &str) -> Request {
    Request {
        id: "1".into(),
        method: Method::GET,
        uri: uri.parse().unwrap(),
        version: Version::HTTP_11,
        scheme: "http",
        headers: HeaderMap::new().into(),
        body: Body::Empty,
        body_kept: false,
        client: ([127, 0, 0, 1], 1).into(),
        peer: ([127, 0, 0, 1], 1).into(),
        certificate: None,
        local: ([127, 0, 0, 1], 2).into(),
        received: SystemTime::UNIX_EPOCH,
        arrived: Instant::now(),
        path_parameters: vec![("id".into(), "7".into())],
    }
}
