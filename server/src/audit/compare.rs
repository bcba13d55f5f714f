//! Compares keys with the records at the cut and puts right what may be put right: never before it is written down
//! (docs/consistency.md#an-audit-run, 5).

use base::kill_point;
use std::collections::{BTreeMap, HashMap};

use model::audit::{Book, Finding, FindingCause, Nrs, VerdictCounts};
use model::batch::Delta;
use model::stock::StockKey;

use super::Error;
use super::verdict::{Allowed, Judged, judge};
use realtime::{AtCut, Compared, May, Realtime, Settled};
use records::{Lease, RowFault};

/// So many keys are looked at in one call, in which Redis answers nobody else: half a millisecond.
const LOOK: usize = 100;
/// So many are settled in one call, three quarters of a millisecond.
const KEYS: usize = 50;
/// So many findings of a run are stored one by one; the rest is counted, and left as it is.
const MAX_FINDINGS: i32 = 10_000;

/// For which keys the records do not prove themselves.
#[derive(Debug, Default)]
pub struct Unproved {
    /// Why, key by key.
    pub keys: BTreeMap<StockKey, RowFault>,
    /// Why, where it is all of them; what is said of one key is more exact.
    pub all: Option<RowFault>,
}

impl Unproved {
    /// Adds keys; what was said of one before stands.
    pub fn add(&mut self, keys: BTreeMap<StockKey, RowFault>) {
        for (key, fault) in keys {
            self.keys.entry(key).or_insert(fault);
        }
    }

    /// Why the records do not prove themselves for a key.
    pub fn of(&self, key: &StockKey) -> Option<&RowFault> {
        self.keys.get(key).or(self.all.as_ref())
    }
}

/// What was compared so far.
pub struct Comparison<'a> {
    /// Who claims the run.
    pub lease: &'a Lease,
    /// The live stock.
    pub realtime: &'a Realtime,
    /// What the records could not prove.
    pub unproved: Unproved,
    /// What came after the cut.
    pub after_cut: HashMap<StockKey, Delta>,
    /// May RRS < NRS be put right without a person?
    pub correct_surplus: bool,
    /// Where a person accepted the records: by how much they saw them differ.
    pub decided: BTreeMap<StockKey, Book>,
    /// Keys by verdict.
    pub counts: VerdictCounts,
    /// So many were put right.
    pub repaired: i64,
    /// The number of the last finding.
    pub last_number: i32,
}

/// A key and its totals in the snapshot.
pub type Total = (StockKey, Book);

impl Comparison<'_> {
    /// RRS: the totals of the snapshot less what came after the cut.
    fn rrs(&self, (key, total): &Total) -> Book {
        let after = self.after_cut.get(key).copied().unwrap_or_default();
        total.less(Book { stock: after.net, gross_in: after.gross_in, entries: after.entries })
    }

    /// Looks at keys. Those that are clean agree, and need nothing; answers the others, to be compared.
    pub async fn check_clean(&mut self, totals: &[Total]) -> Result<Vec<Total>, Error> {
        // Two calls at a time: while Redis answers one, the next is made.
        let (first, second) = totals.split_at(totals.len() / 2);
        let (mut open, more) = tokio::try_join!(self.not_clean(first), self.not_clean(second))?;
        open.extend(more);
        self.counts.agrees += i64::try_from(totals.len() - open.len()).unwrap_or(i64::MAX);
        Ok(open)
    }

    async fn not_clean(&self, totals: &[Total]) -> Result<Vec<Total>, Error> {
        let mut open = Vec::new();
        for chunk in totals.chunks(LOOK) {
            let clean = self.realtime.check_clean(self.lease.run_id(), &self.asked(chunk)).await?;
            open.extend(chunk.iter().zip(clean).filter(|(_, is_clean)| !is_clean).map(|(total, _)| total.clone()));
            kill_point("audit-looking");
        }
        Ok(open)
    }

    /// Compares keys that are not clean, writes down those that deviate, and settles what may be settled.
    pub async fn compare(&mut self, totals: &[Total]) -> Result<(), Error> {
        for totals in totals.chunks(KEYS) {
            let answers = settle(self.realtime, self.lease.run_id(), &self.asked(totals)).await?;
            self.take(totals, &answers).await?;
            kill_point("audit-comparing");
        }
        Ok(())
    }

    /// Is the run still the newest, after the last look at a clean key? Those do not ask.
    pub async fn end(&self) -> Result<(), Error> {
        call(self.realtime, self.lease.run_id(), &[]).await.map(drop)
    }

    fn asked(&self, totals: &[Total]) -> Vec<Compared> {
        let ask = |total: &Total| {
            let may = if self.unproved.of(&total.0).is_some() { May::Look } else { May::SettleWhatAgrees };
            asked(&total.0, self.rrs(total), may)
        };
        totals.iter().map(ask).collect()
    }

    async fn take(&mut self, totals: &[Total], answers: &[Settled]) -> Result<(), Error> {
        let mut found = Vec::new();
        for (total, answer) in totals.iter().zip(answers) {
            let (nrs, may_settle) = match answer {
                Settled::Already | Settled::Done(_) => {
                    self.counts.agrees += 1;
                    continue;
                }
                Settled::Deviates(nrs) => (nrs_of(*nrs), true),
                // What came after the cut cannot be told from what came before: a run that is cut from now on settles it.
                Settled::NotByThisRun => (Nrs::Unreadable, false),
            };
            match self.judge(total, nrs) {
                Some(judged) => {
                    found.push((total, nrs, Judged { may_settle: may_settle && judged.may_settle, ..judged }));
                }
                None => self.counts.agrees += 1,
            }
        }
        self.write_down(&found).await
    }

    fn judge(&self, total: &Total, nrs: Nrs) -> Option<Judged> {
        let unproved: Option<FindingCause> = self.unproved.of(&total.0).map(|it| it.cause);
        let allowed = Allowed { surplus: self.correct_surplus, lacking: self.decided.get(&total.0).copied() };
        judge(self.rrs(total), nrs, unproved, allowed)
    }

    async fn write_down(&mut self, found: &[(&Total, Nrs, Judged)]) -> Result<(), Error> {
        let mut findings = Vec::new();
        let mut to_settle = Vec::new();
        for (total, nrs, judged) in found {
            self.counts.add(judged.verdict);
            if self.last_number >= MAX_FINDINGS {
                continue;
            }
            self.last_number += 1;
            let rrs = self.rrs(total);
            findings.push(Finding {
                number: self.last_number,
                key: total.0.clone(),
                rrs,
                nrs: *nrs,
                verdict: judged.verdict,
                cause: judged.cause,
                evidence: self.unproved.of(&total.0).map(|it| it.evidence.clone()),
                repaired: false,
                is_resolved: judged.is_decided,
                resolution: None,
            });
            if judged.may_settle {
                let may = May::SettleAsWrittenDown(at_cut(*nrs));
                to_settle.push((self.last_number, asked(&total.0, rrs, may)));
            }
        }
        if !self.lease.write_findings(&findings).await? {
            return Err(Error::Lost(super::TAKEN_OVER));
        }
        kill_point("audit-written-down");
        let (numbers, compared): (Vec<i32>, Vec<Compared>) = to_settle.into_iter().unzip();
        let answers = settle(self.realtime, self.lease.run_id(), &compared).await?;
        kill_point("audit-settled");
        let is_right = |it: &Settled| matches!(it, Settled::Done(_) | Settled::Already);
        let repaired: Vec<i32> =
            numbers.into_iter().zip(&answers).filter(|(_, it)| is_right(it)).map(|(number, _)| number).collect();
        self.repaired += i64::try_from(repaired.len()).unwrap_or(i64::MAX);
        Ok(self.lease.findings_repaired(&repaired).await?)
    }
}

async fn settle(realtime: &Realtime, run: &str, compared: &[Compared]) -> Result<Vec<Settled>, Error> {
    if compared.is_empty() { Ok(Vec::new()) } else { call(realtime, run, compared).await }
}

async fn call(realtime: &Realtime, run: &str, compared: &[Compared]) -> Result<Vec<Settled>, Error> {
    let settled = realtime.settle(run, compared).await?;
    settled.ok_or(Error::Lost("another run is the newest in Redis, or the live stock must be rebuilt"))
}

fn asked(key: &StockKey, rrs: Book, may: May) -> Compared {
    Compared { key: key.clone(), rrs: rrs.sums(), may }
}

fn nrs_of(at_cut: AtCut) -> Nrs {
    match at_cut {
        AtCut::Missing => Nrs::Missing,
        AtCut::Unreadable => Nrs::Unreadable,
        AtCut::Sums([stock, gross_in, entries]) => Nrs::Book(Book { stock, gross_in, entries }),
    }
}

fn at_cut(nrs: Nrs) -> AtCut {
    match nrs {
        Nrs::Missing => AtCut::Missing,
        Nrs::Unreadable => AtCut::Unreadable,
        Nrs::Book(it) => AtCut::Sums(it.sums()),
    }
}
