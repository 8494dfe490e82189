//! The certificate of a client.

/// The certificate that the other end of a connection has shown. An authority of the settings has signed it.
#[derive(Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    pub pem: String,
    /// The distinguished name, such as `C=DE,O=Example,CN=orders`; special characters in values are escaped as in RFC 4514.
    pub subject: String,
    /// The name of the authority, in the same form.
    pub issuer: String,
    /// Hexadecimal bytes with colons.
    pub serial_number: String,
    /// The SHA-256 of the whole certificate, in hexadecimal.
    pub fingerprint: String,
    /// The names that it is for, with their kind: `DNS:a.example`, `URI:spiffe://a/b`, `email:a@b.example`, `IP:192.0.2.7`.
    pub names: Vec<String>,
    /// `May 28 12:30:02 2019 GMT`
    pub not_before: String,
    pub not_after: String,
}
