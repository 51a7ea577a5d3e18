//! Words: kin that n-grams mix up, told apart by everyday words only one of them writes.
//!
//! A list is asked only about its own family, and only a clear majority changes the answer.

use super::Script;
use crate::page::letters::is_combining;

/// A family of languages: for each, words the others write otherwise.
type Family = &'static [(&'static str, &'static str)];

const SCANDINAVIAN: Family = &[
    (
        "nb",
        "og er for ikke jeg fra også av meg deg seg hva noe noen mye etter blitt nå opp hvordan sier et",
    ),
    (
        "nn",
        "og er for ikkje eg frå òg av meg deg seg kva noko nokon mykje etter vorte opp korleis seier eit",
    ),
    (
        "da",
        "og er for ikke jeg fra også af mig dig sig hvad noget nogen meget efter blevet op hvordan siger et",
    ),
    (
        "sv",
        "och är för inte jag från också av mig dig sig vad något någon mycket efter blivit upp hur säger ett",
    ),
];
const SOUTH_SLAVIC: Family = &[
    (
        "hr",
        "gdje vrijeme prije dvije uvijek riječ rijeka rijeke mjesto ovdje poslije svijet tko kruh tijekom tisuća europa što cijena cijene godine \
         cijelo cijela cijelu cijeli mjesta mjestu sjeća djece djeca lijepo ljeto ljeta snijeg bijeli mlijeko riječi čovjek uspjeh zahtjev \
         promjena promjene primjer ponedjeljak nedjelja tjedan tjedna srijeda također uvjet uvjeti priopćenje općina općine predsjednik \
         predsjednica sjednica rješenje mjera mjere htjeli vidjeli željeli živjeli tvornica tisuće obitelj zrak mještani kazalište",
    ),
    (
        "sr",
        "gde vreme pre dve uvek reč reka reke mesto ovde posle svet ko hleb tokom hiljada evropa šta cena cene godine \
         celo cela celu ceo mesta mestu seća dece deca lepo leto leta sneg beli mleko reči čovek uspeh zahtev \
         promena promene primer ponedeljak nedelja nedelje nedelju sreda takođe uslov uslovi saopštenje opština opštine predsednik \
         predsednica sednica rešenje mera mere hteli videli želeli živeli fabrika hiljade porodica vazduh meštani pozorište",
    ),
];
const MALAY: Family = &[
    (
        "id",
        "karena bisa mobil kantor uang saja bahwa yaitu sedangkan mereka adalah kami tidak harga mengatakan ujar kata",
    ),
    (
        "ms",
        "kerana boleh kereta pejabat wang sahaja bahawa iaitu manakala mereka ialah kami tidak harga berkata daripada beliau",
    ),
];
const DEVANAGARI: Family = &[
    ("hi", "है हैं और में के की का से को था थे नहीं यह कि पर ने"),
    ("mr", "आहे आहेत आणि होते मध्ये नाही ते हे या होती की चे चा च्या ने मात्र"),
    ("ne", "छ छन् छैन भएको गरेको हो र लाई बाट पनि यो तर भने गर्न हुन्"),
];

/// Words of one language more than of the next that settle it.
const MARGIN: usize = 2;

/// Words of a language, and of the rest of its family fewer, that make it sure by themselves.
const ENOUGH: usize = 4;

/// The language of the text among its kin. Serbian says which of its scripts it is in.
pub(super) fn refined(text: &str, code: String, script: Script) -> String {
    let family = family(&code).filter(|_| script != Script::Cyrillic);
    let told = family.and_then(|family| {
        let (own, (best, most)) = counted(text, family, &code)?;
        (most >= own + MARGIN).then_some(best)
    });
    let code = told.map_or(code, str::to_owned);
    match (code.as_str(), script) {
        ("sr", Script::Cyrillic) => "sr-Cyrl".to_owned(),
        ("sr", Script::Latin) => "sr-Latn".to_owned(),
        _ => code,
    }
}

/// The member of `code`'s family that the text has enough words of.
pub(super) fn among_kin(text: &str, code: &str) -> Option<String> {
    let (_, (best, most)) = counted(text, family(code)?, code)?;
    (most >= ENOUGH).then(|| best.to_owned())
}

fn family(code: &str) -> Option<Family> {
    let families = [SCANDINAVIAN, SOUTH_SLAVIC, MALAY, DEVANAGARI];
    families.into_iter().find(|family| family.iter().any(|(known, _)| *known == code))
}

/// The words of `code` in a text, and the member of its family that has the most of them.
fn counted(text: &str, family: Family, code: &str) -> Option<(usize, (&'static str, usize))> {
    let text = text.to_lowercase();
    let is_end = |c: char| !c.is_alphanumeric() && !is_combining(c);
    let words: Vec<&str> = text.split(is_end).filter(|word| !word.is_empty()).collect();
    let count = |list: &str| {
        let list: Vec<&str> = list.split(' ').collect();
        words.iter().filter(|word| list.contains(word)).count()
    };
    let counts: Vec<(&'static str, usize)> =
        family.iter().map(|(known, list)| (*known, count(list))).collect();
    let own = counts.iter().find(|(known, _)| *known == code).map_or(0, |(_, count)| *count);
    // The first of the family where two have as many.
    Some((own, counts.into_iter().rev().max_by_key(|(_, count)| *count)?))
}
