//! Scope: each line of `tests/tables/scope.txt` is one page and what it leads to.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use proptest::prelude::*;
use url::Url;
use warraq::address::{HostKey, Server, Site};
use warraq::frontier::scope::{Judged, MAX_REDIRECTS, Scope};
use warraq::lang::Lang;
use warraq::lead::{Hop, Lead, Outcome, Rule, Spent, Visit};
use warraq::page::{Alternate, Link, LinkKind, Place, Signal};
use warraq::record::trace::Trace;
use warraq::settings::{AlternatesScope, SeedScope, Settings};

const SEED: &str = "https://news.example/ar/";

fn settings() -> Settings {
    Settings::new("unused".into(), "desk@example.org")
}

fn scope(settings: &Settings) -> Scope {
    Scope::new(settings, &[Lead::seed(SEED).unwrap()])
}

fn link(url: &str, kind: LinkKind) -> Link {
    Link { url: url.into(), kind, context: "a/@href".into() }
}

fn alternate(url: &str, lang: &str) -> Alternate {
    Alternate {
        url: url.into(),
        url_raw: url.into(),
        about: None,
        lang: (lang != "x-default").then(|| Lang::parse(lang)).flatten(),
        lang_raw: lang.into(),
        signal: Signal::HeadLink,
        place: Place::Head,
    }
}

/// The trace of a page at `url`, reached by `hops`, that declares nothing.
fn trace(hops: &str, url: &str) -> Trace {
    let url = Url::parse(url).unwrap();
    let (hops, depth) = hops.split_once('@').unwrap_or((hops, "0"));
    let hop = match hops.chars().last() {
        Some('N') => Hop::Part,
        Some('L') => Hop::Link,
        Some('A') => Hop::Alternate,
        Some('R') => Hop::Redirect,
        Some('P') => Hop::Robots,
        Some('G') => Hop::Guess,
        _ => Hop::Seed,
    };
    let hops = hops.trim_matches('-').to_owned();
    Trace {
        run: 1,
        lead: Lead { hops, depth: depth.parse().unwrap(), ..Lead::at(&url, hop) },
        attempt: 0,
        again: false,
        outcome: Outcome::Captured { status: 200, truncated: None },
        took_ms: 1,
        bytes: 1,
        page: None,
        alternates: Vec::new(),
        links: Vec::new(),
        notes: Vec::new(),
    }
}

fn set(word: &str, settings: &mut Settings, trace: &mut Trace) {
    match word.split_once('=').unwrap_or((word, "")) {
        ("-", _) => {}
        ("depth", n) => settings.depth = n.parse().unwrap(),
        ("per-page", n) => settings.alternates_per_page = n.parse().unwrap(),
        ("languages", list) => {
            settings.languages = list.split(',').filter_map(Lang::parse).collect();
        }
        ("scope", "same-host") => settings.alternates_scope = AlternatesScope::SameHost,
        ("scope", "same-domain") => settings.alternates_scope = AlternatesScope::SameDomain,
        ("feeds", _) => settings.feeds = true,
        ("sitemaps", _) => settings.sitemaps = true,
        ("again", _) => trace.again = true,
        ("robots", _) => trace.lead.robots_for = trace.lead.url().ok().map(|url| HostKey::of(&url)),
        ("status", n) => {
            trace.outcome = Outcome::Captured { status: n.parse().unwrap(), truncated: None };
        }
        other => panic!("no such setting: {other:?}"),
    }
}

fn declare(word: &str, trace: &mut Trace) {
    let (kind, url) = word.split_once(':').unwrap();
    let mut push = |kind| trace.links.push(link(url, kind));
    match kind {
        "L" => push(LinkKind::Anchor),
        "N" => push(LinkKind::Part),
        "R" => push(LinkKind::Refresh),
        "E" => push(LinkKind::Embed),
        "f" => push(LinkKind::Feed),
        "F" => push(LinkKind::FeedEntry),
        "s" => push(LinkKind::Sitemap),
        "S" => push(LinkKind::SitemapEntry),
        "M" => {
            let to = (!url.is_empty()).then(|| url.to_owned());
            trace.outcome = Outcome::Moved { status: 301, to };
        }
        _ => trace.alternates.push(alternate(url, kind.strip_prefix("A/").unwrap())),
    }
}

fn written(judged: &Judged) -> String {
    let leads = judged.leads.iter().map(|l| format!("{}@{}:{}", l.hops, l.depth, l.found));
    let refused = judged.refused.iter().map(|r| format!("!{}:{}", r.rule, r.url));
    let all: Vec<String> = leads.chain(refused).collect();
    if all.is_empty() { "-".to_owned() } else { all.join(" ") }
}

#[test]
fn the_table_holds() {
    let table = include_str!("tables/scope.txt").replace('~', "https://news.example");
    let cases = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut count = 0;
    for line in cases {
        let columns: Vec<&str> = line.split(" | ").collect();
        let [name, given, page, declared, want] = columns.as_slice() else {
            panic!("five columns: {line}");
        };
        let mut settings = settings();
        let mut place = page.split(' ');
        let mut trace = trace(place.next().unwrap(), place.next().unwrap());
        trace.lead.via = place.next().and_then(|via| via.strip_prefix("via=")).map(str::to_owned);
        given.split(' ').for_each(|word| set(word, &mut settings, &mut trace));
        declared.split(' ').for_each(|word| declare(word, &mut trace));
        assert_eq!(written(&scope(&settings).judge(&trace)), *want, "{name}");
        count += 1;
    }
    assert!(count > 50, "only {count} cases were read");
}

#[test]
fn leads_remember_where_they_come_from() {
    let mut page = trace("A", "https://news.example/en/a");
    page.lead.lang = Lang::parse("en");
    page.alternates = vec![alternate("https://news.example/fr/a", "fr")];
    let judged = scope(&settings()).judge(&page);
    assert_eq!(judged.leads[0].via.as_deref(), Some("https://news.example/en/a"));
    assert_eq!(judged.leads[0].lang, Lang::parse("fr"));

    page.outcome = Outcome::Moved { status: 302, to: Some("/en/b".into()) };
    let judged = scope(&settings()).judge(&page);
    assert_eq!(judged.leads[0].lang, Lang::parse("en"), "a redirect keeps the language promised");
}

#[test]
fn every_counted_link_ends_as_a_lead_or_a_refusal() {
    let mut page = trace("-", SEED);
    page.links = (0..100_000)
        .map(|n| link(&format!("https://news.example/ar/{n}"), LinkKind::Anchor))
        .collect();
    let judged = scope(&settings()).judge(&page);
    assert_eq!(judged.leads.len() + judged.refused.len(), 100_000);
}

#[test]
fn a_url_over_the_limit_is_refused_and_never_cut() {
    let mut page = trace("-", SEED);
    page.links =
        vec![link(&format!("https://news.example/{}", "a".repeat(9_000)), LinkKind::Anchor)];
    let judged = scope(&settings()).judge(&page);
    assert_eq!(judged.refused[0].rule, Rule::UrlLength);
    assert_eq!(judged.refused[0].url.len(), 9_021);
}

#[test]
fn a_growing_redirect_ends() {
    let scope = scope(&settings());
    let mut page = trace("-", SEED);
    for followed in 0.. {
        let to = format!("{}x{followed}/", page.lead.found);
        page.outcome = Outcome::Moved { status: 302, to: Some(to) };
        let judged = scope.judge(&page);
        if let Some(refusal) = judged.refused.first() {
            assert_eq!((refusal.rule, followed), (Rule::RedirectLimit, MAX_REDIRECTS));
            return;
        }
        page.lead = judged.leads[0].clone();
    }
}

#[test]
fn what_the_archive_holds_is_judged_alike() {
    let mut page = trace("LA@1", "https://news.example/en/a");
    page.lead.via = Some("https://news.example/ar/a".into());
    page.alternates = vec![alternate("https://news.example/fr/a", "fr")];
    page.links = vec![link("https://news.example/en/b", LinkKind::Anchor)];
    let back = Trace::parse("https://news.example/en/a", page.to_fields().as_bytes()).unwrap();
    let mut settings = settings();
    settings.depth = 2;
    let scope = scope(&settings);
    assert_eq!(scope.judge(&back), scope.judge(&page));
    assert_eq!(scope.judge(&back).leads.len(), 2);
}

#[test]
fn the_host_budget_is_held_at_the_visit() {
    let mut settings = settings();
    settings.host_budget = 10;
    let scope = scope(&settings);
    let url = Url::parse(SEED).unwrap();
    let (lead, site, server) = (Lead::at(&url, Hop::Link), Site::of(&url), Server::of(&url));
    let spent = Spent { server: 9, ..Spent::default() };
    let mut visit =
        Visit { lead, attempt: 0, site, server, site_settled: 9, spent, suspect: false, token: 1 };
    assert_eq!(scope.admit(&visit), None);
    visit.spent.server = 10;
    assert_eq!(scope.admit(&visit), Some(Rule::HostBudget));
    visit.lead.robots_for = Some(HostKey::of(&url));
    assert_eq!(scope.admit(&visit), None, "robots.txt is not a page");
    visit.lead = Lead::seed(SEED).unwrap();
    assert_eq!(scope.admit(&visit), None, "the operator asked for it");
}

/// What its pattern brought says nothing of a declared translation: it is read.
#[test]
fn a_declared_alternate_is_no_near_duplicate_unread() {
    let scope = scope(&settings());
    let url = Url::parse("https://news.example/en/a").unwrap();
    let many = Spent {
        server: 9_000,
        server_alike: 9_000,
        pattern: 900,
        pattern_alike: 900,
        ..Spent::default()
    };
    for (hops, rule) in [
        ("L", Some(Rule::NearDuplicates)),
        ("LA", None),
        ("AR", None),
        ("AL", Some(Rule::NearDuplicates)),
        ("G", Some(Rule::NearDuplicates)),
    ] {
        let lead = Lead { hops: hops.to_owned(), ..Lead::at(&url, Hop::Link) };
        let (site, server) = (Site::of(&url), Server::of(&url));
        let mut visit = Visit {
            lead,
            attempt: 0,
            site,
            server,
            site_settled: 9,
            spent: many,
            suspect: false,
            token: 1,
        };
        assert_eq!(scope.admit(&visit), rule, "{hops}");
        visit.spent = Spent { pattern_alike: 50, pattern: 60, ..many };
        assert_eq!(scope.admit(&visit), rule.map(|_| Rule::HostDuplicates), "{hops}");
    }
}

/// Indexes that name indexes end, what the last of them lists does not.
#[test]
fn sitemap_indexes_without_end_stop() {
    let scope = scope(&Settings { sitemaps: true, ..settings() });
    let index = |hops: &str| {
        let mut page = trace(hops, "https://news.example/index.xml");
        page.links = vec![
            link("https://news.example/more.xml", LinkKind::Sitemap),
            link("https://news.example/story", LinkKind::SitemapEntry),
        ];
        let judged = scope.judge(&page);
        let refused: Vec<Rule> = judged.refused.iter().map(|refusal| refusal.rule).collect();
        (judged.leads.len(), refused)
    };
    assert_eq!(index("MMMM"), (2, vec![]));
    assert_eq!(index("MMMRM"), (2, vec![]));
    assert_eq!(index("MMMRMM"), (1, vec![Rule::Depth]));
}

/// What of a visit a budget is held against.
type Counter = fn(&mut Visit) -> &mut u64;

/// Each budget by itself: one below its limit, then at it.
#[test]
fn every_budget_has_its_rule() {
    let mut settings = settings();
    (settings.domain_budget, settings.domain_hosts, settings.host_budget) = (90, 80, 70);
    (settings.pattern_budget, settings.query_sets, settings.near_duplicates) = (60, 50, 4);
    let scope = scope(&settings);
    let url = Url::parse("https://news.example/ar/x?y=1").unwrap();
    let spend = |n: u64, on: Counter| {
        let mut visit = visit(&url, Spent::default());
        *on(&mut visit) = n;
        scope.admit(&visit)
    };
    let cases: [(Rule, u64, Counter); 6] = [
        (Rule::DomainBudget, 90, |visit| &mut visit.site_settled),
        (Rule::DomainHosts, 80, |visit| &mut visit.spent.other_servers),
        (Rule::HostBudget, 70, |visit| &mut visit.spent.server),
        (Rule::PatternBudget, 60, |visit| &mut visit.spent.pattern),
        (Rule::QuerySets, 50, |visit| &mut visit.spent.other_queries),
        (Rule::NearDuplicates, 4, |visit| &mut visit.spent.pattern_alike),
    ];
    for (rule, limit, on) in cases {
        assert_eq!(spend(limit - 1, on), None, "{rule}");
        assert_eq!(spend(limit, on), Some(rule), "{rule}");
    }
}

/// A stopped pattern is sampled at distances that double with each sample that says nothing new,
/// on a doubted host too; no other budget lets a sample pass.
#[test]
fn a_stopped_pattern_is_sampled() {
    let scope = scope(&settings());
    let url = Url::parse("https://news.example/ar/x").unwrap();
    let cases = [
        // Alike of the pattern, left out since; of the host; admitted?
        (100, 9, 0, false),
        (100, 10, 0, true),
        (101, 19, 0, false),
        (101, 20, 0, true),
        (110, 10_239, 0, false),
        (110, 10_240, 900, true),
        (u64::MAX, u64::MAX - 1, 0, true),
        (99, 10, 900, false),
    ];
    for (pattern_alike, pattern_left, server_alike, is_admitted) in cases {
        let pattern = pattern_alike;
        let spent =
            Spent { pattern, pattern_alike, pattern_left, server_alike, ..Spent::default() };
        let mut visit = visit(&url, Spent { pattern: pattern.min(9_999), ..spent });
        assert_eq!(scope.admit(&visit).is_none(), is_admitted, "{pattern_alike} {pattern_left}");
        visit.spent.server = u64::MAX;
        assert_eq!(scope.admit(&visit), Some(Rule::HostBudget));
    }
}

/// A first visit of a URL, when so much was spent.
fn visit(url: &Url, spent: Spent) -> Visit {
    Visit {
        lead: Lead::at(url, Hop::Link),
        attempt: 0,
        site: Site::of(url),
        server: Server::of(url),
        site_settled: 0,
        spent,
        suspect: false,
        token: 1,
    }
}

/// A host that says the same under many patterns: what spoke for itself goes on, and what was not
/// met yet is tried.
#[test]
fn a_doubted_host_loses_only_what_brought_nothing_new() {
    let settings = settings();
    let scope = scope(&settings);
    let url = Url::parse("https://news.example/ar/x").unwrap();
    let admit = |server_alike, pattern, pattern_alike, patterns| {
        let spent = Spent { server_alike, pattern, pattern_alike, patterns, ..Spent::default() };
        scope.admit(&visit(&url, spent))
    };
    let cases = [
        // Alike on the host; pages, alike of the pattern; patterns; admitted?
        (499, 3, 3, 9, true),
        (500, 3, 3, 9, false),
        (500, 2, 2, 9, true),
        (500, 7, 3, 9, true),
        (500, 90, 50, 9, false),
        (500, 0, 0, 999, true),
        (500, 0, 0, 1_000, false),
        (500, 1, 0, 5_000, true),
    ];
    for (alike, pages, of_pattern, patterns, is_admitted) in cases {
        let want = (!is_admitted).then_some(Rule::HostDuplicates);
        assert_eq!(admit(alike, pages, of_pattern, patterns), want, "{pages} {of_pattern}");
    }
}

proptest! {
    /// A trace may come from any archive: whatever it declares, no lead is off the rules.
    #[test]
    fn any_trace_is_judged(
        hops in "[LARFM]{0,6}(@[0-3])?",
        declared in proptest::collection::vec(
            ("[LRfFsSA]", "(https?://(www\\.)?(news|else)\\.example)?/[a-c]{0,2}(/css){0,5}(\\.mp4)?|\\PC{0,12}"),
            0..30,
        ),
    ) {
        let mut settings = settings();
        (settings.depth, settings.feeds, settings.sitemaps) = (2, true, true);
        settings.alternates_per_page = 3;
        let mut page = trace(&hops, "https://news.example/ar/a");
        for (kind, url) in &declared {
            match kind.as_str() {
                "A" => page.alternates.push(alternate(url, "en")),
                kind => declare(&format!("{kind}:{url}"), &mut page),
            }
        }
        let judged = scope(&settings).judge(&page);
        prop_assert!(judged.leads.len() + judged.refused.len() <= declared.len());
        let keys: std::collections::HashSet<_> = judged.leads.iter().map(|l| &l.address).collect();
        prop_assert_eq!(keys.len(), judged.leads.len(), "one lead an address");
        for lead in &judged.leads {
            let url = lead.url().unwrap();
            let free = matches!(lead.hop, Hop::Alternate) || lead.hops.chars().all(|hop| hop == 'R')
                || lead.hops.trim_end_matches('R').ends_with('A');
            let home = url.host_str().unwrap().trim_start_matches("www.") == "news.example";
            prop_assert!(home || free, "{} {}", lead.hops, url);
            prop_assert!(lead.depth <= page.lead.depth.max(settings.depth));
            prop_assert!(lead.redirects() <= MAX_REDIRECTS);
        }
        let alternates = judged.leads.iter().filter(|lead| lead.hop == Hop::Alternate).count();
        prop_assert!(alternates <= 3);
    }
}

/// A seed's own scope holds for its host, or its whole registered domain, and for nobody else's.
#[test]
fn a_seed_may_have_a_scope_of_its_own() {
    let own = |seed: &str, domain, depth| SeedScope { seed: seed.into(), domain, depth };
    let seeds = ["https://one.example/", "https://www.two.example/", "https://three.example/"];
    let settings = Settings {
        depth: 1,
        seed_scopes: vec![own(seeds[1], true, 2), own(seeds[2], false, 0)],
        ..settings()
    };
    let scope = Scope::new(&settings, &seeds.map(|seed| Lead::seed(seed).unwrap()));
    let follows = |hops: &str, page: &str, to: &str| {
        let links = vec![link(to, LinkKind::Anchor)];
        scope.judge(&Trace { links, ..trace(hops, page) }).leads.len() == 1
    };
    assert!(follows("-", "https://one.example/", "https://one.example/a"));
    assert!(!follows("L@1", "https://one.example/a", "https://one.example/b"), "deeper than all");
    assert!(!follows("-", "https://one.example/", "https://blog.one.example/"), "another host");
    assert!(follows("L@1", "https://www.two.example/a", "https://blog.two.example/b"));
    assert!(follows("L@1", "https://blog.two.example/a", "https://www.two.example/b"));
    assert!(!follows("LL@2", "https://blog.two.example/a", "https://www.two.example/b"));
    assert!(!follows("-", "https://three.example/", "https://three.example/a"), "a page alone");
    let covers = |url: &str| scope.covers(&Lead::at(&url.parse().unwrap(), Hop::Link));
    assert!(covers("https://blog.two.example/feed") && !covers("https://four.example/feed"));
}
