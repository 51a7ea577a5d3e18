//! Stories: what the corpus tells, a file a language, with the words a site of that language has
//! around its articles.

use std::collections::BTreeMap;
use std::path::Path;

/// The words of one site.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    words: BTreeMap<String, String>,
    pub(crate) stories: Vec<Story>,
}

impl Site {
    pub(crate) fn word(&self, name: &str) -> &str {
        let word = self.words.get(name).map(String::as_str);
        word.unwrap_or_else(|| if name == "dir" { "ltr" } else { panic!("no word {name}") })
    }

    /// One of several words behind a name, counted from 1.
    pub(crate) fn one_of(&self, name: &str, number: usize) -> &str {
        self.word(name).split(" | ").nth(number - 1).unwrap()
    }
}

/// One article as its author meant it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story {
    pub(crate) key: String,
    pub(crate) title: String,
    /// Its authors; what stands before a `+` is shown and no part of the name.
    pub(crate) by: Vec<String>,
    pub(crate) role: Option<String>,
    pub(crate) trans: Vec<String>,
    pub(crate) agency: Option<String>,
    /// The day, and as the page writes it.
    pub(crate) date: (String, String),
    pub(crate) caption: Option<String>,
    pub(crate) blocks: Vec<Block>,
}

impl Story {
    /// The names of its authors.
    pub(crate) fn authors(&self) -> Vec<String> {
        let name = |by: &String| by.split_once('+').map_or(by.clone(), |(_, name)| name.to_owned());
        self.by.iter().map(name).collect()
    }
}

/// A block of a story.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Paragraph,
    Heading,
    Item,
    Quote,
    Question,
    /// The caption of a picture of a gallery.
    Slide,
}

const MARKS: [(&str, Kind); 6] = [
    ("# ", Kind::Heading),
    ("## ", Kind::Heading),
    ("- ", Kind::Item),
    ("> ", Kind::Quote),
    ("? ", Kind::Question),
    ("^ ", Kind::Slide),
];

/// All sites, by the name of their file.
pub(crate) fn sites() -> BTreeMap<String, Site> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/stories");
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, site(&std::fs::read_to_string(path).unwrap()))
    };
    std::fs::read_dir(dir).unwrap().map(file).collect()
}

fn site(text: &str) -> Site {
    let mut parts = text.split("\n=== ");
    let words = parts.next().unwrap().lines().filter(|line| !line.is_empty());
    let word = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), value.to_owned())
    };
    Site { words: words.map(word).collect(), stories: parts.map(story).collect() }
}

fn story(text: &str) -> Story {
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let mut story = Story { key: lines.next().unwrap().to_owned(), ..Story::default() };
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        let all = || value.split("; ").map(str::to_owned).collect();
        match name {
            "title" => value.clone_into(&mut story.title),
            "by" => story.by = all(),
            "role" => story.role = Some(value.to_owned()),
            "trans" => story.trans = all(),
            "agency" => story.agency = Some(value.to_owned()),
            "caption" => story.caption = Some(value.to_owned()),
            "date" => {
                let (day, shown) = value.split_once(" | ").unwrap();
                story.date = (day.to_owned(), shown.to_owned());
            }
            _ => panic!("{}: no field {name}", story.key),
        }
    }
    story.blocks = body.lines().filter(|line| !line.is_empty()).map(block).collect();
    story
}

fn block(line: &str) -> Block {
    let marked = |(mark, kind): (&str, Kind)| {
        line.strip_prefix(mark).map(|text| Block { kind, text: text.to_owned() })
    };
    let plain = || Block { kind: Kind::Paragraph, text: line.to_owned() };
    MARKS.into_iter().find_map(marked).unwrap_or_else(plain)
}
