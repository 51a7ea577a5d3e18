//! The corpus: all documents of the inputs, in input order, with what only all of them together
//! tell.
//!
//! That is: translation groups and their members, the language others declare a page in, and which
//! payload a `revisit` stands for. Documents stay on disk (`spool`); in memory are an offset a
//! document, and the evidence of the groups. What reads a corpus goes through [`Corpus::documents`],
//! or [`Corpus::document`] for one of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use url::Url;

use super::document::{Document, Sibling, host_of};
use super::error::ExportError;
use super::gather::Halt;
use super::item::{Item, Lost, Repeat};
use super::spool;
use super::survey::{Survey, fingerprint};
use crate::address::fetchable;
use crate::groups::{self, Group, Member, Membership};
use crate::lang::Lang;

/// Where a document stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The number of its segment.
    pub(super) segment: u32,
    /// The offset of its item in it.
    pub(super) offset: u64,
    /// Of a revisit: the row of the document that holds its payload.
    pub(super) original: Option<u32>,
}

/// What was met on the way, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Records that could not be read.
    pub unreadable: u64,
    /// Captures of a payload that stands before, under the same URL.
    pub repeated: u64,
    /// Revisits of pages whose payload is in none of the inputs, or is no article.
    pub unresolved: u64,
}

/// See the module.
#[derive(Debug)]
pub struct Corpus {
    segments: Vec<PathBuf>,
    rows: Vec<Row>,
    /// The rows that are documents: all but the further pages of one.
    shown: Vec<u32>,
    /// The further pages, by the row of their first.
    parts: HashMap<u32, Vec<u32>>,
    groups: BTreeMap<String, Group>,
    membership: Membership,
    expected: HashMap<u64, Lang>,
    signals: HashMap<String, String>,
    met: Met,
}

impl Corpus {
    /// Goes through the spool of each input; the `groups.jsonl` beside an input tells its groups.
    /// Each record that could not be read is handed to `lost`, in order.
    pub fn survey(
        inputs: Vec<(Vec<PathBuf>, Option<PathBuf>)>,
        halt: &Halt,
        lost: impl FnMut(&Lost) -> Result<(), ExportError>,
    ) -> Result<Self, ExportError> {
        let mut survey = Survey::new(halt, lost);
        let mut segments = Vec::new();
        let mut groups = BTreeMap::new();
        for (of_input, table) in inputs {
            let known = table.as_ref().map(tables);
            survey.begin(known.is_none());
            groups.extend(known.into_iter().flatten().map(|group| (group.id.clone(), group)));
            for path in of_input {
                survey.segment(segments.len(), &path)?;
                segments.push(path);
            }
        }
        let surveyed = survey.finish();
        for group in surveyed.groups {
            groups.entry(group.id.clone()).or_insert(group);
        }
        let joined: HashSet<u32> = surveyed.parts.values().flatten().copied().collect();
        let numbered = (0_u32..).take(surveyed.rows.len());
        let mut corpus = Self {
            segments,
            shown: numbered.filter(|row| !joined.contains(row)).collect(),
            rows: surveyed.rows,
            parts: surveyed.parts,
            membership: Membership::of(groups.values().cloned()),
            groups,
            expected: HashMap::new(),
            signals: surveyed.signals,
            met: surveyed.met,
        };
        corpus.expected = corpus.expect(surveyed.urls, halt)?;
        Ok(corpus)
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// What was met on the way.
    pub const fn met(&self) -> Met {
        self.met
    }

    /// The translation groups by id, comparable ones among them.
    pub const fn groups(&self) -> &BTreeMap<String, Group> {
        &self.groups
    }

    /// All documents in input order, each with its number.
    pub fn documents(&self) -> impl Iterator<Item = Result<(usize, Document), ExportError>> + '_ {
        let mut reader = Reader { corpus: self, open: None };
        let numbered = self.shown.iter().enumerate();
        numbered.map(move |(number, row)| Ok((number, reader.document(*row)?)))
    }

    /// The document of a number below [`Corpus::len`].
    pub fn document(&self, number: usize) -> Result<Document, ExportError> {
        let mut reader = Reader { corpus: self, open: None };
        let row = self.shown.get(number).ok_or_else(|| missing(self.segments.first()))?;
        reader.document(*row)
    }

    /// The language each of `urls` is declared in by another page, the first that says so.
    fn expect(
        &self,
        urls: HashMap<u64, Option<Lang>>,
        halt: &Halt,
    ) -> Result<HashMap<u64, Lang>, ExportError> {
        let mut urls = urls;
        for path in &self.segments {
            let unread = ExportError::unread(path);
            for item in spool::Items::open(path).map_err(&unread)? {
                halt.check()?;
                let kept = match item.map_err(&unread)?.1 {
                    Item::Reply(reply) => reply.kept,
                    Item::Trace(trace) => trace.kept,
                    _ => continue,
                };
                for kept in kept {
                    for alternate in kept.alternates {
                        let Some(lang) = alternate.lang else { continue };
                        if alternate.url != kept.page.url
                            && let Some(slot) = urls.get_mut(&fingerprint(&alternate.url))
                        {
                            slot.get_or_insert(lang);
                        }
                    }
                }
            }
        }
        Ok(urls.into_iter().filter_map(|(url, lang)| Some((url, lang?))).collect())
    }

    /// Fills in what only the corpus knows.
    fn complete(&self, document: &mut Document) {
        document.expected_language = self.expected.get(&fingerprint(&document.url)).cloned();
        if document.rights.content_signal.is_none() {
            document.rights.content_signal = self.signals.get(&document.host).cloned();
        }
        let url = Url::parse(&document.url).ok();
        let Some((id, role)) = url.as_ref().and_then(|url| self.membership.group_of(url)) else {
            return;
        };
        let id = id.to_owned();
        let members = self.groups.get(&id).into_iter().flat_map(|group| group.members.values());
        let own = |url: &str| url == document.url || Some(url) == document.canonical.as_deref();
        document.members = members
            .filter(|member| !is_of(member, own))
            .map(|member| Sibling {
                language: member.lang.as_ref().map(ToString::to_string),
                url: member.url.clone(),
            })
            .collect();
        document.group = Some(id);
        document.group_role = Some(role);
    }
}

/// Whether a page is a member, or a part, a copy or a variant of it.
fn is_of(member: &Member, own: impl Fn(&str) -> bool) -> bool {
    own(&member.url)
        || member.parts.iter().any(|url| own(url))
        || member.copies.iter().any(|copy| own(&copy.url))
        || member.variants.iter().any(|one| own(&one.url))
}

/// The groups a crawl left beside its archive.
fn tables(path: &PathBuf) -> Vec<Group> {
    File::open(path)
        .map_or_else(|_| Vec::new(), |table| groups::read(BufReader::new(table)).collect())
}

/// Reads documents, the segment of the last one kept open.
struct Reader<'c> {
    corpus: &'c Corpus,
    open: Option<(u32, spool::Segment)>,
}

impl Reader<'_> {
    /// The document of a row, its further pages joined.
    fn document(&mut self, row: u32) -> Result<Document, ExportError> {
        let mut document = self.page(row)?;
        for part in self.corpus.parts.get(&row).into_iter().flatten() {
            document = document.with(self.page(*part)?);
        }
        self.corpus.complete(&mut document);
        Ok(document)
    }

    /// The page of a row.
    fn page(&mut self, row: u32) -> Result<Document, ExportError> {
        let row = self.corpus.rows.get(row as usize);
        let row = row.ok_or_else(|| missing(self.corpus.segments.first()))?;
        let document = match (self.item(row)?, row.original) {
            (Item::Reply(reply), _) => reply.document.map(|document| *document),
            (Item::Repeat(repeat), Some(original)) => {
                let original = self.corpus.rows.get(original as usize);
                let reply = original.map(|row| self.item(row)).transpose()?;
                match reply {
                    Some(Item::Reply(reply)) => {
                        reply.document.map(|document| repeated(*document, repeat))
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        document.ok_or_else(|| missing(self.corpus.segments.get(row.segment as usize)))
    }

    fn item(&mut self, row: &Row) -> Result<Item, ExportError> {
        let path = self.corpus.segments.get(row.segment as usize);
        let path = path.ok_or_else(|| missing(None))?;
        let unread = ExportError::unread(path);
        if self.open.as_ref().is_none_or(|(open, _)| *open != row.segment) {
            self.open = Some((row.segment, spool::Segment::open(path).map_err(&unread)?));
        }
        let Some((_, segment)) = &mut self.open else { return Err(missing(Some(path))) };
        segment.item(row.offset).map_err(unread)
    }
}

/// A document as it was captured again: the same text at another time, perhaps at another URL.
fn repeated(document: Document, repeat: Repeat) -> Document {
    let host = fetchable(&repeat.url, None).map(|url| host_of(&url));
    let mut source = repeat.source;
    source.revisit_of = document.warc.record_id;
    source.payload_digest = source.payload_digest.or(document.warc.payload_digest);
    Document { host: host.unwrap_or(document.host), url: repeat.url, warc: source, ..document }
}

fn missing(path: Option<&PathBuf>) -> ExportError {
    let path = path.cloned().unwrap_or_default();
    let why = std::io::Error::other("the spool is not what was written; begin anew");
    ExportError::Unread { path, source: why }
}
