//! The look-up: what the resolver said of a host, kept as a `resource` record (WARC 1.1 §6.4).
//!
//! Filed once a host, ahead of the first exchange that used it. The system's resolver tells
//! addresses and nothing else: no time to live, no names in between, and not who answered (it may
//! have been a hosts file). So the lines have no TTL, which RFC 1035 §5.1 allows, and the record
//! has no WARC-IP-Address. A look-up that failed has no record; its reason is in the `metadata`
//! record of the exchange that needed it.

use std::net::IpAddr;

use super::{Block, Resource};
use crate::moment::Moment;

/// One answered look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookUp {
    /// The host that was looked up, in ASCII.
    pub host: String,
    /// When it was asked.
    pub at: Moment,
    /// The addresses as they came, those included that the address policy refused.
    pub addresses: Vec<IpAddr>,
}

impl LookUp {
    /// The record it becomes: `dns:host` (RFC 4501), text/dns (RFC 4027).
    pub fn to_resource(&self) -> Resource {
        Resource {
            uri: format!("dns:{}", self.host),
            date: self.at,
            media: "text/dns",
            block: Block::Bytes(self.to_text().into()),
        }
    }

    /// The time in 14 digits, then a line an address, as Heritrix has them.
    fn to_text(&self) -> String {
        let name = self.host.trim_end_matches('.');
        let line = |address: &IpAddr| {
            let kind = if address.is_ipv4() { "A" } else { "AAAA" };
            format!("{name}.\tIN\t{kind}\t{address}\n")
        };
        let lines: String = self.addresses.iter().map(line).collect();
        format!("{}\n{lines}", self.at.stamp14())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_up_is_time_and_addresses() {
        let look_up = LookUp {
            host: "news.example".to_owned(),
            at: Moment::from_millis(1_795_339_800_125),
            addresses: vec!["192.0.2.7".parse().unwrap(), "2001:db8:0::1".parse().unwrap()],
        };
        let resource = look_up.to_resource();
        assert_eq!((resource.uri.as_str(), resource.media), ("dns:news.example", "text/dns"));
        let text = resource.block.first(1 << 10).unwrap();
        let want = "20261122093000\nnews.example.\tIN\tA\t192.0.2.7\n\
                    news.example.\tIN\tAAAA\t2001:db8::1\n";
        assert_eq!(text, want.as_bytes());
    }
}
