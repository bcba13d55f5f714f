//! A run: how much it looks at, how far it is, where it compares, and what the records proved.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::pipeline::Counts;

/// How much of the records an audit recounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// All totals, and the rows of tables that were written to since the last success.
    #[default]
    Quick,
    /// Totals of all levels, and the rows of every day table.
    Full,
}

impl Scope {
    /// Scopes, the cheaper one first.
    pub const ALL: [Self; 2] = [Self::Quick, Self::Full];

    /// The word that is stored and asked for.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }

    /// A scope by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// What a run has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuditState {
    /// Run under way, under its lease.
    Running,
    /// No key fails.
    Passed,
    /// Some key fails.
    Failed,
    /// It could not run: a store is away, or the histories have parted.
    Error,
}

impl AuditState {
    /// States: a run under way, then the ways in which one ends.
    pub const ALL: [Self; 4] = [Self::Running, Self::Passed, Self::Failed, Self::Error];

    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
        }
    }

    /// A state by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// The steps of a run, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// It is the only run.
    Claim,
    /// Where both stores are compared.
    Cut,
    /// The records at one instant.
    Snapshot,
    /// The records prove themselves.
    Proof,
    /// Key by key.
    Compare,
    /// All is written down.
    Done,
}

impl Step {
    /// In their order.
    pub const ALL: [Self; 6] = [Self::Claim, Self::Cut, Self::Snapshot, Self::Proof, Self::Compare, Self::Done];

    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Cut => "cut",
            Self::Snapshot => "snapshot",
            Self::Proof => "proof",
            Self::Compare => "compare",
            Self::Done => "done",
        }
    }

    /// A step by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// Where a partition stood at the cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct CutPlace {
    /// A: up to here its entries are in the live stock.
    pub offset: i64,
    /// C: up to here they were in the snapshot of the records.
    pub records_offset: i64,
    /// The accounting line of that snapshot.
    pub counts: Counts,
}

/// Where all partitions stood.
pub type CutPlaces = BTreeMap<i32, CutPlace>;

/// What the records were asked to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CheckOf {
    /// The journal has no gap.
    Journal,
    /// consumed = recorded + duplicates + rejected.
    Accounting,
    /// Rows against totals, table by table.
    Tables,
    /// Totals against each other.
    Levels,
}

/// Result of a question that the records were asked; stored with the audit as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// Subject of the question: journal, accounting, tables or levels.
    pub of: CheckOf,
    /// How many partitions, tables or totals were looked at.
    pub looked_at: u64,
    /// How many of them do not hold.
    pub failed: u64,
    /// The first of these, in words.
    pub faults: Vec<String>,
}

impl Check {
    /// So many faults are kept in words.
    pub const MAX_FAULTS: usize = 20;

    /// Nothing was looked at yet.
    pub fn new(of: CheckOf) -> Self {
        Self { of, looked_at: 0, failed: 0, faults: Vec::new() }
    }

    /// One that does not hold.
    pub fn fail(&mut self, fault: String) {
        self.failed += 1;
        if self.faults.len() < Self::MAX_FAULTS {
            self.faults.push(fault);
        }
    }
}
