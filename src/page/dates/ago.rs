//! Days that are told from today: `3 hours ago`, `vor 2 Tagen`, `منذ 3 أيام`.
//!
//! Nobody can say which day that was; the line is told from a line of the text all the same, and
//! from the name beside it. Years and months are left to stories.

/// Characters of such a line.
const LONGEST: usize = 30;

/// Words that make a number of hours or days one of the past.
const AGO: &[&str] = &[
    " ago",
    "vor ",
    "il y a ",
    "hace ",
    "há ",
    " atrás",
    " fa",
    "acum ",
    " în urmă",
    "geleden",
    " sedan",
    "för ",
    " siden",
    " sitten",
    " temu",
    "před ",
    "pred ",
    "prije ",
    "пре ",
    "преди ",
    "назад",
    "тому",
    "πριν",
    " önce",
    " əvvəl",
    "قبل ",
    "منذ ",
    "پیش",
    "پہلے",
    "مخکې",
    "לפני",
    "पहले",
    "আগে",
    "முன்பு",
    "முன்",
    "క్రితం",
    "മുമ്പ്",
    "ที่แล้ว",
    "ที่ผ่านมา",
    "trước",
    " lalu",
    "前",
    "전",
    "առաջ",
    "წინ",
    "በፊት",
    "iliyopita",
    "zilizopita",
];

/// Beginnings of words for minutes, hours, days and weeks.
const SPANS: &[&str] = &[
    "min",
    "hour",
    "hr",
    "day",
    "week",
    "stunde",
    "tag",
    "woche",
    "std",
    "heure",
    "jour",
    "semaine",
    "hora",
    "día",
    "dia",
    "semana",
    "ora",
    "ore",
    "giorn",
    "settiman",
    "ceas",
    "zi",
    "săptăm",
    "uur",
    "dag",
    "weken",
    "timm",
    "time",
    "tunti",
    "tunnin",
    "päiv",
    "viik",
    "godzin",
    "dni",
    "dzień",
    "hod",
    "dn",
    "týd",
    "sati",
    "sat",
    "dan",
    "дан",
    "сат",
    "час",
    "мин",
    "дн",
    "ден",
    "день",
    "нед",
    "годин",
    "хвил",
    "тижн",
    "ώρ",
    "ωρ",
    "λεπτ",
    "μέρ",
    "ημέρ",
    "εβδομ",
    "saat",
    "dakika",
    "gün",
    "hafta",
    "dk",
    "ساع",
    "دقيق",
    "دقائق",
    "يوم",
    "أيام",
    "ايام",
    "أسبوع",
    "دقیقه",
    "روز",
    "هفته",
    "گھنٹ",
    "منٹ",
    "دن",
    "שע",
    "דק",
    "ימים",
    "יום",
    "घंट",
    "घण्ट",
    "मिनट",
    "दिन",
    "ঘণ্টা",
    "মিনিট",
    "দিন",
    "மணி",
    "நாள்",
    "நிமிட",
    "గంట",
    "రోజు",
    "నిమిష",
    "ชั่วโมง",
    "นาที",
    "วัน",
    "giờ",
    "phút",
    "ngày",
    "jam",
    "menit",
    "hari",
    "時間",
    "时",
    "時",
    "小时",
    "小時",
    "分",
    "天",
    "日",
    "시간",
    "분",
    "일",
    "ժամ",
    "օր",
    "րոպե",
    "საათ",
    "დღ",
    "წუთ",
    "ሰዓት",
    "ቀን",
    "ደቂቃ",
    "saa",
    "siku",
];

/// Whether a line tells a few hours or days from today, and nothing else.
pub(crate) fn is_ago(line: &str) -> bool {
    let line = line.trim();
    let lower = line.to_lowercase();
    line.chars().nth(LONGEST).is_none()
        && line.chars().filter(|c| c.is_numeric()).count() <= 3
        && line.contains(char::is_numeric)
        && AGO.iter().any(|word| lower.contains(word))
        && SPANS.iter().any(|span| holds(&lower, span))
}

/// Whether a word begins with a span; scripts without spaces and those with prefixes have it anywhere.
fn holds(lower: &str, span: &str) -> bool {
    if !span.is_ascii() {
        return lower.contains(span);
    }
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word.trim_start_matches(char::is_numeric).starts_with(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_days_from_today_are_told_from_years_and_sentences() {
        for line in [
            "3 hours ago",
            "vor 2 Tagen",
            "il y a 5 jours",
            "hace 3 horas",
            "منذ 3 أيام",
            "۳ روز پیش",
            "3 дня назад",
            "πριν 2 ώρες",
            "3 gün önce",
            "לפני 4 שעות",
            "3 घंटे पहले",
            "3小时前",
            "3時間前",
            "3시간 전",
            "3 ngày trước",
            "3 jam lalu",
            "5 ชั่วโมงที่แล้ว",
            "Updated 3 days ago",
        ] {
            assert!(is_ago(line), "{line}");
        }
        for line in
            ["30 years ago", "vor 30 Jahren", "Two days ago the bridge fell.", "14 March 2026", ""]
        {
            assert!(!is_ago(line), "{line}");
        }
    }
}
