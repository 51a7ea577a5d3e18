//! Bytes that would drive a terminal, in all that a page or an archive can say: none comes out raw.

use std::path::Path;
use std::process::Command;

use super::all_commands;
use super::run::{Crawl, watched};
use super::web::{Step, Web, head};

/// Clears the screen, sets the title, turns the line round, ends an isolation, forges a line.
const EVIL: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}\u{2069}\u{9b}31m\r\u{8}\u{2028}\u{200f}";

/// What no output may hold as it is.
fn raw(text: &str) -> Vec<char> {
    let unruly = |c: &char| {
        (c.is_control() && *c != '\n' && *c != '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}' | '\u{2029}')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(unruly).collect()
}

fn assert_tame(what: &str, text: &str) {
    assert_eq!(raw(text), Vec::<char>::new(), "{what}: {}", text.escape_debug());
}

/// An article that says it in each place that is read, in this language.
fn article(lang: &str) -> String {
    let other = if lang == "en" { "fr" } else { "en" };
    format!(
        "<html lang={lang}><head><title>A tale of 1,984 boats {EVIL}</title>\
         <meta name=author content=\"Ann {EVIL} Lee\"><meta property=og:title content=\"{EVIL}\">\
         <link rel=alternate hreflang={lang} href=\"/{lang}/boats\">\
         <link rel=alternate hreflang={other} href=\"/{other}/boats\">\
         <link rel=alternate hreflang=\"{EVIL}\" href=\"/x{EVIL}\">\
         <script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"headline\":\"\\u001b[2J\\u202e\"}}</script>\
         </head><body><article><h1>A tale of 1,984 boats {EVIL}</h1><p class=byline>By Ann {EVIL} Lee</p>\
         <p>{}</p></article><a href=\"/{EVIL}\">{EVIL}</a></body></html>",
        if lang == "en" {
            "The boats came home in the evening and the town was glad. "
        } else {
            "Les bateaux sont rentrés le soir et la ville était contente. "
        }
        .repeat(20),
    )
}

#[test]
fn pages_drive_no_terminal() {
    let web = Web::new(|asked| {
        let send = |fields: &str, body: &str| {
            let fields =
                format!("Content-Type: text/html; charset=utf-8\r\nX-{EVIL}: {EVIL}{fields}");
            vec![Step::Send(
                [
                    head(200, &[fields.replace('\r', "\u{b}").replace("\u{b}\n", "\r\n")])
                        .as_slice(),
                    body.as_bytes(),
                ]
                .concat(),
            )]
        };
        Some(match asked.path.as_str() {
            "/robots.txt" => return None,
            "/en/boats" => send("", &article("en")),
            "/fr/boats" => send("", &article("fr")),
            "/moved" => vec![Step::Send(
                format!("HTTP/1.1 302 {EVIL}\r\nConnection: close\r\nContent-Length: 0\r\nLocation: /{EVIL}\r\n\r\n").replace("\r\u{8}", "\u{8}").into_bytes(),
            )],
            "/junk" => vec![Step::Send(format!("220 {EVIL}\r\n").into_bytes())],
            _ => send("", "<title>t</title>"),
        })
    });
    let crawl = Crawl::of(&web);
    let seeds = ["http://a.test/en/boats", "http://a.test/moved", "http://b.test/junk"];
    for flags in [&["--depth", "1"][..], &["--depth", "1", "--json"]] {
        let run = crawl.run(&[&seeds, flags].concat());
        assert_tame("stdout", &run.stdout);
        assert_tame("stderr", &run.stderr);
    }
    for name in ["ledger.jsonl", "summary.json", "groups.jsonl", "index.cdxj", "job.json"] {
        assert_tame(name, &std::fs::read_to_string(crawl.path().join(name)).unwrap());
    }
    let all = all_commands(crawl.path());
    let groups = &all.iter().find(|(words, _)| words == "groups").unwrap().1.stdout;
    assert!(groups.contains("boats"), "{groups} {:?}", crawl.ends());
    for (words, run) in all {
        assert_tame(&words, &run.stdout);
        assert_tame(&words, &run.stderr);
    }
}

/// A record whose header says it wherever a header can.
fn record(kind: &str, uri: &str, block: &str) -> String {
    format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Date: {EVIL}\r\n\
         WARC-Record-ID: <urn:{EVIL}>\r\nContent-Type: application/http; msgtype=response\r\n\
         WARC-Payload-Digest: {EVIL}\r\nX-{EVIL}: {EVIL}\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
        block.len()
    )
    .replace(EVIL, &EVIL.replace('\r', ""))
}

fn tells(words: &[&str], at: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
    command.args(words).arg(at);
    let run = watched(command);
    assert_tame(&words.join(" "), &run.stdout);
    assert_tame(&words.join(" "), &run.stderr);
}

#[test]
fn archives_drive_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let page =
        format!("HTTP/1.1 200 {EVIL}\r\nContent-Type: text/html; {EVIL}\r\n\r\n{}", article("en"));
    let files = [
        ("types.warc", record(EVIL, &format!("http://a.test/{EVIL}"), &page)),
        ("page.warc", record("response", "http://a.test/en", &page)),
        (
            "trace.warc",
            record("metadata", &format!("http://a.test/{EVIL}"), &format!("via: {EVIL}\r\n")),
        ),
        ("junk.warc", format!("WARC/{EVIL}\r\n{EVIL}: {EVIL}\r\n\r\n")),
        ("none.warc", EVIL.to_owned()),
    ];
    for (name, text) in &files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    std::fs::write(folder.path().join(format!("{}.warc", "\u{1b}[31m\u{202e}")), "junk").unwrap();
    let index = format!("test,a)/{EVIL} 20261122093000 {{\"url\":\"{EVIL}\"}}\n{EVIL}\n");
    std::fs::write(folder.path().join("index.cdxj"), index).unwrap();
    for (_, run) in all_commands(folder.path()) {
        assert_tame("a command on the folder", &run.stdout);
        assert_tame("a command on the folder", &run.stderr);
    }
    for (name, _) in &files {
        for words in [&["info"][..], &["verify"], &["text"], &["index"]] {
            tells(words, &folder.path().join(name));
        }
    }
    tells(&["lookup", "http://a.test/"], &folder.path().join("index.cdxj"));
    tells(&["lookup", &format!("http://a.test/{EVIL}")], &folder.path().join("index.cdxj"));
}
