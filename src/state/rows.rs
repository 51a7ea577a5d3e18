//! Values of the one tree: a version byte and a postcard struct.
//!
//! A row is complete when it is encoded and is never patched in place. A row that does not decode
//! is damage, reported by its key; nothing is guessed.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::address::{Address, HostKey};
use crate::frontier::KeptPage;
use crate::frontier::schedule::{Place, SiteFacts};
use crate::frontier::tally::Standing;
use crate::lang::Lang;
use crate::lead::{Hop, Lead};
use crate::moment::Moment;
use crate::page::origin::Origin;
use crate::page::print::TextPrint;
use crate::page::{Alternate, PageKind};
use crate::record::trace::PageRow;
use crate::record::{Container, Position};

/// The first byte of every value.
const FORMAT: u8 = 1;

pub(crate) fn encode<T: Serialize>(row: &T) -> Vec<u8> {
    // Plain structs of strings and numbers always serialise into a growing vector.
    postcard::to_extend(row, vec![FORMAT]).unwrap_or_default()
}

pub(crate) fn decode<T: DeserializeOwned>(value: &[u8]) -> Option<T> {
    let (format, rest) = value.split_first()?;
    if *format != FORMAT {
        return None;
    }
    postcard::from_bytes(rest).ok()
}

/// The first byte of a page's value since layout version 2.
const SECOND_PAGE_FORMAT: u8 = 2;

/// The first byte of a page's value since its region variants are kept.
const PAGE_FORMAT: u8 = 3;

pub(crate) fn encode_page(page: &KeptPage) -> Vec<u8> {
    postcard::to_extend(page, vec![PAGE_FORMAT]).unwrap_or_default()
}

/// A page, of this layout or of an earlier one.
pub(crate) fn decode_page(value: &[u8]) -> Option<KeptPage> {
    match value.split_first()? {
        (&PAGE_FORMAT, rest) => postcard::from_bytes(rest).ok(),
        (&SECOND_PAGE_FORMAT, rest) => {
            postcard::from_bytes::<SecondKeptPage>(rest).ok().map(SecondKeptPage::into_page)
        }
        _ => decode::<FirstKeptPage>(value).map(FirstKeptPage::into_page),
    }
}

/// A page as the first layout wrote it.
#[derive(Serialize, Deserialize)]
struct FirstKeptPage {
    page: FirstPageRow,
    alternates: Vec<Alternate>,
    moved_to: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct FirstPageRow {
    url: String,
    canonical: Option<String>,
    kind: PageKind,
    title: Option<String>,
    byline: Vec<String>,
    declared: Option<Lang>,
    detected: Option<Lang>,
    length: u64,
}

impl FirstKeptPage {
    fn into_page(self) -> KeptPage {
        let FirstPageRow { url, canonical, kind, title, byline, declared, detected, length } =
            self.page;
        let page = PageRow {
            url,
            canonical,
            kind,
            title,
            byline,
            declared,
            detected,
            length,
            ..PageRow::default()
        };
        KeptPage { page, alternates: self.alternates, moved_to: self.moved_to }
    }
}

/// A page as the second layout wrote it: the first, with more behind it.
#[derive(Serialize, Deserialize)]
struct SecondKeptPage {
    page: FirstPageRow,
    published: Option<String>,
    origin: Origin,
    text: Option<TextPrint>,
    alternates: Vec<Alternate>,
    moved_to: Option<String>,
}

impl SecondKeptPage {
    fn into_page(self) -> KeptPage {
        let Self { page, published, origin, text, alternates, moved_to } = self;
        let mut kept = FirstKeptPage { page, alternates, moved_to }.into_page();
        kept.page = PageRow { published, origin, text, ..kept.page };
        kept
    }
}

/// A URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UrlRow {
    /// The run it was last put in.
    pub(crate) run: u32,
    pub(crate) standing: Standing,
    pub(crate) attempt: u32,
    /// Its place, while it is queued.
    pub(crate) place: Place,
}

impl UrlRow {
    /// The row of a URL that is in no queue.
    pub(crate) const fn nowhere() -> Self {
        let place = Place { order: 0, seq: 0 };
        Self { run: 0, standing: Standing::Open, attempt: 0, place }
    }
}

/// A queued URL: a lead, its address left out where it is the URL itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LeadRow {
    address: Option<Address>,
    found: String,
    via: Option<String>,
    hop: Hop,
    hops: String,
    depth: u32,
    lang: Option<Lang>,
    robots_for: Option<HostKey>,
    pub(crate) attempt: u32,
}

impl LeadRow {
    pub(crate) fn new(lead: Lead, attempt: u32) -> Self {
        let address = (lead.address.as_str() != lead.found).then_some(lead.address);
        let Lead { found, via, hop, hops, depth, lang, robots_for, .. } = lead;
        Self { address, found, via, hop, hops, depth, lang, robots_for, attempt }
    }

    pub(crate) fn into_lead(self) -> Option<Lead> {
        let address = match self.address {
            Some(address) => address,
            None => Address::parse(&self.found).ok()?,
        };
        let Self { found, via, hop, hops, depth, lang, robots_for, .. } = self;
        Some(Lead { address, found, via, hop, hops, depth, lang, robots_for })
    }
}

/// A site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SiteRow {
    pub(crate) not_before: Moment,
    pub(crate) delay_ms: u64,
    /// Visits settled in `run`.
    pub(crate) settled: u64,
    pub(crate) run: u32,
}

impl SiteRow {
    pub(crate) const fn new(facts: SiteFacts, run: u32) -> Self {
        let SiteFacts { not_before, delay_ms, settled } = facts;
        Self { not_before, delay_ms, settled, run }
    }

    pub(crate) const fn facts(self, run: u32) -> SiteFacts {
        let settled = if self.run == run { self.settled } else { 0 };
        SiteFacts { not_before: self.not_before, delay_ms: self.delay_ms, settled }
    }
}

/// What has been spent on something in one run.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct MarkRow {
    pub(crate) run: u32,
    pub(crate) mark: crate::frontier::budgets::Mark,
}

/// One rule's refusals in one run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RuleRow {
    pub(crate) run: u32,
    pub(crate) count: crate::frontier::RefusalCount,
}

/// One defect's messages in one run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DefectRow {
    pub(crate) run: u32,
    pub(crate) count: crate::frontier::DefectCount,
}

/// Revisits of one run that refer to one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DependencyRow {
    pub(crate) run: u32,
    pub(crate) file: Container,
    pub(crate) revisits: u64,
}

/// What was true at a commit. The same numbers stand in `checkpoint.json`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// Number of the commit, from 1.
    pub(crate) sequence: u64,
    /// Number of the run; 0 before the first.
    pub(crate) run: u32,
    /// URLs put in the run.
    pub(crate) seen: u64,
    /// Of these, the queued ones.
    pub(crate) queued: u64,
    /// Everything in the archive before it is in the state.
    pub(crate) position: Position,
    /// Bytes of the ledger.
    pub(crate) ledger: u64,
    /// Whether the crawl was closed, and all of the archive is in the state.
    pub(crate) clean: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn leads_read_back_as_they_were() {
        for text in ["https://example.org/a", "https://example.org/a?utm_source=x&b=1"] {
            let mut lead = Lead::seed(text).unwrap();
            lead.via = Some("https://example.org/".into());
            lead.lang = Lang::parse("ar");
            let row: LeadRow = decode(&encode(&LeadRow::new(lead.clone(), 2))).unwrap();
            assert_eq!(row.attempt, 2);
            assert_eq!(row.into_lead(), Some(lead));
        }
    }

    #[test]
    fn a_page_of_an_earlier_layout_reads_with_what_it_lacked_left_empty() {
        let row = || FirstPageRow {
            url: "https://example.org/a".into(),
            canonical: None,
            kind: PageKind::Article,
            title: Some("One".into()),
            byline: Vec::new(),
            declared: Lang::parse("ar"),
            detected: None,
            length: 900,
        };
        let first = FirstKeptPage { page: row(), alternates: Vec::new(), moved_to: None };
        let page = decode_page(&encode(&first)).unwrap();
        assert_eq!((page.page.length, page.page.text.clone()), (900, None));
        assert_eq!(decode_page(&encode_page(&page)), Some(page));
        let second = SecondKeptPage {
            page: row(),
            published: Some("2026-11-22".into()),
            origin: Origin { node: Some("node/7".into()), ..Origin::default() },
            text: Some(TextPrint { count: 3, ..TextPrint::default() }),
            alternates: Vec::new(),
            moved_to: Some("https://example.org/b".into()),
        };
        let bytes = postcard::to_extend(&second, vec![SECOND_PAGE_FORMAT]).unwrap();
        let page = decode_page(&bytes).unwrap();
        assert_eq!(page.page.origin, second.origin);
        assert_eq!((&page.page.text, &page.moved_to), (&second.text, &second.moved_to));
        assert_eq!(page.page.variants, []);
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_do_not(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode::<LeadRow>(&bytes);
            let _ = decode::<UrlRow>(&bytes);
            let _ = decode_page(&bytes);
            let _ = decode::<Checkpoint>(&bytes);
            let _ = decode::<crate::state::reconcile::WarcRow>(&bytes);
            let _ = crate::state::keys::read_queued(&bytes);
        }
    }
}
