//! The pipeline: tasks in, results out, on all cores and in the order of the tasks.
//!
//! One thread gives the tasks, some work on them, the caller takes the results. What is under way
//! is bounded by its weight in bytes, so memory does not grow with the input, and a slow task holds
//! back only what must wait for its order. It knows nothing of archives.

use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder};

/// Stack of a worker: a page may nest as deep as `page::dom` lets it.
const STACK: usize = 8 << 20;

/// Something to do, with the memory it holds.
#[derive(Debug)]
pub struct Task<T> {
    /// What it is.
    pub of: T,
    /// Its bytes.
    pub weight: u64,
}

/// How much may be under way.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Threads that work.
    pub workers: usize,
    /// Bytes of all tasks that were given and whose results were not taken.
    pub bytes: u64,
    /// How many of these.
    pub tasks: u64,
}

/// Runs everything `source` gives through `work` and hands the results to `sink` in order. An error
/// of the sink ends it: nothing more is taken from the source.
pub fn ordered<T: Send, R: Send, E: From<io::Error>>(
    limits: Limits,
    mut source: impl FnMut() -> Option<Task<T>> + Send,
    work: impl Fn(T) -> R + Sync,
    mut sink: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let gate = Gate::new(limits);
    let (tasks, queue) = sync_channel(limits.workers.saturating_mul(2).max(1));
    let queue = Mutex::new(queue);
    let (done, results) = channel();
    thread::scope(|scope| {
        let gate = &gate;
        // Whatever ends this function first lets the giver go.
        let _open = Open(gate);
        Builder::new().spawn_scoped(scope, move || {
            let mut number = 0_u64;
            while let Some(task) = source() {
                if !gate.enter(task.weight) || tasks.send((number, task)).is_err() {
                    break;
                }
                number += 1;
            }
        })?;
        for _ in 0..limits.workers.max(1) {
            let (queue, work, done) = (&queue, &work, done.clone());
            Builder::new().stack_size(STACK).spawn_scoped(scope, move || {
                while let Some((number, task)) = next(queue) {
                    let result = work(task.of);
                    if done.send((number, task.weight, result)).is_err() {
                        break;
                    }
                }
            })?;
        }
        drop(done);
        in_order(&results, |weight, result| {
            gate.leave(weight);
            sink(result)
        })
    })
}

fn next<T>(queue: &Mutex<Receiver<T>>) -> Option<T> {
    locked(queue).recv().ok()
}

fn in_order<R, E>(
    results: &Receiver<(u64, u64, R)>,
    mut take: impl FnMut(u64, R) -> Result<(), E>,
) -> Result<(), E> {
    let mut early = BTreeMap::new();
    let mut due = 0_u64;
    for (number, weight, result) in results {
        early.insert(number, (weight, result));
        while let Some((weight, result)) = early.remove(&due) {
            due += 1;
            take(weight, result)?;
        }
    }
    Ok(())
}

/// Counts what is under way and holds back who would add too much.
struct Gate {
    limits: Limits,
    inside: Mutex<Inside>,
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    bytes: u64,
    tasks: u64,
    closed: bool,
}

impl Gate {
    fn new(limits: Limits) -> Self {
        Self { limits, inside: Mutex::default(), changed: Condvar::new() }
    }

    /// Waits for room; false when nobody takes results any more. Alone, any weight has room.
    fn enter(&self, weight: u64) -> bool {
        let full = |inside: &mut Inside| {
            let over = inside.bytes.saturating_add(weight) > self.limits.bytes
                || inside.tasks >= self.limits.tasks;
            !inside.closed && inside.tasks > 0 && over
        };
        let waited = self.changed.wait_while(locked(&self.inside), full);
        let mut inside = waited.unwrap_or_else(PoisonError::into_inner);
        inside.bytes = inside.bytes.saturating_add(weight);
        inside.tasks += 1;
        !inside.closed
    }

    fn leave(&self, weight: u64) {
        let mut inside = locked(&self.inside);
        inside.bytes = inside.bytes.saturating_sub(weight);
        inside.tasks = inside.tasks.saturating_sub(1);
        self.changed.notify_all();
    }
}

/// Closes the gate when it goes.
struct Open<'g>(&'g Gate);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        locked(&self.0.inside).closed = true;
        self.0.changed.notify_all();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    const LIMITS: Limits = Limits { workers: 4, bytes: 10, tasks: 6 };

    fn numbers(upto: u64) -> impl FnMut() -> Option<Task<u64>> + Send {
        let mut numbers = 0..upto;
        move || numbers.next().map(|of| Task { of, weight: of % 20 })
    }

    proptest! {
        #[test]
        fn results_come_in_the_order_of_the_tasks(upto in 0_u64..300, workers in 1_usize..5) {
            let mut taken = Vec::new();
            let limits = Limits { workers, ..LIMITS };
            ordered(limits, numbers(upto), |n| n * 2, |n| -> io::Result<()> {
                taken.push(n);
                Ok(())
            }).unwrap();
            prop_assert_eq!(taken, (0..upto).map(|n| n * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_more_is_under_way_than_may_be() {
        let given = AtomicU64::new(0);
        let mut numbers = numbers(500);
        let source = || {
            given.fetch_add(1, Ordering::SeqCst);
            numbers()
        };
        let mut taken = 0;
        let sink = |_| -> io::Result<()> {
            taken += 1;
            // One more may stand before the gate.
            assert!(given.load(Ordering::SeqCst) <= taken + LIMITS.tasks + 1);
            Ok(())
        };
        ordered(LIMITS, source, |n| n, sink).unwrap();
    }

    #[test]
    fn an_error_of_the_taker_ends_an_endless_source() {
        let mut all = 0_u64..;
        let source = || all.next().map(|of| Task { of, weight: 1 });
        let ended = ordered(
            LIMITS,
            source,
            |n| n,
            |n| match n {
                9 => Err(io::Error::other("full")),
                _ => Ok(()),
            },
        );
        assert_eq!(ended.unwrap_err().to_string(), "full");
    }
}
