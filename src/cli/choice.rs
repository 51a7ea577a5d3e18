//! Choices: the flags that take one of a few words, as clap reads them.
//!
//! Each stands for one of the library's own, which knows nothing of command lines; the comments on
//! the words are what `--help` says of them.

use clap::ValueEnum;

use crate::seeds::job::Overlap;
use crate::settings::{AlternatesScope, Durability, OnFull, Transport};

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ScopeFlag {
    /// To the page's own host only.
    SameHost,
    /// To hosts of the page's registered domain.
    SameDomain,
    /// To any host the page declares.
    Declared,
}

impl From<ScopeFlag> for AlternatesScope {
    fn from(flag: ScopeFlag) -> Self {
        match flag {
            ScopeFlag::SameHost => Self::SameHost,
            ScopeFlag::SameDomain => Self::SameDomain,
            ScopeFlag::Declared => Self::Declared,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum TransportFlag {
    /// Bytes as they crossed the wire.
    Wire,
    /// `reqwest::Client`; records are reconstructed and say so.
    Reqwest,
}

impl From<TransportFlag> for Transport {
    fn from(flag: TransportFlag) -> Self {
        match flag {
            TransportFlag::Wire => Self::Wire,
            TransportFlag::Reqwest => Self::Reqwest,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum DurabilityFlag {
    /// Before each URL counts as done.
    Each,
    /// At most 64 URLs or a second behind.
    Group,
    /// When a WARC file is sealed.
    Seal,
}

impl From<DurabilityFlag> for Durability {
    fn from(flag: DurabilityFlag) -> Self {
        match flag {
            DurabilityFlag::Each => Self::Each,
            DurabilityFlag::Group => Self::Group,
            DurabilityFlag::Seal => Self::Seal,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OverlapFlag {
    /// This run is left out.
    Skip,
    /// It waits for the end of the other.
    Wait,
    /// The other drains, and this one takes its place.
    Replace,
}

impl From<OverlapFlag> for Overlap {
    fn from(flag: OverlapFlag) -> Self {
        match flag {
            OverlapFlag::Skip => Self::Skip,
            OverlapFlag::Wait => Self::Wait,
            OverlapFlag::Replace => Self::Replace,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OnFullFlag {
    /// Wait until there is room, and go on.
    Pause,
    /// End with code 22; the next call goes on.
    Stop,
}

impl From<OnFullFlag> for OnFull {
    fn from(flag: OnFullFlag) -> Self {
        match flag {
            OnFullFlag::Pause => Self::Pause,
            OnFullFlag::Stop => Self::Stop,
        }
    }
}
