//! The values of `export`'s flags: what is typed, or what there is to type instead.

use url::Url;

use crate::export::dedup::{Dedup, Keep};
use crate::export::format::Format;
use crate::export::parallel::{Grain, Include};
use crate::export::sink::Compress;
use crate::lang::Lang;

pub(super) fn format(text: &str) -> Result<Format, String> {
    let known = Format::ALL.iter().find(|(name, _)| *name == text);
    known.map(|(_, format)| *format).ok_or_else(|| {
        let names: Vec<_> = Format::ALL.iter().map(|(name, _)| *name).collect();
        format!("there are {}", names.join(", "))
    })
}

pub(super) fn grain(text: &str) -> Result<Grain, String> {
    match text {
        "sentence" => Ok(Grain::Sentence),
        "paragraph" => Ok(Grain::Paragraph),
        _ => Err("there are sentence and paragraph".to_owned()),
    }
}

pub(super) fn score(text: &str) -> Result<f64, String> {
    let score = text.parse().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| "a score lies between 0 and 1".to_owned())
}

pub(super) fn include(text: &str) -> Result<Include, String> {
    let known = Include::ALL.iter().find(|(name, _)| *name == text);
    known.map(|(_, include)| *include).ok_or_else(|| {
        let names: Vec<_> = Include::ALL.iter().map(|(name, _)| *name).collect();
        format!("there are {}", names.join(", "))
    })
}

pub(super) fn compress(text: &str) -> Result<Compress, String> {
    match text {
        "zstd" => Ok(Compress::Zstd),
        "gzip" => Ok(Compress::Gzip),
        _ => Err("there are zstd and gzip".to_owned()),
    }
}

pub(super) fn dedup(text: &str) -> Result<Dedup, String> {
    match text {
        "url" => Ok(Dedup::Url),
        "exact" => Ok(Dedup::Exact),
        "near" => Ok(Dedup::Near),
        _ => Err("there are url, exact and near".to_owned()),
    }
}

pub(super) fn keep(text: &str) -> Result<Keep, String> {
    match text {
        "newest" => Ok(Keep::Newest),
        "first" => Ok(Keep::First),
        _ => Err("there are newest and first".to_owned()),
    }
}

pub(super) fn lang(text: &str) -> Result<Lang, String> {
    let text = text.trim();
    Lang::parse(text).ok_or_else(|| format!("{text:?} is no language; write ar, en or zh-Hant"))
}

/// A host as URLs have it: names in ASCII, with its port where it has one.
pub(super) fn host(text: &str) -> Result<String, String> {
    let named = text.trim();
    let url = Url::parse(&format!("http://{named}/"));
    let url = url
        .ok()
        .filter(|url| !named.contains(['/', '\\', '?', '#', '@', '*']) && url.path() == "/");
    let name = url.as_ref().and_then(Url::host_str).map(|name| name.trim_end_matches('.'));
    let name = name.filter(|name| !name.is_empty() && !name.starts_with('.'));
    let name =
        name.ok_or("it is no host; write one as in www.example.org, without https:// or *")?;
    let port = url.as_ref().and_then(Url::port).filter(|port| *port != 443);
    Ok(port.map_or_else(|| name.to_owned(), |port| format!("{name}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn a_host_is_what_a_url_would_have() {
        assert_eq!(host(" Bücher.Example. ").as_deref(), Ok("xn--bcher-kva.example"));
        assert_eq!(host("مثال.example").as_deref(), Ok("xn--mgbh0fb.example"));
        assert_eq!(host("ex.org:8080").as_deref(), Ok("ex.org:8080"));
        assert_eq!(host("ex.org:443").as_deref(), Ok("ex.org"));
        assert_eq!(host("[::1]:81").as_deref(), Ok("[::1]:81"));
        for no in ["", " ", "https://ex.org", "*.ex.org", ".ex.org", "ex.org/d", "::1", "a@b.org"] {
            assert!(host(no).is_err(), "{no:?}");
        }
    }
}
