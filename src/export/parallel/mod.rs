//! Parallel corpora: the articles of one translation group, two by two, aligned.
//!
//! Two walks over the pairs of a corpus: the first learns how lengths of each pair of languages
//! relate ([`crate::align`]), the second aligns and writes. What is no translation stays out unless
//! it is asked for by name ([`Include`]): comparable texts, variants of one language, pages whose
//! text is not in the declared language, what a machine may have translated, and what the texts
//! themselves speak against.

mod jsonl;
mod pairing;
mod tmx;
mod tsv;
mod warc2text;

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::cell::Field;
use super::corpus::Corpus;
use super::document::Document;
use super::error::ExportError;
use super::format::{Format, Writer};
use super::job::Job;
use super::pipeline::{Limits, Task, ordered};
use super::shards::{Plan, Shards, Written};
use super::sink::Sink;
use super::statistics::Counter;
use crate::align::{self, Bead, Model, Models, Unit};
use crate::groups::Edge;
use pairing::{Couple, couples};

/// Pairs of documents from which the model of two languages is learnt.
const LESSONS: usize = 500;

/// Pairs that are aligned at a time: a few hundred kB each, ten MB at the most.
const UNDER_WAY: u64 = 16;

/// What is aligned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// Sentences.
    #[default]
    Sentence,
    /// Paragraphs.
    Paragraph,
}

/// What is taken in although it is no translation for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Include {
    /// Texts on one topic, each written for itself.
    Comparable,
    /// Texts a machine may have translated.
    MachineTranslated,
    /// One language for two regions.
    Variant,
    /// Pages whose text is not in the language they are declared in.
    DeclaredUntranslated,
    /// Texts that a page declares as translations although their numbers speak against it.
    Suspect,
}

impl Include {
    /// All of them, with the names they are asked for by.
    pub const ALL: &[(&'static str, Self)] = &[
        ("comparable", Self::Comparable),
        ("machine-translated", Self::MachineTranslated),
        ("variant", Self::Variant),
        ("declared-untranslated", Self::DeclaredUntranslated),
        ("suspect", Self::Suspect),
    ];
}

/// How a parallel corpus is made.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Options {
    /// What is aligned.
    pub grain: Grain,
    /// Score under which pairs of documents, and aligned texts in them, are left out, 0 to 1.
    pub min_score: f64,
    /// What is taken in beside translations.
    pub include: BTreeSet<Include>,
}

/// Two documents of one group.
#[derive(Debug)]
pub struct Pair {
    /// The group.
    pub group: String,
    /// What they are to one another: `parallel`, or the name of an [`Include`].
    pub relation: &'static str,
    /// How sure it is that they belong together, 0 to 1.
    pub score: f64,
    /// What was declared, and what the texts say.
    pub edge: Option<Edge>,
    /// Whether a machine may have translated one of them.
    pub mt_suspect: bool,
    /// The document whose language comes first in the alphabet.
    pub first: Document,
    /// The other.
    pub second: Document,
    /// Their texts side by side, in reading order.
    pub aligned: Vec<Aligned>,
}

/// Texts that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Aligned {
    /// Units of each side: `1-2`.
    pub shape: String,
    /// How sure it is, 0 to 1; 0 where one side is empty.
    pub score: f64,
    /// Of the first document.
    pub first: String,
    /// Of the second.
    pub second: String,
}

impl Aligned {
    /// Whether it has a text of each document.
    pub fn is_both(&self) -> bool {
        !self.first.is_empty() && !self.second.is_empty()
    }
}

/// What stands in a line of a format; nothing where it is made of no lines.
pub(super) const fn fields(format: Format) -> &'static [Field] {
    match format {
        Format::ParallelJsonl => jsonl::FIELDS,
        Format::Tsv => tsv::FIELDS,
        _ => &[],
    }
}

/// What was written.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) documents: u64,
    pub(super) pairs: u64,
    pub(super) files: Vec<Written>,
    pub(super) counter: Counter,
}

/// Writes the pairs of the documents that are `chosen` by their number.
pub(super) fn write(
    corpus: &Corpus,
    job: &Job,
    chosen: &dyn Fn(usize) -> bool,
) -> Result<Made, ExportError> {
    let (plan, options) = (&job.plan, &job.parallel);
    let couples = couples(corpus, options, chosen, &job.halt)?;
    let mut made = Made::default();
    let mut met = BTreeSet::new();
    if plan.format == Format::Warc2text {
        let mut folders = warc2text::Folders::new(&plan.output)?;
        for number in couples.iter().flat_map(|couple| couple.numbers) {
            job.halt.check()?;
            if met.insert(number) {
                let document = corpus.document(number)?;
                made.counter.add(&document);
                folders.add(&document)?;
            }
        }
        made.documents = met.len() as u64;
        made.pairs = couples.len() as u64;
        made.files = folders.finish()?;
        return Ok(made);
    }
    let models = learnt(corpus, options.grain, &couples, job)?;
    let mut shards = Shards::new(plan, begin);
    each(
        &couples,
        job,
        |couple| pair(corpus, couple, options, &models).map(|pair| (couple.numbers, pair)),
        |(numbers, pair)| {
            for (number, document) in numbers.into_iter().zip([&pair.first, &pair.second]) {
                if met.insert(number) {
                    made.counter.add(document);
                }
            }
            let texts = pair.aligned.iter().filter(|texts| texts.is_both()).count();
            made.counter.pair(&pair.first, &pair.second, texts as u64);
            made.pairs += 1;
            shards.add(&pair)
        },
    )?;
    made.documents = met.len() as u64;
    made.files = shards.finish()?;
    Ok(made)
}

/// Works on couples on all cores, and takes the results in order.
fn each<'c, R: Send>(
    couples: impl IntoIterator<Item = &'c Couple, IntoIter: Send>,
    job: &Job,
    work: impl Fn(&'c Couple) -> Result<R, ExportError> + Sync,
    mut take: impl FnMut(R) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let limits = Limits { workers: job.threads, bytes: u64::MAX, tasks: UNDER_WAY };
    let mut couples = couples.into_iter();
    let source = || couples.next().map(|of| Task { of, weight: 0 });
    ordered(limits, source, work, |done| {
        job.halt.check()?;
        take(done?)
    })
}

fn begin(plan: &Plan, _: &str, sink: Sink) -> std::io::Result<Box<dyn Writer<Pair>>> {
    Ok(match plan.format {
        Format::Tmx => Box::new(tmx::Tmx::new(sink)?),
        Format::Tsv => Box::new(tsv::Tsv::new(sink)?),
        _ => Box::new(jsonl::Jsonl::new(sink)),
    })
}

/// The models of the languages of these pairs, the first few hundred of each aligned by themselves.
fn learnt(
    corpus: &Corpus,
    grain: Grain,
    couples: &[Couple],
    job: &Job,
) -> Result<Models, ExportError> {
    let mut models = Models::default();
    let mut lessons = HashMap::new();
    let sure = couples.iter().filter(|couple| couple.relation == pairing::PARALLEL);
    let first = sure.filter(|couple| {
        let count: &mut usize = lessons.entry(couple.languages.clone()).or_default();
        *count += 1;
        *count <= LESSONS
    });
    let align = |couple: &Couple| {
        let (first, second) = documents(corpus, couple)?;
        let texts = (units(&first, grain), units(&second, grain));
        let beads = align::align(&texts.0, &texts.1, Model::of(&texts.0, &texts.1));
        Ok((couple.languages.clone(), texts, beads))
    };
    each(first, job, align, |((one, other), texts, beads)| {
        models.learn((&one, &other), (&texts.0, &texts.1), &beads);
        Ok(())
    })?;
    Ok(models)
}

fn pair(
    corpus: &Corpus,
    couple: &Couple,
    options: &Options,
    models: &Models,
) -> Result<Pair, ExportError> {
    let (first, second) = documents(corpus, couple)?;
    let texts = (units(&first, options.grain), units(&second, options.grain));
    let (one, other) = &couple.languages;
    let model = models.get(one, other).unwrap_or_else(|| Model::of(&texts.0, &texts.1));
    let beads = align::align(&texts.0, &texts.1, model);
    let aligned = beads.iter().map(|bead| aligned(bead, (&texts.0, &texts.1)));
    Ok(Pair {
        group: couple.group.clone(),
        relation: couple.relation,
        score: couple.score,
        edge: couple.edge.clone(),
        mt_suspect: couple.mt_suspect,
        aligned: aligned.filter(|texts| texts.score >= options.min_score).collect(),
        first,
        second,
    })
}

fn documents(corpus: &Corpus, couple: &Couple) -> Result<(Document, Document), ExportError> {
    let [first, second] = couple.numbers;
    Ok((corpus.document(first)?, corpus.document(second)?))
}

fn units(document: &Document, grain: Grain) -> Vec<Unit> {
    let blocks = std::iter::once(document.title.as_str())
        .filter(|title| !title.is_empty())
        .chain(document.blocks.iter().map(|block| block.text.as_str()));
    let blocks: Vec<&str> = blocks.collect();
    match grain {
        Grain::Sentence => align::sentences(&blocks, document.language.as_ref()),
        Grain::Paragraph => align::paragraphs(&blocks),
    }
}

fn aligned(bead: &Bead, texts: (&[Unit], &[Unit])) -> Aligned {
    let joined = |units: &[Unit], range: std::ops::Range<usize>| {
        let texts = units.get(range).unwrap_or_default().iter().map(|unit| unit.text.as_str());
        texts.collect::<Vec<_>>().join(" ")
    };
    Aligned {
        shape: bead.shape(),
        // Two decimals are more than is known, and the same on every machine.
        score: (bead.score * 1000.0).round() / 1000.0,
        first: joined(texts.0, bead.first.clone()),
        second: joined(texts.1, bead.second.clone()),
    }
}
