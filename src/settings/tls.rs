//! TLS profiles: whom the gateway trusts and who it is, when it calls out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A client TLS profile.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TlsProfile {
    /// The PEM file of the authorities that may have signed the server's certificate. Default: the public ones.
    pub ca: Option<String>,
    /// The PEM file of the certificate, with its chain, that the gateway shows.
    pub certificate: Option<String>,
    /// The PEM file of that certificate's private key.
    pub key: Option<String>,
    /// The name that the server's certificate must carry, where it is not the host of the URL.
    pub server_name: Option<String>,
    /// `false` accepts any certificate. For tests only: anyone on the way can read and change everything.
    pub verify: bool,
}

impl Default for TlsProfile {
    fn default() -> Self {
        TlsProfile { ca: None, certificate: None, key: None, server_name: None, verify: true }
    }
}
