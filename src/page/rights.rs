//! Rights signals: what a page and its server say of indexing, mining and training.
//!
//! They are kept as they stand, for whoever uses the text to judge; nothing is decided here and
//! nothing is dropped for them. What a site says once for all its pages (robots.txt) is not seen
//! from one page.

use scraper::{Html, Node};
use serde::{Deserialize, Serialize};

use super::dom::attr;
use super::links;
use crate::head::Head;

/// Longest value that is kept, in characters.
const MAX_CHARS: usize = 500;

/// Most values of one signal that are kept.
const MAX_VALUES: usize = 10;

/// What one response says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// `<meta name="robots">`; what speaks to one robot has its name in front, as in X-Robots-Tag.
    pub robots_meta: Vec<String>,
    /// `X-Robots-Tag` fields.
    pub x_robots_tag: Vec<String>,
    /// TDM Reservation Protocol §6: `1` reserves the rights of text and data mining. The field
    /// before the meta element.
    pub tdm_reservation: Option<String>,
    /// TDM Reservation Protocol §6: where the policy stands.
    pub tdm_policy: Option<String>,
    /// `Content-Signal` (`search=yes, ai-train=no`).
    pub content_signal: Option<String>,
}

/// Reads the signals of a page and the head it came with. Total.
pub(crate) fn read(dom: &Html, head: &Head) -> Rights {
    let field = |name: &str| head.get(name).map(|value| kept(&value));
    let x_robots_tag = head.all("X-Robots-Tag");
    let mut rights = Rights {
        x_robots_tag: x_robots_tag.iter().take(MAX_VALUES).map(|value| kept(value)).collect(),
        tdm_reservation: field("tdm-reservation"),
        tdm_policy: field("tdm-policy"),
        content_signal: field("Content-Signal"),
        ..Rights::default()
    };
    for node in links::walk(dom) {
        let Node::Element(element) = node.value() else { continue };
        if element.name() != "meta" {
            continue;
        }
        let (Some(name), Some(content)) = (attr(element, "name"), attr(element, "content")) else {
            continue;
        };
        rights.meta(&name.trim().to_ascii_lowercase(), content);
    }
    rights
}

impl Rights {
    fn meta(&mut self, name: &str, content: &str) {
        match name {
            _ if self.robots_meta.len() < MAX_VALUES && is_robot(name) => {
                let told = if name == "robots" { content } else { &format!("{name}: {content}") };
                self.robots_meta.push(kept(told));
            }
            "tdm-reservation" => {
                self.tdm_reservation.get_or_insert_with(|| kept(content));
            }
            "tdm-policy" => {
                self.tdm_policy.get_or_insert_with(|| kept(content));
            }
            _ => {}
        }
    }
}

/// Whether a meta element of this name speaks to robots: to all of them, or to one by its name.
fn is_robot(name: &str) -> bool {
    let is_named = name.split(['-', '_']).any(|part| part.ends_with("bot"));
    is_named || matches!(name, "robots" | "slurp" | "yandex" | "baiduspider" | "teoma")
}

/// `Content-Signal` of a robots.txt, of the group that is meant for everybody.
pub fn content_signal(robots: &str) -> Option<String> {
    let (mut for_all, mut in_agents) = (false, false);
    for line in robots.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        if name == "user-agent" {
            for_all = value == "*" || (in_agents && for_all);
            in_agents = true;
            continue;
        }
        in_agents = false;
        if for_all && name == "content-signal" && !value.is_empty() {
            return Some(kept(value));
        }
    }
    None
}

fn kept(value: &str) -> String {
    value.trim().chars().take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_and_metas_are_kept_as_they_stand() {
        let head = Head::parse(
            b"HTTP/1.1 200 OK\r\nX-Robots-Tag: noarchive\r\nx-robots-tag: bot: noai\r\n\
              TDM-Reservation: 1\r\nContent-Signal: search=yes, ai-train=no\r\n\r\n",
        );
        let dom = super::super::dom::parse(
            "<meta name=Robots content=' noindex, follow '><meta name=tdm-reservation content=0>\
             <meta name=tdm-policy content='https://news.example/tdm.json'><template>\
             <meta name=robots content=none></template><meta name=googlebot-news content=nosnippet>\
             <meta name=bingbot content=noai>",
        );
        let rights = read(&dom, &head);
        let robots = ["noindex, follow", "googlebot-news: nosnippet", "bingbot: noai"];
        assert_eq!(rights.robots_meta, robots);
        assert_eq!(rights.x_robots_tag, ["noarchive", "bot: noai"]);
        assert_eq!(rights.tdm_reservation.as_deref(), Some("1"));
        assert_eq!(rights.tdm_policy.as_deref(), Some("https://news.example/tdm.json"));
        assert_eq!(rights.content_signal.as_deref(), Some("search=yes, ai-train=no"));
    }

    #[test]
    fn the_signal_for_everybody_counts() {
        let robots = "User-Agent: a\nContent-Signal: ai-train=yes\n\nUser-agent: b\nuser-agent: *\n\
                      Allow: /\nContent-signal: ai-train=no # for now\n";
        assert_eq!(content_signal(robots).as_deref(), Some("ai-train=no"));
        assert_eq!(content_signal("Content-Signal: ai-train=no\n"), None);
    }

    proptest! {
        #[test]
        fn any_robots_is_read(text in "(User-agent: ?[*a]\n|Content-Signal:.{0,9}\n|\\PC{0,9}\n){0,9}") {
            let _ = content_signal(&text);
        }
    }
}
