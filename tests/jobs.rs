//! Job files: what is wrong with one is told at its line and column before anything is fetched, what
//! is right means the same as its flags, and every file that is shipped is right.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use proptest::prelude::*;
use warraq::seeds::job::{self, Overlap, parse};
use warraq::settings::{Again, Durability, Settings};

/// The table: a title, a file, and all that is said about it.
const REFUSED: &str = include_str!("tables/jobs.txt");

fn cases() -> Vec<(&'static str, &'static str, &'static str)> {
    let blocks = REFUSED.split("\n=== ").skip(1);
    let cases = blocks.map(|block| {
        let (title, rest) = block.split_once('\n').unwrap();
        let (file, said) = rest.split_once("\n--- said\n").unwrap();
        (title, file, said.trim())
    });
    cases.collect()
}

fn said(file: &str) -> String {
    match parse(Path::new("job.toml"), file) {
        Ok(_) => "nothing".to_owned(),
        Err(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn every_fault_is_told_with_its_place_and_its_remedy() {
    let cases = cases();
    assert!(cases.len() > 30, "{} cases", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(_, file, want)| said(file) != *want)
        .map(|(title, file, _)| format!("=== {title}\n{file}\n--- said\n{}\n", said(file)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const WHOLE: &str = r#"
name = "whole"
description = "d"
operator = "The Desk"
contact = "desk@example.org"
into = "there"
languages = ["ar", "en"]
seed-files = ["more.txt"]
seeds = [
    "https://a.example/x#frag",
    { url = "https://b.example/", scope = "domain", depth = 3 },
    { url = "https://c.example/", scope = "page" },
]

[follow]
depth = 2
feeds = true

[limits]
pages = 1_000
bytes = "2GB"
time = "50m"
per-group = 12

[politeness]
delay = "5s"
requests-per-second = 3

[hosts."example.net"]
delay = "9s"
concurrency = 2
robots = "ignore"
headers = { X-Desk = "7" }

[requests]
secret-headers-file = "keys"

[recrawl]
feed = "30m"
article = "30d"
listing = "2h to 30d"
robots = "6h"

[schedule]
cron = "7 * * * *"
timezone = "Europe/Berlin"
jitter = "5m"
overlap = "replace"

[archive]
durability = "seal"
disk-floor = "1GiB"
"#;

#[test]
fn a_whole_file_is_what_it_says() {
    let job = parse(Path::new("/etc/jobs/whole.toml"), WHOLE).unwrap();
    let settings = &job.settings;
    assert_eq!((settings.name.as_str(), settings.operator.as_str()), ("whole", "The Desk"));
    assert_eq!(job.seeds, ["https://a.example/x", "https://b.example/", "https://c.example/"]);
    let scopes: Vec<_> =
        settings.seed_scopes.iter().map(|own| (own.seed.as_str(), own.domain, own.depth)).collect();
    assert_eq!(scopes, [("https://b.example/", true, 3), ("https://c.example/", false, 0)]);
    assert_eq!(job.seed_files, [Path::new("/etc/jobs/more.txt")]);
    assert_eq!(job.secret_headers.as_deref(), Some(Path::new("/etc/jobs/keys")));
    assert_eq!((settings.max_pages, settings.max_bytes), (1_000, 2_000_000_000));
    assert_eq!((settings.max_time, settings.alternates_per_page), (Duration::from_mins(50), 12));
    assert_eq!(settings.delay, Duration::from_secs(5));
    let host = settings.host("example.net").unwrap();
    assert_eq!((host.delay, host.per_host), (Some(Duration::from_secs(9)), Some(2)));
    assert_eq!((host.robots, host.headers.len()), (false, 1));
    assert_eq!(settings.recrawl.feed, Again::After(Duration::from_mins(30)));
    let days = |n: u64| Duration::from_hours(n * 24);
    assert_eq!(settings.recrawl.listing, Again::Between(Duration::from_hours(2), days(30)));
    assert_eq!(settings.robots_lifetime, Duration::from_hours(6));
    assert_eq!((settings.durability, settings.disk_floor), (Durability::Seal, 1 << 30));
    assert_eq!(job.overlap, Overlap::Replace);
    assert_eq!(job.schedule.unwrap().jitter, Duration::from_mins(5));
    assert_eq!(
        (job.given["max_pages"], job.given["cron"], job.given.get("retries")),
        (20, 45, None)
    );
}

/// What a key is left out of means the default, which is that of the flags but for what is fetched
/// again.
#[test]
fn a_short_file_means_the_defaults() {
    let job = parse(Path::new("a.toml"), "name = \"a\"\nseeds = [\"https://a.example/\"]").unwrap();
    let plain = Settings::new("a".into(), "");
    let told = Settings {
        name: String::new(),
        recrawl: plain.recrawl,
        disk_floor: plain.disk_floor,
        ..job.settings.clone()
    };
    let json = |settings: &Settings| serde_json::to_string(settings).unwrap();
    assert_eq!(json(&told), json(&plain));
    assert_eq!(job.settings.disk_floor, 10 << 30);
    assert_eq!(job.settings.recrawl.article, Again::Never);
}

#[test]
fn every_job_that_is_shipped_is_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let mut jobs = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ext| ext == "toml") {
            let job = job::read(&path).unwrap_or_else(|faults| panic!("{faults:?}"));
            assert!(job.seed_files.iter().all(|list| list.is_file()), "{}", path.display());
            jobs += 1;
        }
    }
    assert!(jobs >= 3, "{jobs} jobs");
}

/// Where the sample shows a default behind a `#`, it is one.
#[test]
fn the_sample_shows_every_key() {
    let sample = include_str!("../seeds/newsroom.toml");
    let shown = |line: &str| {
        let key = line.trim_start_matches("# ").split([' ', '=', ']', '[']).next().unwrap_or("");
        key.to_owned()
    };
    let keys: Vec<String> = sample.lines().map(shown).collect();
    let source = include_str!("../src/seeds/job/sections.rs");
    let known = regex::Regex::new(r#""([a-z0-9-]+)", "[a-z_.0-9]+""#).unwrap();
    for found in known.captures_iter(source) {
        assert!(keys.contains(&found[1].to_owned()), "seeds/newsroom.toml lacks {}", &found[1]);
    }
}

fn warraq(at: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(args)
        .current_dir(at)
        .env_remove("WARRAQ_CONTACT")
        .env_remove("WARRAQ_DISK_FLOOR")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn check_tells_all_that_is_wrong_and_when_the_right_ones_run() {
    let dir = tempfile::tempdir().unwrap();
    let good = "name = \"good\"\ncontact = \"a@b.org\"\nseeds = [\"https://a.example/\"]\n\
                [schedule]\ncron = \"0 0 1 1 *\"\n";
    std::fs::write(dir.path().join("good.toml"), good).unwrap();
    std::fs::write(dir.path().join("bad.toml"), "nam = \"bad\"\n[limits]\npages = \"9\"\n")
        .unwrap();
    std::fs::write(
        dir.path().join("lone.toml"),
        "name = \"l\"\nseeds = [\"https://a.example/\"]\n",
    )
    .unwrap();
    let out = warraq(dir.path(), &["job", "check", "good.toml"]);
    assert_eq!((out.status.code(), text(&out.stderr).as_str()), (Some(0), ""));
    let told = text(&out.stdout);
    assert!(told.starts_with("good.toml: 1 seed; \"0 0 1 1 *\" in UTC, next 20"), "{told}");
    let out = warraq(dir.path(), &["job", "check", "bad.toml", "lone.toml", "none.toml"]);
    assert_eq!(out.status.code(), Some(2));
    insta::assert_snapshot!(text(&out.stderr), @r#"
    warraq: bad.toml:1:1: no name; begin with name = "my-newsroom"
    warraq: bad.toml:1:1: no seeds; write seeds = ["https://…"], [[seeds]] or seed-files
    warraq: bad.toml:1:1: unknown key "nam"; did you mean "name"?
    warraq: bad.toml:3:9: pages: a whole number is wanted here, and this is a text
    warraq: lone.toml:1:1: no contact; write contact = "desk@example.org", or set WARRAQ_CONTACT: webmasters must be able to reach you
    warraq: none.toml:1:1: cannot be read: No such file or directory
    "#);
    let out = warraq(dir.path(), &["job", "check", "good.toml", "./good.toml"]);
    let twin = "warraq: ./good.toml: its folder good is that of good.toml too; give each job its own (into)\n";
    assert_eq!((out.status.code(), text(&out.stderr).as_str()), (Some(2), twin));
    for (name, value, said) in [
        ("WARRAQ_DISK_FLOOR", "lots", "\"lots\" is no size; write it as 500kB, 1MiB or 1GB"),
        ("WARRAQ_CONTACT", "me", "needs an e-mail address or a URL, as in desk@example.org"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
        command.args(["job", "show", "good.toml"]).current_dir(dir.path()).env(name, value);
        let out = command.stdin(Stdio::null()).output().unwrap();
        assert_eq!(text(&out.stderr), format!("warraq: {name}: {said}\n"));
    }
    // A bad job fetches nothing and leaves nothing behind.
    assert_eq!(warraq(dir.path(), &["crawl", "bad.toml"]).status.code(), Some(2));
    assert_eq!(warraq(dir.path(), &["run", "good.toml", "bad.toml"]).status.code(), Some(2));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3);
}

/// What `crawl` would refuse is told by `job check`, by its key; what is only odd is told, and right.
#[test]
fn check_looks_for_the_files_and_warns() {
    let dir = tempfile::tempdir().unwrap();
    let job = "name = \"a\"\ncontact = \"a@b.org\"\nseed-files = [\"no.txt\"]\n\
               [network]\nca-file = \"no.pem\"\n[requests]\nsecret-headers-file = \"keys\"\n";
    std::fs::write(dir.path().join("a.toml"), job).unwrap();
    let out = warraq(dir.path(), &["job", "check", "a.toml"]);
    assert_eq!(out.status.code(), Some(2));
    insta::assert_snapshot!(text(&out.stderr), @r#"
    warraq: a.toml:3:14: seed-files: no.txt cannot be read: No such file or directory
    warraq: a.toml:5:11: ca-file: no.pem cannot be read: No such file or directory
    warraq: a.toml:7:23: secret-headers-file: keys cannot be read: No such file or directory
    "#);
    let job = "name = \"a\"\ncontact = \"a@b.org\"\nseeds = [\"https://me:canary@a.example/\"]\n\
               [limits]\ntime = \"2h\"\n[schedule]\ncron = \"7 * * * *\"\n\
               [requests]\nsecret-headers-file = \"keys\"\n";
    std::fs::write(dir.path().join("a.toml"), job).unwrap();
    std::fs::write(dir.path().join("keys"), "X-Key: 1\n").unwrap();
    let out = warraq(dir.path(), &["job", "check", "a.toml"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    insta::assert_snapshot!(text(&out.stderr), @r#"
    warraq: a.toml:3:10: the name and password in the URL are left out; what a server wants to be told belongs into a file: secret-headers-file in [requests]
    warraq: a.toml:5:8: time: slots are 1h apart; a longer run meets the next (overlap)
    "#);
    std::fs::write(dir.path().join("keys"), "canary\n").unwrap();
    let out = warraq(dir.path(), &["job", "check", "a.toml"]);
    assert!(text(&out.stderr).contains("warraq: keys:1: this is no field;"), "{out:?}");
    assert!(!text(&out.stderr).contains("canary"));
}

/// A file that is there and holds nothing of use, a folder that cannot be one: both would stop a
/// crawl before its first request.
#[test]
fn check_finds_what_a_crawl_would_refuse() {
    let dir = tempfile::tempdir().unwrap();
    let job = "name = \"a\"\ncontact = \"a@b.org\"\nseeds = [\"https://a.example/\"]\n\
               into = \"taken/x\"\n[network]\nca-file = \"ca.pem\"\n";
    std::fs::write(dir.path().join("a.toml"), job).unwrap();
    std::fs::write(dir.path().join("ca.pem"), "no certificate\n").unwrap();
    std::fs::write(dir.path().join("taken"), "").unwrap();
    let refused = |args: &[&str]| {
        let out = warraq(dir.path(), args);
        assert_eq!((out.status.code(), text(&out.stdout).as_str()), (Some(2), ""), "{args:?}");
        text(&out.stderr)
    };
    let all = [&["job", "check", "a.toml"][..], &["crawl", "a.toml", "--dry-run"]];
    let [check, dry] = all.map(refused);
    assert_eq!(
        check,
        "warraq: a.toml:6: ca-file: ca.pem: it holds no certificate; it must be a PEM file of CA \
         certificates\n"
    );
    assert!(dry.contains("ca.pem: it holds no certificate"), "{dry}");
    assert_eq!(refused(&["crawl", "a.toml"]), dry, "as the crawl itself says it");
    assert_eq!(refused(&["run", "a.toml"]).lines().count(), 1);
    std::fs::write(dir.path().join("a.toml"), job.replace("ca-file", "# ca-file")).unwrap();
    let [check, dry] = all.map(refused);
    assert!(check.starts_with("warraq: a.toml:4: into: taken/x: not a directory; name"), "{check}");
    assert!(dry.contains("cannot use the folder taken/x"), "{dry}");
    std::fs::remove_file(dir.path().join("taken")).unwrap();
    for args in all {
        assert_eq!(warraq(dir.path(), args).status.code(), Some(0), "{args:?}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "no folder was made");
}

/// A key that stood in a list is not sent, and who wrote it there is told where.
#[test]
fn a_password_in_a_list_is_told_by_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let list = "https://a.example/\n\nhttps://me:canary@b.example/x  # ours\n";
    std::fs::write(dir.path().join("list.txt"), list).unwrap();
    let args = ["crawl", "--seeds", "list.txt", "--contact", "a@b.org", "--into", "x", "--dry-run"];
    let out = warraq(dir.path(), &args);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    assert_eq!(
        text(&out.stderr),
        "warraq: list.txt:3: the name and password in the URL are left out; see --secret-header\n"
    );
    assert!(text(&out.stdout).contains("https://b.example/x  never fetched"), "{out:?}");
}

/// Every key of a job file is there under its own name, and nothing else is.
fn has_every_key(told: &str) {
    let sample = include_str!("../src/seeds/job/sections.rs");
    let known = regex::Regex::new(r#""([a-z0-9-]+)", "[a-z_.0-9]+""#).unwrap();
    for found in known.captures_iter(sample) {
        assert!(told.contains(&format!(".{} ", &found[1])), "{} in {told}", &found[1]);
    }
    let keys = told.lines().map(|line| line.split_whitespace().next().unwrap());
    assert_eq!(keys.filter(|key| key.contains('_')).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn show_tells_where_each_setting_comes_from_and_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("more.txt"), "https://d.example/\n").unwrap();
    std::fs::write(dir.path().join("keys"), "X-Key: canary\n").unwrap();
    std::fs::write(dir.path().join("whole.toml"), WHOLE).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
    command.args(["job", "show", "whole.toml", "--max-pages", "7"]).current_dir(dir.path());
    command.env("WARRAQ_CONTACT", "env@example.org").env_remove("WARRAQ_DISK_FLOOR");
    let out = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!((out.status.code(), text(&out.stderr).as_str()), (Some(0), ""));
    let told = text(&out.stdout);
    let row = |name: &str| {
        let line = told.lines().find(|line| line.split_whitespace().next() == Some(name));
        line.unwrap_or_else(|| panic!("no {name} in {told}"))
            .split_whitespace()
            .skip(1)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(row("limits.pages"), "7 flag");
    assert_eq!(row("limits.bytes"), "2GB whole.toml:21");
    assert_eq!(row("contact"), "env@example.org environment");
    assert_eq!(row("requests.user-agent"), "warraq/0.1.0 (+env@example.org) default");
    assert_eq!(row("politeness.delay"), "5s whole.toml:26");
    assert_eq!(row("politeness.bytes-per-second"), "no limit default");
    assert_eq!(row("politeness.requests-per-second"), "3/s whole.toml:27");
    assert_eq!(row("politeness.retries"), "3 default");
    assert_eq!(row("network.min-speed"), "100B/s default");
    assert_eq!(row("recrawl.listing"), "2h to 30d whole.toml:41");
    assert_eq!(row("recrawl.sitemap"), "1h to 90d default");
    assert_eq!(row("limits.body"), "100MiB default");
    assert_eq!(row("languages"), "ar, en whole.toml:7");
    assert_eq!(row("schedule.overlap"), "replace whole.toml:48");
    assert_eq!(row("requests.secret-headers-file"), "X-Key: *** whole.toml:36");
    let host = "delay 9s, concurrency 2, robots ignore, header X-Desk: 7 whole.toml:33";
    assert_eq!(row("hosts.\"example.net\""), host);
    assert_eq!(row("seeds"), "4 whole.toml");
    has_every_key(&told);
    assert!(!told.contains("canary"), "{told}");
}

/// Pieces that a job file is made of, right and wrong ones.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("name = \"a\"\n".to_owned()),
        Just("seeds = [\"https://a.example/\", { url = \"x\", depth = 1 }, 3]\n".to_owned()),
        Just("[[seeds]]\nurl = \"https://b.example/\"\nscope = \"page\"\n".to_owned()),
        Just("[hosts.\"127.0.0.1:80\"]\nheaders = { \"\" = 1 }\n".to_owned()),
        "\\[(limits|follow|recrawl|schedule|archive|hosts|hosts\\.\"[a-z.:\\[\\]]{0,9}\")\\]\n",
        "(cron|timezone|jitter|listing|pages|bytes|time|delay|depth|headers) = (1|-1|1\\.5|true|\"[ -~]{0,12}\"|\\[\\]|\\{\\}|1979-05-27)\n",
        "[ -~\n\"'\\[\\]{}=\\\\]{0,30}",
        "\\PC{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40_000, ..ProptestConfig::default() })]
    #[test]
    fn any_text_is_a_job_or_is_not(pieces in proptest::collection::vec(piece(), 0..8)) {
        let text = pieces.concat();
        if let Err(faults) = parse(Path::new("job.toml"), &text) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                let line = text.split('\n').nth(fault.line - 1);
                prop_assert!(line.is_some(), "line {} of {text:?}", fault.line);
                prop_assert!(fault.column <= line.unwrap().chars().count() + 1);
                prop_assert!(!fault.to_string().contains(char::is_control), "{fault}");
            }
        }
    }
}
