//! The texts of replays. Only the server makes these pages.

use crate::i18n::Locale;
use crate::number::grouped;
use model::audit::replay::{BillKind, ReplayState};

#[derive(Debug)]
pub struct ReplayTexts {
    pub replay: &'static str,
    /// What it has come to; is something undecidable?
    pub replay_state: fn(ReplayState, bool) -> &'static str,
    pub replay_now: &'static str,
    /// What that does.
    pub replay_how: &'static str,
    pub replay_again: &'static str,
    /// Of how many, and how long it took.
    pub messages_read: fn(i64, i64, &str) -> String,
    /// No bill differs.
    pub no_bills: &'static str,
    /// Kind of bills.
    pub bill_kind: fn(BillKind) -> &'static str,
    /// What that means.
    pub bill_kind_how: fn(BillKind) -> &'static str,
    /// What both say.
    pub queue_and_records: fn(&str, &str) -> String,
    /// Line of a bill.
    pub line_of: fn(i32) -> String,
    pub confirm: fn(i64) -> String,
    /// What that does.
    pub confirm_how: &'static str,
    /// Who confirmed, and when.
    pub confirmed: fn(&str, &str) -> String,
}

const EN: ReplayTexts = ReplayTexts {
    replay: "Replay of the queue",
    replay_state: |it, undecidable| match it {
        ReplayState::Running => "reading",
        ReplayState::Ready if undecidable => "some bills are undecidable",
        ReplayState::Ready => "complete, nothing undecidable",
        ReplayState::Corrected => "corrected",
        ReplayState::Error => "could not be made",
    },
    replay_now: "Replay the queue",
    replay_how: "The topic is read again for the keys that need a person, and the bills that differ are named. Nothing is changed.",
    replay_again: "Replay again",
    messages_read: |n, all, took| {
        format!("{} of {} messages read in {took}. Nothing has been changed by that.", grouped(n), grouped(all))
    },
    no_bills: "The records hold what the queue says, bill by bill.",
    bill_kind: |it| match it {
        BillKind::Missing => "Missing",
        BillKind::Altered => "Altered",
        BillKind::Extra => "Extra",
        BillKind::Undecidable => "Undecidable",
        BillKind::Candidate => "Candidates",
    },
    bill_kind_how: |it| match it {
        BillKind::Missing => "in the queue, not in the records",
        BillKind::Altered => "the records say something else than the queue",
        BillKind::Extra => "in the records, not in the queue",
        BillKind::Undecidable => "the queue no longer holds them",
        BillKind::Candidate => "each makes up what the live stock missed or counted twice",
    },
    queue_and_records: |queue, records| format!("queue {queue}, records {records}"),
    line_of: |n| format!("line {n}"),
    confirm: |keys| {
        if keys == 1 {
            "Confirm the correction of 1 key".to_owned()
        } else {
            format!("Confirm the correction of {} keys", grouped(keys))
        }
    },
    confirm_how: "The records become what the queue says; old values stay on record. FLAG becomes T, a new audit runs by itself and settles exactly these keys.",
    confirmed: |who, at| format!("Confirmed by {who}, {at}. Old values are on record."),
};

const ZH: ReplayTexts = ReplayTexts {
    replay: "消息队列回放",
    replay_state: |it, undecidable| match it {
        ReplayState::Running => "读取中",
        ReplayState::Ready if undecidable => "部分不可判定",
        ReplayState::Ready => "完整，无不可判定",
        ReplayState::Corrected => "已校正",
        ReplayState::Error => "未能执行",
    },
    replay_now: "回放消息队列",
    replay_how: "为需要人工处理的键重新读取主题，逐笔指明不同之处。不改动任何数据。",
    replay_again: "再次回放",
    messages_read: |n, all, took| {
        format!("已读 {} / {} 条消息，用时 {took}。此举未改动任何数据。", grouped(n), grouped(all))
    },
    no_bills: "关系库与队列逐笔一致。",
    bill_kind: |it| match it {
        BillKind::Missing => "缺失",
        BillKind::Altered => "被改",
        BillKind::Extra => "多余",
        BillKind::Undecidable => "不可判定",
        BillKind::Candidate => "可能的单据",
    },
    bill_kind_how: |it| match it {
        BillKind::Missing => "队列有，记录无",
        BillKind::Altered => "记录与队列不同",
        BillKind::Extra => "记录有，队列无",
        BillKind::Undecidable => "队列已不再保存",
        BillKind::Candidate => "每一笔都可解释实时库存漏记或重复的数量",
    },
    queue_and_records: |queue, records| format!("队列 {queue}，记录 {records}"),
    line_of: |n| format!("第 {n} 行"),
    confirm: |keys| format!("确认校正 {} 键", grouped(keys)),
    confirm_how: "关系库改为队列所说的数，旧值留存。FLAG 置 T，随即自动复审并恰好结算这些键。",
    confirmed: |who, at| format!("{who} 于 {at} 确认。旧值留存。"),
};

impl Locale {
    /// The texts of replays.
    pub fn replay_texts(self) -> &'static ReplayTexts {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}
