//! What an auditor decides about the records: a replay is confirmed, or rows are accepted as they are. Then the records
//! are corrected, and the audit that follows settles the keys (docs/consistency.md#a-correction).

use model::audit::replay::ReplayState;
use std::collections::{BTreeMap, BTreeSet};

use model::audit::replay::{Bill, BillKind};
use model::audit::{Finding, FindingCause, ResolveAs, Verdict};
use model::batch::Delta;
use model::stock::StockKey;

use crate::audit::replay::digest::{digest, is_new};
use crate::audit::replay::reading::{Replayer, strays};
use crate::audit::{Error, TAKEN_OVER};
use base::kill_point;
use base::status::explain;
use realtime::Cut;
use records::{
    AfterCut, Claim, Corrected, Correction, CorrectionReason, FindingsFilter, KeyRow, Lease, MisplacedRows, ReplayEnds,
    ReplayedKey, RunKind, StoredReplay,
};

/// What became of a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// The records are corrected; an audit follows by itself.
    Done,
    /// Another run is under way.
    Running(i64),
    /// There is no replay of this number that is ready.
    NotReady,
    /// The rows of its keys, or the journal, are not as they were seen any more: the queue, or the audit, has to be looked at again first.
    Changed,
}

/// What came of a correction.
struct Made {
    done: Corrected,
    keys: usize,
    /// Was nothing left because it changed meanwhile?
    is_whole: bool,
}

/// What a confirmation goes by.
struct Seen {
    findings: Vec<Finding>,
    bills: Vec<Bill>,
    keys: Vec<ReplayedKey>,
    /// Keys whose rows are as the replay saw them, and whether all of their bills are named.
    unchanged: BTreeMap<StockKey, bool>,
    /// Is that every key of the replay?
    is_all: bool,
}

impl Replayer {
    /// Corrects the records as a replay says. Keys whose rows changed since are left as they are, and their findings open.
    pub async fn confirm(&self, replay: i64, who: &str) -> Result<Confirmed, Error> {
        let stored = self.records.replay(replay).await?;
        let Some(stored) = stored.filter(|it| it.state == ReplayState::Ready) else { return Ok(Confirmed::NotReady) };
        self.under_lease("replay", who, async |lease| {
            let seen = self.seen(&stored).await?;
            if seen.unchanged.is_empty() && !seen.is_all {
                return Ok((Corrected::Changed, 0));
            }
            let correction = correction(&stored, &seen, who);
            let Made { done, keys, is_whole } = self.make(lease, correction, &stored, &seen).await?;
            kill_point("correction-made");
            let has_holes = seen.findings.iter().any(|it| it.cause == FindingCause::JournalBroken);
            let says_all = is_whole && seen.says_all();
            if done == Corrected::Done && has_holes && says_all && self.holds_holes(&stored).await? {
                let note = format!("corrected by replay {replay}");
                let accepted = lease.accept_journal(stored.audit_id, &note, who).await?;
                if accepted != Corrected::Done {
                    // The records are corrected all the same; a person accepts the journal by word.
                    tracing::warn!(replay, "the journal is not accepted yet: {accepted:?}");
                }
            }
            Ok((done, keys))
        })
        .await
    }

    /// Makes a correction part by part, and leaves what changed while earlier parts were made.
    async fn make(
        &self,
        lease: &Lease,
        correction: Correction,
        stored: &StoredReplay,
        seen: &Seen,
    ) -> Result<Made, Error> {
        let mut made = Made { done: Corrected::Done, keys: 0, is_whole: true };
        for (place, mut part) in correction.parts(self.records.layout())?.into_iter().enumerate() {
            if place > 0 {
                let touched = part.touched();
                let keys: Vec<_> = seen.keys.iter().filter(|it| touched.contains(&it.key)).cloned().collect();
                let unchanged = self.unchanged(&keys, &stored.ends, &strays(&seen.findings)).await?;
                made.is_whole &= unchanged.len() == keys.len();
                part.retain(|key| unchanged.contains_key(key));
            }
            made.done = lease.correct(&part).await?;
            if made.done != Corrected::Done {
                break;
            }
            made.keys += part.keys.len();
            kill_point("correction-part");
        }
        Ok(made)
    }

    /// Accepts the rows of a key as they are, though nothing proves them: totals are made from them, and the audit that follows settles the
    /// key. A hole in the journal is accepted for all keys. `way`: an adjusting entry may follow.
    pub async fn accept(
        &self,
        (audit, number): (i64, i32),
        way: ResolveAs,
        note: &str,
        who: &str,
    ) -> Result<Confirmed, Error> {
        let wanted = FindingsFilter { after: number - 1, limit: 1, ..FindingsFilter::default() };
        let found = self.records.findings(audit, wanted).await?.pop().filter(|it| it.number == number);
        let Some(finding) = found.filter(|it| !it.is_resolved) else { return Ok(Confirmed::NotReady) };
        if finding.cause == FindingCause::JournalBroken {
            return self
                .under_lease("journal", who, async |lease| Ok((lease.accept_journal(audit, note, who).await?, 0)))
                .await;
        }
        let keys = BTreeSet::from([finding.key]);
        let correction = Correction {
            audit,
            reason: CorrectionReason::Accepted(way, note.to_owned()),
            bills: Vec::new(),
            all_totals_of: keys.clone(),
            keys,
            who: who.to_owned(),
            is_last: true,
        };
        self.under_lease("replay", who, async |lease| Ok((lease.correct(&correction).await?, 1))).await
    }

    /// Changes the records under a run of its own. First the run is named in Redis: an audit that stalled before, and took its snapshot
    /// after, settles nothing any more. `work` answers of how many keys.
    async fn under_lease(
        &self,
        cause: &str,
        who: &str,
        work: impl AsyncFnOnce(&Lease) -> Result<(Corrected, usize), Error>,
    ) -> Result<Confirmed, Error> {
        let lease = match self.records.claim_run(RunKind::Correction, cause, who).await? {
            Claim::Running { number, .. } => return Ok(Confirmed::Running(number)),
            Claim::Ours(lease) => lease,
        };
        let done = {
            let _alive = lease.keep_alive();
            match self.name(&lease).await {
                Ok(()) => work(&lease).await,
                Err(error) => Err(error),
            }
        };
        let error = done.as_ref().err().map(|it| explain(it));
        let keys = done.as_ref().map_or(0, |it| it.1);
        lease.end(u64::try_from(keys).unwrap_or_default(), error.as_deref()).await?;
        match done?.0 {
            Corrected::Done => Ok(Confirmed::Done),
            Corrected::NotReady => Ok(Confirmed::NotReady),
            Corrected::Changed => Ok(Confirmed::Changed),
            Corrected::Lost => Err(Error::Lost(TAKEN_OVER)),
        }
    }

    async fn name(&self, lease: &Lease) -> Result<(), Error> {
        let seen = self.realtime.meta().await?;
        match self.realtime.cut(lease.run_id(), &seen.run).await? {
            Cut::At(_) => {}
            Cut::Moved => return Err(Error::Lost("another run was quicker")),
            Cut::NotReady => return Err(Error::Lost("Redis is empty or being rebuilt: that goes first")),
        }
        kill_point("correction-named");
        Ok(())
    }

    async fn seen(&self, stored: &StoredReplay) -> Result<Seen, Error> {
        let findings = self.findings_of(stored.audit_id).await?;
        let bills = self.records.replay_bills(stored.id, 0, i64::MAX).await?.into_iter().map(|(_, it)| it).collect();
        let keys = self.records.replay_keys(stored.id).await?;
        let unchanged = self.unchanged(&keys, &stored.ends, &strays(&findings)).await?;
        let is_all = unchanged.len() == keys.len();
        Ok(Seen { findings, bills, keys, unchanged, is_all })
    }

    /// The keys whose rows are as the replay saw them: else what somebody changed since would be taken for right.
    async fn unchanged(
        &self,
        keys: &[ReplayedKey],
        ends: &ReplayEnds,
        strays: &MisplacedRows,
    ) -> Result<BTreeMap<StockKey, bool>, Error> {
        let since: BTreeMap<i32, i64> = ends.iter().map(|(p, it)| (*p, it.0)).collect();
        let mut snapshot = self.records.stock_snapshot().await?;
        let until: BTreeMap<i32, i64> = snapshot.cursors.iter().map(|(p, it)| (*p, it.next_offset)).collect();
        let cut = ends.iter().map(|(p, it)| (*p, it.1.clone())).collect();
        // What was recorded since is what the journal says, or nobody can tell.
        let AfterCut::Deltas(deltas) = snapshot.after_cut(cut).await? else { return Ok(BTreeMap::new()) };
        let mut sums: BTreeMap<StockKey, (i64, Delta)> =
            keys.iter().map(|it| (it.key.clone(), Default::default())).collect();
        let names: BTreeSet<StockKey> = sums.keys().cloned().collect();
        let add = |key: StockKey, row: KeyRow| {
            let (digested, recorded) = sums.entry(key).or_default();
            if is_new(&row, &since, &until) {
                *recorded = recorded.plus(row.entry.delta());
            } else {
                *digested = digested.wrapping_add(digest([&row]));
            }
        };
        snapshot.each_row_of(&names, strays, add).await?;
        snapshot.close().await;
        let is_same = |it: &&ReplayedKey| {
            let recorded = deltas.get(&it.key).copied().unwrap_or_default();
            sums.get(&it.key) == Some(&(it.digest, recorded))
        };
        Ok(keys.iter().filter(is_same).map(|it| (it.key.clone(), it.is_whole)).collect())
    }

    /// Did the queue still hold every message that no batch says it read? Else a person accepts the journal by word.
    async fn holds_holes(&self, replay: &StoredReplay) -> Result<bool, Error> {
        let begins = &replay.begins;
        let mut snapshot = self.records.stock_snapshot().await?;
        let holes = snapshot.holes(&self.records.proved().await?).await?;
        snapshot.close().await;
        Ok(holes.iter().all(|it| begins.get(&it.partition).is_some_and(|begin| *begin <= it.from)))
    }
}

impl Seen {
    /// Are all keys as they were seen, all of their bills named, and all decidable?
    fn says_all(&self) -> bool {
        let is_decidable = |it: &Bill| it.kind != BillKind::Undecidable;
        self.is_all && self.unchanged.values().all(|it| *it) && self.bills.iter().all(is_decidable)
    }
}

/// What is corrected: rows of all keys that are as they were seen; totals and findings of those of which every bill is named. What the queue
/// no longer says is for a person to decide, key by key; what was repaired is only to be seen. Pure.
fn correction(stored: &StoredReplay, seen: &Seen, who: &str) -> Correction {
    let undecidable: BTreeSet<StockKey> =
        seen.bills.iter().filter(|it| it.kind == BillKind::Undecidable).filter_map(Bill::key).collect();
    let may_change = |key: &StockKey| seen.unchanged.contains_key(key) && !undecidable.contains(key);
    let is_whole = |key: &StockKey| may_change(key) && seen.unchanged.get(key) == Some(&true);
    let found: Vec<&Finding> = seen
        .findings
        .iter()
        .filter(|it| !it.repaired && it.cause != FindingCause::JournalBroken && is_whole(&it.key))
        .collect();
    let bills: Vec<Bill> = seen
        .bills
        .iter()
        .filter(|it| it.kind.is_corrected() && it.key().is_some_and(|key| may_change(&key)))
        .cloned()
        .collect();
    // Whatever the cause: rows that are right make the totals, also where no bill is left to be named.
    let unproved = found.iter().filter(|it| it.verdict == Verdict::RecordsIncomplete).map(|it| &it.key);
    // A message in a hole may be of any key: what was replayed and has no finding.
    let with_finding: BTreeSet<&StockKey> = seen.findings.iter().map(|it| &it.key).collect();
    let of_holes = seen.unchanged.keys().filter(|it| !with_finding.contains(it) && is_whole(it));
    let all_totals_of: BTreeSet<StockKey> = unproved.chain(of_holes).cloned().collect();
    let mut keys: BTreeSet<StockKey> = found.iter().map(|it| it.key.clone()).collect();
    keys.extend(all_totals_of.iter().cloned());
    Correction {
        audit: stored.audit_id,
        reason: CorrectionReason::Replay(stored.id),
        all_totals_of,
        bills,
        keys,
        who: who.to_owned(),
        is_last: true,
    }
}
