//! The seen set: 64-bit fingerprints of the addresses put in this run, in memory.
//!
//! Candidates are answered here, never by the database. The hash is keyed with a random secret of
//! the state, so that no page can make two addresses collide; by chance, a run of ten million URLs
//! takes a new one for a known one with a probability of 3 in a million. Filled by the start-up
//! scan; owned by the state's thread.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use siphasher::sip::SipHasher13;

/// The fingerprints of one run.
#[derive(Debug)]
pub struct Seen {
    hasher: SipHasher13,
    prints: HashSet<u64, BuildHasherDefault<AsIs>>,
}

impl Seen {
    /// An empty set keyed with `secret`.
    pub fn new(secret: &[u8; 16]) -> Self {
        Self { hasher: SipHasher13::new_with_key(secret), prints: HashSet::default() }
    }

    /// The fingerprint of an address.
    pub fn print(&self, address: &str) -> u64 {
        self.hasher.hash(address.as_bytes())
    }

    /// Whether it is in the set.
    pub fn has(&self, print: u64) -> bool {
        self.prints.contains(&print)
    }

    /// Takes it in; `true` when it is new.
    pub fn insert(&mut self, print: u64) -> bool {
        self.prints.insert(print)
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.prints.len() as u64
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.prints.is_empty()
    }

    /// Forgets all, and gives the memory back.
    pub fn clear(&mut self) {
        self.prints = HashSet::default();
    }
}

/// A fingerprint is a hash already.
#[derive(Debug, Default)]
pub struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, print: u64) {
        self.0 = print;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_depend_on_the_secret() {
        let (one, other) = (Seen::new(&[1; 16]), Seen::new(&[2; 16]));
        assert_ne!(one.print("https://example.org/"), other.print("https://example.org/"));
        assert_eq!(
            one.print("https://example.org/"),
            Seen::new(&[1; 16]).print("https://example.org/")
        );
    }

    #[test]
    fn a_print_is_new_once() {
        let mut seen = Seen::new(&[0; 16]);
        assert!(seen.insert(7) && !seen.insert(7) && seen.has(7));
        seen.clear();
        assert!(seen.is_empty());
    }
}
