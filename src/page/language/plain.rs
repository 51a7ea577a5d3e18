//! Plain words: languages that the n-gram model does not know, by the words no text of them does
//! without.
//!
//! The share of such words in a text is compared with that of the languages templates are made in.
//! It speaks only where they are many and of several kinds: a wrong declaration, and a neighbour the
//! model knows, yield to them.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::page::letters::is_combining;

/// Everyday words by language; none is one of another language's below.
const WORDS: &[(&str, &str)] = &[
    (
        "sw",
        "na ya wa kwa ni katika za la kuwa hii huo hiyo kama pia baada lakini ambao ambayo wake zao wakati watu kila hadi yake mwaka cha vya huku sasa",
    ),
    (
        "ha",
        "da na a ta ya ba ga wannan cewa domin amma kuma don wani wata wasu sun ce an suka yana suna ne shi su daga cikin bayan lokacin zai za",
    ),
    (
        "so",
        "oo iyo ka ku waa in ay uu la u soo aan kale waxaa wax ee ah laga kadib dadka sida ayaa lagu waxay wuxuu isaga dalka sheegay",
    ),
    (
        "ku",
        "û li ji ku di bi de jî ew vê vî wê wî bû hatiye dike dibe dibêje gel ser ev nav jê wan hat dikin ye bo lê ber her",
    ),
    ("yo", "ni ti àti pé náà fún sí wọn tí láti ó a àwọn kan bí ṣe rẹ̀ nínú gbogbo sì lè yìí"),
    ("ig", "na nke bụ ndị ka ya ha maka n'ime ọ a site dị mere were ihe ga otu kwuru gbara mana"),
    (
        "sq",
        "të e në dhe për me një që nga i është ka se së por si u janë kanë ai ajo më kjo ky nuk do",
    ),
    (
        "eu",
        "eta da ez dute du bat izan zen baina dira ere egin dela zuen izango hau bere ditu egiten dago duten",
    ),
    (
        "is",
        "og að í er á sem til við um með það en var ekki af hann eru fyrir hefur verið þar frá þeir segir",
    ),
    ("ga", "agus an na ar is go sé bhí ag sa leis ná tá do faoi don gur chun atá le níl siad"),
    (
        "cy",
        "yn y yr a i o mae ar ei gan wedi bod am fod eu oedd ond hefyd ac fel nad sydd hwn i'r o'r",
    ),
    (
        "mt",
        "li ta' u l-il fil tal għal biex minn kien kienet dan din mill jew huwa hija qal wkoll fuq meta kif",
    ),
    (
        "rw",
        "mu ku na ko ya no ni kandi abantu cyangwa nyuma kugira ngo bya yo ubwo ariko iki aho ba wa cy'u'",
    ),
    ("mg", "ny sy dia ho fa amin'ny tamin'ny no izany ireo ary ao izay eo tao mba koa tsy fotoana"),
    ("ht", "ak nan yo ki pou li te sou ap yon gen pa nou sa moun men tout se epi kote lè konsa"),
];

/// The same words of the languages that pages are written in under a wrong declaration: templates
/// are made in them.
const TEMPLATES: &[(&str, &str)] = &[
    ("en", "the of and to in a is that for it"),
    ("fr", "de la le les et des en un une du que"),
    ("de", "der die und in den von zu das mit ist"),
    ("es", "de la que el en y los se del las un"),
    ("pt", "de a o que e do da em um para os"),
    ("it", "di e il la che in un per del non le"),
    ("nl", "de het een van en in is dat op te"),
    ("tr", "ve bir bu da de için ile olarak çok"),
    ("id", "yang dan di dengan untuk ini itu dari"),
    ("ru", "в и на не что с по как он из"),
];

/// Share of such words in a text of a language of templates, in percent; they are a fifth to a half
/// of it.
const TEMPLATE_SHARE: usize = 12;
/// Share of a language's words in a text from which it is in it, in percent, and how many different
/// ones there are at least: 17 to 35 and 11 in texts of the language, at most 15 and 6 (and never
/// both) in 960 pages and stories in 40 others.
const MIN_SHARE: usize = 15;
const MIN_KINDS: usize = 7;

/// Each word of the lists, with the places where it stands: the number of the list, those of
/// [`TEMPLATES`] behind those of [`WORDS`], and its own number among all.
static PLACES: LazyLock<HashMap<&str, Vec<(usize, usize)>>> = LazyLock::new(|| {
    let mut places: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
    let lists = WORDS.iter().chain(TEMPLATES).enumerate();
    let words = lists.flat_map(|(list, (_, words))| words.split(' ').map(move |word| (list, word)));
    for (number, (list, word)) in words.enumerate() {
        places.entry(word).or_default().push((list, number));
    }
    places
});

/// What of a list stands in a text.
#[derive(Clone, Copy, Default)]
struct Share {
    /// Its words among all words of the text, in percent.
    percent: usize,
    /// How many of the list there are.
    kinds: usize,
}

/// The shares of all lists in a text.
fn shares(text: &str) -> Vec<Share> {
    let is_end = |c: char| !(c.is_alphabetic() || is_combining(c) || matches!(c, '\'' | '’'));
    let lower = text.to_lowercase();
    let (mut all, mut seen) = (0_usize, HashSet::new());
    let mut shares = vec![Share::default(); WORDS.len() + TEMPLATES.len()];
    for word in lower.split(is_end).filter(|word| !word.is_empty()) {
        all += 1;
        for (list, number) in PLACES.get(word).into_iter().flatten() {
            let Some(share) = shares.get_mut(*list) else { continue };
            share.percent += 1;
            share.kinds += usize::from(seen.insert(*number));
        }
    }
    for share in &mut shares {
        share.percent = share.percent * 100 / all.max(1);
    }
    shares
}

/// The language whose everyday words a text is full of, of those the n-gram model does not know.
pub(super) fn language(text: &str) -> Option<&'static str> {
    let shares = shares(text);
    let (own, rivals) = shares.split_at_checked(WORDS.len())?;
    let named = own.iter().zip(WORDS);
    let (most, (best, _)) = named.max_by_key(|(share, _)| share.percent)?;
    let rival = rivals.iter().map(|share| share.percent).max().unwrap_or(0);
    (most.percent >= MIN_SHARE && most.kinds >= MIN_KINDS && most.percent > rival).then_some(*best)
}

/// Whether the table of those languages has one.
pub(super) fn knows(language: &str) -> bool {
    WORDS.iter().any(|(code, _)| *code == language)
}

/// Whether a text is full of the everyday words of a language templates are made in.
pub(super) fn is_full_of(text: &str, language: &str) -> bool {
    let at = TEMPLATES.iter().position(|(code, _)| *code == language);
    let share = at.and_then(|at| shares(text).get(WORDS.len() + at).copied());
    share.is_some_and(|share| share.percent >= TEMPLATE_SHARE)
}
