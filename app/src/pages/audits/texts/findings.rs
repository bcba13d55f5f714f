//! The texts of findings, and of what a person decides about them. Only the server makes these pages.

use crate::i18n::Locale;
use crate::number::grouped;
use model::audit::ResolveAs;

#[derive(Debug)]
pub struct FindingsTexts {
    pub findings: &'static str,
    pub findings_how: fn(i64) -> String,
    /// More were counted than stored.
    pub only_stored: fn(i64) -> String,
    pub all: &'static str,
    pub open: &'static str,
    pub done: &'static str,
    pub no_findings: &'static str,
    /// None of these.
    pub none_such: &'static str,
    /// The first columns of the file: number, and both ids with their names.
    pub file_titles: [&'static str; 5],
    /// Its last columns, behind the sums.
    pub file_endings: [&'static str; 10],
    pub key: &'static str,
    pub difference: &'static str,
    pub cause: &'static str,
    pub missing: &'static str,
    pub unreadable: &'static str,
    /// Of a finding: what both sides hold.
    pub evidence: &'static str,
    pub stock: &'static str,
    pub came_in: &'static str,
    pub entries: &'static str,
    /// What was put right.
    pub before_after: fn(&str, &str) -> String,
    /// Link: the entries of the key.
    pub look_up: &'static str,
    /// A way to deal with it.
    pub way: fn(ResolveAs) -> &'static str,
    /// What that does.
    pub way_how: fn(ResolveAs) -> &'static str,
    pub note: &'static str,
    /// Who decided, when and why.
    pub decided: fn(ResolveAs, &str, &str) -> String,
    /// A decision is not on record.
    pub not_resolved: &'static str,
    pub no_note: &'static str,
    pub already: &'static str,
    pub not_this_way: &'static str,
    pub away: &'static str,
    /// Why it is not on record.
    pub not_ready: &'static str,
    /// Why it is not on record.
    pub another_run: &'static str,
    /// Why it is not on record.
    pub changed: &'static str,
}

const EN: FindingsTexts = FindingsTexts {
    findings: "Findings",
    findings_how: |n| format!("{} keys, difference = RRS \u{2212} NRS", grouped(n)),
    only_stored: |n| format!("the first {} are stored one by one", grouped(n)),
    all: "All",
    open: "To do",
    done: "Dealt with",
    no_findings: "No key deviates",
    none_such: "None of these",
    file_titles: ["Number", "Warehouse id", "Warehouse", "Product id", "Product"],
    file_endings: [
        "STATE",
        "FLAG",
        "DESCRIPTION",
        "Cause",
        "What says so",
        "Put right to",
        "Dealt with as",
        "Why",
        "By",
        "When",
    ],
    key: "Warehouse · product",
    difference: "Difference",
    cause: "Cause and DESCRIPTION",
    missing: "missing",
    unreadable: "unreadable",
    evidence: "What says so",
    stock: "Stock",
    came_in: "In, all kinds",
    entries: "Entries",
    before_after: |before, after| format!("Put right: {before} \u{2192} {after}"),
    look_up: "Its entries",
    way: |it| match it {
        ResolveAs::Acknowledge => "Acknowledge",
        ResolveAs::AcceptRecords => "Accept the records",
        ResolveAs::Adjust => "Post an adjusting entry",
        ResolveAs::Corrected => "Corrected",
    },
    way_how: |it| match it {
        ResolveAs::Acknowledge => "The repair was seen; nothing else is to be done.",
        ResolveAs::AcceptRecords => {
            "Totals are made from the rows as they are where they do not agree; a hole in the journal is accepted for all keys together. The audit that follows sets the live stock to the records, if it still differs by the same."
        }
        ResolveAs::Adjust => {
            "The live stock was right: the records are accepted, and an adjusting entry for the difference is sent through Kafka."
        }
        ResolveAs::Corrected => "The records were corrected from the queue.",
    },
    note: "Why",
    decided: |way, who, at| {
        let what = match way {
            ResolveAs::Acknowledge => "Acknowledged",
            ResolveAs::AcceptRecords => "Records accepted",
            ResolveAs::Adjust => "Adjusting entry posted",
            ResolveAs::Corrected => "Records corrected from the queue",
        };
        format!("{what} by {who}, {at}")
    },
    not_resolved: "This is not on record",
    no_note: "say why, in 1 to 1,000 characters",
    already: "somebody has dealt with it meanwhile",
    not_this_way: "it does not fit this finding",
    away: "the records do not answer now; try again",
    not_ready: "the replay is not ready, or was confirmed before",
    another_run: "another run is under way; try again in a moment",
    changed: "rows or journal have changed since they were looked at; replay again, or look at a newer audit",
};

const ZH: FindingsTexts = FindingsTexts {
    findings: "偏差",
    findings_how: |n| format!("{} 键 · 差额 = RRS \u{2212} NRS", grouped(n)),
    only_stored: |n| format!("逐条留存前 {} 条", grouped(n)),
    all: "全部",
    open: "待处理",
    done: "已处理",
    no_findings: "没有偏差",
    none_such: "没有这样的偏差",
    file_titles: ["序号", "仓库编号", "仓库", "产品编号", "产品"],
    file_endings: ["STATE", "FLAG", "DESCRIPTION", "原因", "依据", "校正为", "处理方式", "理由", "处理人", "处理时间"],
    key: "仓库 · 产品",
    difference: "差额",
    cause: "原因与 DESCRIPTION",
    missing: "缺失",
    unreadable: "无法读取",
    evidence: "依据",
    stock: "库存",
    came_in: "入（各类）",
    entries: "笔数",
    before_after: |before, after| format!("已校正：{before} \u{2192} {after}"),
    look_up: "其明细",
    way: |it| match it {
        ResolveAs::Acknowledge => "已阅",
        ResolveAs::AcceptRecords => "以关系库为准",
        ResolveAs::Adjust => "补记调整分录",
        ResolveAs::Corrected => "已校正",
    },
    way_how: |it| match it {
        ResolveAs::Acknowledge => "已看到这次校正，无需其他处理。",
        ResolveAs::AcceptRecords => {
            "合计与明细行不符时，按现有明细行重算合计；批次记录的缺口对所有键一并接受。随后的审计将实时库存设为关系库的数，前提是差额未变。"
        }
        ResolveAs::Adjust => "实时库存是对的：接受关系库现有的行，并经 Kafka 补记一笔等于差额的调整分录。",
        ResolveAs::Corrected => "关系库已按消息队列校正。",
    },
    note: "理由",
    decided: |way, who, at| {
        let what = match way {
            ResolveAs::Acknowledge => "已阅",
            ResolveAs::AcceptRecords => "以关系库为准",
            ResolveAs::Adjust => "已补记调整分录",
            ResolveAs::Corrected => "关系库已按消息队列校正",
        };
        format!("{what} · {who}，{at}")
    },
    not_resolved: "未入档",
    no_note: "请写明理由，1 至 1,000 字",
    already: "期间已有人处理",
    not_this_way: "不适用于此偏差",
    away: "关系库暂时没有应答，请重试",
    not_ready: "回放尚未就绪，或此前已确认",
    another_run: "另一次运行正在进行，请稍后重试",
    changed: "明细行或批次记录此后已有变化，请重新回放，或查看更新的审计",
};

impl Locale {
    /// The texts of findings, and of what a person decides about them.
    pub fn findings_texts(self) -> &'static FindingsTexts {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}
