//! TLS of the listener of the APIs.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::{ADDRESS, EXPECTED};

/// TLS of the listener of the APIs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServerTls {
    /// The certificates. A client gets the first one with the name that it asks for (SNI); the first of all where no certificate has that name.
    #[schemars(length(min = 1))]
    pub certificates: Vec<ServerCertificate>,
    /// Certificates of clients. Without it, clients are not asked for one.
    #[serde(default)]
    pub clients: Option<TlsClients>,
    /// The lowest version of TLS that clients may use.
    #[serde(default)]
    pub min_version: TlsVersion,
    /// An address for plain HTTP. Every request there is answered 308 with the same URL and `https`.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("pattern" = ADDRESS, "x-expected" = EXPECTED))]
    pub redirect_listen: Option<SocketAddr>,
    /// The port in the URLs of these answers. Default: the port of `listen`.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub redirect_port: Option<u16>,
}

impl ServerTls {
    /// All files that it names.
    pub fn files(&self) -> Vec<&str> {
        let own = self.certificates.iter().flat_map(|pair| [&*pair.certificate, &*pair.key]);
        own.chain(self.clients.iter().map(|clients| &*clients.ca)).collect()
    }
}

/// A certificate of the listener.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServerCertificate {
    /// The PEM file of the certificate, followed by those of the authorities between it and the root.
    pub certificate: String,
    /// The PEM file of its private key, not encrypted.
    pub key: String,
}

/// Certificates of clients.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TlsClients {
    /// The PEM file of the authorities that sign clients' certificates.
    pub ca: String,
    /// Whether a client must have one. `false` also serves clients that show none; a certificate that is wrong is refused in any case.
    #[serde(default = "yes")]
    pub required: bool,
}

fn yes() -> bool {
    true
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum TlsVersion {
    #[default]
    #[serde(rename = "1.2")]
    Tls12,
    #[serde(rename = "1.3")]
    Tls13,
}
