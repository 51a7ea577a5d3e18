//! When: the day of publication, from metadata, marked-up elements, the address or the text.

use url::Url;

use super::blocks::Draft;
use super::outline::{Outline, Row, Tag};
use super::standing::{self, Place, Standing};
use super::vocabulary::Signs;
use crate::page::byline::Scene;
pub(super) use crate::page::dates::lines::is_date_line;
use crate::page::dates::lines::{
    beside_label, changed_date, is_label, is_sentence, line_date, opening_day,
};
use crate::page::{PageDate, dates};

/// Rows before the headline in which a date may stand.
const BEFORE_HEADLINE: usize = 60;
/// Rows behind the body in which it may.
const BEHIND_BODY: usize = 60;
/// Bytes of a beginning of the title that is a headline by itself.
const MIN_HEADLINE: usize = 20;
/// Letters of a heading of the second level that may be the headline.
const LONG_HEADLINE: u32 = 20;
/// Characters of a line in which a date is looked for.
const LINE_LETTERS: usize = 120;
/// Characters of a paragraph in which a word for publication may name the day.
const SENTENCE_LETTERS: usize = 400;
/// Letters an element called date may hold.
const LABEL_LETTERS: u32 = 120;
/// Rows of a line that are looked at.
const MAX_LINE_ROWS: usize = 60;
/// Levels above a block among which the element that holds most of the text is looked for.
const TEXT_LEVELS: usize = 24;
/// Days after the one in the address from which everything else tells of a second publication.
const REPUBLISHED_DAYS: i32 = 60;
/// Blocks at the start of the body that may open with a dateline.
const DATELINES: usize = 4;

/// The date of publication: the day most places tell, the most trusted of them where they tie. A
/// modification is never taken for it.
pub(crate) fn published(scene: &Scene<'_, '_>, url: &Url) -> Option<PageDate> {
    let text = |iso: String| dates::from("text", iso);
    let shown = shown(scene).map(text);
    let witnesses = witnesses(scene, url, shown.as_ref());
    let past = |date: &PageDate| is_past(scene, date);
    elect(&witnesses, || below_headline(scene))
        .map(|date| as_shown(date, || shown.or_else(|| by_itself(scene)), &witnesses))
        .or_else(|| labelled(scene).map(text))
        .or_else(|| above(scene).or_else(|| touched(scene, true)).map(text))
        .or_else(|| behind(scene).map(text))
        .or_else(|| only_time(scene).map(|iso| dates::from("time", iso)))
        .or_else(|| unblocked(scene).map(text))
        .or_else(|| touched(scene, false).map(text))
        .filter(past)
}

/// The last change: by metadata, by an element that is called so, or by the words beside a day. Never
/// before the publication, which is another day's change then.
pub(crate) fn modified(scene: &Scene<'_, '_>, published: Option<&PageDate>) -> Option<PageDate> {
    let said = scene.metadata.modified.clone().filter(|date| is_past(scene, date));
    let follows = |date: &PageDate| {
        published.is_none_or(|first| {
            dates::days_between(&first.iso, &date.iso).is_some_and(|days| days >= 0)
        })
    };
    let seen = || changes(scene).find(|date| follows(date) && is_past(scene, date));
    said.or_else(seen)
}

/// The changes that the page shows around its article.
fn changes(scene: &Scene<'_, '_>) -> impl Iterator<Item = PageDate> {
    let (near, place) = (near(scene), place(scene));
    let own = move |at: &usize| standing::of(scene, place, *at) != Standing::Foreign;
    let rows = near.clone().filter_map(move |at| {
        let row = scene.outline.row(at).filter(|row| is_dated(row) || row.tag == Tag::Text)?;
        if scene.outline.below(at).letters > LABEL_LETTERS {
            return None;
        }
        let machine = || dates::iso(row.attr("datetime").filter(|_| says_modified(row))?);
        let words = || changed_date(&scene.outline.text(at, 300));
        let time = machine().map(|iso| dates::from("time", iso));
        let found = time.or_else(|| words().map(|iso| dates::from("text", iso)))?;
        Some(found).filter(|_| own(&at))
    });
    let lines = scene.drafts.iter().filter(move |draft| {
        near.contains(&draft.at)
            && is_within(&draft.text, LINE_LETTERS)
            && !is_sentence(&draft.text)
    });
    let lines = lines.filter_map(|draft| changed_date(&draft.text));
    rows.chain(lines.map(|iso| dates::from("text", iso)))
}

/// Whether an element is one of a date by its tag or its names.
fn is_dated(row: &Row<'_>) -> bool {
    row.tag == Tag::Time || row.signs.has(Signs::DATE.with(Signs::BYLINE))
}

/// Whether a date is not behind the day the page was served, wherever on earth that was read.
fn is_past(scene: &Scene<'_, '_>, date: &PageDate) -> bool {
    let served = scene.metadata.served.as_deref();
    let ahead = served.and_then(|served| dates::days_between(served, &date.iso));
    ahead.is_none_or(|days| days <= 1)
}

/// Every day that may be that of publication, whoever is asked first.
pub(crate) fn candidates(scene: &Scene<'_, '_>, url: &Url) -> Vec<PageDate> {
    let text = |iso: String| dates::from("text", iso);
    let shown = shown(scene).map(text);
    let lines = || labelled(scene).or_else(|| above(scene)).or_else(|| behind(scene));
    let lines = lines().filter(|_| shown.is_none()).map(text);
    let time = only_time(scene).map(|iso| dates::from("time", iso));
    let mut days = witnesses(scene, url, shown.as_ref());
    days.extend(lines.into_iter().chain(time).chain(touched(scene, false).map(text)));
    days.dedup();
    days
}

/// What each place says, the most trusted first. An element that is marked up for machines and
/// shown to readers is one witness; where it stands above the text and both tell one day, two.
fn witnesses(scene: &Scene<'_, '_>, url: &Url, shown: Option<&PageDate>) -> Vec<PageDate> {
    let seen_time = |at: &usize| scene.outline.below(*at).letters > 0;
    let hidden = || marks(scene, true).next().filter(|_| shown.is_none());
    let marked = marks(scene, true).find(|(at, _)| seen_time(at)).or_else(hidden);
    let marked = marked.map(|(_, iso)| dates::from("time", iso));
    let said = scene.metadata.published_said.iter().filter(|date| date.source != "time");
    let itemprop = scene.metadata.published_said.iter().find(|date| date.source == "time");
    let changed = scene.metadata.modified.as_ref();
    let twice = |seen: &PageDate, shown: &PageDate| {
        dates::days_apart(&seen.iso, &shown.iso) == Some(0)
            && changed.is_none_or(|changed| dates::days_apart(&changed.iso, &shown.iso) != Some(0))
    };
    let seen = marked.or_else(|| itemprop.cloned());
    let shown = shown.filter(|shown| seen.as_ref().is_none_or(|seen| twice(seen, shown))).cloned();
    let day = dates::in_url(url).or_else(|| scene.metadata.address_day.clone());
    let day = day.map(|iso| dates::from("url", iso));
    let loose = scene.metadata.published_loosely.clone();
    let all = said.cloned().chain(seen).chain(day).chain(shown).chain(loose);
    all.filter(|date| is_past(scene, date)).collect()
}

/// The witness that most others agree with, the first of them on a tie, unless the page shows
/// another's day. Two that agree are right more often than the most trusted one alone: templates
/// fill in the day of an import, or of the last change. A day long before in the address is the
/// first publication.
fn elect(witnesses: &[PageDate], below: impl Fn() -> Option<String>) -> Option<PageDate> {
    let support = |one: &PageDate| witnesses.iter().filter(|other| same_day(one, other)).count();
    let most = witnesses.iter().map(support).max()?;
    let mut best = witnesses.iter().filter(|one| support(one) == most);
    let first = best.next()?;
    let others: Vec<&PageDate> = best.filter(|one| !same_day(one, first)).collect();
    let told = if others.is_empty() { None } else { below() };
    let told = told.and_then(|day| {
        others.into_iter().find(|one| dates::days_apart(&one.iso, &day) == Some(0))
    });
    let chosen = told.filter(|one| one.source != "text").unwrap_or(first);
    let address = witnesses.iter().find(|one| {
        one.source == "url"
            && dates::days_between(&one.iso, &chosen.iso)
                .is_some_and(|days| days > REPUBLISHED_DAYS)
    });
    Some(address.unwrap_or(chosen).clone())
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
fn as_shown(
    date: PageDate,
    shown: impl FnOnce() -> Option<PageDate>,
    witnesses: &[PageDate],
) -> PageDate {
    let apart = |other: &PageDate| dates::days_apart(&date.iso, &other.iso);
    let in_url = witnesses.iter().any(|other| other.source == "url" && apart(other) == Some(0));
    if !is_utc(&date) || in_url {
        return date;
    }
    shown().filter(|shown| apart(shown) == Some(1)).unwrap_or(date)
}

/// The day that stands by itself near the body, unless it is that of the last change.
fn by_itself(scene: &Scene<'_, '_>) -> Option<PageDate> {
    let changed = scene.metadata.modified.as_ref();
    let differs = |iso: &String| {
        changed.is_none_or(|changed| dates::days_apart(&changed.iso, iso) != Some(0))
    };
    unblocked(scene).filter(differs).map(|iso| dates::from("text", iso))
}

/// The day of the page's `time` elements, when they all agree.
fn only_time(scene: &Scene<'_, '_>) -> Option<String> {
    let place = place(scene);
    let own = |at: usize| standing::of(scene, place, at) != Standing::Foreign;
    let rows = scene.outline.rows.iter().enumerate();
    let times = rows.filter(|(at, row)| row.tag == Tag::Time && !says_modified(row) && own(*at));
    let mut days = times.filter_map(|(_, row)| dates::iso(row.attr("datetime")?)).take(50);
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
    let rows = scene.outline.rows.len();
    headline(scene, first).saturating_sub(BEFORE_HEADLINE)..(last + BEHIND_BODY).min(rows)
}

/// Where the article stands. A body from a script stands nowhere.
fn place(scene: &Scene<'_, '_>) -> Place {
    let rows = scene.outline.rows.len();
    let first = scene.body.first().map_or(0, |draft| draft.at);
    let last = scene.body.last().map_or(rows, |draft| draft.end);
    let (headline, text) = (headline(scene, first), text_box(scene).unwrap_or(first));
    Place { headline, text, first, last: if last == 0 { rows } else { last } }
}

/// The innermost element that holds half of the body.
fn text_box(scene: &Scene<'_, '_>) -> Option<usize> {
    let (body, outline) = (scene.body, scene.outline);
    let letters = |drafts: &[Draft]| drafts.iter().map(|draft| draft.measure.letters).sum::<u32>();
    let half = letters(body) / 2;
    let mut sum = 0;
    let middle = body.iter().find(|draft| {
        sum += draft.measure.letters;
        sum >= half
    })?;
    outline.above(middle.at).take(TEXT_LEVELS).find(|above| {
        let rows = outline.range(*above);
        let from = body.partition_point(|draft| draft.at < rows.start);
        let until = body.partition_point(|draft| draft.at < rows.end);
        letters(body.get(from..until).unwrap_or_default()) >= half
    })
}

/// The row above the body that shows the headline: a heading of the first level, or where there is
/// none the text that is the title, as in tables of the 2000s; else where the body begins.
fn headline(scene: &Scene<'_, '_>, first: usize) -> usize {
    let above = || scene.outline.rows.iter().take(first);
    above().rposition(|row| row.tag == Tag::Heading(1)).unwrap_or_else(|| {
        let title = scene.metadata.title.as_deref().unwrap_or_default().trim();
        let shows = |row: &Row<'_>| {
            let text = row.text.trim();
            let whole = text == title || text.len() > MIN_HEADLINE && title.starts_with(text);
            row.tag == Tag::Text && whole
        };
        let titled = || above().rposition(shows).filter(|_| !title.is_empty());
        let second = || (0..first).rev().find(|at| is_second(scene, *at));
        titled().or_else(second).unwrap_or(first)
    })
}

/// Whether a row is a heading of the second level that leads nowhere and is long enough for the
/// headline of a page without one of the first.
fn is_second(scene: &Scene<'_, '_>, at: usize) -> bool {
    let measure = || scene.outline.below(at);
    scene.outline.row(at).is_some_and(|row| row.tag == Tag::Heading(2))
        && measure().linked == 0
        && measure().letters > LONG_HEADLINE
}

/// Whether a day at a place is heard: against what the page declares, only one of the article's own.
fn may_speak(scene: &Scene<'_, '_>, place: Place, at: usize) -> bool {
    let declared = scene.metadata.published_said.iter().any(|date| date.source != "time");
    let least = if declared { Standing::Own } else { Standing::Loose };
    standing::of(scene, place, at) >= least
}

/// The day that readers are shown: in an element made for it, or in a line by itself.
fn shown(scene: &Scene<'_, '_>) -> Option<String> {
    marks(scene, false).next().map(|(_, day)| day).or_else(|| line_alone(scene))
}

/// The dates in `time` elements, or in those that are called a date, with their rows: what they say
/// to machines, or what they show.
fn marks(scene: &Scene<'_, '_>, machine: bool) -> impl Iterator<Item = (usize, String)> {
    let place = place(scene);
    near(scene).filter_map(move |at| {
        let row = scene.outline.row(at).filter(|row| is_dated(row) && !says_modified(row))?;
        if scene.outline.below(at).letters > LABEL_LETTERS
            || in_quote(scene.outline, at)
            || !may_speak(scene, place, at)
        {
            return None;
        }
        let day = match (machine, row.tag) {
            (true, Tag::Time) => dates::iso(row.attr("datetime")?),
            (false, _) => text_date(scene.outline, at),
            _ => None,
        };
        day.map(|day| (at, day))
    })
}

/// The date of an element that is called changed: the only one on pages that call it so from the
/// day they are published, as hAtom does. Asked `above`, only between headline and text.
fn touched(scene: &Scene<'_, '_>, above: bool) -> Option<String> {
    let place = place(scene);
    let rows = if above { place.headline..place.first } else { near(scene) };
    rows.into_iter().find_map(|at| {
        let row = scene.outline.row(at)?;
        let short = scene.outline.below(at).letters <= LABEL_LETTERS;
        let own = || standing::of(scene, place, at) != Standing::Foreign;
        if !short || !says_modified(row) || !own() {
            return None;
        }
        let shown = scene.outline.text(at, 300);
        let machine = || row.attr("datetime").filter(|_| is_day(&shown)).and_then(dates::iso);
        machine().or_else(|| text_date(scene.outline, at))
    })
}

/// Whether a text may be a day in numbers alone, in an order that nobody can tell: `06/11/2023`.
fn is_day(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_numeric() || matches!(c, '.' | '/' | '-' | ' '))
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

/// A date beside a word for publication, or in the line after it, anywhere around the body.
fn labelled(scene: &Scene<'_, '_>) -> Option<String> {
    let lines: Vec<&str> = scene
        .drafts
        .iter()
        .map(|draft| draft.text.as_str())
        .filter(|text| is_within(text, SENTENCE_LETTERS))
        .collect();
    lines.iter().enumerate().filter(|(_, line)| is_label(line)).find_map(|(at, line)| {
        let next =
            || lines.get(at + 1).filter(|next| is_date_line(next)).and_then(|next| line_date(next));
        if is_within(line, LINE_LETTERS) {
            line_date(line).or_else(next)
        } else {
            beside_label(line)
        }
    })
}

fn is_within(text: &str, letters: usize) -> bool {
    text.chars().nth(letters).is_none()
}

/// The date an element shows. Where the words around it make it a change, there is none.
fn text_date(outline: &Outline<'_>, at: usize) -> Option<String> {
    let day = line_date(&outline.text(at, 300))?;
    let around =
        outline.above(at).take(2).filter(|above| outline.below(*above).letters <= LABEL_LETTERS);
    let Some(around) = around.last().map(|above| outline.text(above, 300)) else {
        return Some(day);
    };
    // Of two days in one line its words decide; without any, each element tells its own.
    match (line_date(&around), changed_date(&around)) {
        (told, Some(changed)) => told.or_else(|| Some(day).filter(|day| *day != changed)),
        (Some(_), None) => Some(day),
        (None, None) => None,
    }
}

/// Whether an element stands in a quotation: the day of an embedded post is its own.
fn in_quote(outline: &Outline<'_>, at: usize) -> bool {
    let mut above = outline.above(at).take(24);
    above.any(|row| outline.row(row).is_some_and(|row| row.tag == Tag::Quote))
}

/// The row where the text begins, behind the lines with days that stand at its head.
fn text_start(scene: &Scene<'_, '_>) -> usize {
    let is_row = |text: &str| {
        is_within(text, LINE_LETTERS) && text.contains(['|', '·', '•']) && line_date(text).is_some()
    };
    let is_text = |draft: &&Draft| !is_date_line(&draft.text) && !is_row(&draft.text);
    let first = scene.body.iter().take(DATELINES).find(is_text).or(scene.body.first());
    first.map_or(0, |draft| draft.at)
}

/// A line before the body that is a date and nothing else.
fn line_alone(scene: &Scene<'_, '_>) -> Option<String> {
    let (near, place) = (near(scene), place(scene));
    let rows = near.start..=text_start(scene);
    let before = scene
        .drafts
        .iter()
        .filter(|draft| rows.contains(&draft.at) && may_speak(scene, place, draft.at));
    before
        .filter(|draft| is_date_line(&draft.text))
        .find_map(|draft| line_date(&beside_change(scene, draft)))
}

/// A date in the short lines between headline and body.
fn below_headline(scene: &Scene<'_, '_>) -> Option<String> {
    let (first, place) = (text_start(scene), place(scene));
    let from = near(scene).start;
    let own =
        |at: usize| at >= place.headline || standing::of(scene, place, at) != Standing::Foreign;
    let between = scene.drafts.iter().filter(|draft| (from..=first).contains(&draft.at));
    // The text itself begins at `first`: a day in its first sentence is one it tells of.
    let line = |text: &str| is_within(text, LINE_LETTERS) && !is_sentence(text);
    between
        .filter(|draft| line(&draft.text) && (draft.at < first || is_date_line(&draft.text)))
        .filter(|draft| own(draft.at))
        .find_map(|draft| {
            line_date(&beside_change(scene, draft)).or_else(|| line_date(&draft.text))
        })
}

/// The text of a line beside the element in it that is called changed: themes hide the day of the
/// last change there.
fn beside_change(scene: &Scene<'_, '_>, draft: &Draft) -> String {
    let outline = scene.outline;
    let changed = |at: usize| {
        let mut above = outline.above(at).take(3).take_while(|above| *above > draft.holder);
        above.any(|above| outline.row(above).is_some_and(says_modified))
    };
    let rows = (draft.at..draft.end).take(MAX_LINE_ROWS).filter(|at| !changed(*at));
    rows.filter_map(|at| outline.row(at)).map(|row| row.text).collect::<Vec<_>>().join(" ")
}

/// A date in the short lines between headline and body, or in the dateline of the text.
fn above(scene: &Scene<'_, '_>) -> Option<String> {
    let datelines = || scene.body.iter().take(DATELINES).find_map(|draft| opening_day(&draft.text));
    below_headline(scene).or_else(datelines)
}

/// A date in the short lines at the body's end, or behind it.
fn behind(scene: &Scene<'_, '_>) -> Option<String> {
    let first = scene.body.first().map_or(0, |draft| draft.at);
    let end = near(scene).end;
    let behind = scene.drafts.iter().filter(|draft| draft.at > first && draft.at < end);
    // A line that is all link leads to another story, and its day is that one's; one with more to
    // say is a source, or a part of the list that follows.
    let dated =
        |text: &str| is_within(text, LINE_LETTERS) && (is_date_line(text) || is_label(text));
    let place = place(scene);
    let own = |at: usize| standing::of(scene, place, at) != Standing::Foreign;
    let behind = behind.filter(|draft| !draft.is_link() && dated(&draft.text));
    let mut behind = behind.filter(|draft| own(draft.at)).rev();
    behind.find_map(|draft| line_date(&draft.text))
}

/// A date that stands by itself near the body in what was pruned: a caption above the headline, a
/// list of facts. Behind the body several such days are those of other stories.
fn unblocked(scene: &Scene<'_, '_>) -> Option<String> {
    let near = near(scene);
    let end = scene.body.last().map_or(near.end, |draft| draft.end).clamp(near.start, near.end);
    let place = place(scene);
    (near.start..end).find_map(|at| by_itself_at(scene, place, at)).or_else(|| {
        let mut behind = (end..near.end).filter_map(|at| by_itself_at(scene, place, at));
        let first = behind.next()?;
        behind.all(|other| other == first).then_some(first)
    })
}

/// The day of a text row that is a date and nothing else.
fn by_itself_at(scene: &Scene<'_, '_>, place: Place, at: usize) -> Option<String> {
    let row = scene.outline.row(at).filter(|row| row.tag == Tag::Text)?;
    let text = row.text.trim();
    let short = is_within(text, LINE_LETTERS) && is_date_line(text);
    let own = || standing::of(scene, place, at) != Standing::Foreign;
    (short && own()).then(|| text_date(scene.outline, at))?
}
