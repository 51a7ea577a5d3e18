//! Lines: short pieces of text that hold a day, and what the words beside it make of it.
//!
//! A day behind "updated" is a change, a day beside "published" is the publication, the day a site
//! was founded is neither. Which line of a page is asked is the article's business.

use super::text;

/// Words that make the date behind them a change.
const CHANGED: &[&str] = &[
    "updated",
    "modified",
    "edited",
    "last reviewed",
    "aktualisiert",
    "geändert",
    "mis à jour",
    "mise à jour",
    "modifié",
    "actualizado",
    "actualización",
    "actualitzat",
    "aggiornato",
    "aggiornamento",
    "atualizado",
    "atualização",
    "actualizat",
    "обновлено",
    "изменено",
    "оновлено",
    "ажурирано",
    "обновена",
    "güncelleme",
    "güncellendi",
    "ενημέρωση",
    "ενημερωση",
    "ανανεώθηκε",
    "آخر تحديث",
    "تحديث",
    "تم التحديث",
    "تعديل",
    "به‌روزرسانی",
    "بروزرسانی",
    "به روز رسانی",
    "ویرایش شده",
    "آخرین ویرایش",
    "اپ ڈیٹ",
    "עודכן",
    "עדכון אחרון",
    "अपडेट",
    "হালনাগাদ",
    "আপডেট",
    "อัปเดต",
    "อัพเดท",
    "更新",
    "修改",
    "수정",
    "업데이트",
    "diperbarui",
    "diperbaharui",
    "dikemas kini",
    "cập nhật",
    "aktualizováno",
    "aktualizované",
    "zaktualizowano",
    "aktualizacja",
    "frissítve",
    "ažurirano",
    "posodobljeno",
    "oppdatert",
    "opdateret",
    "uppdaterad",
    "uppfært",
    "uuendatud",
    "atjaunots",
    "atnaujinta",
    "përditësuar",
    "yenilənib",
    "жаңартыл",
    "թարմացվ",
    "განახლ",
    "புதுப்பிக்கப்பட்ட",
    "പുതുക്കിയത്",
    "అప్‌డేట్",
    "અપડેટ",
    "ਅਪਡੇਟ",
    "imesasishwa",
    "päivitetty",
    "bijgewerkt",
    "gewijzigd",
];

/// Words that make the date behind them, or beside them, the publication.
const LABELS: &[&str] = &[
    "published",
    "posted",
    "first publish",
    "veröffentlicht",
    "gepostet",
    "erschienen am",
    "publié",
    "mise en ligne",
    "mis en ligne",
    "publicado",
    "publicación",
    "publicação",
    "pubblicato",
    "gepubliceerd",
    "geplaatst",
    "publicerad",
    "publisert",
    "offentliggjort",
    "julkaistu",
    "opublikowano",
    "data publikacji",
    "publikováno",
    "zveřejněno",
    "publikované",
    "megjelent",
    "közzétéve",
    "publicat",
    "objavljeno",
    "публикац",
    "опубликован",
    "опубліковано",
    "публикувано",
    "објављено",
    "дата:",
    "δημοσιεύ",
    "δημοσιευ",
    "avaldatud",
    "publicēts",
    "paskelbta",
    "publikuota",
    "publikuar",
    "yayım",
    "жариялан",
    "հրապարակվ",
    "გამოქვეყნდ",
    "வெளியிடப்பட்ட",
    "പ്രസിദ്ധീകരിച്ച",
    "પ્રકાશિત",
    "ਪ੍ਰਕਾਸ਼ਿਤ",
    "imechapishwa",
    "geplaas",
    "yayınlan",
    "yayın tarihi",
    "تاريخ النشر",
    "نشر في",
    "نُشر",
    "تم النشر",
    "تاریخ انتشار",
    "منتشر شده",
    "تاریخ اشاعت",
    "פורסם",
    "प्रकाशित",
    "প্রকাশ",
    "เผยแพร่",
    "发布",
    "發布",
    "發佈",
    "发表",
    "公開日",
    "掲載日",
    "입력",
    "등록",
    "게재",
    "diterbitkan",
    "đăng ngày",
];

/// Words beside the day on which something began that is no article.
const FOUNDED: &[&str] = &[
    "©",
    "copyright",
    "founded",
    "established",
    "est.",
    "gegründet",
    "fondé",
    "fundado",
    "fundada",
    "fondata",
    "oprichting",
    "основан",
    "засновано",
    "założon",
    "kuruluş",
    "تأسس",
    "حقوق النشر",
    "جميع الحقوق",
    "تأسیس",
    "נוסד",
    "স্থাপিত",
    "स्थापना",
    "创刊",
    "創刊",
    "成立",
    "設立",
    "설립",
    "창간",
];

/// Characters between a label and its day.
const BESIDE: usize = 60;

/// The first day of a line that is neither one of a change nor one of a founding.
pub(crate) fn line_date(line: &str) -> Option<String> {
    // The numbers of an address are not written for readers.
    if line.contains("://") {
        let words = line.split_whitespace().filter(|word| !word.contains("://"));
        return line_date(&words.collect::<Vec<_>>().join(" "));
    }
    let first = text(line)?;
    let lower = line.to_lowercase();
    if FOUNDED.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let changed = CHANGED.iter().filter_map(|word| Some((lower.find(word)?, word.len()))).min();
    let Some((at, length)) = changed else { return Some(first) };
    let front = text(lower.get(..at)?)?;
    // `17 March 2026 更新`: nothing but this day is in the line, and the word stands on it.
    let back = lower.get(at + length..).unwrap_or_default();
    let alone = text(back).is_none() && lower.get(..at)?.trim_end().ends_with(is_day_end);
    (!alone).then_some(front)
}

/// What a day in digits is made of.
fn is_of_number(c: char) -> bool {
    c.is_numeric() || matches!(c, '.' | '/' | '-')
}

/// What a numeric day ends in.
fn is_day_end(c: char) -> bool {
    c.is_numeric() || matches!(c, '日' | '일' | ')' | '.')
}

/// Whether a line is a date and little else.
pub(crate) fn is_date_line(line: &str) -> bool {
    line.len() <= 80 * 4
        && line.chars().count() <= 80
        && line.chars().filter(|c| c.is_alphabetic()).count() <= 36
        && !ends_sentence(line)
        && text(line).is_some()
}

/// Whether a line ends as sentences do. A day that begins its line, or stands behind a place or
/// the day of the week, may end in the dot of its number or of its word for "year":
/// `14. ožujka 2026.`, `2 май 2026 г.`
fn ends_sentence(line: &str) -> bool {
    let Some(rest) = line.strip_suffix('.') else {
        return line.ends_with(['!', '?', '。', '؟']);
    };
    let mut words = rest.split_whitespace();
    let begins = words.next().is_some_and(|word| {
        word.chars().next().is_some_and(char::is_numeric) || word.ends_with(',')
    });
    let last = words.next_back().unwrap_or_default();
    !(begins && (last.chars().count() <= 2 || last.chars().all(is_of_number)))
}

/// Whether a line says that the day in it, or in the next, is the publication's.
pub(crate) fn is_label(line: &str) -> bool {
    label(&line.to_lowercase()).is_some()
}

/// Where the first word for publication begins in a text of lower case.
fn label(lower: &str) -> Option<usize> {
    LABELS.iter().filter_map(|word| lower.find(word)).min()
}

/// The day beside a word for publication inside a longer text.
pub(crate) fn beside_label(line: &str) -> Option<String> {
    let lower = line.to_lowercase();
    let at = label(&lower)?;
    let (front, back) = lower.split_at_checked(at)?;
    let behind: String = back.chars().take(BESIDE).collect();
    line_date(&behind).or_else(|| {
        let before: Vec<char> = front.chars().rev().take(BESIDE).collect();
        line_date(&before.iter().rev().collect::<String>())
    })
}

/// Characters at the start of a paragraph that may be its dateline.
const DATELINE: usize = 60;

/// The day a paragraph opens with, as press releases do: `(21 November 2026) …`,
/// `Hafen, 21. November 2026 – …`. A sentence that begins with a day is none.
pub(crate) fn opening_day(paragraph: &str) -> Option<String> {
    let head: String = paragraph.chars().take(DATELINE).collect();
    let (head, bracket) = match head.strip_prefix(['(', '[']) {
        Some(rest) => (rest.split([')', ']']).next().filter(|inner| *inner != rest)?, true),
        None => (
            [" – ", " — ", " - ", " | ", ": "]
                .iter()
                .filter_map(|mark| head.find(mark))
                .min()
                .and_then(|at| head.get(..at))?,
            false,
        ),
    };
    let digit = head.chars().next().is_some_and(char::is_numeric);
    let placed = || {
        head.split_once(',').is_some_and(|(place, _)| {
            place.split_whitespace().count() <= 3 && !place.chars().any(char::is_numeric)
        })
    };
    let ends = head.trim_end().ends_with(is_day_end);
    (ends && (bracket || digit || placed()) && is_date_line(head)).then(|| line_date(head))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::dates::iso;
    use proptest::prelude::*;

    #[test]
    fn a_dot_may_belong_to_the_day() {
        for line in ["14. ožujka 2026.", "2 май 2026 г.", "2026. március 14.", "Subota, 14.3.2026."]
        {
            assert!(is_date_line(line), "{line}");
        }
        for line in ["It closed on 14 March 2026.", "Открыт 2 мая 2026 г.", "3 May 2026 was dry."]
        {
            assert!(!is_date_line(line), "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_line_is_taken(line in "[0-9٠-٩年月日令和元十:./,()© –-]{0,12}(updated|مارس|มี\\.ค\\.|March|رمضان|更新)?\\PC{0,40}") {
            for day in [line_date(&line), beside_label(&line), opening_day(&line), iso(&line)] {
                prop_assert!(day.is_none_or(|day| day.len() >= 10));
            }
        }
    }
}
