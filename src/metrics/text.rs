//! Prometheus' text format 0.0.4: families of samples, escaped, each family once and whole.

use std::fmt::{self, Write};

/// What a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A number, as exact as it came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Whole(u64),
    Real(f64),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Real(number) if number.is_nan() => f.write_str("NaN"),
            Self::Real(number) if number.is_infinite() && *number > 0.0 => f.write_str("+Inf"),
            Self::Real(number) if number.is_infinite() => f.write_str("-Inf"),
            Self::Real(number) => write!(f, "{number}"),
        }
    }
}

/// The two lines above the samples of a family.
pub(super) fn head(out: &mut String, name: &str, kind: Kind, help: &str) {
    let help = help.replace('\\', r"\\").replace('\n', r"\n");
    let kind = kind.name();
    // Writing to a String does not fail.
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
}

/// A sample. Names are ours and need no escaping; values of labels may hold anything.
pub(super) fn sample(out: &mut String, name: &str, labels: &[(&str, &str)], value: Value) {
    out.push_str(name);
    for (place, (label, text)) in labels.iter().enumerate() {
        let before = if place == 0 { '{' } else { ',' };
        let _ = write!(out, "{before}{label}=\"");
        for c in text.chars() {
            match c {
                '\\' => out.push_str(r"\\"),
                '"' => out.push_str("\\\""),
                '\n' => out.push_str(r"\n"),
                c => out.push(c),
            }
        }
        out.push('"');
    }
    out.push_str(if labels.is_empty() { " " } else { "} " });
    let _ = writeln!(out, "{value}");
}

/// The value of a sample on a page of ours: that of the first line that begins with this series.
pub(super) fn find<'a>(page: &'a str, name: &str, labels: &[(&str, &str)]) -> Option<&'a str> {
    let mut series = String::new();
    sample(&mut series, name, labels, Value::Whole(0));
    let series = series.strip_suffix("0\n")?;
    page.lines().find_map(|line| line.strip_prefix(series))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_exact() {
        let shown = |value: Value| value.to_string();
        assert_eq!(shown(Value::Whole(u64::MAX)), "18446744073709551615");
        assert_eq!(shown(Value::Real(1_795_339_800.125)), "1795339800.125");
        assert_eq!([f64::NAN, f64::INFINITY].map(|n| shown(Value::Real(n))), ["NaN", "+Inf"]);
    }

    /// A label read as the format says: up to the first quotation mark that no backslash stands
    /// before.
    fn unescaped(quoted: &str) -> Option<(String, &str)> {
        let (mut text, mut rest) = (String::new(), quoted.strip_prefix('"')?.chars());
        loop {
            match rest.next()? {
                '"' => return Some((text, rest.as_str())),
                '\\' => text.push(match rest.next()? {
                    'n' => '\n',
                    c => c,
                }),
                c => text.push(c),
            }
        }
    }

    proptest! {
        #[test]
        fn a_label_is_read_as_it_was_and_ends_no_line(text in "\\PC{0,20}[\n\"\\\\}#]{0,6}\\PC{0,9}") {
            let mut out = String::new();
            sample(&mut out, "warraq_x_total", &[("job", &text), ("host", "h")], Value::Whole(7));
            prop_assert_eq!(out.matches('\n').count(), 1);
            let rest = out.strip_prefix("warraq_x_total{job=").unwrap();
            prop_assert_eq!(unescaped(rest), Some((text.clone(), ",host=\"h\"} 7\n")));
            prop_assert_eq!(find(&out, "warraq_x_total", &[("job", &text), ("host", "h")]), Some("7"));
            let mut out = String::new();
            head(&mut out, "warraq_x", Kind::Gauge, &text);
            prop_assert_eq!(out.matches('\n').count(), 2);
        }
    }
}
