//! Vocabulary: the names of languages and the class names by which sites mark their switchers.
//!
//! Tables only, compiled once. What a name *means* on a page is decided where it is found
//! (`alternates`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::letters::is_combining;
use crate::lang::Lang;

/// Longest text, in bytes, that can be the name of a language.
pub(crate) const MAX_NAME_BYTES: usize = 96;

/// A language named by a text.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// The language.
    pub(crate) lang: Lang,
    /// Whether it is named as its own speakers name it. Other names ("French" on an English page)
    /// are topics at least as often.
    pub(crate) by_own_name: bool,
}

static LANGUAGES: LazyLock<HashMap<String, Named>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for line in include_str!("languages.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('|');
        let Some(lang) = columns.next().and_then(Lang::parse) else { continue };
        for (column, list) in columns.enumerate() {
            for name in list.split(',') {
                let named = Named { lang: lang.clone(), by_own_name: column == 0 };
                names.entry(folded(name).into_owned()).or_insert(named);
            }
        }
    }
    names
});

/// What a class name or an id says of the links in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A block that belongs to one article and lists only existing translations.
    Block,
    /// A language switcher, which may lead anywhere.
    Switcher,
    /// No translation stands behind the link.
    Missing,
    /// The link stands for the page itself.
    Current,
    /// The other language is made by a machine in the reader's browser.
    Machine,
    /// The same topic, written on its own.
    Comparable,
}

impl Role {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "block" => Self::Block,
            "switcher" => Self::Switcher,
            "missing" => Self::Missing,
            "current" => Self::Current,
            "machine" => Self::Machine,
            "comparable" => Self::Comparable,
            _ => return None,
        })
    }
}

/// Class names and ids with what they say and whose they are.
static MARKS: LazyLock<HashMap<&'static str, (Role, &'static str)>> = LazyLock::new(|| {
    let mark = |line: &'static str| {
        let mut columns = line.split('|');
        let role = Role::named(columns.next()?)?;
        Some((columns.next()?, (role, columns.next()?)))
    };
    include_str!("switchers.txt").lines().filter_map(mark).collect()
});

/// What a class name or an id says.
pub(crate) fn role(mark: &str) -> Option<Role> {
    MARKS.get(mark).map(|(role, _)| *role)
}

/// Systems whose translations are made by machines, wholly or by default.
const MACHINES: &[&str] = &["GTranslate", "Google Translate", "TranslatePress", "Weglot"];

/// The machine that may have made the text of a page with this class name or id.
pub(crate) fn machine(mark: &str) -> Option<&'static str> {
    MARKS.get(mark).map(|(_, whose)| *whose).filter(|whose| MACHINES.contains(whose))
}

/// Parts of the addresses of scripts that translate pages, with the name of the machine.
const MACHINE_SCRIPTS: &[(&str, &str)] = &[
    ("gtranslate", "GTranslate"),
    ("translate_a/element.js", "Google Translate"),
    ("translatepress", "TranslatePress"),
    ("weglot", "Weglot"),
    ("linguise", "Linguise"),
    ("conveythis", "ConveyThis"),
];

/// The machine a script belongs to.
pub(crate) fn machine_of_script(src: &str) -> Option<&'static str> {
    MACHINE_SCRIPTS.iter().find(|(part, _)| src.contains(part)).map(|(_, whose)| *whose)
}

/// Class names before the code of a language.
pub(crate) const CODE_PREFIXES: &[&str] = &[
    "wpml-ls-item-",
    "lang-item-",
    "post-translation-",
    "qtranxs-lang-menu-item-",
    "qtranxs_text_",
    "icl-",
    "trp-ls-shortcode-",
    "weglot-lang-",
    "lang-",
];

/// Class names of parts of a page that are not its article.
pub(crate) static CHROME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(^|[\s_-])(menu|nav|navbar|navigation|widget|widgets|sidebar|footer|masthead|topbar|breadcrumbs?|cookie|related|comments?)([\s_-]|$)",
    )
    .ok()
});

/// Class names and ids that themes make up for their switchers, whatever they put before and
/// behind: `c-language-switcher__item`, `header-lang-nav`.
pub(crate) static SWITCHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(^|[_-])lang(uage)?s?[_-]?(switch(er)?|select(or|ion)?|picker|menu|list|nav|chooser|choice|dropdown|toggle|bar|links)([_-]|$)",
    )
    .ok()
});

/// Class names of cards in a list of other articles.
pub(crate) static CARD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(^|[\s_-])(card|teaser|related|loop|listing|embed(ded)?)([\s_-]|$)").ok()
});

/// A class attribute that may hold one of the names above: a cheap first look.
pub(crate) static PERHAPS_LANGUAGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"lang|wpml|icl_|i18n|transl|trp|weglot|wg-|wgc|gt_|pll|mw-pt|no-translation|locale-un|glink").ok()
});

/// Words of a notice that the article exists in other languages. They only support what the
/// structure shows: the sentence is editable and often in the wrong language.
pub(crate) static NOTICE_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)also available|exists in|existe|originally (published|appeared)|version originale|النص الأصلي|نسخة|available in|read (this|in|it)|translat|other languages|also in|متوفر|متاح|لغات|بلغة|اقرأ|إقرأ|ترجم|باللغة|disponible|disponível|disponibile|lire|traduc|traduz|traduit|verfügbar|übersetz|lesen|auch auf|beschikbaar|lees|доступн|перевод|читать|переклад|دسترس|ترجمه|زبان|翻訳|言語|翻译|语言|語言|번역|언어|mevcut|oku|çeviri|זמין|בשפה|उपलब्ध|tersedia|dostępn",
    )
    .ok()
});

/// Works of another kind than an article: a sentence about one invites to no translation of it.
static OTHER_WORKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(books?|novel|film|movie|documentary|album|songs?|podcast|app|website|exhibition|leaflet|brochure|subtitles|livres?|roman|ouvrage|album|chanson|libros?|novela|película|documental|disco|livro|filme|romanzo|bücher|buch|roman|boek|bok|книг[аиу]|фильм|роман|kitap|film|książka)\b|كتاب|الكتاب|رواية|الرواية|الفيلم|فيلم|کتاب|فیلم",
    )
    .ok()
});

/// Works that may be the article itself where it says so: "this report".
static PERHAPS_OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(reports?|stud(y|ies)|papers?|documents?|pdf|survey|guide|law|treaty|declaration|dossier|rapports?|études?|informes?|estudios?|relatórios?|rapporto|studio|bericht|studie|gutachten|доклад|отч[её]т|исследование|rapor)\b|التقرير|تقرير|الدراسة|دراسة|گزارش",
    )
    .ok()
});

/// Words by which a page speaks of itself.
static ITSELF: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(this|these|cet|cette|ces?|diese[rsmn]?|este|esta|estos|questo|questa|quest|dit|deze|denna|detta|dette|denne|этот|эта|эту|это|цей|ця|цю|bu|ten|tę|ta)\b|هذا|هذه|این|یہ|यह|এই",
    )
    .ok()
});

/// Whether the words beside the names of languages speak of something else than the article: of
/// "the full report", of "her book".
pub(crate) fn speaks_of_another(words: &str) -> bool {
    matches(&OTHER_WORKS, words) || matches(&PERHAPS_OTHER, words) && !matches(&ITSELF, words)
}

/// Whether a pattern matches; one that did not compile matches nothing.
pub(crate) fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// What stands between the names of one language.
const SEPARATORS: [char; 10] = ['(', ')', '/', '|', '–', '—', '·', ',', '[', ']'];

/// Regions and scripts that stand behind the name of a language: "Português (Brasil)".
const REGIONS: &str = "brasil|brazil|portugal|us|usa|uk|gb|united states|united kingdom|international|global|canada|\
    australia|india|españa|spain|méxico|mexico|argentina|colombia|latinoamérica|américa latina|\
    latin america|latam|france|belgique|suisse|québec|afrique|deutschland|österreich|schweiz|germany|\
    austria|switzerland|italia|svizzera|nederland|belgië|türkiye|россия|україна|中国|中國|台灣|台湾|香港|\
    china|taiwan|hong kong|日本|한국|br|pt|ca|mx|es|fr|de|at|ch|be|it|cn|tw|hk|مصر|السعودية|ایران";

/// The language a text names: the whole of it, or each of its parts ("Deutsch – German").
pub(crate) fn language_named(text: &str) -> Option<Named> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_NAME_BYTES {
        return None;
    }
    if !is_longer(text)
        && let Some(named) = LANGUAGES.get(&*folded(text))
    {
        return Some(named.clone());
    }
    // Most texts are asked about in vain, and are one part.
    if !text.contains(SEPARATORS) {
        return None;
    }
    let mut parts = text.split(SEPARATORS).map(folded).filter(|part| !part.is_empty());
    let first = LANGUAGES.get(&*parts.next()?)?.clone();
    for part in parts {
        let is_region = || REGIONS.split('|').any(|region| region == part);
        match LANGUAGES.get(&*part) {
            Some(other) if other.lang == first.lang => {}
            None if is_region() => {}
            _ => return None,
        }
    }
    Some(first)
}

/// Characters of the longest name, spaces left out.
static LONGEST: LazyLock<usize> =
    LazyLock::new(|| LANGUAGES.keys().map(|name| unspaced(name).count()).max().unwrap_or_default());

/// Whether a text has more characters than any name: it need not be folded then.
fn is_longer(text: &str) -> bool {
    text.len() > *LONGEST && unspaced(trimmed(text)).nth(*LONGEST).is_some()
}

fn unspaced(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace())
}

fn trimmed(name: &str) -> &str {
    name.trim_matches(|c: char| !c.is_alphabetic() && !is_combining(c))
}

/// Forms of the apostrophe.
const APOSTROPHES: [char; 3] = ['’', '‘', 'ʻ'];

/// A name without case, marks at its ends and repeated spaces.
fn folded(name: &str) -> Cow<'_, str> {
    let name = trimmed(name);
    // Most that is asked about are parts of URLs, which are folded as they stand.
    if name.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    let out = out.to_lowercase();
    Cow::Owned(if out.contains(APOSTROPHES) { out.replace(APOSTROPHES, "'") } else { out })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_the_four_columns() {
        let named =
            |text| language_named(text).map(|named| (named.lang.to_string(), named.by_own_name));
        let is = |code: &str, own| Some((code.to_owned(), own));
        assert_eq!(named("العربية"), is("ar", true));
        assert_eq!(named(" ENGLISH "), is("en", true));
        assert_eq!(named("Arabic"), is("ar", false));
        assert_eq!(named("الإنجليزية"), is("en", false));
        assert_eq!(named("English (الإنجليزية)"), is("en", true));
        assert_eq!(named("中文(简体)"), is("zh-Hans", true));
        assert_eq!(named("हिन्दी"), is("hi", true));
        assert_eq!(named("தமிழ்"), is("ta", true));
        assert_eq!(named("French recipes"), None);
        assert_eq!(named("English, French"), None);
        assert_eq!(named("(…)"), None);
    }

    #[test]
    fn every_mark_is_known_and_passes_the_first_look() {
        let lines = include_str!("switchers.txt").lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for line in lines {
            let mark = line.split('|').nth(1).unwrap();
            assert!(role(mark).is_some(), "{line}");
            assert!(matches(&PERHAPS_LANGUAGE, mark), "{line}");
            count += 1;
        }
        assert_eq!(count, MARKS.len(), "a mark stands twice");
        assert_eq!(role("wpml-ls"), Some(Role::Switcher));
        assert_eq!(machine("gt_switcher"), Some("GTranslate"));
        assert_eq!((machine("wpml-ls"), role("menu")), (None, None));
    }

    #[test]
    fn there_are_languages_enough_and_every_pattern_compiles() {
        let languages: std::collections::HashSet<_> =
            LANGUAGES.values().map(|named| named.lang.clone()).collect();
        assert!(languages.len() >= 100, "{}", languages.len());
        assert!(
            [&CHROME, &SWITCHER, &CARD, &PERHAPS_LANGUAGE, &NOTICE_WORDS]
                .iter()
                .all(|one| one.is_some())
        );
    }

    #[test]
    fn a_region_behind_a_name_is_part_of_it() {
        for (text, lang) in [
            ("Português (Brasil)", "pt"),
            ("English (US)", "en"),
            ("Français (Canada)", "fr"),
            ("Español – Latinoamérica", "es"),
            ("中文 (简体)", "zh-Hans"),
        ] {
            let named = language_named(text).map(|named| named.lang.to_string());
            assert_eq!(named.as_deref(), Some(lang), "{text}");
        }
        assert!(language_named("English (Literature)").is_none());
        assert!(language_named("Brasil").is_none());
    }

    #[test]
    fn a_sentence_about_another_work_is_told_from_one_about_the_page() {
        for other in [
            "The full report is available in",
            "Her book is also available in",
            "The study is available in (PDF).",
            "Ce livre est disponible en",
            "The film is available in",
            "التقرير متوفر ب",
        ] {
            assert!(speaks_of_another(other), "{other}");
        }
        for own in [
            "This post is also available in:",
            "This report is also available in",
            "Cet article existe aussi en",
            "هذا التقرير متوفر أيضاً بـ",
            "Also available in",
            "Diese Studie ist verfügbar auf",
        ] {
            assert!(!speaks_of_another(own), "{own}");
        }
    }
}
