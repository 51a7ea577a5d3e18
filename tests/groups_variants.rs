//! Variants: one language for several regions, declared by the pages themselves.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test code: a broken fixture must fail loudly"
)]

use warraq::groups::{Builder, CopyKind, Membership, Role, Why};
use warraq::page::print::TextPrint;

#[path = "made/mod.rs"]
mod made;

use made::{Made, absolute, build, page, shown, whys};

/// A page that names the English editions, its own as variants, and the French page.
fn edition(path: &str, lang: &str) -> Made {
    ["/us/a", "/gb/a", "/au/a"]
        .iter()
        .zip(["en-US", "en-GB", "en-AU"])
        .filter(|(other, _)| **other != path)
        .fold(page(path, lang).head("fr", "/fr/a"), |page, (other, tag)| page.variant(tag, other))
}

#[test]
fn variants_for_regions_are_no_rivals_and_no_hub() {
    let pages = [
        edition("/us/a", "en-US"),
        edition("/gb/a", "en-GB"),
        edition("/au/a", "en-AU"),
        page("/fr/a", "fr").head("en-US", "/us/a").head("en-GB", "/gb/a").head("en-AU", "/au/a"),
    ];
    let groups = build(&pages, &[]);
    assert_eq!(shown(&groups), ["en-AU=/au/a fr=/fr/a"]);
    assert_eq!(whys(&groups), [Why::Variant; 2]);
    let variants: Vec<String> =
        groups[0].members["en-Latn"].variants.iter().map(|one| one.lang.to_string()).collect();
    assert_eq!(variants, ["en-GB", "en-US"]);
}

#[test]
fn two_languages_each_for_several_regions_are_one_group() {
    let both = |path: &str, lang: &str| {
        ["/us/a", "/gb/a", "/fr/a", "/ca/a"]
            .iter()
            .zip(["en-US", "en-GB", "fr-FR", "fr-CA"])
            .filter(|(other, _)| **other != path)
            .fold(page(path, lang), |page, (other, tag)| {
                if tag.split('-').next() == lang.split('-').next() {
                    page.variant(tag, other)
                } else {
                    page.head(tag, other)
                }
            })
    };
    let pages = [
        both("/us/a", "en-US"),
        both("/gb/a", "en-GB"),
        both("/fr/a", "fr-FR"),
        both("/ca/a", "fr-CA").head("de", "/de/a"),
        page("/de/a", "de").head("fr", "/ca/a"),
    ];
    assert_eq!(shown(&build(&pages, &[])), ["de=/de/a en-GB=/gb/a fr-CA=/ca/a"]);
}

#[test]
fn one_way_too_none_of_them_is_a_rival_of_the_others() {
    let silent = [
        edition("/us/a", "en-US"),
        edition("/gb/a", "en-GB"),
        edition("/au/a", "en-AU"),
        page("/fr/a", "fr"),
    ];
    assert_eq!(build(&silent, &[]).len(), 1);
    let named = [
        page("/us/a", "en-US").variant("en-GB", "/gb/a"),
        page("/gb/a", "en-GB"),
        page("/fr/a", "fr").head("en-US", "/us/a").head("en-GB", "/gb/a"),
    ];
    assert_eq!(build(&named, &[]).len(), 1);
}

/// A text of its own for each number.
fn texted(mut page: Made, hash: u64) -> Made {
    page.row.text = Some(TextPrint { hash, count: 4, ..TextPrint::default() });
    page
}

#[test]
fn the_address_without_a_language_is_a_copy_of_the_one_with_it() {
    let arabic = || texted(page("/a?lang=ar", "ar"), 1).head("en", "/a?lang=en");
    let english = || texted(page("/a?lang=en", "en"), 2).head("ar", "/a?lang=ar");
    let bare = || texted(page("/a", "en-US"), 2).head("ar", "/a?lang=ar");
    let copy = [(absolute("/a"), CopyKind::SameText)];
    for bare in [bare(), bare().variant("en", "/a?lang=en")] {
        let groups = build(&[arabic(), english(), bare], &[]);
        assert_eq!(shown(&groups), ["ar=/a?lang=ar en=/a?lang=en"]);
        let member = &groups[0].members["en-Latn"];
        let copies: Vec<_> = member.copies.iter().map(|one| (one.url.clone(), one.by)).collect();
        assert_eq!(copies, copy);
        assert_eq!((&member.variants[..], &groups[0].conflicts[..]), (&[][..], &[][..]));
    }
    // A text of its own is no copy, nor is one that the address calls another language.
    let other = build(&[arabic(), english(), texted(page("/a", "en"), 3)], &[]);
    assert_eq!(other[0].members["en-Latn"].copies, []);
    let wrong = build(&[arabic(), english(), texted(page("/a?lang=fr", "ar"), 1)], &[]);
    assert_eq!(wrong[0].members["ar-Arab"].copies, []);
}

#[test]
fn the_same_text_at_a_second_address_is_a_copy_unless_something_else_is_said_of_it() {
    let arabic = || texted(page("/ar/a", "ar"), 1).head("en", "/en/a");
    let english = || texted(page("/en/a", "en"), 2).head("ar", "/ar/a");
    let again = |path: &str| texted(page(path, "en"), 2).head("ar", "/ar/a");
    let copies = |more: Vec<Made>| {
        let pages = [vec![english(), arabic()], more].concat();
        let groups = build(&pages, &[]);
        assert_eq!(shown(&groups), ["ar=/ar/a en=/en/a"]);
        let copies = &groups[0].members["en-Latn"].copies;
        assert!(copies.iter().all(|copy| copy.by == CopyKind::SameText));
        copies.iter().map(|copy| copy.url.clone()).collect::<Vec<_>>()
    };
    assert_eq!(copies(vec![again("/en/a-2")]), [absolute("/en/a-2")]);
    assert_eq!(copies(vec![again("/en/b"), again("/en/a-2")]), ["/en/a-2", "/en/b"].map(absolute));
    let none: [Made; 6] = [
        again("https://paper.example/en/a"),
        texted(page("/en/a-2", "en-GB"), 2),
        texted(page("/fr/a", "fr").text_in("en"), 2),
        again("/a?lang=fr"),
        texted(page("/en/a-2", "en"), 3),
        page("/en/a-2", "en"),
    ];
    for page in none {
        assert_eq!(copies(vec![page.clone()]), [""; 0], "{}", page.row.url);
    }
    // What another page calls French is a page that was not translated.
    let called = page("/de/a", "de").head("fr", "/x");
    assert_eq!(copies(vec![texted(page("/x", "en"), 2), called]), [""; 0]);
    let template = (0..25).map(|n| texted(page(&format!("/en/{n}"), "en"), 2)).collect();
    assert_eq!(copies(template), [""; 0], "a text that stands everywhere is nobody's copy");
}

#[test]
fn a_copy_by_its_text_has_the_group_and_is_no_article_of_its_own() {
    let mut builder = Builder::with_targets();
    for page in [
        texted(page("/ar/a", "ar"), 1).head("en", "/en/a"),
        texted(page("/en/a", "en"), 2).head("ar", "/ar/a"),
        texted(page("/en/a-2", "en"), 2).head("ar", "/ar/a"),
    ] {
        builder.add(&page.row, &page.alternates, None);
    }
    let judgement = builder.judge();
    let told = judgement.explain(&absolute("/en/a-2")).unwrap();
    assert_eq!((told.group, told.role), (Some(judgement.groups[0].id.clone()), Some(Role::Copy)));
    let articles: Vec<&str> = judgement.articles().map(|(url, _)| url).collect();
    assert_eq!(articles, ["/ar/a", "/en/a"].map(absolute));
}

#[test]
fn a_region_makes_a_variant_though_the_text_is_the_same() {
    let pages = [
        texted(edition("/us/a", "en-US"), 1),
        texted(edition("/gb/a", "en-GB"), 1),
        texted(page("/fr/a", "fr"), 2).head("en-US", "/us/a").head("en-GB", "/gb/a"),
    ];
    let groups = build(&pages, &[]);
    assert_eq!(shown(&groups), ["en-GB=/gb/a fr=/fr/a"]);
    let member = &groups[0].members["en-Latn"];
    assert_eq!((member.copies.len(), member.variants.len()), (0, 2), "{member:?}");
}

#[test]
fn every_page_of_a_group_has_its_id_and_a_role() {
    let copy = texted(page("/a", "en"), 2);
    let pages = [
        texted(page("/ar/a", "ar"), 1).head("en-GB", "/a?lang=en").head("en-US", "/us/a"),
        texted(page("/a?lang=en", "en-GB"), 2).head("ar", "/ar/a").variant("en-US", "/us/a"),
        texted(page("/us/a", "en-US"), 2).head("ar", "/ar/a").variant("en-GB", "/a?lang=en"),
        copy,
    ];
    let groups = build(&pages, &[]);
    let id = groups[0].id.clone();
    let membership = Membership::of(groups);
    let role = |path: &str| {
        let found = membership.group_of(&absolute(path).parse().unwrap());
        found.map(|(group, role)| (group == id, role))
    };
    assert_eq!(role("/ar/a"), Some((true, Role::Translation)));
    assert_eq!(role("/a?lang=en"), Some((true, Role::Translation)));
    assert_eq!(role("/us/a"), Some((true, Role::Variant)));
    assert_eq!(role("/a"), Some((true, Role::Copy)));
    assert_eq!(role("/b"), None);
}
