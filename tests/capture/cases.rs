//! Answers that must come through byte for byte, and those that must not come through at all:
//! the rows of `tables/wire.txt`.

#![allow(dead_code, reason = "each test file uses a part")]

use super::escapes::unescape;

/// How the exchange must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// Complete, without a defect.
    Whole,
    /// Complete, with a defect: kept, but the connection is not.
    Marked,
    /// Ended early; all that came is kept.
    Cut,
    /// Ended by the server, with broken chunks; all that came is kept.
    Broken,
    /// Nothing that could be archived.
    Nothing,
}

/// What happens to the connection after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Keep,
    Close,
    Reset,
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) after: After,
    pub(crate) want: Want,
    /// The entity, when the case is about it.
    pub(crate) entity: Option<Vec<u8>>,
    /// Bytes before the block (interim responses) and after it (excess).
    pub(crate) before: usize,
    pub(crate) beyond: usize,
    /// Whether it answers a HEAD.
    pub(crate) head: bool,
}

pub(crate) fn all() -> Vec<Case> {
    let lines = include_str!("../tables/wire.txt").lines();
    lines.filter(|line| !line.starts_with('#')).map(read).collect()
}

fn read(line: &'static str) -> Case {
    let [name, want, after, bytes, entity] = line.split(" | ").collect::<Vec<_>>()[..] else {
        panic!("not five columns: {line}");
    };
    let (before, rest) = bytes.split_once("\\<").unwrap_or(("", bytes));
    let (block, beyond) = rest.split_once("\\>").unwrap_or((rest, ""));
    let [before, block, beyond] = [before, block, beyond].map(written_out);
    let want = match want {
        "whole" => Want::Whole,
        "marked" => Want::Marked,
        "cut" => Want::Cut,
        "broken" => Want::Broken,
        "nothing" => Want::Nothing,
        _ => panic!("no such end: {line}"),
    };
    let (after, head) = match after.strip_suffix(" head") {
        Some(after) => (after, true),
        None => (after, false),
    };
    let after = match after {
        "keep" => After::Keep,
        "close" => After::Close,
        "reset" => After::Reset,
        _ => panic!("the server does what? {line}"),
    };
    Case {
        name,
        after,
        want,
        entity: match entity {
            "*" => None,
            "-" => Some(Vec::new()),
            text => Some(unescape(text)),
        },
        before: before.len(),
        beyond: beyond.len(),
        bytes: [before, block, beyond].concat(),
        head,
    }
}

/// The bytes of a cell: escapes, `\*N{x}` for x N times, `\#N` for N bytes that count up.
fn written_out(cell: &str) -> Vec<u8> {
    let counts = |n: u32| (0..n).map(|n| u8::try_from(n % 251).unwrap()).collect();
    let Some(at) = cell.find("\\*").or_else(|| cell.find("\\#")) else { return unescape(cell) };
    let rest = &cell[at + 2..];
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let times = rest[..end].parse().unwrap();
    let (many, rest) = match rest[end..].strip_prefix('{') {
        Some(inside) => {
            let (what, rest) = inside.split_once('}').unwrap();
            (unescape(what).repeat(usize::try_from(times).unwrap()), rest)
        }
        None => (counts(times), &rest[end..]),
    };
    [unescape(&cell[..at]), many, written_out(rest)].concat()
}
