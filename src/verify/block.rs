//! The rules of a block: what the record declares of it, and what the text in it says.
//!
//! Digests are computed again from the bytes (WARC 1.1 §5.8, §5.9); `warc-fields` blocks are read
//! line by line, and the `warcinfo` is held against the file it stands in.

use super::content::Content;
use super::finding::{Docket, quoted, rules};
use super::subject::{Kind, Subject};
use super::values::{self, Said};
use crate::record::name::OPEN;

rules! {
    BLOCK: Shall "digest.block" "WARC 1.1 §5.8" "the block was changed since: take the record from another copy"
    PAYLOAD: Shall "digest.payload" "WARC 1.1 §5.9" "write the digest of the entity: transfer coding removed, content coding kept"
    CHUNKED: Shall "digest.payload-chunked" "WARC 1.1 §5.9" "take the digest of the entity, without the chunk framing"
    NO_PAYLOAD: Bar "digest.payload-missing" "bar 12" "write WARC-Payload-Digest"
    TEXT: Shall "fields.utf-8" "WARC 1.1 §6.2" "write the block in UTF-8"
    NO_FIELD: Shall "fields.syntax" "WARC 1.1 §6.2" "write `name: value`"
    LINE_END: Bar "fields.line-end" "bar 24" "end every line with CR LF"
    INFO: Bar "warcinfo.field" "bar 6" "say it: who has only the file learns it there"
    FILENAME: Bar "warcinfo.filename" "bar 6" "give the file the name its warcinfo has, or accept that it was renamed"
    HOPS: Bar "metadata.hops" "bar 24" "write the hop path in the letters L E R P I M S X F A G N"
    DNS: Bar "dns.form" "bar 27" "begin with a 14-digit time, then answer lines, as `text/dns`"
}

/// What a `warcinfo` has to say (bar 6).
const INFO_FIELDS: &[&str] = &["software", "format", "robots", "http-header-user-agent"];

/// Asks every rule of the block; `name` is the file's.
pub(super) fn judge(
    subject: &Subject<'_>,
    content: &Content,
    whole: bool,
    name: &str,
    docket: &mut Docket<'_>,
) {
    if whole {
        digests(subject, content, docket);
    }
    let is_fields = subject.content_type() == "application/warc-fields";
    if let Some(text) = &content.text
        && is_fields
        && whole
    {
        fields(subject, text, docket);
    }
    if subject.kind == Kind::Warcinfo {
        filename(subject, name, docket);
    }
    let uri = subject.uri.unwrap_or_default();
    if subject.kind == Kind::Resource && uri.starts_with("dns:") {
        dns(subject, content.text.as_deref(), docket);
    }
}

fn digests(subject: &Subject<'_>, content: &Content, docket: &mut Docket<'_>) {
    let place = &subject.place;
    let said = |field| match subject.header.get(field).map(values::digest) {
        Some(Said::Known(hash, _)) => Some(hash),
        _ => None,
    };
    if let (Some(said), Some(found)) = (said("WARC-Block-Digest"), &content.block)
        && said != *found
    {
        docket.find(place, &BLOCK, || format!("the block is {found}, declared {said}"));
    }
    let payload = subject.header.get("WARC-Payload-Digest");
    if content.has_payload && payload.is_none() && subject.kind != Kind::Request {
        docket.find(place, &NO_PAYLOAD, || "WARC-Payload-Digest is missing".to_owned());
    }
    let (Some(said), Some(found)) = (said("WARC-Payload-Digest"), &content.payload) else { return };
    if !content.has_payload || said == *found {
        return;
    }
    if content.framed.as_ref() == Some(&said) {
        docket.find(place, &CHUNKED, || format!("the entity is {found}"));
    } else {
        docket.find(place, &PAYLOAD, || format!("the payload is {found}, declared {said}"));
    }
}

fn fields(subject: &Subject<'_>, text: &[u8], docket: &mut Docket<'_>) {
    let place = &subject.place;
    if std::str::from_utf8(text).is_err() {
        docket.find(place, &TEXT, || "the fields are not UTF-8".to_owned());
    }
    let mut names = Vec::new();
    let mut hops = None;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let bare = line.strip_suffix(b"\r\n");
        let line = bare.unwrap_or_else(|| line.strip_suffix(b"\n").unwrap_or(line));
        let shown = || quoted(&String::from_utf8_lossy(line));
        if bare.is_none() && !line.is_empty() {
            docket.find(place, &LINE_END, || format!("{} does not end in CR LF", shown()));
        }
        if line.is_empty() || line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        let parts = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':'));
        match parts.filter(|(name, _)| values::is_token(name)) {
            None => docket.find(place, &NO_FIELD, || format!("{} is no field", shown())),
            Some((name, value)) => {
                if subject.kind == Kind::Warcinfo {
                    names.push(name.to_ascii_lowercase());
                } else if name == "hopsFromSeed" {
                    hops = Some(value.trim());
                }
            }
        }
    }
    if subject.kind == Kind::Warcinfo {
        for field in INFO_FIELDS.iter().filter(|field| !names.iter().any(|name| name == *field)) {
            docket.find(place, &INFO, || format!("the warcinfo does not say {field}"));
        }
    }
    if let Some(path) = hops.filter(|path| !path.bytes().all(|b| b"LERPIMSXFAGN".contains(&b))) {
        docket.find(place, &HOPS, || format!("hopsFromSeed is {}", quoted(path)));
    }
}

fn filename(subject: &Subject<'_>, name: &str, docket: &mut Docket<'_>) {
    let place = &subject.place;
    let own = name.strip_suffix(OPEN).unwrap_or(name);
    match subject.header.get("WARC-Filename") {
        None => docket.find(place, &INFO, || "WARC-Filename is missing".to_owned()),
        Some(written) if written.trim_matches('"') != own => {
            docket.find(place, &FILENAME, || format!("WARC-Filename is {}", quoted(written)));
        }
        Some(_) => {}
    }
}

fn dns(subject: &Subject<'_>, text: Option<&[u8]>, docket: &mut Docket<'_>) {
    let stamp = text.and_then(|text| text.get(..14)).unwrap_or_default();
    let dated = stamp.len() == 14 && stamp.iter().all(u8::is_ascii_digit);
    let typed = subject.content_type() == "text/dns";
    if !dated || !typed {
        let what = if typed { "no 14-digit time at its beginning" } else { "not of text/dns" };
        docket.find(&subject.place, &DNS, || what.to_owned());
    }
}
