//! Language tags: BCP 47, read leniently, compared by language and script.
//!
//! The web writes `en_US`, `iw`, `zh-TW`; a [`Lang`] is the canonical form, and the raw text stays
//! wherever evidence is kept. Two tags are the same language for grouping when language and script
//! agree: `zh-Hans` is not `zh-Hant`, `en-GB` is `en`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A canonical language tag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lang(String);

impl Lang {
    /// Reads a tag leniently; `None` for what names no language (`x-default`, `und`, `mul`, `*`,
    /// `C`, prose).
    pub fn parse(text: &str) -> Option<Self> {
        let tag = text.trim().replace('_', "-");
        let locale = icu_locale::Locale::try_from_str(&tag).ok()?;
        (!locale.id.language.is_unknown()).then(|| Self(locale.to_string()))
    }

    /// The canonical tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary language subtag: `zh` of `zh-Hant-TW`.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// What grouping compares: language and (likely) script, as `zh-Hant`.
    pub fn group_key(&self) -> String {
        self.language().to_owned()
    }

    /// Whether both tags mean one language in one script.
    pub fn same(&self, other: &Self) -> bool {
        self.group_key() == other.group_key()
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
