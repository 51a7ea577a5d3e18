//! A running crawl seen and steered over the socket in its folder: real crawls of a web whose
//! answers wait at a gate, so that each test knows what is in flight when it speaks.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;

use warraq::Clock;
use warraq::crawl::control::request::Request;
use warraq::crawl::control::{ControlError, ask};
use warraq::crawl::live::status::HostState;
use warraq::crawl::live::{Phase, Status};
use warraq::crawl::{How, blocked};
use warraq::disk::Disk;

#[path = "control/command.rs"]
mod command;
#[path = "control/gate.rs"]
mod gate;
#[path = "recrawl/press.rs"]
mod press;

use gate::{Crawl, Gated};

fn status(crawl: &Crawl, dir: &Path) -> Status {
    *crawl.block_on(ask(dir, &Request::Status)).unwrap().status.unwrap()
}

fn told(crawl: &Crawl, dir: &Path, request: &Request) -> Result<String, String> {
    let answer = crawl.block_on(ask(dir, request));
    answer.map(|answer| answer.done.unwrap()).map_err(|why| why.to_string())
}

#[test]
fn a_status_tells_what_is_done_what_is_left_and_where() {
    let (mut web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let crawl = Crawl::start(&web, dir.path(), &["http://a.test/"], |settings| {
        (settings.max_pages, settings.name) = (10, "harbour".to_owned());
    });
    assert_eq!(web.next(), "a.test/");
    let before = status(&crawl, dir.path());
    assert_eq!(
        (before.phase, before.run.number, before.job.as_str()),
        (Phase::Running, 1, "harbour")
    );
    assert_eq!((before.run.in_flight, before.run.queued, before.call.ended()), (1, 0, 0));
    assert_eq!((before.pid, before.warc.file), (std::process::id(), None));
    let socket = std::fs::metadata(dir.path().join("control.sock")).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);
    web.pass();
    assert_eq!(web.next(), "a.test/a");
    let after = status(&crawl, dir.path());
    assert_eq!((after.run.captured, after.run.in_flight, after.run.queued), (1, 1, 2));
    assert_eq!((after.call.pages, after.call.statuses[&200]), (1, 1));
    assert!(after.call.received > 0 && after.rates.bytes > 0.0, "{after:?}");
    let pages = after.limits.pages.unwrap();
    assert_eq!((pages.of, pages.left, after.limits.bytes), (10, 9, None));
    assert!(after.warc.bytes > 0 && after.warc.total == after.warc.bytes);
    let [host] = after.hosts.rows.as_slice() else { panic!("{:?}", after.hosts) };
    assert_eq!((host.host.as_str(), host.domain.as_str()), ("a.test", "a.test"));
    assert_eq!((host.state, host.queued, host.delay), (HostState::InFlight, 2, 0));
    web.open();
    let live = crawl.live.clone();
    assert_eq!(crawl.end().how, How::Complete);
    let last = live.glance();
    assert_eq!((last.phase, last.run.captured, last.run.queued), (Phase::Ended, 4, 0));
    assert_eq!((last.call.articles, last.warc.sealed, last.warc.file), (3, 2, None));
    assert!(!dir.path().join("control.sock").exists());
}

#[test]
fn a_paused_crawl_asks_nothing_and_goes_on_where_it_was() {
    let (mut web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let crawl = Crawl::start(&web, dir.path(), &["http://a.test/"], |_| {});
    web.next();
    let paused = told(&crawl, dir.path(), &Request::Pause).unwrap();
    assert_eq!(paused, "paused; 1 in flight are finished");
    web.pass();
    crawl.settles("http://a.test/");
    for _ in 0..30 {
        let status = status(&crawl, dir.path());
        assert_eq!((status.phase, status.run.in_flight, status.run.queued), (Phase::Paused, 0, 3));
    }
    assert!(web.asked().is_none());
    assert_eq!(told(&crawl, dir.path(), &Request::Pause).unwrap(), "it was paused already");
    assert_eq!(told(&crawl, dir.path(), &Request::Resume).unwrap(), "it goes on");
    assert_eq!(told(&crawl, dir.path(), &Request::Resume).unwrap(), "it was not paused");
    assert_eq!(web.next(), "a.test/a");
    web.open();
    let ended = crawl.end();
    assert_eq!((ended.how, ended.summary.stats.captured), (How::Complete, 4));
    let words: Vec<&str> = ended.summary.steered.iter().map(|word| word.what.as_str()).collect();
    assert_eq!(words, ["pause", "resume"]);
    let report = std::fs::read_to_string(dir.path().join("report.md")).unwrap();
    assert!(report.contains("Told while it ran") && report.contains("Z pause"), "{report}");
}

#[test]
fn a_paused_crawl_can_be_stopped_and_keeps_its_queue() {
    let (web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let crawl = Crawl::start(&web, dir.path(), &["http://a.test/"], |_| {});
    web.next();
    told(&crawl, dir.path(), &Request::Pause).unwrap();
    web.pass();
    crawl.settles("http://a.test/");
    told(&crawl, dir.path(), &Request::Stop { now: false }).unwrap();
    let ended = crawl.end();
    assert_eq!((ended.how, ended.summary.stats.queued), (How::Interrupted, 3));
}

#[test]
fn stopped_at_once_it_drops_what_is_in_flight() {
    let (web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let crawl = Crawl::start(&web, dir.path(), &["http://a.test/"], |_| {});
    web.next();
    told(&crawl, dir.path(), &Request::Stop { now: true }).unwrap();
    // The gate stays shut.
    let ended = crawl.end();
    assert_eq!((ended.how, ended.summary.stats.captured), (How::Killed, 0));
}

#[test]
fn a_blocked_host_is_left_alone_and_its_urls_stay_queued() {
    let (mut web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let seeds = ["http://a.test/a", "http://de.b.test/a", "http://b.test/b", "http://c.test/c"];
    let crawl = Crawl::start(&web, dir.path(), &seeds, |_| {});
    assert_eq!(web.next(), "a.test/a");
    let block = |host: &str| Request::Block { host: host.to_owned() };
    let unblock = |host: &str| Request::Unblock { host: host.to_owned() };
    let said = told(&crawl, dir.path(), &block("B.test")).unwrap();
    assert_eq!(said, "b.test: blocked, 2 queued there; what is queued is kept until --unblock");
    told(&crawl, dir.path(), &block("c.test")).unwrap();
    let said = told(&crawl, dir.path(), &unblock("c.test")).unwrap();
    assert_eq!(said, "c.test: no longer blocked, 1 queued there");
    let why = told(&crawl, dir.path(), &unblock("c.test")).unwrap_err();
    assert_eq!(why, "c.test is not blocked");
    let now = status(&crawl, dir.path());
    assert_eq!(now.hosts.blocked, ["b.test"]);
    let state = |name: &str| now.hosts.rows.iter().find(|row| row.host == name).unwrap().state;
    assert_eq!(state("de.b.test"), HostState::Blocked);
    assert_eq!((state("b.test"), state("c.test")), (HostState::Blocked, HostState::Due));
    web.pass();
    assert_eq!(web.next(), "c.test/c");
    web.open();
    let ended = crawl.end();
    assert_eq!(ended.how, How::Blocked);
    assert_eq!((ended.summary.stats.captured, ended.summary.stats.queued), (2, 2));
    assert_eq!(ended.summary.stats.parked_sites, [""; 0], "nobody gave them up");
    let [left] = ended.summary.blocked.as_slice() else { panic!("{:?}", ended.summary.blocked) };
    assert_eq!((left.host.as_str(), left.left, ended.shortfalls.len()), ("b.test", 2, 0));
    assert_eq!(ended.summary.steered.len(), 3);
    assert!(web.asked().is_none());
    let report = std::fs::read_to_string(dir.path().join("report.json")).unwrap();
    assert!(report.contains("b.test: blocked, 2 queued there"), "{report}");
    for face in ["report.md", "report.html"] {
        let report = std::fs::read_to_string(dir.path().join(face)).unwrap();
        assert!(report.contains("b.test: 2 left, since 20"), "{report}");
    }
}

#[test]
fn a_block_holds_in_later_runs_until_it_is_taken_away() {
    let (mut web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    web.open();
    let change = |block| {
        let with = (&Clock::system(), &Disk::real());
        blocked::change(dir.path(), "b.test", block, with).unwrap()
    };
    let said = change(true);
    assert_eq!(
        said,
        "b.test: blocked from the next run on, until its block is taken away (--unblock)"
    );
    let seeds = ["http://a.test/a", "http://de.b.test/a", "http://b.test/b"];
    for run in 1..=2 {
        let seeds = if run == 1 { &seeds[..] } else { &[] };
        let ended = Crawl::start(&web, dir.path(), seeds, |_| {}).end();
        assert_eq!((ended.how, ended.summary.stats.run), (How::Blocked, run));
        assert_eq!((ended.summary.stats.queued, ended.summary.blocked[0].left), (2, 2));
        let asked: Vec<String> = std::iter::from_fn(|| web.asked()).collect();
        assert_eq!(asked, ["a.test/a"]);
    }
    assert_eq!(
        change(false),
        "b.test: no longer blocked; the next run asks for what is queued there"
    );
    let ended = Crawl::start(&web, dir.path(), &[], |_| {}).end();
    assert_eq!((ended.summary.stats.queued, ended.how), (0, How::Complete));
    let asked = std::iter::from_fn(|| web.asked()).filter(|asked| asked.contains("b.test/"));
    assert_eq!(asked.count(), 2);
}

/// Hundreds that say nothing are shown out, and whoever asks is answered.
#[test]
fn hundreds_of_silent_clients_shut_nobody_out() {
    let (mut web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let crawl = Crawl::start(&web, dir.path(), &["http://a.test/"], |_| {});
    web.next();
    let socket = dir.path().join("control.sock");
    let silent: Vec<_> = (0..300).map(|_| UnixStream::connect(&socket).unwrap()).collect();
    assert_eq!(status(&crawl, dir.path()).phase, Phase::Running);
    drop(silent);
    web.open();
    assert_eq!(crawl.end().how, How::Complete);
}

#[test]
fn a_host_met_after_it_was_blocked_is_not_asked_either() {
    let (mut web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    // Every link of the front page is on the host itself; robots.txt would be asked for first.
    let crawl = Crawl::start(&web, dir.path(), &["http://a.test/"], |settings| {
        settings.robots = true;
    });
    assert_eq!(web.next(), "a.test/robots.txt");
    let block = Request::Block { host: "a.test".to_owned() };
    told(&crawl, dir.path(), &block).unwrap();
    web.open();
    let ended = crawl.end();
    // What was in flight is finished; nothing else is begun.
    assert_eq!((ended.how, ended.summary.stats.captured), (How::Blocked, 1));
    assert_eq!((ended.summary.stats.queued, ended.summary.blocked[0].left), (1, 1));
    assert!(web.asked().is_none());
}

#[test]
fn a_delay_is_never_shorter_than_robots_txt_asks_for_and_says_so() {
    let (web, dir) =
        (Gated::start("User-agent: *\nCrawl-delay: 7\n"), tempfile::tempdir().unwrap());
    let crawl = Crawl::start(&web, dir.path(), &["http://www.a.test/"], |settings| {
        settings.robots = true;
    });
    assert_eq!(web.next(), "www.a.test/robots.txt");
    let delay = |millis: u64| Request::Delay { host: "www.a.test".to_owned(), millis };
    let said = told(&crawl, dir.path(), &delay(90_000)).unwrap();
    assert_eq!(said, "a.test: delay 1m 30s, from its next request on");
    web.pass();
    crawl.settles("http://www.a.test/robots.txt");
    let said = told(&crawl, dir.path(), &delay(1_500)).unwrap();
    assert_eq!(
        said,
        "a.test: delay 1.5s; 7s stay in force: its robots.txt asks for them (Crawl-delay)"
    );
    let now = status(&crawl, dir.path());
    assert_eq!((now.hosts.delays["a.test"], now.hosts.rows[0].delay), (1_500, 7_000));
    let why = told(&crawl, dir.path(), &delay(3_600_001)).unwrap_err();
    assert_eq!(why, "a delay may be an hour at most; for longer, block the host");
    crawl.stop.intake.cancel();
    assert_eq!(crawl.end().summary.steered.len(), 2);
}

#[test]
fn nothing_that_is_sent_to_it_costs_the_crawl_anything() {
    let (mut web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let crawl = Crawl::start(&web, dir.path(), &["http://a.test/"], |_| {});
    web.next();
    let socket = dir.path().join("control.sock");
    let said = |bytes: &[u8]| {
        let mut stream = UnixStream::connect(&socket).unwrap();
        // It may have heard enough before all is said.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    };
    let garbage: [&[u8]; 6] = [
        b"",
        b"\n",
        b"\xff\xfe\x00\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"{\"version\":1,\"ask\":\"stop\",\"now\":\"yes\"}\n",
        b"{\"version\":2,\"ask\":\"stop\"}\n",
    ];
    for bytes in garbage {
        let answer = said(bytes);
        assert!(answer.starts_with("{\"version\":1,\"refused\":\""), "{answer}");
        assert!(answer.ends_with("}\n"), "{answer}");
    }
    said(&b"{".repeat(100_000));
    // Some say nothing, and stay.
    let _silent: Vec<_> = (0..6).map(|_| UnixStream::connect(&socket).unwrap()).collect();
    assert_eq!(status(&crawl, dir.path()).phase, Phase::Running);
    web.open();
    assert_eq!(crawl.end().how, How::Complete);
}

#[test]
fn a_folder_without_a_crawl_says_so_and_a_long_path_is_no_matter() {
    let (mut web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let deep = dir.path().join("d".repeat(120));
    std::fs::create_dir(&deep).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let nothing = |why| matches!(why, Err(ControlError::NothingRuns(_)));
    assert!(nothing(runtime.block_on(ask(&deep, &Request::Status))));
    // What a killed process left behind answers nobody, and is replaced.
    let short = std::fs::File::open(&deep).unwrap();
    let handle = std::os::fd::AsRawFd::as_raw_fd(&short);
    let left = format!("/proc/self/fd/{handle}/control.sock");
    drop(std::os::unix::net::UnixListener::bind(left).unwrap());
    assert!(nothing(runtime.block_on(ask(&deep, &Request::Status))));
    let crawl = Crawl::start(&web, &deep, &["http://a.test/"], |_| {});
    web.next();
    assert_eq!(status(&crawl, &deep).phase, Phase::Running);
    web.open();
    assert_eq!(crawl.end().how, How::Complete);
    assert!(nothing(runtime.block_on(ask(&deep, &Request::Status))));
    let left = std::fs::read_dir(&deep).unwrap();
    let names: Vec<_> =
        left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|name| name.contains("control")), "{names:?}");
}
