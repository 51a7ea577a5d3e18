//! WET: the text of each capture as a `conversion` record (WARC 1.1 §6.8), as Common Crawl's files
//! have it, so that their readers read ours.
//!
//! `WARC-Refers-To` names the record it was made from, `WARC-Identified-Content-Language` its
//! language by ISO 639-3. Ids are made from what a record refers to: the same input gives the same
//! bytes. A compressed file has a member a record.

use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use super::Writer;
use super::text::plain;
use crate::digest::Digest;
use crate::export::document::{Document, EXTRACTOR};
use crate::export::sink::Sink;
use crate::lang::Lang;
use crate::moment::Moment;
use crate::record::Header;

pub(super) struct Wet {
    sink: Sink,
    name: String,
    is_begun: bool,
}

impl Wet {
    pub(super) fn new(sink: Sink, name: &str) -> Self {
        Self { sink, name: name.to_owned(), is_begun: false }
    }

    /// The `warcinfo` record. An export has no clock: its date is that of the first capture.
    fn begin(&mut self, date: Moment) -> io::Result<()> {
        let block = format!("software: {EXTRACTOR}\r\nformat: WARC File Format 1.1\r\n");
        let mut header = head("warcinfo", &id(&["warcinfo", &self.name]), date)?;
        push(&mut header, "WARC-Filename", &self.name)?;
        push(&mut header, "Content-Type", "application/warc-fields")?;
        self.record(header, block.as_bytes())
    }

    fn record(&mut self, mut header: Header, block: &[u8]) -> io::Result<()> {
        if self.is_begun {
            self.sink.part()?;
        }
        self.is_begun = true;
        push(&mut header, "WARC-Block-Digest", &Digest::of(block).to_string())?;
        push(&mut header, "Content-Length", &block.len().to_string())?;
        self.sink.write_all(&header.to_bytes())?;
        self.sink.write_all(block)?;
        self.sink.write_all(b"\r\n\r\n")
    }
}

impl Writer for Wet {
    fn add(&mut self, document: &Document) -> io::Result<()> {
        let warc = &document.warc;
        let (offset, date) = (warc.at.offset.to_string(), warc.date.unwrap_or_default());
        if !self.is_begun {
            self.begin(date)?;
        }
        let from = warc.record_id.as_deref().unwrap_or_default();
        let id = id(&["conversion", from, &warc.at.file, &offset, EXTRACTOR]);
        let mut header = head("conversion", &id, date)?;
        push(&mut header, "WARC-Target-URI", &document.url)?;
        if !from.is_empty() {
            push(&mut header, "WARC-Refers-To", from)?;
        }
        if let Some(code) = document.language.as_ref().and_then(iso_639_3) {
            push(&mut header, "WARC-Identified-Content-Language", code)?;
        }
        push(&mut header, "Content-Type", "text/plain")?;
        self.record(header, plain(document).as_bytes())
    }

    fn size(&self) -> u64 {
        self.sink.taken()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if !self.is_begun {
            self.begin(Moment::default())?;
        }
        self.sink.finish()
    }
}

fn head(kind: &str, id: &str, date: Moment) -> io::Result<Header> {
    let mut header = Header::default();
    push(&mut header, "WARC-Type", kind)?;
    push(&mut header, "WARC-Record-ID", id)?;
    push(&mut header, "WARC-Date", &date.warc_date())?;
    Ok(header)
}

/// A field; control characters that somebody's WARC had in it are left out.
fn push(header: &mut Header, name: &str, value: &str) -> io::Result<()> {
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    header.push(name, &value).map_err(io::Error::other)
}

/// A UUID of version 8 (RFC 9562 §5.8): made from what it names.
fn id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.finalize()).for_each(|(byte, from)| *byte = from);
    format!("<urn:uuid:{}>", uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// The code of a language in ISO 639-3, macrolanguages as such: `zh` is `zho`, as in Common Crawl.
fn iso_639_3(lang: &Lang) -> Option<&str> {
    let language = lang.language();
    let known = CODES.split_whitespace().filter_map(|pair| pair.split_once('='));
    known
        .into_iter()
        .find_map(|(two, three)| (two == language).then_some(three))
        .or_else(|| (language.len() == 3).then_some(language))
}

/// ISO 639-1 and ISO 639-3.
const CODES: &str = "\
af=afr am=amh ar=ara as=asm az=aze ba=bak be=bel bg=bul bn=ben bo=bod br=bre bs=bos ca=cat cs=ces \
cy=cym da=dan de=deu dv=div dz=dzo el=ell en=eng eo=epo es=spa et=est eu=eus fa=fas fi=fin fo=fao \
fr=fra fy=fry ga=gle gd=gla gl=glg gu=guj ha=hau he=heb hi=hin hr=hrv ht=hat hu=hun hy=hye id=ind \
ig=ibo is=isl it=ita ja=jpn jv=jav ka=kat kk=kaz km=khm kn=kan ko=kor ku=kur ky=kir la=lat lb=ltz \
lo=lao lt=lit lv=lav mg=mlg mk=mkd ml=mal mn=mon mr=mar ms=msa mt=mlt my=mya nb=nob ne=nep nl=nld \
nn=nno no=nor oc=oci or=ori pa=pan pl=pol ps=pus pt=por ro=ron ru=rus rw=kin sa=san sd=snd si=sin \
sk=slk sl=slv sn=sna so=som sq=sqi sr=srp st=sot sv=swe sw=swa ta=tam te=tel tg=tgk th=tha ti=tir \
tk=tuk tl=tgl tr=tur tt=tat ug=uig uk=ukr ur=urd uz=uzb vi=vie wo=wol xh=xho yi=yid yo=yor zh=zho \
zu=zul";
