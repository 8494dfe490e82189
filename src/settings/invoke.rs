//! Which addresses calls may go to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Calls of services by `invoke`, `proxy` and scripts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Invoke {
    /// Networks that calls may go to where a variable supplies the host and `allowed-hosts` does not name it. Metadata services of clouds
    /// are always closed.
    pub open_networks: Vec<Network>,
}

/// A kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// The machine itself. `gantry dev` opens it.
    Loopback,
    /// Private addresses (RFC 1918, RFC 4193). They are open in any case.
    Private,
}

impl Invoke {
    /// Whether calls may go to the machine itself.
    pub fn opens_loopback(&self) -> bool {
        self.open_networks.contains(&Network::Loopback)
    }
}
