//! Month names of many languages (`months.txt`), lower case, with the forms dates use: genitives,
//! short forms, and the words for "month" that some scripts write onto the name.

use std::collections::HashMap;
use std::sync::LazyLock;

/// "Month" in front of a name, and marks of case behind it, in scripts that write both together.
const FRONTS: &[&str] = &["เดือน", "ເດືອນ", "ខែ", "ב"];
const BACKS: &[&str] = &["လ", "နေ့", "میں", "য়"];

/// The month a word names, with the word after it for the names of two; and whether both count.
/// Where a name means two months in two languages, the first of the table stands.
pub(crate) fn month(word: &str, next: Option<&str>) -> Option<(u8, bool)> {
    let word = word.trim_end_matches('.');
    let one = MONTHS.one.get(word).map(|month| (*month, false));
    let two = || {
        let both = MONTHS.begins.contains(&word).then(|| next.map(|next| format!("{word}_{next}")));
        MONTHS.one.get(both??.as_str()).map(|month| (*month, true))
    };
    let bare = || {
        let front = FRONTS.iter().find_map(|front| word.strip_prefix(front));
        let back = BACKS.iter().find_map(|back| word.strip_suffix(back));
        MONTHS.one.get(front.or(back)?).map(|month| (*month, false))
    };
    one.or_else(two).or_else(bare)
}

/// The table, and the first halves of the names of two words.
struct Months {
    one: HashMap<&'static str, u8>,
    begins: Vec<&'static str>,
}

static MONTHS: LazyLock<Months> = LazyLock::new(|| {
    let mut months = Months { one: HashMap::new(), begins: Vec::new() };
    for line in include_str!("months.txt").lines().filter(|line| !line.starts_with('#')) {
        for (month, names) in (1..).zip(line.split('|').skip(1)) {
            for name in names.split_whitespace() {
                months.one.entry(name).or_insert(month);
                months.begins.extend(name.split_once('_').map(|(first, _)| first));
            }
        }
    }
    months
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_twelve_months_and_the_languages_are_many() {
        let lines = include_str!("months.txt").lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for line in lines {
            assert_eq!(line.split('|').count(), 13, "{line}");
            assert!(line.split('|').all(|cell| !cell.trim().is_empty()), "{line}");
            let names = line.split_once('|').unwrap().1;
            assert_eq!(names, names.to_lowercase());
            count += 1;
        }
        assert!(count >= 60, "{count}");
    }

    #[test]
    fn no_name_of_one_language_means_two_of_its_months() {
        for line in include_str!("months.txt").lines().filter(|line| !line.starts_with('#')) {
            let mut seen = HashMap::new();
            for (month, names) in (1..).zip(line.split('|').skip(1)) {
                for name in names.split_whitespace() {
                    assert_eq!(*seen.entry(name).or_insert(month), month, "{name} of {line}");
                }
            }
        }
    }
}
