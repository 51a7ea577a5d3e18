//! Seeds: lists, sitemaps and feeds, hostile ones included.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::path::Path;

use proptest::prelude::*;
use url::Url;
use warraq::page::{Alternate, Link, LinkKind, PageKind, Place, Signal};
use warraq::seeds::discover::{self, Listing, MAX_ENTRIES};
use warraq::seeds::{MAX_BAD_LINES, Report, SeedsError, read, read_from};

fn list(bytes: &[u8]) -> (Vec<String>, Report) {
    let mut seeds = Vec::new();
    let report = read_from(Path::new("list.txt"), bytes, |lead| seeds.push(lead.found)).unwrap();
    (seeds, report)
}

fn base() -> Url {
    Url::parse("https://news.example/sitemap.xml").unwrap()
}

fn urls(listing: &Listing) -> Vec<&str> {
    listing.links.iter().map(|link| link.url.as_str()).collect()
}

fn repeat(times: u32, part: impl Fn(u32) -> String) -> String {
    (0..times).map(part).collect::<Vec<_>>().concat()
}

// Lists

#[test]
fn comments_blank_lines_and_line_ends() {
    let (seeds, report) = list(
        b"\xef\xbb\xbf# a list\r\n\r\n  https://news.example/ar/#top  # Arabic\r\n\t\nhttps://news.example/en/#a#b",
    );
    assert_eq!(seeds, ["https://news.example/ar/", "https://news.example/en/"]);
    assert_eq!((report.seeds, report.duplicates, report.bad), (2, 0, 0));
}

#[test]
fn arabic_addresses_are_seeds() {
    let (seeds, _) = list("https://news.example/ar/خبر".as_bytes());
    assert_eq!(seeds, ["https://news.example/ar/%D8%AE%D8%A8%D8%B1"]);
}

#[test]
fn duplicates_are_counted_once() {
    let (seeds, report) = list(
        b"https://news.example/\nHTTPS://NEWS.example:443/?utm_source=x\nhttps://news.example/",
    );
    assert_eq!((seeds.len(), report.duplicates), (1, 2));
}

#[test]
fn bad_lines_are_named_and_the_rest_is_read() {
    let mut text = b"https://a.example/\nnews.example/ar\nftp://b.example/\nhttps://c.example/ x\n\xff\xfe\nhttps://d.example/\nhttps://e.example/".to_vec();
    text.extend_from_slice(&[b'a'; 9_000]);
    let (seeds, report) = list(&text);
    assert_eq!(seeds, ["https://a.example/", "https://d.example/"]);
    let said: Vec<String> = report.bad_lines.iter().map(ToString::to_string).collect();
    assert_eq!(
        said[..4],
        [
            "list.txt:2: \"news.example/ar\" is not a URL (relative URL without a base); write it with its scheme, as in https://example.org/",
            "list.txt:3: \"ftp://b.example/\" has the scheme \"ftp\"; only http and https are fetched",
            "list.txt:4: more than one word; write one URL a line, a space in it as %20",
            "list.txt:5: the line is not UTF-8; save the list as UTF-8",
        ]
    );
    assert!(said[4].starts_with("list.txt:7: a URL of 9018 bytes"), "{}", said[4]);
    assert!(said[4].ends_with("leave it out or shorten it"));
}

#[test]
fn a_line_without_end_is_never_held_whole() {
    let mut text = vec![b'x'; 5 << 20];
    text.extend_from_slice(b"\nhttps://a.example/\n");
    let (seeds, report) = list(&text);
    assert_eq!(seeds, ["https://a.example/"]);
    assert_eq!((report.bad, report.bad_lines[0].line), (1, 1));
    let comment = format!("https://b.example/ # {}\n", "-".repeat(1 << 20));
    assert_eq!(list(comment.as_bytes()).0, ["https://b.example/"], "a long comment hurts nobody");
}

#[test]
fn a_million_lines() {
    let text = repeat(1_000_000, |n| format!("https://news.example/{n}\n"));
    let mut count = 0_u64;
    let report = read_from(Path::new("list.txt"), text.as_bytes(), |_| count += 1).unwrap();
    assert_eq!((count, report.seeds, report.bad), (1_000_000, 1_000_000, 0));
}

#[test]
fn bad_lines_kept_are_bounded() {
    let report = list("x\n".repeat(5_000).as_bytes()).1;
    assert_eq!((report.bad, report.bad_lines.len()), (5_000, MAX_BAD_LINES));
}

#[test]
fn what_cannot_be_read_is_an_error_with_its_path() {
    let error = read(Path::new("no/such/list.txt"), |_| ()).unwrap_err();
    assert!(error.to_string().starts_with("cannot read the seed list no/such/list.txt: "));
    let utf16 = read_from(Path::new("list.txt"), b"\xff\xfeh\0t\0".as_slice(), |_| ());
    assert!(matches!(utf16, Err(SeedsError::Utf16 { .. })));
}

#[test]
fn every_list_of_the_project_loads_without_a_warning() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let mut lists = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Job files are held against their own reader (tests/jobs.rs).
        if path.extension().unwrap() == "toml" {
            continue;
        }
        assert_eq!(path.extension().unwrap(), "txt", "{}", path.display());
        let report = read(&path, |_| ()).unwrap();
        assert_eq!(report.bad_lines, [], "{}", path.display());
        assert_eq!(report.duplicates, 0, "{}", path.display());
        assert!(report.seeds > 0, "{} is empty", path.display());
        lists += 1;
    }
    assert!(lists > 3);
}

// Sitemaps

const URLSET: &str = r#"<?xml version="1.0" encoding="windows-1256"?>
<!-- ours -->
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:h="http://www.w3.org/1999/xhtml"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url>
    <loc> https://news.example/ar/a?x=1&amp;y=&#50; </loc>
    <h:link rel="alternate" hreflang="en_US" href="/en/a?x=1&amp;y=2"/>
    <h:link rel="alternate" hreflang="x-default" href="https://news.example/ar/a"></h:link>
    <h:link rel="amphtml" hreflang="de" href="/amp"/>
    <image:image><image:loc>https://news.example/a.jpg</image:loc></image:image>
    <lastmod>not a date</lastmod>
  </url>
  <url><loc><![CDATA[https://news.example/ar/خبر]]></loc></url>
  <url><loc>mailto:desk@news.example</loc></url>
</urlset>"#;

#[test]
fn a_sitemap_with_alternates() {
    let listing = discover::sitemap(URLSET, &base());
    assert_eq!(
        urls(&listing),
        [
            "https://news.example/ar/a?x=1&y=2",
            "https://news.example/ar/%D8%AE%D8%A8%D8%B1",
            "https://news.example/en/a?x=1&y=2",
            "https://news.example/ar/a",
        ]
    );
    assert!(listing.links.iter().all(|link| link.kind == LinkKind::SitemapEntry));
    let [(page, alternates)] = listing.alternates.as_slice() else { unreachable!() };
    assert_eq!(page, "https://news.example/ar/a?x=1&y=2");
    let said: Vec<_> = alternates
        .iter()
        .map(|a| (a.url_raw.as_str(), a.lang.is_some(), a.lang_raw.as_str(), a.signal, a.place))
        .collect();
    assert_eq!(
        said,
        [
            ("/en/a?x=1&y=2", true, "en_US", Signal::Sitemap, Place::Sitemap),
            ("https://news.example/ar/a", false, "x-default", Signal::Sitemap, Place::Sitemap),
        ]
    );
    assert_eq!(listing.notes.len(), 1, "the entry that is no page: {:?}", listing.notes);
}

#[test]
fn a_sitemap_index_and_prefixes() {
    let text = "<s:sitemapindex xmlns:s='x'><s:sitemap><s:loc>/a.xml.gz</s:loc></s:sitemap></s:sitemapindex>";
    let listing = discover::sitemap(text, &base());
    let want = Link {
        url: "https://news.example/a.xml.gz".into(),
        kind: LinkKind::Sitemap,
        context: "sitemap/loc".into(),
    };
    assert_eq!(listing.links, [want]);
}

#[test]
fn a_sitemap_in_plain_text() {
    let listing = discover::sitemap(
        "\u{feff}https://news.example/a\r\n\r\nnot one\r\nhttps://news.example/b",
        &base(),
    );
    assert_eq!(urls(&listing), ["https://news.example/a", "https://news.example/b"]);
}

#[test]
fn broken_sitemaps_give_what_stands_before() {
    let cut = "<urlset><url><loc>https://news.example/a</loc></url><url><loc>https://news.exam";
    assert_eq!(urls(&discover::sitemap(cut, &base())), ["https://news.example/a"]);
    let open =
        "<urlset><url><loc>https://news.example/a</url><url><loc>/b & c</loc></url></urlset>";
    let listing = discover::sitemap(open, &base());
    assert_eq!(urls(&listing), ["https://news.example/a", "https://news.example/b%20&%20c"]);
    let markup = "<urlset><url><loc>/a</loc></url><url <<>";
    let listing = discover::sitemap(markup, &base());
    assert_eq!(urls(&listing)[..1], ["https://news.example/a"]);
}

#[test]
fn entities_are_not_expanded_and_no_file_is_read() {
    let mut text = "<!DOCTYPE urlset [<!ENTITY e0 'ha'>".to_owned();
    text += &repeat(39, |n| format!("<!ENTITY e{} '&e{n};&e{n};&e{n};'>", n + 1));
    text.push_str("<!ENTITY file SYSTEM 'file:///etc/passwd'>]><urlset>");
    text.push_str("<url><loc>https://news.example/&e39;&file;x</loc>");
    text.push_str("<link rel='alternate' hreflang='en' href='/&e39;'/></url></urlset>");
    assert_eq!(discover::kind("", &text), PageKind::Sitemap);
    let listing = discover::sitemap(&text, &base());
    assert_eq!(urls(&listing), ["https://news.example/x"]);
    assert!(listing.alternates.is_empty());
}

#[test]
fn sixty_thousand_entries_are_cut_at_the_limit_and_it_is_said() {
    let entries = repeat(60_000, |n| format!("<url><loc>https://news.example/{n}</loc></url>"));
    let listing = discover::sitemap(&format!("<urlset>{entries}</urlset>"), &base());
    assert_eq!(listing.links.len(), MAX_ENTRIES);
    let told = "only the first 50000 entries were read, 10000 are left out";
    assert_eq!((listing.notes, listing.defects), (vec![told.to_owned()], vec![discover::OVER]));
    let lines = repeat(60_000, |n| format!("https://news.example/{n}\n"));
    let listing = discover::sitemap(&lines, &base());
    assert_eq!((listing.links.len(), listing.notes), (MAX_ENTRIES, vec![told.to_owned()]));
}

#[test]
fn deep_nesting_overflows_no_stack() {
    let deep = format!("<urlset><url>{}<loc>https://news.example/a</loc>", "<a>".repeat(200_000));
    assert!(discover::sitemap(&deep, &base()).links.is_empty());
    let item = format!(
        "<rss version='2.0'><channel><item>{}</item></channel></rss>",
        "<a>".repeat(200_000)
    );
    let _ = discover::feed(&item, &base());
    let xhtml = format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>{}",
        "<div>".repeat(200_000)
    );
    let _ = discover::feed(&xhtml, &base());
}

// Feeds

#[test]
fn entries_of_feeds_declare_alternates() {
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><id>f</id><title>t</title>
        <link rel='alternate' hreflang='en' href='https://news.example/en/'/>
        <entry><id>1</id><title>x</title><link href='/ar/a'/>
          <link rel='alternate' hreflang='en' href='/en/a'/>
          <link rel='alternate' type='application/pdf' hreflang='fr' href='/fr/a.pdf'/>
          <link rel='enclosure' hreflang='de' href='/a.mp3'/>
          <content type='xhtml'><div><link rel='alternate' hreflang='tr' href='/tr/a'/></div></content>
        </entry>
        <entry><id>2</id><title>y</title><link rel='alternate' hreflang='ar' href='/ar/b'/>
          <link rel='alternate' hreflang='en' href='/en/b'></link></entry></feed>";
    let listing = discover::feed(atom, &base());
    let told = |listing: &discover::Listing| -> Vec<String> {
        let of = |(page, all): &(String, Vec<Alternate>)| {
            let all =
                all.iter().map(|one| format!("{} {} {}", one.lang_raw, one.signal.name(), one.url));
            format!("{page}: {}", all.collect::<Vec<_>>().join(", "))
        };
        listing.alternates.iter().map(of).collect()
    };
    let pair = |n| format!("https://news.example/ar/{n}: en feed https://news.example/en/{n}");
    assert_eq!(told(&listing), [pair('a'), pair('b')]);
    let urls: Vec<&str> = listing.links.iter().map(|link| link.url.as_str()).collect();
    assert_eq!(
        urls,
        ["/ar/a", "/ar/b", "/en/a", "/en/b"].map(|path| format!("https://news.example{path}"))
    );
    let rss = "<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel><title>t</title>
        <item><title>x</title><link><![CDATA[https://news.example/ar/a]]></link>
          <a:link rel='alternate' hreflang='en' href='/en/a?x=1&amp;y=2'/></item>
        <item><title>y</title><link>https://news.example/ar/b</link></item></channel></rss>";
    let listing = discover::feed(rss, &base());
    assert_eq!(
        told(&listing),
        ["https://news.example/ar/a: en feed https://news.example/en/a?x=1&y=2"]
    );
    assert!(told(&discover::feed("<feed><entry><link hreflang=", &base())).is_empty());
}

#[test]
fn rss_atom_and_json_feeds() {
    let rss = "<?xml version='1.0' encoding='windows-1256'?><rss version='2.0'><channel><title>أخبار</title>
        <item><title>خبر</title><link>https://news.example/ar/خبر</link></item>
        <item><guid>https://news.example/ar/b</guid></item>
        <item><title>no link</title></item></channel></rss>";
    let listing = discover::feed(rss, &base());
    let want = ["https://news.example/ar/%D8%AE%D8%A8%D8%B1", "https://news.example/ar/b"];
    assert_eq!(urls(&listing), want, "{:?}", listing.notes);
    assert_eq!(listing.notes.len(), 1);

    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='next' href='/feed?page=2'/>
        <entry><id>urn:1</id><link rel='enclosure' href='/a.mp3'/><link href='/a'/></entry></feed>";
    let listing = discover::feed(atom, &base());
    assert_eq!(urls(&listing), ["https://news.example/a", "https://news.example/feed?page=2"]);
    assert_eq!(listing.links[0].kind, LinkKind::FeedEntry);
    assert_eq!(listing.links[1].kind, LinkKind::Feed);

    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"t",
        "items":[{"id":"1","url":"https://news.example/a","content_text":"x"}]}"#;
    assert_eq!(urls(&discover::feed(json, &base())), ["https://news.example/a"]);
    assert_eq!(discover::feed("<rss><channel>", &base()).links, []);
    assert_eq!(discover::feed("nonsense", &base()).notes.len(), 1);
}

/// As many feeds are written: what is read of them, whole or cut anywhere, and that it is told.
#[test]
fn broken_feeds_give_what_can_be_read() {
    let item = |n: u32, inside: &str| {
        format!("<item><title>t</title>{inside}<link>https://news.example/{n}</link></item>")
    };
    let rss = |items: &str| {
        format!("<rss version='2.0'><channel><title>t</title>{items}</channel></rss>")
    };
    let page = |n: u32| format!("https://news.example/{n}");
    for inside in [
        "<description>Bread & butter</description>",
        "<description>a &nbsp; b &hellip; c</description>",
        "<description>one<br>two</description>",
        "<media:content url='/a?x=1&y=2'/>",
        "<description>a < b</description>",
        "<description>never ended",
    ] {
        let items: String = (0..3).map(|n| item(n, if n == 1 { inside } else { "" })).collect();
        let listing = discover::feed(&rss(&items), &base());
        assert_eq!(urls(&listing), (0..3).map(page).collect::<Vec<_>>(), "{inside}");
    }
    let bare = rss("<item><link>/a?x=1&y=2;z</link></item><item><guid>urn:1</guid></item>\
        <item><guid>https://news.example/b</guid><x>&</x></item>");
    let listing = discover::feed(&bare, &base());
    assert_eq!(urls(&listing), ["https://news.example/a?x=1&y=2;z", "https://news.example/b"]);
    assert_eq!(listing.defects, [discover::BROKEN]);
    assert_eq!(discover::feed(&rss(&item(1, "")), &base()).defects, [""; 0]);

    let whole = rss(&(0..3).map(|n| item(n, "")).collect::<String>());
    for end in 0..whole.len() {
        let cut = whole.get(..end).unwrap();
        let ended = (0..3).filter(|n| cut.contains(&format!("/{n}</link>"))).map(page);
        assert_eq!(urls(&discover::feed(cut, &base())), ended.collect::<Vec<_>>(), "{cut}");
    }
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>https://news.example/id</id>
        <link rel='self' href='/self'/><link href='/a?x=1&y=2'/><title>a & b</title></entry>
        <entry><id>https://news.example/b</id><title>&undefined;</title></entry><entry><link href='/cut";
    let want = ["https://news.example/a?x=1&y=2", "https://news.example/b"];
    assert_eq!(urls(&discover::feed(atom, &base())), want);
}

#[test]
fn a_bare_ampersand_in_an_alternate_of_a_sitemap_is_one() {
    let text = "<urlset xmlns:x='http://www.w3.org/1999/xhtml'><url><loc>/a?x=1&y=2</loc>
        <x:link rel='alternate' hreflang='en' href='/en?x=1&y=2&amp;z=&#51;'/>
        <x:link rel='alternate' hreflang='fr' href='/fr?x=1&y=&unknown;'/></url></urlset>";
    let listing = discover::sitemap(text, &base());
    assert_eq!(listing.links[0].url, "https://news.example/a?x=1&y=2");
    let alternates: Vec<&str> =
        listing.alternates[0].1.iter().map(|alternate| alternate.url.as_str()).collect();
    assert_eq!(alternates, ["https://news.example/en?x=1&y=2&z=3"]);
}

#[test]
fn kinds_are_told_by_the_root() {
    let cases = [
        ("text/xml", URLSET, PageKind::Sitemap),
        ("text/html", "<?xml version='1.0'?><x:sitemapindex>", PageKind::Sitemap),
        ("application/xml", "<rss version='2.0'>", PageKind::Feed),
        ("text/html", "\u{feff} <feed xmlns='http://www.w3.org/2005/Atom'>", PageKind::Feed),
        ("text/xml", "<rdf:RDF xmlns:rdf='x'>", PageKind::Feed),
        ("application/feed+json", "{}", PageKind::Feed),
        ("application/json", "{\"version\": \"https://jsonfeed.org/version/1\"}", PageKind::Feed),
        ("application/json", "{\"version\": 1}", PageKind::Other),
        ("text/plain", "https://news.example/a\n\nhttps://news.example/b\n", PageKind::Sitemap),
        ("text/plain", "https://news.example/a is a page\n", PageKind::Other),
        ("text/html", "<!doctype html><html><body><urlset>", PageKind::Other),
        ("text/xml", "<!DOCTYPE urlset [<!ENTITY a '>'>]><urlset>", PageKind::Sitemap),
        ("text/xml", "<!-- <rss> --><?x y?><urlset/>", PageKind::Sitemap),
        ("", "", PageKind::Other),
        ("", "<", PageKind::Other),
    ];
    for (media_type, text, want) in cases {
        assert_eq!(discover::kind(media_type, text), want, "{media_type} {text:.40}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,300}", media_type in "[a-z/+]{0,20}") {
        let _ = discover::kind(&media_type, &text);
        let _ = discover::sitemap(&text, &base());
        let _ = discover::feed(&text, &base());
    }

    #[test]
    fn any_markup_is_read(parts in proptest::collection::vec(
        "(<urlset>|<url>|<loc>|</loc>|</url>|/a|https://b\\.example/|&amp;|&x;|&#0;|&#x110000;|<!\\[CDATA\\[|\\]\\]>|<!--|-->|<link hreflang='en' href='/c'/>|<rss version='2.0'><channel>|<item>|<link>|</link>|</item>|<feed xmlns='http://www.w3.org/2005/Atom'>|<entry>)",
        0..40,
    )) {
        let text = parts.concat();
        let _ = discover::kind("", &text);
        let listing = discover::sitemap(&text, &base());
        prop_assert!(listing.links.iter().all(|link| Url::parse(&link.url).is_ok()));
        let _ = discover::feed(&text, &base());
    }
}

#[test]
fn a_page_a_sitemap_names_for_everybody_else_alone_is_followed_as_in_a_head() {
    let entry = |default: &str| {
        let text = format!(
            "<urlset xmlns:x='http://www.w3.org/1999/xhtml'><url><loc>https://news.example/ar/a</loc>\
             <x:link rel='alternate' hreflang='ar' href='/ar/a'/>\
             <x:link rel='alternate' hreflang='fr' href='/fr/a'/>\
             <x:link rel='alternate' hreflang='x-default' href='{default}'/>\
             <x:link rel='alternate' hreflang='und' href='/zz/a'/></url></urlset>"
        );
        let url = Url::parse("https://news.example/sitemap.xml").unwrap();
        let head =
            warraq::head::Head::parse(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n");
        let page = warraq::page::read(warraq::page::Source {
            url: &url,
            head: &head,
            entity: text.as_bytes(),
        });
        let said = |one: &Alternate| (one.url_raw.clone(), one.signal);
        page.alternates.iter().map(said).collect::<Vec<_>>()
    };
    let told = |raw: &str, signal| (raw.to_owned(), signal);
    let named = [told("/ar/a", Signal::Sitemap), told("/fr/a", Signal::Sitemap)];
    let all: Vec<_> = named.iter().cloned().chain([told("/a", Signal::XDefault)]).collect();
    assert_eq!(entry("/a"), all);
    for known in ["/ar/a", "https://news.example/fr/a?utm_source=x", "/", "/en/"] {
        assert_eq!(entry(known), named, "{known}");
    }
}
