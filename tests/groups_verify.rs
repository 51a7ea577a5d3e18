//! Text against text: what survives translation, and what the gates make of it at group level.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a broken fixture must fail loudly"
)]

use proptest::prelude::*;
use warraq::groups::verify::{Norms, Text, Verdict, compare, compare_closely};
use warraq::groups::{Builder, Group, Why};
use warraq::lang::Lang;
use warraq::page::print::TextPrint;
use warraq::page::{Alternate, PageKind, Place, Signal};
use warraq::record::trace::PageRow;

/// A text of `length` characters with these numbers in it.
fn print(hash: u64, numbers: &[u16]) -> TextPrint {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    TextPrint { hash, numbers, count: 4, paragraphs: vec![500; 4], ..TextPrint::default() }
}

fn text<'a>(key: &'a str, length: u64, print: &'a TextPrint) -> Text<'a> {
    Text { key, length, print: Some(print) }
}

#[test]
fn the_gates_hold_at_their_thresholds() {
    let norms = Norms::default();
    let (one, same_numbers) = (print(1, &[10, 20, 30, 40]), print(2, &[10, 20, 30, 40]));
    let (other, half) = (print(3, &[1, 2, 3, 4]), print(4, &[10, 20, 3, 4]));
    let verdict = |length, print: &TextPrint| {
        let english = text("en-Latn", 2_000, &one);
        compare(english, text("ar-Arab", length, print), &norms).unwrap().verdict
    };
    // Arabic has .82 characters for one of English: 1,640 are expected, 984 to 2,624 let pass.
    assert_eq!(verdict(1_640, &same_numbers), Verdict::Agrees);
    assert_eq!(verdict(990, &same_numbers), Verdict::Agrees);
    assert_eq!(verdict(980, &same_numbers), Verdict::Partial);
    assert_eq!(verdict(2_630, &same_numbers), Verdict::Partial);
    assert_eq!(verdict(1_640, &other), Verdict::Suspect);
    assert_eq!(verdict(1_640, &half), Verdict::Unknown);
    assert_eq!(verdict(1_640, &print(5, &[7, 8])), Verdict::Unknown, "too few numbers to tell");
    assert_eq!(verdict(2_000, &print(1, &[])), Verdict::Same);
}

#[test]
fn too_little_text_says_nothing() {
    let (one, other) = (print(1, &[1, 2, 3]), print(2, &[4, 5, 6]));
    let norms = Norms::default();
    let short = compare(text("en-Latn", 150, &one), text("fr-Latn", 160, &other), &norms).unwrap();
    assert_eq!((short.verdict, short.balance), (Verdict::Unknown, 0));
    let bare = Text { key: "fr-Latn", length: 900, print: None };
    assert_eq!(compare(text("en-Latn", 900, &one), bare, &norms), None);
    // A summary of a long article is one, however short.
    let summary = print(3, &[1, 2, 3]);
    let long = print(4, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    let against = |print| {
        compare(text("en-Latn", 9_000, &long), text("fr-Latn", 160, print), &norms).unwrap()
    };
    assert_eq!(against(&summary).verdict, Verdict::Partial);
    assert!(against(&summary).second_is_shorter());
    // One with numbers of its own is another article's.
    assert_eq!(against(&print(5, &[20, 21, 22])).verdict, Verdict::Suspect);
}

/// A text without numbers, of these names and paragraphs.
fn named(hash: u64, names: &[u16], paragraphs: &[u16]) -> TextPrint {
    let count = u16::try_from(paragraphs.len()).unwrap();
    let (names, paragraphs) = (names.to_vec(), paragraphs.to_vec());
    TextPrint { hash, names, paragraphs, count, ..TextPrint::default() }
}

#[test]
fn names_and_the_order_of_paragraphs_tell_where_there_are_no_numbers() {
    let norms = Norms::default();
    let shape = [310, 120, 640, 205, 480, 90];
    let longer = shape.map(|length| length * 11 / 10);
    let other_shape = [640, 90, 120, 480, 205, 310];
    let english = named(1, &[1, 2, 3, 4, 5, 6], &shape);
    let against = |names: &[u16], paragraphs: &[u16]| {
        let french = named(2, names, paragraphs);
        compare(text("en-Latn", 1_845, &english), text("fr-Latn", 2_000, &french), &norms).unwrap()
    };
    let (same, other) = ([1, 2, 3, 4, 5, 9], [11, 12, 13, 14, 15]);
    assert_eq!(against(&same, &longer).verdict, Verdict::Agrees);
    assert_eq!(against(&same, &other_shape).verdict, Verdict::Unknown, "names may be a topic's");
    assert_eq!(against(&other, &other_shape).verdict, Verdict::Suspect);
    assert_eq!(against(&other[..3], &other_shape).verdict, Verdict::Suspect, "few, and apart");
    assert_eq!(against(&other[..3], &longer).verdict, Verdict::Unknown, "few, and in parallel");
    assert_eq!(
        against(&other, &longer).verdict,
        Verdict::Unknown,
        "all translated, as in a manual"
    );
    // Paragraphs that are all of a length fit any others: they save nothing.
    let even = named(3, &[1, 2, 3, 4, 5, 6], &[300; 6]);
    let french = named(4, &other, &[320; 6]);
    let even = compare(text("en-Latn", 1_800, &even), text("fr-Latn", 1_920, &french), &norms);
    assert_eq!(even.unwrap().verdict, Verdict::Suspect);
}

#[test]
fn numbers_do_not_vanish_in_a_translation() {
    let norms = Norms::default();
    let verdict = |numbers: &[u16], other: &[u16]| {
        let (arabic, english) = (print(1, numbers), print(2, other));
        compare(text("ar-Arab", 1_640, &arabic), text("en-Latn", 2_000, &english), &norms).unwrap()
    };
    let ten: Vec<u16> = (1..=10).collect();
    assert_eq!(verdict(&ten, &[]).verdict, Verdict::Suspect);
    assert_eq!(verdict(&[], &ten).verdict, Verdict::Suspect);
    assert_eq!((verdict(&ten, &[11]).balance, verdict(&ten[..8], &[]).balance), (-1, -1));
    assert_eq!((verdict(&ten, &[1, 2]).balance, verdict(&ten[..7], &[]).balance), (0, 0));
    // A summary leaves out what it likes.
    let (long, summary) = (print(1, &ten), print(2, &[]));
    let shorter = compare(text("en-Latn", 9_000, &long), text("fr-Latn", 900, &summary), &norms);
    assert_eq!(shorter.unwrap().balance, 0);
}

#[test]
fn the_expected_ratio_is_learnt_from_sure_pairs() {
    let (one, other) = (print(1, &[]), print(2, &[]));
    let pair = |n: u64| (text("de-Latn", 1_000 + n, &one), text("ko-Hang", 500 + n / 2, &other));
    let few = Norms::learn((0..7).map(pair));
    assert_eq!(few.expected("de-Latn", "ko-Hang"), None);
    let norms = Norms::learn((0..8).map(pair));
    let expected = norms.expected("de-Latn", "ko-Hang").unwrap();
    assert!((expected - 0.5).abs() < 0.01, "{expected}");
    let back = norms.expected("ko-Hang", "de-Latn").unwrap();
    assert!((back * expected - 1.0).abs() < 1e-9);
    // Start values, and their quotient.
    let start = norms.expected("ja-Jpan", "ar-Arab").unwrap();
    assert!((start - 0.82 / 0.57).abs() < 1e-9);
}

fn page(path: &str, lang: &str, length: u64, print: TextPrint) -> PageRow {
    PageRow {
        url: format!("https://news.example{path}"),
        kind: PageKind::Article,
        title: Some(format!("title of {path}")),
        declared: Lang::parse(lang),
        detected: Lang::parse(lang),
        length,
        text: Some(print),
        ..PageRow::default()
    }
}

fn says(signal: Signal, lang: &str, path: &str) -> Alternate {
    Alternate {
        url: format!("https://news.example{path}"),
        url_raw: path.to_owned(),
        lang: Lang::parse(lang),
        lang_raw: lang.to_owned(),
        signal,
        place: Place::Head,
        about: None,
    }
}

fn judged(pages: &[(PageRow, Vec<Alternate>)]) -> Vec<Group> {
    let mut builder = Builder::new();
    for (page, alternates) in pages {
        builder.add(page, alternates, None);
    }
    builder.finish()
}

#[test]
fn agreeing_texts_confirm_a_lone_switcher_link_and_differing_ones_undo_a_lone_head_link() {
    let arabic = |signal| {
        let row = page("/ar/a", "ar", 1_640, print(1, &[10, 20, 30, 40]));
        (row, vec![says(signal, "en", "/en/a")])
    };
    let english = |numbers: &[u16]| (page("/en/a", "en", 2_000, print(2, numbers)), Vec::new());
    let same = [10, 20, 30, 40];
    assert_eq!(judged(&[arabic(Signal::Autonym), english(&same)]).len(), 1);
    assert_eq!(judged(&[arabic(Signal::Autonym), english(&[5, 6])]).len(), 0, "nothing confirms");
    assert_eq!(judged(&[arabic(Signal::Option), english(&same)]).len(), 0);
    assert_eq!(judged(&[arabic(Signal::HeadLink), english(&[5, 6])]).len(), 1);
    assert_eq!(judged(&[arabic(Signal::HeadLink), english(&[5, 6, 7, 8])]).len(), 0);
}

#[test]
fn a_wrong_target_stays_out_though_both_pages_insist_on_it() {
    let arabic = |signals: &[Signal]| {
        let said = signals.iter().map(|signal| says(*signal, "en", "/en/a")).collect();
        (page("/ar/a", "ar", 1_640, print(1, &[1, 2, 3])), said)
    };
    let english = |length, signals: &[Signal]| {
        let said = signals.iter().map(|signal| says(*signal, "ar", "/ar/a")).collect();
        (page("/en/a", "en", length, print(2, &[4, 5, 6])), said)
    };
    let all = [Signal::ArticleBlock, Signal::HeadLink, Signal::JsonLd, Signal::AnchorHreflang];
    for length in [2_000, 8_000] {
        assert_eq!(judged(&[arabic(&all), english(length, &all)]), [], "{length}");
    }
}

#[test]
fn a_stranger_does_not_join_a_good_group() {
    let head = |lang: &str, path: &str| says(Signal::HeadLink, lang, path);
    let story = [1, 2, 3, 4];
    // The Spanish page is about something else, and only the German one, which has too few numbers
    // to tell, takes part in the exchange of links.
    let groups = judged(&[
        (
            page("/en/a", "en", 2_000, print(1, &story)),
            vec![head("fr", "/fr/a"), head("de", "/de/a")],
        ),
        (
            page("/fr/a", "fr", 2_200, print(2, &story)),
            vec![head("en", "/en/a"), head("de", "/de/a")],
        ),
        (
            page("/de/a", "de", 2_100, print(3, &[1, 2])),
            vec![head("en", "/en/a"), head("fr", "/fr/a"), head("es", "/es/b")],
        ),
        (page("/es/b", "es", 2_150, print(4, &[5, 6, 7, 8])), vec![head("de", "/de/a")]),
    ]);
    assert_eq!(groups.len(), 1);
    let members: Vec<&String> = groups[0].members.keys().collect();
    assert_eq!(members, ["de-Latn", "en-Latn", "fr-Latn"]);
    assert!(groups[0].conflicts.iter().any(|one| one.why == Why::TextDiffers), "{groups:?}");
}

#[test]
fn the_text_decides_between_two_articles_that_declare_one_page() {
    let story = [1, 2, 3, 4];
    let head = |path: &str| vec![says(Signal::HeadLink, "en", path)];
    let english = |numbers: &[u16]| (page("/en/a", "en", 2_000, print(9, numbers)), Vec::new());
    let arabic = |path: &str, numbers: &[u16]| {
        let hash = path.len() as u64 + u64::from(numbers.iter().sum::<u16>());
        (page(path, "ar", 1_640, print(hash, numbers)), head("/en/a"))
    };
    let (right, wrong) = (arabic("/ar/a", &story), arabic("/ar/other", &[5, 6, 7, 8]));
    let groups = judged(&[right.clone(), wrong.clone(), english(&story)]);
    assert_eq!(groups.len(), 1, "{groups:?}");
    assert_eq!(groups[0].members["ar-Arab"].url, "https://news.example/ar/a");
    // Where the texts do not tell, neither has it.
    assert_eq!(judged(&[right.clone(), wrong, english(&[])]), []);
    assert_eq!(judged(&[right, arabic("/ar/again", &story), english(&story)]), []);
}

#[test]
fn the_text_decides_between_two_pages_that_one_declares() {
    let story = [1, 2, 3, 4];
    let english = |path: &str, numbers: &[u16], said: Vec<Alternate>| {
        (page(path, "en", 2_000, print(path.len() as u64, numbers)), said)
    };
    let arabic = (
        page("/ar/a", "ar", 1_640, print(1, &story)),
        vec![says(Signal::HeadLink, "en", "/en/other"), says(Signal::HeadLink, "en", "/en/a")],
    );
    let groups = judged(&[
        arabic.clone(),
        english("/en/a", &story, Vec::new()),
        english("/en/other", &[5, 6, 7, 8], Vec::new()),
    ]);
    assert_eq!(groups.len(), 1, "{groups:?}");
    assert_eq!(groups[0].members["en-Latn"].url, "https://news.example/en/a");
    let unknown =
        [arabic, english("/en/a", &[], Vec::new()), english("/en/other", &[], Vec::new())];
    assert_eq!(judged(&unknown), []);
}

#[test]
fn a_confirmed_one_way_link_stands_well_above_the_bar() {
    let named =
        |hash, names: &[u16]| TextPrint { names: names.to_vec(), ..print(hash, &[10, 20, 30, 40]) };
    let arabic = |print| {
        let said = vec![says(Signal::Invitation, "en", "/en/a")];
        (page("/ar/a", "ar", 1_640, print), said)
    };
    let english = (page("/en/a", "en", 2_000, named(2, &[1, 2, 3, 4])), Vec::new());
    let score = |print| judged(&[arabic(print), english.clone()])[0].confidence;
    assert!(score(named(1, &[1, 2, 3])) > 0.6);
    assert!(score(named(1, &[])) < 0.6, "by numbers alone");
}

#[test]
fn a_group_whose_texts_could_not_be_compared_claims_less() {
    let pair = |signal, own: &[u16], other: &[u16]| {
        let english =
            (page("/en/a", "en", 2_000, print(1, own)), vec![says(signal, "fr", "/fr/a")]);
        let french =
            (page("/fr/a", "fr", 2_200, print(2, other)), vec![says(signal, "en", "/en/a")]);
        judged(&[english, french]).remove(0)
    };
    let same = [10, 20, 30, 40];
    let agrees = pair(Signal::HeadLink, &same, &same);
    let bare = pair(Signal::HeadLink, &[], &[]);
    let name = pair(Signal::Autonym, &[], &[]);
    assert_eq!(bare.edges[0].text.as_ref().unwrap().verdict, Verdict::Unknown);
    assert!(agrees.confidence > 0.9, "{}", agrees.confidence);
    assert!((0.7..=0.8).contains(&bare.confidence), "{}", bare.confidence);
    assert!((0.5..0.6).contains(&name.confidence), "{}", name.confidence);
}

#[test]
fn one_text_at_many_addresses_is_nobodys_translation() {
    let web = |articles: u64, answer: fn(u64) -> u64| -> Vec<_> {
        let pages = (1..=articles).flat_map(|n| {
            let (ar, en) = (format!("/ar/{n}"), format!("/en/{n}"));
            let said = vec![says(Signal::HeadLink, "en", &en)];
            [
                (page(&ar, "ar", 1_640 + n, print(n, &[])), said),
                (page(&en, "en", 2_000, print(answer(n), &[])), Vec::new()),
            ]
        });
        pages.collect()
    };
    assert_eq!(judged(&web(3, |n| 100 + n)).len(), 3, "three texts of their own");
    assert_eq!(judged(&web(3, |_| 100)).len(), 0, "one page that says: not found");
    assert_eq!(judged(&web(2, |_| 100)).len(), 1, "of two articles it is that of one at most");
    // What an agency sends to many papers is one text, and each has it with a translation of its own.
    let mut papers = web(5, |_| 100);
    for (nth, pair) in papers.chunks_mut(2).enumerate() {
        for (row, alternates) in pair {
            let move_to = |url: &str| url.replace("news.example", &format!("paper-{nth}.example"));
            row.url = move_to(&row.url);
            for one in alternates {
                one.url = move_to(&one.url);
            }
        }
    }
    assert_eq!(judged(&papers).len(), 5);
}

#[test]
fn a_former_id_is_among_the_aliases() {
    let head = |lang: &str, path: &str| vec![says(Signal::HeadLink, lang, path)];
    let french = (page("/fr/a", "fr", 2_100, print(3, &[])), head("en", "/en/a"));
    let english = (
        page("/en/a", "en", 2_000, print(2, &[])),
        [head("fr", "/fr/a"), head("ar", "/ar/a")].concat(),
    );
    let arabic = (page("/ar/a", "ar", 1_640, print(1, &[])), head("en", "/en/a"));
    let before = judged(&[french.clone(), english.clone()]).remove(0);
    let after = judged(&[french, english, arabic]).remove(0);
    assert_eq!(after.members.len(), 3);
    assert_ne!(before.id, after.id, "a smaller key has come");
    assert!(after.aliases.contains(&before.id));
}

#[test]
fn a_summary_stays_in_its_group_as_a_part() {
    let head = |lang: &str, path: &str| vec![says(Signal::HeadLink, lang, path)];
    let groups = judged(&[
        (page("/ar/a", "ar", 6_000, print(1, &[])), head("en", "/en/a")),
        (page("/en/a", "en", 900, print(2, &[])), head("ar", "/ar/a")),
    ]);
    assert!(groups[0].members["en-Latn"].partial);
    assert!(!groups[0].members["ar-Arab"].partial);
}

#[test]
fn one_text_at_two_addresses_is_no_translation() {
    // `?lang=en` answers 200 with the page itself, whose language is too mixed to tell.
    let mut copy = page("/ar/a?lang=en", "en", 1_640, print(1, &[1, 2, 3]));
    copy.detected = None;
    let one = (
        page("/ar/a", "ar", 1_640, print(1, &[1, 2, 3])),
        vec![says(Signal::HeadLink, "en", "/ar/a?lang=en"), says(Signal::HeadLink, "fr", "/fr/a")],
    );
    let french = (
        page("/fr/a", "fr", 2_200, print(3, &[1, 2, 3])),
        vec![says(Signal::HeadLink, "ar", "/ar/a"), says(Signal::HeadLink, "en", "/ar/a?lang=en")],
    );
    let back = vec![says(Signal::HeadLink, "ar", "/ar/a")];
    let groups = judged(&[one, french, (copy, back)]);
    assert_eq!(groups.len(), 1);
    let whys: Vec<Why> = groups[0].conflicts.iter().map(|conflict| conflict.why).collect();
    assert!(whys.contains(&Why::SameText), "{whys:?}");
    assert!(!groups[0].members.contains_key("en-Latn"), "{groups:?}");
}

proptest! {
    #[test]
    fn a_comparison_is_total_and_its_verdict_has_no_side(
        a in proptest::collection::btree_set(any::<u16>(), 0..60),
        b in proptest::collection::btree_set(any::<u16>(), 0..60),
        lengths in (0..20_000_u64, 0..20_000_u64),
        hashes in (0..3_u64, 0..3_u64),
    ) {
        let one = print(hashes.0, &a.into_iter().collect::<Vec<_>>());
        let other = print(hashes.1, &b.into_iter().collect::<Vec<_>>());
        let norms = Norms::default();
        let (x, y) = (text("en-Latn", lengths.0, &one), text("ja-Jpan", lengths.1, &other));
        let there = compare_closely(x, y, &norms).unwrap();
        let back = compare_closely(y, x, &norms).unwrap();
        prop_assert_eq!(there.numbers, back.numbers);
        let speaks = |v: Verdict| !matches!(v, Verdict::Partial | Verdict::Unknown);
        // The two gates of length are not quite reciprocal (.6 and 1.6).
        if speaks(there.verdict) && speaks(back.verdict) {
            prop_assert_eq!(there.verdict, back.verdict);
        }
        prop_assert!(there.cost.unwrap().is_finite());
    }
}

#[test]
fn the_text_decides_between_two_pages_that_both_answer() {
    let english = |path: &str, signals: &[Signal], print: TextPrint| {
        let said = signals.iter().map(|signal| says(*signal, "ar", "/ar/a")).collect();
        (page(path, "en", 2_000, print), said)
    };
    let texts = |hash, numbers: &[u16], names: &[u16]| TextPrint {
        names: names.to_vec(),
        ..print(hash, numbers)
    };
    let (story, people) = ([1, 2, 3, 4], [1, 2, 3, 4, 5]);
    let firm = [Signal::HeadLink, Signal::ArticleBlock];
    // The wrong page is named first and in more ways, and has no numbers to be held against it.
    let mut said: Vec<Alternate> = firm.iter().map(|signal| says(*signal, "en", "/en/a")).collect();
    said.push(says(Signal::AnchorHreflang, "en", "/en/b"));
    let arabic = (page("/ar/a", "ar", 1_640, texts(1, &story, &people)), said);
    let wrong = english("/en/a", &firm, texts(2, &[9], &[]));
    let right = english("/en/b", &[Signal::AnchorHreflang], texts(3, &story, &people));
    let groups = judged(&[arabic.clone(), wrong.clone(), right]);
    assert_eq!(groups.len(), 1, "{groups:?}");
    assert_eq!(groups[0].members["en-Latn"].url, "https://news.example/en/b");
    assert_eq!(groups[0].conflicts[0].why, Why::Rivals);
    // A page of which the text says as little takes nothing from it.
    let other = english("/en/b", &[Signal::AnchorHreflang], texts(4, &[9], &[]));
    let groups = judged(&[arabic, wrong, other]);
    assert_eq!(groups[0].members["en-Latn"].url, "https://news.example/en/a");
}

#[test]
fn what_the_texts_say_comes_before_the_order_of_addresses() {
    let english = |path: &str, numbers: &[u16], names: &[u16]| {
        let hash = path.len() as u64 + names.len() as u64;
        let print = TextPrint { names: names.to_vec(), ..print(hash, numbers) };
        (page(path, "en", 2_000, print), vec![says(Signal::HeadLink, "ar", "/ar/a")])
    };
    let people = [1, 2, 3, 4, 5];
    let print = TextPrint { names: people.to_vec(), ..print(1, &[]) };
    let said = vec![says(Signal::HeadLink, "en", "/en/a"), says(Signal::HeadLink, "en", "/en/b")];
    let arabic = (page("/ar/a", "ar", 1_640, print), said);
    let groups = judged(&[arabic, english("/en/a", &[], &[]), english("/en/b", &[9], &people)]);
    assert_eq!(groups[0].members["en-Latn"].url, "https://news.example/en/b");
}

#[test]
fn a_digest_that_was_declared_one_way_is_no_translation_of_a_part_of_it() {
    let told = |hash, count: u16| TextPrint {
        names: (1..=6).collect(),
        count,
        ..print(hash, &[10, 20, 30, 40])
    };
    let story = || page("/ar/a", "ar", 1_640, told(1, 4));
    let judge = |length, back: bool| {
        let said = vec![says(Signal::HeadLink, "en", "/en/a")];
        let answer = if back { vec![says(Signal::HeadLink, "ar", "/ar/a")] } else { Vec::new() };
        judged(&[(story(), said), (page("/en/a", "en", length, told(2, 12)), answer)]).len()
    };
    assert_eq!(judge(2_000, false), 1, "of the length of a translation");
    assert_eq!(judge(900, false), 1, "a summary of what declares it");
    assert_eq!(judge(6_000, false), 0, "a digest, or a front page, holds it among more");
    assert_eq!(judge(6_000, true), 1, "each declares the other");
}

#[test]
fn numbers_in_words_condemn_no_texts_that_run_in_parallel() {
    let norms = Norms::default();
    let shape = [310, 120, 640, 205];
    let of = |hash, numbers: &[u16], paragraphs: &[u16]| TextPrint {
        paragraphs: paragraphs.to_vec(),
        ..print(hash, numbers)
    };
    let digits = of(1, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], &shape);
    let words = of(2, &[], &shape.map(|length| length * 11 / 10));
    let other = of(3, &[], &[90, 700, 60, 610]);
    let verdict = |print: &TextPrint| {
        let english = text("en-Latn", 1_275, &digits);
        compare(english, text("fr-Latn", 1_400, print), &norms).unwrap().verdict
    };
    assert_eq!(verdict(&words), Verdict::Unknown);
    assert_eq!(verdict(&other), Verdict::Suspect);
}
