//! A replay: the topic is read again for the keys that an audit found, and the bills that differ are named. Nothing changes until an
//! auditor confirms; then the records are corrected, and the audit that follows settles the keys (2-consistency, "Replay").

use std::collections::{BTreeMap, BTreeSet};

use app::model::audit::{Finding, FindingCause, ResolveAs, Verdict};
use app::model::entry::Entry;
use app::model::replay::{Bill, BillKind};
use app::model::stock::StockKey;

use super::candidates::candidates;
use super::differ::{Origin, differ};
use super::{Error, TAKEN_OVER};
use crate::config::{EntryRules, KafkaConfig};
use crate::ingest::{Topic, TopicScan, decode, explain};
use crate::realtime::{Cut, Realtime};
use crate::records::{
    Claim, Corrected, Correction, CorrectionReason, FindingsWanted, Hole, KeyRow, Lease, Records, ReplayClaim, RunKind,
    StockSnapshot, StoredReplay,
};

/// So many entries of the keys are held in memory at a time: some 200 MB.
const MOST_ENTRIES: usize = 1_000_000;
/// So many bills are named.
const MOST_BILLS: usize = 10_000;
/// How often it is said how far the reading is, in messages.
const TELL_EVERY: i64 = 20_000;

/// Makes replays. Cheap to clone.
#[derive(Clone)]
pub struct Replayer {
    /// What is compared.
    pub records: Records,
    /// What stale runs are kept from while records are corrected.
    pub realtime: Realtime,
    /// What is read.
    pub topic: Topic,
    /// How.
    pub kafka: KafkaConfig,
    /// What a valid entry is.
    pub rules: EntryRules,
}

/// What became of a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// The records are corrected; an audit follows by itself.
    Done,
    /// Another run is under way.
    Running(i64),
    /// There is no replay of this number that is ready.
    NotReady,
    /// The journal is not as that audit saw it: another audit has to be looked at first.
    Changed,
}

/// What the queue and the records say of the keys.
struct Both {
    queue: BTreeMap<StockKey, Vec<(Origin, Entry)>>,
    rows: BTreeMap<StockKey, Vec<KeyRow>>,
    begins: BTreeMap<i32, i64>,
}

impl Replayer {
    /// Claims a replay of an audit.
    pub async fn claim(&self, audit: i64, who: &str) -> Result<ReplayClaim, Error> {
        Ok(self.records.claim_replay(audit, who).await?)
    }

    /// Makes it to its end, and writes down what it named, or why it could not be made.
    pub async fn to_end(&self, replay: i64, audit: i64) -> Result<(), Error> {
        let findings = self.findings_of(audit).await?;
        let named = self.name_bills(replay, &findings).await;
        match named {
            Ok((bills, begins)) => {
                tracing::info!(replay, audit, bills = bills.len(), "a replay is ready");
                let begins = serde_json::to_string(&begins).unwrap_or_default();
                self.records.end_replay(replay, findings.len(), &begins, Ok(&bills)).await?;
            }
            Err(error) => {
                let why = explain(&error);
                tracing::warn!(replay, audit, "a replay could not be made: {why}");
                self.records.end_replay(replay, findings.len(), "{}", Err(&why)).await?;
            }
        }
        Ok(())
    }

    /// The findings that nobody has dealt with; also those that were repaired, whose bills a person may want to see.
    async fn findings_of(&self, audit: i64) -> Result<Vec<Finding>, Error> {
        let wanted = FindingsWanted { is_dealt_with: Some(false), ..FindingsWanted::default() };
        Ok(self.records.findings(audit, wanted).await?)
    }

    async fn name_bills(&self, replay: i64, findings: &[Finding]) -> Result<(Vec<Bill>, BTreeMap<i32, i64>), Error> {
        let of_keys: BTreeMap<&StockKey, &Finding> =
            findings.iter().filter(|it| it.cause != FindingCause::JournalBroken).map(|it| (&it.key, it)).collect();
        let mut keys: BTreeSet<StockKey> = of_keys.keys().copied().cloned().collect();
        let mut snapshot = self.records.stock_snapshot().await?;
        if of_keys.len() < findings.len() {
            // A hole stands for all keys, but only those of its messages can differ.
            keys.extend(self.keys_in_holes(replay, &mut snapshot).await?);
        }
        let both = self.read_both(replay, &keys, &mut snapshot).await?;
        snapshot.close().await;
        let mut bills = Vec::new();
        for key in &keys {
            let queue = both.queue.get(key).map(Vec::as_slice).unwrap_or_default();
            let rows = both.rows.get(key).map(Vec::as_slice).unwrap_or_default();
            let found = differ(queue, rows, &both.begins);
            let finding = of_keys.get(key).filter(|it| found.is_empty() && it.verdict != Verdict::RecordsIncomplete);
            bills.extend(finding.map(|it| candidates(it, rows)).unwrap_or_default());
            bills.extend(found);
        }
        bills.sort_by_key(|it| it.kind);
        bills.truncate(MOST_BILLS);
        fail::fail_point!("replay-named", |_| std::process::abort());
        Ok((bills, both.begins))
    }

    /// The keys of the messages that no batch says it read.
    async fn keys_in_holes(&self, replay: i64, snapshot: &mut StockSnapshot) -> Result<BTreeSet<StockKey>, Error> {
        let holes = snapshot.holes(&self.records.proved().await?).await?;
        let mut keys = BTreeSet::new();
        if holes.is_empty() {
            return Ok(keys);
        }
        let ends = holes.iter().map(|it| (it.partition, it.to)).collect();
        self.read(replay, &ends, |(partition, offset), entry| {
            let is_in = |it: &Hole| it.partition == partition && (it.from..it.to).contains(&offset);
            if holes.iter().any(is_in) {
                keys.insert(entry.key());
            }
            Ok(())
        })
        .await?;
        Ok(keys)
    }

    /// Reads the topic again, up to where each partition ends, and hands every valid entry on: what is none was rejected, and is no bill.
    /// Answers where each partition begins.
    async fn read(
        &self,
        replay: i64,
        ends: &BTreeMap<i32, i64>,
        mut take: impl FnMut(Origin, Entry) -> Result<(), Error>,
    ) -> Result<BTreeMap<i32, i64>, Error> {
        let mut scan = TopicScan::open(&self.kafka, &self.topic, ends).await?;
        let all: i64 = ends.iter().map(|(p, end)| (end - scan.begins.get(p).copied().unwrap_or(0)).max(0)).sum();
        let mut read = 0;
        self.records.replay_progress(replay, 0, all).await?;
        while let Some(message) = scan.next().await? {
            read += 1;
            if read % TELL_EVERY == 0 {
                self.records.replay_progress(replay, read, all).await?;
            }
            if let Ok(entry) = decode(&message.payload, message.sent_at, &self.rules) {
                take((message.partition, message.offset), entry)?;
            }
        }
        self.records.replay_progress(replay, read, all).await?;
        Ok(scan.begins)
    }

    /// Reads the topic up to where the records stand in a snapshot, and the rows in it.
    async fn read_both(
        &self,
        replay: i64,
        keys: &BTreeSet<StockKey>,
        snapshot: &mut StockSnapshot,
    ) -> Result<Both, Error> {
        let ends = snapshot.cursors.iter().map(|(p, it)| (*p, it.next_offset)).collect();
        let rows = snapshot.rows_of(keys).await?;
        let (mut queue, mut held) = (BTreeMap::<StockKey, Vec<(Origin, Entry)>>::new(), 0);
        let begins = self
            .read(replay, &ends, |origin, entry| {
                let key = entry.key();
                if keys.contains(&key) {
                    held += 1;
                    if held > MOST_ENTRIES {
                        return Err(Error::Lost("the keys have too many entries to be replayed together"));
                    }
                    queue.entry(key).or_default().push((origin, entry));
                }
                Ok(())
            })
            .await?;
        self.leave_out_rejected(&mut queue).await?;
        Ok(Both { queue, rows, begins })
    }

    /// Valid entries may have been rejected too, such as those that contradict another one.
    async fn leave_out_rejected(&self, queue: &mut BTreeMap<StockKey, Vec<(Origin, Entry)>>) -> Result<(), Error> {
        let origins: Vec<Origin> = queue.values().flatten().map(|(origin, _)| *origin).collect();
        let rejected: BTreeSet<Origin> = self.records.rejected_among(&origins).await?.into_iter().collect();
        for entries in queue.values_mut() {
            entries.retain(|(origin, _)| !rejected.contains(origin));
            entries.sort_by_key(|(origin, _)| *origin);
        }
        Ok(())
    }

    /// Corrects the records as a replay says; all of it or nothing.
    pub async fn confirm(&self, replay: i64, who: &str) -> Result<Confirmed, Error> {
        let Some(stored) = self.records.replay(replay).await?.filter(|it| it.state == "ready") else {
            return Ok(Confirmed::NotReady);
        };
        let findings = self.findings_of(stored.audit_id).await?;
        let bills = self.records.replay_bills(replay, 0, i64::try_from(MOST_BILLS).unwrap_or(i64::MAX)).await?;
        let bills: Vec<Bill> = bills.into_iter().map(|(_, it)| it).collect();
        let undecidable: BTreeSet<(&str, &str)> = bills
            .iter()
            .filter(|it| it.kind == BillKind::Undecidable)
            .map(|it| (it.warehouse_id.as_str(), it.product_id.as_str()))
            .collect();
        // What the queue no longer says is for a person to decide, key by key; what was repaired is only to be seen.
        let is_undecidable = |it: &StockKey| undecidable.contains(&(it.warehouse_id.as_str(), it.product_id.as_str()));
        let decided = findings
            .iter()
            .filter(|it| !it.repaired && it.cause != FindingCause::JournalBroken && !is_undecidable(&it.key));
        let all_totals_of = decided.clone().filter(|it| it.cause == FindingCause::TotalsEdited);
        let mut keys: BTreeSet<StockKey> = decided.clone().map(|it| it.key.clone()).collect();
        // A message in a hole may be of any key.
        let corrected = bills.iter().filter(|it| it.kind.is_corrected());
        keys.extend(corrected.filter_map(key_of).filter(|it| !is_undecidable(it)));
        let is_of_these = |it: &&Bill| key_of(it).is_some_and(|key| keys.contains(&key));
        let correction = Correction {
            audit: stored.audit_id,
            reason: CorrectionReason::Replay(replay),
            all_totals_of: all_totals_of.map(|it| it.key.clone()).collect(),
            bills: bills.iter().filter(is_of_these).cloned().collect(),
            keys,
            who: who.to_owned(),
        };
        let done = self.correct(&correction).await?;
        let has_holes = findings.iter().any(|it| it.cause == FindingCause::JournalBroken);
        if done == Confirmed::Done && has_holes && undecidable.is_empty() && self.holds_holes(&stored).await? {
            let note = format!("corrected by replay {replay}");
            let accepted = self.accept_journal(stored.audit_id, &note, who).await?;
            if accepted != Confirmed::Done {
                // The records are corrected all the same; a person accepts the journal by word.
                tracing::warn!(replay, "the journal is not accepted yet: {accepted:?}");
            }
        }
        Ok(done)
    }

    /// Did the queue still hold every message that no batch says it read? Else a person accepts the journal by word.
    async fn holds_holes(&self, replay: &StoredReplay) -> Result<bool, Error> {
        let begins: BTreeMap<i32, i64> =
            replay.begins.as_deref().and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default();
        let mut snapshot = self.records.stock_snapshot().await?;
        let holes = snapshot.holes(&self.records.proved().await?).await?;
        snapshot.close().await;
        Ok(holes.iter().all(|it| begins.get(&it.partition).is_some_and(|begin| *begin <= it.from)))
    }

    /// Accepts the journal as an audit saw it, for all keys.
    async fn accept_journal(&self, audit: i64, note: &str, who: &str) -> Result<Confirmed, Error> {
        match self.records.claim_run(RunKind::Correction, "journal", who).await? {
            Claim::Running { number, .. } => Ok(Confirmed::Running(number)),
            Claim::Ours(lease) => {
                let done = lease.accept_journal(audit, note, who).await;
                end(*lease, 0, done.map_err(Error::from)).await
            }
        }
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
        let wanted = FindingsWanted { after: number - 1, limit: 1, ..FindingsWanted::default() };
        let found = self.records.findings(audit, wanted).await?.pop().filter(|it| it.number == number);
        let Some(finding) = found.filter(|it| !it.is_dealt_with) else { return Ok(Confirmed::NotReady) };
        if finding.cause == FindingCause::JournalBroken {
            return self.accept_journal(audit, note, who).await;
        }
        let keys = BTreeSet::from([finding.key]);
        self.correct(&Correction {
            audit,
            reason: CorrectionReason::Accepted(way, note.to_owned()),
            bills: Vec::new(),
            all_totals_of: keys.clone(),
            keys,
            who: who.to_owned(),
        })
        .await
    }

    /// Makes a correction under a run of its own.
    async fn correct(&self, correction: &Correction) -> Result<Confirmed, Error> {
        match self.records.claim_run(RunKind::Correction, "replay", &correction.who).await? {
            Claim::Running { number, .. } => Ok(Confirmed::Running(number)),
            Claim::Ours(lease) => {
                let done = self.correct_as(&lease, correction).await;
                end(*lease, correction.keys.len(), done).await
            }
        }
    }

    /// First the run is named in Redis: an audit that stalled before, and took its snapshot after, settles nothing any more.
    async fn correct_as(&self, lease: &Lease, correction: &Correction) -> Result<Corrected, Error> {
        let _alive = lease.keep_alive();
        let seen = self.realtime.meta().await?;
        match self.realtime.cut(lease.run_id(), &seen.run).await? {
            Cut::At(_) => {}
            Cut::Moved => return Err(Error::Lost("another run was quicker")),
            Cut::NotReady => return Err(Error::Lost("Redis is empty or being rebuilt: that goes first")),
        }
        fail::fail_point!("correction-named", |_| std::process::abort());
        let done = lease.correct(correction).await?;
        fail::fail_point!("correction-made", |_| std::process::abort());
        Ok(done)
    }
}

/// Ends the run of a correction, and says what became of it.
async fn end(lease: Lease, keys: usize, done: Result<Corrected, Error>) -> Result<Confirmed, Error> {
    let error = done.as_ref().err().map(|it| explain(it));
    lease.end(u64::try_from(keys).unwrap_or_default(), error.as_deref()).await?;
    match done? {
        Corrected::Done => Ok(Confirmed::Done),
        Corrected::NotReady => Ok(Confirmed::NotReady),
        Corrected::Changed => Ok(Confirmed::Changed),
        Corrected::Lost => Err(Error::Lost(TAKEN_OVER)),
    }
}

fn key_of(bill: &Bill) -> Option<StockKey> {
    let (warehouse, product) = (bill.warehouse_id.as_str(), bill.product_id.as_str());
    Some(StockKey { warehouse_id: warehouse.try_into().ok()?, product_id: product.try_into().ok()? })
}
