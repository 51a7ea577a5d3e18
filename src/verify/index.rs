//! The rules of index lines: each leads to exactly one record, and says of it what it is.
//!
//! Lines are judged as they stream by, against the rows of the set; nothing of an index is held
//! but the line before (CDXJ 0.1; items 31 of the bar).

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::file::media_key;
use super::finding::{Docket, Place, Profile, quoted, rules};
use super::rows::{NO_DATE, Row, Rows, SetFile, flag, key};
use super::subject::Kind;
use super::values::{self, Said};
use crate::index::line::REVISIT;
use crate::index::{Line, MAX_LINE};
use crate::moment::Moment;
use crate::surt;

rules! {
    LINE: Shall "index.line" "CDXJ 0.1" "make the index again (`warraq index`)"
    NEWLINE: Odd "index.newline" "CDXJ 0.1" "end the last line"
    ORDER: Shall "index.order" "CDXJ 0.1" "sort it by bytes (`LC_ALL=C sort`)"
    LACKS: Bar "index.field" "bar 31" "make the index again (`warraq index`)"
    FILE: Outside "index.file" "bar 31" "give the file it leads to, too"
    NOWHERE: Shall "index.offset" "bar 31" "make the index again (`warraq index`)"
    LENGTH: Shall "index.length" "bar 31" "make the index again (`warraq index`)"
    URL: Shall "index.url" "bar 31" "make the index again (`warraq index`)"
    TIME: Shall "index.time" "bar 31" "make the index again (`warraq index`)"
    DIGEST: Shall "index.digest" "bar 31" "make the index again (`warraq index`)"
    STATUS: Shall "index.status" "bar 31" "make the index again (`warraq index`)"
    MIME: Bar "index.mime" "bar 31" "make the index again (`warraq index`)"
    NO_REVISIT: Shall "index.revisit" "bar 31" "write warc/revisit: replay looks for it"
    KEY: Bar "index.key" "bar 31" "make the index again (`warraq index`)"
    UNCOVERED: Bar "index.uncovered" "bar 31" "make the index again (`warraq index`): replay cannot find this capture"
}

/// Which captures an index must lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Covers {
    /// Those of the whole set.
    All,
    /// Those of the files in this folder.
    Folder(PathBuf),
    /// Those of this file.
    File(PathBuf),
}

impl Covers {
    pub(super) fn of_folder(folder: &Path) -> Self {
        Self::Folder(folder.display().to_string().into())
    }

    pub(super) fn of_file(file: &Path) -> Self {
        Self::File(file.display().to_string().into())
    }

    fn is_asked(&self, file: &SetFile) -> bool {
        let label = Path::new(&file.label);
        match self {
            Self::All => true,
            Self::Folder(folder) => label.parent() == Some(folder),
            Self::File(path) => label == path,
        }
    }
}

/// Judges the lines of one index.
pub(super) struct IndexJudge<'a> {
    label: &'a str,
    profile: Profile,
    covers: &'a Covers,
    before: Vec<u8>,
    offset: u64,
}

impl<'a> IndexJudge<'a> {
    pub(super) const fn new(label: &'a str, profile: Profile, covers: &'a Covers) -> Self {
        Self { label, profile, covers, before: Vec::new(), offset: 0 }
    }

    /// Judges every line of a stream, plain or gzip.
    pub(super) fn read(
        mut self,
        from: impl Read + 'static,
        rows: &mut Rows,
        docket: &mut Docket<'_>,
    ) -> io::Result<()> {
        let mut from = BufReader::new(from);
        let gzip = from.fill_buf()?.starts_with(b"\x1f\x8b");
        let mut from: Box<dyn BufRead> = if gzip {
            Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(from)))
        } else {
            Box::new(from)
        };
        let mut line = Vec::new();
        loop {
            line.clear();
            let most = MAX_LINE as u64 + 2;
            let mut length = from.by_ref().take(most).read_until(b'\n', &mut line)? as u64;
            if length == 0 {
                return Ok(());
            }
            let ended = line.ends_with(b"\n");
            if !ended && length == most {
                length += from.skip_until(b'\n')? as u64;
            } else if !ended {
                let place = self.place();
                docket.find(&place, &NEWLINE, || "the last line has no end".to_owned());
            }
            self.line(&line, rows, docket);
            self.offset += length;
        }
    }

    fn place(&self) -> Place<'a> {
        Place { file: self.label, offset: self.offset, record: None, profile: self.profile }
    }

    /// Judges the line at hand.
    fn line(&mut self, bytes: &[u8], rows: &mut Rows, docket: &mut Docket<'_>) {
        let place = self.place();
        let bare = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
        if bare < self.before.as_slice() {
            docket.find(&place, &ORDER, || "it should stand before the line before it".to_owned());
        }
        self.before.clear();
        self.before.extend_from_slice(bare);
        if bare.starts_with(b"!meta ") || bare.starts_with(b" CDX") {
            return;
        }
        match Line::parse(bare) {
            Err(why) => docket.find(&place, &LINE, || {
                format!("{}: {why}", quoted(&String::from_utf8_lossy(bare)))
            }),
            Ok(line) => {
                key_of(&place, &line, docket);
                if let Some(number) = leads_to(&place, &line, self.covers, rows, docket) {
                    rows.mark(number, flag::INDEXED);
                }
            }
        }
    }
}

fn key_of(place: &Place<'_>, line: &Line, docket: &mut Docket<'_>) {
    let web = line.url.starts_with("http:") || line.url.starts_with("https:");
    // What was posted is part of the key, and stands in another record.
    if web && line.method.is_none() && line.key != surt::key(&line.url) {
        docket.find(place, &KEY, || {
            format!("key {}, of the URL {}", quoted(&line.key), quoted(&surt::key(&line.url)))
        });
    }
}

/// What the record says and the line does not.
fn lacks(place: &Place<'_>, line: &Line, row: &Row, docket: &mut Docket<'_>) {
    let response = row.kind == Kind::Response;
    let fields = [
        ("digest", line.digest.is_none() && row.payload != 0),
        ("mime", line.mime.is_none() && response && row.media != 0),
        ("status", line.status.is_none() && response && row.status != 0),
        ("length", line.at.length == 0),
    ];
    for (name, _) in fields.iter().filter(|(_, missing)| *missing) {
        docket.find(place, &LACKS, || format!("it has no {name}"));
    }
}

/// The record a line leads to, and whether it is the one the line speaks of.
fn leads_to(
    place: &Place<'_>,
    line: &Line,
    covers: &Covers,
    rows: &Rows,
    docket: &mut Docket<'_>,
) -> Option<u32> {
    let name = line.at.file.rsplit('/').next().unwrap_or_default();
    // Files of one name in two folders: an index speaks of those it was made of.
    let own = rows.files.iter().position(|file| file.name == name && covers.is_asked(file));
    let any = || rows.files.iter().position(|file| file.name == name);
    let Some(file) = own.or_else(any) else {
        docket.find(place, &FILE, || format!("{} is not in this set", quoted(name)));
        return None;
    };
    let Some(number) = rows.at(file, line.at.offset) else {
        docket.find(place, &NOWHERE, || {
            format!("no record begins at {}@{}", quoted(name), line.at.offset)
        });
        return None;
    };
    let row = rows.get(number)?;
    if line.at.length != 0 && line.at.length != row.length && !row.is(flag::SHARED) {
        docket.find(place, &LENGTH, || {
            format!("length {}, the record has {}", line.at.length, row.length)
        });
    }
    lacks(place, line, row, docket);
    agrees(place, line, row, docket);
    Some(number)
}

fn agrees(place: &Place<'_>, line: &Line, row: &Row, docket: &mut Docket<'_>) {
    if key(&[line.url.as_bytes()]) != row.uri {
        docket.find(place, &URL, || format!("{} is not the record's", quoted(&line.url)));
    }
    let stamp = Moment::from_millis(row.date.div_euclid(1_000_000)).stamp14();
    if row.date != NO_DATE && line.time.get(..14) != Some(stamp.as_str()) {
        docket.find(place, &TIME, || format!("{}, the record says {stamp}", line.time));
    }
    let said = line.digest.as_deref().map(|digest| {
        if digest.contains(':') {
            values::digest(digest)
        } else {
            values::digest(&format!("sha1:{digest}"))
        }
    });
    if let Some(Said::Known(hash, _)) = said
        && row.payload != 0
        && hash.key() != row.payload
    {
        docket.find(place, &DIGEST, || format!("{hash} is not the record's"));
    }
    let response = row.kind == Kind::Response;
    if let Some(status) = line.status.filter(|status| response && *status != row.status)
        && row.status != 0
    {
        docket.find(place, &STATUS, || format!("{status}, the record says {}", row.status));
    }
    let Some(mime) = &line.mime else { return };
    if row.kind == Kind::Revisit && mime != REVISIT {
        docket.find(place, &NO_REVISIT, || format!("a revisit as {}", quoted(mime)));
    } else if response && row.media != 0 && media_key(mime) != row.media && mime != "unk" {
        docket.find(place, &MIME, || format!("{} is not the record's", quoted(mime)));
    }
}

/// Says which captures no line leads to, and forgets what the index led to.
pub(super) fn cover(rows: &mut Rows, covers: &Covers, docket: &mut Docket<'_>) {
    for row in &rows.all {
        let Some(file) = rows.files.get(row.file as usize) else { continue };
        let open = file.label.ends_with(crate::record::name::OPEN);
        let capture = match row.kind {
            Kind::Response | Kind::Revisit => row.is(flag::HTTP),
            Kind::Resource => row.media != media_key("application/warc-fields"),
            _ => false,
        };
        if covers.is_asked(file) && !open && capture && !row.is(flag::INDEXED) {
            docket.find(&rows.place(row), &UNCOVERED, || "no index line leads to it".to_owned());
        }
    }
    for row in &mut rows.all {
        row.flags &= !flag::INDEXED;
    }
}
