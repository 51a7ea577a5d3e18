//! How people write lengths of time and sizes, on the command line and in job files alike.
//!
//! Total; the error is a sentence that quotes what was written and shows how it would be right.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use bytesize::ByteSize;

use super::{Again, Resolve};

/// `500ms`, `2s`, `1m 30s`; a bare number is seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let wrong = || format!("{text:?} is no length of time; write it as 500ms, 2s or 1m");
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| wrong());
    }
    humantime::parse_duration(text).map_err(|_| wrong())
}

/// A length of time in the largest unit that leaves no rest: `90d`, `90m`, `1500ms`. It reads back
/// as the same, whatever it is.
pub fn length(time: Duration) -> String {
    const UNITS: &[(u64, &str)] = &[(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let (seconds, rest) = (time.as_secs(), time.subsec_nanos());
    let unit = UNITS.iter().find(|(unit, _)| seconds % unit == 0 && seconds > 0);
    match (rest, unit) {
        (0, Some((unit, name))) => format!("{}{name}", seconds / unit),
        (0, None) => "0s".to_owned(),
        _ => match u64::try_from(time.as_millis()) {
            Ok(millis) if rest % 1_000_000 == 0 => format!("{millis}ms"),
            _ => format!("{seconds}s {rest}ns"),
        },
    }
}

/// A length of time for people, in two units at most and as many digits as say something: `0s`,
/// `250ms`, `1.5s`, `2m 5s`, `3h`. What is more than nothing is never shown as nothing.
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let two = |large: u64, of: &str, small: u64, rest: &str| match small {
        0 => format!("{large}{of}"),
        small => format!("{large}{of} {small}{rest}"),
    };
    match seconds {
        0 if time.is_zero() => "0s".to_owned(),
        0 => format!("{}ms", time.as_millis().max(1)),
        1..60 => match time.subsec_millis() / 100 {
            0 => format!("{seconds}s"),
            tenths => format!("{seconds}.{tenths}s"),
        },
        60..3_600 => two(seconds / 60, "m", seconds % 60, "s"),
        3_600..86_400 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "m"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

/// `1MiB`, `500kB`; a bare number is bytes.
pub fn size(text: &str) -> Result<u64, String> {
    ByteSize::from_str(text.trim())
        .map(|size| size.as_u64())
        .map_err(|_| format!("{text:?} is no size; write it as 500kB, 1MiB or 1GB"))
}

/// A size in the largest unit that leaves no rest: `10GiB`, `2GB`, `100MiB`, `1500B`. It reads back as
/// the same.
pub fn amount(bytes: u64) -> String {
    const UNITS: &[(u64, &str)] = &[
        (1 << 40, "TiB"),
        (1_000_000_000_000, "TB"),
        (1 << 30, "GiB"),
        (1_000_000_000, "GB"),
        (1 << 20, "MiB"),
        (1_000_000, "MB"),
        (1 << 10, "KiB"),
        (1_000, "kB"),
    ];
    let unit = UNITS.iter().find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{bytes}B"), |(unit, name)| format!("{}{name}", bytes / unit))
}

/// `95`, `99.5%`: a share in percent.
pub fn percent(text: &str) -> Result<f64, String> {
    let wrong = || format!("{text:?} is no share; write it as 95 or 99.5, from 0 to 100");
    let number = text.trim().trim_end_matches('%').trim_end();
    number.parse().ok().filter(|share| (0.0..=100.0).contains(share)).ok_or_else(wrong)
}

/// `each run`, `never`, `30d`, `90m to 90d`.
pub fn again(text: &str) -> Result<Again, String> {
    let wrong = || {
        format!("{text:?} is no interval; write \"each run\", \"never\", \"12h\" or \"90m to 90d\"")
    };
    let length = |text: &str| duration(text).ok().filter(|length| !length.is_zero());
    match text.trim() {
        "each run" | "each-run" => Ok(Again::EachRun),
        "never" => Ok(Again::Never),
        other => match other.split_once(" to ") {
            None => length(other).map(Again::After).ok_or_else(wrong),
            Some((least, most)) => match (length(least), length(most)) {
                (Some(least), Some(most)) if least > most => Err(format!(
                    "{text:?} begins with the longer time; write the shorter one first"
                )),
                (Some(least), Some(most)) => Ok(Again::Between(least, most)),
                _ => Err(wrong()),
            },
        },
    }
}

/// `HOST:PORT:ADDR[:PORT]`, IPv6 addresses in brackets.
pub fn resolve(text: &str) -> Result<Resolve, String> {
    let wrong = || {
        format!(
            "{text:?} leads nowhere; write it as HOST:PORT:ADDR or HOST:PORT:ADDR:PORT, IPv6 in brackets"
        )
    };
    let mut parts = text.splitn(3, ':');
    let host = parts.next().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
    let port = parts.next().and_then(|port| port.parse().ok()).ok_or_else(wrong)?;
    let rest = parts.next().ok_or_else(wrong)?;
    let (addr, to_port) = target(rest, port).ok_or_else(wrong)?;
    let host = (host != "*").then(|| host.to_ascii_lowercase());
    Ok(Resolve { host, port, addr, to_port })
}

fn target(text: &str, port: u16) -> Option<(IpAddr, u16)> {
    if let Ok(addr) = text.trim_matches(['[', ']']).parse() {
        return Some((addr, port));
    }
    let (addr, port) = text.rsplit_once(':')?;
    Some((addr.trim_matches(['[', ']']).parse().ok()?, port.parse().ok()?))
}

/// Whether a text reaches somebody: an e-mail address, or a URL with a host.
pub fn is_contact(text: &str) -> bool {
    let begins = |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric() || c == '[');
    let url = text.split_once("://").is_some_and(|(_, rest)| begins(rest));
    let mail = text.split_once('@').is_some_and(|(who, at)| {
        who.ends_with(|c: char| !c.is_whitespace() && c != '/') && begins(at)
    });
    url || mail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_people_write_them() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        assert_eq!(duration("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("1m 30s"), Ok(Duration::from_secs(90)));
        assert!(duration("soon").is_err() && duration("-1").is_err() && duration("NaN").is_err());
    }

    #[test]
    fn nothing_that_lasts_is_shown_as_nothing() {
        let shown = |micros| span(Duration::from_micros(micros));
        let second = 1_000_000;
        let told = [0, 1, 999, 1_000, 250_000, 999_999, second, 1_549_000, 59_999_999];
        let want = ["0s", "1ms", "1ms", "1ms", "250ms", "999ms", "1s", "1.5s", "59.9s"];
        assert_eq!(told.map(shown), want);
        let told = [60, 61, 3_599, 3_600, 3_660, 86_399, 86_400, 90_061].map(|n| shown(n * second));
        assert_eq!(told, ["1m", "1m 1s", "59m 59s", "1h", "1h 1m", "23h 59m", "1d", "1d 1h"]);
    }

    #[test]
    fn sizes_as_people_write_them() {
        assert_eq!(size("1MiB"), Ok(1 << 20));
        assert_eq!(size("1GB"), Ok(1_000_000_000));
        assert_eq!(size("4096"), Ok(4096));
        assert!(size("big").is_err());
        for text in ["10GiB", "2GB", "1500B", "100MiB", "0B", "64kB", "1KiB"] {
            assert_eq!(amount(size(text).unwrap()), text);
        }
    }

    #[test]
    fn fixed_addresses() {
        let any = resolve("*:443:127.0.0.1:8443").unwrap();
        assert_eq!((any.host, any.port, any.to_port), (None, 443, 8443));
        let one = resolve("Example.org:80:[::1]:8080").unwrap();
        assert_eq!((one.host.as_deref(), one.to_port), (Some("example.org"), 8080));
        assert_eq!(resolve("a:80:10.0.0.1").unwrap().to_port, 80);
        assert_eq!(resolve("a:80:::1").unwrap().to_port, 80);
        assert!(resolve("a:80").is_err() && resolve("a:b:1.2.3.4").is_err());
    }

    #[test]
    fn shares_as_people_write_them() {
        assert_eq!((percent("95"), percent(" 99.5 %")), (Ok(95.0), Ok(99.5)));
        for wrong in ["101", "-1", "NaN", "most", "", "%"] {
            assert!(percent(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn intervals_read_as_they_print() {
        for text in ["each run", "never", "12h", "90m to 90d", "1500ms"] {
            let read = again(text).unwrap();
            assert_eq!(again(&read.to_string()), Ok(read), "{text}");
        }
        assert!(again("90d to 90m").unwrap_err().contains("shorter one first"));
        assert!(again("0s").is_err() && again("often").is_err() && again("1h to ").is_err());
    }
}
