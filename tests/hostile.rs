//! The whole program against hostile servers and unlucky operators: the real binary, a raw server,
//! and what is left in the folder.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::format_collect,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and its hostile pages are written in one go"
)]

#[path = "hostile/bombs.rs"]
mod bombs;
#[path = "hostile/every.rs"]
mod every;
#[path = "hostile/folder.rs"]
mod folder;
#[path = "hostile/forgotten.rs"]
mod forgotten;
#[path = "hostile/held.rs"]
mod held;
#[path = "hostile/lists.rs"]
mod lists;
#[path = "hostile/redirects.rs"]
mod redirects;
#[path = "hostile/robots.rs"]
mod robots;
#[path = "hostile/run.rs"]
mod run;
#[path = "hostile/scope.rs"]
mod scope;
#[path = "hostile/secrets.rs"]
mod secrets;
#[path = "hostile/tls.rs"]
mod tls;
#[path = "hostile/traps.rs"]
mod traps;
#[path = "hostile/web.rs"]
mod web;
#[path = "hostile/wire.rs"]
mod wire;
