//! Arrivals: what reached the site, when, and what it was told.
//!
//! One [`Arrival`] a request, written before the first byte of the answer leaves, so a test that
//! has seen an answer always finds its arrival. Times are monotonic, counted from the start of
//! the site. The record is the witness of politeness; it never judges.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// When its head was complete, since the start of the site.
    pub at: Duration,
    /// When the server set about its last write; `None` while under way or when the peer left.
    /// Taken before that write, so that a polite client's next request never seems to overlap.
    pub done: Option<Duration>,
    /// The host it asked for, in lower case, without port.
    pub host: String,
    /// The request target as it stood in the request line.
    pub path: String,
    /// The canonical URL ([`super::canonical`]).
    pub url: String,
    /// The number of its connection, from 0.
    pub connection: u64,
    /// The request head, byte for byte.
    pub request: Vec<u8>,
    /// The answer, byte for byte; empty when the site was told to forget.
    pub sent: Arc<Vec<u8>>,
}

impl Arrival {
    /// The value of a request field; names are compared without case.
    pub fn header(&self, name: &str) -> Option<String> {
        field(&self.request, name)
    }
}

impl Request {
    /// The value of a request field; names are compared without case.
    pub fn field(&self, name: &str) -> Option<String> {
        field(&self.bytes, name)
    }
}

/// The first value of a field in a request head.
pub fn field(head: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(head).into_owned();
    let named = |line: &str| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    };
    text.lines().skip(1).find_map(named)
}

/// The record.
#[derive(Debug)]
pub struct Arrivals {
    start: Instant,
    kept: Mutex<Kept>,
    mirror: Option<Mutex<File>>,
    keep_bytes: bool,
}

#[derive(Debug, Default)]
struct Kept {
    arrivals: Vec<Arrival>,
    visits: HashMap<String, usize>,
}

/// A request as the server read it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The number of its connection.
    pub connection: u64,
    /// The host, in lower case, without port.
    pub host: String,
    /// The request target.
    pub path: String,
    /// The canonical URL.
    pub url: String,
    /// The bytes of the head.
    pub bytes: Vec<u8>,
}

impl Arrivals {
    /// An empty record that starts its clock now.
    pub fn new(mirror: Option<File>, keep_bytes: bool) -> Self {
        let kept = Mutex::new(Kept::default());
        Self { start: Instant::now(), kept, mirror: mirror.map(Mutex::new), keep_bytes }
    }

    /// How often `url` has been asked for before, this time counted in.
    pub fn count_visit(&self, url: &str) -> usize {
        let mut kept = self.kept();
        let visits = kept.visits.entry(url.to_owned()).or_default();
        *visits += 1;
        *visits
    }

    /// Writes an arrival down and gives its number.
    pub fn open(&self, request: Request, sent: Vec<u8>) -> usize {
        let mut kept = self.kept();
        // Under the lock, so that the record is in order of time.
        let at = self.start.elapsed();
        if let Some(mirror) = &self.mirror {
            let line = format!("{}\t{}\n", at.as_micros(), request.url);
            let mut file = mirror.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(line.as_bytes()).unwrap();
        }
        let Request { connection, host, path, url, bytes } = request;
        let sent = Arc::new(if self.keep_bytes { sent } else { Vec::new() });
        let arrival = Arrival { at, done: None, host, path, url, connection, request: bytes, sent };
        kept.arrivals.push(arrival);
        kept.arrivals.len() - 1
    }

    /// Marks an arrival as about to be answered in full.
    pub fn close(&self, number: usize) {
        let now = self.start.elapsed();
        self.kept().arrivals[number].done = Some(now);
    }

    /// Takes the mark back: the last write failed.
    pub fn reopen(&self, number: usize) {
        self.kept().arrivals[number].done = None;
    }

    /// All arrivals so far, in order.
    pub fn all(&self) -> Vec<Arrival> {
        self.kept().arrivals.clone()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The most requests that were under way at once among `arrivals`.
pub fn most_at_once(arrivals: &[Arrival]) -> usize {
    let mut edges: Vec<(Duration, i32)> = Vec::new();
    for arrival in arrivals {
        edges.push((arrival.at, 1));
        edges.extend(arrival.done.map(|done| (done, -1)));
    }
    // At one instant, ends come before beginnings.
    edges.sort_unstable();
    let mut now = 0;
    let most = edges.iter().map(|(_, step)| {
        now += step;
        now
    });
    usize::try_from(most.max().unwrap_or(0)).unwrap_or(0)
}

/// The times between one arrival and the next among `arrivals`.
pub fn gaps(arrivals: &[Arrival]) -> Vec<Duration> {
    arrivals.windows(2).map(|pair| pair[1].at.saturating_sub(pair[0].at)).collect()
}
