//! Credentials: sent to whom they are for, and found nowhere afterwards.

use super::found::found;
use super::run::Crawl;
use super::web::{Web, moved, page};

const CANARY: &str = "canary-7431";

/// A site that redirects within itself and away, and links there.
fn site() -> Web {
    Web::new(|asked| match (asked.host.as_str(), asked.path.as_str()) {
        (_, "/robots.txt") => None,
        ("a.test", "/") => Some(page("<title>Front</title><a href=/in>y</a>")),
        ("a.test", "/go") => Some(moved("http://far.test/landed")),
        ("a.test", "/in") => Some(moved("/inner")),
        ("a.test", "/port") => Some(moved("http://a.test:8080/other")),
        _ => Some(page("<title>Page</title>")),
    })
}

#[test]
fn a_secret_is_sent_and_found_nowhere() {
    for transport in ["wire", "reqwest"] {
        let web = site();
        let crawl = Crawl::of(&web);
        let keys = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(keys.path(), format!("X-Desk-Key: {CANARY}-file\n")).unwrap();
        let at = format!("@{}", keys.path().display());
        let key = format!("X-Own: {CANARY}");
        let mut command = crawl.command(&[
            &format!("http://user:{CANARY}@a.test/"),
            "http://a.test/go",
            "http://a.test/port",
            "--resolve",
            &format!("*:8080:127.0.0.1:{}", web.port),
            "--depth",
            "1",
            "--json",
            "--transport",
            transport,
            "--header",
            &format!("Authorization: Bearer {CANARY}"),
            "--header",
            &format!("Cookie: sid={CANARY}"),
            "--secret-header",
            &key,
            "--secret-header",
            &at,
        ]);
        command.env_remove("WARRAQ_SECRET_HEADER");
        let run = super::run::watched(command);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(CANARY), "{transport}: told");
        assert_eq!(found(crawl.path(), CANARY), Vec::<String>::new(), "{transport}");

        for head in [web.heads("a.test/"), web.heads("a.test/inner")].concat() {
            let head = head.to_lowercase();
            for line in [
                "authorization: bearer canary-7431",
                "x-own: canary-7431",
                "x-desk-key: canary-7431-file",
            ] {
                assert!(head.contains(line), "{transport}: {head}");
            }
            assert!(!head.contains("referer"), "{head}");
        }
        // Another host, or another port of the same one, is another origin.
        for url in ["far.test/landed", "a.test:8080/other"] {
            assert_eq!(web.times(url), 1, "{url}");
            assert!(!web.heads(url)[0].contains("canary"), "{transport}: {url}");
        }

        let asked = crawl.records_of("request", "http://a.test/").remove(0);
        let names = asked.header.get("Warraq-Redacted").unwrap().to_lowercase();
        for name in ["authorization", "cookie", "x-own", "x-desk-key"] {
            assert!(names.contains(name), "{names}");
        }
        assert!(super::text(&asked).to_lowercase().contains("\r\nx-own: [redacted]\r\n"));
        let elsewhere = crawl.records_of("request", "http://far.test/landed").remove(0);
        assert_eq!(elsewhere.header.get("Warraq-Redacted"), None);
        super::every::judge(&crawl);
    }
}

#[test]
fn the_environment_keeps_it_out_of_the_command_line() {
    let web = site();
    let crawl = Crawl::of(&web);
    let mut command = crawl.command(&["http://a.test/"]);
    command.env("WARRAQ_SECRET_HEADER", format!("X-One: {CANARY}\nX-Two: {CANARY}"));
    let run = super::run::watched(command);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let head = web.heads("a.test/").remove(0);
    assert!(head.contains("X-One: canary") && head.contains("X-Two: canary"), "{head}");
    assert_eq!(found(crawl.path(), CANARY), Vec::<String>::new());
}

#[test]
fn who_wants_the_bytes_sent_gets_them_there_only() {
    let web = site();
    let crawl = Crawl::of(&web);
    let run = crawl.run(&[
        "http://a.test/",
        "--keep-credentials",
        "--secret-header",
        &format!("X-Own: {CANARY}"),
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mut places = found(crawl.path(), CANARY);
    places.sort();
    assert_eq!(places, ["request http://a.test/", "request http://a.test/robots.txt"]);
    let asked = crawl.records_of("request", "http://a.test/").remove(0);
    assert_eq!(asked.header.get("Warraq-Redacted"), None);
    assert_eq!(super::text(&asked), format!("{}", web.heads("a.test/")[0].clone() + "\n"));
    let info = super::text(&crawl.records().remove(0));
    assert!(info.contains("\r\nwarraq-credentials: kept: "), "{info}");
}
