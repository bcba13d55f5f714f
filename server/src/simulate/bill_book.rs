//! Bill ids, unique for ever. The year stands in all of them: a history may span years.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use model::quantity::Direction;

/// More adjusting entries than this on one day would be no stock-taking any more.
const MAX_ADJUSTS: u32 = 3;

/// What has been handed out so far.
#[derive(Debug, Clone, Default)]
pub(super) struct BillBook {
    days: BTreeMap<NaiveDate, Page>,
    live: u64,
}

/// The counters of one business date, kept so that a date asked for twice goes on counting.
#[derive(Debug, Clone, Default)]
struct Page {
    ins: u64,
    outs: u64,
    adjusts: u32,
}

impl BillBook {
    /// `RK-261120-00417`: the next bill of a date.
    pub(super) fn next_of(&mut self, day: NaiveDate, direction: Direction) -> String {
        let page = self.days.entry(day).or_default();
        let count = match direction {
            Direction::In => &mut page.ins,
            Direction::Out => &mut page.outs,
        };
        *count += 1;
        format!("{}-{}-{count:05}", prefix(direction), day.format("%y%m%d"))
    }

    /// `CK-261120-143208123-1`: a live bill. A restarted program begins to count again, at another millisecond.
    pub(super) fn next_live(&mut self, local: NaiveDateTime, direction: Direction) -> String {
        self.live += 1;
        format!("{}-{}-{}", prefix(direction), local.format("%y%m%d-%H%M%S%3f"), self.live)
    }

    /// Is there room for one more adjusting entry on this date?
    pub(super) fn may_adjust(&self, day: NaiveDate) -> bool {
        self.days.get(&day).is_none_or(|page| page.adjusts < MAX_ADJUSTS)
    }

    /// One more adjusting entry was written.
    pub(super) fn adjusted(&mut self, day: NaiveDate) {
        self.days.entry(day).or_default().adjusts += 1;
    }
}

fn prefix(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "RK",
        Direction::Out => "CK",
    }
}
