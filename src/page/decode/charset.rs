//! The charset: byte order mark, then the HTTP field, then what the first 1,024 bytes declare,
//! then a detector (HTML Standard §13.2.3.2).
//!
//! A declaration yields to the bytes in few cases, each noted: they are UTF-8, they are not what was
//! declared, they cannot be a Western language though the server's default says so, or the letters
//! that come out are no writing ([`misread`]).

mod misread;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252, X_USER_DEFINED};

/// Bytes in which a `meta` declaration must stand.
const PRESCAN: usize = 1_024;

/// Bytes shown to the detector.
const DETECTED: usize = 128 * 1024;

/// The text, and the name of the charset it was in. Total; bad sequences become U+FFFD.
pub(super) fn decode(
    bytes: &[u8],
    declared: Option<&str>,
    notes: &mut Vec<String>,
) -> (String, &'static str) {
    let labelled = declared.and_then(|label| labelled(label, notes));
    let declared = labelled.or_else(|| prescan(bytes));
    let encoding = declared.unwrap_or_else(|| guess(bytes));
    // A byte order mark outranks whatever was found.
    let (text, used, malformed) = encoding.decode(bytes);
    let marked = Encoding::for_bom(bytes).is_some();
    let better = declared.filter(|_| !marked).and_then(|declared| believed(declared, bytes, &text));
    if let Some(better) = better {
        notes.push(format!("declared as {}, but is {}", used.name(), better.name()));
        return (better.decode_without_bom_handling(bytes).0.into_owned(), better.name());
    }
    if malformed {
        notes.push(format!("bytes that are not {}", used.name()));
    }
    (text.into_owned(), used.name())
}

/// Characters beyond ASCII from which UTF-8 is no chance.
const MIN_UTF_8: usize = 3;
/// Bad sequences from which a declaration is doubted, and how many of the characters beyond ASCII
/// they are at least.
const MIN_BAD: usize = 3;
const BAD_SHARE: usize = 10;
/// Bytes in runs of three letters beyond ASCII from which a text is in no Western language.
const MIN_FOREIGN: usize = 40;

/// The charset the bytes are in where it cannot be the declared one.
fn believed(declared: &'static Encoding, bytes: &[u8], text: &str) -> Option<&'static Encoding> {
    let beyond = || text.chars().filter(|c| !c.is_ascii()).count();
    if declared == UTF_8 || !declared.is_ascii_compatible() {
        let bad = memchr::memmem::find_iter(text.as_bytes(), "\u{FFFD}").count();
        return (bad >= MIN_BAD && bad * BAD_SHARE >= beyond())
            .then(|| guess(bytes))
            .filter(|guess| *guess != declared && !guess.decode_without_bom_handling(bytes).1);
    }
    if let Ok(utf_8) = std::str::from_utf8(bytes) {
        let beyond = utf_8.chars().filter(|c| !c.is_ascii()).take(MIN_UTF_8).count();
        return (beyond >= MIN_UTF_8).then_some(UTF_8);
    }
    let malformed = || text.matches('\u{FFFD}').take(MIN_BAD).count() >= MIN_BAD;
    let foreign = || declared == WINDOWS_1252 && is_foreign(bytes);
    let guessed = || {
        let guess = guess(bytes);
        (guess != declared && !guess.decode_without_bom_handling(bytes).1).then_some(guess)
    };
    if malformed() || foreign() { guessed() } else { misread::instead(declared, bytes, text) }
}

/// Signs between letters from which a text is in no Western language, as `ksi¹¿ka` is none.
const MIN_SIGNS: usize = 10;
/// Of how many bytes beyond ASCII one at most is a sign or a control in a Western text.
const SIGN_SHARE: usize = 4;

/// Whether a text is in no Western language by its bytes: whole words beyond ASCII, far too many
/// signs or controls among them, signs between letters.
fn is_foreign(bytes: &[u8]) -> bool {
    let shown = bytes.get(..DETECTED).unwrap_or(bytes);
    if foreign_letters(bytes) >= MIN_FOREIGN {
        return true;
    }
    let beyond = shown.iter().filter(|byte| !byte.is_ascii()).count();
    let of = |range: std::ops::RangeInclusive<u8>| {
        let count = shown.iter().filter(|byte| range.contains(byte)).count();
        count >= MIN_FOREIGN && count * SIGN_SHARE > beyond
    };
    // The leads of Shift_JIS, and those of Big5; quotation marks and dashes are 0x84 to 0x97.
    let many = || of(0x98..=0x9F) || of(0x81..=0x83) || of(0xA4..=0xB6) && !is_marked(shown);
    many() || signs_in_words(shown) >= MIN_SIGNS
}

/// Whether most signs of a text are those that Western texts hold: `«`, `»`, `°`, `´`, `§`.
fn is_marked(bytes: &[u8]) -> bool {
    let marks =
        bytes.iter().filter(|byte| matches!(byte, 0xA7 | 0xAB | 0xAD | 0xB0 | 0xB4)).count();
    let signs = bytes.iter().filter(|byte| matches!(byte, 0xA4..=0xB6)).count();
    marks * 2 > signs
}

/// Signs of windows-1252 between two letters, but for those that are written there.
fn signs_in_words(bytes: &[u8]) -> usize {
    let sign = |byte: u8| {
        matches!(byte, 0xA1..=0xBF) && !matches!(byte, 0xAA | 0xAD | 0xB0 | 0xB4 | 0xB7 | 0xBA)
    };
    let within = |three: &&[u8]| {
        let letter = |byte: u8| byte.is_ascii_alphabetic();
        matches!(three, [a, b, c] if letter(*a) && sign(*b) && (letter(*c) || *c >= 0xA1))
    };
    bytes.windows(3).filter(within).count()
}

/// Bytes that stand in runs of three or more letters of the upper half of a one-byte charset.
fn foreign_letters(bytes: &[u8]) -> usize {
    let runs = bytes.split(|byte| *byte < 0xC0);
    runs.map(<[u8]>::len).filter(|length| *length >= 3).sum()
}

fn labelled(label: &str, notes: &mut Vec<String>) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label_no_replacement(label.as_bytes());
    if encoding.is_none() {
        let shown: String = label.chars().take(40).collect();
        notes.push(format!("charset {shown:?} is unknown"));
    }
    encoding
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let shown = bytes.get(..DETECTED).unwrap_or(bytes);
    detector.feed(shown, shown.len() == bytes.len());
    detector.guess(None, Utf8Detection::Allow)
}

/// The charset a `meta` element or an XML declaration names (HTML Standard, "prescan a byte
/// stream to determine its encoding").
fn prescan(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..PRESCAN).unwrap_or(bytes);
    let text: String = start.iter().map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let declaration = text.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next());
    if let Some(label) = declaration.and_then(|text| value_of(text, "encoding")) {
        return usable(label);
    }
    let mut rest = text.as_str();
    while let Some((_, markup)) = rest.split_once('<') {
        rest = markup;
        if let Some(comment) = markup.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if let Some(meta) = markup.strip_prefix("meta") {
            let tag = meta.split('>').next().unwrap_or_default();
            if let Some(encoding) = declared_by(tag) {
                return Some(encoding);
            }
        }
    }
    None
}

fn declared_by(tag: &str) -> Option<&'static Encoding> {
    if let Some(label) = value_of(tag, "charset")
        && value_of(tag, "content").is_none()
    {
        return usable(label);
    }
    let content = value_of(tag, "content")?;
    let is_type = value_of(tag, "http-equiv").is_some_and(|name| name.trim() == "content-type");
    if !is_type {
        return value_of(&tag.replace(content, ""), "charset").and_then(usable);
    }
    value_of(content, "charset").and_then(usable)
}

/// The value of `name = value` in `text`, quoted or not.
fn value_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(name) {
        rest = after;
        let starts = before.ends_with(|c: char| c.is_ascii_whitespace() || ";/\"'".contains(c));
        let Some(value) = after.trim_start().strip_prefix('=') else { continue };
        if !starts && !before.is_empty() {
            continue;
        }
        let value = value.trim_start();
        return match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value.get(1..)?.split(quote).next(),
            _ => value.split(|c: char| c.is_ascii_whitespace() || ";>\"'".contains(c)).next(),
        };
    }
    None
}

/// The encoding of a label found in the bytes themselves: they cannot be UTF-16 then.
fn usable(label: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label_no_replacement(label.trim().as_bytes())?;
    Some(match encoding {
        utf16 if !utf16.is_ascii_compatible() && utf16.name().starts_with("UTF-16") => UTF_8,
        other if other == X_USER_DEFINED => WINDOWS_1252,
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8], declared: Option<&str>) -> (String, &'static str) {
        decode(bytes, declared, &mut Vec::new())
    }

    #[test]
    fn bom_then_field_then_meta_then_detector() {
        let text = "<meta charset=windows-1252>سلام";
        assert_eq!(read(format!("\u{feff}{text}").as_bytes(), Some("windows-1256")).1, "UTF-8");
        assert_eq!(read(text.as_bytes(), Some("utf-8")).0, text);
        let western = b"<meta charset=windows-1252>caf\xe9";
        assert_eq!(
            read(western, None),
            ("<meta charset=windows-1252>café".to_owned(), "windows-1252")
        );
        assert_eq!(read(western, Some("utf-7")).1, "windows-1252");
        assert_eq!(read("سلام".as_bytes(), None).1, "UTF-8");
    }

    #[test]
    fn the_web_s_charsets_are_read() {
        let cases = [
            ("windows-1256", "تقرير من دير الزور عن حصاد القمح في الموسم الحالي"),
            ("Shift_JIS", "図書館の古い地図が修復された。"),
            ("GB18030", "图书馆修复了旧地图，读者可以借阅。"),
            ("EUC-KR", "도서관이 오래된 지도를 복원했다."),
            ("windows-1251", "Библиотека открыла новый читальный зал."),
            ("EUC-JP", "図書館の古い地図が修復された。"),
            ("Big5", "圖書館修復了舊地圖，讀者可以借閱。"),
            ("KOI8-R", "Библиотека открыла новый читальный зал."),
            ("windows-1250", "Příliš žluťoučký kůň úpěl ďábelské ódy o zítřku."),
            ("windows-1252", "Les élèves dînèrent à l’école pendant l’été."),
            ("windows-1253", "Η βιβλιοθήκη άνοιξε νέο αναγνωστήριο."),
            ("windows-1254", "Kütüphane yeni bir okuma salonu açtı, ışıklar yandı."),
            ("windows-1255", "הספרייה פתחה אולם קריאה חדש לתושבי העיר."),
            ("windows-874", "ห้องสมุดเปิดห้องอ่านหนังสือใหม่"),
        ];
        for (name, text) in cases {
            let encoding = Encoding::for_label(name.as_bytes()).unwrap();
            let (bytes, _, _) = encoding.encode(text);
            assert_eq!(read(&bytes, Some(name)), (text.to_owned(), encoding.name()), "{name}");
            let meta = format!("<!-- <meta charset=latin1> --><META CharSet='{name}'>");
            let page = [meta.as_bytes(), &bytes].concat();
            assert_eq!(read(&page, None), (format!("{meta}{text}"), encoding.name()), "{name}");
            let long = bytes.repeat(20);
            assert_eq!(read(&long, None).0, text.repeat(20), "{name} detected");
        }
    }

    #[test]
    fn utf_16_is_read_by_its_mark_or_its_field() {
        let text = "<p>سلام</p>";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&[&[0xff, 0xfe], little.as_slice()].concat(), None).0, text);
        assert_eq!(read(&little, Some("UTF-16LE")).0, text);
        assert_eq!(read(b"<meta charset=utf-16>x", None).1, "UTF-8");
    }

    fn encode(text: &str, name: &str) -> Vec<u8> {
        Encoding::for_label(name.as_bytes()).unwrap().encode(text).0.into_owned()
    }

    #[test]
    fn a_wrong_declaration_yields_to_the_bytes() {
        let russian = "Библиотека открыла новый читальный зал для всех жителей города. ".repeat(4);
        let arabic = "تقرير من دير الزور عن حصاد القمح في الموسم الحالي. ".repeat(6);
        let japanese = "図書館の古い地図が修復され、読者に公開された。".repeat(6);
        let cases = [
            (russian.as_str(), "utf-8", "iso-8859-1"),
            (&russian, "windows-1251", "iso-8859-1"),
            (&russian, "windows-1251", "utf-8"),
            (&russian, "koi8-r", "utf-8"),
            (&arabic, "windows-1256", "utf-8"),
            (&arabic, "utf-8", "windows-1256"),
            (&japanese, "euc-jp", "shift_jis"),
            (&japanese, "shift_jis", "utf-8"),
            (&japanese, "utf-8", "shift_jis"),
        ];
        for (text, is, says) in cases {
            let mut notes = Vec::new();
            let (got, _) = decode(&encode(text, is), Some(says), &mut notes);
            assert_eq!(got, text, "{is} declared as {says}");
            assert!(notes.iter().any(|note| note.starts_with("declared as")), "{notes:?}");
        }
        // What is declared rightly stays, and so does what is only slightly damaged.
        let french =
            encode("Les élèves dînèrent à l’école ; l’été fut très pluvieux.", "windows-1252");
        assert_eq!(read(&french, Some("iso-8859-1")).1, "windows-1252");
        let cut = [russian.as_bytes(), &[0xD0]].concat();
        assert_eq!(read(&cut, Some("utf-8")).1, "UTF-8");
    }

    #[test]
    fn what_the_server_calls_western_by_default_may_be_of_anywhere() {
        let cases = [
            (
                "Shift_JIS",
                "図書館の古い地図が修復された。町の人々は一日中それを見に来て、子供たちは昔の道を指でたどった。",
            ),
            (
                "Big5",
                "圖書館修復了舊地圖，讀者可以借閱。鎮上的人整天都來看，孩子們用手指沿著老街一路走下去。",
            ),
            (
                "windows-1250",
                "Książka o żeglarzach leży w łodzi, a łódź stoi w zatoce; żaden rybak jej nie czytał, bo każdy ją zna.",
            ),
            (
                "iso-8859-2",
                "Książka o żeglarzach leży w łodzi, a łódź stoi w zatoce; żaden rybak jej nie czytał, bo każdy ją zna.",
            ),
        ];
        for (name, text) in cases {
            let page = text.repeat(4);
            let (bytes, declared) = (encode(&page, name), Some("iso-8859-1"));
            assert_eq!(read(&bytes, declared).0, page, "{name}");
        }
        for text in [
            "« Les élèves dînèrent à l’école », dit-il ; la température était de 20° à l’ombre – déjà. ",
            "La col·lecció té 3½ metres, i l’1ª edició val 20 £ o 25 ¥ segons l’Íñigo, diu „el mercat“. ",
        ] {
            let page = text.repeat(30);
            let bytes = encode(&page, "windows-1252");
            assert_eq!(read(&bytes, Some("iso-8859-1")).0, page);
        }
    }

    #[test]
    fn a_declaration_yields_to_letters_that_are_no_writing() {
        let russian = "Библиотека открыла новый читальный зал для всех жителей города. ".repeat(4);
        let chinese = "圖書館修復了舊地圖，讀者可以借閱，還可以在閱覽室裏看到。".repeat(6);
        let turkish =
            "Kütüphane yeni bir okuma salonu açtı, ışıklar yandı, öğrenciler sığındı. ".repeat(4);
        for (text, is, says) in [
            (russian.as_str(), "koi8-r", "windows-1251"),
            (&russian, "windows-1251", "koi8-r"),
            (&chinese, "big5", "gb2312"),
            (&turkish, "windows-1254", "iso-8859-1"),
        ] {
            let mut notes = Vec::new();
            let (got, _) = decode(&encode(text, is), Some(says), &mut notes);
            assert_eq!(got, text, "{is} declared as {says}");
            assert!(notes.iter().any(|note| note.starts_with("declared as")), "{notes:?}");
        }
    }

    #[test]
    fn capitals_and_the_letters_of_kin_are_left_as_declared() {
        let russian = "Библиотека открыла новый читальный зал для всех жителей города. ".repeat(4);
        // Text that is in capitals, or has the letters of another in right places, stays.
        let icelandic =
            "Bókasafnið opnaði nýjan lestrarsal þar sem íbúar geta lesið við góða birtu. ";
        let simplified = "图书馆修复了旧地图，读者可以借阅，还可以在阅览室里看到。";
        for (text, is) in [
            (russian.to_uppercase(), "windows-1251"),
            (russian.to_uppercase(), "koi8-r"),
            (icelandic.repeat(8), "windows-1252"),
            (simplified.repeat(8), "gbk"),
        ] {
            assert_eq!(read(&encode(&text, is), Some(is)).0, text, "{is}");
        }
    }

    #[test]
    fn declarations_are_found_in_their_many_spellings() {
        for page in [
            "<meta http-equiv='Content-Type' content='text/html; charset=Shift_JIS'>",
            "<meta content=\"text/html;charset=shift_jis\" http-equiv=content-type />",
            "<?xml version='1.0' encoding='Shift_JIS'?><html>",
            "<meta name=x content='charset=koi8-r'><meta charset = \"sjis\" >",
        ] {
            assert_eq!(read(page.as_bytes(), None).1, "Shift_JIS", "{page}");
        }
        let late = format!("{}<meta charset=koi8-r>", " ".repeat(PRESCAN));
        assert_eq!(read(late.as_bytes(), None).1, "UTF-8");
    }

    proptest! {
        #[test]
        fn decoding_is_total(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            label in proptest::option::of("\\PC{0,12}"),
            page in "(<meta[ a-z=;\"'/-]{0,40}>?|<!--|-->|<\\?xml [a-z='?>]{0,20}){0,4}",
        ) {
            let _ = read(&bytes, label.as_deref());
            let _ = read(page.as_bytes(), None);
        }
    }
}
