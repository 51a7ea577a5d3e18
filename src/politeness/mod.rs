//! Politeness: whether a site may be asked now, and when next.
//!
//! [`Politeness::ask`] never waits and never fetches: it answers. The frontier keeps the instant
//! it names.
