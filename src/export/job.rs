//! The export as a whole: gather, survey, choose, write, describe.
//!
//! [`gathered`] is the first half: whoever makes something else of a corpus than rows begins there.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::card;
use super::corpus::{Corpus, Met};
use super::dedup::{Clusters, Decided, Dedup, Keep};
use super::document::Document;
use super::error::ExportError;
use super::filter::{Filters, Sieve};
use super::format;
use super::gather::{Gathering, Halt, SEGMENT, gather, whole};
use super::inputs::{Input, Meter};
use super::item::Lost;
use super::manifest;
use super::parallel;
use super::part::{self, Part};
use super::shards::{Output, Plan, Shards, Written};
use super::statistics::Counter;
use super::workplace::Workplace;
use crate::json;

/// An export.
#[derive(Clone, Debug)]
pub struct Job {
    /// What is read, in order.
    pub inputs: Vec<Input>,
    /// Where to and how.
    pub plan: Plan,
    /// Which documents.
    pub filters: Filters,
    /// What makes two documents one.
    pub dedup: Option<Dedup>,
    /// Which of them stays.
    pub keep: Keep,
    /// How a parallel corpus is made, where the format is one.
    pub parallel: parallel::Options,
    /// Whether inputs and outputs are summed.
    pub manifest: bool,
    /// Whether to go on with an interrupted export.
    pub resume: bool,
    /// Threads that read pages.
    pub threads: usize,
    /// What tells how far it is.
    pub meter: Meter,
    /// What ends it early.
    pub halt: Halt,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The documents written.
    pub documents: u64,
    /// The pairs they were written in.
    pub pairs: u64,
    /// Documents that did not pass the filters.
    pub filtered: u64,
    /// Documents left out as duplicates.
    pub duplicates: u64,
    /// What was met while reading.
    pub met: Met,
    /// The files.
    pub files: Vec<Written>,
}

/// What names the records that could not be read.
const ERRORS: &str = "errors.jsonl";

/// The file that names the records that could not be read, where the export has a place for it.
pub fn errors_of(plan: &Plan) -> Option<PathBuf> {
    side(plan, ERRORS)
}

/// Makes the export. Each record that cannot be read is handed to `lost`, and named in
/// `errors.jsonl` where the export has a place for it.
pub fn run(job: &Job, mut lost: impl FnMut(&Lost)) -> Result<Told, ExportError> {
    let plan = &job.plan;
    let settings = manifest::settings(job);
    let place = Workplace::open(&plan.output, job.resume, &job.inputs, &settings)?;
    let mut errors = Side::new(plan, ERRORS);
    let gathering = Gathering {
        inputs: job.inputs.clone(),
        folder: place.folder().to_owned(),
        segment: SEGMENT,
        threads: job.threads,
        meter: job.meter.clone(),
        halt: job.halt.clone(),
    };
    let corpus = gathered(&gathering, |why| {
        lost(why);
        errors.add(why)
    })?;
    errors.finish()?;
    let mut told = Told { met: corpus.met(), ..Told::default() };
    let mut chosen = choose(job, &corpus)?;
    told.filtered = (corpus.len() - chosen.count) as u64;
    told.duplicates = chosen.decided.as_ref().map_or(0, Decided::len) as u64;
    let counter = if plan.format.is_parallel() {
        pairs(job, &corpus, &mut chosen, &mut told)?
    } else {
        write(job, &corpus, &mut chosen, &mut told)?
    };
    if let Output::Folder(folder) = &plan.output {
        card::write(folder, job, &told, &counter.finish())?;
    }
    if let Some(path) = side(plan, "manifest.json").filter(|_| job.manifest) {
        let folder = path.parent().unwrap_or(Path::new(""));
        let text = manifest::made(settings, job, &told.files, folder)?;
        part::whole(&path, text.as_bytes())?;
    }
    place.close()?;
    Ok(told)
}

/// Reads all inputs into the spool in `gathering.folder`, which must outlive the corpus.
pub fn gathered(
    gathering: &Gathering,
    lost: impl FnMut(&Lost) -> Result<(), ExportError>,
) -> Result<Corpus, ExportError> {
    gather(gathering)?;
    let mut spools = Vec::new();
    for (number, input) in gathering.inputs.iter().enumerate() {
        let unread = ExportError::unread(&gathering.folder);
        let (segments, _) = whole(&gathering.folder, number).map_err(unread)?;
        spools.push((segments, input.table.clone()));
    }
    Corpus::survey(spools, &gathering.halt, lost)
}

/// What is written and what is left out.
struct Chosen {
    /// By number in the corpus.
    passes: Vec<bool>,
    count: usize,
    decided: Option<Decided>,
}

fn choose(job: &Job, corpus: &Corpus) -> Result<Chosen, ExportError> {
    if job.dedup.is_none() && job.filters == Filters::default() {
        let passes = vec![true; corpus.len()];
        return Ok(Chosen { passes, count: corpus.len(), decided: None });
    }
    let sieve = Sieve::over(&job.filters, corpus, &job.halt)?;
    let mut clusters = job.dedup.map(Clusters::new).transpose()?;
    let (mut passes, mut count) = (Vec::with_capacity(corpus.len()), 0);
    for document in corpus.documents() {
        job.halt.check()?;
        let (number, document) = document?;
        let does = sieve.passes(&document);
        passes.push(does);
        count += usize::from(does);
        if let Some(clusters) = clusters.as_mut().filter(|_| does) {
            clusters.add(number, &document)?;
        }
    }
    let decided = clusters.map(|clusters| clusters.decide(job.keep, &job.halt)).transpose()?;
    Ok(Chosen { passes, count, decided })
}

/// Writes what was chosen.
fn write(
    job: &Job,
    corpus: &Corpus,
    chosen: &mut Chosen,
    told: &mut Told,
) -> Result<Counter, ExportError> {
    let mut shards = Shards::new(&job.plan, format::begin);
    let mut counter = Counter::default();
    each_chosen(job, corpus, chosen, |_, document| {
        counter.add(document);
        told.documents += 1;
        shards.add(document)
    })?;
    told.files = shards.finish()?;
    Ok(counter)
}

/// Writes what was chosen, two by two.
fn pairs(
    job: &Job,
    corpus: &Corpus,
    chosen: &mut Chosen,
    told: &mut Told,
) -> Result<Counter, ExportError> {
    let mut stays = vec![false; corpus.len()];
    each_chosen(job, corpus, chosen, |number, _| {
        stays.get_mut(number).into_iter().for_each(|stay| *stay = true);
        Ok(())
    })?;
    let stays = |number: usize| stays.get(number).copied().unwrap_or_default();
    let made = parallel::write(corpus, job, &stays)?;
    (told.documents, told.pairs, told.files) = (made.documents, made.pairs, made.files);
    Ok(made.counter)
}

/// Goes through what was chosen, and names what was not for being there twice.
fn each_chosen(
    job: &Job,
    corpus: &Corpus,
    chosen: &mut Chosen,
    mut take: impl FnMut(usize, &Document) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut duplicates = Side::new(&job.plan, "duplicates.jsonl");
    for document in corpus.documents() {
        job.halt.check()?;
        let (number, document) = document?;
        if !chosen.passes.get(number).copied().unwrap_or_default() {
            continue;
        }
        let duplicate = match &mut chosen.decided {
            Some(decided) => decided.duplicate(number, &document, corpus)?,
            None => None,
        };
        match duplicate {
            Some(duplicate) => duplicates.add(&duplicate)?,
            None => take(number, &document)?,
        }
    }
    duplicates.finish()
}

/// The path of a file that stands beside the documents; none beside standard output.
fn side(plan: &Plan, name: &str) -> Option<PathBuf> {
    match &plan.output {
        Output::Stdout => None,
        Output::Folder(folder) => Some(folder.join(name)),
        Output::File(path) => {
            let mut beside = path.as_os_str().to_owned();
            beside.push(".");
            beside.push(name);
            Some(beside.into())
        }
    }
}

/// A file of JSON lines beside the documents, which is there when it has a line.
struct Side {
    path: Option<PathBuf>,
    open: Option<(BufWriter<File>, Part)>,
}

impl Side {
    fn new(plan: &Plan, name: &str) -> Self {
        Self { path: side(plan, name), open: None }
    }

    fn add(&mut self, value: &impl serde::Serialize) -> Result<(), ExportError> {
        let Some(path) = &self.path else { return Ok(()) };
        let failed = ExportError::output(path);
        if self.open.is_none() {
            let (part, file) = Part::begin(path.clone()).map_err(&failed)?;
            self.open = Some((BufWriter::new(file), part));
        }
        let Some((out, _)) = &mut self.open else { return Ok(()) };
        let line = json::line(value).map_err(std::io::Error::from);
        line.and_then(|line| writeln!(out, "{line}")).map_err(failed)
    }

    fn finish(self) -> Result<(), ExportError> {
        let (Some(path), Some((mut out, part))) = (self.path, self.open) else { return Ok(()) };
        let done = out.flush().and_then(|()| part.finish());
        done.map(drop).map_err(ExportError::output(&path))
    }
}
