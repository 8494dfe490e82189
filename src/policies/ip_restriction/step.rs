use std::net::IpAddr;

use crate::runtime::{Context, Fault, FaultSource, Outcome, Step, kinds};
use crate::settings::AddressRange;

/// A compiled `ip-restriction`.
pub(super) struct IpRestriction {
    pub allow: Box<[AddressRange]>,
    pub deny: Box<[AddressRange]>,
    pub message: String,
}

impl IpRestriction {
    fn admits(&self, address: IpAddr) -> bool {
        let has = |all: &[AddressRange]| all.iter().any(|range| range.contains(address));
        (self.allow.is_empty() || has(&self.allow)) && !has(&self.deny)
    }
}

impl Step for IpRestriction {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        match self.admits(cx.state.request.client.ip()) {
            true => Outcome::done(),
            false => Outcome::fault(Fault::new(&kinds::FORBIDDEN, FaultSource::Client, self.message.clone())),
        }
    }
}
