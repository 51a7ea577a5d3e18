//! Notes about the author: the last lines of a body that tell who the people of the byline are.
//!
//! Most stand in a box that is called so and never reach the body; others are a last paragraph in
//! nothing but italics. Only the names of the byline open one, so a story about somebody else stays.

use super::blocks::Draft;
use crate::page::Person;

/// Blocks at the end of a body that are looked at, and letters of a note.
const LAST: usize = 3;
const LETTERS: u32 = 400;
/// Share of a body, one of so many, that its notes may be.
const SHARE: u32 = 3;

/// What stands between a name and what its bearer is.
const COPULAS: &[&str] = &[
    " is ",
    " covers ",
    " writes ",
    " reports on ",
    " can be reached",
    " ist ",
    " arbeitet ",
    " schreibt ",
    " est ",
    " es ",
    " è ",
    " é ",
    " jest ",
    " är ",
    " er ",
    " este ",
    " je ",
    " on ",
    " is een ",
    " — ",
    " – ",
    " هو ",
    " هي ",
    " صحفي",
    " صحافي",
    " كاتب",
    " είναι ",
    " является ",
    " हैं",
    "는 ",
    "은 ",
];

/// The rows of the blocks at the end of a body that are notes about its people.
pub(crate) fn lines(body: &[Draft], people: &[Person]) -> Vec<usize> {
    let total: u32 = body.iter().map(|draft| draft.measure.letters).sum();
    let opens = |text: &str| {
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        people.iter().any(|person| {
            let rest = text.strip_prefix(person.name.as_str());
            rest.is_some_and(|rest| COPULAS.iter().any(|copula| rest.starts_with(copula)))
        })
    };
    let is_note = |draft: &&Draft| {
        let small = draft.measure.letters <= LETTERS && draft.measure.letters * SHARE <= total;
        draft.level == 0 && small && opens(&draft.text)
    };
    let last = body.iter().rev().take(LAST).take_while(is_note);
    last.map(|draft| draft.at).collect()
}
