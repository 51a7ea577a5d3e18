//! What the operator gave to one server arrives at no other (faults 85, 87), and both transports
//! end the same way.

use super::run::Crawl;
use super::web::{Web, moved, page, reply};

#[test]
fn a_key_for_the_seeds_host_goes_nowhere_else() {
    let web = Web::new(|asked| match (asked.host.as_str(), asked.path.as_str()) {
        ("far.test" | "alt.test", "/robots.txt") => None,
        ("a.test", "/robots.txt") => Some(moved("http://robots.test/r")),
        ("a.test", "/") => Some(page(
            "<html lang=en><head><link rel=alternate hreflang=fr href=http://alt.test/fr/x></head>\
             <a href=/go>x</a>",
        )),
        ("a.test", "/go") => Some(moved("http://far.test/")),
        ("a.test", "/seed-away") => Some(moved("http://far.test/away")),
        (_, path) if path != "/robots.txt" => Some(page(&format!("<title>{path}</title>"))),
        _ => None,
    });
    for transport in ["wire", "reqwest"] {
        let crawl = Crawl::of(&web);
        let run = crawl.run(&[
            "http://a.test/",
            "http://a.test/seed-away",
            "--depth",
            "1",
            "--transport",
            transport,
            "--header",
            "X-Api-Key: canary-7431",
            "--header",
            "Cookie: sid=canary-7431",
        ]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(!crawl.told(&run).contains("canary-7431"), "{transport}");
    }
    assert!(web.heads("a.test/").iter().all(|head| head.contains("canary-7431")));
    for url in ["far.test/", "far.test/away", "alt.test/fr/x", "robots.test/r"] {
        for head in web.heads(url) {
            assert!(!head.contains("canary"), "{url}: {head}");
        }
    }
    assert!(web.times("alt.test/fr/x") > 0 && web.times("far.test/away") > 0);
}

#[test]
fn a_key_is_not_in_the_archive() {
    let web = Web::new(|asked| (asked.path == "/").then(|| page("<title>Page</title>")));
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/", "--header", "Authorization: Bearer canary-7431"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mut kept = 0;
    for entry in crawl.records() {
        let block = entry.block.first(1 << 20).unwrap();
        kept += usize::from(String::from_utf8_lossy(&block).contains("canary-7431"));
    }
    assert_eq!(kept, 0, "the request record holds the key");
}

#[test]
fn a_silent_robots_host_ends_the_run_all_the_same() {
    // dead.test answers nothing at all; the robots.txt of live.test has moved there.
    let web = Web::new(|asked| match (asked.host.as_str(), asked.path.as_str()) {
        ("dead.test", _) => Some(vec![super::web::Step::Reset]),
        ("live.test", "/robots.txt") => Some(moved("http://dead.test/r")),
        ("live.test", _) => Some(page("<title>Live</title>")),
        _ => Some(reply(404, &[], b"")),
    });
    let crawl = Crawl::of(&web);
    let mut seeds: Vec<String> = (0..30).map(|at| format!("http://dead.test/{at}")).collect();
    seeds.push("http://live.test/x".to_owned());
    let mut args: Vec<&str> = seeds.iter().map(String::as_str).collect();
    args.extend(["--retries", "30", "--retry-delay", "0"]);
    let run = crawl.run(&args);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert_eq!(web.times("live.test/x"), 0);
}
