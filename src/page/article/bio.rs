//! Notes about the author: lines at either end of a body that tell who the people of the byline are.
//!
//! Most stand in a box that is called so and never reach the body; others are a last paragraph in
//! nothing but italics. Only the names of the byline open one, so a story about somebody else stays.

use super::blocks::Draft;
use super::outline::Outline;
use crate::page::Person;

/// Blocks at the end of a body that are looked at, and letters of a note.
const LAST: usize = 3;
const LETTERS: u32 = 400;
/// Characters of a note in which its name stands.
const BEGINS: usize = 60;
/// Rows of a note.
const MAX_ROWS: usize = 60;
/// Bytes of a name.
const NAME: usize = 120;
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
    " γράφει ",
    " пишет ",
    " працює ",
    " работает ",
    " yazıyor",
    " escribe ",
    " escreve ",
    " scrive ",
    " écrit ",
    " schrijft ",
    " skriver ",
    " pisze ",
    " يكتب ",
    " تكتب ",
    " เป็น",
    "是",
    "は",
    " является ",
    " हैं",
    "는 ",
    "은 ",
];

/// The rows of the blocks at either end of a body that are notes about its people.
pub(crate) fn lines(outline: &Outline<'_>, body: &[Draft], people: &[Person]) -> Vec<usize> {
    let total: u32 = body.iter().map(|draft| draft.measure.letters).sum();
    let opens = |text: &str| {
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        people.iter().any(|person| {
            let rest = text.strip_prefix(person.name.as_str());
            rest.is_some_and(|rest| COPULAS.iter().any(|copula| rest.starts_with(copula)))
        })
    };
    let named = |text: &str| {
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        // A Japanese name may stand with a space in the byline and without one in the note.
        let joined = |name: &str| name.split(' ').collect::<String>();
        people.iter().any(|person| {
            text.starts_with(person.name.as_str()) || text.starts_with(&joined(&person.name))
        })
    };
    let is_note = |draft: &&Draft| {
        let small = draft.measure.letters <= LETTERS && draft.measure.letters * SHARE <= total;
        let slanted = || named(&draft.text) && is_slanted(outline, draft);
        draft.level == 0 && small && (opens(&draft.text) || slanted())
    };
    let last = body.iter().rev().take(LAST).take_while(is_note);
    // Above the text a note stands below the name it is about, in a box of both.
    let small =
        |draft: &&Draft| draft.measure.letters <= LETTERS && draft.measure.letters * SHARE <= total;
    let first = body
        .iter()
        .take(LAST)
        .filter(small)
        .filter(|draft| draft.level == 0 && is_named(outline, draft, people));
    last.chain(first).map(|draft| draft.at).collect()
}

/// Whether all of a block is in slanted type, as notes are.
pub(crate) fn is_slanted(outline: &Outline<'_>, draft: &Draft) -> bool {
    let slants = |at: usize| {
        outline.row(at).and_then(|row| row.element).is_some_and(|e| matches!(e.name(), "em" | "i"))
    };
    let slanted = |at: usize| {
        let said = outline.row(at).is_some_and(|row| row.text.chars().any(char::is_alphanumeric));
        !said || outline.above(at).take(4).take_while(|above| *above >= draft.holder).any(slants)
    };
    draft.end > draft.at && (draft.at..draft.end).take(MAX_ROWS).all(slanted)
}

/// Whether the element before a block in its box says the name of somebody the block begins with,
/// and no more.
fn is_named(outline: &Outline<'_>, draft: &Draft, people: &[Person]) -> bool {
    let Some(parent) = outline.row(draft.holder).map(|row| row.parent) else { return false };
    let before = outline.children(parent).take_while(|child| *child < draft.holder);
    let Some(before) = before.filter(|at| outline.below(*at).letters > 0).last() else {
        return false;
    };
    let said = outline.text(before, NAME);
    let begins = || draft.text.chars().take(BEGINS).collect::<String>().replace(' ', "");
    people.iter().any(|one| said == one.name) && begins().contains(&said.replace(' ', ""))
}
