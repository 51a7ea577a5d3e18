//! The survey: every WARC file is read once, for its index lines, its pages, and its revisits.
//!
//! Pages are read with the code of the live crawl. Articles and seeds are what a reader is shown
//! first; other HTML pages come behind. A payload that was captured again under the same URL is
//! one page. Damaged records are told and passed over; the file goes in as it is.

use std::collections::{HashMap, HashSet};
use std::io;

use url::Url;
use warc::RecordType;

use super::gather::Source;
use super::leaning::{Captures, fingerprint};
use super::paged::{self, Ranked, Spread};
use super::shelf::Shelf;
use super::volume::{About, Described, Volume};
use super::{Job, PackError, Packed};
use crate::address::{Address, fetchable};
use crate::crawl::reading;
use crate::event::Event;
use crate::frontier::tally::{keep, key_of};
use crate::groups::{self, Group, GroupKind, Membership};
use crate::head::Head;
use crate::index::captures::Pairing;
use crate::index::{IndexError, Line, Sorter};
use crate::lead::{Hop, Lead, Outcome};
use crate::moment::Moment;
use crate::page::{self, Page, PageKind};
use crate::record::entity::split;
use crate::record::entry::Entry;
use crate::record::header::Header;
use crate::record::reader::{KEEP, ReadError, Records};
use crate::record::trace::Trace;
use crate::wacz::hash;
use crate::wacz::pages::PageLine;

/// Bytes of a block that are read for its text, as many as in a live crawl.
const MAX_PAGE: u64 = 16 << 20;

/// Pages of articles of several that wait in memory; past it, each keeps its own text.
const MAX_PAGED: usize = 10_000;

/// Everything learned on the way, over all packages.
pub(super) struct Survey<'a> {
    job: &'a Job,
    /// The seeds with their place in the list.
    seeds: HashMap<Address, usize>,
    captures: Captures,
    groups: groups::Builder,
    /// URLs the groups have heard of.
    known: HashSet<u64>,
    /// Payloads met, by URL and digest.
    met: HashSet<u64>,
    about: Described,
    told: Packed,
}

/// One package, while its files are read.
struct Draft {
    sorter: Sorter,
    articles: Shelf,
    others: Shelf,
    /// Pages whose text may belong to that of another.
    paged: Vec<(Ranked, Spread)>,
    /// The page that a replay opens, so far: rank, URL, date.
    main: Option<(usize, String, String)>,
}

impl Draft {
    fn shelve(&mut self, page: &PageLine, rank: usize) -> io::Result<()> {
        if self.main.as_ref().is_none_or(|(best, ..)| rank < *best) {
            self.main = Some((rank, page.url.clone(), page.ts.clone()));
        }
        let place = if rank == OTHER { &mut self.others } else { &mut self.articles };
        place.put(page)
    }
}

/// What the whole survey found.
pub(super) struct Surveyed {
    pub(super) about: About,
    pub(super) told: Packed,
}

/// What of a block is needed: all of it where a page or a digest is to be read.
fn needed(header: &Header) -> u64 {
    if header.get("WARC-Payload-Digest").is_none_or(str::is_empty) { KEEP } else { MAX_PAGE }
}

impl<'a> Survey<'a> {
    pub(super) fn new(job: &'a Job, seeds: &[Lead]) -> Self {
        let numbered = seeds.iter().enumerate().rev();
        Self {
            job,
            seeds: numbered.map(|(number, seed)| (seed.address.clone(), number)).collect(),
            captures: Captures::default(),
            groups: groups::Builder::new(),
            known: HashSet::new(),
            met: HashSet::new(),
            about: Described::new(seeds),
            told: Packed::default(),
        }
    }

    /// Reads the files of one package.
    pub(super) fn volume(&mut self, sources: Vec<Source>) -> Result<Volume, PackError> {
        let mut draft = Draft {
            sorter: Sorter::new(),
            articles: Shelf::new()?,
            others: Shelf::new()?,
            paged: Vec::new(),
            main: None,
        };
        for source in &sources {
            self.file(source, &mut draft)?;
        }
        for (line, rank) in paged::join(&std::mem::take(&mut draft.paged)) {
            draft.shelve(&line, rank)?;
        }
        let Draft { sorter, articles, others, main, .. } = draft;
        let mut index = tempfile::tempfile()?;
        sorter.write_to(&mut index)?;
        let main = main.map(|(_, url, ts)| (url, ts));
        Ok(Volume { sources, index, articles, others, main })
    }

    fn file(&mut self, source: &Source, draft: &mut Draft) -> Result<(), PackError> {
        self.told.warcs += 1;
        self.about.file(&source.name);
        self.captures.begin(&source.name);
        let (mut pairing, mut is_warc) = (Pairing::default(), false);
        for entry in Records::open(&source.path)?.keep_by(needed) {
            match entry {
                Ok(entry) => {
                    is_warc = true;
                    self.captures.take(&entry);
                    self.index(pairing.add(&entry), &mut draft.sorter)?;
                    let page = self.page(&entry);
                    match page.or_else(|| Some((self.repeated(&entry)?, None))) {
                        Some((ranked, Some(spread))) if draft.paged.len() < MAX_PAGED => {
                            draft.paged.push((ranked, spread));
                        }
                        Some(((line, rank), _)) => draft.shelve(&line, rank)?,
                        None => {}
                    }
                }
                // No WARC, or a file that is there no more: there is nothing to pack of it.
                Err(why @ (ReadError::NotWarc { .. } | ReadError::Io { .. })) => {
                    return Err(why.into());
                }
                Err(why) => self.unreadable(&why.to_string()),
            }
        }
        if !is_warc {
            let why = "no WARC record can be read in it; leave it out, or get the file again";
            return Err(PackError::Input { path: source.path.clone(), why });
        }
        self.index(pairing.end(), &mut draft.sorter)
    }

    fn unreadable(&mut self, why: &str) {
        self.told.unreadable += 1;
        self.job.watch.tell(&Event::Warning { text: why.to_owned() });
    }

    fn index(
        &mut self,
        line: Option<Result<Line, IndexError>>,
        to: &mut Sorter,
    ) -> Result<(), PackError> {
        match line {
            None => {}
            Some(Ok(line)) => {
                self.told.captures += 1;
                self.about.capture(&line);
                to.add(line.to_string().as_bytes())?;
            }
            // A package whose index leads nowhere replays nothing of that file.
            Some(Err(why @ IndexError::Shared { .. })) => return Err(why.into()),
            Some(Err(why)) => self.unreadable(&why.to_string()),
        }
        Ok(())
    }

    /// The line of a page with its rank, and what joins it with others.
    fn page(&mut self, entry: &Entry) -> Option<(Ranked, Option<Spread>)> {
        if entry.kind != RecordType::Response || !entry.is_http() {
            return None;
        }
        let target = entry.target_uri()?;
        let date = entry.date()?;
        let digest = entry.header.get("WARC-Payload-Digest").unwrap_or_default();
        if !digest.is_empty() && !self.met.insert(fingerprint(&(target, digest))) {
            return None;
        }
        let url = fetchable(target, None).ok()?;
        let (page, outcome) = read(entry, &url)?;
        self.learn(&url, &page, &outcome);
        // Forms and notices are pages, sitemaps and feeds are none.
        if !page.is_html {
            return None;
        }
        let (rank, is_article) = (self.rank(&url, page.kind), page.kind == PageKind::Article);
        let article = page.article.as_ref().filter(|_| self.job.text);
        let spread = article.and_then(|article| Spread::of(article, date));
        let line = self.line(target, date, page);
        if is_article {
            self.told.articles += 1;
            self.about.article(line.lang.as_deref());
        }
        Some(((line, rank), spread))
    }

    /// The line of a page whose payload was archived under another URL: its trace tells what it is.
    fn repeated(&mut self, entry: &Entry) -> Option<(PageLine, usize)> {
        if entry.kind != RecordType::Metadata {
            return None;
        }
        let (target, date) = (entry.target_uri()?, entry.date()?);
        let trace = Trace::parse(target, &entry.block.first(MAX_PAGE).ok()?).ok()?;
        let row = trace.page.filter(|row| row.kind == PageKind::Article)?;
        if !matches!(trace.outcome, Outcome::Revisit { .. }) {
            return None;
        }
        let mut is_new = false;
        for kept in keep(&trace.lead, &trace.outcome, Some(row.clone()), &trace.alternates) {
            if self.known.insert(fingerprint(&key_of(&kept))) {
                is_new = true;
                self.groups.add(&kept.page, &kept.alternates, kept.moved_to.as_deref());
            }
        }
        let url = fetchable(target, None).ok().filter(|_| is_new)?;
        self.told.articles += 1;
        let page = Page { declared: row.declared, detected: row.detected, ..Page::default() };
        let line = self.line(target, date, Page { title: row.title, ..page });
        self.about.article(line.lang.as_deref());
        Some((PageLine { byline: row.byline, ..line }, self.rank(&url, PageKind::Article)))
    }

    /// Gives the groups what the page declares, the first capture of a URL only.
    fn learn(&mut self, url: &Url, page: &Page, outcome: &Outcome) {
        let row = reading::is_kept(page).then(|| reading::row(url, page));
        for kept in keep(&Lead::at(url, Hop::Seed), outcome, row, &page.alternates) {
            if self.known.insert(fingerprint(&key_of(&kept))) {
                self.groups.add(&kept.page, &kept.alternates, kept.moved_to.as_deref());
            }
        }
    }

    fn rank(&self, url: &Url, kind: PageKind) -> usize {
        let seed = self.seeds.get(&Address::of(url)).copied();
        seed.unwrap_or(if kind == PageKind::Article { ARTICLE } else { OTHER })
    }

    fn line(&self, target: &str, date: Moment, page: Page) -> PageLine {
        let ts = date.warc_date();
        let lang = page.detected.or(page.declared).map(|lang| lang.to_string());
        // Long enough for no two of a billion captures to meet.
        let id = hash::of(format!("{target} {ts}").as_bytes());
        let id = id.get(7..27).unwrap_or_default().to_owned();
        let mut line = PageLine { id, url: target.to_owned(), ts, lang, ..PageLine::default() };
        match page.article {
            None => line.title = page.title,
            Some(article) => {
                line.text = self.job.text.then(|| article.text());
                line.byline = article.byline.into_iter().map(|person| person.name).collect();
                line.title = Some(article.headline);
            }
        }
        line
    }

    /// The groups by URL, and what is to be told.
    pub(super) fn finish(self) -> Surveyed {
        let groups = self.groups.finish();
        let mut told = self.told;
        let is_parallel = |group: &&Group| group.kind == GroupKind::Parallel;
        told.groups = groups.iter().filter(is_parallel).count() as u64;
        let groups = Membership::of(groups);
        told.leaning = self.captures.finish();
        let about = self.about.finish(self.job, groups);
        Surveyed { about, told }
    }
}

/// Ranks behind those of the seeds.
const ARTICLE: usize = usize::MAX - 1;
const OTHER: usize = usize::MAX;

/// The page of a response, and how its visit ended.
fn read(entry: &Entry, url: &Url) -> Option<(Page, Outcome)> {
    let block = entry.block.first(MAX_PAGE).ok()?;
    let message = split(&block);
    let head = Head::parse(block.get(..message.head_length)?);
    match head.status()? {
        status @ (301 | 302 | 303 | 307 | 308) => {
            let to = head.get("Location");
            let to = to.and_then(|to| fetchable(&to, Some(url)).ok()).map(String::from);
            Some((Page::default(), Outcome::Moved { status, to }))
        }
        status @ 200..=299 => {
            let page = page::read(page::Source { url, head: &head, entity: &message.entity });
            Some((page, Outcome::Captured { status, truncated: None }))
        }
        _ => None,
    }
}
