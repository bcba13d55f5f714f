//! `/audits` and `/audits/{id}` as a person sees them. Every number is the server's. Only the server makes and reads these pages.

use model::audit::replay::{BillKind, ReplayState};
use model::audit::{
    AuditState, Check, CutPlaces, Evidence, FindingCause, ResolveAs, Scope, Step, Verdict, VerdictCounts,
};
use model::live::{Named, Verification};
use model::url::Url;

/// An audit in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    pub id: i64,
    /// What came of it.
    pub state: AuditState,
    /// How much was recounted.
    pub scope: Scope,
    /// When it began, for people.
    pub started: String,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// Who or what started it.
    pub by: String,
    pub cause: String,
    /// Keys that were compared.
    pub keys: i64,
    /// Keys by verdict.
    pub counts: VerdictCounts,
    /// Keys that were put right.
    pub repaired: i64,
    /// Findings that nobody has dealt with.
    pub open: i64,
}

/// The history, and when the next one is due.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditsPage {
    /// When the last one passed, for people; never yet.
    pub last_check: Option<String>,
    /// Seconds since then.
    pub age_seconds: Option<i64>,
    /// Seconds until the next is due; 0: now.
    pub next_seconds: i64,
    /// How far figures can be trusted since then; none has passed yet.
    pub verification: Option<Verification>,
    /// The part of all entries that came since, in percent.
    pub part_since: u8,
    /// The period between audits, in seconds.
    pub period_seconds: i64,
    /// Did a person choose it?
    pub is_chosen: bool,
    /// That of the settings.
    pub settings_seconds: i64,
    /// Is the last good one too old?
    pub is_overdue: bool,
    /// The run that is under way.
    pub running: Option<i64>,
    pub lines: Vec<AuditLine>,
    /// Where the next page begins.
    pub next: Option<i64>,
    /// Is this not the first page?
    pub is_later: bool,
    /// When this was read, for people.
    pub as_of: String,
}

/// What was typed for the period and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPeriod(pub String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FindingsQuery {
    /// Of which audit.
    pub audit: i64,
    /// Of this verdict.
    pub verdict: Option<Verdict>,
    /// Those that somebody has dealt with, or those that nobody has.
    pub is_resolved: Option<bool>,
    /// After this number.
    pub after: i32,
}

impl FindingsQuery {
    pub fn url(&self) -> String {
        let flag = self.is_resolved.map_or("", |it| if it { "T" } else { "F" });
        let after = if self.after > 0 { self.after.to_string() } else { String::new() };
        Url::new(&format!("/audits/{}", self.audit))
            .with("verdict", self.verdict.map_or("", Verdict::as_str))
            .with("flag", flag)
            .with("cursor", &after)
            .into_text()
    }
}

/// A key that deviates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingLine {
    /// Of its run.
    pub number: i32,
    pub warehouse: Named,
    pub product: Named,
    /// By the records: stock, in, entries.
    pub rrs: [i64; 3],
    /// By the live stock; none: missing or unreadable.
    pub nrs: Option<[i64; 3]>,
    /// Is it missing, rather than unreadable?
    pub is_missing: bool,
    /// What the comparison means.
    pub verdict: Verdict,
    pub cause: FindingCause,
    /// What says so.
    pub evidence: Option<Evidence>,
    /// The live stock was put right.
    pub repaired: bool,
    pub is_resolved: bool,
    /// How, by whom, when and why.
    pub resolution: Option<(ResolveAs, String, String, String)>,
    /// How a person may deal with it.
    pub ways: Vec<ResolveAs>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditDetail {
    /// Its line in the history.
    pub line: AuditLine,
    /// Where it is, or was when it ended.
    pub step: Step,
    /// How much of the step is done, and of how much.
    pub progress: (i64, i64),
    /// Why it could not be made.
    pub message: Option<String>,
    /// Where all partitions stood.
    pub cut: Option<CutPlaces>,
    /// When the cut was, for people.
    pub checks: Vec<Check>,
    /// STATE, FLAG, DESCRIPTION.
    pub log: Option<(String, String, String)>,
    /// LASTCHECK, for people.
    pub last_check: Option<String>,
    /// So many findings are stored.
    pub stored: i64,
    /// Which of them are shown.
    pub query: FindingsQuery,
    pub findings: Vec<FindingLine>,
    /// After which the next page begins.
    pub next: Option<i32>,
    /// The newest replay of it.
    pub replay: Option<ReplayView>,
    /// Has nobody dealt with some findings yet? A replay names their bills.
    pub can_replay: bool,
    /// So many of them were not put right: a confirmation corrects these.
    pub waiting: i64,
}

/// What the queue says of the keys that deviate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayView {
    pub id: i64,
    /// What it has come to.
    pub state: ReplayState,
    /// Messages that were read.
    pub read: i64,
    /// Of how many.
    pub all: i64,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// Why it could not be made.
    pub message: Option<String>,
    /// Bills by kind.
    pub counts: Vec<(BillKind, i64)>,
    /// The first of them.
    pub bills: Vec<BillLine>,
    /// Who confirmed, and when.
    pub confirmed: Option<(String, String)>,
}

/// A bill line that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLine {
    pub kind: BillKind,
    pub bill_id: String,
    pub line_no: i32,
    pub warehouse: Named,
    pub product: Named,
    /// Partition and offset, for people.
    pub origin: String,
    /// The table that holds it, where it does not belong there.
    pub found_in: Option<String>,
    /// What it moves by the queue.
    pub queue: Option<i64>,
    /// What it moves by the records.
    pub records: Option<i64>,
    /// What a correction does to RRS.
    pub effect: i64,
}

/// Why a decision is not on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotResolved {
    /// It has no note.
    Note,
    /// Somebody was quicker.
    Already,
    /// It does not fit.
    NotThisWay,
    /// The records do not answer.
    Away,
    /// The replay is not ready, or was confirmed before.
    NotReady,
    /// Another run is under way.
    Running,
    /// The journal is not as that audit saw it.
    Changed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_a_url() {
        let query = FindingsQuery { audit: 7, verdict: Some(Verdict::Surplus), is_resolved: Some(false), after: 50 };
        assert_eq!(query.url(), "/audits/7?verdict=surplus&flag=F&cursor=50");
        assert_eq!(FindingsQuery { audit: 7, ..FindingsQuery::default() }.url(), "/audits/7");
    }
}
