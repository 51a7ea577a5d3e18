//! What lies round a text: content codings, the media type, the charset.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;
use warraq::page::decode::{self, Decoded};

use super::config;
use super::input::{head, like, text_like};

fn decoded(content_type: &str, body: &[u8]) -> Decoded {
    decode::entity(&head(&[("Content-Type", content_type)]), body)
}

fn packed(coding: &str, body: &[u8]) -> Vec<u8> {
    let level = Compression::fast();
    match coding {
        "gzip" => {
            // Two members, as a server sends that flushes in between.
            let (one, two) = body.split_at(body.len() / 2);
            let member = |part: &[u8]| {
                let mut out = GzEncoder::new(Vec::new(), level);
                out.write_all(part).unwrap();
                out.finish().unwrap()
            };
            [member(one), member(two)].concat()
        }
        "zlib" => {
            let mut out = ZlibEncoder::new(Vec::new(), level);
            out.write_all(body).unwrap();
            out.finish().unwrap()
        }
        _ => {
            let mut out = DeflateEncoder::new(Vec::new(), level);
            out.write_all(body).unwrap();
            out.finish().unwrap()
        }
    }
}

/// Charsets newsrooms use, and a text each can write.
const CHARSETS: &[&str] = &[
    "utf-8",
    "windows-1256",
    "iso-8859-6",
    "windows-1255",
    "windows-1251",
    "koi8-r",
    "windows-1252",
    "iso-8859-2",
    "windows-1254",
    "windows-1258",
    "windows-874",
    "shift_jis",
    "euc-jp",
    "gb18030",
    "big5",
    "euc-kr",
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_content_type_means_the_same_in_any_case(value in text_like("content-type"), body in like("body")) {
        let plain = decoded(&value, &body);
        prop_assert!(plain.media_type.len() <= 255 && plain.media_type.bytes().all(|b| b.is_ascii_graphic()));
        prop_assert_eq!(plain.media_type.to_ascii_lowercase(), plain.media_type.as_str());
        prop_assert!(plain.text.len() <= 3 * body.len());
        let loud = decoded(&value.to_ascii_uppercase(), &body);
        prop_assert_eq!(
            (plain.text, plain.media_type, plain.charset, plain.is_html),
            (loud.text, loud.media_type, loud.charset, loud.is_html)
        );
    }

    #[test]
    fn any_bytes_are_text_of_some_charset(label in text_like("charset"), body in like("body")) {
        let field = format!("text/html; charset={label}");
        let text = decoded(&field, &body).text;
        // Told twice it is told once.
        prop_assert_eq!(&text, &decoded(&format!("{field}; charset={label}"), &body).text);
        // A byte order mark outranks what the field says.
        let marked = [b"\xef\xbb\xbf", "<p>ورق".as_bytes(), &body].concat();
        let marked = decoded(&field, &marked);
        prop_assert!(marked.text.starts_with("<p>ورق"), "{}", marked.text);
        prop_assert_eq!(marked.charset, "UTF-8");
    }

    #[test]
    fn a_declared_charset_gives_the_text_back(
        text in "[ -~]{0,20}([ء-ي]{0,9}|[א-ת]{0,9}|[а-я]{0,9}|[à-ü]{0,9}|[ก-ฮ]{0,9}|[あ-ん]{0,9}|[一-十]{0,9}|[가-각]{0,9})[ -~]{0,9}",
        charset in prop::sample::select(CHARSETS),
    ) {
        let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap();
        let page = format!("<!doctype html><title>{text}</title>");
        let (bytes, _, unwritable) = encoding.encode(&page);
        prop_assume!(!unwritable);
        // Bytes that are better UTF-8 than what they are declared as are read so, and it is noted.
        let back = decoded(&format!("text/html; charset={charset}"), &bytes);
        prop_assert!(back.text == page || !back.notes.is_empty(), "{}", back.text);
        let meta = format!("<!doctype html><meta charset=\"{charset}\"><title>{text}</title>");
        let (bytes, ..) = encoding.encode(&meta);
        let back = decoded("text/html", &bytes);
        prop_assert!(back.text == meta || !back.notes.is_empty(), "{}", back.text);
    }

    #[test]
    fn codings_come_off_again(body in like("body"), codings in prop::collection::vec(prop::sample::select(vec!["gzip", "zlib", "raw"]), 0..4)) {
        let bytes = codings.iter().fold(body.clone(), |bytes, coding| packed(coding, &bytes));
        let field: Vec<_> = codings.iter().map(|coding| if *coding == "gzip" { "X-Gzip" } else { "deflate" }).collect();
        let head = head(&[("Content-Encoding", &field.join(" ,"))]);
        prop_assert_eq!(decode::bytes(&head, &bytes), body);
    }

    #[test]
    fn what_came_before_a_cut_is_kept(text in "[a-z ]{100,400}", cut in any::<prop::sample::Index>()) {
        let whole = packed("gzip", text.as_bytes());
        let part = &whole[..cut.index(whole.len())];
        let out = decode::bytes(&head(&[("Content-Encoding", "gzip")]), part);
        // Where nothing could be decoded the bytes stand for themselves.
        prop_assert!(text.as_bytes().starts_with(&out) || out == part);
    }

    #[test]
    fn codings_that_lie_are_survived(body in like("coded"), codings in text_like("content-encoding")) {
        let out = decode::bytes(&head(&[("Content-Encoding", &codings)]), &body);
        prop_assert!(out.len() <= 16 << 20);
    }
}
