//! A replay: the topic is read again for the keys that an audit found, and the bills that differ are named
//! (docs/consistency.md#replay). Nothing changes until an auditor confirms (`confirm.rs`).

use std::collections::{BTreeMap, BTreeSet};

use model::audit::replay::Bill;
use model::audit::{Evidence, Finding, FindingCause, Verdict};
use model::entry::Entry;
use model::stock::StockKey;

use crate::audit::Error;
use crate::audit::replay::candidates::candidates;
use crate::audit::replay::diff::{Origin, Reach, Said, diff};
use crate::audit::replay::digest::digest;
use crate::audit::replay::messages::Queue;
use base::config::{EntryRules, KafkaConfig};
use base::kill_point;
use base::status::explain;
use queue::{Topic, TopicScan, admit, read};
use realtime::Realtime;
use records::{FindingsFilter, Hole, KeyRow, MisplacedRows, Named, Records, ReplayClaim, ReplayedKey, StockSnapshot};

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
    pub kafka: KafkaConfig,
    /// What a valid entry is.
    pub rules: EntryRules,
    /// How much at a time.
    pub limits: ReplayLimits,
}

/// How much a replay does at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplayLimits {
    /// So many entries are held in memory; keys that have more are read one after the other. A million: some 400 MB with their rows.
    pub entries: usize,
    /// So many bills are named; the rest is for the next replay.
    pub bills: usize,
}

impl Default for ReplayLimits {
    fn default() -> Self {
        Self { entries: 1_000_000, bills: 100_000 }
    }
}

/// How many messages were read in the passes before, and are to be read in all.
#[derive(Default)]
struct Told {
    read: i64,
    all: i64,
}

/// What all passes of a replay read.
struct Sources<'a> {
    snapshot: &'a mut StockSnapshot,
    /// Up to here.
    ends: BTreeMap<i32, i64>,
    /// Messages that no batch says it read.
    holes: Vec<Hole>,
    strays: MisplacedRows,
}

/// What a pass over the topic found.
struct Pass {
    queue: Queue,
    rows: BTreeMap<StockKey, Vec<KeyRow>>,
    reach: Reach,
}

impl Replayer {
    /// Claims a replay of an audit.
    pub async fn claim(&self, audit: i64, who: &str) -> Result<ReplayClaim, Error> {
        Ok(self.records.claim_replay(audit, who).await?)
    }

    /// Makes it to its end, and writes down what it named, or why it could not be made.
    pub async fn to_end(&self, replay: i64, audit: i64) -> Result<(), Error> {
        match self.name_bills(replay, audit).await {
            Ok(named) => {
                tracing::info!(replay, audit, bills = named.bills.len(), "a replay is ready");
                if let Err(error) = self.records.replay_is_ready(replay, &named).await {
                    self.records.replay_failed(replay, &explain(&error)).await?;
                }
            }
            Err(error) => {
                let why = explain(&error);
                tracing::warn!(replay, audit, "a replay could not be made: {why}");
                self.records.replay_failed(replay, &why).await?;
            }
        }
        Ok(())
    }

    /// The findings that nobody has dealt with; also those that were repaired, whose bills a person may want to see.
    pub(super) async fn findings_of(&self, audit: i64) -> Result<Vec<Finding>, Error> {
        let wanted = FindingsFilter { is_resolved: Some(false), ..FindingsFilter::default() };
        Ok(self.records.findings(audit, wanted).await?)
    }

    async fn name_bills(&self, replay: i64, audit: i64) -> Result<Named, Error> {
        let findings = self.findings_of(audit).await?;
        let of_keys: BTreeMap<&StockKey, &Finding> =
            findings.iter().filter(|it| it.cause != FindingCause::JournalBroken).map(|it| (&it.key, it)).collect();
        let mut left: BTreeSet<StockKey> = of_keys.keys().copied().cloned().collect();
        let mut snapshot = self.records.stock_snapshot().await?;
        let mut told = Told::default();
        let mut holes = Vec::new();
        if of_keys.len() < findings.len() {
            // A hole stands for all keys, but only those of its messages can differ.
            holes = snapshot.holes(&self.records.proved().await?).await?;
            left.extend(self.keys_in_holes(replay, &holes, &mut told).await?);
        }
        let ends = snapshot.cursors.iter().map(|(p, it)| (*p, it.next_offset)).collect();
        let cut = snapshot.cursors.iter().map(|(p, it)| (*p, (it.next_offset, it.batch_id.clone()))).collect();
        let mut named = Named { ends: cut, ..Named::default() };
        let mut sources = Sources { snapshot: &mut snapshot, ends, holes, strays: strays(&findings) };
        loop {
            let pass = self.pass(replay, left, &mut sources, &mut told).await?;
            for key in &pass.queue.keys {
                let found = bills_of(key, &pass, of_keys.get(key).copied());
                let rows = pass.rows.get(key).into_iter().flatten();
                let digest = digest(rows);
                let room = self.limits.bills.saturating_sub(named.bills.len());
                named.keys.push(ReplayedKey { key: key.clone(), digest, is_whole: found.len() <= room });
                named.bills.extend(found.into_iter().take(room));
            }
            named.begins = pass.reach.begins;
            left = pass.queue.postponed;
            if left.is_empty() || named.bills.len() >= self.limits.bills {
                // Of these nothing was looked at.
                let not_yet = |key| ReplayedKey { key, digest: 0, is_whole: false };
                named.keys.extend(left.into_iter().map(not_yet));
                break;
            }
        }
        snapshot.close().await;
        named.bills.sort_by_key(|it| it.kind);
        kill_point("replay-named");
        Ok(named)
    }

    /// The keys of the messages that no batch says it read.
    async fn keys_in_holes(&self, replay: i64, holes: &[Hole], told: &mut Told) -> Result<BTreeSet<StockKey>, Error> {
        let mut keys = BTreeSet::new();
        if holes.is_empty() {
            return Ok(keys);
        }
        let ends = holes.iter().map(|it| (it.partition, it.to)).collect();
        self.read(replay, &ends, holes, told, |origin, entry| {
            if holes.iter().any(|it| it.holds(origin)) {
                keys.insert(entry.key());
            }
            Ok(())
        })
        .await?;
        Ok(keys)
    }

    /// Reads the topic again, up to where each partition ends, and hands on what reads as an entry. Whether it would be let in today is asked
    /// only of messages in holes, which nobody has judged yet; the verdict on all others is on record. Answers how far it reached.
    async fn read(
        &self,
        replay: i64,
        ends: &BTreeMap<i32, i64>,
        holes: &[Hole],
        told: &mut Told,
        mut take: impl FnMut(Origin, Entry) -> Result<(), Error>,
    ) -> Result<Reach, Error> {
        let mut scan = TopicScan::open(&self.kafka, &self.topic, ends).await?;
        told.all += ends.iter().map(|(p, end)| (end - scan.begins.get(p).copied().unwrap_or(0)).max(0)).sum::<i64>();
        self.records.replay_progress(replay, told.read, told.all).await?;
        while let Some(message) = scan.next().await? {
            told.read += 1;
            if told.read % TELL_EVERY == 0 {
                self.records.replay_progress(replay, told.read, told.all).await?;
            }
            let Ok(entry) = read(&message.payload, self.rules.business_time) else { continue };
            let origin = (message.partition, message.offset);
            let time = message.asked_later();
            if holes.iter().any(|it| it.holds(origin)) && admit(&entry, time, &self.rules).is_err() {
                continue;
            }
            take(origin, entry)?;
        }
        self.records.replay_progress(replay, told.read, told.all).await?;
        let gaps = scan.gaps.into_iter().map(|it| Hole { partition: it.partition, from: it.from, to: it.to }).collect();
        Ok(Reach { begins: scan.begins, ends: ends.clone(), gaps })
    }

    /// Reads the topic up to where the records stand in a snapshot, and the rows in it, of as many keys as can be held.
    async fn pass(
        &self,
        replay: i64,
        keys: BTreeSet<StockKey>,
        Sources { snapshot, ends, holes, strays }: &mut Sources<'_>,
        told: &mut Told,
    ) -> Result<Pass, Error> {
        let (mut queue, most) = (Queue::of(keys), self.limits.entries);
        let reach = self.read(replay, ends, holes, told, |origin, entry| queue.take(origin, entry, most)).await?;
        self.recall_rejected(&mut queue).await?;
        let mut rows = BTreeMap::<StockKey, Vec<KeyRow>>::new();
        snapshot.each_row_of(&queue.keys, strays, |key, row| rows.entry(key).or_default().push(row)).await?;
        Ok(Pass { queue, rows, reach })
    }

    /// What reads as an entry may have been rejected: by the settings of then, or as it contradicts another one.
    async fn recall_rejected(&self, queue: &mut Queue) -> Result<(), Error> {
        let origins: Vec<Origin> = queue.entries.values().flatten().map(|(origin, _)| *origin).collect();
        queue.rejected = self.records.rejected_among(&origins).await?.into_iter().collect();
        for entries in queue.entries.values_mut() {
            entries.sort_by_key(|(origin, _)| *origin);
        }
        Ok(())
    }
}

/// Where the audit saw rows of a key that differ: not all of them may be where they belong.
pub(super) fn strays(findings: &[Finding]) -> MisplacedRows {
    let mut strays = MisplacedRows::new();
    for it in findings {
        if let Some(table) = it.evidence.as_ref().and_then(Evidence::table) {
            strays.entry(it.key.clone()).or_default().insert(table.to_owned());
        }
    }
    strays
}

/// The bills of a key that differ; of a fault of the live stock, those that may have made it.
fn bills_of(key: &StockKey, pass: &Pass, finding: Option<&Finding>) -> Vec<Bill> {
    let messages = pass.queue.entries.get(key).map(Vec::as_slice).unwrap_or_default();
    let said = Said { messages, rejected: &pass.queue.rejected };
    let rows = pass.rows.get(key).map(Vec::as_slice).unwrap_or_default();
    let found = diff(said, rows, &pass.reach);
    match finding.filter(|it| found.is_empty() && it.verdict != Verdict::RecordsIncomplete) {
        Some(finding) => candidates(finding, rows),
        None => found,
    }
}
