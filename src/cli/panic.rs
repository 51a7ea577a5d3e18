//! Panics: which of them people read of.
//!
//! Over a damaged file sled panics in threads of its own, and in the state's. All of these are
//! caught and told as an error, with the file and the remedy, and so are those of the reader of zstd
//! dictionaries; what the runtime would print of them
//! on standard error as well says nothing to anybody. Any other panic is a bug and is printed whole.

use std::panic::{set_hook, take_hook};
use std::thread;

use crate::record::frame;

/// How the names of threads begin whose panics are told as errors.
const TOLD_OTHERWISE: &[&str] = &["warraq-state", "sled", "log flusher", frame::READER];

/// Keeps the panics of the state's threads from being printed, from now on.
pub(super) fn quieten_the_state() {
    let usual = take_hook();
    set_hook(Box::new(move |panic| {
        let thread = thread::current();
        let name = thread.name().unwrap_or_default();
        if !TOLD_OTHERWISE.iter().any(|told| name.starts_with(told)) {
            usual(panic);
        }
    }));
}
