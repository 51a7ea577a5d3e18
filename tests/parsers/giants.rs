//! Giants: a page four times as long costs four times the work, whatever it is made of. Counted is
//! the processor time of this thread, at its best of three and more: neighbours make some rounds dear,
//! and none of them makes quadratic work cheap in its best one.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use url::Url;
use warraq::head::Head;
use warraq::page::{self, Source};
use warraq::politeness::robots::Rules;
use warraq::seeds::discover;

/// The smaller of the two sizes, in bytes.
const SMALL: usize = 64 << 10;

/// What quadratic work would cost is 16 times as much; linear work 4 times.
const MOST: f64 = 9.0;

/// Rounds at most.
const ROUNDS: usize = 60;

fn here() -> Url {
    Url::parse("https://news.example/en/story").unwrap()
}

/// Seconds of processor time.
fn spent(work: impl Fn()) -> f64 {
    let now = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap());
    let began = now();
    work();
    now().saturating_sub(began).as_secs_f64()
}

fn grows_with(name: &str, start: &str, part: &str, read: fn(&str)) {
    let body = |size: usize| format!("{start}{}", part.repeat(size / part.len()));
    let (small, large) = (body(SMALL), body(4 * SMALL));
    let mut best = (f64::MAX, f64::MAX);
    for round in 1..=ROUNDS {
        best = (best.0.min(spent(|| read(&small))), best.1.min(spent(|| read(&large))));
        // Below a millisecond or so the clock is too coarse to tell.
        if round >= 3 && best.1 < MOST * best.0.max(0.002) {
            return;
        }
    }
    panic!("{name}: {:.4} s, four times as long {:.4} s", best.0, best.1);
}

#[test]
fn pages_cost_what_they_weigh() {
    let read = |html: &str| {
        let head = Head::parse(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
        page::read(Source { url: &here(), head: &head, entity: html.as_bytes() });
    };
    let ld = "<script type=application/ld+json>";
    for (name, start, part) in [
        ("<", "", "<"),
        ("&", "", "&"),
        ("&amp", "<p>", "&ampx"),
        ("title", "<title>", "t"),
        ("comment", "<!--", "--"),
        ("attribute", "<a href=\"", "/x"),
        ("attributes", "<a ", "a=b "),
        ("srcset", "<img srcset=\"", "/a 1x,"),
        ("JSON-LD", ld, "[{\"@graph\":"),
        ("JSON-LD numbers", &format!("{ld}["), "1e9,"),
        ("JSON-LD text", &format!("{ld}{{\"@type\":\"NewsArticle\",\"headline\":\""), "\\u0041"),
        ("alternates", "", "<link rel=alternate hreflang=fr href=/fr/1>"),
        ("links", "", "<a href=/x>x</a>"),
        ("paragraphs", "<article>", "<p>Word by word, and so on.</p>"),
        ("open tags", "", "<b>"),
        ("lists", "", "<ul><li>"),
        ("tables", "", "<table><tr><td>"),
        ("bylines", "", "<p class=byline>By Ann Lee and "),
        ("spaces", "<p>By ", " "),
        ("line ends", "<p>", "\n"),
        ("NUL", "<p>", "\0"),
        ("combining", "<p>a", "\u{301}"),
    ] {
        grows_with(name, start, part, read);
    }
}

#[test]
fn lists_cost_what_they_weigh() {
    let feed = |text: &str| drop(discover::feed(text, &here()));
    let sitemap = |text: &str| drop(discover::sitemap(text, &here()));
    let robots = |text: &str| drop(Rules::parse(text.as_bytes()));
    let rss = "<rss version='2.0'><channel>";
    grows_with("feed items", rss, "<item><link>/a</link></item>", feed);
    grows_with("feed depth", rss, "<item>", feed);
    grows_with("feed entities", rss, "&amp;", feed);
    grows_with("sitemap", "<urlset>", "<url><loc>/a</loc></url>", sitemap);
    grows_with("sitemap depth", "<urlset>", "<url>", sitemap);
    grows_with("sitemap text", "<urlset><url><loc>", "/x", sitemap);
    grows_with("robots", "User-agent: *\n", "Disallow: /a*b\n", robots);
    grows_with("robots agents", "", "User-agent: warraq\n", robots);
    grows_with("robots line", "User-agent: *\nDisallow: /", "*", robots);
}
