//! Eastern bylines: Han names set without a space beside functions, places and words of reporting.
//!
//! `記者陳怡君／台北報導`, `中央社記者林淑芬台北5日電`, `编辑部・高橋美咲`, `作者林淑芬為文史工作者`. A name is cut
//! out only where both its ends are told; what is longer than a name is a sentence and stays.

use super::forenames::is_chinese_family;
use super::roles::is_desk_role;
use super::words::CITIES;

/// Longest line of this kind, in characters.
const LONGEST: usize = 60;
/// Letters of a Han name.
const NAME: std::ops::RangeInclusive<usize> = 2..=4;
/// Most letters of a desk or an agency before the function.
const DESK: usize = 8;

/// Functions written before a name.
const REPORTERS: &[&str] = &["記者", "记者", "特派员", "特派員", "通讯员", "通訊員"];
/// What a dateline or a line of reporting ends in.
const REPORTED: &[&str] =
    &["综合报道", "綜合報導", "報導", "报道", "報道", "撰文", "电", "電", "讯", "訊"];
/// What stands between a name and what its bearer does.
const COPULAS: &[char] = &['系', '係', '为', '為', '是'];

/// The names behind `記者`, apart by `、`, without the place and the word of reporting.
pub(super) fn reporters(line: &str) -> Option<String> {
    let line = bare(line)?;
    let (desk, rest) = REPORTERS.iter().find_map(|word| line.split_once(word))?;
    if desk.chars().count() > DESK || !desk.chars().all(is_han) {
        return None;
    }
    let rest = rest.trim_start_matches([' ', ':', '：', '／', '/', '・', '\u{3000}']);
    let end = rest.find(['／', '/', '（', '(', '｜', '|']).unwrap_or(rest.len());
    let (head, tail) = rest.split_at_checked(end)?;
    let told = !tail.is_empty() || rest.contains(char::is_whitespace) || rest.contains('、');
    let (head, reported) = without_place(head);
    let names = split(head);
    // `本報記者表示` goes on as a sentence does: with nothing behind it a name needs a family's.
    let alone = !told && !reported;
    let fits = |name: &&str| is_name(name) && (!alone || is_chinese_family(name));
    (!names.is_empty() && names.iter().all(fits)).then(|| names.join("、"))
}

/// The name and what its bearer is: `作者林淑芬為文史工作者`.
pub(super) fn described(line: &str) -> Option<(String, String)> {
    let line = bare(line)?;
    let rest = line.strip_prefix("作者").or_else(|| line.strip_prefix("筆者"))?;
    let rest = rest.trim_start_matches([':', '：', ' ']);
    let (name, role) = rest.split_once(COPULAS)?;
    let name = name.trim_end_matches(['，', ',', ' ']);
    let role = role.trim_end_matches(['。', '.']);
    (is_name(name) && !role.is_empty()).then(|| (name.to_owned(), role.to_owned()))
}

/// The name behind a desk or a function and a dot: `編集部・高橋美咲`.
pub(super) fn behind_desk(text: &str) -> Option<(&str, &str)> {
    let (desk, name) = text.split_once(['・', '＝', '=', ' ', '\u{3000}'])?;
    let (desk, name) = (desk.trim(), name.trim());
    let is_desk = is_desk(desk) || is_desk_role(desk) || desk == "編集委員" || desk == "論説委員";
    (is_desk && name.chars().all(is_han) && NAME.contains(&name.chars().count()))
        .then_some((name, desk))
}

/// What the names of Korean papers end in.
const KOREAN_PAPERS: &[&str] = &[
    "신문",
    "일보",
    "뉴스",
    "방송",
    "경제",
    "타임즈",
    "타임스",
    "미디어",
    "통신",
    "투데이",
    "데일리",
    "저널",
    "닷컴",
];

/// A line of a Korean reporter without the place or the paper before the name: `목포=김하늘 기자`,
/// `[한국신문 김하늘 기자]`.
pub(super) fn korean(text: &str) -> Option<String> {
    let line = bare(text)?;
    let hangul =
        |text: &str| text.chars().all(|c| matches!(c, ' ' | ',' | '\u{AC00}'..='\u{D7A3}'));
    let placed = line.split_once('=').filter(|(place, name)| hangul(place) && hangul(name));
    let rest = placed.map_or(line, |(_, name)| name.trim());
    let paper = |(first, _): &(&str, &str)| KOREAN_PAPERS.iter().any(|end| first.ends_with(end));
    let named = rest.split_once(' ').filter(paper).filter(|(_, name)| name.contains(' '));
    let rest = named.map_or(rest, |(_, name)| name.trim());
    (rest != line && hangul(rest)).then(|| rest.to_owned())
}

/// A text with commas for the dots between Korean words, as several names are written:
/// `김하늘·박준서 기자`. In Chinese and Japanese a dot stands inside the name of a foreigner.
pub(super) fn undotted(text: String) -> String {
    if !text.contains('·') {
        return text;
    }
    let hangul = |c: Option<char>| c.is_some_and(|c| matches!(c, '\u{AC00}'..='\u{D7A3}'));
    let mut out = String::with_capacity(text.len() + 4);
    let mut chars = text.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        if c == '·' && hangul(before) && hangul(chars.peek().copied()) {
            out.push_str(", ");
        } else {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

/// What the name of a desk or a paper ends in, and no person's.
const DESKS: &[char] = &[
    '部', '局', '課', '课', '組', '组', '版', '報', '报', '網', '网', '社', '欄', '栏', '訊', '讯',
    '부', '팀',
];

/// What stands before a function and is no name: ranks, and whose it is.
const RANKS: &[&str] = &[
    "資深",
    "资深",
    "特約",
    "特约",
    "特派",
    "實習",
    "实习",
    "見習",
    "见习",
    "首席",
    "高級",
    "高级",
    "主任",
    "主筆",
    "主笔",
    "本刊",
    "專案",
    "专栏",
    "專欄",
    "綜合",
    "综合",
    "編集",
    "論説",
    "客員",
    "선임",
    "수습",
    "인턴",
    "전문",
    "객원",
    "수석",
    "편집국",
    "보도국",
    "온라인",
    "디지털",
    "취재",
];

/// Whether a word is the name of a desk: `社会部`, `사회부`.
pub(super) fn is_desk(word: &str) -> bool {
    word.chars().count() > 1 && word.ends_with(DESKS)
}

/// Whether a word stands before a function and names nobody.
pub(super) fn is_rank(word: &str) -> bool {
    is_desk(word) || RANKS.contains(&word)
}

/// Two or more names with nothing but space between: `李明 张华`.
pub(super) fn spaced(text: &str) -> Option<Vec<&str>> {
    let names = text.split_whitespace().filter(|word| !REPORTERS.contains(word));
    let names: Vec<&str> = names.collect();
    let common = |name: &&str| is_name(name) && is_chinese_family(name);
    (names.len() > 1 && names.iter().all(common)).then_some(names)
}

/// A line without the brackets around it, where it is short enough.
fn bare(line: &str) -> Option<&str> {
    let line = line.trim().trim_matches(['（', '）', '(', ')', '〔', '〕', '【', '】', '[', ']']);
    line.chars().nth(LONGEST).is_none().then_some(line)
}

/// A head without the city and the word of reporting at its end, and whether there were any.
fn without_place(head: &str) -> (&str, bool) {
    let name = head.char_indices().nth(*NAME.start()).map_or(head.len(), |(at, _)| at);
    let city = CITIES.iter().filter_map(|city| head.get(name..)?.find(city)).min();
    let Some(at) = city else {
        let end = REPORTED.iter().find_map(|word| head.strip_suffix(word));
        return (end.unwrap_or(head).trim_end(), end.is_some());
    };
    (head.get(..name + at).unwrap_or(head).trim_end(), true)
}

fn split(text: &str) -> Vec<&str> {
    let names = text.split(['、', '，', ',', '·', ' ', '\u{3000}']).map(str::trim);
    names.filter(|name| !name.is_empty() && !REPORTERS.contains(name)).collect()
}

fn is_name(name: &str) -> bool {
    NAME.contains(&name.chars().count()) && name.chars().all(is_han)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reporter_is_cut_out_of_the_line() {
        let cases = [
            ("記者陳怡君／台北報導", Some("陳怡君")),
            ("〔記者陳怡君／台北報導〕", Some("陳怡君")),
            ("（中央社記者陳怡君台北5日電）", Some("陳怡君")),
            ("新华社记者 李明、张华", Some("李明、张华")),
            ("记者李明 通讯员张华", None),
            ("记者从水务局获悉", None),
            ("記者會今日舉行", None),
            ("本報記者表示", None),
        ];
        for (line, want) in cases {
            assert_eq!(reporters(line).as_deref(), want, "{line}");
        }
    }

    #[test]
    fn spaced_names_are_two_only_with_family_names() {
        assert_eq!(spaced("李明 张华"), Some(vec!["李明", "张华"]));
        assert_eq!(spaced("中村 真子"), None);
        assert_eq!(spaced("林 健"), None);
    }

    #[test]
    fn a_name_and_a_desk_come_apart() {
        assert_eq!(behind_desk("編集部・高橋美咲"), Some(("高橋美咲", "編集部")));
        assert_eq!(behind_desk("ジョン・スミス"), None);
        let told = described("（作者林淑芬為文史工作者）");
        assert_eq!(told, Some(("林淑芬".to_owned(), "文史工作者".to_owned())));
        assert_eq!(described("作者是誰，沒有人知道"), None);
    }
}
