//! The groups room: which pages are one article, from declarations written by hand.

use proptest::prelude::*;
use warraq::groups::Why;
use warraq::page::{PageKind, Signal};

#[path = "made/mod.rs"]
mod made;

use made::{Made, build, page, shown, whys};

fn three() -> Vec<Made> {
    vec![
        page("/ar/a", "ar").head("en", "/en/a").head("fr", "/fr/a"),
        page("/en/a", "en").head("ar", "/ar/a").head("fr", "/fr/a"),
        page("/fr/a", "fr").head("ar", "/ar/a").head("en", "/en/a"),
    ]
}

#[test]
fn pages_that_declare_one_another_are_one_group() {
    let groups = build(&three(), &[]);
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a fr=/fr/a"]);
    let edges = &groups[0].edges;
    assert_eq!(edges.len(), 3);
    assert!(edges.iter().all(|edge| edge.reciprocal && (0.75..0.8).contains(&edge.score)));
    assert_eq!(groups[0].members["ar-Arab"].title.as_deref(), Some("title of /ar/a"));
}

#[test]
fn the_id_outlives_order_spelling_and_a_new_member() {
    let mut pages = three();
    let id = build(&pages, &[])[0].id.clone();
    pages.reverse();
    pages.push(page("/zh/a", "zh-Hant").head("ar", "http://www.news.example/ar/a/?utm_source=x"));
    let groups = build(&pages, &[]);
    assert_eq!(groups[0].id, id);
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a fr=/fr/a zh-Hant=/zh/a"]);
    assert_eq!(id.len(), 16);
}

#[test]
fn one_way_evidence_must_be_strong() {
    let block = page("/ar/a", "ar").says(Signal::ArticleBlock, "en", "/en/a");
    assert_eq!(build(&[block, page("/en/a", "en")], &[]).len(), 1);
    for weak in [Signal::AnchorHreflang, Signal::Autonym, Signal::Option, Signal::UrlPattern] {
        let one = page("/ar/a", "ar").says(weak, "en", "/en/a");
        assert_eq!(build(&[one.clone(), page("/en/a", "en")], &[]), [], "{weak:?}");
        let back = page("/en/a", "en").says(weak, "ar", "/ar/a");
        // Two links by one URL pattern are one guess made twice.
        let taken = usize::from(weak != Signal::UrlPattern);
        assert_eq!(build(&[one, back], &[]).len(), taken, "{weak:?}");
    }
}

#[test]
fn front_pages_and_hubs_join_nothing() {
    let mut pages = vec![page("/", "en"), page("/en/", "en"), page("/en/welcome", "en")];
    for n in 0..5 {
        let home = page(&format!("/ar/{n}"), "ar").head("en", &format!("/en/{n}"));
        pages.push(home.says(Signal::ArticleBlock, "en", "/en/").head("en", "/en/welcome"));
        pages.push(page(&format!("/en/{n}"), "en").head("ar", &format!("/ar/{n}")));
    }
    let groups = build(&pages, &[]);
    assert_eq!(groups.len(), 5);
    assert!(groups.iter().all(|group| group.members.len() == 2));
    assert_eq!(whys(&groups), [Why::Hub; 5]);
}

#[test]
fn a_chain_of_switchers_does_not_melt_a_site() {
    // Each English page's switcher leads to the next Arabic article.
    let mut pages = Vec::new();
    for n in 0..20 {
        pages.push(page(&format!("/ar/{n}"), "ar").says(
            Signal::ArticleBlock,
            "en",
            &format!("/en/{n}"),
        ));
        let next = format!("/ar/{}", (n + 1) % 20);
        let english = page(&format!("/en/{n}"), "en").head("ar", &format!("/ar/{n}"));
        pages.push(english.says(Signal::AnchorHreflang, "ar", &next));
    }
    let groups = build(&pages, &[]);
    assert_eq!(groups.len(), 20);
    assert!(groups.iter().all(|group| {
        let of = |lang: &str| group.members[lang].url.rsplit('/').next().unwrap().to_owned();
        of("ar-Arab") == of("en-Latn")
    }));
}

#[test]
fn a_contradicted_claim_is_set_aside() {
    let pages = [
        page("/ar/b", "ar").head("en", "/en/a"),
        page("/ar/a", "ar").head("en", "/en/a"),
        page("/en/a", "en").head("ar", "/ar/a"),
    ];
    let groups = build(&pages, &[]);
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a"]);
    assert_eq!(whys(&groups), [Why::Contradicted]);
}

#[test]
fn declared_is_not_translated() {
    let pages = [
        page("/ar/a", "ar").head("en", "/en/a").head("fr", "/fr/a").head("de", "/de/a"),
        page("/en/a", "en").head("ar", "/ar/a"),
        page("/fr/a", "fr").head("ar", "/ar/a").text_in("ar"),
        page("/de/a", "de").head("ar", "/ar/a").text_in("en"),
    ];
    let groups = build(&pages, &[]);
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a"]);
    assert_eq!(whys(&groups), [Why::DeclaredUntranslated; 2]);
}

#[test]
fn the_better_of_two_pages_in_one_language_stays() {
    let pages = [
        page("/ar/a", "ar").head("en", "/en/a").says(Signal::ArticleBlock, "en", "/en/a-2"),
        page("/en/a", "en").head("ar", "/ar/a"),
        page("/en/a-2", "en"),
    ];
    let groups = build(&pages, &[]);
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a"]);
    assert_eq!(whys(&groups), [Why::SameLanguageTwice]);
}

#[test]
fn scripts_are_languages_and_regions_are_not() {
    let pages = [
        page("/hans", "zh-CN").head("zh-TW", "/hant").head("sr-Latn", "/sr-l"),
        page("/hant", "zh-TW").head("zh-CN", "/hans").text_in("zh"),
        page("/sr-l", "sr-Latn").head("zh-CN", "/hans").head("sr", "/sr-c"),
        page("/sr-c", "sr-Cyrl").head("sr-Latn", "/sr-l"),
        page("/gb", "en-GB").head("en-US", "/us"),
        page("/us", "en-US").head("en-GB", "/gb"),
    ];
    let groups = build(&pages, &[]);
    assert_eq!(shown(&groups), ["sr-Cyrl=/sr-c sr-Latn=/sr-l zh-CN=/hans zh-TW=/hant"]);
}

#[test]
fn the_text_decides_in_which_script_a_bare_tag_is() {
    let pages = [
        page("/en/a", "en").head("zh", "/zh/a").head("sr", "/sr/a"),
        page("/zh/a", "zh").head("en", "/en/a").text_in("zh-Hant"),
        page("/sr/a", "sr").head("en", "/en/a").text_in("sr-Latn"),
        page("/zh-cn/a", "zh-CN").head("en", "/en/a").head("zh-TW", "/zh/a").text_in("zh-Hans"),
    ];
    let groups = build(&pages, &[]);
    assert_eq!(shown(&groups), ["en=/en/a sr-Latn=/sr/a zh-CN=/zh-cn/a zh-Hant=/zh/a"]);
    let keys: Vec<&String> = groups[0].members.keys().collect();
    assert_eq!(keys, ["en-Latn", "sr-Latn", "zh-Hans", "zh-Hant"]);
}

#[test]
fn redirects_and_canonicals_are_followed_to_the_page() {
    let pages = [
        page("/ar/a", "ar").head("en", "/node/7").head("fr", "/?p=9"),
        page("/en/a", "en").head("ar", "/ar/a?utm_medium=x"),
        page("/fr/a", "fr").head("ar", "/old-ar").canonical("/?p=9"),
        page("/ar/a?print=1", "ar").head("en", "/en/a").canonical("/ar/a"),
    ];
    let moves = [("/node/7", "/en/a"), ("/old-ar", "/ar/a"), ("/loop", "/loop")];
    let groups = build(&pages, &moves);
    assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a fr=/fr/a"]);
    assert!(groups[0].edges.iter().filter(|edge| edge.reciprocal).count() >= 2);
    assert_eq!(groups[0].conflicts, []);
}

#[test]
fn a_page_without_a_language_is_what_the_others_call_it() {
    let mut pages = three();
    pages[2].row.declared = None;
    pages[2].row.detected = None;
    let groups = build(&pages, &[]);
    assert_eq!(groups[0].members.keys().collect::<Vec<_>>(), ["ar-Arab", "en-Latn", "fr-Latn"]);
}

#[test]
fn a_canonical_in_another_language_or_on_another_host_moves_nothing() {
    let pages = [
        page("/ar/a", "ar").head("en", "/en/a").canonical("/en/a"),
        page("/en/a", "en").head("ar", "/ar/a").canonical("https://mirror.example/en/a"),
    ];
    assert_eq!(shown(&build(&pages, &[])), ["ar=/ar/a en=/en/a"]);
}

#[test]
fn an_alternate_that_leads_back_or_to_a_listing_is_no_member() {
    let mut listing = page("/en/news", "en").head("ar", "/ar/a");
    listing.row.kind = PageKind::Listing;
    let pages = [page("/ar/a", "ar").head("en", "/en/gone").head("en", "/en/news"), listing];
    assert_eq!(build(&pages, &[("/en/gone", "/ar/a")]), []);
}

proptest! {
    #[test]
    fn groups_are_disjoint_and_do_not_depend_on_order(
        links in proptest::collection::vec((0..12_usize, 0..12_usize, 0..4_usize), 0..40),
        shift in 0..12_usize,
    ) {
        let langs = ["ar", "en", "fr", "zh"];
        let signals = [Signal::HeadLink, Signal::ArticleBlock, Signal::Autonym, Signal::JsonLd];
        let mut pages: Vec<Made> =
            (0..12).map(|n| page(&format!("/{}/{n}", langs[n % 4]), langs[n % 4])).collect();
        for (from, to, signal) in links {
            let target = format!("/{}/{to}", langs[to % 4]);
            pages[from] = pages[from].clone().says(signals[signal], langs[to % 4], &target);
        }
        let groups = build(&pages, &[]);
        let mut urls: Vec<_> = groups.iter().flat_map(|g| g.members.values().map(|m| &m.url)).collect();
        let all = urls.len();
        urls.sort();
        urls.dedup();
        prop_assert_eq!(urls.len(), all);
        prop_assert!(groups.iter().all(|group| group.members.len() > 1));
        pages.rotate_left(shift);
        prop_assert_eq!(shown(&build(&pages, &[])), shown(&groups));
    }
}
