//! TEI P5: one `teiCorpus` a file, one `TEI` a document.
//!
//! Written so that it validates against `tei_all`: a heading opens a `div` of its own, items stand
//! in a `list`, cells in a `table`, captions in a `figure`. Characters that XML 1.0 has no place
//! for are left out.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Writer, xml};
use crate::export::dated::{Dated, Precision};
use crate::export::document::Document;
use crate::export::sink::Sink;
use crate::moment::Moment;
use crate::page::{BlockKind, Person, TextBlock};

const BEGIN: &str = "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<teiCorpus xmlns=\"http://www.tei-c.org/ns/1.0\">
<teiHeader><fileDesc><titleStmt><title>Articles from web archives</title></titleStmt>\
<publicationStmt><p>Made by warraq export; each text names its source.</p></publicationStmt>\
<sourceDesc><p>WARC files.</p></sourceDesc></fileDesc></teiHeader>
";

pub(super) struct Tei {
    sink: Sink,
}

impl Tei {
    pub(super) fn new(mut sink: Sink) -> io::Result<Self> {
        sink.write_all(BEGIN.as_bytes())?;
        Ok(Self { sink })
    }
}

impl Writer for Tei {
    fn add(&mut self, document: &Document) -> io::Result<()> {
        let text = written(document).map_err(io::Error::other)?;
        self.sink.write_all(text.as_bytes())
    }

    fn size(&self) -> u64 {
        self.sink.taken()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.sink.write_all(b"</teiCorpus>\n")?;
        self.sink.finish()
    }
}

fn written(document: &Document) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    match &document.language {
        Some(lang) => writeln!(out, "<TEI xml:lang=\"{}\">", xml(lang.as_str()))?,
        None => out.push_str("<TEI>\n"),
    }
    out.push_str("<teiHeader>\n");
    file(&mut out, document)?;
    let version = env!("CARGO_PKG_VERSION");
    writeln!(
        out,
        "<encodingDesc><appInfo><application ident=\"warraq\" version=\"{version}\">\
         <label>warraq</label></application></appInfo></encodingDesc>"
    )?;
    if let Some(lang) = &document.language {
        let lang = xml(lang.as_str());
        writeln!(
            out,
            "<profileDesc><langUsage><language ident=\"{lang}\">{lang}</language></langUsage></profileDesc>"
        )?;
    }
    out.push_str("</teiHeader>\n<text><body>\n");
    body(&mut out, document)?;
    out.push_str("</body></text>\n</TEI>\n");
    Ok(out)
}

/// What the text is, who made it, where it stood.
fn file(out: &mut String, document: &Document) -> std::fmt::Result {
    write!(out, "<fileDesc><titleStmt><title>{}</title>", xml(&document.title))?;
    for person in &document.authors {
        write!(out, "<author>{}</author>", name(person))?;
    }
    for agency in &document.agency {
        write!(out, "<author><orgName>{}</orgName></author>", xml(agency))?;
    }
    for person in &document.translators {
        write!(out, "<respStmt><resp>translator</resp>{}</respStmt>", name(person))?;
    }
    write!(out, "</titleStmt>\n<publicationStmt><publisher>{}</publisher>", xml(&document.site))?;
    if let Some(date) = &document.published {
        out.push_str(&when(date));
    }
    if let Some(group) = &document.group {
        write!(out, "<idno type=\"translation-group\">{}</idno>", xml(group))?;
    }
    let (url, warc) = (xml(&document.url), &document.warc);
    write!(out, "</publicationStmt>\n<sourceDesc><bibl><title>{}</title>", xml(&document.title))?;
    write!(out, "<idno type=\"URL\">{url}</idno>")?;
    if let Some(id) = &warc.record_id {
        write!(out, "<idno type=\"WARC-Record-ID\">{}</idno>", xml(id))?;
    }
    write!(out, "<idno type=\"WARC\">{}@{}</idno>", xml(&warc.at.file), warc.at.offset)?;
    if let Some(at) = warc.date {
        write!(out, "<date type=\"captured\" when=\"{0}\">{0}</date>", at.warc_date())?;
    }
    out.push_str("</bibl></sourceDesc></fileDesc>\n");
    Ok(())
}

fn name(person: &Person) -> String {
    let role = person.role.as_deref().map(|role| format!(" <roleName>{}</roleName>", xml(role)));
    format!("<persName>{}{}</persName>", xml(&person.name), role.unwrap_or_default())
}

/// A date, with `when` only where it is one of the forms W3C has.
fn when(date: &Dated) -> String {
    let form = match (date.at, date.precision) {
        (Some(at), Precision::Day) => at.warc_date().get(..10).map(str::to_owned),
        (Some(at), Precision::Local) => at.warc_date().strip_suffix('Z').map(str::to_owned),
        (Some(at), Precision::Zoned) => Some(Moment::warc_date(at)),
        (None, _) => None,
    };
    match form {
        Some(form) => format!("<date when=\"{form}\">{}</date>", xml(&date.iso)),
        None => format!("<date>{}</date>", xml(&date.iso)),
    }
}

/// The blocks: a heading begins a `div`, runs of items and of cells share a parent.
fn body(out: &mut String, document: &Document) -> std::fmt::Result {
    writeln!(out, "<div><head>{}</head>", xml(&document.title))?;
    for run in document.blocks.chunk_by(|one, other| one.kind == other.kind) {
        let Some(kind) = run.first().map(|block| block.kind) else { continue };
        match kind {
            BlockKind::Heading => {
                out.push_str("</div>\n<div>");
                each(out, run, "<head>", "</head>")?;
            }
            BlockKind::Item => {
                out.push_str("<list>");
                each(out, run, "<item>", "</item>")?;
                out.push_str("</list>\n");
            }
            BlockKind::Cell => {
                out.push_str("<table>");
                each(out, run, "<row><cell>", "</cell></row>")?;
                out.push_str("</table>\n");
            }
            BlockKind::Paragraph => each(out, run, "<p>", "</p>\n")?,
            BlockKind::Quote => each(out, run, "<quote>", "</quote>\n")?,
            BlockKind::Caption => each(out, run, "<figure><head>", "</head></figure>\n")?,
            BlockKind::Code => each(out, run, "<p><code>", "</code></p>\n")?,
        }
    }
    out.push_str("</div>\n");
    Ok(())
}

fn each(out: &mut String, run: &[TextBlock], open: &str, close: &str) -> std::fmt::Result {
    run.iter().try_for_each(|block| write!(out, "{open}{}{close}", xml(&block.text)))
}
