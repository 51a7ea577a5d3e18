//! By-words, joiners and the words that tell an organisation, a role or a translator, by language.
//!
//! Everything is lower case, entries apart by `|`. The words that open a credit stand in
//! `openings.txt`, titles and places in `names.txt`; the order of a table does not matter, the longest match wins. No word is one
//! publisher's own.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Words, looked up whole.
pub(crate) type Words = LazyLock<HashSet<&'static str>>;

/// Openings of a line, by their first letter.
pub(crate) type Openings = LazyLock<HashMap<char, Vec<&'static str>>>;

fn words(table: &'static str) -> HashSet<&'static str> {
    table.split('|').map(str::trim).filter(|word| !word.is_empty()).collect()
}

/// The words of one kind in `names.txt`.
fn listed(kind: &str) -> HashSet<&'static str> {
    let lines = include_str!("names.txt").lines().filter(|line| !line.starts_with('#'));
    let lines = lines.filter(|line| line.split(' ').next() == Some(kind));
    lines.flat_map(|line| line.split('|').skip(1)).map(str::trim).collect()
}

/// The openings of one kind in `openings.txt`.
fn openings(kind: &str) -> HashMap<char, Vec<&'static str>> {
    let mut out: HashMap<char, Vec<&'static str>> = HashMap::new();
    let lines = include_str!("openings.txt").lines().filter(|line| !line.starts_with('#'));
    for line in lines.filter(|line| line.split(' ').next() == Some(kind)) {
        for word in line.split('|').skip(1).map(str::trim) {
            if let Some(first) = word.chars().next() {
                out.entry(first).or_default().push(word);
            }
        }
    }
    out
}

/// Words before an author's name.
pub(crate) static BY: Openings = LazyLock::new(|| openings("by"));

/// Words before the name of somebody who translated.
pub(crate) static TRANSLATED: Openings = LazyLock::new(|| openings("translated"));

/// Words before a language and then one of [`TRANSLATED_BY`]: `Traduit de l'italien par`.
pub(crate) const TRANSLATED_FROM: &[&str] = &[
    "translated",
    "translation",
    "traduit",
    "traduite",
    "traduction",
    "traducido",
    "traducida",
    "traducción",
    "traduzido",
    "traduzida",
    "tradução",
    "tradotto",
    "tradotta",
    "traduzione",
    "traduït",
    "tradus",
    "übersetzt",
    "vertaald",
    "översatt",
    "oversatt",
    "oversat",
    "fordította",
    "tłumaczenie",
    "przekład",
    "перевод",
    "переклад",
    "превод",
];

/// Words before the name of who translated, behind a language.
pub(crate) const TRANSLATED_BY: &[&str] = &[
    " by ",
    " par ",
    " por ",
    " da ",
    " di ",
    " per ",
    " von ",
    " door ",
    " av ",
    " af ",
    " de către ",
    ": ",
];

/// Words before the name of somebody who edited: the author only where nobody else is named.
pub(crate) static EDITED: Openings = LazyLock::new(|| openings("edited"));

/// Words before the name of somebody who took pictures or drew, and before sources: nobody's author.
pub(crate) static OTHERS: Openings = LazyLock::new(|| openings("other"));

/// What joins two names.
pub(crate) const JOINERS: &[&str] = &[
    " and ",
    " & ",
    " und ",
    " et ",
    " y ",
    " e ",
    " og ",
    " och ",
    " en ",
    " ja ",
    " i ",
    " a ",
    " и ",
    " та ",
    " і ",
    " й ",
    " και ",
    " ve ",
    " és ",
    " și ",
    " dan ",
    " và ",
    " with ",
    " mit ",
    " met ",
    " avec ",
    " con ",
    " com ",
    " med ",
    " و ",
    "、",
    "和",
    "与",
    "與",
    "及",
    " और ",
    " ও ",
    " एवं ",
    " и др. ",
    " и также ",
    " اور ",
    " e da ",
    " sowie ",
    " plus ",
    " և ",
    " եւ ",
    " na ",
    " û ",
    " და ",
    " ir ",
    " un ",
    " ning ",
    " dhe ",
    " eta ",
    " agus ",
    " iyo ",
    " și cu ",
    " ile ",
    " və ",
    " va ",
    " we ",
    " және ",
    " жана ",
    " һәм ",
    " ва ",
    " ды ",
    " ۋە ",
    " او ",
    " ۽ ",
    " እና ",
    " ਅਤੇ ",
    " અને ",
    " ଓ ",
    " மற்றும் ",
    " మరియు ",
    " ಮತ್ತು ",
    " සහ ",
    " และ ",
    " ແລະ ",
    " နှင့် ",
    " និង ",
    " болон ",
    " र ",
    " आणि ",
    " व ",
    " আর ",
    " এবং ",
    " kaj ",
];

/// Words of desks, agencies and accounts; one is enough to make a name no person's.
pub(crate) static ORGANISATION: Words = LazyLock::new(|| {
    words(
        "news|staff|team|desk|editors|editorial|newsroom|press|agency|agencies|reuters|afp|dpa| \
         ap|apa|sid|ansa|efe|tass|xinhua|bloomberg|magazine|media|online|redaktion|redaktionen| \
         redaktionsteam|agenturen|zeitung|tagblatt|rédaction|redaction|agence|agences| \
         redacción|redaccion|agencia|agencias|redação|redacao|redazione|agenzia|redactie| \
         redakcja|redakce|redakcia|redaksjonen|redaksi|ntb|ritzau|tt|редакция|редакція| \
         редакции|новости|новини|агентство|тасс|риа|σύνταξη|haber|merkezi|ajansı|التحرير|وكالة| \
         وكالات|فريق|أسرة|موقع|شبكة|صحيفة|جريدة|مجلة|قناة|إذاعة|منصة|مؤسسة|منظمة|جمعية|نقابة|مرصد|هيئة| \
         مركز|رابطة|وزارة|بلدية|مكتب|بوابة|روزنامه|شبکه|پایگاه|مرکز|انجمن|سازمان|مؤسسه|موسسه|تحریریه|خبرگزاری|سرویس|ویب|ڈیسک|המערכת|מערכת|סוכנויות|डेस्क|ডেস্ক| \
         প্রতিবেদক|编辑部|編集部|新闻|新聞|通讯社|新华社|通信|時事|共同|뉴스|연합뉴스|편집부|university|institute|ministry| \
         foundation|association|inc|llc|ltd|gmbh|ag|e.v|verlag|network|tv|radio|journal|times| \
         post|blog|website|group|company|corporation|society|committee| \
         department|office|polizei|police|publishing|publications|submissions|redax| \
         pressestelle|presse|associated|report|reports|correspondents|wire|services|.com|.de| \
         .org|.net|.at|.ch|club|center|centre|school|health|digital|sport|sports|politics| \
         world|editor|leserreporter|gastautor|gastbeitrag|council|bank|verein|museum",
    )
});

/// What compounds that name an organisation end in.
pub(crate) const ORGANISATION_ENDINGS: &[&str] = &[
    "stiftung",
    "verband",
    "zeitung",
    "redaktion",
    "ministerium",
    "gesellschaft",
    "verlag",
    "agentur",
    "universität",
    "hochschule",
    "redaktionen",
    "avisen",
    "bladet",
    "tidningen",
    "編集部",
    "编辑部",
    "编辑室",
];

/// What capitalised phrases end in that name a place or a thing by its kind; plurals are surnames.
pub(crate) static LANDMARKS: Words = LazyLock::new(|| {
    words(
        "gate|bridge|street|road|square|river|lake|station|market|tower|harbour|harbor|port|bay|          beach|island|mountain|valley|mosque|cathedral|palace|hotel|avenue|boulevard|airport|          stadium|canal|library|festival|project|village|city|town|district|province|region|          morning|evening|night|week|month|year|century|spring|summer|autumn|winter",
    )
});

/// Accounts that say nothing at all.
pub(crate) static ACCOUNTS: Words = LazyLock::new(|| {
    words(
        "admin|administrator|webmaster|root|user|guest|author|autor|editor|unknown|anonymous| \
         none|null|undefined|n/a|default|test|wordpress|wpadmin|publisher|redakteur| \
         about the author|see all posts|author name|more|website|view all posts|superuser| \
         moderator|المحرر|مدير|مشرف|ادمین|مدیر|админ|администратор|管理员|管理員|me|the author|gast| \
         share|follow|contact|homepage|facebook|twitter| \
         super user|super-user|super utilisateur|superusuario|super usuario|superbenutzer| \
         site admin|site administrator|web admin|superadmin|super admin|administrateur| \
         administrador|amministratore|beheerder|суперпользователь|суперкористувач|адміністратор| \
         مدير الموقع|مدير النظام|مشرف الموقع|مدیر سایت|yönetici|διαχειριστής",
    )
});

/// Titles before a name that are no part of it.
pub(crate) static HONORIFICS: Words = LazyLock::new(|| listed("title"));

/// Degrees behind a name that are no part of it.
pub(crate) static DEGREES: Words = LazyLock::new(|| listed("degree"));

/// Whole names of places that read like a person's, or stand where one should.
pub(crate) static PLACES: Words = LazyLock::new(|| listed("place"));

/// Cities as East Asian datelines write them right behind a reporter's name.
pub(crate) static CITIES: Words = LazyLock::new(|| listed("city"));

/// Words in the names of a site's parts, which no person's name holds.
pub(crate) static SECTIONS: Words = LazyLock::new(|| {
    words(
        "middle|east|west|north|south|africa|asia|europe|america|latin|international|national|local| \
         breaking|latest|top|stories|story|opinion|opinions|culture|business|economy|lifestyle|life| \
         style|travel|fashion|food|technology|tech|science|environment|climate|human|rights|real| \
         estate|fact|check|release|guest|column|columns|features|feature|special|society|art|arts| \
         books|film|music|video|videos|education|law|order|public|civil|women|united|states|nations| \
         derechos|humanos|medio|oriente|cultura|opinión|sociedad|economía|deportes|mundo|política| \
         actualité|société|économie|monde|politique|environnement|vie|wirtschaft|politik|gesellschaft| \
         kultur|welt|wissen|leben|reise|esteri|cronaca|politica|economia|società|ambiente|общество| \
         политика|экономика|культура|спорт|мир|новости|происшествия|суспільство|економіка|gündem| \
         dünya|kültür|sanat|spor|ekonomi|kraj|świat|sport|wiadomości|kultura|społeczeństwo|samhälle| \
         nyheter|ekonomi|världen|utrikes|inrikes|buitenland|binnenland|cultuur|economie|maatschappij",
    )
});

/// Functions written after (or, in East Asia, stuck to) a name.
pub(crate) const ROLE_SUFFIXES: &[&str] = &[
    "선임기자",
    "수습기자",
    "인턴기자",
    "특파원",
    "기자",
    "논설위원",
    "記者",
    "记者",
    "特派員",
    "編集委員",
    "通信员",
    "报道员",
    "編集長",
    "さん",
    "氏",
];

/// What a compound that names a function ends in: `Kulturredakteurin`.
pub(crate) const ROLE_ENDINGS: &[&str] = &[
    "redakteur",
    "redakteurin",
    "redacteur",
    "korrespondent",
    "korrespondentin",
    "correspondent",
    "journalist",
    "journalistin",
    "reporter",
    "reporterin",
    "leiter",
    "leiterin",
    "referent",
    "referentin",
    "sprecherin",
    "forscher",
    "forscherin",
    "wissenschaftler",
    "wissenschaftlerin",
    "expertin",
    "chefin",
];

/// What makes a text a role wherever it stands in it: functions of scripts without spaces, and of
/// languages that write them onto other words.
pub(crate) const ROLE_PARTS: &[&str] = &[
    "ผู้สื่อข่าว",
    "นักข่าว",
    "บรรณาธิการ",
    "คอลัมนิสต์",
    "นักเขียน",
    "นักวิชาการ",
    "ผู้อำนวยการ",
    "អ្នកយកព័ត៌មាន",
    "អ្នកសារព័ត៌មាន",
    "អ្នកកាសែត",
    "និពន្ធនាយក",
    "សាស្ត្រាចារ្យ",
    "ນັກຂ່າວ",
    "သတင်းထောက်",
    "အယ်ဒီတာ",
    "செய்தியாளர்",
    "நிருபர்",
    "பத்திரிகையாளர்",
    "ஆசிரியர்",
    "எழுத்தாளர்",
    "ڕۆژنامەنووس",
    "پەیامنێر",
    "ዘጋቢ",
    "ጋዜጠኛ",
    "አዘጋጅ",
    "ჟურნალისტ",
    "phóng viên",
    "biên tập viên",
    "nhà báo",
    "評論員",
    "评论员",
    "研究員",
    "研究员",
    "編集長",
    "ライター",
    "ジャーナリスト",
    "논설위원",
    "칼럼니스트",
];

/// Words that make a text a role.
pub(crate) static ROLES: Words = LazyLock::new(|| {
    words(
        "editor|reporter|correspondent|journalist|writer|columnist|contributor|producer| \
         director|professor|author|staff|fellow|analyst|researcher|chief|head|senior|redakteur| \
         redakteurin|korrespondent|korrespondentin|journalistin|autor|autorin|chefredakteur| \
         ressortleiter|reporterin|leiter|leiterin|volontär|journaliste|rédacteur|rédactrice| \
         correspondant|correspondante|chroniqueur|periodista|redactor|redactora|corresponsal| \
         giornalista|redattore|caporedattore|inviato|jornalista|repórter|redaktor|dziennikarz| \
         dziennikarka|korespondent|журналист|журналистка|корреспондент|редактор|обозреватель| \
         журналістка|кореспондент|muhabir|muhabiri|editörü|gazeteci|yazarı|δημοσιογράφος| \
         συντάκτης|صحفي|صحافي|صحفية|صحافية|كاتب|كاتبة|محرر|محررة|مراسل|مراسلة|باحث|باحثة|أستاذ| \
         أستاذة|مدير|مديرة|رئيس|رئيسة|خبير|محلل|روزنامه‌نگار|خبرنگار|پژوهشگر|سردبیر|עיתונאי| \
         עיתונאית|כתב|כתבת|עורך|עורכת|सहायक|संपादक|संवाददाता| \
         شاعر|شاعرة|روائي|روائية|أكاديمي|أكاديمية|ناشط|ناشطة|طبيب|طبيبة|مهندس|مهندسة|محامي|محامية| \
         مؤرخ|مؤرخة|ناقد|ناقدة|مترجم|مترجمة|إعلامي|إعلامية|مخرج|مخرجة|مصور|مصورة|متخصص|متخصصة|مختص| \
         مختصة|مستشار|مستشارة|خبيرة|محللة|معلق|معلقة|مؤلف|مؤلفة|مدون|مدونة|عضو|زميل|زميلة| \
         نویسنده|نامہ|شاعره|استاد|تحلیلگر|خبرنگاری|گزارشگر|نامه‌نگار|روزنامه‌نگاری|صحافی|کالم|مدیر| \
         مصنف|محقق|نامہ|תחקירן|תחקירנית|חוקר|חוקרת|סופר|סופרת|משורר|משוררת|מבקר|מבקרת|פרשן|פרשנית| \
         gazetecisi|editör|araştırmacı|akademisyen|temsilcisi|писатель|писательница|поэт| \
         историк|политолог|аналитик|эксперт|собкор|фотограф|кореспондентка|журналіст|редакторка| \
         autrice|auteure|écrivain|écrivaine|chercheur|chercheuse|romancier|romancière|chroniqueuse| \
         correspondent|poet|historian|novelist|critic|lecturer|photographer|freelance|نمائندہ|نمایندہ| \
         verslaggever|verslaggeefster|cronista|újságíró|toimittaja|novinář|novinářka|novinar| \
         redattrice|inviata|corrispondente|caporedattrice|scrittore|scrittrice|editorialista| \
         redactrice|redacteur|hoofdredacteur|correspondente|schrijver|schrijfster|redator|redatora| \
         colunista|escritor|escritora|reportera|redaktör|skribent|krönikör|korrespondenten| \
         новинар|новинарка|дописник|дописница|уредник|уредница|novinarka|dopisnik|dopisnica| \
         urednik|urednica|redaktorka|zpravodaj|zpravodajka|kirjeenvaihtaja|tudósító|szerkesztő| \
         jurnalist|jurnalistă|corespondent|corespondentă|wartawan|jurnalis|kontributor|redaktur| \
         ανταποκριτής|ανταποκρίτρια|αρθρογράφος|пісьменник|письменниця|репортер|оглядач| \
         profesor|profesora|catedrático|catedrática|docente|investigador|investigadora|periodistas| \
         professore|professoressa|ricercatore|ricercatrice|storico|storica|saggista|sociologo| \
         professeur|professeure|enseignant|enseignante|historien|historienne|sociologue|politologue| \
         philosophe|essayiste|professorin|dozent|dozentin|historiker|historikerin|soziologe| \
         soziologin|politologe|politologin|publizist|publizistin|schriftsteller|schriftstellerin| \
         forscher|forscherin|fotograf|fotografin|historyk|historyczka|publicysta|publicystka|pisarz| \
         pisarka|profesorka|socjolog|historik|historička|spisovatel|spisovatelka|spisovateľ| \
         šéfredaktor|šéfredaktorka|profesorica|istoričar|istoričarka|povjesničar|književnik| \
         književnica|доцент|доцентка|профессор|преподаватель|социолог|публицист|публицистка| \
         политтехнолог|колумнист|колумнистка|професор|історик|дослідник|дослідниця|оглядачка| \
         писател|писателка|преподавател|ιστορικός|καθηγητής|καθηγήτρια|συγγραφέας|ποιητής| \
         οικονομολόγος|κοινωνιολόγος|profesör|doçent|tarihçi|sosyolog|müdürü|yazar|پروفیسر| \
         استاذ|لیکچرر|مدرس|مدرسة|دكتوراه|פרופסור|מרצה|היסטוריון|היסטוריונית|प्रोफेसर|लेखक| \
         लेखिका|अध्यापक|স্টাফ|অধ্যাপক|লেখক|গবেষক|শিক্ষক|প্রতিবেদক|dosen|peneliti|pengamat| \
         պատմաբան|լրագրող|գրող|պրոֆեսոր|ჟურნალისტი|ისტორიკოსი|მწერალი|პროფესორი|რედაქტორი| \
         مامۆستا|ڕۆژنامەنووس|نووسەر|rojnamevan|nivîskar|történész|író|professzor|riporter| \
         professori|tutkija|kirjailija|päätoimittaja|professor|forskare|författare|forsker| \
         hoogleraar|onderzoeker|historicus|profesoară|istoric|scriitor|scriitoare|cercetător| \
         cercetătoare|पत्रकार|वरिष्ठ|সাংবাদিক|সংবাদদাতা|mhariri|mwandishi",
    )
});

/// Words no name has: what pages write around names.
pub(crate) static NOT_NAMES: Words = LazyLock::new(|| {
    words(
        "paid|content|sponsored|advertorial|anzeige|more|all|for|special|copy|link|pétition|veröffentlicht|rechte|alle|posts|报道|報道|報導|报导|摄|beiträge|articles|about|über|ich|bin|view|watch|live|follow| \
         folgen|the|this|zur|read|contact|e-mail|email|profile|profil|artikel|artikelübersicht| \
         facebook|twitter|instagram|linkedin|whatsapp|telegram|published|updated|text| \
         interview|comments|share|subscribe|illustration|photo|posted|beitragvon|erstellt| \
         written|pressemitteilung|wortlaut|im|is|has|was|and|copyright|credit|tous|publié| \
         todos|artículos|publicado|опубликовано|фото|المزيد|جميع|مقالات|نشر|تاريخ|بتاريخ|ago| \
         min|minutes|uhr|video|videos|gallery|galeri|part|continued|continues| \
         videoyu|izle|bölüm|смотрите|видео|часть|продолжение|відео|δείτε|βίντεο|μέρος|xem|phần|euer|home|monday|tuesday|wednesday|thursday|friday|saturday|sunday| \
         montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|today|yesterday|در|از|في| \
         הוא|היא|הינו|ہیں|ہے|میں|هو|هي|हैं|है|में|under|الفيديو|فيديو|فيديوهات|版权所有|版權所有|高考|高校|高铁|高中|高速|高温|马拉松|金融|金牌|江苏|江西|江南|石油|石家庄|石化|武汉|武器|游戏|游泳|黄金|黄河|黄山|马来西亚|马术|周边|周末|周刊|周报|郑州|韩国|田径|董事|苏州|沈阳|徐州|常州|常识|温州|万象|夏季|陶瓷|熊猫|孟加拉|罗马|洪水|白酒|方言|方案|顾问|陆军|范文|程序|许可|林业|胡同|张家口|张家界|康复|白皮书|施工|東京|東京都|関西|関東|東北|福島原発|東京五輪|森林|南米|मंदिर|बाज़ार|बाजार|मैच|चुनाव|vidéo|vidéos|vídeo|vídeos|filmmaterial|wideo|βίντεο|वीडियो|ভিডিও|ویدیو|ویڈیو|וידאו|סרטון|סרטונים|動画|영상|视频|影片",
    )
});

/// Small words inside names of people.
pub(crate) static PARTICLES: Words = LazyLock::new(|| {
    words(
        "de|da|do|dos|das|di|wa|del|della|delle|la|le|les|van|von|vom|zu|zur|zum|der|den|ter|ten| \
         te|af|av|al|el|bin|ibn|ben|bint|abu|e|y|dell'|d'|'t|du|des|i|ap|mc|und",
    )
});

/// First words of Arabic place names in Latin letters: `Deir ez-Zor`, `Ras al-Ain`.
pub(crate) static PLACE_HEADS: Words =
    LazyLock::new(|| words("deir|dayr|dair|ras|tel|tell|tall|wadi|beit|bayt|bab|jabal|jebel|khan"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_opening_is_of_a_known_kind_in_small_letters_and_stands_once() {
        let lines = include_str!("openings.txt").lines().filter(|line| !line.starts_with('#'));
        let mut seen = HashSet::new();
        for line in lines {
            let kind = line.split(' ').next().unwrap();
            assert!(["by", "translated", "edited", "other"].contains(&kind), "{line}");
            for word in line.split('|').skip(1).map(str::trim) {
                assert!(!word.is_empty() && word == word.to_lowercase(), "{word:?} of {line}");
                assert!(seen.insert((kind, word)), "{kind} {word} stands twice");
            }
        }
    }
}
