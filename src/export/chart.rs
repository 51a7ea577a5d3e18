//! A bar chart as SVG: labels, bars, numbers. No script, no font but the reader's own.

use std::fmt::Write as _;

use super::format::xml;

/// Bars shown; the rest is one bar.
const MOST: usize = 40;

const ROW: usize = 22;
const LABEL: usize = 170;
const BAR: usize = 420;

/// Draws bars in the order given.
pub(super) fn bars(title: &str, rows: &[(String, u64)]) -> String {
    let mut shown: Vec<(String, u64)> = rows.iter().take(MOST).cloned().collect();
    let rest: u64 = rows.iter().skip(MOST).map(|(_, value)| value).sum();
    if rest > 0 {
        shown.push((format!("{} more", rows.len() - MOST), rest));
    }
    let most = shown.iter().map(|(_, value)| *value).max().unwrap_or(0).max(1);
    let (width, height) = (LABEL + BAR + 110, 50 + shown.len() * ROW);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>{0}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"10\" y=\"24\" font-size=\"16\" font-weight=\"bold\">{0}</text>\n",
        xml(title)
    );
    for (number, (label, value)) in shown.iter().enumerate() {
        let (top, length) = (40 + number * ROW, scaled(*value, most));
        let (text, after) = (top + 14, LABEL + length + 6);
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{text}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{LABEL}\" y=\"{top}\" width=\"{length}\" height=\"{}\" fill=\"#2a6f97\"/>\
             <text x=\"{after}\" y=\"{text}\">{value}</text>",
            LABEL - 8,
            xml(&cut(label)),
            ROW - 5,
        );
    }
    out.push_str("</svg>\n");
    out
}

fn scaled(value: u64, most: u64) -> usize {
    let length = u128::from(value) * BAR as u128 / u128::from(most);
    usize::try_from(length).unwrap_or(BAR).max(1)
}

/// A label that fits.
fn cut(label: &str) -> String {
    const MOST: usize = 24;
    if label.chars().count() <= MOST {
        return label.to_owned();
    }
    label.chars().take(MOST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_numbers() {
        let rows = [("a<b".to_owned(), 10), ("c".to_owned(), 5), ("d".to_owned(), 0)];
        let svg = bars("One & two", &rows);
        for part in ["One &amp; two", "a&lt;b", "width=\"420\"", "width=\"210\"", "width=\"1\""] {
            assert!(svg.contains(part), "{part} is not in {svg}");
        }
    }

    #[test]
    fn what_has_no_room_is_one_bar() {
        let rows: Vec<_> = (0..60).map(|n| (format!("host {n}"), 1)).collect();
        let svg = bars("Hosts", &rows);
        assert!(svg.contains(">20 more<") && !svg.contains("host 41"));
    }
}
