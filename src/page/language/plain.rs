//! Plain words: languages that the n-gram model does not know, by the words no text of them does
//! without.
//!
//! The share of such words in a text is compared with that of the languages templates are made in.
//! It speaks only where they are many and of several kinds: a wrong declaration, and a neighbour the
//! model knows, yield to them.

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

/// A text in lower case, in words.
struct Words<'t>(Vec<&'t str>);

impl<'t> Words<'t> {
    fn of(lower: &'t str) -> Self {
        let is_end = |c: char| !(c.is_alphabetic() || is_combining(c) || matches!(c, '\'' | '’'));
        Self(lower.split(is_end).filter(|word| !word.is_empty()).collect())
    }

    /// The share of a list's words among all, in percent, and how many of the list there are.
    fn share(&self, list: &str) -> (usize, usize) {
        let list: Vec<&str> = list.split(' ').collect();
        let found = self.0.iter().filter(|word| list.contains(*word)).count();
        let kinds = list.iter().filter(|word| self.0.contains(*word)).count();
        (found * 100 / self.0.len().max(1), kinds)
    }
}

/// The language whose everyday words a text is full of, of those the n-gram model does not know.
pub(super) fn language(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let words = Words::of(&lower);
    let shares = WORDS.iter().map(|(code, list)| (words.share(list), *code));
    let ((most, kinds), best) = shares.max_by_key(|((share, _), _)| *share)?;
    let rival = || TEMPLATES.iter().map(|(_, list)| words.share(list).0).max().unwrap_or(0);
    (most >= MIN_SHARE && kinds >= MIN_KINDS && most > rival()).then_some(best)
}

/// Whether the table of those languages has one.
pub(super) fn knows(language: &str) -> bool {
    WORDS.iter().any(|(code, _)| *code == language)
}

/// Whether a text is full of the everyday words of a language templates are made in.
pub(super) fn is_full_of(text: &str, language: &str) -> bool {
    let lower = text.to_lowercase();
    let list = TEMPLATES.iter().find(|(code, _)| *code == language);
    list.is_some_and(|(_, list)| Words::of(&lower).share(list).0 >= TEMPLATE_SHARE)
}
