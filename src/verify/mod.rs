//! The judge: whether an archive is what it says it is, record by record.
//!
//! A set of WARC files is read once, front to back. What can be said of a file, of a header, of a
//! block is said as it comes by; what records say of each other, when both are known; then the
//! indexes and packages given with them are held against the records. Every complaint is a
//! [`Finding`] that names file and offset, the rule and the text it stands on, and the remedy.
//! Nothing is ever changed: [`mend`] writes a new file. Memory is some 130 bytes a record
//! ([`rows`]), whatever the files declare.

mod block;
mod content;
mod fields;
mod file;
mod finding;
mod http;
mod index;
mod links;
pub mod mend;
mod package;
mod revisit;
mod rows;
mod subject;
mod values;
mod zipnum;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use self::file::Given;
use self::finding::Docket;
use self::index::{Covers, IndexJudge};
use self::links::Links;
use crate::dedup;
use crate::moment::Moment;
use crate::record::name::{self, OPEN};
use crate::record::reader;
use crate::record::strict::Strict;

pub use self::finding::{Count, Finding, Profile, Rule, Severity, Weight};

/// How to judge.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whose rules bind; without it a file that warraq wrote is held to the bar, others to the
    /// standard.
    pub profile: Option<Profile>,
    /// The given files are a whole archive: a link that leads out of it is an error.
    pub closed: bool,
    /// Findings of one rule that are told; the rest is counted.
    pub limit: u64,
    /// The time, for dates that lie in the future.
    pub now: Moment,
}

/// What was found in all.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Files judged.
    pub files: u64,
    /// Records in them.
    pub records: u64,
    /// Findings by rule.
    pub counts: BTreeMap<&'static str, Count>,
    /// What could not be judged.
    pub unusable: Vec<VerifyError>,
}

impl Verdict {
    /// Findings of a severity.
    pub fn found(&self, severity: Severity) -> u64 {
        let of = |count: &&Count| count.severity == severity;
        self.counts.values().filter(of).map(|count| count.found).sum()
    }

    /// Whether there is nothing but warnings.
    pub fn is_clean(&self) -> bool {
        self.counts.values().all(|count| count.severity == Severity::Warning)
    }
}

/// Why a file could not be judged or mended.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file or folder that cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Neither WARC nor index nor package.
    #[error("{path} cannot be judged: it is {what}")]
    NoArchive {
        /// The file.
        path: PathBuf,
        /// What it is, and the remedy.
        what: String,
    },
    /// A folder without an archive.
    #[error("{path} holds no WARC file, no index and no WACZ; give a crawl folder or files")]
    Nothing {
        /// The folder.
        path: PathBuf,
    },
    /// A file that cutting does not help.
    #[error("{path} was not repaired: {why}")]
    NoCut {
        /// The file.
        path: PathBuf,
        /// Why, and what to do instead.
        why: String,
    },
    /// The new file could not be written; nothing of it is left.
    #[error("cannot write {path}: {source}; nothing was written, and the torn file is as it was")]
    Write {
        /// The new file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl VerifyError {
    fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

/// Every rule there is.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let all = [
        file::RULES,
        fields::RULES,
        block::RULES,
        http::RULES,
        links::RULES,
        revisit::RULES,
        std::slice::from_ref(&revisit::OUTSIDE),
        index::RULES,
        package::RULES,
        zipnum::RULES,
    ];
    all.into_iter().flatten()
}

/// Judges files and folders as one set, in the order given; the WARCs first, then indexes and
/// packages. Each finding is told as soon as it is known.
pub fn judge(paths: &[PathBuf], options: &Options, tell: &mut dyn FnMut(&Finding)) -> Verdict {
    let mut given = Inputs::default();
    for path in paths {
        if let Err(why) = given.add(path) {
            given.unusable.push(why);
        }
    }
    let closed = options.closed || given.closed;
    let mut docket = Docket::new(options.limit, closed, options.now, tell);
    let mut verdict = Verdict { unusable: given.unusable, ..Verdict::default() };
    let leaning = if options.closed { Vec::new() } else { given.leaning };
    let mut links = Links::with(leaning);
    for path in &given.warcs {
        verdict.take(path, warc(path, options.profile, &mut links, &mut docket));
    }
    links.conclude(&mut docket);
    indexes(&given.indexes, options.profile, &mut links, &mut docket, &mut verdict);
    for path in &given.packages {
        let label = path.display().to_string();
        let judged = package::judge(path, &label, options.profile, &mut docket);
        let judged = judged
            .map_err(|why| VerifyError::NoArchive { path: path.clone(), what: why.to_string() });
        verdict.take(path, judged);
    }
    verdict.counts = docket.counts;
    verdict
}

impl Verdict {
    fn take(&mut self, _path: &Path, judged: Result<u64, VerifyError>) {
        match judged {
            Ok(records) => {
                self.files += 1;
                self.records += records;
            }
            Err(why) => self.unusable.push(why),
        }
    }
}

fn warc(
    path: &Path,
    profile: Option<Profile>,
    links: &mut Links,
    docket: &mut Docket<'_>,
) -> Result<u64, VerifyError> {
    let failed = |source| VerifyError::io(path, source);
    let given = Given {
        label: path.display().to_string(),
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: std::fs::metadata(path).map_err(failed)?.len(),
        profile,
    };
    let strict = Strict::open(path).map_err(failed)?;
    file::judge(&given, strict, links, docket).map_err(failed)
}

/// Indexes of one coverage are one index.
fn indexes(
    given: &[(PathBuf, Covers)],
    profile: Option<Profile>,
    links: &mut Links,
    docket: &mut Docket<'_>,
    verdict: &mut Verdict,
) {
    let ours = links.rows.files.iter().any(|file| file.profile == Profile::Bar);
    let profile = profile.unwrap_or(if ours { Profile::Bar } else { Profile::Spec });
    let mut rest = given;
    while let Some((_, covers)) = rest.first() {
        let same = rest.iter().take_while(|(_, other)| other == covers).count();
        let (group, after) = rest.split_at_checked(same).unwrap_or((rest, &[]));
        for (path, _) in group {
            let label = path.display().to_string();
            let judge = IndexJudge::new(&label, profile, covers);
            let read = File::open(path)
                .and_then(|file| judge.read(file, &mut links.rows, docket))
                .map(|()| 0)
                .map_err(|source| VerifyError::io(path, source));
            verdict.take(path, read);
        }
        index::cover(&mut links.rows, covers, docket);
        rest = after;
    }
}

/// Whether a name is that of a CDX or CDXJ index.
fn is_index_name(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let extension = Path::new(name).extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("cdxj") || extension.eq_ignore_ascii_case("cdx")
}

/// What was given, by what it is.
#[derive(Default)]
struct Inputs {
    warcs: Vec<PathBuf>,
    indexes: Vec<(PathBuf, Covers)>,
    packages: Vec<PathBuf>,
    closed: bool,
    /// Folders that captures of other archives were imported into, as they are shown.
    leaning: Vec<PathBuf>,
    unusable: Vec<VerifyError>,
}

impl Inputs {
    fn add(&mut self, path: &Path) -> Result<(), VerifyError> {
        if std::fs::metadata(path).map_err(|source| VerifyError::io(path, source))?.is_dir() {
            return self.folder(path);
        }
        match sort_of(path)? {
            Sort::Warc => self.warcs.push(path.to_owned()),
            Sort::Index => self.indexes.push((path.to_owned(), Covers::All)),
            Sort::Package => self.packages.push(path.to_owned()),
        }
        Ok(())
    }

    /// A crawl folder: all its WARCs as a closed set, and its indexes.
    fn folder(&mut self, folder: &Path) -> Result<(), VerifyError> {
        let failed = |source| VerifyError::io(folder, source);
        let warcs = name::files(folder).map_err(failed)?;
        let mut others = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            others.push(entry.map_err(failed)?.path());
        }
        others.sort();
        let is_package =
            |path: &&PathBuf| path.extension().is_some_and(|end| end == "wacz") && path.is_file();
        let packages: Vec<PathBuf> = others.iter().filter(is_package).cloned().collect();
        if warcs.is_empty() && packages.is_empty() {
            return Err(VerifyError::Nothing { path: folder.to_owned() });
        }
        let whole = folder.join("index.cdxj");
        if whole.is_file() {
            self.indexes.push((whole, Covers::of_folder(folder)));
        }
        for warc in &warcs {
            let name = name::final_name(warc);
            let own = folder.join("indexes").join(format!("{name}.cdxj"));
            if own.is_file() {
                self.indexes.push((own, Covers::of_file(warc)));
            }
        }
        self.warcs.extend(warcs);
        self.packages.extend(packages);
        self.closed = true;
        if has_imports(folder) {
            self.leaning.push(folder.display().to_string().into());
        }
        Ok(())
    }
}

/// Whether captures of another archive were imported into a crawl folder.
fn has_imports(folder: &Path) -> bool {
    let kept = dedup::files(folder).unwrap_or_default();
    kept.iter().any(|file| file.metadata().is_ok_and(|meta| meta.len() > 0))
}

/// What a file is taken for.
enum Sort {
    Warc,
    Index,
    Package,
}

fn sort_of(path: &Path) -> Result<Sort, VerifyError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut start = Vec::new();
    let file = reader::regular(path).map_err(|source| VerifyError::io(path, source))?;
    file.take(8).read_to_end(&mut start).map_err(|source| VerifyError::io(path, source))?;
    if is_index_name(&name) {
        return Ok(Sort::Index);
    }
    let own = name.strip_suffix(OPEN).unwrap_or(&name);
    let no_archive =
        |what: &str| VerifyError::NoArchive { path: path.to_owned(), what: what.into() };
    match start.as_slice() {
        [b'P', b'K', 3 | 5, ..] => Ok(Sort::Package),
        [b'f', b'i', b'l', b'e', b'd', b'e', ..] => {
            Err(no_archive("an ARC file; convert it with `warcio recompress` first"))
        }
        [0x1f, 0x8b, ..]
        | [0x28, 0xb5, 0x2f, 0xfd, ..]
        | [_, 0x2a, 0x4d, 0x18, ..]
        | [b'W', b'A', b'R', b'C', b'/', ..] => Ok(Sort::Warc),
        _ if path.extension().is_some_and(|end| end == "wacz") => Ok(Sort::Package),
        _ if name::is_warc(own) => Ok(Sort::Warc),
        _ => Err(no_archive("neither WARC nor CDXJ nor WACZ; give one of these")),
    }
}
