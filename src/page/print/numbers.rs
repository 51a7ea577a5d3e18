//! Numbers of a running text, as amounts: `12 thousand`, `12,000`, `١٢ ألف` and `1.2万` are one.
//!
//! Languages write magnitudes as words at different places (万 is ten thousand), and the hours of
//! the day once or twice round the clock. What is not sure stays the digits it is. The digits come
//! in as ASCII; words behind a number are looked at and left where they are.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Longest number that is one; longer runs of digits are identifiers.
const MAX_DIGITS: usize = 15;

/// Digits of the largest amount: more is no number of a news text.
const MAX_AMOUNT: usize = 20;

/// Letters of the longest word that is looked up.
const MAX_WORD: usize = 20;

/// Words of the longest entry.
const MAX_WORDS: usize = 3;

/// Numbers that may follow one another as one amount: `3億5000万`.
const MAX_LINKS: usize = 4;

/// Powers of ten by the word.
static MAGNITUDES: LazyLock<HashMap<String, u32>> = LazyLock::new(|| {
    let lines = include_str!("magnitudes.txt").lines().filter(|line| !line.starts_with('#'));
    let entries = lines.filter_map(|line| {
        let (power, words) = line.split_once('|')?;
        let power: u32 = power.parse().ok()?;
        Some(words.split(',').map(move |word| (word.to_lowercase(), power)))
    });
    entries.flatten().collect()
});

/// Words behind an hour of the second half of the day, and of the first.
const AFTERNOON: &[&str] = &[
    "pm",
    "مساء",
    "مساءً",
    "مساءا",
    "عصرا",
    "عصراً",
    "ظهرا",
    "ظهراً",
    "بعد الظهر",
    "de la tarde",
    "de la noche",
    "da tarde",
    "da noite",
    "du soir",
    "di sera",
    "дня",
    "вечера",
    "вечора",
    "nachmittags",
    "abends",
    "بعدازظهر",
    "बजे शाम",
];
const MORNING: &[&str] = &[
    "am",
    "صباحا",
    "صباحاً",
    "فجرا",
    "فجراً",
    "de la mañana",
    "da manhã",
    "du matin",
    "утра",
    "ранку",
    "morgens",
    "vormittags",
];

/// The same as one letter, which stands for metres and years too: only behind minutes.
const AFTERNOON_LETTER: &str = "م";
const MORNING_LETTER: &str = "ص";

/// Words between an hour and the half of its day.
const HOURS: &[&str] = &["uhr", "часа", "часов", "час", "години", "heures", "horas", "ore", "h"];

/// Ends of words before an hour of the second half of the day.
const BEFORE_AFTERNOON: &[&str] = &["下午", "晚上", "傍晚", "午後", "夜", "오후", "저녁"];

/// Whether a word before a number says that it is an hour of the second half of the day.
pub(super) fn is_before_afternoon(word: &[char]) -> bool {
    let ends = |end: &&str| {
        let own = word.iter().rev().copied().take(end.chars().count());
        end.chars().rev().eq(own)
    };
    // Every word of every text is asked.
    word.last().is_some_and(|last| !last.is_ascii()) && BEFORE_AFTERNOON.iter().any(ends)
}

/// What was read off the front of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Read {
    /// The amounts: one, or an hour and its minutes; none for an identifier or nothing but zeros.
    pub(super) amounts: Vec<String>,
    /// Characters they take up, what belongs to them included.
    pub(super) taken: usize,
}

/// Reads the number at the front of a text; `afternoon` when a word before it said so.
pub(super) fn read(text: &[char], afternoon: bool) -> Read {
    let (digits, taken) = grouped(text);
    if digits.len() > MAX_DIGITS {
        return Read { amounts: Vec::new(), taken };
    }
    let rest = text.get(taken..).unwrap_or_default();
    let read = amount(&digits, rest).or_else(|| hour(&digits, rest, afternoon));
    let mut read = read.unwrap_or(Read { amounts: vec![digits], taken: 0 });
    read.taken += taken;
    for amount in &mut read.amounts {
        *amount = amount.trim_start_matches('0').to_owned();
    }
    read.amounts.retain(|amount| !amount.is_empty() && amount.len() <= MAX_AMOUNT);
    read
}

/// The digits at the front, `12,500`, `12.500` and `12 500` being one number.
fn grouped(text: &[char]) -> (String, usize) {
    let mut digits = String::new();
    let mut taken = 0;
    loop {
        let rest = text.get(taken..).unwrap_or_default();
        let run = rest.iter().take_while(|c| c.is_ascii_digit()).count();
        let (own, after) = rest.split_at_checked(run).unwrap_or_default();
        digits.extend(own);
        taken += run;
        let is_grouped = digits.len() <= MAX_DIGITS
            && matches!(after, [',' | '.' | '\u{a0}' | '\u{202f}' | '\'', a, b, c, tail @ ..]
                if [a, b, c].iter().all(|c| c.is_ascii_digit())
                    && !tail.first().is_some_and(char::is_ascii_digit));
        if !is_grouped {
            return (digits, taken);
        }
        taken += 1;
    }
}

/// A number with a magnitude behind it, with a fraction or followed by smaller ones.
fn amount(digits: &str, rest: &[char]) -> Option<Read> {
    let fraction = fraction(rest);
    let behind = rest.get(fraction.len() + usize::from(!fraction.is_empty())..)?;
    let (power, length) = magnitude(behind)?;
    let fraction_digits = u32::try_from(fraction.len()).ok()?;
    let all: u128 = format!("{digits}{fraction}").parse().ok()?;
    let mut value = all.checked_mul(10_u128.checked_pow(power.checked_sub(fraction_digits)?)?)?;
    let mut taken = rest.len() - behind.len();
    // Where no space parts them, what follows is a part of the same amount: 1万2000.
    let (mut behind, mut length, mut power) = (behind, length, power);
    for _ in 0..MAX_LINKS {
        let after = behind.get(length..).unwrap_or_default();
        if !after.first().is_some_and(char::is_ascii_digit) {
            break;
        }
        let (digits, run) = grouped(after);
        let next = after.get(run..).unwrap_or_default();
        let smaller = magnitude(next).filter(|(smaller, _)| *smaller < power);
        let (own_power, own_length) = smaller.unwrap_or((0, 0));
        let Some(part) = digits.parse::<u128>().ok().filter(|_| digits.len() <= MAX_DIGITS) else {
            break;
        };
        value = value.checked_add(part.checked_mul(10_u128.checked_pow(own_power)?)?)?;
        taken += length + run;
        (behind, length, power) = (next, own_length, own_power);
        if own_power == 0 {
            break;
        }
    }
    Some(Read { amounts: vec![value.to_string()], taken })
}

/// One or two digits behind a point or a comma.
fn fraction(rest: &[char]) -> String {
    match rest {
        ['.' | ',', more @ ..] => {
            let digits: String = more.iter().take_while(|c| c.is_ascii_digit()).collect();
            if digits.len() <= 2 { digits } else { String::new() }
        }
        _ => String::new(),
    }
}

/// The power of the magnitude at the front of a text, and the characters up to its end.
fn magnitude(text: &[char]) -> Option<(u32, usize)> {
    let (words, start) = words(text);
    let longest = (1..=MAX_WORDS.min(words.len())).rev();
    let spaced = longest.into_iter().find_map(|count| {
        let joined = words.get(..count)?.join(" ");
        MAGNITUDES.get(&joined).map(|power| (*power, start + joined.chars().count()))
    });
    // Chinese, Japanese, Korean and Thai write on without a space.
    spaced.or_else(|| {
        let first = words.first()?;
        let unspaced =
            |c: char| matches!(u32::from(c), 0x0e00..=0x0e7f | 0x3400..=0x9fff | 0xac00..=0xd7af);
        (1..=5).rev().find_map(|count| {
            let start_of: String = first.chars().take(count).collect();
            let is_one = start_of.chars().count() == count && start_of.chars().all(unspaced);
            let power = MAGNITUDES.get(&start_of).filter(|_| is_one)?;
            Some((*power, start + count))
        })
    })
}

/// The words at the front of a text, small and without points, and where the first begins: at once
/// or behind one space or hyphen.
fn words(text: &[char]) -> (Vec<String>, usize) {
    let start = match text {
        [' ' | '\u{a0}' | '\u{202f}' | '-', ..] => 1,
        _ => 0,
    };
    let mut words = Vec::new();
    let mut rest = text.get(start..).unwrap_or_default();
    while words.len() < MAX_WORDS {
        let is_letter = |c: &&char| c.is_alphabetic() || is_mark(**c);
        let run = rest.iter().take(MAX_WORD + 1).take_while(is_letter).count();
        if run == 0 || run > MAX_WORD {
            break;
        }
        let word: String = rest.iter().take(run).flat_map(|c| c.to_lowercase()).collect();
        words.push(word);
        rest = rest.get(run..).unwrap_or_default();
        let [' ' | '\u{a0}', more @ ..] = rest else { break };
        rest = more;
    }
    (words, start)
}

/// Marks inside words that are no letters: vowel signs of Indic script, Thai and Arabic.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x064b..=0x065f | 0x0900..=0x0dff | 0x0e31..=0x0eff)
}

/// An hour of a half of the day, as one of twenty-four.
fn hour(digits: &str, rest: &[char], afternoon: bool) -> Option<Read> {
    let hour: u8 = digits.parse().ok().filter(|hour| *hour <= 12 && digits.len() <= 2)?;
    let minutes = match rest {
        [':' | '.' | 'h', a, b, tail @ ..]
            if a.is_ascii_digit()
                && b.is_ascii_digit()
                && !tail.first().is_some_and(char::is_ascii_digit) =>
        {
            Some([*a, *b].iter().collect::<String>())
        }
        _ => None,
    };
    let taken = if minutes.is_some() { 3 } else { 0 };
    let second_half = half(rest.get(taken..)?, minutes.is_some()).or(afternoon.then_some(true))?;
    let hour = match (second_half, hour) {
        (true, 12) => 12,
        (true, hour) => hour + 12,
        (false, hour) => hour % 12,
    };
    let amounts = std::iter::once(hour.to_string()).chain(minutes).collect();
    Some(Read { amounts, taken })
}

/// Whether the words at the front of a text mean the second half of the day, or the first.
fn half(text: &[char], behind_minutes: bool) -> Option<bool> {
    // `p.m.`
    let short: String = text.iter().filter(|c| !matches!(c, ' ' | '\u{a0}')).take(3).collect();
    match short.to_lowercase().as_str() {
        "p.m" => return Some(true),
        "a.m" => return Some(false),
        _ => {}
    }
    let (mut words, _) = words(text);
    if words.first().is_some_and(|first| HOURS.contains(&first.as_str())) {
        words.remove(0);
    }
    (1..=words.len()).rev().find_map(|count| {
        let joined = words.get(..count)?.join(" ");
        let joined = joined.as_str();
        if AFTERNOON.contains(&joined) || (behind_minutes && joined == AFTERNOON_LETTER) {
            Some(true)
        } else if MORNING.contains(&joined) || (behind_minutes && joined == MORNING_LETTER) {
            Some(false)
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amounts(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().map(super::super::plain).collect();
        read(&chars, false).amounts
    }

    #[test]
    fn a_magnitude_is_part_of_its_number_in_every_language() {
        let same = [
            (
                "12000",
                "12,000|12.000|12\u{a0}000|12 thousand|12 Tsd. Euro|12 mil personas|١٢ ألف|12 الف|1.2万人|1,2万|12 тысяч|12 тыс.|12 bin kişi|12천|12 हज़ार|12-thousand",
            ),
            (
                "1200000",
                "1.2 million|1,2 Mio. Euro|1.2 millones|١٫٢ مليون|120万|1,2 млн|1.2 milyon|12 lakh|12 लाख|120만 명",
            ),
            ("350000000", "350 million|3億5000万円|3亿5000万|3억5000만|35 crore|350 ملايين|350 mln"),
            (
                "5000000000",
                "5 billion|5 Milliarden|5 mil millones|5 milliards|٥ مليارات|50億|50亿元|5 млрд",
            ),
            ("12000", "1万2000人|1만2000명|1万2千"),
        ];
        for (want, texts) in same {
            for text in texts.split('|') {
                assert_eq!(amounts(text), [want], "{text}");
            }
        }
    }

    #[test]
    fn other_words_behind_a_number_leave_it_as_it_is() {
        for (text, want) in [
            ("12 people", "12"),
            ("2024年", "2024"),
            ("7 minutes", "7"),
            ("5 م", "5"),
            ("12 millionaires", "12"),
            ("1.5 metres", "1"),
            ("007", "7"),
            ("12345678901234567890", ""),
            ("00", ""),
        ] {
            assert_eq!(amounts(text).concat(), want, "{text}");
        }
    }

    #[test]
    fn an_hour_is_one_of_twenty_four() {
        for text in [
            "3:30 pm",
            "3:30 p.m.",
            "3.30 PM",
            "3:30 مساءً",
            "3:30 م",
            "3:30 de la tarde",
            "3:30 часа дня",
        ] {
            assert_eq!(amounts(text), ["15", "30"], "{text}");
        }
        assert_eq!(amounts("3 pm"), ["15"]);
        assert_eq!(amounts("8 Uhr abends"), ["20"]);
        assert_eq!(amounts("12:05 am"), ["05"].map(|minutes| minutes.trim_start_matches('0')));
        assert_eq!(amounts("9 صباحا"), ["9"]);
        let chars: Vec<char> = "3点30分".chars().collect();
        assert_eq!(read(&chars, true).amounts, ["15"]);
        assert!(is_before_afternoon(&['下', '午']) && !is_before_afternoon(&['上', '午']));
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = include_str!("magnitudes.txt").lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let (power, words) = line.split_once('|').unwrap();
            for word in words.split(',') {
                let text: Vec<char> = format!(" {word}").chars().collect();
                assert_eq!(magnitude(&text).map(|(p, _)| p), power.parse().ok(), "{word}");
            }
        }
    }

    proptest! {
        #[test]
        fn reading_is_total_and_takes_what_is_there(
            text in "[0-9]{1,18}(\\PC{0,12}|( |万|億|mil |million|pm|[.,:][0-9]{1,4}){0,6})",
            afternoon in any::<bool>(),
        ) {
            let chars: Vec<char> = text.chars().collect();
            let read = read(&chars, afternoon);
            prop_assert!(read.taken >= 1 && read.taken <= chars.len());
            prop_assert!(read.amounts.iter().all(|amount| amount.bytes().all(|b| b.is_ascii_digit())));
        }
    }
}
