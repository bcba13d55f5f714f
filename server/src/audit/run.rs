//! One audit, from its claim to its log record (docs/consistency.md#an-audit-run). Killed at any step it leaves the
//! live stock right, and the next one starts clean.

use std::collections::BTreeMap;

use app::i18n::audits::{CORRECTED, ERROR, NEEDS_REPLAY, NOTHING_TO_DO, state_of};
use model::audit::{
    AuditState, Check, CheckOf, CutPlace, CutPlaces, Evidence, FindingCause, Scope, Step, VerdictCounts,
};
use model::batch::BatchId;
use tokio::time::Instant;

use super::all_keys::FirstReading;
use super::compare::{Comparison, Unproved};
use super::progress::Progress;
use super::{Error, TAKEN_OVER};
use base::kill_point;
use base::status::explain;
use realtime::{Cut, Place, Realtime};
use records::{
    AfterCut, AuditEnd, Claim, CountedTables, Decision, Lease, LogRecord, ProvedPlaces, ProvedTable, Records,
    RegisteredTable, RowFault, RunKind, StockSnapshot,
};

/// Makes audits. Cheap to clone.
#[derive(Clone)]
pub struct Auditor {
    pub records: Records,
    pub realtime: Realtime,
    /// May RRS < NRS be put right without a person, where the records prove themselves?
    pub correct_surplus: bool,
}

/// The answer to a claim.
pub enum Claimed {
    /// It is ours, to be made to its end.
    Ours(Box<AuditRun>),
    /// Another one is under way.
    Running {
        number: i64,
        /// An audit; else a rebuild or a correction.
        is_audit: bool,
    },
}

/// An audit that is ours.
pub struct AuditRun {
    auditor: Auditor,
    lease: Lease,
    scope: Scope,
    clock: PartClock,
}

/// How long the parts of a run take, as a metric.
struct PartClock(Instant);

impl PartClock {
    fn lap(&mut self, part: &'static str) {
        metrics::histogram!("tallyhouse_audit_part_seconds", "part" => part).record(self.0.elapsed().as_secs_f64());
        self.0 = Instant::now();
    }
}

/// What came of all steps.
struct Tally {
    counts: VerdictCounts,
    repaired: i64,
    proved: ProvedPlaces,
    tables: Vec<ProvedTable>,
    decisions: Vec<Decision>,
}

/// What the records proved.
struct Proof {
    checks: Vec<Check>,
    unproved: Unproved,
    proved: ProvedPlaces,
    tables: Vec<ProvedTable>,
}

impl Auditor {
    /// Why no audit can be made just now, where that passes by itself.
    pub async fn hindrance(&self) -> Result<Option<&'static str>, Error> {
        if !self.records.levels_are_whole().await? {
            return Ok(Some("the levels of totals are being made"));
        }
        let is_ready = self.realtime.meta().await?.is_ready();
        Ok((!is_ready).then_some("the live stock is being rebuilt"))
    }

    /// Claims an audit: one at a time over all processes, rebuilds and corrections.
    pub async fn claim(&self, scope: Scope, cause: &str, who: &str) -> Result<Claimed, Error> {
        match self.records.claim_run(RunKind::Audit, cause, who).await? {
            Claim::Ours(lease) => {
                lease.begin_audit(scope).await?;
                Ok(Claimed::Ours(Box::new(AuditRun {
                    auditor: self.clone(),
                    lease: *lease,
                    scope,
                    clock: PartClock(Instant::now()),
                })))
            }
            Claim::Running { number, is_audit } => Ok(Claimed::Running { number, is_audit }),
        }
    }
}

impl AuditRun {
    pub fn number(&self) -> i64 {
        self.lease.number()
    }

    /// Makes it to its end, and says what came of it. An error: what came of it could not be written down.
    pub async fn to_end(mut self) -> Result<AuditState, Error> {
        let alive = self.lease.keep_alive();
        kill_point("audit-claimed");
        // On the heap: a large future, made once an hour.
        let made = Box::pin(self.audit()).await;
        let (end, tables, decisions) = match made {
            Ok(tally) => {
                let failing = tally.counts.deviating() - tally.repaired;
                let log = LogRecord {
                    state: state_of(tally.counts.worst()),
                    description: match (tally.counts.deviating(), failing) {
                        (0, _) => NOTHING_TO_DO,
                        (_, 0) => CORRECTED,
                        _ => NEEDS_REPLAY,
                    },
                };
                let proved = (failing == 0).then_some(tally.proved);
                let end = AuditEnd { counts: tally.counts, repaired: tally.repaired, log, proved, error: None };
                (end, tally.tables, tally.decisions)
            }
            Err(error) => {
                let log = LogRecord { state: ERROR, description: ERROR };
                let (counts, error) = (VerdictCounts::default(), Some(explain(&error)));
                (AuditEnd { counts, repaired: 0, log, proved: None, error }, Vec::new(), Vec::new())
            }
        };
        if end.proved.is_some() {
            self.auditor.records.mark_proved(&tables).await?;
        }
        let state = end.state();
        report(self.number(), &end, state);
        kill_point("audit-ending");
        drop(alive);
        let (records, number) = (self.auditor.records.clone(), self.number());
        if !self.lease.end_audit(&end).await? {
            return Err(Error::Lost(TAKEN_OVER));
        }
        // Were this missed, the next audit would find these keys right, and use them up.
        records.consume(&decisions, number).await?;
        Ok(state)
    }

    async fn audit(&mut self) -> Result<Tally, Error> {
        let Auditor { records, realtime, .. } = self.auditor.clone();
        // For this run alone: a connection that waits for an hour may be dead when it is needed.
        let realtime = realtime.with_own_connection();
        let seen = realtime.meta().await?;
        let cut = match realtime.cut(self.lease.run_id(), &seen.run).await? {
            Cut::At(places) => places,
            Cut::Moved => return Err(Error::Lost("another run was quicker")),
            Cut::NotReady => return Err(Error::Lost("Redis is empty or being rebuilt: that goes first")),
        };
        self.clock.lap("cut");
        kill_point("audit-cut");
        self.step(Step::Snapshot, None, None).await?;
        let mut snapshot = records.stock_snapshot().await?;
        let places = places(&cut, &snapshot)?;
        let batches: BTreeMap<i32, Option<BatchId>> = cut.iter().map(|(p, it)| (*p, it.batch.clone())).collect();
        let after_cut = match snapshot.after_cut(batches).await? {
            AfterCut::Deltas(deltas) => deltas,
            AfterCut::Diverged(partition) => return Err(Error::Diverged { partition }),
            AfterCut::LetGo(_) => return Err(Error::Lost("the journal no longer holds what came after the cut")),
        };
        self.clock.lap("snapshot");
        self.step(Step::Proof, Some(&places), None).await?;
        kill_point("audit-snapshot");
        let Proof { mut checks, unproved, proved, tables } = self.prove_rows(&records, &mut snapshot).await?;
        let decisions = records.decisions().await?;
        let mut comparison = Comparison {
            lease: &self.lease,
            realtime: &realtime,
            unproved,
            after_cut,
            correct_surplus: self.auditor.correct_surplus,
            decided: decisions.iter().filter_map(|it| Some((it.key.clone(), it.lacks?))).collect(),
            counts: VerdictCounts::default(),
            repaired: 0,
            last_number: 0,
        };
        let reading = FirstReading::make(&mut comparison, &mut snapshot).await?;
        self.clock.lap("look");
        let (levels, odd) = snapshot.prove_levels(&reading.running, self.scope == Scope::Full).await?;
        self.clock.lap("levels");
        checks.push(levels);
        self.step(Step::Compare, None, Some(&checks)).await?;
        kill_point("audit-proved");
        let is_odd = !odd.is_empty();
        comparison.unproved.add(odd);
        reading.compare(&mut comparison, &mut snapshot, is_odd).await?;
        let (counts, repaired) = (comparison.counts, comparison.repaired);
        // Where the records are not proved a decision waits: it could not be followed.
        let followed = decisions.into_iter().filter(|it| comparison.unproved.of(&it.key).is_none()).collect();
        snapshot.close().await;
        self.clock.lap("compare");
        Ok(Tally { counts, repaired, proved, tables, decisions: followed })
    }

    /// Journal and rows prove themselves, or say where they do not.
    async fn prove_rows(&mut self, records: &Records, snapshot: &mut StockSnapshot) -> Result<Proof, Error> {
        if !snapshot.levels_are_whole().await? {
            return Err(Error::Lost("the levels of totals are being made"));
        }
        let ([journal, accounting], proved) = snapshot.prove_journal(&records.proved().await?).await?;
        let broken = [&journal, &accounting].into_iter().find_map(|it| it.faults.first());
        let all = broken
            .map(|it| RowFault { cause: FindingCause::JournalBroken, evidence: Evidence::Words { words: it.clone() } });
        self.clock.lap("journal");
        let tables = snapshot.tables_to_prove(self.scope == Scope::Full).await?;
        let mut rows = Check::new(CheckOf::Tables);
        let mut counted = CountedTables::default();
        let mut telling = Progress::of(tables.len());
        for chunk in RegisteredTable::chunks(&tables) {
            records.prove_tables(chunk, &mut rows, &mut counted).await?;
            telling.add(&self.lease, chunk.len()).await?;
        }
        records.mark_suspect(&counted.odd).await?;
        self.clock.lap("rows");
        let unproved = Unproved { keys: counted.unproved, all };
        Ok(Proof { checks: vec![journal, accounting, rows], unproved, proved, tables: counted.proved })
    }

    async fn step(&self, step: Step, cut: Option<&CutPlaces>, proof: Option<&[Check]>) -> Result<(), Error> {
        if self.lease.audit_step(step, cut, proof).await? { Ok(()) } else { Err(Error::Lost(TAKEN_OVER)) }
    }
}

/// Where every partition stood, in the live stock and in the snapshot. A batch reaches Redis only after its commit, so the snapshot is
/// never behind; where it is, the histories have parted.
fn places(cut: &BTreeMap<i32, Place>, snapshot: &StockSnapshot) -> Result<CutPlaces, Error> {
    let mut places = CutPlaces::new();
    for (partition, cursor) in &snapshot.cursors {
        let offset = cut.get(partition).map_or(0, |it| it.position);
        places.insert(*partition, CutPlace { offset, records_offset: cursor.next_offset, counts: cursor.counts });
    }
    let unknown = cut.iter().find(|(partition, it)| it.batch.is_some() && !places.contains_key(partition));
    unknown.map_or(Ok(places), |(partition, _)| Err(Error::Diverged { partition: *partition }))
}

fn report(number: i64, end: &AuditEnd, state: AuditState) {
    let (deviating, repaired) = (end.counts.deviating(), end.repaired);
    match &end.error {
        Some(error) => tracing::warn!(number, "an audit could not be made: {error}"),
        None if state == AuditState::Failed => tracing::warn!(number, deviating, repaired, "an audit failed"),
        None => tracing::info!(number, deviating, repaired, keys = end.counts.agrees + deviating, "an audit passed"),
    }
    metrics::counter!("tallyhouse_audits_total", "state" => state.as_str()).increment(1);
}
