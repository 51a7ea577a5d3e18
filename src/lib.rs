//! warraq: the web archiving crawler for multilingual journalism.

pub mod address;
pub mod capture;
pub mod cli;
pub mod crawl;
pub mod digest;
pub mod event;
pub mod export;
pub mod frontier;
pub mod groups;
pub mod head;
pub mod json;
pub mod lang;
pub mod lead;
pub mod moment;
pub mod page;
pub mod politeness;
pub mod record;
pub mod seeds;
pub mod settings;
pub mod state;
