//! Serves the bundled multilingual web on loopback and says how to crawl it.
//!
//! `cargo run --example serve [PORT]`, and in another terminal the command it prints. Ends on
//! Enter, or when it is stopped. Needs no network.
#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

#[path = "../tests/site/mod.rs"]
mod site;

use std::io::{self, IsTerminal as _};

use site::{Options, Site};

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse());
    let port = port.map_err(|_| io::Error::other("the port must be a number from 0 to 65535"))?;
    let site = Site::open(Options { port, ..Options::default() })?;
    println!("The bundled web is served on 127.0.0.1:{}. Crawl it with:\n", site.port());
    println!("warraq crawl '{}' \\", site.seed_url());
    println!("    --contact desk@example.org --into demo --depth 2 --delay 0 \\");
    println!("    --allow-private --resolve '{}'\n", site.resolve());
    if !io::stdin().is_terminal() {
        site.serve_forever();
        return Ok(());
    }
    println!("Press Enter to end.");
    io::stdin().read_line(&mut String::new())?;
    println!("{} requests answered.", site.arrivals().len());
    Ok(())
}
