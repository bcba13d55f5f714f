//! Texts of the proof: how far figures can be trusted.

use super::Locale;

#[derive(Debug)]
pub struct ProofTexts {
    /// Before the first audit.
    pub not_verified: &'static str,
    pub not_verified_why: &'static str,
    /// An audit passed then.
    pub verified_at: fn(&str) -> String,
    /// The last audit failed.
    pub verified_failed: &'static str,
    /// So many percent of all entries came after the last audit.
    pub unverified_part: fn(u8) -> String,
    /// How long ago, in minutes.
    pub minutes_ago: fn(u32) -> String,
    /// Entries that came since.
    pub n_since: fn(&str) -> String,
    /// None has passed for longer than the period.
    pub audit_overdue: &'static str,
}

const EN: ProofTexts = ProofTexts {
    not_verified: "Not audited yet",
    not_verified_why: "After the first audit (book to book) its time stands here",
    verified_at: |at| format!("Verified {at}"),
    verified_failed: "Audit failed",
    unverified_part: |percent| format!("{percent} % unverified"),
    minutes_ago: |minutes| match (minutes / 60, minutes % 60) {
        (0, 0) => "just now".to_owned(),
        (0, minutes) => format!("{minutes} min ago"),
        (hours, minutes) => format!("{hours} h {minutes} min ago"),
    },
    n_since: |n| format!("{n} entries since"),
    audit_overdue: "audit overdue",
};

const ZH: ProofTexts = ProofTexts {
    not_verified: "尚未审计",
    not_verified_why: "审计（账账核对）完成后，此处显示核对时间",
    verified_at: |at| format!("已核对 {at}"),
    verified_failed: "审计未通过",
    unverified_part: |percent| format!("{percent}% 未核对"),
    minutes_ago: |minutes| match (minutes / 60, minutes % 60) {
        (0, 0) => "刚刚".to_owned(),
        (0, minutes) => format!("{minutes} 分钟前"),
        (hours, minutes) => format!("{hours} 小时 {minutes} 分钟前"),
    },
    n_since: |n| format!("其后 {n} 笔"),
    audit_overdue: "审计逾期",
};

impl Locale {
    /// In this language.
    pub fn proof_texts(self) -> &'static ProofTexts {
        match self {
            Self::En => &EN,
            Self::Zh => &ZH,
        }
    }
}
