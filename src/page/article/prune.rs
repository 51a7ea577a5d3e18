//! Pruning: which subtrees of a page are never body.
//!
//! Chrome, captions, credits, hidden parts, lists of links, boxes about the author, notices. An
//! element is judged by its names, its links and its size, and never alone by a name where it holds
//! the bulk of the page's own words or its headline. It marks rows; what is cut into blocks is
//! decided on the rest.

use std::ops::Range;

use super::blocks::is_block;
use super::outline::{Measure, Outline, Row, Tag};
use super::trim::ends_sentence;
use super::vocabulary::Signs;

/// Decides which subtrees are never body: chrome, captions, credits, hidden parts, lists of links.
/// Whatever holds the bulk of the page's own words, or its headline, stays.
pub(crate) fn prune(outline: &Outline<'_>) -> Vec<bool> {
    let headline = outline.rows.iter().position(|row| row.tag == Tag::Heading(1));
    let holds_headline = |range: &Range<usize>| headline.is_some_and(|h1| range.contains(&h1));
    let (mut dropped, gone) = unread(outline, &holds_headline);
    let total = outline.measure(&(0..outline.rows.len()));
    let words = total.letters.saturating_sub(total.linked).saturating_sub(gone);
    let gallery = is_gallery(outline, words);
    let mut at = 0;
    while let Some(row) = outline.row(at) {
        if dropped.get(at) == Some(&true) {
            at = row.end.max(at + 1);
            continue;
        }
        let own = outline.below(at);
        let bulk = own.letters.saturating_sub(own.linked) > words / 2;
        let kept = bulk
            || own.letters * 3 > words && holds_headline(&(at..row.end))
            || gallery && matches!(row.tag, Tag::Caption | Tag::Figure);
        if row.tag != Tag::Text
            && !kept
            && is_never_body(outline, at, row, own)
            && !is_of_sentence(outline, at, row)
        {
            if let Some(slot) = dropped.get_mut(at) {
                *slot = true;
            }
            at = row.end.max(at + 1);
        } else {
            at += 1;
        }
    }
    dropped
}

/// What is left out however much of the page it is: notices of cookies. With the unlinked letters
/// in it.
fn unread(
    outline: &Outline<'_>,
    holds_headline: &impl Fn(&Range<usize>) -> bool,
) -> (Vec<bool>, u32) {
    let mut dropped = vec![false; outline.rows.len()];
    let (mut at, mut gone) = (0, 0_u32);
    while let Some(row) = outline.row(at) {
        let notice = row.signs.has(Signs::NOTICE) && row.tag != Tag::Root;
        if notice && !holds_headline(&(at..row.end)) && !is_frame(outline, at) {
            let own = outline.below(at);
            gone = gone.saturating_add(own.letters.saturating_sub(own.linked));
            if let Some(slot) = dropped.get_mut(at) {
                *slot = true;
            }
            at = row.end.max(at + 1);
        } else {
            at += 1;
        }
    }
    (dropped, gone)
}

/// Whether most of what a page says stands in captions: they are its story then.
fn is_gallery(outline: &Outline<'_>, words: u32) -> bool {
    let captions = outline.rows.iter().enumerate().filter(|(_, row)| row.tag == Tag::Caption);
    let said: u32 = captions.map(|(at, _)| outline.below(at).letters).sum();
    said > words / 2
}

/// Share of linked letters from which a list or a box is navigation.
const LIST_LINK_SHARE: f32 = 0.6;
/// Unlinked letters from which a box of links may hold prose.
const PROSE_LETTERS: u32 = 200;
/// Letters up to which an element called byline or date is one.
const LABEL_LETTERS: u32 = 160;
/// Share of linked letters from which a teaser is another page's.
const TEASER_LINK_SHARE: f32 = 0.1;
/// Letters up to which a box about the author is one, and no story about an author.
const BIO_LETTERS: u32 = 1_200;

fn is_never_body(outline: &Outline<'_>, at: usize, row: &Row<'_>, own: Measure) -> bool {
    let signs = row.signs;
    if signs.has(Signs::HIDDEN) {
        return true;
    }
    if signs.has(Signs::CHROME) && row.tag != Tag::Root {
        return !(signs.has(Signs::BODY) || is_prose_line(row, own) || is_frame(outline, at));
    }
    if own.letters <= LABEL_LETTERS && signs.has(Signs::BYLINE.with(Signs::DATE).with(Signs::BIO)) {
        return !matches!(row.tag, Tag::Link | Tag::Inline | Tag::Bold) || signs.has(Signs::BYLINE);
    }
    if signs.has(Signs::TEASER) && row.tag != Tag::Root {
        return own.link_share() > TEASER_LINK_SHARE || inside_link(outline, at);
    }
    if signs.has(Signs::BIO) && own.letters <= BIO_LETTERS {
        return !matches!(row.tag, Tag::Root);
    }
    if is_small_form(row, own) || is_another_post(outline, at, row) {
        return true;
    }
    match row.tag {
        Tag::Caption => true,
        Tag::Figure => !holds(outline, at, &[Tag::Table, Tag::Pre, Tag::Quote]),
        Tag::List | Tag::Table => own.linked > 0 && own.link_share() > LIST_LINK_SHARE,
        Tag::Block | Tag::Article | Tag::Header => {
            let unlinked = own.letters.saturating_sub(own.linked);
            signs.has(Signs::CAPTION)
                || (own.linked > 20
                    && own.link_share() > LIST_LINK_SHARE
                    && unlinked < PROSE_LETTERS
                    && !holds_body(outline, at))
        }
        Tag::Paragraph => signs.has(Signs::CAPTION),
        Tag::Inline => signs.has(Signs::CAPTION) && own.letters < 200,
        _ => false,
    }
}

/// Letters up to which a form asks for something; old sites set whole pages into one.
const FORM_LETTERS: u32 = 800;

/// Whether an element is a form to fill in: a newsletter, a search, a vote.
fn is_small_form(row: &Row<'_>, own: Measure) -> bool {
    own.letters <= FORM_LETTERS && row.element.is_some_and(|element| element.name() == "form")
}

/// Whether an element is an article of its own inside another: both have numbers, and not the same.
fn is_another_post(outline: &Outline<'_>, at: usize, row: &Row<'_>) -> bool {
    let number = |row: &Row<'_>| {
        let id = row.attr("id").filter(|_| row.tag == Tag::Article)?;
        id.strip_prefix("post-")?.parse::<u64>().ok()
    };
    let around = || outline.above(at).filter_map(|above| number(outline.row(above)?));
    number(row).is_some_and(|own| around().any(|other| other != own))
}

fn is_inline(tag: Tag) -> bool {
    matches!(tag, Tag::Inline | Tag::Link | Tag::Bold | Tag::Time)
}

/// Letters outside links that the line around an element has at least to be a sentence. Of 956 real
/// pages some twenty lost words of their sentences before it was asked.
const SENTENCE_LETTERS: u32 = 25;
/// The same around a name or a date: a line that holds one and little else is a label. Asked of 25
/// letters, three bylines of 956 real pages stood in the text.
const NAMING_LETTERS: u32 = 60;
/// Rows to either side of an element that are looked at for the line it stands in.
const LINE_ROWS: usize = 200;

/// Whether an element is a part of the sentence around it, whatever it is called: its line has not
/// ended before it, or goes on behind it. What stands inside another such element is its tip.
fn is_of_sentence(outline: &Outline<'_>, at: usize, row: &Row<'_>) -> bool {
    if !is_inline(row.tag) || row.signs.has(Signs::HIDDEN.with(Signs::MARK)) {
        return false;
    }
    let (line, own) = (line_of(outline, at), outline.range(at));
    let around = outline.measure(&line).minus(outline.measure(&own));
    let names = row.signs.has(Signs::BYLINE.with(Signs::DATE).with(Signs::BIO));
    let least = if names { NAMING_LETTERS } else { SENTENCE_LETTERS };
    if around.letters.saturating_sub(around.linked) < least || is_tip(outline, at) {
        return false;
    }
    let texts = |range: Range<usize>| {
        let rows = outline.rows.get(range).unwrap_or_default();
        rows.iter().map(|row| row.text.trim()).filter(|text| !text.is_empty())
    };
    let before = texts(line.start..own.start).next_back();
    let after = texts(own.end..line.end).next();
    before.is_some_and(|text| !ends_sentence(text) && !text.ends_with(PARTING))
        || after
            .is_some_and(|text| !text.starts_with(char::is_uppercase) && !text.starts_with(PARTING))
}

/// Signs between the parts of a line that is no sentence.
const PARTING: [char; 8] = ['|', '·', '•', '»', '/', ':', '：', '¦'];

/// Whether an element is less than all of an element of a name like its own.
fn is_tip(outline: &Outline<'_>, at: usize) -> bool {
    let letters = outline.below(at).letters;
    let inside = |above: &usize| outline.row(*above).is_some_and(|row| is_inline(row.tag));
    outline.above(at).take_while(inside).any(|above| {
        let chrome = outline.row(above).is_some_and(|row| row.signs.has(Signs::CHROME));
        chrome && outline.below(above).letters > letters
    })
}

/// The rows near an element that stand in one line with it.
fn line_of(outline: &Outline<'_>, at: usize) -> Range<usize> {
    let is_end = |row: &usize| {
        outline.row(*row).is_none_or(|row| row.tag == Tag::Break || is_block(row.tag))
    };
    let own = outline.range(at);
    let holder =
        outline.above(at).find(is_end).map_or(0..outline.rows.len(), |row| outline.range(row));
    let from = own.start.saturating_sub(LINE_ROWS).max(holder.start + 1).min(own.start);
    let until = (own.end + LINE_ROWS).min(holder.end).max(own.end);
    let start = (from..own.start).rev().find(is_end).map_or(from, |row| row + 1);
    start..(own.end..until).find(is_end).unwrap_or(until)
}

/// Whether an element is a frame around the page, whatever it is called: a canvas that a menu
/// slides over, a dialogue's background.
fn is_frame(outline: &Outline<'_>, at: usize) -> bool {
    let tag = outline.row(at).map(|row| row.tag);
    tag == Some(Tag::Block)
        && (holds(outline, at, &[Tag::Main]) || {
            holds(outline, at, &[Tag::Article]) && holds(outline, at, &[Tag::Heading(1)])
        })
}

/// Whether an element that is called a body stands below another.
fn holds_body(outline: &Outline<'_>, at: usize) -> bool {
    let rows = outline.rows.get(outline.range(at)).unwrap_or_default();
    rows.iter().any(|row| row.signs.has(Signs::BODY))
}

fn inside_link(outline: &Outline<'_>, at: usize) -> bool {
    outline.above(at).any(|at| outline.row(at).is_some_and(|row| row.tag == Tag::Link))
}

/// A real paragraph whose class only happens to hold a chrome word.
fn is_prose_line(row: &Row<'_>, own: Measure) -> bool {
    matches!(row.tag, Tag::Paragraph | Tag::Quote) && own.letters > 200 && own.link_share() < 0.2
}

fn holds(outline: &Outline<'_>, at: usize, tags: &[Tag]) -> bool {
    let rows = outline.rows.get(outline.range(at)).unwrap_or_default();
    rows.iter().any(|row| tags.contains(&row.tag))
}
