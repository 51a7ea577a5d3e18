//! `ZipNum`: a sorted CDXJ index in gzip members of some hundred lines, and the list of them
//! (WACZ 1.1.1, "indexes"; `cdxj-gzip-1.0`).
//!
//! A replay fetches the list and then one member, so an index of millions of captures costs it
//! some kilobytes. Members say nothing of the machine: the same lines give the same bytes.

use std::io::{self, BufRead, Write};

use flate2::{Compression, GzBuilder};
use serde::Serialize;

use super::hash;

/// The members, below `indexes/`.
pub const DATA: &str = "index.cdx.gz";
/// The list of them, below `indexes/`.
pub const LIST: &str = "index.idx";

/// Lines of one member: as many as `cdxj-indexer` packs.
const LINES: usize = 300;

/// Bytes of lines beyond which a member ends: URLs may be long.
const BYTES: usize = 1 << 20;

/// What the list says of a member, behind the key and time of its first line.
#[derive(Serialize)]
struct Place {
    offset: u64,
    length: u64,
    digest: String,
    filename: &'static str,
}

/// Writes sorted lines as members into `to`, and gives the list.
pub fn write(lines: impl BufRead, to: &mut dyn Write) -> io::Result<Vec<u8>> {
    let list = format!("!meta 0 {{\"format\": \"cdxj-gzip-1.0\", \"filename\": \"{DATA}\"}}\n");
    let mut packing = Packing { to, list: list.into_bytes(), block: Vec::new(), offset: 0 };
    let mut count = 0;
    for line in lines.split(b'\n') {
        packing.block.extend(line?);
        packing.block.push(b'\n');
        count += 1;
        if count == LINES || packing.block.len() >= BYTES {
            packing.end()?;
            count = 0;
        }
    }
    packing.end()?;
    Ok(packing.list)
}

struct Packing<'a> {
    to: &'a mut dyn Write,
    list: Vec<u8>,
    block: Vec<u8>,
    offset: u64,
}

impl Packing<'_> {
    fn end(&mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let builder = GzBuilder::new().mtime(0).operating_system(255);
        let mut member = builder.write(Vec::new(), Compression::default());
        member.write_all(&self.block)?;
        let member = member.finish()?;
        self.to.write_all(&member)?;
        let key = self.block.split(|byte| *byte == b'{').next().unwrap_or_default();
        self.list.extend(key.trim_ascii());
        self.list.push(b' ');
        let length = member.len() as u64;
        let (offset, digest) = (self.offset, hash::of(&member));
        serde_json::to_writer(&mut self.list, &Place { offset, length, digest, filename: DATA })?;
        self.list.push(b'\n');
        self.offset += length;
        self.block.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn every_member_is_found_by_the_list() {
        let lines: Vec<String> =
            (0..700).map(|number| format!("a,b)/{number:03} 20261122093000 {{}}\n")).collect();
        let mut data = Vec::new();
        let list = write(lines.concat().as_bytes(), &mut data).unwrap();
        let list = String::from_utf8(list).unwrap();
        let mut told = list.lines();
        let meta = r#"!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}"#;
        assert_eq!(told.next(), Some(meta));
        for (line, block) in told.zip(lines.chunks(300)) {
            let (key, place) = line.split_once(" {").unwrap();
            assert_eq!(key, block[0].split_once(" {").unwrap().0);
            let place: serde_json::Value = serde_json::from_str(&format!("{{{place}")).unwrap();
            let number = |name: &str| usize::try_from(place[name].as_u64().unwrap()).unwrap();
            let member = &data[number("offset")..number("offset") + number("length")];
            assert_eq!(place["digest"], hash::of(member));
            let mut text = String::new();
            flate2::read::GzDecoder::new(member).read_to_string(&mut text).unwrap();
            assert_eq!(text, block.concat());
        }
        assert_eq!(list.lines().count(), 4);
    }
}
