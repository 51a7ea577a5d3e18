//! Absence: pages whose words are no story, and which say so.
//!
//! An error page, a page that is there for its film, a notice before a page. They may hold a
//! paragraph or two, so length alone does not tell; their title or their head does. It never looks
//! at the address.

use super::blocks::Draft;
use super::signposts::folded;

/// Letters of a text up to which the title of an error page is believed, and the type of a film's.
const MAX_LETTERS: u32 = 700;

/// Titles of pages that are not there.
const MISSING: &[&str] = &[
    "404",
    "page not found",
    "not found",
    "access denied",
    "seite nicht gefunden",
    "page introuvable",
    "page non trouvée",
    "página no encontrada",
    "página não encontrada",
    "pagina non trovata",
    "pagina niet gevonden",
    "sidan hittades inte",
    "siden ble ikke funnet",
    "siden blev ikke fundet",
    "sivua ei löytynyt",
    "nie znaleziono strony",
    "strona nie istnieje",
    "stránka nenalezena",
    "az oldal nem található",
    "pagina nu a fost găsită",
    "sayfa bulunamadı",
    "страница не найдена",
    "сторінку не знайдено",
    "страницата не е намерена",
    "η σελίδα δεν βρέθηκε",
    "الصفحة غير موجودة",
    "الصفحة المطلوبة غير موجودة",
    "لم يتم العثور على الصفحة",
    "صفحه یافت نشد",
    "صفحه پیدا نشد",
    "صفحہ نہیں ملا",
    "הדף לא נמצא",
    "העמוד לא נמצא",
    "पृष्ठ नहीं मिला",
    "पेज नहीं मिला",
    "পৃষ্ঠা পাওয়া যায়নি",
    "ไม่พบหน้า",
    "halaman tidak ditemukan",
    "không tìm thấy trang",
    "页面不存在",
    "页面未找到",
    "找不到頁面",
    "找不到页面",
    "ページが見つかりません",
    "お探しのページ",
    "페이지를 찾을 수 없습니다",
];

/// Whether a short text stands on a page that is not there, or that is there for its film.
pub(crate) fn is_absent(title: &str, is_film: bool, body: &[Draft]) -> bool {
    let letters: u32 = body.iter().map(|draft| draft.measure.letters).sum();
    letters <= MAX_LETTERS && (is_film || is_missing(title))
}

fn is_missing(title: &str) -> bool {
    let title = folded(title);
    MISSING.iter().any(|missing| {
        let missing = folded(missing);
        // A number or two words may begin a headline; they are all of an error's.
        if missing.chars().count() < SURE { title == missing } else { title.contains(&missing) }
    })
}

/// Letters from which the words of an error are not those of a headline.
const SURE: usize = 10;
