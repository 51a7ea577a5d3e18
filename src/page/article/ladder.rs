//! The ladder: which of the candidates is the body.
//!
//! Named elements and density choose among the same blocks; JSON-LD `articleBody` is a witness, and
//! the body itself only where the page shows next to nothing of it; all prose of the page is the
//! last rung. It never makes text up: no rung with enough letters means no article.

use super::blocks::Draft;
use super::density::Density;
use super::framework::{Said, Undrawn};
use super::outline::{Measure, Outline, Row, Tag};
use super::select::{Region, Words};
use super::vocabulary::Signs;
use super::when::is_date_line;
use super::witness::Witness;
use super::{replies, select, signposts, trim};
use crate::page::letters::{folded, letters as letters_table};
use crate::page::metadata::Metadata;
use crate::page::{BlockKind, Stage};

/// A body, chosen.
pub(crate) struct Body {
    /// Who found it.
    pub(crate) stage: Stage,
    /// Its blocks.
    pub(crate) blocks: Vec<Draft>,
    /// What the state of the page says of it, where it stands there.
    pub(crate) said: Option<Said>,
}

/// Letters under which a text is no article. Of 956 real pages the same are articles at 100 and at
/// 200, one aside that calls itself one.
const MIN_BODY: u32 = 140;
/// Letters under which a text is none even where its page calls itself an article and shows its
/// title as a heading. Asked for sentences as well, two of 956 real articles were none (body F1 .953
/// for .955): tables of fixtures and of cameras.
const MIN_SHOWN: u32 = 60;
/// The same of a sentence, where the page calls itself an article or has a day by its headline.
const MIN_DECLARED: u32 = 20;
/// How much longer the dense region must be to beat a named one. At 1 precision falls by .001, at 3
/// recall, each on 461 real pages.
const DENSE_FACTOR: u32 = 2;
/// How much longer `articleBody` must be to beat what the page shows.
const STRUCTURED_FACTOR: u32 = 3;

/// Climbs the ladder.
pub(crate) fn climb(
    outline: &Outline<'_>,
    drafts: &[Draft],
    metadata: &Metadata,
    witness: &Witness,
) -> Option<Body> {
    let words = Words::of(drafts);
    let headline = metadata.title.as_deref().and_then(|title| headline_row(outline, title));
    let named = select::region(outline, &words, headline, select::ENOUGH);
    let density = Density::of(outline, drafts);
    let dense = density.densest().map(|dense| widened(outline, &words, drafts, dense));
    let (mut stage, region) = choose(outline, &words, named, dense);
    let whole = |region: &Region| {
        let mut blocks = pick(outline, &words, drafts, region);
        add_lead(outline, drafts, headline, &mut blocks);
        replies::without(signposts::clear(trim::trim(blocks, metadata)))
    };
    let mut blocks = whole(&region);
    if letters(&blocks) < MIN_BODY * 2 {
        let all = prose(drafts);
        if letters(&all) > 2 * letters(&blocks) {
            blocks = replies::without(signposts::clear(trim::trim(all, metadata)));
            stage = Stage::Baseline;
        }
    }
    if let Some(other) = near(outline, drafts, &density, witness, headline).as_ref().map(whole)
        && overrules(witness, &other, &blocks)
    {
        blocks = other;
        stage = Stage::Density;
    }
    if let Some(structured) = structured(metadata, &blocks) {
        blocks = structured;
        stage = Stage::JsonLd;
    }
    if letters(&blocks) < MIN_BODY {
        let small = select::region(outline, &words, headline, MIN_DECLARED);
        let small = small.as_ref().map(whole).filter(|small| letters(small) > letters(&blocks));
        (stage, blocks) = small.map_or((stage, blocks), |small| (Stage::Selector, small));
    }
    let enough = is_enough(outline, metadata, headline, &blocks);
    enough.then_some(Body { stage, blocks, said: None })
}

/// All prose of a page, lists left out.
fn prose(drafts: &[Draft]) -> Vec<Draft> {
    let is_prose = |draft: &&Draft| draft.is_prose() && draft.kind != BlockKind::Item;
    drafts.iter().filter(is_prose).cloned().collect()
}

/// Whether a text is long enough for an article.
fn is_enough(
    outline: &Outline<'_>,
    metadata: &Metadata,
    headline: Option<usize>,
    blocks: &[Draft],
) -> bool {
    let size = letters(blocks);
    let (Some(headline), true) = (headline, size < MIN_BODY) else { return size >= MIN_BODY };
    let dated = || metadata.published.is_some() || is_dated(outline, headline);
    let is_sentence = size >= MIN_DECLARED && blocks.iter().any(is_said);
    metadata.says_article && size >= MIN_SHOWN || is_sentence && (metadata.says_article || dated())
}

/// Rows before and behind a headline in which its date stands.
const DATE_ROWS: usize = 40;
/// Bytes of a line that may be a date and nothing else.
const DATE_LINE: usize = 200;

/// Whether a date stands by the headline.
fn is_dated(outline: &Outline<'_>, headline: usize) -> bool {
    let near = headline.saturating_sub(DATE_ROWS)..outline.range(headline).end + DATE_ROWS;
    let is_date = |row: &Row<'_>| {
        let text = row.text.trim();
        row.tag == Tag::Time && row.attr("datetime").is_some()
            || text.len() <= DATE_LINE && is_date_line(text)
    };
    let end = near.end.min(outline.rows.len());
    outline.rows.get(near.start..end).unwrap_or_default().iter().any(is_date)
}

/// Whether a block says something: a sentence that ends, or that is written without such signs.
fn is_said(draft: &Draft) -> bool {
    let spaceless = |text: &str| {
        let last = text.trim_end().chars().next_back();
        last.is_some_and(|c| letters_table().of(c).is_spaceless())
    };
    draft.measure.letters >= MIN_DECLARED
        && (trim::ends_sentence(&draft.text) || spaceless(&draft.text))
}

/// Letters of a visible body beyond which nobody asks whether there was more to draw.
const DRAWN: u32 = 900;

/// `body`, or the text a script was going to draw where the page shows far less.
pub(crate) fn or_undrawn(
    body: Option<Body>,
    undrawn: impl FnOnce() -> Option<Undrawn>,
) -> Option<Body> {
    let drawn = body.as_ref().map_or(0, |body| letters(&body.blocks));
    if drawn > DRAWN || body.as_ref().is_some_and(|body| body.stage == Stage::JsonLd) {
        return body;
    }
    match undrawn().filter(|undrawn| letters(&undrawn.blocks) > STRUCTURED_FACTOR * drawn) {
        Some(Undrawn { blocks, said }) => {
            Some(Body { stage: Stage::FrameworkState, blocks, said: Some(said) })
        }
        None => body,
    }
}

/// The heading that shows the title: an `h1` where there is one.
pub(super) fn headline_row(outline: &Outline<'_>, title: &str) -> Option<usize> {
    let title = trim::letters_of(title);
    let mut found = None;
    for (at, row) in outline.rows.iter().enumerate() {
        let Tag::Heading(level) = row.tag else { continue };
        if outline.below(at).letters > 600 {
            continue;
        }
        let text = trim::letters_of(&outline.text(at, 600));
        let same =
            !text.is_empty() && (text == title || (text.len() > 20 && title.contains(&text)));
        let same = same || trim::shows_title(&text, &title);
        if same && (found.is_none() || level == 1) {
            found = Some(at);
            if level == 1 {
                break;
            }
        }
    }
    found
}

/// The blocks inside a region, in reading order.
fn pick(outline: &Outline<'_>, words: &Words<'_>, drafts: &[Draft], region: &Region) -> Vec<Draft> {
    let mut picked = Vec::new();
    for root in &region.roots {
        picked.extend_from_slice(drafts.get(words.inside(outline, *root)).unwrap_or_default());
    }
    picked
}

/// Letters a lead paragraph has at least.
const MIN_LEAD: u32 = 40;
/// Letters from which a heading under the headline is a lead, whatever it ends with.
const HEADING_LEAD: u32 = 40;
/// Paragraphs a lead has at most.
const MAX_LEADS: usize = 3;
/// Blocks between headline and body among which a lead is looked for.
const MAX_BETWEEN: usize = 10;

/// Puts back the lead: sentences between the headline and a body that starts below them.
fn add_lead(
    outline: &Outline<'_>,
    drafts: &[Draft],
    headline: Option<usize>,
    blocks: &mut Vec<Draft>,
) {
    let (Some(headline), Some(first)) = (headline, blocks.first().map(|draft| draft.at)) else {
        return;
    };
    let from = drafts.partition_point(|draft| draft.at < outline.range(headline).end);
    let until = drafts.partition_point(|draft| draft.at < first);
    let between = drafts.get(from..until).unwrap_or_default();
    if between.len() > MAX_BETWEEN {
        return;
    }
    let title = trim::letters_of(&outline.text(headline, 600));
    let repeats = |draft: &Draft| {
        let line = trim::letters_of(&draft.text);
        title.contains(&line) || line.contains(&title) && title.len() * 2 > line.len()
    };
    let lead: Vec<Draft> = between
        .iter()
        .filter(|draft| is_lead(outline, draft) && !repeats(draft))
        .cloned()
        .collect();
    // More such blocks are a summary or a box, not a lead.
    if lead.len() <= MAX_LEADS {
        blocks.splice(0..0, lead);
    }
}

/// A sentence, a long heading, or what is called a lead.
fn is_lead(outline: &Outline<'_>, draft: &Draft) -> bool {
    let named = || {
        let near = std::iter::once(draft.holder).chain(outline.above(draft.holder).take(1));
        near.filter_map(|at| outline.row(at))
            .any(|row| row.signs.has(Signs::LEAD) && row.tag != Tag::Root)
    };
    matches!(draft.kind, BlockKind::Paragraph | BlockKind::Heading | BlockKind::Quote)
        && draft.measure.letters >= MIN_LEAD
        && draft.measure.linked * 5 < draft.measure.letters
        && (trim::ends_sentence(&draft.text)
            || draft.kind == BlockKind::Heading && draft.measure.letters >= HEADING_LEAD
            || named())
}

fn letters(blocks: &[Draft]) -> u32 {
    blocks.iter().map(|draft| draft.measure.letters).sum()
}

/// Chooses between the named and the dense region.
fn choose(
    outline: &Outline<'_>,
    words: &Words<'_>,
    named: Option<Region>,
    dense: Option<Region>,
) -> (Stage, Region) {
    let size =
        |region: &Region| -> u32 { region.roots.iter().map(|at| words.below(outline, *at)).sum() };
    match (named, dense) {
        (None, None) => (Stage::Baseline, Region::default()),
        (None, Some(dense)) => (Stage::Density, dense),
        (Some(named), Some(dense))
            if size(&dense) > DENSE_FACTOR * size(&named)
                && !(size(&named) > WHOLE && is_behind(outline, &dense, &named)) =>
        {
            (Stage::Density, dense)
        }
        (Some(named), _) => (Stage::Selector, named),
    }
}

/// Letters of a named region that nothing behind it replaces: what follows a whole story is its
/// comments, however long.
const WHOLE: u32 = 600;

/// Whether all of `one` stands behind all of `other`.
fn is_behind(outline: &Outline<'_>, one: &Region, other: &Region) -> bool {
    let end = other.roots.iter().map(|at| outline.range(*at).end).max();
    end.is_some_and(|end| one.roots.iter().all(|at| *at >= end))
}

/// Share of what a witness says, or of the words of the title, that a region holds at least to be
/// taken for another that holds next to nothing of it. Asked of bodies without their leads, the
/// witness overruled four that were right on 956 real pages; asked of whole ones, none.
const HELD: f64 = 0.5;
const NOTHING: f64 = 0.2;

/// The region around the block of which a witness speaks, or that follows the headline.
fn near(
    outline: &Outline<'_>,
    drafts: &[Draft],
    density: &Density<'_, '_>,
    witness: &Witness,
    headline: Option<usize>,
) -> Option<Region> {
    let said = if witness.speaks() { witness.place(drafts) } else { None };
    let first = || {
        let below = outline.range(headline?).end;
        let from = drafts.partition_point(|draft| draft.at < below);
        drafts.get(from..).unwrap_or_default().iter().find(|draft| draft.is_prose())
    };
    density.around(said.or_else(first)?.at)
}

/// Whether the witness, or the title where it is silent, speaks for `other` and against `chosen`.
fn overrules(witness: &Witness, other: &[Draft], chosen: &[Draft]) -> bool {
    if letters(other) < MIN_BODY {
        return false;
    }
    let about = |blocks: &[Draft]| witness.title_share(blocks).unwrap_or_default();
    if about(chosen) > NOTHING {
        return false;
    }
    if witness.speaks() && witness.share(chosen).max(witness.share(other)) > NOTHING {
        return witness.share(chosen) < NOTHING && witness.share(other) > HELD;
    }
    about(other) > HELD
}

/// Levels above a dense region on which boxes like its own are looked for.
const BOX_LEVELS: usize = 5;
/// Prose that other boxes hold at least to be parts of the body, in percent of the region's. Boxes
/// are alike by the whole path down to a paragraph: by their own class alone, body F1 on 461 real
/// pages falls from .952 to .933.
const MORE_PROSE: u32 = 30;

/// A region with its sisters: page builders put every few paragraphs into a box of their own, deep
/// inside boxes that are built alike and stand side by side.
fn widened(outline: &Outline<'_>, words: &Words<'_>, drafts: &[Draft], region: Region) -> Region {
    let prose = |at: usize| {
        let inside = drafts.get(words.inside(outline, at)).unwrap_or_default();
        inside.iter().filter(|draft| draft.is_prose())
    };
    let Some(sample) = region.roots.iter().find_map(|at| prose(*at).next()) else { return region };
    let own: u32 = region.roots.iter().flat_map(|at| prose(*at)).map(|d| d.measure.letters).sum();
    let first = region.roots.first().copied().unwrap_or_default();
    for around in outline.above(first).take(BOX_LEVELS) {
        let Some(row) = outline.row(around).filter(|row| row.tag != Tag::Root) else { break };
        let path = path(outline, sample, around);
        let alike = |at: usize| {
            prose(at)
                .filter(|draft| is_alike(&self::path(outline, draft, at), &path))
                .map(|draft| draft.measure.letters)
                .sum::<u32>()
        };
        let boxes: Vec<(usize, u32)> = outline
            .children(row.parent)
            .map(|at| (at, alike(at)))
            .filter(|(_, letters)| *letters > 0)
            .collect();
        let all: u32 = boxes.iter().map(|(_, letters)| *letters).sum();
        if all.saturating_sub(own) * 100 >= own * MORE_PROSE {
            let (Some((from, _)), Some((until, _))) = (boxes.first(), boxes.last()) else { break };
            let between = outline.children(row.parent).filter(|at| (*from..=*until).contains(at));
            return Region { roots: between.collect() };
        }
    }
    region
}

/// Elements around a block that are built alike where it stands in a widget, however deep that is.
const WIDGET: usize = 3;

/// Whether two blocks stand in boxes that are built alike: all the way up, or in a widget with a
/// name of its own.
fn is_alike(one: &[(Tag, Option<&str>)], other: &[(Tag, Option<&str>)]) -> bool {
    let widget = one.get(..WIDGET).filter(|inner| inner.iter().any(|(_, class)| class.is_some()));
    one == other || widget.is_some() && widget == other.get(..WIDGET)
}

/// The elements from a block up to `top`, as tags and classes.
fn path<'o>(outline: &'o Outline<'_>, draft: &Draft, top: usize) -> Vec<(Tag, Option<&'o str>)> {
    let rows = std::iter::once(draft.holder).chain(outline.above(draft.holder));
    let until_top = rows.take_while(|at| *at >= top).take(3 * BOX_LEVELS);
    until_top.filter_map(|at| outline.row(at)).map(|row| (row.tag, row.attr("class"))).collect()
}

/// `articleBody` as blocks, when it says far more than what was found.
fn structured(metadata: &Metadata, found: &[Draft]) -> Option<Vec<Draft>> {
    let body = metadata.article_body.as_deref().filter(|body| !body.contains("</"))?;
    if Measure::of(body).letters < STRUCTURED_FACTOR * letters(found).max(MIN_BODY / 2) {
        return None;
    }
    let block = |line: &str| Draft::plain(folded(line), Measure::of(line));
    let lines = body.lines().filter(|line| !line.trim().is_empty());
    Some(lines.map(block).collect())
}
