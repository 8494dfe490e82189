//! Lists of addresses that may call, and that may not.

use std::net::IpAddr;

use crate::settings::{AddressRange, Server};

/// The lists of the settings.
pub(super) struct Admission {
    allowed: Vec<AddressRange>,
    denied: Vec<AddressRange>,
}

impl Admission {
    /// None where every address may call.
    pub(super) fn new(settings: &Server) -> Option<Self> {
        let (allowed, denied) = (settings.allowed_addresses.clone(), settings.denied_addresses.clone());
        (!allowed.is_empty() || !denied.is_empty()).then_some(Admission { allowed, denied })
    }

    /// Whether a client may call: no list denies it, and where some are allowed, it is one of them.
    pub(super) fn admits(&self, client: IpAddr) -> bool {
        let is_in = |ranges: &[AddressRange]| ranges.iter().any(|range| range.contains(client));
        !is_in(&self.denied) && (self.allowed.is_empty() || is_in(&self.allowed))
    }
}
