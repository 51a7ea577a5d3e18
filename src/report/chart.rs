//! Charts, drawn as inline SVG: colours and fonts are the page's, so they follow its theme.

use std::fmt::Write;

use super::Slot;
use super::html::escaped;
use crate::moment::Moment;

/// Width and height of the timeline, in units of its own.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 160.0;

/// Captures as bars, bytes as a line over them; each bar tells its numbers when pointed at.
pub(super) fn timeline(slots: &[Slot]) -> String {
    let most = |of: fn(&Slot) -> u64| number(slots.iter().map(of).max().unwrap_or(0).max(1));
    let (captures, bytes) = (most(|slot| slot.captures), most(|slot| slot.bytes));
    let step = WIDTH / number(slots.len().max(1) as u64);
    let (mut bars, mut line) = (String::new(), String::new());
    for (at, slot) in (0_u32..).zip(slots) {
        let left = f64::from(at) * step;
        let height = number(slot.captures) / captures * HEIGHT;
        let from = Moment::from_millis(slot.from.saturating_mul(1_000));
        // Writing to a String does not fail.
        let _ = write!(
            bars,
            "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{from}: \
             {} captures, {}</title></rect>",
            HEIGHT - height,
            (step - 1.0).max(0.5),
            slot.captures,
            bytesize::ByteSize::b(slot.bytes),
        );
        let y = HEIGHT - number(slot.bytes) / bytes * HEIGHT;
        let _ = write!(line, "{:.1},{y:.1} ", left + step / 2.0);
    }
    format!(
        "<svg class=\"timeline\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" \
         role=\"img\" aria-label=\"Captures and bytes over time\">{bars}\
         <polyline points=\"{}\"/></svg>",
        line.trim_end()
    )
}

/// One bar a row, as long as its share of the longest.
pub(super) fn bars<'a>(rows: impl IntoIterator<Item = (&'a str, u64)>) -> String {
    let rows: Vec<(&str, u64)> = rows.into_iter().collect();
    let most = number(rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1));
    let mut out = String::from("<table class=\"bars\">");
    for (name, count) in rows {
        let width = number(count) / most * 100.0;
        let _ = write!(
            out,
            "<tr><th scope=\"row\"><bdi>{}</bdi></th><td><svg viewBox=\"0 0 100 10\" \
             preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"{width:.1}\" \
             height=\"10\"/></svg></td><td class=\"number\">{count}</td></tr>",
            escaped(name)
        );
    }
    out.push_str("</table>");
    out
}

#[allow(clippy::cast_precision_loss, reason = "lengths on a screen")]
const fn number(count: u64) -> f64 {
    count as f64
}
