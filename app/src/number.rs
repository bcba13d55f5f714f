//! Numbers as people read them. The server and the browser must write the same, so there is no `Intl` here.

/// Grouped by three, with a true minus: `−1,234,567`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 3);
    if number < 0 {
        text.push('\u{2212}');
    }
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// With its sign: movements always carry one.
pub fn signed(number: i64) -> String {
    if number > 0 { format!("+{}", grouped(number)) } else { grouped(number) }
}

/// Tenths as a decimal: 68 is `6.8`.
pub fn tenths(number: u64) -> String {
    let whole = i64::try_from(number / 10).unwrap_or(i64::MAX);
    format!("{}.{}", grouped(whole), number % 10)
}

/// A short form for axes: `1.2万`, `3.4亿` in Chinese, `12K`, `3.4M` in English. Never for a figure that stands alone.
pub fn short(number: i64, chinese: bool) -> String {
    const CHINESE: [(i64, &str); 2] = [(100_000_000, "亿"), (10_000, "万")];
    const ENGLISH: [(i64, &str); 3] = [(1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")];
    let units: &[(i64, &str)] = if chinese { &CHINESE } else { &ENGLISH };
    let Some((unit, name)) = units.iter().find(|(unit, _)| number.abs() >= *unit) else { return grouped(number) };
    let tenths_of_unit = number / (unit / 10);
    match tenths_of_unit % 10 {
        0 => format!("{}{name}", grouped(tenths_of_unit / 10)),
        tenth => format!("{}.{}{name}", grouped(tenths_of_unit / 10), tenth.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_signed() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(-100_481), "\u{2212}100,481");
        assert_eq!(grouped(i64::MIN), "\u{2212}9,223,372,036,854,775,808");
        assert_eq!(signed(12_747), "+12,747");
        assert_eq!(tenths(68), "6.8");
    }

    #[test]
    fn short_forms_follow_the_language() {
        assert_eq!(short(30_744_801, true), "3,074.4万");
        assert_eq!(short(2_000, false), "2K");
        assert_eq!(short(999, false), "999");
        assert_eq!(short(250_000_000, true), "2.5亿");
    }
}
