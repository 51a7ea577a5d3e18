//! Sitemaps and feeds that are large or broken, and links that are no URL (faults 7, 17, 58).

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::run::Crawl;
use super::web::{Web, page, reply};

/// A sitemap whose last entry stands behind so many bytes.
fn sitemap(bytes: usize) -> Vec<u8> {
    let mut text = "<urlset><url><loc>http://a.test/first</loc></url>".to_owned();
    // Further apart than a window of gzip, so that its ratio is no bomb's.
    let noise = (0..4_096_u64).map(|n| format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let noise: String = noise.collect();
    while text.len() < bytes {
        text.extend(["<!-- ", &noise, " -->"]);
    }
    text.push_str("<url><loc>http://a.test/last</loc></url></urlset>");
    text.into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// What the report counts as wrong, by its words.
fn defects(crawl: &Crawl) -> BTreeMap<String, u64> {
    let stats = &crawl.summary()["stats"];
    let rows = stats["defects"].as_array().unwrap().iter();
    rows.map(|row| (row["defect"].as_str().unwrap().to_owned(), row["count"].as_u64().unwrap()))
        .collect()
}

/// One crawl with a sitemap for its seed: how its entries ended, and what was wrong.
fn listed(
    name: &'static str,
    fields: &'static [&'static str],
    body: Vec<u8>,
) -> (Crawl, [String; 2]) {
    let web = Web::new(move |asked| {
        Some(match asked.path.as_str() {
            path if path == name => reply(200, fields, &body),
            path @ ("/first" | "/last") => page(&format!("<title>{path}</title>")),
            _ => return None,
        })
    });
    let crawl = Crawl::of(&web);
    let seed = format!("http://a.test{name}");
    let run = crawl.run(&[&seed, "--total-timeout", "60s", "--idle-timeout", "20s"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    crawl.adds_up();
    let ends = ["first", "last"].map(|at| crawl.end(&format!("http://a.test/{at}")));
    (crawl, ends)
}

#[test]
fn a_large_sitemap_is_read_whole_however_it_comes() {
    let text = sitemap(20 << 20);
    let packed = gzip(&text);
    let both = ["captured 200"; 2];
    for (name, fields, body) in [
        ("/s.xml", &["Content-Type: application/xml"][..], &text),
        ("/s.xml", &["Content-Type: text/xml", "Content-Encoding: gzip"], &packed),
        ("/s.xml.gz", &["Content-Type: application/x-gzip"], &packed),
    ] {
        let (crawl, ends) = listed(name, fields, body.clone());
        assert_eq!(ends, both, "{fields:?}");
        assert_eq!(defects(&crawl), BTreeMap::new(), "{fields:?}");
    }
}

#[test]
fn what_lies_behind_the_limit_of_a_sitemap_is_told() {
    let text = sitemap(51 << 20);
    let packed = gzip(&text);
    let only_first = ["captured 200".to_owned(), String::new()];
    for (name, fields, body) in [
        ("/s.xml", &["Content-Type: application/xml"][..], &text),
        ("/s.xml", &["Content-Type: text/xml", "Content-Encoding: gzip"], &packed),
        ("/s.xml.gz", &["Content-Type: application/x-gzip"], &packed),
    ] {
        let (crawl, ends) = listed(name, fields, body.clone());
        assert_eq!(ends, only_first, "{fields:?}");
        assert!(!defects(&crawl).is_empty(), "{fields:?}");
    }
}

#[test]
fn a_broken_feed_is_read_and_told() {
    let feed = "<rss version='2.0'><channel><title>Bread & butter</title>\
        <item><link>http://a.test/first</link></item><item><link>http://a.test/last</link></item>\
        <item><link>http://a.te";
    let (crawl, ends) = listed("/feed", &["Content-Type: application/rss+xml"], feed.into());
    assert_eq!(ends, ["captured 200"; 2]);
    let told = "a feed or sitemap that is broken: read as far as it goes".to_owned();
    assert_eq!(defects(&crawl), BTreeMap::from([(told, 1)]));
}

#[test]
fn links_that_are_no_url_end_by_their_rule() {
    let long = format!("/{}", "x".repeat(9_000));
    let body = format!(
        "<title>t</title><a href='mailto:desk@a.test'>m</a><a href='javascript:void(0)'>j</a>\
         <a href='http://['>n</a><a href='http://user:secret@[x'>s</a><a href='{long}'>l</a>\
         <a href='FTP://a.test/f'>m</a><a href='ftp://a.test/f'>m</a><a href='ftp://a.test/f'>again</a><img src='ftp://a.test/i'>\
         <a href='#top'>t</a><a href='/p'>p</a><a href='http://b.test/'>b</a>"
    );
    let web = Web::new(move |asked| match asked.path.as_str() {
        "/" => Some(page(&body)),
        "/p" => Some(page("<title>p</title><a href='ftp://a.test/f'>m</a>")),
        _ => None,
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/", "--depth", "1"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    for end in crawl.ends().values().filter(|end| end.starts_with("refused")) {
        *refused.entry(end.clone()).or_default() += 1;
    }
    let want = [("not-a-url", 2), ("off-scope", 1), ("scheme", 2), ("url-length", 1)];
    let want = want.map(|(rule, count)| (format!("refused {rule}"), count));
    assert_eq!(refused, BTreeMap::from(want));
    assert!(!crawl.told(&run).contains("secret"));
    assert_eq!(crawl.summary()["stats"]["left_out"], 6);
    crawl.adds_up();
}
