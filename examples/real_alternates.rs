//! Lists what real pages declare of themselves in other languages: what is kept of each page
//! against what its head says, and every difference with its reason.
//!
//! `cargo run --release --example real_alternates -- PAGES`, where the folder PAGES holds
//! `gold.jsonl` (one JSON object a line with `id`, `url`, `page`, `charset`) and the gzip files it
//! names. `=` is kept and in the head, `+` is kept and not in the head, `-` is left out.

#![allow(clippy::print_stdout, clippy::indexing_slicing, reason = "an example talks to people")]

use std::collections::{BTreeMap, HashSet};
use std::io::Error;
use std::path::Path;

use url::Url;
use warraq::address::Address;
use warraq::head::Head;
use warraq::page::{self, Signal, Source};

fn main() -> std::io::Result<()> {
    let dir =
        std::env::args().nth(1).ok_or_else(|| Error::other("usage: real_alternates PAGES"))?;
    let mut totals: BTreeMap<String, u64> = BTreeMap::new();
    for line in std::fs::read_to_string(Path::new(&dir).join("gold.jsonl"))?.lines() {
        let row: serde_json::Value = serde_json::from_str(line)?;
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        let entity = std::fs::read(Path::new(&dir).join(text("page")))?;
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset={}\r\nContent-Encoding: gzip\r\n\r\n",
            text("charset")
        );
        let head = Head::parse(head.as_bytes());
        let Ok(url) = Url::parse(text("url")) else { continue };
        let (page, dropped) = page::audit(Source { url: &url, head: &head, entity: &entity });
        let kept_in_head = page.alternates.iter().filter(|one| one.signal == Signal::HeadLink);
        let in_head: HashSet<_> = kept_in_head.map(|one| Address::parse(&one.url).ok()).collect();
        let mut lines = Vec::new();
        for one in &page.alternates {
            let mark = if in_head.contains(&Address::parse(&one.url).ok()) { '=' } else { '+' };
            *totals.entry(format!("{mark} {}", one.signal.name())).or_default() += 1;
            lines.push(format!("{mark} {:<8} {:<15} {}", one.lang_raw, one.signal.name(), one.url));
        }
        for one in &dropped {
            let (why, signal) = (one.why.explained(), one.signal.name());
            *totals.entry(format!("- {signal}: {why}")).or_default() += 1;
            lines.push(format!("- {:<8} {signal:<15} {} ({why})", one.lang_raw, one.url_raw));
        }
        if !lines.is_empty() {
            let own = page.declared.as_ref().map_or("?", |lang| lang.as_str());
            println!("{url} [{own}]\n    {}", lines.join("\n    "));
        }
    }
    for (what, count) in &totals {
        println!("{count:>6} {what}");
    }
    Ok(())
}
