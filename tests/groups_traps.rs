//! The traps of language alternates that are decided between pages: each a site in a few pages, on
//! which the plainest reading of its declarations makes a wrong group.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a broken fixture must fail loudly"
)]

use proptest::prelude::*;
use warraq::groups::audit::Fault;
use warraq::groups::explain::Fate;
use warraq::groups::{Builder, CopyKind, End, Group, GroupKind, Says, Why};
use warraq::lang::Lang;
use warraq::page::print::TextPrint;
use warraq::page::{PageKind, Signal};

#[path = "made/mod.rs"]
mod made;

use made::{Made, absolute, build, page, shown, whys};

fn pair() -> Vec<Made> {
    vec![page("/ar/a", "ar").head("en", "/en/a"), page("/en/a", "en").head("ar", "/ar/a")]
}

fn with(pages: Vec<Made>, more: impl IntoIterator<Item = Made>) -> Vec<Made> {
    pages.into_iter().chain(more).collect()
}

#[test]
fn two_pages_for_one_language_are_told_apart_or_both_left() {
    // Trap 14: the same language twice, and nothing tells which of them it is.
    let both = page("/ar/a", "ar").head("en", "/en/a").head("en", "/en/b");
    let groups = build(&[both.clone(), page("/en/a", "en"), page("/en/b", "en")], &[]);
    assert_eq!(groups, []);
    // A return link tells.
    let back = page("/en/b", "en").head("ar", "/ar/a");
    let groups = build(&[both, page("/en/a", "en"), back], &[]);
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/b"]);
    assert_eq!(whys(&groups), [Why::Rivals]);
    // Two Arabic articles claim one English page that answers neither.
    let claims = |path: &str| page(path, "ar").head("en", "/en/a");
    assert_eq!(build(&[claims("/ar/a"), claims("/ar/b"), page("/en/a", "en")], &[]), []);
}

#[test]
fn a_switcher_that_leads_to_another_article_joins_nothing() {
    // Trap 14: no home filter catches it; the true page's own words do.
    let lost = page("/fr/b", "fr").says(Signal::AnchorHreflang, "en", "/en/a");
    let groups = build(&with(pair(), [lost]), &[]);
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a"]);
    // Even a firm claim on a member is held against what the other members say.
    let firm = page("/fr/b", "fr").head("en", "/en/a");
    let arabic = page("/ar/a", "ar").head("en", "/en/a").head("fr", "/fr/a");
    let pages = [arabic, page("/en/a", "en").head("ar", "/ar/a"), firm, page("/fr/a", "fr")];
    let groups = build(&pages, &[]);
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a fr=/fr/a"]);
}

#[test]
fn an_alternate_that_redirects_back_home_or_to_a_member_is_none() {
    // Trap 14: WordPress guesses what a missing URL may have meant.
    let pages = [
        page("/ar/a", "ar")
            .head("en", "/en/a")
            .head("fr", "/fr/a")
            .head("de", "/de/a")
            .head("es", "/es/a"),
        page("/en/a", "en").head("ar", "/ar/a"),
        page("/", "en"),
    ];
    let moves = [("/fr/a", "/ar/a"), ("/de/a", "/en/a"), ("/es/a", "/")];
    let groups = build(&pages, &moves);
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a"]);
    assert!(groups[0].edges[0].reciprocal, "the redirect takes nothing from the true edge");
}

#[test]
fn a_canonical_in_another_language_is_a_fallback_copy() {
    // Trap 15: the French page, too short to tell, is the German one under a French address.
    let mut copy = page("/fr/a", "fr").canonical("/de/a").head("de", "/de/a");
    copy.row.detected = None;
    let german = page("/de/a", "de").head("fr", "/fr/a");
    assert_eq!(build(&[copy.clone(), german.clone()], &[]), []);
    // A text that is French is a translation, whatever its template prints as canonical.
    copy.row.detected = Lang::parse("fr");
    assert_eq!(shown(&build(&[copy, german], &[])), ["de=/de/a fr=/fr/a"]);
}

#[test]
fn a_canonical_that_every_page_prints_joins_none_of_them() {
    let one = |n: usize| {
        let arabic =
            page(&format!("/ar/{n}"), "ar").canonical("/ar/all").head("en", &format!("/en/{n}"));
        let english = page(&format!("/en/{n}"), "en").head("ar", &format!("/ar/{n}"));
        [arabic, english]
    };
    let groups = build(&(0..30).flat_map(one).collect::<Vec<_>>(), &[]);
    assert_eq!(groups.len(), 30);
    let listing = page("/ar/all", "ar");
    let groups = build(&with((0..30).flat_map(one).collect(), [listing]), &[]);
    assert_eq!(groups.len(), 30);
}

#[test]
fn an_alias_is_its_page_by_redirect_by_canonical_and_by_node() {
    // Trap 16: hreflang names /node/N, the canonical URL the path.
    let pages = [
        page("/ar/a", "ar").head("en", "/node/7"),
        page("/en/a", "en").canonical("/node/7").head("ar", "/ar/a"),
    ];
    assert_eq!(shown(&build(&pages, &[])), ["ar=/ar/a en=/en/a"]);
    let groups = build(
        &pages[..1]
            .iter()
            .cloned()
            .chain([page("/en/a", "en").head("ar", "/ar/a")])
            .collect::<Vec<_>>(),
        &[("/node/7", "/en/a")],
    );
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a"]);
    // The same node in two languages is one article, whatever the pages say of each other.
    let node = |path: &str, lang: &str, node: &str| {
        let mut page = page(path, lang);
        page.row.origin.node = Some(node.into());
        page
    };
    let pages = [
        node("/ar/x", "ar", "node/7"),
        node("/en/y", "en", "node/7"),
        node("/fr/z", "fr", "node/8"),
        node("https://other.example/fr/z", "fr", "node/7"),
    ];
    assert_eq!(shown(&build(&pages, &[])), ["ar=/ar/x en=/en/y"]);
}

#[test]
fn a_language_the_other_page_gives_to_somebody_nobody_fetched_is_contradicted() {
    // Trap 17: one-way and contradicted, the contradiction leading out of what was fetched.
    let pages = [page("/ar/b", "ar").head("en", "/en/a"), page("/en/a", "en").head("ar", "/ar/a")];
    assert_eq!(build(&pages, &[]), []);
}

#[test]
fn later_pages_of_an_article_are_parts_of_its_first() {
    // Trap 19: the switcher of page 2 leads to page 1 of the other language.
    let mut second = page("/ar/a/2", "ar").says(Signal::AnchorHreflang, "en", "/en/a");
    second.row.title = Some("title of /ar/a".into());
    let mut third = page("/ar/a?page=3", "ar").says(Signal::AnchorHreflang, "en", "/en/a");
    third.row.title = second.row.title.clone();
    let groups = build(&with(pair(), [second, third]), &[]);
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a"]);
    let parts = &groups[0].members["ar-Arab"].parts;
    assert_eq!(*parts, [absolute("/ar/a/2"), absolute("/ar/a?page=3")]);
    assert_eq!(groups[0].conflicts, []);
}

#[test]
fn parts_copies_and_fallbacks_of_a_member_are_told_apart() {
    let fallback = page("/de/a", "de").text_in("ar").canonical("/ar/a");
    let more = [
        page("/ar/a?print=1", "ar").canonical("/ar/a"),
        page("/ar/a/2/", "ar").titled("title of /ar/a"),
        page("/ar/a/2/?print=1", "ar").canonical("/ar/a/2/"),
        page("https://www.news.example/ar/a/", "ar"),
        fallback,
    ];
    let groups = build(&with(pair(), more), &[]);
    let member = &groups[0].members["ar-Arab"];
    assert_eq!(member.url, "https://news.example/ar/a");
    let paths = |urls: Vec<&String>| -> Vec<String> {
        urls.into_iter().map(|url| url.trim_start_matches("https://news.example").into()).collect()
    };
    assert_eq!(paths(member.parts.iter().collect()), ["/ar/a/2/", "/ar/a/2/?print=1"]);
    let copies: Vec<(CopyKind, String)> =
        member.copies.iter().map(|copy| (copy.by, paths(vec![&copy.url]).remove(0))).collect();
    assert_eq!(
        copies,
        [
            (CopyKind::Canonical, "/ar/a?print=1".to_owned()),
            (CopyKind::Fallback, "/de/a".to_owned()),
            (CopyKind::Spelling, "https://www.news.example/ar/a/".to_owned()),
        ]
    );
}

#[test]
fn the_audit_names_what_the_texts_and_the_canonicals_say() {
    let print = |number: u16| TextPrint {
        hash: u64::from(number),
        numbers: vec![number, number + 1, number + 2],
        count: 3,
        ..TextPrint::default()
    };
    let mut pages = [
        page("/ar/a", "ar")
            .head("en", "/en/a")
            .head("fr", "/fr/a")
            .head("es", "/es/a")
            .head("ar", "/ar/a"),
        page("/en/a", "en").head("ar", "/ar/a").head("en", "/en/a"),
        page("/fr/a", "fr").head("ar", "/ar/b"),
        page("/ar/b", "ar").head("fr", "/fr/a"),
        page("/es/a", "es").head("ar", "/ar/a").canonical("https://mirror.example/es/a"),
    ];
    pages[0].row.text = Some(print(1));
    pages[1].row.text = Some(print(100));
    let mut builder = Builder::with_targets();
    for page in &pages {
        builder.add(&page.row, &page.alternates, None);
    }
    let audit = builder.judge().audit();
    let counts: Vec<(&str, u64)> =
        audit[0].faults.iter().map(|(fault, found)| (fault.name(), found.count)).collect();
    assert_eq!(
        counts,
        [("canonical-elsewhere", 1), ("contradicted", 1), ("text-differs", 2)],
        "{audit:#?}"
    );
    assert_eq!(audit[0].alternates, 7, "a page that names itself is counted nowhere");
}

#[test]
fn languages_that_differ_by_a_parameter_are_two_pages() {
    // Trap 20.
    let pages = [
        page("/story?lang=ar", "ar").head("en", "/story?lang=en&utm_source=x"),
        page("/story?lang=en", "en").head("ar", "/story?lang=ar"),
    ];
    assert_eq!(shown(&build(&pages, &[])), ["ar=/story?lang=ar en=/story?lang=en"]);
}

#[test]
fn an_error_or_a_draft_is_evidence_about_the_edge_and_no_member() {
    // Trap 22.
    let mut builder = Builder::with_targets();
    let arabic = page("/ar/a", "ar").head("en", "/en/a").head("fr", "/fr/a").head("de", "/de/a");
    builder.add(&arabic.row, &arabic.alternates, None);
    builder.end(&absolute("/en/a"), End::Status(404));
    builder.end(&absolute("/fr/a"), End::Failed);
    let judgement = builder.judge();
    assert_eq!(judgement.groups, []);
    let told = judgement.explain(&absolute("/ar/a")).unwrap();
    let fates: Vec<Fate> = told.nowhere.iter().map(|nowhere| nowhere.found).collect();
    assert_eq!(fates, [Fate::NotFetched, Fate::Status(404), Fate::Failed]);
    let audit = &judgement.audit()[0];
    assert_eq!((audit.articles, audit.alternates, audit.not_fetched), (1, 3, 1));
    assert_eq!(audit.faults[&Fault::Broken].count, 2);
}

#[test]
fn one_address_for_many_languages_is_a_fallback() {
    let all = |path: &str, lang: &str| {
        page(path, lang).head("de", "/other").head("fr", "/other").head("es", "/other")
    };
    let mut other = page("/other", "und");
    (other.row.declared, other.row.detected) = (None, None);
    assert_eq!(build(&[all("/ar/a", "ar"), other.clone()], &[]), []);
    // Its own word decides when there is one.
    other.row.declared = Lang::parse("fr");
    assert_eq!(shown(&build(&[all("/ar/a", "ar"), other], &[])), ["ar=/ar/a fr=/other"]);
}

#[test]
fn an_encyclopedia_is_comparable_and_a_machine_is_suspected() {
    let pages = [
        page("/ar/a", "ar").says(Signal::Interlanguage, "en", "/en/a"),
        page("/en/a", "en").says(Signal::Interlanguage, "ar", "/ar/a"),
    ];
    let groups = build(&pages, &[]);
    assert_eq!((groups[0].kind, groups[0].mt_suspect), (GroupKind::Comparable, false));
    assert_eq!(groups[0].original, None);
    let mut pages = pair();
    pages[1].row.origin.machine = Some("Weglot".into());
    let groups = build(&pages, &[]);
    assert_eq!((groups[0].kind, groups[0].mt_suspect), (GroupKind::Parallel, true));
}

#[test]
fn the_original_is_the_one_that_is_no_translation_then_the_default_then_the_first() {
    let original = |change: fn(&mut [Made])| {
        let mut pages = pair();
        change(&mut pages);
        build(&pages, &[])[0].original.clone().map(|original| (original.lang, original.by))
    };
    assert_eq!(original(|_| {}), None);
    let said = |lang: &str, by| Some((lang.to_owned(), by));
    let credited = original(|pages| {
        pages[0].row.origin.is_translation = true;
        pages[0].row.origin.is_default = true;
    });
    assert_eq!(credited, said("en-Latn", Says::Translations));
    assert_eq!(
        original(|pages| pages[1].row.origin.is_default = true),
        said("en-Latn", Says::XDefault)
    );
    let dated = |ar: &'static str, en: &'static str| {
        let mut pages = pair();
        pages[0].row.published = Some(ar.into());
        pages[1].row.published = Some(en.into());
        build(&pages, &[])[0].original.clone().map(|original| (original.lang, original.by))
    };
    assert_eq!(dated("2026-11-20", "2026-11-22T10:00:00Z"), said("ar-Arab", Says::Date));
    assert_eq!(dated("2026-11-22T08:00:00Z", "2026-11-22"), None, "the same day");
}

#[test]
fn the_audit_names_each_fault_of_a_host() {
    let mut builder = Builder::with_targets();
    let pages = [
        page("/ar/a", "ar")
            .head("en", "/en/a")
            .head("fr", "/fr/a")
            .head("de", "/de/a")
            .head("es", "/es/a"),
        page("/en/a", "en"),
        page("/fr/a", "fr").head("ar", "/ar/a").text_in("ar"),
        page("/", "es"),
    ];
    for page in &pages {
        builder.add(&page.row, &page.alternates, None);
    }
    for (from, to) in [("/de/a", "/de/b"), ("/de/b", "/de/a"), ("/es/a", "/")] {
        builder.add(&page(from, "und").row, &[], Some(&absolute(to)));
    }
    let audit = builder.judge().audit();
    let counts: Vec<(Fault, u64)> =
        audit[0].faults.iter().map(|(fault, found)| (*fault, found.count)).collect();
    assert_eq!(
        counts,
        [
            (Fault::NonReciprocal, 1),
            (Fault::Looping, 1),
            (Fault::Mislabelled, 1),
            (Fault::HomeGoing, 1),
        ]
    );
    let wrong = audit[0].faults[&Fault::Mislabelled].examples.first().unwrap();
    assert_eq!(
        (wrong.to.as_str(), wrong.text.clone()),
        ("https://news.example/fr/a", Lang::parse("ar"))
    );
}

/// A page whose text has these numbers.
fn numbered(mut made: Made, numbers: [u16; 5]) -> Made {
    let (hash, numbers) = (u64::from(numbers[4]), numbers.to_vec());
    made.row.text = Some(TextPrint { hash, numbers, count: 4, ..TextPrint::default() });
    made
}

/// Several articles that declare one page: what the audit says of it is what an explanation says.
#[test]
fn the_audit_gives_the_reason_of_the_explanation() {
    let article = |path: &str, of| numbered(page(path, "en").head("fr", "/fr/0"), of);
    for (others, why, fault) in [
        ([[11, 12, 13, 14, 15], [21, 22, 23, 24, 25]], Why::TextDiffers, Fault::TextDiffers),
        ([[1, 2, 13, 14, 15], [2, 3, 23, 24, 25]], Why::Hub, Fault::Hub),
    ] {
        let mut builder = Builder::with_targets();
        let pages = [
            article("/en/0", [1, 2, 3, 4, 5]),
            article("/en/1", others[0]),
            article("/en/2", others[1]),
            numbered(page("/fr/0", "fr").head("en", "/en/0"), [1, 2, 3, 4, 6]),
        ];
        for page in &pages {
            builder.add(&page.row, &page.alternates, None);
        }
        let judgement = builder.judge();
        assert_eq!(shown(&judgement.groups), ["en=/en/0 fr=/fr/0"]);
        let told = judgement.explain(&absolute("/en/1")).unwrap();
        assert_eq!(told.edges[0].left, Some(why));
        let audit = judgement.audit();
        let found: Vec<_> = audit[0].faults.iter().map(|(what, n)| (*what, n.count)).collect();
        assert_eq!(found, [(fault, 2)]);
        assert_eq!(fault.explained(), why.sentence());
    }
}

#[test]
fn an_explanation_tells_every_edge_and_every_step() {
    let weak = page("/fr/b", "fr").says(Signal::Autonym, "ar", "/ar/a");
    let mut builder = Builder::with_targets();
    for page in with(pair(), [weak]) {
        builder.add(&page.row, &page.alternates, None);
    }
    let judgement = builder.judge();
    let told = judgement.explain("http://www.news.example/ar/a/?utm_source=x").unwrap();
    assert_eq!(told.group.as_deref(), Some(judgement.groups[0].id.as_str()));
    let shown: Vec<_> =
        told.edges.iter().map(|edge| (edge.other.as_str(), edge.left, edge.steps.len())).collect();
    assert_eq!(
        shown,
        [("https://news.example/en/a", None, 4), ("https://news.example/fr/b", Some(Why::Weak), 2),]
    );
    let last = told.edges[0].steps.last().unwrap();
    assert!((last.score - told.edges[0].score).abs() < 1e-9);
    assert_eq!(judgement.explain("https://news.example/none"), None);
}

#[test]
fn what_is_taken_in_later_replaces_what_was_there() {
    let mut builder = Builder::new();
    let old = page("/ar/a", "ar").head("en", "/en/old");
    for page in [old, page("/en/old", "en").head("ar", "/ar/a")].iter().chain(&pair()) {
        builder.add(&page.row, &page.alternates, None);
    }
    let gone = page("/en/old", "en");
    builder.add(&gone.row, &[], Some(&absolute("/en/a")));
    assert_eq!(shown(&builder.finish()), ["ar=/ar/a en=/en/a"]);
}

fn signal() -> impl Strategy<Value = Signal> {
    prop::sample::select(vec![
        Signal::HeadLink,
        Signal::ArticleBlock,
        Signal::Sitemap,
        Signal::AnchorHreflang,
        Signal::Autonym,
        Signal::UrlPattern,
    ])
}

/// A page of a crawl of sixteen, four of them front pages.
fn crawled(number: usize) -> Made {
    const LANGS: [&str; 4] = ["ar", "en", "fr", "zh-Hant"];
    let lang = LANGS[number % 4];
    let path = if number < 4 { format!("/{lang}/") } else { format!("/{lang}/{number}") };
    page(&path, lang)
}

fn ids(groups: &[Group]) -> Vec<(String, Vec<String>)> {
    let of = |group: &Group| {
        (group.id.clone(), group.members.values().map(|member| member.url.clone()).collect())
    };
    groups.iter().map(of).collect()
}

proptest! {
    #[test]
    fn any_order_gives_the_same_pure_groups(
        edges in prop::collection::vec((0..16_usize, 0..16_usize, 0..16_usize, signal()), 0..80),
        order in Just((0..16_usize).collect::<Vec<_>>()).prop_shuffle(),
        turned in any::<bool>(),
    ) {
        let mut pages: Vec<Made> = (0..16).map(crawled).collect();
        for (from, to, called, signal) in edges {
            let target = pages[to].row.url.clone();
            let called = pages[called].row.declared.clone().unwrap();
            pages[from] = pages[from].clone().says(signal, called.as_str(), &target);
        }
        let groups = build(&pages, &[]);
        let mut shuffled: Vec<Made> = order.iter().map(|n| pages[*n].clone()).collect();
        if turned {
            for page in &mut shuffled {
                page.alternates.reverse();
            }
        }
        let again = build(&shuffled, &[]);
        prop_assert_eq!(ids(&again), ids(&groups));
        prop_assert_eq!(again, groups.clone());
        let mut all = Vec::new();
        for group in &groups {
            for (key, member) in &group.members {
                let url = url::Url::parse(&member.url).unwrap();
                prop_assert!(url.path().split('/').filter(|s| !s.is_empty()).count() > 1, "a front page");
                prop_assert_eq!(&member.lang.as_ref().unwrap().group_key(), key);
                all.push(&member.url);
            }
        }
        let count = all.len();
        all.sort();
        all.dedup();
        prop_assert_eq!(all.len(), count, "a page in two groups");
    }
}

#[test]
fn a_listing_is_no_member_however_it_is_declared() {
    let mut listing = page("/en/news", "en").head("ar", "/ar/a");
    listing.row.kind = PageKind::Listing;
    assert_eq!(build(&[page("/ar/a", "ar").head("en", "/en/news"), listing], &[]), []);
}
