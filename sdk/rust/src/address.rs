// SPDX-License-Identifier: Apache-2.0
//! Socket addresses of the boundary as those of `std`.
use crate::raw::jct_addr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

/// None where it is no address (family 0).
pub fn from_raw(raw: &jct_addr) -> Option<SocketAddr> {
    match raw.family {
        4 => Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(raw.ip[0], raw.ip[1], raw.ip[2], raw.ip[3])), raw.port)),
        6 => Some(SocketAddr::V6(SocketAddrV6::new(Ipv6Addr::from(raw.ip), raw.port, 0, raw.scope))),
        _ => None,
    }
}

/// An IPv4-mapped IPv6 address becomes IPv4, as the boundary has them.
pub fn to_raw(address: SocketAddr) -> jct_addr {
    let mut raw = jct_addr { ip: [0; 16], scope: 0, port: address.port(), family: 4, reserved: 0 };
    match address {
        SocketAddr::V4(v4) => raw.ip[..4].copy_from_slice(&v4.ip().octets()),
        SocketAddr::V6(v6) => {
            let octets = v6.ip().octets();
            if octets[..10] == [0; 10] && octets[10..12] == [0xff; 2] {
                raw.ip[..4].copy_from_slice(&octets[12..]);
            } else {
                raw.ip = octets;
                raw.scope = v6.scope_id();
                raw.family = 6;
            }
        }
    }
    raw
}

/// No address at all.
pub(crate) const NONE: jct_addr = jct_addr { ip: [0; 16], scope: 0, port: 0, family: 0, reserved: 0 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_the_way_there_and_back() {
        for text in ["192.0.2.7:21116", "[2001:db8::1]:21117", "[fe80::1%3]:1"] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(from_raw(&to_raw(address)), Some(address));
        }
        assert_eq!(from_raw(&NONE), None);
    }

    #[test]
    fn a_mapped_address_is_ipv4() {
        let raw = to_raw("[::ffff:192.0.2.7]:5".parse().unwrap());
        assert_eq!(from_raw(&raw), Some("192.0.2.7:5".parse().unwrap()));
    }
}
