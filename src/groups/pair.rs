//! Pairs: two pages of which one declares the other, weighed, and what speaks against them.
//!
//! A pair is judged by its links alone and by what its two pages say of others; whether it clashes
//! with better pairs is seen when groups are `form`ed.

use super::graph::{Graph, Link};
use super::score::{self, ACCEPTED, CONTRADICTS, Weights};
use super::verify::{self, Norms, Text, TextCheck, Verdict};
use super::{Evidence, Step, Why};
use crate::lang::Lang;
use crate::page::Signal;

/// By so much more must one of two texts agree with a third for it to be chosen: numbers agree
/// with the one (3 points) and are not known of the other (0) is not enough; see `verify`.
const CLEARLY: i8 = 4;

/// A pair of pages and what it is worth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) from: u32,
    pub(super) to: u32,
    /// What the declarations are worth.
    pub(super) worth: f64,
    pub(super) score: f64,
    pub(super) mutual: bool,
    pub(super) text: Verdict,
    /// What the texts come to, see [`TextCheck::balance`].
    pub(super) balance: i8,
    pub(super) aside: Option<Why>,
}

/// What one page of a pair declares of the other.
struct Side {
    worth: f64,
    /// What is wrong with all of it.
    fault: Option<Why>,
}

impl Graph {
    /// Every pair of which one page declares the other, once; with the ratios of lengths learnt
    /// on the way.
    pub(super) fn pairs(&self) -> (Vec<Pair>, Norms) {
        let ends = self.links().chunk_by(|a, b| (a.from, a.to) == (b.from, b.to));
        let ends = ends.filter_map(|links| links.first().map(|link| (link.from, link.to)));
        // Where each declares the other, the smaller URL comes first, whichever was read first.
        let once: Vec<(u32, u32)> = ends
            .filter(|(from, to)| {
                self.url(*from) < self.url(*to) || self.links_between(*to, *from).is_empty()
            })
            .collect();
        let norms = Norms::learn(
            once.iter()
                .filter(|(a, b)| self.is_sure(*a, *b))
                .map(|(from, to)| (self.text(*from), self.text(*to))),
        );
        let pairs = once.iter().map(|(from, to)| self.pair(*from, *to, &norms, |_| {}));
        (pairs.collect(), norms)
    }

    /// Whether the declarations alone are as good as any: such a pair teaches how long the texts of
    /// two languages are.
    fn is_sure(&self, from: u32, to: u32) -> bool {
        let (there, back) = (self.side(from, to), self.side(to, from));
        let weights = self.weights(from, to, (&there, &back), &TextCheck::default());
        weights.mutual && weights.own_word_differs == 0 && self.key(from) != self.key(to)
    }

    /// Judges one pair; each step is told to `note`.
    pub(super) fn pair(&self, from: u32, to: u32, norms: &Norms, note: impl FnMut(Step)) -> Pair {
        let (there, back) = (self.side(from, to), self.side(to, from));
        let check = self.compared(from, to, norms);
        let weights = self.weights(from, to, (&there, &back), &check);
        let mut pair = Pair {
            from,
            to,
            worth: there.worth.max(back.worth),
            score: score::weigh(&weights, note),
            mutual: weights.mutual,
            text: check.verdict,
            balance: check.balance,
            aside: None,
        };
        pair.aside = self.reason_against(&pair, (&there, &back), norms);
        pair
    }

    /// The texts of a pair, closely compared.
    pub(super) fn texts(&self, pair: &Pair, norms: &Norms) -> Option<TextCheck> {
        verify::compare_closely(self.text(pair.from), self.text(pair.to), norms)
    }

    /// Whether two pages give one text.
    pub(super) fn is_same_text(&self, one: u32, other: u32) -> bool {
        verify::is_same(self.text(one), self.text(other))
    }

    fn text(&self, page: u32) -> Text<'_> {
        let kept = self.page(page);
        Text {
            key: self.keys.name(self.key(page)),
            length: kept.map_or(0, |page| page.length),
            print: kept.and_then(|page| page.text.as_deref()),
        }
    }

    fn side(&self, from: u32, to: u32) -> Side {
        let links = self.links_between(from, to);
        let sound = links.iter().filter(|link| self.fault(link).is_none());
        let worth = score::one_direction(sound.map(|link| link.evidence));
        let fault = links.first().filter(|_| worth <= 0.0).and_then(|link| self.fault(link));
        Side { worth, fault }
    }

    /// What the texts of two pages say of one another; nothing where one has none.
    pub(super) fn compared(&self, one: u32, other: u32, norms: &Norms) -> TextCheck {
        verify::compare(self.text(one), self.text(other), norms).unwrap_or_default()
    }

    fn weights(&self, from: u32, to: u32, sides: (&Side, &Side), text: &TextCheck) -> Weights {
        let mutual = self.is_mutual(from, to, sides);
        let both =
            [(from, to), (to, from)].iter().all(|(a, b)| !self.links_between(*a, *b).is_empty());
        // A much longer text that was declared one-way may hold the other among more: a digest, a
        // front page.
        let ahead = sides.0.worth >= sides.1.worth;
        let is_of_more =
            !mutual && text.verdict == Verdict::Partial && ahead != text.second_is_shorter();
        let differs = |page, links: &[Link]| u8::from(self.own_word_differs(page, links));
        Weights {
            ahead: sides.0.worth,
            behind: sides.1.worth,
            mutual,
            belied: both && !mutual,
            own_word_differs: differs(to, self.links_between(from, to))
                + differs(from, self.links_between(to, from)),
            text: text.verdict,
            vouched: text.balance >= verify::AGREE,
            confirmed: text.balance >= verify::CONFIRMED && !is_of_more,
        }
    }

    /// Whether each declares the other, and not by the look of their URLs alone.
    fn is_mutual(&self, from: u32, to: u32, sides: (&Side, &Side)) -> bool {
        let named = |from, to| {
            let links = self.links_between(from, to);
            links.iter().any(|link| link.evidence.signal != Signal::UrlPattern)
        };
        sides.0.worth > 0.0 && sides.1.worth > 0.0 && (named(from, to) || named(to, from))
    }

    /// Whether a page too short to tell its language calls itself another one than declared.
    fn own_word_differs(&self, page: u32, links: &[Link]) -> bool {
        let lang = |number| self.builder.lang(number);
        let Some(page) = self.page(page).filter(|page| page.detected.is_none()) else {
            return false;
        };
        let mut said = links.iter().filter(|link| self.fault(link).is_none());
        said.find_map(|link| lang(link.lang))
            .zip(lang(page.declared))
            .is_some_and(|(said, own)| !said.agrees(own))
    }

    fn reason_against(&self, pair: &Pair, sides: (&Side, &Side), norms: &Norms) -> Option<Why> {
        let (from, to) = (pair.from, pair.to);
        // A redirect that led here by mistake takes nothing from what the other page says.
        let counts = |why: &Why| *why != Why::Redirected || pair.worth <= 0.0;
        let fault = sides.0.fault.filter(counts).or(sides.1.fault.filter(counts));
        fault
            .or_else(|| (self.key(from) == self.key(to)).then(|| self.one_language(pair)))
            .or_else(|| (pair.text == Verdict::Same).then_some(Why::SameText))
            .or_else(|| self.is_fallback(pair).then_some(Why::FallbackCopy))
            .or_else(|| (pair.text == Verdict::Suspect).then_some(Why::TextDiffers))
            .or_else(|| self.is_outdone(pair, norms).then_some(Why::Rivals))
            // What each says of the other outweighs what others say.
            .or_else(|| self.reason_against_one_way(pair, sides.1, norms).filter(|_| !pair.mutual))
            .or_else(|| (self.key(from) == 0 || self.key(to) == 0).then_some(Why::Weak))
            .or_else(|| (pair.score < ACCEPTED).then_some(Why::Weak))
    }

    /// Two pages in one language: a regional variant, or the text untranslated.
    fn one_language(&self, pair: &Pair) -> Why {
        let links =
            [self.links_between(pair.from, pair.to), self.links_between(pair.to, pair.from)];
        let key = self.key(pair.from);
        if key == 0 {
            return Why::Weak;
        }
        // What names no language (`x-default`) says nothing against it.
        let mut said = links.iter().copied().flatten();
        if said.any(|link| link.lang.is_none() || self.keys.of_lang(link.lang) == key) {
            Why::Variant
        } else {
            Why::DeclaredUntranslated
        }
    }

    /// Whether one page, its own language unknown, calls the other its canonical URL.
    fn is_fallback(&self, pair: &Pair) -> bool {
        let names = |page: u32, other: u32| {
            let Some(page) = self.page(page).filter(|page| page.detected.is_none()) else {
                return false;
            };
            page.canonical.is_some_and(|key| {
                let reach = self.places.reach(&self.builder, key);
                matches!(reach, super::places::Reach::Page { page, .. } if page == other)
            })
        };
        names(pair.from, pair.to) || names(pair.to, pair.from)
    }

    fn reason_against_one_way(&self, pair: &Pair, back: &Side, norms: &Norms) -> Option<Why> {
        // A pair is filed under the page that declares, or under either when both do.
        let (from, to) = if back.worth > 0.0 { (pair.to, pair.from) } else { (pair.from, pair.to) };
        if self.is_hub(to) || self.is_hub(from) {
            return Some(Why::Hub);
        }
        if self.contradicts(to, from, norms) {
            return Some(Why::Contradicted);
        }
        let has_rival = self.has_rival(from, to, norms);
        (has_rival || self.is_crowded(to, from, norms)).then_some(Why::Rivals)
    }

    /// Whether `page` firmly names another page, or something nobody fetched, where `other` would
    /// stand, and its text does not clearly say that it means `other`.
    pub(super) fn contradicts(&self, page: u32, other: u32, norms: &Norms) -> bool {
        let key = self.key(other);
        self.names_elsewhere(page, key)
            || self.others_named(page, other, key).any(|(rival, worth)| {
                worth >= CONTRADICTS && !self.is_clearly(page, other, rival, norms)
            })
    }

    /// Whether one of the pages names another page for the other's language, or several firmly name
    /// it, and its text is clearly that one's: then no declaration helps, be it mutual.
    fn is_outdone(&self, pair: &Pair, norms: &Norms) -> bool {
        let by_text = |page: u32, other: u32| {
            let key = self.key(other);
            let named = self.others_named(page, other, key).filter(|(_, worth)| *worth > 0.0);
            let crowd = self.crowd(page, key).iter().copied().filter(|rival| *rival != other);
            let mut rivals = named.map(|(rival, _)| rival).chain(crowd);
            rivals.any(|rival| self.is_clearly(page, rival, other, norms))
        };
        by_text(pair.from, pair.to) || by_text(pair.to, pair.from)
    }

    /// Whether `from` names another page of that language as firmly as `to`, and no text tells.
    fn has_rival(&self, from: u32, to: u32, norms: &Norms) -> bool {
        let own = self.side(from, to).worth;
        self.others_named(from, to, self.key(to))
            .any(|(rival, worth)| worth >= own && !self.is_clearly(from, to, rival, norms))
    }

    /// Whether other articles in the language of `from` firmly declare `to`, and no text tells.
    fn is_crowded(&self, to: u32, from: u32, norms: &Norms) -> bool {
        let is_itself = |rival: u32| {
            rival == from || self.are_variants(rival, from) || self.is_same_text(rival, from)
        };
        let mut crowd = self.crowd(to, self.key(from)).iter().copied();
        crowd.any(|rival| !is_itself(rival) && !self.is_clearly(to, from, rival, norms))
    }

    /// Whether the text of `page` is that of `one`, and clearly not that of `other`.
    fn is_clearly(&self, page: u32, one: u32, other: u32, norms: &Norms) -> bool {
        let own = self.compared(page, one, norms);
        own.verdict == Verdict::Agrees
            && own.balance - self.compared(page, other, norms).balance >= CLEARLY
    }

    /// What a page's words about other pages of a language are worth.
    fn others_named(&self, page: u32, but: u32, key: u16) -> impl Iterator<Item = (u32, f64)> + '_ {
        let by_page = self.links_from(page).chunk_by(|a, b| a.to == b.to);
        by_page
            .filter(move |links| {
                links.first().is_some_and(|link| {
                    link.to != but && self.key(link.to) == key && !self.are_variants(link.to, but)
                })
            })
            .filter_map(|links| {
                let sound = links.iter().filter(|link| self.fault(link).is_none());
                let worth = score::one_direction(sound.map(|link| link.evidence));
                Some((links.first()?.to, worth))
            })
    }

    /// What both pages of a pair declare, each once.
    pub(super) fn evidence(&self, pair: &Pair) -> Vec<Evidence> {
        let there = self.links_between(pair.from, pair.to);
        let back = self.links_between(pair.to, pair.from);
        let mut all: Vec<Evidence> = there.iter().chain(back).map(|link| link.evidence).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Of a pair that was set aside for the language of a text: the language declared, and that
    /// of the text.
    pub(super) fn mislabelled(&self, pair: &Pair) -> Option<(&Lang, &Lang)> {
        if !matches!(pair.aside?, Why::DeclaredUntranslated | Why::Redirected) {
            return None;
        }
        let (there, back) =
            (self.links_between(pair.from, pair.to), self.links_between(pair.to, pair.from));
        let wrong = |links: &[Link]| links.iter().filter_map(|l| self.wrong_language(l)).min();
        wrong(there).or_else(|| wrong(back))
    }

    /// The language a link declares and that of the text there, where they are not one.
    pub(super) fn wrong_language(&self, link: &Link) -> Option<(&Lang, &Lang)> {
        let said = self.builder.lang(link.lang)?;
        let page = self.page(link.to)?;
        let text = self.builder.lang(page.detected.or(page.declared))?;
        (!said.agrees(text)).then_some((said, text))
    }

    /// The language a pair was declared in by its firmest link.
    pub(super) fn declared(&self, pair: &Pair) -> Option<&Lang> {
        let there = self.links_between(pair.from, pair.to);
        let links = if there.is_empty() { self.links_between(pair.to, pair.from) } else { there };
        let lang = |link: &Link| self.builder.lang(link.lang);
        let firmest = links.iter().filter(|link| link.lang.is_some()).max_by(|a, b| {
            let worth = |link: &Link| score::worth(link.evidence.signal);
            worth(a).total_cmp(&worth(b)).then_with(|| lang(b).cmp(&lang(a)))
        });
        firmest.and_then(lang)
    }
}
