//! The end of a visit: its trace, its records, its place in the state.

use std::time::Duration;

use url::Url;

use super::attempt::is_chunked;
use super::desk::Desk;
use super::original::Met;
use super::{CrawlError, guess, reading, robots};
use crate::address::{HostKey, fetchable};
use crate::capture::{Capture, End, Fidelity};
use crate::event::{Event, Settled};
use crate::frontier::again::Fetch;
use crate::frontier::{Frontier, RobotsFact, Settlement, Turn};
use crate::lead::{Failure, FailureKind, Lead, Outcome, Refusal, Rule, Visit};
use crate::moment::Moment;
use crate::page::{Likeness, Page};
use crate::politeness::Next;
use crate::record::exchange::target_uri;
use crate::record::trace::Trace;
use crate::record::validators::{Validators, asked_in};
use crate::record::{Exchange, Filed, Origin, Reply};

/// Bytes of debris and excess that are quoted in the `metadata` record.
const QUOTED_BYTES: usize = 4096;

/// A refusal before anything was sent: no records, one ledger line.
pub(super) async fn settle_refused<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    rule: Rule,
) -> Result<(), CrawlError> {
    let refusal = Refusal { url: visit.lead.found.clone(), rule };
    settle_plain(desk, visit, Outcome::Refused(refusal)).await
}

/// The attempt itself died: warraq's fault, told as such.
pub(super) async fn settle_failed<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    why: &str,
) -> Result<(), CrawlError> {
    let detail = format!("{}: internal error, please report it: {why}", visit.lead.found);
    if let Some(host) = &visit.lead.robots_for {
        robots::give_up(desk, host).await?;
    }
    let failure = Failure { kind: FailureKind::Internal, detail };
    settle_plain(desk, visit, Outcome::Failed(failure)).await
}

async fn settle_plain<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    outcome: Outcome,
) -> Result<(), CrawlError> {
    if visit.lead.is_seed_or_redirect_of_one() {
        desk.lose_seed(&visit.lead.found);
    }
    desk.live.dropped(&visit.lead.found, &outcome);
    let settlement = Settlement {
        outcome: outcome.clone(),
        again: false,
        turn: Turn::default(),
        text: None,
        archived: None,
        payload: None,
        validators: None,
        refers_to: None,
        fetch: None,
        learnt: None,
        page: None,
        alternates: Vec::new(),
        refused: Vec::new(),
        event: Some(Event::Settled(Box::new(Settled {
            url: visit.lead.found.clone(),
            hop: visit.lead.hop,
            hops: visit.lead.hops.clone(),
            outcome,
            cut: None,
            defects: Vec::new(),
            bytes: 0,
            took: Duration::ZERO,
            lang: None,
            title: None,
            byline: Vec::new(),
            record: None,
        }))),
    };
    desk.frontier.ack(visit, settlement).await?;
    Ok(())
}

/// A visit that has been made and read, ready to be settled.
pub(super) struct Work<'a, F, T> {
    pub(super) desk: &'a Desk<F, T>,
    pub(super) visit: &'a Visit,
    pub(super) next: Next,
    /// The prints of what the page says.
    pub(super) text: Option<Likeness>,
    pub(super) met: Met,
    /// What a robots.txt says.
    pub(super) learnt: Option<(HostKey, RobotsFact)>,
}

impl<F: Frontier, T> Work<'_, F, T> {
    /// Writes the records, queues what the page leads to, ends the visit.
    pub(super) async fn settle(self, capture: Capture, trace: Trace) -> Result<(), CrawlError> {
        let judged = self.desk.scope.judge(&trace);
        let payload = self.new_payload(&capture);
        let validators = validators(&capture);
        let refers_to = self.met.reference().cloned();
        let chunked = capture.response.as_ref().is_some_and(|response| is_chunked(&response.head));
        let (began, lead) = ((capture.began, chunked), &self.visit.lead);
        let filed = match &trace.outcome {
            Outcome::Refused(_) => None,
            _ => Some(self.desk.file(self.visit, self.exchange(capture, &trace)).await?),
        };
        if let Some(filed) = &filed {
            self.desk.wrote(&filed.end.file);
        }
        self.desk.note_seed(&trace, judged.leads.is_empty());
        self.desk.frontier.put(judged.leads).await?;
        let event = self.count(&trace, filed.as_ref());
        let settlement = Settlement {
            again: trace.again,
            turn: Turn {
                due: self.next.due,
                rest: self.next.rest,
                delay_ms: Some(self.next.delay_ms),
            },
            text: self.text,
            payload: payload.zip(filed.as_ref().and_then(|filed| origin(began, lead, filed))),
            validators,
            refers_to,
            fetch: Fetch::of(&trace, began.0),
            learnt: self.learnt,
            archived: filed.map(|filed| filed.end),
            page: trace.page,
            alternates: trace.alternates,
            refused: judged.refused,
            event: Some(event),
            outcome: trace.outcome,
        };
        self.desk.frontier.ack(self.visit, settlement).await?;
        Ok(())
    }

    /// Counts it for those who watch, and words its event.
    fn count(&self, trace: &Trace, filed: Option<&Filed>) -> Event {
        self.desk.live.settled(trace, filed.map(|filed| &filed.end));
        if trace.again { retried(trace) } else { settled(trace, filed) }
    }

    fn exchange(&self, capture: Capture, trace: &Trace) -> Exchange {
        let truncated = match capture.end {
            End::Truncated(why) => Some(why),
            _ => None,
        };
        let reply = capture.response.map(|response| Reply {
            block: response.block,
            head_length: response.head_length,
            block_digest: response.block_digest,
            payload_digest: match &self.met {
                Met::Unmodified(page) => page.payload,
                _ => response.payload_digest,
            },
            truncated,
            revisit_of: self.met.reference().cloned(),
        });
        Exchange {
            target_uri: self.visit.lead.found.clone(),
            date: capture.began,
            ip: capture.peer.map(|peer| peer.ip()),
            protocols: capture.protocols,
            cipher: capture.cipher,
            request: capture.request,
            reply,
            metadata: trace.to_fields(),
            look_up: capture.look_up,
        }
    }

    /// The digest of a payload that later captures may refer to.
    fn new_payload(&self, capture: &Capture) -> Option<crate::digest::Digest> {
        let response = capture.response.as_ref()?;
        let whole = capture.end == End::Complete && response.payload_length > 0;
        let is_new = self.met.reference().is_none() && Origin::is_shared(response.status);
        (whole && is_new).then_some(response.payload_digest)
    }
}

/// What the visit leaves behind, before it is judged.
pub(super) fn trace<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    url: &Url,
    (capture, met): (&Capture, &Met),
    (outcome, again): (Outcome, bool),
    page: Page,
) -> Trace {
    let mut notes = notes(capture);
    notes.extend(page.defects.iter().map(|defect| Trace::defect_note(defect)));
    notes.extend(page.refused.iter().map(Trace::refused_note));
    notes.extend(refused_target(url, capture, &outcome).as_ref().map(Trace::refused_note));
    notes.extend(notes_on(met, capture));
    notes.extend(page.notes.iter().map(|note| ("note".to_owned(), note.clone())));
    notes.extend(page.mt_suspect.iter().map(|whose| ("mt-suspect".to_owned(), whose.clone())));
    Trace {
        run: desk.run,
        lead: visit.lead.clone(),
        attempt: visit.attempt,
        again,
        outcome,
        took_ms: u64::try_from(capture.took.as_millis()).unwrap_or(u64::MAX),
        bytes: capture.received,
        page: reading::is_kept(&page).then(|| reading::row(url, &page)),
        alternates: guess::evidence(&visit.lead, &page)
            .into_iter()
            .chain(page.alternates)
            .collect(),
        links: page.links,
        notes,
    }
}

/// Where a redirect leads, when that is no URL to fetch.
fn refused_target(url: &Url, capture: &Capture, outcome: &Outcome) -> Option<Refusal> {
    let Outcome::Moved { to: None, .. } = outcome else { return None };
    let to = capture.response.as_ref()?.head.get("Location")?;
    fetchable(&to, Some(url)).err().map(|why| Refusal::of_text(&to, &why))
}

fn notes(capture: &Capture) -> Vec<(String, String)> {
    let mut notes: Vec<(String, String)> =
        capture.defects.iter().map(|defect| Trace::defect_note(defect)).collect();
    let mut quote = |name: &str, bytes: &[u8]| {
        if !bytes.is_empty() {
            let cut = bytes.get(..QUOTED_BYTES).unwrap_or(bytes);
            notes.push((name.to_owned(), cut.escape_ascii().to_string()));
        }
    };
    quote("interim", &capture.interim);
    quote("debris", &capture.debris);
    if let Some(excess) = &capture.excess {
        quote("excess", &excess.first);
        notes.push(("excessLength".to_owned(), excess.length.to_string()));
    }
    if let Some(cut) = &capture.cut {
        notes.push(Trace::cut_note(cut));
    }
    if capture.fidelity == Fidelity::Reconstructed {
        notes.push(("fidelity".to_owned(), "reconstructed".to_owned()));
    }
    if let End::Failed(failure) = &capture.end {
        notes.push(("failure".to_owned(), failure.detail.clone()));
    }
    notes
}

/// What a comparison with the archive found. The head of a 304 stands nowhere else.
fn notes_on(met: &Met, capture: &Capture) -> Vec<(String, String)> {
    let mut notes = Vec::new();
    if let (Met::Unmodified(_), Some(response)) = (met, &capture.response) {
        let head = response.block.first(response.head_length).unwrap_or_default();
        notes.push(("notModified".to_owned(), head.escape_ascii().to_string()));
    }
    if let Some(original) = met.reference() {
        notes.push(Trace::container_note(&original.container));
    }
    if let Met::Unanswered(why) = met {
        notes.push(("askedAgain".to_owned(), (*why).to_owned()));
    }
    notes
}

/// What came with a whole 200.
fn validators(capture: &Capture) -> Option<Validators> {
    let response = capture.response.as_ref()?;
    let is_page = response.status == 200 && capture.end == End::Complete;
    let asked = asked_in(&capture.request);
    (is_page && response.payload_length > 0)
        .then(|| Validators::of(&response.head, asked, response.payload_digest, capture.began))
}

fn retried(trace: &Trace) -> Event {
    Event::Retried {
        url: trace.lead.found.clone(),
        attempt: trace.attempt + 1,
        why: match &trace.outcome {
            Outcome::Failed(failure) => failure.detail.clone(),
            Outcome::Captured { status, .. } | Outcome::Revisit { status } => {
                format!("HTTP status {status}")
            }
            _ => String::new(),
        },
    }
}

fn settled(trace: &Trace, filed: Option<&Filed>) -> Event {
    let page = trace.page.as_ref();
    let lang = page.and_then(|page| page.detected.as_ref().or(page.declared.as_ref()));
    Event::Settled(Box::new(Settled {
        url: trace.lead.found.clone(),
        hop: trace.lead.hop,
        hops: trace.lead.hops.clone(),
        outcome: trace.outcome.clone(),
        cut: trace.cut().map(str::to_owned),
        defects: trace.defects(),
        bytes: trace.bytes,
        took: Duration::from_millis(trace.took_ms),
        lang: lang.map(ToString::to_string),
        title: page.and_then(|page| page.title.clone()),
        byline: page.map_or_else(Vec::new, |page| page.byline.clone()),
        record: filed.and_then(|filed| filed.reply.clone()),
    }))
}

/// The origin that later captures of this payload will name.
fn origin((date, chunked): (Moment, bool), lead: &Lead, filed: &Filed) -> Option<Origin> {
    Some(Origin {
        record_id: filed.reply_id.clone()?,
        uri: target_uri(&lead.found).ok()?,
        date,
        locator: filed.reply.clone()?,
        chunked,
    })
}
