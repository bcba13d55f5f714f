//! A key: what both sides hold, what that means, what happened, and how a person deals with it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Evidence;
use crate::statistics::Sums;
use crate::stock::StockKey;
use crate::time::Millis;

/// The three sums of a key, as both stores keep them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
pub struct Book {
    /// Net stock in pieces: in less out, opening stock and adjustments included; may be negative.
    pub stock: i64,
    /// Everything that came in.
    #[serde(rename = "in")]
    pub gross_in: i64,
    /// How many entries.
    pub entries: i64,
}

impl From<Sums> for Book {
    fn from(sums: Sums) -> Self {
        Self { stock: sums.net(), gross_in: sums.qty_in.saturating_add(sums.adjust_in), entries: sums.entries }
    }
}

impl Book {
    /// In the order in which the live stock keeps them.
    pub fn sums(self) -> [i64; 3] {
        [self.stock, self.gross_in, self.entries]
    }

    /// Everything that went out.
    pub fn gross_out(self) -> i64 {
        self.gross_in.saturating_sub(self.stock)
    }

    /// How much more this is than another.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self {
            stock: self.stock.saturating_sub(other.stock),
            gross_in: self.gross_in.saturating_sub(other.gross_in),
            entries: self.entries.saturating_sub(other.entries),
        }
    }
}

/// What the live stock held at the cut: NRS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nrs {
    /// Sums that could be read.
    Book(Book),
    /// The key is not there.
    Missing,
    /// It cannot be read: somebody edited it.
    Unreadable,
}

/// What a comparison means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Agreement of net, in, out and counts: STATE `正常无偏差`.
    Agrees,
    /// The net stock agrees, in, out or counts do not.
    FlowsDiffer,
    /// RRS > NRS.
    NrsMissing,
    /// RRS < NRS.
    Surplus,
    /// The records do not prove themselves.
    RecordsIncomplete,
}

impl Verdict {
    /// The worst comes last.
    pub const ALL: [Self; 5] =
        [Self::Agrees, Self::FlowsDiffer, Self::NrsMissing, Self::Surplus, Self::RecordsIncomplete];

    /// The word for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::FlowsDiffer => "flows_differ",
            Self::NrsMissing => "nrs_missing",
            Self::Surplus => "surplus",
            Self::RecordsIncomplete => "records_incomplete",
        }
    }

    /// A verdict by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// What happened, as far as the numbers tell ("Which store was wrong").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingCause {
    /// The live stock lacks entries in.
    LiveMissedIn,
    /// The live stock lacks entries out.
    LiveMissedOut,
    /// The live stock lacks entries in and out.
    LiveMissedBoth,
    /// The live stock counted entries in more than once.
    LiveInTwice,
    /// The live stock counted entries out more than once.
    LiveOutTwice,
    /// The live stock counted entries in and out more than once.
    LiveBothTwice,
    /// Somebody edited the number: no entries explain the difference.
    LiveEdited,
    /// Somebody edited it to what is no number.
    LiveUnreadable,
    /// The key was deleted from the live stock.
    LiveDeleted,
    /// The records lost rows.
    RowsLost,
    /// The records hold rows twice, or rows were added by hand.
    RowsAdded,
    /// A row's quantity or direction was edited.
    RowsEdited,
    /// A total was edited: rows and other totals agree.
    TotalsEdited,
    /// The journal has a hole, or does not add up.
    JournalBroken,
}

impl FindingCause {
    /// Causes in their order: faults of the live stock, of rows, of totals, of the journal.
    pub const ALL: [Self; 14] = [
        Self::LiveMissedIn,
        Self::LiveMissedOut,
        Self::LiveMissedBoth,
        Self::LiveInTwice,
        Self::LiveOutTwice,
        Self::LiveBothTwice,
        Self::LiveEdited,
        Self::LiveUnreadable,
        Self::LiveDeleted,
        Self::RowsLost,
        Self::RowsAdded,
        Self::RowsEdited,
        Self::TotalsEdited,
        Self::JournalBroken,
    ];

    /// The word for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LiveMissedIn => "live_missed_in",
            Self::LiveMissedOut => "live_missed_out",
            Self::LiveMissedBoth => "live_missed_both",
            Self::LiveInTwice => "live_in_twice",
            Self::LiveOutTwice => "live_out_twice",
            Self::LiveBothTwice => "live_both_twice",
            Self::LiveEdited => "live_edited",
            Self::LiveUnreadable => "live_unreadable",
            Self::LiveDeleted => "live_deleted",
            Self::RowsLost => "rows_lost",
            Self::RowsAdded => "rows_added",
            Self::RowsEdited => "rows_edited",
            Self::TotalsEdited => "totals_edited",
            Self::JournalBroken => "journal_broken",
        }
    }

    /// A cause by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// Keys by verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct VerdictCounts {
    /// Keys on which both stores agree in net, in, out and counts.
    pub agrees: i64,
    /// RRS > NRS.
    pub nrs_missing: i64,
    /// RRS < NRS.
    pub surplus: i64,
    /// The net stock agrees, in, out or counts do not.
    pub flows_differ: i64,
    /// The records do not prove themselves.
    pub records_incomplete: i64,
}

impl VerdictCounts {
    /// Of one verdict.
    pub fn of(&self, verdict: Verdict) -> i64 {
        match verdict {
            Verdict::Agrees => self.agrees,
            Verdict::NrsMissing => self.nrs_missing,
            Verdict::Surplus => self.surplus,
            Verdict::FlowsDiffer => self.flows_differ,
            Verdict::RecordsIncomplete => self.records_incomplete,
        }
    }

    /// Count of a verdict, raised by one key.
    pub fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Agrees => &mut self.agrees,
            Verdict::NrsMissing => &mut self.nrs_missing,
            Verdict::Surplus => &mut self.surplus,
            Verdict::FlowsDiffer => &mut self.flows_differ,
            Verdict::RecordsIncomplete => &mut self.records_incomplete,
        } += 1;
    }

    /// All keys that do not agree.
    pub fn deviating(&self) -> i64 {
        self.nrs_missing + self.surplus + self.flows_differ + self.records_incomplete
    }

    /// The worst of them.
    pub fn worst(&self) -> Verdict {
        Verdict::ALL.into_iter().rev().find(|it| self.of(*it) > 0).unwrap_or(Verdict::Agrees)
    }
}

/// How a person deals with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResolveAs {
    /// A repair that needed nobody was seen.
    Acknowledge,
    /// The records are right, and the live stock is to be set to them.
    AcceptRecords,
    /// The live stock was right: the records are accepted, and an adjusting entry makes up the difference.
    Adjust,
    /// The records were corrected from the queue, and the live stock is to be set to them.
    Corrected,
}

impl ResolveAs {
    /// Ways of all findings; [`Self::fits`] tells which of them a finding has.
    pub const ALL: [Self; 4] = [Self::Acknowledge, Self::AcceptRecords, Self::Adjust, Self::Corrected];

    /// The word that is stored and asked for.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::AcceptRecords => "accept_records",
            Self::Adjust => "adjust",
            Self::Corrected => "corrected",
        }
    }

    /// A way by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// Does it fit? A repair is acknowledged; records are accepted for a key that was left alone: as they are, or, where they do not prove
    /// themselves, as the rows are, from which totals are made anew. A hole in the journal is accepted for all keys together, and no
    /// adjusting entry fills it. `is_counted`: the live stock held a number.
    pub fn fits(self, cause: FindingCause, repaired: bool, is_counted: bool) -> bool {
        match self {
            Self::Acknowledge => repaired,
            Self::AcceptRecords => !repaired,
            Self::Adjust => !repaired && is_counted && cause != FindingCause::JournalBroken,
            // Not by a word: by the confirmation of a replay.
            Self::Corrected => false,
        }
    }
}

/// What a person decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Way that was chosen; `acknowledge` too where the key was dealt with as a finding of another audit.
    pub way: ResolveAs,
    /// Reason in words, from the person or from what closed the finding by itself.
    pub note: String,
    /// Name of the person, such as `local administrator`; `audit` where a later audit closed the finding.
    pub who: String,
    /// Moment of the decision, by the database's clock.
    pub at: Millis,
}

/// A key that deviates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of its run, from 1.
    pub number: i32,
    /// Warehouse and product that deviate.
    pub key: StockKey,
    /// By the records.
    pub rrs: Book,
    /// By the live stock.
    pub nrs: Nrs,
    /// What the comparison means.
    pub verdict: Verdict,
    /// Cause, as far as the numbers tell (docs/consistency.md#which-store-was-wrong).
    pub cause: FindingCause,
    /// What says so, such as the tables whose rows do not make their totals.
    pub evidence: Option<Evidence>,
    /// The live stock was put right.
    pub repaired: bool,
    /// A person has dealt with it.
    pub is_resolved: bool,
    /// Decision about it; `None` while there is none.
    pub resolution: Option<Resolution>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for it in Verdict::ALL {
            assert_eq!(Verdict::parse(it.as_str()), Some(it));
            assert_eq!(serde_json::to_string(&it).unwrap(), format!("{:?}", it.as_str()));
        }
        for it in FindingCause::ALL {
            assert_eq!(FindingCause::parse(it.as_str()), Some(it));
            assert_eq!(serde_json::to_string(&it).unwrap(), format!("{:?}", it.as_str()));
        }
    }

    #[test]
    fn a_repair_is_acknowledged_and_records_are_accepted() {
        assert!(ResolveAs::Acknowledge.fits(FindingCause::LiveMissedIn, true, true));
        assert!(!ResolveAs::Acknowledge.fits(FindingCause::LiveEdited, false, true));
        assert!(ResolveAs::AcceptRecords.fits(FindingCause::LiveEdited, false, true));
        assert!(ResolveAs::AcceptRecords.fits(FindingCause::RowsLost, false, true), "where the queue no longer says");
        assert!(ResolveAs::AcceptRecords.fits(FindingCause::JournalBroken, false, true), "for all keys together");
        assert!(ResolveAs::Adjust.fits(FindingCause::LiveEdited, false, true));
        assert!(!ResolveAs::Adjust.fits(FindingCause::LiveUnreadable, false, false));
        assert!(!ResolveAs::Adjust.fits(FindingCause::JournalBroken, false, true));
    }

    #[test]
    fn the_worst_verdict_stands_for_a_run() {
        let mut counts = VerdictCounts::default();
        assert_eq!(counts.worst(), Verdict::Agrees);
        for (next, worst) in [
            (Verdict::FlowsDiffer, Verdict::FlowsDiffer),
            (Verdict::Surplus, Verdict::Surplus),
            (Verdict::NrsMissing, Verdict::Surplus),
            (Verdict::RecordsIncomplete, Verdict::RecordsIncomplete),
        ] {
            counts.add(next);
            assert_eq!(counts.worst(), worst);
        }
        assert_eq!(counts.deviating(), 4);
    }
}
