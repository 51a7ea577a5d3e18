//! Stories told in many languages, sentence by sentence, with what each sentence tells.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    reason = "a test's data; not every test needs all of it"
)]

use std::collections::BTreeSet;

use warraq::align::{self, Unit};
use warraq::lang::Lang;

pub const STORIES: [&str; 2] = [include_str!("archive.txt"), include_str!("orchestra.txt")];

/// A story in one language.
pub struct Telling {
    pub lang: Lang,
    /// Blocks of sentences; of each the numbers of what it tells.
    pub blocks: Vec<Vec<(Vec<u32>, String)>>,
}

impl Telling {
    /// Its blocks as a page has them: one text each.
    pub fn texts(&self) -> Vec<String> {
        let glue = if matches!(self.lang.language(), "zh" | "ja") { "" } else { " " };
        let text = |block: &Vec<(Vec<u32>, String)>| {
            block.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(glue)
        };
        self.blocks.iter().map(text).collect()
    }

    pub fn sentences(&self) -> Vec<Unit> {
        let texts = self.texts();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        align::sentences(&texts, Some(&self.lang))
    }

    pub fn numbers(&self) -> Vec<&[u32]> {
        self.blocks.iter().flatten().map(|(numbers, _)| numbers.as_slice()).collect()
    }
}

pub fn tellings(story: &str) -> Vec<Telling> {
    let mut tellings: Vec<Telling> = Vec::new();
    for line in story.lines().filter(|line| !line.starts_with('#')) {
        if let Some(lang) = line.strip_prefix('[') {
            let lang = Lang::parse(lang.trim_end_matches(']')).unwrap();
            tellings.push(Telling { lang, blocks: vec![Vec::new()] });
            continue;
        }
        let blocks = &mut tellings.last_mut().unwrap().blocks;
        match line.split_once(' ') {
            Some((numbers, text)) => {
                let numbers = numbers.split('+').map(|number| number.parse().unwrap()).collect();
                blocks.last_mut().unwrap().push((numbers, text.to_owned()));
            }
            None => blocks.push(Vec::new()),
        }
    }
    tellings
}

/// The beads a reader would make: sentences belong together that tell of the same.
pub fn gold(first: &[&[u32]], second: &[&[u32]]) -> BTreeSet<(Vec<usize>, Vec<usize>)> {
    let mut told: Vec<BTreeSet<u32>> = Vec::new();
    for numbers in first.iter().chain(second) {
        let mut merged: BTreeSet<u32> = numbers.iter().copied().collect();
        told.retain(|set| {
            let apart = set.is_disjoint(&merged);
            if !apart {
                merged.extend(set);
            }
            apart
        });
        told.push(merged);
    }
    let of = |side: &[&[u32]], set: &BTreeSet<u32>| -> Vec<usize> {
        let tells = |numbers: &&[u32]| numbers.iter().any(|number| set.contains(number));
        (0..side.len()).filter(|at| tells(&side[*at])).collect()
    };
    told.iter()
        .map(|set| (of(first, set), of(second, set)))
        .filter(|(a, b)| !a.is_empty() && !b.is_empty())
        .collect()
}
