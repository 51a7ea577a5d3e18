//! Places: which page a declared URL leads to, and which pages are one.
//!
//! Spellings of one URL, a canonical URL of the same host in the same language, and the second
//! page of an article are its page; redirects are followed. A canonical URL in another language, on
//! another host, or shared by too many pages moves nothing.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::CopyKind;
use super::builder::{Builder, End, Kept, fingerprint};
use super::verify::MIN_CHARS;
use crate::lang::Lang;
use crate::page::alternates::target::LANGUAGE_PARAMETERS;
use crate::page::parts::first_of;

/// Redirects followed from one declaration.
const MAX_MOVES: usize = 10;

/// Steps from a copy to its page: a print copy of a second page takes two.
const MAX_STEPS: usize = 4;

/// Pages that may call one fetched page their canonical URL. More is a template that prints one
/// canonical URL everywhere.
pub(super) const MAX_COPIES: usize = 24;

/// Pages that may share a canonical URL nobody fetched.
const MAX_COPIES_UNSEEN: usize = 3;

/// Characters of a title that the parts of an article share.
const SHARED_TITLE: usize = 12;

/// Where a declared URL leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// To a page, straight or by redirects.
    Page { page: u32, moved: bool },
    /// To something that is no article.
    End(End),
    /// To a redirect that comes back to itself.
    Loop,
    /// Nobody went there.
    Unknown,
}

/// Keys to pages, and for each page the page it is a copy or a part of.
pub(super) struct Places {
    index: HashMap<u64, u32>,
    home: Vec<u32>,
    /// What each page that is not its own home is.
    how: HashMap<u32, How>,
}

/// What a page is to the page it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Its second or a later page, or a copy of one.
    Part,
    /// The same page at another address.
    Copy(CopyKind),
}

impl Places {
    /// The places of all pages; `keys` are the language keys of the pages, 0 where unknown.
    pub(super) fn of(builder: &Builder, keys: &[u16]) -> Self {
        let mut index = HashMap::with_capacity(builder.pages.len());
        for (number, page) in numbered(builder) {
            keep_smaller(builder, &mut index, page.key, number);
        }
        let mut places = Self { index, home: Vec::new(), how: HashMap::new() };
        let steps = places.steps(builder, keys);
        for start in (0_u32..).take(builder.pages.len()) {
            let (home, how) = settled(start, &steps);
            places.home.push(home);
            places.how.extend(how.map(|how| (start, how)));
        }
        places.index_unseen(builder);
        places
    }

    /// For each page the page it is a copy or a part of; itself at the end of the way.
    fn steps(&self, builder: &Builder, keys: &[u16]) -> Vec<(u32, How)> {
        let mut copies: HashMap<u64, usize> = HashMap::new();
        for (_, page) in numbered(builder) {
            if let Some(key) = page.canonical {
                *copies.entry(key).or_default() += 1;
            }
        }
        let key = |page: u32| keys.get(page as usize).copied().filter(|key| *key != 0);
        let twins = self.twins(builder);
        let step = |(number, page): (u32, &Kept)| {
            let spelling = How::Copy(CopyKind::Spelling);
            if page.stale {
                return (number, spelling);
            }
            let canonical = page
                .canonical
                .filter(|key| copies.get(key).is_some_and(|copies| *copies <= MAX_COPIES));
            // A canonical in another language is a page of its own: a translation, or nothing.
            let same = |other: &u32| key(number).is_some() && key(*other) == key(number);
            let canonical = canonical.and_then(|key| self.page(builder, key)).filter(same);
            let part = || self.first_part(builder, number).filter(same);
            let by = || How::Copy(canonical_kind(builder, page));
            // Templates write the first page's canonical URL on the others too.
            canonical
                .filter(|other| *other != number)
                .map(|other| (other, if part() == Some(other) { How::Part } else { by() }))
                .or_else(|| Some((part()?, How::Part)))
                .or_else(|| {
                    let twin = twins.get(&number).copied().filter(same)?;
                    Some((twin, How::Copy(CopyKind::SameText)))
                })
                .or_else(|| Some((*self.index.get(&page.key)?, spelling)))
                .unwrap_or((number, spelling))
        };
        (0_u32..).zip(&builder.pages).map(step).collect()
    }

    /// Pages that have, under another address, the text of a page which is declared in their own
    /// language without a region, or which has a language parameter more: each with that page.
    /// What somebody names for a region is a variant, whatever its text.
    fn twins(&self, builder: &Builder) -> HashMap<u32, u32> {
        let names_region = |lang: u16| {
            builder.lang(Some(lang)).is_some_and(|lang| lang.as_str() != lang.language())
        };
        let variants = numbered(builder)
            .flat_map(|(number, page)| page.variants.iter().map(move |one| (number, one)))
            .filter_map(|(number, (key, lang, _))| Some((number, *self.index.get(key)?, *lang)));
        let (regional, plain): (Vec<_>, Vec<_>) =
            variants.partition(|(_, _, lang)| names_region(*lang));
        let regional: HashSet<u32> = regional.into_iter().map(|(_, of, _)| of).collect();
        let bare = numbered(builder).filter_map(|(number, page)| {
            let own = builder.lang(page.lang(builder))?;
            let (bare, named) = without_language(&Url::parse(&page.url).ok()?)?;
            let bare = self.index.get(&fingerprint(&bare)).filter(|_| own.same(&named));
            Some((*bare?, number))
        });
        let mut twins: HashMap<u32, u32> = HashMap::new();
        for (copy, of) in plain.into_iter().map(|(copy, of, _)| (copy, of)).chain(bare) {
            if !regional.contains(&copy) && is_twin(builder, copy, of) {
                let known = twins.entry(copy).or_insert(of);
                if url(builder, of) < url(builder, *known) {
                    *known = of;
                }
            }
        }
        // Of two pages that each point to the other the smaller URL stands for both.
        let points_back = |copy: &u32, of: &u32| {
            twins.get(of) == Some(copy) && url(builder, *copy) < url(builder, *of)
        };
        let first: Vec<u32> = twins
            .iter()
            .filter(|(copy, of)| points_back(copy, of))
            .map(|(copy, _)| *copy)
            .collect();
        twins.retain(|copy, _| !first.contains(copy));
        twins
    }

    /// A canonical URL that was not fetched stands for the page that names it.
    fn index_unseen(&mut self, builder: &Builder) {
        let mut users: HashMap<u64, (usize, u32)> = HashMap::new();
        for (number, page) in numbered(builder) {
            let Some(key) = page.canonical.filter(|key| !self.index.contains_key(key)) else {
                continue;
            };
            let (count, first) = users.entry(key).or_insert((0, number));
            *count += 1;
            if url(builder, number) < url(builder, *first) {
                *first = number;
            }
        }
        let few = users.into_iter().filter(|(_, (count, _))| *count <= MAX_COPIES_UNSEEN);
        self.index.extend(few.map(|(key, (_, page))| (key, page)));
    }

    /// The first page of an article of which this is a later one.
    fn first_part(&self, builder: &Builder, number: u32) -> Option<u32> {
        let page = builder.pages.get(number as usize)?;
        let first = first_of(&Url::parse(&page.url).ok()?)?;
        let found = *self.index.get(&fingerprint(&first))?;
        let other = builder.pages.get(found as usize).filter(|other| !other.is_front)?;
        let opening = |title: &Option<Box<str>>| {
            title.as_deref().map(|title| title.chars().take(SHARED_TITLE).collect::<String>())
        };
        let titles = opening(&page.title).zip(opening(&other.title));
        titles.filter(|(one, other)| one == other).map(|_| found)
    }

    /// The page of a key, redirects followed; copies are not looked through.
    fn page(&self, builder: &Builder, key: u64) -> Option<u32> {
        match self.reach(builder, key) {
            Reach::Page { page, .. } => Some(page),
            _ => None,
        }
    }

    /// Where a key leads.
    pub(super) fn reach(&self, builder: &Builder, key: u64) -> Reach {
        let mut at = key;
        for step in 0..MAX_MOVES {
            if let Some(page) = self.index.get(&at) {
                return Reach::Page { page: self.home(*page), moved: step > 0 };
            }
            match builder.moved.get(&at) {
                Some(next) => at = *next,
                None => {
                    return builder.ends.get(&at).map_or(Reach::Unknown, |end| Reach::End(*end));
                }
            }
        }
        Reach::Loop
    }

    /// The page of which this is a copy or a part; itself when it is neither.
    pub(super) fn home(&self, page: u32) -> u32 {
        self.home.get(page as usize).copied().unwrap_or(page)
    }

    /// Every page that is a copy or a part of another, with that other.
    pub(super) fn copies(&self) -> impl Iterator<Item = (u32, u32, How)> {
        let pages = (0_u32..).zip(self.home.iter().copied());
        pages.filter_map(|(page, home)| Some((page, home, *self.how.get(&page)?)))
    }
}

/// The end of the way from a page, and what the page is to it; nothing when it is its own end.
fn settled(start: u32, steps: &[(u32, How)]) -> (u32, Option<How>) {
    let (mut at, mut how) = (start, None);
    for _ in 0..MAX_STEPS {
        let Some((next, step)) = steps.get(at as usize).copied().filter(|(next, _)| *next != at)
        else {
            return (at, how);
        };
        how = if step == How::Part { Some(step) } else { how.or(Some(step)) };
        at = next;
    }
    // A chain that turns back on itself must not join its pages.
    (start, None)
}

/// What a page is that names another as its canonical URL and is in one language with it.
fn canonical_kind(builder: &Builder, page: &Kept) -> CopyKind {
    if page.calls_itself_other(builder) { CopyKind::Fallback } else { CopyKind::Canonical }
}

/// Whether two pages are read and have one text, and the second does not name the first as its
/// canonical URL: then it is the copy.
fn is_twin(builder: &Builder, one: u32, other: u32) -> bool {
    let page = |number: u32| builder.pages.get(number as usize).filter(|page| !page.stale);
    page(one).zip(page(other)).is_some_and(|(a, b)| {
        let text = a.text.as_ref().zip(b.text.as_ref());
        one != other
            && text.is_some_and(|(a, b)| a.hash == b.hash)
            && a.length.min(b.length) >= MIN_CHARS
            && b.canonical != Some(a.key)
    })
}

/// A URL without the parameters that name its language, and that language; `None` where it has
/// none.
pub(super) fn without_language(url: &Url) -> Option<(Url, Lang)> {
    let named = |name: &str| LANGUAGE_PARAMETERS.contains(&name.to_lowercase().as_str());
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let (naming, rest): (Vec<_>, Vec<_>) = pairs.iter().partition(|(name, _)| named(name));
    let lang = naming.iter().find_map(|(_, value)| Lang::parse(value))?;
    let mut bare = url.clone();
    bare.set_query(None);
    if !rest.is_empty() {
        bare.query_pairs_mut().extend_pairs(rest);
    }
    Some((bare, lang))
}

fn numbered(builder: &Builder) -> impl Iterator<Item = (u32, &Kept)> {
    (0_u32..).zip(&builder.pages).filter(|(_, page)| !page.stale)
}

fn url(builder: &Builder, number: u32) -> &str {
    builder.pages.get(number as usize).map_or("", |page| &page.url)
}

/// Of two spellings of one page the smaller stands for it, whichever came first.
fn keep_smaller(builder: &Builder, index: &mut HashMap<u64, u32>, key: u64, number: u32) {
    let kept = index.entry(key).or_insert(number);
    if url(builder, number) < url(builder, *kept) {
        *kept = number;
    }
}
