//! Secrets in every place a secret may stand: none is found anywhere afterwards, but where a
//! server said it itself.

use std::path::Path;
use std::process::Command;

use super::all_commands;
use super::found::found;
use super::run::{Crawl, Run, watched};
use super::web::{Script, Web, moved, page, reply};

/// Given by the operator: to be found nowhere at all.
const OWN: &str = "canary-own-7431";
/// Said by a server: stands in its responses, which are the product, and nowhere else.
const SAID: &str = "canary-said-2209";

/// A site that says secrets wherever it can, and leads elsewhere with them.
fn site(host: &str, path: &str) -> Option<Script> {
    let link = |place: &str| format!("http://user:{SAID}@a.test/{place}");
    Some(match (host, path) {
        ("a.test", "/robots.txt") => {
            // The file itself is kept for its rules; what it says stands in there.
            reply(200, &[], b"User-agent: *\nSitemap: http://a.test/map.xml\n")
        }
        ("a.test", "/map.xml") => reply(
            200,
            &["Content-Type: application/xml"],
            format!("<urlset><url><loc>{}</loc></url></urlset>", link("listed")).as_bytes(),
        ),
        ("a.test", "/") => reply(
            200,
            &[
                "Content-Type: text/html",
                &format!("Set-Cookie: id={SAID}; Path=/"),
                &format!("Link: <{}>; rel=alternate; hreflang=de", link("de")),
                &format!("WWW-Authenticate: Basic realm={SAID}"),
            ],
            format!(
                "<html lang=en><head><title>Front</title>\
                 <link rel=alternate hreflang=fr href=\"{}\"><base href=\"{}\">\
                 <link rel=canonical href=\"{}\"></head><body><a href=\"{}\">x</a><a href=/go>y</a>\
                 <a href=\"ftp://user:{SAID}@a.test/\">z</a><a href=\"http://user:{SAID}@[a/\">z</a>\
                 <a href=\"https:user:{SAID}@a.test/odd\">z</a><a href=\"//x:{SAID}@b.test/\">z</a>\
                 <link rel=alternate hreflang=it href=\"ftp://user:{SAID}@a.test/it\">\
                 <link rel=alternate hreflang=es href=\"//user:{SAID}@a.test/es\">\
                 <p>{}</p></body></html>",
                link("fr"),
                link("base/"),
                link("same"),
                link("in"),
                "Words of the front page, one after another. ".repeat(40),
            )
            .as_bytes(),
        ),
        ("a.test", "/go") => moved(&format!("http://user:{SAID}@far.test/landed")),
        ("a.test", "/far-off") => moved(&format!("ftp://user:{SAID}@a.test/")),
        ("a.test", "/port") => moved("http://a.test:8080/other"),
        ("a.test", "/meta") => page(&format!(
            "<meta http-equiv=refresh content=\"0; url=http://user:{SAID}@a.test/refreshed\">"
        )),
        ("a.test", "/needs") => reply(401, &["WWW-Authenticate: Basic realm=desk"], b"who?"),
        (_, "/robots.txt") => return None,
        _ => page("<title>Page</title><p>text"),
    })
}

#[test]
fn no_secret_is_in_any_output() {
    for transport in ["wire", "reqwest"] {
        let web = Web::new(|asked| site(&asked.host, &asked.path));
        let crawl = Crawl::of(&web);
        let keys = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(keys.path(), format!("X-File-Key: {OWN}\n")).unwrap();
        let seeds = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(seeds.path(), format!("http://user:{OWN}@a.test/listed-seed\nftp://user:{OWN}@a.test/\nhttp://user:{OWN}@[x\n")).unwrap();
        let (file_keys, second) = (format!("@{}", keys.path().display()), format!("X-Own: {OWN}"));
        let mut command = crawl.command(&[
            &format!("http://user:{OWN}@a.test/"),
            "http://a.test/port",
            "http://a.test/go",
            "http://a.test/far-off",
            "http://a.test/meta",
            "http://a.test/needs",
            &format!("http://{OWN}:x@a.test/user"),
            "--seeds",
            seeds.path().to_str().unwrap(),
            "--resolve",
            &format!("*:8080:127.0.0.1:{}", web.port),
            "--depth",
            "2",
            "--sitemaps",
            "--cookies",
            "--json",
            "--transport",
            transport,
            "--secret-header",
            &second,
            "--secret-header",
            &file_keys,
            "--secret-header",
            &format!("Authorization: Bearer {OWN}"),
            "--secret-header",
            &format!("Proxy-Authorization: Basic {OWN}"),
        ]);
        command.env("WARRAQ_SECRET_HEADER", format!("X-Env: {OWN}"));
        // Nobody listens there; who used it would fail.
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(name, format!("http://user:{OWN}@127.0.0.1:9"));
        }
        let run = watched(command);
        assert!(matches!(run.code, Some(0 | 3)), "{}", run.stderr);
        keeps_them("crawl", &run);
        sent_to_whom_it_is_for(&web, transport);
        packed(crawl.path());
        for (words, run) in all_commands(crawl.path()) {
            keeps_them(&words, &run);
        }
        assert_eq!(found(crawl.path(), OWN), Vec::<String>::new(), "{transport}");
        for place in found(crawl.path(), SAID) {
            let is_answer = place.starts_with("response ") || place.starts_with("revisit ");
            assert!(is_answer || place.ends_with("/all.wacz"), "{transport}: {place}");
        }
    }
}

/// Neither kind is in what a command says.
fn keeps_them(words: &str, run: &Run) {
    let lines = run.stdout.lines().chain(run.stderr.lines());
    let bad: Vec<&str> = lines.filter(|line| line.contains("canary")).collect();
    assert_eq!(bad, Vec::<&str>::new(), "{words}");
}

/// The operator's secrets went to the seeds' origin, the server's cookie back to it, and neither
/// anywhere else.
fn sent_to_whom_it_is_for(web: &Web, transport: &str) {
    let home = web.heads("a.test/in").concat().to_lowercase();
    for line in ["x-own: canary-own", "x-file-key: canary-own", "x-env: canary-own"] {
        assert!(home.contains(line), "{transport}: {home}");
    }
    assert!(home.contains(&format!("\r\ncookie: id={SAID}\r\n")), "{transport}: {home}");
    for url in ["far.test/landed", "a.test:8080/other"] {
        assert_eq!(web.times(url), 1, "{transport}: {url}");
        assert!(!web.heads(url).concat().contains("canary"), "{transport}: {url}");
    }
    for asked in web.asked() {
        for head in web.heads(&asked) {
            assert!(!head.to_lowercase().contains("referer"), "{asked}");
            assert!(
                !head.contains("user:") && !head.contains('@') || head.contains("desk@"),
                "{head}"
            );
        }
    }
}

/// Packs the folder into itself, so that the package is looked at too.
fn packed(folder: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
    command.arg("pack").arg(folder).arg("--output").arg(folder.join("all.wacz"));
    let run = watched(command);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}
