//! The command line as people and scripts meet it: every error is one sentence with its exit code,
//! signals end a crawl in order, and what is printed can be read.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use warraq::record::name;

#[path = "site/mod.rs"]
mod site;

use site::Site;
use site::bulk::Bulk;

/// warraq in the folder `at`, with no terminal and nothing inherited that changes its words.
fn warraq(at: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
    command.current_dir(at).env_remove("WARRAQ_CONTACT").env_remove("COLUMNS");
    command.stdin(Stdio::null());
    command
}

fn run(at: &Path, args: &[&str]) -> Output {
    warraq(at).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A crawl of the bundled web at full speed.
fn crawl(web: &Site, at: &Path, args: &[&str]) -> Output {
    crawling(web, at).args(args).output().unwrap()
}

fn crawling(web: &Site, at: &Path) -> Command {
    let mut command = warraq(at);
    command.args(["crawl", "--contact", "test@warraq.test", "--delay", "0", "--retry-delay", "0"]);
    command.args(["--allow-private", "--resolve", &web.resolve()]);
    command
}

/// One case a line of `tests/tables/cli.txt`: exit code, arguments, the sentence.
#[test]
fn a_wrong_command_line_gets_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "no certificate").unwrap();
    std::fs::write(dir.path().join("utf16"), b"\xff\xfeh\0").unwrap();
    std::fs::write(dir.path().join("bad"), "two words\nftp://example.org/\n").unwrap();
    std::fs::write(dir.path().join("none"), "# nothing yet\n").unwrap();
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    let table = include_str!("tables/cli.txt");
    let mut cases = 0;
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let [code, typed, said] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("not three columns: {line}");
        };
        let typed = typed.replace("CRAWL", "crawl http://warraq.test/ --contact a@b.org --into x");
        let args: Vec<&str> = typed.split_whitespace().collect();
        let out = run(dir.path(), &args);
        assert_eq!(text(&out.stderr), format!("warraq: {said}\n"), "warraq {typed}");
        assert_eq!(out.status.code(), Some(code.parse().unwrap()), "warraq {typed}");
        assert_eq!(text(&out.stdout), "", "warraq {typed}");
        cases += 1;
    }
    assert!(cases > 40, "{cases} cases");
    assert!(!dir.path().join("x").exists(), "a refused command line left a folder behind");
}

#[test]
fn a_header_cannot_bring_a_line_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["crawl", "http://warraq.test/", "--contact", "a@b.org", "--into", "x"];
    let out = run(dir.path(), &[&args[..], &["--header", "X: a\r\nHost: b"]].concat());
    assert_eq!(out.status.code(), Some(2));
    insta::assert_snapshot!(text(&out.stderr), @"warraq: --header, --user-agent, --accept-language, --contact: may not hold line breaks");
}

#[test]
fn bad_seed_lines_are_named_and_the_rest_is_crawled() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let list = "\u{feff}# a list\r\nhttp://warraq.test/en/the-book-bus/ # ours\r\ntwo words\r\nwarraq.test\r\n";
    std::fs::write(dir.path().join("list.txt"), list).unwrap();
    let out = crawl(&web, dir.path(), &["--seeds", "list.txt", "--into", "x", "--quiet"]);
    assert_eq!(out.status.code(), Some(3));
    insta::assert_snapshot!(text(&out.stderr), @r#"
    warraq: list.txt:3: more than one word; write one URL a line, a space in it as %20
    warraq: list.txt:4: "warraq.test" is not a URL (relative URL without a base); write it with its scheme, as in https://example.org/
    warraq: 2 seed lines could not be read; the rest is crawled
    "#);
    assert_eq!(text(&out.stdout), "");
    assert!(web.arrivals().iter().any(|arrival| arrival.path == "/en/the-book-bus/"));
}

#[test]
fn seeds_that_come_to_nothing_are_told() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    // Refused by robots.txt.
    let out = crawl(&web, dir.path(), &["http://warraq.test/private/ledger.html", "--into", "r"]);
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stderr).contains("private/ledger.html  (by robots)"), "{out:?}");
    let out = text(&out.stdout);
    assert!(out.contains("  seeds lost http://warraq.test/private/ledger.html\n"), "{out}");

    // Nobody listens. A port that was just free stays so: nothing else takes loopback ports here.
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let resolve = format!("*:80:127.0.0.1:{free}");
    let out = warraq(dir.path())
        .args(["crawl", "http://dead.test/", "--contact", "a@b.org", "--into", "d"])
        .args(["--allow-private", "--delay", "0", "--retries", "0", "--resolve", &resolve])
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stderr).contains("(dead.test: connection refused"), "{out:?}");
    assert!(text(&out.stdout).contains("  given up   dead.test in this run;"), "{out:?}");

    // A page that is not there is archived, and still no seed anybody wanted.
    let out = crawl(&web, dir.path(), &["http://warraq.test/nowhere", "--into", "n"]);
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stderr).contains("\n404 "), "{out:?}");
    assert!(text(&out.stdout).contains("  seeds lost http://warraq.test/nowhere\n"), "{out:?}");
}

#[test]
fn the_summary_reads_well() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let out = crawl(
        &web,
        dir.path(),
        &["http://warraq.test/en/the-bookshop-after-the-last-train/", "--into", "my archive"],
    );
    assert_eq!(out.status.code(), Some(0));
    insta::assert_snapshot!(settled(&text(&out.stdout)).trim(), @r#"
    Run 1: complete.

      URLs       4 captured, 8 left out
      articles   3, 3 of them with a byline
      bylines    Mina Sato · 佐藤美奈
      groups     1 article in two languages or more
                 en ja zh-Hans  The bookshop that opens after the last train
      left out   8 by depth  as http://warraq.test/en/
      archive    my archive/warraq-TIME-00001-HOST.warc.gz (SIZE)
                 my archive/warraq-TIME-00002-HOST-meta.warc.gz (SIZE)

    Look next:
      warraq text 'my archive'    the articles as JSON lines
      warraq groups 'my archive'  which articles are one in several languages, and why
      warraq info 'my archive'    what is in the archive and the state
      'my archive'/*.warc.gz      the WARC files, for any replay tool
      'my archive'/ledger.jsonl   how every URL ended
    "#);
    let out = run(dir.path(), &["info", "my archive"]);
    assert_eq!(out.status.code(), Some(0));
    insta::assert_snapshot!(settled(&text(&out.stdout)).trim(), @r#"
    Run 1, the last that ended: complete.

      URLs       4 captured, 8 left out
      articles   3, 3 of them with a byline
      bylines    Mina Sato · 佐藤美奈
      groups     1 article in two languages or more
                 en ja zh-Hans  The bookshop that opens after the last train
      left out   8 by depth  as http://warraq.test/en/

    2 WARC files, SIZE:
      warraq-TIME-00001-HOST.warc.gz (SIZE)
          4 metadata, 4 request, 4 response, 1 warcinfo
      warraq-TIME-00002-HOST-meta.warc.gz (SIZE)
          6 resource, 1 warcinfo

    Look next:
      warraq text 'my archive'    the articles as JSON lines
      warraq groups 'my archive'  which articles are one in several languages, and why
      warraq info 'my archive'    what is in the archive and the state
      'my archive'/*.warc.gz      the WARC files, for any replay tool
      'my archive'/ledger.jsonl   how every URL ended
    "#);
}

/// The same text without what differs from run to run: times, the machine's name, sizes of
/// compressed files.
fn settled(text: &str) -> String {
    let name = regex::Regex::new(r"warraq-\d{17}-(\d{5})-[^ ]+?(-meta)?\.warc\.gz").unwrap();
    let size = regex::Regex::new(r"\d+\.\d KiB").unwrap();
    let text = name.replace_all(text, "warraq-TIME-$1-HOST$2.warc.gz");
    size.replace_all(&text, "SIZE").into_owned()
}

#[test]
fn quiet_says_nothing_and_json_only_json() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let out = crawl(&web, dir.path(), &[&web.seed_url(), "--into", "q", "--quiet"]);
    assert_eq!((out.stdout.len(), out.stderr.len(), out.status.code()), (0, 0, Some(0)));

    let out = crawl(&web, dir.path(), &[&web.seed_url(), "--into", "j", "--json"]);
    assert_eq!((text(&out.stderr).as_str(), out.status.code()), ("", Some(0)));
    let rows: Vec<Value> =
        text(&out.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (row, line) in rows.iter().zip(text(&out.stdout).lines()) {
        assert!(line.starts_with("{\"at\":\"20"), "{line}");
        let known = ["started", "settled", "sealed", "ended"];
        assert!(known.contains(&row["event"].as_str().unwrap()), "{line}");
        assert_eq!(row["job"], Value::Null, "it has no name");
    }
    assert_eq!(rows[0]["event"], "started");
    assert_eq!(rows.last().unwrap()["code"], 0);
    assert_eq!(rows.last().unwrap()["event"], "ended");
    assert_eq!(rows.last().unwrap()["how"], "complete");
    let settled: Vec<&Value> = rows.iter().filter(|row| row["event"] == "settled").collect();
    assert_eq!(settled.len(), web.arrivals().len() / 2);
    assert!(settled.iter().all(|row| row["record"]["offset"].is_u64()));

    let out = run(dir.path(), &["info", "j", "--json"]);
    let info: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(info["summary"]["groups"][0]["members"].as_object().unwrap().len(), 3);
    assert_eq!(info["files"][0]["records"]["response"], settled.len());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let reads_one_line = |command: &mut Command| {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let out = child.wait_with_output().unwrap();
        assert_eq!((text(&out.stderr).as_str(), out.status.code()), ("", Some(0)));
        line
    };
    let seed = web.seed_url();
    let mut command = crawling(&web, dir.path());
    let line = reads_one_line(command.args([&seed, "--into", "x", "--json"]));
    assert!(line.contains("started"), "{line}");
    for args in [&["text", "x"][..], &["info", "x"], &["crawl", "--help"]] {
        assert!(!reads_one_line(warraq(dir.path()).args(args)).is_empty(), "{args:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_standard_output_is_told() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    crawl(&web, dir.path(), &[&web.seed_url(), "--into", "x", "--quiet"]);
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let told = "warraq: cannot write to standard output: No space left on device; what was to be \
                printed is lost\n";
    for (args, code) in [(["text", "x"], 22), (["info", "x"], 0)] {
        let out = warraq(dir.path()).args(args).stdout(full()).output().unwrap();
        assert_eq!((text(&out.stderr).as_str(), out.status.code()), (told, Some(code)), "{args:?}");
    }
}

#[test]
fn archives_that_are_not_ours_are_read_too() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    crawl(&web, dir.path(), &[&web.seed_url(), "--into", "x", "--quiet"]);
    let ours = name::files(&dir.path().join("x")).unwrap().remove(0);
    let whole = std::fs::read(&ours).unwrap();
    std::fs::create_dir(dir.path().join("foreign")).unwrap();
    std::fs::write(dir.path().join("foreign/other.warc.gz"), &whole).unwrap();
    let articles = |path: &str| {
        let out = run(dir.path(), &["text", path]);
        (text(&out.stdout).lines().count(), text(&out.stderr), out.status.code())
    };
    assert_eq!(articles("foreign"), (3, String::new(), Some(0)));
    assert_eq!(articles("foreign/other.warc.gz"), (3, String::new(), Some(0)));
    let out = run(dir.path(), &["info", "foreign/other.warc.gz"]);
    assert_eq!(out.status.code(), Some(0));
    insta::assert_snapshot!(settled(&text(&out.stdout)).trim(), @r#"
    1 WARC file, SIZE:
      other.warc.gz (SIZE)
          4 metadata, 4 request, 4 response, 1 warcinfo
    "#);

    // Cut in the middle of its last member.
    std::fs::write(dir.path().join("foreign/other.warc.gz"), &whole[..whole.len() - 9]).unwrap();
    let (found, said, code) = articles("foreign");
    assert_eq!((found, code), (3, Some(22)));
    assert!(said.starts_with("warraq: other.warc.gz@") && said.lines().count() == 1, "{said}");
    let out = run(dir.path(), &["info", "foreign"]);
    assert_eq!(out.status.code(), Some(22));
    assert!(text(&out.stdout).contains("\n      unreadable: other.warc.gz@"), "{out:?}");

    // Nothing in it to print is said, not left to be guessed.
    std::fs::write(dir.path().join("foreign/other.warc.gz"), "").unwrap();
    let said = "warraq: no article was found in 1 WARC file of foreign\n".to_owned();
    assert_eq!(articles("foreign"), (0, said, Some(0)));
}

#[test]
fn one_interrupt_finishes_in_order_and_the_next_call_goes_on() {
    let web = Site::with_bulk(120, 2_000);
    let dir = tempfile::tempdir().unwrap();
    let start = || {
        let args = [&Bulk::url(0), "--into", "x", "--depth", "9", "--quiet"];
        crawling(&web, dir.path()).args(args).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut child = start();
    while web.arrivals().len() < 20 {
        assert_eq!(child.try_wait().unwrap(), None, "ended too early");
        std::thread::yield_now();
    }
    send(&child, Signal::SIGINT);
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(10), "{out:?}");
    insta::assert_snapshot!(text(&out.stderr), @"warraq: finishing what is in flight; interrupt again to stop at once");
    let names = name::files(&dir.path().join("x")).unwrap();
    assert!(names.iter().all(|path| path.extension().unwrap() == "gz"), "not sealed: {names:?}");
    let before = web.arrivals().len();
    assert!(before < 122, "nothing was left to go on with");

    assert_eq!(start().wait_with_output().unwrap().status.code(), Some(0));
    assert_eq!(run(dir.path(), &["info", "x"]).status.code(), Some(0));
    // Every page and robots.txt, each once: nothing is lost, nothing is asked for again.
    assert_eq!(web.arrivals().len(), 121);
}

/// A server that takes a request and never answers, and a crawl that waits for it.
fn hung_crawl(dir: &Path) -> (TcpListener, Child) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let resolve = format!("*:80:127.0.0.1:{}", listener.local_addr().unwrap().port());
    let child = warraq(dir)
        .args(["crawl", "http://hung.test/", "--contact", "a@b.org", "--into", "x", "--quiet"])
        .args(["--allow-private", "--resolve", &resolve])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    (listener, child)
}

#[test]
fn two_interrupts_stop_at_once_and_the_folder_is_locked_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let (listener, mut child) = hung_crawl(dir.path());
    let (mut asked, _) = listener.accept().unwrap();
    asked.read_exact(&mut [0; 4]).unwrap();

    let args = ["crawl", "--contact", "a@b.org", "--into", "x", "http://hung.test/"];
    let out = run(dir.path(), &args);
    assert_eq!(out.status.code(), Some(5), "{out:?}");
    let pid = format!("pid {} on ", child.id());
    assert!(text(&out.stderr).contains(&pid), "{out:?}");
    assert_eq!(text(&out.stderr).lines().count(), 1);
    let out = run(dir.path(), &["info", "x"]);
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stdout).starts_with(&format!("A crawl is running here: {pid}")), "{out:?}");

    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    send(&child, Signal::SIGINT);
    assert_eq!(
        next_line(&mut stderr),
        "warraq: finishing what is in flight; interrupt again to stop at once"
    );
    send(&child, Signal::SIGTERM);
    assert_eq!(child.wait().unwrap().code(), Some(13));
    assert_eq!(next_line(&mut stderr), "");
    let names = name::files(&dir.path().join("x")).unwrap();
    assert!(names.iter().all(|path| path.extension().unwrap() == "gz"), "not sealed: {names:?}");
}

fn next_line(from: &mut BufReader<ChildStderr>) -> String {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

#[test]
fn max_pages_tells_what_is_left_and_rebuild_brings_it_back() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let out = crawl(&web, dir.path(), &[&web.seed_url(), "--into", "x", "--max-pages", "1"]);
    assert_eq!(out.status.code(), Some(14));
    assert!(text(&out.stdout).contains("Run 1: stopped at --max-pages; the rest is queued."));
    let out = run(dir.path(), &["state", "rebuild", "x"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let told = text(&out.stdout);
    let (aside, counts) = told.split_once('\n').unwrap();
    assert!(aside.starts_with("The old state is kept as x/state.bad-"), "{told}");
    insta::assert_snapshot!(counts, @"2 visits read back from the archive: 2 URLs settled, 2 queued.");
    let out = crawl(&web, dir.path(), &["--into", "x", "--quiet"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    assert_eq!(text(&run(dir.path(), &["text", "x"]).stdout).lines().count(), 3);
}
