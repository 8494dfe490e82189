//! Addresses and host names, as variables show them.

use std::net::IpAddr;

use crate::runtime::State;
use crate::value::Value;

/// An address as people write it: IPv4 even where it arrived on a socket for both.
pub(super) fn address(ip: IpAddr) -> Value {
    ip.to_canonical().to_string().into()
}

/// The host that the client asked for, without its port.
pub(super) fn name(state: &State) -> Option<String> {
    let host = state.request.headers.get("host").and_then(|host| host.to_str().ok());
    let host = host.or_else(|| state.request.uri.authority().map(http::uri::Authority::as_str))?;
    let authority = host.parse::<http::uri::Authority>().ok()?;
    Some(authority.host().to_owned())
}
