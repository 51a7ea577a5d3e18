//! Blocked hosts: those an operator has a crawl leave alone, until the block is taken away.
//!
//! `DIR/blocked.jsonl`, a line a host, so that a block outlives the run, its process and the machine;
//! without a block there is no file. The running crawl owns it; where none runs, `warraq host`
//! changes it by [`change`]. What is queued on a blocked host stays queued.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::live::{SteerError, steer};
use crate::address::Server;
use crate::disk::Disk;
use crate::frontier::schedule::hold::is_under;
use crate::frontier::{Frontier, FrontierError};
use crate::json;
use crate::moment::{Clock, Moment};
use crate::state::lock::Lock;

/// Its name in the folder of a crawl.
const FILE: &str = "blocked.jsonl";

/// Hosts that can be blocked.
pub(super) const MOST: usize = 1_000;

/// The longest line that is read.
const MAX_LINE: u64 = 1 << 10;

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// The host; those below it are blocked too.
    pub host: String,
    /// Since when.
    pub since: Moment,
    /// URLs queued there when a run ended.
    #[serde(default, skip_serializing_if = "is_none")]
    pub left: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_none(left: &u64) -> bool {
    *left == 0
}

/// Hosts, and since when they are blocked.
pub(super) type Blocks = BTreeMap<String, Moment>;

/// The blocks of a folder, by host. A line that cannot be read is none.
pub fn blocked(into: &Path) -> Vec<Blocked> {
    let Ok(file) = File::open(into.join(FILE)) else { return Vec::new() };
    let lines = json::lines::<Blocked>(BufReader::new(file), MAX_LINE).flatten();
    let blocks: Blocks = lines.take(MOST).map(|row| (row.host, row.since)).collect();
    rows(&blocks)
}

/// Blocks a host of a folder in which nothing runs, or takes its block away. Says what holds now.
/// Holds the folder's lock: a run that has just begun is not changed behind its back.
pub fn change(
    into: &Path,
    host: &str,
    block: bool,
    (clock, disk): (&Clock, &Disk),
) -> Result<String, SteerError> {
    let (server, _) = steer::named(host)?;
    let _lock = Lock::take(disk, into, clock).map_err(|why| SteerError::Unkept(why.to_string()))?;
    let mut blocks = read(into);
    let host = server.to_string();
    let what = if block {
        if blocks.len() >= MOST && !blocks.contains_key(&host) {
            return Err(SteerError::TooMany);
        }
        blocks.entry(host.clone()).or_insert_with(|| clock.wall());
        format!("{host}: blocked from the next run on, until its block is taken away (--unblock)")
    } else {
        blocks.remove(&host).ok_or(SteerError::NotBlocked(host.clone()))?;
        format!("{host}: no longer blocked; the next run asks for what is queued there")
    };
    keep(into, disk, &blocks).map_err(|why| SteerError::Unkept(why.to_string()))?;
    Ok(what)
}

/// The blocks of a folder.
pub(super) fn read(into: &Path) -> Blocks {
    blocked(into).into_iter().map(|row| (row.host, row.since)).collect()
}

/// What cannot be read of the blocks of a folder: somebody wanted those hosts left alone.
pub(super) fn damage(into: &Path) -> Option<String> {
    let path = into.join(FILE);
    let lost = match File::open(&path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return None,
        Err(why) => why.to_string(),
        Ok(file) => {
            let lines = json::lines::<Blocked>(BufReader::new(file), MAX_LINE);
            let lost = lines.filter(Option::is_none).count();
            (lost > 0).then(|| format!("lines that are none: {lost}"))?
        }
    };
    let path = path.display();
    Some(format!("{path} cannot be read ({lost}): what it blocked is asked for; block it again"))
}

/// Whether a server is blocked, or below one that is.
pub(super) fn covers(blocks: &Blocks, server: &Server) -> bool {
    blocks.keys().any(|host| is_under(server, host))
}

/// Keeps them, whole or not at all.
pub(super) fn keep(into: &Path, disk: &Disk, blocks: &Blocks) -> io::Result<()> {
    let path = into.join(FILE);
    if blocks.is_empty() {
        return match disk.remove(&path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
            _ => Ok(()),
        };
    }
    let mut text = String::new();
    for row in rows(blocks) {
        text.push_str(&json::line(&row)?);
        text.push('\n');
    }
    disk.replace(&path, text.as_bytes())
}

/// Holds the blocked hosts back in a frontier. Says which of them have something queued, and how
/// much: a host below another blocked one is counted with that.
pub(super) async fn hold<F: Frontier>(
    frontier: &F,
    blocks: &Blocks,
) -> Result<Vec<Blocked>, FrontierError> {
    let mut held = Vec::new();
    for row in rows(blocks) {
        let server = Server::from(row.host.clone());
        if blocks.keys().any(|other| *other != row.host && is_under(&server, other)) {
            continue;
        }
        let left = frontier.hold(row.host.clone(), true).await?;
        if left > 0 {
            held.push(Blocked { left, ..row });
        }
    }
    Ok(held)
}

fn rows(blocks: &Blocks) -> Vec<Blocked> {
    let row =
        |(host, since): (&String, &Moment)| Blocked { host: host.clone(), since: *since, left: 0 };
    blocks.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_kept_until_they_are_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let (clock, disk) = (Clock::fixed(Moment::from_millis(7)), Disk::real());
        let change = |host, block| change(dir.path(), host, block, (&clock, &disk));
        assert_eq!((blocked(dir.path()), damage(dir.path())), (vec![], None));
        assert_eq!(change("b.test", false), Err(SteerError::NotBlocked("b.test".into())));
        change("B.test", true).unwrap();
        change("a.test:81", true).unwrap();
        let row =
            |host: &str| Blocked { host: host.into(), since: Moment::from_millis(7), left: 0 };
        assert_eq!(blocked(dir.path()), [row("a.test:81"), row("b.test")]);
        // What a disk did to a line costs its host alone.
        let text = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
        std::fs::write(dir.path().join(FILE), text.replacen('{', "\0", 1)).unwrap();
        assert_eq!(blocked(dir.path()), [row("b.test")]);
        assert!(damage(dir.path()).unwrap().contains("cannot be read (lines that are none: 1)"));
        let working = Lock::take(&disk, dir.path(), &clock).unwrap();
        assert!(matches!(change("b.test", false), Err(SteerError::Unkept(_))));
        drop(working);
        change("b.test", false).unwrap();
        assert!(!dir.path().join(FILE).exists());
    }

    #[tokio::test]
    async fn a_host_below_a_blocked_one_is_counted_once() {
        use crate::event::Watch;
        use crate::frontier::memory::MemoryFrontier;
        use crate::lead::Lead;
        let frontier = MemoryFrontier::new(Clock::system(), Watch::none(), 1);
        let seeds = ["http://b.test/", "http://de.b.test/", "http://c.test/"];
        frontier.put(seeds.map(|url| Lead::seed(url).unwrap()).to_vec()).await.unwrap();
        let at = Moment::default();
        let blocks = ["b.test", "de.b.test", "d.test"].map(|host| (host.to_owned(), at)).into();
        let held = hold(&frontier, &blocks).await.unwrap();
        assert_eq!(held, [Blocked { host: "b.test".into(), since: at, left: 2 }]);
    }
}
