//! crawl

pub mod archive;
