//! Markdown (CommonMark): a YAML head with what is known of the document, then its blocks.
//!
//! Text that would be read as markup is escaped, so that what the page said is what is shown.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Writer, is_told};
use crate::export::document::Document;
use crate::export::sink::Sink;
use crate::json;
use crate::page::{BlockKind, Person, TextBlock};

pub(super) struct Markdown {
    sink: Sink,
}

impl Markdown {
    pub(super) const fn new(sink: Sink) -> Self {
        Self { sink }
    }
}

impl Writer for Markdown {
    fn add(&mut self, document: &Document) -> io::Result<()> {
        if self.sink.taken() > 0 {
            self.sink.write_all(b"\n")?;
        }
        let (head, title) = (head(document)?, escaped(&document.title));
        write!(self.sink, "---\n{head}---\n\n# {title}\n")?;
        let mut before = None;
        for block in &document.blocks {
            // The items of a list stand together.
            let together = block.kind == BlockKind::Item && before == Some(BlockKind::Item);
            let space = if together { "" } else { "\n" };
            writeln!(self.sink, "{space}{}", written(block))?;
            before = Some(block.kind);
        }
        Ok(())
    }

    fn size(&self) -> u64 {
        self.sink.taken()
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.sink.finish()
    }
}

/// The YAML head: JSON values, which YAML 1.2 reads as they are.
fn head(document: &Document) -> io::Result<String> {
    let names =
        |people: &[Person]| -> Value { people.iter().map(|person| person.name.clone()).collect() };
    let fields = [
        ("title", json!(document.title)),
        ("url", json!(document.url)),
        ("site", json!(document.site)),
        ("authors", names(&document.authors)),
        ("translators", names(&document.translators)),
        ("published", json!(document.published.as_ref().map(|date| &date.iso))),
        ("language", json!(document.language)),
        ("direction", json!(document.direction.name())),
        ("group", json!(document.group)),
        ("record_id", json!(document.warc.record_id)),
    ];
    let mut out = String::new();
    for (name, value) in fields {
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !is_empty {
            out.push_str(name);
            out.push_str(": ");
            out.push_str(&json::line(&value)?);
            out.push('\n');
        }
    }
    Ok(out)
}

fn written(block: &TextBlock) -> String {
    let text = escaped(&block.text);
    match block.kind {
        BlockKind::Heading => format!("## {text}"),
        BlockKind::Quote => format!("> {text}"),
        BlockKind::Item => format!("- {text}"),
        BlockKind::Caption => format!("*{text}*"),
        BlockKind::Code => fenced(&block.text),
        BlockKind::Paragraph | BlockKind::Cell => text,
    }
}

/// Code between fences longer than any in it.
fn fenced(code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{code}\n{fence}")
}

/// One line, without anything that is markup (§2.4 lets all punctuation be escaped).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars().filter(|c| is_told(*c)) {
            if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    // A list or a rule needs its mark at the beginning.
    let digits = out.chars().take_while(char::is_ascii_digit).count();
    let is_numbered =
        digits > 0 && out.get(digits..).is_some_and(|rest| rest.starts_with(['.', ')']));
    if is_numbered {
        out.insert(digits, '\\');
    } else if out.starts_with(['-', '+', '=']) {
        out.insert(0, '\\');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_page_says_is_markup() {
        let cases = [
            ("# 1 *a* [b](c) <i>", r"\# 1 \*a\* \[b\](c) \<i\>"),
            ("- no list", r"\- no list"),
            ("1. no list\nat all", r"1\. no list at all"),
            ("1.5 litres - 2", r"1\.5 litres - 2"),
            ("---", r"\---"),
            ("قال: «لا»", "قال: «لا»"),
        ];
        for (text, want) in cases {
            assert_eq!(escaped(text), want);
        }
        assert_eq!(fenced("a ``` b"), "````\na ``` b\n````");
    }
}
