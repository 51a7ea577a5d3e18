//! The bundled site: a small multilingual web on loopback, for tests and examples.
//!
//! Three hosts (`warraq.test`, `en.warraq.test`, `partner.test`) on one port, told apart by the
//! Host field, so a crawler reaches them with `--allow-private --resolve '*:80:127.0.0.1:PORT'`.
//! Every word on it was written for it. [`Site::arrivals`] is the witness of what a crawler did,
//! [`Site::sent`] of the bytes it was given, [`Site::expected`] says what it had to find. Plain
//! threads, nothing of warraq itself: the site can only agree with the crawler by being right.
//!
//! Include it with `#[path = "../tests/site/mod.rs"] mod site;`.
#![allow(dead_code, reason = "each test and example uses its own part of the site")]
#![allow(unreachable_pub, reason = "a module that is included by path has no crate of its own")]
#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "templates should read like the page they make; they are filled once"
)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: a broken fixture must fail loudly"
)]

pub mod answer;
pub mod arrivals;
pub mod articles;
pub mod bulk;
pub mod client;
pub mod layout;
pub mod phrases;
pub mod server;
pub mod truth;
pub mod web;
pub mod workshop;

use std::fs::OpenOptions;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use url::Url;

use arrivals::{Arrival, Arrivals};
use bulk::Bulk;
use server::Shared;
use truth::Expected;
use web::Web;

/// How a site is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// A generated tree on `bulk.test` beside the bundled pages.
    pub bulk: Option<Bulk>,
    /// A file that gets a line an arrival, `microseconds TAB url`, whole before the answer leaves.
    pub mirror: Option<PathBuf>,
    /// Do not keep the bytes of answers, for long runs.
    pub forget_bytes: bool,
    /// Other resources in place of the bundled pages.
    pub instead: Option<Vec<web::Resource>>,
}

/// A running site; it ends when dropped.
#[derive(Debug)]
pub struct Site {
    port: u16,
    expected: Expected,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl Site {
    /// Starts the bundled site on a free port.
    pub fn start() -> Self {
        Self::open(Options::default()).unwrap()
    }

    /// Starts it with a generated tree of `pages` pages of at least `bytes` bytes each.
    pub fn with_bulk(pages: usize, bytes: usize) -> Self {
        let bulk = Some(Bulk { pages, bytes });
        Self::open(Options { bulk, ..Options::default() }).unwrap()
    }

    /// Starts it as `options` say.
    pub fn open(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        let port = listener.local_addr()?.port();
        let append = |path: PathBuf| OpenOptions::new().create(true).append(true).open(path);
        let mirror = options.mirror.map(append).transpose()?;
        let web = match options.instead {
            Some(resources) => Web::of(resources),
            None => Web::new(options.bulk),
        };
        let expected = Expected::of(&web);
        let arrivals = Arrivals::new(mirror, !options.forget_bytes);
        let shared = Arc::new(Shared::new(web, arrivals));
        let server = Arc::clone(&shared);
        let acceptor = Some(thread::spawn(move || server::accept(&listener, &server)));
        Ok(Self { port, expected, shared, acceptor })
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The value for `--resolve` that leads every host here.
    pub fn resolve(&self) -> String {
        format!("*:80:127.0.0.1:{}", self.port)
    }

    /// The one Arabic article a crawl starts from.
    pub fn seed_url(&self) -> String {
        self.expected.seed.clone()
    }

    /// What a crawl must find.
    pub fn expected(&self) -> &Expected {
        &self.expected
    }

    /// The generated tree; its seed is `Bulk::url(0)`.
    pub fn bulk(&self) -> Option<&Bulk> {
        self.shared.web.bulk()
    }

    /// Every request so far, in order of arrival.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.shared.arrivals.all()
    }

    /// The requests for hosts that are `domain` or end with `.domain`.
    pub fn arrivals_at(&self, domain: &str) -> Vec<Arrival> {
        let mut arrivals = self.arrivals();
        arrivals.retain(|arrival| {
            let before = arrival.host.strip_suffix(domain);
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        });
        arrivals
    }

    /// The answers sent for a URL, in order, byte for byte.
    pub fn sent(&self, url: &str) -> Vec<Vec<u8>> {
        let url = canonical(url);
        let arrivals = self.arrivals().into_iter();
        let here = arrivals.filter(|arrival| Some(&arrival.url) == url.as_ref());
        here.map(|arrival| arrival.sent.to_vec()).collect()
    }

    /// Serves until the process ends.
    pub fn serve_forever(mut self) {
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.shared.stop();
        // The acceptor looks at the stop mark when a connection comes: make one.
        let here = (Ipv4Addr::LOCALHOST, self.port).into();
        let _ = TcpStream::connect_timeout(&here, Duration::from_secs(1));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

/// A URL in one spelling: parsed, without fragment, escapes in upper case.
pub fn canonical(url: &str) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    url.set_fragment(None);
    Some(with_escapes(url.as_str(), str::to_ascii_uppercase))
}

/// The same URL with escapes in lower case, as WordPress writes them.
pub fn lower_escapes(url: &str) -> String {
    with_escapes(url, str::to_ascii_lowercase)
}

/// The host of a URL.
pub fn host_of(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap()
}

fn with_escapes(url: &str, change: impl Fn(&str) -> String) -> String {
    let mut parts = url.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (hex, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        out.push('%');
        out.push_str(&change(hex));
        out.push_str(rest);
    }
    out
}
