//! Opening: from a folder to a desk, or to a sentence that says what to do.
//!
//! The database is opened contained, its version read, its rows walked once: that walk fills the
//! seen set, the schedule and the tally, and proves that everything the checkpoint tells of is
//! there. After an unclean stop no site is asked before its delay is over once more, and what was
//! being read is suspected.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::path::Path;
use std::time::Duration;

use super::desk::{Desk, Fault};
use super::disk::{Kept, Options};
use super::leases::LeaseMarks;
use super::ledger::Ledger;
use super::reconcile::Reconciled;
use super::rows::{Checkpoint, DefectRow, LeadRow, MarkRow, RuleRow, SiteRow, UrlRow};
use super::seen::Seen;
use super::store::{Store, read};
use super::{StateError, VERSION, checkpoint, keys};
use crate::address::Server;
use crate::frontier::budgets::Budgets;
use crate::frontier::home_of;
use crate::frontier::schedule::Schedule;
use crate::frontier::tally::{Standing, Tally};
use crate::moment::Moment;

/// The longest a site or a server is left alone by what it asked for (a Retry-After is held to an
/// hour), and a little more. What a row says beyond it was written by a clock that was ahead.
const LONGEST_WAIT: Duration = Duration::from_mins(65);

/// What opening found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) fresh: bool,
    pub(crate) unclean: bool,
    pub(crate) last_serial: u64,
    pub(crate) seeds: Vec<String>,
    pub(crate) imported: BTreeSet<String>,
    pub(crate) notices: Vec<String>,
}

/// What the database says before its rows are walked.
struct Basis {
    fresh: bool,
    /// Whether an older layout wrote it.
    is_old: bool,
    run: u32,
    secret: [u8; 16],
    checkpoint: Checkpoint,
}

impl Desk {
    pub(crate) fn open(options: Options) -> Result<(Self, Found), StateError> {
        let folder = options.dir.join("state");
        let mut store = Store::open(&options.disk, &folder, options.cache_bytes)?;
        let basis = basis(&mut store, &folder, options.secret)?;
        let now = options.clock.steady();
        let ledger = Ledger::open(&options.disk, &options.dir, basis.fresh, options.clock.wall())?;
        let (fresh, unclean) = (basis.fresh, !basis.fresh && !basis.checkpoint.clean);
        let is_old = basis.is_old;
        let mut desk = Self::of(options, store, basis, ledger);
        let damaged = |why| StateError::Damaged { path: folder.clone(), why };
        if is_old {
            desk.migrate_queue().map_err(damaged)?;
        }
        desk.walk(now, unclean).map_err(damaged)?;
        desk.prove(&folder)?;
        let Reconciled { mut notices, is_past, last_serial } = desk.reconcile(fresh)?;
        if is_past && !fresh {
            desk.replaying.get_or_insert_with(|| desk.checkpoint.position.clone());
        }
        notices.extend(desk.ledger.cut_back(desk.checkpoint.ledger)?);
        let (marks, in_flight) = LeaseMarks::open(&desk.options.disk, &folder);
        desk.marks = marks;
        desk.suspect(if unclean { &in_flight } else { &[] }).map_err(damaged)?;
        let seeds = desk.seeds().map_err(damaged)?;
        let imported = desk.imported.clone();
        // From here on a crash is a crash: said before the first URL is handed out.
        desk.write(false).map_err(|fault| match fault {
            // What the disk refuses for now is no damage; the kind says that it may pass.
            Fault::Disk(why) => {
                StateError::io(&folder, io::Error::new(io::ErrorKind::StorageFull, why))
            }
            other => damaged(text(other)),
        })?;
        Ok((desk, Found { fresh, unclean, last_serial, seeds, imported, notices }))
    }

    /// A desk that has read nothing of its store yet.
    fn of(options: Options, store: Store, basis: Basis, ledger: Ledger) -> Self {
        let folder = options.dir.join("state");
        // A fresh state beside WARCs, or one that was not closed, waits for the archive.
        let behind = basis.fresh || !basis.checkpoint.clean;
        Self {
            schedule: Schedule::new(options.per_host, first_token(&basis))
                .with_limits(options.per_site.clone()),
            options: Kept::of(options, folder),
            store,
            seen: Seen::new(&basis.secret),
            resting: HashSet::new(),
            tally: Tally::default(),
            budgets: Budgets::new(&basis.secret),
            ledger,
            marks: LeaseMarks::none(),
            suspects: HashMap::new(),
            held: HashMap::new(),
            run: basis.run,
            since: Moment::default(),
            imported: BTreeSet::new(),
            seq: 0,
            known_end: basis.checkpoint.position.clone(),
            replaying: behind.then(|| basis.checkpoint.position.clone()),
            checkpoint: basis.checkpoint,
            events: Vec::new(),
            settlements: 0,
            turned: false,
            dirty_since: None,
            fault: None,
        }
    }

    pub(crate) fn damaged(&self, why: String) -> StateError {
        StateError::Damaged { path: self.options.folder.clone(), why }
    }

    /// Walks sites, URLs, queue and rules into memory.
    fn walk(&mut self, now: Moment, unclean: bool) -> Result<(), String> {
        self.walk_sites(now, unclean)?;
        self.walk_servers(now)?;
        self.walk_payloads()?;
        for row in self.store.scan(keys::URLS, None) {
            let (key, value) = row?;
            let (Some(print), row) = (keys::read_url(&key), read::<UrlRow>(&key, &value)?) else {
                return Err("a URL row has no key".into());
            };
            if row.run != self.run {
                continue;
            }
            self.seen.insert(print);
            self.tally.put();
            if row.standing == Standing::Refused {
                // What was left out has its ticket there.
                self.seq = self.seq.max(row.place.seq);
            }
            if row.standing != Standing::Open {
                self.tally.ended(row.standing);
            }
        }
        self.walk_queue()?;
        self.walk_marks()?;
        for row in self.store.scan(keys::RULES, None) {
            let (key, value) = row?;
            let row: RuleRow = read(&key, &value)?;
            if row.run == self.run {
                self.tally.restore_rule(row.count);
            }
        }
        for row in self.store.scan(keys::DEFECTS, None) {
            let (key, value) = row?;
            let row: DefectRow = read(&key, &value)?;
            if row.run == self.run {
                self.tally.restore_defect(row.count);
            }
        }
        Ok(())
    }

    fn walk_sites(&mut self, now: Moment, unclean: bool) -> Result<(), String> {
        let mut changed = Vec::new();
        for row in self.store.scan(keys::SITES, None) {
            let (key, value) = row?;
            let mut row: SiteRow = read(&key, &value)?;
            let was = row;
            let delay = Duration::from_millis(row.delay_ms);
            let was_ahead = row.not_before > now.plus(LONGEST_WAIT.max(delay));
            if was_ahead {
                row.not_before = now.plus(delay);
            } else if unclean && row.delay_ms > 0 {
                row.not_before = row.not_before.max(now.plus(delay));
            }
            if row != was {
                changed.push((key, row));
            }
        }
        for (key, row) in changed {
            self.store.set(key, &row);
        }
        Ok(())
    }

    /// Forgets the rests that are over.
    fn walk_servers(&mut self, now: Moment) -> Result<(), String> {
        let rows: Vec<_> = self.store.scan(keys::SERVERS, None).collect::<Result<_, _>>()?;
        for (key, value) in rows {
            let rest: Moment = read(&key, &value)?;
            let longest = now.plus(LONGEST_WAIT);
            if rest <= now {
                self.store.remove(key);
            } else if rest > longest {
                self.store.set(key, &longest);
            }
        }
        Ok(())
    }

    fn walk_queue(&mut self) -> Result<(), String> {
        let mut last: Option<Server> = None;
        for row in self.store.scan(keys::QUEUE, None) {
            let (key, _) = row?;
            let read = keys::read_queued(&key);
            let (site, server, place) = read.ok_or("a queue row has no place")?;
            let server = server.ok_or("a queue row has no server")?;
            self.seq = self.seq.max(place.ticket());
            if last.as_ref() != Some(&server) {
                let row: Option<SiteRow> = self.store.get(&keys::site(site.as_str()))?;
                let facts = row.map(|row| row.facts(self.run)).unwrap_or_default();
                self.schedule.admit(&site, facts);
                let rest: Option<Moment> = self.store.get(&keys::server(server.as_str()))?;
                self.schedule.admit_server(&site, &server, rest.unwrap_or_default());
            }
            self.schedule.push(&server, place, Moment::default());
            last = Some(server);
        }
        Ok(())
    }

    /// Gives the queue rows of earlier layouts the server they lack.
    fn migrate_queue(&mut self) -> Result<(), String> {
        let mut old = Vec::new();
        for row in self.store.scan(keys::QUEUE, None) {
            let (key, value) = row?;
            if let Some((_, None, place)) = keys::read_queued(&key) {
                old.push((key.clone(), place, read::<LeadRow>(&key, &value)?));
            }
        }
        for (key, place, row) in old {
            let lead = row.clone().into_lead().ok_or("a queued URL is none")?;
            let (site, server) = home_of(&lead).ok_or("a queued URL has no host")?;
            self.store.remove(key);
            self.store.set(keys::queued(&site, &server, place), &row);
        }
        Ok(())
    }

    fn walk_marks(&mut self) -> Result<(), String> {
        let mut over = Vec::new();
        for row in self.store.scan(keys::MARKS, None) {
            let (key, value) = row?;
            let row: MarkRow = read(&key, &value)?;
            match keys::read_mark(&key).filter(|_| row.run == self.run) {
                Some(print) => self.budgets.restore(print, row.mark),
                None => over.push(key),
            }
        }
        for key in over {
            self.store.remove(key);
        }
        Ok(())
    }

    /// Whether all is there that the checkpoints tell of.
    fn prove(&self, folder: &Path) -> Result<(), StateError> {
        let beside = checkpoint::read(&self.options.disk, folder)?;
        let lost = |why| StateError::Lost { path: folder.to_owned(), why };
        let inside = &self.checkpoint;
        checkpoint::compare(inside, beside.as_ref()).map_err(lost)?;
        let found = (self.seen.len(), self.schedule.queued());
        if found != (inside.seen, inside.queued) {
            return Err(lost(format!(
                "{} URLs of run {} with {} queued are told of, {} with {} queued are there",
                inside.seen, self.run, inside.queued, found.0, found.1
            )));
        }
        Ok(())
    }

    fn seeds(&self) -> Result<Vec<String>, String> {
        let rows = self.store.scan(keys::SEEDS, None);
        rows.map(|row| row.and_then(|(key, value)| read(&key, &value))).collect()
    }
}

fn basis(store: &mut Store, folder: &Path, secret: [u8; 16]) -> Result<Basis, StateError> {
    let damaged = |why| StateError::Damaged { path: folder.to_owned(), why };
    // Before anything else: what another version wrote may not read at all.
    let version: Option<u32> = store.get(keys::VERSION).map_err(damaged)?;
    if let Some(found) = version.filter(|found| *found > VERSION) {
        return Err(StateError::Newer { path: folder.to_owned(), found, known: VERSION });
    }
    let kept: Option<[u8; 16]> = store.get(keys::SECRET).map_err(damaged)?;
    let run: Option<u32> = store.get(keys::RUN).map_err(damaged)?;
    let checkpoint: Option<Checkpoint> = store.get(keys::CHECKPOINT).map_err(damaged)?;
    match (version, kept, checkpoint) {
        (Some(found), Some(secret), Some(checkpoint)) => {
            if found < VERSION {
                // What this warraq writes from now on an older one must not read.
                store.set(keys::VERSION.to_vec(), &VERSION);
            }
            let is_old = found < VERSION;
            Ok(Basis { fresh: false, is_old, run: run.unwrap_or(0), secret, checkpoint })
        }
        (None, None, None) if store.scan(b"", None).next().is_none() => {
            if folder.join("checkpoint.json").exists() {
                let why = "checkpoint.json tells of commits, the database is empty".into();
                return Err(StateError::Lost { path: folder.to_owned(), why });
            }
            store.set(keys::VERSION.to_vec(), &VERSION);
            store.set(keys::SECRET.to_vec(), &secret);
            let checkpoint = Checkpoint::default();
            Ok(Basis { fresh: true, is_old: false, run: 0, secret, checkpoint })
        }
        _ => {
            let why = "its version, secret or checkpoint is missing".into();
            Err(StateError::Lost { path: folder.to_owned(), why })
        }
    }
}

/// Tokens begin where those of no other opening begin: each of them commits, and so has its number.
fn first_token(basis: &Basis) -> u64 {
    Seen::new(&basis.secret).print(&format!("token {}", basis.checkpoint.sequence))
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Archive(why) | Fault::State(why) | Fault::Disk(why) | Fault::Untimely(why) => why,
    }
}
