//! The forms of values in WARC fields: URI, date, media type, id, digest.
//!
//! Pure functions from text to a verdict or a value; total, and strict where the reader is not.

use std::net::IpAddr;

use data_encoding::{BASE32, HEXLOWER};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::digest::RunningDigest;

/// Whether a text is a URI with a scheme, of RFC 3986's characters only.
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let scheme_ok = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    scheme_ok && !rest.is_empty() && has_uri_characters(rest.as_bytes())
}

fn has_uri_characters(rest: &[u8]) -> bool {
    let mut bytes = rest.iter();
    while let Some(byte) = bytes.next() {
        let hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
        let fine = match byte {
            b'%' => hex(bytes.next()) && hex(bytes.next()),
            byte => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(byte),
        };
        if !fine {
            return false;
        }
    }
    true
}

/// The URI of an id field, which stands in angle brackets (WARC 1.1 §4).
pub(super) fn bracketed(text: &str) -> Option<&str> {
    text.strip_prefix('<')?.strip_suffix('>').filter(|uri| is_uri(uri))
}

/// How an id is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdForm {
    /// `<urn:uuid:…>` with a canonical UUID of RFC 9562.
    Canonical,
    /// A UUID, in upper case or of no known version.
    Uuid,
    /// Another URI.
    Other,
}

pub(super) fn id_form(id: &str) -> IdForm {
    let Some(uuid) = id.strip_prefix("<urn:uuid:").and_then(|id| id.strip_suffix('>')) else {
        return IdForm::Other;
    };
    let Ok(parsed) = uuid::Uuid::try_parse(uuid) else { return IdForm::Other };
    let canonical = parsed.hyphenated().to_string() == uuid
        && (1..=8).contains(&parsed.get_version_num())
        && parsed.get_variant() == uuid::Variant::RFC4122;
    if canonical { IdForm::Canonical } else { IdForm::Uuid }
}

/// A date of WARC 1.1 §5.4 (W3CDTF in UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    /// Nanoseconds since 1970, saturating.
    pub(super) nanos: i64,
    /// Digits of the fraction of a second; `None` when there are no seconds either.
    pub(super) fraction: Option<usize>,
}

/// Reads a date, from a year alone to nanoseconds.
pub(super) fn date(text: &str) -> Result<Date, &'static str> {
    const NONE: &str = "is no date of the form 2026-11-22T09:30:00.125Z";
    if !text.is_ascii() || text.len() > 40 {
        return Err(NONE);
    }
    let Some((day, time)) = text.split_once('T') else {
        return Ok(Date { nanos: nanos(text, "00:00:00")?, fraction: None });
    };
    let time = time.strip_suffix('Z').ok_or(if time.contains(['+', '-']) {
        "is not in UTC"
    } else {
        NONE
    })?;
    if shape(day) != "####-##-##" {
        return Err(NONE);
    }
    let (clock, fraction) = match time.split_once('.') {
        None => (time, ""),
        Some((_, "")) => return Err(NONE),
        Some((clock, fraction)) => (clock, fraction),
    };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NONE);
    }
    match (shape(clock).as_str(), fraction.len()) {
        ("##:##", 0) => Ok(Date { nanos: nanos(day, &format!("{clock}:00"))?, fraction: None }),
        ("##:##:##", 0..=9) => {
            Ok(Date { nanos: nanos(day, time)?, fraction: Some(fraction.len()) })
        }
        ("##:##:##", _) => Err("has more than nine digits of a second"),
        _ => Err(NONE),
    }
}

/// The text with every digit as `#`.
fn shape(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
}

fn nanos(day: &str, time: &str) -> Result<i64, &'static str> {
    let filled = match shape(day).as_str() {
        "####" => format!("{day}-01-01"),
        "####-##" => format!("{day}-01"),
        "####-##-##" => day.to_owned(),
        _ => return Err("is no date of the form 2026-11-22T09:30:00.125Z"),
    };
    let at: Timestamp =
        format!("{filled}T{time}Z").parse().map_err(|_| "is no real day and time")?;
    let nanos = at.as_nanosecond();
    Ok(i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN + 1 } else { i64::MAX }))
}

/// Whether a text is a media type with parameters (RFC 9110 §8.3.1).
pub(super) fn is_media_type(text: &str) -> bool {
    let mut parts = text.split(';');
    let essence = parts.next().unwrap_or_default().trim_ascii();
    let named = essence.split_once('/').is_some_and(|(kind, sub)| is_token(kind) && is_token(sub));
    named
        && parts.all(|parameter| {
            parameter.split_once('=').is_some_and(|(name, value)| {
                is_token(name.trim_ascii())
                    && (is_token(value.trim_ascii()) || is_value(value.trim_ascii()))
            })
        })
}

fn is_value(value: &str) -> bool {
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let bare = !value.is_empty() && !value.contains([' ', '\t', '"']);
    quoted.is_some_and(|inside| !inside.contains('"')) || bare
}

/// A token of RFC 9110 §5.6.2.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// What is wrong with the form of a WARC-IP-Address, if it is an address at all.
pub(super) fn address_form(text: &str) -> Result<Option<String>, ()> {
    let address: IpAddr = text.parse().map_err(|_| ())?;
    let canonical = address.to_string();
    Ok((canonical != text).then_some(canonical))
}

/// A labelled digest, as a record declares it (WARC 1.1 §5.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// One that can be computed again; whether it is in the customary spelling.
    Known(Hash, bool),
    /// Of another algorithm.
    Foreign(String),
    /// No digest.
    Broken,
}

/// The value of a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hash {
    pub(super) algorithm: Algorithm,
    pub(super) value: Vec<u8>,
}

/// What can be computed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    fn named(label: &str) -> Option<Self> {
        match label.to_ascii_lowercase().replace('-', "").as_str() {
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            "sha384" => Some(Self::Sha384),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

impl Hash {
    /// A hash of it, for rows.
    pub(super) fn key(&self) -> u64 {
        super::rows::key(&[self.algorithm.name().as_bytes(), &self.value])
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = match self.algorithm {
            Algorithm::Sha1 => BASE32.encode(&self.value),
            _ => HEXLOWER.encode(&self.value),
        };
        write!(f, "{}:{value}", self.algorithm.name())
    }
}

/// Reads a labelled digest, in hexadecimal or Base32.
pub(super) fn digest(text: &str) -> Said {
    let Some((label, value)) = text.split_once(':') else { return Said::Broken };
    let Some(algorithm) = Algorithm::named(label.trim_ascii()) else {
        let plain = is_token(label) && !value.is_empty();
        return if plain { Said::Foreign(label.to_owned()) } else { Said::Broken };
    };
    let value = value.trim_ascii();
    let decoded = if value.len() == algorithm.length() * 2 {
        HEXLOWER.decode(value.to_ascii_lowercase().as_bytes()).ok()
    } else {
        let text = value.trim_end_matches('=').to_ascii_uppercase();
        data_encoding::BASE32_NOPAD.decode(text.as_bytes()).ok()
    };
    match decoded.filter(|bytes| bytes.len() == algorithm.length()) {
        None => Said::Broken,
        Some(bytes) => {
            let hash = Hash { algorithm, value: bytes };
            let customary = hash.to_string() == text;
            Said::Known(hash, customary)
        }
    }
}

/// A digest that is fed while bytes flow.
#[derive(Clone)]
pub(super) enum Hasher {
    None,
    Sha1(RunningDigest),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hasher {
    /// The one that can check what was said.
    pub(super) fn of(said: Option<&Said>) -> Self {
        match said {
            Some(Said::Known(hash, _)) => match hash.algorithm {
                Algorithm::Sha1 => Self::Sha1(RunningDigest::default()),
                Algorithm::Sha256 => Self::Sha256(Sha256::default()),
                Algorithm::Sha384 => Self::Sha384(Sha384::default()),
                Algorithm::Sha512 => Self::Sha512(Sha512::default()),
            },
            _ => Self::None,
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::None => {}
            Self::Sha1(state) => state.update(bytes),
            Self::Sha256(state) => state.update(bytes),
            Self::Sha384(state) => state.update(bytes),
            Self::Sha512(state) => state.update(bytes),
        }
    }

    pub(super) fn finish(self) -> Option<Hash> {
        let (algorithm, value) = match self {
            Self::None => return None,
            Self::Sha1(state) => (Algorithm::Sha1, state.finish().bytes().to_vec()),
            Self::Sha256(state) => (Algorithm::Sha256, state.finalize().to_vec()),
            Self::Sha384(state) => (Algorithm::Sha384, state.finalize().to_vec()),
            Self::Sha512(state) => (Algorithm::Sha512, state.finalize().to_vec()),
        };
        Some(Hash { algorithm, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_the_standard_and_others() {
        let fraction = |text: &str| date(text).map(|date| date.fraction);
        assert_eq!(fraction("2026-11-22T09:30:00.125Z"), Ok(Some(3)));
        assert_eq!(fraction("2026-11-22T09:30:00Z"), Ok(Some(0)));
        assert_eq!(fraction("2026-11-22T09:30Z"), Ok(None));
        assert_eq!(fraction("2026"), Ok(None));
        assert_eq!(fraction("2026-11"), Ok(None));
        assert!(date("2026-11-22T09:30:59.123456789Z").is_ok());
        for bad in [
            "",
            "2026-11-22T09:30:00.1234567890Z",
            "2026-11-22T09:30:00.Z",
            "2026-11-22T09:30:00+01:00",
            "2026-11-22T09:30:00",
            "2026-11-22 09:30:00Z",
            "2026-02-30T00:00:00Z",
            "2026-11-22T25:00:00Z",
            "20261122093000",
            "2026-11-22T09:30:00.12aZ",
            "Sun, 22 Nov 2026 09:30:00 GMT",
        ] {
            assert!(date(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn digests_in_their_spellings() {
        let empty = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ";
        let Said::Known(hash, true) = digest(empty) else { panic!() };
        assert_eq!(hash.to_string(), empty);
        assert_eq!(digest(&empty.to_lowercase()), Said::Known(hash.clone(), false));
        let hex = "sha-1:da39a3ee5e6b4b0d3255bfef95601890afd80709";
        assert_eq!(digest(hex), Said::Known(hash.clone(), false));
        let mut running = Hasher::of(Some(&digest(empty)));
        running.update(b"");
        assert_eq!(running.finish(), Some(hash));
        assert_eq!(digest("md5:abc"), Said::Foreign("md5".into()));
        for bad in ["", "sha1", "sha1:", "sha1:abc", "sha256:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"] {
            assert_eq!(digest(bad), Said::Broken, "{bad}");
        }
    }

    #[test]
    fn uris_ids_and_media_types() {
        for good in ["https://a.example/%D8%AE?q=[1]", "dns:a.example", "urn:x:y"] {
            assert!(is_uri(good), "{good}");
        }
        for bad in ["", "/a", "https:", "https://a b", "https://a/é", "https://a/%zz", "1a:b"] {
            assert!(!is_uri(bad), "{bad}");
        }
        let form = |uuid: &str| id_form(&format!("<urn:uuid:{uuid}>"));
        assert_eq!(form("00000000-0000-4000-8000-000000000001"), IdForm::Canonical);
        assert_eq!(form("019A1B2C-0000-7000-8000-000000000001"), IdForm::Uuid);
        assert_eq!(form("00000000-0000-0000-0000-000000000000"), IdForm::Uuid);
        assert_eq!(form("null"), IdForm::Other);
        for good in
            ["application/http; msgtype=response", "a/b;c=\"d e\"", "text/html;charset=utf-8"]
        {
            assert!(is_media_type(good), "{good}");
        }
        for bad in ["", "text", "text/", "a b/c", "text/html; charset", "a/b;c=\"d"] {
            assert!(!is_media_type(bad), "{bad}");
        }
    }
}
