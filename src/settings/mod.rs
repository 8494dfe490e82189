//! The gateway's own configuration: one YAML file, every key optional, safe defaults.
//!
//! [`Startup`] takes effect at start; [`Live`] is read again by every load.

mod address;
mod address_range;
mod aws;
mod aws_export;
mod background;
mod cache;
mod clients;
mod condition;
mod crypto;
mod documents;
mod file;
mod invoke;
mod limits;
mod log;
mod oauth;
mod policies;
mod purpose;
mod read;
mod scripts;
mod server;
mod server_tls;
mod share;
#[cfg(test)]
mod tests;
mod tls;
mod trace_records;
mod traces;
mod upstreams;
mod variables;

pub use address_range::AddressRange;
pub use aws::{Aws, AwsIdentity, CredentialProfile, EventContext, FunctionNames, LocalService, key_pair};
pub use aws_export::AwsExport;
pub use background::Background;
pub use cache::Cache;
pub use clients::{
    ApiState, Application, ApplicationState, Clients, OperationLimits, Plan, PlanLimit, Product, Subscription,
    TEST_CLIENT_ID, TEST_CLIENT_SECRET,
};
pub use condition::Condition;
pub use crypto::{CryptoError, CryptoObject};
pub use documents::{Broken, Documents, Unsupported};
pub use file::{Live, Organization, Requests, Settings, Startup};
pub use invoke::{Invoke, Network};
pub use limits::{CountLimit, Per, Rate, RateLimit};
pub use log::{Log, LogFormat, log_level_help, wrong_log_level};
pub use oauth::{Audience, OAuthProvider, UserRegistry};
pub use policies::Policies;
pub use purpose::Purpose;
pub use read::{clients_shape, read, read_clients, read_node, shape};
pub use scripts::Scripts;
pub use server::{AmbiguousPaths, ForwardedHeader, Server, ServerLimits};
pub use server_tls::{ServerCertificate, ServerTls, TlsClients, TlsVersion};
pub use share::Share;
pub use tls::TlsProfile;
pub use trace_records::TraceRecords;
pub use traces::Traces;
pub use upstreams::{CircuitBreaker, Eject, HealthCheck, Retries, Upstream, UpstreamTarget};
