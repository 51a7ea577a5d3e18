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
/// Letters an element called date may hold.
const LABEL_LETTERS: u32 = 120;

/// The date of publication, the best source first. A modification is never taken for it.
pub(crate) fn published(scene: &Scene<'_, '_>, url: &Url) -> Option<PageDate> {
    let from = |source: &'static str| move |iso: String| dates::from(source, iso);
    let day = dates::in_url(url);
    let said = scene.metadata.published.clone();
    said.or_else(|| marked(scene, true).map(from("time")))
        .or_else(|| day.map(from("url")))
        .or_else(|| marked(scene, false).map(from("text")))
        .or_else(|| lines(scene).map(from("text")))
        .or_else(|| only_time(scene).map(from("time")))
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

/// A date in the short lines between headline and body, or at the body's ends.
fn lines(scene: &Scene<'_, '_>) -> Option<String> {
    let near = near(scene);
    let first = scene.body.first().map_or(0, |draft| draft.at);
    let short = |text: &str| text.len() <= 120 * 4 && text.chars().count() <= 120;
    let start = scene.drafts.partition_point(|draft| draft.at < near.start);
    let end = scene.drafts.partition_point(|draft| draft.at < near.end);
    let all = scene.drafts.get(start..end).unwrap_or_default();
    let before = all.iter().filter(|draft| draft.at <= first && short(&draft.text));
    before
        .chain(all.iter().filter(|draft| draft.at > first && short(&draft.text)).rev())
        .find_map(|draft| line_date(&draft.text))
}
