//! The commands as a user types them.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::gate::Gated;

fn warraq(at: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
    command.args(args).current_dir(at).env_remove("WARRAQ_CONTACT").env("WARRAQ_DISK_FLOOR", "0");
    command.stdin(Stdio::null());
    command
}

/// What a command said, on either side, and its exit code.
fn said(at: &Path, args: &[&str]) -> (String, Option<i32>) {
    let Output { status, stdout, stderr } = warraq(at, args).output().unwrap();
    let text = [stdout, stderr].concat();
    (String::from_utf8(text).unwrap(), status.code())
}

fn crawl(web: &Gated, at: &Path) -> Child {
    let port = web.port();
    let resolve = format!("*:80:127.0.0.1:{port}");
    let flags = "crawl http://a.test/ --into archive --contact a@b.org --depth 1 --delay 0 \
                 --allow-private --quiet --concurrency 1 --resolve";
    let mut args: Vec<&str> = flags.split_whitespace().collect();
    args.push(&resolve);
    warraq(at, &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

#[test]
fn a_crawl_is_seen_and_steered_by_its_commands() {
    let (web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let at = dir.path();
    let mut child = crawl(&web, at);
    assert_eq!(web.next(), "a.test/robots.txt");
    web.pass();
    assert_eq!(web.next(), "a.test/");
    let (status, code) = said(at, &["status", "archive"]);
    assert_eq!(code, Some(0), "{status}");
    assert!(status.contains("  state      running\n"), "{status}");
    assert!(status.contains("  URLs       1 captured, 1 in flight\n"), "{status}");
    assert!(status.contains("\n  a.test        0 queued  delay 0s"), "{status}");
    let (json, _) = said(at, &["status", "archive", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["running"], &json["status"]["version"]), (&true.into(), &1.into()));
    assert_eq!(json["status"]["phase"], "running");
    assert_eq!(
        said(at, &["pause", "archive"]),
        ("paused; 1 in flight are finished\n".into(), Some(0))
    );
    let (hosts, _) = said(at, &["hosts", "archive"]);
    assert!(hosts.contains("a.test") && hosts.contains("in flight"), "{hosts}");
    for (delay, told) in [("10s", "10s"), ("250ms", "250ms"), ("1m 30s", "1m 30s")] {
        let (said, _) = said(at, &["host", "archive", "a.test", "--delay", delay]);
        assert_eq!(said, format!("a.test: delay {told}, from its next request on\n"));
    }
    said(at, &["host", "archive", "a.test", "--delay", "250ms"]);
    let (hosts, _) = said(at, &["hosts", "archive"]);
    assert!(hosts.contains("a.test: delay 250ms, set while it ran"), "{hosts}");
    let refused = said(at, &["host", "archive", "http://a.test/", "--block"]);
    assert_eq!(refused.1, Some(2), "{refused:?}");
    assert!(refused.0.contains("is not a host; give a name as in www.example.org"), "{refused:?}");
    web.pass();
    // Paused and with nothing to wait for, it hears a signal all the same.
    signal(&child, Signal::SIGTERM);
    assert_eq!(child.wait().unwrap().code(), Some(10));
    let (last, code) = said(at, &["status", "archive"]);
    assert!(last.starts_with("No crawl runs in archive. Run 1: interrupted; the rest is queued."));
    assert!(last.contains("told") && last.contains(": pause\n"), "{last}");
    assert_eq!(code, Some(0));
}

#[test]
fn where_nothing_runs_that_is_said() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    std::fs::create_dir_all(dir.path().join("begun/state")).unwrap();
    for word in ["pause", "resume", "stop", "hosts"] {
        let told = said(dir.path(), &[word, "begun"]);
        assert_eq!(told, ("warraq: no crawl runs in begun\n".into(), Some(1)), "{word}");
        let (told, code) = said(dir.path(), &[word, "empty"]);
        assert!(told.starts_with("warraq: empty: no WARC file and no state here;"), "{told}");
        assert_eq!(code, Some(2), "{word}");
    }
    for word in ["pause", "status"] {
        assert_eq!(said(dir.path(), &[word, "nowhere"]).1, Some(2), "{word}");
    }
    assert_eq!(said(dir.path(), &["status", "empty"]).1, Some(2));
    assert_eq!(said(dir.path(), &["host", "empty", "a.test"]).1, Some(2), "no change");
}

#[test]
fn a_killed_crawl_leaves_a_socket_that_is_no_hindrance() {
    let (mut web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let at = dir.path();
    let mut child = crawl(&web, at);
    web.next();
    signal(&child, Signal::SIGKILL);
    child.wait().unwrap();
    assert!(at.join("archive/control.sock").exists());
    let (told, code) = said(at, &["status", "archive"]);
    assert!(told.starts_with("No crawl runs in archive, and none has ended there"), "{told}");
    assert_eq!((code, said(at, &["stop", "archive"]).1), (Some(0), Some(1)));
    web.open();
    let mut child = crawl(&web, at);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!at.join("archive/control.sock").exists());
}

/// Nobody has to say it again: not after a crash, and not where nothing runs.
#[test]
fn a_block_outlives_its_process_and_is_seen_and_taken_away_by_hand() {
    let (mut web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let at = dir.path();
    let mut child = crawl(&web, at);
    assert_eq!(web.next(), "a.test/robots.txt");
    let (told, code) = said(at, &["host", "archive", "a.test", "--block"]);
    assert_eq!((told.starts_with("a.test: blocked, 1 queued there;"), code), (true, Some(0)));
    signal(&child, Signal::SIGKILL);
    child.wait().unwrap();
    for word in ["status", "hosts"] {
        let (told, code) = said(at, &[word, "archive"]);
        assert!(told.contains("  blocked    a.test since 20"), "{told}");
        assert_eq!(code, Some(0));
    }
    // All that there is to do is blocked: the run says so and asks nothing.
    web.open();
    let mut child = crawl(&web, at);
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert_eq!(web.asked(), None);
    let (told, _) = said(at, &["status", "archive"]);
    assert!(
        told.starts_with("No crawl runs in archive. Run 1: blocked: all that is left"),
        "{told}"
    );
    assert!(told.contains(", 1 URL left; `warraq host archive a.test --unblock` ends"), "{told}");
    let (told, code) = said(at, &["host", "archive", "a.test", "--unblock"]);
    assert_eq!((told.contains("no longer blocked"), code), (true, Some(0)));
    assert_eq!(said(at, &["host", "archive", "a.test", "--unblock"]).1, Some(2));
    let mut child = crawl(&web, at);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(web.asked().as_deref(), Some("a.test/robots.txt"));
}

#[test]
fn a_run_that_is_kept_up_is_stopped_by_itself() {
    let (web, dir) = (Gated::start(""), tempfile::tempdir().unwrap());
    let job = format!(
        "name = \"harbour\"\ncontact = \"a@b.org\"\nseeds = [\"http://127.0.0.1:{}/\"]\n\
         [politeness]\ndelay = \"0\"\n[network]\nallow-private = true\n\
         [schedule]\ncron = \"0 0 1 1 *\"\n",
        web.port()
    );
    std::fs::write(dir.path().join("harbour.toml"), job).unwrap();
    std::fs::create_dir(dir.path().join("harbour")).unwrap();
    std::fs::write(dir.path().join("harbour/slot"), "2001-01-01T00:00:00.000Z").unwrap();
    let mut child =
        warraq(dir.path(), &["run", "harbour.toml"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let mut next = || lines.next().unwrap().unwrap();
    web.next();
    let (told, code) = said(dir.path(), &["stop", "harbour"]);
    assert_eq!((told.as_str(), code), ("it finishes what is in flight, and ends\n", Some(0)));
    web.pass();
    let ended = std::iter::repeat_with(&mut next).find(|line| line.contains(": run 1: ")).unwrap();
    assert!(ended.ends_with("(code 10)"), "{ended}");
    assert!(next().contains("next run at "), "the others go on");
    signal(&child, Signal::SIGTERM);
    assert_eq!(child.wait().unwrap().code(), Some(10));
}
