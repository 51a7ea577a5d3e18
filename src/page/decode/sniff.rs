//! Sniffing: whether a text is HTML, whatever it is called.
//!
//! A declared type is believed unless the text plainly is something else; a text of no declared type
//! is judged by how it begins, as browsers do (MIME Sniffing Standard §7.1) and a little beyond:
//! saved files open with comments, broken doctypes, the warnings of a server. XML that is read
//! elsewhere is told by its root. It looks at the beginning only and never parses.

/// Characters of the text that are looked at to tell what it is: the resource header of MIME
/// Sniffing Standard §5.2 is 1,445 bytes; files that a server printed warnings into need more.
const SNIFFED: usize = 2_048;

/// Comments and declarations that are passed over at most.
const MOST_SKIPPED: usize = 64;

/// Tags whose presence at the very start makes any text HTML, whatever it is declared as.
const FOR_SURE: &[&str] = &["<!doctype html", "<html", "<head", "<body"];

/// What stands before the first tag that says anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Skipped {
    /// A comment.
    Comment,
    /// HTML's doctype, well written or not.
    Doctype,
    /// Another declaration, or a processing instruction.
    Other,
}

/// Elements that, first in a text of no declared type, make it HTML: those of MIME Sniffing
/// Standard §7.1, and those that templates begin with where they leave the rest out.
const PERHAPS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "base",
    "basefont",
    "blockquote",
    "br",
    "button",
    "center",
    "details",
    "dialog",
    "div",
    "dl",
    "em",
    "fieldset",
    "figure",
    "font",
    "footer",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "iframe",
    "img",
    "input",
    "li",
    "link",
    "main",
    "map",
    "meta",
    "nav",
    "noscript",
    "ol",
    "p",
    "picture",
    "pre",
    "script",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "table",
    "tbody",
    "td",
    "template",
    "title",
    "tr",
    "u",
    "ul",
    "video",
];

/// Root elements of XML that is read elsewhere (`seeds::discover`), never as HTML.
const XML_ROOTS: &[(&str, &str)] = &[
    ("<rss", "application/rss+xml"),
    ("<feed", "application/atom+xml"),
    ("<rdf:rdf", "application/rss+xml"),
    ("<urlset", "application/xml"),
    ("<sitemapindex", "application/xml"),
];

/// The media type after a look at the text.
pub(super) fn settled(declared: String, text: &str) -> String {
    let (start, before) = beginning(text);
    let has_doctype = before.contains(&Skipped::Doctype);
    if has_doctype && declared != "application/xhtml+xml" {
        return "text/html".to_owned();
    }
    if let Some((_, media_type)) = XML_ROOTS.iter().find(|(root, _)| begins_tag(&start, root)) {
        let says_xml = declared.contains("xml");
        return if says_xml { declared } else { (*media_type).to_owned() };
    }
    if declared == "application/xhtml+xml" {
        return declared;
    }
    if FOR_SURE.iter().any(|tag| begins_tag(&start, tag)) {
        return "text/html".to_owned();
    }
    let unknown = matches!(
        declared.as_str(),
        "" | "*/*" | "unknown/unknown" | "application/unknown" | "application/octet-stream"
    );
    if !unknown {
        return declared;
    }
    if is_html(&start, before.contains(&Skipped::Comment)) {
        return "text/html".to_owned();
    }
    if declared.is_empty() { "text/plain".to_owned() } else { declared }
}

/// Whether a text of no declared type is HTML: by its first tag, by a comment before words, or by a
/// document that begins on a line of its own behind what a server printed.
fn is_html(start: &str, commented: bool) -> bool {
    if let Some(rest) = start.strip_prefix('<') {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        return PERHAPS.iter().any(|name| begins_tag(rest, name));
    }
    let printed = || start.lines().map(str::trim_start);
    let data = start.starts_with(['{', '[', '"']);
    !start.is_empty()
        && !data
        && (commented || printed().any(|line| FOR_SURE.iter().any(|tag| begins_tag(line, tag))))
}

/// The start of the text in lower case, without white space and what else says nothing by itself;
/// and what that was.
fn beginning(text: &str) -> (String, Vec<Skipped>) {
    let blank = ['\u{feff}', ' ', '\t', '\r', '\n', '\u{c}', '\0'];
    let mut rest = text.trim_start_matches(blank);
    let mut before = Vec::new();
    while let Some((what, after)) = skipped(rest).filter(|_| before.len() < MOST_SKIPPED) {
        rest = after.trim_start_matches(blank);
        before.push(what);
    }
    (rest.chars().take(SNIFFED).collect::<String>().to_ascii_lowercase(), before)
}

/// A comment, a declaration or a processing instruction, and what stands behind it: what `<!` and
/// `<?` open ends at `>` (HTML Standard §13.2.5.41).
fn skipped(rest: &str) -> Option<(Skipped, &str)> {
    let behind = |end: &str| rest.find(end).and_then(|at| rest.get(at + end.len()..));
    if rest.starts_with("<!--") {
        return behind("-->").map(|after| (Skipped::Comment, after));
    }
    if rest.starts_with("<?") {
        return behind("?>").or_else(|| behind(">")).map(|after| (Skipped::Other, after));
    }
    let declared = rest.strip_prefix("<!")?.split('>').next().unwrap_or_default();
    let start = declared.chars().take(SNIFFED).collect::<String>().to_ascii_lowercase();
    let name = start.trim_start().strip_prefix("doctype").map(str::trim_start);
    if name.is_some_and(|name| begins_tag(name, "html")) {
        return behind(">").map(|after| (Skipped::Doctype, after));
    }
    // An internal subset holds `>` of its own.
    let end = if declared.contains('[') { "]>" } else { ">" };
    behind(end).map(|after| (Skipped::Other, after))
}

/// Whether `text` begins with `tag` and the tag's name ends there.
fn begins_tag(text: &str, tag: &str) -> bool {
    text.strip_prefix(tag)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn files_of_no_declared_type_are_told_by_how_they_begin() {
        let lines = include_str!("../../../tests/tables/sniff.txt").lines();
        let mut count = 0;
        for line in lines.filter(|line| !line.starts_with('#')) {
            let (want, text) = line.split_once(" | ").unwrap();
            let text = text.replace("\\n", "\n").replace("\\u{feff}", "\u{feff}");
            assert_eq!(settled(String::new(), &text), want, "{line}");
            count += 1;
        }
        assert!(count >= 30, "{count}");
    }

    #[test]
    fn a_declared_type_is_believed_unless_the_text_plainly_is_another() {
        let settled = |declared: &str, text: &str| settled(declared.to_owned(), text);
        assert_eq!(settled("text/plain", "<!DOCTYPE>\n<html><p>x"), "text/html");
        assert_eq!(settled("text/plain", "<p>x"), "text/plain");
        assert_eq!(settled("text/plain", "<!-- x --> x"), "text/plain");
        assert_eq!(settled("text/html", "x"), "text/html");
        assert_eq!(settled("text/html", "<!DOCTYPE rss><rss>"), "application/rss+xml");
        assert_eq!(settled("application/json", "<p>x"), "application/json");
    }

    proptest! {
        #[test]
        fn any_text_is_settled(text in "(<!|<\\?|doctype|html|-->|\\?>|>|\\[|]|<!--|\\PC){0,12}") {
            let _ = settled(String::new(), &text);
        }
    }
}
