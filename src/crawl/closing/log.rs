//! The log of a call: what was told while it went on, settled URLs aside (the ledger has those).
//!
//! JSON lines with their time, in memory and bounded; it is filed when the run ends. The watch it
//! listens beside hears everything unchanged.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::event::{Event, Watch};
use crate::json;
use crate::moment::Clock;

/// Bytes of lines kept; of more only the number is.
const MAX_BYTES: usize = 8 << 20;

/// See the module. Clones write into one log.
#[derive(Clone, Debug)]
pub(in crate::crawl) struct Log {
    clock: Clock,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: Vec<u8>,
    left_out: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    at: String,
    #[serde(flatten)]
    event: &'a Event,
}

impl Log {
    pub(in crate::crawl) fn new(clock: Clock) -> Self {
        Self { clock, kept: Arc::default() }
    }

    /// `watch`, with the log listening.
    pub(in crate::crawl) fn beside(&self, watch: Watch) -> Watch {
        let log = self.clone();
        Watch::new(move |event| {
            if !matches!(event, Event::Settled(_)) {
                log.note(event);
            }
            watch.tell(event);
        })
    }

    fn note(&self, event: &Event) {
        let line = Line { at: self.clock.wall().warc_date(), event };
        // Plain structs of strings and numbers always serialise.
        let line = json::line(&line).unwrap_or_default();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.lines.len() + line.len() > MAX_BYTES {
            kept.left_out += 1;
            return;
        }
        kept.lines.extend_from_slice(line.as_bytes());
        kept.lines.push(b'\n');
    }

    /// Its lines.
    pub(in crate::crawl) fn lines(&self) -> Vec<u8> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = kept.lines.clone();
        if kept.left_out > 0 {
            lines.extend_from_slice(format!("{{\"left_out\":{}}}\n", kept.left_out).as_bytes());
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Moment;

    #[test]
    fn it_keeps_what_is_told_and_stays_bounded() {
        let log = Log::new(Clock::fixed(Moment::from_millis(1_795_339_800_125)));
        let watch = log.beside(Watch::none());
        watch.tell(&Event::Warning { text: "a\nb".to_owned() });
        let want =
            "{\"at\":\"2026-11-22T09:30:00.125Z\",\"event\":\"warning\",\"text\":\"a\\nb\"}\n";
        assert_eq!(String::from_utf8(log.lines()).unwrap(), want);
        let too_much = Event::Warning { text: "x".repeat(MAX_BYTES) };
        watch.tell(&too_much);
        watch.tell(&too_much);
        assert_eq!(String::from_utf8(log.lines()).unwrap(), format!("{want}{{\"left_out\":2}}\n"));
    }
}
