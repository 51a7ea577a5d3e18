//! The rules of a record's header: what must stand there, what may not, and in which form.
//!
//! Everything here is said of one record alone (WARC 1.1 §4, §5). What its fields say of other
//! records is [`super::links`]'s, what they say of its bytes [`super::content`]'s.

use std::collections::HashSet;

use super::finding::{Docket, quoted, rules};
use super::subject::{Kind, Subject};
use super::values::{self, IdForm, Said};
use crate::moment::Moment;
use crate::record::strict::{Flaw, Raw};

rules! {
    VERSION: Shall "record.version" "WARC 1.1 §4" "write WARC/1.1"
    OLD: Bar "record.version-old" "bar 7" "write WARC/1.1"
    LINE_END: Shall "field.line-end" "WARC 1.1 §4" "end every header line with CR LF"
    CONTROL: Shall "field.control" "WARC 1.1 §4" "escape the value before it goes into a field"
    SYNTAX: Shall "field.syntax" "WARC 1.1 §4" "write `Name: value`"
    UTF8: Shall "field.utf-8" "WARC 1.1 §4" "write the value in UTF-8, a URI in ASCII"
    FOLDED: Odd "field.folded" "bar 10" "write the value on one line"
    REPEATED: Shall "field.repeated" "WARC 1.1 §5.1" "write it once; readers take either value"
    SPELLING: Odd "field.spelling" "WARC 1.1 §5" "write the name as the standard does"
    LENGTH: Shall "record.length" "WARC 1.1 §5.3" "write one Content-Length in digits"
    MISSING: Shall "field.missing" "WARC 1.1 §5" "every record needs it"
    FORBIDDEN: Shall "field.forbidden" "WARC 1.1 §5" "leave it out of records of this type"
    TYPE: Should "record.type" "WARC 1.1 §5.5" "use one of the eight types of the standard"
    ID: Shall "id.form" "WARC 1.1 §5.2" "write `<URI>`"
    UUID: Bar "id.uuid" "bar 8" "write `<urn:uuid:…>` with a UUID of RFC 9562 in lower case"
    UUID_CASE: Odd "id.uuid-form" "bar 8" "write UUIDs of RFC 9562 in lower case"
    DATE: Shall "date.form" "WARC 1.1 §5.4" "write UTC as 2026-11-22T09:30:00.125Z"
    DATE_OLD: Shall "date.fraction" "WARC 1.0 §5.4" "fractions of a second need WARC/1.1"
    PRECISION: Bar "date.precision" "bar 9" "write at least milliseconds"
    FUTURE: Bar "date.future" "bar 9" "set the clock of the machine that crawls"
    URI: Shall "uri.form" "WARC 1.1 §5.14" "escape what RFC 3986 does not know"
    BRACKETS: Shall "uri.brackets" "WARC 1.1 §5.14" "write the URI without angle brackets"
    BRACKETS_OLD: Odd "uri.brackets-old" "WARC 1.0 §5.12" "write the URI without angle brackets"
    FRAGMENT: Bar "uri.fragment" "bar 11" "leave the fragment out: it was never sent"
    NO_TYPE: Bar "content-type.missing" "WARC 1.1 §5.6" "say what the block is"
    MEDIA: Shall "content-type.form" "WARC 1.1 §5.6" "write a media type of RFC 9110"
    HTTP_TYPE: Shall "content-type.http" "WARC 1.1 §6.3" "write `application/http; msgtype=…` as the record's type asks"
    MSGTYPE: Bar "content-type.msgtype" "bar 14" "add `msgtype=request` or `msgtype=response`"
    FIELDS_TYPE: Bar "content-type.fields" "bar 6" "write `application/warc-fields`"
    IP: Shall "ip.form" "WARC 1.1 §5.10" "write the address the exchange was made with"
    IP_FORM: Bar "ip.canonical" "bar 13" "write IPv6 as RFC 5952 does"
    NO_IP: Bar "ip.missing" "bar 13" "write the address of the peer; only behind a proxy there is none"
    TRUNCATED: Bar "truncated.reason" "WARC 1.1 §5.15" "say length, time, disconnect or unspecified"
    IDENTIFIED: Shall "identified.form" "WARC 1.1 §5.19" "write a media type"
    PROTOCOL: Bar "protocol.list" "bar 18" "write one field a value"
    SEGMENT: Shall "segment.field" "WARC 1.1 §5.20" "number segments from 1 and name the first"
    DIGEST: Shall "digest.form" "WARC 1.1 §5.8" "write `algorithm:value`"
    ALGORITHM: Odd "digest.algorithm" "WARC 1.1 §5.8" "check it with a tool that knows the algorithm"
    SPELLED: Odd "digest.spelling" "bar 12" "write sha1 in upper-case Base32, others in lower-case hexadecimal: indexes compare the text"
    NO_BLOCK_DIGEST: Bar "digest.block-missing" "bar 12" "write WARC-Block-Digest in every record"
    NO_WARCINFO: Bar "warcinfo.unnamed" "bar 5" "name the file's warcinfo in WARC-Warcinfo-ID"
    METADATA_LOOSE: Bar "metadata.loose" "bar 24" "tie it to its capture by WARC-Concurrent-To"
}

/// Fields the standard knows, in its spelling, with the types they may stand in; `ANY` is all.
const FIELDS: &[(&str, &[Kind])] = &[
    ("WARC-Type", ANY),
    ("WARC-Record-ID", ANY),
    ("WARC-Date", ANY),
    ("Content-Length", ANY),
    ("Content-Type", ANY),
    ("WARC-Block-Digest", ANY),
    ("WARC-Truncated", ANY),
    ("WARC-Segment-Number", ANY),
    ("WARC-Protocol", ANY),
    ("WARC-Cipher-Suite", ANY),
    ("WARC-Concurrent-To", NOT_DERIVED),
    ("WARC-IP-Address", NOT_DERIVED),
    ("WARC-Payload-Digest", PAYLOAD),
    ("WARC-Identified-Payload-Type", PAYLOAD),
    ("WARC-Refers-To", &[Kind::Metadata, Kind::Revisit, Kind::Conversion]),
    ("WARC-Refers-To-Target-URI", &[Kind::Revisit]),
    ("WARC-Refers-To-Date", &[Kind::Revisit]),
    ("WARC-Refers-To-Container", ANY),
    ("WARC-Profile", &[Kind::Revisit]),
    ("WARC-Target-URI", NOT_WARCINFO),
    ("WARC-Warcinfo-ID", NOT_WARCINFO),
    ("WARC-Filename", &[Kind::Warcinfo]),
    ("WARC-Segment-Origin-ID", &[Kind::Continuation]),
    ("WARC-Segment-Total-Length", &[Kind::Continuation]),
];

const ANY: &[Kind] = &[];
const NOT_WARCINFO: &[Kind] = &[
    Kind::Response,
    Kind::Resource,
    Kind::Request,
    Kind::Metadata,
    Kind::Revisit,
    Kind::Conversion,
    Kind::Continuation,
];
const NOT_DERIVED: &[Kind] =
    &[Kind::Response, Kind::Resource, Kind::Request, Kind::Metadata, Kind::Revisit];
const PAYLOAD: &[Kind] = &[
    Kind::Response,
    Kind::Resource,
    Kind::Request,
    Kind::Revisit,
    Kind::Conversion,
    Kind::Continuation,
];

/// Fields that may stand there more than once (§5.7; the others by their proposals).
const REPEATABLE: &[&str] = &["WARC-Concurrent-To", "WARC-Protocol", "WARC-Cipher-Suite"];

/// Fields that hold an id.
const IDS: &[&str] = &[
    "WARC-Record-ID",
    "WARC-Concurrent-To",
    "WARC-Refers-To",
    "WARC-Warcinfo-ID",
    "WARC-Segment-Origin-ID",
];

/// A machine's clock may be ahead of this one's by so much.
const AHEAD: std::time::Duration = std::time::Duration::from_hours(24);

/// Asks every rule of the header.
pub(super) fn judge(subject: &Subject<'_>, raw: &Raw, docket: &mut Docket<'_>) {
    lines(subject, raw, docket);
    names(subject, docket);
    kind(subject, docket);
    ids(subject, docket);
    for field in ["WARC-Date", "WARC-Refers-To-Date"] {
        date(subject, field, docket);
    }
    target(subject, docket);
    content_type(subject, docket);
    address(subject, docket);
    digests(subject, docket);
    rest(subject, docket);
}

fn lines(subject: &Subject<'_>, raw: &Raw, docket: &mut Docket<'_>) {
    let place = &subject.place;
    match raw.version.as_str() {
        "WARC/1.1" => {}
        "WARC/1.0" => docket.find(place, &OLD, || "version WARC/1.0".to_owned()),
        other => docket.find(place, &VERSION, || format!("version {}", quoted(other))),
    }
    for flaw in &raw.flaws {
        match flaw {
            Flaw::LineEnd => {
                docket.find(place, &LINE_END, || "a header line ends in LF alone".to_owned());
            }
            Flaw::Control(name) => {
                docket.find(place, &CONTROL, || format!("control character in {}", quoted(name)));
            }
            Flaw::NoField(line) => {
                docket.find(place, &SYNTAX, || format!("{} is no field", quoted(line)));
            }
            Flaw::NotUtf8(name) => {
                docket.find(place, &UTF8, || format!("{} is not UTF-8", quoted(name)));
            }
            Flaw::Folded => docket.find(place, &FOLDED, || "a folded line".to_owned()),
            Flaw::Length(why) => docket.find(place, &LENGTH, || (*why).to_owned()),
            // The others are flaws of the container.
            _ => {}
        }
    }
}

fn names(subject: &Subject<'_>, docket: &mut Docket<'_>) {
    let mut met = HashSet::new();
    for (name, _) in subject.header.iter() {
        let known = FIELDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let lower = name.to_ascii_lowercase();
        let repeatable = REPEATABLE.iter().any(|field| field.eq_ignore_ascii_case(name));
        // What an extension field may do is not ours to say.
        if !met.insert(lower) && known.is_some() && !repeatable {
            let place = &subject.place;
            docket.find(place, &REPEATED, || format!("{} stands there twice", quoted(name)));
        }
        let Some((customary, types)) = known else { continue };
        if *customary != name {
            let place = &subject.place;
            docket.find(place, &SPELLING, || format!("{} for {customary}", quoted(name)));
        }
        let judged = !types.is_empty() && subject.kind != Kind::Other;
        if judged && !types.contains(&subject.kind) {
            docket.find(&subject.place, &FORBIDDEN, || {
                format!("{customary} on a {} record", subject.kind.name())
            });
        }
    }
}

fn kind(subject: &Subject<'_>, docket: &mut Docket<'_>) {
    let place = &subject.place;
    let mut needed = vec!["WARC-Type", "WARC-Record-ID", "WARC-Date"];
    if subject.kind == Kind::Revisit {
        needed.push("WARC-Profile");
    }
    let about = [Kind::Warcinfo, Kind::Metadata, Kind::Other];
    if !about.contains(&subject.kind) {
        needed.push("WARC-Target-URI");
    }
    if subject.kind == Kind::Continuation {
        needed.extend(["WARC-Segment-Origin-ID", "WARC-Segment-Number"]);
    }
    for name in needed {
        if subject.header.get(name).is_none() {
            docket.find(place, &MISSING, || format!("{name} is missing"));
        }
    }
    if let Some(name) = subject.header.get("WARC-Type")
        && subject.kind == Kind::Other
    {
        docket.find(place, &TYPE, || format!("type {}", quoted(name)));
    }
}

fn ids(subject: &Subject<'_>, docket: &mut Docket<'_>) {
    let place = &subject.place;
    for field in IDS {
        for value in subject.header.all(field) {
            if values::bracketed(value).is_none() {
                docket.find(place, &ID, || format!("{field} is {}", quoted(value)));
            } else if *field == "WARC-Record-ID" {
                match values::id_form(value) {
                    IdForm::Canonical => {}
                    IdForm::Uuid => docket.find(place, &UUID_CASE, || value.to_owned()),
                    IdForm::Other => docket.find(place, &UUID, || quoted(value)),
                }
            }
        }
    }
    if subject.kind != Kind::Warcinfo && subject.header.get("WARC-Warcinfo-ID").is_none() {
        docket.find(place, &NO_WARCINFO, || "WARC-Warcinfo-ID is missing".to_owned());
    }
}

fn date(subject: &Subject<'_>, field: &str, docket: &mut Docket<'_>) {
    let Some(text) = subject.header.get(field) else { return };
    let place = &subject.place;
    let date = match values::date(text) {
        Ok(date) => date,
        Err(why) => return docket.find(place, &DATE, || format!("{field} {} {why}", quoted(text))),
    };
    if subject.old && date.fraction.is_none_or(|digits| digits > 0) {
        docket.find(place, &DATE_OLD, || format!("{field} {text} in a WARC/1.0 record"));
    } else if !subject.old && date.fraction.is_none_or(|digits| digits < 3) {
        docket.find(place, &PRECISION, || format!("{field} {text}"));
    }
    if Moment::from_millis(date.nanos / 1_000_000) > docket.now.plus(AHEAD) {
        docket.find(place, &FUTURE, || format!("{field} {text} lies in the future"));
    }
}

fn target(subject: &Subject<'_>, docket: &mut Docket<'_>) {
    let place = &subject.place;
    let Some(written) = subject.header.get("WARC-Target-URI") else { return };
    let uri = subject.uri.unwrap_or_default();
    if written != uri {
        let rule = if subject.old { &BRACKETS_OLD } else { &BRACKETS };
        docket.find(place, rule, || format!("WARC-Target-URI is {}", quoted(written)));
    }
    if !values::is_uri(uri) {
        docket.find(place, &URI, || format!("WARC-Target-URI is {}", quoted(uri)));
    } else if subject.http && subject.is_exchange() && uri.contains('#') {
        docket.find(place, &FRAGMENT, || format!("WARC-Target-URI is {}", quoted(uri)));
    }
}

fn content_type(subject: &Subject<'_>, docket: &mut Docket<'_>) {
    let place = &subject.place;
    let media = subject.content_type();
    match subject.header.get("Content-Type") {
        None if subject.length > 0 && subject.kind != Kind::Continuation => {
            docket.find(place, &NO_TYPE, || "a block without Content-Type".to_owned());
        }
        Some(written) if !values::is_media_type(written) => {
            docket.find(place, &MEDIA, || format!("Content-Type is {}", quoted(written)));
        }
        _ => {}
    }
    let is_http = media.starts_with("application/http");
    let written = || format!("Content-Type of a {} is {}", subject.kind.name(), quoted(&media));
    let message = matches!(subject.kind, Kind::Response | Kind::Request);
    if subject.http && message && !subject.is_segment() {
        let wanted = format!("application/http;msgtype={}", subject.kind.name());
        if !is_http || (media.contains("msgtype=") && media != wanted) {
            docket.find(place, &HTTP_TYPE, written);
        } else if media != wanted {
            docket.find(place, &MSGTYPE, written);
        }
    } else if subject.http && subject.kind == Kind::Revisit && subject.length > 0 && !is_http {
        docket.find(place, &MSGTYPE, written);
    } else if subject.kind == Kind::Warcinfo && media != "application/warc-fields" {
        docket.find(place, &FIELDS_TYPE, written);
    }
}

fn address(subject: &Subject<'_>, docket: &mut Docket<'_>) {
    let place = &subject.place;
    match subject.header.get("WARC-IP-Address") {
        Some(text) => match values::address_form(text) {
            Err(()) => docket.find(place, &IP, || format!("WARC-IP-Address is {}", quoted(text))),
            Ok(Some(canonical)) => {
                docket.find(place, &IP_FORM, || format!("{text} for {canonical}"));
            }
            Ok(None) => {}
        },
        None if subject.http && subject.is_exchange() => {
            docket.find(place, &NO_IP, || "WARC-IP-Address is missing".to_owned());
        }
        None => {}
    }
}

fn digests(subject: &Subject<'_>, docket: &mut Docket<'_>) {
    let place = &subject.place;
    for field in ["WARC-Block-Digest", "WARC-Payload-Digest"] {
        let Some(text) = subject.header.get(field) else { continue };
        match values::digest(text) {
            Said::Broken => docket.find(place, &DIGEST, || format!("{field} is {}", quoted(text))),
            Said::Foreign(label) => {
                docket.find(place, &ALGORITHM, || {
                    format!("{field} of {} was not computed again", quoted(&label))
                });
            }
            Said::Known(_, false) => docket.find(place, &SPELLED, || format!("{field} is {text}")),
            Said::Known(_, true) => {}
        }
    }
    if subject.header.get("WARC-Block-Digest").is_none() {
        docket.find(place, &NO_BLOCK_DIGEST, || "WARC-Block-Digest is missing".to_owned());
    }
}

fn rest(subject: &Subject<'_>, docket: &mut Docket<'_>) {
    let place = &subject.place;
    let header = subject.header;
    if let Some(why) = header.get("WARC-Truncated")
        && !matches!(why, "length" | "time" | "disconnect" | "unspecified")
    {
        docket.find(place, &TRUNCATED, || format!("WARC-Truncated is {}", quoted(why)));
    }
    if let Some(media) = header.get("WARC-Identified-Payload-Type")
        && !values::is_media_type(media)
    {
        docket.find(place, &IDENTIFIED, || quoted(media));
    }
    if let Some(list) = header.all("WARC-Protocol").find(|value| value.contains(',')) {
        docket.find(place, &PROTOCOL, || format!("WARC-Protocol is {}", quoted(list)));
    }
    for field in ["WARC-Segment-Number", "WARC-Segment-Total-Length"] {
        let number = header.get(field).map(str::parse::<u64>);
        let least = u64::from(field == "WARC-Segment-Number");
        if number.is_some_and(|number| number.is_err() || number.is_ok_and(|n| n < least)) {
            docket.find(place, &SEGMENT, || format!("{field} is no number it may be"));
        }
    }
    let tied = header.get("WARC-Concurrent-To").or_else(|| header.get("WARC-Refers-To"));
    if subject.kind == Kind::Metadata && subject.http && tied.is_none() {
        docket.find(place, &METADATA_LOOSE, || "metadata of no record".to_owned());
    }
}
