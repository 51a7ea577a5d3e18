//! Lists: what is no HTML and still leads on: sitemaps and feeds.
//!
//! They are told and read by `seeds::discover`; here they become a page like any other. What is
//! neither is a page without links. It reads no article.

use url::Url;

use super::{Alternate, Page, PageKind, alternates, decode};
use crate::seeds::discover;

/// What is no HTML: a sitemap, a feed, or nothing that leads anywhere.
pub(super) fn page(url: &Url, decoded: decode::Decoded) -> Page {
    let kind = discover::kind(&decoded.media_type, &decoded.text);
    let listing = match kind {
        PageKind::Sitemap => discover::sitemap(&decoded.text, url),
        PageKind::Feed => discover::feed(&decoded.text, url),
        _ => discover::Listing::default(),
    };
    let (mut notes, mut defects) = (decoded.notes, listing.defects);
    let is_whole = !decoded.is_broken && !decoded.is_cut;
    if !is_whole && kind != PageKind::Other && !defects.contains(&discover::BROKEN) {
        defects.push(discover::BROKEN);
    }
    notes.extend(listing.notes);
    let about = |(page, told): (String, Vec<Alternate>)| {
        let named = alternates::of_entry(&page, told).into_iter();
        named.map(move |alternate| Alternate { about: Some(page.clone()), ..alternate })
    };
    let alternates = listing.alternates.into_iter().flat_map(about).collect();
    let (links, refused) = (listing.links, listing.refused);
    Page { kind, alternates, links, refused, notes, defects, ..Page::default() }
}
