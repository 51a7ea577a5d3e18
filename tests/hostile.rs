//! The whole program against hostile servers and unlucky operators: the real binary, a raw server,
//! and what is left in the folder.

#[path = "hostile/bombs.rs"]
mod bombs;
#[path = "hostile/folder.rs"]
mod folder;
#[path = "hostile/redirects.rs"]
mod redirects;
#[path = "hostile/robots.rs"]
mod robots;
#[path = "hostile/run.rs"]
mod run;
#[path = "hostile/scope.rs"]
mod scope;
#[path = "hostile/tls.rs"]
mod tls;
#[path = "hostile/web.rs"]
mod web;
#[path = "hostile/wire.rs"]
mod wire;
