//! What is wrong with a question, in words. `/statistics`, `/records` and the HTTP interface say the same.

use super::Locale;
use crate::number::{count_of, grouped};
use model::faults::{LARGEST_SUM, Why};
use model::ids::{IdError, MAX_ID_CHARS};

impl Locale {
    /// What is wrong with a field; to be read after its name.
    pub fn why(self, why: &Why) -> String {
        match self {
            Self::En => english(why),
            Self::Zh => chinese(why),
        }
    }
}

fn english(why: &Why) -> String {
    match why {
        Why::Missing => "is missing".to_owned(),
        Why::Repeated => "is given more than once".to_owned(),
        Why::NoSuchField => "is no field of this question".to_owned(),
        Why::TooLong(most) => format!("is longer than {} characters", count_of(*most)),
        Why::NotATime => {
            "is no date or time; write 2025-03-10, 2025-03-10T14:30 or, with an offset, 2025-03-10T14:30:00+08:00"
                .to_owned()
        }
        Why::NotInYears(first, last) => format!("is not within the years {first} to {last}"),
        Why::SkippedTime => "is a local time that does not exist: the clock was put forward".to_owned(),
        Why::NotAfter(other) => format!("is not after {other}"),
        Why::PeriodTooLong(years) => format!("ends more than {years} years after it begins"),
        Why::NoId(IdError::Empty) => "is empty".to_owned(),
        Why::NoId(IdError::TooLong) => format!("is longer than {MAX_ID_CHARS} characters"),
        Why::NoId(IdError::Control) => "contains a control character".to_owned(),
        Why::NoId(IdError::OuterSpace) => "starts or ends with white space".to_owned(),
        Why::UnknownId(id) => format!("\u{201c}{id}\u{201d} is unknown: no entry and no name has this id"),
        Why::TooMany(most) => format!("has more than {} values", count_of(*most)),
        Why::NotOneOf(words) => format!("is none of {}", words.join(", ")),
        Why::NotBetween(least, most) => format!("is no number from {} to {}", grouped(*least), grouped(*most)),
        Why::BrokenCursor => "is no cursor of this question; begin without one".to_owned(),
        Why::TooManyParts(most) => {
            format!("cuts the period into more than {} parts; take a longer one", count_of(*most))
        }
        Why::TooManyRows(most) => {
            format!("makes more than {} lines; group by less, filter, or take a longer interval", count_of(*most))
        }
        Why::TooFine(most) => format!(
            "is not at a full hour: such a period is read from the entries themselves, for at most {} products; take a full \
             hour, or filter by product",
            count_of(*most)
        ),
        Why::TooWide => "is looked for within a product, a bill or a day: filter by one of them".to_owned(),
        Why::OutOfRange => {
            format!("brings a sum beyond \u{b1}{}, which would not be exact; filter by less", grouped(LARGEST_SUM))
        }
    }
}

fn chinese(why: &Why) -> String {
    match why {
        Why::Missing => "未填写".to_owned(),
        Why::Repeated => "出现了不止一次".to_owned(),
        Why::NoSuchField => "不是此查询的字段".to_owned(),
        Why::TooLong(most) => format!("超过 {} 个字符", count_of(*most)),
        Why::NotATime => {
            "不是日期或时间；请写作 2025-03-10、2025-03-10T14:30，或带时差 2025-03-10T14:30:00+08:00".to_owned()
        }
        Why::NotInYears(first, last) => format!("不在 {first} 至 {last} 年之间"),
        Why::SkippedTime => "是不存在的当地时间：时钟在此拨快".to_owned(),
        Why::NotAfter(other) => format!("不晚于 {other}"),
        Why::PeriodTooLong(years) => format!("距起始超过 {years} 年"),
        Why::NoId(IdError::Empty) => "为空".to_owned(),
        Why::NoId(IdError::TooLong) => format!("超过 {MAX_ID_CHARS} 个字符"),
        Why::NoId(IdError::Control) => "含有控制字符".to_owned(),
        Why::NoId(IdError::OuterSpace) => "首尾有空白".to_owned(),
        Why::UnknownId(id) => format!("“{id}”不存在：没有任何明细或名称使用此编号"),
        Why::TooMany(most) => format!("多于 {} 个值", count_of(*most)),
        Why::NotOneOf(words) => format!("不是 {} 之一", words.join("、")),
        Why::NotBetween(least, most) => format!("不是 {} 至 {} 的整数", grouped(*least), grouped(*most)),
        Why::BrokenCursor => "不是此查询的翻页位置；请从第一页开始".to_owned(),
        Why::TooManyParts(most) => format!("把期间分成超过 {} 段；请选更长的粒度", count_of(*most)),
        Why::TooManyRows(most) => format!("会产生超过 {} 行；请减少分组、增加筛选或选更长的粒度", count_of(*most)),
        Why::TooFine(most) => {
            format!("不在整点：这样的期间须逐笔读取，最多 {} 种产品；请取整点，或筛选产品", count_of(*most))
        }
        Why::TooWide => "只能在一种产品、一张单据或一天之内查找：请筛选其一".to_owned(),
        Why::OutOfRange => format!("使合计超出 \u{b1}{}，无法保证精确；请缩小筛选", grouped(LARGEST_SUM)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_it_in_both_languages() {
        assert_eq!(
            Locale::En.why(&Why::TooManyRows(200_000)),
            "makes more than 200,000 lines; group by less, filter, or take a longer interval"
        );
        assert_eq!(Locale::Zh.why(&Why::NotAfter("from")), "不晚于 from");
    }
}
