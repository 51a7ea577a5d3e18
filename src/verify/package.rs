//! A WACZ: the package held against its own hashes, then the WARCs and the index inside it.
//!
//! What a package must be is [`crate::wacz::check`]'s; here its errors become findings, and its
//! records, index lines and pages are held against each other (WACZ 1.1.1). A package is a set
//! of its own: nothing outside it is looked at.

use std::collections::HashSet;
use std::path::Path;

use super::file::{self, Given};
use super::finding::{Docket, Place, Profile, quoted, rules};
use super::index::{self, Covers, IndexJudge};
use super::links::Links;
use super::rows::{Rows, key};
use super::subject::Kind;
use crate::moment::Moment;
use crate::record::strict::Strict;
use crate::wacz::package::{DataPackage, PROFILE};
use crate::wacz::reader::Package;
use crate::wacz::{DATA_PACKAGE, DIGEST, Entry, PAGES, WaczError, check};

rules! {
    ENTRY: Shall "wacz.entry" "WACZ 1.1.1, Zip" "pack the WARCs anew (`warraq pack`)"
    CONTENT: Shall "wacz.content" "WACZ 1.1.1, datapackage.json" "take the package from another copy, or pack the WARCs anew"
    STORED: Shall "wacz.stored" "WACZ 1.1.1, Zip" "store archives and indexes uncompressed in the ZIP"
    MISSING: Shall "wacz.missing" "WACZ 1.1.1, Directory Layout" "pack the WARCs anew (`warraq pack`)"
    PAGE: Shall "wacz.pages" "WACZ 1.1.1, pages.jsonl" "pack the WARCs anew (`warraq pack`)"
    DIGEST_FILE: Shall "wacz.digest" "WACZ 1.1.1, datapackage-digest.json" "the list of hashes was changed: take the package from another copy"
    NO_DIGEST: Bar "wacz.digest-missing" "bar 32" "write datapackage-digest.json"
    VERSION: Shall "wacz.version" "WACZ 1.1.1, datapackage.json" "write profile and wacz_version"
    SAYS: Bar "wacz.description" "bar 32" "say it in datapackage.json"
    NO_CAPTURE: Bar "wacz.page-capture" "bar 32" "list pages that are in the archive, with the time of their capture"
}

/// Judges a package; gives the number of its records, or why it is none.
pub(super) fn judge(
    path: &Path,
    label: &str,
    profile: Option<Profile>,
    docket: &mut Docket<'_>,
) -> Result<u64, WaczError> {
    let package = Package::open(path)?;
    let data = package.data_package().ok().flatten();
    let ours = data.as_ref().and_then(|data| data.software.as_deref());
    let ours = ours.is_some_and(|software| software.starts_with("warraq"));
    let profile = profile.unwrap_or(if ours { Profile::Bar } else { Profile::Spec });
    let place = Place { file: label, offset: 0, record: None, profile };
    for wrong in package.refused().iter().chain(&check::check(&package)) {
        error(&package, label, profile, wrong, docket);
    }
    if let Some(data) = &data {
        description(&place, data, docket);
    }
    let mut links = Links::default();
    let mut records = 0;
    for entry in package.archives() {
        let label = format!("{label}!{}", entry.name);
        records += archive(&package, entry, &label, profile, &mut links, docket);
    }
    links.conclude(docket);
    indexes(&package, label, profile, &mut links.rows, docket);
    pages(&package, label, profile, &links.rows, docket);
    Ok(records)
}

/// The rule that an error of the package breaks.
fn error(
    package: &Package,
    label: &str,
    profile: Profile,
    wrong: &WaczError,
    docket: &mut Docket<'_>,
) {
    let (entry, rule, why) = match wrong {
        WaczError::Refused { entry, why, .. } => (entry.as_str(), &ENTRY, why.to_string()),
        WaczError::Content { entry, why, .. } => {
            let there = package.find(entry);
            let rule = match (entry.as_str(), there) {
                (DIGEST, None) => &NO_DIGEST,
                (DIGEST, _) => &DIGEST_FILE,
                (_, None) => &MISSING,
                (PAGES, _) if why.starts_with("line ") => &PAGE,
                _ if why.starts_with("it is deflated") => &STORED,
                _ => &CONTENT,
            };
            (entry.as_str(), rule, why.clone())
        }
        other => ("", &CONTENT, other.to_string()),
    };
    let file = format!("{label}!{entry}");
    let place = Place { file: &file, offset: 0, record: None, profile };
    docket.find(&place, rule, || why);
}

fn description(place: &Place<'_>, data: &DataPackage, docket: &mut Docket<'_>) {
    if data.profile != PROFILE && data.profile != "wacz" {
        docket.find(place, &VERSION, || format!("profile {}", quoted(&data.profile)));
    } else if data.profile == PROFILE && data.wacz_version.is_none() {
        docket.find(place, &VERSION, || "wacz_version is missing".to_owned());
    }
    let said = [("title", &data.title), ("created", &data.created), ("software", &data.software)];
    for (name, value) in said {
        if value.as_deref().unwrap_or_default().is_empty() {
            docket.find(place, &SAYS, || format!("{DATA_PACKAGE} has no {name}"));
        }
    }
}

fn archive(
    package: &Package,
    entry: &Entry,
    label: &str,
    profile: Profile,
    links: &mut Links,
    docket: &mut Docket<'_>,
) -> u64 {
    let given = Given {
        label: label.to_owned(),
        name: entry.name.rsplit('/').next().unwrap_or_default().to_owned(),
        bytes: entry.bytes,
        profile: Some(profile),
    };
    let read = package
        .read(entry)
        .map_err(|why| why.to_string())
        .and_then(|bytes| Strict::over(Box::new(bytes)).map_err(|why| why.to_string()))
        .and_then(|strict| {
            file::judge(&given, strict, links, docket).map_err(|why| why.to_string())
        });
    read.unwrap_or_else(|why| {
        let place = Place { file: label, offset: 0, record: None, profile };
        docket.find(&place, &CONTENT, || why);
        0
    })
}

fn indexes(
    package: &Package,
    label: &str,
    profile: Profile,
    rows: &mut Rows,
    docket: &mut Docket<'_>,
) {
    let mut any = false;
    for entry in package.indexes() {
        if Path::new(&entry.name).extension().is_some_and(|end| end == "idx") {
            super::zipnum::judge(
                package,
                entry,
                &format!("{label}!{}", entry.name),
                profile,
                docket,
            );
        }
        if !super::is_index_name(&entry.name) {
            continue;
        }
        any = true;
        let label = format!("{label}!{}", entry.name);
        let judge = IndexJudge::new(&label, profile, &Covers::All);
        let read = package
            .read(entry)
            .map_err(|why| why.to_string())
            .and_then(|bytes| judge.read(bytes, rows, docket).map_err(|why| why.to_string()));
        if let Err(why) = read {
            let place = Place { file: &label, offset: 0, record: None, profile };
            docket.find(&place, &CONTENT, || why);
        }
    }
    if any {
        index::cover(rows, &Covers::All, docket);
    }
}

/// Pages that the archive does not hold.
fn pages(package: &Package, label: &str, profile: Profile, rows: &Rows, docket: &mut Docket<'_>) {
    let Ok(Some(pages)) = package.pages() else { return };
    let captures: HashSet<(u64, i64)> = rows
        .all
        .iter()
        .filter(|row| matches!(row.kind, Kind::Response | Kind::Revisit | Kind::Resource))
        .map(|row| (row.uri, row.date.div_euclid(1_000_000_000)))
        .collect();
    let file = format!("{label}!{PAGES}");
    let place = Place { file: &file, offset: 0, record: None, profile };
    for page in pages.flatten() {
        let at = Moment::parse_warc_date(&page.ts);
        let Some(at) = at.filter(|_| !page.url.is_empty()) else {
            docket.find(&place, &PAGE, || format!("{} has no url or no time", quoted(&page.url)));
            continue;
        };
        let second = at.millis().div_euclid(1000);
        if !captures.contains(&(key(&[page.url.as_bytes()]), second)) {
            docket.find(&place, &NO_CAPTURE, || {
                format!("no capture of {} at {}", quoted(&page.url), quoted(&page.ts))
            });
        }
    }
}
