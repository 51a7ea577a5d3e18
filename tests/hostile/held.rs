//! Hosts that ask to be left alone, or are dead: they are, and nobody else is (faults 26-30, 51, 52).

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use super::run::Crawl;
use super::web::{Asked, Script, Step, Web, page, reply};

/// A web with one host that answers `held` to everything but robots.txt, and others that are well.
fn beside<H>(held: H) -> Web
where
    H: Fn(&Asked) -> Script + Send + Sync + 'static,
{
    Web::new(move |asked| match (asked.host.as_str(), asked.path.as_str()) {
        (_, "/robots.txt") => None,
        ("held.news.test", _) => Some(held(asked)),
        (host, path) => Some(page(&format!("<title>{host}{path}</title>"))),
    })
}

fn seeds() -> Vec<String> {
    let held = (0..5).map(|n| format!("http://held.news.test/{n}"));
    let sister = (0..5).map(|n| format!("http://well.news.test/{n}"));
    let other = (0..5).map(|n| format!("http://other.test/{n}"));
    held.chain(sister).chain(other).collect()
}

fn run(crawl: &Crawl, flags: &[&str]) -> super::run::Run {
    let seeds = seeds();
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    crawl.run(&[seeds.as_slice(), flags].concat())
}

/// The others are whole; what is held is queued as it was.
fn others_are_whole(crawl: &Crawl) {
    for seed in seeds() {
        let want = if seed.contains("held") { "" } else { "captured 200" };
        assert_eq!(crawl.end(&seed), want, "{seed}");
    }
}

#[test]
fn a_host_that_wants_hours_is_left_and_the_run_ends_with_its_own_code() {
    let far = reply(429, &["Retry-After: 31536000"], b"later");
    let web = beside(move |_| far.clone());
    let crawl = Crawl::of(&web);
    let first = run(&crawl, &[]);
    assert_eq!(first.code, Some(18), "{}", first.stderr);
    others_are_whole(&crawl);
    let asked = web.asked().iter().filter(|asked| asked.contains("held.news.test/")).count();
    assert_eq!(asked, 2, "robots.txt and one page, nothing after that");
    let summary = crawl.summary();
    assert_eq!((&summary["how"], &summary["stats"]["queued"]), (&"rate-limited".into(), &5.into()));
    let rest = &summary["rests"][0];
    assert_eq!((&rest["host"], &rest["times"]), (&"held.news.test".into(), &1.into()));
    assert_eq!(rest["longest_ms"], 3_600_000);
    assert!(rest["why"].as_str().unwrap().ends_with("held to 3600 s"), "{rest}");
    assert!(first.stdout.contains("held off   held.news.test"), "{}", first.stdout);
    // The state remembers, also over a crash: nobody asks early.
    let again = crawl.run(&[]);
    assert_eq!(again.code, Some(18), "{}", again.stderr);
    assert!(again.stderr.contains("--patience: held.news.test for"), "{}", again.stderr);
    assert_eq!(crawl.summary()["rests"][0]["host"], "held.news.test");
    let asked = web.asked().iter().filter(|asked| asked.contains("held.news.test/")).count();
    assert_eq!(asked, 2, "{:?}", web.asked());
    crawl.records();
}

/// What a server asked for is on the disk before it is told.
#[test]
fn a_rest_outlives_a_kill_at_the_moment_it_is_told() {
    let web = beside(|_| reply(429, &["Retry-After: 3000"], b"later"));
    let crawl = Crawl::of(&web);
    let mut command = crawl.command(&["http://held.news.test/0"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let told = lines.find(|line| line.starts_with("waiting")).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(told.contains("held.news.test"), "{told}");
    let again = crawl.run(&[]);
    assert_eq!(again.code, Some(18), "{}", again.stderr);
    assert_eq!(web.times("held.news.test/0"), 1);
}

#[test]
fn a_date_in_retry_after_is_a_time_to_wait() {
    let date = || {
        let now = warraq::Clock::system().wall();
        http_date(now.plus(Duration::from_mins(50)))
    };
    let web = beside(move |_| reply(503, &[&format!("Retry-After: {}", date())], b""));
    let crawl = Crawl::of(&web);
    assert_eq!(run(&crawl, &[]).code, Some(18));
    others_are_whole(&crawl);
    let longest = crawl.summary()["rests"][0]["longest_ms"].as_u64().unwrap();
    assert!((2_900_000..=3_000_000).contains(&longest), "{longest}");
}

/// An HTTP-date.
fn http_date(at: warraq::Moment) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap();
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[test]
fn a_short_rest_is_waited_for() {
    let web = beside(|asked| {
        let first = asked.before == 0;
        let now = page(&format!("<title>now {}</title>", asked.path));
        if first { reply(429, &["Retry-After: 1"], b"") } else { now }
    });
    let crawl = Crawl::of(&web);
    let run = run(&crawl, &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.took >= Duration::from_secs(5), "a second for each of five: {:?}", run.took);
    for seed in seeds() {
        assert_eq!(crawl.end(&seed), "captured 200", "{seed}");
    }
}

/// A delay is how fast a site is asked: no impatience ends a run for it.
#[test]
fn an_ordinary_delay_is_waited_for_whatever_the_patience() {
    let web = Web::new(|asked| match asked.path.as_str() {
        "/robots.txt" => Some(page("User-agent: *\nCrawl-delay: 1\n")),
        path => Some(page(&format!("<title>{path}</title>"))),
    });
    let crawl = Crawl::of(&web);
    let seeds = ["http://slow.test/1", "http://slow.test/2", "http://slow.test/3"];
    let run = crawl.run(&[seeds.as_slice(), &["--patience", "0"]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for seed in seeds {
        assert_eq!(crawl.end(seed), "captured 200", "{seed}");
    }
    // One that asks to be left alone beside it ends the run, once nothing else is left.
    let far = reply(429, &["Retry-After: 300"], b"later");
    let web = Web::new(move |asked| match (asked.host.as_str(), asked.path.as_str()) {
        ("slow.test", "/robots.txt") => Some(page("User-agent: *\nCrawl-delay: 1\n")),
        ("held.test", "/1") => Some(far.clone()),
        (_, "/robots.txt") => None,
        (_, path) => Some(page(&format!("<title>{path}</title>"))),
    });
    let crawl = Crawl::of(&web);
    let held = ["http://held.test/1", "--patience", "100ms"];
    let run = crawl.run(&[seeds.as_slice(), &held].concat());
    assert_eq!(run.code, Some(18), "{}", run.stderr);
    assert_eq!(crawl.end("http://slow.test/3"), "captured 200");
    assert!(run.stderr.contains("--patience: held.test for"), "{}", run.stderr);
}

#[test]
fn too_many_requests_for_ever_is_given_up_and_the_last_answer_kept() {
    let web = beside(|_| reply(429, &[], b"never"));
    let crawl = Crawl::of(&web);
    let seeds = ["http://held.news.test/0", "http://well.news.test/4"];
    let run = crawl.run(&[seeds.as_slice(), &["--retries", "2"]].concat());
    assert_eq!(run.code, Some(18), "its last word was 429: {}", run.stderr);
    assert_eq!(crawl.end("http://held.news.test/0"), "revisit 429");
    assert_eq!(web.times("held.news.test/0"), 3, "two attempts after the first");
    assert_eq!(crawl.records_of("response", "http://held.news.test/0").len(), 1);
    assert_eq!(crawl.records_of("revisit", "http://held.news.test/0").len(), 2);
    assert_eq!(crawl.end("http://well.news.test/4"), "captured 200");
}

#[test]
fn too_many_requests_for_robots_txt_are_forgotten_when_it_comes() {
    let web = Web::new(|asked| match asked.path.as_str() {
        "/robots.txt" if asked.before == 0 => Some(reply(429, &[], b"")),
        "/robots.txt" => None,
        path => Some(page(&format!("<title>{path}</title>"))),
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://held.test/1"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(crawl.end("http://held.test/1"), "captured 200");
}

#[test]
fn a_dead_neighbour_holds_nobody_up() {
    for dead in [Step::Reset, Step::Hang] {
        let web = beside(move |_| vec![dead.clone()]);
        let crawl = Crawl::of(&web);
        let run = run(&crawl, &["--patience", "0", "--retry-delay", "100s"]);
        assert_eq!(run.code, Some(18), "{}", run.stderr);
        others_are_whole(&crawl);
        assert_eq!(web.times("held.news.test/1"), 0, "one is enough to see it");
    }
}

#[test]
fn a_robots_txt_that_cannot_be_had_parks_its_host_alone() {
    let web = Web::new(|asked| match (asked.host.as_str(), asked.path.as_str()) {
        ("held.news.test", "/robots.txt") => Some(reply(503, &[], b"")),
        (_, "/robots.txt") => None,
        (host, path) => Some(page(&format!("<title>{host}{path}</title>"))),
    });
    let crawl = Crawl::of(&web);
    let run = run(&crawl, &[]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    others_are_whole(&crawl);
    assert_eq!(crawl.summary()["stats"]["parked_sites"], serde_json::json!(["held.news.test"]));
}

/// A host that drips, at the head of the line with very many URLs: the others are asked as if it
/// were not there.
#[test]
fn a_slow_host_with_very_many_urls_costs_others_nothing() {
    let many: String = (0..3_000).map(|n| format!("<a href=/slow/{n}>x</a>")).collect();
    let web = Web::new(move |asked| match (asked.host.as_str(), asked.path.as_str()) {
        (_, "/robots.txt") => None,
        ("slow.test", "/") => Some(page(&many)),
        ("slow.test", _) => Some(vec![Step::Hang]),
        (host, path) => Some(page(&format!("<title>{host}{path}</title>"))),
    });
    let crawl = Crawl::of(&web);
    let mut seeds = vec!["http://slow.test/".to_owned()];
    seeds.extend((0..40).map(|n| format!("http://quick.test/{n}")));
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let flags = ["--depth", "1", "--patience", "0", "--retry-delay", "100s"];
    let run = crawl.run(&[seeds.as_slice(), &flags].concat());
    assert_eq!(run.code, Some(18), "{}", run.stderr);
    let asked = web.asked();
    let last = asked.iter().rposition(|asked| asked.starts_with("quick.test")).unwrap();
    let slow = asked[..last].iter().filter(|asked| asked.starts_with("slow.test/slow")).count();
    assert!(slow <= 1, "forty pages were asked for while one hung: {slow}");
    assert_eq!(crawl.end("http://quick.test/39"), "captured 200");
}

#[test]
fn a_name_without_address_is_told_and_costs_nobody_else() {
    let web = beside(|_| page("<title>held</title>"));
    // One host is led to the web, the name of the other is left to the system's resolver.
    let crawl = Crawl::with(&["--contact", "desk@warraq.test", "--allow-private", "--delay", "0"]);
    let well = format!("well.test:80:127.0.0.1:{}", web.port);
    let flags = ["--resolve", &well, "--retries", "1", "--retry-delay", "20ms"];
    let seeds = ["http://no-such-host.invalid/a", "http://well.test/b"];
    let run = crawl.run(&[seeds.as_slice(), &flags].concat());
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert_eq!(crawl.end("http://well.test/b"), "captured 200");
    assert_eq!(crawl.end(seeds[0]), "", "its robots.txt cannot be had: it stays queued");
    assert!(crawl.end("http://no-such-host.invalid/robots.txt").starts_with("failed dns"));
}
