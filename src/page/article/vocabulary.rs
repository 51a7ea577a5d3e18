//! The vocabulary: what the words in a `class`, an `id`, a `role` say about an element.
//!
//! Names are cut into words at punctuation and at camel-case humps and looked up whole, so that
//! `ad` is found in `ad-slot` and not in `header`. The tables hold words many sites and themes
//! share, never one publisher's. Owned by the outline; it never judges an element alone.

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::LazyLock;

/// What the names of an element say of it, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signs(u16);

impl Signs {
    /// Menus, shares, comments, related links, boxes: never body.
    pub(crate) const CHROME: Self = Self(1);
    /// The body itself (`entry-content`, `articleBody`, …).
    pub(crate) const BODY: Self = Self(1 << 1);
    /// A word that speaks for text (`article`, `content`, `post`, …).
    pub(crate) const TEXT: Self = Self(1 << 2);
    /// A byline or an author.
    pub(crate) const BYLINE: Self = Self(1 << 3);
    /// A date.
    pub(crate) const DATE: Self = Self(1 << 4);
    /// A caption or a picture credit.
    pub(crate) const CAPTION: Self = Self(1 << 5);
    /// A headline.
    pub(crate) const TITLE: Self = Self(1 << 6);
    /// Not shown (`hidden`, `display:none`).
    pub(crate) const HIDDEN: Self = Self(1 << 7);
    /// A lead paragraph, standing apart from the body on many pages.
    pub(crate) const LEAD: Self = Self(1 << 8);
    /// A translator.
    pub(crate) const TRANSLATOR: Self = Self(1 << 9);
    /// The author's description: a job title or a biography.
    pub(crate) const BIO: Self = Self(1 << 10);
    /// The author's job title and nothing else.
    pub(crate) const ROLE: Self = Self(1 << 11);
    /// A teaser: of another page where it is linked, the lead of this one where it is not.
    pub(crate) const TEASER: Self = Self(1 << 12);

    /// A notice of cookies or consent: never body, however little else a page shows.
    pub(crate) const NOTICE: Self = Self(1 << 13);
    /// A mark set into a line for machines or editors (`[1]`, `[edit]`, text for screen readers):
    /// no word of the sentence it stands in.
    pub(crate) const MARK: Self = Self(1 << 14);

    /// Whether any bit of `other` is set.
    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

const CHROME: &str = "nav navi navigation navbar menu menus submenu breadcrumb breadcrumbs crumb crumbs \
    footer foot sidebar aside related relateds share shares sharing sharebar sharetools \
    social socials socialmedia addthis sharedaddy comment comments commentlist respond disqus reply \
    newsletter newsletters subscribe subscription signup login register registration cookie cookies consent gdpr \
    ad ads adv advert adverts advertisement advertising adsbygoogle adslot adbox banner banners \
    sponsor sponsored promo promos promotion promoted outbrain taboola recirc \
    recommend recommended recommendation recommendations popular trending mostread \
    pagination pager paging toolbar tools tags taglist tagcloud \
    popup modal overlay dialog tooltip paywall donate donation \
    rating ratings vote poll quiz copyright masthead toc jp disclaimer hatnote \
    noprint skip legal sitemap shengming mianze \
    editsection sitesub contentsub catlinks reference reflist navbox infobox ticker carousel slideshow slider \
    feedback attachment attachments follow metadata prev previous noexcerpt";

const BODY: &str = "articlebody storybody postbody entrycontent postcontent articlecontent \
    articletext storycontent bodytext bodycopy storytext articlebodytext newsbody newscontent newstext \
    fulltext";

const TEXT: &str = "article body content entry main page post text story blog hentry column \
    paragraph prose news richtext detail details";

const PAIRS: &[(&str, &str)] = &[
    ("article", "body"),
    ("article", "content"),
    ("article", "text"),
    ("article", "main"),
    ("article", "copy"),
    ("body", "text"),
    ("body", "content"),
    ("body", "copy"),
    ("content", "body"),
    ("content", "text"),
    ("content", "article"),
    ("content", "story"),
    ("detail", "content"),
    ("detail", "text"),
    ("detail", "body"),
    ("entry", "content"),
    ("entry", "body"),
    ("entry", "text"),
    ("main", "text"),
    ("main", "article"),
    ("news", "body"),
    ("news", "content"),
    ("news", "text"),
    ("post", "body"),
    ("post", "content"),
    ("post", "entry"),
    ("post", "text"),
    ("story", "body"),
    ("story", "content"),
    ("story", "text"),
    ("rich", "text"),
    ("text", "content"),
    ("text", "body"),
    ("text", "article"),
    ("article", "paragraph"),
];

const BYLINE: &str = "author authors byline bylines writer reporter journalist contributor \
    contributors autor autore auteur autoren redakteur authorname bylinename verfasser \
    dateline writtenby postedby creator yazar muhabir szerzo skribent forfatter penulis tekija \
    kirjoittaja auteurs redactor redactora giornalista journaliste";

const DATE: &str = "date dates time datetime timestamp published publish pubdate publishdate \
    publication datum fecha updated created submitted dateline pubtime publishtime posttime \
    newstime newsdate articledate postdate storydate entrydate createdate createtime releasedate";

const CAPTION: &str =
    "caption captions figcaption credit credits wp-caption-text photographer legend";

const TITLE: &str = "title headline heading headlines h1";

const LEAD: &str = "lead lede intro introduction standfirst subtitle excerpt summary abstract \
    kicker teaser chapo dek deck description subheadline subhead";

const TEASER: &str = "teaser teasers";

const MARK: &str = "editsection reference noprint skip rating ratings copyright navigation";

const TRANSLATOR: &str = "translator translators translatedby";

const BIO: &str = "bio biography authorbox aboutauthor authorbio jobtitle position saboxplugin abh";

/// What stands behind `author` in the name of a box about the author.
const ABOUT: &[&str] = &[
    "bio",
    "box",
    "card",
    "about",
    "description",
    "desc",
    "info",
    "section",
    "profile",
    "details",
];

const ROLE: &str = "role jobtitle occupation";

/// Beginnings that say as much as the whole word, for names written without a hump.
const STEMS: &[(&str, Signs)] = &[
    ("related", Signs::CHROME),
    ("comment", Signs::CHROME),
    ("recommend", Signs::CHROME),
    ("newsletter", Signs::CHROME),
    ("advert", Signs::CHROME),
    ("sponsor", Signs::CHROME),
    ("sidebar", Signs::CHROME),
    ("social", Signs::CHROME),
    ("breadcrumb", Signs::CHROME),
    ("navigation", Signs::CHROME),
    ("footer", Signs::CHROME),
    ("postmeta", Signs::CHROME),
    ("disclosure", Signs::CHROME),
    ("shareb", Signs::CHROME),
    ("cookie", Signs::CHROME),
    ("subscri", Signs::CHROME),
    ("byline", Signs::BYLINE),
];

/// What the tables hold of a word.
#[derive(Debug, Default)]
struct Known {
    signs: Signs,
    /// The words that, behind it, name the body.
    body_with: Vec<&'static str>,
}

static WORDS: LazyLock<HashMap<&'static str, Known>> = LazyLock::new(|| {
    let lists = [
        (CHROME, Signs::CHROME),
        ("cookie cookies consent gdpr", Signs::NOTICE),
        (BODY, Signs::BODY),
        (TEXT, Signs::TEXT),
        (BYLINE, Signs::BYLINE),
        (DATE, Signs::DATE),
        (CAPTION, Signs::CAPTION),
        (TITLE, Signs::TITLE),
        (LEAD, Signs::LEAD),
        (TEASER, Signs::TEASER),
        (MARK, Signs::MARK),
        (TRANSLATOR, Signs::TRANSLATOR),
        (BIO, Signs::BIO),
        (ROLE, Signs::ROLE),
    ];
    let mut words: HashMap<&'static str, Known> = HashMap::new();
    for (list, sign) in lists {
        for word in list.split_ascii_whitespace() {
            let known = words.entry(word).or_default();
            known.signs = known.signs.with(sign);
        }
    }
    for (word, next) in PAIRS {
        words.entry(word).or_default().body_with.push(next);
    }
    words
});

/// Longest name that is read; utility-class soup beyond it says nothing.
const MAX_NAME: usize = 256;

/// What one `class` or `id` says.
pub(crate) fn signs(name: &str) -> Signs {
    let mut all = Signs::default();
    for token in name.split_ascii_whitespace().take(24) {
        if token.len() <= MAX_NAME {
            all = all.with(token_signs(token));
        }
    }
    all
}

/// What one class token says: its words, alone and in pairs.
fn token_signs(token: &str) -> Signs {
    let mut all = Signs::default();
    let room = || String::with_capacity(token.len());
    let (mut before, mut word) = (room(), room());
    let mut before_known: Option<&Known> = None;
    let mut chars = token.chars().peekable();
    // WordPress gives this bare class to its boxes; page builders compound it for anything.
    if token == "widget" {
        all = all.with(Signs::CHROME);
    }
    while next_word(&mut chars, &mut word) {
        let known = WORDS.get(word.as_str());
        // `has-sidebar`, `no-ads`: what an element has, it is not.
        let is_had = matches!(before.as_str(), "has" | "no" | "with" | "without" | "hide" | "show");
        if !is_had {
            if before_known.is_some_and(|before| before.body_with.contains(&word.as_str())) {
                all = all.with(Signs::BODY);
            }
            all = all.with(pair_signs(&before, &word));
            // Drupal calls a field `entity-reference` that holds the paragraphs of a story.
            if (before.as_str(), word.as_str()) != ("entity", "reference") {
                all = all.with(word_signs(&word, known));
            }
        }
        before_known = known;
        std::mem::swap(&mut before, &mut word);
    }
    all
}

/// What a word says behind another.
fn pair_signs(before: &str, word: &str) -> Signs {
    match (before, word) {
        ("screen", "reader") | ("sr", "only") | ("visually", "hidden") => {
            Signs::CHROME.with(Signs::MARK)
        }
        ("post" | "entry" | "article" | "story", "meta") | ("page" | "pages", "links") => {
            Signs::CHROME
        }
        ("job" | "byline", "title") | ("card" | "author", "job") => Signs::ROLE,
        ("about", "author") => Signs::BIO,
        ("author" | "autor", part) if ABOUT.contains(&part) => Signs::BIO,
        _ => Signs::default(),
    }
}

/// What one word says.
fn word_signs(word: &str, known: Option<&Known>) -> Signs {
    // A comment on the news, not of a reader.
    if word.starts_with("commentary") {
        return Signs::default();
    }
    if let Some(known) = known {
        return known.signs;
    }
    let first = word.as_bytes().first().filter(|_| word.len() > 5);
    let begins = |stem: &str| stem.as_bytes().first() == first && word.starts_with(stem);
    let stem = STEMS.iter().find(|(stem, _)| begins(stem));
    stem.map(|(_, signs)| *signs).unwrap_or_default()
}

/// Takes the next word of a name, lower case, into `word`: names are cut at punctuation, digits and
/// humps. False at the end.
fn next_word(chars: &mut Peekable<Chars<'_>>, word: &mut String) -> bool {
    word.clear();
    let mut lower_before = false;
    while let Some(c) = chars.peek().copied() {
        let ends = !c.is_alphabetic() || (c.is_uppercase() && lower_before);
        if ends && !word.is_empty() {
            return true;
        }
        chars.next();
        if c.is_ascii_alphabetic() {
            word.push(c.to_ascii_lowercase());
        } else if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase();
    }
    !word.is_empty()
}

/// Whether an address looks like an author's page.
pub(super) fn leads_to_author(href: &str) -> bool {
    /// What stands behind a slash.
    const PARTS: &[&str] = &[
        "author/",
        "authors/",
        "autor/",
        "autoren/",
        "autores/",
        "auteur/",
        "auteurs/",
        "autore/",
        "writer/",
        "writers/",
        "journalist",
        "reporter",
        "contributor",
        "by/",
        "columnist",
        "redakteur",
        "staff/",
        "editors/",
        "yazar",
    ];
    let mut rest = href;
    while let Some((_, after)) = rest.split_once('/') {
        if PARTS.iter().any(|part| after.starts_with(part)) {
            return true;
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_by_whole_words() {
        assert!(signs("ad-slot").has(Signs::CHROME));
        assert!(!signs("header loading").has(Signs::CHROME));
        assert!(signs("articleBody").has(Signs::BODY));
        assert!(signs("td-post-content").has(Signs::BODY));
        assert!(signs("relatedPosts").has(Signs::CHROME));
        assert!(!signs("has-sidebar").has(Signs::CHROME));
        assert!(signs("entry-author vcard").has(Signs::BYLINE));
    }
}
