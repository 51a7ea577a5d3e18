//! Exit codes and limits, end to end: what a script or a timer learns from the way a crawl ended.
//! Those of wrong command lines, of failed seeds and of two interrupts stand in `cli.rs`.
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
