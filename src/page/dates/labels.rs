//! Labels: the words that make the day beside them a change or the publication, in the languages of
//! `labels.txt`.
//!
//! A word of the table may be the beginning of one in a text (`опубликован`), and must not stand
//! inside another (`credited`). Whose day a label is, is [`super::lines`]'s to say.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// What a label makes of its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// That of a change.
    Changed,
    /// That of the publication.
    Published,
}

/// A label in a text, from `at` to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// The table, and an automaton of its words.
struct Table {
    words: AhoCorasick,
    kinds: Vec<Kind>,
}

static TABLE: LazyLock<Option<Table>> = LazyLock::new(|| {
    let lines = include_str!("labels.txt").lines().filter(|line| !line.starts_with('#'));
    let cells =
        lines.flat_map(|line| line.split('|').skip(1).zip([Kind::Changed, Kind::Published]));
    let all = cells.flat_map(|(words, kind)| words.split(',').map(move |word| (word.trim(), kind)));
    let (words, kinds): (Vec<&str>, Vec<Kind>) = all.unzip();
    let words = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words);
    words.ok().map(|words| Table { words, kinds })
});

/// The labels of a text of lower case, first to last.
pub(super) fn all(lower: &str) -> Vec<Label> {
    let Some(table) = TABLE.as_ref() else { return Vec::new() };
    let found = table.words.find_iter(lower).filter(|found| begins_word(lower, found.start()));
    let label = |found: aho_corasick::Match| {
        let kind = *table.kinds.get(found.pattern().as_usize())?;
        Some(Label { at: found.start(), end: found.end(), kind })
    };
    found.filter_map(label).collect()
}

/// Whether no letter of the same script with two cases stands before a place: other scripts write
/// articles and prepositions onto their words, or have no spaces.
fn begins_word(text: &str, at: usize) -> bool {
    let (before, behind) = text.split_at_checked(at).unwrap_or_default();
    let before = before.chars().next_back().is_some_and(char::is_lowercase);
    !(before && behind.starts_with(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_its_languages_are_many() {
        assert!(TABLE.is_some());
        let lines: Vec<&str> =
            include_str!("labels.txt").lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.len() >= 80, "{}", lines.len());
        for line in lines {
            let cells: Vec<&str> = line.split(" | ").collect();
            assert_eq!(cells.len(), 3, "{line}");
            for word in cells.iter().skip(1).flat_map(|cell| cell.split(',')) {
                assert!(!word.trim().is_empty() && word == word.to_lowercase(), "{line}");
            }
        }
    }

    #[test]
    fn a_label_stands_at_the_beginning_of_a_word() {
        let kinds = |text: &str| all(text).iter().map(|label| label.kind).collect::<Vec<_>>();
        assert_eq!(kinds("credited on 3 may, composted"), []);
        assert_eq!(kinds("last updated on 3 may"), [Kind::Changed]);
        assert_eq!(kinds("기사수정 2026.03.14 입력"), [Kind::Changed, Kind::Published]);
    }
}
