//! Texts of `/import/events`. Only the server makes this page.

use super::view::{EventFault, SkippedWhy};
use crate::i18n::Locale;

/// Every text of the page.
#[derive(Debug)]
pub struct EventsTexts {
    pub title: &'static str,
    /// What it is for.
    pub how: &'static str,
    pub map: &'static str,
    pub look: &'static str,
    pub newest: &'static str,
    pub event: &'static str,
    pub comes_to: &'static str,
    pub empty: &'static str,
    pub no_map: &'static str,
    pub busy: &'static str,
    pub place: fn(i32, &str) -> String,
    /// All of them, those that are entries, that are skipped, that are wrong.
    pub verdict: fn([&str; 4]) -> String,
    pub no_topic: fn(&str) -> String,
    pub away: fn(&str) -> String,
}

const EN: EventsTexts = EventsTexts {
    title: "Change events",
    how: "Stock movements of another system (ERPNext, Odoo), read from its table by Debezium. Try a mapping file on the last hundred events; nothing is recorded here.",
    map: "Mapping file (TOML)",
    look: "Try on the last 100 events",
    newest: "Newest events",
    event: "Event",
    comes_to: "Comes to",
    empty: "The topic has no event yet.",
    no_map: "The mapping file cannot be used.",
    busy: "Somebody else is looking at events now. Try again in a moment.",
    place: |partition, offset| format!("partition {partition}, offset {offset}"),
    verdict: |[all, entries, skipped, wrong]| {
        format!("{all} events: {entries} become entries, {skipped} are skipped, {wrong} cannot be translated.")
    },
    no_topic: |topic| format!("Kafka has no topic {topic}."),
    away: |topic| format!("Kafka does not show the topic {topic} now. Try again."),
};

const ZH: EventsTexts = EventsTexts {
    title: "变更事件",
    how: "其他系统（ERPNext、Odoo）的库存流水，由 Debezium 从其数据表读出。用最近一百条事件试一试映射文件；这里不会记录任何明细。",
    map: "映射文件（TOML）",
    look: "用最近 100 条事件试一试",
    newest: "最近的事件",
    event: "事件",
    comes_to: "结果",
    empty: "该主题还没有事件。",
    no_map: "映射文件不能使用。",
    busy: "正有他人在查看事件，请稍后再试。",
    place: |partition, offset| format!("分区 {partition}，偏移 {offset}"),
    verdict: |[all, entries, skipped, wrong]| {
        format!("{all} 条事件：{entries} 条成为明细，{skipped} 条跳过，{wrong} 条不能翻译。")
    },
    no_topic: |topic| format!("Kafka 没有主题 {topic}。"),
    away: |topic| format!("Kafka 暂时没有给出主题 {topic}，请重试。"),
};

impl Locale {
    /// The texts of `/import/events`.
    pub fn events_texts(self) -> &'static EventsTexts {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }

    /// Why an event is no entry.
    pub fn event_skipped(self, why: SkippedWhy) -> &'static str {
        let (en, zh) = match why {
            SkippedWhy::Nothing => {
                ("no row: a tombstone, or a message of the connector", "不是数据行：删除标记，或连接器自己的消息")
            }
            SkippedWhy::Operation => ("an operation that the mapping leaves out", "映射不取的操作"),
            SkippedWhy::Conditions => ("the conditions of the mapping do not hold", "不满足映射的条件"),
            SkippedWhy::Lookup => ("a table of the mapping says that it is none", "映射的对照表说明它不是明细"),
        };
        if self == Self::En { en } else { zh }
    }

    /// Why an event cannot be translated; to be read after the name of its field.
    pub fn event_fault(self, fault: &EventFault) -> String {
        let is_english = self == Self::En;
        match fault {
            EventFault::NotJson if is_english => "the message is no JSON object".to_owned(),
            EventFault::NotJson => "消息不是 JSON 对象".to_owned(),
            EventFault::Operation(it) if is_english => format!("the operation {it:?} is none of c, r, u, d"),
            EventFault::Operation(it) => format!("操作“{it}”不是 c、r、u、d 之一"),
            EventFault::Missing(column) if is_english => format!("the row has nothing in {column}"),
            EventFault::Missing(column) => format!("数据行的 {column} 为空"),
            EventFault::NotWhole(column, text) if is_english => format!("{column} is not a whole number: {text}"),
            EventFault::NotWhole(column, text) => format!("{column} 不是整数：{text}"),
            EventFault::NotATime(column, text) if is_english => format!("{column} is not a date or a time: {text}"),
            EventFault::NotATime(column, text) => format!("{column} 不是日期或时间：{text}"),
            EventFault::NotThere(table, key) if is_english => format!("the table {table} has no {key:?}"),
            EventFault::NotThere(table, key) => format!("对照表 {table} 里没有“{key}”"),
            EventFault::Flaw(flaw) => self.flaw(flaw),
        }
    }
}
