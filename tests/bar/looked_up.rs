//! Item 27: the look-up of a host is a record, once, and ahead of what it led to.

use warraq::record::Exchange;
use warraq::record::reader::{self, Records};

use super::every::judge;
use super::run::Crawl;
use super::sample::{AT, look_up, page, writer};
use super::web::{Web, page as html};

#[test]
fn a_host_is_told_of_once_ahead_of_its_first_exchange() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let looked_up = |n| Exchange { look_up: Some(look_up()), ..page(n) };
    // What cannot be filed takes its look-up with it.
    let bad = Exchange { target_uri: "no uri".to_owned(), ..looked_up(0) };
    writer.file(bad).unwrap_err();
    for n in 0..3 {
        let filed = writer.file(looked_up(n)).unwrap();
        let reply = reader::read_at(folder.path(), &filed.reply.unwrap()).unwrap();
        assert_eq!(
            (reply.kind.to_string().as_str(), reply.id()),
            ("response", filed.reply_id.as_deref())
        );
    }
    writer.seal().unwrap();
    let path = reader::files(folder.path()).unwrap().remove(0);
    let entries: Vec<_> = Records::open(&path).unwrap().map(Result::unwrap).collect();
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind.to_string()).collect();
    assert_eq!(kinds[..5], ["warcinfo", "resource", "request", "response", "metadata"]);
    assert_eq!(kinds.iter().filter(|kind| *kind == "resource").count(), 1);
    let look_up = &entries[1];
    assert_eq!(look_up.target_uri(), Some("dns:news.example"));
    assert_eq!(look_up.date(), Some(AT));
    assert_eq!(look_up.header.get("WARC-IP-Address"), None, "who answered is not known");
}

#[test]
fn both_transports_tell_what_the_resolver_said() {
    let web = Web::new(|asked| (asked.path != "/robots.txt").then(|| html("<title>Here</title>")));
    let url = format!("http://localhost:{}/", web.port);
    for transport in ["wire", "reqwest"] {
        let crawl =
            Crawl::with(&["--contact", "desk@warraq.test", "--allow-private", "--delay", "0"]);
        let run = crawl.run(&[&url, &format!("{url}b"), "--transport", transport]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let found = crawl.records_of("resource", "dns:localhost");
        assert_eq!(found.len(), 1, "{transport}");
        let said = super::text(&found[0]);
        let lines: Vec<&str> = said.lines().collect();
        assert!(
            lines[0].len() == 14 && lines[0].bytes().all(|byte| byte.is_ascii_digit()),
            "{said}"
        );
        assert!(lines.contains(&"localhost.\tIN\tA\t127.0.0.1"), "{said}");
        let entries = crawl.records();
        let asked = entries.iter().position(|entry| entry.kind.to_string() == "request").unwrap();
        assert_eq!(entries[asked - 1].target_uri(), Some("dns:localhost"), "{transport}");
        judge(&crawl);
    }
}

#[test]
fn what_was_not_looked_up_is_not_told_of() {
    let web = Web::new(|_| Some(html("<title>Here</title>")));
    let crawl = Crawl::of(&web);
    let literal = format!("http://127.0.0.1:{}/", web.port);
    // No resolver is asked for a label of more than 63 octets (RFC 1035 §2.3.4).
    let nowhere = format!("http://{}.warraq.test:8080/", "a".repeat(64));
    let run = crawl.run(&["http://fixed.test/", &literal, &nowhere, "--retries", "0"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    let dns = |uri: &str| uri.starts_with("dns:");
    assert!(!crawl.records().iter().any(|entry| entry.target_uri().is_some_and(dns)));
    // A look-up that failed stands where the exchange that needed it stands.
    let robots = format!("{nowhere}robots.txt");
    let failed = crawl.records_of("metadata", &robots).remove(0);
    assert!(super::text(&failed).contains("\r\nfailure: aaaa"), "{}", super::text(&failed));
    assert_eq!(crawl.end(&robots), "failed dns");
}
