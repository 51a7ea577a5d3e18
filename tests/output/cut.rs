//! Bodies that are not whole: the ledger says so, by what, and after how much.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::run::{Crawl, watched};
use super::web::{Step, Web, head, page};

fn web() -> Web {
    Web::new(|asked| {
        let begun = |length: &str| {
            let fields = ["Content-Type: text/html", length];
            Step::Send([head(200, &fields).as_slice(), b"<p>begun"].concat())
        };
        Some(match asked.host.as_str() {
            _ if asked.path == "/robots.txt" => return None,
            "drip.test" => {
                let drip = Step::Drip(vec![b'.'; 500], Duration::from_millis(40));
                vec![begun("Content-Length: 4000"), drip]
            }
            "silent.test" => vec![begun("Content-Length: 4000"), Step::Hang],
            "large.test" => vec![begun("X: y"), Step::Endless(vec![b'x'; 4096])],
            "lost.test" => vec![begun("Content-Length: 4000")],
            _ => page("<title>Whole</title>"),
        })
    })
}

/// `truncated` and `detail` of each page in the ledger.
fn told(crawl: &Crawl) -> BTreeMap<String, (Value, Value)> {
    let lines = crawl.ledger().into_iter();
    let pages = lines.filter(|line| !line["url"].as_str().unwrap().ends_with("/robots.txt"));
    pages
        .map(|line| {
            let url = line["url"].as_str().unwrap().to_owned();
            (url, (line["truncated"].clone(), line["detail"].clone()))
        })
        .collect()
}

#[test]
fn the_ledger_says_why_and_how_much() {
    let web = web();
    let crawl = Crawl::of(&web);
    let hosts = ["drip", "silent", "large", "lost", "whole"];
    let seeds: Vec<String> = hosts.iter().map(|host| format!("http://{host}.test/")).collect();
    let mut args: Vec<&str> = seeds.iter().map(String::as_str).collect();
    args.extend(["--max-body", "64KiB", "--min-speed", "1kB", "--json"]);
    args.extend(["--idle-timeout", "2s", "--total-timeout", "30s"]);
    let run = crawl.run(&args);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let ledger = told(&crawl);
    let of = |host: &str| {
        let (truncated, detail) = &ledger[&format!("http://{host}.test/")];
        format!("{} {}", truncated.as_str().unwrap_or("-"), detail.as_str().unwrap_or("-"))
    };
    assert!(
        of("drip").starts_with("time ")
            && of("drip").ends_with(
                " of 4000 bytes of the body came; slower than --min-speed 1000 B a second over 2s"
            ),
        "{}",
        of("drip")
    );
    assert_eq!(of("silent"), "time 8 of 4000 bytes of the body came; silent for --idle-timeout 2s");
    assert_eq!(of("large"), "length 65536 bytes of the body came; more than --max-body 64.0 KiB");
    assert_eq!(
        of("lost"),
        "disconnect 8 of 4000 bytes of the body came; the connection was lost: it was closed within the body"
    );
    assert_eq!(of("whole"), "- -");
    // The events say it too, and the records what a record can say.
    assert!(run.stdout.contains("\"cut\":\"8 of 4000 bytes of the body came; silent for"));
    let record = crawl.records_of("response", "http://drip.test/").remove(0);
    assert_eq!(record.header.get("WARC-Truncated"), Some("time"));

    let mut rebuild = std::process::Command::new(env!("CARGO_BIN_EXE_warraq"));
    rebuild.args(["state", "rebuild"]).arg(crawl.path());
    assert_eq!(watched(rebuild).code, Some(0));
    assert_eq!(told(&crawl), ledger, "the archive tells the same");
}
