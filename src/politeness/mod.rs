//! Politeness: whether a site may be asked now, and when next.
pub mod robots;
