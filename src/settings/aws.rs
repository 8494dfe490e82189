//! Where AWS is and as whom it is called.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::rule::both_or_neither;
use crate::value::{Seconds, Secret};

/// Where Lambda and STS are, and as whom they are called, unless a step says otherwise.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Aws {
    /// The region of functions whose step and ARN name none. Then AWS_REGION, then AWS_DEFAULT_REGION.
    pub region: Option<String>,
    /// The URL of the Lambda service, such as a VPC endpoint. Then AWS_ENDPOINT_URL_LAMBDA, then AWS's own host.
    pub endpoint: Option<String>,
    /// The URL of the STS service for roles whose step or profile names none.
    pub sts_endpoint: Option<String>,
    /// The credential profile of steps that name none. Without it: the default chain of the AWS SDKs.
    pub credentials: Option<String>,
    /// The external id of roles whose step or profile names none.
    pub external_id: Option<String>,
    /// Call the FIPS endpoint of the region.
    pub use_fips: bool,
    /// Call the dual-stack endpoint of the region.
    pub use_dual_stack: bool,
    /// Set by `gantry dev`, never read from a file: every lambda step calls this service with these keys.
    #[serde(skip)]
    pub local: Option<LocalService>,
}

/// The embedded Lambda service that `gantry dev` runs.
#[derive(Debug, Clone)]
pub struct LocalService {
    pub endpoint: String,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: Secret,
    pub functions: FunctionNames,
}

/// The functions that the embedded service has at the moment.
#[derive(Clone, Default)]
pub struct FunctionNames(Option<Arc<dyn Fn() -> Vec<String> + Send + Sync>>);

impl FunctionNames {
    pub fn new(names: impl Fn() -> Vec<String> + Send + Sync + 'static) -> Self {
        FunctionNames(Some(Arc::new(names)))
    }

    /// Their names; `None` where they are not known.
    pub fn get(&self) -> Option<Vec<String>> {
        self.0.as_ref().map(|names| names())
    }
}

impl fmt::Debug for FunctionNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FunctionNames").field(&self.get()).finish()
    }
}

/// As whom AWS is called: a key pair and, on top of the identity it gives, perhaps a role. Credential profiles and the steps
/// that sign have these properties.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct AwsIdentity {
    /// The access key of a key pair; it needs `aws-secret-access-key`. In a step it wins over `credentials`.
    pub aws_access_key_id: Option<String>,
    /// The secret of the pair. Write `${NAME}` or `${file:…}`, never the secret itself.
    #[serde(skip_serializing)]
    pub aws_secret_access_key: Option<Secret>,
    /// The session token of a temporary pair.
    #[serde(skip_serializing)]
    pub aws_session_token: Option<Secret>,
    /// The role to assume with the identity that the other properties give.
    pub aws_assume_role_arn: Option<String>,
    /// The `sts:ExternalId` that the role's trust policy asks for. Default: that of the profile, then of `aws` in the settings.
    pub external_id: Option<String>,
    /// The name of the session in AWS's logs: 2 to 64 characters. Default: `gantry`.
    pub role_session_name: Option<String>,
    /// How long the role's credentials live: 15 minutes to 12 hours. Default: 3600 s.
    pub role_duration: Option<Seconds>,
    /// A policy, as JSON text, that narrows what the session may do.
    pub role_policy: Option<String>,
    /// The URL of the STS service. Default: that of the profile, then of `aws` in the settings, then AWS's own in the region.
    pub sts_endpoint: Option<String>,
}

/// A named identity of AWS.
// Unknown properties are refused by the schema: serde cannot do it where a struct is flattened.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
#[schemars(extend("x-rules" = key_pair(), "additionalProperties" = false))]
pub struct CredentialProfile {
    #[serde(flatten)]
    pub identity: AwsIdentity,
    /// The profile in the shared AWS configuration files, which may name SSO, a process or a source profile. It gives the
    /// identity where there is no key pair. Default: the default chain of the AWS SDKs.
    pub profile: Option<String>,
}

/// The rule that a key pair is whole.
pub fn key_pair() -> Vec<serde_json::Value> {
    let message = "Write both aws-access-key-id and aws-secret-access-key, or neither.";
    both_or_neither("aws-access-key-id", "aws-secret-access-key", message)
}

/// What events of API Gateway and of load balancers say about the API they come from.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EventContext {
    /// The stage. Default `prod` in version 1.0 events and `$default` in version 2.0.
    pub stage: Option<String>,
    /// The account id. Default `123456789012`.
    pub account_id: Option<String>,
    /// The API id. Default: the name of the API.
    pub api_id: Option<String>,
    /// Stage variables.
    pub stage_variables: IndexMap<String, String>,
    /// Content types whose bodies go into version 1.0 events as base64, such as `image/png` or `image/*`.
    pub binary_media_types: Vec<String>,
    /// The target group in events of a load balancer. Default: one made of region, account and the name of the API.
    pub target_group_arn: Option<String>,
}
