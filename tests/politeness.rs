//! Politeness: delays, rests, back-off and whose robots.txt is asked for, at a clock that stands still.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may fail loudly"
)]

use std::time::Duration;

use proptest::prelude::*;
use url::Url;
use warraq::address::{HostKey, Site};
use warraq::frontier::{RobotsAnswer, RobotsFact};
use warraq::lead::{FailureKind, Rule};
use warraq::moment::{Clock, Moment};
use warraq::politeness::{Answer, Feedback, Next, Politeness};
use warraq::settings::Settings;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A crawl of one site at a clock that moves when told to.
struct Desk {
    clock: Clock,
    polite: Politeness,
    url: Url,
    site: Site,
}

impl Desk {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::new("unused".into(), "desk@example.org");
        change(&mut settings);
        let clock = Clock::fixed(Moment::from_millis(1_795_339_800_000));
        let url = Url::parse("https://news.example/ar/a").unwrap();
        let polite = Politeness::seeded(&settings, clock.clone(), 7);
        let site = Site::of(&url);
        Self { clock, polite, url, site }
    }

    /// One whose robots.txt allows everything.
    fn open(change: impl FnOnce(&mut Settings)) -> Self {
        let desk = Self::new(change);
        desk.learn(RobotsAnswer::Unavailable);
        desk
    }

    fn learn(&self, answer: RobotsAnswer) {
        let fact = RobotsFact { read: self.clock.wall(), answer };
        self.polite.learn(&HostKey::of(&self.url), &fact, None);
    }

    fn learn_file(&self, file: &str) {
        self.learn(RobotsAnswer::File(file.as_bytes().to_vec()));
    }

    fn ask(&self) -> Answer {
        self.polite.ask(&self.url, &self.site)
    }

    /// Seconds from now to an instant.
    fn wait(&self, when: Moment) -> Duration {
        when.since(self.clock.steady())
    }

    /// A request that starts now and takes `took`; the clock stands at its end.
    fn fetch(&self, took: Duration, change: impl FnOnce(&mut Feedback)) -> Next {
        let mut feedback = Feedback {
            started: self.clock.steady(),
            took,
            status: Some(200),
            retry_after: None,
            failed: None,
            private_peer: false,
            bytes: 1_000,
        };
        assert_eq!(self.ask(), Answer::Go);
        change(&mut feedback);
        self.clock.advance(took);
        self.polite.settled(&self.url, &self.site, &feedback)
    }

    /// Moves the clock to just before `when`, where the site may not be asked, then to it.
    fn wait_until(&self, when: Moment) {
        self.clock.advance(self.wait(when).saturating_sub(Duration::from_millis(1)));
        let early = [Answer::Later(when), Answer::Rest(when)];
        assert!(early.contains(&self.ask()), "one millisecond early");
        self.clock.advance(Duration::from_millis(1));
    }
}

#[test]
fn requests_are_two_seconds_apart_start_to_start() {
    let desk = Desk::open(|_| ());
    let next = desk.fetch(Duration::from_millis(300), |_| ());
    assert_eq!(desk.wait(next.due), Duration::from_millis(1_700));
    assert_eq!((next.delay_ms, next.parked), (2_000, None));
    desk.wait_until(next.due);
    assert_eq!(desk.ask(), Answer::Go);
    assert!(matches!(desk.ask(), Answer::Later(_)), "the turn is taken");
}

#[test]
fn a_slow_server_is_asked_less_often_and_a_fast_one_more_often_again() {
    let desk = Desk::open(|_| ());
    let next = desk.fetch(secs(5), |_| ());
    assert_eq!((next.delay_ms, desk.wait(next.rest)), (2_000, secs(5)));
    desk.wait_until(next.rest);
    let next = desk.fetch(secs(1), |_| ());
    assert_eq!(desk.wait(next.rest.max(next.due)), secs(1));
}

#[test]
fn a_changed_delay_counts_from_the_last_start() {
    let desk = Desk::open(|_| ());
    let next = desk.fetch(secs(1), |_| ());
    desk.clock.advance(desk.wait(next.due));
    desk.learn_file("User-agent: *\nCrawl-delay: 10");
    assert_eq!(desk.ask(), Answer::Later(next.due.plus(secs(8))));
    desk.wait_until(next.due.plus(secs(8)));
    assert_eq!(desk.ask(), Answer::Go);
}

#[test]
fn after_a_crash_every_site_counts_as_asked() {
    let Desk { clock, polite, url, site } = Desk::new(|_| ());
    let polite = polite.after_a_crash();
    let began = clock.steady();
    assert_eq!(polite.turn(&url, &site), Answer::Later(began.plus(secs(2))));
    let file = RobotsAnswer::File(b"User-agent: *\nCrawl-delay: 10".to_vec());
    polite.learn(&HostKey::of(&url), &RobotsFact { read: clock.wall(), answer: file }, None);
    assert_eq!(polite.ask(&url, &site), Answer::Later(began.plus(secs(10))));
    clock.advance(secs(10));
    assert_eq!(polite.ask(&url, &site), Answer::Go);
}

#[test]
fn a_server_rests_by_itself() {
    let desk = Desk::open(|_| ());
    let sister = Url::parse("https://en.news.example/x").unwrap();
    let fact = RobotsFact { read: desk.clock.wall(), answer: RobotsAnswer::Unavailable };
    desk.polite.learn(&HostKey::of(&sister), &fact, None);
    let next = desk.fetch(secs(30), |feedback| {
        (feedback.status, feedback.retry_after) = (Some(429), Some(secs(600)));
    });
    assert!(matches!(desk.ask(), Answer::Rest(until) if until == next.rest));
    assert_eq!(next.due, desk.clock.steady().minus(secs(28)), "the site is due");
    assert_eq!(desk.polite.ask(&sister, &desk.site), Answer::Go);
}

#[test]
fn crawl_delay_raises_the_delay_up_to_two_minutes() {
    for (file, want) in [("2.5", 2_500), ("1", 2_000), ("86400", 120_000), ("-3", 2_000)] {
        let desk = Desk::new(|_| ());
        desk.learn_file(&format!("User-agent: *\nCrawl-delay: {file}"));
        let next = desk.fetch(Duration::ZERO, |_| ());
        assert_eq!(next.delay_ms, want, "{file}");
        desk.wait_until(next.due);
    }
}

#[test]
fn origins_of_one_site_share_one_clock() {
    let desk = Desk::open(|_| ());
    let other = Url::parse("http://ar.news.example/x").unwrap();
    let fact = RobotsFact {
        read: desk.clock.wall(),
        answer: RobotsAnswer::File(b"User-agent: *\nCrawl-delay: 20".to_vec()),
    };
    desk.polite.learn(&HostKey::of(&other), &fact, None);
    assert_eq!(Site::of(&other), desk.site);
    let next = desk.fetch(secs(1), |_| ());
    assert_eq!(next.delay_ms, 20_000, "the longest wish of any origin");
    assert_eq!(desk.polite.ask(&other, &desk.site), Answer::Later(next.due));
}

#[test]
fn zero_delay_is_for_private_peers() {
    let zero = |settings: &mut Settings| settings.delay = Duration::ZERO;
    let desk = Desk::open(zero);
    let next = desk.fetch(secs(1), |feedback| feedback.private_peer = true);
    assert_eq!((next.delay_ms, desk.wait(next.due)), (0, Duration::ZERO));
    desk.fetch(secs(1), |feedback| feedback.private_peer = true);

    let public = Desk::open(zero);
    assert_eq!(public.fetch(secs(1), |_| ()).delay_ms, 2_000);
    let own = Desk::open(|settings| (settings.delay, settings.own_hosts) = (Duration::ZERO, true));
    assert_eq!(own.fetch(secs(1), |_| ()).delay_ms, 0);
}

#[test]
fn zero_delay_still_obeys_a_stated_crawl_delay() {
    let desk = Desk::new(|settings| settings.delay = Duration::ZERO);
    desk.learn_file("User-agent: warraq\nCrawl-delay: 1");
    let next = desk.fetch(Duration::ZERO, |feedback| feedback.private_peer = true);
    assert_eq!(next.delay_ms, 1_000);
    desk.wait_until(next.due);
}

#[test]
fn more_than_one_in_flight_keeps_the_starts_apart() {
    let desk = Desk::open(|settings| settings.per_host = 2);
    assert_eq!(desk.ask(), Answer::Go);
    assert!(matches!(desk.ask(), Answer::Later(_)));
    desk.clock.advance(secs(2));
    assert_eq!(desk.ask(), Answer::Go);
    desk.clock.advance(secs(2));
    assert!(matches!(desk.ask(), Answer::Later(_)), "two are under way");
    desk.clock.advance(secs(3_600));
    assert_eq!(desk.ask(), Answer::Go, "a worker that died does not hold its place for ever");
}

#[test]
fn retry_after_is_kept_to_the_millisecond() {
    for status in [429, 503] {
        let desk = Desk::open(|_| ());
        let next = desk.fetch(secs(1), |feedback| {
            (feedback.status, feedback.retry_after) = (Some(status), Some(secs(90)));
        });
        assert_eq!(desk.wait(next.rest), secs(90));
        assert_eq!(next.parked, Some((secs(90), format!("status {status}, Retry-After 90 s"))));
        desk.wait_until(next.rest);
        assert_eq!(desk.ask(), Answer::Go);
    }
}

#[test]
fn a_retry_after_of_a_year_is_held_to_an_hour_and_said() {
    let desk = Desk::open(|_| ());
    let next = desk.fetch(secs(1), |feedback| {
        (feedback.status, feedback.retry_after) = (Some(503), Some(secs(31_536_000)));
    });
    let why = "status 503, Retry-After 31536000 s, held to 3600 s".to_owned();
    assert_eq!(next.parked, Some((secs(3_600), why)));
    desk.wait_until(next.rest);
}

#[test]
fn without_retry_after_pauses_double_until_the_site_is_well() {
    let desk = Desk::open(|_| ());
    let mut last = Duration::ZERO;
    for times in 1..=4_u32 {
        let next = desk.fetch(Duration::ZERO, |feedback| feedback.status = Some(429));
        let (rest, why) = next.parked.unwrap();
        let plain = secs(2_u64.pow(times));
        assert!(rest >= plain && rest <= plain + plain / 2, "{rest:?}");
        assert!(rest > last && why.contains(&format!("({times} in a row)")), "{why}");
        last = rest;
        desk.wait_until(next.rest);
    }
    let next = desk.fetch(Duration::ZERO, |_| ());
    assert_eq!((desk.wait(next.due), next.parked), (secs(2), None));
    desk.wait_until(next.due);
    let next = desk.fetch(Duration::ZERO, |feedback| feedback.status = Some(429));
    assert!(next.parked.unwrap().0 <= secs(3), "it begins anew");
}

#[test]
fn a_site_that_says_one_second_for_ever_is_not_believed_for_ever() {
    let desk = Desk::open(|_| ());
    let limited = |feedback: &mut Feedback| {
        (feedback.status, feedback.retry_after) = (Some(429), Some(secs(1)));
    };
    for least in [2, 2, 4, 8, 16] {
        let next = desk.fetch(Duration::ZERO, limited);
        assert!(desk.wait(next.rest.max(next.due)) >= secs(least), "{next:?}");
        desk.clock.advance(desk.wait(next.rest.max(next.due)));
    }
}

#[test]
fn a_silent_site_is_given_up_for_this_run() {
    let desk = Desk::open(|_| ());
    for _ in 0..20 {
        let next = desk.fetch(Duration::ZERO, |feedback| {
            (feedback.status, feedback.failed) = (None, Some(FailureKind::Connect));
        });
        assert!(desk.wait(next.rest) <= secs(450));
        desk.clock.advance(desk.wait(next.rest.max(next.due)));
    }
    assert_eq!(desk.ask(), Answer::Park("news.example did not answer 20 times in a row".into()));
}

#[test]
fn broken_pages_do_not_make_a_site_silent() {
    let desk = Desk::open(|_| ());
    for _ in 0..50 {
        let next = desk.fetch(Duration::ZERO, |feedback| feedback.status = Some(500));
        desk.clock.advance(desk.wait(next.rest.max(next.due)));
    }
    assert_eq!(desk.ask(), Answer::Go);
}

#[test]
fn requests_per_second_hold_across_sites() {
    let desk = Desk::new(|settings| (settings.requests_per_second, settings.robots) = (4, false));
    let mut when = Vec::new();
    for n in 0..4 {
        let url = Url::parse(&format!("https://site{n}.example/")).unwrap();
        while let Answer::Later(due) = desk.polite.ask(&url, &Site::of(&url)) {
            desk.clock.advance(desk.wait(due));
        }
        when.push(desk.clock.steady().millis() - 1_795_339_800_000);
    }
    assert_eq!(when, [0, 250, 500, 750]);
}

#[test]
fn bytes_are_paid_for_before_the_next_request() {
    let desk = Desk::open(|settings| settings.bytes_per_second = 1_000);
    desk.fetch(secs(0), |feedback| feedback.bytes = 11_000);
    let start = desk.clock.steady();
    while let Answer::Later(due) = desk.ask() {
        assert!(due > desk.clock.steady(), "no busy waiting");
        desk.clock.advance(desk.wait(due));
    }
    assert_eq!(desk.clock.steady().since(start), secs(10), "11 kB at 1 kB/s, one second's burst");
}

#[test]
fn robots_come_first_and_last_a_day() {
    let desk = Desk::new(|_| ());
    let origin = HostKey::of(&desk.url);
    assert_eq!(desk.ask(), Answer::NeedsRobots(origin.clone()));
    assert_eq!(desk.polite.turn(&desk.url, &desk.site), Answer::Go, "robots.txt itself");
    desk.learn_file("User-agent: *\nDisallow: /ar/a");
    assert_eq!(desk.ask(), Answer::Never(Rule::Robots));
    desk.clock.advance(secs(24 * 3_600));
    assert_eq!(desk.ask(), Answer::NeedsRobots(origin));
}

#[test]
fn robots_belong_to_an_origin() {
    let desk = Desk::new(|_| ());
    desk.learn_file("User-agent: *\nDisallow: /");
    for other in
        ["http://news.example/ar/a", "https://news.example:8443/a", "https://www.news.example/"]
    {
        let url = Url::parse(other).unwrap();
        let asked = desk.polite.ask(&url, &Site::of(&url));
        assert_eq!(asked, Answer::NeedsRobots(HostKey::of(&url)), "{other}");
    }
}

#[test]
fn robots_can_be_left_out() {
    let desk = Desk::new(|settings| settings.robots = false);
    assert_eq!(desk.ask(), Answer::Go);
}

#[test]
fn unreachable_robots_keep_the_urls() {
    let desk = Desk::new(|settings| settings.retries = 2);
    let mut last = Duration::ZERO;
    for _ in 0..2 {
        desk.learn(RobotsAnswer::Unreachable);
        let Answer::Rest(again) = desk.ask() else { panic!("kept for later") };
        assert!(desk.wait(again) > last, "growing pauses");
        let told = desk.polite.robots_wait(&HostKey::of(&desk.url)).unwrap();
        assert_eq!(told.as_millis(), desk.wait(again).as_millis(), "what is told is kept");
        last = desk.wait(again);
        desk.wait_until(again);
        assert!(matches!(desk.ask(), Answer::NeedsRobots(_)));
    }
    desk.learn(RobotsAnswer::Unreachable);
    assert!(matches!(desk.ask(), Answer::Park(why) if why.contains("3 times")));
    assert_eq!(desk.polite.robots_wait(&HostKey::of(&desk.url)), None);
    desk.learn_file("");
    assert_eq!(desk.ask(), Answer::Go, "a file ends it");
}

#[test]
fn what_is_kept_of_robots_is_believed_for_a_day() {
    let desk = Desk::new(|_| ());
    let mut fact = RobotsFact { read: desk.clock.wall(), answer: RobotsAnswer::Unavailable };
    desk.clock.advance(secs(24 * 3_600 - 1));
    assert!(desk.polite.believes(&fact));
    desk.clock.advance(secs(1));
    assert!(!desk.polite.believes(&fact));
    fact = RobotsFact { read: desk.clock.wall(), answer: RobotsAnswer::Unreachable };
    assert!(!desk.polite.believes(&fact), "an old failure is no answer");
}

proptest! {
    /// Whatever the site says and however often it is asked, no request starts sooner after the
    /// last one than the delay then in force, nor before the rest the site was promised.
    #[test]
    fn no_request_is_ever_early(steps in proptest::collection::vec(
        (0_u64..9_000, 0_u64..4_000, prop_oneof![Just(200_u16), Just(429), Just(500), Just(503)],
         proptest::option::of(0_u64..40)),
        1..60,
    )) {
        let desk = Desk::open(|_| ());
        let mut promised = desk.clock.steady();
        for (idle, took, status, retry_after) in steps {
            desk.clock.advance(Duration::from_millis(idle));
            let started = desk.clock.steady();
            match desk.ask() {
                Answer::Go => prop_assert!(started >= promised),
                Answer::Later(when) | Answer::Rest(when) => {
                    prop_assert!(when > started, "an instant that is still to come");
                    continue;
                }
                Answer::Park(_) => return Ok(()),
                other => prop_assert!(false, "{other:?}"),
            }
            let took = Duration::from_millis(took);
            desk.clock.advance(took);
            let retry_after = retry_after.map(secs).filter(|_| status != 200);
            let next = desk.polite.settled(&desk.url, &desk.site, &Feedback {
                started, took, status: Some(status), retry_after, failed: None,
                private_peer: false, bytes: 10,
            });
            promised = next.due.max(next.rest);
            prop_assert!(promised >= started.plus(secs(2).max(took * 2)));
            prop_assert!(promised >= desk.clock.steady().plus(retry_after.unwrap_or_default()));
        }
    }
}
