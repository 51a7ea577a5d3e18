//! Copies: the further addresses of the members of groups, found once groups are formed.
//!
//! What leads to one page by spelling, canonical URL or parts is known since the pages were given
//! their `places`. Another address that gives the same text, and says nothing of it, is no more than
//! a copy of the member it repeats: it took no part in the judgement, and is only named.

use std::collections::{BTreeSet, HashMap, HashSet};

use url::Url;

use super::form::Judgement;
use super::places::{How, MAX_COPIES, without_language};
use super::verify::MIN_CHARS;
use super::{Copied, CopyKind};

/// The further addresses of one page.
#[derive(Clone, Debug, Default)]
pub(super) struct Copies {
    pub(super) parts: Vec<String>,
    pub(super) copies: Vec<Copied>,
}

/// What pages of one text have in common: host, text, length and language.
type Likeness<'g> = (&'g str, u64, u64, Option<u16>);

impl Judgement {
    /// Parts and copies of the pages that are in groups; and, with its member, each page that is a
    /// copy by its text alone.
    pub(super) fn copies(
        &self,
        components: &[Vec<(u16, u32)>],
    ) -> (HashMap<u32, Copies>, Vec<(u32, u32)>) {
        let members: BTreeSet<u32> = components.iter().flatten().map(|(_, page)| *page).collect();
        let mut copies: HashMap<u32, Copies> = HashMap::new();
        for (copy, home, how) in self.graph.places.copies() {
            let is_read = self.graph.page(copy).is_some_and(|page| !page.stale);
            // What is a copy of a variant belongs to the member that stands for it.
            let mut near = std::iter::once(home).chain(self.graph.kin(home));
            let Some(member) = near.find(|page| members.contains(page)).filter(|_| is_read) else {
                continue;
            };
            let (url, of) = (self.graph.url(copy).to_owned(), copies.entry(member).or_default());
            match how {
                How::Part => of.parts.push(url),
                How::Copy(by) => of.copies.push(Copied { url, by }),
            }
        }
        let repeated = self.repeated(&members);
        for (copy, member) in &repeated {
            let (url, by) = (self.graph.url(*copy).to_owned(), CopyKind::SameText);
            copies.entry(*member).or_default().copies.push(Copied { url, by });
        }
        for of in copies.values_mut() {
            // By number: `/2` comes before `/10`.
            of.parts.sort_unstable_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
            of.copies.sort_unstable();
        }
        (copies, repeated)
    }

    /// The pages in no group that have, on its host and in its language, the text of one member and
    /// are nothing else: no variant, no address that stands for another language. More of them than
    /// a page has copies are what a template prints.
    fn repeated(&self, members: &BTreeSet<u32>) -> Vec<(u32, u32)> {
        let mut of: HashMap<Likeness<'_>, (u32, usize, Vec<u32>)> = HashMap::new();
        for member in members {
            if let Some(likeness) = self.likeness(*member) {
                of.entry(likeness).or_insert((*member, 0, Vec::new())).1 += 1;
            }
        }
        let faulty = self.graph.links().iter().filter(|link| self.graph.fault(link).is_some());
        let untranslated: HashSet<u32> = faulty.map(|link| link.to).collect();
        for page in (0_u32..).take(self.graph.builder.pages.len()) {
            let is_own = self.graph.places.home(page) == page && !members.contains(&page);
            let likeness = self.likeness(page).filter(|_| is_own && !untranslated.contains(&page));
            if let Some((member, _, pages)) = likeness.and_then(|likeness| of.get_mut(&likeness))
                && !self.graph.are_variants(page, *member)
                && !self.is_called_other(page)
            {
                pages.push(page);
            }
        }
        let few = of.into_values().filter(|(_, n, pages)| *n == 1 && pages.len() <= MAX_COPIES);
        few.flat_map(|(member, _, pages)| pages.into_iter().map(move |page| (page, member)))
            .collect()
    }

    /// Whether its own tag or its address names another language than that of its text.
    fn is_called_other(&self, number: u32) -> bool {
        let builder = &self.graph.builder;
        let Some(page) = self.graph.page(number) else { return true };
        let named = Url::parse(&page.url).ok().and_then(|url| without_language(&url));
        let own = builder.lang(page.lang(builder));
        page.calls_itself_other(builder)
            || named.is_some_and(|(_, named)| !own.is_some_and(|own| named.agrees(own)))
    }

    fn likeness(&self, number: u32) -> Option<Likeness<'_>> {
        let page = self.graph.page(number).filter(|page| !page.stale && !page.is_front)?;
        let text = page.text.as_ref().filter(|_| page.length >= MIN_CHARS)?;
        let host = page.url.split('/').nth(2)?;
        Some((host, text.hash, page.length, page.lang(&self.graph.builder)))
    }
}
