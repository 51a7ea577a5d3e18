//! The rules of revisits: a record that stands for a payload stored elsewhere (WARC 1.1 §6.7).
//!
//! A revisit that does not lead to a stored payload is a hole in the archive, so everything it
//! says of its original is held against the original: by id, and by target and date, which is
//! what replay tools go by.

use super::content::Content;
use super::finding::{Docket, Place, quoted, rules};
use super::rows::{NO_DATE, Row, Rows, SECOND, flag, key};
use super::subject::{Kind, Subject, bare};
use super::values;
use crate::digest::Digest;
use crate::record::exchange::{IDENTICAL_PAYLOAD, NOT_MODIFIED};

rules! {
    UNKNOWN: Odd "revisit.profile" "WARC 1.1 §6.7" "use a profile that readers know"
    OLD: Bar "revisit.profile-old" "bar 25" "use the URI of WARC 1.1"
    NO_DIGEST: Shall "revisit.no-digest" "WARC 1.1 §6.7.2" "write the payload digest of the original"
    UNNAMED: Bar "revisit.unnamed" "bar 25" "write WARC-Refers-To, WARC-Refers-To-Target-URI and WARC-Refers-To-Date: replay goes by them"
    KIND: Shall "revisit.kind" "WARC 1.1 §6.7" "refer to the response that holds the payload, never to a revisit"
    DISAGREE: Shall "revisit.disagree" "WARC 1.1 §5.11" "name one record by id and by target and date"
    FORWARD: Bar "revisit.forward" "bar 25" "refer to a record that was written before"
    LATER: Shall "revisit.later" "WARC 1.1 §6.7" "refer to an earlier capture"
    DIGEST: Shall "revisit.digest" "WARC 1.1 §6.7.2" "refer to a record with the same payload"
    OTHER_URI: Shall "revisit.other-uri" "WARC 1.1 §6.7.3" "a 304 speaks of its own URI only"
    STATUS: Shall "revisit.status" "WARC 1.1 §6.7.3" "use this profile for answers of 304 only"
    EMPTY: Shall "revisit.empty-digest" "bar 26" "write the digest of the original's payload"
    KEEPS: Bar "revisit.payload" "bar 25" "leave the payload out, or write a response"
    UNMARKED: Shall "revisit.truncated" "WARC 1.1 §6.7.2" "write `WARC-Truncated: length`"
    NO_HEAD: Bar "revisit.no-head" "bar 25" "keep the head of the response"
}

/// The original lies outside the given files.
pub(super) const OUTSIDE: super::finding::Rule = super::finding::Rule {
    code: "revisit.outside",
    cites: "WARC 1.1 §6.7",
    weight: super::finding::Weight::Outside,
    remedy: "this set depends on it: give the file that holds the original too, and keep both together",
};

/// The same in a crawl folder that other archives' captures were imported into.
pub(super) const ELSEWHERE: super::finding::Rule = super::finding::Rule {
    weight: super::finding::Weight::Odd,
    remedy: "a known dependency of this folder (`warraq dedup import`): keep it with the archive that holds the original",
    ..OUTSIDE
};

/// The profiles of WARC 1.0 and 1.1, and whether they mean a 304.
const PROFILES: &[(&str, bool)] = &[
    (IDENTICAL_PAYLOAD, false),
    (NOT_MODIFIED, true),
    ("http://netpreserve.org/warc/1.0/revisit/identical-payload-digest", false),
    ("http://netpreserve.org/warc/1.0/revisit/server-not-modified", true),
    ("http://netpreserve.org/warc/1.0/server-not-modified", true),
    ("http://netpreserve.org/warc/1.1/server-not-modified", true),
];

/// What a revisit says of its original.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    /// Hash of WARC-Refers-To; zero without.
    id: u64,
    /// Hash of WARC-Refers-To-Target-URI.
    uri: u64,
    /// WARC-Refers-To-Date.
    date: i64,
    /// The date is a whole second, as an index tells it, whatever the original's own is.
    whole: bool,
}

impl Claim {
    /// Whether it names its original by URI and second.
    pub(super) const fn is_by_second(self) -> bool {
        self.whole && self.uri != 0
    }

    /// The record with the claimed target and date.
    fn named(self, rows: &Rows, row: &Row, by_id: Option<u32>) -> Option<u32> {
        let exact = rows.capture(self.uri, self.date);
        if exact.is_some() || !self.is_by_second() {
            return exact;
        }
        let agrees = |id: &u32| rows.get(*id).is_some_and(|id| id.is_within(self.uri, self.date));
        by_id.filter(agrees).or_else(|| rows.within(self.uri, self.date, row.payload))
    }
}

/// Whether a revisit stands for an answer of 304.
pub(super) fn is_not_modified(subject: &Subject<'_>) -> bool {
    let profile = bare(subject.header.get("WARC-Profile").unwrap_or_default());
    PROFILES.iter().any(|(known, unmodified)| *known == profile && *unmodified)
}

/// Judges what a revisit says by itself; its claim is still to be settled.
pub(super) fn judge(subject: &Subject<'_>, docket: &mut Docket<'_>) -> Claim {
    let place = &subject.place;
    let field = |name| subject.header.get(name);
    let profile = bare(field("WARC-Profile").unwrap_or_default());
    let known = PROFILES.iter().find(|(known, _)| *known == profile);
    match known {
        None if profile.is_empty() => {}
        None => docket.find(place, &UNKNOWN, || format!("profile {}", quoted(profile))),
        Some(_) if matches!(profile, IDENTICAL_PAYLOAD | NOT_MODIFIED) => {}
        Some(_) if subject.old && profile.contains("/1.0/revisit/") => {}
        Some(_) => docket.find(place, &OLD, || format!("profile {profile}")),
    }
    let digest = field("WARC-Payload-Digest");
    if known.is_some_and(|(_, unmodified)| !unmodified) && digest.is_none() {
        docket.find(place, &NO_DIGEST, || "WARC-Payload-Digest is missing".to_owned());
    }
    let hash = |text: &str| key(&[text.as_bytes()]);
    let date = field("WARC-Refers-To-Date").and_then(|text| values::date(text).ok());
    // Some writers put a fraction of nothing behind what an index tells.
    let whole = date.is_some_and(|date| date.fraction.is_some() && date.nanos % SECOND == 0);
    for name in ["WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"] {
        // What is known from an index has whole seconds and no id.
        let untold = whole && name == "WARC-Refers-To";
        if field(name).is_none() && !untold {
            docket.find(place, &UNNAMED, || format!("{name} is missing"));
        }
    }
    Claim {
        id: field("WARC-Refers-To").map_or(0, hash),
        uri: field("WARC-Refers-To-Target-URI").map_or(0, |uri| hash(bare(uri))),
        date: date.map_or(NO_DATE, |date| date.nanos),
        whole,
    }
}

/// Judges the block of a revisit.
pub(super) fn block(subject: &Subject<'_>, content: &Content, docket: &mut Docket<'_>) {
    let place = &subject.place;
    let body = content.message.as_ref().map_or(0, |message| message.body.length);
    let status = content.message.as_ref().and_then(|message| message.head.status());
    if is_not_modified(subject) {
        if let Some(status) = status.filter(|status| *status != 304) {
            docket.find(place, &STATUS, || format!("the status is {status}"));
        }
        return;
    }
    if body > 0 {
        docket.find(place, &KEEPS, || format!("{body} bytes of payload are kept"));
    } else if content.length > 0 && subject.header.get("WARC-Truncated") != Some("length") {
        docket.find(place, &UNMARKED, || "the payload is left out, unmarked".to_owned());
    } else if content.length == 0 {
        docket.find(place, &NO_HEAD, || "the block is empty".to_owned());
    }
}

/// Holds a claim against the record it leads to; false when it must wait for later records.
pub(super) fn settle(
    rows: &Rows,
    place: &Place<'_>,
    from: u32,
    claim: Claim,
    late: bool,
    docket: &mut Docket<'_>,
) -> bool {
    let by_id = rows.with_id(claim.id).filter(|_| claim.id != 0);
    let named = claim.uri != 0 && claim.date != NO_DATE;
    // A revisit never finds itself by its own target and date.
    let Some(row) = rows.get(from) else { return true };
    let by_key = claim.named(rows, row, by_id).filter(|found| named && *found != from);
    let open = (claim.id != 0 && by_id.is_none()) || (named && by_key.is_none());
    if open && !late {
        return false;
    }
    for found in [by_id, by_key].into_iter().flatten() {
        let Some(other) = rows.get(found) else { continue };
        if !matches!(other.kind, Kind::Response | Kind::Resource) {
            let kind = other.kind.name();
            docket.find(place, &KIND, || {
                format!("it refers to a {kind} at {}", rows.whereabouts(found))
            });
            return true;
        }
    }
    if let (Some(id), Some(key)) = (by_id.and_then(|id| rows.get(id)), by_key)
        && (id.uri, id.date) != rows.get(key).map_or((0, 0), |other| (other.uri, other.date))
    {
        docket.find(place, &DISAGREE, || "by id one record, by target and date another".to_owned());
    }
    let original = by_key.or(by_id);
    if let (Some(id), None, true) = (by_id, by_key, named) {
        docket.find(place, &DISAGREE, || {
            format!("its target and date are not those of {}", rows.whereabouts(id))
        });
    }
    let Some((number, other)) = original.and_then(|found| Some((found, rows.get(found)?))) else {
        if row.is(flag::NOT_MODIFIED) && row.is(flag::EMPTY) {
            docket.find(place, &EMPTY, || "the payload digest is that of nothing".to_owned());
        }
        // Without any claim there is nothing to be missed: that is said already.
        return claim.id == 0 && !named;
    };
    against(rows, place, (from, row), (number, other), docket);
    // The record that WARC-Refers-To names may lie outside all the same.
    !(claim.id != 0 && by_id.is_none())
}

fn against(
    rows: &Rows,
    place: &Place<'_>,
    (from, row): (u32, &Row),
    (found, other): (u32, &Row),
    docket: &mut Docket<'_>,
) {
    let whereabouts = || rows.whereabouts(found);
    // Which of two files was written first, the order they were given in does not tell.
    if found > from && row.file == other.file {
        docket.find(place, &FORWARD, || format!("it refers to {}", whereabouts()));
    }
    if other.date != NO_DATE && row.date != NO_DATE && other.date > row.date {
        docket.find(place, &LATER, || format!("{} is of a later date", whereabouts()));
    }
    if row.payload != 0 && other.payload != 0 && row.payload != other.payload {
        docket.find(place, &DIGEST, || format!("the payload of {} is another", whereabouts()));
    }
    if row.is(flag::NOT_MODIFIED) {
        if row.uri != other.uri {
            docket.find(place, &OTHER_URI, || format!("{} is of another URI", whereabouts()));
        }
        if row.is(flag::EMPTY) && !other.is(flag::EMPTY) {
            docket.find(place, &EMPTY, || "the payload digest is that of nothing".to_owned());
        }
    }
}

/// Whether a payload digest is that of nothing.
pub(super) fn is_empty(subject: &Subject<'_>) -> bool {
    let said = subject.header.get("WARC-Payload-Digest").and_then(|text| text.parse().ok());
    said == Some(Digest::empty())
}
