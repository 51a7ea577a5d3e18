//! One WARC file: walked from front to back, each record put before every rule once.
//!
//! The rules of the container are here (WARC 1.1 §4, Annex C, Annex D; items 1 to 5 of the bar);
//! the others are asked in their own files. Whose rules bind is known from the file's first
//! `warcinfo`: what warraq wrote is held to its own bar.

use std::io;
use std::path::Path;

use super::content::{self, Content};
use super::finding::{Docket, Place, Profile, quoted, rules};
use super::http::{self, Wanted};
use super::links::Links;
use super::rows::{NO_DATE, Row, SetFile, flag, key};
use super::subject::{Kind, Subject};
use super::values::{self, Said};
use super::{block, fields, revisit};
use crate::record::name::{self, OPEN};
use crate::record::strict::{Closed, Flaw, Raw, Step, Strict};

rules! {
    EMPTY: Shall "file.empty" "WARC 1.1 §4" "a WARC file has a record; take it from another copy"
    LEFT_OPEN: Bar "file.open" "bar 3" "let the crawl end, or start it again: it seals what was left open"
    NAME: House "file.name" "WARC 1.1 Annex C" "name it PREFIX-TIMESTAMP-SERIAL-HOST.warc.gz"
    COMPRESSION: Shall "file.compression" "WARC 1.1 Annex D" "name compressed files .warc.gz and no others"
    PLAIN: Bar "file.plain" "bar 1" "compress it record by record (`warcio recompress`)"
    LARGE: Odd "file.large" "WARC 1.1 Annex C" "begin a new file at 1 GB"
    NO_INFO: Bar "file.no-warcinfo" "bar 5" "begin each file with a warcinfo"
    GARBAGE: Shall "file.garbage" "WARC 1.1 Annex D" "remove the bytes between the members"
    DAMAGED: Shall "file.damaged" "WARC 1.1 Annex D" "take the file from another copy; what was in the member is lost here"
    CUT: Shall "file.cut" "WARC 1.1 Annex D" "cut the torn record off with --repair, which writes a new file"
    EMPTY_MEMBER: Shall "file.empty-member" "WARC 1.1 Annex D" "remove the member"
    SPLIT: Shall "file.split-record" "WARC 1.1 Annex D" "compress it record by record (`warcio recompress`)"
    SHARED: Should "file.shared-member" "WARC 1.1 Annex D" "compress it record by record (`warcio recompress`): no index can lead into a member"
    NO_VERSION: Shall "record.start" "WARC 1.1 §4" "a record begins with WARC/1.1"
    NO_HEADER_END: Shall "record.header-end" "WARC 1.1 §4" "end the header with an empty line"
    TOO_LONG: Shall "record.header-limit" "WARC 1.1 §4" "no reader takes a header of more than 256 KiB or 1,000 fields"
    SHORT: Shall "record.short" "WARC 1.1 §5.3" "take the record from another copy, or cut a torn tail with --repair"
    TRAILER: Shall "record.trailer" "WARC 1.1 §4" "write the length the block has, and CR LF CR LF behind it"
}

/// Bytes of a file above which it is told that it is large.
const LARGE_FILE: u64 = 1_100_000_000;

/// A file that is to be judged.
pub(super) struct Given {
    /// As it is shown.
    pub(super) label: String,
    /// Its name alone.
    pub(super) name: String,
    /// Its size in bytes.
    pub(super) bytes: u64,
    /// Whose rules bind, if that is not to be found out.
    pub(super) profile: Option<Profile>,
}

/// Judges a file; gives the number of its records. Errors are those of the disk.
pub(super) fn judge(
    given: &Given,
    mut strict: Strict,
    links: &mut Links,
    docket: &mut Docket<'_>,
) -> io::Result<u64> {
    let first = u32::try_from(links.rows.all.len()).unwrap_or(u32::MAX);
    links.rows.files.push(SetFile {
        label: given.label.clone(),
        name: given.name.strip_suffix(OPEN).unwrap_or(&given.name).to_owned(),
        profile: given.profile.unwrap_or(Profile::Spec),
        first,
    });
    let mut walk = Walk {
        given,
        gzip: strict.is_compressed(),
        file: u32::try_from(links.rows.files.len() - 1).unwrap_or(u32::MAX),
        profile: given.profile,
        records: 0,
    };
    while let Some(step) = strict.advance()? {
        match step {
            Step::Flaw(offset, flaw) => walk.flaw(offset, None, &flaw, docket),
            Step::Record(raw) => walk.record(&raw, &mut strict, links, docket)?,
        }
    }
    if walk.records == 0 {
        walk.settle(None, links, docket);
        docket.find(&walk.place(0, None), &EMPTY, || "no record was found in it".to_owned());
    }
    Ok(walk.records)
}

struct Walk<'a> {
    given: &'a Given,
    gzip: bool,
    file: u32,
    /// Whose rules bind, once that is known.
    profile: Option<Profile>,
    records: u64,
}

impl Walk<'_> {
    fn place<'b>(&'b self, offset: u64, record: Option<&'b str>) -> Place<'b> {
        let profile = self.profile.unwrap_or(Profile::Spec);
        Place { file: &self.given.label, offset, record, profile }
    }

    fn record(
        &mut self,
        raw: &Raw,
        strict: &mut Strict,
        links: &mut Links,
        docket: &mut Docket<'_>,
    ) -> io::Result<()> {
        let kind = Kind::of(raw.header.get("WARC-Type").unwrap_or_default());
        let id = raw.header.get("WARC-Record-ID").unwrap_or("without id");
        let named: String = format!("{} {id}", kind.name()).chars().take(120).collect();
        let length = raw.length.unwrap_or(0);
        let unsettled = self.place(raw.offset, Some(&named));
        let subject = Subject::of(&raw.header, &raw.version, length, unsettled);
        let content = content::read(&subject, strict.block())?;
        let closed = strict.close(raw)?;
        if self.records == 0 {
            self.settle(Some((&subject.kind, &content)), links, docket);
        }
        self.records += 1;
        let place = self.place(raw.offset, Some(&named));
        let subject = Subject::of(&raw.header, &raw.version, length, place);
        fields::judge(&subject, raw, docket);
        if self.gzip && raw.before == 1 {
            docket.find(&place, &SHARED, || "several records in one gzip member".to_owned());
        }
        for flaw in &closed.flaws {
            self.flaw(raw.offset, Some(&named), flaw, docket);
        }
        let whole = closed.whole;
        block::judge(&subject, &content, whole, &self.given.name, docket);
        let wanted = if whole {
            http::judge(&subject, content.message.as_ref(), docket)
        } else {
            Wanted::Nothing
        };
        if subject.kind == Kind::Revisit && whole {
            revisit::block(&subject, &content, docket);
        }
        links.add(&subject, self.row(&subject, &content, wanted, raw, &closed), docket);
        Ok(())
    }

    /// Finds out whose rules bind, from the first record, and asks those of the file itself.
    fn settle(
        &mut self,
        first: Option<(&Kind, &Content)>,
        links: &mut Links,
        docket: &mut Docket<'_>,
    ) {
        let text = first.and_then(|(kind, content)| {
            content.text.as_deref().filter(|_| *kind == Kind::Warcinfo)
        });
        let profile = self.profile.unwrap_or(match text {
            Some(text) if is_ours(text) => Profile::Bar,
            _ => Profile::Spec,
        });
        self.profile = Some(profile);
        if let Some(file) = links.rows.files.last_mut() {
            file.profile = profile;
        }
        let (name, place) = (self.given.name.as_str(), self.place(0, None));
        let own = name.strip_suffix(OPEN).unwrap_or(name);
        if own != name {
            docket.find(&place, &LEFT_OPEN, || format!("its name still ends in {OPEN}"));
        }
        let says_members = Path::new(own)
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("gz") || end.eq_ignore_ascii_case("zst"));
        if self.given.bytes > 0 && name::is_warc(own) && says_members != self.gzip {
            let is = if self.gzip { "is" } else { "is not" };
            docket.find(&place, &COMPRESSION, || format!("it {is} compressed"));
        }
        if self.given.bytes > 0 && !self.gzip {
            docket.find(&place, &PLAIN, || "it is not compressed".to_owned());
        }
        if name::serial_of(own).is_none() {
            docket.find(&place, &NAME, || format!("its name is {}", quoted(name)));
        }
        if self.given.bytes > LARGE_FILE {
            docket.find(&place, &LARGE, || format!("{} bytes", self.given.bytes));
        }
        if first.is_some_and(|(kind, _)| *kind != Kind::Warcinfo) {
            docket.find(&place, &NO_INFO, || "its first record is no warcinfo".to_owned());
        }
    }

    fn flaw(&self, offset: u64, record: Option<&str>, flaw: &Flaw, docket: &mut Docket<'_>) {
        let (rule, what) = match flaw {
            Flaw::Garbage(length) => (&GARBAGE, format!("{length} bytes that are no gzip member")),
            Flaw::Damaged(why) => (&DAMAGED, format!("the gzip member is damaged: {why}")),
            Flaw::Cut => (&CUT, "the file ends within the gzip member".to_owned()),
            Flaw::EmptyMember => (&EMPTY_MEMBER, "a gzip member with nothing in it".to_owned()),
            Flaw::Split => (&SPLIT, "the record goes on in another gzip member".to_owned()),
            Flaw::NoVersion(line) => (&NO_VERSION, format!("{} begins no record", quoted(line))),
            Flaw::NoHeaderEnd => (&NO_HEADER_END, "the header has no end".to_owned()),
            Flaw::TooLong => (&TOO_LONG, "the header is beyond all limits".to_owned()),
            Flaw::Short(missing) => (&SHORT, format!("the block ends {missing} bytes early")),
            Flaw::Trailer(passed) => {
                (&TRAILER, format!("no CR LF CR LF behind the block, {passed} bytes passed over"))
            }
            // The lines of a header are judged with its fields.
            _ => return,
        };
        docket.find(&self.place(offset, record), rule, || what);
    }

    fn row(
        &self,
        subject: &Subject<'_>,
        content: &Content,
        wanted: Wanted,
        raw: &Raw,
        closed: &Closed,
    ) -> Row {
        let header = subject.header;
        let message = content.message.as_ref();
        let head_asked = subject.kind == Kind::Request
            && message.is_some_and(|message| message.method() == b"HEAD");
        let flags = [
            (wanted == Wanted::Unless, flag::UNLESS_HEAD),
            (wanted == Wanted::IfHead, flag::IF_HEAD),
            (head_asked, flag::HEAD),
            (subject.http, flag::HTTP),
            (self.gzip && (raw.before > 0 || closed.length == 0), flag::SHARED),
            (revisit::is_not_modified(subject), flag::NOT_MODIFIED),
            (revisit::is_empty(subject), flag::EMPTY),
        ];
        let flags = flags.iter().filter(|(is, _)| *is).fold(0, |all, (_, flag)| all | flag);
        let date = header.get("WARC-Date").and_then(|text| values::date(text).ok());
        let payload = match header.get("WARC-Payload-Digest").map(values::digest) {
            Some(Said::Known(hash, _)) => hash.key(),
            _ => 0,
        };
        Row {
            id: header.get("WARC-Record-ID").map_or(0, |id| key(&[id.as_bytes()])),
            uri: subject.uri.map_or(0, |uri| key(&[uri.as_bytes()])),
            payload,
            date: date.map_or(NO_DATE, |date| date.nanos),
            offset: raw.offset,
            length: closed.length,
            file: self.file,
            event: 0,
            media: media(subject, content),
            status: message.and_then(|message| message.head.status()).unwrap_or(0),
            kind: subject.kind,
            flags,
        }
    }
}

/// Whether a `warcinfo` says that warraq wrote the file.
fn is_ours(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').any(|line| line.starts_with(b"software: warraq"))
}

/// Hash of the media type an index line should have.
fn media(subject: &Subject<'_>, content: &Content) -> u32 {
    let value = match subject.kind {
        Kind::Response => {
            content.message.as_ref().and_then(|message| message.head.get("content-type"))
        }
        _ => subject.header.get("Content-Type").map(str::to_owned),
    };
    value.map_or(0, |value| media_key(&value))
}

/// Hash of a media type without its parameters, whatever its case.
pub(super) fn media_key(value: &str) -> u32 {
    let bare = value.split(|c: char| c == ';' || c.is_whitespace()).next().unwrap_or_default();
    let hash = key(&[bare.to_ascii_lowercase().as_bytes()]);
    u32::try_from(hash & u64::from(u32::MAX)).unwrap_or(0)
}
