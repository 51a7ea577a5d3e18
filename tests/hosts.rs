//! What a job says of single hosts, seen by politeness at a clock that stands still.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::time::Duration;

use url::Url;
use warraq::address::Site;
use warraq::politeness::{Answer, Politeness};
use warraq::settings::{HostSettings, Settings};
use warraq::{Clock, moment::Moment};

const NINE: Duration = Duration::from_secs(9);

/// A crawl that is told something of one site, asking for a page of `news.example`.
fn told_of(site: &str) -> (Politeness, Clock) {
    let own = HostSettings {
        site: site.to_owned(),
        delay: Some(NINE),
        per_host: Some(2),
        robots: false,
        headers: Vec::new(),
    };
    let mut settings = Settings::new("unused".into(), "desk@example.org");
    settings.hosts = vec![own];
    let clock = Clock::fixed(Moment::from_millis(1_795_339_800_000));
    (Politeness::seeded(&settings, clock.clone(), 7), clock)
}

#[test]
fn a_host_may_have_rules_of_its_own() {
    let url = Url::parse("https://www.news.example/ar/a").unwrap();
    let site = Site::of(&url);
    let (polite, clock) = told_of("news.example");
    // Nobody has read its robots.txt, and nobody needs to.
    assert_eq!(polite.ask(&url, &site), Answer::Go);
    assert_eq!(polite.ask(&url, &site), Answer::Later(clock.wall().plus(NINE)));
    clock.advance(NINE);
    assert_eq!(polite.ask(&url, &site), Answer::Go, "a second one beside the first");
    clock.advance(NINE);
    assert!(matches!(polite.ask(&url, &site), Answer::Later(_)), "two are in flight");
    let (other, _) = told_of("other.example");
    assert!(matches!(other.ask(&url, &site), Answer::NeedsRobots(_)));
}
