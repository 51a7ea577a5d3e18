//! Blocks: the lines of text of a whole page, each with its place.
//!
//! They are made once, over everything that was not pruned; a candidate for the body is then only
//! a choice among them, so two candidates are compared by comparing places. Owned by one reading.

use std::ops::Range;

use super::outline::{Measure, Outline, Row, Tag};
use crate::page::BlockKind;
use crate::page::letters::fold_into;

/// A block with its place.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// What it is.
    pub(crate) kind: BlockKind,
    /// Its text, folded.
    pub(crate) text: String,
    /// Its first text row.
    pub(crate) at: usize,
    /// One past its last text row.
    pub(crate) end: usize,
    /// The block-level row it stands in.
    pub(crate) holder: usize,
    /// What it holds.
    pub(crate) measure: Measure,
    /// Letters in bold.
    pub(crate) bold: u32,
    /// The level of a heading, else 0.
    pub(crate) level: u8,
    /// Where its lines and its bold beginnings end, in order.
    pub(crate) seams: Vec<Seam>,
    /// Whether it is one of a row of labels: of what tells who, when and where.
    pub(crate) label: bool,
}

/// A place inside a block where one line ends and the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seam {
    /// The offset in the block's text at which the next line begins.
    pub(crate) offset: usize,
    /// The text row it begins with.
    pub(crate) row: usize,
    /// Whether a `br` made it, and not the end of bold type.
    pub(crate) line: bool,
}

impl Draft {
    /// A paragraph that stands nowhere in the tree.
    pub(crate) fn plain(text: String, measure: Measure) -> Self {
        let kind = BlockKind::Paragraph;
        let seams = Vec::new();
        let (bold, level, label) = (0, 0, false);
        Self { kind, text, at: 0, end: 0, holder: 0, measure, bold, level, seams, label }
    }

    /// Whether it is all link, as a "read also" line is.
    pub(crate) fn is_link(&self) -> bool {
        self.measure.letters > 0 && self.measure.link_share() > 0.8
    }

    /// Whether it could be running text: long, hardly linked.
    pub(crate) fn is_prose(&self) -> bool {
        self.measure.letters >= 60 && self.measure.link_share() < 0.5
    }
}

/// Makes the blocks of a page; `dropped` tells which subtrees are left out.
pub(crate) fn drafts(outline: &Outline<'_>, dropped: &[bool]) -> Vec<Draft> {
    let mut maker = Maker {
        outline,
        out: Vec::new(),
        open: Vec::new(),
        current: None,
        breaks: 0,
        bold_until: 0,
        in_bold: false,
    };
    let mut at = 0;
    while let Some(row) = outline.row(at) {
        maker.close(at);
        if dropped.get(at) == Some(&true) {
            if is_block(row.tag) {
                maker.flush();
            }
            at = row.end.max(at + 1);
            continue;
        }
        maker.take(at, row);
        at += 1;
    }
    maker.flush();
    maker.out
}

/// Whether an element starts and ends a line.
pub(crate) fn is_block(tag: Tag) -> bool {
    !matches!(tag, Tag::Text | Tag::Inline | Tag::Bold | Tag::Link | Tag::Break | Tag::Time)
}

struct Maker<'o, 'a> {
    outline: &'o Outline<'a>,
    out: Vec<Draft>,
    /// Open block-level rows: row, end, tag.
    open: Vec<(usize, usize, Tag)>,
    current: Option<Draft>,
    /// Line breaks since the last text.
    breaks: u8,
    bold_until: usize,
    /// Whether the last text was bold.
    in_bold: bool,
}

impl Maker<'_, '_> {
    /// Closes every block that ended before `at`.
    fn close(&mut self, at: usize) {
        while self.open.last().is_some_and(|(_, end, _)| *end <= at) {
            self.flush();
            self.open.pop();
        }
    }

    fn take(&mut self, at: usize, row: &Row<'_>) {
        match row.tag {
            Tag::Text => self.text(at, row.text),
            Tag::Break => self.line_break(),
            Tag::Bold => self.bold_until = self.bold_until.max(row.end),
            tag if is_block(tag) => {
                self.flush();
                self.open.push((at, row.end, tag));
            }
            _ => {}
        }
    }

    /// One `br` is a space, two in a row end the paragraph.
    fn line_break(&mut self) {
        self.breaks = self.breaks.saturating_add(1);
        if self.breaks >= 2 {
            self.flush();
        } else if let Some(draft) = &mut self.current {
            fold_into(&mut draft.text, "\n");
        }
    }

    fn text(&mut self, at: usize, text: &str) {
        if text.chars().all(char::is_whitespace) {
            if let Some(draft) = &mut self.current {
                fold_into(&mut draft.text, text);
            }
            return;
        }
        if self.current.is_none() {
            self.current = Some(self.fresh(at));
        }
        let own = self.outline.measure(&Range { start: at, end: at + 1 });
        let bold = if at < self.bold_until { own.letters } else { 0 };
        let (line, was_bold) = (self.breaks > 0, self.in_bold);
        self.breaks = 0;
        self.in_bold = at < self.bold_until;
        if let Some(draft) = &mut self.current {
            let offset = draft.text.len();
            if offset > 0 && (line || (was_bold && !self.in_bold)) {
                draft.seams.push(Seam { offset, row: at, line });
            }
            fold_into(&mut draft.text, text);
            draft.end = at + 1;
            draft.bold = draft.bold.saturating_add(bold);
        }
    }

    fn fresh(&self, at: usize) -> Draft {
        let (kind, level) = self.kind();
        let holder = self.open.last().map_or(0, |(row, _, _)| *row);
        let measure = Measure::default();
        let (text, seams) = (String::new(), Vec::new());
        let (bold, label) = (0, false);
        Draft { kind, text, at, end: at + 1, holder, measure, bold, level, seams, label }
    }

    /// What the open blocks make of a text: a quotation wins, else the innermost that says.
    fn kind(&self) -> (BlockKind, u8) {
        let mut kind = None;
        for (_, _, tag) in self.open.iter().rev().take(12) {
            let says = match tag {
                Tag::Quote => return (BlockKind::Quote, 0),
                Tag::Heading(level) => (BlockKind::Heading, *level),
                Tag::Item => (BlockKind::Item, 0),
                Tag::Pre => (BlockKind::Code, 0),
                Tag::Cell => (BlockKind::Cell, 0),
                Tag::Caption => (BlockKind::Caption, 0),
                _ => continue,
            };
            kind = kind.or(Some(says));
        }
        kind.unwrap_or((BlockKind::Paragraph, 0))
    }

    fn flush(&mut self) {
        self.breaks = 0;
        let Some(mut draft) = self.current.take() else { return };
        draft.text.truncate(draft.text.trim_end().len());
        draft.measure = self.outline.measure(&(draft.at..draft.end));
        if !draft.text.is_empty() {
            self.out.push(draft);
        }
    }
}
