//! Agencies: which news agency an article comes from, where the page says so.
//!
//! An agency is a fixed list of names (`agencies.txt`), met in author claims, in by-lines, in the
//! dateline (`PARIS (AFP) –`, `新华社北京3月14日电`), in a line of sources or in brackets behind the last
//! sentence. A name that is a word of its language counts only where nothing else stands.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Scene;
use super::opening::after_any;

static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("agencies.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| line.split('|')).collect()
});

/// Names agencies write in small letters themselves.
const SMALL: &[&str] = &["dpa", "sda", "epd", "kna", "dpa-afx"];
/// Letters of a Latin name that must stand in capitals.
const SHORT: usize = 5;
/// Characters of a paragraph among which its dateline is looked for.
const DATELINE: usize = 80;
/// Characters that may stand between brackets behind the last sentence.
const BRACKETS: usize = 60;

/// Whether a text is the name of an agency and nothing else.
pub(super) fn is_agency(text: &str) -> bool {
    let text = text.trim().trim_matches(|c: char| !c.is_alphanumeric());
    let lower = text.to_lowercase();
    let latin = text.is_ascii() && text.len() <= SHORT;
    let capitals = text.chars().all(|c| !c.is_lowercase());
    NAMES.contains(lower.as_str()) && (!latin || capitals || SMALL.contains(&text))
}

/// The agencies a text names, when it names nothing else: `dpa/AFP`, `Reuters, AP`.
pub(super) fn agencies(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(|c: char| !c.is_alphanumeric());
    if is_agency(text) {
        return Some(text.to_owned());
    }
    let parts: Vec<&str> = text
        .split(['/', ',', '،', '、', '+', '|', ';', '–', '-'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    (parts.len() > 1 && parts.iter().all(|part| is_agency(part))).then(|| parts.join(", "))
}

/// The agencies behind a name: `Jane Doe with AFP`, `Jane Doe/dpa`.
pub(super) fn behind_name(text: &str) -> Option<String> {
    let joints =
        [" with ", " and ", " avec ", " et ", " mit ", " und ", " con ", " y ", " com ", " e "];
    let marks = ["/", ", ", "، ", " و", " - ", " – ", " — ", "、", "("];
    let tails = joints.iter().chain(&marks).filter_map(|joint| text.split_once(joint));
    tails.filter(|(name, _)| !name.trim().is_empty()).find_map(|(_, tail)| agencies(tail))
}

/// The agency an article comes from, and the row of a block that says only that.
pub(super) fn of(scene: &Scene<'_, '_>) -> (Option<String>, Option<usize>) {
    let texts = || scene.body.iter().map(|draft| draft.text.as_str());
    let last = scene.body.last().filter(|_| scene.body.len() > 1);
    if let Some((agency, line)) = last.and_then(|last| Some((sourced(&last.text)?, last.at))) {
        return (Some(agency), Some(line));
    }
    let claims = || scene.metadata.claims.iter().find_map(|claim| agencies(&claim.text));
    let found =
        texts().take(3).find_map(dateline).or_else(|| texts().next_back().and_then(bracketed));
    (found.or_else(claims), None)
}

/// What calls a line one of sources.
const SOURCES: &[&str] = &[
    "source",
    "sources",
    "quelle",
    "quellen",
    "fuente",
    "fuentes",
    "fonte",
    "fonti",
    "bron",
    "källa",
    "kilde",
    "lähde",
    "źródło",
    "zdroj",
    "forrás",
    "sursa",
    "izvor",
    "извор",
    "источник",
    "джерело",
    "крыніца",
    "πηγή",
    "kaynak",
    "المصدر",
    "المصادر",
    "منبع",
    "ماخذ",
    "מקור",
    "स्रोत",
    "সূত্র",
    "sumber",
    "nguồn",
    "来源",
    "來源",
    "출처",
    "ที่มา",
];

/// A line that is a source and nothing else: `AFP`, `Source: Reuters`, `المصدر: وكالات`.
pub(super) fn sourced(line: &str) -> Option<String> {
    let short = line.chars().nth(BRACKETS).is_none();
    short.then(|| agencies(after_any(line, SOURCES).unwrap_or(line)))?
}

/// `PARIS (AFP) –`, `القاهرة - رويترز:`, `新华社北京3月14日电`.
fn dateline(paragraph: &str) -> Option<String> {
    let head: String = paragraph.chars().take(DATELINE).collect();
    let wire = head.find('电').or_else(|| head.find('電')).and_then(|end| head.get(..end));
    if let Some(wire) = wire.filter(|wire| wire.contains('月')) {
        let wire = wire.trim_start_matches(['（', '(', '【', ' ']);
        return NAMES.iter().find(|name| wire.starts_with(**name)).map(|name| (*name).to_owned());
    }
    let open = head.find(['(', '（'])?;
    let inner = head.get(open..)?.split([')', '）']).next()?;
    let place = head.get(..open)?;
    let behind = head.get(open + inner.len()..)?.trim_start_matches([')', '）', ' ']);
    let marked = behind.starts_with(['-', '–', '—', ':', '.', '،', '：', 'ـ', '/']);
    let capitals = place.trim().chars().all(|c| !c.is_lowercase());
    let short = place.split_whitespace().count() <= 6;
    (short && (marked || capitals)).then(|| agencies(inner))?
}

/// `… on Monday. (AFP)`, `… am Montag. /dpa`
fn bracketed(paragraph: &str) -> Option<String> {
    let text = paragraph.trim_end().trim_end_matches(['.', '。']);
    let inside = text.strip_suffix([')', '）', ']']).and_then(|rest| {
        let open = rest.rfind(['(', '（', '['])?;
        rest.get(open..).filter(|inner| inner.chars().nth(BRACKETS).is_none())
    });
    agencies(inside.or_else(|| text.rsplit_once(['/', '—', '–', '©']).map(|(_, tail)| tail))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dateline_names_the_agency() {
        let cases = [
            ("PARIS (AFP) – Two ferries met.", Some("AFP")),
            ("القاهرة (رويترز) - التقت عبارتان.", Some("رويترز")),
            ("新华社北京3月14日电 两艘渡船相遇。", Some("新华社")),
            ("Hafen (dpa/AFP) - Zwei Fähren trafen sich.", Some("dpa, AFP")),
            ("The ferry (AFP photographers were aboard) sank.", None),
            ("The mayor (SPA) said so.", None),
        ];
        for (text, want) in cases {
            assert_eq!(dateline(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn short_names_are_words_unless_in_capitals() {
        assert!(is_agency("AP") && is_agency("dpa") && is_agency("Reuters"));
        assert!(!is_agency("ap") && !is_agency("spa") && !is_agency("Pa"));
        assert_eq!(sourced("Quelle: dpa").as_deref(), Some("dpa"));
        assert_eq!(sourced("المصدر: وكالات").as_deref(), Some("وكالات"));
        assert_eq!(sourced("Source: the harbour office"), None);
        assert_eq!(bracketed("They left on Monday. (Reuters)").as_deref(), Some("Reuters"));
    }
}
