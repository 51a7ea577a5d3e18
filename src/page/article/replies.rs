//! Replies: where an article ends and its readers begin.
//!
//! Comments stand behind a text under names that no table knows; the line that counts them, or asks
//! for one, is written in words. What stands behind it goes when little of the body is left there,
//! or when it looks like what readers write. It looks at blocks only, never at the tree.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::blocks::Draft;
use super::signposts::folded;
use crate::page::BlockKind;
use crate::page::dates::lines::line_date;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Count,
    Call,
    Answer,
}

static LINES: LazyLock<HashMap<String, Line>> = LazyLock::new(|| {
    let mut lines = HashMap::new();
    for row in include_str!("replies.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = row.split('|');
        let line = match cells.next() {
            Some("count") => Line::Count,
            Some("call") => Line::Call,
            _ => Line::Answer,
        };
        for words in cells.skip(1) {
            lines.entry(folded(words)).or_insert(line);
        }
    }
    lines
});

/// Letters of a line that counts replies.
const MAX_LETTERS: u32 = 60;
/// Letters of a text before its replies, and its blocks of prose, where days alone tell of them: a
/// live blog has days, too, below a short lead.
const MIN_BEFORE: u32 = 140;
const MIN_PROSE: usize = 3;
/// Share of a body, in percent, that may stand behind the line whatever it is.
const MAX_TAIL: u32 = 25;
/// Lines of days or of answers that make replies of what stands behind.
const MIN_SIGNS: usize = 2;
/// Letters of a line with the day of a reply.
const DAY_LETTERS: u32 = 70;

/// A body without the replies behind it, and without the lines that count them.
pub(crate) fn without(mut blocks: Vec<Draft>) -> Vec<Draft> {
    let opens: Vec<usize> = (0..blocks.len())
        .filter(|at| {
            matches!(blocks.get(*at).and_then(said), Some((Line::Call, _) | (Line::Count, true)))
        })
        .collect();
    if let Some(end) = opens.iter().copied().find(|at| is_end(&blocks, *at)) {
        blocks.truncate(end);
    }
    let mut at = 0;
    blocks.retain(|_| {
        at += 1;
        !opens.contains(&(at - 1))
    });
    blocks
}

/// Whether the article ends before a line that opens replies.
fn is_end(blocks: &[Draft], at: usize) -> bool {
    let letters = |drafts: &[Draft]| drafts.iter().map(|draft| draft.measure.letters).sum::<u32>();
    let Some((front, back)) = blocks.split_at_checked(at) else { return false };
    let (before, behind) = (letters(front), letters(back));
    if before < MIN_BEFORE {
        return false;
    }
    let is_answer = |draft: &&Draft| said(draft).is_some_and(|(line, _)| line == Line::Answer);
    let is_day =
        |draft: &&Draft| draft.measure.letters <= DAY_LETTERS && line_date(&draft.text).is_some();
    let answers = back.iter().filter(is_answer).count() >= MIN_SIGNS;
    let days = || back.iter().filter(is_day).count() >= MIN_SIGNS;
    let told = || front.iter().filter(|draft| draft.is_prose()).count() >= MIN_PROSE;
    behind * 100 <= (before + behind) * MAX_TAIL || answers || told() && days()
}

/// What a line says of replies, and whether it has a number.
fn said(draft: &Draft) -> Option<(Line, bool)> {
    if draft.measure.letters > MAX_LETTERS || matches!(draft.kind, BlockKind::Code) {
        return None;
    }
    let line = folded(&draft.text);
    let counts = line.contains(char::is_numeric);
    let bare: String = line.chars().filter(|c| !c.is_numeric() && *c != ':').collect();
    let bare = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    LINES.get(&bare).map(|line| (*line, counts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::article::outline::Measure;

    fn line(text: &str) -> Draft {
        Draft::plain(text.to_owned(), Measure::of(text))
    }

    #[test]
    fn lines_that_count_replies_are_known_in_many_scripts() {
        for text in [
            "Comments (26)",
            "1,204 comments",
            "Kommentare (0)",
            "12 комментариев",
            "تعليقات (٣)",
            "۱۲ دیدگاه",
            "26条评论",
            "コメント（3件）",
            "댓글 12",
            "৫টি মন্তব্য",
        ] {
            assert_eq!(said(&line(text)), Some((Line::Count, true)), "{text}");
        }
        assert_eq!(said(&line("Leave a Reply")), Some((Line::Call, false)));
        assert_eq!(said(&line("Comments on 26 bridges were asked for")), None);
    }
}
