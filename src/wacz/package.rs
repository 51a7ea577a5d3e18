//! `datapackage.json` and its digest file: what a package says it holds (WACZ 1.1.1, the
//! sections of these names), and the manifest of several packages that are one archive, as
//! Browsertrix writes it.
//!
//! Versions conflict: 1.1.1 wants the profile `data-package` and a `wacz_version`, 1.2.0 `wacz`
//! and none. 1.1.1 is written, as every known writer does; both are read.

use std::fmt;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::directory::MAX_ENTRIES;

/// The version of the format that is written.
pub const WACZ_VERSION: &str = "1.1.1";
/// The profile of one package.
pub const PROFILE: &str = "data-package";
/// The profile of a manifest of packages.
pub const MULTI_PROFILE: &str = "multi-wacz-package";

/// `datapackage.json`. What somebody's package leaves out is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DataPackage {
    /// [`PROFILE`].
    pub profile: String,
    /// [`WACZ_VERSION`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wacz_version: Option<String>,
    /// What the archive is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was made, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// When it was last changed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// What made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// The page a replay opens.
    #[serde(rename = "mainPageUrl", skip_serializing_if = "Option::is_none")]
    pub main_page_url: Option<String>,
    /// When that page was captured, RFC 3339.
    #[serde(rename = "mainPageDate", skip_serializing_if = "Option::is_none")]
    pub main_page_date: Option<String>,
    /// Every other file of the package.
    #[serde(deserialize_with = "bounded")]
    pub resources: Vec<Resource>,
}

/// One file, with what it can be checked by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resource {
    /// Its name without folders.
    pub name: String,
    /// Its path in the package, or beside the manifest.
    pub path: String,
    /// `sha256:…` of its bytes.
    pub hash: String,
    /// How many there are.
    pub bytes: u64,
}

/// `datapackage-digest.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PackageDigest {
    /// `datapackage.json`.
    pub path: String,
    /// `sha256:…` of it.
    pub hash: String,
}

/// Several packages that are one archive: each stands in `resources`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MultiPackage {
    /// [`MULTI_PROFILE`].
    pub profile: String,
    /// What the archive is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was made, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// What made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// The packages, beside the manifest.
    pub resources: Vec<Resource>,
}

/// No more resources than a package may have entries: three bytes of JSON would take eighty here.
fn bounded<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Resource>, D::Error> {
    struct Bounded;
    impl<'de> Visitor<'de> for Bounded {
        type Value = Vec<Resource>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of resources")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
            let mut resources = Vec::new();
            while let Some(resource) = from.next_element()? {
                if resources.len() == MAX_ENTRIES {
                    return Err(A::Error::custom("more than 200,000 resources"));
                }
                resources.push(resource);
            }
            Ok(resources)
        }
    }
    from.deserialize_seq(Bounded)
}
