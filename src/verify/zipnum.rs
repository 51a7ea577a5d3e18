//! The list of a `ZipNum` index against the members it leads to (WACZ 1.1.1, "indexes").
//!
//! A replay reads the list and then one member by its range, so each range must be exactly one
//! gzip member with the hash the list says, beginning with the key the list says. The members are
//! read once, in order, one at a time.

use std::io::Read;

use flate2::bufread::GzDecoder;
use serde::Deserialize;

use super::finding::{Docket, Place, Profile, quoted, rules};
use crate::wacz::reader::Package;
use crate::wacz::{Entry, INDEXES, hash};

rules! {
    LIST: Shall "wacz.index-list" "WACZ 1.1.1, indexes" "pack the WARCs anew (`warraq pack`)"
}

/// Longest member that is read, packed; writers end one at some hundred lines.
const MAX_MEMBER: u64 = 64 << 20;

/// What the list says of a member, behind the key of its first line.
#[derive(Deserialize)]
struct Listed {
    offset: u64,
    length: u64,
    #[serde(default)]
    digest: Option<String>,
    #[serde(default)]
    filename: Option<String>,
}

/// Judges the list `entry`.
pub(super) fn judge(
    package: &Package,
    entry: &Entry,
    label: &str,
    profile: Profile,
    docket: &mut Docket<'_>,
) {
    let place = Place { file: label, offset: 0, record: None, profile };
    let Ok(lines) = package.lines(entry) else { return };
    let mut members: Option<(String, Box<dyn Read>, u64)> = None;
    for line in lines.map_while(Result::ok) {
        let text = line.bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(text) = text.filter(|text| !text.is_empty()) else { continue };
        if text.starts_with("!meta") {
            continue;
        }
        let wrong = match parsed(text) {
            None => Some("it does not lead to a member"),
            Some((key, listed)) => {
                let name = listed.filename.clone().unwrap_or_default();
                if members.as_ref().is_none_or(|(open, ..)| *open != name) {
                    let data = package.find(&format!("{INDEXES}{name}"));
                    let opened = data.and_then(|data| package.read(data).ok());
                    members = opened.map(|from| (name, Box::new(from) as Box<dyn Read>, 0));
                }
                match &mut members {
                    Some((_, from, at)) => member(from, at, key, &listed).err(),
                    None => Some("the file it leads to is not there"),
                }
            }
        };
        if let Some(why) = wrong {
            docket.find(&place, &LIST, || format!("line {}: {why}: {}", line.number, quoted(text)));
            // Ranges behind a wrong one cannot be followed in order.
            return;
        }
    }
}

fn parsed(line: &str) -> Option<(&str, Listed)> {
    let (key, object) = line.split_once('{')?;
    let listed = serde_json::from_str(&format!("{{{object}")).ok()?;
    Some((key.trim_ascii(), listed))
}

/// Reads the member of a line.
fn member(
    from: &mut dyn Read,
    at: &mut u64,
    key: &str,
    listed: &Listed,
) -> Result<(), &'static str> {
    if listed.offset != *at || listed.length > MAX_MEMBER {
        return Err("its range does not follow the one before");
    }
    let mut packed = Vec::new();
    let read = from.take(listed.length).read_to_end(&mut packed);
    *at += packed.len() as u64;
    if read.is_err() || packed.len() as u64 != listed.length {
        return Err("its range lies behind the end");
    }
    if listed.digest.as_ref().is_some_and(|said| *said != hash::of(&packed)) {
        return Err("the member has another hash");
    }
    let mut decoder = GzDecoder::new(packed.as_slice());
    let mut begin = vec![0; key.len()];
    let begins = decoder.read_exact(&mut begin).is_ok() && begin == key.as_bytes();
    let whole = std::io::copy(&mut decoder, &mut std::io::sink()).is_ok();
    if !begins || !whole || !decoder.into_inner().is_empty() {
        return Err("its range is not one member that begins with its key");
    }
    Ok(())
}
