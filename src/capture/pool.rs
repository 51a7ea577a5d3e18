//! The pool: connections that wait for the next request to their origin.
//!
//! Keyed by origin (scheme, host, port), never by address; each connection keeps the vetted
//! address it was made to. Politeness says *when* a request goes out; the pool only says on which
//! connection. It opens nothing by itself, so a server sees exactly the requests we account for.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::connection::Connection;
use crate::address::HostKey;

/// Longest rest: shorter than the keep-alive time of common servers, longer than the delays of
/// politeness.
const MAX_IDLE: Duration = Duration::from_secs(15);

/// Exchanges on one connection; common servers close after as many.
const MAX_USES: u32 = 1_000;

/// How often connections that have rested too long are looked for.
const SWEEP: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Pool {
    /// Connections that may rest for one origin.
    per_origin: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    resting: HashMap<HostKey, Vec<Resting>>,
    swept: Instant,
}

#[derive(Debug)]
struct Resting {
    connection: Connection,
    since: Instant,
}

impl Pool {
    pub(super) fn new(per_origin: usize) -> Self {
        let inner = Inner { resting: HashMap::new(), swept: Instant::now() };
        Self { per_origin, inner: Mutex::new(inner) }
    }

    /// A connection to `origin` on which nothing has come since its last exchange.
    pub(super) async fn take(&self, origin: &HostKey) -> Option<Connection> {
        loop {
            let resting = {
                let mut inner = self.lock();
                let of_origin = inner.resting.get_mut(origin)?;
                let last = of_origin.pop();
                if of_origin.is_empty() {
                    inner.resting.remove(origin);
                }
                last?
            };
            let mut connection = resting.connection;
            if resting.since.elapsed() < MAX_IDLE && connection.is_quiet().await {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection whose last message was whole and clean.
    pub(super) fn put(&self, origin: &HostKey, connection: Connection) {
        if connection.uses >= MAX_USES {
            return;
        }
        let now = Instant::now();
        let mut inner = self.lock();
        if now.duration_since(inner.swept) > SWEEP {
            inner.sweep(now);
        }
        let of_origin = inner.resting.entry(origin.clone()).or_default();
        if of_origin.len() < self.per_origin {
            of_origin.push(Resting { connection, since: now });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing is left half done while the lock is held.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn sweep(&mut self, now: Instant) {
        self.swept = now;
        self.resting.retain(|_, of_origin| {
            of_origin.retain(|resting| now.duration_since(resting.since) < MAX_IDLE);
            !of_origin.is_empty()
        });
    }
}
