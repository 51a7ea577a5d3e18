//! Anchors: what stands in a text and in its translation alike.
//!
//! Numbers, as amounts and in the digits of any script, and words in Latin letters that begin with a
//! capital, both read as for the print of a whole text. Both are sets: a sentence seldom names a thing twice, and a translator replaces the second by a
//! pronoun.

use std::collections::BTreeSet;

use crate::page::dates::ascii_digits;
use crate::page::print::anchors;

/// Anchors of one unit that are kept: beyond, it is a table.
const MOST: usize = 64;

/// The numbers and names of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Anchors {
    numbers: BTreeSet<String>,
    names: BTreeSet<String>,
}

/// What two sides have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shared {
    /// Numbers in both.
    pub(super) numbers: usize,
    /// Numbers in one only.
    pub(super) odd_numbers: usize,
    /// Names in both.
    pub(super) names: usize,
}

/// The anchors of a text.
pub(super) fn of(text: &str) -> Anchors {
    let (numbers, names) = anchors(&ascii_digits(text));
    let most = |set: BTreeSet<String>| set.into_iter().take(MOST).collect();
    Anchors { numbers: most(numbers), names: most(names) }
}

/// What the units of two sides share.
pub(super) fn shared(first: &[&Anchors], second: &[&Anchors]) -> Shared {
    let has = |side: &[&Anchors], number: &String| side.iter().any(|a| a.numbers.contains(number));
    let names = |side: &[&Anchors], name: &String| side.iter().any(|a| a.names.contains(name));
    let mut shared = Shared::default();
    for number in first.iter().flat_map(|anchors| &anchors.numbers) {
        let both = has(second, number);
        shared.numbers += usize::from(both);
        shared.odd_numbers += usize::from(!both);
    }
    let odd = second.iter().flat_map(|anchors| &anchors.numbers);
    shared.odd_numbers += odd.filter(|number| !has(first, number)).count();
    shared.names =
        first.iter().flat_map(|anchors| &anchors.names).filter(|name| names(second, name)).count();
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_survive_the_script() {
        let (english, arabic) =
            (of("In 2019 Airbus sold 1,400 of 17."), of("باعت Airbus ١٬٤٠٠ من ١٧ عام ٢٠١٩"));
        let shared = shared(&[&english], &[&arabic]);
        assert_eq!(shared, Shared { numbers: 3, odd_numbers: 0, names: 1 });
    }

    #[test]
    fn what_one_side_lacks_is_odd() {
        let (one, other) = (of("12 and 13"), of("13 and 14"));
        let shared = shared(&[&one], &[&other]);
        assert_eq!((shared.numbers, shared.odd_numbers), (1, 2));
    }
}
