//! WARC files made by hand, as other programs write them.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// A record: version line, fields, block, and the two line ends behind it.
pub(crate) fn record(version: &str, fields: &[(&str, &str)], block: &[u8]) -> Vec<u8> {
    let mut out = format!("WARC/{version}\r\n").into_bytes();
    for (name, value) in fields {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    out.extend_from_slice(format!("Content-Length: {}\r\n\r\n", block.len()).as_bytes());
    out.extend_from_slice(block);
    out.extend_from_slice(b"\r\n\r\n");
    out
}

/// A captured page.
#[derive(Clone)]
pub(crate) struct Page<'a> {
    pub(crate) url: &'a str,
    pub(crate) date: &'a str,
    pub(crate) html: String,
    pub(crate) head: &'a str,
    pub(crate) digest: Option<&'a str>,
}

impl<'a> Page<'a> {
    pub(crate) fn new(url: &'a str, html: String) -> Self {
        Self { url, html, date: "2026-11-22T09:30:00Z", head: "", digest: None }
    }

    /// Its `response`.
    pub(crate) fn response(&self) -> Vec<u8> {
        let id = self.id();
        let mut fields = vec![
            ("WARC-Type", "response"),
            ("WARC-Record-ID", id.as_str()),
            ("WARC-Date", self.date),
            ("WARC-Target-URI", self.url),
            ("Content-Type", "application/http; msgtype=response"),
        ];
        fields.extend(self.digest.map(|digest| ("WARC-Payload-Digest", digest)));
        record("1.0", &fields, self.http().as_bytes())
    }

    /// The id it has, made of URL and date.
    pub(crate) fn id(&self) -> String {
        let hash = warraq::digest::Digest::of(format!("{} {}", self.url, self.date).as_bytes());
        let hex: String = hash.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let part = |range: std::ops::Range<usize>| hex[range].to_owned();
        format!(
            "<urn:uuid:{}-{}-{}-{}-{}>",
            part(0..8),
            part(8..12),
            part(12..16),
            part(16..20),
            part(20..32)
        )
    }

    pub(crate) fn http(&self) -> String {
        let (head, html) = (self.head, &self.html);
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{head}\r\n{html}")
    }
}

/// A `revisit` that says of itself what `fields` say.
pub(crate) fn revisit(url: &str, date: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let id = Page { date, ..Page::new(url, String::new()) }.id();
    let mut all = vec![
        ("WARC-Type", "revisit"),
        ("WARC-Record-ID", id.as_str()),
        ("WARC-Date", date),
        ("WARC-Target-URI", url),
        ("Content-Type", "application/http; msgtype=response"),
    ];
    all.extend_from_slice(fields);
    record("1.1", &all, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
}

/// An article page of a few paragraphs about `subject`, in English.
pub(crate) fn english(subject: &str) -> String {
    let paragraph = |opening: &str| {
        format!(
            "<p>{opening} the {subject} was carried through the old town by people who had waited \
             for it since the spring, and nobody could say who had first asked for it. The council \
             wrote down 42 names, and paid each of them what had been promised in the winter.</p>"
        )
    };
    html(
        "en",
        subject,
        "",
        &[paragraph("On Monday"), paragraph("A day later"), paragraph("At last")].concat(),
    )
}

/// An article page of a few paragraphs about `subject`, in Arabic.
pub(crate) fn arabic(subject: &str) -> String {
    let paragraph = |opening: &str| {
        format!(
            "<p>{opening} حمل الناس {subject} عبر أزقة البلدة القديمة بعد أن انتظروه منذ الربيع، ولم \
             يعرف أحد من طلبه أول مرة. وقد كتب المجلس ٤٢ اسماً ودفع لكل واحد منهم ما وُعد به في \
             الشتاء الماضي أمام جمع كبير من أهل السوق.</p>"
        )
    };
    html(
        "ar",
        subject,
        "",
        &[paragraph("يوم الاثنين"), paragraph("وفي اليوم التالي"), paragraph("وأخيراً")].concat(),
    )
}

/// A page around a body.
pub(crate) fn html(lang: &str, title: &str, head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang={lang}><head><title>{title}</title>{head}</head><body>\
         <article><h1>{title}</h1>{body}</article></body></html>"
    )
}

/// The same page with more in its head.
pub(crate) fn with_head(html: &str, more: &str) -> String {
    html.replace("</head>", &format!("{more}</head>"))
}

/// A gzip member.
pub(crate) fn member(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// A file of these records, as they are.
pub(crate) fn file(folder: &Path, name: &str, records: &[Vec<u8>]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, records.concat()).unwrap();
    path
}
