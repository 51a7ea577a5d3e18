//! The HTTP `Link` field (RFC 8288 §3), read leniently: a comma or semicolon inside `<>` or
//! quotes separates nothing. WordPress always sends one, so nobody may split it by hand.

/// Link values read from one head. Real heads have a dozen.
const MAX_VALUES: usize = 500;

/// Parameters read from one value.
const MAX_PARAMETERS: usize = 32;

/// One link of a `Link` field.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct LinkValue {
    /// The target as written, between the angle brackets.
    pub(crate) target: String,
    /// Parameters in order, names in lower case.
    pub(crate) parameters: Vec<(String, String)>,
}

impl LinkValue {
    /// The first value of a parameter (RFC 8288 §3.3: later ones are ignored).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter; `hreflang` may be repeated (§3.4.1).
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.parameters
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether `rel` holds this relation type, whatever its case.
    pub(crate) fn has_rel(&self, relation: &str) -> bool {
        let relations = self.get("rel").unwrap_or_default();
        relations.split_ascii_whitespace().any(|token| token.eq_ignore_ascii_case(relation))
    }
}

/// Reads all values of the field. Total; what is no link is passed over.
pub(crate) fn parse(fields: &[String]) -> Vec<LinkValue> {
    fields.iter().flat_map(|field| Values { rest: field }).take(MAX_VALUES).collect()
}

struct Values<'a> {
    rest: &'a str,
}

impl Iterator for Values<'_> {
    type Item = LinkValue;

    fn next(&mut self) -> Option<LinkValue> {
        let (_, after) = self.rest.split_once('<')?;
        let (target, after) = after.split_once('>')?;
        let mut value = LinkValue { target: target.trim().to_owned(), parameters: Vec::new() };
        self.rest = after;
        while let Some(parameter) = self.parameter() {
            if value.parameters.len() < MAX_PARAMETERS {
                value.parameters.push(parameter);
            }
        }
        Some(value)
    }
}

impl Values<'_> {
    /// The next parameter of the present value; `None` at its end.
    fn parameter(&mut self) -> Option<(String, String)> {
        let rest = self.rest.trim_start();
        let rest = rest.strip_prefix(';')?.trim_start_matches([';', ' ', '\t']);
        let end = rest.find(['=', ';', ',']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let name = name.trim().to_ascii_lowercase();
        let Some(value) = after.strip_prefix('=') else {
            self.rest = after;
            return Some((name, String::new()));
        };
        let value = value.trim_start();
        if let Some(quoted) = value.strip_prefix('"') {
            let (value, after) = unquoted(quoted);
            // Nothing but a separator may follow a quoted string.
            self.rest = after.find([';', ',']).and_then(|at| after.get(at..)).unwrap_or_default();
            return Some((name, value));
        }
        let end = value.find([';', ',']).unwrap_or(value.len());
        let (value, after) = value.split_at(end);
        self.rest = after;
        Some((name, value.trim().to_owned()))
    }
}

/// The text of a quoted-string whose opening quote is gone, and what follows it
/// (RFC 9110 §5.6.4).
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, text.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(field: &str) -> Vec<LinkValue> {
        parse(&[field.to_owned()])
    }

    #[test]
    fn commas_inside_brackets_and_quotes_separate_nothing() {
        let links = read(
            r#"<https://example.org/a,b;c>; rel="alternate"; hreflang="ar"; title="x, <y>; \"z\"",
               </fr>;rel=alternate ;hreflang=fr;hreflang=fr-CA, <https://api.example/>; rel="https://api.w.org/""#,
        );
        assert_eq!(links.len(), 3);
        assert_eq!(links[0].target, "https://example.org/a,b;c");
        assert_eq!(links[0].get("title"), Some("x, <y>; \"z\""));
        assert_eq!(links[1].all("hreflang").collect::<Vec<_>>(), ["fr", "fr-CA"]);
        assert!(links[1].has_rel("Alternate") && !links[2].has_rel("alternate"));
    }

    #[test]
    fn broken_fields_give_what_they_can() {
        assert!(read("no link at all").is_empty() && read("<open").is_empty());
        let links = read(r#"<a>; rel; ; hreflang = "es ; x, <b>;rel=next"#);
        assert_eq!(links[0].target, "a");
        assert_eq!(read("<a> junk <b>; rel=next").last().unwrap().get("rel"), Some("next"));
    }

    proptest! {
        #[test]
        fn reading_is_total(field in "[<>;,=\"\\\\ a-z]{0,80}|\\PC{0,80}") {
            prop_assert!(read(&field).len() <= field.len());
        }
    }
}
