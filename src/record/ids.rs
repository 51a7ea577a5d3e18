//! Record ids: `<urn:uuid:…>` (WARC 1.1 §5.2).

use uuid::Uuid;

/// Where record ids come from. One owner: the archive's writer.
#[derive(Debug)]
pub enum Ids {
    /// Random (UUID version 4).
    Random,
    /// One after the other from this number on, for byte-equal archives in tests.
    Counting(u64),
}

impl Ids {
    /// The next id.
    #[expect(clippy::should_implement_trait, reason = "ids never end; an iterator says they might")]
    pub fn next(&mut self) -> String {
        let uuid = match self {
            Self::Random => Uuid::new_v4(),
            Self::Counting(count) => {
                *count += 1;
                let bytes = u128::from(*count).to_be_bytes();
                uuid::Builder::from_random_bytes(bytes).into_uuid()
            }
        };
        format!("<urn:uuid:{}>", uuid.hyphenated())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_canonical_uuids() {
        let mut ids = Ids::Counting(0);
        assert_eq!(ids.next(), "<urn:uuid:00000000-0000-4000-8000-000000000001>");
        assert_eq!(ids.next(), "<urn:uuid:00000000-0000-4000-8000-000000000002>");
        assert_ne!(Ids::Random.next(), Ids::Random.next());
    }
}
