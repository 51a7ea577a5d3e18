//! ZIP files written by hand, so that everything in them can be a lie.

use std::path::{Path, PathBuf};

use flate2::Crc;

/// One entry; what is not set is true.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: Vec<u8>,
    pub(crate) data: Vec<u8>,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) attributes: u32,
    pub(crate) made_by: u8,
    /// What the directory says instead of the truth.
    pub(crate) crc: Option<u32>,
    pub(crate) bytes: Option<u32>,
    pub(crate) packed: Option<u32>,
    pub(crate) offset: Option<u32>,
    /// What the header before the bytes says instead.
    pub(crate) local_name: Option<Vec<u8>>,
}

pub(crate) fn member(name: &str, data: &[u8]) -> Member {
    Member {
        name: name.into(),
        data: data.to_vec(),
        method: 0,
        flags: 0,
        attributes: 0o100_644 << 16,
        made_by: 3,
        crc: None,
        bytes: None,
        packed: None,
        offset: None,
        local_name: None,
    }
}

pub(crate) fn crc(data: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(data);
    crc.sum()
}

fn numbers(out: &mut Vec<u8>, shorts: &[u16]) {
    out.extend(shorts.iter().flat_map(|number| number.to_le_bytes()));
}

fn longs(out: &mut Vec<u8>, longs: &[u32]) {
    out.extend(longs.iter().flat_map(|number| number.to_le_bytes()));
}

/// The bytes of a ZIP with these members.
pub(crate) fn zip(members: &[Member]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let offset = member.offset.unwrap_or(u32::try_from(out.len()).unwrap());
        let length = u32::try_from(member.data.len()).unwrap();
        let packed = member.packed.unwrap_or(length);
        let sums = [
            member.crc.unwrap_or_else(|| crc(&member.data)),
            packed,
            member.bytes.unwrap_or(length),
        ];
        let local = member.local_name.as_ref().unwrap_or(&member.name);
        out.extend(b"PK\x03\x04");
        numbers(&mut out, &[20, member.flags, member.method, 0, 0x21]);
        longs(&mut out, &sums);
        numbers(&mut out, &[u16::try_from(local.len()).unwrap(), 0]);
        out.extend(local);
        out.extend(&member.data);
        directory.extend(b"PK\x01\x02");
        directory.extend([20, member.made_by]);
        numbers(&mut directory, &[20, member.flags, member.method, 0, 0x21]);
        longs(&mut directory, &sums);
        numbers(&mut directory, &[u16::try_from(member.name.len()).unwrap(), 0, 0, 0, 0]);
        longs(&mut directory, &[member.attributes, offset]);
        directory.extend(&member.name);
    }
    let count = u16::try_from(members.len().min(0xffff)).unwrap();
    let at = u32::try_from(out.len()).unwrap();
    let length = u32::try_from(directory.len()).unwrap();
    out.extend(directory);
    out.extend(b"PK\x05\x06");
    numbers(&mut out, &[0, 0, count, count]);
    longs(&mut out, &[length, at]);
    numbers(&mut out, &[0]);
    out
}

/// Writes a file called `x.wacz`.
pub(crate) fn put(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("x.wacz");
    std::fs::write(&path, bytes).unwrap();
    path
}
