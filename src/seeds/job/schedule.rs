//! The schedule of a job: a cron expression in a time zone, its jitter, and what overlapping does.
//!
//! croner reads the expression, jiff knows the zone. [`Schedule::next`] is pure: the instant is
//! handed in, so that a test and the loop that stays up ask the same question.

use std::time::Duration;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::moment::Moment;

/// What becomes of a slot while the run before it is not over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// It is left out, and said so.
    #[default]
    Skip,
    /// It waits for its turn.
    Wait,
    /// The other is told to drain, and this one takes its place.
    Replace,
}

/// When a job runs.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
    /// A slot is moved later by up to this much, so that many jobs do not start at one time.
    pub jitter: Duration,
}

impl Schedule {
    /// Reads a cron expression of five fields, or a word like `@hourly`; no seconds, no years.
    pub fn cron(text: &str) -> Result<Cron, String> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
        parser.build().parse(text).map_err(|why| {
            format!(
                "{text:?} is no cron expression ({why}); write five fields, as in \"7 * * * *\""
            )
        })
    }

    /// Reads the name of a time zone.
    pub fn zone(text: &str) -> Result<TimeZone, String> {
        TimeZone::get(text).map_err(|_| {
            format!("{text:?} is no known time zone; write it as Europe/Berlin or UTC")
        })
    }

    /// A schedule.
    pub const fn new(cron: Cron, zone: TimeZone, jitter: Duration) -> Self {
        Self { cron, zone, jitter }
    }

    /// The first slot after an instant; `None` when there never is one.
    pub fn next(&self, after: Moment) -> Option<Moment> {
        let after = Timestamp::from_millisecond(after.millis()).ok()?.to_zoned(self.zone.clone());
        let slot = self.cron.find_next_occurrence(&after, false).ok()?;
        Some(Moment::from_millis(slot.timestamp().as_millisecond()))
    }

    /// The last slot at or before an instant; `None` when there is none.
    pub fn last(&self, until: Moment) -> Option<Moment> {
        let until = Timestamp::from_millisecond(until.millis()).ok()?.to_zoned(self.zone.clone());
        let slot = self.cron.find_previous_occurrence(&until, true).ok()?;
        Some(Moment::from_millis(slot.timestamp().as_millisecond()))
    }

    /// The expression and its zone, as they were given.
    pub fn words(&self) -> (String, String) {
        let zone = self.zone.iana_name().unwrap_or("UTC");
        (self.cron.as_str().to_owned(), zone.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn schedule(cron: &str, zone: &str) -> Schedule {
        Schedule::new(Schedule::cron(cron).unwrap(), Schedule::zone(zone).unwrap(), Duration::ZERO)
    }

    fn slots(cron: &str, zone: &str, from: &str, n: usize) -> Vec<String> {
        let schedule = schedule(cron, zone);
        let first = Moment::parse_warc_date(from).unwrap();
        let slots = std::iter::successors(Some(first), |at| schedule.next(*at)).skip(1);
        slots.take(n).map(Moment::warc_date).map(|date| date.replace(":00.000Z", "")).collect()
    }

    #[test]
    fn slots_follow_the_clock_on_the_wall() {
        let utc = slots("0 6 * * *", "UTC", "2026-03-28T07:00:00Z", 2);
        assert_eq!(utc, ["2026-03-29T06:00", "2026-03-30T06:00"]);
        // Summer time begins on the 29th of March 2026.
        let berlin = slots("0 6 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3);
        assert_eq!(berlin, ["2026-03-28T05:00", "2026-03-29T04:00", "2026-03-30T04:00"]);
        let hourly = slots("@hourly", "UTC", "2026-11-22T09:30:00Z", 2);
        assert_eq!(hourly, ["2026-11-22T10:00", "2026-11-22T11:00"]);
    }

    proptest! {
        /// What keeps a schedule rests on it: no slot comes twice, none is passed over, whichever way
        /// the clock on the wall is put meanwhile.
        #[test]
        fn slots_go_on_whatever_is_done_to_the_clock(
            cron in prop::sample::select(vec![
                "30 2 * * *", "*/15 * * * *", "0 * * * *", "7 1,2,3 * * *", "59 0-3 * 3,10 0",
            ]),
            zone in prop::sample::select(vec![
                "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "UTC",
            ]),
            // The hours around the changes of 2026, and others.
            hour in prop::sample::select(vec![
                "2026-03-29T00", "2026-10-25T00", "2026-03-08T04", "2026-11-01T03", "2026-04-04T14",
                "2026-10-03T15", "2026-02-15T01", "2026-03-22T01", "2026-07-01T12",
            ]),
            minutes in 0_u64..600,
        ) {
            let schedule = schedule(cron, zone);
            let start = Moment::parse_warc_date(&format!("{hour}:00:00Z")).unwrap();
            let at = start.plus(Duration::from_mins(minutes)).minus(Duration::from_hours(4));
            let next = schedule.next(at).unwrap();
            prop_assert!(next > at, "{cron} {zone} {at}: {next}");
            prop_assert_eq!(schedule.last(next), Some(next), "{} {} after {}", cron, zone, at);
            let last = schedule.last(at).unwrap();
            prop_assert!(last <= at);
            prop_assert_eq!(schedule.next(last), Some(next), "{} {} {} {}", cron, zone, last, at);
        }
    }

    #[test]
    fn the_last_slot_may_be_now() {
        let at = Moment::parse_warc_date("2026-11-22T09:00:00Z").unwrap();
        let hourly = schedule("0 * * * *", "UTC");
        assert_eq!(hourly.last(at), Some(at));
        assert_eq!(hourly.last(at.plus(Duration::from_mins(59))), Some(at));
    }

    #[test]
    fn what_is_no_expression_is_said() {
        for bad in ["", "hourly", "61 * * * *", "* * * * * *", "* * *", "0 0 31 2 99"] {
            assert!(Schedule::cron(bad).unwrap_err().contains("five fields"), "{bad}");
        }
        assert!(Schedule::zone("Mars/Olympus").is_err());
    }
}
