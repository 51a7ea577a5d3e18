//! Days of the week in many languages (`weekdays.txt`), lower case, with their short forms.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Whether a text of lower case is the name of a day of the week and nothing else.
pub(crate) fn is_weekday(text: &str) -> bool {
    WEEKDAYS.contains(text.trim_matches(|c: char| !c.is_alphanumeric()))
}

static WEEKDAYS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let lines = include_str!("weekdays.txt").lines().filter(|line| !line.starts_with('#'));
    let names = lines.flat_map(|line| line.split('|').skip(1).flat_map(str::split_whitespace));
    names.map(|name| name.replace('_', " ")).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_table_has_seven_days() {
        let lines = include_str!("weekdays.txt").lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let days: Vec<&str> = line.split(" | ").skip(1).collect();
            assert_eq!(days.len(), 7, "{line}");
            assert!(line.split('|').skip(1).all(|day| day == day.to_lowercase()), "{line}");
        }
    }

    #[test]
    fn a_day_of_the_week_is_known_with_its_dot() {
        for day in ["thu", "lun.", "чт", "الخميس", "thứ năm", "목요일"] {
            assert!(is_weekday(day), "{day}");
        }
        assert!(!is_weekday("may") && !is_weekday("") && !is_weekday("thursday evening"));
    }
}
