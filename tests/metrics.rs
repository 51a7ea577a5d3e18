//! Metrics, as a Prometheus beside a crawl meets them: a page that any reader of the format reads,
//! bounded whatever is crawled and however slowly it is asked for; a file that outlives the run; and
//! alarms and a dashboard that name nothing there is not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::float_cmp,
    reason = "test code: a broken fixture must fail loudly, and numbers are read as written"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use warraq::event::{Event, Settled};
use warraq::lead::{Failure, FailureKind, Hop, Outcome};
use warraq::metrics::endpoint::CONNECTIONS;
use warraq::metrics::{HOSTS, Metrics};
use warraq::{Clock, Watch};

#[path = "recrawl/press.rs"]
mod press;

use press::{Answer, Press};

fn warraq(at: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
    command.args(args).current_dir(at).env_remove("WARRAQ_CONTACT").env("WARRAQ_DISK_FLOOR", "0");
    command.stdin(Stdio::null()).stderr(Stdio::piped()).stdout(Stdio::piped());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The samples of a page by their series, each family whole, each series once.
fn samples(page: &str) -> BTreeMap<String, f64> {
    let line = regex::Regex::new(
        r#"^([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? ([0-9.e+-]+|NaN|[+-]Inf)$"#,
    );
    let line = line.unwrap();
    let mut samples = BTreeMap::new();
    let mut families = BTreeSet::new();
    let mut family = "";
    for row in page.lines() {
        if let Some(rest) = row.strip_prefix("# TYPE ") {
            family = rest.split(' ').next().unwrap();
            assert!(families.insert(family), "{family} stands twice");
        }
        if row.starts_with('#') {
            continue;
        }
        let found = line.captures(row).unwrap_or_else(|| panic!("no sample: {row}"));
        assert!(found[1].starts_with(family), "{row} among {family}");
        let series = format!("{}{}", &found[1], found.get(2).map_or("", |labels| labels.as_str()));
        let value = found[3].parse().unwrap();
        assert_eq!(samples.insert(series, value), None, "twice: {row}");
    }
    samples
}

/// The names a page may have samples of, with and without the endings of a histogram.
fn names() -> BTreeSet<String> {
    let page = Metrics::new(Clock::system()).page();
    let types = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let mut names = BTreeSet::new();
    for family in types {
        let (name, kind) = family.split_once(' ').unwrap();
        assert!(name.starts_with("warraq_"), "{name}");
        assert_eq!(kind == "counter", name.ends_with("_total"), "{name}");
        let ends = if kind == "histogram" { &["_bucket", "_sum", "_count"][..] } else { &[""] };
        names.extend(ends.iter().map(|end| format!("{name}{end}")));
    }
    names
}

fn settled(url: &str, outcome: Outcome) -> Event {
    Event::Settled(Box::new(Settled {
        url: url.to_owned(),
        hop: Hop::Link,
        hops: "L".to_owned(),
        outcome,
        cut: None,
        bytes: 100,
        took: Duration::from_millis(70),
        lang: None,
        title: None,
        byline: Vec::new(),
        record: None,
        defects: Vec::new(),
    }))
}

/// Hosts and statuses are the web's to make up; what they may cost is not.
#[test]
fn labels_are_bounded_whatever_is_crawled() {
    let metrics = Metrics::new(Clock::system());
    let watch = metrics.beside("a \"job\"\n", Watch::none());
    for n in 0..u16::try_from(HOSTS * 20).unwrap() {
        let url = format!("https://h{n}.example/{}", "x".repeat(usize::from(n)));
        watch.tell(&settled(&url, Outcome::Captured { status: n, truncated: None }));
    }
    watch.tell(&settled(
        &format!("https://{}.example/", "long.".repeat(60)),
        Outcome::Failed(Failure { kind: FailureKind::Dns, detail: "none".to_owned() }),
    ));
    let page = metrics.page();
    assert!(page.len() < 40_000, "{} bytes", page.len());
    let samples = samples(&page);
    let of = |name: &str| -> Vec<f64> {
        let mut of: Vec<f64> = Vec::new();
        of.extend(samples.iter().filter(|(series, _)| series.starts_with(name)).map(|(_, n)| *n));
        of
    };
    let hosts = of("warraq_host_urls_total{");
    assert_eq!((hosts.len(), hosts.iter().sum::<f64>()), (HOSTS + 1, 1001.0));
    assert_eq!(of("warraq_responses_total{").len(), 6, "five classes, and all else");
    let job = r#"{job="a \"job\"\n"}"#;
    assert_eq!(samples[&format!("warraq_received_bytes_total{job}")], 100_100.0);
    assert_eq!(samples[&format!("warraq_fetch_duration_seconds_count{job}")], 1001.0);
    assert_eq!(of(r#"warraq_fetch_duration_seconds_bucket{job="a \"job\"\n",le="0.05"}"#), [0.0]);
    assert_eq!(of(r#"warraq_fetch_duration_seconds_bucket{job="a \"job\"\n",le="0.1"}"#), [1001.0]);
    assert!(!page.contains("xxxx") && !page.contains("long.long."), "no URL, no endless name");
}

/// A reply that is an error counts as one, whatever the archive holds of it.
#[test]
fn errors_are_no_captures_and_nothing_unchanged() {
    let metrics = Metrics::new(Clock::system());
    let watch = metrics.beside("x", Watch::none());
    for status in [200, 304, 404, 410, 500] {
        watch.tell(&settled("https://a.example/", Outcome::Revisit { status }));
        watch.tell(&settled("https://a.example/", Outcome::Captured { status, truncated: None }));
    }
    let page = samples(&metrics.page());
    let of = |outcome: &str| page[&format!("warraq_urls_total{{job=\"x\",outcome=\"{outcome}\"}}")];
    let outcomes = ["captured", "revisit", "gone", "error", "failed"].map(of);
    assert_eq!(outcomes, [2.0, 2.0, 4.0, 2.0, 0.0]);
    assert_eq!(page["warraq_host_failures_total{job=\"x\",host=\"a.example\"}"], 2.0);
}

/// What asks for a page, in one connection.
fn ask(port: u16, request: &str) -> String {
    let mut peer = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    peer.write_all(request.as_bytes()).unwrap();
    let mut reply = Vec::new();
    peer.read_to_end(&mut reply).unwrap();
    text(&reply)
}

fn scrape(port: u16) -> BTreeMap<String, f64> {
    let reply = ask(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (head, page) = reply.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(
        head.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
        "{head}"
    );
    assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", page.len())), "{head}");
    samples(page)
}

/// The port that the first line on standard error names.
fn port_of(child: &mut Child) -> u16 {
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    let at = line.strip_prefix("warraq: metrics at http://127.0.0.1:").unwrap();
    at.strip_suffix("/metrics\n").unwrap().parse().unwrap()
}

fn end(child: Child) -> Output {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGTERM).unwrap();
    child.wait_with_output().unwrap()
}

/// One path and two methods.
fn requests_are_judged(port: u16) {
    let first = |request: &str| ask(port, request).split("\r\n\r\n").next().unwrap().to_owned();
    let head = ask(port, "HEAD /metrics HTTP/1.1\r\n\r\n");
    let (head, nothing) = head.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain;"), "{head}");
    assert_eq!((nothing, head.contains("Content-Length: 0")), ("", false));
    assert!(first("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
    let refused = first("POST /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    assert!(
        refused.starts_with("HTTP/1.1 405 ") && refused.contains("Allow: GET, HEAD"),
        "{refused}"
    );
    assert!(first("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
}

#[test]
fn a_crawl_is_watched_while_it_runs_and_slow_readers_cost_nothing() {
    let dir = tempfile::tempdir().unwrap();
    // It takes a request and never answers.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let resolve = format!("*:80:127.0.0.1:{}", listener.local_addr().unwrap().port());
    let args =
        ["crawl", "http://hung.test/", "--contact", "a@b.org", "--into", "x", "--drain", "0"];
    let mut crawl = warraq(dir.path(), &args);
    let mut child = crawl
        .args(["--allow-private", "--resolve", &resolve, "--metrics", "127.0.0.1:0", "--quiet"])
        .args(["--idle-timeout", "10m", "--total-timeout", "10m"])
        .spawn()
        .unwrap();
    let port = port_of(&mut child);
    let (mut asked, _) = listener.accept().unwrap();
    asked.read_exact(&mut [0; 4]).unwrap();

    // The first request may be on its way before the crawl can be asked about it.
    let in_flight = |samples: &BTreeMap<String, f64>| {
        let of = |series: &str| samples.get(series).copied();
        let urls = of("warraq_urls_in_flight{job=\"x\"}");
        (urls, of("warraq_hosts{job=\"x\",state=\"in-flight\"}")) == (Some(1.0), Some(1.0))
    };
    let samples = (0..10_000).map(|_| scrape(port)).find(in_flight).unwrap();
    assert_eq!(samples["warraq_running{job=\"x\"}"], 1.0);
    assert_eq!(samples["warraq_urls_total{job=\"x\",outcome=\"captured\"}"], 0.0);

    // As many as there are seats say nothing or half a word, and are shown out in time.
    let slow = (0..CONNECTIONS).map(|n| {
        let mut peer = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        peer.write_all(&b"GET /met"[..n % 8]).unwrap();
        peer
    });
    let slow: Vec<TcpStream> = slow.collect();
    assert_eq!(scrape(port)["warraq_running{job=\"x\"}"], 1.0);
    drop(slow);

    // Many more than there are seats: they make room, each round of them in a moment.
    let idle: Vec<TcpStream> =
        (0..300).map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap()).collect();
    assert_eq!(scrape(port)["warraq_running{job=\"x\"}"], 1.0);
    drop(idle);

    requests_are_judged(port);
    let out = end(child);
    assert_eq!(out.status.code(), Some(10), "{out:?}");
}

/// A front page and an article.
fn paper() -> Press {
    Press::edited(|asked| {
        let page = |body: &str| Answer::ok(format!("<!doctype html><html lang=en>{body}</html>"));
        let said = "It was read aloud in the market before it was printed. ".repeat(9);
        let answer = match asked.path.as_str() {
            "/robots.txt" => Answer { mime: "text/plain", ..Answer::ok("User-agent: *\n") },
            "/" => page("<title>Front</title><a href=/a>a</a>"),
            _ => page(&format!("<title>A</title><article><h1>A</h1><p>{said}</p></article>")),
        };
        answer.to(&asked.head)
    })
}

fn job_file(press: &Press, name: &str) -> String {
    format!(
        "name = \"{name}\"\ncontact = \"a@b.org\"\nseeds = [\"{}\"]\n[follow]\ndepth = 1\n\
         [politeness]\ndelay = \"0\"\n[network]\nallow-private = true\n\
         [schedule]\ncron = \"0 0 1 1 *\"\n",
        press.url("/")
    )
}

#[test]
fn a_file_outlives_the_run_and_remembers_the_last_success() {
    let (press, dir) = (paper(), tempfile::tempdir().unwrap());
    let file = dir.path().join("collected/paper.prom");
    std::fs::write(dir.path().join("paper.toml"), job_file(&press, "paper")).unwrap();
    // A folder that nobody made is one that nobody collects from.
    let args = ["crawl", "paper.toml", "--quiet", "--metrics-file", "collected/paper.prom"];
    let out = warraq(dir.path(), &args).output().unwrap();
    assert_eq!((out.status.code(), press.asked().len()), (Some(2), 0), "{out:?}");
    let why = "--metrics-file: cannot use collected/paper.prom: No such file or directory";
    assert!(text(&out.stderr).contains(why), "{out:?}");
    assert!(!file.parent().unwrap().exists() && !dir.path().join("paper").exists());
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    let crawl = |more: &[&str]| {
        let args = [&["crawl", "paper.toml", "--quiet"][..], more].concat();
        let args = [&args[..], &["--metrics-file", "collected/paper.prom"]].concat();
        let out = warraq(dir.path(), &args).output().unwrap();
        (out.status.code().unwrap(), samples(&std::fs::read_to_string(&file).unwrap()))
    };
    let (code, first) = crawl(&[]);
    assert_eq!(code, 0);
    let of =
        |samples: &BTreeMap<String, f64>, name: &str| samples[&format!("{name}{{job=\"paper\"}}")];
    assert_eq!(first["warraq_last_run_urls{job=\"paper\",state=\"captured\"}"], 3.0);
    assert_eq!(first["warraq_urls_total{job=\"paper\",outcome=\"captured\"}"], 3.0);
    assert_eq!(first["warraq_runs_total{job=\"paper\",code=\"0\"}"], 1.0);
    assert_eq!((of(&first, "warraq_running"), of(&first, "warraq_articles")), (0.0, 1.0));
    assert_eq!(of(&first, "warraq_last_run_coverage_ratio"), 1.0);
    let success = of(&first, "warraq_last_success_timestamp_seconds");
    assert_eq!(of(&first, "warraq_last_run_timestamp_seconds"), success);
    assert!(of(&first, "warraq_newest_article_timestamp_seconds") <= success);

    // A run that falls short is no success, and does not make the last one forgotten.
    let (code, second) = crawl(&["--alert-after", "1ms"]);
    assert_eq!((code, of(&second, "warraq_last_run_exit_code")), (3, 3.0));
    assert_eq!(of(&second, "warraq_last_success_timestamp_seconds"), success);
    assert!(of(&second, "warraq_last_run_timestamp_seconds") > success);
    assert_eq!(second["warraq_last_run_short{job=\"paper\",threshold=\"alert-after\"}"], 1.0);
    assert_eq!(second["warraq_last_run_short{job=\"paper\",threshold=\"min-coverage\"}"], 0.0);
    let others = std::fs::read_dir(file.parent().unwrap()).unwrap().count();
    assert_eq!(others, 1, "nothing half written is left");
}

#[test]
fn one_endpoint_tells_of_all_jobs() {
    let (press, dir) = (paper(), tempfile::tempdir().unwrap());
    for name in ["one", "two"] {
        std::fs::write(dir.path().join(format!("{name}.toml")), job_file(&press, name)).unwrap();
        std::fs::create_dir(dir.path().join(name)).unwrap();
    }
    // The slot of one was missed, that of the other is to come.
    std::fs::write(dir.path().join("one/slot"), "2001-01-01T00:00:00.000Z").unwrap();
    let args = ["run", "one.toml", "two.toml", "--metrics", "127.0.0.1:0", "--json"];
    let mut child = warraq(dir.path(), &args).spawn().unwrap();
    let port = port_of(&mut child);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut events = BTreeSet::new();
    // Counted before it is told.
    while !events.contains(&("one".to_owned(), "ended".to_owned())) {
        let line: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
        let field = |name: &str| line[name].as_str().unwrap().to_owned();
        assert!(field("at").ends_with('Z'), "{line}");
        events.insert((field("job"), field("event")));
    }
    let of_one = ["note", "scheduled", "started", "settled", "sealed", "ended"];
    assert!(of_one.iter().all(|event| events.contains(&("one".to_owned(), (*event).to_owned()))));
    let samples = scrape(port);
    assert_eq!(samples["warraq_runs_total{job=\"one\",code=\"0\"}"], 1.0);
    assert_eq!(samples["warraq_articles{job=\"one\"}"], 1.0);
    assert_eq!(samples["warraq_running{job=\"two\"}"], 0.0);
    assert!(samples["warraq_next_run_timestamp_seconds{job=\"two\"}"] > 1_700_000_000.0);
    assert_eq!(end(child).status.code(), Some(10));
}

/// Every metric that a file for operators names.
fn named(text: &str) -> BTreeSet<String> {
    let name = regex::Regex::new(r"\bwarraq_[a-z_]+").unwrap();
    name.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

#[test]
fn dashboard_and_alarms_name_only_what_there_is() {
    let names = names();
    for file in ["grafana.json", "warraq.rules.yml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/deploy").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        let used = named(&text);
        assert!(used.len() > 5, "{file}: {used:?}");
        let unknown: Vec<&String> = used.difference(&names).collect();
        assert_eq!(unknown, Vec::<&String>::new(), "{file}");
    }
}

/// What the README promises of a name is kept: all of them stand there.
#[test]
fn the_readme_lists_every_metric() {
    let readme = include_str!("../README.md");
    let listed = named(readme);
    let page = Metrics::new(Clock::system()).page();
    let families = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let missing: Vec<&str> = families
        .map(|family| family.split(' ').next().unwrap())
        .filter(|name| !listed.contains(*name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
