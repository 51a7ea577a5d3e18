//! Filling: a template's slots, and what of the story a reader of the page gets to see by them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::story::{Block, Kind, Site, Story};

/// Characters of a teaser.
const TEASER: usize = 110;

/// One page being written.
pub(crate) struct Page<'s> {
    pub(crate) site: &'s Site,
    pub(crate) story: &'s Story,
    pub(crate) number: usize,
    pub(crate) charset: &'s str,
    pub(crate) url: String,
    /// What of the story the page shows: `authors`, `role`, `date`, …
    pub(crate) shown: BTreeSet<&'static str>,
    /// Texts on the page that are not the story's.
    pub(crate) noise: BTreeSet<String>,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(TEASER) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Page<'_> {
    /// The text with every `{{slot}}` filled.
    pub(crate) fn fill(&mut self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, slot, after)) = split(rest) {
            out.push_str(before);
            out.push_str(&self.slot(slot));
            rest = after;
        }
        out + rest
    }

    fn slot(&mut self, slot: &str) -> String {
        if let Some(form) = slot.strip_prefix("body") {
            return self.body(form);
        }
        if let Some(name) = slot.strip_prefix("json:") {
            return match name {
                "blocks" => json!(self.json_blocks()).to_string(),
                "nav" => json!(self.site.word("nav").split(" | ").collect::<Vec<_>>()).to_string(),
                _ => json!(self.text(name)).to_string(),
            };
        }
        match slot {
            "og" => self.opengraph(),
            "ld" => self.structured(true),
            "ld:brand" => self.structured(false),
            "flight" => self.flight(),
            "nav" => self.nav("li"),
            "nav-divs" => self.nav("div"),
            "slides" => self.slides(),
            _ => escaped(&self.text(slot)),
        }
    }

    /// The plain text of a slot.
    fn text(&mut self, slot: &str) -> String {
        let (site, story) = (self.site, self.story);
        let day = &story.date.0;
        match slot {
            "lang" | "dir" | "site" | "more" | "share" | "also" => self.word(slot),
            "news" | "cookie" | "photo" | "rights" => self.noisy(site.word(slot)),
            "comment1" => self.noisy(site.one_of("comment", 1)),
            "comment2" => self.noisy(site.one_of("comment", 2)),
            "other1" | "other2" | "teaser1" | "teaser2" => {
                let text = self.other(slot);
                self.noisy(&text)
            }
            "title" => story.title.clone(),
            "desc" => shortened(&story.blocks[0].text),
            "key" => story.key.clone(),
            "url" => self.url.clone(),
            "number" => self.number.to_string(),
            "charset" => self.charset.to_owned(),
            "nav-slug" => "local".to_owned(),
            "nav1" | "nav2" | "nav3" | "nav5" => {
                site.one_of("nav", slot[3..].parse().unwrap()).to_owned()
            }
            "iso" => self.seen("date", day.clone()),
            "datetime" => self.seen("date", format!("{day}T09:40:00Z")),
            "path" => self.seen("date", day.replace('-', "/")),
            "path-month" => day[..7].replace('-', "/"),
            "shown" => self.seen("date", story.date.1.clone()),
            "published" => self.seen("date", site.word("pub").replace("{}", &story.date.1)),
            "modified" => format!("{day}T16:05:00Z"),
            "lastmod" => story.date.1.clone(),
            "updated" => self.noisy(&site.word("upd").replace("{}", &story.date.1)),
            "changed" => self.noisy(&site.word("upd").replace("{}", "28.12.2026")),
            "pull" => story.blocks.last().unwrap().text.clone(),
            _ => self.people(slot),
        }
    }

    /// Slots that name somebody.
    fn people(&mut self, slot: &str) -> String {
        let (site, story) = (self.site, self.story);
        let names = || story.by.join(site.word("and")).replace('+', "");
        match slot {
            "byword" => site.word("byline").replace("{}", "").trim().to_owned(),
            "names" => self.seen("authors", names()),
            "name" if story.by.len() == 1 => self.seen("authors", names()),
            "by" => {
                let by = site.word("byline").replace("{}", &names());
                if story.role.as_ref().is_some_and(|role| by.contains(role.as_str())) {
                    self.shown.insert("role");
                }
                self.noise.insert(by.clone());
                self.seen("authors", by)
            }
            "role" => {
                let role = story.role.clone().expect("a role");
                self.noise.insert(role.clone());
                self.seen("role", role)
            }
            "translated" => {
                let line = site.word("trans").replace("{}", &story.trans.join(site.word("and")));
                self.noise.insert(line.clone());
                self.seen("translators", line)
            }
            "agency" => self.seen("agency", story.agency.clone().expect("an agency")),
            "caption" => self.seen("caption", story.caption.clone().expect("a caption")),
            _ => panic!("no slot {slot} for {}", story.key),
        }
    }

    fn word(&mut self, name: &str) -> String {
        self.site.word(name).to_owned()
    }

    fn seen(&mut self, what: &'static str, text: String) -> String {
        assert!(!text.is_empty(), "{}: {what} is not known", self.story.key);
        self.shown.insert(what);
        text
    }

    fn noisy(&mut self, text: &str) -> String {
        self.noise.insert(text.to_owned());
        text.to_owned()
    }

    /// Title or beginning of another story of the site.
    fn other(&self, slot: &str) -> String {
        let stories = &self.site.stories;
        let own = stories.iter().position(|story| story.key == self.story.key).unwrap();
        let second = slot.ends_with('2');
        let step = if second { stories.len() - 1 } else { 1 };
        let other = &stories[(own + step) % stories.len()];
        // Too few stories for two others: some other line of the site.
        if other.key == self.story.key || second && stories.len() < 3 {
            return format!("{}: {}", self.site.word("more"), self.site.one_of("nav", 3));
        }
        let text = if slot.starts_with("other") { &other.title } else { &other.blocks[0].text };
        shortened(text)
    }

    fn nav(&self, tag: &str) -> String {
        let items = self.site.word("nav").split(" | ").enumerate();
        let item = |(at, word)| format!("<{tag}><a href=\"/n{at}\">{word}</a></{tag}>");
        items.map(item).collect::<Vec<_>>().concat()
    }

    fn opengraph(&mut self) -> String {
        let meta = |(name, slot): (&str, &str)| {
            let text = if name == "type" { slot.to_owned() } else { escaped(&self.text(slot)) };
            format!("<meta property=\"og:{name}\" content=\"{text}\">")
        };
        let all = [("title", "title"), ("type", "article"), ("site_name", "site"), ("url", "url")];
        all.into_iter().chain([("description", "desc")]).map(meta).collect::<Vec<_>>().concat()
    }

    /// JSON-LD, with the people or with the site in the author's place.
    fn structured(&mut self, with_people: bool) -> String {
        let person = |name: &String| json!({"@type": "Person", "name": name});
        let brand = json!({"@type": "Organization", "name": self.site.word("site")});
        let author = if with_people {
            self.shown.insert("authors");
            Value::Array(self.story.authors().iter().map(person).collect())
        } else {
            brand.clone()
        };
        let value = json!({
            "@context": "https://schema.org", "@type": "NewsArticle",
            "headline": self.story.title, "author": author, "publisher": brand,
            "datePublished": self.text("datetime"), "dateModified": self.text("modified"),
            "mainEntityOfPage": self.url,
        });
        format!("<script type=\"application/ld+json\">{value}</script>")
    }

    /// The story as a rendered tree that a script streams in.
    fn flight(&mut self) -> String {
        self.shown.insert("body");
        let rows = self.story.blocks.iter().enumerate();
        let row = |(at, block): (usize, &Block)| json!(["$", "p", at.to_string(), {"children": block.text}]);
        let tree = json!(["$", "article", null, {"className": "story", "children": rows.map(row).collect::<Vec<_>>()}]);
        json!(format!("7:{tree}\n")).to_string()
    }

    fn json_blocks(&mut self) -> Vec<Value> {
        self.shown.insert("body");
        let block = |block: &Block| json!({"type": "paragraph", "text": block.text});
        self.story.blocks.iter().map(block).collect()
    }

    fn slides(&mut self) -> String {
        self.shown.insert("slides");
        let slides = self.story.blocks.iter().filter(|block| block.kind == Kind::Slide);
        let slide = |(at, block): (usize, &Block)| {
            let text = escaped(&block.text);
            format!(
                "<figure class=\"slide\"><img src=\"/s{at}.jpg\"><figcaption>{text}</figcaption></figure>\n"
            )
        };
        slides.enumerate().map(slide).collect::<Vec<_>>().concat()
    }

    /// Blocks of the body: `:FORM` and `:RANGE` say how they are marked up and which they are.
    fn body(&mut self, form: &str) -> String {
        self.shown.insert("body");
        let parts: Vec<&str> = form.split(':').filter(|part| !part.is_empty()).collect();
        let range = parts.iter().find(|part| part.starts_with(|c: char| c.is_ascii_digit()));
        let tag = parts.iter().find(|part| part.starts_with(|c: char| c.is_ascii_lowercase()));
        let (from, to) = range.map_or((1, usize::MAX), |range| bounds(range));
        let blocks: Vec<&Block> =
            self.story.blocks.iter().filter(|block| block.kind != Kind::Slide).collect();
        let blocks = &blocks[(from - 1).min(blocks.len())..to.min(blocks.len())];
        match tag {
            Some(&"br") => {
                blocks.iter().map(|b| escaped(&b.text)).collect::<Vec<_>>().join("<br><br>\n")
            }
            Some(tag) => {
                let held = |block: &&Block| format!("<{tag}>{}</{tag}>\n", escaped(&block.text));
                blocks.iter().map(held).collect::<Vec<_>>().concat()
            }
            None => marked_up(blocks),
        }
    }
}

fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (slot, after) = rest.split_once("}}")?;
    Some((before, slot, after))
}

fn bounds(range: &str) -> (usize, usize) {
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    (from.parse().unwrap(), to.parse().unwrap_or(usize::MAX))
}

fn marked_up(blocks: &[&Block]) -> String {
    let mut out = String::new();
    for (at, block) in blocks.iter().enumerate() {
        let text = escaped(&block.text);
        let is_item = |at: Option<usize>| {
            at.and_then(|at| blocks.get(at)).is_some_and(|block| block.kind == Kind::Item)
        };
        let piece = match block.kind {
            Kind::Paragraph | Kind::Slide => format!("<p>{text}</p>\n"),
            Kind::Heading => format!("<h2>{text}</h2>\n"),
            Kind::Quote => format!("<blockquote><p>{text}</p></blockquote>\n"),
            Kind::Question => format!("<p><strong>{text}</strong></p>\n"),
            Kind::Item => {
                let open = if is_item(at.checked_sub(1)) { "" } else { "<ul>" };
                let close = if is_item(Some(at + 1)) { "" } else { "</ul>\n" };
                format!("{open}<li>{text}</li>{close}")
            }
        };
        out.push_str(&piece);
    }
    out
}
