//! The volume: one package, everything in it known, and how it is written.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::Path;

use super::gather::Source;
use super::shelf::{Shelf, header};
use super::{Job, PackError};
use crate::groups::Membership;
use crate::index::Line;
use crate::lead::Lead;
use crate::moment::Moment;
use crate::wacz::package::DataPackage;
use crate::wacz::writer::{Ready, Writer};
use crate::wacz::{ARCHIVE, EXTRA_PAGES, INDEXES, PAGES, zipnum};

/// Languages that a description names.
const LANGUAGES: usize = 12;

/// A package to be.
pub(super) struct Volume {
    pub(super) sources: Vec<Source>,
    /// Sorted lines, in a temporary file.
    pub(super) index: File,
    /// Articles and seeds.
    pub(super) articles: Shelf,
    /// The other HTML pages.
    pub(super) others: Shelf,
    /// URL and date of the page a replay opens.
    pub(super) main: Option<(String, String)>,
}

/// What all packages of a job share.
pub(super) struct About {
    pub(super) title: String,
    pub(super) description: String,
    /// The group of each page that has one, and its role there.
    pub(super) groups: Membership,
    has_text: bool,
}

/// The name and version of this program.
pub(super) fn software() -> String {
    concat!("warraq/", env!("CARGO_PKG_VERSION")).to_owned()
}

impl Volume {
    /// Writes the package, all but its name. Pages and index come first: a reader of a stream
    /// learns from them what it wants of the rest.
    pub(super) fn write(
        mut self,
        path: &Path,
        about: &About,
        now: Moment,
    ) -> Result<Ready, PackError> {
        let mut writer = Writer::create(path)?;
        let list = header("pages", "Articles and seeds", about.has_text);
        writer.add(PAGES, |to| self.articles.write(to, &list, &about.groups))?;
        if self.others.lines() > 0 {
            let list = header("extra-pages", "Other pages", false);
            writer.add(EXTRA_PAGES, |to| self.others.write(to, &list, &about.groups))?;
        }
        self.index.rewind()?;
        let (mut list, lines) = (Vec::new(), BufReader::new(self.index));
        writer.add(&format!("{INDEXES}{}", zipnum::DATA), |to| {
            list = zipnum::write(lines, to)?;
            Ok(())
        })?;
        writer.add(&format!("{INDEXES}{}", zipnum::LIST), |to| to.write_all(&list))?;
        for source in &self.sources {
            writer.add_file(&format!("{ARCHIVE}{}", source.name), &source.path)?;
        }
        let (main_page_url, main_page_date) = self.main.unzip();
        let package = DataPackage {
            title: Some(about.title.clone()),
            description: Some(about.description.clone()),
            created: Some(now.warc_date()),
            modified: Some(now.warc_date()),
            software: Some(software()),
            main_page_url,
            main_page_date,
            ..DataPackage::default()
        };
        Ok(writer.finish(package)?)
    }
}

/// What titles and descriptions are made of when nobody gives them.
pub(super) struct Described {
    hosts: Vec<String>,
    file: Option<String>,
    files: u64,
    captures: u64,
    first: Option<String>,
    last: Option<String>,
    languages: BTreeSet<String>,
}

impl Described {
    /// Of a crawl with these seeds, or of none.
    pub(super) fn new(seeds: &[Lead]) -> Self {
        let mut hosts: Vec<String> = Vec::new();
        for seed in seeds {
            let host = seed.url().ok().and_then(|url| url.host_str().map(str::to_owned));
            hosts.extend(host.filter(|host| !hosts.contains(host)));
        }
        Self {
            hosts,
            file: None,
            files: 0,
            captures: 0,
            first: None,
            last: None,
            languages: BTreeSet::new(),
        }
    }

    pub(super) fn file(&mut self, name: &str) {
        self.files += 1;
        self.file.get_or_insert_with(|| name.to_owned());
    }

    pub(super) fn capture(&mut self, line: &Line) {
        self.captures += 1;
        let Some(date) = line.moment().map(Moment::warc_date) else { return };
        let Some(day) = date.get(..10) else { return };
        if self.first.as_deref().is_none_or(|first| day < first) {
            self.first = Some(day.to_owned());
        }
        if self.last.as_deref().is_none_or(|last| day > last) {
            self.last = Some(day.to_owned());
        }
    }

    pub(super) fn article(&mut self, lang: Option<&str>) {
        self.languages.extend(lang.map(str::to_owned));
    }

    /// The words, and the groups of the pages.
    pub(super) fn finish(self, job: &Job, groups: Membership) -> About {
        About {
            title: job.title.clone().unwrap_or_else(|| self.title()),
            description: job.description.clone().unwrap_or_else(|| self.description()),
            groups,
            has_text: job.text,
        }
    }

    fn title(&self) -> String {
        let (first, more) = match self.hosts.split_first() {
            Some((host, rest)) => (host.clone(), rest.len() as u64),
            None => (self.file.clone().unwrap_or_default(), self.files.saturating_sub(1)),
        };
        if more == 0 { first } else { format!("{first} and {more} more") }
    }

    fn description(&self) -> String {
        let plural = if self.captures == 1 { "" } else { "s" };
        let captures = format!("{} capture{plural}", self.captures);
        let days = match (&self.first, &self.last) {
            (Some(first), Some(last)) if first == last => format!(" of {first}"),
            (Some(first), Some(last)) => format!(" of {first} to {last}"),
            _ => String::new(),
        };
        let languages: Vec<&str> =
            self.languages.iter().map(String::as_str).take(LANGUAGES).collect();
        if languages.is_empty() {
            return captures + &days;
        }
        format!("{captures}{days}, articles in {}", languages.join(", "))
    }
}
