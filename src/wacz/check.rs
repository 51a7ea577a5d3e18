//! The check: a package held against its own hashes (WACZ 1.1.1, "datapackage.json").
//!
//! It streams every entry once. Records, index lines and what they say of each other are for
//! `record::verify` and those above; here only the package itself is judged.

use std::collections::{BTreeSet, HashMap};
use std::io;

use super::entry::{Entry, Method};
use super::hash::RunningHash;
use super::package::Resource;
use super::pages::FORMAT;
use super::reader::Package;
use super::{ARCHIVE, DATA_PACKAGE, DIGEST, INDEXES, PAGES, WaczError};

/// Characters of somebody's text that an error quotes.
const SHOWN: usize = 200;

/// Everything that is wrong with a package, in the order it is met; nothing when it is whole.
pub fn check(package: &Package) -> Vec<WaczError> {
    let mut wrong = Wrong { package, found: Vec::new() };
    wrong.shape();
    let hashes = wrong.hashes();
    wrong.digest(&hashes);
    wrong.resources(&hashes);
    wrong.pages();
    wrong.found
}

struct Wrong<'a> {
    package: &'a Package,
    found: Vec<WaczError>,
}

/// The hash and length of every entry that could be read.
type Hashes<'a> = HashMap<&'a str, (String, u64)>;

impl<'a> Wrong<'a> {
    fn tell(&mut self, entry: &str, why: impl Into<String>) {
        let (file, entry) = (self.package.named().to_owned(), entry.to_owned());
        self.found.push(WaczError::Content { file, entry, why: why.into() });
    }

    /// What must be there, and how it must be stored ("Directory Layout", "Zip Compression").
    fn shape(&mut self) {
        for name in [DATA_PACKAGE, PAGES] {
            if self.package.find(name).is_none() {
                self.tell(name, "it is missing; pack the WARCs anew");
            }
        }
        for (folder, what) in [(ARCHIVE, "WARC file"), (INDEXES, "index")] {
            if !self.package.entries().iter().any(|entry| entry.name.starts_with(folder)) {
                self.tell(folder, format!("the package has no {what}; pack the WARCs anew"));
            }
        }
        for entry in self.package.entries() {
            let seekable = entry.name.starts_with(ARCHIVE) || entry.is_gzip();
            if seekable && entry.method != Method::Stored {
                self.tell(&entry.name, "it is deflated; a replay cannot seek in it, store it");
            }
        }
    }

    fn hashes(&mut self) -> Hashes<'a> {
        let mut hashes = HashMap::new();
        for entry in self.package.entries() {
            match self.hash(entry) {
                Ok(hash) => {
                    hashes.insert(entry.name.as_str(), hash);
                }
                Err(why) => self.tell(&entry.name, why.to_string()),
            }
        }
        hashes
    }

    fn hash(&self, entry: &Entry) -> io::Result<(String, u64)> {
        let mut from = self.package.read(entry).map_err(io::Error::other)?;
        let mut running = RunningHash::default();
        io::copy(&mut from, &mut running)?;
        let bytes = running.bytes();
        Ok((running.finish(), bytes))
    }

    fn digest(&mut self, hashes: &Hashes<'_>) {
        match self.package.digest() {
            Err(why) => self.found.push(why),
            Ok(None) => self.tell(DIGEST, "it is missing, so nothing vouches for the hashes"),
            Ok(Some(digest)) => {
                let found = hashes.get(DATA_PACKAGE).map(|(hash, _)| hash.as_str());
                if digest.path != DATA_PACKAGE || Some(digest.hash.as_str()) != found {
                    let said: String = digest.hash.chars().take(SHOWN).collect();
                    let said = said.escape_debug();
                    self.tell(DIGEST, format!("it says {said}; that is not {DATA_PACKAGE}"));
                }
            }
        }
    }

    /// Every resource is there as listed, and everything there is listed.
    fn resources(&mut self, hashes: &Hashes<'_>) {
        let resources = match self.package.data_package() {
            Ok(Some(package)) => package.resources,
            Ok(None) => return,
            Err(why) => return self.found.push(why),
        };
        for resource in &resources {
            self.resource(resource, hashes);
        }
        let listed: BTreeSet<&str> = resources.iter().map(|one| one.path.as_str()).collect();
        for entry in self.package.entries() {
            let name = entry.name.as_str();
            if !listed.contains(name) && ![DATA_PACKAGE, DIGEST].contains(&name) {
                self.tell(name, format!("{DATA_PACKAGE} does not list it"));
            }
        }
    }

    fn resource(&mut self, said: &Resource, hashes: &Hashes<'_>) {
        let shown: String = said.path.chars().take(SHOWN).flat_map(char::escape_debug).collect();
        let Some((hash, bytes)) = hashes.get(said.path.as_str()) else {
            // An entry that cannot be read was told already.
            if self.package.find(&said.path).is_none() {
                self.tell(&shown, format!("{DATA_PACKAGE} lists it, and it cannot be opened"));
            }
            return;
        };
        if said.bytes != *bytes {
            let why = format!("{DATA_PACKAGE} says {} bytes, it has {bytes}", said.bytes);
            self.tell(&shown, why);
        }
        if !said.hash.starts_with("sha256:") {
            self.tell(&shown, "its hash is no sha256, and cannot be checked");
        } else if said.hash != *hash {
            self.tell(&shown, format!("its hash is {hash}, not the one {DATA_PACKAGE} says"));
        }
    }

    fn pages(&mut self) {
        match self.package.pages() {
            Err(why) => self.found.push(why),
            Ok(None) => {}
            Ok(Some(pages)) => {
                if pages.header().format != FORMAT {
                    self.tell(PAGES, format!("line 1: it is no {FORMAT} header"));
                }
                self.found.extend(pages.filter_map(Result::err));
            }
        }
    }
}
