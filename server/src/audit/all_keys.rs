//! Goes over the union of the keys of both stores. The records are read once: what their keys add up to proves the
//! totals, and which of them are clean is seen meanwhile; only the others are compared one by one once the proof is
//! known (docs/consistency.md#an-audit-run, 4 and 5).

use std::hash::{BuildHasher as _, RandomState};

use model::audit::Book;
use model::statistics::Sums;
use model::stock::StockKey;
use tokio::sync::mpsc;

use super::Error;
use super::compare::{Comparison, Total};
use super::progress::Progress;
use realtime::{member, parse_member};
use records::{RunningSums, StockSnapshot};

/// So many keys that are not clean are kept; of more, all keys are read a second time.
const MAX_OPEN: usize = 200_000;

/// So many pages of the records are read ahead of the live stock.
const PAGES_AHEAD: usize = 4;

/// After so many it is looked whether it is time to say how far the run is.
const TELL_AFTER: usize = 1000;

/// The keys of the records, as a first reading saw them.
#[derive(Default)]
pub struct FirstReading {
    /// What they add up to.
    pub running: RunningSums,
    /// Those to be compared. None: too many to be kept.
    open: Option<Vec<Total>>,
    seen: SeenKeys,
}

impl FirstReading {
    /// Reads and looks at all keys of the records.
    pub async fn make(comparison: &mut Comparison<'_>, snapshot: &mut StockSnapshot) -> Result<Self, Error> {
        let mut reading = Self { open: Some(Vec::new()), ..Self::default() };
        let mut telling = Progress::of(snapshot.count_keys().await?);
        // Each store answers while the other one does, and neither waits for the other's slower pages.
        let (sender, mut pages) = mpsc::channel(PAGES_AHEAD);
        let reads = async move {
            loop {
                let page = snapshot.next_page().await?;
                // No longer wanted only when looking failed, which says why.
                if page.is_empty() || sender.send(page).await.is_err() {
                    return Ok::<_, Error>(());
                }
            }
        };
        let looks = async {
            while let Some(page) = pages.recv().await {
                telling.add(comparison.lease, page.len()).await?;
                reading.take(comparison, page).await?;
            }
            Ok::<_, Error>(())
        };
        tokio::try_join!(reads, looks)?;
        Ok(reading)
    }

    async fn take(&mut self, comparison: &mut Comparison<'_>, page: Vec<(StockKey, Sums)>) -> Result<(), Error> {
        self.running.add(&page);
        self.seen.add(page.iter().map(|(key, _)| key));
        if let Some(open) = &mut self.open {
            open.extend(comparison.check_clean(&totals(page)).await?);
            if open.len() > MAX_OPEN {
                self.open = None;
            }
        }
        Ok(())
    }

    /// Compares what is not clean; `all`: whatever it is, as the proof did not hold for all keys when they were looked at.
    pub async fn compare(
        self,
        comparison: &mut Comparison<'_>,
        snapshot: &mut StockSnapshot,
        all: bool,
    ) -> Result<(), Error> {
        match self.open {
            Some(open) if !all => {
                let mut telling = Progress::of(open.len());
                for some in open.chunks(TELL_AFTER) {
                    comparison.compare(some).await?;
                    telling.add(comparison.lease, some.len()).await?;
                }
            }
            _ => read_again(comparison, snapshot).await?,
        }
        self.seen.compare_others(comparison).await?;
        comparison.end().await
    }
}

async fn read_again(comparison: &mut Comparison<'_>, snapshot: &mut StockSnapshot) -> Result<(), Error> {
    snapshot.rewind();
    comparison.counts.agrees = 0;
    let mut telling = Progress::of(snapshot.count_keys().await?);
    loop {
        let page = snapshot.next_page().await?;
        if page.is_empty() {
            return Ok(());
        }
        telling.add(comparison.lease, page.len()).await?;
        let open = comparison.check_clean(&totals(page)).await?;
        comparison.compare(&open).await?;
    }
}

fn totals(page: Vec<(StockKey, Sums)>) -> Vec<Total> {
    page.into_iter().map(|(key, sums)| (key, Book::from(sums))).collect()
}

/// The keys of the records, in 8 bytes each: a hash that nobody can choose. Of a million keys, one that only the live stock has is taken for
/// one of these once in 10^13 audits.
#[derive(Default)]
struct SeenKeys {
    hasher: RandomState,
    hashes: Vec<u64>,
}

impl SeenKeys {
    fn add<'a>(&mut self, keys: impl Iterator<Item = &'a StockKey>) {
        let hashes = keys.map(|it| self.hasher.hash_one(member(it)));
        self.hashes.extend(hashes);
    }

    /// Compares the keys that have no running totals: what counting the rows brought up, and what only the live stock has.
    async fn compare_others(mut self, comparison: &mut Comparison<'_>) -> Result<(), Error> {
        self.hashes.sort_unstable();
        // Rows or totals that nothing else knows, such as a row whose product was edited to one that never was.
        let unknown: Vec<Total> = comparison
            .unproved
            .keys
            .keys()
            .filter(|it| !self.has(&member(it)))
            .map(|it| (it.clone(), Book::default()))
            .collect();
        self.add(unknown.iter().map(|(key, _)| key));
        self.hashes.sort_unstable();
        comparison.compare(&unknown).await?;
        let (mut members, mut more) = comparison.realtime.members("").await?;
        while let Some(last) = more {
            // The next ones come while these are looked at.
            let (next, strange) = tokio::join!(comparison.realtime.members(&last), async { self.strange(&members) });
            comparison.compare(&strange).await?;
            (members, more) = next?;
        }
        comparison.compare(&self.strange(&members)).await
    }

    /// Those that are not among them.
    fn strange(&self, members: &[String]) -> Vec<Total> {
        let unknown = members.iter().filter(|it| !self.has(it));
        unknown.filter_map(|it| Some((parse_member(it)?, Book::default()))).collect()
    }

    fn has(&self, member: &str) -> bool {
        self.hashes.binary_search(&self.hasher.hash_one(member)).is_ok()
    }
}
