//! Traps: rules that look at one URL and nothing else.
//!
//! Each is one question with the name of its [`Rule`]. They bound what a calendar, a broken
//! relative link or a shop can make a crawler do; they never look at the page behind the URL.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::lead::Rule;
use crate::settings::Settings;

/// The limits of the rules that have one.
#[derive(Clone, Copy, Debug)]
pub struct Traps {
    segments: usize,
    repeats: usize,
}

/// One question about one URL.
type Question = fn(&Url, Traps) -> bool;

/// The rules, in the order they are asked.
pub const TRAPS: &[(Rule, Question)] = &[
    (Rule::PathSegments, too_many_segments),
    (Rule::RepeatedSegment, repeats_a_segment),
    (Rule::ActingLink, acts),
    (Rule::FileType, is_no_article),
];

impl Traps {
    /// The limits these settings ask for.
    pub const fn of(settings: &Settings) -> Self {
        Self { segments: settings.path_segments, repeats: settings.segment_repeats }
    }

    /// The first rule that refuses `url`.
    pub(super) fn rule(self, url: &Url) -> Option<Rule> {
        TRAPS.iter().find(|(_, refuses)| refuses(url, self)).map(|(rule, _)| *rule)
    }
}

fn segments(url: &Url) -> impl Iterator<Item = &str> {
    url.path().split('/').filter(|segment| !segment.is_empty())
}

fn too_many_segments(url: &Url, limits: Traps) -> bool {
    segments(url).count() > limits.segments
}

fn repeats_a_segment(url: &Url, limits: Traps) -> bool {
    let mut seen = HashMap::new();
    segments(url).any(|segment| {
        let times = seen.entry(segment).or_insert(0);
        *times += 1;
        *times > limits.repeats
    })
}

/// Path segments of GET links that act, or that only lead to a form; `_` is `-`, and the ending of a
/// script is no part of them.
const ACTING_SEGMENTS: &[&str] = &[
    "logout",
    "log-out",
    "logoff",
    "log-off",
    "signout",
    "sign-out",
    "signoff",
    "sign-off",
    "abmelden",
    "ausloggen",
    "deconnexion",
    "déconnexion",
    "cerrar-sesion",
    "cerrar-sesión",
    "terminar-sessao",
    "terminar-sessão",
    "uitloggen",
    "wyloguj",
    "odhlasit",
    "odhlásit",
    "oturumu-kapat",
    "dang-xuat",
    "đăng-xuất",
    "выйти",
    "вийти",
    "αποσύνδεση",
    "تسجيل-الخروج",
    "تسجيل-خروج",
    "خروج-از-حساب",
    "התנתקות",
    "लॉगआउट",
    "লগআউট",
    "ออกจากระบบ",
    "登出",
    "退出登录",
    "ログアウト",
    "로그아웃",
    "delete",
    "destroy",
    "unsubscribe",
    "unfollow",
    "unlike",
    "upvote",
    "downvote",
    "add-to-cart",
    "add-to-basket",
    "add-to-wishlist",
    "remove-from-cart",
    "confirm-order",
    "cancel-order",
    "report-abuse",
    "checkout",
    "wp-login",
    "wp-admin",
    "wp-comments-post",
    "xmlrpc",
];

/// Segments that act on what a number beside them names: `/item/6/remove`, `/like/5`. A word alone
/// may be what an article is about, and beside a year it is: `/2024/05/like`, `/remove/2024`.
const ACTING_ON: &[&str] = &[
    "remove",
    "trash",
    "like",
    "dislike",
    "cancel",
    "confirm",
    "follow",
    "flag",
    "bookmark",
    "favorite",
    "favourite",
    "subscribe",
];

/// Pairs of segments that act, where either alone does not: `/order/confirm`, `/report/abuse`; a
/// number may stand between: `/comments/5/vote`.
const ACTING_PAIRS: &[(&[&str], &[&str])] = &[
    (&["cart", "basket"], &["add", "remove"]),
    (
        &["order", "orders", "booking", "subscription", "payment"],
        &["confirm", "cancel", "place", "submit", "pay"],
    ),
    (&["report"], &["abuse", "spam", "comment"]),
    (&["comment", "comments"], &["report", "flag", "like", "vote"]),
    (&["poll", "polls", "answer", "answers"], &["vote", "submit"]),
];

/// Last segments that act on what their query names by a number or an id: `/cancel?id=2`.
const ACTING_BY_ID: &[&str] =
    &["remove", "trash", "like", "dislike", "cancel", "confirm", "follow", "flag", "subscribe"];

/// What a query names without meaning a thing to act on.
const NAMES_NOTHING: &[&str] =
    &["page", "paged", "p", "pg", "offset", "start", "year", "month", "day", "amp", "v", "ver"];

/// What a query names at `/vote` without casting one: `/vote?id=12` may be the page of a vote in a
/// parliament.
const NAMES_A_VOTE: &[&str] = &[
    "id", "lang", "language", "locale", "hl", "date", "session", "bill", "law", "number", "name",
    "country", "ref", "q", "view", "tab", "sort", "filter", "type", "category",
];

/// What a vote is: `/poll/3?vote=up`. `?vote=2024` may be a year's.
const VOTES: &[&str] = &["up", "down", "yes", "no", "plus", "minus", "1", "-1"];

/// Verbs and things that together name a script or a parameter that acts: `/delete_post.php?id=3`,
/// `?remove_item=4`.
const DEEDS: (&[&str], &[&str]) = (
    &["add", "delete", "destroy", "drop", "remove", "trash", "undo"],
    &[
        "account", "article", "comment", "coupon", "entry", "file", "item", "page", "post",
        "product", "user",
    ],
);

/// Endings of scripts.
const SCRIPTS: &[&str] = &[".php", ".asp", ".aspx", ".jsp", ".cgi"];

/// Query parameters whose presence alone acts, or opens a form on a page that is there already:
/// WordPress offers each comment of a page with `replytocom`, each button with `share`.
const ACTING_NAMES: &[&str] =
    &["add-to-cart", "add_to_cart", "add-to-wishlist", "_wpnonce", "replytocom", "share", "logout"];

/// Values of `action`, `do`, `op`, `cmd` and `task` that act.
const ACTING_VALUES: &[&str] = &[
    "logout",
    "delete",
    "remove",
    "trash",
    "edit",
    "submit",
    "lostpassword",
    "unsubscribe",
    "vote",
    "like",
    "cancel",
    "confirm",
    "follow",
];

/// A GET link that changes something on the server (log-out, delete, a shop's basket).
fn acts(url: &Url, _: Traps) -> bool {
    let path: Vec<String> = segments(url).map(plain).collect();
    let is_dated = path.iter().any(|segment| is_year(segment));
    path.iter().any(|segment| ACTING_SEGMENTS.contains(&segment.as_str()))
        || path.windows(2).any(|pair| match pair {
            [one, other] => is_pair(one, other) || (!is_dated && acts_on(one, other)),
            _ => false,
        })
        || path.windows(3).any(|three| match three {
            [one, between, other] => !is_dated && is_number(between) && is_pair(one, other),
            _ => false,
        })
        || path.last().is_some_and(|last| acts_by_query(last, url))
        || url.query_pairs().any(|(name, value)| {
            let (name, value) = (name.to_ascii_lowercase(), value.to_ascii_lowercase());
            acts_anywhere(&name, &value)
        })
}

/// A segment as it is compared: without its parameters (RFC 3986 §3.3) and the ending of a script.
fn plain(segment: &str) -> String {
    let name = segment.split(';').next().unwrap_or_default();
    let text = percent_decode_str(name).decode_utf8_lossy().to_lowercase();
    let stem = SCRIPTS.iter().find_map(|ending| text.strip_suffix(ending));
    stem.unwrap_or(&text).replace('_', "-")
}

/// `/6/remove`, `/remove/6`.
fn acts_on(one: &str, other: &str) -> bool {
    (is_number(one) && ACTING_ON.contains(&other)) || (ACTING_ON.contains(&one) && is_number(other))
}

/// `/cart/add`, `/order/confirm`.
fn is_pair(one: &str, other: &str) -> bool {
    ACTING_PAIRS.iter().any(|(ones, others)| ones.contains(&one) && others.contains(&other))
}

/// `delete-post`, `remove_item`.
fn is_deed(name: &str) -> bool {
    let (verbs, things) = DEEDS;
    name.split_once(['-', '_'])
        .is_some_and(|(verb, thing)| verbs.contains(&verb) && things.contains(&thing))
}

/// `/cancel?id=2`, `/vote?up=1`; not `/cancel?page=2`.
fn acts_by_query(last: &str, url: &Url) -> bool {
    url.query_pairs().any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        if name.starts_with("utm") || NAMES_NOTHING.contains(&name.as_str()) {
            return false;
        }
        match last {
            "vote" => !NAMES_A_VOTE.contains(&name.as_str()),
            verb => {
                let names = name.ends_with("id") || is_number(&value);
                names && (ACTING_BY_ID.contains(&verb) || is_deed(verb))
            }
        }
    })
}

/// What a parameter does wherever it stands.
fn acts_anywhere(name: &str, value: &str) -> bool {
    match name {
        "action" | "do" | "op" | "cmd" | "task" => ACTING_VALUES.contains(&value),
        "vote" => VOTES.contains(&value),
        name => ACTING_NAMES.contains(&name) || is_deed(name),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && is_number(text) && (text.starts_with("19") || text.starts_with("20"))
}

/// Endings of files that are never an article. PDF and office documents are not here: newsrooms
/// publish in them.
const ENDINGS: &[&str] = &[
    "mp4", "m4v", "webm", "mov", "avi", "mkv", "wmv", "flv", "mpg", "mpeg", "3gp", "m3u8", "mp3",
    "m4a", "ogg", "oga", "ogv", "wav", "flac", "aac", "zip", "rar", "7z", "tar", "gz", "tgz",
    "bz2", "xz", "exe", "msi", "dmg", "pkg", "apk", "deb", "rpm", "iso", "bin", "jpg", "jpeg",
    "png", "gif", "webp", "avif", "svg", "ico", "bmp", "tif", "tiff", "css", "js", "mjs", "map",
    "woff", "woff2", "ttf", "otf", "eot",
];

fn is_no_article(url: &Url, _: Traps) -> bool {
    let last = url.path().rsplit('/').next().unwrap_or_default();
    let Some((stem, ending)) = last.rsplit_once('.') else { return false };
    !stem.is_empty() && ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}
