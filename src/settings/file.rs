//! The settings file as a whole, and the parts that it is split into.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Aws, AwsExport, Background, Cache, CountLimit, CredentialProfile, CryptoObject, Documents, EventContext, Invoke,
    Log, OAuthProvider, Policies, RateLimit, Scripts, Server, TlsProfile, Traces, Upstream, UserRegistry,
};
use crate::source::Node;
use crate::value::Seconds;

/// The whole settings file.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// Listeners, limits and time-outs. Changes need a restart.
    pub server: Server,
    /// What is logged, and how. Changes need a restart.
    pub log: Log,
    /// Traces of requests, for a collector of OpenTelemetry. Changes need a restart.
    pub traces: Traces,
    /// The part that every load reads again.
    #[serde(flatten)]
    pub live: Live,
    /// `server.tls` as it is in the file, for findings about its files.
    #[serde(skip)]
    pub tls_node: Option<Node>,
}

/// The part that takes effect at start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Startup {
    pub server: Server,
    pub log: Log,
    pub traces: Traces,
    /// The TLS profile of the collector.
    pub collector: TlsProfile,
}

/// The part that every load reads again.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct Live {
    /// What becomes of documents that cannot be served as they are, and where they are served.
    pub documents: Documents,
    /// What one request may use while its assembly runs.
    pub requests: Requests,
    /// Calls of services by `invoke`, `proxy` and scripts.
    pub invoke: Invoke,
    /// The response cache of `invoke` and `lambda`, which all APIs share.
    pub cache: Cache,
    /// Calls that no request waits for: `background` of `lambda`.
    pub background: Background,
    /// What scripts may use.
    pub scripts: Scripts,
    /// The catalog whose properties apply in IBM API Connect documents. Default: none, so properties have their plain values.
    pub catalog: Option<String>,
    /// Who publishes the APIs: what `api.org.id` and `api.org.name` say in assemblies.
    pub organization: Organization,
    /// Where Lambda and STS are, and as whom they are called, unless a step says otherwise.
    pub aws: Aws,
    /// Credential profiles that `credentials` in a lambda step names.
    pub credentials: IndexMap<String, CredentialProfile>,
    /// TLS profiles that `tls-profile` in a step names.
    pub tls_profiles: IndexMap<String, TlsProfile>,
    /// Services with several targets, with health checks, retries and limits. `target-url: upstream://NAME/…` calls one.
    pub upstreams: IndexMap<String, Upstream>,
    /// Keys that `jws-crypto` and `jwe-crypto` in a step name, and scripts with `jose` or `jwt`.
    pub crypto_objects: IndexMap<String, CryptoObject>,
    /// User-defined policies, and global policies that run around every assembly.
    pub policies: Policies,
    /// Limits that `rate-limit` in a `ratelimit` step names; `default` is that of `plan-default`.
    pub rate_limits: IndexMap<String, RateLimit>,
    /// Limits that `burst-limit` in a `ratelimit` step names.
    pub burst_limits: IndexMap<String, RateLimit>,
    /// Limits that `count-limit` in a `ratelimit` step names.
    pub count_limits: IndexMap<String, CountLimit>,
    /// The file that says who may call: applications, plans and products. Its path starts where Gantry was started.
    pub clients_file: Option<String>,
    /// User registries that `x-ibm-authentication-registry` in a security scheme and `user-registry` in a step name.
    pub registries: IndexMap<String, UserRegistry>,
    /// Issuers of tokens that `x-ibm-oauth-provider` in a security scheme and the `oauth` step name. A scheme that names none takes the one of
    /// its own name.
    pub oauth_providers: IndexMap<String, OAuthProvider>,
    /// What events of API Gateway and of load balancers say about the API they come from.
    pub event_context: EventContext,
    /// Whether the listener asks clients for certificates: `server.tls.clients`.
    #[serde(skip)]
    pub client_certificates: bool,
    /// What the placeholders in exports of AWS API Gateway stand for.
    pub aws_export: AwsExport,
}

/// The provider organization, as API Connect calls it.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Organization {
    /// Its identifier.
    pub id: Option<String>,
    /// Its short name.
    pub name: Option<String>,
}

/// What one request may use while its assembly runs.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Requests {
    /// From the end of a request's headers to the start of its response.
    pub timeout: Seconds,
    /// What `catch` and `finally` have of their own, so that they can answer after the deadline has passed.
    pub handler_timeout: Seconds,
    /// Bytes of a request body that a step reads, and of a response body that a step reads. More is answered 413 or 502.
    pub body_bytes: usize,
}

impl Default for Requests {
    fn default() -> Self {
        Requests { timeout: Seconds::new(120), handler_timeout: Seconds::new(10), body_bytes: 4 * 1024 * 1024 }
    }
}

impl Settings {
    /// What takes effect at start, and what every load reads again.
    pub fn split(self) -> (Startup, Live) {
        let Settings { server, log, traces, live, .. } = self;
        let profile = traces.tls_profile.as_ref().and_then(|name| live.tls_profiles.get(name));
        let collector = profile.cloned().unwrap_or_default();
        (Startup { server, log, traces, collector }, live)
    }
}
