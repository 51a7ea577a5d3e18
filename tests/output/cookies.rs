//! `--cookies`: a page that is only given to whoever shows the cookie it set.

use super::found::found;
use super::run::Crawl;
use super::web::{Web, page, reply};

/// Sends whoever has no cookie to itself, with one.
fn gate() -> Web {
    Web::new(|asked| {
        let shows = asked.head.contains("\r\nCookie: pass=canary-7431\r\n");
        Some(match (asked.host.as_str(), asked.path.as_str()) {
            (_, "/robots.txt") => return None,
            ("a.test", "/gate") if !shows => {
                reply(302, &["Location: /gate", "Set-Cookie: pass=canary-7431"], b"")
            }
            ("a.test", "/gate") => page("<title>In</title><a href=http://b.test/>b</a>"),
            ("a.test", "/turn") => {
                reply(302, &["Location: /turn", &format!("Set-Cookie: n={}", asked.before)], b"")
            }
            _ => page("<title>Other</title>"),
        })
    })
}

#[test]
fn a_redirect_to_itself_passes_with_the_cookie_it_set() {
    let web = gate();
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/gate", "http://b.test/", "--cookies"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(crawl.end("http://a.test/gate"), "captured 200", "{}", run.stderr);
    assert_eq!(crawl.records_of("response", "http://a.test/gate").len(), 2, "the redirect, too");
    assert!(!web.heads("b.test/")[0].contains("Cookie"));
    // Only the answer that set it holds it: requests are redacted, the state never sees it.
    assert_eq!(found(crawl.path(), "canary-7431"), ["response http://a.test/gate"]);
}

#[test]
fn without_being_asked_for_there_are_none() {
    let web = gate();
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/gate"]);
    assert_eq!((run.code, web.times("a.test/gate")), (Some(3), 1), "{}", run.stderr);
    assert_eq!(crawl.end("http://a.test/gate"), "moved 302");
}

#[test]
fn a_cookie_that_is_never_enough_ends() {
    let web = gate();
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/turn", "--cookies", "--retries", "3"]);
    assert_eq!((run.code, web.times("a.test/turn")), (Some(3), 4), "{}", run.stderr);
    assert_eq!(crawl.end("http://a.test/turn"), "moved 302");
}

#[test]
fn no_cookie_crosses_to_a_translation() {
    let text = "The ferry crossed at noon with two hundred people and a brass band. ".repeat(20);
    let web = Web::new(move |asked| {
        let lang = match (asked.host.as_str(), asked.path.as_str()) {
            ("a.test", "/en/ferry" | "/en/other") => "en",
            ("a.test", "/fr/ferry") => "fr",
            _ => return None,
        };
        let head = "<link rel=alternate hreflang=en href=/en/ferry>\
            <link rel=alternate hreflang=fr href=/fr/ferry>";
        let body = format!(
            "<html lang={lang}><title>Ferry</title>{head}<h1>Ferry</h1><p>{text}</p>\
             <a href=/en/other>more</a>"
        );
        let set = format!("Set-Cookie: reader={lang}");
        Some(reply(200, &["Content-Type: text/html", &set], body.as_bytes()))
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/en/ferry", "--cookies", "--depth", "1"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(web.times("a.test/fr/ferry"), 1, "{}", run.stderr);
    assert!(!web.heads("a.test/fr/ferry")[0].contains("Cookie"));
    assert!(web.heads("a.test/en/other")[0].contains("Cookie: reader=en\r\n"));
}
