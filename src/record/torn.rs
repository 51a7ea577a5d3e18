//! The tail of a file: how far it is whole, and whether anything whole comes after that.
//!
//! [`super::repair`] cuts what warraq itself left open; this only looks, so that somebody's file
//! can be copied as far as it is whole. Nothing here writes.

use std::io;
use std::path::Path;

use super::plain::{Next, Plain};
use super::reader;
use super::repair::is_damage;

/// How far a file of gzip members is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Whether it is a file of gzip members at all.
    pub gzip: bool,
    /// Whole members it begins with.
    pub members: u64,
    /// Where they end.
    pub end: u64,
    /// Its length.
    pub length: u64,
    /// Whole members behind the first that is not.
    pub after: u64,
}

/// Reads a file from front to back. Errors are those of the disk.
pub fn survey(path: &Path) -> io::Result<Survey> {
    let file = reader::regular(path)?;
    let length = file.metadata()?.len();
    let mut plain = Plain::new(Box::new(file), 0)?;
    let mut survey = Survey { gzip: plain.is_compressed(), members: 0, end: 0, length, after: 0 };
    let mut torn = false;
    loop {
        match plain.next_member()? {
            Next::End => return Ok(survey),
            Next::Garbage(_) => torn = true,
            Next::Member => match plain.skip_member() {
                Ok(()) if torn => survey.after += 1,
                Ok(()) => {
                    survey.members += 1;
                    survey.end = plain.offset();
                }
                Err(why) if is_damage(&why) => torn = true,
                Err(why) => return Err(why),
            },
        }
    }
}
