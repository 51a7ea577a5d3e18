//! Redaction: credentials go out with a request and stay out of its `request` record.
//!
//! Values are replaced, names stay, and the record says which fields it happened to. Digests are
//! taken afterwards, of what is stored. Responses are never touched: what a server sends back,
//! Set-Cookie included, is the product.

/// Request fields that carry credentials, whoever set them.
pub const CREDENTIALS: &[&str] = &[
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "X-Api-Key",
    "Api-Key",
    "X-Auth-Token",
    "X-Access-Token",
    "X-Amz-Security-Token",
];

/// What stands in the place of a credential.
pub const REDACTED: &str = "[redacted]";

/// The field of a `request` record that names its redacted fields.
pub const REDACTED_FIELD: &str = "Warraq-Redacted";

/// What becomes of credentials in `request` records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Values of [`CREDENTIALS`] and of these fields are replaced.
    Redacted(Vec<String>),
    /// The record holds the bytes that were sent.
    Kept,
}

impl Default for Credentials {
    fn default() -> Self {
        Self::Redacted(Vec::new())
    }
}

/// Whether a field carries a credential by its name.
pub fn is_credential(name: &str) -> bool {
    CREDENTIALS.iter().any(|known| name.eq_ignore_ascii_case(known))
}

impl Credentials {
    /// What the `warcinfo` record says about it.
    pub fn policy(&self) -> String {
        match self {
            Self::Kept => "kept: request records hold all bytes that were sent".to_owned(),
            Self::Redacted(more) => {
                let own = more.iter().map(String::as_str).filter(|name| !is_credential(name));
                let names: Vec<&str> = CREDENTIALS.iter().copied().chain(own).collect();
                format!(
                    "values of {} are {REDACTED} in request records; {REDACTED_FIELD} names those \
                     of a record, its digests are of what is stored",
                    names.join(", ")
                )
            }
        }
    }

    /// The request as it may be stored, and the names of the fields whose values are not in it.
    pub(super) fn hide(&self, request: Vec<u8>) -> (Vec<u8>, Vec<String>) {
        let Self::Redacted(more) = self else { return (request, Vec::new()) };
        let head_length = super::entity::head_length(&request);
        let (head, body) = request.split_at_checked(head_length).unwrap_or((&request, &[]));
        let mut out = Vec::with_capacity(request.len());
        let mut hidden: Vec<String> = Vec::new();
        let mut dropping = false;
        for line in head.split_inclusive(|&byte| byte == b'\n') {
            let folded = line.starts_with(b" ") || line.starts_with(b"\t");
            if folded && dropping {
                continue;
            }
            let secret = secret(line, more);
            dropping = secret.is_some();
            let Some(name) = secret else {
                out.extend_from_slice(line);
                continue;
            };
            out.extend_from_slice(format!("{name}: {REDACTED}\r\n").as_bytes());
            if !hidden.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                hidden.push(name.to_owned());
            }
        }
        out.extend_from_slice(body);
        (out, hidden)
    }
}

/// The name of a field line whose value is secret.
fn secret<'a>(line: &'a [u8], more: &[String]) -> Option<&'a str> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let name = std::str::from_utf8(line.get(..colon)?).ok()?.trim();
    let own = || more.iter().any(|own| name.eq_ignore_ascii_case(own));
    (is_credential(name) || own()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_hidden_and_nothing_else() {
        let sent = b"GET / HTTP/1.1\r\nHost: a.example\r\nauthorization: Basic Zm9v\r\n more\r\n\
                     X-Cookie: stays\r\nX-Desk: k1\r\nCookie: id=7\r\nCookie: id=8\r\n\r\n\
                     Cookie: body";
        let own = Credentials::Redacted(vec!["x-desk".to_owned()]);
        let (kept, hidden) = own.hide(sent.to_vec());
        let want = "GET / HTTP/1.1\r\nHost: a.example\r\nauthorization: [redacted]\r\n\
                    X-Cookie: stays\r\nX-Desk: [redacted]\r\nCookie: [redacted]\r\n\
                    Cookie: [redacted]\r\n\r\nCookie: body";
        assert_eq!(String::from_utf8(kept).unwrap(), want);
        assert_eq!(hidden, ["authorization", "X-Desk", "Cookie"]);
        assert_eq!(Credentials::Kept.hide(sent.to_vec()), (sent.to_vec(), Vec::new()));
        let plain = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
        assert_eq!(Credentials::default().hide(plain.to_vec()), (plain.to_vec(), Vec::new()));
    }
}
