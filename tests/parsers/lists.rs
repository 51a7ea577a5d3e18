//! What lists URLs: sitemaps, feeds, seed lists.

use std::path::Path;

use proptest::prelude::*;
use url::Url;
use warraq::page::{LinkKind, PageKind};
use warraq::seeds::discover::{self, Listing, MAX_ENTRIES};

use super::config;
use super::input::{like, text_like};

fn base() -> Url {
    Url::parse("https://news.example/list.xml").unwrap()
}

fn leads_to_urls(listing: &Listing) -> bool {
    let is_url = |text: &str| {
        Url::parse(text)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.username().is_empty())
    };
    let said = listing.alternates.iter().flat_map(|(_, alternates)| alternates);
    listing.links.len() <= MAX_ENTRIES
        && listing.notes.len() <= 20
        && listing.links.iter().all(|link| is_url(&link.url))
        && said.clone().all(|alternate| is_url(&alternate.url))
}

fn entries(listing: &Listing, kind: LinkKind) -> Vec<&str> {
    let of = listing.links.iter().filter(|link| link.kind == kind);
    of.map(|link| link.url.as_str()).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_sitemap_lists_urls_only(text in text_like("sitemap")) {
        let listing = discover::sitemap(&text, &base());
        prop_assert!(leads_to_urls(&listing), "{:?}", listing);
        // A comment between two tags says nothing.
        let commented = text.replace("</url>", "</url><!-- <loc>/no</loc> -->");
        prop_assume!(!text.contains("<!") && !text.contains("<?"));
        prop_assert_eq!(discover::sitemap(&commented, &base()).links, listing.links);
    }

    #[test]
    fn a_feed_lists_urls_only(text in text_like("feed")) {
        prop_assert!(leads_to_urls(&discover::feed(&text, &base())));
    }

    #[test]
    fn what_is_listed_is_found(paths in prop::collection::vec("/[a-zA-Z0-9&=?%+*']{0,12}", 0..12)) {
        let mut want: Vec<String> = paths.iter().enumerate()
            .map(|(n, path)| base().join(&format!("/{n}{path}")).unwrap().into()).collect();
        let escaped: Vec<String> = want.iter().map(|url| url.replace('&', "&amp;").replace('\'', "&#39;")).collect();
        let map: String = escaped.iter().map(|url| format!("<url>\n <loc> {url} </loc></url>")).collect();
        let map = format!("<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{map}</urlset>");
        prop_assert_eq!(discover::kind("text/plain", &map), PageKind::Sitemap);
        let map = discover::sitemap(&map, &base());
        prop_assert_eq!(entries(&map, LinkKind::SitemapEntry), want.clone());
        let items: String = escaped.iter().map(|url| format!("<item><title>t</title><link>{url}</link></item>")).collect();
        let feed = format!("<rss version='2.0'><channel><title>t</title><link>https://news.example/</link><description/>{items}</channel></rss>");
        prop_assert_eq!(discover::kind("text/html", &feed), PageKind::Feed);
        let feed = discover::feed(&feed, &base());
        let mut found = entries(&feed, LinkKind::FeedEntry);
        found.sort_unstable();
        want.sort();
        prop_assert_eq!(found, want);
    }

    #[test]
    fn any_text_is_of_some_kind(media_type in text_like("content-type"), text in text_like("feed")) {
        let kind = discover::kind(&media_type, &text);
        let marked = format!("\u{feff}\n {text}");
        prop_assert_eq!(discover::kind(&media_type, &marked), kind);
    }

    #[test]
    fn a_seed_list_is_read_the_same_with_either_line_end(bytes in like("seeds")) {
        let read = |bytes: &[u8]| {
            let mut found = Vec::new();
            let report = warraq::seeds::read_from(Path::new("list"), bytes, |lead| found.push(lead.found));
            report.map(|report| (found, report.seeds, report.duplicates, report.bad)).ok()
        };
        let plain = read(&bytes);
        // UTF-16 is told as such.
        prop_assert_eq!(plain.is_none(), bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff"));
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
        prop_assert_eq!(&read(&lines.join(b"\r\n".as_slice())), &plain);
        prop_assert_eq!(&read(&[&lines.join(b"\n".as_slice())[..], b"\n# the end"].concat()), &plain);
    }
}
