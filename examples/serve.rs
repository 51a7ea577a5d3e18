//! Serves the bundled multilingual web on loopback and says how to crawl it.
//!
//! `cargo run --example serve [PORT [PAGES [BYTES]]]`, and in another terminal the command it
//! prints. With PAGES it serves a generated tree of so many pages too, of at least BYTES bytes
//! each. Ends on Enter, or when it is stopped. Needs no network.
#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

#[path = "../tests/site/mod.rs"]
mod site;

use std::io::{self, IsTerminal as _};

use site::bulk::Bulk;
use site::{Options, Site};

fn main() -> io::Result<()> {
    let number = |given: String| given.parse::<usize>().map_err(io::Error::other);
    let given: Vec<usize> = std::env::args().skip(1).map(number).collect::<Result<_, _>>()?;
    let port = given.first().map_or(Ok(0), |&port| u16::try_from(port));
    let port = port.map_err(|_| io::Error::other("a port is a number from 0 to 65535"))?;
    let bytes = given.get(2).copied().unwrap_or(50_000);
    let bulk = given.get(1).map(|&pages| Bulk { pages, bytes });
    // Long runs need no record of every byte.
    let forget_bytes = bulk.is_some();
    let site = Site::open(Options { port, bulk, forget_bytes, ..Options::default() })?;
    println!("The bundled web is served on 127.0.0.1:{}.", site.port());
    show(&site, &site.seed_url(), 3);
    if let Some(bulk) = site.bulk() {
        show(&site, &Bulk::url(0), bulk.depth());
    }
    if !io::stdin().is_terminal() {
        site.serve_forever();
        return Ok(());
    }
    println!("\nPress Enter to end.");
    io::stdin().read_line(&mut String::new())?;
    println!("{} requests answered.", site.arrivals().len());
    Ok(())
}

fn show(site: &Site, seed: &str, depth: u32) {
    println!("\nwarraq crawl '{seed}' \\");
    println!("    --contact desk@example.org --into demo --depth {depth} --delay 0 \\");
    println!("    --allow-private --resolve '{}'", site.resolve());
}
