//! Chinese: which of its two written standards a text is in, by characters only one of them uses.

use std::sync::LazyLock;

use crate::lang::Lang;

/// Characters only one of the two written standards of Chinese uses, in daily text.
const SIMPLIFIED: &str = "们这来时说国会个对发经过还没开关门问间长车东马书见语话让认识应该当实现样点为从两几后里边头买卖农种钱场价贵麦电网业产达选报题层给华结组织线级红绿约总战传义专队单双图团学习写际码";
const TRADITIONAL: &str = "們這來時說國會個對發經過還沒開關門問間長車東馬書見語話讓認識應該當實現樣點為從兩幾後裡邊頭買賣農種錢場價貴麥電網業產達選報題層給華結組織線級紅綠約總戰傳義專隊單雙圖團學習寫際碼";

/// Characters of one standard from which a text is taken to be in it, whatever its page says.
const MIN_STANDARD: usize = 4;

/// How many times as many of them there must be as of the other.
const STANDARD_RATIO: usize = 4;

/// Those characters in order, and whether they are simplified; what both have says nothing.
static STANDARDS: LazyLock<Vec<(char, bool)>> = LazyLock::new(|| {
    let only = |these: &'static str, those: &'static str, simplified: bool| {
        these.chars().filter(move |c| !those.contains(*c)).map(move |c| (c, simplified))
    };
    let simplified = only(SIMPLIFIED, TRADITIONAL, true);
    let mut all: Vec<_> = simplified.chain(only(TRADITIONAL, SIMPLIFIED, false)).collect();
    all.sort_unstable();
    all
});

/// Chinese with its script, by characters of one standard.
pub(super) fn standard(text: &str, hinted: &[&Lang]) -> String {
    let (mut simplified, mut traditional) = (0_usize, 0_usize);
    for c in text.chars() {
        match STANDARDS.binary_search_by_key(&c, |(known, _)| *known) {
            Ok(at) if STANDARDS.get(at).is_some_and(|(_, is_simplified)| *is_simplified) => {
                simplified += 1;
            }
            Ok(_) => traditional += 1,
            Err(_) => {}
        }
    }
    // A quotation or a name in the other standard does not outweigh what the page says.
    let (more, fewer) = (simplified.max(traditional), simplified.min(traditional));
    let is_decided = more >= MIN_STANDARD && more >= STANDARD_RATIO * fewer;
    let told = hinted.iter().find(|hint| hint.as_str() != "zh").filter(|_| !is_decided);
    match (told, simplified.cmp(&traditional)) {
        (Some(told), _) => told.as_str().to_owned(),
        (None, std::cmp::Ordering::Greater) => "zh-Hans".to_owned(),
        (None, std::cmp::Ordering::Less) => "zh-Hant".to_owned(),
        (None, std::cmp::Ordering::Equal) => "zh".to_owned(),
    }
}
