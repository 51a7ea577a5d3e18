//! Trials: a page that was being read when the process died is read in a process of its own first.
//!
//! A crash alone cannot tell a page that kills its reader from a kill that came from outside. The
//! trial can: what ends it with a signal would have ended the crawl. It decides whether a page is
//! read, never whether it is archived, and stands ahead of the mark that a crash is held against: who
//! is killed while it is held was not killed by the page. Without a program to try it in,
//! [`Trial::None`] leaves it to the count of crashes.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;
use url::Url;

use crate::head::Head;

/// The command of the program that reads one page from its standard input.
pub const COMMAND: &str = "read-alone";

/// The longest that a page may take: a page that is read among others takes milliseconds, and the
/// dearest ones known take a second.
pub const LONGEST: Duration = Duration::from_mins(1);

/// How a trial ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trial {
    /// It could not be held, or was ended by somebody: nothing is known.
    None,
    /// The page was read.
    Survived,
    /// The page ended its reader, and how.
    Died(String),
}

/// Reads a page in a process of `program`.
pub(super) async fn hold(program: &Path, url: &Url, head: &Head, entity: &[u8]) -> Trial {
    let child = Command::new(program)
        .arg(COMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // An interrupt from the terminal is for the crawl alone.
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    let Ok(mut child) = child else { return Trial::None };
    let told = message(url, head, entity);
    let Some(mut input) = child.stdin.take() else { return Trial::None };
    let ended = timeout(LONGEST, async move {
        // Whoever dies early closes its input; its status says the rest.
        drop(input.write_all(&told).await);
        drop(input);
        child.wait().await
    });
    match ended.await {
        Ok(Ok(status)) => verdict(status),
        Ok(Err(_)) => Trial::None,
        Err(_) => Trial::Died(format!("was not done after {} s", LONGEST.as_secs())),
    }
}

/// Signals that a page can bring about, as against those by which somebody ends a service.
fn verdict(status: ExitStatus) -> Trial {
    match status.signal() {
        None if status.success() => Trial::Survived,
        // A panic is caught in the crawl as well; any other exit is no reading.
        None => Trial::None,
        Some(nix::libc::SIGTERM | nix::libc::SIGINT | nix::libc::SIGHUP | nix::libc::SIGQUIT) => {
            Trial::None
        }
        Some(signal) => Trial::Died(format!("died of signal {signal}")),
    }
}

/// What the process is given: the length of the head and the URL in a line, then head and entity.
fn message(url: &Url, head: &Head, entity: &[u8]) -> Vec<u8> {
    let mut text = head.start.clone();
    text.extend_from_slice(b"\r\n");
    for field in &head.fields {
        text.extend_from_slice(&field.name);
        text.extend_from_slice(b": ");
        text.extend_from_slice(&field.value);
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
    let mut told = format!("{} {url}\n", text.len()).into_bytes();
    told.extend_from_slice(&text);
    told.extend_from_slice(entity);
    told
}

/// What [`message`] holds; `None` for anything else.
fn told(message: &[u8]) -> Option<(Url, Head, &[u8])> {
    let end = message.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = (message.get(..end)?, message.get(end + 1..)?);
    let (length, url) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let (head, entity) = rest.split_at_checked(length.parse().ok()?)?;
    Some((Url::parse(url).ok()?, Head::parse(head), entity))
}

/// The other side: reads the page that `message` holds as the crawl would, and gives nothing.
/// `false` for a message that is none.
pub fn read_alone(message: &[u8]) -> bool {
    // Of two processes that are too large the kernel takes this one.
    drop(std::fs::write("/proc/self/oom_score_adj", "1000"));
    let Some((url, head, entity)) = told(message) else { return false };
    let source = crate::page::Source { url: &url, head: &head, entity };
    super::reading::row(&url, &crate::page::read(source));
    true
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected fails")]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_what_was_meant() {
        let url = Url::parse("https://news.example/ar?x=1").unwrap();
        let head = Head::parse(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX: a: b\r\n\r\n");
        let entity = b"1\n\r\n\r\n\0<p>";
        let message = message(&url, &head, entity);
        assert_eq!(told(&message).unwrap(), (url, head, &entity[..]));
        for none in [&b""[..], b"\n", b"9 https://a.test/\nshort", b"x https://a.test/\n", b"0 a\n"]
        {
            assert!(told(none).is_none());
        }
    }

    #[test]
    fn what_a_signal_says() {
        let of = |signal: i32| verdict(ExitStatus::from_raw(signal));
        assert_eq!(of(0), Trial::Survived);
        assert_eq!(of(1 << 8), Trial::None);
        assert_eq!(of(15), Trial::None);
        assert_eq!(of(9), Trial::Died("died of signal 9".to_owned()));
        assert_eq!(of(11), Trial::Died("died of signal 11".to_owned()));
    }

    #[tokio::test]
    async fn what_cannot_be_tried_proves_nothing() {
        let url = Url::parse("https://news.example/").unwrap();
        let held = hold(Path::new("/nowhere/warraq"), &url, &Head::default(), b"").await;
        assert_eq!(held, Trial::None);
    }
}
