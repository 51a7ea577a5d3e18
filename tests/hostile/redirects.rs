//! Redirects that loop, leave, lie and never end (faults 12-18, 22).

use std::collections::BTreeSet;

use super::run::Crawl;
use super::web::{Step, Web, moved, page};

#[test]
fn loops_and_long_chains_end() {
    let web = Web::new(|asked| {
        Some(match (asked.host.as_str(), asked.path.as_str()) {
            ("self.test", "/") => moved("/"),
            ("pair.test", "/a") => moved("/b"),
            ("pair.test", "/b") => moved("/a"),
            ("ring.test", "/1") => moved("/2"),
            ("ring.test", "/2") => moved("/3"),
            ("ring.test", "/3") => moved("/1"),
            ("chain.test", path) if path != "/robots.txt" => {
                let at: u32 = path[1..].parse().unwrap();
                moved(&format!("/{}", at + 1))
            }
            ("grow.test", path) if path != "/robots.txt" => moved(&format!("{path}x{path}")),
            _ => return None,
        })
    });
    let crawl = Crawl::of(&web);
    let seeds = [
        "http://self.test/",
        "http://pair.test/a",
        "http://ring.test/1",
        "http://chain.test/0",
        "http://grow.test/aaaaaaaaaaaaaaaa",
    ];
    let run = crawl.run(&seeds);
    assert_eq!(run.code, Some(3), "no seed led to a page: {}", run.stderr);
    let rules: Vec<_> =
        crawl.ends().into_iter().filter(|(_, end)| end.starts_with("ref")).collect();
    let of = |rule: &str| rules.iter().filter(|(_, end)| end == &format!("refused {rule}")).count();
    assert_eq!(of("redirect-limit"), 1, "{rules:?}");
    // The hop that closes a ring is archived as any, and says why nobody went on.
    let looping: Vec<String> = crawl
        .ledger()
        .iter()
        .filter(|line| line["rule"] == "redirect-loop")
        .map(|line| line["url"].as_str().unwrap().to_owned())
        .collect();
    let rings = ["http://pair.test/b", "http://ring.test/3", "http://self.test/"];
    assert_eq!(looping.iter().collect::<BTreeSet<_>>(), rings.map(str::to_owned).iter().collect());
    crawl.adds_up();
    assert!(web.times("chain.test/10") == 1 && web.times("chain.test/11") == 0);
    assert_eq!(web.times("self.test/"), 1);
    assert_eq!(web.times("ring.test/1"), 1);
    crawl.records();
}

#[test]
fn a_redirect_to_no_web_page_is_recorded_and_not_followed() {
    let targets = [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.test/x",
        "mailto:a@b.test",
        "http://",
        "http://[::1",
        "//",
        "gopher://a.test/",
    ];
    let web = Web::new(move |asked| {
        let at: usize = asked.path.strip_prefix("/r")?.parse().ok()?;
        Some(moved(targets[at]))
    });
    let crawl = Crawl::of(&web);
    let seeds: Vec<String> = (0..targets.len()).map(|at| format!("http://a.test/r{at}")).collect();
    let run = crawl.run(&seeds.iter().map(String::as_str).collect::<Vec<_>>());
    for seed in &seeds {
        assert_eq!(crawl.end(seed), "moved 302", "{}", run.stderr);
        assert_eq!(crawl.records_of("response", seed).len(), 1);
    }
    for (to, rule) in [
        ("file:///etc/passwd", "scheme"),
        ("mailto:a@b.test", "scheme"),
        ("data:text/html,x", "scheme"),
        ("http://", "not-a-url"),
        ("http://[::1", "not-a-url"),
    ] {
        assert_eq!(crawl.end(to), format!("refused {rule}"), "{to}");
    }
    crawl.adds_up();
    assert_eq!(web.asked().len(), targets.len() + 1, "{:?}", web.asked());
}

#[test]
fn any_location_has_a_defined_end() {
    let web = Web::new(|asked| {
        let raw = |location: &[u8]| {
            let mut bytes =
                b"HTTP/1.1 301 Moved\r\nConnection: close\r\nContent-Length: 0\r\n".to_vec();
            bytes.extend_from_slice(location);
            bytes.extend_from_slice(b"\r\n");
            vec![Step::Send(bytes)]
        };
        Some(match asked.path.as_str() {
            "/missing" => raw(b""),
            "/empty" => raw(b"Location:\r\n"),
            "/twice" => raw(b"Location: /one\r\nLocation: /two\r\n"),
            "/latin" => raw(b"Location: /caf\xe9\r\n"),
            "/nul" => raw(b"Location: /a\0b\r\n"),
            "/fragment" => raw(b"Location: #part\r\n"),
            "/spaces" => raw(b"Location:   /a b  \r\n"),
            "/user" => raw(b"Location: http://me:secret@a.test/in\r\n"),
            "/crlf" => raw(b"Location: /x%0d%0aWARC-Type:%20response\r\n"),
            _ => {
                return Some(page("<title>t</title>there")).filter(|_| asked.path != "/robots.txt");
            }
        })
    });
    let crawl = Crawl::of(&web);
    let names = ["missing", "empty", "twice", "latin", "nul", "fragment", "spaces", "user", "crlf"];
    let seeds: Vec<String> = names.iter().map(|name| format!("http://a.test/{name}")).collect();
    let run = crawl.run(&seeds.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(run.code, Some(3), "two led nowhere: {}", run.stderr);
    for seed in &seeds {
        assert_eq!(crawl.end(seed), "moved 301", "{}", run.stderr);
    }
    let ends = crawl.ends();
    assert!(ends.contains_key("http://a.test/in"), "{ends:?}");
    assert!(ends.contains_key("http://a.test/x%0d%0aWARC-Type:%20response"), "{ends:?}");
    assert!(!crawl.told(&run).contains("secret"));
}

#[test]

fn private_addresses_are_refused_at_every_hop() {
    let web = Web::new(|asked| (asked.path == "/go").then(|| moved("http://127.0.0.1/x")));
    let crawl = Crawl::with(&["--contact", "desk@warraq.test", "--delay", "20ms"]);
    let resolve = web.resolve();
    let literals = [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://100.64.0.1/",
        "http://192.168.1.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://localhost/",
        "http://017700000001/",
    ];
    let run = crawl.run(&literals);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    for (url, end) in crawl.ends() {
        assert!(end == "refused private-address", "{url}: {end}");
    }
    assert_eq!(web.asked().len(), 0);
    // A fixed address is where a name leads, no leave to go there.
    let fixed = Crawl::with(&["--contact", "desk@warraq.test", "--delay", "20ms"]);
    fixed.run(&["http://a.test/go", "--resolve", &resolve]);
    assert_eq!(fixed.end("http://a.test/go"), "refused private-address");
    assert_eq!(web.asked().len(), 0);
}

#[test]
fn a_redirect_that_only_adds_what_the_key_drops() {
    let web = Web::new(|asked| {
        Some(match asked.path.as_str() {
            "/story" => moved("/story?utm_source=self"),
            "/story?utm_source=self" => page("<title>There</title><p>text"),
            _ => return None,
        })
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/story"]);
    assert_eq!(run.code, Some(0));
    assert_eq!(crawl.end("http://a.test/story?utm_source=self"), "captured 200");
}

#[test]
fn http_to_https_is_followed_and_its_failure_is_told() {
    let web = Web::new(|asked| {
        (asked.path != "/robots.txt").then(|| moved(&format!("https://a.test{}", asked.path)))
    });
    let crawl = Crawl::of(&web);
    // Nobody speaks TLS there.
    let tls = format!("*:443:127.0.0.1:{}", web.port);
    let run = crawl.run(&["http://a.test/x", "--resolve", &tls]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert_eq!(crawl.end("http://a.test/x"), "moved 302");
}

#[test]
fn a_seed_that_comes_to_nothing_behind_redirects_is_named_itself() {
    let web = Web::new(|asked| match asked.path.as_str() {
        "/seed" => Some(moved("/hop")),
        "/hop" => Some(moved("http://b.test/gone")),
        _ => None,
    });
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/seed"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert_eq!(crawl.summary()["failed_seeds"], serde_json::json!(["http://a.test/seed"]));
}
