//! Pages made by hand for the groups room: what they declare, and nothing else.
#![allow(dead_code, unreachable_pub, reason = "each of the tests uses what it needs")]

use warraq::groups::{Builder, Group, Why};
use warraq::lang::Lang;
use warraq::page::{Alternate, PageKind, Place, Signal};
use warraq::record::trace::PageRow;

pub const SITE: &str = "https://news.example";

#[derive(Clone)]
pub struct Made {
    pub row: PageRow,
    pub alternates: Vec<Alternate>,
}

/// A page whose text is in the language it declares.
pub fn page(path: &str, lang: &str) -> Made {
    let lang = Lang::parse(lang);
    let row = PageRow {
        url: absolute(path),
        canonical: None,
        kind: PageKind::Article,
        title: Some(format!("title of {path}")),
        byline: Vec::new(),
        declared: lang.clone(),
        detected: lang,
        length: 2_000,
        ..PageRow::default()
    };
    Made { row, alternates: Vec::new() }
}

pub fn absolute(path: &str) -> String {
    if path.starts_with('/') { format!("{SITE}{path}") } else { path.to_owned() }
}

impl Made {
    pub fn says(mut self, signal: Signal, lang: &str, path: &str) -> Self {
        self.alternates.push(Alternate {
            url: absolute(path),
            url_raw: path.to_owned(),
            about: None,
            lang: Lang::parse(lang),
            lang_raw: lang.to_owned(),
            signal,
            place: Place::Head,
        });
        self
    }

    pub fn head(self, lang: &str, path: &str) -> Self {
        self.says(Signal::HeadLink, lang, path)
    }

    /// Its own language for another region.
    pub fn variant(mut self, lang: &str, path: &str) -> Self {
        let variant = self.clone().says(Signal::HeadLink, lang, path).alternates.pop();
        self.row.variants.extend(variant);
        self
    }

    pub fn titled(mut self, title: &str) -> Self {
        self.row.title = Some(title.to_owned());
        self
    }

    pub fn text_in(mut self, lang: &str) -> Self {
        self.row.detected = Lang::parse(lang);
        self
    }

    pub fn canonical(mut self, path: &str) -> Self {
        self.row.canonical = Some(absolute(path));
        self
    }
}

pub fn build(pages: &[Made], moves: &[(&str, &str)]) -> Vec<Group> {
    let mut builder = Builder::new();
    for page in pages {
        builder.add(&page.row, &page.alternates, None);
    }
    for (from, to) in moves {
        builder.add(&page(from, "und").row, &[], Some(&absolute(to)));
    }
    builder.finish()
}

/// `ar=/a en=/b`, a group a line.
pub fn shown(groups: &[Group]) -> Vec<String> {
    let path = |url: &str| url.trim_start_matches(SITE).to_owned();
    let line = |group: &Group| {
        let members = group.members.values().map(|member| {
            format!("{}={}", member.lang.as_ref().map_or("?", Lang::as_str), path(&member.url))
        });
        members.collect::<Vec<_>>().join(" ")
    };
    let mut lines: Vec<String> = groups.iter().map(line).collect();
    lines.sort();
    lines
}

pub fn whys(groups: &[Group]) -> Vec<Why> {
    groups.iter().flat_map(|group| &group.conflicts).map(|conflict| conflict.why).collect()
}
