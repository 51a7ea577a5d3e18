//! The record a rule is asked about: its place, its type and the few fields every rule wants.

use super::finding::Place;
use crate::record::Header;

/// The record types of WARC 1.1 §6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Warcinfo,
    Response,
    Resource,
    Request,
    Metadata,
    Revisit,
    Conversion,
    Continuation,
    Other,
}

impl Kind {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "warcinfo" => Self::Warcinfo,
            "response" => Self::Response,
            "resource" => Self::Resource,
            "request" => Self::Request,
            "metadata" => Self::Metadata,
            "revisit" => Self::Revisit,
            "conversion" => Self::Conversion,
            "continuation" => Self::Continuation,
            _ => Self::Other,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Warcinfo => "warcinfo",
            Self::Response => "response",
            Self::Resource => "resource",
            Self::Request => "request",
            Self::Metadata => "metadata",
            Self::Revisit => "revisit",
            Self::Conversion => "conversion",
            Self::Continuation => "continuation",
            Self::Other => "record",
        }
    }
}

/// A record, as rules see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) place: Place<'a>,
    pub(super) kind: Kind,
    pub(super) header: &'a Header,
    /// Whether it is of WARC 1.0.
    pub(super) old: bool,
    /// WARC-Target-URI without angle brackets.
    pub(super) uri: Option<&'a str>,
    /// Whether that is of http or https.
    pub(super) http: bool,
    /// The declared length of its block.
    pub(super) length: u64,
}

impl<'a> Subject<'a> {
    pub(super) fn of(header: &'a Header, version: &str, length: u64, place: Place<'a>) -> Self {
        let uri = header.get("WARC-Target-URI").map(bare);
        Self {
            place,
            kind: Kind::of(header.get("WARC-Type").unwrap_or_default()),
            header,
            old: version == "WARC/1.0",
            uri,
            http: uri.is_some_and(is_http),
            length,
        }
    }

    /// Content-Type in lower case, without white space.
    pub(super) fn content_type(&self) -> String {
        let value = self.header.get("Content-Type").unwrap_or_default();
        value.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect()
    }

    /// Whether it is one segment of several.
    pub(super) fn is_segment(&self) -> bool {
        self.kind == Kind::Continuation || self.header.get("WARC-Segment-Number").is_some()
    }

    /// Whether it is of the types that hold one side of an exchange.
    pub(super) const fn is_exchange(&self) -> bool {
        matches!(self.kind, Kind::Response | Kind::Request | Kind::Revisit)
    }

    /// Whether its block is to be read as an HTTP message.
    pub(super) fn holds_http(&self) -> bool {
        let media = self.content_type();
        self.http
            && self.is_exchange()
            && !self.is_segment()
            && self.length > 0
            && (media.is_empty() || media.starts_with("application/http"))
    }
}

/// A URI without the angle brackets that writers of WARC 1.0 put round it.
pub(super) fn bare(uri: &str) -> &str {
    uri.strip_prefix('<').and_then(|uri| uri.strip_suffix('>')).unwrap_or(uri)
}

pub(super) fn is_http(uri: &str) -> bool {
    let scheme = uri.split(':').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}
