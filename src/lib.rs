//! warraq: the web archiving crawler for multilingual journalism.
//!
//! From a seed article it follows the links that lead to the same article in other languages,
//! writes every exchange to WARC files exactly as it crossed the wire, reads body, byline, date and
//! language from each page, and holds the translations of one article together as a group.
//!
//! The rooms stand on floors, and a room knows only its own floor and those below
//! (ARCHITECTURE.md): plain values ([`address`], [`lead`], [`moment`], …), formats and judgement
//! ([`seeds`], [`record`], [`page`], [`groups`], [`align`]), what is kept beside the archive ([`frontier`],
//! [`state`], [`index`], [`dedup`], [`wacz`]), the live parts ([`politeness`], [`capture`]), whole
//! journeys ([`crawl`], [`export`], [`pack`], [`report`], [`verify`]), and the command line ([`cli`]).
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpListener;
//! use std::time::Duration;
//! use warraq::{Clock, Disk, Job, Lead, Settings, Stop, Watch, crawl, documents};
//!
//! // A site of two pages, an Arabic article and its translation, on loopback.
//! let site = TcpListener::bind("127.0.0.1:0")?;
//! let seed = format!("http://{}/ar/copyist", site.local_addr()?);
//! std::thread::spawn(move || {
//!     for mut peer in site.incoming().flatten() {
//!         let mut request = [0; 1024];
//!         let read = peer.read(&mut request).unwrap_or(0);
//!         let (lang, other, said) = match &request[..read] {
//!             asked if asked.starts_with(b"GET /ar/") => ("ar", "en", "نسخ الورّاق الكتاب، ثم باعه. "),
//!             asked if asked.starts_with(b"GET /en/") => ("en", "ar", "The copyist made the book, then sold it. "),
//!             _ => ("", "", ""),
//!         };
//!         let page = format!(
//!             "<html lang={lang}><title>{lang}</title><link rel=alternate hreflang={other} \
//!              href=/{other}/copyist><article><h1>{lang}</h1><p>{}</p></article>",
//!             said.repeat(20)
//!         );
//!         let status = if lang.is_empty() { "404 Not Found" } else { "200 OK" };
//!         let _ = write!(
//!             peer,
//!             "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\
//!              Connection: close\r\nContent-Length: {}\r\n\r\n{page}",
//!             page.len()
//!         );
//!     }
//! });
//!
//! let folder = tempfile::tempdir()?;
//! let settings = Settings {
//!     allow_private: true,   // loopback
//!     delay: Duration::ZERO, // our own machine
//!     ..Settings::new(folder.path().into(), "desk@example.org")
//! };
//! let job = Job {
//!     settings,
//!     seeds: vec![Lead::seed(&seed)?],
//!     recover: false,
//!     clock: Clock::system(),
//!     disk: Disk::real(),
//!     watch: Watch::none(),
//!     stop: Stop::default(),
//! };
//! let ended = tokio::runtime::Runtime::new()?.block_on(crawl::run(job))?;
//!
//! let group = &ended.summary.groups[0];
//! assert_eq!(group.members.len(), 2); // one article, two languages
//! assert_eq!(documents(folder.path())?.flatten().count(), 2); // read back from the WARC
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod address;
pub mod align;
pub mod capture;
pub mod cli;
pub mod crawl;
pub mod dedup;
pub mod digest;
pub mod disk;
pub mod event;
pub mod export;
pub mod frontier;
pub mod groups;
pub mod head;
pub mod index;
pub mod json;
pub mod lang;
pub mod lead;
pub mod metrics;
pub mod moment;
pub mod pack;
pub mod page;
pub mod politeness;
pub mod record;
pub mod report;
pub mod seeds;
pub mod settings;
pub mod state;
pub mod surt;
pub mod verify;
pub mod wacz;

pub use address::Address;
pub use crawl::{Ended, Job, Stop};
pub use disk::Disk;
pub use event::{Event, Watch};
pub use export::documents;
pub use groups::Group;
pub use lead::{Lead, Locator};
pub use moment::{Clock, Moment};
pub use page::Page;
pub use settings::Settings;
