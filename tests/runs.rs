//! Scheduled runs as a whole: `warraq run` with a missed slot, a disk whose room comes back, and the
//! dry run that says what would be fetched and why.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use warraq::crawl::{self, How};
use warraq::disk::{Call, Disk, Fault};
use warraq::event::Event;
use warraq::record::name;
use warraq::record::reader::Records;
use warraq::{Clock, Job, Lead, Settings, Stop, Watch};

#[path = "recrawl/press.rs"]
mod press;

use press::{Answer, Asked, Press};

/// A front page, a feed and an article.
fn paper(asked: &Asked) -> Vec<u8> {
    let page = |body: &str| Answer::ok(format!("<!doctype html><html lang=en>{body}</html>"));
    let said = "The report was written for the morning and read in the evening. ".repeat(9);
    let answer = match asked.path.as_str() {
        "/robots.txt" => Answer { mime: "text/plain", ..Answer::ok("User-agent: *\nAllow: /\n") },
        "/" => page("<title>Front</title><p><a href=/a>a</a></p>"),
        "/a" => page(&format!("<title>A</title><article><h1>A</h1><p>{said}</p></article>")),
        _ => Answer { status: "404 Not Found", ..Answer::ok("Nobody wrote this.") },
    };
    answer.tagged().to(&asked.head)
}

fn job_file(press: &Press, more: &str) -> String {
    format!(
        "name = \"paper\"\ncontact = \"a@b.org\"\nseeds = [\"{}\"]\n[follow]\ndepth = 1\n\
         [politeness]\ndelay = \"0\"\n[network]\nallow-private = true\n\
         [schedule]\ncron = \"0 0 1 1 *\"\n{more}",
        press.url("/")
    )
}

fn warraq(at: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
    command.args(args).current_dir(at).env_remove("WARRAQ_CONTACT").env("WARRAQ_DISK_FLOOR", "0");
    command.stdin(Stdio::null());
    command
}

#[test]
fn a_missed_slot_is_caught_up_once_and_a_signal_ends_it() {
    let press = Press::edited(paper);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("paper.toml"), job_file(&press, "")).unwrap();
    std::fs::create_dir(dir.path().join("paper")).unwrap();
    // Many slots were missed since.
    std::fs::write(dir.path().join("paper/slot"), "2001-01-01T00:00:00.000Z").unwrap();
    let mut child =
        warraq(dir.path(), &["run", "paper.toml"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let first = said.next().unwrap();
    assert!(first.contains("-01-01T00:00:00.000Z was missed and is caught up"), "{first}");
    let slot = said.next().unwrap();
    let slot = slot.strip_prefix("warraq: paper: next run at ").unwrap();
    assert_eq!(
        said.next().unwrap(),
        "warraq: paper: run 1: complete: 3 captured, 0 unchanged, 0 gone, 0 failed, 0 not due (code 0)"
    );
    let next = said.next().unwrap();
    let next = next.strip_prefix("warraq: paper: next run at ").unwrap();
    let year = |date: &str| date[..4].parse::<u32>().unwrap();
    assert_eq!(year(next), year(slot) + 1, "one run for all that was missed");
    assert_eq!(std::fs::read_to_string(dir.path().join("paper/slot")).unwrap(), slot);
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(10));
    assert_eq!(press.asked().len(), 3);
}

/// The file is another one now: its schedule holds. One that is broken is told, and changes nothing.
#[test]
fn a_hangup_reads_the_job_files_again() {
    let press = Press::edited(paper);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("paper.toml");
    let job = job_file(&press, "");
    std::fs::write(&file, &job).unwrap();
    let mut child =
        warraq(dir.path(), &["run", "paper.toml"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    // A file that is being written may be read once more.
    let mut heard = |words: &str| assert!(said.any(|line| line.contains(words)), "{words}");
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    heard("-01-01T00:00:00.000Z");
    std::fs::write(&file, job.replace("0 0 1 1 *", "0 0 2 7 *")).unwrap();
    kill(pid, Signal::SIGHUP).unwrap();
    heard("warraq: paper: paper.toml was read again: \"0 0 2 7 *\" in UTC");
    heard("-07-02T00:00:00.000Z");
    std::fs::write(&file, job.replace("0 0 1 1 *", "never")).unwrap();
    kill(pid, Signal::SIGHUP).unwrap();
    heard("paper.toml:11:8: cron: \"never\" is no cron expression");
    heard("-07-02T00:00:00.000Z");
    kill(pid, Signal::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(10));
    assert_eq!(press.asked().len(), 0);
}

#[test]
fn jobs_that_cannot_be_kept_are_refused_together() {
    let press = Press::edited(paper);
    let dir = tempfile::tempdir().unwrap();
    let plain = job_file(&press, "");
    std::fs::write(dir.path().join("one.toml"), &plain).unwrap();
    std::fs::write(dir.path().join("two.toml"), &plain).unwrap();
    let never = plain.replace("[schedule]\ncron = \"0 0 1 1 *\"\n", "").replace("paper", "other");
    std::fs::write(dir.path().join("three.toml"), never).unwrap();
    let out = warraq(dir.path(), &["run", "one.toml", "two.toml", "three.toml"]).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8(out.stderr).unwrap(), @r#"
    warraq: two.toml: its folder paper is that of one.toml too; give each job its own (into)
    warraq: three.toml: has no schedule; add [schedule] with cron = "7 * * * *", or use `warraq crawl`
    "#);
    assert_eq!(press.asked().len(), 0);
}

#[test]
fn a_dry_run_says_what_would_be_fetched_and_why_and_fetches_nothing() {
    let press = Press::edited(paper);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("paper.toml"), job_file(&press, "")).unwrap();
    let dry = |more: &[&str]| {
        let args = [&["crawl", "paper.toml", "--dry-run"], more].concat();
        let out = warraq(dir.path(), &args).output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{out:?}");
        let told = String::from_utf8(out.stdout).unwrap().replace(&press.url(""), "SITE");
        let date = regex::Regex::new(r"\d{4}-\d\d-\d\dT[0-9:.]+Z").unwrap();
        date.replace_all(&told, "TIME").into_owned()
    };
    let told = dry(&[]);
    assert!(!dir.path().join("paper").exists());
    insta::assert_snapshot!(told, @r"
    SITE/  never fetched
    1 URL to begin with, and what they lead to; 0 rest
    ");
    let out = warraq(dir.path(), &["crawl", "paper.toml", "--max-pages", "1", "--quiet"]).output();
    assert_eq!(out.unwrap().status.code(), Some(14));
    let asked = press.asked().len();
    insta::assert_snapshot!(dry(&[]), @r"
    SITE/a  left by run 1
    1 URL to begin with, and what they lead to; 1 rest, the first at TIME
    ");
    insta::assert_snapshot!(dry(&["--since", "0s"]), @r"
    SITE/  listing, last TIME, before --since TIME
    SITE/a  left by run 1
    2 URLs to begin with, and what they lead to; 0 rest
    ");
    assert_eq!(press.asked().len(), asked, "nothing was fetched");
}

/// What the rules forbid and what an operator blocked would not be fetched, and is marked.
#[test]
fn a_dry_run_marks_what_is_forbidden_or_blocked() {
    let press = Press::edited(|asked| {
        let rules = "User-agent: *\nDisallow: /no\n";
        let answer = match asked.path.as_str() {
            "/robots.txt" => Answer { mime: "text/plain", ..Answer::ok(rules) },
            path => Answer::ok(format!("<html lang=en><p>What stands at {path}.</p>")),
        };
        answer.to(&asked.head)
    });
    let dir = tempfile::tempdir().unwrap();
    let (no, yes) = (press.url("/no"), press.url("/yes"));
    let crawl = |more: &str| {
        let flags = "--into x --contact a@b.org --allow-private --delay 0";
        let flags = flags.split(' ').chain(more.split_whitespace());
        let args: Vec<&str> = ["crawl", &no, &yes].into_iter().chain(flags).collect();
        let out = warraq(dir.path(), &args).output().unwrap();
        String::from_utf8(out.stdout).unwrap().replace(&press.url(""), "SITE")
    };
    let marks = |told: &str| -> Vec<String> {
        let mark = |line: &str| line.split("; ").skip(1).collect::<Vec<_>>().join("; ");
        told.lines().filter(|line| line.starts_with("SITE")).map(mark).collect()
    };
    assert_eq!(marks(&crawl("--dry-run")), ["", ""], "nothing is known yet");
    crawl("");
    assert_eq!(marks(&crawl("--dry-run")), ["robots.txt forbids it", ""]);
    let host = press.url("").replace("http://", "");
    let block = warraq(dir.path(), &["host", "x", &host, "--block"]).output().unwrap();
    assert_eq!(block.status.code(), Some(0), "{block:?}");
    let both = ["robots.txt forbids it; its host is blocked", "its host is blocked"];
    assert_eq!(marks(&crawl("--dry-run")), both);
    let rows = crawl("--dry-run --json");
    let json: serde_json::Value = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
    assert_eq!((&json["forbidden"], &json["blocked"]), (&true.into(), &true.into()));
}

/// A scheduled run mends what it can by itself, and its summary says so.
#[test]
fn a_job_with_a_lost_state_makes_it_anew_and_says_so() {
    let press = Press::edited(paper);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("paper.toml"), job_file(&press, "")).unwrap();
    let crawl = || {
        let out = warraq(dir.path(), &["crawl", "paper.toml"]).output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{out:?}");
        String::from_utf8(out.stdout).unwrap()
    };
    assert!(!crawl().contains("recovered"));
    std::fs::remove_file(dir.path().join("paper/state/db")).unwrap();
    let told = crawl();
    assert!(told.contains("\n  recovered  the state in paper/state has lost data"), "{told}");
    assert!(told.contains("set aside as paper/state.bad-"), "{told}");
    assert!(told.contains("\n  not due    1 URL by the recrawl policy\n"), "{told}");
    assert_eq!(press.asked().len(), 3, "nothing is asked for before its time");
}

/// The floor is looked at before each page; the crawl goes on by itself when there is room.
#[test]
fn a_crawl_below_the_floor_waits_for_room() {
    let press = Press::edited(paper);
    let dir = tempfile::tempdir().unwrap();
    let looks = Arc::new(AtomicUsize::new(0));
    let asked_for_room = Arc::clone(&looks);
    // Room for the first page, then none at two looks.
    let disk = Disk::gated(move |call, _| match call {
        Call::Room => {
            let look = asked_for_room.fetch_add(1, Ordering::SeqCst);
            let free = if (1..3).contains(&look) { 10 } else { 10_000 };
            Err(Fault::Short(free, io::ErrorKind::StorageFull.into()))
        }
        _ => Ok(()),
    });
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let job = Job {
        settings: Settings {
            allow_private: true,
            delay: Duration::ZERO,
            depth: 1,
            concurrency: 1,
            disk_floor: 1_000,
            ..Settings::new(dir.path().to_owned(), "desk@example.org")
        },
        seeds: vec![Lead::seed(&press.url("/")).unwrap()],
        recover: false,
        disk,
        clock: Clock::system(),
        watch: Watch::new(move |event| match event {
            Event::Paused { why } => heard.lock().unwrap().push(why.clone()),
            Event::Unpaused { .. } => heard.lock().unwrap().push("on".to_owned()),
            _ => {}
        }),
        stop: Stop::default(),
    };
    let ended = tokio::runtime::Runtime::new().unwrap().block_on(crawl::run(job)).unwrap();
    assert_eq!((ended.how, ended.summary.stats.captured), (How::Complete, 3));
    let told = told.lock().unwrap();
    assert_eq!((told.len(), told[1].as_str()), (2, "on"), "{told:?}");
    assert!(told[0].contains("(--disk-floor); make room"), "{told:?}");
}

/// What a run was told stands in its archive, wherever it came from; a secret does not.
#[test]
fn the_effective_settings_of_a_job_are_archived_and_no_secret() {
    let press = Press::edited(paper);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("keys"), "X-Key: canary-of-a-file\n").unwrap();
    let more = "[requests]\nsecret-headers-file = \"keys\"\n[thresholds]\nmin-coverage = 12.5\n";
    std::fs::write(dir.path().join("paper.toml"), job_file(&press, more)).unwrap();
    let args = ["crawl", "paper.toml", "--quiet", "--max-pages", "9"];
    let mut crawl = warraq(dir.path(), &args);
    let crawl = crawl.env("WARRAQ_SECRET_HEADER", "X-Other: canary-of-the-environment");
    assert_eq!(crawl.output().unwrap().status.code(), Some(0));
    assert!(press.asked().iter().any(|asked| asked.head.get("X-Key").is_some()), "it was sent");

    let files = name::files(&dir.path().join("paper")).unwrap();
    let entries: Vec<_> =
        files.iter().flat_map(|file| Records::open(file).unwrap()).map(Result::unwrap).collect();
    let block = |entry: &warraq::record::entry::Entry| {
        String::from_utf8_lossy(&entry.block.first(u64::MAX).unwrap()).into_owned()
    };
    let is_config = |entry: &&warraq::record::entry::Entry| {
        entry.target_uri() == Some("urn:warraq:run:1:configuration")
    };
    let config = block(entries.iter().find(is_config).unwrap());
    let config: serde_json::Value = serde_json::from_str(&config).unwrap();
    assert_eq!((&config["name"], &config["max_pages"]), (&"paper".into(), &9.into()));
    assert_eq!((&config["contact"], &config["depth"]), (&"a@b.org".into(), &1.into()));
    assert_eq!(config["thresholds"]["min_coverage"], 12.5);
    assert_eq!(config["recrawl"]["article"], "never");
    assert_eq!(config["secret_headers"].as_array().unwrap().len(), 2);
    for entry in &entries {
        assert!(!block(entry).contains("canary"), "{:?}", entry.target_uri());
    }
}
