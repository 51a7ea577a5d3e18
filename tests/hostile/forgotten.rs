//! Rules that are read back from the archive when the state is lost: where they cannot be, they are
//! asked for again, and never taken for none.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::run::{Crawl, Run};
use super::web::{Step, Web, head, page, reply};

const RULES: &[u8] = b"User-agent: *\nDisallow: /no\n";

/// Two hosts of the same rules: the second one's are archived as a `revisit` of the first one's.
fn twins() -> Web {
    Web::new(|asked| {
        Some(match asked.path.as_str() {
            "/robots.txt" => reply(200, &["Content-Type: text/plain"], RULES),
            path => page(&format!("<title>{} {path}</title>", asked.host)),
        })
    })
}

/// Crawls one host after the other, and says what WARCs the first left.
fn crawled(web: &Web, crawl: &Crawl) -> Vec<PathBuf> {
    crawl.run(&["http://a.test/yes"]);
    let first = crawl.files();
    crawl.run(&["http://b.test/yes"]);
    let revisits = crawl.records_of("revisit", "http://b.test/robots.txt");
    assert_eq!(revisits.len(), 1, "what this is about");
    assert_eq!(web.times("b.test/robots.txt"), 1);
    first
}

/// Loses the state, and asks for what the rules forbid.
fn forgets(crawl: &Crawl, host: &str) -> Run {
    fs::remove_dir_all(crawl.path().join("state")).unwrap();
    let url = format!("http://{host}/no");
    let run = crawl.run(&[&url]);
    assert_eq!(crawl.end(&url), "refused robots", "{}", run.stderr);
    run
}

#[test]
fn the_rules_of_a_revisit_are_those_it_refers_to() {
    let web = twins();
    let crawl = Crawl::of(&web);
    crawled(&web, &crawl);
    forgets(&crawl, "b.test");
    assert_eq!(web.times("b.test/no"), 0);
    assert_eq!(web.times("b.test/robots.txt"), 1, "read back, not asked for");
}

#[test]
fn the_rules_of_a_revisit_of_what_is_gone_are_asked_for() {
    let web = twins();
    let crawl = Crawl::of(&web);
    for file in crawled(&web, &crawl) {
        fs::remove_file(file).unwrap();
    }
    forgets(&crawl, "b.test");
    assert_eq!(web.times("b.test/no"), 0);
    assert_eq!(web.times("b.test/robots.txt"), 2);
}

#[test]
fn half_a_file_is_asked_for_again() {
    let web = Web::new(|asked| {
        let robots = asked.path == "/robots.txt";
        // The first answer ends in the middle.
        let length = format!("Content-Length: {}", RULES.len());
        let half = [head(200, &[length]), RULES[..14].to_vec()].concat();
        Some(match asked.before {
            0 if robots => vec![Step::Send(half)],
            _ if robots => reply(200, &[], RULES),
            _ => page("<title>Page</title>"),
        })
    });
    let crawl = Crawl::of(&web);
    crawl.run(&["http://a.test/yes", "--retries", "0"]);
    forgets(&crawl, "a.test");
    assert_eq!(web.times("a.test/no"), 0);
}

#[test]
fn rules_known_elsewhere_are_stored_here() {
    let web = twins();
    let (other, crawl) = (Crawl::of(&web), Crawl::of(&web));
    other.run(&["http://a.test/yes"]);
    let out = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["dedup", "import", "--into"])
        .arg(crawl.path())
        .args(other.files())
        .output()
        .unwrap();
    assert!(out.status.success(), "{out:?}");
    crawl.run(&["http://a.test/yes"]);
    assert_eq!(crawl.records_of("revisit", "http://a.test/yes").len(), 1, "it was imported");
    assert_eq!(crawl.records_of("response", "http://a.test/robots.txt").len(), 1);
    forgets(&crawl, "a.test");
    assert_eq!(web.times("a.test/no"), 0);
}
