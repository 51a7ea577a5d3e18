//! Duplicates: of documents that are one, which is kept.
//!
//! One by URL, by the very same text, or by nearly the same text. Clusters are found first, then
//! one of each is kept: the capture made first, or the newest. Memory is a few numbers a document.

use std::collections::HashMap;

use serde::Serialize;

use super::corpus::Corpus;
use super::document::{Document, Source};
use super::error::ExportError;
use super::gather::Halt;
use super::near::{Near, Signatures};
use super::survey::fingerprint;
use crate::address::Address;
use crate::moment::Moment;

/// What makes two documents one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dedup {
    /// The same canonical URL, else the same URL.
    Url,
    /// The same text.
    Exact,
    /// Nearly the same text.
    Near,
}

/// Which of them is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// The newest capture.
    #[default]
    Newest,
    /// The first capture.
    First,
}

/// A document that is left out, and the one that stands for it: a line of `duplicates.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Duplicate {
    /// What makes them one.
    pub by: Dedup,
    /// How much of their shingles they share, of near ones.
    pub similarity: Option<f64>,
    /// The one left out.
    pub dropped: Named,
    /// The one kept.
    pub kept: Named,
}

/// A document by name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Named {
    /// Its URL.
    pub url: String,
    /// Its file.
    pub file: String,
    /// Where in it.
    pub offset: u64,
    /// Its record.
    pub record_id: Option<String>,
    /// When it was captured.
    pub date: Option<String>,
}

impl Named {
    fn of(document: Document) -> Self {
        let Source { at, record_id, date, .. } = document.warc;
        let date = date.map(Moment::warc_date);
        Self { url: document.url, file: at.file, offset: at.offset, record_id, date }
    }
}

/// Finds clusters among the documents that are handed to it, in order.
pub struct Clusters {
    by: Dedup,
    near: Option<Near>,
    keys: HashMap<u64, u32>,
    /// Of each document: its number in the corpus, when it was captured, and one of its cluster.
    members: Vec<Member>,
}

#[derive(Clone, Copy)]
struct Member {
    number: usize,
    date: Option<Moment>,
    parent: u32,
}

impl Clusters {
    /// No documents yet.
    pub fn new(by: Dedup) -> Result<Self, ExportError> {
        let near = if by == Dedup::Near { Some(Near::new()?) } else { None };
        Ok(Self { by, near, keys: HashMap::new(), members: Vec::new() })
    }

    /// Takes in the next document.
    pub fn add(&mut self, number: usize, document: &Document) -> Result<(), ExportError> {
        let own = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        let parent = match (self.key(document), &mut self.near) {
            (_, Some(near)) => {
                near.add(document)?;
                own
            }
            (key, None) => *self.keys.entry(key).or_insert(own),
        };
        self.members.push(Member { number, date: document.warc.date, parent });
        Ok(())
    }

    fn key(&self, document: &Document) -> u64 {
        match self.by {
            Dedup::Url => {
                let url = document.canonical.as_deref().unwrap_or(&document.url);
                Address::parse(url).map_or_else(|_| fingerprint(url), |at| fingerprint(at.as_str()))
            }
            Dedup::Exact | Dedup::Near => fingerprint(&document.body()),
        }
    }

    /// Decides what is kept.
    pub fn decide(mut self, keep: Keep, halt: &Halt) -> Result<Decided, ExportError> {
        let mut joined = Vec::new();
        let near =
            self.near.take().map(|near| near.pairs(halt, |one, other| joined.push((one, other))));
        let signatures = near.transpose()?;
        for (one, other) in joined {
            let (one, other) = (self.root(one), self.root(other));
            if let Some(member) = self.members.get_mut(one.max(other) as usize) {
                member.parent = one.min(other);
            }
        }
        let mut best: HashMap<u32, u32> = HashMap::new();
        for own in 0..u32::try_from(self.members.len()).unwrap_or(u32::MAX) {
            let slot = best.entry(self.root(own)).or_insert(own);
            if self.is_better(own, *slot, keep) {
                *slot = own;
            }
        }
        let mut dropped = HashMap::new();
        for own in 0..u32::try_from(self.members.len()).unwrap_or(u32::MAX) {
            let root = self.root(own);
            if let Some(kept) = best.get(&root).filter(|kept| **kept != own)
                && let (Some(this), Some(_)) = (self.member(own), self.member(*kept))
            {
                dropped.insert(this.number, (own, *kept));
            }
        }
        Ok(Decided { by: self.by, signatures, members: self.members, dropped })
    }

    fn member(&self, own: u32) -> Option<Member> {
        self.members.get(own as usize).copied()
    }

    /// The first of its cluster, the way to it made shorter.
    fn root(&mut self, own: u32) -> u32 {
        let mut at = own;
        while let Some(parent) = self.member(at).map(|member| member.parent).filter(|up| *up != at)
        {
            let above = self.member(parent).map_or(parent, |member| member.parent);
            if let Some(member) = self.members.get_mut(at as usize) {
                member.parent = above;
            }
            at = parent;
        }
        at
    }

    /// What has no date is neither first nor newest; of equals, the one that came first stays.
    fn is_better(&self, own: u32, than: u32, keep: Keep) -> bool {
        let date = |own| self.member(own).and_then(|member| member.date);
        match (date(own), date(than), keep) {
            (Some(own), Some(than), Keep::Newest) => own > than,
            (Some(own), Some(than), Keep::First) => own < than,
            (Some(_), None, _) => true,
            (None, _, _) => false,
        }
    }
}

/// What is left out.
pub struct Decided {
    by: Dedup,
    signatures: Option<Signatures>,
    members: Vec<Member>,
    /// By number in the corpus: its own place among the members and that of the one kept.
    dropped: HashMap<usize, (u32, u32)>,
}

impl Decided {
    /// How many documents are left out.
    pub fn len(&self) -> usize {
        self.dropped.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.dropped.is_empty()
    }

    /// Why a document is left out; `None` when it is kept.
    pub fn duplicate(
        &mut self,
        number: usize,
        document: &Document,
        corpus: &Corpus,
    ) -> Result<Option<Duplicate>, ExportError> {
        let Some((own, kept)) = self.dropped.get(&number).copied() else { return Ok(None) };
        let Some(other) = self.members.get(kept as usize) else { return Ok(None) };
        let similarity = match &mut self.signatures {
            Some(signatures) => Some(signatures.similarity(own, kept)?),
            None => None,
        };
        Ok(Some(Duplicate {
            by: self.by,
            similarity,
            dropped: Named::of(document.clone()),
            kept: Named::of(corpus.document(other.number)?),
        }))
    }
}
