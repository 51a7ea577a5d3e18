//! Exit codes and limits, end to end: what a script or a timer learns from the way a crawl ended.
//! `cli.rs` has what is said of wrong command lines and of signals.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use warraq::record::name;

#[path = "recrawl/press.rs"]
mod press;
#[path = "site/mod.rs"]
mod site;

use press::{Answer, Press};
use site::Site;
use site::bulk::Bulk;

fn warraq(at: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
    command.current_dir(at).env_remove("WARRAQ_CONTACT").env("WARRAQ_DISK_FLOOR", "0");
    command.stdin(Stdio::null());
    command
}

fn crawling(web: &Site, at: &Path, args: &[&str]) -> Command {
    let mut command = warraq(at);
    command.args(["crawl", "--contact", "test@warraq.test", "--delay", "0", "--into", "x"]);
    command.args(["--allow-private", "--resolve", &web.resolve(), "--retry-delay", "0"]).args(args);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn summary(at: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(at.join("x/summary.json")).unwrap()).unwrap()
}

/// Nothing is left open, and the next call fetches the rest, each page once.
fn goes_on(web: &Site, at: &Path, pages: usize) {
    let names = name::files(&at.join("x")).unwrap();
    assert!(names.iter().all(|path| path.extension().unwrap() == "gz"), "not sealed: {names:?}");
    assert!(web.arrivals().len() < pages, "nothing was left to go on with");
    let out = crawling(web, at, &["--depth", "9", "--quiet"]).output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let mut paths: Vec<_> = web.arrivals().into_iter().map(|arrival| arrival.path).collect();
    paths.sort();
    let all = paths.len();
    paths.dedup();
    assert_eq!((paths.len(), all), (pages, pages), "each once");
}

#[test]
fn every_code_is_in_the_help() {
    let dir = tempfile::tempdir().unwrap();
    let out = warraq(dir.path()).arg("--help").output().unwrap();
    let told = text(&out.stdout);
    let codes = told.split("Exit codes:\n").nth(1).unwrap();
    let codes: Vec<u8> =
        codes.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
    assert_eq!(codes, [0, 1, 2, 3, 4, 5, 10, 13, 14, 15, 18, 22]);
}

#[test]
fn what_is_done_is_0_what_is_not_there_1_what_cannot_be_meant_2_what_is_damaged_22() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let code = |args: &[&str]| warraq(dir.path()).args(args).output().unwrap().status.code();
    assert_eq!(
        crawling(&web, dir.path(), &[&web.seed_url(), "--quiet"]).status().unwrap().code(),
        Some(0)
    );
    assert_eq!(code(&["lookup", "x", "http://warraq.test/nowhere"]), Some(1));
    assert_eq!(code(&["crawl", "--into", "x", "--depth", "deep"]), Some(2));
    assert_eq!(code(&["verify", "x"]), Some(0));
    let warc = name::files(&dir.path().join("x")).unwrap().remove(0);
    let file = std::fs::File::options().write(true).open(warc).unwrap();
    file.set_len(file.metadata().unwrap().len() - 9).unwrap();
    assert_eq!(code(&["verify", "x"]), Some(22));
}

#[test]
fn a_second_interrupt_is_13() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut child = hung(dir.path(), &listener, &["--drain", "1h"]);
    let (mut asked, _) = listener.accept().unwrap();
    asked.read_exact(&mut [0; 4]).unwrap();
    let interrupt = |child: &Child| {
        kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    };
    interrupt(&child);
    // Signals are no queue: the second is sent when the first was heard.
    let said = first_line(&mut child);
    assert!(said.contains("interrupt again to stop at once"), "{said}");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(13));
    assert_eq!(summary(dir.path())["how"], "killed");
}

#[test]
fn a_limit_of_bytes_ends_with_14_and_loses_nothing() {
    let web = Site::with_bulk(60, 20_000);
    let dir = tempfile::tempdir().unwrap();
    let args = [&Bulk::url(0), "--depth", "9", "--max-bytes", "200kB", "--concurrency", "1"];
    let out = crawling(&web, dir.path(), &args).output().unwrap();
    assert_eq!(out.status.code(), Some(14), "{out:?}");
    assert!(text(&out.stdout).contains("stopped at --max-bytes; the rest is queued"), "{out:?}");
    assert_eq!(summary(dir.path())["how"], "max-bytes");
    goes_on(&web, dir.path(), 61);
}

#[test]
fn a_limit_of_pages_ends_with_14_where_it_kept_something_back() {
    let (press, dir) = (short_paper(), tempfile::tempdir().unwrap());
    let crawl = |args: &[&str]| crawl_paper(&press, dir.path(), &["/"], args).status.code();
    // robots.txt is no page.
    assert_eq!(crawl(&["--max-pages", "3"]), Some(14));
    assert_eq!(summary(dir.path())["stats"]["captured"], 4);
    assert_eq!(crawl(&["--max-pages", "1"]), Some(0), "the last of four pages");
    assert_eq!(summary(dir.path())["how"], "max-pages");
}

#[test]
fn a_limit_of_time_ends_with_15() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let args = ["--max-time", "1s", "--drain", "0s"];
    let mut child = hung(dir.path(), &listener, &args);
    // Nobody accepts: the request waits for its answer in the listener's queue.
    assert_eq!(child.wait().unwrap().code(), Some(15));
    let summary = summary(dir.path());
    assert_eq!(summary["how"], "max-time");
    let stats = &summary["stats"];
    let left = stats["queued"].as_u64().unwrap() + stats["leased"].as_u64().unwrap();
    assert!(left > 0, "the page waits: {stats}");
}

/// A crawl that waits for a server which takes a request and never answers.
fn hung(dir: &Path, listener: &TcpListener, args: &[&str]) -> Child {
    let resolve = format!("*:80:127.0.0.1:{}", listener.local_addr().unwrap().port());
    let mut command = warraq(dir);
    command.args(["crawl", "http://hung.test/", "--contact", "a@b.org", "--into", "x", "--quiet"]);
    command.args(["--allow-private", "--resolve", &resolve]).args(args);
    command.stderr(Stdio::piped()).spawn().unwrap()
}

/// The bound of the drain is part of an orderly end: what it drops stays queued, and only a second
/// signal makes it a forced one.
#[test]
fn one_interrupt_is_orderly_however_long_a_visit_takes() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let child = hung(dir.path(), &listener, &["--drain", "1s"]);
    let (mut asked, _) = listener.accept().unwrap();
    asked.read_exact(&mut [0; 4]).unwrap();
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGTERM).unwrap();
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(10), "{out:?}");
    assert_eq!(summary(dir.path())["how"], "interrupted");
}

#[test]
fn a_terminal_that_goes_away_is_an_interrupt() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let child = hung(dir.path(), &listener, &["--drain", "0s"]);
    let (mut asked, _) = listener.accept().unwrap();
    asked.read_exact(&mut [0; 4]).unwrap();
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGHUP).unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(10));
}

#[test]
fn a_server_that_wants_fewer_requests_is_18() {
    let dir = tempfile::tempdir().unwrap();
    let press = Press::edited(|asked| {
        let busy = Answer { status: "429 Too Many Requests", ..Answer::ok("Later.") };
        let robots = Answer { mime: "text/plain", ..Answer::ok("User-agent: *\nAllow: /\n") };
        if asked.path == "/robots.txt" { robots } else { busy }.to(&asked.head)
    });
    let mut command = warraq(dir.path());
    command.args(["crawl", &press.url("/"), "--contact", "a@b.org", "--into", "x", "--delay", "0"]);
    command.args(["--allow-private", "--retries", "1", "--retry-delay", "0"]);
    let out = command.output().unwrap();
    assert_eq!(out.status.code(), Some(18), "{out:?}");
    let told = text(&out.stdout);
    assert!(told.contains("  rate limit 1 URL answered with 429 to the last attempt\n"), "{told}");
}

#[test]
fn a_disk_below_its_floor_is_left_alone() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let args = [&web.seed_url(), "--disk-floor", "4000PB", "--on-full", "stop"];
    let out = crawling(&web, dir.path(), &args).output().unwrap();
    assert_eq!(out.status.code(), Some(4), "{out:?}");
    assert_eq!(web.arrivals().len(), 0);
    assert_eq!(summary(dir.path())["how"], "disk-floor");
    assert_eq!(crawling(&web, dir.path(), &["--quiet"]).output().unwrap().status.code(), Some(0));
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    line
}

/// A server that answers when it is told to.
fn let_go(listener: &TcpListener, held: std::net::TcpStream) {
    let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let mut held = held;
    held.write_all(answer).unwrap();
    drop(held);
    // The page itself, behind its robots.txt.
    let (mut page, _) = listener.accept().unwrap();
    page.read_exact(&mut [0; 4]).unwrap();
    page.write_all(answer).unwrap();
}

#[test]
fn a_run_that_finds_another_is_5_and_the_other_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut child = hung(dir.path(), &listener, &["--delay", "0"]);
    let (mut held, _) = listener.accept().unwrap();
    held.read_exact(&mut [0; 4]).unwrap();
    let out: Output = hung(dir.path(), &listener, &[]).wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(5), "{out:?}");
    let_go(&listener, held);
    assert_eq!(child.wait().unwrap().code(), Some(3), "the page was not found");
    let skipped = &summary(dir.path())["skipped"];
    assert_eq!(skipped.as_array().unwrap().len(), 1, "{skipped}");
    assert!(skipped[0]["why"].as_str().unwrap().contains(&format!("pid {} on ", child.id())));
}

#[test]
fn a_run_may_take_the_place_of_another() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut first = hung(dir.path(), &listener, &["--drain", "0s"]);
    let (mut held, _) = listener.accept().unwrap();
    held.read_exact(&mut [0; 4]).unwrap();
    let mut second = hung(dir.path(), &listener, &["--overlap", "replace", "--delay", "0"]);
    let said = first_line(&mut second);
    assert!(
        said.contains(&format!("pid {} on ", first.id())) && said.contains("told to drain"),
        "{said}"
    );
    assert_eq!(first.wait().unwrap().code(), Some(10));
    let (mut held, _) = listener.accept().unwrap();
    held.read_exact(&mut [0; 4]).unwrap();
    let_go(&listener, held);
    assert_eq!(second.wait().unwrap().code(), Some(3));
}

/// A front page that leads to an article, to one that is forbidden and to one that is gone.
fn short_paper() -> Press {
    Press::edited(|asked| {
        let page = |body: &str| Answer::ok(format!("<!doctype html><html lang=en>{body}</html>"));
        let said = "What was said in the morning was printed in the evening. ".repeat(9);
        let answer = match asked.path.as_str() {
            "/robots.txt" => Answer { mime: "text/plain", ..Answer::ok("User-agent: *\n") },
            "/" => page("<title>Front</title><a href=/a>a</a> <a href=/b>b</a> <a href=/c>c</a>"),
            "/a" => page(&format!("<title>A</title><article><h1>A</h1><p>{said}</p></article>")),
            "/b" => Answer { status: "403 Forbidden", ..Answer::ok("Not for you.") },
            _ => Answer { status: "404 Not Found", ..Answer::ok("Nobody wrote this.") },
        };
        answer.to(&asked.head)
    })
}

fn crawl_paper(press: &Press, at: &Path, paths: &[&str], args: &[&str]) -> Output {
    let mut command = warraq(at);
    command.arg("crawl").args(paths.iter().map(|path| press.url(path))).args(args);
    command.args(["--contact", "a@b.org", "--into", "x", "--depth", "1", "--delay", "0"]);
    command.args(["--allow-private", "--retries", "0", "--quiet"]).output().unwrap()
}

fn report(at: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(at.join("x/report.json")).unwrap()).unwrap()
}

/// The report of a run in its three faces, and its words on standard error: one and the same line.
fn is_told(out: &Output, at: &Path, threshold: &str, words: &str, name: &str) {
    let shortfalls = &report(at)["shortfalls"];
    assert_eq!(shortfalls.as_array().unwrap().len(), 1, "{shortfalls}");
    assert_eq!(shortfalls[0]["threshold"], threshold);
    assert!(shortfalls[0]["text"].as_str().unwrap().contains(words), "{shortfalls}");
    assert!(shortfalls[0]["names"].to_string().contains(name), "{shortfalls}");
    for face in ["report.md", "report.html"] {
        let told = std::fs::read_to_string(at.join("x").join(face)).unwrap();
        assert!(told.contains(threshold) && told.contains(words) && told.contains(name), "{told}");
    }
    let said = text(&out.stderr);
    assert!(said.contains(words) && said.contains(name), "{said}");
}

#[test]
fn failed_seeds_are_3_from_so_many_on() {
    let (press, dir) = (short_paper(), tempfile::tempdir().unwrap());
    let crawl = |args: &[&str]| crawl_paper(&press, dir.path(), &["/a", "/c"], args);
    let out = crawl(&[]);
    assert_eq!(out.status.code(), Some(3), "{out:?}");
    is_told(
        &out,
        dir.path(),
        "failed-seeds",
        "1 seed failed or site was given up",
        &press.url("/c"),
    );
    assert_eq!(crawl(&["--fail-on-failed-seeds"]).status.code(), Some(3));
    let out = crawl(&["--fail-on-failed-seeds=2"]);
    assert_eq!((out.status.code(), text(&out.stderr).as_str()), (Some(0), ""));
    assert_eq!(report(dir.path())["shortfalls"], Value::Array(Vec::new()));
    assert_eq!(crawl(&["--fail-on-failed-seeds=0"]).status.code(), Some(0));
}

#[test]
fn a_coverage_below_its_threshold_is_3() {
    let (press, dir) = (short_paper(), tempfile::tempdir().unwrap());
    let out = crawl_paper(&press, dir.path(), &["/"], &["--min-coverage", "75.5%"]);
    assert_eq!(out.status.code(), Some(3), "{out:?}");
    // robots.txt, the front page and the article, of these and the forbidden one; the one that is
    // gone counts neither way.
    let report = report(dir.path());
    assert_eq!(
        (&report["coverage"]["well"], &report["coverage"]["wanted"]),
        (&3.into(), &4.into())
    );
    let host = press.url("").trim_start_matches("http://").to_owned();
    let words = "coverage is 75 %, 3 of 4 URLs; it should be 75.5 %";
    is_told(&out, dir.path(), "min-coverage", words, &format!("{host} (1 of 5)"));
    let other = tempfile::tempdir().unwrap();
    let out = crawl_paper(&press, other.path(), &["/"], &["--min-coverage", "75"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
}

/// A limit that is reached each hour must not hide what the limit leaves undone.
#[test]
fn a_shortfall_outranks_a_limit() {
    let (press, dir) = (short_paper(), tempfile::tempdir().unwrap());
    let args = ["--max-bytes", "1", "--concurrency", "1"];
    let out = crawl_paper(&press, dir.path(), &["/"], &args);
    assert_eq!(out.status.code(), Some(14), "{out:?}");
    let out =
        crawl_paper(&press, dir.path(), &["/"], &[&args[..], &["--min-coverage", "99"]].concat());
    assert_eq!(out.status.code(), Some(3), "{out:?}");
    assert!(text(&out.stderr).contains(" still queued; it should be 99 %"), "{out:?}");
}

#[test]
fn no_new_article_for_too_long_is_3() {
    let (press, dir) = (short_paper(), tempfile::tempdir().unwrap());
    let job = format!(
        "name = \"x\"\ncontact = \"a@b.org\"\nseeds = [\"{}\"]\n[politeness]\ndelay = 0\n\
         [network]\nallow-private = true\n[recrawl]\narticle = \"each run\"\n\
         [thresholds]\nalert-after = \"1ms\"\n",
        press.url("/a")
    );
    std::fs::write(dir.path().join("x.toml"), job).unwrap();
    let crawl = || warraq(dir.path()).args(["crawl", "x.toml", "--quiet"]).output().unwrap();
    // The article is new; an hour later, or here a millisecond, none is.
    assert_eq!(crawl().status.code(), Some(0));
    let newest = report(dir.path())["newest_article"].as_str().unwrap().to_owned();
    let out = crawl();
    assert_eq!(out.status.code(), Some(3), "{out:?}");
    let words = format!("no new article since {newest}; one should come within 1ms");
    is_told(&out, dir.path(), "alert-after", &words, "");
    // The archive remembers when the summary is lost.
    std::fs::remove_file(dir.path().join("x/summary.json")).unwrap();
    assert_eq!(crawl().status.code(), Some(3));
    assert_eq!(report(dir.path())["newest_article"], newest.as_str());
}
