//! A damaged state: whatever happens to its files, a crawl goes on or says what to do, `--recover`
//! does it, and nothing is fetched again that was durable. The server's log is the witness.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use warraq::record::name;
use warraq::record::reader::Records;

#[path = "site/mod.rs"]
mod site;

use site::Site;
use site::bulk::Bulk;

/// Pages of the tree, and those that are fetched before the damage.
const PAGES: usize = 7;
const BEFORE: &str = "4";

/// Single bytes that are flipped.
const FLIPS: usize = 50;

struct Said {
    code: Option<i32>,
    stderr: String,
}

fn crawl(web: &Site, dir: &Path, more: &[&str]) -> Said {
    let out = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["crawl", &Bulk::url(0), "--contact", "test@warraq.test", "--into"])
        .arg(dir)
        .args(["--depth", "9", "--delay", "0", "--allow-private", "--resolve", &web.resolve()])
        .args(["--quiet"])
        .args(more)
        .stdout(Stdio::null())
        .output()
        .unwrap();
    Said { code: out.status.code(), stderr: String::from_utf8(out.stderr).unwrap() }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else if path.is_file() {
            // What is killed leaves the socket it was steered by.
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Captured URLs; every file must be sealed and whole.
fn captured(dir: &Path) -> BTreeSet<String> {
    let mut urls = BTreeSet::new();
    for path in name::files(dir).unwrap() {
        assert!(path.extension().is_some_and(|end| end == "gz"), "{}", path.display());
        for entry in Records::open(&path).unwrap() {
            let entry = entry.unwrap();
            if matches!(entry.kind.to_string().as_str(), "response" | "revisit") {
                urls.extend(site::canonical(entry.target_uri().unwrap()));
            }
        }
    }
    urls
}

/// A crawl that stopped half-way, closed or killed, and the web it crawls.
struct Scene {
    web: Site,
    dir: tempfile::TempDir,
    done: BTreeSet<String>,
}

impl Scene {
    fn closed() -> Self {
        let web = Site::with_bulk(PAGES, 1_000);
        let dir = tempfile::tempdir().unwrap();
        let said = crawl(&web, &dir.path().join("crawl"), &["--max-pages", BEFORE]);
        assert_eq!(said.code, Some(14), "{}", said.stderr);
        let done = captured(&dir.path().join("crawl"));
        Self { web, dir, done }
    }

    /// As a kill leaves it: the state was never closed, the WARC is open.
    fn killed() -> Self {
        let mut scene = Self::closed();
        let dir = scene.dir.path().join("crawl");
        let mut child = Command::new(env!("CARGO_BIN_EXE_warraq"))
            .args(["crawl", &Bulk::url(0), "--contact", "test@warraq.test", "--into"])
            .arg(&dir)
            .args(["--depth", "9", "--delay", "1s", "--allow-private", "--quiet"])
            .args(["--resolve", &scene.web.resolve()])
            .spawn()
            .unwrap();
        // The first page of this process is in the archive when the second is asked for.
        let before = scene.web.arrivals().len();
        while scene.web.arrivals().len() < before + 2 {
            assert!(child.try_wait().unwrap().is_none());
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let asked = scene.web.arrivals();
        scene.done.insert(asked[before].url.clone());
        scene
    }

    /// A copy to be damaged.
    fn copy(&self, name: &str) -> PathBuf {
        let to = self.dir.path().join(name);
        copy(&self.dir.path().join("crawl"), &to);
        to
    }

    /// Goes on with a damaged copy, with `--recover` where it is told to; says whether it was.
    fn goes_on(&self, dir: &Path, damage: &str) -> bool {
        let before = self.web.arrivals().len();
        let plain = crawl(&self.web, dir, &[]);
        let told = plain.code != Some(0);
        if told {
            assert_eq!(plain.code, Some(22), "{damage}: {}", plain.stderr);
            assert!(plain.stderr.contains("--recover"), "{damage}: {}", plain.stderr);
            assert_eq!(plain.stderr.lines().count(), 1, "{damage}: {}", plain.stderr);
            assert_eq!(self.web.arrivals().len(), before, "{damage}: fetched in spite of it");
            let recovered = crawl(&self.web, dir, &["--recover"]);
            assert_eq!(recovered.code, Some(0), "{damage}: {}", recovered.stderr);
            assert_eq!(recovered.stderr, "", "{damage}");
        } else {
            assert_eq!(plain.stderr, "", "{damage}");
        }
        let asked: Vec<_> = self.web.arrivals()[before..].iter().map(|a| a.url.clone()).collect();
        let twice: Vec<_> = asked.iter().filter(|url| self.done.contains(*url)).collect();
        assert!(twice.is_empty(), "{damage}: fetched again: {twice:?}");
        let all: BTreeSet<_> = captured(dir).into_iter().filter(|url| !is_robots(url)).collect();
        assert_eq!(all, Bulk { pages: PAGES, bytes: 0 }.urls(), "{damage}");
        fs::remove_dir_all(dir).unwrap();
        told
    }
}

fn is_robots(url: &str) -> bool {
    url.ends_with("/robots.txt")
}

fn files(state: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(state).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
    files.sort();
    files
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

#[test]
fn fifty_flipped_bytes() {
    let scenes = [Scene::closed(), Scene::killed()];
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut told = 0;
    for flip in 0..FLIPS {
        let scene = &scenes[flip % 2];
        let dir = scene.copy(&format!("flip{flip}"));
        let files = files(&dir.join("state"));
        let file = &files[dice.below(files.len())];
        let mut bytes = fs::read(file).unwrap();
        // Beyond its last byte that is not zero sled has only reserved the file.
        let Some(last) = bytes.iter().rposition(|byte| *byte != 0) else { continue };
        let place = dice.below(last + 1);
        bytes[place] ^= 1 << dice.below(8);
        fs::write(file, bytes).unwrap();
        let damage = format!("flip {flip}, {}@{place}", file.display());
        told += usize::from(scene.goes_on(&dir, &damage));
    }
    assert!(told > 0, "no flip was ever noticed: the test flips nothing that matters");
}

#[test]
fn cut_emptied_and_strange_files() {
    let scene = Scene::closed();
    let state = scene.dir.path().join("crawl/state");
    for path in files(&state) {
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let length = usize::try_from(path.metadata().unwrap().len()).unwrap();
        for keep in [0, 1, length / 2, length.saturating_sub(1)] {
            let dir = scene.copy(&format!("cut-{file}-{keep}"));
            let at = dir.join("state").join(&file);
            let bytes = fs::read(&at).unwrap();
            fs::write(&at, &bytes[..keep.min(bytes.len())]).unwrap();
            scene.goes_on(&dir, &format!("{file} cut to {keep}"));
        }
        let dir = scene.copy(&format!("gone-{file}"));
        fs::remove_file(dir.join("state").join(&file)).unwrap();
        scene.goes_on(&dir, &format!("{file} removed"));
    }
    for stray in ["snap.0000000000FFFFFF.generating", "snap.0000000000FFFFFF", "note.txt", "db.old"]
    {
        let dir = scene.copy(&format!("stray-{stray}"));
        fs::write(dir.join("state").join(stray), b"stray").unwrap();
        scene.goes_on(&dir, &format!("{stray} beside it"));
    }
}

/// A sealed WARC of a copy.
fn warc(dir: &Path) -> PathBuf {
    name::files(dir).unwrap().remove(0)
}

/// Where the last page of a WARC lies.
fn last_page(path: &Path) -> Range<usize> {
    let entries = Records::open(path).unwrap().map(Result::unwrap);
    let pages = entries.filter(|entry| {
        entry.kind.to_string() == "response"
            && entry.target_uri().is_some_and(|uri| !is_robots(uri))
    });
    let at = pages.last().unwrap().locator;
    let start = usize::try_from(at.offset).unwrap();
    start..start + usize::try_from(at.length).unwrap()
}

/// The end of the last record is missing.
fn cut(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() - 9]).unwrap();
}

/// A bit of the checksum of the last page is another.
fn flip(path: &Path) {
    let page = last_page(path);
    let mut bytes = fs::read(path).unwrap();
    bytes[page.end - 8] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// A flipped bit can make a member longer, so that the record in it seems to be whole.
fn grow(path: &Path) {
    let page = last_page(path);
    let mut bytes = fs::read(path).unwrap();
    let mut plain = Vec::new();
    GzDecoder::new(&bytes[page.clone()]).read_to_end(&mut plain).unwrap();
    let mut member = GzEncoder::new(Vec::new(), Compression::default());
    member.write_all(&plain).unwrap();
    member.write_all(b">\n").unwrap();
    let mut member = member.finish().unwrap();
    let checksum = member.len() - 8;
    member[checksum] ^= 1;
    bytes.splice(page, member);
    fs::write(path, bytes).unwrap();
}

/// Something done to a WARC.
type Harm = fn(&Path);

const HARMS: [(&str, Harm); 3] = [("cut", cut), ("flipped", flip), ("grown", grow)];

#[test]
fn an_archive_that_is_not_what_it_was_is_noticed() {
    let scene = Scene::closed();
    for (what, harm) in HARMS {
        let dir = scene.copy(what);
        harm(&warc(&dir));
        let before = scene.web.arrivals().len();
        let said = crawl(&scene.web, &dir, &[]);
        assert_eq!(said.code, Some(22), "{what}: {}", said.stderr);
        let file = name::final_name(&warc(&dir));
        assert!(said.stderr.contains(&file), "{what}: {}", said.stderr);
        assert!(said.stderr.contains("--recover"), "{what}: {}", said.stderr);
        assert_eq!(scene.web.arrivals().len(), before, "{what}: fetched in spite of it");
        let recovered = crawl(&scene.web, &dir, &["--recover"]);
        // The crawl is whole again; that a file of its archive is not, is told once more.
        assert_eq!(recovered.code, Some(22), "{what}: {}", recovered.stderr);
        // What cannot be read any more was fetched again, and nothing else.
        let asked = scene.web.arrivals().split_off(before);
        let again = asked.iter().filter(|a| scene.done.contains(&a.url) && !is_robots(&a.url));
        let again: Vec<&str> = again.map(|a| a.url.as_str()).collect();
        assert!((1..=2).contains(&again.len()), "{what}: {again:?}");
    }
    // A copy has another time of change and the same records: it is read, and believed.
    let dir = scene.copy("copied");
    assert!(!scene.goes_on(&dir, "copied"));
}

/// The open WARC cut anywhere: what is whole is kept, what went is told in bytes and fetched again.
#[test]
fn an_open_warc_that_was_cut_loses_its_tail_only() {
    let scene = Scene::killed();
    let open = name::files(&scene.dir.path().join("crawl")).unwrap().pop().unwrap();
    assert!(open.to_string_lossy().ends_with(".open"));
    let bytes = fs::read(&open).unwrap();
    let ends: Vec<usize> = Records::open(&open)
        .unwrap()
        .flatten()
        .map(|entry| usize::try_from(entry.locator.offset + entry.locator.length).unwrap())
        .collect();
    let torn = (1..=12).map(|step| bytes.len() - step * (bytes.len() - 1) / 12);
    for (step, cut) in torn.chain([0]).enumerate() {
        let dir = scene.copy(&format!("torn{step}"));
        let path = dir.join(open.file_name().unwrap());
        fs::write(&path, &bytes[..cut]).unwrap();
        let said = loud(&scene.web, &dir);
        let whole = ends.iter().rfind(|end| **end <= cut).copied().unwrap_or(0);
        let told = match whole {
            _ if cut == 0 => "was left open and empty: removed".to_owned(),
            0 => "held no whole record".to_owned(),
            _ => format!("{} bytes of a torn one cut off", cut - whole),
        };
        assert!(said.contains(&told), "cut at {cut}, whole to {whole}: {said}");
        assert!(!said.contains("--recover"), "cut at {cut}: there is nothing left to do: {said}");
        let all: BTreeSet<_> = captured(&dir).into_iter().filter(|url| !is_robots(url)).collect();
        assert_eq!(all, Bulk { pages: PAGES, bytes: 0 }.urls(), "cut at {cut}");
    }
}

/// What a power cut may do to it, for it is written last: half a line is no line, nor part of one.
#[test]
fn a_torn_line_of_the_ledger_is_cut_off() {
    let scene = Scene::closed();
    let ledger = fs::read(scene.dir.path().join("crawl/ledger.jsonl")).unwrap();
    let first = ledger.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for (cut, whole) in [(first - 1, 0), (first, first), (first + 9, first)] {
        let dir = scene.copy(&format!("ledger{cut}"));
        fs::write(dir.join("ledger.jsonl"), &ledger[..cut]).unwrap();
        let out = loud(&scene.web, &dir);
        assert_eq!(out.contains("ended in a torn line"), cut > whole, "{out}");
        let now = fs::read_to_string(dir.join("ledger.jsonl")).unwrap();
        assert!(now.as_bytes().starts_with(&ledger[..whole]) && now.len() > whole, "cut at {cut}");
        for line in now.lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
    }
}

/// Goes on, and gives what was said.
fn loud(web: &Site, dir: &Path) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["crawl", "--contact", "test@warraq.test", "--delay", "0", "--allow-private"])
        .args(["--depth", "9", "--resolve", &web.resolve(), "--into"])
        .arg(dir)
        .output()
        .unwrap();
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(0), "{said}");
    said
}

#[test]
fn a_warc_that_is_gone_is_told_once() {
    let scene = Scene::closed();
    let dir = scene.copy("gone");
    let path = warc(&dir);
    fs::remove_file(&path).unwrap();
    let told = format!("{} is not in", name::final_name(&path));
    assert!(loud(&scene.web, &dir).contains(&told));
    assert!(!loud(&scene.web, &dir).contains(&told));
}

/// A crawl that has fetched a few pages when its folder is taken away under it.
fn without_folder(web: &Site, dir: &Path, away: &Path) -> (Child, Lines<BufReader<ChildStderr>>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["crawl", &Bulk::url(0), "--contact", "test@warraq.test", "--quiet", "--into"])
        .arg(dir)
        .args(["--depth", "9", "--delay", "50ms", "--allow-private", "--resolve", &web.resolve()])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while web.arrivals().len() < 4 {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    fs::rename(dir, away).unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let told = lines.next().unwrap().unwrap();
    assert!(told.starts_with("warraq: paused: "), "{told}");
    assert!(told.contains(dir.to_str().unwrap()), "{told}");
    (child, lines)
}

#[test]
fn a_folder_that_goes_away_is_waited_for() {
    let web = Site::with_bulk(30, 1_000);
    let dir = tempfile::tempdir().unwrap();
    let (into, away) = (dir.path().join("crawl"), dir.path().join("away"));
    let (mut child, _lines) = without_folder(&web, &into, &away);
    fs::rename(&away, &into).unwrap();
    assert!(child.wait().unwrap().success());
    let all: BTreeSet<_> = captured(&into).into_iter().filter(|url| !is_robots(url)).collect();
    assert_eq!(all, Bulk { pages: 30, bytes: 0 }.urls());
}

#[test]
fn a_crawl_that_waits_can_be_ended() {
    let web = Site::with_bulk(30, 1_000);
    let dir = tempfile::tempdir().unwrap();
    let (into, away) = (dir.path().join("crawl"), dir.path().join("away"));
    let (mut child, mut lines) = without_folder(&web, &into, &away);
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    kill(pid, Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(22));
    assert!(lines.next().unwrap().unwrap().contains("finishing what is in flight"));
    let said = lines.next().unwrap().unwrap();
    assert!(said.contains(into.to_str().unwrap()), "{said}");
    assert!(lines.next().is_none());
    // Nothing was made in its place, and the next crawl has it all.
    assert!(!into.exists());
    fs::rename(&away, &into).unwrap();
    assert_eq!(crawl(&web, &into, &[]).code, Some(0));
    let all: BTreeSet<_> = captured(&into).into_iter().filter(|url| !is_robots(url)).collect();
    assert_eq!(all, Bulk { pages: 30, bytes: 0 }.urls());
}

#[test]
fn a_deleted_state_is_made_again_by_itself() {
    for scene in [Scene::closed(), Scene::killed()] {
        let dir = scene.copy("deleted");
        fs::remove_dir_all(dir.join("state")).unwrap();
        assert!(!scene.goes_on(&dir, "state deleted"));
    }
}
