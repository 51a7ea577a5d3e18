//! `warraq groups`: the translation groups of an archive, why they are what they are, and what is
//! wrong with a site's declarations.
//!
//! Read from the WARC files alone, so it works beside a running crawl and on anybody's archive.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;

use super::show::{self, Direction};
use super::{Exit, Stopped};
use crate::export::evidence;
use crate::groups::audit::{Audit, add_left_out};
use crate::groups::explain::{DeclaredBy, Explained, Explanation, Fate, Nowhere};
use crate::groups::verify::TextCheck;
use crate::groups::{
    self, Builder, Conflict, Evidence, Group, GroupKind, Judgement, Member, Role, Why,
};
use crate::json;
use crate::lang::Lang;
use crate::page::alternates::{Dropped, Reason};

/// Conflicts of one group that are shown; `--json` has up to 50.
const CONFLICTS_SHOWN: usize = 3;

/// Examples of one fault that are shown.
const EXAMPLES_SHOWN: usize = 5;

/// Tell which pages of an archive are one article in several languages, and why.
///
/// Lists every translation group with its languages, titles, confidence, the original where
/// something tells it, and what was declared and left out. Groups are decided anew from the
/// `metadata` records that a crawl writes, or from the pages themselves where there are none.
///
/// Reads the WARC files only, so it works on any folder of WARCs and beside a running crawl.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub(super) struct GroupsFlags {
    /// A crawl folder, a folder of WARC files, or one WARC file.
    dir: PathBuf,
    /// Tell everything declared about one page, with the score step by step, and why it was taken
    /// or left.
    #[arg(long, value_name = "URL", conflicts_with = "audit")]
    explain: Option<String>,
    /// Tell for each host which alternates are non-reciprocal, broken, looping, mislabelled or lead
    /// to a front page.
    #[arg(long)]
    audit: bool,
    /// Print JSON lines: groups as in groups.jsonl, the explanation, or a host of the audit a line.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(flags: &GroupsFlags) -> Result<Exit, Stopped> {
    let dir = &flags.dir;
    if super::archive_at(dir)?.is_empty() {
        return Err(super::nothing_at(dir));
    }
    let named = flags.explain.is_some() || flags.audit;
    let builder = if named { Builder::with_targets() } else { Builder::new() };
    let read = evidence::read(dir, builder).map_err(|why| Stopped::new(Exit::Output, why))?;
    for why in &read.unreadable {
        show::complain(why);
    }
    let judgement = read.builder.judge();
    match &flags.explain {
        Some(url) => explain(&judgement, url, flags)?,
        None if flags.audit => audit(&judgement, flags)?,
        None => list(&judgement.groups, dir, flags.json)?,
    }
    Ok(if read.unreadable.is_empty() { Exit::Complete } else { Exit::Output })
}

fn list(groups: &[Group], dir: &Path, json: bool) -> Result<(), Stopped> {
    if json {
        let bytes = groups::table(groups).map_err(|why| Stopped::new(Exit::Failure, why))?;
        let text = String::from_utf8_lossy(&bytes);
        text.lines().for_each(show::say);
        return Ok(());
    }
    if groups.is_empty() {
        show::say(&format!("{}: no article was found in two languages", dir.display()));
        return Ok(());
    }
    let direction = Direction::of_stdout();
    for group in groups {
        show::say(&told(group, direction));
    }
    show::say(&format!("{} in two languages or more", show::count(groups.len() as u64, "article")));
    Ok(())
}

/// A group for people: a line for each member, what came from the web last.
fn told(group: &Group, direction: Direction) -> String {
    let original = group.original.as_ref();
    let original = original.map(|original| format!(", original {}", tag(group, &original.lang)));
    let comparable = group.kind == GroupKind::Comparable;
    let head = [
        format!("{}  confidence {:.2}", group.id, group.confidence),
        original.unwrap_or_default(),
        if comparable { ", comparable: one topic, not one text".to_owned() } else { String::new() },
        if group.mt_suspect { ", may be machine translation".to_owned() } else { String::new() },
    ];
    let mut out = vec![head.concat()];
    let tags: Vec<String> = group.members.keys().map(|key| tag(group, key)).collect();
    let width = tags.iter().map(String::len).max().unwrap_or(0);
    for (member, tag) in group.members.values().zip(&tags) {
        let partial = if member.partial { "  (a part of the text)" } else { "" };
        out.push(format!("  {tag:<width$}  {}{partial}", link(&member.url)));
        let title = direction.set(member.title.as_deref().unwrap_or("(no title)"));
        out.push(format!("  {:<width$}  {title}", ""));
        out.extend(beside(member).iter().map(|line| format!("  {:<width$}    {line}", "")));
    }
    out.extend(left_out_of(group));
    out.push(String::new());
    out.join("\n")
}

/// What is not in a group, a line each: of a page that several members declare one, and of what
/// stands beside a member as its variant or its copy none.
fn left_out_of(group: &Group) -> Vec<String> {
    let variants = || group.members.values().flat_map(|member| &member.variants);
    let copies = || group.members.values().flat_map(|member| &member.copies);
    let is_variant = |url: &str| variants().any(|variant| variant.url == url);
    let is_copy = |url: &str| copies().any(|copy| copy.url == url);
    let is_told =
        |one: &&Conflict| one.why == Why::Variant && (is_variant(&one.from) || is_variant(&one.to));
    let is_here =
        |url: &str| group.members.values().any(|member| member.url == url) || is_copy(url);
    let conflicts = group.conflicts.iter().filter(|one| !is_told(one));
    let mut left: Vec<LeftOut<'_>> =
        conflicts.filter_map(|one| LeftOut::of(one, is_here)).collect();
    // What a member declares goes before what declares a member.
    left.sort_by_key(|one| one.declares);
    let mut met = BTreeSet::new();
    left.retain(|one| met.insert((one.url, one.why.clone())));
    let mut lines: Vec<String> = left.iter().map(LeftOut::told).collect();
    let more = lines.len().saturating_sub(CONFLICTS_SHOWN);
    lines.truncate(CONFLICTS_SHOWN);
    if more > 0 {
        lines.push(format!("  and {more} more left out"));
    }
    lines
}

/// The further addresses of a member, by what they are.
fn beside(member: &Member) -> Vec<String> {
    let variants =
        member.variants.iter().map(|one| format!("variant {}: {}", one.lang, link(&one.url)));
    let parts = member.parts.iter().map(|url| format!("a further page: {}", link(url)));
    let copies =
        member.copies.iter().map(|one| format!("{}: {}", one.by.explained(), link(&one.url)));
    variants.chain(parts).chain(copies).collect()
}

fn tag(group: &Group, key: &str) -> String {
    let lang = group.members.get(key).and_then(|member| member.lang.as_ref());
    lang.map_or_else(|| key.to_owned(), ToString::to_string)
}

/// The page of a conflict that is not in the group.
struct LeftOut<'c> {
    url: &'c str,
    /// Whether it is the page that declares, and not the one declared.
    declares: bool,
    lang: &'c str,
    why: String,
}

impl<'c> LeftOut<'c> {
    /// `None` where both pages are in the group, by other declarations.
    fn of(conflict: &'c Conflict, is_here: impl Fn(&str) -> bool) -> Option<Self> {
        let declares = is_here(&conflict.to);
        let url = if declares { &conflict.from } else { &conflict.to };
        let languages = conflict.lang.as_ref().zip(conflict.text.as_ref());
        let lang = conflict.lang.as_ref().map_or("?", |lang| lang.as_str());
        let left = Self { url, declares, lang, why: because(conflict.why, languages) };
        (!is_here(url)).then_some(left)
    }

    fn told(&self) -> String {
        let declaring = if self.declares { "declaring " } else { "" };
        format!("  left out, {declaring}{}: {}: {}", self.lang, self.why, link(self.url))
    }
}

/// The reason, with the language declared and that of the text where they are it.
fn because(why: Why, languages: Option<(&Lang, &Lang)>) -> String {
    match languages {
        Some((declared, text)) => {
            format!("{} (declared {declared}, the text is {text})", why.sentence())
        }
        None => why.sentence().to_owned(),
    }
}

fn explain(judgement: &Judgement, url: &str, flags: &GroupsFlags) -> Result<(), Stopped> {
    let Some(mut told) = judgement.explain(url) else {
        let what = "not in this archive, and no page of it declares it; give the URL as `warraq text` prints it";
        return Err(Stopped::usage(format!("{url}: {what}")));
    };
    let mut left_out = Vec::new();
    evidence::left_out(&flags.dir, Some(&told.url), |_, dropped| left_out = dropped)
        .map_err(|why| Stopped::new(Exit::Output, why))?;
    // What another declaration brought in, or what is told of anyway, is not left out.
    let is_told = |url: &str| {
        told.edges.iter().any(|edge| edge.other == url)
            || told.nowhere.iter().any(|nowhere| nowhere.url == url)
    };
    left_out.retain(|one: &Dropped| !one.url.as_deref().is_some_and(is_told));
    told.left_out = left_out;
    if flags.json {
        return say_json(&told);
    }
    show::say(&standing(&told, judgement));
    for edge in &told.edges {
        show::say(&edge_told(edge));
    }
    list_under("Declared, and no article:", told_once(told.nowhere.iter().map(nowhere_told)));
    list_under("Declared by:", told_once(told.declared_by.iter().map(declared_by_told)));
    list_under(
        "Left out when the page was read:",
        told_once(told.left_out.iter().map(dropped_told)),
    );
    Ok(())
}

/// A line for each URL and what is said of it, with all the ways it was declared.
fn told_once(lines: impl Iterator<Item = Declared>) -> Vec<String> {
    let mut told: Vec<Declared> = Vec::new();
    for line in lines {
        match told.iter_mut().find(|one| (&one.lang, &one.what) == (&line.lang, &line.what)) {
            Some(one) => one.signals.extend(line.signals),
            None => told.push(line),
        }
    }
    let line = |one: Declared| {
        let signals: Vec<&str> = one.signals.into_iter().collect();
        format!("    {} by {}{}", one.lang, signals.join(", "), one.what)
    };
    told.into_iter().map(line).collect()
}

/// A declaration as it is told.
struct Declared {
    lang: String,
    signals: BTreeSet<&'static str>,
    /// What became of it, and the URL.
    what: String,
}

fn list_under(heading: &str, lines: Vec<String>) {
    if !lines.is_empty() {
        show::say(heading);
    }
    for line in lines {
        show::say(&line);
    }
}

fn standing(explanation: &Explanation, judgement: &Judgement) -> String {
    let lang = explanation.lang.as_ref().map_or("language unknown", |lang| lang.as_str());
    let page = format!("{} ({lang})", link(&explanation.url));
    let group = explanation.group.as_ref();
    let group = group.and_then(|id| judgement.groups.iter().find(|group| group.id == *id));
    if explanation.found != Fate::Article {
        return format!("{} is in no group: {}", link(&explanation.url), fate(explanation.found));
    }
    match (group, explanation.never) {
        (Some(group), _) => {
            let tags: Vec<String> = group.members.keys().map(|key| tag(group, key)).collect();
            let role = match explanation.role {
                Some(Role::Variant) => ", as a variant",
                Some(Role::Copy) => "; the URL asked for is a copy",
                Some(Role::Part) => "; the URL asked for is a further page of it",
                _ => "",
            };
            format!("{page} is in group {} of {}{role}", group.id, tags.join(", "))
        }
        (None, Some(why)) => format!("{page} is in no group: {why}"),
        (None, None) => format!("{page} is in no group"),
    }
}

fn edge_told(edge: &Explained) -> String {
    let lang = edge.lang.as_ref().map_or("?", |lang| lang.as_str());
    let (verdict, why) = match edge.left {
        Some(why) => {
            let languages = edge.mislabelled.as_ref().map(|(declared, text)| (declared, text));
            ("left ", format!(": {}", because(why, languages)))
        }
        None => ("taken", String::new()),
    };
    let mut out = vec![format!("{verdict} {:.2}  {lang} {}{why}", edge.score, link(&edge.other))];
    for (what, evidence) in [("declares", &edge.declares), ("declared by", &edge.declared_by)] {
        if !evidence.is_empty() {
            out.push(format!("    {what:<12} {}", signals(evidence)));
        }
    }
    let steps: Vec<String> =
        edge.steps.iter().map(|step| format!("{} {:.2}", step.what, step.score)).collect();
    out.push(format!("    {:<12} {}", "score", steps.join(", ")));
    out.extend(
        edge.text.as_ref().map(|text| format!("    {:<12} {}", "the texts", compared(text))),
    );
    out.join("\n")
}

/// What two texts share, as far as it can be told.
fn compared(text: &TextCheck) -> String {
    let share = |what: &str, share: Option<f64>| match share {
        Some(share) => format!("{:.0} % of the {what} shared", share * 100.0),
        None => format!("too few {what} to compare"),
    };
    let length = format!("{:.2} of the length", text.ratio);
    let (numbers, names) = (share("numbers", text.numbers), share("names", text.names));
    let cost =
        text.cost.map_or_else(String::new, |cost| format!(", paragraphs apart by {cost:.1}"));
    format!("{length}, {numbers}, {names}{cost}")
}

fn signals(evidence: &[Evidence]) -> String {
    let one = |one: &Evidence| format!("{} in the {}", one.signal.name(), one.place.name());
    evidence.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn nowhere_told(nowhere: &Nowhere) -> Declared {
    Declared {
        lang: tag_or_none(nowhere.lang.as_ref()),
        signals: BTreeSet::from([nowhere.evidence.signal.name()]),
        what: format!(": {}: {}", fate(nowhere.found), link(&nowhere.url)),
    }
}

fn declared_by_told(by: &DeclaredBy) -> Declared {
    Declared {
        lang: format!("as {}", tag_or_none(by.lang.as_ref())),
        signals: BTreeSet::from([by.evidence.signal.name()]),
        what: format!(" of {}", link(&by.page)),
    }
}

fn dropped_told(one: &Dropped) -> Declared {
    let lang = one.lang.as_ref().map_or(one.lang_raw.as_str(), |lang| lang.as_str());
    let url = link(one.url.as_ref().unwrap_or(&one.url_raw));
    Declared {
        lang: show::clean(lang),
        signals: BTreeSet::from([one.signal.name()]),
        what: format!(": {}: {url}", one.why.explained()),
    }
}

fn tag_or_none(lang: Option<&Lang>) -> String {
    lang.map_or("?", |lang| lang.as_str()).to_owned()
}

fn fate(fate: Fate) -> String {
    match fate {
        Fate::NotFetched => "not fetched".into(),
        Fate::NoArticle => "a page that is no article".into(),
        Fate::Status(status) => format!("HTTP status {status}"),
        Fate::Failed => "no answer".into(),
        Fate::Refused => "refused by a rule".into(),
        Fate::Home => "a front page".into(),
        Fate::Loop => "a redirect in a circle".into(),
        Fate::Itself => "the page itself".into(),
        Fate::Article => "an article".into(),
    }
}

fn audit(judgement: &Judgement, flags: &GroupsFlags) -> Result<(), Stopped> {
    let mut hosts = judgement.audit();
    // Of a page that was captured again the last capture speaks.
    let mut left_out = BTreeMap::new();
    evidence::left_out(&flags.dir, None, |url, mut dropped| {
        dropped.retain(|one| matches!(one.why, Reason::Home | Reason::Limit));
        left_out.insert(url.clone(), dropped);
    })
    .map_err(|why| Stopped::new(Exit::Output, why))?;
    for (url, dropped) in &left_out {
        add_left_out(&mut hosts, url, dropped);
    }
    for host in &hosts {
        if flags.json {
            say_json(host)?;
        } else {
            show::say(&audit_told(host));
        }
    }
    Ok(())
}

fn audit_told(host: &Audit) -> String {
    let articles = show::count(host.articles, "article");
    let alternates = show::count(host.alternates, "alternate");
    let mut out = vec![format!(
        "{}: {articles}, {alternates} declared, {} not fetched, {} to no article",
        show::clean(&host.host),
        host.not_fetched,
        host.no_article
    )];
    for (fault, found) in &host.faults {
        out.push(format!("  {:>5} {}: {}", found.count, fault.name(), fault.explained()));
        for example in found.examples.iter().take(EXAMPLES_SHOWN) {
            let lang = example.declared.as_ref().map_or("?", |lang| lang.as_str());
            let text = example.text.as_ref().map(|text| format!(" (the text is {text})"));
            let found = match example.found {
                Fate::Article | Fate::Home | Fate::NotFetched => String::new(),
                found => format!(" ({})", fate(found)),
            };
            let (from, to) = (link(&example.from), link(&example.to));
            out.push(format!(
                "        {from}\n          {lang} by {}{}{found} {to}",
                example.signal.name(),
                text.unwrap_or_default()
            ));
        }
        let more = found.count.saturating_sub(EXAMPLES_SHOWN as u64);
        if more > 0 {
            out.push(format!("        and {more} more"));
        }
    }
    out.join("\n")
}

/// A URL as people read it, set apart where its letters would turn the line.
fn link(url: &str) -> String {
    Direction::of_stdout().set(&show::readable(url))
}

fn say_json(value: &impl serde::Serialize) -> Result<(), Stopped> {
    let line = json::line(value).map_err(|why| Stopped::new(Exit::Failure, why))?;
    show::say(&line);
    Ok(())
}
