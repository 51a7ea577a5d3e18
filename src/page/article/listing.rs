//! Listings: front pages, categories and archives that print whole stories.
//!
//! A story belongs to the page when the heading above it is the page's own. Where most of a body
//! stands below headings that lead elsewhere, the page lists what other pages hold, and is no
//! article. Length says nothing here: many themes print entries in full.

use std::collections::HashMap;

use url::Url;

use super::blocks::Draft;
use super::outline::{Measure, Outline, Row, Tag};
use super::trim;
use super::vocabulary::Signs;
use crate::page::BlockKind;
use crate::page::metadata::Metadata;

/// Letters of a heading that may be a headline.
const MIN_HEADLINE: u32 = 6;
/// Letters of the only headline: a shorter one that leads elsewhere names the section of a story.
const MIN_ONLY: u32 = 20;
/// Share of a body below headings that lead elsewhere, in percent, that makes a listing of it: of
/// several such headings, and of one.
const OF_MANY: u64 = 50;
const OF_ONE: u64 = 80;

/// A page with the lines on it that may be headlines of stories.
pub(crate) struct Listing<'p, 'a> {
    outline: &'p Outline<'a>,
    url: &'p Url,
    title: String,
    says_article: bool,
    /// Rows of headings, in order.
    headings: Vec<usize>,
    /// Those, and lines that are all link.
    lines: Vec<usize>,
    /// Links that lie over the card they are in, and lead elsewhere.
    covers: Vec<usize>,
}

impl<'p, 'a> Listing<'p, 'a> {
    /// Looks at a page; `drafts` are all its blocks.
    pub(crate) fn of(
        outline: &'p Outline<'a>,
        drafts: &[Draft],
        url: &'p Url,
        metadata: &Metadata,
    ) -> Self {
        let title = trim::letters_of(metadata.title.as_deref().unwrap_or_default());
        let headings: Vec<usize> =
            (0..outline.rows.len()).filter(|at| is_headline(outline, *at)).collect();
        let linked = drafts.iter().filter(|draft| draft.is_link());
        let long = linked.filter(|draft| draft.measure.letters >= MIN_ONLY);
        let mut lines: Vec<usize> = long.map(|draft| draft.at).collect();
        lines.extend(&headings);
        lines.sort_unstable();
        let is_cover = |at: &usize| is_cover(outline, *at) && leads_to(outline, *at, url).is_some();
        let covers = (0..outline.rows.len()).filter(is_cover).collect();
        Self { outline, url, title, says_article: metadata.says_article, headings, lines, covers }
    }

    /// Whether `body` is what a listing prints.
    pub(crate) fn prints(&self, body: &[Draft]) -> bool {
        let entry = |at| entry_of(self.outline, at);
        let (entries, elsewhere) = self.elsewhere(body, &self.headings, &entry);
        let needed = match entries {
            0 => u64::MAX,
            1 => OF_ONE,
            _ => OF_MANY,
        };
        if elsewhere >= needed || self.says_article {
            return elsewhere >= needed;
        }
        let entry = |at| entry_of(self.outline, at).or_else(|| self.card_of(at));
        let (cards, elsewhere) = self.elsewhere(body, &self.lines, &entry);
        cards >= MIN_CARDS && elsewhere >= OF_MANY
            || self.is_front(body)
            || self.is_one_of(body)
            || is_cut(body)
    }

    /// Whether a little text stands below another page's headline on the front page of a site.
    fn is_front(&self, body: &[Draft]) -> bool {
        let is_root = trimmed(self.url).is_empty() && self.url.query().is_none();
        let leads = |first: &Draft| {
            self.boxes(first.at).any(|at| {
                let headed = self.headed(at, &self.headings);
                headed.is_some_and(|(headline, _)| headline < first.at)
            })
        };
        is_root && letters(body) < TEASER && body.first().is_some_and(leads)
    }

    /// Whether a body is the teaser of one of several cards in a row.
    fn is_one_of(&self, body: &[Draft]) -> bool {
        let Some(first) = body.first().filter(|_| letters(body) < TEASER) else { return false };
        let led = |at: &usize| self.headed(*at, &self.lines).is_some();
        let mut boxes = self.boxes(first.at).filter(led);
        let Some(card) = boxes.next() else { return false };
        let Some(row) = self.outline.row(card) else { return false };
        let alike = |at: &usize| {
            let other = self.outline.row(*at);
            other.is_some_and(|o| o.tag == row.tag && o.attr("class") == row.attr("class"))
        };
        let siblings = self.outline.children(row.parent).filter(alike);
        siblings.filter(led).take(MIN_CARDS).count() == MIN_CARDS
    }

    /// A body without the cards of other stories at its end.
    pub(crate) fn without_cards(&self, mut body: Vec<Draft>) -> Vec<Draft> {
        let (mut end, mut cards) = (body.len(), 0);
        while let Some(draft) = end.checked_sub(1).and_then(|last| body.get(last)) {
            match draft.kind {
                BlockKind::Heading => {}
                BlockKind::Caption => break,
                _ if self.is_card(&body, draft) => cards += 1,
                // What heads the cards below it, and stands below others.
                _ if cards >= MIN_TAIL_CARDS && draft.measure.letters < MIN_ONLY => {
                    let before = end.checked_sub(2).and_then(|before| body.get(before));
                    if !before.is_some_and(|before| self.is_card(&body, before)) {
                        break;
                    }
                }
                _ => break,
            }
            end -= 1;
        }
        if cards >= MIN_TAIL_CARDS && end > 0 {
            body.truncate(end);
        }
        body
    }

    /// Whether a block stands in a box with next to nothing but the headline of another story, or
    /// below a link that lies over the box.
    fn is_card(&self, body: &[Draft], draft: &Draft) -> bool {
        let blocks = |card: usize| {
            let range = self.outline.range(card);
            let from = body.partition_point(|draft| draft.at < range.start);
            body.partition_point(|draft| draft.at < range.end) - from
        };
        let headed = |card| blocks(card) <= MAX_IN_CARD && self.headed(card, &self.lines).is_some();
        self.card_of(draft.at).is_some_and(headed)
            || self.covered(draft.at).is_some_and(|card| blocks(card) <= MAX_COVERED)
    }

    /// The innermost box of a row that a link lies over.
    fn covered(&self, at: usize) -> Option<usize> {
        let covers = |top: &usize| {
            let range = self.outline.range(*top);
            let from = self.covers.partition_point(|cover| *cover < range.start);
            self.covers.get(from).is_some_and(|cover| range.contains(cover))
        };
        self.boxes(at).find(covers)
    }

    /// The boxes around a row in which a card is looked for.
    fn boxes(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let boxes = self.outline.above(at).take(CARD_LEVELS);
        boxes.take_while(|top| self.outline.row(*top).is_some_and(|row| row.tag != Tag::Root))
    }

    /// How many headlines of entries lead elsewhere, and the share of a body below them in percent.
    fn elsewhere(
        &self,
        body: &[Draft],
        headlines: &[usize],
        entry_of: &EntryOf<'_>,
    ) -> (usize, u64) {
        let mut known: HashMap<usize, Option<(usize, String)>> = HashMap::new();
        let (mut elsewhere, mut all) = (0_u64, 0_u64);
        let mut led = HashMap::new();
        for draft in body {
            let letters = u64::from(draft.measure.letters);
            all += letters;
            let Some(entry) = entry_of(draft.at) else { continue };
            let headed = known.entry(entry).or_insert_with(|| self.headed(entry, headlines));
            if let Some((headline, target)) = headed
                && *headline < draft.at
            {
                elsewhere += letters;
                led.insert(target.clone(), self.outline.below(*headline).letters);
            }
        }
        if led.len() == 1 && led.values().all(|letters| *letters < MIN_ONLY) {
            return (0, 0);
        }
        (led.len(), elsewhere * 100 / all.max(1))
    }

    /// The page that the first headline of an entry leads to, with its row; `None` when a headline
    /// in it is this page's own.
    fn headed(&self, entry: usize, headlines: &[usize]) -> Option<(usize, String)> {
        let range = self.outline.range(entry);
        let from = headlines.partition_point(|at| *at < range.start);
        let inside = headlines.get(from..)?.iter().take_while(|at| range.contains(at));
        let headlines: Vec<usize> = inside.copied().take(HEADLINES).collect();
        let own = |at: &usize| self.title.contains(&trim::letters_of(&self.outline.text(*at, 600)));
        if headlines.iter().any(own) {
            return None;
        }
        let first = *headlines.first()?;
        leads_to(self.outline, first, self.url).map(|target| (first, target))
    }

    /// The innermost box of a row that holds a headline before it, whatever it is called.
    fn card_of(&self, at: usize) -> Option<usize> {
        let before = self.lines.partition_point(|headline| *headline < at);
        let last = self.lines.get(before.checked_sub(1)?)?;
        self.boxes(at).find(|top| top <= last)
    }
}

/// Whether a link shows nothing and says where it leads: it lies over the card it is in.
fn is_cover(outline: &Outline<'_>, at: usize) -> bool {
    let said = |row: &Row<'_>| {
        let name = row.attr("title").or_else(|| row.attr("aria-label")).unwrap_or_default();
        Measure::of(name).letters >= MIN_HEADLINE
    };
    outline.row(at).is_some_and(|row| row.tag == Tag::Link && row.end == at + 1 && said(row))
}

/// Whether most of the prose of a body breaks off, as the snippets of a search do.
fn is_cut(body: &[Draft]) -> bool {
    let prose = || body.iter().filter(|draft| draft.is_prose());
    let breaks_off = |draft: &&Draft| {
        let text = draft.text.trim_end_matches([']', ')', ' ', '»']);
        text.ends_with('…') || text.ends_with("...")
    };
    let cut = prose().filter(breaks_off).count();
    cut >= MIN_CARDS && cut * 5 >= prose().count() * 4
}

fn letters(drafts: &[Draft]) -> u32 {
    drafts.iter().map(|draft| draft.measure.letters).sum()
}

/// Which entry a row stands in.
type EntryOf<'f> = dyn Fn(usize) -> Option<usize> + 'f;

/// Headlines of one entry that are looked at.
const HEADLINES: usize = 4;
/// Levels above a text among which the card it stands in is looked for.
const CARD_LEVELS: usize = 5;
/// Cards whose headlines lead elsewhere that make a listing of a page that does not call itself an
/// article: fewer are a box of related stories. At one, two of 956 real articles were taken for lists.
const MIN_CARDS: usize = 3;
/// Cards at the end of a body that are not its own: one may be the story's last link. Leaving them
/// out is worth .001 of body F1 on 461 real pages, all of it on two.
const MIN_TAIL_CARDS: usize = 2;
/// Letters under which a body may be the teaser of another page.
const TEASER: u32 = 500;
/// Blocks of a body in one card: a headline, a line or two.
const MAX_IN_CARD: usize = 2;
/// Blocks below a link that lies over them: a line above the headline, too.
const MAX_COVERED: usize = 4;

/// Class names that themes give an entry, beside the element `article`.
const ENTRIES: &[&str] = &["hentry", "type-post", "post", "entry", "blog-post", "news-item"];

/// The innermost entry a row stands in.
fn entry_of(outline: &Outline<'_>, at: usize) -> Option<usize> {
    outline.above(at).find(|at| {
        outline.row(*at).is_some_and(|row| {
            let named = |class: &str| class.split_ascii_whitespace().any(|c| ENTRIES.contains(&c));
            row.tag == Tag::Article || row.tag != Tag::Root && row.attr("class").is_some_and(named)
        })
    })
}

fn is_headline(outline: &Outline<'_>, at: usize) -> bool {
    let heading = outline.row(at).is_some_and(|row| matches!(row.tag, Tag::Heading(1..=4)));
    heading && outline.below(at).letters >= MIN_HEADLINE
}

/// The page a heading is a link to, when it is another one of this host and no section above it.
fn leads_to(outline: &Outline<'_>, at: usize, url: &Url) -> Option<String> {
    let inside = outline.range(at).find(|at| is_link(outline, *at));
    let around = outline.above(at).take(2).find(|at| is_link(outline, *at));
    let link = outline.row(inside.or(around)?)?;
    if link.signs.has(Signs::BYLINE) {
        return None;
    }
    let target = url.join(link.attr("href")?.trim()).ok()?;
    let whole = outline.below(at);
    let same_host = target.host_str() == url.host_str();
    let (there, here) = (trimmed(&target), trimmed(url));
    let above = here.starts_with(there) && target.query().is_none();
    let is_other = there != here || target.query() != url.query();
    let mostly_linked = u64::from(whole.linked) * 10 >= u64::from(whole.letters) * 8;
    (same_host && !above && is_other && mostly_linked)
        .then(|| target[..url::Position::AfterQuery].to_owned())
}

fn trimmed(url: &Url) -> &str {
    url.path().trim_end_matches('/')
}

fn is_link(outline: &Outline<'_>, at: usize) -> bool {
    outline.row(at).is_some_and(|row| row.tag == Tag::Link)
}
