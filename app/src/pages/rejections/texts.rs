//! Texts of `/rejections`. Only the server makes these pages.

use crate::i18n::Locale;
use crate::pages::rejections::view::Outcome;

/// Every text of the pages.
#[derive(Debug)]
pub struct RejectionsTexts {
    /// Link and title.
    pub title: &'static str,
    /// Under the title.
    pub what: &'static str,
    /// Choice: every kind.
    pub all: &'static str,
    pub kinds: &'static str,
    pub states: &'static str,
    pub open: &'static str,
    pub sent_again: &'static str,
    pub at: &'static str,
    pub reason: &'static str,
    pub message: &'static str,
    pub origin: &'static str,
    pub state: &'static str,
    /// Nothing was rejected.
    pub nothing: &'static str,
    /// What that means.
    pub nothing_how: &'static str,
    /// None of this kind.
    pub none_such: &'static str,
    pub look: &'static str,
    /// Title of one.
    pub one: fn(i64) -> String,
    pub back: &'static str,
    pub as_read: &'static str,
    pub n_bytes: fn(&str) -> String,
    /// Beside bytes that are shown in part.
    pub first_bytes: fn(&str) -> String,
    pub bytes: &'static str,
    pub correct: &'static str,
    pub correct_how: &'static str,
    pub send: &'static str,
    pub sent: &'static str,
    pub by: fn(&str, &str) -> String,
    /// What became of it.
    pub outcome: fn(Outcome) -> String,
    /// It was itself sent again for another.
    pub sent_for: fn(i64) -> String,
    /// Not sent: it would be rejected again.
    pub still_wrong: &'static str,
    /// Not sent: somebody was faster.
    pub meanwhile: &'static str,
    /// Kafka does not confirm it.
    pub unconfirmed: &'static str,
    /// What to do.
    pub unconfirmed_how: &'static str,
    /// The records are away.
    pub away: &'static str,
    /// It was sent.
    pub done: &'static str,
    /// An entry has no such number.
    pub no_such: &'static str,
    /// May be left empty.
    pub optional: &'static str,
}

const EN: RejectionsTexts = RejectionsTexts {
    title: "Rejections",
    what: "Messages that are no valid entry. Nothing is lost: each is kept with its bytes, and can be sent again once it is corrected.",
    all: "All",
    kinds: "Reasons",
    states: "States",
    open: "To do",
    sent_again: "Sent again",
    at: "Read at",
    reason: "Reason",
    message: "Message",
    origin: "Partition · offset",
    state: "State",
    nothing: "Nothing was rejected",
    nothing_how: "Every message so far is a valid entry.",
    none_such: "None of these",
    look: "Look and correct",
    one: |id| format!("Rejection {id}"),
    back: "All rejections",
    as_read: "The message as it was read",
    n_bytes: |n| format!("{n} bytes"),
    first_bytes: |n| format!("the first {n}"),
    bytes: "Bytes",
    correct: "Corrected entry",
    correct_how: "It is sent as a message of its own. The rejected one stays as it is; both stay linked.",
    send: "Send the corrected entry",
    sent: "Sent again",
    by: |who, at| format!("{at}, by {who}"),
    outcome: |it| match it {
        Outcome::Unconfirmed => "not confirmed by Kafka".to_owned(),
        Outcome::Waiting => "on its way".to_owned(),
        Outcome::Recorded => "recorded".to_owned(),
        Outcome::Rejected(id) => format!("rejected again, as {id}"),
    },
    sent_for: |id| format!("This message was sent again for rejection {id}."),
    still_wrong: "Nothing was sent: it would be rejected again",
    meanwhile: "Nothing was sent: somebody has sent a correction meanwhile. See below.",
    unconfirmed: "Kafka does not confirm it",
    unconfirmed_how: "Send it again: should the first one have come, it counts once.",
    away: "Nothing was sent: the records do not answer now. Try again.",
    done: "Sent.",
    no_such: "There is no such rejection",
    optional: "may be empty",
};

const ZH: RejectionsTexts = RejectionsTexts {
    title: "拒收",
    what: "不是有效明细的消息。没有丢失任何内容：每条都连同原始字节保存，更正后可以重新提交。",
    all: "全部",
    kinds: "原因",
    states: "状态",
    open: "待处理",
    sent_again: "已重新提交",
    at: "读取时间",
    reason: "原因",
    message: "消息",
    origin: "分区 · 偏移",
    state: "状态",
    nothing: "没有拒收的消息",
    nothing_how: "迄今每条消息都是有效明细。",
    none_such: "没有这样的拒收",
    look: "查看并更正",
    one: |id| format!("拒收 {id}"),
    back: "全部拒收",
    as_read: "读取到的原始消息",
    n_bytes: |n| format!("{n} 字节"),
    first_bytes: |n| format!("前 {n} 字节"),
    bytes: "字节",
    correct: "更正后的明细",
    correct_how: "将作为一条新消息提交。被拒收的消息保持原样，两者保持关联。",
    send: "提交更正后的明细",
    sent: "重新提交",
    by: |who, at| format!("{at}，{who}"),
    outcome: |it| match it {
        Outcome::Unconfirmed => "Kafka 未确认".to_owned(),
        Outcome::Waiting => "处理中".to_owned(),
        Outcome::Recorded => "已记录".to_owned(),
        Outcome::Rejected(id) => format!("再次被拒收，编号 {id}"),
    },
    sent_for: |id| format!("此消息是为拒收 {id} 重新提交的。"),
    still_wrong: "未提交：仍会被拒收",
    meanwhile: "未提交：期间已有人提交过更正，见下方。",
    unconfirmed: "Kafka 未确认",
    unconfirmed_how: "请再次提交：即使第一次已到达，也只计一次。",
    away: "未提交：关系库暂时没有应答，请重试。",
    done: "已提交。",
    no_such: "没有此拒收",
    optional: "可不填",
};

impl Locale {
    /// The texts of `/rejections`.
    pub fn rejections_texts(self) -> &'static RejectionsTexts {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}
