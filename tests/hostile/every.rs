//! Every discovered URL ends in exactly one state, also when the crawl is killed again and again on
//! the way (the ledger invariant).

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::run::Crawl;
use super::web::{Asked, Script, Step, Web, head, moved, page, reply};

const PAGES: usize = 40;

/// What a page leads to: some of everything.
fn targets(n: usize) -> Vec<String> {
    let mut all = vec![
        format!("/page/{}", (n * 7 + 1) % PAGES),
        format!("/page/{}", (n + 1) % PAGES),
        format!("/gone/{n}"),
        format!("/moved/{n}"),
        format!("/private/{n}"),
        format!("/film-{n}.mp4"),
        format!("/logout?n={n}"),
        format!("http://elsewhere.test/{n}"),
        format!("/a/{n}/a/{n}/a/{n}/a/{n}/"),
    ];
    match n % 8 {
        0 => all.push(format!("/sick/{n}")),
        1 => all.push(format!("/reset/{n}")),
        2 => all.push(format!("/garbage/{n}")),
        3 => all.push(format!("/loop/{n}")),
        4 => all.push(format!("/cut/{n}")),
        5 => all.push(format!("http://dead.a.test/{n}")),
        6 => all.push(format!("/limited/{n}")),
        _ => all.push(format!("/far/{n}")),
    }
    all
}

fn answer(asked: &Asked) -> Option<Script> {
    let (path, before) = (asked.path.as_str(), asked.before);
    let n: usize = path.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let kind = path.split('/').nth(1).unwrap_or_default();
    Some(match kind {
        "robots.txt" => reply(200, &[], b"User-agent: *\nDisallow: /private/\n"),
        "page" => {
            let links: String =
                targets(n).iter().map(|to| format!("<a href=\"{to}\">on</a>")).collect();
            page(&format!("<title>Page {path}</title>{links}"))
        }
        "moved" => moved(&format!("/page/{}", (n * 3) % PAGES)),
        "loop" => moved(path),
        "far" => moved(&format!("http://elsewhere.test/far/{n}")),
        "sick" => reply(500, &[], b"sick"),
        "limited" if before == 0 => reply(429, &["Retry-After: 0"], b""),
        "limited" => page("<title>limited</title>"),
        "reset" => vec![Step::Reset],
        "garbage" => vec![Step::Send(b"no HTTP at all\r\n\r\n".to_vec())],
        "cut" => {
            vec![Step::Send([head(200, &["Content-Length: 900"]).as_slice(), b"cut"].concat())]
        }
        _ => return None,
    })
}

/// Every URL the pages name, as the ledger writes it.
fn discovered() -> BTreeSet<String> {
    let absolute = |to: String| {
        if to.starts_with('/') { format!("http://a.test{to}") } else { to }
    };
    (0..PAGES).flat_map(targets).map(absolute).collect()
}

#[test]
fn every_url_ends_once_however_often_the_crawl_is_killed() {
    let web = Web::new(answer);
    let crawl = Crawl::of(&web);
    let args = ["http://a.test/page/0", "--depth", "50", "--patience", "0"];
    for round in 1..=4_usize {
        let mut child = crawl
            .command(&args)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let (moment, patience) = (web.asked().len() + 5 + round * 9, Instant::now());
        while web.asked().len() < moment && child.try_wait().unwrap().is_none() {
            assert!(patience.elapsed() < Duration::from_secs(30), "the crawl makes no way");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // A host that is hurt rests; each call goes on when it may.
    let ended = (0..40).any(|_| crawl.run(&args).code != Some(18));
    assert!(ended, "{:?}", crawl.summary());
    assert_eq!(crawl.summary()["stats"]["queued"], 0, "{:?}", crawl.summary());
    crawl.adds_up();
    let ends = crawl.ends();
    let lost: Vec<String> =
        discovered().into_iter().filter(|url| !ends.contains_key(url)).collect();
    assert_eq!(lost, Vec::<String>::new(), "discovered, and without an end");
    let why = |url: &str| ends[&format!("http://a.test{url}")].clone();
    assert_eq!(why("/private/3"), "refused robots");
    assert_eq!(why("/loop/3"), "moved 302");
    assert_eq!(why("/reset/1"), "failed disconnect");
    assert_eq!(why("/garbage/2"), "failed protocol");
    assert_eq!(
        why("/gone/7"),
        if why("/gone/7").starts_with('r') { "revisit 404" } else { "captured 404" }
    );
}
