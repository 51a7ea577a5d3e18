//! What holds for single hosts: `[hosts."example.org"]`, by registered domain.

use toml::de::DeValue;
use url::Url;

use super::JobFile;
use super::reader::{Read, Reader, Section, choice, measured, number, quoted, wanted};
use crate::address::Site;
use crate::record::redact::is_credential;
use crate::settings::HostSettings;
use crate::settings::spelling::duration;

/// Fields that follow from the URL and the connection.
const OURS: &[&str] = &["Host", "Connection", "Content-Length", "Transfer-Encoding"];

impl JobFile {
    pub(super) fn hosts(&mut self, root: &mut Section<'_>, reader: &mut Reader<'_>) {
        for (span, name, value) in root.section("hosts", reader).all() {
            let mut section = Section::entry("hosts.NAME", value, reader);
            let site = site(name).unwrap_or_else(|why| {
                reader.fault(span.start, why);
                name.to_owned()
            });
            self.settings.hosts.push(host(site, &mut section, reader));
            section.end(reader);
        }
    }
}

fn host(site: String, section: &mut Section<'_>, reader: &mut Reader<'_>) -> HostSettings {
    let robots = choice(&[("obey", true), ("ignore", false)]);
    HostSettings {
        site,
        delay: section.take("delay", "hosts", reader, measured("a length of time", duration)),
        per_host: section.take("concurrency", "hosts", reader, number::<usize>(1)),
        robots: section.take("robots", "hosts", reader, robots).unwrap_or(true),
        headers: headers(section, "hosts", reader),
    }
}

/// Politeness goes by registered domain, so that is what can be set.
fn site(name: &str) -> Read<String> {
    let wrong = || format!("{} is no host; write it as [hosts.\"example.org\"]", quoted(name));
    let url = Url::parse(&format!("http://{name}/")).map_err(|_| wrong())?;
    if url.path() != "/" || url.query().is_some() || !url.username().is_empty() {
        return Err(wrong());
    }
    let site = Site::of(&url);
    if site.as_str() == name {
        return Ok(site.as_str().to_owned());
    }
    let what = match site.as_str().strip_prefix(name).is_some_and(|rest| rest.starts_with(':')) {
        false => "is paced with its registered domain",
        true if url.domain().is_some() && name.contains('.') => {
            return Err(format!(
                "{} is what domains are registered under, and each is paced by itself; name one, as \
                 in [hosts.{:?}]",
                quoted(name),
                format!("example.{name}")
            ));
        }
        true => "has no registered domain and is paced by host and port",
    };
    Err(format!("{} {what}; write [hosts.{:?}]", quoted(name), site.as_str()))
}

/// A table of request headers that hold no credentials; each that cannot be one is a fault.
pub(super) fn headers(
    section: &mut Section<'_>,
    setting: &'static str,
    reader: &mut Reader<'_>,
) -> Vec<(String, String)> {
    let table = section.take("headers", setting, reader, |value| {
        value.as_table().ok_or_else(|| wanted("a table of headers", value))
    });
    let mut rows: Vec<_> = table.into_iter().flatten().collect();
    rows.sort_by_key(|(name, _)| name.span().start);
    let mut headers = Vec::with_capacity(rows.len());
    for (name, value) in rows {
        match header(name.get_ref(), value.get_ref()) {
            Ok(header) => headers.push(header),
            Err(why) => reader.fault(name.span().start, format!("headers: {why}")),
        }
    }
    headers
}

fn header(name: &str, value: &DeValue<'_>) -> Read<(String, String)> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(format!("{} is no field name", quoted(name)));
    }
    if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
        return Err(format!("{name} is written by the transport itself"));
    }
    if is_credential(name) {
        return Err(format!(
            "{name} is a credential; put it into a file and write secret-headers-file = \"keys.txt\" in [requests]"
        ));
    }
    match value.as_str() {
        Some(text) if !text.chars().any(char::is_control) => {
            Ok((name.to_owned(), text.trim().to_owned()))
        }
        Some(_) => Err(format!("{name} has to stand on one line; take the line breaks out")),
        None => Err(wanted(&format!("a text in quotes for {name}"), value)),
    }
}
