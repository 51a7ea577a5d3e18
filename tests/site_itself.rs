//! The bundled site answers as it says: read over raw TCP and with plain string search, so that
//! what other tests take for the truth is checked by something that is not the crawler.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: a broken fixture must fail loudly"
)]

#[path = "site/mod.rs"]
mod site;

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use site::articles::{ARTICLES, Declared};
use site::bulk::Bulk;
use site::client::{get, get_with, head_alternates, hrefs, http_alternates, request};
use site::web::Role;
use site::{Options, Site, arrivals, canonical, layout};

#[test]
fn every_resource_answers_with_the_bytes_it_says() {
    let site = Site::start();
    let expected = site.expected();
    for url in expected.captured(9).iter().chain(&expected.robots).chain(&expected.on_request) {
        let reply = get(&site, url);
        let resource = expected.resource(url).unwrap();
        assert_eq!(reply.bytes, resource.answers[0].bytes(), "{url}");
        assert_eq!(site.sent(url), vec![reply.bytes], "{url}");
    }
}

#[test]
fn every_article_can_be_read_back() {
    let site = Site::start();
    for told in &site.expected().articles {
        let reply = get(&site, &told.url);
        assert_eq!(reply.status(), 200, "{}", told.url);
        let text = reply.text();
        for words in told.paragraphs.iter().chain([&told.title, &told.author, &told.date]) {
            assert!(text.contains(words), "{}: {words}", told.url);
        }
        for words in &told.never {
            let body = told.paragraphs.join("\n");
            assert!(!body.contains(words), "{}: {words} stands in the body", told.url);
        }
        assert!(told.paragraphs[0].starts_with(told.first_sentence()));
        assert!(told.paragraphs[told.paragraphs.len() - 1].ends_with(told.last_sentence()));
        let letters: usize = told.paragraphs.iter().map(|text| text.chars().count()).sum();
        assert!(letters >= 250, "{} is too short to be judged", told.url);
    }
}

#[test]
fn the_seed_is_the_article_that_started_it_all() {
    let site = Site::start();
    let expected = site.expected();
    let seed = expected.articles.iter().find(|told| told.url == site.seed_url()).unwrap();
    let letters: usize = seed.paragraphs.iter().map(|text| text.chars().count()).sum();
    assert!(seed.paragraphs.len() >= 6 && letters >= 900);
    let html = get(&site, &seed.url).text();
    assert!(html.contains("class=\"wpml-ls-statics-post_translations wpml-ls"));
    assert!(html.contains(layout::NOTICE) && html.contains("٤٢"));
    assert!(!html.contains("name=\"author\"") && !html.contains("ld+json"));
    let byline = format!("<strong>بقلم {}</strong><br>\n{}</p>", seed.author, seed.role.unwrap());
    assert!(html.contains(&byline));
    let group: BTreeSet<String> = expected.captured(0);
    let members = &expected.groups.iter().find(|group| group.name == seed.group).unwrap().members;
    assert_eq!(group, members.values().cloned().collect());
}

#[test]
fn pages_lead_where_the_table_says_and_nowhere_else() {
    let site = Site::start();
    let expected = site.expected();
    let homes: BTreeSet<String> = expected.homes.iter().cloned().collect();
    for url in expected.captured(9).iter().chain(&expected.free) {
        let resource = expected.resource(url).unwrap();
        let reply = get(&site, url);
        if reply.status() != 200 || !reply.fields("content-type").concat().contains("html") {
            continue;
        }
        let said: BTreeSet<String> =
            resource.links.iter().chain(&resource.alternates).cloned().collect();
        let mut found = hrefs(&reply.text(), url, "<a ");
        found.extend(head_alternates(&reply.text()).into_values());
        found.extend(http_alternates(&reply).into_values());
        found.remove(url);
        let unsaid: Vec<&String> = found.difference(&said).collect();
        assert!(unsaid.iter().all(|url| homes.contains(*url)), "{url} also leads to {unsaid:?}");
        let unfound: Vec<&String> = said.difference(&found).filter(|to| *to != url).collect();
        assert!(unfound.is_empty(), "{url} does not lead to {unfound:?}");
        for to in &found {
            assert!(expected.resource(to).is_some(), "{url} leads to {to}, which nobody listed");
        }
    }
}

#[test]
fn only_the_deliberate_ones_are_missing() {
    let site = Site::start();
    let expected = site.expected();
    let status = |url: &String| get(&site, url).status();
    let missing: Vec<String> =
        expected.captured(9).into_iter().filter(|url| status(url) == 404).collect();
    let he = canonical("http://warraq.test/he/אוטובוס-הספרים/").unwrap();
    assert_eq!(missing, [he, "http://warraq.test/workshop/missing".to_owned()]);
}

#[test]
fn groups_are_complete_and_declared_both_ways() {
    let site = Site::start();
    let expected = site.expected();
    assert!(expected.groups.iter().all(|group| group.members.len() >= 2));
    let langs: BTreeSet<&str> = expected.articles.iter().map(|told| told.lang).collect();
    assert_eq!(langs, BTreeSet::from(["ar", "en", "fa", "fr", "he", "ja", "zh-Hans"]));
    assert_eq!(expected.groups_within(9, true).len(), expected.groups.len());
    assert_eq!(expected.groups_within(9, false).len(), expected.groups.len() - 1);
    for home in &expected.homes {
        assert!(!expected.groups.iter().any(|group| group.members.values().any(|m| m == home)));
    }
}

/// Sorted canonical URLs.
type Urls = BTreeSet<String>;

#[test]
fn members_declare_each_other_where_the_table_says() {
    let site = Site::start();
    let expected = site.expected();
    for article in ARTICLES {
        let reply = get(&site, article.url);
        let html = reply.text();
        let url = canonical(article.url).unwrap();
        let group = expected.groups.iter().find(|group| group.name == article.group).unwrap();
        let mut others: Urls = group.members.values().cloned().collect();
        others.remove(&url);
        let in_head: Urls = head_alternates(&html).into_values().collect();
        let in_http: Urls = http_alternates(&reply).into_values().collect();
        let in_body = hrefs(&html, &url, "<a ");
        let led: Urls = in_head.iter().map(|to| final_url(&site, to)).collect();
        let (head, http, body) = match article.declared {
            Declared::Head => (true, false, false),
            Declared::HttpLink => (false, true, false),
            Declared::Sitemap => (false, false, false),
            Declared::WpmlBlock | Declared::WpmlOld | Declared::Polylang => (false, false, true),
        };
        assert_eq!(others.is_subset(&led), head, "{url}: head");
        assert_eq!(in_head.contains(&url), head, "{url}: itself in its head");
        assert_eq!(in_http == others, http, "{url}: Link fields");
        assert_eq!(others.is_subset(&in_body), body, "{url}: body");
    }
}

fn final_url(site: &Site, url: &str) -> String {
    let location = get(site, url).fields("location").pop();
    location.map_or_else(|| url.to_owned(), |location| canonical(&location).unwrap())
}

#[test]
fn the_sitemap_alone_declares_the_ink_seller() {
    let site = Site::start();
    let sitemap = get(&site, "http://warraq.test/sitemap.xml").text();
    let group = site.expected().groups.iter().find(|group| group.name == "ink").unwrap();
    for (lang, url) in &group.members {
        let line = format!("hreflang=\"{lang}\" href=\"{}\"/>", layout::href(url));
        assert_eq!(sitemap.matches(&line).count(), 2, "{lang}");
    }
    assert_eq!(sitemap.matches("<xhtml:link").count(), 4);
    let feed = get(&site, "http://warraq.test/ar/feed/").text();
    assert!(feed.contains(&layout::href(&site.seed_url())));
}

#[test]
fn the_polylang_widget_goes_home_for_what_is_missing() {
    let site = Site::start();
    let article = ARTICLES.iter().find(|article| article.declared == Declared::Polylang).unwrap();
    let html = get(&site, article.url).text();
    assert_eq!(html.matches(" no-translation\"").count(), 4);
    let unmarked = "lang-item-en\"><a lang=\"en\" hreflang=\"en\" href=\"http://warraq.test/en/\">";
    assert!(html.contains(unmarked));
}

#[test]
fn the_workshop_is_as_odd_as_it_says() {
    let site = Site::start();
    let bench = |path: &str| get(&site, &format!("http://warraq.test/workshop/{path}"));
    let (first, second) = (bench("busy"), bench("busy"));
    assert_eq!((first.status(), second.status()), (429, 200));
    assert_eq!(first.fields("retry-after"), ["1"]);
    assert_eq!(bench("moved").fields("location"), ["http://warraq.test/workshop/moved-again"]);
    assert_eq!(bench("moved-again").fields("location"), ["http://warraq.test/workshop/settled/"]);
    assert_eq!(bench("twin-a").body, bench("twin-b").body);
    assert_eq!((bench("nothing").status(), bench("nothing").body.len()), (204, 0));
    let odd = bench("odd-fields");
    assert_eq!(odd.fields("x-twice"), ["first", "second"]);
    assert!(odd.bytes.windows(6).any(|six| six == b" caf\xe9\r"));
    assert!(bench("old-protocol").head.starts_with("HTTP/1.0 200 OK\r\n"));
    assert!(bench("old-protocol").fields("content-length").is_empty());
    let trailers = bench("trailers");
    assert!(trailers.body.ends_with(b"0;done=yes\r\nX-Checked: by hand\r\n\r\n"));
    assert!(trailers.text().contains("Fields may also come at the end."));
}

#[test]
fn a_validator_is_honoured() {
    let site = Site::start();
    let url = "http://warraq.test/workshop/unchanged";
    let etag = get(&site, url).fields("etag").concat();
    let known = get_with(&site, url, &format!("If-None-Match: {etag}\r\n"));
    assert_eq!((known.status(), known.body.len()), (304, 0));
    assert_eq!(get_with(&site, url, "If-None-Match: \"another\"\r\n").status(), 200);
    assert_eq!(site.sent(url)[1], known.bytes);
}

#[test]
fn one_url_is_written_in_three_ways() {
    let site = Site::start();
    let article = ARTICLES.iter().find(|article| article.group == "flood").unwrap();
    let home = get(&site, "http://warraq.test/ar/").text();
    let seed = get(&site, &site.seed_url()).text();
    assert!(home.contains(&format!("href=\"{}\"", article.url)));
    assert!(seed.contains(&format!("href=\"{}\"", layout::href(article.url))));
    let upper = canonical(article.url).unwrap();
    for spelling in [upper.clone(), layout::href(article.url)] {
        assert_eq!(get(&site, &spelling).status(), 200);
    }
    assert_eq!(site.sent(&upper).len(), 2);
}

#[test]
fn robots_rules_differ_by_host() {
    let site = Site::start();
    let robots = |host: &str| get(&site, &format!("http://{host}/robots.txt"));
    assert!(robots("warraq.test").text().contains("Allow: /private/open/"));
    assert!(robots("partner.test").text().contains("Crawl-delay: 1\n"));
    assert_eq!(robots("en.warraq.test").status(), 404);
    let expected = site.expected();
    let captured = expected.captured(9);
    assert_eq!(expected.private.len(), 2);
    assert!(expected.private.is_disjoint(&captured));
    assert!(captured.contains("http://warraq.test/private/open/notice.html"));
    let arabic_home = expected.resource("http://warraq.test/ar/").unwrap();
    assert!(expected.private.iter().all(|url| arabic_home.links.contains(url)));
}

#[test]
fn depth_two_reaches_every_article_and_three_everything() {
    let site = Site::start();
    let expected = site.expected();
    let [at_seed, near, articles, all, beyond] = [0, 1, 2, 3, 9].map(|d| expected.captured(d));
    assert!(expected.articles.iter().all(|told| articles.contains(&told.url)));
    assert!(!expected.articles.iter().all(|told| near.contains(&told.url)));
    assert!(at_seed.is_subset(&near) && near.is_subset(&articles) && articles.is_subset(&all));
    assert_eq!(all, beyond);
    let pages = |url: &String| expected.resource(url).unwrap().role == Role::Page;
    assert!(all.iter().all(pages));
}

#[test]
fn one_connection_carries_many_requests() {
    let site = Site::start();
    let mut stream = TcpStream::connect(("127.0.0.1", site.port())).unwrap();
    let urls = ["http://warraq.test/ar/", "http://warraq.test/%d8%a7", "http://warraq.test/en/"];
    for url in urls {
        stream.write_all(request(url, "X-Asked-By: test\r\n").as_bytes()).unwrap();
        // Arrivals are written down before the answer leaves: one byte is enough to know.
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        let sent = site.sent(url).pop().unwrap();
        let mut rest = vec![0; sent.len() - 1];
        stream.read_exact(&mut rest).unwrap();
        assert_eq!([&byte[..], &rest].concat(), sent);
    }
    let arrivals = site.arrivals();
    assert_eq!(arrivals.len(), 3);
    assert!(arrivals.iter().all(|arrival| arrival.connection == 0 && arrival.done.is_some()));
    assert_eq!(arrivals[1].path, "/%d8%a7");
    assert_eq!(arrivals[1].url, "http://warraq.test/%D8%A7");
    assert_eq!(arrivals[2].header("x-asked-by").as_deref(), Some("test"));
    assert_eq!(arrivals::most_at_once(&arrivals), 1);
    assert_eq!(arrivals::gaps(&arrivals).len(), 2);
}

#[test]
fn a_pause_is_kept_and_hosts_are_told_apart() {
    let site = Site::start();
    get(&site, "http://warraq.test/workshop/slow");
    get(&site, "http://en.warraq.test/");
    get(&site, "http://partner.test/");
    let arrivals = site.arrivals_at("warraq.test");
    assert_eq!(arrivals.len(), 2);
    assert_eq!(arrivals[1].host, "en.warraq.test");
    assert!(arrivals[0].done.unwrap() >= arrivals[0].at + Duration::from_millis(300));
    assert_eq!(arrivals::most_at_once(&arrivals), 1);
}

#[test]
fn requests_under_way_at_once_are_counted() {
    let site = Site::start();
    get(&site, "http://warraq.test/ar/");
    let pattern = site.arrivals().pop().unwrap();
    let at = Duration::from_millis;
    let during = |from: u64, to: Option<u64>| arrivals::Arrival {
        at: at(from),
        done: to.map(at),
        ..pattern.clone()
    };
    let in_turn = [during(0, Some(5)), during(5, Some(9)), during(20, None)];
    assert_eq!(arrivals::most_at_once(&in_turn), 1);
    assert_eq!(arrivals::gaps(&in_turn), [at(5), at(15)]);
    let crossing = [during(0, Some(6)), during(5, None), during(7, Some(9)), during(8, None)];
    assert_eq!(arrivals::most_at_once(&crossing), 3);
}

#[test]
fn arrivals_are_mirrored_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = folder.path().join("arrivals.tsv");
    let site = Site::open(Options { mirror: Some(mirror.clone()), ..Options::default() }).unwrap();
    get(&site, "http://warraq.test/he/");
    get(&site, "http://warraq.test/ja/");
    let text = std::fs::read_to_string(mirror).unwrap();
    let urls: Vec<&str> = text.lines().map(|line| line.split_once('\t').unwrap().1).collect();
    assert_eq!(urls, ["http://warraq.test/he/", "http://warraq.test/ja/"]);
}

#[test]
fn the_generated_tree_is_whole_and_the_same_each_time() {
    let site = Site::with_bulk(300, 2048);
    let tree = site.bulk().unwrap();
    let mut reached = BTreeSet::from([0]);
    let mut level = vec![0];
    for _ in 0..tree.depth() {
        level = level.iter().flat_map(|number| tree.links(*number)).collect();
        level.retain(|number| reached.insert(*number));
    }
    assert_eq!(reached.len(), 300);
    let known = tree.urls();
    assert_eq!(known.len(), 300);
    let mut bodies = BTreeSet::new();
    for number in [0, 1, 6, 36, 299] {
        let reply = get(&site, &Bulk::url(number));
        assert!(reply.status() == 200 && reply.body.len() >= 2048);
        let said: BTreeSet<String> = tree.links(number).into_iter().map(Bulk::url).collect();
        assert_eq!(hrefs(&reply.text(), &Bulk::url(number), "<a "), said);
        assert!(said.is_subset(&known));
        assert_eq!(get(&site, &Bulk::url(number)).bytes, reply.bytes);
        bodies.insert(reply.body);
    }
    assert_eq!(bodies.len(), 5);
    assert_eq!(get(&site, &Bulk::url(300)).status(), 404);
}

#[test]
fn a_dropped_site_ends() {
    let site = Site::start();
    let port = site.port();
    let mut open = TcpStream::connect(("127.0.0.1", port)).unwrap();
    get(&site, "http://warraq.test/ar/");
    drop(site);
    let mut rest = Vec::new();
    // An end or a reset, never a wait.
    let _ = open.read_to_end(&mut rest);
    assert!(rest.is_empty());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}
