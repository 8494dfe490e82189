//! How old credentials are, for operators.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials as Keys;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use super::error::CredentialsError;
use super::source::{Base, CredentialSource};

type Time = Gauge<f64, AtomicU64>;

/// The metrics of all credential sources of a process.
#[derive(Debug, Clone, Default)]
pub struct CredentialGauges {
    pub loads: Family<LoadLabels, Counter>,
    /// When the keys that are in use were fetched, since 1970; their age is the time since.
    pub loaded: Family<SourceLabels, Time>,
    /// When they expire.
    pub expires: Family<SourceLabels, Time>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct LoadLabels {
    source: Arc<str>,
    outcome: LoadOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct SourceLabels {
    source: Arc<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
enum LoadOutcome {
    #[allow(non_camel_case_types)]
    loaded,
    #[allow(non_camel_case_types)]
    failed,
}

impl CredentialGauges {
    /// Something of each, for tests of what is shown.
    #[cfg(test)]
    pub(crate) fn fill(&self) {
        let labels = SourceLabels { source: "test".into() };
        self.loads.get_or_create(&LoadLabels { source: "test".into(), outcome: LoadOutcome::loaded }).inc();
        self.loaded.get_or_create(&labels).set(1.0);
        self.expires.get_or_create(&labels).set(1.0);
    }

    pub(super) fn record(&self, source: &CredentialSource, result: Result<&Keys, &CredentialsError>) {
        let source = name(source);
        let outcome = if result.is_ok() { LoadOutcome::loaded } else { LoadOutcome::failed };
        self.loads.get_or_create(&LoadLabels { source: source.clone(), outcome }).inc();
        let Ok(keys) = result else { return };
        let labels = SourceLabels { source };
        self.loaded.get_or_create(&labels).set(seconds(SystemTime::now()));
        if let Some(expiry) = keys.expiry() {
            self.expires.get_or_create(&labels).set(seconds(expiry));
        }
    }
}

/// The name of a source: the role that is assumed, else the kind of its base.
fn name(source: &CredentialSource) -> Arc<str> {
    match (&source.assume_role, &source.base) {
        (Some(role), _) => role.role_arn.as_str().into(),
        (None, Base::Chain) => "default chain".into(),
        (None, Base::Profile(name)) => format!("profile {name}").into(),
        (None, Base::Static(_)) => "key pair".into(),
    }
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
