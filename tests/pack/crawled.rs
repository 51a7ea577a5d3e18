//! The folder of a crawl, packed as a user packs it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use warraq::index::Line;
use warraq::record::name;
use warraq::record::reader::read_at;
use warraq::wacz::check::check;
use warraq::wacz::entry::Method;
use warraq::wacz::pages::PageLine;
use warraq::wacz::reader::Package;

use super::site::Site;
use super::{names, packed, put};

fn warraq(at: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(args)
        .current_dir(at)
        .env_remove("WARRAQ_CONTACT")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// A crawl of the bundled web in `x`, two links deep.
fn crawl(at: &Path, web: &Site) {
    let (seed, resolve) = (web.seed_url(), web.resolve());
    let args = ["crawl", &seed, "--contact", "a@b.org", "--into", "x", "--depth", "2", "--quiet"];
    let network = ["--delay", "0", "--allow-private", "--resolve", &resolve];
    assert_eq!(warraq(at, &[&args[..], &network].concat()).status.code(), Some(0));
}

fn read(package: &Package, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    package.read(package.find(name).unwrap()).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_crawl_becomes_a_package() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    crawl(dir.path(), &web);
    let out = warraq(dir.path(), &["pack", "x", "-o", "x.wacz", "--title", "A desk"]);
    let told = String::from_utf8(out.stdout).unwrap();
    assert_eq!((out.status.code(), out.stderr.len()), (Some(0), 0), "{told}");
    assert!(told.starts_with("x.wacz (") && told.contains(", from 2 WARC files\n"), "{told}");

    let package = Package::open(&dir.path().join("x.wacz")).unwrap();
    assert_eq!(check(&package).iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    assert!(package.entries().iter().all(|entry| entry.method == Method::Stored));
    let warc = name::files(&dir.path().join("x")).unwrap().remove(0);
    let archived = format!("archive/{}", warc.file_name().unwrap().to_str().unwrap());
    assert_eq!(read(&package, &archived), std::fs::read(&warc).unwrap());
    let about = package.data_package().unwrap().unwrap();
    assert_eq!(about.title.as_deref(), Some("A desk"));
    assert_eq!(about.main_page_url, Some(web.seed_url()));
    let description = about.description.unwrap();
    assert!(description.contains("articles in ar, en, fa, fr, he, ja, zh-Hans"), "{description}");
}

#[test]
fn its_pages_are_in_its_index_and_share_groups() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    crawl(dir.path(), &web);
    packed(dir.path(), &["x"], "x.wacz", |_| ()).0.unwrap();
    let package = Package::open(&dir.path().join("x.wacz")).unwrap();
    // Every line of the index leads to its record.
    let index = package.find("indexes/index.cdx.gz").unwrap();
    let mut captures = BTreeSet::new();
    for line in package.lines(index).unwrap() {
        let line = Line::parse(&line.unwrap().bytes.unwrap()).unwrap();
        let entry = read_at(&dir.path().join("x"), &line.at).unwrap();
        assert_eq!(entry.target_uri(), Some(line.url.as_str()));
        captures.insert(line.url);
    }
    // The seed article has one page for each of its languages, and they share a group.
    let pages: Vec<PageLine> = package.pages().unwrap().unwrap().map(Result::unwrap).collect();
    assert!(pages.iter().all(|page| captures.contains(&page.url) && page.text.is_some()));
    let seed = pages.iter().find(|page| page.url == web.seed_url()).unwrap();
    let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for page in pages.iter().filter(|page| page.group.is_some()) {
        let group = groups.entry(page.group.as_deref().unwrap()).or_default();
        group.insert(page.lang.as_deref().unwrap());
    }
    assert_eq!(groups[seed.group.as_deref().unwrap()], BTreeSet::from(["ar", "en", "fr"]));
    assert_eq!((seed.lang.as_deref(), seed.byline.len()), (Some("ar"), 1));
    let ids: BTreeSet<&str> = pages.iter().map(|page| page.id.as_str()).collect();
    assert_eq!(ids.len(), pages.len());
    // Front pages are there too, behind the articles.
    let extra = package.find("pages/extraPages.jsonl").unwrap();
    let extra: Vec<PageLine> = package.pages_of(extra).unwrap().map(Result::unwrap).collect();
    assert!(extra.iter().any(|page| page.url == "http://warraq.test/en/"));
    assert!(extra.iter().all(|page| page.text.is_none()));
}

#[test]
fn the_same_files_and_clock_give_the_same_bytes_and_text_can_stay_out() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    crawl(dir.path(), &web);
    for out in ["1.wacz", "2.wacz"] {
        packed(dir.path(), &["x"], out, |_| ()).0.unwrap();
    }
    let [one, two] = ["1.wacz", "2.wacz"].map(|out| std::fs::read(dir.path().join(out)).unwrap());
    assert_eq!(one, two);
    packed(dir.path(), &["x"], "3.wacz", |job| job.text = false).0.unwrap();
    let package = Package::open(&dir.path().join("3.wacz")).unwrap();
    let pages = package.pages().unwrap().unwrap();
    assert!(!pages.header().has_text);
    assert!(pages.map(Result::unwrap).all(|page| page.text.is_none() && page.title.is_some()));
}

#[test]
fn a_file_still_being_written_is_left_out_and_told() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    crawl(dir.path(), &web);
    let sealed = name::files(&dir.path().join("x")).unwrap();
    put(&dir.path().join("x"), "warraq-20261122093000125-00002-vm.warc.gz.open", b"torn");
    let out = warraq(dir.path(), &["pack", "x", "-o", "x.wacz"]);
    let told = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(0));
    assert_eq!(
        told,
        "warraq: x/warraq-20261122093000125-00002-vm.warc.gz.open: still being written, left out; \
         pack again when the crawl has ended\n"
    );
    let package = Package::open(&dir.path().join("x.wacz")).unwrap();
    assert_eq!(package.archives().count(), 2, "the run's -meta file is the second");

    // When there is nothing else, nothing is packed.
    for file in sealed {
        std::fs::remove_file(file).unwrap();
    }
    let out = warraq(dir.path(), &["pack", "x", "-o", "y.wacz"]);
    let told = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(told.starts_with("warraq: x: its WARC file is still being written; "), "{told}");
    assert_eq!(names(dir.path()), ["x", "x.wacz"]);
}

/// The disk takes no more at some point of the package.
#[test]
#[cfg(unix)]
fn a_full_disk_leaves_no_half_package() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    crawl(dir.path(), &web);
    // From a temporary file to the last part of the package.
    for blocks in [1, 40, 90] {
        let limited = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec '{}' pack x -o x.wacz",
            env!("CARGO_BIN_EXE_warraq")
        );
        let out =
            Command::new("sh").args(["-c", &limited]).current_dir(dir.path()).output().unwrap();
        let told = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(22), "{blocks}: {told}");
        assert!(told.contains("File too large"), "{told}");
        assert_eq!(names(dir.path()), ["x"], "{blocks}");
    }
}
