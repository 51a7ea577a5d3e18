//! Month names of many languages, lower case, with the forms dates use (genitives, short forms).

use std::collections::HashMap;
use std::sync::LazyLock;

/// Words by month, January first.
const NAMES: [&str; 12] = [
    "january jan januar jänner janvier janv enero ene janeiro gennaio gen januari tammikuu tammikuuta \
     stycznia styczeń sty января январь янв січня січень ledna leden januára január januar siječnja siječanj sijecnja \
     ιανουαρίου ιανουάριος ιαν ocak oca janúar janúar ianuarie ian januarja január sausio janvāris jaanuar \
     يناير جانفي ژانویه جنوری जनवरी জানুয়ারি জানুয়ারী ינואר בינואר มกราคม ม.ค tháng1 януари студзеня қаңтар იანვარი հունվարի yanvar jannar gener xaneiro",
    "february feb februar février févr fevrier febrero fevereiro fev febbraio febbr februari helmikuu helmikuuta \
     lutego luty lut февраля февраль фев лютого лютий února únor unora februára február veljače veljača \
     φεβρουαρίου φεβρουάριος φεβ şubat şub subat febrúar februarie vasario februāris veebruar \
     فبراير فيفري فوریه فروری फरवरी फ़रवरी ফেব্রুয়ারি ফেব্রুয়ারী פברואר בפברואר กุมภาพันธ์ ก.พ февруари лютага ақпан თებერვალი փետրվարի fevral febrer",
    "march mar märz maerz mrz mars marzo março marco maart mrt mars maaliskuu maaliskuuta marts marca marzec \
     марта март мар березня березень března březen brezna március márc ožujka ožujak \
     μαρτίου μάρτιος μαρ mart marts martie kovo märts مارس مارت مارچ मार्च মার্চ מרץ במרץ มีนาคม มี.ค сакавіка наурыз მარტი մարտի març",
    "april apr avril avr abril abr aprile huhtikuu huhtikuuta kwietnia kwiecień kwi апреля апрель апр квітня квітень \
     dubna duben április ápr apríla travnja travanj απριλίου απρίλιος απρ nisan nis apríl aprilie balandžio aprīlis aprill \
     أبريل ابريل إبريل أفريل آوریل اپریل अप्रैल এপ্রিল אפריל באפריל เมษายน เม.ย април красавіка сәуір აპრილი ապրիլի aprel",
    "may mai mayo maio maggio mag mei maj toukokuu toukokuuta maja мая май травня травень května květen kvetna május máj svibnja svibanj \
     μαΐου μάιος μαϊ mayıs mayis maí gegužės maijs مايو ماي مه مئی मई মে מאי במאי พฤษภาคม พ.ค майя траўня мамыр მაისი մայիսի maig",
    "june jun juni juin junio junho giugno giu kesäkuu kesäkuuta czerwca czerwiec cze июня июнь июн червня червень \
     června červen cervna június jún júna lipnja lipanj ιουνίου ιούνιος ιουν haziran haz júní iunie birželio jūnijs juuni \
     يونيو يونية جوان ژوئن جون जून জুন יוני ביוני มิถุนายน มิ.ย юни чэрвеня маусым ივნისი հունիսի iyun juny xuño",
    "july jul juli juillet juil julio julho luglio lug heinäkuu heinäkuuta lipca lipiec lip июля июль июл липня липень \
     července červenec cervence július júl júla srpnja srpanj ιουλίου ιούλιος ιουλ temmuz tem júlí iulie liepos jūlijs juuli \
     يوليو يولية جويلية ژوئیه جولائی जुलाई জুলাই יולי ביולי กรกฎาคม ก.ค юли ліпеня шілде ივლისი հուլիսի iyul juliol xullo",
    "august aug août aout agosto ago augustus augusti elokuu elokuuta sierpnia sierpień sie августа август авг серпня серпень \
     srpna srpen augusztus augusta kolovoza kolovoz αυγούστου αύγουστος αυγ ağustos agustos agu ağu ágúst rugpjūčio augusts \
     أغسطس اغسطس أوت اوت اوت اگست अगस्त আগস্ট אוגוסט באוגוסט สิงหาคม ส.ค жніўня тамыз აგვისტო օգոստոսի avqust agost",
    "september sep sept septembre septiembre set setembro settembre sett syyskuu syyskuuta września wrzesień wrz \
     сентября сентябрь сен вересня вересень září zari szeptember szept septembra rujna rujan σεπτεμβρίου σεπτέμβριος σεπ \
     eylül eylul eyl septembrie rugsėjo septembris سبتمبر سپتامبر ستمبر सितंबर सितम्बर সেপ্টেম্বর ספטמבר בספטמבר กันยายน ก.ย септември верасня қыркүйек სექტემბერი սեպտեմբերի sentyabr setembre",
    "october oct okt oktober octobre octubre outubro out ottobre ott oktober lokakuu lokakuuta października październik paź \
     октября октябрь окт жовтня жовтень října říjen rijna október októbra listopada οκτωβρίου οκτώβριος οκτ ekim eki octombrie spalio oktobris oktoober \
     أكتوبر اكتوبر اکتبر اکتوبر अक्टूबर অক্টোবর אוקטובר באוקטובר ตุลาคม ต.ค октомври кастрычніка қазан ოქტომბერი հոկտեմբերի oktyabr",
    "november nov novembre noviembre novembro nov marraskuu marraskuuta listopada listopad lis ноября ноябрь ноя листопада листопад \
     novembra studenoga studenog studeni νοεμβρίου νοέμβριος νοε kasım kasim kas nóvember noiembrie lapkričio novembris \
     نوفمبر نوامبر نومبر नवंबर नवम्बर নভেম্বর נובמבר בנובמבר พฤศจิกายน พ.ย ноември лістапада қараша ნოემბერი նոյեմբերի noyabr",
    "december dec dez dezember décembre déc decembre diciembre dic dezembro dicembre des desember joulukuu joulukuuta \
     grudnia grudzień gru декабря декабрь дек грудня грудень prosince prosinec decembra prosinca δεκεμβρίου δεκέμβριος δεκ \
     aralık aralik ara desember decembrie gruodžio decembris detsember ديسمبر دسامبر دسمبر दिसंबर दिसम्बर ডিসেম্বর דצמבר בדצמבר \
     ธันวาคม ธ.ค декември снежня желтоқсан დეკემბერი դեկտեմբերի dekabr desembre decembro",
];

/// Months of the Levant and Iraq; some are two words, written here with an underscore.
const SYRIAC: [&str; 12] = [
    "كانون_الثاني",
    "شباط",
    "آذار اذار",
    "نيسان",
    "أيار ايار",
    "حزيران",
    "تموز",
    "آب",
    "أيلول ايلول",
    "تشرين_الأول تشرين_الاول",
    "تشرين_الثاني",
    "كانون_الأول كانون_الاول",
];

/// Words that stand in for a name of two.
const FIRST_HALVES: [&str; 2] = ["كانون", "تشرين"];

/// The month a word names, with the word after it for the names of two; and whether both count.
pub(crate) fn month(word: &str, next: Option<&str>) -> Option<(u8, bool)> {
    let word = word.trim_end_matches('.');
    if FIRST_HALVES.contains(&word) {
        let both = format!("{word}_{}", next?);
        return MONTHS.get(both.as_str()).map(|month| (*month, true));
    }
    MONTHS.get(word).map(|month| (*month, false))
}

/// Month by name. Where a name means two months (listopad), the first of the table stands.
static MONTHS: LazyLock<HashMap<&str, u8>> = LazyLock::new(|| {
    let mut months = HashMap::new();
    for table in [&NAMES, &SYRIAC] {
        for (month, names) in (1..).zip(table) {
            for name in names.split_whitespace() {
                months.entry(name).or_insert(month);
            }
        }
    }
    months
});
