//! Job files: any text is a job or has its faults at places of its own, and what a job comes to is
//! written so that it reads back.

use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use warraq::seeds::job::{JobFault, JobFile, Schedule, parse};
use warraq::settings::Settings;
use warraq::settings::spelling::{duration, length};

use super::config;
use super::input::text_like;

/// Faults that are told of one file.
const MOST: usize = 50;

fn read(text: &str) -> Result<JobFile, Vec<JobFault>> {
    parse(Path::new("job.toml"), text)
}

/// The lengths of time among the settings of a job.
fn times(settings: &Settings) -> [Duration; 8] {
    [
        settings.delay,
        settings.drain,
        settings.retry_delay,
        settings.patience,
        settings.trust_unmodified,
        settings.connect_timeout,
        settings.idle_timeout,
        settings.total_timeout,
    ]
}

/// A job with these values, as they are shown.
fn shown(job: &JobFile) -> String {
    let [delay, drain, retry, patience, trust, connect, idle, total] =
        times(&job.settings).map(length);
    let recrawl = job.settings.recrawl;
    let (cron, zone) =
        job.schedule.as_ref().map_or(("0 0 1 1 *".to_owned(), "UTC".to_owned()), Schedule::words);
    format!(
        "name = {:?}\nseeds = [\"https://a.example/\"]\n\
         [politeness]\ndelay = {delay:?}\nretry-delay = {retry:?}\npatience = {patience:?}\n\
         drain = {drain:?}\n\
         [network]\nconnect-timeout = {connect:?}\nidle-timeout = {idle:?}\n\
         total-timeout = {total:?}\n[limits]\nbody = {}\n\
         [requests]\ntrust-unmodified = {trust:?}\n\
         [recrawl]\nlisting = {:?}\narticle = {:?}\n\
         [schedule]\ncron = {cron:?}\ntimezone = {zone:?}\n",
        job.settings.name,
        job.settings.max_body,
        recrawl.listing.to_string(),
        recrawl.article.to_string(),
    )
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_is_a_job_or_has_faults_at_places_of_its_own(text in text_like("job")) {
        let Err(faults) = read(&text) else { return Ok(()) };
        prop_assert!((1..=MOST).contains(&faults.len()));
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        for fault in faults {
            let line = text.split('\n').nth(fault.line - 1);
            prop_assert!(line.is_some(), "line {} of {:?}", fault.line, text);
            prop_assert!((1..=line.unwrap().chars().count() + 1).contains(&fault.column));
            let told = fault.to_string();
            prop_assert!(!told.contains(char::is_control) && told.len() < 2_000, "{}", told);
        }
    }

    #[test]
    fn what_a_job_comes_to_reads_back(text in text_like("job")) {
        let Ok(job) = read(&text) else { return Ok(()) };
        let shown = shown(&job);
        let back = read(&shown);
        prop_assert!(back.is_ok(), "{:?} of {}", back, shown);
        let back = back.unwrap();
        let (once, twice) = (&job.settings, &back.settings);
        prop_assert_eq!(times(twice), times(once));
        prop_assert_eq!((&twice.name, twice.max_body), (&once.name, once.max_body));
        let both = [once.recrawl, twice.recrawl].map(|recrawl| (recrawl.listing, recrawl.article));
        prop_assert_eq!(both[0], both[1]);
        let when = |job: &JobFile| job.schedule.as_ref().map(Schedule::words);
        prop_assert!(job.schedule.is_none() || when(&back) == when(&job));
    }

    #[test]
    fn any_length_of_time_reads_back(seconds in any::<u64>(), nanos in 0..1_000_000_000_u32) {
        for time in [
            Duration::new(seconds, nanos),
            Duration::new(seconds % 100_000, nanos),
            Duration::new(seconds % 100_000, nanos / 1_000_000 * 1_000_000),
            Duration::from_secs(seconds),
        ] {
            prop_assert_eq!(duration(&length(time)), Ok(time), "{}", length(time));
        }
    }
}
