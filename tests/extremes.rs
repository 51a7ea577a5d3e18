//! Pages nobody wrote to be read: deep, wide, long, cut and spliced. Whatever comes, it is read in
//! bounded memory and a small stack, and nothing panics.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::process::Command;
use std::sync::LazyLock;

use proptest::prelude::*;
use url::Url;
use warraq::head::{Field, Head};
use warraq::page::explain::account;
use warraq::page::{self, BlockKind, Source};

#[path = "corpus/mod.rs"]
#[allow(dead_code, reason = "only the bytes are of interest here")]
mod corpus;

const SENTENCE: &str = "The tide came over the salt pans, slowly at first, and then all at once. ";

/// Address space of the process that reads an extreme page, in kilobytes: a small part of it is
/// the program itself. Whatever grows faster than the page does not fit.
const MEMORY: u64 = 400_000;

/// Bytes from which a page is large.
const LARGE: usize = 2_000_000;

/// The stack that the threads of a crawl have.
const STACK: usize = 2 << 20;

/// The pages, each by what is too much of it.
fn extremes() -> Vec<(&'static str, String)> {
    let prose = SENTENCE.repeat(6);
    let paragraph = format!("<p>{prose}</p>");
    let numbered = |line: &str| -> String {
        let lines: Vec<String> =
            (0..100_000).map(|n: u32| line.replace('#', &n.to_string())).collect();
        lines.concat()
    };
    let links = numbered("<li><a href=/page/#>Page # of the list</a>");
    let attributes = numbered(" data-a#=#");
    let article = |text: &str| format!("<article><h1>Salt</h1>{text}</article>");
    let script = |kind: &str, text: &str| format!("<script {kind}>{text}</script>{paragraph}");
    vec![
        ("ten megabytes", article(&paragraph.repeat(10_500_000 / paragraph.len()))),
        ("one paragraph", article(&SENTENCE.repeat(10_000))),
        ("line breaks", article(&format!("{SENTENCE}<br>").repeat(10_000))),
        ("nested elements", format!("{}{paragraph}", "<div class=a>".repeat(200_000))),
        ("nested inline elements", format!("{}{prose}", "<b><i><a href=x><span>".repeat(50_000))),
        ("nested tables", format!("{}{prose}", "<table><tr><td>".repeat(20_000))),
        ("nested lists", format!("{}{prose}", "<ul><li>".repeat(20_000))),
        ("links", article(&paragraph) + &links),
        ("attributes", format!("<article{attributes}>{paragraph}")),
        ("a class of many names", format!("<article class='{}'>{paragraph}", "a ".repeat(100_000))),
        ("JSON-LD", script("type=application/ld+json", &"{\"author\":[".repeat(50_000))),
        ("framework state", script("id=__NEXT_DATA__", &"[".repeat(200_000))),
        ("comments", article(&format!("<!-- {SENTENCE} -->").repeat(10_000)) + &paragraph),
        ("names", article(&"<p>By Ada Frost and Ben Reed, ".repeat(10_000))),
        ("dates", article(&"<p>Published on 14 March 2026</p>".repeat(10_000))),
        ("headings", article(&"<h1>Salt pans</h1>".repeat(20_000)) + &paragraph),
        ("open tags", "<p".repeat(50_000)),
        ("entities", article(&"&notit;&#x1F600;&amp".repeat(20_000))),
    ]
}

#[test]
fn memory_is_bounded_by_the_page() {
    let dir = tempfile::tempdir().unwrap();
    for (name, html) in extremes().into_iter().filter(|(_, html)| html.len() > LARGE) {
        let path = dir.path().join("page.html");
        std::fs::write(&path, html).unwrap();
        let run = format!("ulimit -v {MEMORY} && exec \"$0\" text \"$1\" --base http://a.example/");
        let mut shell = Command::new("sh");
        shell.args(["-c", &run, env!("CARGO_BIN_EXE_warraq")]).arg(&path);
        let out = shell.output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!((out.status.code(), said.as_str()), (Some(0), ""), "{name}");
    }
}

#[test]
fn a_small_stack_is_enough() {
    let read = || {
        let small =
            |(name, html): &(&str, String)| name.starts_with("nested") || html.len() <= LARGE;
        for (name, html) in extremes().into_iter().filter(small) {
            let url = Url::parse("https://a.example/2026/03/14/salt").unwrap();
            let head = Head::default();
            let page = page::read(Source { url: &url, head: &head, entity: html.as_bytes() });
            let holds = page.article.is_none_or(|article| !article.blocks.is_empty());
            assert!(holds, "{name}: an article without a block");
        }
    };
    std::thread::Builder::new().stack_size(STACK).spawn(read).unwrap().join().unwrap();
}

#[test]
fn ten_megabytes_are_read_to_the_end() {
    let (_, html) = extremes().swap_remove(0);
    let url = Url::parse("https://a.example/salt").unwrap();
    let head = Head::default();
    let page = page::read(Source { url: &url, head: &head, entity: html.as_bytes() });
    let blocks = page.article.unwrap().blocks;
    let paragraphs = blocks.iter().filter(|block| block.kind == BlockKind::Paragraph).count();
    assert_eq!(paragraphs, html.matches("<p>").count());
}

static PAGES: LazyLock<Vec<corpus::Made>> = LazyLock::new(corpus::pages);

/// A page of the corpus with a part cut out and something else put in its place.
fn spliced() -> impl Strategy<Value = (usize, Vec<u8>)> {
    let junk = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..60),
        "[<>\"'&;=/a-z !-]{0,60}".prop_map(String::into_bytes),
        Just(b"<script type=\"application/ld+json\">{\"@graph\":[{\"author\":".to_vec()),
        Just("\u{202e}\u{0}بقلم: \u{200f}".as_bytes().to_vec()),
    ];
    let place = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3_000_usize);
    (place, junk).prop_map(|((page, from, length), junk)| {
        let at = page.index(PAGES.len());
        let bytes = &PAGES[at].bytes;
        let from = from.index(bytes.len());
        let until = (from + length).min(bytes.len());
        (at, [&bytes[..from], &junk, &bytes[until..]].concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// From bytes to values, reasons and all, on what is nearly a page.
    #[test]
    fn damaged_pages_are_read((at, bytes) in spliced()) {
        let made = &PAGES[at];
        let account = account(Source { url: &made.url, head: &made.head, entity: &bytes });
        for block in account.page.article.iter().flat_map(|article| &article.blocks) {
            prop_assert!(!block.text.trim().is_empty());
        }
    }

    /// The same on what never was one, whatever it is called.
    #[test]
    fn any_bytes_are_read(
        bytes in proptest::collection::vec(any::<u8>(), 0..1_500),
        kind in "(text/html|application/xhtml\\+xml|)(; charset=(utf-16le|shift_jis|big5|x-user-defined|\\PC{0,8}))?",
    ) {
        let field = Field { name: b"Content-Type".to_vec(), value: kind.into_bytes() };
        let head = Head { start: b"HTTP/1.1 200 OK".to_vec(), fields: vec![field] };
        let url = Url::parse("https://a.example/").unwrap();
        let entity = [b"<html><p>", bytes.as_slice()].concat();
        let _ = account(Source { url: &url, head: &head, entity: &entity });
        let _ = account(Source { url: &url, head: &head, entity: &bytes });
    }
}
