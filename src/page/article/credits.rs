//! Credits: lines of a paragraph that say who wrote it, set apart as blocks of their own.
//!
//! Editors type the name under the last sentence with a line break, or in bold before the job
//! title, all in one `p`. A block is cut only where a line opens with a by-word and a person's name
//! follows; everything else stays one paragraph. Whether the credit is the article's is decided by
//! the byline, not here.

use super::blocks::{Draft, Seam};
use super::outline::{Outline, Tag};
use crate::page::byline::opening::{Opening, opening};
use crate::page::byline::{names, roles};
use crate::page::dates::lines::{is_date_line, is_sentence};
use crate::page::letters::{fold_into, folded};

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
        let credits = cuts(&draft);
        let label = credits.is_empty();
        let cuts = if label { edges(outline, &draft) } else { credits };
        if cuts.is_empty() {
            out.push(draft);
        } else {
            let parts = cut(outline, &draft, &cuts).into_iter();
            out.extend(parts.map(|part| Draft { label, ..part }));
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

/// Letters and rows of a block that may be a row of labels, and how many it may hold.
const LABELS_LETTERS: u32 = 200;
const LABELS_ROWS: usize = 40;
/// Characters of one label.
const LABEL: usize = 90;
const LABELS: std::ops::RangeInclusive<usize> = 2..=6;

/// Where the elements of a block begin that has no text of its own, where one of them is a credit or
/// a day: `<span>By Jane Doe</span><span>4 March 2026</span>` is set apart by its style alone.
fn edges(outline: &Outline<'_>, draft: &Draft) -> Vec<Seam> {
    let small = draft.measure.letters <= LABELS_LETTERS && draft.end - draft.at <= LABELS_ROWS;
    if draft.level > 0 || !small || !draft.seams.is_empty() {
        return Vec::new();
    }
    let parts = labels(outline, draft);
    let says = |(_, text): &(usize, String)| is_date_line(text) || is_credit(&[text]);
    let long = |(_, text): &(usize, String)| text.chars().count() > LABEL;
    let counts = |text: &str| text.contains(char::is_numeric);
    let sentence = || parts.last().is_some_and(|(_, text)| is_sentence(text) && !counts(text));
    if !LABELS.contains(&parts.len())
        || !parts.iter().any(says)
        || parts.iter().any(long)
        || sentence()
    {
        return Vec::new();
    }
    let mut offset = 0;
    let mut cuts = Vec::with_capacity(parts.len());
    for (row, text) in parts {
        let Some(at) = draft.text.get(offset..).and_then(|rest| rest.find(&text)) else {
            return Vec::new();
        };
        cuts.push(Seam { offset: offset + at, row, line: true });
        offset += at + text.len();
    }
    cuts.retain(|cut| cut.offset > 0);
    cuts
}

/// The elements of a block with their texts, each by its first row of text; none where the block
/// holds text beside them.
fn labels(outline: &Outline<'_>, draft: &Draft) -> Vec<(usize, String)> {
    let mut parts: Vec<(usize, usize, String)> = Vec::new();
    let texts = (draft.at..draft.end).filter_map(|at| Some((at, outline.row(at)?)));
    let texts = texts.filter(|(_, row)| row.tag == Tag::Text && !row.text.trim().is_empty());
    let texts: Vec<usize> = texts.map(|(at, _)| at).collect();
    let Some(holder) = holder(outline, draft, &texts) else { return Vec::new() };
    for at in texts {
        let text = outline.row(at).map(|row| row.text).unwrap_or_default();
        let path = std::iter::once(at).chain(outline.above(at));
        let Some(child) = path.take_while(|above| *above != holder).last() else { continue };
        if child == at {
            return Vec::new();
        }
        match parts.last_mut().filter(|(last, _, _)| *last == child) {
            Some((_, _, whole)) => fold_into(whole, text),
            None => parts.push((child, at, folded(text))),
        }
    }
    parts.into_iter().map(|(_, at, text)| (at, text.trim().to_owned())).collect()
}

/// The innermost element that holds all of some rows of text.
fn holder(outline: &Outline<'_>, draft: &Draft, texts: &[usize]) -> Option<usize> {
    let (first, last) = (texts.first()?, texts.last()?);
    let holds = |above: &usize| outline.range(*above).contains(last);
    outline.above(*first).take(LABELS_ROWS).find(holds).filter(|at| *at >= draft.holder)
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
