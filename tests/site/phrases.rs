//! Phrases: the words round an article, a row a language.
//!
//! Everything here is chrome. None of it may ever be found in a body.

/// The chrome of one language.
#[derive(Clone, Copy, Debug)]
pub struct Phrases {
    /// The language (BCP 47).
    pub lang: &'static str,
    /// Its own name for itself.
    pub autonym: &'static str,
    /// The path of its home page.
    pub home: &'static str,
    /// The name of the home page.
    pub front: &'static str,
    /// The line under the masthead.
    pub motto: &'static str,
    /// The by-word, with what parts it from the name.
    pub by: &'static str,
    /// The same before a translator's name.
    pub translated_by: &'static str,
    /// The heading of the links below an article.
    pub related: &'static str,
    /// The heading over the list of the site's editions.
    pub editions: &'static str,
}

macro_rules! phrases {
    ($($lang:literal $home:literal: $($text:literal)*;)*) => {
        &[$(phrases!(@row $lang $home $($text)*)),*]
    };
    (@row $lang:literal $home:literal $autonym:literal $front:literal $motto:literal
        $by:literal $translated_by:literal $related:literal $editions:literal) => {
        Phrases {
            lang: $lang,
            autonym: $autonym,
            home: $home,
            front: $front,
            motto: $motto,
            by: $by,
            translated_by: $translated_by,
            related: $related,
            editions: $editions,
        }
    };
}

/// Every language of the site.
pub const PHRASES: &[Phrases] = phrases! {
    "ar" "/ar/": "العربية" "الصفحة الأولى" "مجلة عن النسخ والورق والمكتبات"
        "بقلم " "ترجمة " "اقرأ أيضاً" "طبعات المجلة";
    "en" "/en/": "English" "Front page" "A magazine of copying, paper and bookshops"
        "By " "Translated by " "Read next" "Editions of the magazine";
    "fr" "/fr/": "Français" "À la une" "Un magazine sur la copie, le papier et les librairies"
        "Par " "Traduit par " "À lire aussi" "Les éditions du magazine";
    "zh-Hans" "/zh-hans/": "简体中文" "首页" "一本关于抄书、纸张与书店的杂志"
        "文／" "翻译：" "延伸阅读" "本刊各语言版";
    "ja" "/ja/": "日本語" "トップページ" "写本と紙と本屋の雑誌"
        "文・" "翻訳・" "あわせて読みたい" "各国語版";
    "fa" "/fa/": "فارسی" "صفحهٔ نخست" "مجله‌ای دربارهٔ نسخه‌برداری، کاغذ و کتاب‌فروشی"
        "نویسنده: " "ترجمهٔ " "بیشتر بخوانید" "نسخه‌های مجله";
    "he" "/he/": "עברית" "עמוד השער" "כתב עת על העתקה, נייר וחנויות ספרים"
        "מאת " "תרגום: " "לקריאה נוספת" "מהדורות כתב העת";
};

/// The chrome of `lang`.
pub fn of(lang: &str) -> &'static Phrases {
    PHRASES.iter().find(|phrases| phrases.lang == lang).unwrap()
}

/// The writing direction of `lang`.
pub fn direction(lang: &str) -> &'static str {
    if matches!(lang, "ar" | "fa" | "he") { "rtl" } else { "ltr" }
}
