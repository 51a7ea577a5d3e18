//! JSON that cannot drive a terminal: what every line and file for people is written with.
//!
//! Text from the web stands in ledgers, summaries and event lines. JSON escapes control bytes up to
//! U+001F only; here C1 controls, direction overrides and line separators are escaped too, so that
//! `cat` shows what is there. Any JSON reader reads the same values. Files of JSON lines are read back
//! here too, a bounded line at a time.

use std::io::{self, BufRead, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// Whether a character could move the cursor, the direction or the line.
pub fn is_unruly(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// One line, without its end.
pub fn line(value: &impl Serialize) -> serde_json::Result<String> {
    written(value, CompactFormatter)
}

/// A file for people to read.
pub fn pretty(value: &impl Serialize) -> serde_json::Result<String> {
    written(value, PrettyFormatter::new())
}

/// The lines of a file, each as a value; `None` for one that is none, or is longer than `most` bytes.
/// What cannot be read ends them.
pub fn lines<T: DeserializeOwned>(
    mut from: impl BufRead,
    most: u64,
) -> impl Iterator<Item = Option<T>> {
    std::iter::from_fn(move || {
        let mut line = Vec::new();
        let got = from.by_ref().take(most).read_until(b'\n', &mut line).ok()?;
        if got == 0 {
            return None;
        }
        if got as u64 == most && !line.ends_with(b"\n") {
            from.skip_until(b'\n').ok()?;
            return Some(None);
        }
        Some(serde_json::from_slice(&line).ok())
    })
}

fn written(value: &impl Serialize, formatter: impl Formatter) -> serde_json::Result<String> {
    let mut out = Vec::with_capacity(256);
    value.serialize(&mut Serializer::with_formatter(&mut out, Tame(formatter)))?;
    String::from_utf8(out).map_err(|why| serde::ser::Error::custom(why.to_string()))
}

/// A formatter that escapes what is unruly and leaves the rest to another.
struct Tame<F>(F);

impl<F: Formatter> Formatter for Tame<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.is_ascii() && !fragment.contains('\u{7f}') {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_unruly(*c)) {
            let (plain, tail) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            // All of them are in the basic plane.
            write!(out, "\\u{:04x}", u32::from(c))?;
            rest = tail.get(c.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_unruly_is_raw() {
        let title = "a\u{202E}b\u{9B}c\n\u{2067}د";
        assert_eq!(line(&title).unwrap(), r#""a\u202eb\u009bc\n\u2067د""#);
    }

    #[test]
    fn lines_that_are_none_or_too_long_are_passed_over() {
        let text = format!("1\n{{\n\n[{}\n22\n3", "0,".repeat(40));
        let found: Vec<Option<u32>> = lines(text.as_bytes(), 16).collect();
        assert_eq!(found, [Some(1), None, None, None, Some(22), Some(3)]);
    }

    proptest! {
        #[test]
        fn every_reader_reads_the_same(text in "\\PC{0,20}[\u{80}-\u{9f}\u{2028}\u{202e}\n\"\\\\]{0,5}\\PC{0,9}") {
            for json in [line(&[&text]).unwrap(), pretty(&[&text]).unwrap()] {
                prop_assert!(json.chars().all(|c| c == '\n' || !is_unruly(c)));
                prop_assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), vec![text.clone()]);
            }
        }
    }
}
