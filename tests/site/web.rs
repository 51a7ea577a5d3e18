//! The web: every resource of the site, its answers, and where it leads.
//!
//! A [`Resource`] holds both what is sent and what a reader must find in it, so the truth about a
//! crawl ([`super::truth`]) and the bytes come from one table. Nothing changes after the start.

use std::collections::HashMap;

use super::answer::{Answer, Charset, Coding, head};
use super::articles::{ALIASES, ARTICLES, Article, DEAD_ALTERNATES, Declared};
use super::bulk::Bulk;
use super::layout::{self, Frame, MAIN, href, list_item, own_home};
use super::phrases::{self, PHRASES, Phrases};
use super::{canonical, host_of, workshop};

/// What a crawl has to do with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Fetched when its depth is reached.
    Page,
    /// Fetched only when sitemaps or feeds are asked for.
    OnRequest,
    /// May be fetched or not: an honest crawler can see it either way.
    Free,
    /// Kept from robots by robots.txt.
    Private,
    /// A robots.txt.
    Robots,
}

/// One URL of the site.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its canonical URL.
    pub url: String,
    /// What a crawl has to do with it.
    pub role: Role,
    /// Its answers: the first ask gets the first, the last stands for all later ones.
    pub answers: Vec<Answer>,
    /// The URLs of its ordinary links, canonical.
    pub links: Vec<String>,
    /// The URLs it declares as its translations, canonical.
    pub alternates: Vec<String>,
    /// Where it redirects to, canonical.
    pub location: Option<String>,
    /// Its validator: whoever shows it in If-None-Match gets a 304 (RFC 9110 §13.1.2).
    pub etag: Option<&'static str>,
}

/// All resources, and a generated tree when asked for.
#[derive(Debug)]
pub struct Web {
    resources: HashMap<String, Resource>,
    bulk: Option<Bulk>,
}

impl Resource {
    /// A resource that leads nowhere.
    pub fn new(url: &str, role: Role, answer: Answer) -> Self {
        let url = canonical(url).unwrap();
        let answers = vec![answer];
        let (links, alternates) = (vec![], vec![]);
        Self { url, role, answers, links, alternates, location: None, etag: None }
    }

    /// The same with these links.
    pub fn leading_to<'a>(mut self, urls: impl IntoIterator<Item = &'a str>) -> Self {
        self.links.extend(urls.into_iter().map(|url| canonical(url).unwrap()));
        self
    }

    /// A redirect.
    pub fn redirect(from: &str, status: &str, to: &str) -> Self {
        let location = canonical(to);
        let answer = Answer::redirect(status, location.as_deref().unwrap());
        Self { location, ..Self::new(from, Role::Page, answer) }
    }
}

impl Web {
    /// The bundled web.
    pub fn new(bulk: Option<Bulk>) -> Self {
        let articles = ARTICLES.iter().map(article);
        let homes = PHRASES.iter().map(home);
        let all = articles.chain(homes).chain(foreign_homes()).chain(odd_alternates());
        let all = all.chain(machine_files()).chain(workshop::resources());
        let resources = all.map(|resource| (resource.url.clone(), resource)).collect();
        Self { resources, bulk }
    }

    /// A web of these resources and nothing else.
    pub fn of(resources: Vec<Resource>) -> Self {
        let by_url = resources.into_iter().map(|resource| (resource.url.clone(), resource));
        Self { resources: by_url.collect(), bulk: None }
    }

    /// The answer to the `visit`th ask (from 1) for a canonical URL by one who knows the validator
    /// `known`.
    pub fn answer(&self, url: &str, visit: usize, known: Option<&str>) -> Answer {
        if let Some(resource) = self.resources.get(url) {
            if let Some(etag) = resource.etag.filter(|etag| known == Some(*etag)) {
                let fields = [format!("ETag: {etag}")];
                return Answer::raw(&head("304 Not Modified", &fields), vec![]);
            }
            let last = resource.answers.len() - 1;
            return resource.answers[last.min(visit - 1)].clone();
        }
        let generated = self.bulk.as_ref().and_then(|bulk| bulk.answer(url));
        generated.unwrap_or_else(not_found)
    }

    /// All resources but the generated ones, by URL.
    pub fn resources(&self) -> Vec<&Resource> {
        let mut all: Vec<&Resource> = self.resources.values().collect();
        all.sort_by(|a, b| a.url.cmp(&b.url));
        all
    }

    /// The generated tree.
    pub fn bulk(&self) -> Option<&Bulk> {
        self.bulk.as_ref()
    }
}

fn not_found() -> Answer {
    Answer::page("404 Not Found", "<html><body><h1>Not found</h1></body></html>\n", &[])
}

/// The URLs every page of the site leads to.
pub fn frame_links(lang: &str, url: &str) -> Vec<String> {
    let home = own_home(lang, url);
    let home = if home.starts_with('/') { format!("{MAIN}{home}") } else { home };
    PHRASES.iter().map(|each| format!("{MAIN}{}", each.home)).chain([home]).collect()
}

fn article(article: &Article) -> Resource {
    let html = layout::article(article);
    let encoding = article.charset.encoding();
    // The words fit; what does not (names of other languages in a menu) becomes a character
    // reference, as it would in a real page of that charset.
    assert!(!encoding.encode(article.text).2, "{} does not fit its charset", article.url);
    let (entity, _, _) = encoding.encode(&html);
    let mut fields = layout::link_fields(article);
    fields.push("Vary: Accept-Encoding".to_owned());
    let content_type = article.charset.content_type();
    let answer = Answer::ok(content_type, &entity, article.coding, &fields);
    let frame = frame_links(article.lang, article.url);
    let mut resource = Resource::new(article.url, Role::Page, answer)
        .leading_to(frame.iter().map(String::as_str))
        .leading_to(article.related().into_iter().map(|related| related.url));
    // A sitemap's alternates are found in the sitemap.
    if article.declared != Declared::Sitemap {
        let urls = article.alternates().into_iter();
        resource.alternates = urls.map(|(_, url)| canonical(url).unwrap()).collect();
    }
    resource
}

/// The home page of one language: a hub with every article of that language on the main host.
fn home(phrases: &Phrases) -> Resource {
    let Phrases { lang, front, home, .. } = *phrases;
    let url = format!("{MAIN}{home}");
    let on_main =
        |article: &&Article| article.lang == lang && host_of(article.url) == "warraq.test";
    let listed: Vec<&Article> = ARTICLES.iter().filter(on_main).collect();
    let mut links: Vec<&str> = listed.iter().map(|article| article.url).collect();
    // Readable, not escaped, as editors paste them: the third spelling of these URLs on the site.
    let mut items: String = listed.iter().map(|article| list_item(article, article.url)).collect();
    let mut card = String::new();
    if lang == "ar" {
        card = layout::card(&ARTICLES[0]);
        links.extend(ARTICLES[0].alternates().into_iter().map(|(_, url)| url));
        for (extra, label) in workshop::FROM_ARABIC_HOME {
            items += &format!("<li><a href=\"{extra}\">{label}</a></li>\n");
            links.push(extra);
        }
    }
    // Homes declare each other, as they do everywhere; still they belong to no group.
    let head: String = PHRASES
        .iter()
        .map(|each| {
            format!(
                "<link rel=\"alternate\" hreflang=\"{}\" href=\"{MAIN}{}\">\n",
                each.lang, each.home
            )
        })
        .collect();
    let main = format!("<h1>{front}</h1>\n{card}<ul class=\"latest\">\n{items}</ul>\n");
    let frame = Frame { lang, title: front, url: &url };
    let html = frame.page(Charset::Utf8, &head, &layout::home_switcher(lang), &main);
    let answer = Answer::ok(Charset::Utf8.content_type(), html.as_bytes(), Coding::Plain, &[]);
    let frame = frame_links(lang, &url);
    let frame = frame.iter().map(String::as_str);
    Resource::new(&url, Role::Page, answer).leading_to(frame).leading_to(links)
}

/// The home pages of the other hosts, and the root of the main one.
fn foreign_homes() -> Vec<Resource> {
    let one = |host: &str, lang: &str| {
        let url = format!("http://{host}/");
        let listed: Vec<&Article> =
            ARTICLES.iter().filter(|article| host_of(article.url) == host).collect();
        let items: String = listed.iter().map(|article| list_item(article, article.url)).collect();
        let frame = Frame { lang, title: phrases::of(lang).front, url: &url };
        let main = format!("<ul class=\"latest\">\n{items}</ul>\n");
        let html = frame.page(Charset::Utf8, "", "", &main);
        let frame = frame_links(lang, &url);
        Resource::new(&url, Role::Free, Answer::page("200 OK", &html, &[]))
            .leading_to(frame.iter().map(String::as_str))
            .leading_to(listed.iter().map(|article| article.url))
    };
    let mut root = Resource::redirect(&format!("{MAIN}/"), "302 Found", &format!("{MAIN}/ar/"));
    root.role = Role::Free;
    vec![one("en.warraq.test", "en"), one("partner.test", "fr"), root]
}

/// Short links in place of a translation's URL, and translations that are not there.
fn odd_alternates() -> Vec<Resource> {
    let short = |(_, to, alias): &(&str, &str, &str)| {
        Resource::redirect(alias, "301 Moved Permanently", to)
    };
    let dead = |(_, _, url): &(&str, &str, &str)| Resource::new(url, Role::Page, not_found());
    ALIASES.iter().map(short).chain(DEAD_ALTERNATES.iter().map(dead)).collect()
}

const ROBOTS_MAIN: &str = "# The magazine's rules\nUser-agent: *\nDisallow: /private/\n\
    Allow: /private/open/\nDisallow: /*.draft$\n\nUser-agent: a-crawler-of-old\nDisallow: /\n\n\
    Sitemap: http://warraq.test/sitemap.xml\n";
const ROBOTS_PARTNER: &str = "User-agent: *\nCrawl-delay: 1\nDisallow: /desk/\n";

/// What only machines read.
fn machine_files() -> Vec<Resource> {
    let text = |text: &str| Answer::ok("text/plain", text.as_bytes(), Coding::Plain, &[]);
    let xml = |xml: &str| Answer::ok("application/xml", xml.as_bytes(), Coding::Plain, &[]);
    let json = Answer::ok("application/json", b"{\"name\":\"Warraq\"}\n", Coding::Plain, &[]);
    let listed = ARTICLES.iter().filter(|article| host_of(article.url) == "warraq.test");
    let arabic = listed.clone().filter(|article| article.lang == "ar");
    let robots = |host: &str, answer| {
        Resource::new(&format!("http://{host}/robots.txt"), Role::Robots, answer)
    };
    vec![
        robots("warraq.test", text(ROBOTS_MAIN)),
        robots("en.warraq.test", not_found()),
        robots("partner.test", text(ROBOTS_PARTNER)),
        Resource::new(&format!("{MAIN}/sitemap.xml"), Role::OnRequest, xml(&sitemap()))
            .leading_to(listed.map(|article| article.url)),
        Resource::new(&format!("{MAIN}/ar/feed/"), Role::OnRequest, xml(&feed()))
            .leading_to(arabic.map(|article| article.url)),
        Resource::new(&format!("{MAIN}/wp-json/"), Role::Free, json),
    ]
}

fn sitemap() -> String {
    let entry = |article: &Article| {
        let mut entry = format!(
            "<url><loc>{}</loc><lastmod>{}</lastmod>",
            href(article.url),
            article.words().date
        );
        if article.declared == Declared::Sitemap {
            let own = (article.lang, article.url);
            for (lang, url) in std::iter::once(own).chain(article.alternates()) {
                entry += &format!(
                    "<xhtml:link rel=\"alternate\" hreflang=\"{lang}\" href=\"{}\"/>",
                    href(url)
                );
            }
        }
        entry + "</url>\n"
    };
    let listed = ARTICLES.iter().filter(|article| host_of(article.url) == "warraq.test");
    let entries: String = listed.map(entry).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n{entries}</urlset>\n"
    )
}

fn feed() -> String {
    let on_main =
        |article: &&Article| article.lang == "ar" && host_of(article.url) == "warraq.test";
    let item = |article: &Article| {
        let url = href(article.url);
        let title = article.words().title;
        format!("<item><title>{title}</title><link>{url}</link><guid>{url}</guid></item>\n")
    };
    let items: String = ARTICLES.iter().filter(on_main).map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel>\n\
         <title>{}</title><link>{MAIN}/ar/</link><language>ar</language>\n{items}</channel></rss>\n",
        phrases::of("ar").motto
    )
}
