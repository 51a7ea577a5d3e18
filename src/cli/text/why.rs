//! What was found on a page and why, in words: for one page, or for every page of an archive.

use std::path::Path;

use crate::cli::errand::Brought;
use crate::cli::show::{self, Direction};
use crate::cli::{Exit, Stopped};
use crate::export::capture::Capture;
use crate::page::explain::{Account, Candidate, Field, account};
use crate::page::{Article, Page, PageDate, Person, Source};
use crate::record::entry::Entry;
use crate::record::reader::Records;

/// Largest response block that is read.
const MAX_BLOCK_BYTES: u64 = 64 << 20;

/// Characters of a value that are shown.
const SHOWN: usize = 90;

/// Explains one page.
pub(super) fn page(brought: &Brought) {
    show::say(&worded(brought.url.as_str(), &account(brought.source()), Direction::of_stdout()));
}

/// Explains every page of an archive, in the order of its records.
pub(super) fn archive(path: &Path) -> Result<Exit, Stopped> {
    let files = crate::cli::archive_at(path)?;
    if files.is_empty() {
        return Err(crate::cli::nothing_at(path));
    }
    let mut exit = Exit::Complete;
    for file in files {
        let records = Records::open(&file).map_err(|why| Stopped::new(Exit::Output, why))?;
        for entry in records {
            match entry {
                Ok(entry) => record(&entry),
                Err(why) => {
                    exit = Exit::Output;
                    show::complain(&why.to_string());
                }
            }
        }
    }
    Ok(exit)
}

/// Explains the page of a record, where it holds one.
fn record(entry: &Entry) {
    let Ok(Some(capture)) = Capture::of(entry, MAX_BLOCK_BYTES) else { return };
    let Capture { url, head, entity, status, .. } = &capture;
    if matches!(status, 200..=299) {
        let account = account(Source { url, head, entity });
        if account.verdict != "no HTML" {
            show::say(&worded(url.as_str(), &account, Direction::of_stdout()));
        }
    }
}

/// The whole account.
fn worded(url: &str, account: &Account, direction: Direction) -> String {
    let set = |text: &str| direction.set(text);
    let mut out = vec![show::readable(url)];
    out.push(format!("  {}; charset {}", account.verdict, show::clean(&account.charset)));
    let parts = account.page.article.iter().filter_map(|article| article.parts.as_ref());
    out.extend(
        parts.map(|parts| format!("  page {} of {}", parts.number, show::readable(&parts.first))),
    );
    for (field, value) in found(&account.page) {
        out.push(format!("{:<11}{}", field.name(), set(&value)));
        for one in account.candidates.iter().filter(|one| one.field == field) {
            out.push(line(one, &set));
        }
    }
    let article = account.page.article.iter();
    out.extend(article.flat_map(|article| &article.blocks).map(|block| {
        let kind = format!("{:?}", block.kind).to_lowercase();
        format!("    {kind:<10}{}", set(&shortened(&block.text)))
    }));
    out.extend(account.page.notes.iter().map(|note| format!("note: {}", show::clean(note))));
    out.join("\n") + "\n"
}

/// A candidate: taken or not, source, score, value.
fn line(one: &Candidate, set: &impl Fn(&str) -> String) -> String {
    let mark = if one.taken { '+' } else { ' ' };
    let (source, score) = (&one.source, one.score);
    format!("  {mark} {source:<22}{score:>6}  {}", set(&shortened(&one.value)))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What the page came to, by field.
fn found(page: &Page) -> Vec<(Field, String)> {
    let article = page.article.as_ref();
    let none = || "none".to_owned();
    let date = |date: Option<&PageDate>| date.map_or_else(none, |date| date.iso.clone());
    let people = |people: Option<&Vec<Person>>| {
        let shown = people.into_iter().flatten().map(|person| match &person.role {
            Some(role) => format!("{} ({role})", person.name),
            None => person.name.clone(),
        });
        Some(shown.collect::<Vec<_>>().join(", ")).filter(|all| !all.is_empty())
    };
    let language = page.detected.as_ref().map(|lang| format!("{lang}, by its text"));
    let declared = || page.declared.as_ref().map(|lang| format!("{lang}, as declared"));
    vec![
        (Field::Title, page.title.clone().unwrap_or_else(none)),
        (Field::Author, people(article.map(|found| &found.byline)).unwrap_or_else(none)),
        (Field::Translator, people(article.map(|found| &found.translators)).unwrap_or_else(none)),
        (Field::Published, date(article.and_then(|found| found.published.as_ref()))),
        (Field::Modified, date(article.and_then(|found| found.modified.as_ref()))),
        (Field::Language, language.or_else(declared).unwrap_or_else(none)),
        (Field::Body, article.map_or_else(none, body)),
    ]
}

fn body(article: &Article) -> String {
    let letters: usize = article
        .blocks
        .iter()
        .map(|block| block.text.chars().filter(|c| c.is_alphanumeric()).count())
        .sum();
    let blocks = show::count(article.blocks.len() as u64, "block");
    format!("{blocks}, {letters} letters, found by {}", article.found_by.name())
}
