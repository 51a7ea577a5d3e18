//! What is chosen of a corpus: filters and duplicates.

use std::path::Path;

use serde_json::Value;
use warraq::export::dedup::{Dedup, Keep};
use warraq::export::job::{Job, Told};
use warraq::lang::Lang;
use warraq::moment::Moment;

use super::made::{Page, arabic, english, file, with_head};
use super::{job, read, run, urls};

/// Two articles in two languages each, one in one, on two hosts and three days.
fn archive(folder: &Path) {
    let group = |html: String, name: &str| {
        let link = |lang| format!("<link rel=alternate hreflang={lang} href=/{lang}/{name}>");
        with_head(&html, &[link("en"), link("ar")].concat())
    };
    let dated = |html: String, day: &str| {
        with_head(&html, &format!("<meta property=article:published_time content={day}>"))
    };
    let pages = [
        Page::new(
            "https://a.example/en/clock",
            dated(group(english("clock"), "clock"), "2026-01-10"),
        ),
        Page::new("https://a.example/ar/clock", group(arabic("الساعة"), "clock")),
        Page::new("https://b.a.example/en/gate", dated(english("gate"), "2026-02-10")),
        Page::new("https://other.example/en/bell", dated(english("bell"), "2026-03-10")),
    ];
    file(folder, "all.warc", &pages.map(|page| page.response()));
}

fn chosen(folder: &Path, tweak: impl FnOnce(&mut Job)) -> (Vec<Value>, Told, Vec<Value>) {
    let out = tempfile::tempdir().unwrap();
    let mut job = job(&[folder], out.path());
    tweak(&mut job);
    let (told, _) = run(&job).unwrap();
    let duplicates = out.path().join("duplicates.jsonl");
    let duplicates = if duplicates.exists() { read(&duplicates) } else { Vec::new() };
    (read(&out.path().join("data/documents.jsonl")), told, duplicates)
}

fn lang(tag: &str) -> Lang {
    Lang::parse(tag).unwrap()
}

#[test]
fn each_filter_asks_its_question() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path());
    let names = |tweak: &dyn Fn(&mut Job)| -> Vec<String> {
        let (rows, told, _) = chosen(folder.path(), |job| tweak(job));
        assert_eq!(told.documents + told.filtered, 4);
        let name = |url: &str| url.rsplit_once("example/").unwrap().1.to_owned();
        urls(&rows).into_iter().map(name).collect()
    };
    let day = |day: &str| Moment::parse_warc_date(day);
    assert_eq!(names(&|job| job.filters.languages = vec![lang("ar")]), ["ar/clock"]);
    assert_eq!(
        names(&|job| job.filters.with_languages = vec![lang("ar"), lang("en")]),
        ["en/clock", "ar/clock"]
    );
    assert_eq!(
        names(&|job| {
            job.filters.with_languages = vec![lang("ar"), lang("en")];
            job.filters.languages = vec![lang("en")];
        }),
        ["en/clock"]
    );
    assert_eq!(
        names(&|job| job.filters.hosts = vec!["a.example".into()]),
        ["en/clock", "ar/clock", "en/gate"]
    );
    assert_eq!(names(&|job| job.filters.since = day("2026-02-11")), ["ar/clock", "en/bell"]);
    assert_eq!(names(&|job| job.filters.until = day("2026-02-10")), ["en/clock"]);
    assert_eq!(names(&|job| job.filters.min_words = Some(10_000)), [] as [&str; 0]);
    assert_eq!(names(&|job| job.filters.max_words = Some(10_000)).len(), 4);
}

/// One article twice under one URL, once as a near copy, and another one.
fn copies(folder: &Path) {
    let page = |url, html, date| Page { date, ..Page::new(url, html) };
    let more: String = (0..12)
        .map(|n| {
            format!(
                "<p>The {n} rowers of the harbour sang the song that they had learnt \
        from the fishermen of the northern islands many years before that summer.</p>"
            )
        })
        .collect();
    let long = english("lamp").replace("</article>", &format!("{more}</article>"));
    let near = long.replace("42 names", "41 names");
    let records = [
        page("https://a.example/lamp", long.clone(), "2026-11-22T09:00:00Z"),
        page("https://a.example/lamp?utm_source=x", long.clone(), "2026-11-23T09:00:00Z"),
        page("https://b.example/lamp", near, "2026-11-24T09:00:00Z"),
        page("https://c.example/bell", english("bell of the tower"), "2026-11-25T09:00:00Z"),
    ];
    file(folder, "copies.warc", &records.map(|page| page.response()));
}

#[test]
fn one_of_each_is_kept_and_the_others_are_named() {
    let folder = tempfile::tempdir().unwrap();
    copies(folder.path());
    let cases: [(Dedup, Keep, &[&str]); 5] = [
        (
            Dedup::Url,
            Keep::Newest,
            &["a.example/lamp?utm_source=x", "b.example/lamp", "c.example/bell"],
        ),
        (Dedup::Url, Keep::First, &["a.example/lamp", "b.example/lamp", "c.example/bell"]),
        (Dedup::Exact, Keep::First, &["a.example/lamp", "b.example/lamp", "c.example/bell"]),
        (Dedup::Near, Keep::Newest, &["b.example/lamp", "c.example/bell"]),
        (Dedup::Near, Keep::First, &["a.example/lamp", "c.example/bell"]),
    ];
    for (by, keep, want) in cases {
        let (rows, told, duplicates) = chosen(folder.path(), |job| {
            job.dedup = Some(by);
            job.keep = keep;
        });
        let want: Vec<String> = want.iter().map(|url| format!("https://{url}")).collect();
        assert_eq!(urls(&rows), want, "{by:?} {keep:?}");
        assert_eq!(told.duplicates, duplicates.len() as u64);
        assert_eq!(rows.len() + duplicates.len(), 4);
        for line in &duplicates {
            assert!(want.contains(&line["kept"]["url"].as_str().unwrap().to_owned()), "{line}");
            assert!(!want.contains(&line["dropped"]["url"].as_str().unwrap().to_owned()), "{line}");
            let is_near = line["similarity"].as_f64().is_some_and(|share| share >= 0.8);
            assert_eq!(is_near, by == Dedup::Near, "{line}");
        }
    }
}

#[test]
fn texts_on_one_subject_are_no_copies() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path());
    let (rows, ..) = chosen(folder.path(), |job| job.dedup = Some(Dedup::Exact));
    assert_eq!(rows.len(), 4);
}
