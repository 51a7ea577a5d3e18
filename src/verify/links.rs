//! The rules between records: what one names of another must be there and agree with it.
//!
//! A link to an earlier record is judged where it stands. One to a record that did not come yet
//! waits; at the end of the set it turned out to lead forward, or out of the set. What a set
//! depends on outside itself is named, and is an error only when the set is said to be closed.

use std::path::{Path, PathBuf};

use super::finding::{Docket, Place, quoted, rules};
use super::http::{self, Wanted};
use super::revisit;
use super::rows::{NO_DATE, Row, Rows, flag, key};
use super::subject::{Kind, Subject};

rules! {
    TWICE: Shall "id.twice" "WARC 1.1 §5.2" "give every record an id of its own; a file given twice does this too"
    SELF: Shall "link.self" "WARC 1.1 §5.7" "name the other record of the capture"
    OUTSIDE: Outside "link.outside" "WARC 1.1 §5.7" "give the file that holds that record too"
    FORWARD: Bar "link.forward" "bar 21" "let the later of two records name the earlier"
    DATE: Shall "link.date" "WARC 1.1 §5.4" "give the records of one capture one date"
    URI: Shall "link.uri" "WARC 1.1 §5.7" "give the messages of one capture one target"
    NO_INFO: Outside "link.warcinfo-outside" "WARC 1.1 §5.16" "give the file that holds that warcinfo too"
    NOT_INFO: Shall "link.warcinfo" "WARC 1.1 §5.16" "name a warcinfo record"
    REFERS: Outside "link.refers-outside" "WARC 1.1 §5.11" "give the file that holds that record too"
    CONVERSION: Shall "conversion.target" "WARC 1.1 §6.8" "give a conversion the target of what it was made of"
    CONVERSION_LOOSE: Bar "conversion.loose" "bar 28" "name what it was made of in WARC-Refers-To"
    NO_REQUEST: Bar "exchange.no-request" "bar 21" "store the request that was sent"
    NO_REPLY: Odd "exchange.no-reply" "bar 22" "say in a metadata record why there is none"
    ORIGIN: Outside "segment.outside" "WARC 1.1 §5.21" "give the file that holds the first segment too"
    ORIGIN_URI: Shall "segment.target" "WARC 1.1 §6.9" "give all segments one target"
}

/// A link that leads nowhere yet. `text` is what it names, while there are few.
#[derive(Debug)]
struct Waiting {
    row: u32,
    to: Link,
    text: Option<Box<str>>,
}

#[derive(Clone, Copy, Debug)]
enum Link {
    Concurrent(u64),
    Warcinfo(u64),
    Refers(u64),
    Segment(u64),
    Revisit(revisit::Claim),
}

/// Links that wait keep what they name as long as there are no more of them.
const TEXTS: usize = 4096;

/// The records of a set, and the links between them.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) rows: Rows,
    waiting: Vec<Waiting>,
    leaning: Vec<PathBuf>,
}

impl Links {
    /// Nothing yet. Revisits in the `leaning` folders, as labels have them, may refer to another
    /// archive.
    pub(super) fn with(leaning: Vec<PathBuf>) -> Self {
        Self { leaning, ..Self::default() }
    }

    /// Takes a record in and judges what it says of earlier ones.
    pub(super) fn add(&mut self, subject: &Subject<'_>, row: Row, docket: &mut Docket<'_>) {
        let (number, twin) = self.rows.add(row);
        let place = &subject.place;
        if let Some(twin) = twin {
            docket.find(place, &TWICE, || {
                format!("its id is used at {} already", self.rows.whereabouts(twin))
            });
        }
        for id in subject.header.all("WARC-Concurrent-To") {
            self.follow(place, number, Link::Concurrent(key(&[id.as_bytes()])), id, docket);
        }
        let one = |field| subject.header.get(field).map(|id| (key(&[id.as_bytes()]), id));
        if let Some((to, id)) = one("WARC-Warcinfo-ID") {
            self.follow(place, number, Link::Warcinfo(to), id, docket);
        }
        if let Some((to, id)) = one("WARC-Segment-Origin-ID") {
            self.follow(place, number, Link::Segment(to), id, docket);
        }
        match subject.kind {
            Kind::Revisit => {
                let claim = revisit::judge(subject, docket);
                let uri = subject.header.get("WARC-Refers-To-Target-URI").unwrap_or_default();
                self.follow(place, number, Link::Revisit(claim), uri, docket);
            }
            Kind::Metadata | Kind::Conversion => match one("WARC-Refers-To") {
                Some((to, id)) => self.follow(place, number, Link::Refers(to), id, docket),
                None if subject.kind == Kind::Conversion => {
                    docket.find(place, &CONVERSION_LOOSE, || "no WARC-Refers-To".to_owned());
                }
                None => {}
            },
            _ => {}
        }
    }

    /// Judges a link, or lets it wait.
    fn follow(
        &mut self,
        place: &Place<'_>,
        row: u32,
        to: Link,
        text: &str,
        docket: &mut Docket<'_>,
    ) {
        if !self.settle(place, row, to, false, docket) {
            let few = self.waiting.len() < TEXTS;
            let text = few.then(|| text.chars().take(200).collect::<String>().into_boxed_str());
            self.waiting.push(Waiting { row, to, text });
        }
    }

    /// Judges a link if what it names is known; `late` when all records are.
    fn settle(
        &mut self,
        place: &Place<'_>,
        from: u32,
        to: Link,
        late: bool,
        docket: &mut Docket<'_>,
    ) -> bool {
        let id = match to {
            Link::Revisit(claim) => {
                return revisit::settle(&self.rows, place, from, claim, late, docket);
            }
            Link::Concurrent(id) | Link::Warcinfo(id) | Link::Refers(id) | Link::Segment(id) => id,
        };
        let Some(found) = self.rows.with_id(id) else { return false };
        let (Some(&row), Some(&other)) = (self.rows.get(from), self.rows.get(found)) else {
            return false;
        };
        match to {
            Link::Concurrent(_) if found == from => {
                docket
                    .find(place, &SELF, || "WARC-Concurrent-To names the record itself".to_owned());
            }
            Link::Concurrent(_) => {
                concurrent(place, &row, &other, docket);
                self.rows.join(from, found);
                if late && found > from && row.file == other.file {
                    docket.find(place, &FORWARD, || {
                        format!("WARC-Concurrent-To names {}", self.rows.whereabouts(found))
                    });
                }
            }
            Link::Warcinfo(_) if other.kind != Kind::Warcinfo => {
                docket.find(place, &NOT_INFO, || format!("it is a {}", other.kind.name()));
            }
            Link::Refers(_) if row.kind == Kind::Conversion && row.uri != other.uri => {
                docket.find(place, &CONVERSION, || "its target is another URI".to_owned());
            }
            Link::Segment(_) if row.uri != other.uri => {
                docket.find(place, &ORIGIN_URI, || "its target is another URI".to_owned());
            }
            _ => {}
        }
        true
    }

    /// Judges what waited, and what only the whole set can tell.
    pub(super) fn conclude(&mut self, docket: &mut Docket<'_>) {
        let by_second =
            |waiting: &Waiting| matches!(waiting.to, Link::Revisit(claim) if claim.is_by_second());
        if self.waiting.iter().any(by_second) {
            self.rows.by_second();
        }
        for waiting in std::mem::take(&mut self.waiting) {
            let Some(&row) = self.rows.get(waiting.row) else { continue };
            let at = self.rows.place(&row);
            let (file, profile) = (at.file.to_owned(), at.profile);
            let place =
                Place { file: &file, offset: row.offset, record: Some(row.kind.name()), profile };
            if self.settle(&place, waiting.row, waiting.to, true, docket) {
                continue;
            }
            let named = || waiting.text.as_deref().map_or("a record".to_owned(), quoted);
            let (rule, field) = match waiting.to {
                Link::Concurrent(_) => (&OUTSIDE, "WARC-Concurrent-To"),
                Link::Warcinfo(_) => (&NO_INFO, "WARC-Warcinfo-ID"),
                Link::Refers(_) => (&REFERS, "WARC-Refers-To"),
                Link::Segment(_) => (&ORIGIN, "WARC-Segment-Origin-ID"),
                Link::Revisit(_) if self.leans(&file) => (&revisit::ELSEWHERE, "its original"),
                Link::Revisit(_) => (&revisit::OUTSIDE, "its original"),
            };
            docket.find(&place, rule, || format!("{field} {} is not in this set", named()));
        }
        self.exchanges(docket);
    }

    fn leans(&self, label: &str) -> bool {
        let folder = Path::new(label).parent();
        self.leaning.iter().any(|leaning| folder == Some(leaning))
    }

    /// Requests and replies belong together; some rules of a reply hang on its request.
    fn exchanges(&mut self, docket: &mut Docket<'_>) {
        const REQUEST: u8 = 1;
        const REPLY: u8 = 2;
        const HEAD: u8 = 4;
        const TOLD: u8 = 8;
        let mut events = vec![0_u8; self.rows.all.len()];
        for number in 0..u32::try_from(self.rows.all.len()).unwrap_or(u32::MAX) {
            let Some(&row) = self.rows.get(number) else { break };
            let says = match row.kind {
                Kind::Request if row.is(flag::HEAD) => REQUEST | HEAD,
                Kind::Request => REQUEST,
                Kind::Response | Kind::Revisit => REPLY,
                Kind::Metadata => TOLD,
                _ => 0,
            };
            let event = self.rows.event(number) as usize;
            if let Some(known) = events.get_mut(event) {
                *known |= says;
            }
        }
        for number in 0..events.len() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let event = self.rows.event(number) as usize;
            let says = events.get(event).copied().unwrap_or_default();
            let Some(row) = self.rows.get(number).filter(|row| row.is(flag::HTTP)) else {
                continue;
            };
            let place = self.rows.place(row);
            if matches!(row.kind, Kind::Response | Kind::Revisit) && says & REQUEST == 0 {
                docket.find(&place, &NO_REQUEST, || "no request of this capture".to_owned());
            }
            if row.kind == Kind::Request && says & (REPLY | TOLD) == 0 {
                docket.find(&place, &NO_REPLY, || "a request without reply or reason".to_owned());
            }
            let wanted = match row.flags & (flag::UNLESS_HEAD | flag::IF_HEAD) {
                flag::UNLESS_HEAD => Wanted::Unless,
                flag::IF_HEAD => Wanted::IfHead,
                _ => Wanted::Nothing,
            };
            http::with_request(&place, wanted, says & HEAD != 0, docket);
        }
    }
}

fn concurrent(place: &Place<'_>, row: &Row, other: &Row, docket: &mut Docket<'_>) {
    let dated = row.date != NO_DATE && other.date != NO_DATE;
    if dated && row.date != other.date {
        docket.find(place, &DATE, || {
            format!("the concurrent {} has another date", other.kind.name())
        });
    }
    let message = |row: &Row| matches!(row.kind, Kind::Request | Kind::Response | Kind::Revisit);
    if message(row) && message(other) && row.uri != other.uri {
        docket.find(place, &URI, || {
            format!("the concurrent {} has another target", other.kind.name())
        });
    }
}
