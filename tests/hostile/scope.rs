//! Traps, floods of alternates, odd seeds, and text that attacks whoever reads it (faults 1-7, 79, 80).

use super::run::Crawl;
use super::web::{Step, Web, head, page, reply};

#[test]
fn traps_are_refused_each_with_its_rule() {
    let long = format!("/{}", "x".repeat(9_000));
    let links = [
        "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u",
        "/css/css/css/css/x",
        "/logout",
        "/?action=delete&id=1",
        "/film.mp4",
        &long,
        "ftp://a.test/x",
        "mailto:x@y.z",
        "http://other.test/",
    ];
    let body: String = links.iter().map(|to| format!("<a href=\"{to}\">x</a>")).collect();
    let web = Web::new(move |asked| match asked.path.as_str() {
        "/" => Some(page(&body)),
        _ => None,
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/", "--depth", "3"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mut rules: Vec<_> =
        crawl.ends().into_values().filter(|end| end.starts_with("refused")).collect();
    rules.sort_unstable();
    let want = [
        "acting-link",
        "acting-link",
        "file-type",
        "off-scope",
        "path-segments",
        "repeated-segment",
        "scheme",
        "url-length",
    ];
    assert_eq!(rules, want.map(|rule| format!("refused {rule}")));
    crawl.adds_up();
    assert_eq!(web.asked().len(), 2, "{:?}", web.asked());
}

#[test]
fn a_web_without_end_is_left_when_told() {
    let web = Web::new(|asked| match asked.path.as_str() {
        "/robots.txt" => None,
        path => Some(page(&format!(
            "<title>{path}</title><a href=\"{path}1\">a</a><a href=\"{path}2?sid={}\">b</a>",
            asked.before
        ))),
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/day", "--depth", "99", "--max-pages", "25"]);
    assert_eq!(run.code, Some(14), "{}", run.stderr);
    assert_eq!(
        crawl
            .records()
            .iter()
            .filter(|entry| entry.kind.to_string() == "response"
                && !entry.target_uri().unwrap().ends_with("robots.txt"))
            .count(),
        25
    );
    let run = crawl.run(&["--depth", "99", "--max-pages", "5"]);
    assert_eq!(run.code, Some(14), "{}", run.stderr);
    assert_eq!(web.asked().len(), 31, "30 pages, robots.txt once");
}

#[test]
fn alternates_by_the_thousand_are_bounded() {
    let web = Web::new(|asked| match asked.path.as_str() {
        "/robots.txt" => None,
        "/head" => {
            let links: String = (0..5_000)
                .map(|at| format!("<link rel=alternate hreflang=\"x{at:04}\" href=/v{at}>"))
                .collect();
            Some(page(&format!("<html lang=en><head>{links}</head><title>t</title>")))
        }
        "/field" => {
            let one: String = (0..2_000)
                .map(|at| format!("</w{at}>; rel=\"alternate\"; hreflang=\"fr\", "))
                .collect();
            let field = format!("Link: {one}</last>; rel=alternate; hreflang=de");
            Some(reply(200, &["Content-Type: text/html", &field], b"<title>t</title>"))
        }
        "/control" => {
            let mut bytes =
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n".to_vec();
            bytes.extend_from_slice(
                b"Link: </\x01\xff\x1b[2J>; rel=alternate; hreflang=\"\x1b]0;x\x07\"\r\n",
            );
            bytes.extend_from_slice(b"Link: <\r\nLink: >;;;,,,\"\r\nLink: </ok>; rel=\"alternate\"; hreflang=fr\r\n\r\npage");
            Some(vec![Step::Send(bytes)])
        }
        path => Some(page(&format!("<html lang=fr><title>{path}</title>"))),
    });
    let crawl = Crawl::of(&web);
    let seeds = ["http://a.test/head", "http://a.test/field", "http://a.test/control"];
    let run = crawl.run(&seeds);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(web.asked().len() < 100, "{}", web.asked().len());
    assert_eq!(crawl.end("http://a.test/ok"), "captured 200", "{:?}", crawl.ends());
    assert!(!crawl.told(&run).contains(['\x1b', '\x07', '\x01']));
}

#[test]
fn a_hundred_languages_are_one_group() {
    let languages = ["ar", "de", "en", "es", "fa", "fr", "ja", "pt", "ru", "zh"];
    let regions = ["US", "GB", "FR", "DE", "EG", "SY", "BR", "CN", "JP", "RU"];
    let tags: Vec<String> = languages
        .iter()
        .flat_map(|lang| regions.iter().map(move |region| format!("{lang}-{region}")))
        .collect();
    let links: String = tags
        .iter()
        .map(|tag| format!("<link rel=alternate hreflang={tag} href=/{tag}/story>"))
        .collect();
    let web = Web::new(move |asked| match asked.path.as_str() {
        "/robots.txt" => None,
        path => Some(page(&format!(
            "<html lang={}><head>{links}</head><title>{path}</title><p>text",
            &path[1..6]
        ))),
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/ar-SY/story", "--per-host", "8"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let limited =
        crawl.ends().into_values().filter(|end| end == "refused alternates-per-page").count();
    assert_eq!(web.asked().len() - 1 + limited, 100, "{:?}", crawl.ends());
}

#[test]
fn alternates_stay_where_they_are_told_to() {
    let web = Web::new(|asked| match (asked.host.as_str(), asked.path.as_str()) {
        (_, "/robots.txt") => None,
        ("www.news.test", "/ar/story") => Some(page(
            "<html lang=ar><head><link rel=alternate hreflang=en href=http://www.news.test/en/story>\
             <link rel=alternate hreflang=fr href=http://fr.news.test/fr/story>\
             <link rel=alternate hreflang=de href=http://other.test/de/story></head><title>t</title>",
        )),
        _ => Some(page(&format!("<title>{}</title>", asked.path))),
    });
    for (scope, hosts) in [("same-host", 1), ("same-domain", 2), ("declared", 3)] {
        let crawl = Crawl::of(&web);
        let run = crawl.run(&["http://www.news.test/ar/story", "--alternates-scope", scope]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let mut reached: Vec<String> = crawl
            .ends()
            .into_iter()
            .filter(|(url, end)| end.ends_with(" 200") && !url.ends_with("robots.txt"))
            .map(|(url, _)| url)
            .collect();
        reached.sort_unstable();
        assert_eq!(reached.len(), hosts + 1, "{scope}: {reached:?}");
    }
    let crawl = Crawl::of(&web);
    crawl.run(&["http://www.news.test/ar/story", "--languages", "ar,fr"]);
    assert_eq!(crawl.end("http://www.news.test/en/story"), "refused language");
    assert!(crawl.end("http://fr.news.test/fr/story").ends_with(" 200"));
}

#[test]
fn nothing_from_the_web_reaches_a_terminal_raw() {
    let title = "\u{1b}[2J\u{1b}]0;owned\u{7}a\u{202e}b\u{2066}c\r\nWARC-Type: response\n";
    let body = format!(
        "<html lang=en><title>{title}</title><meta name=author content=\"{title}\"><article><h1>{title}</h1><p class=byline>By {title}</p><p>{}</p></article><a href=\"/%0d%0aSet-Cookie:x\">x</a><a href=\"/\u{1b}[31m\u{202e}\">y</a>",
        "word and word. ".repeat(100)
    );
    let web = Web::new(move |asked| match asked.path.as_str() {
        "/robots.txt" => None,
        _ => Some(page(&body)),
    });
    let crawl = Crawl::of(&web);
    for args in [vec!["http://a.test/", "--depth", "1"], vec!["--depth", "1", "--json"]] {
        let run = crawl.run(&args);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let told = crawl.told(&run);
        let bad: Vec<char> = told
            .chars()
            .filter(|c| {
                (c.is_control() && *c != '\n')
                    || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            })
            .collect();
        let lines = run
            .stderr
            .chars()
            .filter(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
            .count();
        assert_eq!(lines, 0);
        assert!(!told.chars().any(|c| c.is_control() && c != '\n'), "{bad:?}");
    }
    for entry in crawl.records() {
        let uri = entry.target_uri().unwrap_or_default();
        assert!(uri.is_ascii() && !uri.contains(char::is_whitespace), "{uri:?}");
    }
    for command in ["info", "text"] {
        let mut shown = std::process::Command::new(env!("CARGO_BIN_EXE_warraq"));
        shown.arg(command).arg(crawl.path());
        let shown = super::run::watched(shown);
        assert_eq!(shown.code, Some(0));
        assert!(!shown.stdout.chars().any(|c| c.is_control() && c != '\n'), "{command}");
    }
}

#[test]
fn seeds_of_every_kind_have_an_end() {
    let web = Web::new(|asked| {
        let typed = |kind: &str, body: &[u8]| reply(200, &[&format!("Content-Type: {kind}")], body);
        let map = "<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc>http://a.test/from-map</loc></url><url><loc>http://other.test/no</loc></url></urlset>";
        Some(match asked.path.as_str() {
            "/robots.txt" => return None,
            "/a.pdf" => typed("application/pdf", b"%PDF-1.7 \0\xff"),
            "/pic" => typed("image/png", b"\x89PNG\r\n\x1a\n"),
            "/blank" => reply(200, &[], b""),
            "/none" => vec![Step::Send(head::<&str>(204, &[]))],
            "/gone" => reply(410, &[], b"gone"),
            "/map.xml" => typed("application/xml", map.as_bytes()),
            "/map.xml.gz" => {
                let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                std::io::Write::write_all(&mut out, map.replace("from-map", "from-gz").as_bytes()).unwrap();
                typed("application/gzip", &out.finish().unwrap())
            }
            "/index.xml" => typed("text/xml", b"<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><sitemap><loc>http://a.test/map.xml</loc></sitemap><sitemap><loc>http://a.test/index.xml</loc></sitemap></sitemapindex>"),
            "/bomb.xml" => typed("text/xml", b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc>http://a.test/&b;&f;</loc></url></urlset>"),
            "/rss" => typed("application/rss+xml", b"<rss version=\"2.0\"><channel><title>t</title><item><title>i</title><link>http://a.test/from-rss</link></item></channel></rss>"),
            "/atom" => typed("application/atom+xml", b"<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title><id>x</id><updated>2026-01-01T00:00:00Z</updated><entry><title>e</title><id>y</id><updated>2026-01-01T00:00:00Z</updated><link href=\"http://a.test/from-atom\"/></entry></feed>"),
            path if path.starts_with("/from") => page(&format!("<title>{path}</title>")),
            _ => return None,
        })
    });
    let crawl = Crawl::of(&web);
    let names = [
        "a.pdf",
        "pic",
        "blank",
        "none",
        "missing",
        "gone",
        "map.xml",
        "map.xml.gz",
        "index.xml",
        "bomb.xml",
        "rss",
        "atom",
    ];
    let seeds: Vec<String> = names.iter().map(|name| format!("http://a.test/{name}")).collect();
    let run = crawl.run(&seeds.iter().map(String::as_str).collect::<Vec<_>>());
    let ends = crawl.ends();
    for seed in &seeds {
        assert!(ends.contains_key(seed), "{seed}: {}", run.stderr);
    }
    for found in ["from-map", "from-gz", "from-rss", "from-atom"] {
        assert_eq!(crawl.end(&format!("http://a.test/{found}")), "captured 200", "{found}");
    }
    assert!(!crawl.told(&run).contains("root:"));
}

#[test]
fn spellings_of_one_url_are_one_visit() {
    let web = Web::new(|asked| (asked.path != "/robots.txt").then(|| page("<title>One</title>")));
    let crawl = Crawl::of(&web);
    let run = crawl.run(&[
        "http://a.test/%d9%81",
        "HTTP://A.test:80/%D9%81#x",
        "http://a.test/x/../%D9%81",
        "http://a.test/\u{641}",
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(web.asked().len(), 2, "{:?}", web.asked());
}
