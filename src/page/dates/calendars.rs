//! Calendars other than the Gregorian: the Persian (Jalali), the Islamic (Hijri, Umm al-Qura), the
//! Ethiopian, and the eras that count Gregorian years from elsewhere (Buddhist, Minguo, Japanese).
//!
//! A month name or a year that only one calendar can have says which is meant; the arithmetic is
//! `icu_calendar`'s. A Hijri day is that of the official table: a page may be a day off where the
//! month began by sight. Nothing is guessed here for a year that two calendars share.

use std::collections::HashMap;
use std::sync::LazyLock;

use icu_calendar::Date;
use icu_calendar::cal::{EthiopianEraStyle, Hijri, Iso};

/// A calendar that dates of articles are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calendar {
    /// The solar one of Iran and Afghanistan.
    Jalali,
    /// The lunar one, by the Umm al-Qura table.
    Hijri,
    /// The one of Ethiopia and Eritrea, by the era of mercy.
    Ethiopian,
}

/// A way to count Gregorian years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Era {
    /// From the parinirvana: 2569 is 2026.
    Buddhist,
    /// From the founding of the Republic of China: 115 is 2026.
    Minguo,
    /// From the accession of 2019: 8 is 2026.
    Reiwa,
    /// From that of 1989.
    Heisei,
    /// The common era by name.
    Common,
}

impl Era {
    /// The year as the common era counts it.
    pub(super) fn christian(self, year: i16) -> Option<i16> {
        match self {
            Self::Buddhist => year.checked_sub(543),
            Self::Minguo => year.checked_add(1911),
            Self::Reiwa => year.checked_add(2018),
            Self::Heisei => year.checked_add(1988),
            Self::Common => Some(year),
        }
    }
}

/// The era a word names.
pub(super) fn era(word: &str) -> Option<Era> {
    Some(match word {
        "พ.ศ" | "พุทธศักราช" | "ព.ស" | "ພ.ສ" => Era::Buddhist,
        "民國" | "民国" | "中華民國" | "中华民国" => Era::Minguo,
        "令和" => Era::Reiwa,
        "平成" => Era::Heisei,
        "ค.ศ" | "西元" | "公元" | "西暦" => Era::Common,
        _ => return None,
    })
}

/// Years of the web in both calendars: 1995 to 2034 and 1992 to 2053. They meet nowhere, so a
/// written year names its calendar.
const JALALI_YEARS: std::ops::RangeInclusive<i16> = 1374..=1412;
const HIJRI_YEARS: std::ops::RangeInclusive<i16> = 1413..=1475;

/// Months by name, first to last, in Persian, Dari and Pashto.
const JALALI: [&str; 12] = [
    "فروردین فروردين حمل وری",
    "اردیبهشت ارديبهشت ثور غویی",
    "خرداد جوزا غبرګولی",
    "تیر تير سرطان چنګاښ",
    "مرداد امرداد اسد زمری",
    "شهریور شهريور سنبله وږی",
    "مهر میزان ميزان تله",
    "آبان ابان عقرب لړم",
    "آذر اذر قوس لیندۍ",
    "دی دي جدی جدي مرغومی",
    "بهمن دلو سلواغه",
    "اسفند حوت کب",
];

/// Months by name, first to last; a name of two words has an underscore.
const HIJRI: [&str; 12] = [
    "محرم muharram المحرم",
    "صفر safar",
    "ربيع_الأول ربيع_الاول ربیع_الاول ربیع_الاوّل",
    "ربيع_الآخر ربيع_الاخر ربيع_الثاني ربیع_الثانی",
    "جمادى_الأولى جمادى_الاولى جمادي_الأولى جمادی_الاول جمادی_الاولی",
    "جمادى_الآخرة جمادى_الاخرة جمادى_الثانية جمادی_الثانی جمادی_الثانیه",
    "رجب rajab",
    "شعبان shaban",
    "رمضان ramadan ramazan",
    "شوال shawwal",
    "ذو_القعدة ذي_القعدة ذوالقعدة ذیقعده ذی_القعده ذیقعد ذوالقعدہ",
    "ذو_الحجة ذي_الحجة ذوالحجة ذیحجه ذی_الحجه",
];

/// Months by name, first to last, in Amharic and Tigrinya; the thirteenth has five days or six.
const ETHIOPIAN: [&str; 13] = [
    "መስከረም",
    "ጥቅምት ጥቅምቲ",
    "ኅዳር ህዳር ሕዳር",
    "ታኅሣሥ ታህሳስ ታኅሳስ",
    "ጥር ጥሪ",
    "የካቲት ለካቲት",
    "መጋቢት",
    "ሚያዝያ ሚያዚያ",
    "ግንቦት",
    "ሰኔ ሰነ",
    "ሐምሌ ሃምሌ ሓምለ",
    "ነሐሴ ነሃሴ ነሓሰ",
    "ጳጉሜን ጳጉሜ ጳጉመን",
];

/// The month a word names, with the word after it for the names of two; and whether both count.
pub(super) fn month(word: &str, next: Option<&str>) -> Option<(Calendar, i8, bool)> {
    let both = next.and_then(|next| MONTHS.get(format!("{word}_{next}").as_str()));
    let one = || MONTHS.get(word).map(|(calendar, month)| (*calendar, *month, false));
    both.map(|(calendar, month)| (*calendar, *month, true)).or_else(one)
}

static MONTHS: LazyLock<HashMap<&str, (Calendar, i8)>> = LazyLock::new(|| {
    let mut months = HashMap::new();
    let tables: [(Calendar, &[&str]); 3] =
        [(Calendar::Jalali, &JALALI), (Calendar::Hijri, &HIJRI), (Calendar::Ethiopian, &ETHIOPIAN)];
    for (calendar, table) in tables {
        for (month, names) in (1..).zip(table) {
            months.extend(names.split_whitespace().map(|name| (name, (calendar, month))));
        }
    }
    months
});

/// The calendar that counts this year now.
pub(super) fn of_year(year: i16) -> Option<Calendar> {
    let among = [(Calendar::Jalali, JALALI_YEARS), (Calendar::Hijri, HIJRI_YEARS)];
    among.into_iter().find(|(_, years)| years.contains(&year)).map(|(calendar, _)| calendar)
}

/// The Gregorian year, month and day of a day; `None` where the calendar has no such day.
pub(super) fn gregorian(
    calendar: Calendar,
    year: i16,
    month: i8,
    day: i8,
) -> Option<(i16, i8, i8)> {
    let (year, month, day) = (year.into(), u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let iso = match calendar {
        Calendar::Jalali => Date::try_new_persian(year, month, day).ok()?.to_calendar(Iso),
        Calendar::Hijri => {
            let umm_al_qura = Hijri::new_umm_al_qura();
            Date::try_new_hijri_with_calendar(year, month, day, umm_al_qura).ok()?.to_calendar(Iso)
        }
        Calendar::Ethiopian => {
            let mercy = EthiopianEraStyle::AmeteMihret;
            Date::try_new_ethiopian(mercy, year, month, day).ok()?.to_calendar(Iso)
        }
    };
    let year = i16::try_from(iso.era_year().year).ok()?;
    let month = i8::try_from(iso.month().ordinal).ok()?;
    Some((year, month, i8::try_from(iso.day_of_month().0).ok()?))
}
