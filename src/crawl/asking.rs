//! Whose robots.txt is being asked for, and where.
//!
//! Owned by the desk. Pages wait for rules that somebody else is asking for; the file may have moved
//! to another server, and where that one is left alone meanwhile, nobody will ever bring it. It only
//! remembers; what comes of it is decided by `robots`.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use url::Url;

use super::desk::Desk;
use crate::address::{HostKey, Server};

/// What is being asked for.
#[derive(Debug, Default)]
pub(super) struct Asking(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The origins, each with the server that has its file.
    origins: HashMap<HostKey, Option<Server>>,
    /// Servers that are left alone for the rest of the run.
    parked: HashSet<Server>,
}

impl Asking {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A server is left alone for the rest of the run.
    pub(super) fn park(&self, server: &Server) {
        self.state().parked.insert(server.clone());
    }
}

impl<F, T> Desk<F, T> {
    /// Makes the caller the one who reads this origin's robots.txt, unless somebody does already,
    /// or has done so since the caller missed its rules: they are learnt before the asking ends.
    pub(super) fn begin_asking(&self, host: &HostKey) -> bool {
        let mut state = self.asking.state();
        let is_new = self.politeness.needs_robots(host) && !state.origins.contains_key(host);
        if is_new {
            state.origins.insert(host.clone(), None);
        }
        is_new
    }

    /// The file is at `url`, or has moved there.
    pub(super) fn ask_at(&self, host: &HostKey, url: &Url) {
        self.asking.state().origins.insert(host.clone(), Some(Server::of(url)));
    }

    /// The origin's robots.txt is read, or could not be.
    pub(super) fn end_asking(&self, host: &HostKey) {
        self.asking.state().origins.remove(host);
    }

    /// Whether the origin's robots.txt is queued where nothing is asked for any more.
    pub(super) fn asks_in_vain(&self, host: &HostKey) -> bool {
        let state = self.asking.state();
        let server = state.origins.get(host).and_then(Option::as_ref);
        server.is_some_and(|server| state.parked.contains(server) || self.live.blocks(server))
    }
}
