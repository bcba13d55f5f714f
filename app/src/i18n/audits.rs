//! What audits say. STATE and DESCRIPTION are stored and shown as they are, in every language
//! (docs/domain.md#verdicts-of-an-audit-per-key).

use super::Locale;
use model::audit::{FindingCause, Verdict};

/// DESCRIPTION of a key that agrees.
pub const NOTHING_TO_DO: &str = "一致无需处理";
/// DESCRIPTION of a key that was put right.
pub const CORRECTED: &str = "已用关系数据库数据进行校正";
/// DESCRIPTION of a key that needs a person.
pub const NEEDS_REPLAY: &str = "需要人工回放消息队列给予比对矫正";
/// STATE and DESCRIPTION of a run that could not be made.
pub const ERROR: &str = "ERROR";

pub fn state_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees => "正常无偏差",
        Verdict::NrsMissing => "NRS缺失",
        Verdict::Surplus => "RRS或NRS重复",
        Verdict::FlowsDiffer => "净额一致流水不一致",
        Verdict::RecordsIncomplete => "RRS记录不完整",
    }
}

/// DESCRIPTION of a key.
pub fn description_of(verdict: Verdict, repaired: bool) -> &'static str {
    match (verdict, repaired) {
        (Verdict::Agrees, _) => NOTHING_TO_DO,
        (_, true) => CORRECTED,
        (_, false) => NEEDS_REPLAY,
    }
}

impl Locale {
    /// What a verdict means, in few words.
    pub fn verdict(self, verdict: Verdict) -> &'static str {
        match (self, verdict) {
            (Self::Zh, it) => state_of(it),
            (Self::En, Verdict::Agrees) => "Both agree",
            (Self::En, Verdict::NrsMissing) => "RRS > NRS",
            (Self::En, Verdict::Surplus) => "RRS < NRS",
            (Self::En, Verdict::FlowsDiffer) => "Flows differ",
            (Self::En, Verdict::RecordsIncomplete) => "Records incomplete",
        }
    }

    /// What happened, as far as the numbers tell.
    pub fn finding_cause(self, cause: FindingCause) -> &'static str {
        let (zh, en) = match cause {
            FindingCause::LiveMissedIn => ("实时库存漏记入库", "The live stock missed entries in"),
            FindingCause::LiveMissedOut => ("实时库存漏记出库", "The live stock missed entries out"),
            FindingCause::LiveMissedBoth => ("实时库存漏记入库与出库", "The live stock missed entries in and out"),
            FindingCause::LiveInTwice => ("实时库存将入库重复计入", "The live stock counted entries in twice"),
            FindingCause::LiveOutTwice => ("实时库存将出库重复扣减", "The live stock counted entries out twice"),
            FindingCause::LiveBothTwice => {
                ("实时库存将入库与出库重复计入", "The live stock counted entries in and out twice")
            }
            FindingCause::LiveEdited => ("实时库存的数值被人改动", "The number in the live stock was edited"),
            FindingCause::LiveUnreadable => {
                ("实时库存的数值被改成无法读取的内容", "The number in the live stock was made unreadable")
            }
            FindingCause::LiveDeleted => ("实时库存中的键被删除", "The key was deleted from the live stock"),
            FindingCause::RowsLost => ("关系库丢失明细行", "The records lost rows"),
            FindingCause::RowsAdded => {
                ("关系库的明细行重复或被人添加", "The records hold rows twice, or rows were added by hand")
            }
            FindingCause::RowsEdited => ("关系库的明细行被人改动", "Rows of the records were edited"),
            FindingCause::TotalsEdited => ("关系库的合计被人改动", "A total of the records was edited"),
            FindingCause::JournalBroken => ("批次记录有缺口或不平", "The journal has a hole or does not add up"),
        };
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}
