//! Targets: what a URL says about where an alternate leads, and when two URLs are one page.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

use super::gather::Reason;
use super::pattern::Pattern;
use crate::address::Address;
use crate::lang::Lang;
use crate::page::vocabulary::language_named;

/// Last words of a path that lead to a site's front page.
const HOME_WORDS: &[&str] =
    &["home", "start", "index", "home_node", "accueil", "inicio", "startseite"];

/// Path segments under which a site lists articles by topic; a language's name behind them is one.
const TOPIC_SEGMENTS: &[&str] = &["category", "tag", "tags", "topic", "topics", "section", "lang"];

/// Last path segments of addresses that set a cookie and send the reader back.
const SETTERS: &[&str] = &[
    "set_language",
    "set-language",
    "setlang",
    "set_lang",
    "switch_language",
    "switch-language",
    "change_language",
    "changelanguage",
    "change-language",
    "setlanguage",
];

/// Query parameters that name a language and no page.
pub(crate) const LANGUAGE_PARAMETERS: &[&str] =
    &["lang", "language", "locale", "l", "uselang", "hl", "setlang", "lng", "lg"];

/// A query value of as many words is a headline.
const HEADLINE_WORDS: usize = 4;

/// Scripts that are written behind a language in URLs.
const SCRIPTS: &[&str] = &["hans", "hant", "latn", "cyrl", "arab"];

/// Countries (ISO 3166-1 alpha-2) and what sites write as if it were one.
const COUNTRIES: &str = "ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj \
    bl bm bn bo bq br bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de \
    dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq \
    gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn \
    kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms \
    mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt \
    pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf \
    tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk um us uy uz va vc ve vg vi vn vu wf ws xk ye yt \
    za zm zw";

/// Three-letter codes of languages that sites use for a front page (ISO 639-2); most others are
/// words as well.
const LONG_CODES: &[&str] = &[
    "ara", "chi", "deu", "eng", "esp", "fra", "fre", "ger", "ita", "jpn", "kor", "pol", "rus",
    "tur", "ukr", "zho",
];

/// A key under which the spellings of one page are equal: scheme, `www.`, a final slash,
/// percent-encoding and campaign parameters put aside; language parameters kept, as they may be
/// all that tells two languages apart. For comparison only, never fetched.
pub(crate) fn comparison_key(url: &Url) -> String {
    let address = Address::of(url);
    let text = address.as_str();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    match rest.split_once('?') {
        Some((path, query)) => format!("{}?{query}", path.trim_end_matches('/')),
        None => rest.trim_end_matches('/').to_owned(),
    }
}

/// Whether a URL is the front page of a site or of one of its languages.
pub(crate) fn is_home(url: &Url) -> bool {
    let names_article = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
        // `/?p=12` and `/?title=a-long-headline` are articles, `/?from=menu` is not.
        let words = value.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        (value.contains(|c: char| c.is_ascii_digit()) || words.count() >= HEADLINE_WORDS)
            && !LANGUAGE_PARAMETERS.contains(&name.to_lowercase().as_str())
    };
    if url.query_pairs().any(names_article) {
        return false;
    }
    let segments: Vec<String> = url
        .path_segments()
        .into_iter()
        .flatten()
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().to_lowercase())
        .collect();
    match segments.as_slice() {
        [] => true,
        [only] => is_home_word(only) || names_language(only),
        [first, last] if names_language(last) && TOPIC_SEGMENTS.contains(&first.as_str()) => true,
        [first, last] if is_locale(first, last) => true,
        // Joomla and others whose server rewrites nothing: `/index.php/ru/`.
        [first, last] if is_home_word(first) && first.contains('.') && names_language(last) => true,
        [.., last] => is_home_word(last),
    }
}

/// Why nothing at this URL can be a translation, by the URL alone.
pub(super) fn reason_against(url: &Url) -> Option<Reason> {
    match () {
        () if is_home(url) => Some(Reason::Home),
        () if is_setter(url) => Some(Reason::Setter),
        () if is_machine(url) => Some(Reason::Machine),
        () => None,
    }
}

/// Whether a URL leads to a service that translates pages as they are asked for.
fn is_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host.ends_with(".translate.goog")
        || (host.starts_with("translate.google.") && url.path().starts_with("/translate"))
}

/// Whether a URL only sets the reader's language.
pub(crate) fn is_setter(url: &Url) -> bool {
    let mut segments = url.path_segments().into_iter().flatten();
    segments.any(|segment| {
        let stem = segment.split('.').next().unwrap_or_default().to_lowercase();
        SETTERS.contains(&stem.as_str())
    })
}

/// Whether an address names a language by a code before its last segment: `/en/story`,
/// `?lang=en`, not `/news/uk`.
pub(super) fn holds_code(href: &str, lang: &Lang) -> bool {
    let base = Url::parse("http://localhost/");
    let Ok(url) = base.and_then(|base| base.join(href)) else { return false };
    let pattern = Pattern::of(&url);
    let last = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    pattern.named.is_some_and(|(named, raw)| named.same(lang) && !last.contains(&raw))
}

/// Whether a URL lists articles on a topic or by an author.
pub(crate) fn is_topic(url: &Url) -> bool {
    let mut segments = url.path_segments().into_iter().flatten();
    segments.any(|segment| TOPIC_SEGMENTS.contains(&segment.to_lowercase().as_str()))
}

/// Whether two segments name a language and a country, or a language by words: `/ch/de` and
/// `/en/gb` are front pages, `/sw/en` is what the Swahili pages say of English.
fn is_locale(first: &str, last: &str) -> bool {
    let is_country = |text: &str| COUNTRIES.split(' ').any(|country| country == text);
    let (names_first, names_last) = (names_language(first), names_language(last));
    let by_words = names_first && names_last && first.len().max(last.len()) > 2;
    by_words || (is_country(first) && names_last) || (names_first && is_country(last))
}

fn is_home_word(segment: &str) -> bool {
    HOME_WORDS.contains(&segment.split('.').next().unwrap_or_default())
}

/// The language of a code as it stands in URLs: two letters, with a region or a script. Three
/// letters would take in too many words, any other second part too many slugs (`el-faro`).
pub(super) fn code(text: &str) -> Option<Lang> {
    let (language, rest) = text.split_once(['-', '_']).unwrap_or((text, ""));
    let is_region = (rest.len() == 2 && rest.bytes().all(|byte| byte.is_ascii_alphabetic()))
        || (rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit()));
    let is_script = SCRIPTS.iter().any(|script| script.eq_ignore_ascii_case(rest));
    let is_code = language.len() == 2 && (rest.is_empty() || is_region || is_script);
    // Asked of every part of every link: what looks like no code is not read as one.
    if is_code { Lang::parse(text) } else { None }
}

fn names_language(segment: &str) -> bool {
    let segment = segment.split('.').next().unwrap_or_default();
    code(segment).is_some() || LONG_CODES.contains(&segment) || language_named(segment).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn homes_are_told_from_articles() {
        for line in include_str!("../../../tests/tables/home.txt").lines() {
            let Some((kind, text)) = line.split_once(' ').filter(|_| !line.starts_with('#')) else {
                continue;
            };
            assert_eq!(is_home(&url(text)), kind == "home", "{text}");
        }
    }

    #[test]
    fn spellings_of_one_page_are_one_key() {
        let key = |text: &str| comparison_key(&url(text));
        assert_eq!(key("https://www.example.org/a/?utm_source=x"), key("http://example.org/a"));
        assert_eq!(key("https://example.org/%d9%85#x"), key("https://example.org/%D9%85"));
        assert_ne!(key("https://example.org/a?lang=ar"), key("https://example.org/a?lang=en"));
        assert_ne!(key("https://example.org/a"), key("https://example.org/a-2"));
    }
}
