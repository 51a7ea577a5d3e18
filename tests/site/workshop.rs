//! The workshop: one small page for every odd way a server can answer.
//!
//! All of them hang below `/workshop/`, which the Arabic home page leads to. The pages say in
//! English what they are; none is an article of a group.

use std::time::Duration;

use super::answer::{Answer, Charset, chunks, head};
use super::layout::{Frame, MAIN};
use super::web::{Resource, Role, frame_links};

/// The private section, the open corner in it, a draft and the workshop: path and label.
pub const FROM_ARABIC_HOME: &[(&str, &str)] = &[
    ("http://warraq.test/workshop/", "ورشة المجلة"),
    ("http://warraq.test/private/ledger.html", "دفتر الحسابات"),
    ("http://warraq.test/private/open/notice.html", "إعلان للزوار"),
    ("http://warraq.test/ar/next-issue.draft", "مسودة العدد القادم"),
];

/// Path and label of all that the workshop's index leads to.
const BENCHES: &[(&str, &str)] = &[
    ("/workshop/moved", "A page that moved twice"),
    ("/workshop/missing", "A page that is gone"),
    ("/workshop/busy", "A page that is busy at first"),
    ("/workshop/slow", "A page that takes its time"),
    ("/workshop/twin-a", "The first twin"),
    ("/workshop/twin-b", "The second twin"),
    ("/workshop/odd-fields", "A page with odd fields"),
    ("/workshop/old-protocol", "A page from an old server"),
    ("/workshop/nothing", "No page at all"),
    ("/workshop/trailers", "A page in chunks with trailers"),
    ("/workshop/unchanged", "A page that knows its readers"),
];

/// All resources of the workshop.
pub fn resources() -> Vec<Resource> {
    let mut all = vec![index(), open_notice(), unchanged()];
    all.extend(private());
    all.extend(moved());
    all.extend(plain());
    all.extend(busy());
    all.extend(raw());
    all
}

fn at(path: &str) -> String {
    format!("{MAIN}{path}")
}

/// A page of the workshop with one paragraph.
fn html(path: &str, title: &str, paragraph: &str) -> String {
    let url = at(path);
    let main = format!("<h1>{title}</h1>\n<p>{paragraph}</p>\n");
    Frame { lang: "en", title, url: &url }.page(Charset::Utf8, "", "", &main)
}

fn resource(path: &str, role: Role, answer: Answer) -> Resource {
    let url = at(path);
    let frame = frame_links("en", &url);
    Resource::new(&url, role, answer).leading_to(frame.iter().map(String::as_str))
}

fn index() -> Resource {
    let items: String = BENCHES
        .iter()
        .map(|(path, label)| format!("<li><a href=\"{path}\">{label}</a></li>\n"))
        .collect();
    let main = format!(
        "<h1>The workshop</h1>\n<ul>\n{items}</ul>\n\
         <p><a href=\"mailto:desk@warraq.test\">Write to us</a> or \
         <a href=\"javascript:void(0)\">print</a>.</p>\n"
    );
    let url = at("/workshop/");
    let frame = Frame { lang: "en", title: "The workshop", url: &url };
    let page = frame.page(Charset::Utf8, "", "", &main);
    let benches: Vec<String> = BENCHES.iter().map(|(path, _)| at(path)).collect();
    resource("/workshop/", Role::Page, Answer::page("200 OK", &page, &[]))
        .leading_to(benches.iter().map(String::as_str))
}

fn open_notice() -> Resource {
    let path = "/private/open/notice.html";
    let text = "The reading room is open on weekdays, and visitors may photograph what they like.";
    resource(path, Role::Page, Answer::page("200 OK", &html(path, "To our visitors", text), &[]))
}

/// What robots.txt keeps robots from. It is served all the same, so that disobedience shows.
fn private() -> Vec<Resource> {
    let one = |path: &str, title: &str| {
        let page = html(path, title, "Nobody but the editors should be reading this.");
        resource(path, Role::Private, Answer::page("200 OK", &page, &[]))
    };
    vec![one("/private/ledger.html", "Ledger"), one("/ar/next-issue.draft", "Draft")]
}

fn moved() -> Vec<Resource> {
    let path = "/workshop/settled/";
    let text = "This page has been moved twice and hopes to stay where it is now.";
    let page = Answer::page("200 OK", &html(path, "Settled", text), &[]);
    let (first, second) = (at("/workshop/moved"), at("/workshop/moved-again"));
    vec![
        Resource::redirect(&first, "301 Moved Permanently", &second),
        Resource::redirect(&second, "302 Found", &at(path)),
        resource(path, Role::Page, page),
    ]
}

fn plain() -> Vec<Resource> {
    let gone = html("/workshop/missing", "Gone", "Somebody borrowed this page years ago.");
    let slow = html("/workshop/slow", "Slow", "The head comes at once and the body after a rest.");
    // Twins name one canonical URL, so that they are equal to the last byte.
    let twin = html("/workshop/twin-a", "Twins", "The same words stand under two addresses.");
    let twin = Answer::page("200 OK", &twin, &[]);
    let nothing = Answer::raw(&head("204 No Content", &[]), vec![]);
    vec![
        resource("/workshop/missing", Role::Page, Answer::page("404 Not Found", &gone, &[])),
        resource(
            "/workshop/slow",
            Role::Page,
            Answer::page("200 OK", &slow, &[]).after(Duration::from_millis(300)),
        ),
        resource("/workshop/twin-a", Role::Page, twin.clone()),
        resource("/workshop/twin-b", Role::Page, twin),
        Resource::new(&at("/workshop/nothing"), Role::Page, nothing),
    ]
}

/// 429 with Retry-After on the first ask, the page ever after.
fn busy() -> Vec<Resource> {
    let path = "/workshop/busy";
    let refusal = "<html><body><p>Too many readers. Try again in a second.</p></body></html>\n";
    let refusal = Answer::page("429 Too Many Requests", refusal, &["Retry-After: 1"]);
    let page = html(path, "No longer busy", "Thank you for waiting at the door.");
    let mut busy = resource(path, Role::Page, Answer::page("200 OK", &page, &[]));
    busy.answers.insert(0, refusal);
    vec![busy]
}

/// A page with a validator: 304 for those who have it.
fn unchanged() -> Resource {
    const ETAG: &str = "\"first-edition\"";
    let path = "/workshop/unchanged";
    let page = html(path, "Unchanged", "Nothing has been altered here since the first edition.");
    let page = Answer::page("200 OK", &page, &[&format!("ETag: {ETAG}")]);
    Resource { etag: Some(ETAG), ..resource(path, Role::Page, page) }
}

/// Heads no framework would write.
fn raw() -> Vec<Resource> {
    let odd = html("/workshop/odd-fields", "Odd fields", "Look at the head of this page.");
    let mut fields = b"HTTP/1.1 200 Fine, thank you\r\nx-lower: 1\r\nX-TWICE: first\r\n\
        SET-cookie: a=1; Path=/\r\nx-Twice:second\r\nSet-Cookie: b=2; Path=/\r\nX-Empty:\r\n\
        X-Tab:\t padded \t\r\nX-Latin: caf\xe9\r\ncOnTeNt-tYpE: text/html;CHARSET=utf-8\r\n"
        .to_vec();
    fields.extend_from_slice(format!("content-LENGTH: {}\r\n\r\n", odd.len()).as_bytes());
    let odd = Answer { head: fields, ..Answer::raw("", odd.into_bytes()) };

    let old = html("/workshop/old-protocol", "Old", "This server says goodbye after each page.");
    let spoken = "HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
    let old = Answer::raw(spoken, old.into_bytes()).closing();

    let chunked = html("/workshop/trailers", "Trailers", "Fields may also come at the end.");
    let mut body = chunks(chunked.as_bytes());
    // An extension behind the last size, a trailer behind the last chunk.
    body.truncate(body.len() - 5);
    body.extend_from_slice(b"0;done=yes\r\nX-Checked: by hand\r\n\r\n");
    let lines = ["Content-Type: text/html; charset=UTF-8", "Trailer: X-Checked"];
    let lines = [lines[0], lines[1], "Transfer-Encoding: chunked"].map(str::to_owned);
    let chunked = Answer::raw(&head("200 OK", &lines), body);
    vec![
        resource("/workshop/odd-fields", Role::Page, odd),
        resource("/workshop/old-protocol", Role::Page, old),
        resource("/workshop/trailers", Role::Page, chunked),
    ]
}
