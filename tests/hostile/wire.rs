//! The wire at its worst: silence, floods, lies, resets (faults 26-29, 42-50, 52).

use std::time::Duration;

use super::run::Crawl;
use super::web::{Script, Step, Web, head, page, reply};

fn send(bytes: &[u8]) -> Script {
    vec![Step::Send(bytes.to_vec())]
}

fn then(bytes: &[u8], step: Step) -> Script {
    vec![Step::Send(bytes.to_vec()), step]
}

/// What each path of `bad.test` does.
fn bad(path: &str) -> Option<Script> {
    let length = |n: &str| head(200, &[&format!("Content-Length: {n}"), "Content-Type: text/html"]);
    let chunked = head(200, &["Transfer-Encoding: chunked"]);
    Some(match path {
        "/reset-at-once" => vec![Step::Reset],
        "/close-at-once" => vec![],
        "/reset-in-head" => then(b"HTTP/1.1 200 OK\r\nConte", Step::Reset),
        "/reset-in-body" => then(&[length("1000"), b"some".to_vec()].concat(), Step::Reset),
        "/hang" => vec![Step::Hang],
        "/hang-in-head" => then(b"HTTP/1.1 200 OK\r\nConte", Step::Hang),
        "/hang-in-body" => then(&[length("1000"), b"some".to_vec()].concat(), Step::Hang),
        "/endless" => then(&head::<&str>(200, &[]), Step::Endless(vec![b'x'; 65_536])),
        "/endless-chunks" => then(&chunked, Step::Endless(b"4\r\nspam\r\n".repeat(1000))),
        "/drip" => then(&head::<&str>(200, &[]), Step::Drip(vec![b'.'; 500], Duration::from_millis(50))),
        "/drip-head" => vec![Step::Drip(vec![b'H'; 500], Duration::from_millis(50))],
        "/long-head" => then(b"HTTP/1.1 200 OK\r\nX: ", Step::Send(vec![b'y'; 1 << 20])),
        "/many-fields" => then(b"HTTP/1.1 200 OK\r\n", Step::Endless(b"X-A: b\r\n".repeat(1000))),
        "/interim" => vec![Step::Endless(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".to_vec())],
        "/garbage" => send(b"\x16\x03\x01\x02\0\x01\0\0 this is no HTTP at all\r\n\r\n"),
        "/banner" => send(b"SSH-2.0-OpenSSH_9.6\r\n"),
        "/zero-nine" => send(b"<html>I am HTTP/0.9</html>"),
        "/short" => send(&[length("4"), b"much longer than said".to_vec()].concat()),
        "/long" => send(&[length("4000"), b"shorter".to_vec()].concat()),
        "/negative" => send(&[length("-1"), b"body".to_vec()].concat()),
        "/huge" => send(&[length("99999999999999999999999"), b"body".to_vec()].concat()),
        "/two-lengths" => send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 9\r\n\r\nfour five"),
        "/chunk-cut" => send(&[chunked.as_slice(), b"400\r\nonly this"].concat()),
        "/chunk-huge" => send(&[chunked.as_slice(), b"ffffffffffffffffff\r\nx"].concat()),
        "/chunk-turn" => send(&[chunked.as_slice(), b"5\r\nhello\r\nxyz\r\nmore\r\n0\r\n\r\n"].concat()),
        "/chunk-junk" => send(&[chunked.as_slice(), b"zz\r\nx"].concat()),
        "/status-9" => send(b"HTTP/1.1 999 Denied\r\nContent-Length: 2\r\n\r\nno"),
        "/status-0" => send(b"HTTP/1.1 000 \r\nContent-Length: 2\r\n\r\nno"),
        "/no-content" => send(b"HTTP/1.1 204 None\r\nContent-Length: 400\r\n\r\nbut some all the same"),
        "/not-modified" => send(b"HTTP/1.1 304 Same\r\nContent-Length: 400\r\n\r\n"),
        "/switch" => send(b"HTTP/1.1 101 Switch\r\nUpgrade: h2c\r\n\r\nwhatever"),
        "/nul" => send(b"HTTP/1.1 200 OK\r\nX-\0: \0\x01\x7f\r\nContent-Length: 2\r\n\r\n\0\0"),
        "/forge" => send(b"HTTP/1.1 200 OK\r\nX: a\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\nContent-Length: 0\r\n\r\n\r\n\r\n"),
        "/empty" => send(&length("0")),
        _ => return None,
    })
}

const PATHS: &[&str] = &[
    "/reset-at-once",
    "/close-at-once",
    "/reset-in-head",
    "/reset-in-body",
    "/hang",
    "/hang-in-head",
    "/hang-in-body",
    "/endless",
    "/endless-chunks",
    "/drip",
    "/drip-head",
    "/long-head",
    "/many-fields",
    "/interim",
    "/garbage",
    "/banner",
    "/zero-nine",
    "/short",
    "/long",
    "/negative",
    "/huge",
    "/two-lengths",
    "/chunk-cut",
    "/chunk-huge",
    "/chunk-junk",
    "/status-9",
    "/status-0",
    "/no-content",
    "/not-modified",
    "/switch",
    "/nul",
    "/forge",
    "/empty",
];

#[test]
fn every_bad_answer_ends_and_nothing_else_suffers() {
    // A host each: one that does not answer would rest, and its other URLs with it.
    let web = Web::new(|asked| {
        if asked.host == "good.test" {
            return (asked.path != "/robots.txt").then(|| page("<title>Good</title>"));
        }
        bad(&asked.path)
    });
    let crawl = Crawl::of(&web);
    let seeds: Vec<String> =
        PATHS.iter().map(|path| format!("http://{}.test{path}", &path[1..])).collect();
    let mut args: Vec<&str> = seeds.iter().map(String::as_str).collect();
    args.extend(["http://good.test/1", "http://good.test/2", "--max-body", "1MiB"]);
    let run = crawl.run(&args);
    let ends = crawl.ends();
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    for seed in &seeds {
        assert!(ends.contains_key(seed), "{seed} never ended: {}", run.stderr);
    }
    assert_eq!(crawl.end("http://good.test/1"), "captured 200");
    let cut = |path: &str| {
        let url = format!("http://{}.test{path}", &path[1..]);
        let found = crawl.records_of("response", &url);
        found.first().and_then(|entry| entry.header.get("WARC-Truncated").map(str::to_owned))
    };
    for (path, why) in [
        ("/reset-in-body", "disconnect"),
        ("/hang-in-body", "time"),
        ("/endless", "length"),
        ("/endless-chunks", "length"),
        ("/drip", "time"),
        ("/long", "disconnect"),
        ("/chunk-cut", "disconnect"),
    ] {
        assert_eq!(cut(path).as_deref(), Some(why), "{path}");
    }
    assert_eq!(cut("/short"), None);
}

#[test]
fn the_other_transport_ends_as_well() {
    let web = Web::new(|asked| bad(&asked.path));
    let crawl = Crawl::of(&web);
    let seeds: Vec<String> =
        PATHS.iter().map(|path| format!("http://{}.test{path}", &path[1..])).collect();
    let mut args: Vec<&str> = seeds.iter().map(String::as_str).collect();
    args.extend(["--max-body", "1MiB", "--transport", "reqwest"]);
    let run = crawl.run(&args);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    let ends = crawl.ends();
    for seed in &seeds {
        assert!(ends.contains_key(seed), "{seed} never ended: {}", run.stderr);
    }
    crawl.records();
}

#[test]
fn limits_asked_for_are_kept_and_forever_ends() {
    let web = Web::new(|asked| {
        Some(match (asked.host.as_str(), asked.path.as_str()) {
            (_, "/robots.txt") => return None,
            ("soon.test", _) if asked.before == 0 => reply(429, &["Retry-After: 1"], b"slow"),
            ("never.test", _) => reply(503, &[], b"down"),
            ("year.test", _) => reply(429, &["Retry-After: 31536000"], b"slow"),
            _ => page("<title>At last</title>"),
        })
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://soon.test/a", "http://never.test/a", "--retries", "2"]);
    assert_eq!(crawl.end("http://soon.test/a"), "captured 200", "{}", run.stderr);
    assert_eq!(crawl.end("http://never.test/a"), "revisit 503", "{}", run.stderr);
    assert_eq!(web.times("never.test/a"), 3);
    assert!(run.took >= Duration::from_secs(1));
    assert_eq!(
        crawl.records_of("response", "http://never.test/a").len()
            + crawl.records_of("revisit", "http://never.test/a").len(),
        3
    );
}

#[test]
fn a_host_that_hangs_holds_no_other_up() {
    let web = Web::new(|asked| match (asked.host.as_str(), asked.path.as_str()) {
        ("stuck.test", path) if path != "/robots.txt" => Some(vec![Step::Hang]),
        (_, "/robots.txt") => None,
        (_, "/") => {
            let links: String = (0..60).map(|at| format!("<a href=/p{at}>{at}</a>")).collect();
            Some(page(&links))
        }
        _ => Some(page(&format!("<title>{}</title>", asked.path))),
    });
    let crawl = Crawl::of(&web);
    let stuck: Vec<String> = (0..40).map(|at| format!("http://stuck.test/{at}")).collect();
    let mut args: Vec<&str> = stuck.iter().map(String::as_str).collect();
    args.extend(["http://quick.test/", "--depth", "1", "--concurrency", "2"]);
    let mut child = crawl
        .command(&args)
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let began = std::time::Instant::now();
    while web.asked().iter().filter(|asked| asked.starts_with("quick.test/p")).count() < 60 {
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", web.asked());
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What was wrong with a message stands in its ledger line and in the summary, and the archive of
/// such messages is as sound as any.
#[test]
fn what_was_wrong_is_told_and_the_archive_verifies() {
    let web = Web::new(|asked| bad(&asked.path));
    let crawl = Crawl::of(&web);
    let paths = ["/chunk-junk", "/chunk-huge", "/chunk-turn", "/chunk-cut", "/two-lengths", "/nul"];
    let seeds: Vec<String> =
        paths.iter().map(|path| format!("http://{}.test{path}", &path[1..])).collect();
    let run = crawl.run(&seeds.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let lines = crawl.ledger();
    let told = |path: &str| {
        let line = lines.iter().find(|line| line["url"].as_str().unwrap().ends_with(path));
        let line = line.unwrap_or_else(|| panic!("{path}: {lines:?}"));
        (line["truncated"].clone(), line["detail"].clone(), line["defects"].clone())
    };
    let no_size = "a chunk size that is none";
    for path in ["/chunk-junk", "/chunk-huge", "/chunk-turn"] {
        let (truncated, detail, defects) = told(path);
        assert_eq!(truncated, "unspecified", "{path}");
        assert!(detail.as_str().unwrap().ends_with(no_size), "{detail}");
        assert_eq!(defects, serde_json::json!([no_size]));
    }
    assert_eq!(told("/chunk-cut").0, "disconnect");
    assert!(told("/two-lengths").2[0].as_str().unwrap().contains("more than one"));
    assert_eq!(told("/nul").2, serde_json::json!(["NUL in the head"]));
    let summary = crawl.summary();
    let counts = summary["stats"]["defects"].as_array().unwrap();
    let row = counts.iter().find(|row| row["defect"] == no_size).unwrap();
    assert_eq!((&row["count"], row["examples"].as_array().unwrap().len()), (&3.into(), 3));
    assert!(run.stdout.contains(&format!("3 with {no_size}")), "{}", run.stdout);
    let mut verify = std::process::Command::new(env!("CARGO_BIN_EXE_warraq"));
    let verified = super::run::watched({
        verify.arg("verify").arg(crawl.path());
        verify
    });
    assert_eq!(verified.code, Some(0), "{}{}", verified.stdout, verified.stderr);
    for path in ["/chunk-junk", "/chunk-turn"] {
        let url = format!("http://{}.test{path}", &path[1..]);
        let record = crawl.records_of("response", &url).remove(0);
        assert_eq!(warraq::record::verify::verify(&record).unwrap(), vec![], "{path}");
    }
}
