//! When: the day of publication, from metadata, marked-up elements, the address or the text.

use url::Url;

use super::outline::{Outline, Row, Tag};
use super::vocabulary::Signs;
use crate::page::byline::Scene;
use crate::page::{PageDate, dates};

/// Rows before the headline in which a date may stand.
const BEFORE_HEADLINE: usize = 60;
/// Rows behind the body in which it may.
const BEHIND_BODY: usize = 60;
/// Characters of a line in which a date is looked for.
const LINE_LETTERS: usize = 120;
/// Letters an element called date may hold.
const LABEL_LETTERS: u32 = 120;

/// The date of publication: the day most places tell, the most trusted of them where they tie. A
/// modification is never taken for it.
pub(crate) fn published(scene: &Scene<'_, '_>, url: &Url) -> Option<PageDate> {
    let text = |iso: String| dates::from("text", iso);
    let shown = marked(scene, false).map(text);
    let shown = shown.or_else(|| line_alone(scene).map(text));
    let witnesses = witnesses(scene, url, shown.as_ref());
    elect(&witnesses)
        .map(|date| as_shown(date, shown, &witnesses))
        .or_else(|| labelled(scene).map(text))
        .or_else(|| lines(scene).map(text))
        .or_else(|| only_time(scene).map(|iso| dates::from("time", iso)))
        .or_else(|| touched(scene).map(text))
}

/// Every day that may be that of publication, whoever is asked first.
pub(crate) fn candidates(scene: &Scene<'_, '_>, url: &Url) -> Vec<PageDate> {
    let text = |iso: String| dates::from("text", iso);
    let shown = marked(scene, false).or_else(|| line_alone(scene)).map(text);
    let lines = labelled(scene).or_else(|| lines(scene)).filter(|_| shown.is_none()).map(text);
    let time = only_time(scene).map(|iso| dates::from("time", iso));
    let mut days = witnesses(scene, url, shown.as_ref());
    days.extend(lines.into_iter().chain(time).chain(touched(scene).map(text)));
    days.dedup();
    days
}

/// What each place says, the most trusted first. An element that is marked up for machines and
/// shown to readers is one witness.
fn witnesses(scene: &Scene<'_, '_>, url: &Url, shown: Option<&PageDate>) -> Vec<PageDate> {
    let marked = marked(scene, true).map(|iso| dates::from("time", iso));
    let said = scene.metadata.published_said.iter().filter(|date| date.source != "time");
    let itemprop = scene.metadata.published_said.iter().find(|date| date.source == "time");
    let seen = marked.or_else(|| itemprop.cloned());
    let shown = shown.filter(|_| seen.is_none()).cloned();
    let day = dates::in_url(url).map(|iso| dates::from("url", iso));
    said.cloned().chain(seen).chain(day).chain(shown).collect()
}

/// The witness that most others agree with, the first of them on a tie. Two that agree are right
/// more often than the most trusted one alone: templates fill in the day of an import, or of the
/// last change.
fn elect(witnesses: &[PageDate]) -> Option<PageDate> {
    let support = |one: &PageDate| witnesses.iter().filter(|other| same_day(one, other)).count();
    let most = witnesses.iter().map(support).max()?;
    witnesses.iter().find(|one| support(one) == most).cloned()
}

/// Whether two dates are one day; the neighbour of a day in UTC is the same day elsewhere.
fn same_day(one: &PageDate, other: &PageDate) -> bool {
    let apart = dates::days_apart(&one.iso, &other.iso);
    apart == Some(0) || apart == Some(1) && (is_utc(one) || is_utc(other))
}

fn is_utc(date: &PageDate) -> bool {
    date.iso.ends_with('Z') || date.iso.ends_with("+00:00")
}

/// An instant in UTC gives way to the day readers were shown: a newspaper's day is its own.
/// The day in the address speaks for the instant when it is the same.
fn as_shown(date: PageDate, shown: Option<PageDate>, witnesses: &[PageDate]) -> PageDate {
    let apart = |other: &PageDate| dates::days_apart(&date.iso, &other.iso);
    let in_url = witnesses.iter().any(|other| other.source == "url" && apart(other) == Some(0));
    match shown {
        Some(shown) if is_utc(&date) && !in_url && apart(&shown) == Some(1) => shown,
        _ => date,
    }
}

/// The day of the page's `time` elements, when they all agree.
fn only_time(scene: &Scene<'_, '_>) -> Option<String> {
    let times = scene.outline.rows.iter().filter(|row| row.tag == Tag::Time && !says_modified(row));
    let mut days = times.filter_map(|row| dates::iso(row.attr("datetime")?)).take(50);
    let first = days.next()?;
    let day = |iso: &str| iso.chars().take(10).collect::<String>();
    days.all(|other| day(&other) == day(&first)).then_some(first)
}

/// The rows around headline and body.
fn near(scene: &Scene<'_, '_>) -> std::ops::Range<usize> {
    // A body from a script stands nowhere: all of the page is around it.
    if scene.body.iter().all(|draft| draft.end == 0) {
        return 0..scene.outline.rows.len();
    }
    let first = scene.body.first().map_or(0, |draft| draft.at);
    let last = scene.body.last().map_or(scene.outline.rows.len(), |draft| draft.end);
    let rows = &scene.outline.rows;
    let headline =
        rows.iter().take(first).rposition(|row| row.tag == Tag::Heading(1)).unwrap_or(first);
    headline.saturating_sub(BEFORE_HEADLINE)..(last + BEHIND_BODY).min(rows.len())
}

/// A date in a `time` element, or in one that is called a date.
fn marked(scene: &Scene<'_, '_>, machine: bool) -> Option<String> {
    near(scene).find_map(|at| {
        let row = scene.outline.row(at)?;
        if says_modified(row) || scene.outline.below(at).letters > LABEL_LETTERS {
            return None;
        }
        match (machine, row.tag) {
            (true, Tag::Time) => dates::iso(row.attr("datetime")?),
            (false, tag) if tag == Tag::Time || row.signs.has(Signs::DATE.with(Signs::BYLINE)) => {
                text_date(scene.outline, at)
            }
            _ => None,
        }
    })
}

/// The date of an element that is called changed: the only one on pages that call it so from the
/// day they are published.
fn touched(scene: &Scene<'_, '_>) -> Option<String> {
    near(scene).find_map(|at| {
        let row = scene.outline.row(at)?;
        let short = scene.outline.below(at).letters <= LABEL_LETTERS;
        (short && says_modified(row)).then(|| text_date(scene.outline, at))?
    })
}

fn says_modified(row: &Row<'_>) -> bool {
    let says = |name| {
        row.attr(name).is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            (value.contains("modif") || value.contains("updated")) && !value.contains("publish")
        })
    };
    says("class") || says("itemprop")
}

/// Words that make the date behind them a change.
const CHANGED: &[&str] = &[
    "updated",
    "modified",
    "aktualisiert",
    "mis à jour",
    "actualizado",
    "aggiornato",
    "atualizado",
    "обновлено",
    "оновлено",
    "güncelleme",
    "آخر تحديث",
    "تحديث",
    "تم التحديث",
    "更新",
    "수정",
    "aktualizováno",
    "zaktualizowano",
    "oppdatert",
    "uppdaterad",
];

/// Words that make the date behind them, or beside them, the publication.
const LABELS: &[&str] = &[
    "published",
    "posted",
    "first publish",
    "veröffentlicht",
    "gepostet",
    "erschienen am",
    "publié",
    "mise en ligne",
    "mis en ligne",
    "publicado",
    "publicación",
    "publicação",
    "pubblicato",
    "gepubliceerd",
    "geplaatst",
    "publicerad",
    "publisert",
    "offentliggjort",
    "julkaistu",
    "opublikowano",
    "data publikacji",
    "publikováno",
    "zveřejněno",
    "publikované",
    "megjelent",
    "közzétéve",
    "publicat",
    "objavljeno",
    "публикац",
    "опубликован",
    "опубліковано",
    "публикувано",
    "дата:",
    "δημοσιεύ",
    "yayınlan",
    "yayın tarihi",
    "تاريخ النشر",
    "نشر في",
    "نُشر",
    "تم النشر",
    "تاریخ انتشار",
    "منتشر شده",
    "تاریخ اشاعت",
    "פורסם",
    "प्रकाशित",
    "প্রকাশ",
    "เผยแพร่",
    "发布",
    "發布",
    "發佈",
    "发表",
    "公開日",
    "掲載日",
    "입력",
    "등록",
    "게재",
    "diterbitkan",
    "đăng ngày",
];

/// A date beside a word for publication, or in the line after it, anywhere around the body.
fn labelled(scene: &Scene<'_, '_>) -> Option<String> {
    let short = |text: &str| text.chars().take(LINE_LETTERS + 1).count() <= LINE_LETTERS;
    let lines: Vec<&str> =
        scene.drafts.iter().map(|draft| draft.text.as_str()).filter(|text| short(text)).collect();
    lines.iter().enumerate().find_map(|(at, line)| {
        let lower = line.to_lowercase();
        if !LABELS.iter().any(|label| lower.contains(label)) {
            return None;
        }
        line_date(line).or_else(|| line_date(lines.get(at + 1).filter(|next| is_date_line(next))?))
    })
}

fn text_date(outline: &Outline<'_>, at: usize) -> Option<String> {
    let text = outline.text(at, 300);
    line_date(&text)
}

/// The first date of a line that is not one of a change.
fn line_date(text: &str) -> Option<String> {
    let first = dates::text(text)?;
    let lower = text.to_lowercase();
    let changed = CHANGED.iter().filter_map(|word| lower.find(word)).min();
    match changed.and_then(|at| lower.get(..at)) {
        Some(front) => dates::text(front),
        None => Some(first),
    }
}

/// Whether a line is a date and little else.
pub(crate) fn is_date_line(text: &str) -> bool {
    text.len() <= 80 * 4
        && text.chars().count() <= 80
        && text.chars().filter(|c| c.is_alphabetic()).count() <= 36
        && !text.ends_with(['.', '!', '?', '。', '؟'])
        && dates::text(text).is_some()
}

/// A line before the body that is a date and nothing else.
fn line_alone(scene: &Scene<'_, '_>) -> Option<String> {
    let near = near(scene);
    let first = scene.body.first().map_or(0, |draft| draft.at);
    let before = scene.drafts.iter().filter(|draft| (near.start..=first).contains(&draft.at));
    before.filter(|draft| is_date_line(&draft.text)).find_map(|draft| line_date(&draft.text))
}

/// A date in the short lines between headline and body, or at the body's ends.
fn lines(scene: &Scene<'_, '_>) -> Option<String> {
    let near = near(scene);
    let first = scene.body.first().map_or(0, |draft| draft.at);
    let short = |text: &str| text.chars().take(LINE_LETTERS + 1).count() <= LINE_LETTERS;
    let start = scene.drafts.partition_point(|draft| draft.at < near.start);
    let end = scene.drafts.partition_point(|draft| draft.at < near.end);
    let all = scene.drafts.get(start..end).unwrap_or_default();
    let before = all.iter().filter(|draft| draft.at <= first && short(&draft.text));
    before
        .chain(all.iter().filter(|draft| draft.at > first && short(&draft.text)).rev())
        .find_map(|draft| line_date(&draft.text))
}
