//! Credits: lines of a paragraph that say who wrote it, set apart as blocks of their own.
//!
//! Editors type the name under the last sentence with a line break, or in bold before the job
//! title, all in one `p`. A block is cut only where a line opens with a by-word and a person's name
//! follows; everything else stays one paragraph. Whether the credit is the article's is decided by
//! the byline, not here.

use super::blocks::{Draft, Seam};
use super::outline::Outline;
use crate::page::byline::opening::{Opening, opening};
use crate::page::byline::{names, roles};

/// Longest line that may be a credit, in characters.
const LONGEST: usize = 140;
/// Lines behind a credit that become blocks of their own: name, job title, place.
const LINES: usize = 4;

/// Lines at either end of a block among which a credit is looked for.
const ENDS: usize = 8;

/// Cuts every block that holds a credit.
pub(crate) fn set_apart(outline: &Outline<'_>, drafts: Vec<Draft>) -> Vec<Draft> {
    let mut out = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let cuts = cuts(&draft);
        if cuts.is_empty() {
            out.push(draft);
        } else {
            out.extend(cut(outline, &draft, &cuts));
        }
    }
    out
}

/// Where a block has to be cut; empty when it holds no credit.
fn cuts(draft: &Draft) -> Vec<Seam> {
    if draft.seams.is_empty() {
        return Vec::new();
    }
    let mut starts = vec![Seam { offset: 0, row: draft.at, line: true }];
    starts.extend(draft.seams.iter().filter(|seam| seam.line));
    let lines = pieces(draft, &starts);
    let ends = |at: &usize| *at < ENDS || at + ENDS >= lines.len();
    let found = (0..lines.len()).filter(ends).find(|at| {
        let before = at.checked_sub(1).and_then(|before| lines.get(before));
        let rest = lines.get(*at..).unwrap_or_default();
        is_credit(rest) && before.is_none_or(|before| !runs_on(before, rest))
    });
    let Some(credit) = found else { return Vec::new() };
    let mut cuts: Vec<Seam> = Vec::new();
    for (at, start) in starts.iter().enumerate().skip(credit).take(LINES) {
        let end = starts.get(at + 1).map_or(draft.text.len(), |next| next.offset);
        cuts.push(*start);
        if at == credit {
            cuts.extend(bold_end(draft, start.offset, end));
        }
        if lines.get(at).is_some_and(|line| line.chars().count() > LONGEST) {
            break;
        }
    }
    cuts.retain(|cut| cut.offset > 0);
    cuts
}

/// The lines that begin at `starts`.
fn pieces<'d>(draft: &'d Draft, starts: &[Seam]) -> Vec<&'d str> {
    let ends = starts.iter().skip(1).map(|seam| seam.offset).chain([draft.text.len()]);
    let piece = |(seam, end): (&Seam, usize)| draft.text.get(seam.offset..end).unwrap_or_default();
    starts.iter().zip(ends).map(piece).map(str::trim).collect()
}

/// Whether the first of some lines names a person behind a by-word, or the second does after it.
fn is_credit(lines: &[&str]) -> bool {
    let Some(first) = lines.first().filter(|line| line.chars().count() <= LONGEST) else {
        return false;
    };
    let rest = match opening(first) {
        Opening::By("") | Opening::Translated("") | Opening::Edited("") => {
            lines.get(1).copied().unwrap_or_default()
        }
        Opening::By(rest) | Opening::Translated(rest) | Opening::Edited(rest) => rest,
        Opening::Other | Opening::Plain => return false,
    };
    rest.chars().count() <= LONGEST
        && names::people(rest).iter().any(|person| names::is_person(&person.name))
}

/// Whether a sentence runs on over the break: it has not ended, and goes on in lower case.
fn runs_on(before: &str, rest: &[&str]) -> bool {
    let ended = before.ends_with(['.', '!', '?', '…', ':', '"', '”', '»', '’', ')']);
    !ended && rest.first().is_some_and(|line| line.starts_with(char::is_lowercase))
}

/// The end of a credit in bold with plain type behind it that names nobody else.
fn bold_end(draft: &Draft, start: usize, end: usize) -> Option<Seam> {
    let seam =
        draft.seams.iter().find(|seam| !seam.line && (start + 1..end).contains(&seam.offset));
    let seam = seam.copied()?;
    let (front, back) = (draft.text.get(start..seam.offset)?, draft.text.get(seam.offset..end)?);
    let back = back.trim_start_matches(|c: char| !c.is_alphanumeric()).trim_end();
    let title = !back.is_empty() && roles::is_role(back) && !names::is_person(back);
    (title && is_credit(&[front.trim()])).then_some(seam)
}

/// Cuts a block; what stands before the first cut stays one block, as does the rest.
fn cut(outline: &Outline<'_>, draft: &Draft, cuts: &[Seam]) -> Vec<Draft> {
    let mut starts = vec![Seam { offset: 0, row: draft.at, line: true }];
    starts.extend(cuts);
    let mut out = Vec::with_capacity(starts.len());
    for (at, start) in starts.iter().enumerate() {
        let next = starts.get(at + 1);
        let until = next.map_or(draft.text.len(), |next| next.offset);
        let text = draft.text.get(start.offset..until).unwrap_or_default().trim();
        let end = next.map_or(draft.end, |next| next.row);
        let measure = outline.measure(&(start.row..end));
        let bold = if at == 0 { draft.bold.min(measure.letters) } else { 0 };
        if !text.is_empty() {
            let (text, seams) = (text.to_owned(), Vec::new());
            out.push(Draft { text, at: start.row, end, measure, bold, seams, ..draft.clone() });
        }
    }
    out
}
