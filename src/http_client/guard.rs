//! The addresses to which a host from a request may resolve.
//!
//! The check is made on the address that is connected to, after the name lookup, so neither another spelling of an
//! address nor a name that changes its address between two lookups gets around it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses that stay closed to a pool's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Guard {
    /// None: the author wrote the host.
    #[default]
    Open,
    /// Link-local addresses and the metadata services of clouds, which hand out credentials to every program of the machine.
    Metadata,
    /// Those, and the machine itself.
    MetadataAndLoopback,
}

/// Metadata services outside of the link-local ranges: AWS (all of its service prefix), Google, Alibaba, Azure's host
/// agent, Oracle.
const METADATA_V6: [(Ipv6Addr, u32); 2] =
    [(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32), (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0), 32)];
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];

impl Guard {
    /// Whether no connection may be made to this address.
    pub fn refuses(self, address: IpAddr) -> bool {
        let forms = std::iter::once(address).chain(inner_v4(address).into_iter().flatten().map(IpAddr::V4));
        forms.into_iter().any(|address| match self {
            Guard::Open => false,
            Guard::Metadata => is_metadata(address),
            Guard::MetadataAndLoopback => is_metadata(address) || is_loopback(address),
        })
    }
}

fn is_metadata(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local() || METADATA_V4.contains(&v4),
        IpAddr::V6(v6) => {
            v6.is_unicast_link_local() || METADATA_V6.iter().any(|(network, bits)| within(v6, *network, *bits))
        }
    }
}

/// The unspecified address connects to the machine itself, as does all of `0.0.0.0/8` on some systems.
fn is_loopback(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.octets()[0] == 0,
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified(),
    }
}

fn within(address: Ipv6Addr, network: Ipv6Addr, bits: u32) -> bool {
    (address.to_bits() ^ network.to_bits()).leading_zeros() >= bits
}

/// The IPv4 addresses that an IPv6 address carries: mapped, compatible, translated (NAT64), 6to4, Teredo, ISATAP.
fn inner_v4(address: IpAddr) -> Option<[Ipv4Addr; 2]> {
    let IpAddr::V6(v6) = address else { return None };
    let words = v6.segments();
    let at = |index: usize| Ipv4Addr::from_bits(u32::from(words[index]) << 16 | u32::from(words[index + 1]));
    let last = at(6);
    match words {
        // `::` and `::1` are addresses of IPv6's own.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => Some([last; 2]),
        [0x64, 0xff9b, ..] => Some([last; 2]),
        [0x2002, ..] => Some([at(1); 2]),
        // The server's address, and the client's with every bit turned round.
        [0x2001, 0, ..] => Some([at(2), Ipv4Addr::from_bits(!last.to_bits())]),
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => Some([last; 2]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(guard: Guard, addresses: &[&str]) -> Vec<bool> {
        addresses.iter().map(|address| guard.refuses(address.parse().unwrap())).collect()
    }

    #[test]
    fn metadata_and_link_local_addresses_are_refused_in_every_wrapping() {
        let closed = [
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "169.254.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "fe80::1",
            "febf::1",
            "fd00:ec2::254",
            "fd00:ec2::23",
            "fd20:ce::254",
            "::ffff:169.254.169.254",
            "::ffff:a9fe:a9fe",
            "::169.254.169.254",
            "::ffff:0:169.254.169.254",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "2001:0:a9fe:a9fe::1",
            "2001:0:1:1:0:0:5601:5601",
            "2001:db8::5efe:a9fe:a9fe",
        ];
        for guard in [Guard::Metadata, Guard::MetadataAndLoopback] {
            assert_eq!(refused(guard, &closed), vec![true; closed.len()]);
        }
        assert_eq!(refused(Guard::Open, &closed), vec![false; closed.len()]);
    }

    #[test]
    fn the_machine_itself_is_refused_where_asked() {
        let own = [
            "127.0.0.1",
            "127.1.2.3",
            "0.0.0.0",
            "0.1.2.3",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
        ];
        assert_eq!(refused(Guard::MetadataAndLoopback, &own), vec![true; own.len()]);
        assert_eq!(refused(Guard::Metadata, &own), vec![false; own.len()]);
    }

    #[test]
    fn other_addresses_stay_open() {
        let open = ["10.0.0.1", "192.168.1.1", "169.253.255.255", "169.255.0.0", "8.8.8.8", "2001:db8::1", "fd00::1"];
        assert_eq!(refused(Guard::MetadataAndLoopback, &open), vec![false; open.len()]);
    }
}
