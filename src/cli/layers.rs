//! The layers of settings: defaults, job file, environment, flags; the later over the earlier.
//!
//! [`Typed`] knows which flags were really given. [`Layers`] lays them over what a job file says and
//! remembers where each setting came from, which is what `warraq job show` tells.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::seeds::job::JobFile;

/// Where a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Default,
    File(PathBuf, usize),
    Environment,
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// The flags of one command that were given, and how.
#[derive(Debug, Default)]
pub(super) struct Typed(BTreeMap<String, Source>);

impl Typed {
    /// Of a command's matches.
    pub(super) fn of(matches: &ArgMatches) -> Self {
        let given = matches.ids().filter_map(|id| {
            let source = match matches.value_source(id.as_str())? {
                ValueSource::CommandLine => Source::Flag,
                ValueSource::EnvVariable => Source::Environment,
                _ => return None,
            };
            Some((id.as_str().to_owned(), source))
        });
        Self(given.collect())
    }

    /// Whether the environment gave a flag its value.
    pub(super) fn is_set(&self, flag: &str) -> bool {
        self.0.get(flag) == Some(&Source::Environment)
    }
}

/// Settings on their way to being whole.
#[derive(Debug)]
pub(super) struct Layers<'t> {
    typed: &'t Typed,
    from: BTreeMap<&'static str, Source>,
}

impl<'t> Layers<'t> {
    /// What a job file says, if there is one, and what was typed.
    pub(super) fn new(job: Option<&JobFile>, typed: &'t Typed) -> Self {
        let given = job.into_iter().flat_map(|job| {
            let from = |line: &usize| Source::File(job.path.clone(), *line);
            job.given.iter().map(move |(setting, line)| (*setting, from(line)))
        });
        Self { typed, from: given.collect() }
    }

    /// Lays a flag over a setting, when it was given.
    pub(super) fn lay<T>(&mut self, into: &mut T, flag: &str, setting: &'static str, value: T) {
        if let Some(source) = self.typed.0.get(flag) {
            *into = value;
            self.from.insert(setting, source.clone());
        }
    }

    /// Whether something other than a default says so.
    pub(super) fn is_given(&self, setting: &str) -> bool {
        self.from.contains_key(setting)
    }

    /// Where each setting came from; what is not named is a default.
    pub(super) fn end(self) -> BTreeMap<&'static str, Source> {
        self.from
    }
}
