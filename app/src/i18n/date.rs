//! Dates as people read them. No `Intl`: the server and the browser must write the same.

use super::Locale;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const WEEKDAYS_ZH: [&str; 7] = ["日", "一", "二", "三", "四", "五", "六"];

impl Locale {
    /// `2026-11-20` as `Friday 20 November`, `11 月 20 日 星期五`. What is no date stays as it is.
    pub fn date(self, day: &str) -> String {
        let parts: Vec<u32> = day.split('-').filter_map(|it| it.parse().ok()).collect();
        let [year, month @ 1..=12, date @ 1..=31] = parts[..] else { return day.to_owned() };
        let weekday = weekday(year, month, date);
        match self {
            Self::Zh => format!("{month} 月 {date} 日 星期{}", WEEKDAYS_ZH[weekday]),
            Self::En => {
                let month = usize::try_from(month - 1).map_or("", |it| MONTHS[it]);
                format!("{} {date} {month}", WEEKDAYS[weekday])
            }
        }
    }
}

/// 0 is Sunday (Sakamoto's method).
fn weekday(year: u32, month: u32, date: u32) -> usize {
    const SHIFT: [u32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let year = if month < 3 { year.saturating_sub(1) } else { year };
    let shift = usize::try_from(month - 1).map_or(0, |it| SHIFT[it]);
    usize::try_from((year + year / 4 - year / 100 + year / 400 + shift + date) % 7).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_out() {
        assert_eq!(Locale::En.date("2026-11-20"), "Friday 20 November");
        assert_eq!(Locale::Zh.date("2024-02-29"), "2 月 29 日 星期四");
        assert_eq!(Locale::En.date("soon"), "soon");
    }
}
