//! Late translations and URL patterns: what is asked for again, and what may be guessed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use proptest::prelude::*;
use url::Url;
use warraq::groups::late::{History, PROBES, Probe, Usual, due};
use warraq::groups::patterns::{CONFIRMED, Guess, MAX_GUESSES, Patterns};
use warraq::groups::{Group, GroupKind, Member};
use warraq::moment::Moment;

fn group(members: &[(&str, &str)]) -> Group {
    let member = |(key, url): &(&str, &str)| {
        ((*key).to_owned(), Member { url: (*url).to_owned(), ..Member::default() })
    };
    Group { members: members.iter().map(member).collect(), ..Group::default() }
}

/// Three groups in Arabic and English, one of them in French too.
fn crawl() -> Vec<Group> {
    let url = |lang: &str, n: usize| format!("https://{lang}.news.example/{n}");
    (0..3)
        .map(|n| {
            let (ar, en, fr) = (url("ar", n), url("en", n), url("fr", n));
            let mut members = vec![("ar-Arab", ar.as_str()), ("en-Latn", &en)];
            members.extend((n == 0).then_some(("fr-Latn", fr.as_str())));
            group(&members)
        })
        .collect()
}

fn start() -> Moment {
    Moment::parse_warc_date("2026-11-01T00:00:00Z").unwrap()
}

fn article(probed: Duration) -> History {
    let url = "https://ar.news.example/9".to_owned();
    let members = BTreeMap::from([("ar-Arab".to_owned(), url)]);
    History { members, since: start(), probed: start().plus(probed) }
}

fn step(probed: Duration, age: Duration) -> Option<usize> {
    let now = start().plus(age);
    due(&[article(probed)], &Usual::of(&crawl()), now).first().map(|probe| probe.step)
}

const fn hours(hours: u64) -> Duration {
    Duration::from_hours(hours)
}

#[test]
fn an_article_without_a_usual_language_is_looked_at_again_ever_less_often() {
    assert_eq!(step(hours(0), Duration::from_mins(59)), None);
    assert_eq!(step(hours(0), hours(1)), Some(0));
    assert_eq!(step(hours(1), hours(5)), None);
    assert_eq!(step(hours(1), hours(6)), Some(1));
    assert_eq!(step(hours(6), hours(24)), Some(2));
    assert_eq!(step(hours(24), hours(71)), None);
    assert_eq!(step(hours(24), hours(72)), Some(3));
    assert_eq!(step(hours(72), hours(336)), Some(4));
    assert_eq!(step(hours(336), hours(10_000)), None, "two weeks are the end");
    // A crawl that runs once a week makes up for one step, not for four.
    assert_eq!(step(hours(0), hours(168)), Some(3));
    assert_eq!(step(hours(168), hours(169)), None);
}

#[test]
fn only_what_the_site_usually_has_is_missed() {
    let usual = Usual::of(&crawl());
    let now = start().plus(hours(1));
    let probes = due(&[article(hours(0))], &usual, now);
    let missing = BTreeSet::from(["en-Latn".to_owned()]);
    let url = "https://ar.news.example/9".to_owned();
    assert_eq!(probes, [Probe { url, missing, step: 0 }], "French is not usual: one of three");
    let mut whole = article(hours(0));
    whole.members.insert("en-Latn".into(), "https://en.news.example/9".into());
    assert_eq!(due(&[whole], &usual, now), []);
    let mut elsewhere = article(hours(0));
    elsewhere.members = BTreeMap::from([("ar-Arab".into(), "https://other.example/1".into())]);
    assert_eq!(due(&[elsewhere], &usual, now), []);
    // Two groups are no habit yet.
    assert_eq!(due(&[article(hours(0))], &Usual::of(&crawl()[..2]), now), []);
}

proptest! {
    #[test]
    fn an_article_costs_at_most_a_request_a_step(every in 1..200_u64) {
        let usual = Usual::of(&crawl());
        let mut history = article(Duration::ZERO);
        let mut asked = Vec::new();
        for hour in (0..2_000).step_by(usize::try_from(every).unwrap()) {
            let now = start().plus(hours(hour));
            for probe in due(std::slice::from_ref(&history), &usual, now) {
                asked.push(probe.step);
                history.probed = now;
            }
        }
        prop_assert!(asked.len() <= PROBES.len());
        prop_assert!(asked.is_sorted());
        prop_assert_eq!(asked.last(), Some(&(PROBES.len() - 1)));
    }
}

/// Groups whose members are these URLs with `#` replaced by a number.
fn alike(count: usize, ar: &str, en: &str) -> Vec<Group> {
    let url = |text: &str, n: usize| text.replace('#', &n.to_string());
    let one = |n| group(&[("ar-Arab", &url(ar, n)), ("en-Latn", &url(en, n))]);
    (10..10 + count).map(one).collect()
}

type Page = (String, BTreeSet<String>);

fn of(patterns: &Patterns, pages: &[Page], known: &dyn Fn(&Url) -> bool, run: u32) -> Vec<Guess> {
    let pages = pages.iter().map(|(url, has)| (url.as_str(), has.clone()));
    patterns.guesses(pages, known, &HashMap::new(), run)
}

fn guessed(groups: &[Group], url: &str) -> Vec<Guess> {
    let pages = [(url.to_owned(), BTreeSet::from(["ar-Arab".to_owned()]))];
    of(&Patterns::learn(groups), &pages, &|_| false, 0)
}

/// One case a line of `tests/tables/guess.txt`.
#[test]
fn a_pattern_that_groups_confirm_gives_the_url_of_the_other_language() {
    let mut cases = 0;
    for line in include_str!("tables/guess.txt").lines().filter(|line| !line.starts_with('#')) {
        let [ar, en, page, want] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line}");
        };
        let found = guessed(&alike(CONFIRMED, ar, en), page);
        let urls: Vec<&str> = found.iter().map(|guess| guess.url.as_str()).collect();
        assert_eq!(urls, [want], "{line}");
        assert!(found[0].lang == "en-Latn" && found[0].of == page);
        assert_eq!(guessed(&alike(CONFIRMED - 1, ar, en), page), [], "{line}: too few");
        assert_eq!(guessed(&alike(CONFIRMED, ar, en), "https://b.example/ar/x"), [], "{line}");
        cases += 1;
    }
    assert_eq!(cases, 6);
}

#[test]
fn a_pattern_that_one_group_breaks_is_none() {
    let mut groups = alike(9, "https://a.example/ar/s#", "https://a.example/en/s#");
    groups.push(group(&[
        ("ar-Arab", "https://a.example/ar/one"),
        ("en-Latn", "https://a.example/en/another"),
    ]));
    assert_eq!(guessed(&groups, "https://a.example/ar/x"), []);
    // An encyclopedia teaches nothing.
    let mut groups = alike(9, "https://ar.a.example/s#", "https://en.a.example/s#");
    for group in &mut groups {
        group.kind = GroupKind::Comparable;
    }
    assert_eq!(guessed(&groups, "https://ar.a.example/x"), []);
}

#[test]
fn guesses_are_bounded_for_each_host_and_leave_out_what_is_known() {
    let patterns = Patterns::learn(&alike(3, "https://a.example/ar/s#", "https://a.example/en/s#"));
    let page = |n: usize| (format!("https://a.example/ar/{n}"), BTreeSet::from(["ar-Arab".into()]));
    let pages: Vec<_> = (1_000..2_000).map(page).collect();
    let first = of(&patterns, &pages, &|_| false, 0);
    let second = of(&patterns, &pages, &|_| false, 1);
    assert_eq!((first.len(), second.len()), (MAX_GUESSES, MAX_GUESSES));
    assert!(first.iter().all(|guess| !second.contains(guess)), "each has its turn");
    let known = |url: &Url| url.path() == "/en/1000";
    assert_eq!(of(&patterns, &pages[..2], &known, 7).len(), 1);
    let left = |made: &[(&str, usize)]| {
        let made = made.iter().map(|(host, count)| ((*host).to_owned(), *count)).collect();
        let pages = pages.iter().map(|(url, has)| (url.as_str(), has.clone()));
        patterns.guesses(pages, |_| false, &made, 0).len()
    };
    assert_eq!(left(&[("a.example", MAX_GUESSES - 2), ("b.example", 9)]), 2);
    assert_eq!(left(&[("a.example", MAX_GUESSES), ("en.a.example", 1)]), 0);
    let home = [("https://a.example/ar/".to_owned(), BTreeSet::from(["ar-Arab".to_owned()]))];
    assert_eq!(of(&patterns, &home, &|_| false, 0), [], "a front page has no translation");
}

proptest! {
    #[test]
    fn any_urls_give_patterns_and_guesses(
        urls in prop::collection::vec(("(ar\\.|www\\.)?a\\.example", "(/[a-z_.%]{0,6}){0,4}", "(\\?[a-z]{1,4}=[a-z]{0,3})?"), 2..8),
    ) {
        let urls: Vec<String> =
            urls.into_iter().map(|(host, path, query)| format!("https://{host}{path}{query}")).collect();
        let groups: Vec<Group> = (0..4).flat_map(|_| urls.windows(2)).map(|two| {
            group(&[("ar-Arab", &two[0]), ("en-Latn", &two[1])])
        }).collect();
        let pages: Vec<_> = urls.iter().map(|url| (url.clone(), BTreeSet::new())).collect();
        for guess in of(&Patterns::learn(&groups), &pages, &|_| false, 3) {
            prop_assert!(Url::parse(&guess.url).is_ok());
        }
    }
}
