//! Evidence: the pages of an archive and what they declare, for groups.
//!
//! Where a crawl of warraq left its traces they are read; a capture without one (somebody else's
//! WARC) is read as a page. Both give the rows the state keeps, so an archive gives the groups the
//! crawl gave. Reads archives only.

use std::path::Path;

use url::Url;
use warc::RecordType;

use super::capture::{self, Capture, MAX_PAGE};
use super::item::MAX_TRACE;
use crate::address::{Address, fetchable};
use crate::crawl::reading;
use crate::frontier::KeptPage;
use crate::frontier::tally::{ALTERNATES, keep};
use crate::groups::{Builder, End};
use crate::lead::{Hop, Lead, Outcome};
use crate::page::alternates::{Dropped, Reason};
use crate::page::{self, PageKind, Source};
use crate::record::entry::Entry;
use crate::record::reader::{ReadError, Records};
use crate::record::trace::Trace;

/// What was read of an archive.
#[derive(Debug, Default)]
pub struct Read {
    /// Everything the groups are made from.
    pub builder: Builder,
    /// Captures seen.
    pub captures: u64,
    /// Records that could not be read, the first of them.
    pub unreadable: Vec<String>,
}

/// Reasons of unreadable records that are kept.
const REASONS: usize = 20;

/// Reads the evidence of a WARC file, or of all WARC files of a folder, into `builder`.
pub fn read(path: &Path, builder: Builder) -> Result<Read, ReadError> {
    let mut reading = Reading { read: Read { builder, ..Read::default() }, waiting: None };
    for file in super::files(path)? {
        match Records::open(&file) {
            Ok(records) => {
                for entry in records {
                    match entry {
                        Ok(entry) => reading.take(entry),
                        Err(why) => reading.fail(&why),
                    }
                }
            }
            Err(why) => reading.fail(&why),
        }
        // No capture is continued in another file.
        reading.settle();
    }
    Ok(reading.read)
}

/// Reads the pages of an archive again and gives `take` what reading each article left out, and why;
/// of an address that was captured again, every capture. With `only`, that page alone.
pub fn left_out(
    path: &Path,
    only: Option<&str>,
    mut take: impl FnMut(&Url, Vec<Dropped>),
) -> Result<(), ReadError> {
    let only = only.and_then(|url| Address::parse(url).ok());
    for file in super::files(path)? {
        // What cannot be read was told when the groups were read.
        let Ok(records) = Records::open(&file) else { continue };
        for entry in records.flatten() {
            let Ok(Some(capture)) = Capture::of(&entry, MAX_PAGE) else { continue };
            if only.as_ref().is_none_or(|only| *only == Address::of(&capture.url))
                && let Some(dropped) = dropped(&capture)
            {
                take(&capture.url, dropped);
            }
        }
    }
    Ok(())
}

/// What reading the article of a capture left out; what a crawl keeps no room for, too.
fn dropped(capture: &Capture) -> Option<Vec<Dropped>> {
    let Capture { url, head, entity, status, .. } = capture;
    if !(200..=299).contains(status) {
        return None;
    }
    let (page, mut dropped) = page::audit(Source { url, head, entity });
    let past = page.alternates.into_iter().skip(ALTERNATES);
    dropped.extend(past.map(|one| Dropped::of(one, Reason::Limit)));
    (page.kind == PageKind::Article).then_some(dropped)
}

struct Reading {
    read: Read,
    /// A response whose trace has not come, and may never.
    waiting: Option<Entry>,
}

impl Reading {
    fn take(&mut self, entry: Entry) {
        match entry.kind {
            RecordType::Response | RecordType::Revisit => {
                self.settle();
                self.read.captures += 1;
                self.waiting = capture::is_page(&entry).then_some(entry);
            }
            RecordType::Resource if capture::is_page(&entry) => {
                self.settle();
                self.read.captures += 1;
                self.waiting = Some(entry);
            }
            RecordType::Metadata => {
                if let Some(trace) = trace(&entry) {
                    let concurrent = entry.header.get("WARC-Concurrent-To");
                    self.waiting.take_if(|reply| reply.id() == concurrent);
                    self.note(&trace);
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, trace: &Trace) {
        if trace.again || trace.lead.robots_for.is_some() {
            return;
        }
        for kept in keep(&trace.lead, &trace.outcome, trace.page.clone(), &trace.alternates) {
            self.add(&kept);
        }
        let end = match &trace.outcome {
            // The error page of many URLs is archived once; of the others it is a revisit.
            Outcome::Captured { status, .. } | Outcome::Revisit { status } if *status >= 400 => {
                Some(End::Status(*status))
            }
            Outcome::Failed(_) => Some(End::Failed),
            Outcome::Moved { .. } | Outcome::Revisit { .. } => None,
            _ => trace.page.is_none().then_some(End::NoArticle),
        };
        if let Some(end) = end {
            self.read.builder.end(&trace.lead.found, end);
        }
    }

    fn add(&mut self, kept: &KeptPage) {
        self.read.builder.add(&kept.page, &kept.alternates, kept.moved_to.as_deref());
    }

    /// A response that no trace tells of is read itself.
    fn settle(&mut self) {
        let Some(entry) = self.waiting.take() else { return };
        let Some((lead, outcome, page)) = capture(&entry) else { return };
        let alternates = page.as_ref().map_or(&[][..], |page| &page.alternates);
        let row = page.as_ref().filter(|page| reading::is_kept(page));
        let row = row.and_then(|page| Some(reading::row(&lead.url().ok()?, page)));
        for kept in keep(&lead, &outcome, row, alternates) {
            self.add(&kept);
        }
        if let Outcome::Captured { status, .. } = outcome
            && status >= 400
        {
            self.read.builder.end(&lead.found, End::Status(status));
        }
    }

    fn fail(&mut self, why: &ReadError) {
        if self.read.unreadable.len() < REASONS {
            self.read.unreadable.push(why.to_string());
        }
    }
}

fn trace(entry: &Entry) -> Option<Trace> {
    let block = entry.block.first(MAX_TRACE).ok()?;
    Trace::parse(entry.target_uri()?, &block).ok()
}

/// A capture of another program, as its visit would have been told.
fn capture(entry: &Entry) -> Option<(Lead, Outcome, Option<page::Page>)> {
    let Capture { url, head, entity, status, .. } = &Capture::of(entry, MAX_PAGE).ok()??;
    let (lead, status) = (Lead::at(url, Hop::Seed), *status);
    let location = head.get("location").and_then(|to| fetchable(&to, Some(url)).ok());
    if let (300..=399, Some(to)) = (status, location) {
        return Some((lead, Outcome::Moved { status, to: Some(to.into()) }, None));
    }
    let outcome = Outcome::Captured { status, truncated: None };
    let is_page = (200..=299).contains(&status);
    let page = is_page.then(|| page::read(Source { url, head, entity }));
    Some((lead, outcome, page))
}
