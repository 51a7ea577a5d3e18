//! Articles: the table of everything the site tells, and who declares whom.
//!
//! The words stand in `pages/*.txt`, one file a page: a few fields, an empty line, paragraphs.
//! The table says where each lives, how it is sent, how it names its author and how its
//! translations are declared. Layout and truth are both made from here, and from nowhere else.

use super::answer::{Charset, Coding};

/// How the pages of a group declare each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// A notice inside the content, as WPML 4 writes it; above the text on Arabic pages, below on
    /// the others.
    WpmlBlock,
    /// The notice of WPML 3.
    WpmlOld,
    /// `link rel=alternate hreflang` in the head, the page itself among them.
    Head,
    /// HTTP `Link` fields and nothing in the page.
    HttpLink,
    /// `xhtml:link` in sitemap.xml and nothing in the page.
    Sitemap,
    /// A Polylang widget; languages without a translation lead home.
    Polylang,
}

/// How a page names its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Byline {
    /// A bold last line with a by-word, the job title on the line below; no metadata.
    TrailingBold,
    /// JSON-LD with `jobTitle`.
    JsonLd,
    /// `meta name=author`, no job title anywhere.
    Meta,
    /// A visible `rel=author` link and the job title beside it.
    RelAuthor,
    /// A line with a by-word above the text: name, comma, job title.
    Leading,
}

/// One article in one language.
#[derive(Clone, Copy, Debug)]
pub struct Article {
    /// The file of its words.
    pub text: &'static str,
    /// Its group; pages of one group are translations of each other.
    pub group: &'static str,
    /// Its language (BCP 47).
    pub lang: &'static str,
    /// Its URL, readable.
    pub url: &'static str,
    /// How it declares its translations.
    pub declared: Declared,
    /// How it names its author.
    pub byline: Byline,
    /// How its text becomes bytes.
    pub charset: Charset,
    /// How its bytes are coded.
    pub coding: Coding,
}

/// The words of one article.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Headline.
    pub title: &'static str,
    /// Author.
    pub author: &'static str,
    /// The author's job title.
    pub role: &'static str,
    /// Who translated it.
    pub translator: Option<&'static str>,
    /// Day of publication, `2026-03-14`.
    pub date: &'static str,
    /// The body.
    pub paragraphs: Vec<&'static str>,
}

impl Article {
    /// Reads its words.
    pub fn words(&self) -> Words {
        let (fields, body) = self.text.split_once("\n\n").unwrap();
        let mut words =
            Words { paragraphs: body.trim().split("\n\n").collect(), ..Words::default() };
        for (name, value) in fields.lines().map(|line| line.split_once(": ").unwrap()) {
            match name {
                "title" => words.title = value,
                "author" => (words.author, words.role) = value.split_once(" | ").unwrap(),
                "translator" => words.translator = Some(value),
                "date" => words.date = value,
                other => panic!("{}: unknown field {other}", self.url),
            }
        }
        words
    }

    /// Where it says its translations are: language and URL, itself left out.
    pub fn alternates(&self) -> Vec<(&'static str, &'static str)> {
        let group = self.group;
        let peers = ARTICLES.iter().filter(|peer| peer.group == group && peer.lang != self.lang);
        let said = |peer: &Article| {
            let alias = ALIASES.iter().find(|(from, to, _)| *from == self.url && *to == peer.url);
            (peer.lang, alias.map_or(peer.url, |(_, _, alias)| *alias))
        };
        let wrong = DEAD_ALTERNATES.iter().filter(|(from, _, _)| *from == self.url);
        peers.map(said).chain(wrong.map(|(_, lang, url)| (*lang, *url))).collect()
    }

    /// The articles it links to below its text.
    pub fn related(&self) -> Vec<&'static Article> {
        let urls = RELATED.iter().filter(|(from, _)| *from == self.url).flat_map(|(_, to)| *to);
        urls.map(|url| ARTICLES.iter().find(|article| article.url == *url).unwrap()).collect()
    }
}

const SEED: &str = "http://warraq.test/ar/آخر-النساخين-في-سوق-الورق/";
const FLOOD_AR: &str = "http://warraq.test/ar/أرشيف-غمره-الماء/";
const NIGHT_EN: &str = "http://warraq.test/en/the-bookshop-after-the-last-train/";
const INK_AR: &str = "http://warraq.test/ar/بائع-الحبر/";
const MAPS_AR: &str = "http://warraq.test/ar/رسامة-الخرائط/";
const BUS_AR: &str = "http://warraq.test/ar/حافلة-الكتب/";
const BUS_EN: &str = "http://warraq.test/en/the-book-bus/";

/// The one Arabic article a crawl starts from, readable.
pub const SEED_URL: &str = SEED;

/// Short links that a page declares in place of the final URL; each is answered by a redirect.
pub const ALIASES: &[(&str, &str, &str)] = &[(BUS_AR, BUS_EN, "http://warraq.test/en/?p=204")];

/// Translations that are declared and do not exist: from, language, URL.
pub const DEAD_ALTERNATES: &[(&str, &str, &str)] =
    &[(BUS_AR, "he", "http://warraq.test/he/אוטובוס-הספרים/")];

/// What stands under "related" on a page.
pub const RELATED: &[(&str, &[&str])] = &[
    (SEED, &[FLOOD_AR, NIGHT_EN, MAPS_AR]),
    (FLOOD_AR, &[SEED]),
    (MAPS_AR, &[INK_AR]),
    (NIGHT_EN, &[BUS_EN]),
];

macro_rules! articles {
    ($($group:literal $lang:literal $file:literal $url:expr,
       $declared:ident $byline:ident $charset:ident $coding:ident;)*) => {
        &[$(Article {
            text: include_str!(concat!("pages/", $file, ".txt")),
            group: $group,
            lang: $lang,
            url: $url,
            declared: Declared::$declared,
            byline: Byline::$byline,
            charset: Charset::$charset,
            coding: Coding::$coding,
        }),*]
    };
}

/// Every article of the site.
pub const ARTICLES: &[Article] = articles! {
    "copyist" "ar" "copyist.ar" SEED,
        WpmlBlock TrailingBold Utf8 Plain;
    "copyist" "en" "copyist.en" "http://warraq.test/en/the-last-copyist/",
        WpmlBlock TrailingBold Utf8 Gzip;
    "copyist" "fr" "copyist.fr" "http://warraq.test/fr/le-dernier-copiste/",
        WpmlOld TrailingBold Utf8 Brotli;
    "flood" "ar" "flood.ar" FLOOD_AR,
        Head JsonLd Utf8 Chunked;
    "flood" "en" "flood.en" "http://warraq.test/en/a-drowned-archive/",
        Head JsonLd Utf8ByMeta Plain;
    "flood" "fa" "flood.fa" "http://warraq.test/fa/بایگانی-آب-گرفته/",
        Head JsonLd Utf8 ChunkedGzip;
    "flood" "he" "flood.he" "http://warraq.test/he/ארכיון-שטבע-במים/",
        Head JsonLd Utf8 Brotli;
    "nightshop" "en" "nightshop.en" NIGHT_EN,
        HttpLink Meta Utf8 Gzip;
    "nightshop" "zh-Hans" "nightshop.zh" "http://warraq.test/zh-hans/末班车之后/",
        HttpLink Meta Utf8ByMeta Plain;
    "nightshop" "ja" "nightshop.ja" "http://warraq.test/ja/終電のあとに/",
        HttpLink Meta ShiftJisByHeader Plain;
    "ink" "ar" "ink.ar" INK_AR,
        Sitemap RelAuthor Windows1256ByMeta Plain;
    "ink" "fr" "ink.fr" "http://warraq.test/fr/le-marchand-d-encre/",
        Sitemap RelAuthor Utf8 Chunked;
    "maps" "ar" "maps.ar" MAPS_AR,
        Head Leading Utf8 Gzip;
    "maps" "en" "maps.en" "http://en.warraq.test/maps-and-shepherds/",
        Head Leading Utf8 Plain;
    "maps" "fr" "maps.fr" "http://partner.test/articles/la-cartographe",
        Head Leading Utf8 ChunkedGzip;
    "bindery" "ar" "bindery.ar" "http://warraq.test/ar/ورشة-تجليد/",
        Polylang TrailingBold Utf8 Plain;
    "bindery" "fr" "bindery.fr" "http://warraq.test/fr/un-atelier-de-reliure/",
        Polylang TrailingBold Utf8 Gzip;
    "bus" "ar" "bus.ar" BUS_AR,
        Head JsonLd Utf8 Plain;
    "bus" "en" "bus.en" BUS_EN,
        Head JsonLd Utf8 ChunkedGzip;
};
