//! The real program on a hostile web, and what it left behind.

#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use warraq::record::entry::Entry;
use warraq::record::name;
use warraq::record::reader::Records;

use super::web::Web;

/// Longer than any attack here may hold the program.
const PATIENCE: Duration = Duration::from_secs(90);

/// A folder to crawl into, and the flags every run shares.
#[derive(Debug)]
pub(crate) struct Crawl {
    pub(crate) folder: tempfile::TempDir,
    /// Each with its value, if it has one.
    flags: Vec<(String, Option<String>)>,
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Crawl {
    /// A crawl of `web` with limits short enough for a test.
    pub(crate) fn of(web: &Web) -> Self {
        let resolve = web.resolve();
        let flags = [
            "--contact",
            "desk@warraq.test",
            "--allow-private",
            "--i-own-the-hosts",
            "--delay",
            "0",
            "--retries",
            "1",
            "--retry-delay",
            "20ms",
            "--connect-timeout",
            "2s",
            "--idle-timeout",
            "700ms",
            "--total-timeout",
            "3s",
            "--resolve",
            &resolve,
        ];
        Self::with(&flags)
    }

    /// A crawl with these flags only.
    pub(crate) fn with(words: &[&str]) -> Self {
        let mut flags: Vec<(String, Option<String>)> = Vec::new();
        for word in words {
            match flags.last_mut() {
                Some((_, value)) if !word.starts_with("--") => *value = Some((*word).to_owned()),
                _ => flags.push(((*word).to_owned(), None)),
            }
        }
        Self { folder: tempfile::tempdir().unwrap(), flags }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The command; a flag among `args` stands in for the shared one.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
        command.arg("crawl").args(args).arg("--into").arg(self.path());
        for (flag, value) in &self.flags {
            if flag == "--resolve" || !args.contains(&flag.as_str()) {
                command.arg(flag).args(value);
            }
        }
        command
    }

    /// Runs it. A program that does not end in time fails the test.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        watched(self.command(args))
    }

    /// The ledger, one value a line.
    pub(crate) fn ledger(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path().join("ledger.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The summary of the last run.
    pub(crate) fn summary(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.path().join("summary.json")).unwrap()).unwrap()
    }

    /// Every URL ended once, and the numbers of the summary are those of the ledger; each rule has its
    /// count and at most three examples that it refused.
    pub(crate) fn adds_up(&self) {
        let (lines, stats) = (self.endings(), self.summary()["stats"].clone());
        let mut endings: BTreeMap<String, u64> = BTreeMap::new();
        let mut rules: BTreeMap<String, u64> = BTreeMap::new();
        for line in &lines {
            *endings.entry(line["state"].as_str().unwrap().to_owned()).or_default() += 1;
            if let Some(rule) = line["rule"].as_str() {
                *rules.entry(rule.to_owned()).or_default() += 1;
            }
        }
        let told = stats["refusals"].as_array().unwrap();
        assert_eq!(told.len(), rules.len());
        for row in told {
            let rule = row["rule"].as_str().unwrap();
            assert_eq!(row["count"], rules[rule], "{rule}");
            let examples = row["examples"].as_array().unwrap();
            assert_eq!(examples.len() as u64, rules[rule].min(3), "{rule}");
            for example in examples {
                let ended = lines.iter().find(|line| line["url"] == *example).unwrap();
                assert_eq!(ended["rule"], rule, "{example}");
            }
        }
        let number = |name: &str| stats[name].as_u64().unwrap();
        let visited = ["captured", "revisits", "moved", "failed", "refused"].map(number);
        assert_eq!(visited.iter().sum::<u64>() + number("queued"), number("put"), "{stats}");
        let discovered = lines.len() as u64 + number("queued");
        assert_eq!(number("put") + number("left_out"), discovered, "{stats}");
        for (name, state) in
            [("captured", "captured"), ("revisits", "revisit"), ("failed", "failed")]
        {
            assert_eq!(number(name), endings.get(state).copied().unwrap_or(0), "{state}");
        }
    }

    /// The line that counts of each URL. Only what was left out as a near-duplicate may have ended
    /// before: it is queued again when others like it say something new.
    fn endings(&self) -> Vec<Value> {
        let mut endings: BTreeMap<String, Value> = BTreeMap::new();
        for line in self.ledger() {
            let before = endings.insert(line["url"].as_str().unwrap().to_owned(), line);
            let was_left_out = |line: Value| line["rule"] == "near-duplicates";
            assert!(before.is_none_or(was_left_out), "a URL ended twice");
        }
        endings.into_values().collect()
    }

    /// How each URL ended in its last line: `captured 200`, `refused depth`, `failed tls`.
    pub(crate) fn ends(&self) -> BTreeMap<String, String> {
        let word = |line: &Value, name: &str| match &line[name] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let ended = |line: &Value| {
            let why = ["status", "rule", "failure"].iter().find_map(|name| word(line, name));
            format!("{} {}", line["state"].as_str().unwrap(), why.unwrap_or_default())
        };
        let url = |line: &Value| line["url"].as_str().unwrap().to_owned();
        self.ledger().iter().map(|line| (url(line), ended(line))).collect()
    }

    /// How a URL ended; empty when it did not.
    pub(crate) fn end(&self, url: &str) -> String {
        self.ends().remove(url).unwrap_or_default()
    }

    pub(crate) fn files(&self) -> Vec<PathBuf> {
        name::files(self.path()).unwrap()
    }

    /// Every record of every file; each must read to its end, and each file must be sealed.
    pub(crate) fn records(&self) -> Vec<Entry> {
        let mut all = Vec::new();
        for file in self.files() {
            assert!(
                file.extension().is_some_and(|end| end == "gz"),
                "left open: {}",
                file.display()
            );
            all.extend(Records::open(&file).unwrap().map(|entry| entry.unwrap()));
        }
        all
    }

    /// The records of one kind for a URL.
    pub(crate) fn records_of(&self, kind: &str, url: &str) -> Vec<Entry> {
        let of = |entry: &Entry| entry.kind.to_string() == kind && entry.target_uri() == Some(url);
        self.records().into_iter().filter(of).collect()
    }

    /// The text of everything the program wrote for people and machines, WARC files aside.
    pub(crate) fn told(&self, run: &Run) -> String {
        let read = |name: &str| std::fs::read_to_string(self.path().join(name)).unwrap_or_default();
        [&run.stdout, &run.stderr, &read("ledger.jsonl"), &read("summary.json")]
            .map(String::as_str)
            .join("\n")
    }
}

/// Runs a command to its end, or fails.
pub(crate) fn watched(mut command: Command) -> Run {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let stdout = drain(child.stdout.take().unwrap());
    let stderr = drain(child.stderr.take().unwrap());
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("never ended: {}", stderr.join().unwrap());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let run = Run {
        code: status.code(),
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
        took: began.elapsed(),
    };
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert!(!run.stderr.contains("internal error"), "{}", run.stderr);
    run
}

fn drain(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut all = Vec::new();
        from.read_to_end(&mut all).unwrap();
        String::from_utf8(all).expect("only UTF-8 is told")
    })
}
