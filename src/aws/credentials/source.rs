//! A source of credentials as plain data: the key of a cache, readable in a log.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use crate::value::Secret;

/// An identity, and a role to assume with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CredentialSource {
    pub base: Base,
    pub assume_role: Option<AssumeRole>,
    /// The region of services the chain calls on the way: STS, SSO. Also the region of `assume_role` without its own.
    pub region: Option<String>,
}

/// The identity to begin with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Base {
    /// The SDK's default chain: environment, profile (with SSO and credential_process), web identity, ECS and EKS,
    /// IMDS.
    #[default]
    Chain,
    /// A profile of the shared AWS configuration files.
    Profile(String),
    Static(StaticKeys),
}

/// A key pair. The secret parts never print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticKeys {
    pub access_key_id: String,
    pub secret_access_key: Secret,
    pub session_token: Option<Secret>,
}

/// A role to assume (STS API reference, `AssumeRole`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AssumeRole {
    pub role_arn: String,
    /// The external id that the role's trust policy asks of callers from other accounts.
    pub external_id: Option<String>,
    /// Stands in the audit trail of the role's account; 2 to 64 of `[\w+=,.@-]`.
    pub session_name: String,
    /// 900 s up to the role's own limit.
    pub duration: Duration,
    /// A JSON policy that narrows the role down.
    pub policy: Option<String>,
    /// A URL used as given instead of the region's; without it `AWS_ENDPOINT_URL_STS` counts.
    pub sts_endpoint: Option<String>,
    /// The region of STS; without it the source's.
    pub region: Option<String>,
}

impl AssumeRole {
    /// The role with the defaults: session name `gantry`, one hour, regional STS.
    pub fn new(role_arn: impl Into<String>) -> Self {
        AssumeRole {
            role_arn: role_arn.into(),
            external_id: None,
            session_name: "gantry".to_owned(),
            duration: Duration::from_secs(3600),
            policy: None,
            sts_endpoint: None,
            region: None,
        }
    }
}

impl Hash for StaticKeys {
    /// The key id is enough to spread the keys; the secrets go nowhere.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.access_key_id.hash(state);
    }
}
