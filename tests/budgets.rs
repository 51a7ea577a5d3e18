//! The books that traps are found out by: what closes a pattern, and what does not.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use proptest::prelude::*;
use warraq::address::{Server, Site};
use warraq::frontier::budgets::{Budgets, MAX_PATTERNS, SHARE};
use warraq::lead::Spent;
use warraq::page::Likeness;

struct Books(Budgets);

impl Books {
    fn new() -> Self {
        Self(Budgets::new(&[1; 16]))
    }

    fn on(host: &str) -> (Site, Server) {
        (Site::from("news.example".to_owned()), Server::from(host.to_owned()))
    }

    fn visit(&mut self, url: &str, text: Option<u64>) {
        self.visited(url, text.map(said));
    }

    fn visited(&mut self, url: &str, text: Option<Likeness>) {
        let (site, server) = Self::on(host_of(url));
        self.0.settle(&site, &server, url, text);
    }

    fn spent(&self, url: &str) -> Spent {
        let (site, server) = Self::on(host_of(url));
        self.0.spent(&site, &server, url)
    }
}

/// A page without numbers.
const fn said(words: u64) -> Likeness {
    Likeness { words, numbers: 0 }
}

fn host_of(url: &str) -> &str {
    url.split('/').nth(2).unwrap()
}

#[test]
fn an_endless_calendar_is_alike_after_its_first_year() {
    let mut books = Books::new();
    for month in 0..112_u64 {
        let url = format!("https://a.news.example/events/{}/{}", 2026 + month / 12, month % 12);
        books.visit(&url, Some(month % 12));
    }
    let spent = books.spent("https://a.news.example/events/2999/1");
    assert_eq!((spent.pattern, spent.pattern_alike), (112, 100));
}

#[test]
fn session_ids_are_alike_whatever_the_number_of_pages_behind_them() {
    let mut books = Books::new();
    for visit in 0..1_000_u64 {
        let url = format!("https://a.news.example/page-{}?sid={visit:x}", visit % 500);
        books.visit(&url, Some(visit % 500));
    }
    assert_eq!(books.spent("https://a.news.example/page-1?sid=new").pattern_alike, 500);
}

/// A hundred thousand articles under one pattern, every fifth of them gone (an error page with
/// status 200): nothing any default closes.
#[test]
fn a_real_archive_is_never_alike() {
    let mut books = Books::new();
    let mut most = 0;
    for article in 0..100_000_u64 {
        let text = if article % 5 == 0 { 0 } else { article };
        books.visit(&format!("https://a.news.example/?p={article}"), Some(text));
        most = most.max(books.spent("https://a.news.example/?p=0").pattern_alike);
    }
    assert!(most <= 1, "{most}");
    let spent = books.spent("https://a.news.example/?p=0");
    assert_eq!((spent.pattern, spent.server, spent.other_queries), (100_000, 100_000, 0));
}

/// Twenty years of results and rates of exchange: few words, and ever new numbers.
#[test]
fn pages_that_differ_in_numbers_count_a_twentieth() {
    let mut books = Books::new();
    for day in 0..1_000_u64 {
        let url = format!("https://a.news.example/rates/{day}");
        books.visited(&url, Some(Likeness { words: day % 84, numbers: day }));
    }
    assert_eq!(books.spent("https://a.news.example/rates/0").pattern_alike, 45);
    for _ in 0..10 {
        books.visited("https://a.news.example/rates/9", Some(Likeness { words: 9, numbers: 9 }));
    }
    assert_eq!(books.spent("https://a.news.example/rates/0").pattern_alike, 55);
}

/// What was left out is counted since the last page of its pattern, and a new text tells of it.
#[test]
fn what_is_left_out_is_counted_until_the_next_page() {
    let mut books = Books::new();
    let (site, server) = Books::on("a.news.example");
    let url = |n: u64| format!("https://a.news.example/story/{n}");
    let settle =
        |books: &mut Books, n, text| books.0.settle(&site, &server, &url(n), Some(said(text)));
    let first = settle(&mut books, 0, 7);
    assert_eq!(first.news, Some(books.0.pattern(&site, &server, &url(1))));
    assert_eq!(settle(&mut books, 1, 7).news, None);
    for n in 2..5 {
        let (key, mark) = books.0.leave(&site, &server, &url(n));
        assert_eq!((Some(key), mark.parts), (first.news, n - 1));
    }
    assert_eq!(books.spent(&url(5)).pattern_left, 3);
    assert_eq!(books.spent("https://a.news.example/other/5").pattern_left, 0);
    assert_eq!(settle(&mut books, 5, 8).news, first.news);
    assert_eq!(books.spent(&url(6)).pattern_left, 0);
}

#[test]
fn one_pattern_says_little_of_its_server() {
    let mut books = Books::new();
    for n in 0..500 {
        books.visit(&format!("https://a.news.example/lost/{n}"), Some(0));
    }
    let spent = books.spent("https://a.news.example/2026/11/22/a-story");
    assert_eq!((spent.server_alike, spent.patterns, spent.pattern), (SHARE, 1, 0));
    for pattern in ["a", "b", "c"] {
        for n in 0..10 {
            books.visit(&format!("https://a.news.example/{pattern}/{n}"), Some(0));
        }
    }
    let spent = books.spent("https://a.news.example/a/0");
    assert_eq!((spent.server_alike, spent.patterns), (SHARE + 30, 4));
    books.visit("https://a.news.example/lost/500", Some(1));
    assert_eq!(books.spent("https://a.news.example/a/0").server_alike, 25);
}

#[test]
fn permuted_queries_are_counted_under_their_path_and_known_ones_go_on() {
    let mut books = Books::new();
    for set in ["a=1", "b=1", "a=1&b=1", "b=1&a=1", "b=2&a=7"] {
        books.visit(&format!("https://a.news.example/shop?{set}"), None);
    }
    assert_eq!(books.spent("https://a.news.example/shop?c=1").other_queries, 4);
    assert_eq!(books.spent("https://a.news.example/shop?b=9&a=9").other_queries, 0);
    assert_eq!(books.spent("https://a.news.example/news?c=1").other_queries, 0);
}

#[test]
fn servers_of_a_site_are_counted_once() {
    let mut books = Books::new();
    for n in 0..30 {
        books.visit(&format!("https://h{}.news.example/{n}", n % 10), None);
    }
    assert_eq!(books.spent("https://other.news.example/").other_servers, 10);
    assert_eq!(books.spent("https://h3.news.example/").other_servers, 0);
}

#[test]
fn patterns_without_end_are_counted_as_one() {
    let mut books = Books::new();
    let word = |n: u64| -> String {
        n.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    };
    for n in 0..MAX_PATTERNS + 200 {
        books.visit(&format!("https://a.news.example/{}", word(n)), Some(7));
    }
    let spent = books.spent("https://a.news.example/never-seen/before");
    assert_eq!((spent.pattern, spent.pattern_alike), (200, 200));
    assert_eq!(books.spent(&format!("https://a.news.example/{}", word(0))).pattern, 1);
}

#[test]
fn rows_kept_are_rows_restored() {
    let (site, server) = Books::on("a.news.example");
    let (mut books, mut again) = (Budgets::new(&[1; 16]), Budgets::new(&[1; 16]));
    for n in 0..50 {
        let url = format!("https://a.news.example/x/{n}?q={n}");
        for (key, mark) in books.settle(&site, &server, &url, Some(said(1))).rows {
            again.restore(key, mark);
        }
    }
    let url = "https://a.news.example/x/1?q=1";
    assert_eq!(again.spent(&site, &server, url), books.spent(&site, &server, url));
    assert_eq!(again.spent(&site, &server, url).pattern_alike, 49);
}

proptest! {
    /// As long as at least every second page says something new, nothing is ever alike.
    #[test]
    fn news_halves_whatever_was_alike(pages in prop::collection::vec(any::<bool>(), 1..300)) {
        let mut books = Books::new();
        for (n, repeats) in (1_u64..).zip(pages) {
            if repeats {
                books.visit(&format!("https://a.news.example/{n}/r"), Some(0));
            }
            books.visit(&format!("https://a.news.example/{n}/r"), Some(n));
            prop_assert!(books.spent("https://a.news.example/0/r").pattern_alike <= 1);
        }
    }
}
