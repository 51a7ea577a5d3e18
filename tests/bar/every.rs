//! What holds for every record of every archive, whatever was crawled: the judge of the other tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;
use warraq::record::entry::Entry;
use warraq::record::verify::verify;

use super::run::Crawl;
use super::text;

/// Nothing in the crawl's archive is below the bar.
pub(crate) fn judge(crawl: &Crawl) {
    assert_eq!(below_the_bar(&crawl.records()), Vec::<String>::new());
    leave(crawl);
}

/// Where the environment names a folder for them, the WARC files are left there for judges that are
/// no part of this program.
pub(crate) fn leave(crawl: &Crawl) {
    let Some(folder) = std::env::var_os("WARRAQ_JUDGE") else { return };
    let name = crawl.path().file_name().unwrap().to_str().unwrap();
    let to = Path::new(&folder).join(name.trim_start_matches('.'));
    std::fs::create_dir_all(&to).unwrap();
    for file in crawl.files() {
        std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

/// Everything that is below the bar in a whole archive; each line names its record.
pub(crate) fn below_the_bar(entries: &[Entry]) -> Vec<String> {
    let mut below = Vec::new();
    let mut ids: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries {
        let what = format!("{}@{} {}", entry.locator.file, entry.locator.offset, entry.kind);
        below.extend(
            fields(entry).iter().chain(&links(entry, &ids)).map(|why| format!("{what}: {why}")),
        );
        below.extend(verify(entry).unwrap().iter().map(|why| format!("{what}: {why}")));
        if !entry.addressable {
            below.push(format!("{what}: shares its gzip member"));
        }
        if ids.insert(entry.id().unwrap_or_default(), entry).is_some() {
            below.push(format!("{what}: its id is there already"));
        }
    }
    below.extend(groups(entries));
    below
}

/// Items 7 to 13: the fields of one record.
fn fields(entry: &Entry) -> Vec<String> {
    let header = &entry.header;
    let mut below = Vec::new();
    let mut want = |name: &str, shape: &str| match header.get(name) {
        Some(value) if Regex::new(shape).unwrap().is_match(value) => {}
        value => below.push(format!("{name} is {value:?}")),
    };
    want("WARC-Record-ID", "^<urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}>$");
    want("WARC-Date", r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
    want("WARC-Block-Digest", "^sha1:[A-Z2-7]{32}$");
    want("Content-Length", r"^\d+$");
    want("Content-Type", "^(application|text)/");
    let kind = entry.kind.to_string();
    if matches!(kind.as_str(), "response" | "revisit" | "resource" | "conversion") {
        want("WARC-Payload-Digest", "^sha1:[A-Z2-7]{32}$");
    }
    if matches!(kind.as_str(), "response" | "revisit" | "request") {
        want("WARC-IP-Address", r"^[0-9a-f.:]+$");
        want("WARC-Protocol", r"^(http/1\.[01]|h2)$");
        want("WARC-Target-URI", r"^https?://[!$&-;=?-\[\]_a-z~]+$");
    }
    if kind == "warcinfo" {
        want("WARC-Filename", &format!("^{}$", regex::escape(&entry.locator.file)));
    } else {
        want("WARC-Warcinfo-ID", "^<urn:uuid:");
    }
    for (name, _) in header.iter() {
        let again = header.all(name).count() > 1;
        if again && !matches!(name, "WARC-Protocol" | "WARC-Concurrent-To") {
            below.push(format!("{name} stands there twice"));
        }
    }
    if matches!(kind.as_str(), "warcinfo" | "metadata")
        && header.get("WARC-Payload-Digest").is_some()
    {
        below.push("has a payload digest".to_owned());
    }
    below
}

/// Items 5, 21, 24 to 26: what a record names stands before it.
fn links(entry: &Entry, before: &BTreeMap<&str, &Entry>) -> Vec<String> {
    let mut below = Vec::new();
    for name in ["WARC-Warcinfo-ID", "WARC-Concurrent-To", "WARC-Refers-To"] {
        for id in entry.header.all(name) {
            let Some(named) = before.get(id) else {
                below.push(format!("{name} names nothing before it: {id}"));
                continue;
            };
            let right = match (name, named.kind.to_string().as_str()) {
                ("WARC-Warcinfo-ID", kind) => {
                    kind == "warcinfo" && named.locator.file == entry.locator.file
                }
                ("WARC-Concurrent-To", _) => {
                    named.header.get("WARC-Date") == entry.header.get("WARC-Date")
                        && named.target_uri() == entry.target_uri()
                }
                (_, kind) if entry.kind.to_string() == "revisit" => kind == "response",
                (_, kind) => kind == "warcinfo",
            };
            if !right {
                below.push(format!("{name} names a {}", named.kind));
            }
        }
    }
    below
}

/// Items 5, 6, 14, 21, 22 and 24 over an archive: who stands with whom, and what they say.
fn groups(entries: &[Entry]) -> Vec<String> {
    let mut below = Vec::new();
    let concurrent: BTreeSet<&str> =
        entries.iter().filter_map(|entry| entry.header.get("WARC-Concurrent-To")).collect();
    let mut file = "";
    for entry in entries {
        let what = format!("{}@{}", entry.locator.file, entry.locator.offset);
        let (kind, said) = (entry.kind.to_string(), text(entry));
        if entry.locator.file != file {
            file = &entry.locator.file;
            if kind != "warcinfo" {
                below.push(format!("{what}: the file begins with {kind}"));
            }
        }
        match kind.as_str() {
            "warcinfo" => below.extend(
                [
                    "software",
                    "format",
                    "conformsTo",
                    "robots",
                    "http-header-user-agent",
                    "warraq-fidelity",
                    "warraq-digests",
                    "warraq-credentials",
                ]
                .iter()
                .filter(|name| !said.lines().any(|line| line.starts_with(&format!("{name}: "))))
                .map(|name| format!("{what}: warcinfo does not say {name}")),
            ),
            "response" | "revisit" => {
                if entry.header.get("WARC-Concurrent-To").is_none() {
                    below.push(format!("{what}: nobody asked for it"));
                }
                if !concurrent.contains(entry.id().unwrap()) {
                    below.push(format!("{what}: it has no metadata"));
                }
                if kind == "response" && !said.starts_with("HTTP/1.") {
                    below.push(format!("{what}: no status line of HTTP/1"));
                }
            }
            "request" if !said.contains("\r\nHost: ") => below.push(format!("{what}: no Host")),
            "metadata"
                if !said.contains("hopsFromSeed: ") || !said.contains("\r\nfetchTimeMs: ") =>
            {
                below.push(format!("{what}: no hop path or time"));
            }
            _ => {}
        }
    }
    below
}
