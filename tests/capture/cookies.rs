//! Cookies: what is taken, and to whom it goes back.

use std::time::Duration;

use url::Url;
use warraq::capture::cookies::Jar;
use warraq::head::{Field, Head};
use warraq::moment::Moment;

use super::escapes::unescape;
use super::server::clock;

fn now() -> Moment {
    clock().wall()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn answer(cookies: &[Vec<u8>]) -> Head {
    let field = |value: &Vec<u8>| Field { name: b"sEt-cookie".to_vec(), value: value.clone() };
    Head { start: b"HTTP/1.1 200 OK".to_vec(), fields: cookies.iter().map(field).collect() }
}

fn set(jar: &Jar, from: &str, cookie: &str) -> bool {
    jar.learn(&url(from), &answer(&[cookie.as_bytes().to_vec()]), now())
}

#[test]
fn what_comes_back_to_whom() {
    let lines = include_str!("../tables/cookies.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let [from, cookies, to, want] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line}");
        };
        let jar = Jar::default();
        let cookies: Vec<_> = cookies.split(" && ").map(unescape).collect();
        jar.learn(&url(from), &answer(&cookies), now());
        let field = jar.field(&url(to), now());
        assert_eq!(field.as_deref(), (want != "-").then_some(want), "{line}");
    }
}

#[test]
fn what_is_old_ends_and_what_is_longest_is_held_to_400_days() {
    let jar = Jar::default();
    set(&jar, "http://a.example/", "short=1; Max-Age=60");
    set(&jar, "http://a.example/", "long=1; Max-Age=999999999999");
    let after = |days: u64| now().plus(Duration::from_hours(24 * days));
    assert_eq!(jar.field(&url("http://a.example/"), after(1)).as_deref(), Some("long=1"));
    assert_eq!(jar.field(&url("http://a.example/"), after(401)), None);
}

#[test]
fn what_tls_brought_is_not_overlaid_without_it() {
    let jar = Jar::default();
    set(&jar, "https://a.example/", "id=good; Secure; Path=/x");
    for bad in ["id=bad", "id=bad; Domain=a.example", "id=bad; Path=/x/y"] {
        set(&jar, "http://a.example/x/y/z", bad);
    }
    assert_eq!(jar.field(&url("https://a.example/x/y/z"), now()).as_deref(), Some("id=good"));
    // Over TLS its owner may take the mark away.
    set(&jar, "https://a.example/", "id=plain; Path=/x");
    assert_eq!(jar.field(&url("http://a.example/x"), now()).as_deref(), Some("id=plain"));
}

#[test]
fn news_are_told_from_repetitions() {
    let jar = Jar::default();
    assert!(set(&jar, "http://a.example/", "id=1"));
    assert!(!set(&jar, "http://a.example/", "id=1"));
    assert!(set(&jar, "http://a.example/", "id=2"));
    assert!(!set(&jar, "http://a.example/", "other=1; Path=/elsewhere"));
    assert!(set(&jar, "http://a.example/", "id=2; Max-Age=0"));
}

#[test]
fn a_flood_of_cookies_is_bounded() {
    let jar = Jar::default();
    let big = "v".repeat(4_000);
    for n in 0..300 {
        set(&jar, "http://a.example/", &format!("c{n}={n}"));
        set(&jar, "http://b.example/", &format!("c{n}={big}"));
    }
    let field = jar.field(&url("http://a.example/"), now()).unwrap();
    assert_eq!(field.split("; ").count(), 50);
    assert!(field.ends_with("c299=299"), "{field}");
    assert!(jar.field(&url("http://b.example/"), now()).unwrap().len() <= 6 << 10);
    assert!(!set(&jar, "http://c.example/", &format!("c={}", "v".repeat(60_000))));
}
