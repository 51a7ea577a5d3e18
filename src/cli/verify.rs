//! `warraq verify`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Exit, Stopped, show};
use crate::json;
use crate::moment::Clock;
use crate::record::name;
use crate::verify::{self, Finding, Options, Profile, Severity, Verdict, mend};

/// What `verify` takes.
#[derive(Debug, Args)]
pub(super) struct VerifyFlags {
    /// WARC files, CDXJ indexes, WACZ packages, or folders of them such as a crawl folder
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Whose rules bind: the standard's (`spec`), or the standard's and warraq's own (`bar`); when
    /// not given, `bar` for the files warraq wrote and `spec` for others
    #[arg(long, value_enum)]
    profile: Option<Rules>,
    /// The files are a whole archive: what leads out of them is an error, not a warning. A folder
    /// is one without being told, but for what it took over with `dedup import`
    #[arg(long)]
    closed: bool,
    /// Findings of one rule that are printed; the rest is counted; 0 prints all
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u64,
    /// Copy each file with a torn tail, as far as it is whole, to NAME.repaired.warc.gz beside it
    #[arg(long)]
    repair: bool,
    /// Print findings and the sums as JSON lines
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rules {
    Bar,
    Spec,
}

/// What follows the flags in the help.
pub(super) const AFTER: &str = "\
Exit codes:
  0   complete
  2   usage, or a file that is no archive or cannot be read
  22  findings: errors, or something below the bar; warnings alone are none";

/// The last line of `--json`.
#[derive(Serialize)]
struct Sums<'a> {
    files: u64,
    records: u64,
    errors: u64,
    below_bar: u64,
    warnings: u64,
    rules: &'a std::collections::BTreeMap<&'static str, verify::Count>,
}

/// Runs the command.
pub(super) fn run(flags: &VerifyFlags) -> Result<Exit, Stopped> {
    let options = Options {
        profile: flags.profile.map(|rules| match rules {
            Rules::Bar => Profile::Bar,
            Rules::Spec => Profile::Spec,
        }),
        closed: flags.closed,
        limit: if flags.limit == 0 { u64::MAX } else { flags.limit },
        now: Clock::system().wall(),
    };
    let verdict = verify::judge(&flags.paths, &options, &mut |finding| tell(finding, flags.json));
    for why in &verdict.unusable {
        show::complain(&why.to_string());
    }
    let mended = if flags.repair { repair(flags)? } else { true };
    sums(&verdict, flags.json);
    Ok(if !verdict.unusable.is_empty() {
        Exit::Usage
    } else if verdict.is_clean() && mended {
        Exit::Complete
    } else {
        Exit::Output
    })
}

fn tell(finding: &Finding, as_json: bool) {
    if as_json {
        show::say(&json::line(finding).unwrap_or_default());
    } else {
        show::say(&show::clean(&finding.to_string()));
    }
}

fn sums(verdict: &Verdict, as_json: bool) {
    let [errors, below_bar, warnings] =
        [Severity::Error, Severity::BelowBar, Severity::Warning].map(|how| verdict.found(how));
    if as_json {
        let (files, records, rules) = (verdict.files, verdict.records, &verdict.counts);
        let sums = Sums { files, records, errors, below_bar, warnings, rules };
        show::say(&json::line(&sums).unwrap_or_default());
        return;
    }
    for (rule, count) in &verdict.counts {
        if count.found > count.told {
            show::say(&format!("{rule}: {} more, not printed", count.found - count.told));
        }
    }
    let word =
        if verdict.is_clean() && verdict.unusable.is_empty() { "clean" } else { "not clean" };
    show::say(&format!(
        "{word}: {}, {}: {}, {below_bar} below the bar, {}",
        show::count(verdict.files, "file"),
        show::count(verdict.records, "record"),
        show::count(errors, "error"),
        show::count(warnings, "warning"),
    ));
}

/// Mends what can be mended; false when something could not be.
fn repair(flags: &VerifyFlags) -> Result<bool, Stopped> {
    let mut fine = true;
    for path in &flags.paths {
        let files = if path.is_dir() { super::archive_at(path)? } else { vec![path.clone()] };
        for file in files.iter().filter(|file| is_warc(file)) {
            match mend::mend(file) {
                Ok(None) => {}
                Ok(Some(done)) => say_mended(&done, flags.json),
                Err(why) => {
                    show::complain(&why.to_string());
                    fine = false;
                }
            }
        }
    }
    Ok(fine)
}

fn is_warc(path: &std::path::Path) -> bool {
    name::is_warc(&name::final_name(path))
}

fn say_mended(done: &mend::Mended, as_json: bool) {
    if as_json {
        let line = serde_json::json!({
            "repaired": done.from, "to": done.to, "records": done.members, "bytes_cut": done.cut,
        });
        show::say(&json::line(&line).unwrap_or_default());
        return;
    }
    show::say(&format!(
        "{}: {} kept, {} cut off, written to {}; the torn file is as it was",
        show::clean(&done.from.display().to_string()),
        show::count(done.members, "whole record"),
        show::count(done.cut, "byte"),
        show::clean(&done.to.display().to_string()),
    ));
}
