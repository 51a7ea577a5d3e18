//! robots.txt that fails, moves, lies or never ends (faults 30-35).

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::run::{Crawl, watched};
use super::web::{Step, Web, head, moved, page, reply};

#[test]
fn five_hundred_for_ever_keeps_the_urls() {
    let web =
        Web::new(|asked| Some(reply(500, &[], b"sick")).filter(|_| asked.path == "/robots.txt"));
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/x"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert_eq!(web.times("a.test/x"), 0);
    assert_eq!(crawl.end("http://a.test/x"), "", "the URL stays queued");
    let asked = web.times("a.test/robots.txt");
    // What is told is the wait for the next attempt: five times the first pause, or more.
    let rest = &crawl.summary()["rests"][0];
    assert!(rest["longest_ms"].as_u64().unwrap() >= 100, "{rest}");
    assert!(rest["why"].as_str().unwrap().ends_with("robots.txt could not be had"), "{rest}");
    let again = crawl.run(&[]);
    assert_eq!(again.code, Some(3), "{}", again.stderr);
    assert!(web.times("a.test/robots.txt") > asked, "the next run asks again");
    crawl.records();
}

#[test]
fn what_is_no_answer_allows_all() {
    let web = Web::new(|asked| {
        Some(match (asked.host.as_str(), asked.path.as_str()) {
            ("no.test", "/robots.txt") => reply(403, &[], b"no"),
            ("html.test", "/robots.txt") => page("<html>Disallow: /<p>User-agent: *<p>Disallow: /"),
            ("nul.test", "/robots.txt") => reply(200, &[], b"\xff\xfe\0\0\0\x01garbage\r\r"),
            ("far.test", "/robots.txt") => moved("http://elsewhere.test/1"),
            ("elsewhere.test", "/1") => reply(200, &[], b"User-agent: *\nDisallow: /no"),
            ("hops.test", path) if path == "/robots.txt" || path.starts_with("/h") => {
                moved(&format!("/h{}", path.len()).repeat(1 + path.len() % 3))
            }
            ("loop.test", "/robots.txt") => moved("/robots.txt"),
            ("file.test", "/robots.txt") => moved("file:///etc/passwd"),
            (_, "/page" | "/no") => page("<title>Page</title>"),
            _ => return None,
        })
    });
    let crawl = Crawl::of(&web);
    let hosts = ["no", "html", "nul", "far", "hops", "loop", "file"];
    let seeds: Vec<String> = hosts.iter().map(|host| format!("http://{host}.test/page")).collect();
    let mut seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    seeds.push("http://far.test/no");
    let run = crawl.run(&seeds);
    for seed in &seeds[..7] {
        let end = crawl.end(seed);
        assert!(end == "captured 200" || end == "revisit 200", "{seed}: {end}\n{}", run.stderr);
    }
    assert_eq!(crawl.end("http://far.test/no"), "refused robots");
    assert!(web.asked().iter().filter(|asked| asked.starts_with("hops.test/h")).count() <= 6);
}

#[test]
fn rules_at_the_start_of_a_huge_file_hold() {
    let web = Web::new(|asked| {
        if asked.path != "/robots.txt" {
            return Some(page("<title>Page</title>"));
        }
        let mut file = b"User-agent: *\nDisallow: /secret\n".to_vec();
        while file.len() < 600 << 10 {
            file.extend_from_slice(b"# padding padding padding padding padding\n");
        }
        file.extend_from_slice(b"Disallow: /late\n");
        Some(reply(200, &["Content-Type: text/plain"], &file))
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/secret", "http://a.test/open"]);
    assert_eq!(run.code, Some(3), "a seed was refused: {}", run.stderr);
    assert_eq!(crawl.end("http://a.test/secret"), "refused robots");
    assert_eq!(crawl.end("http://a.test/open"), "captured 200");
}

#[test]
fn a_silent_robots_does_not_hold_others_up() {
    let web = Web::new(|asked| match (asked.host.as_str(), asked.path.as_str()) {
        ("mute.test", "/robots.txt") => Some(vec![Step::Hang]),
        ("reset.test", "/robots.txt") => Some(vec![Step::Reset]),
        ("drip.test", "/robots.txt") => {
            let slow = Step::Drip(b"User-agent: *\n".repeat(500), Duration::from_millis(100));
            Some(vec![Step::Send(head::<&str>(200, &[])), slow])
        }
        (_, "/robots.txt") => None,
        _ => Some(page("<title>Page</title>")),
    });
    let crawl = Crawl::of(&web);
    let seeds = ["http://mute.test/", "http://reset.test/", "http://drip.test/", "http://ok.test/"];
    let run = crawl.run(&seeds);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert_eq!(crawl.end("http://ok.test/"), "captured 200");
    assert_eq!(crawl.end("http://mute.test/"), "");
    crawl.records();
}

/// Rules whose chunks break off may lack the one that forbids: nothing is fetched on their word,
/// the reason is told, and they are asked for again.
#[test]
fn rules_that_break_off_are_none_and_asked_for_again() {
    let web = Web::new(|asked| {
        let chunked = head(200, &["Transfer-Encoding: chunked"]);
        Some(match asked.path.as_str() {
            "/robots.txt" if asked.before == 0 => {
                let half = b"e\r\nUser-agent: *\n\r\nzz\r\nDisallow: /no\n".to_vec();
                vec![Step::Send(chunked), Step::Send(half)]
            }
            "/robots.txt" => reply(200, &[], b"User-agent: *\nDisallow: /no\n"),
            _ => page("<title>Page</title>"),
        })
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/yes", "http://a.test/no"]);
    assert_eq!(crawl.end("http://a.test/no"), "refused robots", "{}", run.stderr);
    assert_eq!(crawl.end("http://a.test/yes"), "captured 200");
    assert_eq!((web.times("a.test/robots.txt"), web.times("a.test/no")), (2, 0));
    let why = "its robots.txt could not be had whole (37 bytes of the body came; its chunks are \
               broken: a chunk size that is none)";
    assert!(run.stderr.contains(why), "{}", run.stderr);
}

#[test]
fn a_limited_robots_is_asked_later() {
    let web = Web::new(|asked| match asked.path.as_str() {
        "/robots.txt" if asked.before == 0 => Some(reply(429, &["Retry-After: 1"], b"")),
        "/robots.txt" => Some(reply(200, &[], b"User-agent: *\nDisallow: /no\n")),
        _ => Some(page("<title>Page</title>")),
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/yes", "http://a.test/no"]);
    assert_eq!(crawl.end("http://a.test/yes"), "captured 200", "{}", run.stderr);
    assert_eq!(crawl.end("http://a.test/no"), "refused robots");
    assert!(run.took >= Duration::from_secs(1));
}

#[test]

fn waiting_for_another_hosts_robots_costs_no_processor() {
    let web = Web::new(|asked| match (asked.host.as_str(), asked.path.as_str()) {
        ("a.test", "/robots.txt") => Some(moved("http://slow.test/r")),
        ("slow.test", "/r") => Some(vec![Step::Hang]),
        (_, "/robots.txt") => None,
        _ => Some(page("<title>Page</title>")),
    });
    let crawl = Crawl::of(&web);
    let seeds: Vec<String> = (0..50).map(|at| format!("http://a.test/{at}")).collect();
    let mut seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    seeds.extend(["--per-host", "4", "--idle-timeout", "2s"]);
    let inner = crawl.command(&seeds);
    let mut command = std::process::Command::new("bash");
    command.args(["-c", "\"$@\" 2>/dev/null; times >&2", "timed"]);
    command.arg(inner.get_program()).args(inner.get_args());
    let run = watched(command);
    // The last line: user and system time of the children, as `0m0.120s 0m0.040s`.
    let last = run.stderr.lines().last().unwrap();
    let spent: f64 = last
        .split_whitespace()
        .map(|time| {
            let (minutes, seconds) = time.trim_end_matches('s').split_once('m').unwrap();
            60.0 * minutes.parse::<f64>().unwrap() + seconds.parse::<f64>().unwrap()
        })
        .sum();
    assert!(spent < run.took.as_secs_f64() / 3.0, "{spent} s of {:?}", run.took);
}

#[test]

fn a_robots_that_is_a_page_is_still_that_page() {
    let web = Web::new(|asked| {
        Some(match (asked.host.as_str(), asked.path.as_str()) {
            ("home.test", "/robots.txt") => moved("/"),
            ("deep.test", "/robots.txt") => moved("http://home.test/deep"),
            (_, "/robots.txt") => return None,
            (_, "/") => page("<title>Home</title><a href=/child>c</a>"),
            (_, path) => page(&format!("<title>{path}</title><a href=/child-of{path}>c</a>")),
        })
    });
    let crawl = Crawl::of(&web);
    let seeds = ["http://home.test/", "http://deep.test/x", "http://home.test/deep"];
    let run = crawl.run(&[seeds.as_slice(), &["--depth", "1", "--host-budget", "20"]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for child in ["http://home.test/child", "http://home.test/child-of/deep"] {
        assert!(crawl.end(child).ends_with(" 200"), "{child}: {}", run.stderr);
    }
}

#[test]
fn a_crawl_delay_that_is_held_to_less_is_told() {
    let web = Web::new(|asked| match asked.path.as_str() {
        "/robots.txt" => Some(reply(200, &[], b"User-agent: *\nCrawl-delay: 600\n")),
        _ => Some(page("<title>t</title>")),
    });
    let crawl = Crawl::of(&web);
    let mut command = crawl.command(&["http://a.test/"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let told = lines.find(|line| line.contains("Crawl-delay")).unwrap();
    assert!(told.contains("http://a.test") && told.contains("held to 2m"), "{told}");
    let pid = Pid::from_raw(child.id().try_into().unwrap());
    kill(pid, Signal::SIGTERM).unwrap();
    lines.for_each(drop);
    child.wait().unwrap();
    let defects = &crawl.summary()["stats"]["defects"];
    assert_eq!(defects[0]["defect"], "a Crawl-delay over 2 minutes: held to that");
    assert_eq!(defects[0]["examples"][0], "http://a.test/robots.txt");
}

#[test]
fn a_robots_txt_that_another_hosts_has_moved_to_is_asked_for_once() {
    let web = Web::new(|asked| {
        Some(match (asked.host.as_str(), asked.path.as_str()) {
            ("a.test", "/robots.txt") => moved("http://b.test/robots.txt"),
            ("b.test", "/robots.txt") => reply(200, &[], b"User-agent: *\nDisallow: /private"),
            ("a.test", "/") => page(
                "<link rel=alternate hreflang=en href=http://b.test/public>\
                 <link rel=alternate hreflang=fr href=http://b.test/private>",
            ),
            ("b.test", "/public") => page("<title>yes</title>"),
            _ => return None,
        })
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(crawl.end("http://b.test/public"), "captured 200");
    assert_eq!(crawl.end("http://b.test/private"), "refused robots");
    assert_eq!(web.times("b.test/robots.txt"), 1, "{:?}", web.asked());
}
