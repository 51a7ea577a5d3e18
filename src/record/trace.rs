//! The trace of a visit: what its `metadata` record says, and all that state is rebuilt from.
//!
//! A [`Trace`] is written beside every capture as `application/warc-fields`
//! (WARC 1.1 §6.4, Heritrix's names where Heritrix has one: `via`, `hopsFromSeed`, `fetchTimeMs`,
//! `outlink`). Reading the traces of an archive back gives queue, seen set, groups and ledger
//! again: sled is a cache of them.

use serde::{Deserialize, Serialize};

use crate::address::{Address, HostKey};
use crate::lang::Lang;
use crate::lead::{Hop, Lead, Outcome, Refusal, Rule};
use crate::page::origin::Origin;
use crate::page::print::TextPrint;
use crate::page::{Alternate, Link, LinkKind, PageKind};
use crate::record::Container;

/// What is kept of a page for groups, summaries and `warraq info`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRow {
    /// The URL that was fetched.
    pub url: String,
    /// Its declared canonical URL.
    pub canonical: Option<String>,
    /// What it is.
    pub kind: PageKind,
    /// Its headline or title, at most 200 characters.
    pub title: Option<String>,
    /// Names of its authors.
    pub byline: Vec<String>,
    /// The language it declares for itself.
    pub declared: Option<Lang>,
    /// The language of its text.
    pub detected: Option<Lang>,
    /// Characters of body text.
    pub length: u64,
    /// When it was published, as the page gives it.
    #[serde(default)]
    pub published: Option<String>,
    /// What it gives away of its origin.
    #[serde(default)]
    pub origin: Origin,
    /// What is compared of its text; rows of the first releases have none.
    #[serde(default)]
    pub text: Option<TextPrint>,
    /// What it declares of its own language for other regions, at most [`MAX_VARIANTS`].
    #[serde(default)]
    pub variants: Vec<Alternate>,
}

/// Region variants kept of one page: the longest real table has some thirty.
pub const MAX_VARIANTS: usize = 40;

/// What one visit left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Number of the run.
    pub run: u32,
    /// Where it went and how it came there.
    pub lead: Lead,
    /// Earlier attempts.
    pub attempt: u32,
    /// Whether another attempt follows.
    pub again: bool,
    /// How it ended.
    pub outcome: Outcome,
    /// Milliseconds from the first byte asked to the last byte received.
    pub took_ms: u64,
    /// Bytes received.
    pub bytes: u64,
    /// The page, when it was read.
    pub page: Option<PageRow>,
    /// The alternates it declares, as evidence.
    pub alternates: Vec<Alternate>,
    /// What it leads to.
    pub links: Vec<Link>,
    /// More lines: defects, interim responses, excess bytes, the head of a 304.
    pub notes: Vec<(String, String)>,
}

/// Note: the file of this folder that the `revisit` depends on.
const CONTAINER: &str = "refersToContainer";
/// Note: the same, when the file belongs to another archive.
const CONTAINER_OUTSIDE: &str = "refersToContainerOutside";

/// Note: how much of a body came, and what ended it.
const CUT: &str = "cut";

/// The note of what was wrong with a message.
const DEFECT: &str = "defect";

/// The note of what the page leads to and is no URL to fetch.
const REFUSED: &str = "refused";

/// The part of a trace that only warraq reads, one JSON value on one line.
#[derive(Serialize, Deserialize)]
struct VisitLine {
    run: u32,
    attempt: u32,
    again: bool,
    hop: Hop,
    depth: u32,
    lang: Option<Lang>,
    robots_for: Option<HostKey>,
    /// The seen key, where it is not that of the URL.
    key: Option<Address>,
    bytes: u64,
    outcome: Outcome,
}

/// A `metadata` block that is no trace of warraq's.
#[derive(Debug, thiserror::Error)]
#[error("the metadata record is no trace written by warraq: {0}")]
pub struct TraceError(String);

impl Trace {
    /// The block of the `metadata` record, lines ended by CRLF.
    pub fn to_fields(&self) -> String {
        let mut out = String::with_capacity(256 + self.links.len() * 96);
        let mut line = |name: &str, value: &str| {
            out.push_str(name);
            out.push_str(": ");
            out.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
            out.push_str("\r\n");
        };
        if let Some(via) = &self.lead.via {
            line("via", via);
        }
        line("hopsFromSeed", &self.lead.hops);
        line("fetchTimeMs", &self.took_ms.to_string());
        line("warraq-visit", &json(&self.visit_line()));
        for (name, value) in &self.notes {
            line(name, value);
        }
        if let Some(page) = &self.page {
            let lang = page.detected.as_ref().or(page.declared.as_ref());
            if let Some(lang) = lang {
                line("language", lang.as_str());
            }
            line("warraq-page", &json(page));
        }
        for alternate in &self.alternates {
            line("alternate", &json(alternate));
        }
        for link in &self.links {
            line("outlink", &format!("{} {} {}", link.url, letter(link.kind), link.context));
        }
        out
    }

    /// Reads the trace of `target` back. Total; unknown lines are kept as notes.
    pub fn parse(target: &str, block: &[u8]) -> Result<Self, TraceError> {
        let text = String::from_utf8_lossy(block);
        let mut draft = Draft::default();
        for line in text.split("\r\n") {
            if let Some((name, value)) = line.split_once(':') {
                draft.take(name, value.trim())?;
            }
        }
        draft.finish(target)
    }

    /// The note that tells how much of a body came, and what ended it.
    pub fn cut_note(cut: &str) -> (String, String) {
        (CUT.to_owned(), cut.to_owned())
    }

    /// The note that tells what was wrong with a message that was archived all the same.
    pub fn defect_note(defect: &str) -> (String, String) {
        (DEFECT.to_owned(), defect.to_owned())
    }

    /// What those notes tell.
    pub fn defects(&self) -> Vec<String> {
        let notes = self.notes.iter().filter(|(name, _)| name == DEFECT);
        notes.map(|(_, defect)| defect.clone()).collect()
    }

    /// The note of what the page leads to and is no URL to fetch: rule and text.
    pub fn refused_note(refusal: &Refusal) -> (String, String) {
        (REFUSED.to_owned(), format!("{} {}", refusal.rule, refusal.url))
    }

    /// What those notes tell.
    pub fn refusals(&self) -> impl Iterator<Item = Refusal> {
        let notes = self.notes.iter().filter(|(name, _)| name == REFUSED);
        notes.filter_map(|(_, text)| {
            let (rule, url) = text.split_once(' ')?;
            let rule = [Rule::UrlLength, Rule::NotAUrl, Rule::Scheme]
                .into_iter()
                .find(|known| known.name() == rule)?;
            Some(Refusal { url: url.to_owned(), rule })
        })
    }

    /// How much of the body came, and what ended it, when it is not whole.
    pub fn cut(&self) -> Option<&str> {
        self.notes.iter().find(|(name, _)| name == CUT).map(|(_, cut)| cut.as_str())
    }

    /// The note that tells which file a `revisit` depends on.
    pub fn container_note(file: &Container) -> (String, String) {
        let name = if file.outside { CONTAINER_OUTSIDE } else { CONTAINER };
        (name.to_owned(), file.file.clone())
    }

    /// The file that note tells of.
    pub fn container(&self) -> Option<Container> {
        self.notes.iter().find_map(|(name, file)| match name.as_str() {
            CONTAINER => Some(Container { file: file.clone(), outside: false }),
            CONTAINER_OUTSIDE => Some(Container { file: file.clone(), outside: true }),
            _ => None,
        })
    }

    fn key(&self) -> Option<Address> {
        let plain = self.lead.url().ok().map(|url| Address::of(&url));
        (plain.as_ref() != Some(&self.lead.address)).then(|| self.lead.address.clone())
    }

    fn visit_line(&self) -> VisitLine {
        VisitLine {
            run: self.run,
            attempt: self.attempt,
            again: self.again,
            hop: self.lead.hop,
            depth: self.lead.depth,
            lang: self.lead.lang.clone(),
            robots_for: self.lead.robots_for.clone(),
            key: self.key(),
            bytes: self.bytes,
            outcome: self.outcome.clone(),
        }
    }
}

#[derive(Default)]
struct Draft {
    via: Option<String>,
    hops: String,
    took_ms: u64,
    visit: Option<VisitLine>,
    page: Option<PageRow>,
    alternates: Vec<Alternate>,
    links: Vec<Link>,
    notes: Vec<(String, String)>,
}

impl Draft {
    fn take(&mut self, name: &str, value: &str) -> Result<(), TraceError> {
        match name {
            "via" => self.via = Some(value.to_owned()),
            "hopsFromSeed" => value.clone_into(&mut self.hops),
            "fetchTimeMs" => self.took_ms = value.parse().unwrap_or(0),
            "language" => {}
            "warraq-visit" => self.visit = Some(from_json(name, value)?),
            "warraq-page" => self.page = Some(from_json(name, value)?),
            "alternate" => self.alternates.push(from_json(name, value)?),
            "outlink" => self.links.extend(outlink(value)),
            _ => self.notes.push((name.to_owned(), value.to_owned())),
        }
        Ok(())
    }

    fn finish(self, target: &str) -> Result<Trace, TraceError> {
        let visit = self.visit.ok_or_else(|| TraceError("it has no warraq-visit line".into()))?;
        let url = crate::address::fetchable(target, None)
            .map_err(|why| TraceError(format!("its target: {why}")))?;
        let lead = Lead {
            via: self.via,
            hops: self.hops,
            depth: visit.depth,
            lang: visit.lang,
            robots_for: visit.robots_for,
            address: visit.key.unwrap_or_else(|| Address::of(&url)),
            ..Lead::at(&url, visit.hop)
        };
        Ok(Trace {
            run: visit.run,
            lead,
            attempt: visit.attempt,
            again: visit.again,
            outcome: visit.outcome,
            took_ms: self.took_ms,
            bytes: visit.bytes,
            page: self.page,
            alternates: self.alternates,
            links: self.links,
            notes: self.notes,
        })
    }
}

fn json(value: &impl Serialize) -> String {
    // Plain structs of strings and numbers always serialise.
    serde_json::to_string(value).unwrap_or_default()
}

fn from_json<T: for<'a> Deserialize<'a>>(name: &str, value: &str) -> Result<T, TraceError> {
    serde_json::from_str(value).map_err(|why| TraceError(format!("its {name} line: {why}")))
}

const LETTERS: &[(LinkKind, &str)] = &[
    (LinkKind::Anchor, "L"),
    (LinkKind::Refresh, "R"),
    (LinkKind::Embed, "E"),
    (LinkKind::Feed, "I"),
    (LinkKind::Sitemap, "S"),
    (LinkKind::FeedEntry, "F"),
    (LinkKind::SitemapEntry, "M"),
    (LinkKind::Part, "N"),
];

fn letter(kind: LinkKind) -> &'static str {
    LETTERS.iter().find(|(k, _)| *k == kind).map_or("L", |(_, letter)| letter)
}

fn outlink(value: &str) -> Option<Link> {
    let mut parts = value.splitn(3, ' ');
    let url = parts.next()?.to_owned();
    let letter = parts.next()?;
    let kind = LETTERS.iter().find(|(_, l)| *l == letter).map(|(kind, _)| *kind)?;
    Some(Link { url, kind, context: parts.next().unwrap_or_default().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Place, Signal};
    use url::Url;

    fn sample() -> Trace {
        let seed = Lead::seed("https://example.org/ar/a").unwrap();
        let url = Url::parse("https://example.org/en/a").unwrap();
        let mut lead = seed.onward(&url, Hop::Alternate);
        lead.lang = Lang::parse("en");
        Trace {
            run: 2,
            lead,
            attempt: 1,
            again: false,
            outcome: Outcome::Captured { status: 200, truncated: None },
            took_ms: 12,
            bytes: 345,
            page: Some(PageRow {
                url: "https://example.org/en/a".into(),
                kind: PageKind::Article,
                title: Some("عنوان: one".into()),
                byline: vec!["Rim Haddad".into()],
                declared: Lang::parse("en"),
                length: 900,
                published: Some("2026-11-22".into()),
                text: Some(TextPrint { numbers: vec![7, 9], count: 3, ..TextPrint::default() }),
                ..PageRow::default()
            }),
            alternates: vec![Alternate {
                url: "https://example.org/ar/a".into(),
                url_raw: "/ar/a".into(),
                about: None,
                lang: Lang::parse("ar"),
                lang_raw: "ar".into(),
                signal: Signal::HeadLink,
                place: Place::Head,
            }],
            links: vec![Link {
                url: "https://example.org/b".into(),
                kind: LinkKind::Anchor,
                context: "a/@href".into(),
            }],
            notes: vec![("defect".into(), "two Content-Length fields".into())],
        }
    }

    #[test]
    fn a_trace_reads_back_as_it_was() {
        let trace = sample();
        let fields = trace.to_fields();
        assert!(fields.lines().all(|line| line.contains(": ")), "{fields}");
        assert_eq!(Trace::parse("https://example.org/en/a", fields.as_bytes()).unwrap(), trace);
    }

    #[test]
    fn a_row_of_the_first_release_still_reads() {
        let old = r#"{"url":"https://example.org/a","canonical":null,"kind":"article","title":"One","byline":[],"declared":"en","detected":null,"length":900}"#;
        let row: PageRow = serde_json::from_str(old).unwrap();
        assert_eq!((row.length, row.text, row.origin), (900, None, Origin::default()));
    }

    #[test]
    fn control_bytes_cannot_forge_a_line() {
        let mut trace = sample();
        trace.notes = vec![("defect".into(), "x\r\noutlink: http://evil.example/ L a".into())];
        let back = Trace::parse("https://example.org/en/a", trace.to_fields().as_bytes()).unwrap();
        assert_eq!(back.links, trace.links);
    }
}
