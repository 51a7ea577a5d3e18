//! HTTP heads, and the fields of them that are read: `Retry-After`, `Link`, `Set-Cookie`.

use std::time::Duration;

use proptest::prelude::*;
use url::Url;
use warraq::capture::cookies::Jar;
use warraq::head::{Field, Head, Length, MAX_FIELDS};
use warraq::moment::Moment;
use warraq::page::{self, Source};
use warraq::politeness::backoff::retry_after;

use super::config;
use super::input::{head, like, text_like};

fn now() -> Moment {
    Moment::from_millis(1_795_339_800_000)
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// The URLs of the alternates that a page with this `Link` field has.
fn alternates(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let here = url("https://news.example/en/story");
    let head = head(&[&[("Content-Type", "text/html")], fields].concat());
    let page = page::read(Source { url: &here, head: &head, entity: b"<p>x" });
    for link in &page.links {
        let url = Url::parse(&link.url).expect("links are absolute");
        assert!(matches!(url.scheme(), "http" | "https"), "{url}");
    }
    let found = page.alternates.into_iter();
    found.map(|a| (a.url, a.lang.map(|lang| lang.to_string()).unwrap_or_default())).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_head_is_read_the_same_with_either_line_end(bytes in like("head")) {
        let head = Head::parse(&bytes);
        prop_assert!(head.fields.len() <= MAX_FIELDS);
        let held: usize = head.fields.iter().map(|f| f.name.len() + f.value.len()).sum();
        prop_assert!(held + head.start.len() <= bytes.len());
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        let bare: Vec<_> = lines.iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
        // One CR belongs to the line end; a second would, too, were the first one gone.
        prop_assume!(bare.iter().all(|line| !line.ends_with(b"\r")));
        prop_assert_eq!(&head, &Head::parse(&bare.join(b"\n".as_slice())));
        prop_assert_eq!(&head, &Head::parse(&bare.join(b"\r\n".as_slice())));
    }

    #[test]
    fn a_head_written_again_is_the_same(bytes in like("head")) {
        let head = Head::parse(&bytes);
        prop_assume!(!head.start.is_empty());
        let mut written = head.start.clone();
        for field in &head.fields {
            let name = if field.name.is_empty() { b"".as_slice() } else { b": " };
            written.extend([b"\r\n", field.name.as_slice(), name, &field.value].concat());
        }
        written.extend_from_slice(b"\r\n\r\nbody: x");
        // What is no field cannot always be written again: a fold may have brought it a colon.
        prop_assume!(head.fields.iter().all(|f| !f.name.is_empty() || !f.value.contains(&b':')));
        prop_assert_eq!(&Head::parse(&written), &head);
        prop_assert!(head.status().is_none_or(|status| (100..=999).contains(&status)));
        let lengths = head.all("content-length").join(",");
        if let Length::Bytes(bytes) = head.content_length() {
            prop_assert!(lengths.split(',').all(|said| said.trim().parse() == Ok(bytes)), "{}", lengths);
        }
        prop_assert_eq!(head.content_length() == Length::Absent, head.all("content-length").is_empty());
    }

    #[test]
    fn retry_after_is_a_wait_or_nothing(value in text_like("retry-after")) {
        let wait = retry_after(&value, now());
        if let (Ok(seconds), false) = (value.trim().parse::<u64>(), value.trim().starts_with('+')) {
            prop_assert!(wait == Some(Duration::from_secs(seconds)) || value.trim().len() > 64);
        }
        prop_assert_eq!(retry_after(&format!(" {value}\t"), now()), wait);
    }

    #[test]
    fn retry_after_reads_every_date(seconds in 0..4_000_000_000_i64) {
        let date = jiff::Timestamp::from_second(seconds).unwrap();
        let wait = Some(Moment::from_millis(seconds * 1_000).since(now()));
        let forms = ["%a, %d %b %Y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
        for form in forms {
            let text = date.strftime(form).to_string();
            prop_assert_eq!(retry_after(&text, now()), wait, "{}", text);
        }
    }

    #[test]
    fn a_link_field_leads_to_urls_only(value in text_like("link")) {
        let whole = alternates(&[("Link", &value)]);
        for (url, _) in &whole {
            prop_assert!(Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")));
        }
        prop_assert!(whole.len() <= 500);
    }

    #[test]
    fn links_are_found_in_one_field_or_in_many(
        links in prop::collection::vec(("[0-9,;]{1,6}", prop::sample::select(vec!["ar", "fr", "de", "ja", "ur"])), 0..5),
        quoted in any::<bool>(),
    ) {
        let mut want = Vec::new();
        let values: Vec<String> = links.iter().enumerate().map(|(n, (path, lang))| {
            want.push((format!("https://news.example/{lang}/story-{n}-{path}"), (*lang).to_owned()));
            let quote = if quoted { "\"" } else { "" };
            format!("</{lang}/story-{n}-{path}>; title=\"a, <b>; c\"; rel={quote}alternate{quote}; hreflang={quote}{lang}{quote}")
        }).collect();
        let one = alternates(&[("Link", &values.join(", "))]);
        let many: Vec<_> = values.iter().map(|value| ("lINK", value.as_str())).collect();
        prop_assert_eq!(&one, &alternates(&many));
        let mut found = one;
        found.sort();
        want.sort();
        prop_assert_eq!(found, want);
    }

    #[test]
    fn a_cookie_never_leaves_its_domain_nor_its_line(value in like("set-cookie"), https in any::<bool>()) {
        let jar = Jar::default();
        let from = url(if https { "https://a.news.example/x/y" } else { "http://a.news.example/x/y" });
        let field = Field { name: b"Set-Cookie".to_vec(), value };
        let answer = Head { start: b"HTTP/1.1 200 OK".to_vec(), fields: vec![field] };
        jar.learn(&from, &answer, now());
        for to in ["https://a.news.example/x/y", "https://b.news.example/", "http://news.example/x/z"] {
            let Some(field) = jar.field(&url(to), now()) else { continue };
            prop_assert!(field.len() <= 6 << 10 && !field.contains(|c: char| c.is_control() && c != '\t'));
            prop_assert!(!field.contains(';'), "{}", field);
        }
        for to in ["https://news.other/x/y", "https://example/x/y", "https://anews.example/x/y", "https://a.news.example:8443/x/y"] {
            prop_assert_eq!(jar.field(&url(to), now()), None, "{}", to);
        }
    }
}
