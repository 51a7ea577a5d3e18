//! Crawl traps: webs without end, each stopped by a rule with a name (faults 1-11), and a newsroom
//! that none of the defaults may touch.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use super::run::{Crawl, Run};
use super::web::{Asked, Script, Web, page, reply};

/// Words without digits, a different one for each number.
fn word(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

fn links<T: std::fmt::Display>(to: impl IntoIterator<Item = T>) -> String {
    to.into_iter().map(|to| format!("<a href=\"{to}\">on</a> ")).collect()
}

/// A web of which every page but robots.txt is made by `html`, crawled to the very end.
fn endless<H>(html: H, flags: &[&str]) -> (Web, Crawl, Run)
where
    H: Fn(&Asked) -> Option<String> + Send + Sync + 'static,
{
    ended(html, flags, 0)
}

/// The same with the exit code it ends with.
fn ended<H>(html: H, flags: &[&str], code: i32) -> (Web, Crawl, Run)
where
    H: Fn(&Asked) -> Option<String> + Send + Sync + 'static,
{
    let web = Web::new(move |asked| -> Option<Script> {
        if asked.path == "/robots.txt" { None } else { html(asked).map(|html| page(&html)) }
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&[&["http://a.test/", "--depth", "1000000"], flags].concat());
    assert_eq!(run.code, Some(code), "{}", run.stderr);
    assert_eq!(crawl.summary()["stats"]["queued"], 0, "it ends by itself");
    crawl.adds_up();
    (web, crawl, run)
}

fn refused(crawl: &Crawl, rule: &str) -> u64 {
    let summary = crawl.summary();
    let rows = summary["stats"]["refusals"].as_array().unwrap();
    rows.iter().find(|row| row["rule"] == rule).map_or(0, |row| row["count"].as_u64().unwrap())
}

fn month(path: &str) -> Option<usize> {
    path.strip_prefix("/calendar/")?.parse().ok()
}

#[test]
fn a_calendar_ends_when_its_months_say_nothing_new() {
    let calendar = |asked: &Asked| {
        let on = |month: usize| format!("/calendar/{month}");
        Some(match (asked.path.as_str(), month(&asked.path)) {
            ("/", _) => format!("<title>Home</title>{}", links([on(24_000), "/story".to_owned()])),
            (_, Some(at)) => format!(
                "<title>Events</title><p>{} {}. No events.{}",
                ["January", "February", "March", "April"][at % 4],
                at / 12,
                links([on(at - 1), on(at + 1)])
            ),
            _ => "<title>A story</title><p>It is still found.".to_owned(),
        })
    };
    let (web, crawl, run) = ended(calendar, &["--near-duplicates", "20"], 3);
    assert_eq!(crawl.end("http://a.test/story"), "captured 200");
    assert!(refused(&crawl, "near-duplicates") > 0);
    let months = web.asked().iter().filter(|asked| asked.contains("/calendar/")).count();
    assert_eq!(months, 24, "four months and twenty that are theirs again");
    assert!(run.stdout.contains("by near-duplicates"), "the report names the rule: {}", run.stdout);
}

#[test]
fn a_calendar_of_ever_new_texts_ends_by_its_pattern_and_its_host() {
    let calendar = |asked: &Asked| {
        let at = month(&asked.path).unwrap_or(7);
        let on = [at + 1, at + 2].map(|month| format!("/calendar/{month}"));
        Some(format!("<title>{}</title>{}", word(at), links(on)))
    };
    let (web, crawl, _) = endless(calendar, &["--pattern-budget", "30"]);
    assert_eq!(web.asked().len(), 32, "home, robots.txt and thirty months");
    assert!(refused(&crawl, "pattern-budget") > 0);
    let (web, crawl, _) = endless(calendar, &["--host-budget", "15"]);
    assert_eq!(web.asked().len(), 15);
    assert!(refused(&crawl, "host-budget") > 0);
    let (web, crawl, _) = endless(calendar, &["--domain-budget", "12"]);
    assert_eq!(web.asked().len(), 12);
    assert!(refused(&crawl, "domain-budget") > 0);
}

#[test]
fn session_ids_end_known_ones_at_once() {
    let shop = |asked: &Asked| {
        let at = asked.path.bytes().filter(u8::is_ascii_lowercase).count() * 31 + asked.before;
        let own = format!("{at:x}{}", asked.path.len());
        let pages = ["/one", "/two", "/three"];
        let unknown = pages.map(|page| format!("{page}?visitor={own}{}", asked.path.len() * 7));
        let known = pages.map(|page| format!("{page}?PHPSESSID={own}"));
        let name = asked.path.split('?').next().unwrap();
        Some(format!("<title>{name}</title><p>Text of it.{}{}", links(unknown), links(known)))
    };
    let (web, crawl, _) = endless(shop, &["--near-duplicates", "10"]);
    let plain = web.asked().iter().filter(|asked| asked.contains("PHPSESSID")).count();
    assert_eq!(plain, 3, "a known session id is no part of the key: {:?}", web.asked());
    assert!(web.asked().len() < 60, "{}", web.asked().len());
    assert!(crawl.ledger().len() < 200);
}

#[test]
fn paths_that_deepen_and_repeat_end() {
    let deeper = |asked: &Asked| {
        let level = asked.path.matches('/').count();
        let on = [format!("{}/", word(level)), "css/".to_owned()];
        Some(format!("<title>{} {}</title>{}", word(level), asked.path.len(), links(on)))
    };
    let flags = ["--path-segments", "6", "--segment-repeats", "2"];
    let (web, crawl, _) = endless(deeper, &flags);
    assert!(refused(&crawl, "path-segments") > 0 && refused(&crawl, "repeated-segment") > 0);
    for asked in web.asked() {
        let segments: Vec<&str> =
            asked.split('/').skip(1).filter(|part| !part.is_empty()).collect();
        assert!(segments.len() <= 6, "{asked}");
        assert!(segments.iter().filter(|part| **part == "css").count() <= 2, "{asked}");
    }
}

#[test]
fn filters_in_every_order_end() {
    let shop = |asked: &Asked| {
        let query = asked.path.split_once('?').map_or("", |(_, query)| query);
        let names = ["size", "color", "brand", "price", "sort", "page", "view", "stock"];
        let on = names.iter().filter(|name| !query.contains(*name)).map(|name| {
            let and = if query.is_empty() { String::new() } else { format!("{query}&") };
            format!("/shop?{and}{name}={}", name.len())
        });
        let text: String = query.bytes().map(|byte| word(usize::from(byte)) + " ").collect();
        Some(format!("<title>Shop</title><p>{text}{}", links(on)))
    };
    let (web, crawl, _) = endless(shop, &["--query-sets", "25"]);
    let asked = web.asked().iter().filter(|asked| asked.contains("/shop?")).count();
    assert_eq!(asked, 25, "each filter set has one URL here");
    assert!(refused(&crawl, "query-sets") > 0);
}

#[test]
fn error_pages_with_status_200_end() {
    let lost = |asked: &Asked| {
        if asked.path == "/" {
            return Some(format!("<title>Home</title>{}", links(["/lost", "/story"])));
        }
        if asked.path == "/story" {
            return Some("<title>A story</title><p>Told once.".to_owned());
        }
        let on = (0..4).map(|n| format!("{}/{}-{}", asked.path, n, word(asked.path.len() + n)));
        Some(format!(
            "<title>Not found</title><p>{} is not here.{}",
            asked.path.replace('/', " "),
            links(on)
        ))
    };
    let (web, crawl, run) = ended(lost, &["--near-duplicates", "5"], 3);
    assert_eq!(crawl.end("http://a.test/story"), "captured 200");
    assert!(refused(&crawl, "near-duplicates") > 0);
    assert!(refused(&crawl, "host-duplicates") > 0);
    assert!(web.asked().len() < 100, "the host is left alone: {}", web.asked().len());
    let warned = run.stderr.lines().filter(|line| line.contains("host-duplicates")).count();
    assert!(run.stderr.contains("warning  a.test: many") && warned > 0, "{}", run.stderr);
}

/// Stories behind very many error pages with status 200, under patterns of their own: the traps are
/// left alone, none of the stories is.
#[test]
fn stories_behind_error_pages_are_reached() {
    let sections = ["old", "tag", "print", "photo", "share", "topic", "user", "search"];
    let home = move || {
        let lost = sections.iter().flat_map(|name| (0..60).map(move |n| format!("/{name}/{n}")));
        let stories = (0..40).flat_map(|n| {
            let slug = format!("{}-and-{}", word(n), word(n * 7));
            [format!("/2026/11/{slug}"), format!("/{}", word(n + 100)), format!("/ar/old/{n}")]
        });
        links(lost.chain(stories))
    };
    let web = move |asked: &Asked| match asked.path.as_str() {
        "/" => Some(format!("<title>Home</title>{}", home())),
        path if sections.iter().any(|name| path.starts_with(&format!("/{name}/"))) => {
            Some("<title>Not found</title><p>There is no such page.".to_owned())
        }
        path => {
            let number = path.bytes().fold(7, |n, byte| n * 31 % 99_991 + usize::from(byte));
            Some(format!("<title>{}</title><p>{path} was told.", word(number)))
        }
    };
    let (_, crawl, _) = ended(web, &["--near-duplicates", "20"], 3);
    let all = crawl.ends();
    let stories = all.iter().filter(|(url, _)| {
        !sections.iter().any(|name| url.starts_with(&format!("http://a.test/{name}/")))
    });
    for (url, end) in stories.filter(|(url, _)| !url.ends_with("robots.txt")) {
        assert_eq!(end, "captured 200", "{url}");
    }
    let left = refused(&crawl, "near-duplicates") + refused(&crawl, "host-duplicates");
    assert!((8 * 38..8 * 60).contains(&left), "{left}");
}

/// A newsroom behind a wall: stories whose pages say nothing stand before, among and behind those
/// that say something, all under one pattern. `says` tells which do.
fn paywall(stories: usize, says: fn(usize) -> bool) -> impl Fn(&Asked) -> Option<String> {
    move |asked| {
        let Some(n) = asked.path.strip_prefix("/story/").and_then(|n| n.parse().ok()) else {
            return Some(links((0..stories).map(|n| format!("/story/{n}"))));
        };
        Some(if says(n) {
            format!("<title>{}</title><p>{} {}.", word(n), word(n * 7), word(n * 13))
        } else {
            "<title>Subscribe</title><p>This story is for subscribers.".to_owned()
        })
    }
}

/// Teasers in a row stop a pattern, a sample of it opens it again, and what had been left out
/// meanwhile is fetched after all.
#[test]
fn stories_behind_teasers_of_their_own_pattern_are_reached() {
    let (_, crawl, run) = endless(paywall(250, |n| n >= 120), &[]);
    assert_eq!(crawl.summary()["stats"]["refusals"], serde_json::json!([]), "{}", run.stderr);
    for n in 0..250 {
        let end = crawl.end(&format!("http://a.test/story/{n}"));
        assert!(end.starts_with("captured") || end.starts_with("revisit"), "{n} {end}");
    }
    let said = |word: &str| run.stderr.lines().filter(|line| line.contains(word)).count();
    assert_eq!((said("a.test/story/0: 100 pages in a row"), said("queued again")), (1, 1));
}

/// The same, killed while the pattern is stopped, while it is sampled, and after what was left out
/// was queued again: every story is there, and none was asked for twice but what was in flight.
#[test]
fn a_stopped_pattern_outlives_its_crawler() {
    for moment in [108, 125, 135, 150, 200] {
        let says = paywall(250, |n| n >= 120);
        let web = Web::new(move |asked| {
            if asked.path == "/robots.txt" { None } else { says(asked).map(|html| page(&html)) }
        });
        let crawl = Crawl::of(&web);
        let args = ["http://a.test/", "--depth", "9"];
        let mut child =
            crawl.command(&args).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        while web.asked().len() < moment && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let run = crawl.run(&args);
        assert!(matches!(run.code, Some(0 | 3)), "{}", run.stderr);
        crawl.adds_up();
        for n in 120..250 {
            let url = format!("a.test/story/{n}");
            assert!(crawl.end(&format!("http://{url}")).starts_with("captured"), "{moment} {url}");
        }
        let all = web.asked();
        let once: BTreeSet<&String> = all.iter().collect();
        assert!(all.len() - once.len() <= 1, "{moment}: {} of {}", all.len(), once.len());
    }
}

/// Where the samples say nothing new either, the end says so, and a trap costs a few pages only.
#[test]
fn a_pattern_that_never_says_anything_new_is_told_with_examples() {
    let (web, crawl, run) = ended(paywall(1_000, |_| false), &["--near-duplicates", "20"], 3);
    let asked = web.asked().iter().filter(|asked| asked.contains("/story/")).count();
    // One teaser, twenty that are it again, and a sample after 2, 4, 8, … 512 more.
    assert_eq!(asked, 21 + 8);
    assert_eq!(refused(&crawl, "near-duplicates"), 1_000 - 29);
    let told = "a.test/story/0: 20 pages in a row under this pattern of URLs said what was said \
                before; others are left out but for samples (rule near-duplicates): \
                http://a.test/story/21 http://a.test/story/22 http://a.test/story/24";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

/// Results and rates of exchange in a handful of words are pages of their own, whatever the number.
#[test]
fn pages_that_differ_only_in_numbers_are_read() {
    let results = |asked: &Asked| {
        Some(match asked.path.strip_prefix("/match/").and_then(|at| at.parse::<usize>().ok()) {
            None => {
                format!("<title>Results</title>{}", links((0..300).map(|n| format!("/match/{n}"))))
            }
            Some(n) => format!(
                "<title>Result</title><p>Home {} : {} Guests, {} looked on.",
                n % 5,
                n % 3,
                n * 17
            ),
        })
    };
    let (_, crawl, _) = endless(results, &[]);
    assert_eq!(crawl.summary()["stats"]["refusals"], serde_json::json!([]));
    assert_eq!(crawl.end("http://a.test/match/299"), "captured 200");
}

/// A month in full: days, weeks, links to its neighbours. It ends all the same.
#[test]
fn a_calendar_with_its_days_ends() {
    let calendar = |asked: &Asked| {
        let at = month(&asked.path).unwrap_or(24_312);
        let days: String = (1..=28 + at % 4).map(|day| format!("<td>{day}</td>")).collect();
        let name = word(at % 12);
        let on = [at - 1, at + 1].map(|month| format!("/calendar/{month}"));
        Some(format!("<title>{name} {}</title><table>{days}</table>{}", at / 12, links(on)))
    };
    let (web, crawl, _) = ended(calendar, &["--near-duplicates", "20"], 3);
    assert!(refused(&crawl, "near-duplicates") > 0);
    assert!(web.asked().len() < 60, "{}", web.asked().len());
}

#[test]
fn urls_of_any_length_are_left_out_whole() {
    let long = |asked: &Asked| {
        let to = [64 << 10, 1 << 20, 8_100].map(|length| format!("/{}", "x".repeat(length)));
        Some(if asked.path == "/" { links(to) } else { "<title>t</title>".to_owned() })
    };
    let (web, crawl, _) = endless(long, &[]);
    let longest = web.asked().iter().map(String::len).max().unwrap();
    assert_eq!(longest, "a.test/".len() + 8_100, "never cut");
    // All that is kept of them is their beginning, and that is one.
    assert_eq!(refused(&crawl, "url-length"), 1);
}

#[test]
fn fifty_names_of_one_body_are_stored_once() {
    let body = "<title>One body</title><p>".to_owned() + &"It is long. ".repeat(2_000);
    let same = move |asked: &Asked| {
        let all = links((0..50).map(|n| format!("/name-{n}")));
        Some(if asked.path == "/" { format!("<title>Home</title>{all}") } else { body.clone() })
    };
    let (_, crawl, _) = endless(same, &[]);
    let of = |kind: &str| {
        let named = |n: usize| crawl.records_of(kind, &format!("http://a.test/name-{n}")).len();
        (0..50).map(named).sum::<usize>()
    };
    assert_eq!((of("response"), of("revisit")), (1, 49));
}

#[test]
fn names_without_end_under_one_domain_end() {
    let wild = |asked: &Asked| {
        let languages = ["ar", "de", "es", "fa", "fr", "ja", "pt", "ru", "tr", "zh"];
        let others = (0..30).map(|n| {
            let lang = format!("{}-{}", languages[n % 10], ["EG", "US", "BR"][n / 10]);
            format!("<link rel=alternate hreflang={lang} href=http://{}.a.test/story>", word(n))
        });
        let head: String = others.collect();
        Some(format!("<html lang=en><head>{head}</head><title>{}</title>", asked.host))
    };
    let (web, crawl, _) = endless(wild, &["--domain-hosts", "10"]);
    let hosts: std::collections::BTreeSet<String> =
        web.asked().iter().map(|asked| asked.split('/').next().unwrap().to_owned()).collect();
    assert_eq!(hosts.len(), 10, "{hosts:?} {:?}", crawl.ends());
    assert_eq!(refused(&crawl, "domain-hosts"), 21);
}

/// Years of articles under dates and slugs, and under numbers, a fifth of them gone: the defaults
/// refuse nothing.
#[test]
fn a_newsroom_is_no_trap() {
    const STORIES: usize = 250;
    let newsroom = |asked: &Asked| {
        let story = |n: usize| {
            let text = format!("<p>{} {} {}", word(n), word(n * 7), word(n * 13)).repeat(3);
            format!("<title>Story {}</title>{text}{}", word(n), links(["/", "/archive?page=1"]))
        };
        let path = asked.path.as_str();
        let number = |from: &str| path.rsplit(from).next().unwrap().parse::<usize>().unwrap_or(0);
        Some(match path {
            "/" => format!("<title>Home</title>{}", links(["/archive?page=1"])),
            _ if path.starts_with("/archive") => {
                let at = number("=");
                let listed = (at * 10..at * 10 + 10).flat_map(|n| {
                    let day =
                        format!("/{}/{:02}/{:02}/story-no-{n}", 2000 + n / 90, n % 12, n % 28);
                    [day, format!("/?p={n}")]
                });
                let next = (at * 10 < STORIES).then(|| format!("/archive?page={}", at + 1));
                format!("<title>Archive {}</title>{}{}", word(at), links(listed), links(next))
            }
            _ if path.starts_with("/?p=") && number("=") % 5 == 0 => {
                "<title>Gone</title><p>This story is gone.".to_owned()
            }
            _ if path.starts_with("/?p=") => story(number("=") + 1_000),
            _ => story(number("-")),
        })
    };
    let (_, crawl, _) = endless(newsroom, &["--max-pages", "100000"]);
    let summary: Value = crawl.summary();
    assert_eq!(summary["stats"]["refusals"], serde_json::json!([]));
    let stats = &summary["stats"];
    let captured = stats["captured"].as_u64().unwrap() + stats["revisits"].as_u64().unwrap();
    assert!(captured > 2 * STORIES as u64, "{stats}");
}

/// A page of very many links: every one ends once, by its rule, and the crawl ends soon.
#[test]
fn a_flood_of_links_is_counted_to_the_last() {
    let flood: String = (0..5_000).map(|n| format!("<a href=/{}/{n}>x</a>", word(n % 7))).collect();
    let web = Web::new(move |asked| match asked.path.as_str() {
        "/robots.txt" => None,
        "/" => Some(page(&flood)),
        path => Some(reply(200, &["Content-Type: text/html"], path.as_bytes())),
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/", "--depth", "1", "--host-budget", "40"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(web.asked().len(), 40);
    assert_eq!(refused(&crawl, "host-budget"), 5_002 - 40);
    crawl.adds_up();
}
