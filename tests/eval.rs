//! The scorer of `examples/eval`: its measures case by case, and a row of a small gold set worked
//! out by hand.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_cmp,
    reason = "a test fails by panicking, and its figures are exact"
)]

#[path = "../examples/eval/gold.rs"]
#[allow(dead_code, reason = "the example reads the pages too")]
mod gold;
#[path = "../examples/eval/measures.rs"]
mod measures;
#[path = "../examples/eval/report.rs"]
#[allow(dead_code, reason = "the example prints the tables")]
mod report;

use gold::{Counts, Gold, Prediction, score};
use measures::{body, byline, day, names, split, title, tokens};
use report::{COLUMNS, Scored, below, languages, of_language, peers, row};

const STORY: &str = "The heron stood in the lock until the barge had gone.\nThen it took the fish.";

fn strings(all: &[&str]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

#[test]
fn tokens_are_words_or_characters_by_script() {
    for (text, want) in [
        ("河水退了 abc", &["河", "水", "退", "了", "abc"][..]),
        ("كتابٌ قديمـــ", &["كتابٌ", "قديم"]),
        ("नदी में", &["नदी", "में"]),
        ("川のテスト2026年", &["川", "の", "テ", "ス", "ト", "2026", "年"]),
        ("น้ำ", &["น", "้", "ํ", "า"]),
        ("강물이 불었다", &["강물이", "불었다"]),
        ("STRASSE Straße", &["strasse", "strasse"]),
        ("ΟΔΟΣ οδός", &["οδοσ", "οδόσ"]),
        ("Ｆｕｌｌ ﬁsh, n°2_a", &["full", "fish", "n", "2_", "a"]),
        ("ISPARTA ısı", &["isparta", "ısı"]),
    ] {
        assert_eq!(tokens(text), want, "{text}");
    }
}

#[test]
fn bodies_are_compared_four_tokens_at_a_time() {
    assert_eq!(body(STORY, STORY, "").f1, 1.0);
    assert_eq!(body(STORY, "", "").f1, 0.0);
    assert_eq!(body("", "", "").f1, 1.0);
    assert_eq!(body(STORY, "nothing of the kind at all", "").f1, 0.0);
    let longer = body(STORY, &format!("{STORY} And some more of it."), "");
    assert!(longer.recall == 1.0 && longer.precision == 13.0 / 18.0, "{longer:?}");
    assert_eq!(body("one two", "one two", "").f1, 1.0, "a short text is one shingle");
    assert_eq!(body("one two", "one two three", "").f1, 0.0);
    let twice = body("a b c d", "a b c d a b c d", "");
    assert_eq!((twice.precision, twice.recall), (0.2, 1.0), "a multiset, not a set");
    assert_eq!(body(STORY, &format!("\nThe Heron\n{STORY}"), "the heron").f1, 1.0);
}

#[test]
fn names_are_compared_without_what_stands_around_them() {
    let is = |gold: &[&str], found: &[&str]| byline(&strings(gold), &strings(found));
    assert_eq!(is(&["Ada Frost", "Ben Reed"], &["ben  reed", "ADA FROST"]), (1.0, 1.0));
    assert_eq!(is(&["Ada Frost"], &[]), (0.0, 0.0));
    assert_eq!(is(&["Ada Frost"], &["Ada Frost Staff Writer"]), (0.0, 1.0));
    assert_eq!(is(&["Ada Frost"], &["Ada Frost", "The Quay"]), (2.0 / 3.0, 2.0 / 3.0));
    assert_eq!(is(&["ليلى حداد"], &["بقلم ليلى حداد"]), (1.0, 1.0));
    assert_eq!(is(&["Ada Frost"], &["By Ada Frost."]), (1.0, 1.0));
    assert_eq!(split("Ada Frost and Ben Reed, Cy Hill"), ["Ada Frost", "Ben Reed", "Cy Hill"]);
    assert_eq!(split("Anders And, redaktør"), ["Anders And", "redaktør"]);
    assert_eq!(names(["A. B.", "a. b", " "].into_iter()), ["a. b"]);
}

#[test]
fn days_and_titles() {
    assert_eq!(day("2026-1-5T10:00Z").as_deref(), Some("2026-01-05"));
    assert_eq!(day("2026/11/22").as_deref(), Some("2026-11-22"));
    assert_eq!(day("5 January 2026"), None);
    assert_eq!(title("The Heron!", "the heron"), (true, 1.0));
    assert_eq!(title("The Heron", ""), (false, 0.0));
    assert!(!title("heron", "the heron | quay").0);
}

/// A gold line of `source` as a file would have it.
fn line(source: &str, more: &str) -> Gold {
    let text =
        format!("{{\"id\":\"x\",\"source\":\"{source}\",\"url\":null,\"page\":\"p\",{more}}}");
    serde_json::from_str(&text).unwrap()
}

/// Five pages and what an extractor said of them.
fn five() -> Vec<(Gold, Prediction)> {
    let said = |body: &str, authors: &[&str], title: &str, date: &str| Prediction {
        body: Some(body.to_owned()),
        authors: strings(authors),
        title: Some(title.to_owned()),
        date: Some(date.to_owned()),
        lang: Some("en-GB".to_owned()),
        ..Prediction::default()
    };
    let all = "\"lang\":\"en\",\"body\":\"a b c d e\",\"authors\":[\"Ada Frost\"],\
        \"title\":\"Heron\",\"date\":\"2026-01-05\"";
    let segments = "\"segments\":{\"with\":[\"the  heron\",\"the fish\"],\"without\":[\"Share\"]},\
        \"authors\":[],\"date\":null";
    vec![
        (line("fundus", all), said("a b c d e", &["Ada Frost"], "Heron", "2026-01-05T09:40Z")),
        (line("fundus-hist", all), said("a b c d", &["Ada Frost", "Quay"], "heron - Quay", "")),
        (line("aeb", "\"lang\":\"de\",\"body\":\"a b c d e\""), Prediction::default()),
        (line("traf", segments), said("There the heron\nShare", &["Nobody"], "", "")),
        (line("mozread", all), said("z z z z", &[], "", "")),
    ]
}

#[test]
fn a_row_is_made_of_the_sets_that_count_for_each_column() {
    let pages = five();
    let scored: Vec<Scored<'_>> = pages.iter().map(|(g, said)| (g, score(g, said))).collect();
    let (half, two_thirds, five_sixths) = (0.5, 2.0 / 3.0, 5.0 / 6.0);
    let want = [
        (1.0 + two_thirds) / 3.0, // the tool's own set is apart; no prediction is an empty one
        2.0 / 3.0,
        half,
        1.0 / 3.0,
        half, // one found, one missed, one wrong
        five_sixths,
        five_sixths,
        five_sixths,
        five_sixths,
        half,
        half,
        five_sixths,
        0.0,
    ];
    for ((name, found), want) in COLUMNS.iter().zip(row(&scored)).zip(want) {
        assert!((found - want).abs() < 1e-9, "{name}: {found} is not {want}");
    }
    let counts = scored[3].1.segments.unwrap();
    assert_eq!(counts, Counts { found: 1, missed: 1, wrong: 1 });
    assert_eq!(scored[3].1.made_up, Some(true));
    assert_eq!(scored[0].1.lang, Some(true));
    assert_eq!(languages(&scored), [("en".to_owned(), 2), ("de".to_owned(), 1)]);
    assert_eq!(of_language(&scored, "de"), 0.0);
}

#[test]
fn a_figure_below_its_floor_is_told() {
    let mut row = [0.9; COLUMNS.len()];
    row[3] = 0.02;
    assert_eq!(below(&row, "# floors\nbody 0.9\nunder-half 0.020\n\n"), Vec::<String>::new());
    assert_eq!(below(&row, "body 0.901"), ["body 0.9000, at least 0.9010"]);
    assert_eq!(below(&row, "under-half 0.01"), ["under-half 0.0200, at most 0.0100"]);
    assert_eq!(
        below(&row, "boddy 0.1\nbody"),
        ["\"boddy 0.1\" is no floor", "\"body\" is no floor"]
    );
}

#[test]
fn the_peers_have_a_figure_for_every_column() {
    let (_, rows) = peers(0);
    assert_eq!(rows.len(), 8);
    assert!(rows.iter().all(|(_, values)| values.len() == COLUMNS.len()), "{rows:?}");
    let (languages, rows) = peers(1);
    assert!(rows.iter().all(|(_, values)| values.len() == languages.len()), "{rows:?}");
    assert_eq!((languages[0], rows[0].1[0]), ("en", 0.958));
}

/// What was measured of a threshold was measured of the value that it has.
#[test]
fn the_thresholds_told_are_those_of_the_source() {
    let (mut told, mut wrong) = (0, Vec::new());
    let table = include_str!("../examples/eval/thresholds.txt");
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split(" | ").collect();
        let (file, name) = columns[0].split_once("::").unwrap();
        let path = format!("{}/src/page/{file}.rs", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(path).unwrap();
        let (start, end) = (format!("const {name}: "), format!("= {};", columns[1]));
        if !source.lines().any(|line| line.contains(&start) && line.ends_with(&end)) {
            wrong.push(columns[0]);
        }
        told += 1;
    }
    assert!(wrong.is_empty(), "measure anew, or take out: {wrong:?}");
    assert!(told > 60, "{told}");
}
