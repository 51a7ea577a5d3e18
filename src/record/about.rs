//! What the `warcinfo` record of each file says about the crawl (WARC 1.1 §6.2, bar of ours).
//!
//! Somebody who has nothing but the file must learn from it who fetched, as whom, under which
//! rules, and what the blocks and digests are.

use super::redact::Credentials;

/// The crawl, as its files describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The program and its version, `warraq/0.1.0`.
    pub software: String,
    /// The User-Agent header of every request.
    pub user_agent: String,
    /// Who runs the crawl, by name; the contact where no name was given.
    pub operator: String,
    /// Whom to write to: an e-mail address or a URL.
    pub contact: String,
    /// What the crawl is for.
    pub description: String,
    /// The machine.
    pub hostname: String,
    /// The job: the name of the crawl's folder.
    pub part_of: String,
    /// Whether robots.txt is obeyed.
    pub robots: bool,
    /// Whether blocks are the bytes of the wire.
    pub exact: bool,
    /// What becomes of credentials in `request` records.
    pub credentials: Credentials,
}

impl About {
    /// The block of the `warcinfo` record: `application/warc-fields`, lines ended by CRLF.
    pub fn to_fields(&self) -> String {
        let mut out = String::with_capacity(1024);
        let mut line = |name: &str, value: &str| {
            if value.is_empty() {
                return;
            }
            out.push_str(name);
            out.push_str(": ");
            out.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
            out.push_str("\r\n");
        };
        line("software", &self.software);
        line("format", "WARC File Format 1.1");
        line(
            "conformsTo",
            "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        );
        line("robots", if self.robots { "obey" } else { "ignore" });
        line("http-header-user-agent", &self.user_agent);
        if self.contact.contains('@') && !self.contact.contains("://") {
            line("http-header-from", &self.contact);
        }
        line("operator", &self.by());
        line("description", &self.description);
        line("hostname", &self.hostname);
        line("isPartOf", &self.part_of);
        line("warraq-fidelity", if self.exact { RAW } else { RECONSTRUCTED });
        line("warraq-digests", DIGESTS);
        line("warraq-credentials", &self.credentials.policy());
        out
    }

    /// `Name (contact)`, or what there is of it.
    fn by(&self) -> String {
        match self.operator.as_str() {
            "" => self.contact.clone(),
            name => format!("{name} ({})", self.contact),
        }
    }
}

const RAW: &str = "raw: HTTP blocks are the bytes of the wire, chunk framing included; a capture \
                   whose WARC-Protocol is h2 is reconstructed";
const RECONSTRUCTED: &str = "reconstructed: HTTP heads are written again from parsed fields, \
                             bodies have no transfer coding, content coding is kept, the \
                             version and cipher suite of TLS are not known";
const DIGESTS: &str = "sha1 in Base32; payload is the entity body, transfer coding removed, \
                       content coding kept";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_break_a_line() {
        let about = About {
            software: "warraq/0".into(),
            user_agent: "bot\r\nrobots: none".into(),
            operator: String::new(),
            contact: "desk@example.org".into(),
            description: String::new(),
            hostname: String::new(),
            part_of: "news".into(),
            robots: true,
            exact: true,
            credentials: Credentials::Kept,
        };
        let fields = about.to_fields();
        assert!(fields.contains("http-header-user-agent: bot  robots: none\r\n"));
        assert!(fields.contains("\r\nhttp-header-from: desk@example.org\r\n"));
        assert!(!fields.contains("hostname"));
        assert!(fields.contains("\r\nwarraq-credentials: kept: "));
        assert!(fields.lines().all(|line| line.contains(": ")));
    }
}
