//! A wrong command line, said in one sentence.
//!
//! clap knows what is wrong and where; this file words it as every other error of warraq is worded:
//! what, where, and what to do. Nothing is printed here.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The sentence for a command line clap refused; `None` when clap's own output is what was asked
/// for (help, version).
pub(super) fn sentence(error: &clap::Error) -> Option<String> {
    let context = Context(error);
    Some(match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::InvalidSubcommand => context.unknown_command(),
        ErrorKind::UnknownArgument => context.unknown_argument(),
        ErrorKind::InvalidValue => context.invalid_value(),
        ErrorKind::ValueValidation => context.unreadable_value(),
        ErrorKind::ArgumentConflict => context.conflict(),
        ErrorKind::MissingRequiredArgument => context.missing(),
        _ => first_line(error),
    })
}

struct Context<'a>(&'a clap::Error);

impl Context<'_> {
    fn texts(&self, kind: ContextKind) -> Vec<String> {
        match self.0.get(kind) {
            Some(ContextValue::String(text)) => vec![text.clone()],
            Some(ContextValue::Strings(texts)) => texts.clone(),
            Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
            _ => Vec::new(),
        }
    }

    fn text(&self, kind: ContextKind) -> String {
        self.texts(kind).into_iter().next().unwrap_or_default()
    }

    /// The flag that is wrong, without its value name.
    fn flag(&self) -> String {
        name(&self.text(ContextKind::InvalidArg))
    }

    /// What gave the value that is wrong: the variable of the flag, where it says the same.
    fn origin(&self) -> String {
        let (flag, typed) = (self.flag(), self.text(ContextKind::InvalidValue));
        let name = flag.trim_start_matches('-').replace('-', "_").to_uppercase();
        let variable = format!("WARRAQ_{name}");
        if std::env::var(&variable).is_ok_and(|value| value == typed) { variable } else { flag }
    }

    fn unknown_command(&self) -> String {
        let typed = self.text(ContextKind::InvalidSubcommand);
        let near = self.text(ContextKind::SuggestedSubcommand);
        format!("there is no command {typed:?}; {}", instead(&near, "see `warraq --help`"))
    }

    fn unknown_argument(&self) -> String {
        let typed = self.text(ContextKind::InvalidArg);
        let near = name(&self.text(ContextKind::SuggestedArg));
        if typed.starts_with('-') {
            return format!("there is no flag {typed}; {}", instead(&near, "see --help"));
        }
        format!("{typed:?} is one argument too many; see --help")
    }

    fn invalid_value(&self) -> String {
        let (flag, typed) = (self.flag(), self.text(ContextKind::InvalidValue));
        let choice = self.texts(ContextKind::ValidValue).join(", ");
        match (typed.is_empty(), choice.is_empty()) {
            (true, true) => format!("{flag} needs a value; see --help"),
            (true, false) => format!("{flag} needs a value; give one of {choice}"),
            _ => format!("{flag}: {typed:?} is not known; give one of {choice}"),
        }
    }

    fn unreadable_value(&self) -> String {
        let why = self.0.source().map_or_else(|| first_line(self.0), ToString::to_string);
        format!("{}: {why}", self.origin())
    }

    fn conflict(&self) -> String {
        let (flag, other) = (self.flag(), name(&self.text(ContextKind::PriorArg)));
        if flag == other || other.is_empty() {
            return format!("{flag} is given twice; give it once");
        }
        format!("{flag} and {other} exclude each other; give one of them")
    }

    fn missing(&self) -> String {
        let missing = self.texts(ContextKind::InvalidArg);
        if missing.iter().any(|arg| name(arg) == "--into") {
            return "no folder: give --into DIR, where WARCs, state and ledger go".to_owned();
        }
        format!("{} is missing; see --help", missing.join(", "))
    }
}

/// `--flag <VALUE>` without its value.
fn name(arg: &str) -> String {
    arg.split([' ', '=', '[']).next().unwrap_or_default().to_owned()
}

fn instead(near: &str, else_do: &str) -> String {
    if near.is_empty() { else_do.to_owned() } else { format!("did you mean {near}?") }
}

fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    format!("{}; see --help", line.strip_prefix("error: ").unwrap_or(line))
}
