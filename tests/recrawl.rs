//! Crawling again: what has not changed is asked about, confirmed, and stored once.
//!
//! The witness is a newspaper in two editions (`recrawl/press.rs`); the WARCs are read back.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

#[path = "recrawl/press.rs"]
mod press;
#[path = "recrawl/runs.rs"]
mod runs;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use press::{Answer, GONE, Press, REDIRECTS, text};
use runs::{crawl, crawl_with, field, is, path, replies, stored};
use warraq::crawl::{dedup, rebuild};
use warraq::disk::Disk;
use warraq::frontier::Frontier;
use warraq::record::entry::Entry;
use warraq::record::name::files;
use warraq::record::reader::Records;
use warraq::settings::Transport;
use warraq::state::{DiskFrontier, Options};
use warraq::{Clock, Settings};

/// Every revisit names, in all its fields, one response that is there, with the same payload.
fn resolve(dir: &Path) {
    let entries: Vec<Entry> = files(dir)
        .unwrap()
        .iter()
        .flat_map(|file| Records::open(file).unwrap())
        .map(Result::unwrap)
        .collect();
    let responses: BTreeMap<String, &Entry> = entries
        .iter()
        .filter(|entry| is(entry, "response"))
        .map(|entry| (entry.id().unwrap().to_owned(), entry))
        .collect();
    for revisit in entries.iter().filter(|entry| is(entry, "revisit")) {
        let original = responses[&field(revisit, "WARC-Refers-To")];
        let pairs = [
            ("WARC-Refers-To-Target-URI", "WARC-Target-URI"),
            ("WARC-Refers-To-Date", "WARC-Date"),
            ("WARC-Payload-Digest", "WARC-Payload-Digest"),
        ];
        for (ours, theirs) in pairs {
            assert_eq!(field(revisit, ours), field(original, theirs), "{ours}");
        }
    }
}

fn lines(table: &[(&str, &str)]) -> BTreeMap<String, String> {
    table.iter().map(|(path, how)| ((*path).to_owned(), (*how).to_owned())).collect()
}

/// How the second edition is stored, after the first was.
fn second(validators: bool) -> BTreeMap<String, String> {
    let mut want = lines(&[
        ("/", "same as /"),
        ("/same", "same as /same"),
        ("/twin", "same as /same"),
        ("/zipped", "same as /zipped"),
        ("/chunked", "same as /chunked"),
        ("/bare", "same as /bare"),
        ("/bare-zipped", "same as /bare-zipped"),
        ("/bare-chunked", "same as /bare-chunked"),
        ("/changed", "stored"),
        ("/gone", "stored"),
        ("/moved", "stored"),
        ("/moved-here", "same as /moved"),
        ("/missing", "same as /missing"),
        ("/old-road", "stored"),
        ("/new", "stored"),
    ]);
    if validators {
        for path in ["/", "/same", "/zipped", "/chunked"] {
            want.insert(path.into(), format!("unmodified {path}"));
        }
    }
    want
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn two_editions(validators: bool) {
    let press = Press::start(validators);
    let (dir, bare) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, entries) = crawl(&press, dir.path());
    assert_eq!(replies(&entries)["/twin"], "same as /same", "across URLs of one run");
    assert_eq!(first.depends_on, []);
    // The same folder without its state.
    copy(dir.path(), bare.path());

    press.publish(2);
    let (summary, entries) = crawl(&press, dir.path());
    assert_eq!(replies(&entries), second(validators));
    let new = [text("changed", 2), text("new", 2), GONE.to_owned(), REDIRECTS.concat()];
    let new = new.concat().len();
    assert_eq!(stored(&entries), new);
    resolve(dir.path());
    let revisits = entries.iter().filter(|entry| is(entry, "revisit")).count() as u64;
    assert_eq!(summary.stats.revisits, revisits);
    let needed: Vec<_> = summary.depends_on.iter().map(|file| &file.container).collect();
    assert_eq!(needed.len(), 1);
    assert!(!needed[0].outside && first.files[0].name == needed[0].file);
    assert_eq!(summary.depends_on[0].revisits, revisits);

    let (again, entries) = crawl(&press, bare.path());
    assert_eq!(replies(&entries), second(validators), "after the state was lost");
    assert_eq!(again.depends_on[0].container, summary.depends_on[0].container);
    assert_eq!(stored(&entries), new);

    fs::remove_dir_all(dir.path().join("state")).unwrap();
    let (third, entries) = crawl(&press, dir.path());
    assert_eq!(stored(&entries), REDIRECTS.concat().len(), "{:?}", replies(&entries));
    assert_eq!(replies(&entries).len(), 15);
    assert_eq!((third.articles, third.stats.captured), (summary.articles, 0));
    resolve(dir.path());
}

#[test]
fn the_second_edition_stores_what_is_new() {
    two_editions(true);
}

#[test]
fn without_validators_the_payloads_are_compared() {
    two_editions(false);
}

/// The path, status and way of storing of what each run made of one page.
fn told(entries: &[Entry]) -> Vec<(String, String)> {
    let of_page = |entry: &&Entry| path(entry.target_uri().unwrap()) == "/";
    let replies = entries.iter().filter(|entry| is(entry, "response") || is(entry, "revisit"));
    let stored = replies.filter(of_page);
    let line = |entry: &Entry| {
        let block = entry.block.first(1 << 20).unwrap();
        let first = String::from_utf8_lossy(&block).lines().next().unwrap_or_default().to_owned();
        (entry.kind.to_string(), first)
    };
    stored.map(line).collect()
}

fn article() -> String {
    text("same", 1)
}

/// What a server that lies says to a condition: it is asked once more, without one, in the same
/// run, and what comes then is compared as ever.
#[test]
fn a_304_that_contradicts_itself_is_not_believed() {
    let other = |name: &str, value: &str| format!("HTTP/1.1 304 No\r\n{name}: {value}\r\n\r\n");
    let lies = [
        other("ETag", "\"another\""),
        other("Last-Modified", "Sun, 22 Nov 2026 09:00:00 GMT"),
        "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 3\r\n\r\nno!".to_owned(),
    ];
    for lie in lies {
        let status = lie.split(' ').nth(1).unwrap().to_owned();
        let press = Press::edited(move |asked| match asked.path.as_str() {
            "/" if asked.is_conditional() => lie.clone().into_bytes(),
            "/" => Answer::ok(article()).tagged().dated().to(&asked.head),
            _ => Answer { status: "404 Not Found", ..Answer::ok("none") }.to(&asked.head),
        });
        let dir = tempfile::tempdir().unwrap();
        let (first, _) = crawl(&press, dir.path());
        press.publish(2);
        let (summary, entries) = crawl(&press, dir.path());
        let told = told(&entries);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].0 == "response" && told[0].1.contains(&status), "{told:?}");
        assert!(told[1].0 == "revisit" && told[1].1.contains("200"), "{told:?}");
        let conditions: Vec<bool> =
            of_page(&press).iter().map(press::Asked::is_conditional).collect();
        assert_eq!(conditions, [true, false]);
        assert_eq!((summary.stats.revisits, summary.articles), (1, first.articles));
        resolve(dir.path());
    }
}

fn of_page(press: &Press) -> Vec<press::Asked> {
    press.asked().into_iter().filter(|asked| asked.path == "/").collect()
}

/// A 304 without any validator, and one whose tag only lost its weakness, are believed.
#[test]
fn a_304_that_says_little_is_believed() {
    for says in ["", "ETag: \"tag\"\r\n"] {
        let press = Press::edited(move |asked| match asked.path.as_str() {
            "/" if asked.is_conditional() => {
                format!("HTTP/1.1 304 Not Modified\r\n{says}\r\n").into_bytes()
            }
            "/" => {
                Answer { etag: Some("W/\"tag\"".into()), ..Answer::ok(article()) }.to(&asked.head)
            }
            _ => Answer::moved("/", "").to(&asked.head),
        });
        let dir = tempfile::tempdir().unwrap();
        let (first, _) = crawl(&press, dir.path());
        press.publish(2);
        let (second, entries) = crawl(&press, dir.path());
        assert_eq!(replies(&entries)["/"], "unmodified /");
        assert_eq!((second.articles, second.stats.revisits), (first.articles, 1));
        resolve(dir.path());
    }
}

/// A server whose tag stays when its page changes sends the page all the same: it is stored.
#[test]
fn a_200_is_stored_whatever_its_tag_says() {
    let press = Press::edited(|asked| {
        let page = text("front", asked.edition);
        let head = warraq::head::Head::default();
        Answer { etag: Some("\"constant\"".into()), ..Answer::ok(page) }.to(&head)
    });
    let dir = tempfile::tempdir().unwrap();
    crawl(&press, dir.path());
    press.publish(2);
    let (_, entries) = crawl(&press, dir.path());
    assert_eq!(replies(&entries)["/"], "stored");
}

/// A 304 that nobody asked for is archived as it came, and brings no page: the seed has failed.
#[test]
fn a_304_without_a_condition_is_a_response() {
    let press = Press::edited(|_| b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n".to_vec());
    let dir = tempfile::tempdir().unwrap();
    let (summary, entries) = crawl(&press, dir.path());
    assert_eq!(told(&entries), [("response".to_owned(), "HTTP/1.1 304 Not Modified".to_owned())]);
    assert_eq!(summary.failed_seeds, [press.url("/")]);
    let (_, entries) = crawl(&press, dir.path());
    assert!(of_page(&press).iter().all(|asked| !asked.is_conditional()));
    assert_eq!(replies(&entries)["/"], "stored");
}

/// Without the WARC that holds the original nothing is asked by condition and all is stored again.
#[test]
fn an_original_that_was_moved_away_is_stored_again() {
    let press = Press::start(true);
    let dir = tempfile::tempdir().unwrap();
    crawl(&press, dir.path());
    let archived = files(dir.path()).unwrap().remove(0);
    fs::rename(&archived, dir.path().join("elsewhere")).unwrap();
    press.publish(1);
    let (summary, entries) = crawl(&press, dir.path());
    assert!(press.asked().iter().all(|asked| !asked.is_conditional()));
    assert_eq!(summary.depends_on, []);
    assert_eq!(replies(&entries)["/"], "stored");
    resolve(dir.path());
    press.publish(1);
    let (_, entries) = crawl(&press, dir.path());
    assert_eq!(replies(&entries)["/"], "unmodified /", "the new original stands for it now");
    resolve(dir.path());
}

/// The original goes while the server is asked about it: the page is asked for once more.
#[test]
fn an_original_that_goes_while_it_is_asked_about_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().to_owned();
    let press = Press::edited(move |asked| {
        if asked.path == "/" && asked.is_conditional() {
            for file in files(&folder).unwrap() {
                fs::write(file, b"").unwrap();
            }
        }
        match asked.path.as_str() {
            "/" => Answer::ok(article()).tagged().to(&asked.head),
            _ => Answer::moved("/", "").to(&asked.head),
        }
    });
    crawl_with(&press, dir.path(), |settings| Settings { depth: 0, ..settings });
    press.publish(2);
    let (summary, entries) =
        crawl_with(&press, dir.path(), |settings| Settings { depth: 0, ..settings });
    let told = told(&entries);
    assert_eq!(told[0], ("response".to_owned(), "HTTP/1.1 304 Not Modified".to_owned()));
    assert_eq!(told[1..], [("response".to_owned(), "HTTP/1.1 200 OK".to_owned())]);
    assert_eq!((of_page(&press).len(), summary.stats.queued), (2, 0));
}

/// A damaged original is no ground to ask on: one flipped byte, and the page is fetched.
#[test]
fn a_damaged_original_is_not_asked_about() {
    let press = Press::start(true);
    let dir = tempfile::tempdir().unwrap();
    let (_, entries) = crawl(&press, dir.path());
    let front = entries
        .iter()
        .find(|entry| is(entry, "response") && path(entry.target_uri().unwrap()) == "/");
    let at = &front.unwrap().locator;
    let file = dir.path().join(&at.file);
    let mut bytes = fs::read(&file).unwrap();
    bytes[usize::try_from(at.offset + at.length / 2).unwrap()] ^= 0x20;
    // Bits rot without anybody having written.
    let when = fs::metadata(&file).unwrap().modified().unwrap();
    fs::write(&file, bytes).unwrap();
    fs::File::options().write(true).open(&file).unwrap().set_modified(when).unwrap();
    press.publish(1);
    let (_, entries) = crawl(&press, dir.path());
    assert_eq!(of_page(&press).len(), 1);
    assert!(!of_page(&press)[0].is_conditional());
    assert!(!replies(&entries)["/"].starts_with("unmodified"));
    let same = press.asked().into_iter().find(|asked| asked.path == "/same");
    assert!(same.unwrap().is_conditional(), "its neighbours are asked about");
}

/// Another language is another page: what was archived in one says nothing about the other.
#[test]
fn a_request_that_asks_for_something_else_sets_no_condition() {
    let press = Press::start(true);
    let dir = tempfile::tempdir().unwrap();
    crawl(&press, dir.path());
    press.publish(1);
    crawl_with(&press, dir.path(), |settings| Settings {
        accept_language: "fa".to_owned(),
        ..settings
    });
    assert!(press.asked().iter().all(|asked| !asked.is_conditional()));
    press.publish(1);
    let (_, entries) = crawl_with(&press, dir.path(), |settings| Settings {
        accept_language: "fa".to_owned(),
        ..settings
    });
    // The payload was the same, so the first response stands for the second request too.
    assert_eq!(replies(&entries)["/"], "unmodified /");
}

/// A server is believed for a while only: then the page is asked for as if it were new.
#[test]
fn a_page_is_fetched_whole_now_and_then() {
    let press = Press::start(true);
    let dir = tempfile::tempdir().unwrap();
    crawl(&press, dir.path());
    for (trust, conditions) in [(Duration::ZERO, 0), (Duration::from_hours(1), 7)] {
        press.publish(1);
        let (_, entries) = crawl_with(&press, dir.path(), |settings| Settings {
            trust_unmodified: trust,
            ..settings
        });
        let asked = press.asked().iter().filter(|asked| asked.is_conditional()).count();
        assert_eq!(asked, conditions);
        assert_eq!(stored(&entries), REDIRECTS[1].len(), "{:?}", replies(&entries));
    }
}

/// What a run depends on is known although it was stopped and went on.
#[test]
fn dependencies_outlive_a_stop() {
    let press = Press::start(true);
    let dir = tempfile::tempdir().unwrap();
    crawl(&press, dir.path());
    press.publish(1);
    let (part, first) =
        crawl_with(&press, dir.path(), |settings| Settings { max_pages: 5, ..settings });
    let (whole, rest) = crawl(&press, dir.path());
    assert_eq!((part.stats.run, whole.stats.run), (2, 2));
    let count =
        |entries: &[Entry]| entries.iter().filter(|entry| is(entry, "revisit")).count() as u64;
    assert_eq!(part.depends_on[0].revisits, count(&first));
    let [needed] = &whole.depends_on[..] else { panic!("{:?}", whole.depends_on) };
    assert_eq!(needed.revisits, count(&first) + count(&rest));
    assert!(count(&first) > 3 && count(&rest) > 3);
}

/// The other transport asks and compares as this one does, and one goes on from the other.
#[test]
fn both_transports_ask_by_condition() {
    let press = Press::start(true);
    let dir = tempfile::tempdir().unwrap();
    for transport in [Transport::Wire, Transport::Reqwest, Transport::Reqwest] {
        press.publish(1);
        let first = files(dir.path()).unwrap().is_empty();
        let (_, entries) =
            crawl_with(&press, dir.path(), |settings| Settings { transport, ..settings });
        let how = if first { "stored" } else { "unmodified /" };
        assert_eq!(replies(&entries)["/"], how, "{transport:?}");
        resolve(dir.path());
    }
}

/// A page that was cut short is asked for whole, and never by condition.
#[test]
fn a_truncated_original_is_not_asked_about() {
    let press = Press::start(true);
    let dir = tempfile::tempdir().unwrap();
    crawl_with(&press, dir.path(), |settings| Settings { max_body: 200, ..settings });
    press.publish(1);
    let (_, entries) = crawl(&press, dir.path());
    assert!(press.asked().iter().all(|asked| !asked.is_conditional()));
    assert_eq!(replies(&entries)["/"], "stored");
}

/// What a state knows of every payload and every URL of an archive, and the files it depends on.
fn rows(dir: &Path) -> Vec<String> {
    let durable = Box::new(|| Ok(warraq::record::Position::default()));
    let options = Options::new(dir.to_owned(), Clock::system(), [7; 16], durable);
    let frontier = DiskFrontier::open(options).unwrap().frontier;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let entries = files(dir).unwrap().into_iter().flat_map(|file| Records::open(&file).unwrap());
    let mut rows = Vec::new();
    for entry in entries.map(Result::unwrap).filter(|entry| entry.target_uri().is_some()) {
        let uri = entry.target_uri().unwrap().to_owned();
        let digest = field(&entry, "WARC-Payload-Digest").parse().ok();
        let row = runtime.block_on(async {
            let original = frontier.original(&uri).await.unwrap();
            let Some(digest) = digest else { return format!("{uri} {original:?}") };
            let plain = frontier.origin(&digest, false).await.unwrap();
            let chunked = frontier.origin(&digest, true).await.unwrap();
            let outside = frontier.outside(&digest, false).await.unwrap();
            format!("{uri} {original:?} {digest} {plain:?} {chunked:?} {outside:?}")
        });
        rows.push(row);
    }
    let stats = runtime.block_on(frontier.stats()).unwrap();
    rows.push(format!(
        "{:?} {:?}",
        stats.depends_on,
        (stats.captured, stats.revisits, stats.moved)
    ));
    rows
}

/// A rebuilt state says the same of every payload and every URL as the one that was there, after
/// one run, after one more, and whether or not another archive's captures were taken over.
#[test]
fn a_rebuilt_state_has_the_same_rows() {
    for imports in [false, true] {
        let press = Press::start(true);
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        if imports {
            crawl(&press, other.path());
            let settings = Settings::new(dir.path().to_owned(), "desk@example.org");
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let warcs = files(other.path()).unwrap();
            let taken = runtime
                .block_on(dedup::import(&warcs, settings, Clock::system(), Disk::real()))
                .unwrap();
            assert_eq!(taken[0].captures, 12);
        }
        for edition in 1..=2 {
            press.publish(edition);
            crawl(&press, dir.path());
            let before = rows(dir.path());
            assert!(before.iter().any(|row| row.contains(if imports {
                "outside: true"
            } else {
                "etag: Some"
            })));
            let settings = Settings::new(dir.path().to_owned(), "desk@example.org");
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(rebuild(settings, Clock::system(), Disk::real())).unwrap();
            assert_eq!(rows(dir.path()), before, "edition {edition}, with imports: {imports}");
        }
    }
}
