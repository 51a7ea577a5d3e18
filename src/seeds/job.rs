//! Job files: everything a crawl is told, in one TOML file that can be kept for years.
//!
//! [`read`] gives a [`JobFile`] or every fault of the file at its line and column; nothing is
//! fetched before that. A file sets [`Settings`] over their defaults and says which lines did; the
//! environment and flags go over them in the command line's room. Secrets never stand in a job file,
//! only the name of the file that holds them.

mod hosts;
mod list;
mod reader;
pub mod schedule;
mod sections;

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use toml::de::DeValue;

pub use self::reader::JobFault;
use self::reader::{Read, Reader, Section, spelled, text, wanted};
pub use self::schedule::{Overlap, Schedule};
use crate::lang::Lang;
use crate::settings::spelling::is_contact;
use crate::settings::{DEFAULT_DISK_FLOOR, Recrawl, SeedScope, Settings};

/// Largest job file.
const MAX_BYTES: u64 = 1 << 20;

/// A job.
#[derive(Clone, Debug)]
pub struct JobFile {
    /// The file.
    pub path: PathBuf,
    /// What the file says of settings, over the defaults. Seeds' scopes are among them.
    pub settings: Settings,
    /// The settings it gives, each with its line.
    pub given: BTreeMap<&'static str, usize>,
    /// Every key that a file may hold, as in `limits.pages`, and the setting it gives; those of single
    /// seeds and hosts aside.
    pub keys: Vec<(String, &'static str)>,
    /// URLs of its seeds.
    pub seeds: Vec<String>,
    /// Its lists of seeds, in its own folder unless they say another.
    pub seed_files: Vec<PathBuf>,
    /// A file of secret request headers, one a line.
    pub secret_headers: Option<PathBuf>,
    /// When it runs by itself.
    pub schedule: Option<Schedule>,
    /// What becomes of a slot while the run before it is not over.
    pub overlap: Overlap,
    /// What is right, and probably not what was meant.
    pub warnings: Vec<JobFault>,
}

/// Reads a job file. The errors are all that is wrong with it, in its order.
pub fn read(path: &Path) -> Result<JobFile, Vec<JobFault>> {
    let fault = |what: String| vec![JobFault { path: path.to_owned(), line: 1, column: 1, what }];
    let file = File::open(path).map_err(|why| fault(format!("cannot be read: {why}")))?;
    let mut bytes = Vec::new();
    let read = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|why| fault(format!("cannot be read: {why}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(fault(format!("over {MAX_BYTES} bytes; keep long lists in seed-files")));
    }
    match String::from_utf8(bytes) {
        Ok(text) => parsed(path, &text, true),
        Err(_) => Err(fault("is not UTF-8; save it as UTF-8".to_owned())),
    }
}

/// [`read`] from a text; `path` is what faults call it, and where its seed files lie. They are not
/// looked for.
pub fn parse(path: &Path, text: &str) -> Result<JobFile, Vec<JobFault>> {
    parsed(path, text, false)
}

fn parsed(path: &Path, text: &str, on_disk: bool) -> Result<JobFile, Vec<JobFault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::new(path, text, on_disk);
    let table = reader.parse();
    let mut job = JobFile {
        path: path.to_owned(),
        settings: defaults(),
        given: BTreeMap::new(),
        keys: Vec::new(),
        seeds: Vec::new(),
        seed_files: Vec::new(),
        secret_headers: None,
        schedule: None,
        overlap: Overlap::default(),
        warnings: Vec::new(),
    };
    if let Some(table) = &table {
        job.root(Section::root(table.get_ref()), &mut reader);
    }
    job.keys = reader.keys();
    (job.given, job.warnings) = reader.end()?;
    Ok(job)
}

/// What a job begins with.
fn defaults() -> Settings {
    let (recrawl, disk_floor) = (Recrawl::scheduled(), DEFAULT_DISK_FLOOR);
    Settings { recrawl, disk_floor, ..Settings::new(PathBuf::new(), "") }
}

impl JobFile {
    fn root(&mut self, mut root: Section<'_>, reader: &mut Reader<'_>) {
        let settings = &mut self.settings;
        if root.value("name").is_none() {
            reader.fault(0, "no name; begin with name = \"my-newsroom\"");
        }
        root.set(&mut settings.name, "name", "name", reader, spelled("a name", name));
        root.set(&mut settings.description, "description", "description", reader, text);
        root.set(&mut settings.operator, "operator", "operator", reader, text);
        root.set(
            &mut settings.contact,
            "contact",
            "contact",
            reader,
            spelled("a contact", contact),
        );
        let into =
            root.take("into", "into", reader, folder).unwrap_or_else(|| settings.name.clone());
        settings.into = PathBuf::from(into);
        let tag = |value| spelled("a language tag", language)(value);
        settings.languages = root.each("languages", "languages", reader, tag).unwrap_or_default();
        self.lists(&mut root, reader);
        self.seeds(&mut root, reader);
        self.sections(&mut root, reader);
        self.hosts(&mut root, reader);
        root.end(reader);
        self.agree(reader);
    }

    fn lists(&mut self, root: &mut Section<'_>, reader: &mut Reader<'_>) {
        let files = root.each("seed-files", "seed_files", reader, text).unwrap_or_default();
        self.seed_files = files.iter().map(|file| self.beside(file)).collect();
        for file in &self.seed_files {
            reader.look_for("seed-files", "seed_files", file);
        }
    }

    /// A file that the job names, which lies beside it unless it says another folder.
    fn beside(&self, file: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(file)
    }

    /// `[[seeds]]`: tables, or URLs alone.
    fn seeds(&mut self, root: &mut Section<'_>, reader: &mut Reader<'_>) {
        let Some((at, value)) = root.value("seeds") else {
            if self.seed_files.is_empty() {
                reader.fault(0, "no seeds; write seeds = [\"https://…\"], [[seeds]] or seed-files");
            }
            return;
        };
        let Some(entries) = value.as_array() else {
            return reader.fault(at, wanted("a list of URLs, or [[seeds]]", value));
        };
        let mut known = HashSet::new();
        for entry in entries {
            if let Some((url, scope)) = list::seed(entry, reader) {
                if !known.insert(url.clone()) {
                    reader.fault(entry.span().start, format!("the seed {url} is given twice"));
                }
                self.settings.seed_scopes.extend(scope.map(|(domain, depth)| SeedScope {
                    seed: url.clone(),
                    domain,
                    depth: depth.unwrap_or(u32::MAX),
                }));
                self.seeds.push(url);
            }
        }
    }
}

/// `my-newsroom`: a name that can be a folder, a file and a unit.
fn name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(fits) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "{text:?} is no name; write ASCII letters, digits, '-', '_' and '.', a letter first"
    ))
}

fn contact(text: &str) -> Result<String, String> {
    let text = text.trim();
    if !text.contains(char::is_control) && is_contact(text) {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} reaches nobody; give an e-mail address or a URL, as in desk@example.org"))
}

fn language(text: &str) -> Result<Lang, String> {
    Lang::parse(text).ok_or_else(|| {
        format!("{text:?} is no language tag; write tags as in \"ar\", \"en\", \"zh-Hant\"")
    })
}
/// A folder as the file system has it: a job is read by no shell.
fn folder(value: &DeValue<'_>) -> Read<String> {
    let path = text(value)?;
    if path.starts_with('~') || path.contains('$') {
        return Err("~ and $ stand for nothing in a job file; write the whole path".to_owned());
    }
    Ok(path)
}
