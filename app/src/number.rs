//! Numbers as people read them. The server and the browser must write the same, so there is no `Intl` here.

use crate::i18n::Locale;

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

/// A movement on a tile that has no room for all digits, its unit apart: all of them below 100,000, then `+16.3` and `万`.
pub fn tile(number: i64, locale: Locale) -> (String, &'static str) {
    if number.unsigned_abs() < 100_000 {
        return (signed(number), "");
    }
    let (digits, unit) = short_parts(number.saturating_abs(), locale);
    (format!("{}{digits}", if number > 0 { "+" } else { "\u{2212}" }), unit)
}

/// A short form for axes: `1.2万`, `3.4亿` in Chinese, `12K`, `3.4M` in English. Never for a figure that stands alone.
pub fn short(number: i64, locale: Locale) -> String {
    let (digits, unit) = short_parts(number, locale);
    format!("{digits}{unit}")
}

/// A short form for the lines of a scale that are `step` apart: with as many decimals as tell them apart, all digits where that
/// would be too many.
pub fn short_on_scale(number: i64, step: i64, largest: i64, locale: Locale) -> String {
    let Some((unit, name)) = unit_of(largest, locale) else { return grouped(number) };
    let decimals = [(1, 0), (10, 1), (100, 2)].into_iter().find(|(parts, _)| step.checked_rem(unit / parts) == Some(0));
    match decimals {
        _ if number == 0 => "0".to_owned(),
        Some((1, _)) => format!("{}{name}", grouped(number / unit)),
        Some((parts, width)) => {
            let part = (number % unit).abs() / (unit / parts);
            let sign = if number < 0 && number / unit == 0 { "\u{2212}" } else { "" };
            format!("{sign}{}.{part:0width$}{name}", grouped(number / unit))
        }
        None => grouped(number),
    }
}

fn unit_of(number: i64, locale: Locale) -> Option<(i64, &'static str)> {
    const CHINESE: [(i64, &str); 2] = [(100_000_000, "亿"), (10_000, "万")];
    const ENGLISH: [(i64, &str); 3] = [(1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")];
    let units: &[(i64, &'static str)] = match locale {
        Locale::Zh => &CHINESE,
        Locale::En => &ENGLISH,
    };
    units.iter().find(|(unit, _)| number.abs() >= *unit).copied()
}

fn short_parts(number: i64, locale: Locale) -> (String, &'static str) {
    let Some((unit, name)) = unit_of(number, locale) else { return (grouped(number), "") };
    let tenths_of_unit = number / (unit / 10);
    let digits = match tenths_of_unit % 10 {
        0 => grouped(tenths_of_unit / 10),
        tenth => format!("{}.{}", grouped(tenths_of_unit / 10), tenth.abs()),
    };
    (digits, name)
}

/// A number, or the sign that stands where there is none.
pub fn grouped_or_none(number: Option<i64>) -> String {
    number.map_or_else(|| NONE.to_owned(), grouped)
}

/// In the place of a figure nobody could vouch for.
pub const NONE: &str = "\u{2014}";

/// A count of things, or the sign that stands where there is none.
pub fn count_or_none(number: Option<u64>) -> String {
    number.map_or_else(|| NONE.to_owned(), count)
}

/// How many there are in a list.
pub fn count_of(length: usize) -> String {
    count(u64::try_from(length).unwrap_or(u64::MAX))
}

/// A count of things.
pub fn count(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The unit that the cells of a table share; its head names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// As they are.
    One,
    Thousand,
    /// Ten thousands, 万.
    Wan,
    Million,
    /// Hundred millions, 亿.
    Yi,
}

impl Unit {
    /// The largest in which the largest cell still has three digits before the point or so.
    pub fn for_cells(largest: u64, locale: Locale) -> Self {
        match locale {
            Locale::En if largest >= 10_000_000 => Self::Million,
            Locale::En if largest >= 10_000 => Self::Thousand,
            Locale::Zh if largest >= 1_000_000_000 => Self::Yi,
            Locale::Zh if largest >= 100_000 => Self::Wan,
            _ => Self::One,
        }
    }

    /// For the head of a table.
    pub fn word(self, locale: Locale) -> &'static str {
        let texts = locale.texts();
        match self {
            Self::One => texts.unit_one,
            Self::Thousand => texts.unit_thousand,
            Self::Million => texts.unit_million,
            Self::Wan => "万",
            Self::Yi => "亿",
        }
    }

    fn size(self) -> i64 {
        match self {
            Self::One => 1,
            Self::Thousand => 1_000,
            Self::Wan => 10_000,
            Self::Million => 1_000_000,
            Self::Yi => 100_000_000,
        }
    }
}

/// A number in a shared unit: whole from 10 on, with a tenth below; what is not zero never reads as zero.
#[derive(Debug, Clone, Copy)]
pub struct InUnit(pub i64, pub Unit);

impl std::fmt::Display for InUnit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(number, unit) = *self;
        if unit == Unit::One {
            return f.write_str(&grouped(number));
        }
        let sign = if number < 0 { "\u{2212}" } else { "" };
        let size = unit.size().unsigned_abs();
        let tenths = (u128::from(number.unsigned_abs()) * 10 + u128::from(size / 2)) / u128::from(size);
        match tenths {
            0 if number > 0 => f.write_str("<0.1"),
            0 if number < 0 => f.write_str(">\u{2212}0.1"),
            0..100 => write!(f, "{sign}{}.{}", tenths / 10, tenths % 10),
            _ => {
                let whole = (u128::from(number.unsigned_abs()) + u128::from(size / 2)) / u128::from(size);
                write!(f, "{sign}{}", grouped(i64::try_from(whole).unwrap_or(i64::MAX)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_scale_are_told_apart() {
        let all = |step: i64, locale| {
            let largest = 28_920_000;
            [28_880_000_i64, -20_000, 0].map(|it| short_on_scale(it, step, largest, locale))
        };
        assert_eq!(all(20_000, Locale::En), ["28.88M", "\u{2212}0.02M", "0"]);
        assert_eq!(all(20_000, Locale::Zh), ["2,888万", "\u{2212}2万", "0"]);
        assert_eq!(all(5, Locale::En)[0], "28,880,000");
    }

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
        assert_eq!(short(30_744_801, Locale::Zh), "3,074.4万");
        assert_eq!(short(2_000, Locale::En), "2K");
        assert_eq!(short(999, Locale::En), "999");
        assert_eq!(short(250_000_000, Locale::Zh), "2.5亿");
    }

    #[test]
    fn a_tile_shows_all_digits_while_there_is_room() {
        assert_eq!(tile(2_212, Locale::En), ("+2,212".to_owned(), ""));
        assert_eq!(tile(-99_999, Locale::Zh), ("\u{2212}99,999".to_owned(), ""));
        assert_eq!(tile(-163_204, Locale::Zh), ("\u{2212}16.3".to_owned(), "万"));
        assert_eq!(tile(163_204, Locale::En), ("+163.2".to_owned(), "K"));
        assert_eq!(tile(0, Locale::En), ("0".to_owned(), ""));
    }

    #[test]
    fn cells_share_a_unit() {
        let text = |number, unit| InUnit(number, unit).to_string();
        assert_eq!(text(710_400, Unit::Thousand), "710");
        assert_eq!(text(-1_240, Unit::Thousand), "\u{2212}1.2");
        assert_eq!([text(0, Unit::Wan), text(7, Unit::Wan), text(99_960, Unit::Wan)], ["0.0", "<0.1", "10"]);
        assert_eq!(text(-7, Unit::Wan), ">\u{2212}0.1");
        assert_eq!(text(-1_240, Unit::One), "\u{2212}1,240");
        assert_eq!(Unit::for_cells(710_400, Locale::En), Unit::Thousand);
        assert_eq!(Unit::for_cells(710_400, Locale::Zh), Unit::Wan);
    }
}
