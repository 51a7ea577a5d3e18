//! Responses that must come through byte for byte, and those that must not come through at all.

use super::server::After::{self, Close, Keep, Reset};

/// How the exchange must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// Complete, without a defect.
    Whole,
    /// Complete, with a defect: kept, but the connection is not.
    Marked,
    /// Ended early; all that came is kept.
    Cut,
    /// Nothing that could be archived.
    Nothing,
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) after: After,
    pub(crate) want: Want,
    /// The entity, when the case is about it.
    pub(crate) entity: Option<&'static [u8]>,
    /// Bytes before the block (interim responses) and after it (excess).
    pub(crate) before: usize,
    pub(crate) beyond: usize,
    pub(crate) head: bool,
}

fn case(name: &'static str, bytes: &[u8], after: After, want: Want) -> Case {
    let bytes = bytes.to_vec();
    Case { name, bytes, after, want, entity: None, before: 0, beyond: 0, head: false }
}

impl Case {
    const fn entity(mut self, entity: &'static [u8]) -> Self {
        self.entity = Some(entity);
        self
    }

    const fn around(mut self, before: usize, beyond: usize) -> Self {
        (self.before, self.beyond) = (before, beyond);
        self
    }

    const fn head(mut self) -> Self {
        self.head = true;
        self
    }
}

/// A response with these field lines and `body` of five bytes.
fn fields(lines: &[u8]) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\n", lines, b"Content-Length: 5\r\n\r\nhello"].concat()
}

fn chunked(body: &[u8]) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", body].concat()
}

pub(crate) fn all() -> Vec<Case> {
    let mut cases = names_and_values();
    cases.extend(lines_and_status());
    cases.extend(interim());
    cases.extend(lengths());
    cases.extend(chunks());
    cases.extend(transfer_codings());
    cases.extend(no_body());
    cases.extend(codings());
    cases.extend(endings());
    cases.extend(redirects());
    cases.extend(nothing());
    cases
}

fn names_and_values() -> Vec<Case> {
    let many: Vec<u8> = (0..3_000).flat_map(|n| format!("F{n}: x\r\n").into_bytes()).collect();
    let long = [b"X-Long: ".as_slice(), &b"y".repeat(20_000), b"\r\n"].concat();
    let whole = |name, lines: &[u8]| case(name, &fields(lines), Keep, Want::Whole).entity(b"hello");
    vec![
        whole("any case", b"x-lower: 1\r\nX-UPPER: 2\r\nx-MiXed: 3\r\n"),
        whole("interleaved duplicates", b"A: 1\r\nB: 1\r\na: 2\r\nB: 2\r\nA: 1\r\n"),
        whole("white space and tabs", b"A:   x  \r\nB:\t\ty\t\r\nC:z\r\n"),
        whole("empty values", b"A:\r\nB: \r\nC:\t\r\n"),
        whole("space before the colon", b"A : 1\r\nB\t: 2\r\n"),
        whole("folded lines", b"A: 1\r\n  2\r\n\t3\r\n"),
        whole("raw bytes", b"A: \xff\xfe caf\xe9\r\n"),
        whole("lines that are no field", b"what is this\r\n: nameless\r\n"),
        whole("thousands of fields", &many),
        whole("one long field", &long),
        case("NUL in a value", &fields(b"A: a\0b\r\n"), Keep, Want::Marked).entity(b"hello"),
        case("bare CR in a value", &fields(b"A: a\rB: b\r\n"), Keep, Want::Marked),
        case("no fields", b"HTTP/1.1 200 OK\r\n\r\nhello", Close, Want::Whole).entity(b"hello"),
    ]
}

fn lines_and_status() -> Vec<Case> {
    let status = |name, line: &str| {
        let bytes = format!("{line}\r\nContent-Length: 5\r\n\r\nhello");
        case(name, bytes.as_bytes(), Keep, Want::Whole).entity(b"hello")
    };
    let bare = b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello";
    let mixed = b"HTTP/1.1 200 OK\nA: 1\r\nContent-Length: 5\r\n\nhello";
    let empty = b"\r\n\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    vec![
        case("bare LF", bare, Keep, Want::Whole).entity(b"hello"),
        case("mixed LF and CRLF", mixed, Keep, Want::Whole).entity(b"hello"),
        case("empty lines first", empty, Keep, Want::Whole).entity(b"hello"),
        status("odd reason", "HTTP/1.1 200 Very: well, (indeed)"),
        status("empty reason", "HTTP/1.1 200 "),
        status("no reason", "HTTP/1.1 200"),
        status("reason in Arabic", "HTTP/1.1 200 حسنا"),
        status("two spaces", "HTTP/1.1  200  OK"),
        status("unusual code", "HTTP/1.1 799 Odd"),
        status("version 1.0", "HTTP/1.0 200 OK"),
        status("version 1.2", "HTTP/1.2 200 OK"),
        status("version 2.0", "HTTP/2.0 200 OK"),
        status("lower case", "http/1.1 200 ok"),
    ]
}

fn interim() -> Vec<Case> {
    let early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    let one = [early.as_slice(), &fields(b"")].concat();
    let two = [b"HTTP/1.1 100 Continue\r\n\r\n", early.as_slice(), &fields(b"")].concat();
    vec![
        case("103 before the answer", &one, Keep, Want::Whole).around(early.len(), 0),
        case("100 and 103", &two, Keep, Want::Whole).around(early.len() + 25, 0),
    ]
}

fn lengths() -> Vec<Case> {
    let length = |name, value: &str, want| {
        let bytes = format!("HTTP/1.1 200 OK\r\nContent-Length: {value}\r\n\r\nhello");
        case(name, bytes.as_bytes(), Close, want).entity(b"hello")
    };
    let twice = fields(b"Content-Length: 5\r\n");
    let differing = fields(b"Content-Length: 7\r\n");
    let zero = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    vec![
        length("exact", "5", Want::Whole),
        case("zero", zero, Keep, Want::Whole).entity(b""),
        case("twice the same", &twice, Keep, Want::Whole).entity(b"hello"),
        case("twice differing", &differing, Close, Want::Marked).entity(b"hello"),
        length("list of one length", "5, 5", Want::Whole),
        length("negative", "-5", Want::Marked),
        length("plus sign", "+5", Want::Marked),
        length("beyond 64 bits", "99999999999999999999999", Want::Marked),
        length("longer than the body", "50", Want::Cut),
        length("nearly 64 bits", "18446744073709551615", Want::Cut),
        length("shorter than the body", "3", Want::Whole).entity(b"hel").around(0, 2),
    ]
}

fn chunks() -> Vec<Case> {
    let whole = |name, body: &[u8]| case(name, &chunked(body), Keep, Want::Whole).entity(b"hello");
    let marked = |name, body: &[u8]| case(name, &chunked(body), Close, Want::Marked);
    vec![
        whole("two chunks", b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
        whole("extensions", b"5;a=b;c=\"d\"\r\nhello\r\n0;x\r\n\r\n"),
        whole("trailers", b"5\r\nhello\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n"),
        case("gzip inside", &chunked(b"4\r\n\x1f\x8b\x08\0\r\n0\r\n\r\n"), Keep, Want::Whole)
            .entity(b"\x1f\x8b\x08\0"),
        whole("zeros and white space", b"0005 \r\nhello\r\n000\r\n\r\n"),
        case(
            "hex in both cases",
            &chunked(b"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n"),
            Keep,
            Want::Whole,
        )
        .entity(b"01234567890123456789"),
        case("empty", &chunked(b"0\r\n\r\n"), Keep, Want::Whole).entity(b""),
        marked("LF only", b"5\nhello\n0\n\n").entity(b"hello"),
        marked("bad size", b"5\r\nhello\r\nxyz\r\nmore\r\n0\r\n\r\n").entity(b"hello"),
        marked("negative size", b"-5\r\nhello\r\n0\r\n\r\n").entity(b""),
        marked("overflowing size", b"1ffffffffffffffff\r\nhello\r\n0\r\n\r\n").entity(b""),
        marked("no line end after data", b"5\r\nhelloworld\r\n0\r\n\r\n").entity(b"hello"),
        case("cut in the data", &chunked(b"5\r\nhel"), Close, Want::Cut).entity(b"hel"),
        case("cut in the size", &chunked(b"5\r\nhello\r\n1"), Close, Want::Cut).entity(b"hello"),
        case("cut before the end", &chunked(b"5\r\nhello\r\n"), Close, Want::Cut).entity(b"hello"),
        case("cut in the trailer", &chunked(b"5\r\nhello\r\n0\r\n"), Close, Want::Cut),
        case(
            "bytes after the last chunk",
            &chunked(b"0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
            Keep,
            Want::Whole,
        )
        .around(0, 19),
    ]
}

fn transfer_codings() -> Vec<Case> {
    let old = b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let both = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n\
        5\r\nhello\r\n0\r\n\r\n";
    let unknown = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\nhello";
    let identity =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello";
    vec![
        case("in HTTP/1.0", old, Close, Want::Marked).entity(b"hello"),
        case("with a length", both, Keep, Want::Marked).entity(b"hello"),
        case("another transfer coding", unknown, Close, Want::Whole).entity(b"hello"),
        case("identity", identity, Keep, Want::Whole).entity(b"hello"),
    ]
}

fn no_body() -> Vec<Case> {
    let plain =
        |status: &str, fields: &str| format!("HTTP/1.1 {status} x\r\n{fields}\r\n").into_bytes();
    let lying = plain("204", "Content-Length: 5\r\n");
    let with_body = [lying.as_slice(), b"hello"].concat();
    let not_modified = plain("304", "Content-Length: 5\r\nETag: \"x\"\r\n");
    let head = plain("200", "Content-Length: 5\r\n");
    let reset_content = [plain("205", "Content-Length: 5\r\n").as_slice(), b"hello"].concat();
    vec![
        case("204", &plain("204", ""), Keep, Want::Whole).entity(b""),
        case("204 with a lying length", &lying, Keep, Want::Marked).entity(b""),
        case("204 with a body", &with_body, Keep, Want::Marked).around(0, 5),
        case("304 with the length of the page", &not_modified, Keep, Want::Whole).entity(b""),
        case("205 with a body", &reset_content, Keep, Want::Whole).entity(b"hello"),
        case("HEAD", &head, Keep, Want::Whole).entity(b"").head(),
        case(
            "bytes after the message",
            &[fields(b""), b"tail".to_vec()].concat(),
            Keep,
            Want::Whole,
        )
        .around(0, 4),
    ]
}

fn codings() -> Vec<Case> {
    let coded = |name, coding: &str, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        case(name, &[head.as_bytes(), body].concat(), Keep, Want::Whole)
    };
    // An empty gzip member, as sent by a server that compresses nothing.
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    vec![
        coded("gzip", "gzip", gzip),
        coded("gzip, truncated", "GZIP", &gzip[..9]),
        coded("gzip, garbage behind", "x-gzip", &[gzip.as_slice(), b"\0\0\0junk"].concat()),
        coded("mislabelled", "br", b"plain text"),
        coded("many codings", "gzip, br, zstd, deflate, rot13", b"\0\x01\x02"),
    ]
}

fn endings() -> Vec<Case> {
    let large: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n";
    vec![
        case("body until close", b"HTTP/1.1 200 OK\r\n\r\nhello", Close, Want::Whole)
            .entity(b"hello"),
        case("short body", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", Close, Want::Cut)
            .entity(b"hello"),
        case(
            "reset in the body",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
            Reset,
            Want::Cut,
        ),
        case("larger than memory", &[head.as_slice(), &large].concat(), Keep, Want::Whole),
        case(
            "larger than memory, cut",
            &[head.as_slice(), &large[..280_000]].concat(),
            Close,
            Want::Cut,
        ),
    ]
}

fn redirects() -> Vec<Case> {
    let to = |name, fields: &[u8]| {
        let bytes = [b"HTTP/1.1 302 Found\r\n", fields, b"Content-Length: 0\r\n\r\n"].concat();
        case(name, &bytes, Keep, Want::Whole)
    };
    vec![
        to("redirect without Location", b""),
        to("two Locations", b"Location: /a\r\nLocation: /b\r\n"),
        to("relative Location", b"Location: ../x#y\r\n"),
        to("Location in Latin-1", b"Location: /caf\xe9 au lait\r\n"),
    ]
}

fn nothing() -> Vec<Case> {
    let flood = b"HTTP/1.1 102 Processing\r\n\r\n".repeat(65);
    let long = [b"HTTP/1.1 200 OK\r\nX: ".as_slice(), &b"x".repeat(70_000)].concat();
    vec![
        case("not HTTP", b"SSH-2.0-OpenSSH_9.6\r\n", Close, Want::Nothing),
        case("HTTP/0.9", b"<html>old</html>", Close, Want::Nothing),
        case("no status", b"HTTP/1.1\r\n\r\n", Close, Want::Nothing),
        case("head over its limit", &long, Close, Want::Nothing),
        case("interim flood", &flood, Close, Want::Nothing),
        case(
            "101",
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\x01\x02",
            Close,
            Want::Nothing,
        ),
        case("cut in the head", b"HTTP/1.1 200 OK\r\nContent-Le", Close, Want::Nothing),
        case("closed without a byte", b"", Close, Want::Nothing),
    ]
}
