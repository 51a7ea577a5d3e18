//! The shelf: page lines put aside in a temporary file until their groups are known.
//!
//! Groups come from all pages of all files, so a line can be finished only after the last of them
//! was read. Lines hold whole articles: memory would not do.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};

use url::Url;

use crate::groups::Membership;
use crate::json;
use crate::wacz::pages::{FORMAT, PageLine, PagesHeader};

/// Page lines without their groups.
pub(super) struct Shelf {
    file: BufWriter<File>,
    lines: u64,
}

impl Shelf {
    /// An empty one.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(tempfile::tempfile()?), lines: 0 })
    }

    /// Puts a line aside.
    pub(super) fn put(&mut self, line: &PageLine) -> io::Result<()> {
        serde_json::to_writer(&mut self.file, line)?;
        self.lines += 1;
        self.file.write_all(b"\n")
    }

    /// How many lines there are.
    pub(super) const fn lines(&self) -> u64 {
        self.lines
    }

    /// Writes the list: its header, and every line with its group.
    pub(super) fn write(
        self,
        to: &mut dyn Write,
        header: &PagesHeader,
        groups: &Membership,
    ) -> io::Result<()> {
        writeln!(to, "{}", json::line(header)?)?;
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        for line in BufReader::new(file).lines() {
            let mut page: PageLine = serde_json::from_str(&line?)?;
            let url = Url::parse(&page.url).ok();
            if let Some((group, role)) = url.and_then(|url| groups.group_of(&url)) {
                page.group = Some(group.to_owned());
                page.role = Some(role.name().to_owned());
            }
            writeln!(to, "{}", json::line(&page)?)?;
        }
        Ok(())
    }
}

/// The header of a list.
pub(super) fn header(id: &str, title: &str, has_text: bool) -> PagesHeader {
    PagesHeader { format: FORMAT.into(), id: id.into(), title: title.into(), has_text }
}
