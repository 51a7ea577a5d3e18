//! Item 3, and what kill -9 may leave: cut anywhere, an archive stays sound and gets whole again.

use std::collections::BTreeSet;
use std::path::Path;

use warraq::record::entry::Entry;
use warraq::record::name;
use warraq::record::reader::Records;
use warraq::record::repair::repair;

use super::every::{below_the_bar, leave};
use super::run::Crawl;
use super::sample::{names, write_all_kinds, writer};
use super::web::{Web, page};

fn entries(path: &Path) -> Vec<Entry> {
    Records::open(path).unwrap().map(Result::unwrap).collect()
}

/// Where records end, and the middle of each.
fn cuts(entries: &[Entry]) -> BTreeSet<u64> {
    let ends = entries.iter().map(|entry| entry.locator.offset + entry.locator.length);
    let middles = entries.iter().map(|entry| entry.locator.offset + entry.locator.length / 2);
    ends.chain(middles).collect()
}

#[test]
fn cut_between_any_two_records_no_reply_stands_alone() {
    let source = tempfile::tempdir().unwrap();
    let mut writer = writer(source.path());
    write_all_kinds(&mut writer);
    let path = name::files(source.path()).unwrap().remove(0);
    let (whole, all) = (std::fs::read(&path).unwrap(), entries(&path));
    for cut in cuts(&all) {
        let folder = tempfile::tempdir().unwrap();
        let torn = folder.path().join(names(std::slice::from_ref(&path))[0]);
        std::fs::write(&torn, &whole[..usize::try_from(cut).unwrap()]).unwrap();
        let done = repair(folder.path()).unwrap().remove(0);
        let left = name::files(folder.path()).unwrap().pop();
        let left = left.map_or_else(Vec::new, |path| entries(&path));
        let want = all.iter().filter(|e| e.locator.offset + e.locator.length <= cut).count();
        assert_eq!(left.len(), want, "every whole record is kept: {done}");
        for reply in
            left.iter().filter(|e| matches!(e.kind.to_string().as_str(), "response" | "revisit"))
        {
            let asked = reply.header.get("WARC-Concurrent-To").unwrap();
            let request = left.iter().find(|entry| entry.id() == Some(asked)).unwrap();
            assert_eq!(request.kind.to_string(), "request", "cut at {cut}");
        }
    }
}

#[test]
fn a_crawl_goes_on_behind_any_cut() {
    let web = Web::new(|asked| match asked.path.as_str() {
        "/robots.txt" => None,
        "/" => Some(page("<title>Front</title><a href=/a>a</a> <a href=/b>b</a>")),
        path => Some(page(&format!("<title>{path}</title>"))),
    });
    let crawl = Crawl::of(&web);
    let args = ["http://a.test/", "--depth", "1"];
    assert_eq!(crawl.run(&args).code, Some(0));
    let first = crawl.files().remove(0);
    let (whole, all) = (std::fs::read(&first).unwrap(), entries(&first));
    // With nothing left to do, the same command would begin the next run.
    let unfinished = all[0].locator.length + 1..whole.len() as u64;
    for cut in cuts(&all).into_iter().filter(|cut| unfinished.contains(cut)) {
        let crawl = Crawl::of(&web);
        let open = format!("{}.open", first.file_name().unwrap().to_str().unwrap());
        std::fs::write(crawl.path().join(open), &whole[..usize::try_from(cut).unwrap()]).unwrap();
        // What a crawl of that folder had kept beside it.
        let job = std::fs::read(first.with_file_name("job.json")).unwrap();
        std::fs::write(crawl.path().join("job.json"), job).unwrap();
        let before = web.asked().len();
        let run = crawl.run(&args);
        assert_eq!(run.code, Some(0), "cut at {cut}: {}", run.stderr);
        let told = |entries: &[Entry], url: &str, end: u64| {
            let of = |entry: &&Entry| {
                entry.kind.to_string() == "metadata"
                    && entry.target_uri() == Some(url)
                    && entry.locator.offset + entry.locator.length <= end
            };
            entries.iter().filter(of).count()
        };
        let (asked, entries) = (web.asked(), crawl.records());
        for url in ["a.test/", "a.test/a", "a.test/b"] {
            let again = asked[before..].iter().filter(|asked| *asked == url).count();
            let url = format!("http://{url}");
            assert_eq!(again, 1 - told(&all, &url, cut), "{url} asked again, cut at {cut}");
            assert_eq!(told(&entries, &url, u64::MAX), 1, "{url} settled, cut at {cut}");
        }
        let mut below = below_the_bar(&entries);
        below.retain(|why| !why.ends_with("it has no metadata"));
        assert_eq!(below, Vec::<String>::new(), "cut at {cut}");
        leave(&crawl);
    }
}
