//! Late translations: a run asks again for articles that lack what their site usually has, by a
//! schedule that the archive itself remembers; what has come by then is followed and grouped.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::path::Path;
use std::time::Duration;

use warraq::disk::Disk;
use warraq::groups::{self, Group};
use warraq::lang::Lang;
use warraq::settings::{Recrawl, Resolve};
use warraq::{Clock, Job, Lead, Settings, Stop, Watch, crawl};

#[path = "site/mod.rs"]
mod site;
#[path = "webs/texts.rs"]
#[allow(unreachable_pub, reason = "a module that is included by path")]
mod texts;

use site::answer::Answer;
use site::web::{Resource, Role};
use site::{Options, Site};
use texts::text;

const DECLARED: [&str; 3] = ["lighthouse", "seeds", "tram"];

/// An English page has a name of its own, so that no URL pattern leads to it.
fn at(lang: &str, name: &str) -> String {
    let name = if lang == "en" { format!("{name}-in-full") } else { name.to_owned() };
    format!("http://late.test/{lang}/{name}")
}

fn page(lang: &str, name: &str, translated: bool, stories: &[&str]) -> Resource {
    let link = |lang| format!("<link rel=alternate hreflang={lang} href={}>", at(lang, name));
    let head = if translated { link("es") + &link("en") } else { String::new() };
    let title = text(stories[0], lang).title;
    let body: String = stories.iter().map(|story| text(story, lang).paragraphs()).collect();
    let html = format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"UTF-8\"><title>{title}</title>\
         {head}</head><body><main><article><h1>{title}</h1>{body}</article></main></body></html>"
    );
    Resource::new(&at(lang, name), Role::Page, Answer::page("200 OK", &html, &[]))
}

/// Three stories in two languages, and one whose English comes later.
fn web(came: bool) -> Site {
    let pair = |name| ["es", "en"].map(|lang| page(lang, name, true, &[name]));
    let mut resources: Vec<Resource> = DECLARED.iter().flat_map(|name| pair(name)).collect();
    resources.push(page("es", "late", came, &["lighthouse", "seeds"]));
    resources.extend(came.then(|| page("en", "late", true, &["lighthouse", "seeds"])));
    Site::open(Options { instead: Some(resources), ..Options::default() }).unwrap()
}

/// A run at `clock` from these Spanish seeds.
fn run(site: &Site, seeds: &[&str], clock: &Clock, into: &Path, languages: &[&str]) -> Vec<Group> {
    let settings = |own: Settings| Settings {
        languages: languages.iter().filter_map(|tag| Lang::parse(tag)).collect(),
        ..own
    };
    let seeds: Vec<String> = seeds.iter().map(|name| at("es", name)).collect();
    run_with(site, &seeds, clock, into, settings)
}

/// A run at `clock` from these URLs, its settings made of those all runs have.
fn run_with(
    site: &Site,
    seeds: &[String],
    clock: &Clock,
    into: &Path,
    settings: impl Fn(Settings) -> Settings,
) -> Vec<Group> {
    let port = site.resolve().rsplit(':').next().unwrap().parse().unwrap();
    let job = Job {
        settings: settings(Settings {
            allow_private: true,
            delay: Duration::ZERO,
            resolve: vec![Resolve {
                host: None,
                port: 80,
                addr: [127, 0, 0, 1].into(),
                to_port: port,
            }],
            ..Settings::new(into.to_owned(), "test@warraq.test")
        }),
        seeds: seeds.iter().map(|url| Lead::seed(url).unwrap()).collect(),
        recover: false,
        clock: clock.clone(),
        disk: Disk::real(),
        watch: Watch::none(),
        stop: Stop::default(),
    };
    tokio::runtime::Runtime::new().unwrap().block_on(crawl::run(job)).unwrap();
    groups::read(std::fs::read(into.join("groups.jsonl")).unwrap().as_slice()).collect()
}

fn asked(site: &Site, lang: &str) -> usize {
    let url = at(lang, "late");
    site.arrivals().iter().filter(|arrival| arrival.url == url).count()
}

fn first_run(into: &Path) -> Clock {
    let clock = Clock::fixed(Clock::system().wall());
    let all = ["lighthouse", "seeds", "tram", "late"];
    assert_eq!(run(&web(false), &all, &clock, into, &[]).len(), 3);
    clock
}

#[test]
fn a_translation_that_came_later_is_found_by_a_run_that_was_not_sent_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let clock = first_run(dir.path());
    let site = web(true);
    clock.advance(Duration::from_mins(50));
    run(&site, &["tram"], &clock, dir.path(), &[]);
    assert_eq!(asked(&site, "es"), 0, "an hour is not over");
    clock.advance(Duration::from_mins(20));
    let groups = run(&site, &["tram"], &clock, dir.path(), &[]);
    assert_eq!((asked(&site, "es"), asked(&site, "en")), (1, 1));
    let group = groups.iter().find(|group| group.members["es-Latn"].url == at("es", "late"));
    assert_eq!(group.unwrap().members["en-Latn"].url, at("en", "late"));
    clock.advance(Duration::from_hours(24));
    run(&site, &["tram"], &clock, dir.path(), &[]);
    assert_eq!((asked(&site, "es"), asked(&site, "en")), (1, 1), "nothing is missing any more");
}

#[test]
fn each_step_is_made_once_and_a_lost_state_forgets_none() {
    let dir = tempfile::tempdir().unwrap();
    let clock = first_run(dir.path());
    let site = web(false);
    let steps = [(1, 2), (2, 2), (6, 3), (7, 3), (400, 4), (9_000, 4)];
    for (visit, (hours, probes)) in steps.into_iter().enumerate() {
        let at = Clock::fixed(clock.wall());
        at.advance(Duration::from_mins(hours * 60 + 1));
        if visit == 2 {
            std::fs::remove_dir_all(dir.path().join("state")).unwrap();
        }
        run(&site, &["tram"], &at, dir.path(), &[]);
        assert_eq!(asked(&site, "es") + 1, probes, "after {hours} h");
    }
}

/// Three stories whose English a URL pattern leads to, and one that has none there.
fn patterned() -> (Site, impl Fn(&str, &str) -> String) {
    let at = |lang: &str, name: &str| format!("http://guessed.test/{lang}/{name}");
    let of = |lang: &str, name: &str, stories: &[&str]| {
        let link = |lang| format!("<link rel=alternate hreflang={lang} href={}>", at(lang, name));
        let head = if stories.len() == 1 { link("es") + &link("en") } else { String::new() };
        let title = text(stories[0], lang).title;
        let body: String = stories.iter().map(|story| text(story, lang).paragraphs()).collect();
        let html = format!(
            "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"UTF-8\"><title>{title}\
             </title>{head}</head><body><main><article><h1>{title}</h1>{body}</article></main></body>\
             </html>"
        );
        Resource::new(&at(lang, name), Role::Page, Answer::page("200 OK", &html, &[]))
    };
    let pair = |name| ["es", "en"].map(|lang| of(lang, name, &[name]));
    let mut resources: Vec<Resource> = DECLARED.iter().flat_map(|name| pair(name)).collect();
    resources.push(of("es", "alone", &["lighthouse", "seeds"]));
    (Site::open(Options { instead: Some(resources), ..Options::default() }).unwrap(), at)
}

#[test]
fn a_guess_that_was_answered_is_made_again_ever_less_often_and_then_no_more() {
    for (recrawl, late) in
        [(Recrawl::each_run(), true), (Recrawl::scheduled(), true), (Recrawl::each_run(), false)]
    {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::fixed(Clock::system().wall());
        let (site, url) = patterned();
        let asked = || {
            let url = url("en", "alone");
            site.arrivals().iter().filter(|arrival| arrival.url == url).count()
        };
        let settings = |own: Settings| Settings { recrawl, late, ..own };
        let all = ["lighthouse", "seeds", "tram", "alone"].map(|name| url("es", name));
        run_with(&site, &all, &clock, dir.path(), settings);
        assert_eq!(asked(), 1);
        let day = 24 * 60;
        let calls = [(57, 1), (62, 2), (180, 2), (361, 3), (day + 1, 4), (2 * day, 4)];
        let calls = calls.into_iter().chain([(3 * day + 1, 5), (16 * day, 6), (300 * day, 6)]);
        for (nth, (minutes, requests)) in calls.enumerate() {
            let at = Clock::fixed(clock.wall());
            at.advance(Duration::from_mins(minutes));
            if nth == 4 {
                std::fs::remove_dir_all(dir.path().join("state")).unwrap();
            }
            run_with(&site, &[url("es", "tram")], &at, dir.path(), settings);
            let want = if late { requests } else { 1 };
            assert_eq!(asked(), want, "{recrawl:?}, after {minutes} minutes");
        }
    }
}

#[test]
fn a_language_nobody_wants_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let clock = first_run(dir.path());
    clock.advance(Duration::from_hours(2));
    let site = web(true);
    run(&site, &["tram"], &clock, dir.path(), &["es", "fr"]);
    assert_eq!(asked(&site, "es"), 0);
}

#[test]
fn a_rebuilt_state_counts_what_the_live_one_did_after_late_calls() {
    let dir = tempfile::tempdir().unwrap();
    let clock = first_run(dir.path());
    for (hours, came) in [(2, false), (7, true), (30, true)] {
        let at = Clock::fixed(clock.wall());
        at.advance(Duration::from_hours(hours));
        run(&web(came), &["tram"], &at, dir.path(), &[]);
        let summary = std::fs::read(dir.path().join("summary.json")).unwrap();
        let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
        let count = |key: &str| summary["stats"][key].as_u64().unwrap();
        let settled: u64 =
            ["captured", "revisits", "moved", "failed", "refused"].into_iter().map(count).sum();
        let settings = Settings::new(dir.path().to_owned(), "test@warraq.test");
        let rebuilt = crawl::rebuild(settings, at, Disk::real());
        let rebuilt = tokio::runtime::Runtime::new().unwrap().block_on(rebuilt).unwrap();
        assert_eq!((rebuilt.settled, rebuilt.queued), (settled, count("queued")), "{hours} h");
    }
}
