//! What is wrong with an entry, in words, to be read after the name of its field. English is as it is stored.

use super::Locale;
use crate::number::count_of;
use model::entry::MAX_DESCRIPTION_BYTES;
use model::faults::Why;
use model::flaw::{BrokenJson, Code, Flaw};

impl Locale {
    /// What is wrong.
    pub fn flaw(self, flaw: &Flaw) -> String {
        match self {
            Self::En => flaw.to_string(),
            Self::Zh => chinese(flaw),
        }
    }

    /// A kind of rejection, in a few words.
    pub fn code(self, code: Code) -> &'static str {
        let (en, zh) = match code {
            Code::Malformed => ("Unreadable", "无法读取"),
            Code::TwinField => ("Field named twice", "字段重复"),
            Code::Missing => ("Field missing", "缺少字段"),
            Code::WrongType => ("Wrong type", "类型不符"),
            Code::Invalid => ("Value not allowed", "取值不符"),
            Code::Conflict => ("Conflict", "内容冲突"),
            Code::SumOutOfRange => ("Sum out of range", "合计超限"),
            Code::Refused => ("Refused by the database", "数据库拒绝"),
            Code::NoTable => ("No table left", "日表已满"),
        };
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    /// A field of an entry, as a person calls it. `None`: it is none of them.
    pub fn entry_field(self, field: &str) -> Option<&'static str> {
        let (en, zh) = match field {
            "product_id" => ("Product", "产品"),
            "quantity" => ("Quantity", "数量"),
            "drcr" => ("Direction", "方向"),
            "company_id" => ("Company", "公司"),
            "warehouse_id" => ("Warehouse", "仓库"),
            "bill_id" => ("Bill", "单据"),
            "create_time" => ("Business time", "业务时间"),
            "description" => ("Description", "说明"),
            "kind" => ("Kind", "类型"),
            "line_no" => ("Line", "行号"),
            "time_of_day" => ("Time of day", "时刻"),
            "quantity_in" => ("Quantity in", "入库数量"),
            "quantity_out" => ("Quantity out", "出库数量"),
            "counted" => ("Counted", "实盘"),
            "unit" => ("Unit", "单位"),
            _ => return None,
        };
        Some(match self {
            Self::En => en,
            Self::Zh => zh,
        })
    }
}

fn chinese(flaw: &Flaw) -> String {
    match flaw {
        Flaw::NotUtf8(byte) => format!("自第 {byte} 字节起不是 UTF-8"),
        Flaw::NotAnObject(BrokenJson::Ends(place)) => format!("在第 {place} 个字符之后中断：缺引号或右括号"),
        Flaw::NotAnObject(BrokenJson::Syntax(place)) => format!("自第 {place} 个字符起不是 JSON"),
        Flaw::NotAnObject(BrokenJson::NoObject) => "不是 JSON 对象：应为 {...}".to_owned(),
        Flaw::ChangeEvent => "是对已有行的变更事件：明细不会改变，请用另一张单据更正".to_owned(),
        Flaw::Twin => "出现了两次".to_owned(),
        Flaw::Missing => "未填写".to_owned(),
        Flaw::NotText => "不是加引号的文本".to_owned(),
        Flaw::BrokenText => "含有不成字符的转义".to_owned(),
        Flaw::NotTextOrInteger => "既不是加引号的文本，也不是整数".to_owned(),
        Flaw::NotInteger => "不是不加引号的整数，例如 10".to_owned(),
        Flaw::Id(why) => Locale::Zh.why(&Why::NoId(*why)),
        Flaw::Invisible(it) => format!("含有看不见的字符 U+{:04X}", u32::from(*it)),
        Flaw::Quantity(_) | Flaw::LineNo => "不在 1 至 2147483647 之间".to_owned(),
        Flaw::Direction(_) => "既不是 1（入库）也不是 -1（出库）".to_owned(),
        Flaw::TooLong => format!("超过 {MAX_DESCRIPTION_BYTES} 字节"),
        Flaw::HasNul => "含有 U+0000".to_owned(),
        Flaw::Kind => "不是 bill、opening、adjust 之一".to_owned(),
        Flaw::NotATime => "不是 YYYY-MM-DD HH:MM:SS，也不是 RFC 3339".to_owned(),
        Flaw::SkippedTime => "是不存在的当地时间：时钟在此拨快".to_owned(),
        Flaw::OutOfRange => "超出范围".to_owned(),
        Flaw::Before(day) => format!("早于 {day}"),
        Flaw::TooFarAhead(limit) => format!("比消息时间晚 {limit} 以上"),
        Flaw::Contradicts(line) => format!("与第 {} 行是同一单据行，但内容不同", count_of(*line)),
        Flaw::Recorded(fields) => format!("已有记录，但 {fields} 不同"),
        Flaw::Cells(flaw) => Locale::Zh.cell_flaw(flaw),
        Flaw::Said(words) => words.clone(),
    }
}
