//! The bundled web, crawled and exported: every format read back, and held against what the web
//! knows of itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use quick_xml::events::Event;
use serde_json::Value;
use tempfile::TempDir;
use warc::RecordType;
use warraq::record::reader::Records;

use super::read;
use super::site::truth::Expected;
use super::site::{self, Site};

/// One crawl for all tests of this file.
struct Crawled {
    folder: TempDir,
    truth: Expected,
}

static CRAWLED: LazyLock<Crawled> = LazyLock::new(|| {
    let web = Site::start();
    let folder = tempfile::tempdir().unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["crawl", &web.seed_url(), "--contact", "test@warraq.test", "--quiet", "--into"])
        .arg(folder.path())
        .args(["--delay", "1ms", "--allow-private", "--resolve", &web.resolve()])
        .args(["--depth", "2", "--sitemaps"])
        .output()
        .unwrap();
    assert!(out.status.success(), "{out:?}");
    Crawled { truth: web.expected().clone(), folder }
});

fn warraq(args: &[&str]) -> Output {
    let archive = CRAWLED.folder.path();
    Command::new(env!("CARGO_BIN_EXE_warraq"))
        .arg("export")
        .arg(archive)
        .args(args)
        .output()
        .unwrap()
}

/// An export to a folder of its own; the path of what it wrote.
fn exported(name: &str, args: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let told = warraq(&[args, &["-o", out.to_str().unwrap()]].concat());
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    (folder, out.join(name))
}

fn rows() -> Vec<Value> {
    let (_folder, path) = exported("data/documents.jsonl", &[]);
    read(&path)
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_row_tells_what_the_page_says() {
    let rows: BTreeMap<String, Value> = rows()
        .into_iter()
        .map(|row| (site::canonical(row["url"].as_str().unwrap()).unwrap(), row))
        .collect();
    let groups: BTreeMap<&str, usize> =
        CRAWLED.truth.groups.iter().map(|group| (group.name, group.members.len())).collect();
    for told in &CRAWLED.truth.articles {
        let row = rows.get(&told.url).unwrap_or_else(|| panic!("no row of {}", told.url));
        assert_eq!(row["title"], told.title);
        assert_eq!(row["authors"][0]["name"], told.author);
        assert_eq!(row["translators"][0]["name"].as_str(), told.translator);
        assert!(row["published"]["iso"].as_str().unwrap().starts_with(told.date));
        let direction = if matches!(told.lang, "ar" | "fa" | "he") { "rtl" } else { "ltr" };
        assert_eq!(row["direction"], direction, "{}", told.url);
        let blocks: Vec<&str> =
            row["blocks"].as_array().unwrap().iter().map(|b| b["text"].as_str().unwrap()).collect();
        assert_eq!(row["body"].as_str().unwrap(), blocks.join("\n\n"));
        for paragraph in &told.paragraphs {
            assert!(blocks.contains(paragraph), "{}: lost {paragraph}", told.url);
        }
        let members = row["members"].as_array().unwrap().len();
        let want = groups.get(told.group).map_or(0, |members| members - 1);
        assert_eq!(members, want, "{}", told.url);
    }
}

#[test]
fn every_row_has_every_column_and_the_schema_names_it() {
    let schema: Value = serde_json::from_slice(&warraq(&["--schema"]).stdout).unwrap();
    let required: Vec<&str> =
        schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    for row in rows() {
        let mut want = required.clone();
        want.sort_unstable();
        assert_eq!(row.as_object().unwrap().keys().collect::<Vec<_>>(), want);
    }
}

#[test]
fn csv_has_the_same_rows() {
    let (_folder, path) =
        exported("data/documents.csv", &["--format", "csv", "--columns", "url,title,authors,body"]);
    let text = text(&path);
    let mut lines = records(&text).into_iter();
    assert_eq!(lines.next().unwrap(), ["url", "title", "authors", "body"]);
    let rows = rows();
    assert_eq!(lines.len(), rows.len());
    for (line, row) in lines.zip(&rows) {
        let authors: Value = serde_json::from_str(&line[2]).unwrap();
        assert_eq!(
            [&line[0], &line[1], &line[3]],
            [&row["url"], &row["title"], &row["body"]].map(|cell| cell.as_str().unwrap())
        );
        assert_eq!(authors, row["authors"]);
    }
}

/// RFC 4180, by the book.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            c => cell.push(c),
        }
    }
    assert!(!quoted && cell.is_empty() && record.is_empty(), "the last record has no end");
    records
}

#[test]
fn text_is_parted_by_form_feeds() {
    let (_folder, path) = exported("data/documents.txt", &["--format", "text"]);
    let text = text(&path);
    let documents: Vec<&str> = text.split("\x0c\n").collect();
    let rows = rows();
    assert_eq!(documents.len(), rows.len());
    for (document, row) in documents.iter().zip(&rows) {
        let want =
            format!("{}\n\n{}\n", row["title"].as_str().unwrap(), row["body"].as_str().unwrap());
        assert_eq!(*document, want);
    }
}

#[test]
fn markdown_has_a_head_and_a_heading() {
    let (_folder, path) = exported("data/documents.md", &["--format", "markdown"]);
    let text = text(&path);
    for row in rows() {
        let url = format!("---\ntitle: {}\nurl: {}\n", row["title"], row["url"]);
        assert!(text.contains(&url), "{url} is not in the text");
    }
    assert_eq!(text.matches("\n# ").count(), rows().len());
}

#[test]
fn tei_is_well_formed_and_holds_the_paragraphs() {
    let (_folder, path) = exported("data/documents.xml", &["--format", "tei"]);
    let text = text(&path);
    let mut reader = quick_xml::Reader::from_str(&text);
    reader.config_mut().check_end_names = true;
    let (mut texts, mut words) = (0, String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) if tag.name().as_ref() == "TEI" => texts += 1,
            Event::Text(text) => words.push_str(&text),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(texts, rows().len());
    for paragraph in CRAWLED.truth.articles.iter().flat_map(|told| &told.paragraphs) {
        let plain = !paragraph.contains(['&', '<', '>', '"', '\'']);
        assert!(!plain || words.contains(paragraph), "lost {paragraph}");
    }
}

#[test]
fn wet_is_a_warc_whose_records_refer_to_their_source() {
    for (args, name) in [
        (&["--format", "wet"][..], "data/documents.warc.wet"),
        (&["--format", "wet", "--compress", "gzip"], "data/documents.warc.wet.gz"),
        (&["--format", "wet", "--compress", "zstd"], "data/documents.warc.wet.zst"),
    ] {
        let (_folder, path) = exported(name, args);
        let mut records = Records::open(&path).unwrap().map(Result::unwrap);
        assert_eq!(records.next().unwrap().kind, RecordType::WarcInfo);
        let rows = rows();
        let mut count = 0;
        for (record, row) in records.zip(&rows) {
            assert!(record.addressable, "not a member of its own");
            assert_eq!(record.kind, RecordType::Conversion);
            assert_eq!(record.target_uri(), row["url"].as_str());
            assert_eq!(record.header.get("WARC-Refers-To"), row["warc"]["record_id"].as_str());
            let block = record.block.first(u64::MAX).unwrap();
            let body = row["body"].as_str().unwrap();
            assert!(String::from_utf8_lossy(&block).contains(body));
            let language = record.header.get("WARC-Identified-Content-Language").unwrap();
            assert_eq!((language.len(), language == "eng"), (3, row["language"] == "en"));
            count += 1;
        }
        assert_eq!(count, rows.len());
    }
}

#[test]
fn compressed_files_hold_the_same_bytes() {
    let (_plain, plain) = exported("data/documents.jsonl", &[]);
    let plain = std::fs::read(plain).unwrap();
    let (_zstd, path) = exported("data/documents.jsonl.zst", &["--compress", "zstd"]);
    assert_eq!(zstd::decode_all(std::fs::File::open(path).unwrap()).unwrap(), plain);
    let (_gzip, path) = exported("data/documents.jsonl.gz", &["--compress", "gzip"]);
    let mut found = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    std::io::Read::read_to_end(&mut reader, &mut found).unwrap();
    assert_eq!(found, plain);
    assert_eq!(warraq(&[]).stdout, plain, "standard output");
}

#[test]
fn a_folder_has_a_card_with_true_numbers() {
    let (_folder, path) = exported("README.md", &["--shard-size", "10000"]);
    let (card, folder) = (text(&path), path.parent().unwrap());
    assert!(card.starts_with("---\npretty_name: "), "{card}");
    assert!(card.contains("data_files: \"data/documents-*.jsonl\""));
    assert!(
        card.contains("- Every article that was found is here: nothing was filtered."),
        "{card}"
    );
    let statistics: Value = serde_json::from_str(&text(&folder.join("statistics.json"))).unwrap();
    let rows = rows();
    assert_eq!(statistics["documents"], rows.len());
    let words: u64 = rows.iter().map(|row| row["words"].as_u64().unwrap()).sum();
    assert_eq!(statistics["words"], words);
    let arabic = rows.iter().filter(|row| row["language"] == "ar").count();
    assert_eq!(statistics["languages"]["ar"]["documents"], arabic);
    let groups: u64 = statistics["groups"]
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    let ids: std::collections::BTreeSet<_> =
        rows.iter().filter_map(|row| row["group"].as_str()).collect();
    assert_eq!(groups, ids.len() as u64);
    for chart in ["documents", "words", "hosts", "dates", "groups", "pairs"] {
        let svg = text(&folder.join("charts").join(format!("{chart}.svg")));
        let mut reader = quick_xml::Reader::from_str(&svg);
        while reader.read_event().unwrap() != Event::Eof {}
    }
    // A folder that is read whole: nothing but documents stands in it.
    let shards = folder.join("data").read_dir().unwrap().map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let number = name.strip_prefix("documents-").and_then(|name| name.strip_suffix(".jsonl"));
        assert!(number.is_some(), "{name}");
    });
    assert!(shards.count() > 3);
}

/// Whoever has the folder alone learns what is not in it, and why.
#[test]
fn a_card_says_what_was_chosen_and_left_out() {
    let flags = ["--language", "ar,en", "--min-words", "100", "--dedup", "near", "--keep", "first"];
    let (_folder, path) = exported("README.md", &flags);
    let card = text(&path);
    let left =
        rows().iter().filter(|row| row["language"] != "ar" && row["language"] != "en").count();
    for line in [
        "- Only texts in ar, en.\n",
        "- Only texts of at least 100 words.\n",
        "- Of captures with nearly the same text only the first.\n",
        &format!("- Captures left out by the choices above: {left}.\n"),
    ] {
        assert!(card.contains(line), "{line} is not in {card}");
    }
    let flags = ["--format", "tsv", "--min-score", "0.5", "--include", "suspect"];
    let (_folder, path) = exported("README.md", &flags);
    let card = text(&path);
    for line in [
        "- Pairs of translations, aligned sentence by sentence.\n",
        "- Only pairs of articles and of texts with a score of at least 0.5.\n",
        "- Left out: pairs that are comparable, machine-translated, variant, declared-untranslated.\n",
        "- Taken in, as was asked for: pairs that are suspect.\n",
        "data_files: \"data/pairs.tsv\"\n  sep: \"\\t\"\n  quoting: 3\n",
    ] {
        assert!(card.contains(line), "{line} is not in {card}");
    }
    let folder = path.parent().unwrap();
    let statistics: Value = serde_json::from_str(&text(&folder.join("statistics.json"))).unwrap();
    let pairs = text(&folder.join("data/pairs.tsv"));
    let of = |pair: &str| pairs.lines().filter(|line| line.starts_with(pair)).count();
    assert_eq!(statistics["aligned"]["ar-fr"], of("ar\tfr\t"));
}

#[test]
fn what_cannot_be_is_refused_in_one_sentence() {
    let cases: [(&[&str], &str); 20] = [
        (&["--columns", "url,texts"], "no column is called texts; there are version, url"),
        (&["--columns", "url", "--format", "tei"], "--columns is for jsonl, parquet and csv"),
        (&["--resume"], "--resume needs a folder"),
        (&["--manifest"], "--manifest stands beside an output"),
        (&["--manifest", "-o", "-"], "--manifest stands beside an output"),
        (&["--shard-size", "1MB", "-o", "x.jsonl"], "--shard-size makes several files"),
        (&["--compress", "gzip", "--format", "parquet"], "Parquet is compressed by zstd"),
        (&["-", "--resume", "-o", "x"], "standard input can be read only once"),
        (&["-o", "x.csv.gz", "--compress", "zstd"], "x.csv.gz is called otherwise than --compress"),
        (&["-o", "x.jsonl.zst", "--compress", "gzip"], "x.jsonl.zst is called otherwise"),
        (&["-o", "x.jsonl", "--compress", "gzip"], "x.jsonl is called otherwise"),
        (&["-o", "x.parquet", "--format", "csv"], "x.parquet is called otherwise than --format"),
        (&["-o", "/dev/null"], "/dev/null is no file and no folder; leave -o away"),
        (&["-o", "Cargo.toml"], "Cargo.toml is a file, and no format is called so"),
        (&["-o", "x.zip"], "x.zip would be a folder, as no format is called so"),
        (&["-o", "x.jsonl.XZ"], "x.jsonl.XZ would be a folder"),
        (&["-o", "X.JSONL", "--format", "csv"], "X.JSONL is called otherwise than --format"),
        (&["--min-words", "9", "--max-words", "8"], "no text has more words than"),
        (&["--since", "2026-11-21", "--until", "2026-11-21"], "no time is --since"),
        (&["--language", "ar,x-none"], "--language: \"x-none\" is no language; write ar"),
    ];
    for (args, want) in cases {
        let told = warraq(args);
        let said = String::from_utf8_lossy(&told.stderr);
        assert_eq!(told.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.starts_with(&format!("warraq: {want}")), "{args:?}: {said}");
    }
}

/// A column that was empty in the rows a reader guesses from has its type all the same.
#[test]
fn a_card_types_every_column_of_a_table() {
    let (_folder, path) = exported("README.md", &["--columns", "url, authors,warc"]);
    let card = text(&path);
    let want = "dataset_info:\n  features:\n  - name: url\n    dtype: string\n  - name: authors\n    \
                list:\n    - name: name\n      dtype: string\n    - name: role\n      dtype: string\n  \
                - name: warc\n    struct:\n    - name: file\n      dtype: string\n    - name: offset\n      \
                dtype: int64\n";
    assert!(card.contains(want), "{card}");
    assert!(card.contains("    - name: date\n      dtype: timestamp[ms, tz=UTC]\n"), "{card}");
    for (format, rights, loads) in [
        ("parquet", true, true),
        ("csv", true, true),
        ("parallel-jsonl", false, true),
        ("tsv", false, true),
        ("text", false, true),
        ("markdown", false, false),
        ("tei", false, false),
        ("wet", false, false),
        ("tmx", false, false),
        ("warc2text", false, false),
    ] {
        let (_folder, path) = exported("README.md", &["--format", format]);
        let card = text(&path);
        assert_eq!(card.contains("is kept with each row (`rights`)"), rights, "{format}");
        assert_eq!(card.contains("\nconfigs:\n"), loads, "{format}");
        assert_eq!(card.contains("`load_dataset` does not read"), !loads, "{format}");
        assert_eq!(card.contains("\ndataset_info:\n"), loads, "{format}");
    }
}

#[test]
fn standard_input_is_an_archive() {
    let file = warraq::record::name::files(CRAWLED.folder.path()).unwrap().remove(0);
    let told = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["export", "-", "--columns", "url,title"])
        .stdin(std::fs::File::open(file).unwrap())
        .output()
        .unwrap();
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    let lines = String::from_utf8(told.stdout).unwrap();
    assert_eq!(lines.lines().count(), rows().len());
}
