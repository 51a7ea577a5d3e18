//! Signposts: lines that stand in a text and are not of it.
//!
//! "Read also", "subscribe to our newsletter", "advertisement", "about the author", "photo: …": an
//! editor types them or a plugin puts them between paragraphs of the body, in elements that say
//! nothing. They are known by how they begin, in a table of many languages (`signposts.txt`), and
//! only where the line is short. It looks at blocks only, never at the tree.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::blocks::Draft;
use crate::page::BlockKind;
use crate::page::dates::is_ago;
use crate::page::letters::letters;

/// What a signpost does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Post {
    Onward,
    Ask,
    Label,
    Tail,
    Within,
    Credit,
    Source,
    Wall,
    Rights,
    Give,
    Tags,
}

impl Post {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "onward" => Self::Onward,
            "ask" => Self::Ask,
            "label" => Self::Label,
            "tail" => Self::Tail,
            "within" => Self::Within,
            "credit" => Self::Credit,
            "source" => Self::Source,
            "wall" => Self::Wall,
            "rights" => Self::Rights,
            "give" => Self::Give,
            "tags" => Self::Tags,
            _ => return None,
        })
    }

    /// Whether its line goes, and nothing with it.
    fn goes_alone(self) -> bool {
        matches!(
            self,
            Self::Ask | Self::Within | Self::Label | Self::Credit | Self::Rights | Self::Give
        )
    }

    /// Whether it may stand anywhere in its line.
    fn is_anywhere(self) -> bool {
        matches!(self, Self::Within | Self::Rights | Self::Give)
    }
}

/// A beginning of the table.
struct Sign {
    post: Post,
    /// Folded.
    text: String,
    /// Whether a colon or the end has to follow.
    closed: bool,
}

/// The beginnings by their first character.
static SIGNS: LazyLock<HashMap<char, Vec<Sign>>> = LazyLock::new(|| {
    let mut signs: HashMap<char, Vec<Sign>> = HashMap::new();
    for sign in table().filter(|sign| !sign.post.is_anywhere()) {
        if let Some(first) = sign.text.chars().next() {
            signs.entry(first).or_default().push(sign);
        }
    }
    signs
});

/// What says so wherever in a line it stands.
static WITHIN: LazyLock<Within> = LazyLock::new(|| {
    let signs: Vec<Sign> = table().filter(|sign| sign.post.is_anywhere()).collect();
    let finder = AhoCorasick::new(signs.iter().map(|sign| &sign.text)).ok();
    Within { posts: signs.into_iter().map(|sign| sign.post).collect(), finder }
});

/// What may stand anywhere, and all of it to look for at once.
struct Within {
    posts: Vec<Post>,
    finder: Option<AhoCorasick>,
}

impl Within {
    /// The first of the table that stands in a line, of those `asked` for.
    fn first(&self, line: &str, asked: impl Fn(Post) -> bool) -> Option<Post> {
        let found = self.finder.iter().flat_map(|finder| finder.find_overlapping_iter(line));
        let signs = found.map(|found| found.pattern().as_usize());
        let of = |sign: &usize| self.posts.get(*sign).copied().filter(|post| asked(*post));
        signs.filter(|sign| of(sign).is_some()).min().and_then(|sign| of(&sign))
    }
}

fn table() -> impl Iterator<Item = Sign> {
    let lines = include_str!("signposts.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| {
        let mut columns = line.split('|');
        let post = columns.next().and_then(Post::named);
        columns.skip(1).filter_map(move |text| {
            let (bare, closed) = (text.trim_end_matches(':'), text.ends_with(':'));
            Some(Sign { post: post?, text: folded(bare), closed })
        })
    })
}

/// Most letters of a line that leads or asks.
const MAX_LETTERS: u32 = 200;
/// Most letters of a line that says whose a picture is.
const MAX_CREDIT: u32 = 120;
/// Most letters of a line below a signpost that belongs to its list.
const MAX_LISTED: u32 = 120;
/// Share of a line of labels that is linked at least where the end of the text is not near.
const TAGS_LINKED: f32 = 0.3;
/// Marks between the steps of a trail.
const STEPS: &[&str] = &[" » ", " › ", " > ", " → ", " / ", " :: "];
/// Share of a trail that is linked at least: its last step, the headline, seldom is.
const TRAIL_LINKED: f32 = 0.15;
/// Share of a body, in percent, that may stand behind the line that opens its tail.
const MAX_TAIL: u32 = 25;

/// Takes the signposts out of a body, with the lists that stand below them.
pub(crate) fn clear(blocks: Vec<Draft>) -> Vec<Draft> {
    let total: u32 = blocks.iter().map(|draft| draft.measure.letters).sum();
    let mut read = 0;
    let mut below = None;
    let mut kept = Vec::with_capacity(blocks.len());
    for draft in blocks {
        read += draft.measure.letters;
        let is_late = (total - read.min(total)) * 100 <= total * MAX_TAIL;
        match (signpost(&draft, is_late), below) {
            (Some((Post::Tail, _)), _) if is_late => break,
            (Some((Post::Tags, false)), _)
                if is_late || draft.measure.link_share() >= TAGS_LINKED => {}
            (Some((post @ (Post::Onward | Post::Wall), alone)), _) => {
                below = (alone || post == Post::Wall).then_some(post);
            }
            (Some((post, _)), _) if post.goes_alone() => {}
            (_, Some(Post::Onward)) if is_listed(&draft) => {}
            (_, Some(Post::Wall)) if draft.measure.letters <= MAX_LETTERS => {}
            _ => {
                below = None;
                kept.push(draft);
            }
        }
    }
    kept
}

/// Whether a block says where the story was taken from, and nothing else.
pub(crate) fn is_source(draft: &Draft) -> bool {
    signpost(draft, true).is_some_and(|(post, _)| post == Post::Source)
}

/// Whether a block says where the page stands, and nothing else: the trail of links from the front
/// page, or an address.
pub(crate) fn is_place(draft: &Draft) -> bool {
    let text = draft.text.trim();
    if text.starts_with("http") && text.contains("://") {
        return !text.contains(char::is_whitespace);
    }
    let steps = STEPS.iter().map(|step| text.matches(step).count()).max().unwrap_or(0);
    draft.measure.letters <= MAX_LETTERS
        && steps >= 2
        && draft.measure.link_share() >= TRAIL_LINKED
        && !text.contains('«')
}

/// A line of the list that a signpost opens: linked, or an item, and short.
fn is_listed(draft: &Draft) -> bool {
    draft.measure.letters <= MAX_LISTED
        && (draft.measure.link_share() > 0.5 || draft.kind == BlockKind::Item)
}

/// What a block is a signpost to, and whether it says nothing else; `is_late` for one near the end of
/// its text.
fn signpost(draft: &Draft, is_late: bool) -> Option<(Post, bool)> {
    if draft.measure.letters > MAX_LETTERS || draft.kind == BlockKind::Code {
        return None;
    }
    if draft.measure.letters <= MAX_CREDIT && draft.text.contains(['©', '📷', '📸']) {
        return Some((Post::Credit, false));
    }
    let line = folded(&draft.text);
    if is_reading_time(&line) || draft.level == 0 && is_ago(&draft.text) {
        return Some((Post::Ask, true));
    }
    let signs = SIGNS.get(&line.chars().next()?).map_or(&[] as &[Sign], Vec::as_slice);
    let found = signs.iter().find_map(|sign| {
        let rest = line.strip_prefix(sign.text.as_str())?;
        let alone = rest.is_empty();
        let marked = rest.starts_with(':');
        let apart = alone || marked || !rest.starts_with(char::is_alphanumeric) || !is_spaced(rest);
        let fits = match sign.post {
            Post::Label | Post::Tail => alone || rest == ":",
            Post::Tags => marked,
            Post::Credit | Post::Source => marked && draft.measure.letters <= MAX_CREDIT,
            _ => apart && (alone || marked || !sign.closed),
        };
        fits.then_some((sign.post, alone || rest == ":"))
    });
    found.or_else(|| {
        let asked = |post: Post| match post {
            Post::Rights => is_late,
            Post::Give => draft.measure.linked > 0,
            _ => true,
        };
        WITHIN.first(&line, asked).map(|post| (post, false))
    })
}

/// Characters of a line that tells how long a text takes to read.
const READING: usize = 32;
/// Parts of words for minutes and for reading, folded.
const MINUTES: &[&str] = &[
    "min",
    "мин",
    "хв",
    "دقيق",
    "دقائق",
    "دقيقه",
    "منٹ",
    "דק",
    "मिनट",
    "মিনিট",
    "分",
    "분",
    "dk",
    "dakika",
    "phut",
    "phút",
    "menit",
    "λεπτ",
    "perc",
    "นาที",
];
const READ: &[&str] = &[
    "read",
    "lesezeit",
    "lesen",
    "lecture",
    "lectura",
    "leer",
    "leitura",
    "lettura",
    "leestijd",
    "lasning",
    "läs",
    "lesetid",
    "læse",
    "lukuaika",
    "czytan",
    "čteni",
    "čteni",
    "чтени",
    "читан",
    "αναγνωσ",
    "okuma",
    "قراءة",
    "مطالعه",
    "خواندن",
    "קריאה",
    "पढ",
    "পড",
    "อาน",
    "อ่าน",
    "đoc",
    "đọc",
    "baca",
    "阅读",
    "閱讀",
    "読",
    "읽",
];

/// `5 min read`: a number, minutes, reading, and nothing else.
fn is_reading_time(line: &str) -> bool {
    let holds = |words: &[&str]| words.iter().any(|word| line.contains(word));
    line.chars().nth(READING).is_none()
        && line.contains(char::is_numeric)
        && holds(MINUTES)
        && holds(READ)
}

/// Whether a text begins in a script that puts spaces between words.
fn is_spaced(text: &str) -> bool {
    let letters = letters();
    text.chars()
        .next()
        .is_some_and(|c| !letters.of(c).is_spaceless() && !matches!(u32::from(c), 0xAC00..=0xD7AF))
}

/// A text as the table is compared: lower case, letters, digits and single spaces, the first colon
/// kept; marks of Arabic and Hebrew vowels gone, forms of alef, yeh and kaf made one.
pub(crate) fn folded(text: &str) -> String {
    let letters = letters();
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_lowercase() {
            out.push(c);
            continue;
        }
        match plain(c) {
            c if is_unwritten(c) => {}
            ':' | '：' | '=' | '©' | '៖' | '፦' | '՝' if !out.is_empty() => {
                out.truncate(out.trim_end().len());
                if !out.ends_with(':') {
                    out.push(':');
                }
            }
            c if letters.of(c).is_alphanumeric() || is_mark(c) => out.push(c),
            '\'' | '’' => out.push('\''),
            '-' if !out.is_empty() => out.push('-'),
            _ if !out.is_empty() && !out.ends_with(' ') => out.push(' '),
            _ => {}
        }
    }
    out.truncate(out.trim_end_matches([' ', '-', '\'']).len());
    out
}

/// A letter without the accent that capitals and hurried typists leave out.
fn plain(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'è' | 'ê' => 'e',
        'í' | 'ì' | 'î' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' => 'o',
        'ú' | 'ù' | 'û' => 'u',
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' => 'ι',
        'ό' => 'ο',
        'ύ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        'ё' => 'е',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        '\u{95c}' => 'ड',
        '\u{95d}' => 'ढ',
        '\u{9dc}' => 'ড',
        '\u{9dd}' => 'ঢ',
        '\u{9df}' => 'য',
        c => c,
    }
}

/// Joiners, accents on their own, nuktas, and the marks of Hebrew and Arabic vowels.
fn is_unwritten(c: char) -> bool {
    matches!(u32::from(c), 0x200c | 0x200d | 0x0300..=0x036f | 0x093c | 0x09bc | 0x0591..=0x05c7
        | 0x0640 | 0x064b..=0x065f | 0x0670)
}

/// Marks that are part of words in Indic, Thai and Burmese script.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036f | 0x0900..=0x0dff | 0x0e31..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff)
        && c != '।'
        && c != '॥'
}
