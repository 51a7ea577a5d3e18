//! WET: the text of each capture as a `conversion` record (WARC 1.0 §6.8), as Common Crawl's files
//! have it, so that their readers read ours: WARC 1.0, whole seconds, and fields in that order, since
//! the best known of them (`cc_net`) counts lines. What Common Crawl added later stands last.
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
        let block = format!("software: {EXTRACTOR}\r\nformat: WARC File Format 1.0\r\n");
        let (id, date) = (id(&["warcinfo", &self.name]), seconds(date));
        self.record(
            &[
                ("WARC-Type", "warcinfo"),
                ("WARC-Date", &date),
                ("WARC-Filename", &self.name.clone()),
                ("WARC-Record-ID", &id),
                ("Content-Type", "application/warc-fields"),
                ("Content-Length", &block.len().to_string()),
            ],
            block.as_bytes(),
        )
    }

    fn record(&mut self, fields: &[(&str, &str)], block: &[u8]) -> io::Result<()> {
        if self.is_begun {
            self.sink.part()?;
        }
        self.is_begun = true;
        let mut head = "WARC/1.0\r\n".to_owned();
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            // Control characters that somebody's WARC had in a field would be fields of their own.
            let value = value.chars().filter(|c| !c.is_control());
            head.extend(name.chars().chain(": ".chars()).chain(value).chain("\r\n".chars()));
        }
        self.sink.write_all(head.as_bytes())?;
        self.sink.write_all(b"\r\n")?;
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
        let text = plain(document);
        let language = document.language.as_ref().and_then(iso_639_3);
        self.record(
            &[
                ("WARC-Type", "conversion"),
                ("WARC-Target-URI", &document.url),
                ("WARC-Date", &seconds(date)),
                ("WARC-Record-ID", &id),
                ("WARC-Refers-To", from),
                ("WARC-Block-Digest", &Digest::of(text.as_bytes()).to_string()),
                ("Content-Type", "text/plain"),
                ("Content-Length", &text.len().to_string()),
                ("WARC-Identified-Content-Language", language.unwrap_or_default()),
            ],
            text.as_bytes(),
        )
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

/// A date as WARC 1.0 has it (§5.4): whole seconds.
fn seconds(date: Moment) -> String {
    let date = date.warc_date();
    date.split_once('.').map_or(date.clone(), |(seconds, _)| format!("{seconds}Z"))
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
