//! Standing: whether a day in an element can be that of the article, by the place of the element.
//!
//! Comments, cards of other stories and sentences of the text have days of their own; the head and
//! the foot of a page and the column beside it have them too often to speak against what the page
//! declares. It looks at places; at the day itself only in the head, where the day of reading stands.

use super::outline::{Outline, Row, Tag};
use super::vocabulary::Signs;
use crate::page::byline::Scene;
use crate::page::byline::marked::in_card;
use crate::page::dates;
use crate::page::dates::lines::{is_date_line, line_date};

/// Elements above a day that are looked at.
const MAX_ABOVE: usize = 24;
/// Letters of a block from which the day in it stands in a sentence.
const SENTENCE_LETTERS: u32 = 80;

/// How a day stands to the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// It is somebody else's: a comment's, a card's, one the text tells of.
    Foreign,
    /// It may be anybody's: in the head or the foot of the page, beside the article, behind it.
    Loose,
    /// It belongs to the article.
    Own,
}

/// Where the article stands among the rows of its page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The row of the headline.
    pub(super) headline: usize,
    /// The element that holds most of the body: its first lines may stand above it.
    pub(super) text: usize,
    /// The first row of the body.
    pub(super) first: usize,
    /// One past its last row.
    pub(super) last: usize,
}

/// How the element of row `at` stands to an article.
pub(super) fn of(scene: &Scene<'_, '_>, place: Place, at: usize) -> Standing {
    let outline = scene.outline;
    let between = (place.headline..place.first).contains(&at);
    let holds_article = |row: &Row<'_>, above: usize| {
        let rows = above..row.end;
        rows.contains(&place.headline) || rows.contains(&place.first) || rows.contains(&place.text)
    };
    let above = outline.above(at).take(MAX_ABOVE).map_while(|above| {
        let row = outline.row(above)?;
        (row.tag != Tag::Root && !holds_article(row, above)).then_some((above, row))
    });
    let mut chrome = false;
    for (above, row) in above {
        // No comment stands between the headline and the text.
        if is_story(outline, above, row) || !between && is_comment(row) {
            return Standing::Foreign;
        }
        chrome |= is_chrome(row) || row.tag == Tag::Header;
    }
    if in_card(outline, at) || in_sentence(scene, at) || in_clock(outline, at) {
        return Standing::Foreign;
    }
    if between {
        return Standing::Own;
    }
    let masthead = || {
        at < place.headline
            && has_menu(outline, at, place.headline)
            && !shares_frame(outline, at, place.headline)
    };
    let masthead = masthead();
    if (masthead || chrome && at < place.headline) && tells_today(scene, at) {
        return Standing::Foreign;
    }
    if chrome || at >= place.last || masthead { Standing::Loose } else { Standing::Own }
}

/// Whether an element is another story: an article with a heading of its own.
fn is_story(outline: &Outline<'_>, at: usize, row: &Row<'_>) -> bool {
    let rows = outline.rows.get(at..row.end).unwrap_or_default();
    row.tag == Tag::Article && rows.iter().any(|row| matches!(row.tag, Tag::Heading(_)))
}

fn is_chrome(row: &Row<'_>) -> bool {
    row.tag == Tag::Chrome || row.signs.has(Signs::CHROME)
}

/// Whether a menu stands between a row and the headline: what is before it is the page's head.
fn has_menu(outline: &Outline<'_>, at: usize, headline: usize) -> bool {
    outline.rows.get(at..headline).unwrap_or_default().iter().any(is_chrome)
}

/// Whether a row stands in the article's own element, or its header, with the headline.
fn shares_frame(outline: &Outline<'_>, at: usize, headline: usize) -> bool {
    let mut frames = outline.above(at).take(MAX_ABOVE).filter_map(|above| {
        let row = outline.row(above)?;
        matches!(row.tag, Tag::Article | Tag::Main | Tag::Header).then_some(above..row.end)
    });
    frames.any(|rows| rows.contains(&headline))
}

/// Whether an element is one of comments, or holds them.
fn is_comment(row: &Row<'_>) -> bool {
    ["class", "id"].iter().any(|name| {
        row.attr(name).is_some_and(|value| value.to_ascii_lowercase().contains("comment"))
    })
}

/// Bytes of a line in the head of a page that may be a day.
const HEAD_LINE: usize = 120;

/// Whether a line in the head of a page is the day it is read on: with the day of the week and no
/// time, or the day it was served.
fn tells_today(scene: &Scene<'_, '_>, at: usize) -> bool {
    let text = scene.outline.text(at, HEAD_LINE);
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| c.is_whitespace() || matches!(c, ',' | '،' | '/' | '('));
    let joined = [
        "星期",
        "曜日",
        "(月",
        "(火",
        "(水",
        "(木",
        "(金",
        "(土",
        "(日",
        "（月",
        "（火",
        "（水",
        "（木",
        "（金",
        "（土",
        "（日",
        "요일",
        "วัน",
    ]
    .iter()
    .any(|part| lower.contains(part));
    let weekday = joined || words.any(dates::is_weekday);
    let served = scene.metadata.served.as_deref();
    let same =
        |served| line_date(&text).is_some_and(|day| dates::days_apart(served, &day) == Some(0));
    !text.contains(':') && (weekday || served.is_some_and(same))
}

/// Names of the element in which a page shows the day it is read on.
const CLOCKS: &[&str] =
    &["current-date", "current_date", "currentdate", "date-today", "today-date", "todays-date"];

/// Whether a row stands in an element that shows the day it is read on.
fn in_clock(outline: &Outline<'_>, at: usize) -> bool {
    let says = |value: &str| {
        let value = value.to_ascii_lowercase();
        value == "today" || CLOCKS.iter().any(|name| value.contains(name))
    };
    let is_clock = |row: &Row<'_>| ["class", "id"].iter().any(|of| row.attr(of).is_some_and(says));
    let mut rows = std::iter::once(at).chain(outline.above(at).take(2));
    rows.any(|at| outline.row(at).is_some_and(is_clock))
}

/// Whether a row stands in a block of the body that is more than a line with a day, and not at its
/// beginning, where a dateline is.
fn in_sentence(scene: &Scene<'_, '_>, at: usize) -> bool {
    let mut blocks = scene.body.iter().filter(|draft| (draft.at + 1..draft.end).contains(&at));
    blocks.any(|draft| draft.measure.letters > SENTENCE_LETTERS && !is_date_line(&draft.text))
}
