//! The memory of a crawl: one budget for all bodies in flight and the pages read from them.
//!
//! Owned by the desk. Before a body is brought into memory its share is taken, and it waits until
//! there is one: thirty bombs at a time take no more than one. Half of the budget is for bodies and
//! their decoded text, half for trees and what is read from them; who holds a share of the one may
//! wait for the other, never the other way round, so nobody waits for ever. Bytes that are still
//! coming are no matter of this budget: a spool holds at most 320 KB of each exchange.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::head::Head;
use crate::page::decode;

/// The unit of shares: a semaphore counts to 2^29 at least, so this is no limit.
const UNIT: u64 = 1 << 10;

/// Memory a tree may take for each byte of text: what the densest markup measured does (a list
/// item of one letter, a hundred thousand times: 34 MB of 1 MB).
const TREE: u64 = 34;

/// The budget.
#[derive(Debug)]
pub(super) struct Memory {
    bodies: Half,
    trees: Half,
}

/// A part of the budget; given back when dropped.
#[derive(Debug)]
pub(super) struct Share(
    #[allow(dead_code, reason = "holding it is all it is for")] Option<OwnedSemaphorePermit>,
);

impl Share {
    /// Of nothing.
    pub(super) const fn none() -> Self {
        Self(None)
    }
}

#[derive(Debug)]
struct Half {
    units: u32,
    room: Arc<Semaphore>,
}

impl Memory {
    /// A budget of so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        Self { bodies: Half::new(bytes / 2), trees: Half::new(bytes / 2) }
    }

    /// A share for `length` bytes of an entity, and the text in them once its codings are off.
    pub(super) async fn for_body(&self, head: &Head, length: u64) -> Share {
        self.bodies.share(length.saturating_add(decode::most(head, length).saturating_mul(2))).await
    }

    /// A share for the tree of so much text, and what is read from it.
    pub(super) async fn for_tree(&self, text: usize) -> Share {
        let text = u64::try_from(text).unwrap_or(u64::MAX);
        self.trees.share(text.saturating_mul(TREE)).await
    }
}

impl Half {
    fn new(bytes: u64) -> Self {
        let units = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX >> 3).min(u32::MAX >> 3);
        Self { units, room: Arc::new(Semaphore::new(units as usize)) }
    }

    /// What is larger than all there is gets all there is: it is alone then.
    async fn share(&self, bytes: u64) -> Share {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.units);
        // The semaphore is never closed.
        Share(Arc::clone(&self.room).acquire_many_owned(units).await.ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    #[test]
    fn what_does_not_fit_waits_and_what_is_too_large_is_alone() {
        let memory = Memory::new(80 << 20);
        let small = at_once(memory.for_tree(1 << 20)).unwrap();
        assert!(at_once(memory.for_tree(1 << 20)).is_none(), "34 of 40 MiB are taken");
        drop(small);
        let whole = at_once(memory.for_tree(1 << 30)).unwrap();
        assert!(at_once(memory.for_tree(1)).is_none());
        drop(whole);
        assert!(at_once(memory.for_tree(1)).is_some());
    }

    #[test]
    fn a_coded_body_counts_as_large_as_it_may_become() {
        let memory = Memory::new(64 << 20);
        let coded = Head::parse(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
        let plain = Head::parse(b"HTTP/1.1 200 OK\r\n\r\n");
        let bomb = at_once(memory.for_body(&coded, 100 << 10)).unwrap();
        assert!(at_once(memory.for_body(&plain, 1 << 10)).is_none());
        drop(bomb);
        assert!(at_once(memory.for_body(&plain, 1 << 10)).is_some());
    }
}
