//! The address policy: where a crawler may connect to, whatever a page, redirect or DNS says.
//!
//! The check is on resolved addresses, and the address that was checked is the one connected to;
//! no second look-up comes between (rebinding). Literal addresses never reach a resolver and are
//! checked in the URL. One policy serves both transports. `--allow-private` is the only way
//! round it; the crawl logs refusals, this room only makes them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolving};
use url::{Host, Url};

use super::absent::Absent;
use super::answers::Answers;
use crate::lead::Rule;
use crate::moment::Clock;
use crate::record::LookUp;
use crate::settings::{Resolve, Settings};

/// Ports above 1023 that speak something else; below 1024 only 80 and 443 are the web.
/// From the "bad ports" of the Fetch standard, and the usual ports of data stores.
const OTHER_PORTS: &[u16] = &[
    1719, 1720, 1723, 2049, 2375, 2376, 2379, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5900,
    6000, 6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9092, 9200, 9300,
    10_080, 10_250, 11_211, 27_017,
];

/// Addresses tried for one name; some names have a hundred.
const MAX_ADDRESSES: usize = 8;

/// The policy.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    allow_private: bool,
}

/// Why there is no address to connect to.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// The policy says no.
    #[error("refused by the address policy ({0}); --allow-private lifts it")]
    Rule(Rule),
    /// The name has no address.
    #[error("{0}")]
    Dns(String),
}

impl Guard {
    /// The policy; `allow_private` switches its port and address rules off.
    pub const fn new(allow_private: bool) -> Self {
        Self { allow_private }
    }

    /// Checks what can be told without a resolver: scheme, port, a literal address.
    pub fn check_url(self, url: &Url) -> Result<(), Rule> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Rule::Scheme);
        }
        let port = url.port_or_known_default().unwrap_or(0);
        if !self.allow_private && !is_web_port(port) {
            return Err(Rule::Port);
        }
        match literal(url) {
            Some(address) => self.check_address(address),
            None => Ok(()),
        }
    }

    /// Checks one resolved address.
    pub fn check_address(self, address: IpAddr) -> Result<(), Rule> {
        if self.allow_private || is_public(address) { Ok(()) } else { Err(Rule::PrivateAddress) }
    }

    /// Those of `addresses` that may be connected to; an error when none may.
    fn vet(self, addresses: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Rule> {
        let mut refused = None;
        let mut vetted = Vec::new();
        for address in addresses {
            match self.check_address(address.ip()) {
                Ok(()) if vetted.contains(&address) => {}
                Ok(()) => vetted.push(address),
                Err(rule) => refused = Some(rule),
            }
        }
        vetted.truncate(MAX_ADDRESSES);
        match refused {
            Some(rule) if vetted.is_empty() => Err(rule),
            _ => Ok(vetted),
        }
    }
}

/// The resolver of both transports: `--resolve` first, then the system's, then the policy. It
/// remembers the first answer for each name: that is what the archive tells of it.
#[derive(Clone, Debug)]
pub struct GuardedResolver {
    guard: Guard,
    fixed: Arc<[Resolve]>,
    answers: Arc<Answers>,
    absent: Arc<Absent>,
}

impl GuardedResolver {
    /// The resolver these settings ask for.
    pub fn new(settings: &Settings, clock: Clock) -> Self {
        let guard = Guard::new(settings.allow_private);
        let fixed = settings.resolve.clone().into();
        let absent = Arc::new(Absent::new(clock.clone()));
        Self { guard, fixed, answers: Arc::new(Answers::new(clock)), absent }
    }

    /// What the system's resolver said of a host, if it was asked.
    pub(super) fn looked_up(&self, host: &str) -> Option<LookUp> {
        self.answers.of(host)
    }

    /// The policy it applies.
    pub const fn guard(&self) -> Guard {
        self.guard
    }

    /// The vetted addresses for `url`, in the order they are to be tried; never empty. Fixed
    /// addresses stand in for names only, never for a literal address, and the policy holds for
    /// them too.
    pub async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Denied> {
        self.guard.check_url(url).map_err(Denied::Rule)?;
        let port = url.port_or_known_default().unwrap_or(0);
        if let Some(address) = literal(url) {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        if let Some(fixed) = self.fixed.iter().find(|rule| is_for(rule, url)) {
            let address = SocketAddr::new(fixed.addr, fixed.to_port);
            return self.guard.vet(std::iter::once(address)).map_err(Denied::Rule);
        }
        self.look_up(url.host_str().unwrap_or_default(), port).await
    }

    async fn look_up(&self, name: &str, port: u16) -> Result<Vec<SocketAddr>, Denied> {
        if self.absent.holds(name) {
            return Err(Denied::Dns(format!("{name}: no address, as it was a moment ago")));
        }
        let asked = self.answers.now();
        let found = tokio::net::lookup_host((name, port)).await.map_err(|why| {
            self.absent.learn(name, &why);
            Denied::Dns(format!("{name}: no address ({why})"))
        })?;
        let found: Vec<SocketAddr> = found.collect();
        self.answers.keep(name, asked, &found);
        let vetted = self.guard.vet(found.into_iter()).map_err(Denied::Rule)?;
        if vetted.is_empty() {
            return Err(Denied::Dns(format!("{name}: the name has no address")));
        }
        Ok(vetted)
    }
}

impl reqwest::dns::Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let this = self.clone();
        Box::pin(async move {
            let vetted = this.look_up(name.as_str(), 0).await?;
            Ok(Box::new(vetted.into_iter()) as Addrs)
        })
    }
}

/// A resolver that knows one address, checked when it was made.
#[derive(Clone, Copy, Debug)]
pub(super) struct FixedResolver {
    pub(super) guard: Guard,
    pub(super) address: SocketAddr,
}

impl reqwest::dns::Resolve for FixedResolver {
    fn resolve(&self, _name: Name) -> Resolving {
        let this = *self;
        Box::pin(async move {
            let vetted = this.guard.vet(std::iter::once(this.address)).map_err(Denied::Rule)?;
            Ok(Box::new(vetted.into_iter()) as Addrs)
        })
    }
}

/// Whether a `--resolve` holds for `url`; the first one that does is used.
pub(super) fn is_for(rule: &Resolve, url: &Url) -> bool {
    let Some(Host::Domain(name)) = url.host() else { return false };
    let bare = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    let named = rule.host.as_deref().is_none_or(|host| bare(host) == bare(name));
    named && url.port_or_known_default() == Some(rule.port)
}

/// The reason a connector gave up, when it was this policy.
pub(super) fn denial<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Denied> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(denied) = error.downcast_ref::<Denied>() {
            return Some(denied);
        }
        // An io::Error keeps what it wraps apart from its source.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(denied) = wrapped.and_then(|inner| inner.downcast_ref::<Denied>()) {
            return Some(denied);
        }
        next = error.source();
    }
    None
}

fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
    }
}

fn is_web_port(port: u16) -> bool {
    matches!(port, 80 | 443) || (port >= 1024 && !OTHER_PORTS.contains(&port))
}

/// Whether an address belongs to the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(address),
        },
    }
}

/// IANA IPv4 Special-Purpose Address Registry (RFC 6890 and after).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        (0 | 240..=255, ..)          // "this network", reserved, broadcast
        | (100, 64..=127, _)         // carrier-grade NAT
        | (192, 0, 0)                // protocol assignments
        | (198, 18 | 19, _) => true, // benchmarking
        _ => false,
    };
    !(special
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

/// IANA IPv6 Special-Purpose Address Registry: only global unicast, less its special parts.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let special = match (a, b) {
        (0x2001, 0..=0x01ff | 0x0db8) | (0x3fff, 0..=0x0fff) => true, // protocols, documentation
        _ => false,
    };
    (0x2000..=0x3fff).contains(&a) && !special
}

/// The IPv4 address inside an IPv6 one that a router or the kernel would send it to: mapped and
/// compatible (RFC 4291 §2.5.5), translated (RFC 2765 §2.1), 6to4 (RFC 3056), NAT64 (RFC 6052).
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x0064, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sockets(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 80)).collect()
    }

    #[test]
    fn of_many_addresses_only_the_public_are_tried() {
        let guard = Guard::new(false);
        let mixed = sockets(&["127.0.0.1", "8.8.8.8", "::1", "8.8.8.8", "2606:4700::1"]);
        let vetted = guard.vet(mixed.into_iter()).unwrap();
        assert_eq!(vetted, sockets(&["8.8.8.8", "2606:4700::1"]));
        let private = sockets(&["10.0.0.1", "fd00::1"]);
        assert_eq!(guard.vet(private.clone().into_iter()), Err(Rule::PrivateAddress));
        assert_eq!(Guard::new(true).vet(private.clone().into_iter()), Ok(private));
        let many = (1..=200).map(|n| SocketAddr::new(IpAddr::from([8, 8, 4, n]), 80));
        assert_eq!(guard.vet(many).unwrap().len(), MAX_ADDRESSES);
        assert_eq!(guard.vet(std::iter::empty()), Ok(Vec::new()));
    }
}
