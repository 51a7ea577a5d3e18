//! The request: the exact bytes that are sent, and that the `request` record holds.
//!
//! Written by us, not by a library: origin-form target, `Host` first, names in title case, then
//! the caller's fields in their order. Userinfo never gets here, and a byte that could end a line
//! is refused, never escaped.

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Request};
use url::Url;

use super::CaptureError;

/// Fields that are the transport's own business.
const OURS: &[&str] = &["host", "connection", "content-length", "transfer-encoding"];

/// A GET of `url` with `fields`, in this order.
pub fn build(url: &Url, fields: &[(&str, &str)]) -> Result<Request, CaptureError> {
    let mut request = Request::new(Method::GET, url.clone());
    for (name, value) in fields {
        let refuse = || CaptureError::Field((*name).to_owned());
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refuse())?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| refuse())?;
        request.headers_mut().append(key, value);
    }
    Ok(request)
}

/// The bytes of `request` (RFC 9112 §3.2.1).
pub(super) fn render(request: &Request, keepalive: bool) -> Result<Vec<u8>, CaptureError> {
    let url = request.url();
    let mut out = Vec::with_capacity(512);
    let mut put = |name: &str, parts: &[&[u8]]| {
        if parts.iter().any(|part| part.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0))) {
            return Err(CaptureError::Field(name.to_owned()));
        }
        for part in parts {
            out.extend_from_slice(part);
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    };
    let method = request.method().as_str().as_bytes();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let target = [url.path().as_bytes(), query.as_bytes()];
    put("request line", &[method, b" ", target[0], target[1], b" HTTP/1.1"])?;
    put("Host", &[b"Host: ", authority(url).as_bytes()])?;
    for (name, value) in request.headers() {
        if !OURS.contains(&name.as_str()) {
            let title = title_case(name.as_str());
            put(&title, &[title.as_bytes(), b": ", value.as_bytes()])?;
        }
    }
    if !keepalive {
        put("Connection", &[b"Connection: close"])?;
    }
    put("", &[])?;
    Ok(out)
}

/// Host and port as `Host` has them: the default port is left out (RFC 9110 §7.2).
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// `accept-language` as `Accept-Language`.
fn title_case(name: &str) -> String {
    let mut first = true;
    let upper = |letter: char| {
        let out = if first { letter.to_ascii_uppercase() } else { letter };
        first = letter == '-';
        out
    };
    name.chars().map(upper).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(url: &str, fields: &[(&str, &str)], keepalive: bool) -> String {
        let request = build(&Url::parse(url).unwrap(), fields).unwrap();
        String::from_utf8(render(&request, keepalive).unwrap()).unwrap()
    }

    #[test]
    fn host_first_then_the_callers_order() {
        let fields = [
            ("user-agent", "warraq"),
            ("Accept", "*/*"),
            ("host", "evil"),
            ("ACCEPT-language", "ar"),
        ];
        assert_eq!(
            rendered("https://example.org/a%20b?q=1&r#frag", &fields, true),
            "GET /a%20b?q=1&r HTTP/1.1\r\nHost: example.org\r\nUser-Agent: warraq\r\n\
             Accept: */*\r\nAccept-Language: ar\r\n\r\n"
        );
    }

    #[test]
    fn ports_userinfo_and_close() {
        assert_eq!(
            rendered("http://user:secret@example.org:8080", &[], false),
            "GET / HTTP/1.1\r\nHost: example.org:8080\r\nConnection: close\r\n\r\n"
        );
        assert!(rendered("http://example.org:80/", &[], true).contains("Host: example.org\r\n"));
        assert!(rendered("http://[2001:db8::1]/?", &[], true).starts_with("GET /? HTTP/1.1"));
    }

    #[test]
    fn no_field_can_forge_a_line() {
        let url = Url::parse("http://example.org/\r\nX: y").unwrap();
        assert!(build(&url, &[("A", "b\r\nC: d")]).is_err());
        assert!(build(&url, &[("A\r\nB", "b")]).is_err());
        assert!(build(&url, &[("A", "b\0")]).is_err());
        let sent = render(&build(&url, &[]).unwrap(), true).unwrap();
        assert_eq!(String::from_utf8(sent).unwrap().lines().count(), 3);
    }
}
