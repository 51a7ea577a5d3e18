//! Reads UTF-8 articles offline. One page: `extract PAGE.html [URL]`; many: `extract --batch`, with
//! lines `path<TAB>url<TAB>id` on standard input. Each page gives one JSON line.
#![allow(clippy::print_stdout, reason = "printing is what this program is for")]

use std::collections::HashSet;
use std::io::BufRead;

use anyhow::Context;
use url::Url;
use warraq::page::{article, dom, metadata};

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let lines: Vec<String> = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--batch"] => std::io::stdin().lock().lines().collect::<Result<_, _>>()?,
        [_] | [_, _] => vec![args.join("\t")],
        _ => anyhow::bail!("give a file and its URL, or --batch"),
    };
    for line in lines {
        let mut fields = line.split('\t');
        let path = fields.next().unwrap_or_default();
        let url = fields.next().unwrap_or_default();
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {path}"))?;
        let html = String::from_utf8_lossy(&bytes);
        println!("{}", extract(&html, url, fields.next().unwrap_or(path))?);
    }
    Ok(())
}

fn extract(html: &str, url: &str, id: &str) -> anyhow::Result<serde_json::Value> {
    let url = Url::parse(url).or_else(|_| Url::parse("https://example.org/page"))?;
    let tree = dom::parse(html);
    let facts = metadata::read(&tree, &url);
    let reading = article::read(&tree, &facts, &url, &HashSet::new()).ok();
    let lang = reading.as_ref().and_then(|found| found.detected.clone()).or(facts.declared);
    let found = reading.map(|reading| reading.article);
    let people = found.as_ref().map_or(&facts.authors, |found| &found.byline);
    let date = found.as_ref().map_or(&facts.published, |found| &found.published);
    Ok(serde_json::json!({
        "id": id, "title": found.as_ref().map(|a| &a.headline).or(facts.title.as_ref()),
        "authors": people.iter().map(|person| &person.name).collect::<Vec<_>>(),
        "roles": people.iter().map(|person| &person.role).collect::<Vec<_>>(),
        "date": date.as_ref().map(|date| &date.iso),
        "lang": lang, "body": found.as_ref().map(warraq::page::Article::text),
        "found_by": found.as_ref().map(|a| a.found_by),
    }))
}
