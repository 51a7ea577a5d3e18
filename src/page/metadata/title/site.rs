//! The name of a site around a headline, and how it is told from the headline.
//!
//! A site is known by the names its page gives it, by its host (read in Latin letters where the name
//! is Greek or Cyrillic), or as a domain or a newspaper by its looks. It cuts; which text is a title
//! is [`super`]'s to choose.

use super::squeezed;
use crate::page::letters::letters;

/// Marks that stand between a headline and the name of a site.
const SEPARATORS: &[&str] = &[
    " | ", " - ", " – ", " — ", " :: ", " » ", " « ", " / ", " · ", " • ", "｜", " : ", "_", "|",
    " ‹ ", " › ", " ~ ", " ▷ ", " ▶ ", " > ", " < ", " ⋆ ", " ❯ ",
];

/// Marks that part a headline from a site only where the site is known by name.
const TIGHT: &[&str] = &[": ", "：", "-", "–", "—", "－", "【", "（"];

/// Marks behind a section of the site, which is no part of a headline.
const BEHIND_SECTION: &[&str] =
    &[" | ", " :: ", " » ", " › ", "｜", "|", " ▷ ", " ▶ ", " ❯ ", " ⋆ ", " > "];

/// Words of a part that may be a site's name, and letters a headline has at least before one that
/// is not known.
const SITE_WORDS: usize = 4;
const HEADLINE_LETTERS: usize = 15;
/// Words of a section of a site.
const SECTION_WORDS: usize = 2;
/// Letters of a host's name from which it is looked for.
const MIN_HOST: usize = 4;

/// What names of newspapers, agencies and stations end in where words have no spaces.
const PAPERS: &[&str] = &[
    "新聞",
    "新聞デジタル",
    "電子版",
    "ニュース",
    "オンライン",
    "通信",
    "通信社",
    "放送",
    "テレビ",
    "日報",
    "日报",
    "晚報",
    "晚报",
    "時報",
    "时报",
    "早報",
    "早报",
    "通讯社",
    "通訊社",
    "电视台",
    "電視台",
    "在线",
    "網",
    "网",
];

/// Words that open the page of a site or of a section, and are nobody's headline.
const OPENINGS: &[&str] = &[
    "home",
    "homepage",
    "start",
    "startseite",
    "news",
    "latestnews",
    "newsarchive",
    "index",
    "blog",
    "untitled",
    "untitleddocument",
    "nachrichten",
    "aktuelles",
    "accueil",
    "actualités",
    "inicio",
    "noticias",
    "início",
    "páginainicial",
    "notícias",
    "notizie",
    "acasă",
    "știri",
    "voorpagina",
    "nieuws",
    "hem",
    "nyheter",
    "hjem",
    "forside",
    "forsiden",
    "nyheder",
    "etusivu",
    "uutiset",
    "stronagłówna",
    "aktualności",
    "úvod",
    "zprávy",
    "főoldal",
    "hírek",
    "početna",
    "naslovna",
    "vijesti",
    "vesti",
    "главная",
    "главнаястраница",
    "новости",
    "головна",
    "новини",
    "начало",
    "почетна",
    "вести",
    "αρχική",
    "αρχικήσελίδα",
    "ειδήσεις",
    "νέα",
    "anasayfa",
    "haberler",
    "haber",
    "الرئيسية",
    "الصفحةالرئيسية",
    "أخبار",
    "الأخبار",
    "صفحهاصلی",
    "خانه",
    "اخبار",
    "صفحہاول",
    "خبریں",
    "ראשי",
    "דףהבית",
    "חדשות",
    "होम",
    "मुखपृष्ठ",
    "समाचार",
    "মূলপাতা",
    "প্রচ্ছদ",
    "খবর",
    "หน้าแรก",
    "ข่าว",
    "首页",
    "首頁",
    "新闻",
    "新聞",
    "ホーム",
    "トップ",
    "トップページ",
    "ニュース",
    "홈",
    "뉴스",
    "trangchủ",
    "tintức",
    "beranda",
    "berita",
    "lamanutama",
    "mwanzo",
    "habari",
];

/// Whether a text is no headline but the name of a site's front or of its news.
pub(super) fn is_opening(text: &str) -> bool {
    OPENINGS.contains(&squeezed(text).as_str())
}

/// How a site may be recognised.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Its names, squeezed.
    names: Vec<String>,
    /// The name in its host, in plain Latin letters.
    host: String,
}

impl Known {
    pub(super) fn new(names: &[&str], host: &str) -> Self {
        let names = names.iter().map(|name| squeezed(name)).filter(|name| !name.is_empty());
        Self { names: names.collect(), host: latin(&squeezed(host)) }
    }

    /// Whether a text is one of the site's names.
    pub(super) fn is_name(&self, text: &str) -> bool {
        self.names.contains(&squeezed(text))
    }

    /// Whether a part of a title is the site's name, what its host is called after, or a domain.
    fn is(&self, part: &str) -> bool {
        let part = part.trim();
        let name = latin(&squeezed(part));
        let is_short = size(part) <= SITE_WORDS && self.host.len() >= MIN_HOST;
        let hosted = is_short && (name.ends_with(&self.host) || is_domain(part, &self.host));
        self.is_name(part) || hosted || is_opening(part)
    }

    /// Whether the last part of a title is a site's.
    fn ends(&self, part: &str) -> bool {
        let part = part.trim().trim_end_matches(['】', '）']);
        let paper = || size(part) <= SITE_WORDS && PAPERS.iter().any(|end| part.ends_with(end));
        self.is(part) || paper() || is_domain(part, "")
    }
}

/// Whether a text is a domain whose registered name begins with `host`; one that begins with none
/// in particular has an ending that is known.
fn is_domain(text: &str, host: &str) -> bool {
    let name = latin(&text.to_lowercase());
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    name.contains('.')
        && name.chars().all(plain)
        && psl::domain_str(&name).is_some_and(|domain| domain.starts_with(host))
        && (!host.is_empty() || psl::suffix(name.as_bytes()).is_some_and(|end| end.is_known()))
}

/// Greek and Cyrillic letters as hosts write them, and Latin ones that stand for one another there.
fn latin(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match LATIN.iter().find(|(letters, _)| letters.contains(c)) {
            Some((_, latin)) => out.push_str(latin),
            None => out.push(c),
        }
        out
    })
}

const LATIN: &[(&str, &str)] = &[
    ("аαά", "a"),
    ("б", "b"),
    ("вβw", "v"),
    ("гґγ", "g"),
    ("дδ", "d"),
    ("еёэεέ", "e"),
    ("ж", "zh"),
    ("зζ", "z"),
    ("иіїйыyjιίϊΐηήυύϋΰ", "i"),
    ("кκ", "k"),
    ("лλ", "l"),
    ("мμ", "m"),
    ("нν", "n"),
    ("оοόωώ", "o"),
    ("пπ", "p"),
    ("рρ", "r"),
    ("сσς", "s"),
    ("тτ", "t"),
    ("у", "u"),
    ("фφ", "f"),
    ("хχ", "h"),
    ("ц", "c"),
    ("ч", "ch"),
    ("ш", "sh"),
    ("щ", "sch"),
    ("ьъ", ""),
    ("ю", "iu"),
    ("я", "ia"),
    ("є", "ie"),
    ("θ", "th"),
    ("ξ", "x"),
    ("ψ", "ps"),
];

/// A title without its site at the end or in front: the one that is known, or a short last part.
pub(super) fn without(title: &str, known: &Known) -> String {
    for separator in SEPARATORS {
        let Some((front, back)) = title.rsplit_once(separator) else { continue };
        let (front, back) = (front.trim(), back.trim());
        let short = size(back) <= SITE_WORDS && size(front) > size(back);
        if !front.is_empty() && (known.is(back) || short && weight(front) > HEADLINE_LETTERS) {
            return without(front, known);
        }
        let first = title.split(separator).next().unwrap_or_default().trim();
        if known.is(first) && !back.is_empty() {
            let parts = title.split(separator).skip(1).map(str::trim);
            return parts.max_by_key(|part| weight(part)).unwrap_or(back).to_owned();
        }
    }
    tight(title, known).or_else(|| behind_section(title, known)).unwrap_or_else(|| title.to_owned())
}

/// A title without a site that stands close to it, and without the section before such a site.
fn tight(title: &str, known: &Known) -> Option<String> {
    TIGHT.iter().find_map(|separator| {
        let end = title
            .rsplit_once(separator)
            .filter(|(front, back)| !front.trim().is_empty() && known.ends(back));
        if let Some((front, _)) = end {
            let section = front.rsplit_once(separator).filter(|(headline, section)| {
                is_section(section, separator) && weight(headline) > HEADLINE_LETTERS
            });
            return Some(section.map_or(front, |(headline, _)| headline).trim().to_owned());
        }
        let start = title.split_once(separator).filter(|(front, _)| known.is(front));
        start.map(|(_, back)| back.trim()).filter(|back| !back.is_empty()).map(str::to_owned)
    })
}

/// Whether a part between a headline and its site is a section: one word, apart from the headline by
/// more than a hyphen, or two characters or so where words have no spaces.
fn is_section(part: &str, separator: &str) -> bool {
    let is_spaceless = weight(part) == 2 * part.chars().count();
    let words = size(part);
    if is_spaceless { words <= SECTION_WORDS } else { words == 1 && separator.ends_with(' ') }
}

/// What stands behind the name of a section: `Local News | The last ferry of the northern lakes`.
fn behind_section(title: &str, known: &Known) -> Option<String> {
    BEHIND_SECTION.iter().find_map(|separator| {
        let (front, back) = title.split_once(separator)?;
        let is_section = (1..=SECTION_WORDS).contains(&size(front))
            && weight(back) > HEADLINE_LETTERS
            && size(back) > 2 * size(front);
        is_section.then(|| without(back.trim(), known))
    })
}

/// The part of a title that is a heading of its page, where all else is around it.
pub(super) fn heading_in<'h>(title: &str, headings: &'h [String]) -> Option<&'h str> {
    let whole = squeezed(title);
    let parts: Vec<String> = SEPARATORS
        .iter()
        .filter(|separator| title.contains(*separator))
        .flat_map(|separator| title.split(separator).map(squeezed))
        .collect();
    // Behind a colon it stands where the site comes first, and the text may have one, too.
    let behind = title.split_once(": ").map(|(_, headline)| squeezed(headline));
    let told = headings.iter().find(|heading| {
        let text = squeezed(heading);
        let is_part = || parts.contains(&text) || behind.as_ref() == Some(&text);
        weight(heading) > HEADLINE_LETTERS && text != whole && is_part()
    });
    told.map(String::as_str)
}

/// Words of a text; where words have no spaces, pairs of characters.
fn size(text: &str) -> usize {
    let letters = letters();
    let spaceless = text.chars().filter(|c| letters.of(*c).is_spaceless()).count();
    text.split_whitespace().count() + spaceless / 2
}

/// Letters of a text; one of a script without spaces says as much as two.
pub(super) fn weight(text: &str) -> usize {
    let letters = letters();
    text.chars().map(|c| 1 + usize::from(letters.of(c).is_spaceless())).sum()
}
