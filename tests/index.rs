//! The index room: keys, lines, the captures of any WARC, sorting and looking up.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use proptest::prelude::*;
use warraq::surt;

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (c, length) = match rest.as_bytes()[at + 1] {
            b'n' => ('\n', 2),
            b'r' => ('\r', 2),
            b't' => ('\t', 2),
            b'\\' => ('\\', 2),
            b'x' => (char::from(u8::from_str_radix(&rest[at + 2..at + 4], 16).unwrap()), 4),
            other => panic!("unknown escape \\{}", char::from(other)),
        };
        out.push(c);
        rest = &rest[at + length..];
    }
    out + rest
}

#[test]
fn keys_are_those_of_the_tools() {
    let table = include_str!("tables/surt.txt");
    let mut cases = 0;
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.splitn(3, " | ").collect();
        assert_eq!(surt::key(&unescape(cells[1])), cells[2], "{line}");
        cases += 1;
    }
    assert!(cases > 80, "{cases} cases");
}

proptest! {
    #[test]
    fn any_text_has_a_printable_key(text in "\\PC{0,60}|[a-z:/?#@%.\\[\\]0-9A-F\\\\&= \n]{0,80}") {
        let key = surt::key(&text);
        prop_assert!(!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()), "{key:?}");
    }
}
