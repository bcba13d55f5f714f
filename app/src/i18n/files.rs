//! Files of entries in words: why one cannot be read, what is wrong with its cells, and what its columns are called. English of troubles and flaws is as
//! `model` has it.

use model::files::choices::{Charset, DateOrder, Separator};
use model::files::field::Field;
use model::files::flaw::CellFlaw;
use model::files::trouble::FileTrouble;

use super::Locale;
use crate::number::count_of;

impl Locale {
    /// Why a file cannot be read; to be read after "this file".
    pub fn file_trouble(self, trouble: &FileTrouble) -> String {
        if self == Self::En {
            return trouble.to_string();
        }
        match trouble {
            FileTrouble::TooLarge(most) => format!("超过 {} MB", most / 1_048_576),
            FileTrouble::TooMany(most) => format!("超过 {} 行", count_of(*most)),
            FileTrouble::TooWide(most) => format!("超过 {most} 列"),
            FileTrouble::Empty => "没有明细".to_owned(),
            FileTrouble::NotText(charset) => format!("不是 {} 编码的文本", self.charset(*charset)),
            FileTrouble::Binary => "不是文本：可能是图片、PDF 或已损坏".to_owned(),
            FileTrouble::UnclosedQuote(line) => format!("第 {} 行的引号没有闭合", count_of(*line)),
            FileTrouble::OtherTitles(line) => format!("第 {} 行另有表头：请在那里拆开", count_of(*line)),
            FileTrouble::LongLine { line, most } => format!("第 {} 行超过 {} MB", count_of(*line), most / 1_048_576),
            FileTrouble::UnsureCharset => "的编码不能确定：请另存为 UTF-8".to_owned(),
            FileTrouble::Busy => "还没有读：正在读的文件太多，请一分钟后再试".to_owned(),
            FileTrouble::NoHead(line) => format!("第 {} 行没有表头", count_of(*line)),
            FileTrouble::NoSheet(name) => format!("没有工作表“{name}”"),
            FileTrouble::OldWorkbook => "是旧格式的工作簿：请另存为 .xlsx 或 CSV".to_owned(),
            FileTrouble::Locked => "设有密码：请另存为不带密码的文件".to_owned(),
            FileTrouble::Macros => "含有宏：请另存为不带宏的 .xlsx".to_owned(),
            FileTrouble::Bomb(most) => format!("解压后超过 {most} MB"),
            FileTrouble::Damaged => "是损坏的工作簿".to_owned(),
            FileTrouble::NotJson { line, column } => format!("不是 JSON：第 {line} 行第 {column} 个字符"),
        }
    }

    /// What is wrong with the cells of a line; to be read after the name of its field.
    pub fn cell_flaw(self, flaw: &CellFlaw) -> String {
        if self == Self::En {
            return flaw.to_string();
        }
        match flaw {
            CellFlaw::Cells(cells, titles) => {
                format!("有 {cells} 格，表头只有 {titles} 列：是否有数字或文字含分隔符而没有加引号？")
            }
            CellFlaw::OutsideQuotes => "引号之外还有文字".to_owned(),
            CellFlaw::LineBreak => "单元格内有换行".to_owned(),
            CellFlaw::BothWays(first, second) => format!("收入、发出都有数：{first} 和 {second}"),
            CellFlaw::NoWay => "收入、发出都没有数".to_owned(),
            CellFlaw::NotANumber(text) => format!("不是数字：{text}"),
            CellFlaw::NotWhole(text) => format!("不是整数：{text}"),
            CellFlaw::OtherMark(text) => format!("写法与该列其他数字不同：{text}"),
            CellFlaw::OtherSign(text) => format!("正负号与方向不符：{text}"),
            CellFlaw::TooLarge(text) => format!("太大：{text}"),
            CellFlaw::OtherUnit(unit, usual) => format!("单位是{unit}，同一产品的其他行是{usual}"),
            CellFlaw::NotADate(text) => format!("不是日期：{text}"),
            CellFlaw::OtherOrder(text) => format!("按其他行的年月日次序不是日期：{text}"),
            CellFlaw::MaySwapped(text) => format!("是文字日期之间的真日期，电子表格可能颠倒了日和月：{text}"),
            CellFlaw::NotAnId(text) => format!("被电子表格改成了日期：{text}。请将该列设为文本后重新导出"),
            CellFlaw::NoDirection(word) => format!("看不出是入库还是出库：{word}"),
            CellFlaw::NoKind(word) => format!("不是单据、期初、调整之一：{word}"),
            CellFlaw::Error(text) => format!("是电子表格的错误值：{text}"),
            CellFlaw::Empty => "为空".to_owned(),
            CellFlaw::Negative(text) => format!("小于 0，货架上不会少于没有：{text}"),
            CellFlaw::CountedTwice(line) => format!("在第 {} 行已经盘过：请合并两行", count_of(*line)),
            CellFlaw::Rounded(text) => format!("被电子表格改成了约数：{text}。请将该列设为文本后重新导出"),
            CellFlaw::IsName(text, id) => format!("是 {id} 的名称，不是编号：{text}"),
            CellFlaw::LooksLike(text, id) => format!("像 {id}，但是另一个编号：{text}"),
        }
    }

    /// An encoding by its name.
    pub fn charset(self, charset: Charset) -> &'static str {
        match charset {
            Charset::Utf8 => "UTF-8",
            Charset::Utf16 => "UTF-16",
            Charset::Gb18030 => "GB 18030",
            Charset::Big5 => "Big5",
            Charset::Windows1252 => "Windows-1252",
        }
    }

    /// What stands between cells.
    pub fn separator(self, separator: Separator) -> &'static str {
        let (en, zh) = match separator {
            Separator::Comma => ("comma", "逗号"),
            Separator::Semicolon => ("semicolon", "分号"),
            Separator::Tab => ("tab", "制表符"),
            Separator::Pipe => ("bar", "竖线"),
        };
        if self == Self::En { en } else { zh }
    }

    /// The order of a date.
    pub fn date_order(self, order: DateOrder) -> &'static str {
        let (en, zh) = match order {
            DateOrder::YearFirst => ("year, month, day", "年、月、日"),
            DateOrder::DayFirst => ("day, month, year", "日、月、年"),
            DateOrder::MonthFirst => ("month, day, year", "月、日、年"),
        };
        if self == Self::En { en } else { zh }
    }

    /// What a column may hold.
    pub fn file_field(self, field: Field) -> &'static str {
        self.entry_field(field.as_str()).unwrap_or(field.as_str())
    }
}
