//! Exchanges and a writer for the tests of the record room and of the archive.

#![allow(dead_code, reason = "each test file uses a part")]

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use warraq::digest::Digest;
use warraq::disk::Disk;
use warraq::event::Watch;
use warraq::lead::Truncated;
use warraq::moment::{Clock, Moment};
use warraq::record::about::About;
use warraq::record::writer::{Plan, Writer};
use warraq::record::{
    Block, Credentials, Exchange, Filed, Ids, LookUp, Origin, Reply, Resource, entity,
};

pub(crate) const AT: Moment = Moment::from_millis(1_795_339_800_125);

pub(crate) fn clock() -> Clock {
    Clock::fixed(AT)
}

pub(crate) fn plan(folder: &Path) -> Plan {
    Plan {
        folder: folder.to_owned(),
        prefix: "test".to_owned(),
        after: 0,
        size: 1_000_000_000,
        age: Duration::from_hours(1),
        level: 6,
        disk: Disk::real(),
        about: About {
            software: "warraq/0".to_owned(),
            user_agent: "warraq-test/1 (+desk@news.example)".to_owned(),
            operator: String::new(),
            contact: "desk@news.example".to_owned(),
            description: String::new(),
            hostname: "desk".to_owned(),
            part_of: "morning".to_owned(),
            robots: true,
            exact: true,
            credentials: Credentials::Redacted(vec!["X-Desk".to_owned()]),
        },
    }
}

pub(crate) fn writer(folder: &Path) -> Writer {
    writer_of(plan(folder))
}

pub(crate) fn writer_of(plan: Plan) -> Writer {
    writer_with(plan, clock())
}

pub(crate) fn writer_with(plan: Plan, clock: Clock) -> Writer {
    Writer::new(plan, clock, Ids::Counting(0), Watch::none()).unwrap()
}

pub(crate) fn names(paths: &[PathBuf]) -> Vec<&str> {
    paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect()
}

pub(crate) fn request(host: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: warraq-test/1\r\n\r\n").into_bytes()
}

/// A whole exchange, `https://news.example/N`.
pub(crate) fn page(n: usize) -> Exchange {
    Exchange {
        target_uri: format!("https://news.example/{n}"),
        date: AT,
        ip: Some("192.0.2.7".parse().unwrap()),
        protocols: vec!["http/1.1".to_owned(), "tls/1.3".to_owned()],
        cipher: Some("TLS_AES_128_GCM_SHA256".to_owned()),
        request: request("news.example", &format!("/{n}")),
        reply: Some(reply(format!("<p lang=ar>خبر رقم {n}</p>").as_bytes())),
        metadata: "hopsFromSeed: A\r\nfetchTimeMs: 12\r\n".to_owned(),
        look_up: None,
    }
}

pub(crate) fn reply(body: &[u8]) -> Reply {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-TYPE: text/html\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    raw_reply(&[head.as_bytes(), body].concat())
}

/// A reply as it came over the wire.
pub(crate) fn raw_reply(block: &[u8]) -> Reply {
    let split = entity::split(block);
    Reply {
        head_length: split.head_length as u64,
        block_digest: Digest::of(block),
        payload_digest: Digest::of(&split.entity),
        block: Block::Bytes(block.to_vec().into()),
        truncated: None,
        revisit_of: None,
    }
}

/// The same reply with its block in a file, behind bytes of somebody else.
pub(crate) fn spool(mut reply: Reply) -> Reply {
    let mut bytes = Vec::new();
    reply.block.reader().read_to_end(&mut bytes).unwrap();
    let mut file: File = tempfile::tempfile().unwrap();
    file.write_all(b"before").unwrap();
    file.write_all(&bytes).unwrap();
    reply.block =
        Block::File { file: std::sync::Arc::new(file), start: 6, length: bytes.len() as u64 };
    reply
}

/// An exchange that got no reply.
pub(crate) fn silent(request: &[u8]) -> Exchange {
    Exchange {
        target_uri: "https://news.example/silent".to_owned(),
        request: request.to_vec(),
        reply: None,
        metadata: "hopsFromSeed: L\r\nwarraq-note: connection reset\r\n".to_owned(),
        ..page(0)
    }
}

pub(crate) fn origin(filed: &Filed, of: &Exchange) -> Origin {
    Origin {
        record_id: filed.reply_id.clone().unwrap(),
        uri: of.target_uri.clone(),
        date: of.date,
        locator: filed.reply.clone().unwrap(),
        chunked: false,
    }
}

/// The look-up of `news.example`.
pub(crate) fn look_up() -> LookUp {
    let addresses = ["192.0.2.7", "2001:db8::1"].map(|text| text.parse().unwrap()).to_vec();
    LookUp { host: "news.example".to_owned(), at: AT, addresses }
}

/// What a run might say about itself.
pub(crate) fn told(what: &str, text: &[u8]) -> Resource {
    Resource {
        uri: format!("urn:warraq:run:1:{what}"),
        date: AT,
        media: "application/json",
        block: Block::Bytes(text.to_vec().into()),
    }
}

/// Bytes that do not compress, the same each time.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// One exchange of each kind there is.
pub(crate) fn write_all_kinds(writer: &mut Writer) {
    let looked_up = Exchange { look_up: Some(look_up()), ..page(1) };
    let first = writer.file(looked_up).unwrap();
    let mut chunked = page(2);
    chunked.ip = Some("2001:db8:0:0::1".parse().unwrap());
    chunked.reply = Some(raw_reply(
        b"HTTP/1.1 200 OK\r\nServer: x\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a=1\r\n\
          Set-Cookie: b=2\r\n\r\n5\r\nfirst\r\n7;x=y\r\n second\r\n0\r\n\r\n",
    ));
    writer.file(chunked).unwrap();
    let mut again = page(1);
    again.date = AT.plus(Duration::from_mins(1));
    again.reply.as_mut().unwrap().revisit_of = Some(origin(&first, &page(1)).reference());
    writer.file(again).unwrap();
    let mut unmodified = page(1);
    unmodified.date = AT.plus(Duration::from_secs(90));
    unmodified.reply = Some(Reply {
        payload_digest: page(1).reply.unwrap().payload_digest,
        revisit_of: Some(origin(&first, &page(1)).reference()),
        ..raw_reply(b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n")
    });
    writer.file(unmodified).unwrap();
    let mut cut = page(3);
    let block = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<p>only the beginn";
    cut.reply = Some(Reply { truncated: Some(Truncated::Time), ..raw_reply(block) });
    writer.file(cut).unwrap();
    let mut odd = page(4);
    "https://news.example/a%20b?q=%D8%AE&x=[1]".clone_into(&mut odd.target_uri);
    odd.request =
        b"GET /a%20b?q=%D8%AE&x=[1] HTTP/1.1\r\nHost: news.example\r\nCookie: a=1\r\n\r\n".to_vec();
    writer.file(odd).unwrap();
    writer.file(silent(&request("news.example", "/silent"))).unwrap();
    writer.file(silent(b"")).unwrap();
}
