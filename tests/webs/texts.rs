//! Texts: three stories in eleven languages, for pages that are made.
//!
//! Every word was written for these tests. The numbers are the same in every language, as they are
//! in real translations.

/// The stories, by name.
const STORIES: &[(&str, &str)] = &[
    ("lighthouse", include_str!("texts/lighthouse.txt")),
    ("seeds", include_str!("texts/seeds.txt")),
    ("tram", include_str!("texts/tram.txt")),
];

/// One story in one language.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Its headline.
    pub title: &'static str,
    /// Its paragraphs, a line each.
    pub body: &'static str,
}

/// A story in a language, by its primary subtag.
pub fn text(story: &str, lang: &str) -> Text {
    let (_, all) = STORIES.iter().find(|(name, _)| *name == story).unwrap();
    let primary = lang.split('-').next().unwrap();
    let mark = format!("[{primary}]\n");
    let start = all.find(&mark).unwrap_or_else(|| panic!("{story} is not told in {lang}"));
    let rest = &all[start + mark.len()..];
    let section = rest.split("\n[").next().unwrap().trim_end();
    let (title, body) = section.split_once('\n').unwrap();
    Text { title, body }
}

impl Text {
    /// Its paragraphs as HTML.
    pub fn paragraphs(&self) -> String {
        let lines: Vec<String> = self.body.lines().map(|line| format!("<p>{line}</p>\n")).collect();
        lines.concat()
    }
}
