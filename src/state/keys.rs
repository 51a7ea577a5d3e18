//! Keys of the one tree, as drawn at the top of [`super`]. Built and read here, nowhere else.

use crate::address::{Server, Site};
use crate::digest::Digest;
use crate::frontier::schedule::Place;
use crate::lead::Rule;
use crate::record::Container;

pub(crate) const VERSION: &[u8] = b"mversion";
pub(crate) const SECRET: &[u8] = b"msecret";
pub(crate) const RUN: &[u8] = b"mrun";
pub(crate) const CHECKPOINT: &[u8] = b"mcheckpoint";
pub(crate) const SINCE: &[u8] = b"msince";
pub(crate) const SUSPECTS: &[u8] = b"msuspects";

pub(crate) const SEEDS: &[u8] = b"d";
pub(crate) const URLS: &[u8] = b"u";
pub(crate) const QUEUE: &[u8] = b"q";
pub(crate) const SITES: &[u8] = b"s";
pub(crate) const SERVERS: &[u8] = b"h";
pub(crate) const MARKS: &[u8] = b"b";
pub(crate) const PAGES: &[u8] = b"g";
pub(crate) const WARCS: &[u8] = b"w";
pub(crate) const RULES: &[u8] = b"x";
pub(crate) const DEFECTS: &[u8] = b"y";
pub(crate) const IMPORTED: &[u8] = b"i";
pub(crate) const DEPENDS: &[u8] = b"n";
pub(crate) const AGAIN: &[u8] = b"t";
pub(crate) const LEFT: &[u8] = b"l";

/// Bytes of a queue key after the names: a NUL, the order, the sequence number.
const PLACE_BYTES: usize = 10;

pub(crate) fn seed(index: u32) -> Vec<u8> {
    joined(SEEDS, &index.to_be_bytes())
}

pub(crate) fn url(print: u64) -> Vec<u8> {
    joined(URLS, &print.to_be_bytes())
}

pub(crate) fn page(print: u64) -> Vec<u8> {
    joined(PAGES, &print.to_be_bytes())
}

pub(crate) fn again(print: u64) -> Vec<u8> {
    joined(AGAIN, &print.to_be_bytes())
}

pub(crate) fn site(name: &str) -> Vec<u8> {
    joined(SITES, name.as_bytes())
}

pub(crate) fn server(name: &str) -> Vec<u8> {
    joined(SERVERS, name.as_bytes())
}

pub(crate) fn mark(key: u64) -> Vec<u8> {
    joined(MARKS, &key.to_be_bytes())
}

/// The number of a mark's key.
pub(crate) fn read_mark(key: &[u8]) -> Option<u64> {
    key.strip_prefix(MARKS)?.try_into().ok().map(u64::from_be_bytes)
}

/// What the keys of all that was left out of a pattern begin with.
pub(crate) fn left_of(pattern: u64) -> Vec<u8> {
    joined(LEFT, &pattern.to_be_bytes())
}

pub(crate) fn left(pattern: u64, ticket: u64) -> Vec<u8> {
    joined(&left_of(pattern), &ticket.to_be_bytes())
}

pub(crate) fn payload(digest: &Digest, chunked: bool) -> Vec<u8> {
    let mut key = joined(b"p", digest.bytes());
    if chunked {
        key.push(b'c');
    }
    key
}

pub(crate) fn validators(print: u64) -> Vec<u8> {
    joined(b"v", &print.to_be_bytes())
}

pub(crate) fn outside(digest: &Digest) -> Vec<u8> {
    joined(b"o", digest.bytes())
}

pub(crate) fn imported(name: &str) -> Vec<u8> {
    joined(IMPORTED, name.as_bytes())
}

pub(crate) fn dependency(file: &Container) -> Vec<u8> {
    let mut key = joined(DEPENDS, if file.outside { b"o" } else { b"h" });
    key.extend_from_slice(file.file.as_bytes());
    key
}

pub(crate) fn robots(origin: &str) -> Vec<u8> {
    joined(b"r", origin.as_bytes())
}

pub(crate) fn defect(defect: &str) -> Vec<u8> {
    joined(DEFECTS, defect.as_bytes())
}

pub(crate) fn rule(rule: Rule) -> Vec<u8> {
    joined(RULES, rule.name().as_bytes())
}

pub(crate) fn warc(file: &str) -> Vec<u8> {
    joined(WARCS, file.as_bytes())
}

/// The file name of a WARC key.
pub(crate) fn read_warc(key: &[u8]) -> Option<String> {
    String::from_utf8(key.strip_prefix(WARCS)?.to_vec()).ok()
}

/// What all places of a server's queue begin with. A host name holds no NUL.
pub(crate) fn queue_of(site: &Site, server: &Server) -> Vec<u8> {
    let mut key = joined(QUEUE, site.as_str().as_bytes());
    key.push(0);
    key.extend_from_slice(server.as_str().as_bytes());
    key.push(0);
    key
}

pub(crate) fn queued(site: &Site, server: &Server, place: Place) -> Vec<u8> {
    let mut key = queue_of(site, server);
    key.push(place.order);
    key.extend(place.seq.to_be_bytes());
    key
}

/// The site, the server and the place of a queue key. Up to layout version 2 it held no server:
/// the name of the site is all there is, and [`super::open`] writes such a row anew.
pub(crate) fn read_queued(key: &[u8]) -> Option<(Site, Option<Server>, Place)> {
    let (names, place) = key.split_at_checked(key.len().checked_sub(PLACE_BYTES)?)?;
    let names = std::str::from_utf8(names.strip_prefix(QUEUE)?).ok()?;
    let (site, server) = match names.split_once('\0') {
        Some((site, server)) => (site, Some(Server::from(server.to_owned()))),
        None => (names, None),
    };
    let (order, seq) = place.strip_prefix(&[0])?.split_first()?;
    let seq = u64::from_be_bytes(seq.try_into().ok()?);
    Some((Site::from(site.to_owned()), server, Place { order: *order, seq }))
}

/// The print of a URL key.
pub(crate) fn read_url(key: &[u8]) -> Option<u64> {
    key.strip_prefix(URLS)?.try_into().ok().map(u64::from_be_bytes)
}

fn joined(prefix: &[u8], rest: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(prefix.len() + rest.len() + PLACE_BYTES);
    key.extend_from_slice(prefix);
    key.extend_from_slice(rest);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queue_keys_read_back_and_sort_by_place() {
        let site = Site::from("example.org".to_owned());
        let server = Server::from("en.example.org:8080".to_owned());
        let places =
            [Place { order: 0, seq: !9 }, Place { order: 4, seq: 1 }, Place { order: 4, seq: 300 }];
        let keys: Vec<_> = places.iter().map(|place| queued(&site, &server, *place)).collect();
        assert!(keys.is_sorted());
        for (key, place) in keys.iter().zip(places) {
            assert_eq!(read_queued(key), Some((site.clone(), Some(server.clone()), place)));
        }
        let old = [b"qexample.org\0\x04".as_slice(), &300_u64.to_be_bytes()].concat();
        assert_eq!(read_queued(&old), Some((site, None, places[2])));
        assert_eq!(read_queued(b"q"), None);
    }
}
