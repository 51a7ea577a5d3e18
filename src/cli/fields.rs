//! Request fields as given: `Name: value`, or `@FILE` with one a line.
//!
//! A file (or the environment) keeps a secret out of the list of processes and the shell's history.
//! What is wrong with a field is told without quoting it: it may be the secret.

use std::io::Read;
use std::path::Path;

use crate::record::redact::is_credential;
use crate::settings::Secret;

/// Largest file of fields, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Fields that follow from the URL and the connection.
const OURS: &[&str] = &["Host", "Connection", "Content-Length", "Transfer-Encoding"];

/// The operator's own fields, those that carry a credential apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) plain: Vec<(String, String)>,
    pub(super) secret: Vec<(String, Secret)>,
}

/// Reads the values of `--header` and `--secret-header`. The error is one sentence.
pub(super) fn read(headers: &[String], secrets: &[String]) -> Result<Fields, String> {
    let mut fields = Fields::default();
    for (name, value) in all("--header", headers)? {
        if is_credential(&name) {
            fields.secret.push((name, Secret::new(value)));
        } else {
            fields.plain.push((name, value));
        }
    }
    for (name, value) in all("--secret-header", secrets)? {
        fields.secret.push((name, Secret::new(value)));
    }
    Ok(fields)
}

fn all(flag: &str, given: &[String]) -> Result<Vec<(String, String)>, String> {
    let mut fields = Vec::new();
    for text in given {
        let Some(path) = text.strip_prefix('@') else {
            fields.push(field(text).map_err(|why| format!("{flag}: {why}"))?);
            continue;
        };
        let lines = file(Path::new(path)).map_err(|why| format!("{flag} @{path}: {why}"))?;
        for (number, line) in (1..).zip(lines.lines()) {
            if !line.trim().is_empty() && !line.starts_with('#') {
                let read = field(line);
                fields.push(read.map_err(|why| format!("{flag} @{path}:{number}: {why}"))?);
            }
        }
    }
    Ok(fields)
}

fn file(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(MAX_FILE).read_to_string(&mut text)?;
    Ok(text)
}

fn field(text: &str) -> Result<(String, String), String> {
    const SHAPE: &str = "write it as \"Name: value\", or as @FILE with one a line";
    let (name, value) = text.split_once(':').ok_or_else(|| format!("this is no field; {SHAPE}"))?;
    let name = name.trim();
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(format!("what stands before the colon is no field name; {SHAPE}"));
    }
    if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
        return Err(format!("{name} is written by the transport itself"));
    }
    Ok((name.to_owned(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(headers: &[&str], secrets: &[&str]) -> Result<Fields, String> {
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        read(&owned(headers), &owned(secrets))
    }

    #[test]
    fn credentials_are_told_apart() {
        let fields = given(&["X-Desk: abc", "authorization: b"], &["X-Key: c"]).unwrap();
        assert_eq!(fields.plain, [("X-Desk".to_owned(), "abc".to_owned())]);
        let secret: Vec<_> =
            fields.secret.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect();
        assert_eq!(secret, [("authorization", "b"), ("X-Key", "c")]);
    }

    #[test]
    fn a_file_has_one_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        std::fs::write(&path, "# of the desk\nX-Key: c\n\nCookie: a=b: c\r\n").unwrap();
        let at = format!("@{}", path.display());
        let fields = given(&[], &[&at]).unwrap();
        assert_eq!(fields.secret.get(1).unwrap().1.reveal(), "a=b: c");
        std::fs::write(&path, "X-Key: c\ncanary\n").unwrap();
        let why = given(&[], &[&at]).unwrap_err();
        assert!(why.contains("keys:2: this is no field") && !why.contains("canary"), "{why}");
    }

    #[test]
    fn nothing_wrong_is_quoted() {
        for bad in ["canary", "canary canary: x", ": canary", "Host: canary", "@canary-file"] {
            let why = given(&[], &[bad]).unwrap_err();
            assert!(!why.contains("canary") || bad.starts_with('@'), "{why}");
        }
    }
}
