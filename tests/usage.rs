//! What the README and the help say is what the program does: the help is quoted exactly, every
//! command line shown is run (on the bundled web), and every flag named exists.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

#[path = "site/mod.rs"]
mod site;

use site::Site;

const README: &str = include_str!("../README.md");

/// Flags of `crawl` that scripts rest on; they keep their names for good.
const FOR_GOOD: &[&str] = &[
    "--seeds <FILE>",
    "--into <DIR>",
    "--contact <EMAIL_OR_URL>",
    "--depth <N>",
    "--max-pages <N>",
    "--delay <DURATION>",
    "--i-own-the-hosts",
    "--per-host <N>",
    "--concurrency <N>",
    "--languages <a,b>",
    "--alternates-scope <SCOPE>",
    "--transport <TRANSPORT>",
    "--allow-private",
    "--resolve <HOST:PORT:ADDR[:PORT]>",
    "--max-body <SIZE>",
    "--connect-timeout <DURATION>",
    "--idle-timeout <DURATION>",
    "--total-timeout <DURATION>",
    "--no-keepalive",
    "--insecure-tls",
    "--ca-file <FILE>",
    "--user-agent <TEXT>",
    "--header <HEADER>",
    "--accept-language <TEXT>",
    "--warc-prefix <NAME>",
    "--warc-size <SIZE>",
    "--gzip-level <N>",
    "--quiet",
    "--json",
];

/// Flags the README names that are those of cargo, of pywb, of systemd's tools, and of an example.
const OTHERS: &[&str] = &[
    "--release",
    "--example",
    "--path",
    "--bench",
    "--test",
    "--nocapture",
    "--unpack-wacz",
    "--predictions",
    "--worst",
    "--floors",
    "--system",
    "--home-dir",
    "--create-home",
    "--now",
    "--collector",
];

fn warraq(at: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(args)
        .current_dir(at)
        .env_remove("WARRAQ_CONTACT")
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn help(args: &[&str]) -> String {
    let out = warraq(Path::new("."), args);
    assert_eq!(out.status.code(), Some(0), "{args:?}");
    String::from_utf8(out.stdout).unwrap()
}

/// The text without white space at the ends of lines, which no README keeps.
fn trimmed(text: &str) -> String {
    text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// A `text` block that begins with `$ warraq …` quotes what that command prints.
#[test]
fn the_readme_quotes_the_help() {
    let mut quoted = Vec::new();
    for block in README.split("```text\n$ warraq ").skip(1) {
        let block = block.split("\n```").next().unwrap();
        let (command, want) = block.split_once('\n').unwrap();
        let told = help(&command.split(' ').collect::<Vec<_>>());
        assert_eq!(trimmed(want), trimmed(&told), "README quotes `warraq {command}` wrongly");
        quoted.push(command);
    }
    assert_eq!(quoted, ["--help", "crawl -h"]);
}

#[test]
fn every_help_is_worth_reading() {
    for command in [
        &["crawl"][..],
        &["run"],
        &["job", "check"],
        &["job", "show"],
        &["info"],
        &["text"],
        &["groups"],
        &["index"],
        &["lookup"],
        &["dedup", "import"],
        &["pack"],
        &["export"],
        &["verify"],
        &["languages"],
        &["status"],
        &["hosts"],
        &["host"],
        &["pause"],
        &["resume"],
        &["stop"],
        &["state", "rebuild"],
    ] {
        let told = help(&[command, &["--help"]].concat());
        assert!(told.contains("Exit codes:\n  0   complete\n"), "{command:?}");
        let paragraphs = told.split("\n\nUsage: ").next().unwrap().split("\n\n").count();
        assert!(paragraphs > 1, "{command:?} is not explained");
        assert!(told.lines().all(|line| line.chars().count() <= 100), "{command:?} is too wide");
    }
}

#[test]
fn flags_keep_their_names() {
    let told = help(&["crawl", "--help"]);
    let has =
        |flag: &str| told.lines().any(|line| line.trim_start_matches("  -q, ").trim() == flag);
    let missing: Vec<_> = FOR_GOOD.iter().filter(|flag| !has(flag)).collect();
    assert_eq!(missing, Vec::<&&str>::new());
    assert!(told.contains("--into <DIR> [URL]..."), "URLs are positional");
}

#[test]
fn every_flag_the_readme_names_exists() {
    let commands = [
        &["crawl", "--help"][..],
        &["info", "--help"],
        &["groups", "--help"],
        &["lookup", "--help"],
        &["languages", "--help"],
        &["text", "--help"],
        &["pack", "--help"],
        &["report", "--help"],
        &["export", "--help"],
        &["verify", "--help"],
        &["status", "--help"],
        &["host", "--help"],
        &["stop", "--help"],
        &["--help"],
    ];
    let told: String = commands.iter().map(|args| help(args)).collect();
    let flag = regex::Regex::new(r"--[a-z][a-z-]+").unwrap();
    let flags = |text| flag.find_iter(text).map(|found| found.as_str().to_owned());
    let known: BTreeSet<String> =
        flags(&told).chain(OTHERS.iter().map(ToString::to_string)).collect();
    let unknown: Vec<String> = flags(README).filter(|flag| !known.contains(flag)).collect();
    assert_eq!(unknown, Vec::<String>::new());
}

/// Runs the command lines of a text one after the other, on the bundled web; says how many.
fn run_all(commands: &[String], web: &Site, at: &Path) {
    std::fs::create_dir(at.join("seeds")).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    std::fs::copy(folder.join("demo.toml"), at.join("seeds/demo.toml")).unwrap();
    for list in ["deirezzor24.txt", "europe.txt", "demo.txt"] {
        let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(list);
        assert!(real.is_file(), "{list} is named and not there");
        std::fs::write(at.join("seeds").join(list), web.seed_url()).unwrap();
    }
    for command in commands {
        let seed = web.seed_url();
        let command = command.split(" #").next().unwrap();
        let mut args: Vec<&str> = command.split_whitespace().skip(1).collect();
        for place in 1..args.len() {
            if args[place].starts_with("https://example.org/ar/") && args[place - 1] != "--contact"
            {
                args[place] = &seed;
            }
        }
        let resolve = web.resolve();
        if args[0] == "crawl" {
            args.extend(["--delay", "0", "--allow-private", "--resolve", &resolve]);
        }
        let asks = args.iter().any(|arg| arg.starts_with("http"));
        if args[0] == "languages" || args[0] == "text" && asks {
            args.extend(["--allow-private", "--resolve", &resolve]);
        }
        let out = warraq(at, &args);
        assert_eq!(out.status.code(), Some(0), "{command}: {out:?}");
        assert!(!out.stdout.is_empty(), "{command} is silent");
    }
}

/// Lines that begin with four spaces or more and `warraq`, continued lines joined.
fn commands(text: &str) -> Vec<String> {
    let joined = regex::Regex::new(r"\\\n *").unwrap().replace_all(text, "").into_owned();
    let lines = joined.lines().filter(|line| line.starts_with("    warraq "));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn every_command_of_the_readme_runs() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages/de.html");
    std::fs::copy(page, dir.path().join("page.html")).unwrap();
    let quotes = README.find("```text").unwrap();
    let mut shown = commands(&README[..quotes]);
    assert!(README.contains("`warraq state rebuild my-archive`"));
    shown.push("warraq state rebuild my-archive".to_owned());
    run_all(&shown, &web, dir.path());
    assert_eq!(shown.len(), 25, "{shown:?}");
    let folder = dir.path().join("my-archive");
    for name in README.lines().filter_map(|line| line.strip_prefix("    my-archive/")) {
        let name = name.split_whitespace().next().unwrap().trim_end_matches('/');
        let there = match name.strip_prefix('*') {
            Some(end) => std::fs::read_dir(&folder)
                .unwrap()
                .any(|file| file.unwrap().file_name().to_string_lossy().ends_with(end)),
            None => folder.join(name).exists(),
        };
        assert!(there, "the README promises my-archive/{name}");
    }
}

#[test]
fn every_example_of_the_help_runs() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let shown = commands(&help(&["crawl", "--help"]));
    assert_eq!(shown.len(), 3, "{shown:?}");
    run_all(&shown, &web, dir.path());
}

/// Every rule that may stand in a ledger stands in the README's table.
#[test]
fn the_readme_knows_every_rule() {
    let code = include_str!("../src/lead.rs");
    let rules = code.split("pub enum Rule {").nth(1).unwrap().split("\n}").next().unwrap();
    let readme = include_str!("../README.md");
    let table = readme.split("### Traps and limits").nth(1).unwrap().split("###").next().unwrap();
    for line in rules.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        let Some(name) = line.strip_suffix(',') else { continue };
        let mut rule = String::new();
        for letter in name.chars() {
            if letter.is_ascii_uppercase() && !rule.is_empty() {
                rule.push('-');
            }
            rule.push(letter.to_ascii_lowercase());
        }
        // Kept for states of earlier days: nothing refuses by it.
        let is_past = rule == "robots-unreachable";
        assert_eq!(table.contains(&format!("`{rule}`")), !is_past, "{rule}");
    }
}
