//! Variants: one language for several regions, declared by the pages themselves.
#![allow(clippy::indexing_slicing, reason = "test code: a broken fixture must fail loudly")]

use warraq::groups::Why;

#[path = "made/mod.rs"]
mod made;

use made::{Made, build, page, shown, whys};

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
