//! The language of a text: by script first, then by n-grams among what script and page allow.
//!
//! Most scripts belong to one language, or can be told apart by letters only one of them uses;
//! there the answer needs few letters. Where many languages share a script, n-grams decide among
//! those the page declares and the script allows, and a short text stays unknown. What single
//! letters and words tell is in [`marks`], [`words`] and [`plain`], n-grams are counted in [`grams`].

mod chinese;
mod grams;
mod marks;
mod plain;
mod words;

use super::letters::letters;
use crate::lang::Lang;

/// Letters under which n-grams are not asked.
const MIN_LETTERS: usize = 200;
/// Letters under which a script of its own says nothing.
const MIN_SCRIPT_LETTERS: usize = 20;
/// Characters that are looked at; what more would say changes no answer.
const MAX_CHARS: usize = 2_400;

/// A script, as far as languages are told by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Hebrew,
    Han,
    Kana,
    Sole(&'static str),
}

impl Script {
    /// Its subtag (ISO 15924), where one language is written in several.
    const fn subtag(self) -> Option<&'static str> {
        match self {
            Self::Latin => Some("Latn"),
            Self::Cyrillic => Some("Cyrl"),
            // `ku` in Arabic letters is what newsrooms write for Sorani, not another script of it.
            _ => None,
        }
    }
}

/// The language of `text`; `None` under 200 letters of a script several languages share, or when
/// nothing is sure. `hints` are the tags the page declares.
pub fn detect(text: &str, hints: &[Lang]) -> Option<Lang> {
    detect_in(std::iter::once(text), hints)
}

/// The language of a text in pieces, by a sample of all of them.
pub(crate) fn detect_in<'t>(
    pieces: impl Iterator<Item = &'t str> + Clone,
    hints: &[Lang],
) -> Option<Lang> {
    let sample = sample(pieces);
    let (script, letters) = main_script(&sample)?;
    if letters < MIN_SCRIPT_LETTERS {
        return None;
    }
    let allowed = languages(script);
    let hinted: Vec<&Lang> =
        hints.iter().filter(|hint| allowed.contains(&hint.language())).collect();
    let code = match script {
        Script::Sole(code) => Some(marks::shared(code, &sample, letters, hints).to_owned()),
        Script::Kana => Some("ja".to_owned()),
        Script::Han if sole(&hinted).as_deref() == Some("ja") => Some("ja".to_owned()),
        Script::Han => Some(chinese::standard(&sample, &hinted)),
        Script::Arabic => marks::arabic(&sample, letters, &hinted),
        Script::Hebrew => Some(marks::hebrew(&sample, letters, &hinted)),
        Script::Cyrillic => marks::cyrillic(&sample, letters)
            .map(str::to_owned)
            .or_else(|| grams::grams(&sample, letters, script, &hinted)),
        Script::Latin | Script::Devanagari => grams::grams(&sample, letters, script, &hinted),
    };
    let code = code.map(|code| words::refined(&sample, code, script));
    let lang = code.as_deref().and_then(Lang::parse)?;
    Some(script.subtag().map_or_else(|| lang.clone(), |script| lang.written_in(script)))
}

/// A text without control characters; of a long one the beginning of every piece, as much of each
/// as of all.
fn sample<'t>(pieces: impl Iterator<Item = &'t str> + Clone) -> String {
    let all: usize = pieces.clone().map(|piece| piece.chars().count()).sum();
    let mut out = String::with_capacity(MAX_CHARS * 2);
    let mut left = MAX_CHARS;
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        let share = match piece.chars().count() {
            count if all <= MAX_CHARS => count,
            count => (count.saturating_mul(MAX_CHARS) / all + 1).min(left),
        };
        left = left.saturating_sub(share);
        out.extend(piece.chars().take(share).filter(|c| !c.is_control() || c.is_whitespace()));
        out.push('\n');
        if left == 0 {
            break;
        }
    }
    out
}

/// The language of the only hint, or of several that agree.
fn sole(hinted: &[&Lang]) -> Option<String> {
    let first = hinted.first()?.language();
    hinted.iter().all(|hint| hint.language() == first).then(|| first.to_owned())
}

/// The script most letters are in, and how many there are. Kana outweighs the Han beside it.
fn main_script(text: &str) -> Option<(Script, usize)> {
    let mut counts: Vec<(Script, usize)> = Vec::new();
    let table = letters();
    let letters = text.chars().filter(|c| table.of(*c).is_alphabetic());
    for script in letters.filter_map(script) {
        match counts.iter_mut().find(|(known, _)| *known == script) {
            Some((_, count)) => *count += 1,
            None => counts.push((script, 1)),
        }
    }
    let of =
        |script| counts.iter().find(|(known, _)| *known == script).map_or(0, |(_, count)| *count);
    let (kana, han) = (of(Script::Kana), of(Script::Han));
    let top = counts.iter().max_by_key(|(_, count)| *count).copied()?;
    let japanese = matches!(top.0, Script::Han | Script::Kana) && kana * 20 > han;
    Some(if japanese { (Script::Kana, kana + han) } else { top })
}

fn script(c: char) -> Option<Script> {
    Some(match c {
        'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Script::Latin,
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => Script::Sole("el"),
        '\u{400}'..='\u{52F}' => Script::Cyrillic,
        '\u{530}'..='\u{58F}' => Script::Sole("hy"),
        '\u{590}'..='\u{5FF}' => Script::Hebrew,
        '\u{600}'..='\u{77F}'
        | '\u{8A0}'..='\u{8FF}'
        | '\u{FB50}'..='\u{FDFF}'
        | '\u{FE70}'..='\u{FEFF}' => Script::Arabic,
        '\u{900}'..='\u{97F}' => Script::Devanagari,
        '\u{980}'..='\u{9FF}' => Script::Sole("bn"),
        '\u{A00}'..='\u{A7F}' => Script::Sole("pa"),
        '\u{A80}'..='\u{AFF}' => Script::Sole("gu"),
        '\u{B00}'..='\u{B7F}' => Script::Sole("or"),
        '\u{B80}'..='\u{BFF}' => Script::Sole("ta"),
        '\u{C00}'..='\u{C7F}' => Script::Sole("te"),
        '\u{C80}'..='\u{CFF}' => Script::Sole("kn"),
        '\u{D00}'..='\u{D7F}' => Script::Sole("ml"),
        '\u{D80}'..='\u{DFF}' => Script::Sole("si"),
        '\u{E00}'..='\u{E7F}' => Script::Sole("th"),
        '\u{E80}'..='\u{EFF}' => Script::Sole("lo"),
        '\u{F00}'..='\u{FFF}' => Script::Sole("bo"),
        '\u{1000}'..='\u{109F}' => Script::Sole("my"),
        '\u{10A0}'..='\u{10FF}' | '\u{1C90}'..='\u{1CBF}' => Script::Sole("ka"),
        '\u{1200}'..='\u{137F}' => Script::Sole("am"),
        '\u{1780}'..='\u{17FF}' => Script::Sole("km"),
        '\u{3040}'..='\u{30FF}' => Script::Kana,
        '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7AF}' => Script::Sole("ko"),
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}' => {
            Script::Han
        }
        _ => return None,
    })
}

/// Languages written in a script, by their primary subtags.
fn languages(script: Script) -> &'static [&'static str] {
    match script {
        Script::Latin => &[
            "en", "fr", "de", "es", "pt", "it", "nl", "sv", "da", "nb", "no", "nn", "fi", "pl",
            "cs", "sk", "hu", "ro", "tr", "vi", "id", "ms", "tl", "fil", "hr", "sr", "bs", "sl",
            "et", "lv", "lt", "ca", "gl", "eu", "sq", "az", "uz", "tk", "sw", "ha", "yo", "ig",
            "so", "zu", "xh", "af", "is", "ga", "cy", "mt", "lb", "eo", "la", "jv", "ku", "oc",
            "br", "fo", "sn", "st", "rw", "mg", "ht",
        ],
        Script::Cyrillic => {
            &["ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "tg", "mn", "uz", "tt", "ba", "bs"]
        }
        Script::Arabic => &["ar", "fa", "ur", "ps", "ckb", "ku", "ug", "sd", "ks", "az", "pnb"],
        Script::Devanagari => &["hi", "mr", "ne", "sa", "mai", "bho"],
        Script::Hebrew => &["he", "yi"],
        Script::Han => &["zh", "yue", "ja"],
        Script::Kana => &["ja"],
        Script::Sole(_) => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lang(text: &str, hints: &[&str]) -> Option<String> {
        let hints: Vec<Lang> = hints.iter().filter_map(|hint| Lang::parse(hint)).collect();
        detect(text, &hints).map(|lang| lang.as_str().to_owned())
    }

    #[test]
    fn letters_tell_the_languages_of_the_arabic_script() {
        let arabic = "قالت الوزارة إن المشروع الجديد سيبدأ في مطلع العام المقبل وإن الأموال اللازمة له قد رصدت في الموازنة العامة للدولة وينتظر موافقة المجلس";
        let persian = "وزارتخانه گفت که پروژه جدید از آغاز سال آینده شروع می‌شود و پول لازم برای آن در بودجه پیش‌بینی شده است و چند شرکت بزرگ در آن شرکت می‌کنند";
        let urdu = "وزارت نے کہا کہ نیا منصوبہ اگلے سال کے آغاز سے شروع ہو گا اور اس کے لیے ضروری رقم بجٹ میں رکھی گئی ہے اور کئی بڑی کمپنیاں اس میں حصہ لیں گی";
        assert_eq!(lang(arabic, &["en"]).as_deref(), Some("ar"));
        assert_eq!(lang(persian, &[]).as_deref(), Some("fa"));
        assert_eq!(lang(urdu, &["ar"]).as_deref(), Some("ur"));
    }

    #[test]
    fn a_short_text_in_a_shared_script_needs_one_consistent_hint() {
        assert_eq!(lang("The ministry said on Monday", &[]), None);
        assert_eq!(lang("The ministry said on Monday", &["en"]).as_deref(), Some("en"));
        assert_eq!(lang("The ministry said on Monday", &["en", "fr"]), None);
        assert_eq!(lang("The ministry said on Monday", &["ar"]), None);
    }

    #[test]
    fn the_script_of_the_text_is_told_whatever_the_tag_says() {
        let serbian = "Opština je saopštila da će se novi most preko reke otvoriti u proleće, posle \
            dve godine radova koji su koštali više nego što je bilo predviđeno. Stanovnici sela na \
            drugoj obali kažu da su čekali dovoljno dugo i da im je skela bila jedina veza sa gradom.";
        assert_eq!(lang(serbian, &["sr"]).as_deref(), Some("sr-Latn"));
        let traditional = "這個項目將從明年開始，國家已經為它準備了資金，幾家公司會參加";
        assert_eq!(lang(traditional, &["zh"]).as_deref(), Some("zh-Hant"));
        assert_eq!(lang(traditional, &["zh-CN"]).as_deref(), Some("zh-Hant"));
        let undecided = "這個項目";
        assert_eq!(lang(&undecided.repeat(6), &["zh"]).as_deref(), Some("zh-Hant"));
        assert_eq!(lang(&"山水".repeat(20), &["zh-TW"]).as_deref(), Some("zh-TW"));
    }

    #[test]
    fn a_script_of_its_own_needs_few_letters() {
        assert_eq!(lang("Το υπουργείο ανακοίνωσε το νέο σχέδιο", &[]).as_deref(), Some("el"));
        assert_eq!(
            lang("국토교통부는 월요일 새로운 계획을 발표했다고 밝혔다", &[]).as_deref(),
            Some("ko")
        );
        assert_eq!(
            lang("政府は月曜日に新しい計画を発表したと述べ、来年から始まる", &[]).as_deref(),
            Some("ja")
        );
        assert_eq!(
            lang("这个项目将从明年开始，国家已经为它准备了资金，几家公司会参加", &[]).as_deref(),
            Some("zh-Hans")
        );
        assert_eq!(
            lang("這個項目將從明年開始，國家已經為它準備了資金，幾家公司會參加", &[]).as_deref(),
            Some("zh-Hant")
        );
    }

    #[test]
    fn kin_that_share_a_script_are_told_apart() {
        let pashto = "د سيمې بزګرانو سږ کال بيا غنم وکرل او وايي چې د سيند اوبه تر تېر کال لوړې دي. د بزګرانو ټولنه وايي \
            چې ځمکې تر بل هر وخت پراخې دي، خو د تېلو بيه لوړه ده او ښه تخم په بازار کې لږ موندل کېږي";
        assert_eq!(lang(pashto, &["ps"]).as_deref(), Some("ps"));
        let sorani = "جووتیارانی ناوچەکە ئەمساڵ دووبارە گەنمیان چاند و دەڵێن ئاوی ڕووبارەکە لە ساڵی ڕابردوو بەرزترە، بەڵام نرخی سووتەمەنی گرانە";
        assert_eq!(lang(sorani, &["ku"]).as_deref(), Some("ku"));
        assert_eq!(lang(sorani, &[]).as_deref(), Some("ckb"));
        let ethiopic = "ገበሬዎቹ በዚህ ዓመት እንደገና ስንዴ ዘርተዋል የወንዙ ውሃም ካለፈው ዓመት ከፍ ብሏል ይላሉ";
        assert_eq!(lang(ethiopic, &["am"]).as_deref(), Some("am"));
        assert_eq!(lang(ethiopic, &["ti"]).as_deref(), Some("ti"));
    }

    #[test]
    fn a_language_no_model_knows_is_believed_unless_the_text_is_plainly_another() {
        let kurmanji = "Cotkarên geliyê îsal dîsa genim çandin û dibêjin ku ava çem ji sala borî bilindtir e. \
            Komeleya cotkaran dibêje ku zevî ji her carê firehtir in, lê belê nirxê sotemeniyê giran e û \
            tovê baş li sûkê kêm e. Şarezayên çandiniyê hêvî dikin ku baran di biharê de bibare.";
        assert_eq!(lang(kurmanji, &["ku"]).as_deref(), Some("ku"));
        let english = "The farmers of the valley have sown wheat again this year, and they say that the water of \
            the river is higher than it was a year ago. The association says that the fields are wider \
            than ever, but the price of fuel is high and good seed is hard to find in the market.";
        assert_eq!(lang(english, &["ku"]).as_deref(), Some("en"));
    }

    #[test]
    fn a_long_text_is_judged_by_all_of_it() {
        let opening = "The letter was found in a drawer and is printed here as it was. ".repeat(60);
        let urdu = "وزارت نے کہا کہ نیا منصوبہ اگلے سال کے آغاز سے شروع ہو گا اور اس کے لیے ضروری رقم بجٹ میں رکھی گئی ہے ".repeat(80);
        let pieces = [opening.as_str(), urdu.as_str()];
        let found = detect_in(pieces.into_iter(), &[]).unwrap();
        assert_eq!(found.as_str(), "ur");
    }
}
