//! Looking entries up, newest first, page by page. The totals tell in which months, days and hours entries can be, so that only the
//! tables and moments are read that a page needs. Knows no HTTP and no SQL.

use std::collections::BTreeSet;
use std::ops::Range;

use app::pages::records::view::EntrySums;
use chrono::NaiveDate;
use model::entries::{EntriesQuestion, EntryPlace, RecordedEntry};
use model::names::NameOf;
use model::quantity::Direction;
use model::statistics::{Filter, GroupBy, Sums};
use model::time::Millis;

use crate::statistics::spans;
use base::business_time::{BusinessTime, month_of};
use base::config::Layout;
use records::{DayTable, EntriesFilter, Error, FIRST_DAY, Records, Span, TotalsError, TotalsSnapshot};

/// The most tables that are read for one page; then the page ends where it is, and the next one goes on from there.
const MAX_TABLES: usize = 2000;
/// A day of so few tables is read at once; of more, the hours are looked at first.
const FEW_TABLES: usize = 8;
/// A text is looked for within a product, or within so many days.
pub const TEXT_DAYS: i64 = 1;

/// A page of entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntriesPage {
    pub entries: Vec<RecordedEntry>,
    /// Where the next page begins after; none: these were the last.
    pub next: Option<EntryPlace>,
}

/// Looks entries up, at one instant.
pub struct Lookup {
    snapshot: TotalsSnapshot,
    zone: BusinessTime,
    layout: Layout,
}

/// What is still to be found, and what was.
struct Search<'a> {
    question: &'a EntriesQuestion,
    after: Option<&'a EntryPlace>,
    /// One more than a page: whether there is another.
    needed: usize,
    found: Vec<(EntryPlace, RecordedEntry)>,
    tables_read: usize,
    /// Where it was given up.
    stopped_at: Option<Millis>,
}

impl Search<'_> {
    fn is_done(&self) -> bool {
        self.found.len() >= self.needed || self.stopped_at.is_some()
    }

    /// Before which moment everything is still to be looked at.
    fn to(&self) -> Millis {
        let end = self.question.period.end;
        // Without a table it is where a search was given up: everything from there on was looked at.
        self.after.map_or(end, |it| end.min(if it.table.is_empty() { it.at } else { Millis(it.at.0 + 1) }))
    }
}

impl Lookup {
    /// At this instant.
    pub async fn open(records: &Records, zone: BusinessTime) -> Result<Self, TotalsError> {
        Ok(Self { snapshot: records.totals_snapshot().await?, zone, layout: records.layout() })
    }

    /// Gives the connection back.
    pub async fn close(self) {
        self.snapshot.close().await;
    }

    /// The ids of a filter that no entry has.
    pub async fn unknown_ids(&mut self, filter: &Filter) -> Result<Vec<(NameOf, String)>, Error> {
        self.snapshot.unknown_ids(filter).await
    }

    /// The entries after a place, at most `limit`.
    pub async fn page(
        &mut self,
        question: &EntriesQuestion,
        after: Option<&EntryPlace>,
        limit: usize,
    ) -> Result<EntriesPage, TotalsError> {
        let mut search =
            Search { question, after, needed: limit + 1, found: Vec::new(), tables_read: 0, stopped_at: None };
        if let Some(bill) = &question.bill {
            let tables = self.snapshot.tables_of_bill(bill).await?;
            self.read(&mut search, &tables, &question.period).await?;
            // All of its tables were read: nothing was given up.
            search.stopped_at = None;
        } else {
            self.search_months(&mut search).await?;
        }
        Ok(finish(search, limit))
    }

    /// What all entries of a question move together, if that is known without reading them: from the totals, or from a page that holds
    /// all of them.
    pub async fn sums(
        &mut self,
        question: &EntriesQuestion,
        all: Option<&Vec<RecordedEntry>>,
    ) -> Result<Option<EntrySums>, TotalsError> {
        if let Some(all) = all {
            return Ok(Some(sums_of(all)));
        }
        if question.bill.is_some() || question.text.is_some() {
            return Ok(None);
        }
        let Some(spans) = spans(self.zone, &question.period, None) else { return Ok(None) };
        let mut moved = Sums::default();
        for span in &spans {
            match self.snapshot.moved(span, GroupBy::default(), &question.filter, false).await {
                Ok(found) => moved = found.into_iter().fold(moved, |sum, (_, _, it)| sum.plus(it)),
                Err(TotalsError::TooManyTables(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(restricted(question, &moved))
    }

    async fn search_months(&mut self, search: &mut Search<'_>) -> Result<(), TotalsError> {
        let (from, to) = (search.question.period.start, search.to());
        let Some((first, last)) = self.zone.day(from).zip(self.zone.day(Millis(to.0 - 1))) else { return Ok(()) };
        let Some(end) = month_of(last).checked_add_months(chrono::Months::new(1)) else { return Ok(()) };
        let months = self.units(&Span::Months(month_of(first).max(FIRST_DAY)..end), search.question).await?;
        for month in months.into_iter().rev() {
            let Some(next) = month.checked_add_months(chrono::Months::new(1)) else { continue };
            let Some(after_last) = last.succ_opt() else { continue };
            let days = self.units(&Span::Days(month.max(first)..next.min(after_last)), search.question).await?;
            for day in days.into_iter().rev() {
                if search.is_done() {
                    return Ok(());
                }
                self.search_day(search, day).await?;
            }
        }
        Ok(())
    }

    /// The months or days of a span in which such entries can be.
    async fn units(&mut self, span: &Span, question: &EntriesQuestion) -> Result<BTreeSet<NaiveDate>, TotalsError> {
        let moved = self.snapshot.moved(span, GroupBy::default(), &question.filter, true).await?;
        let day = |(at, _, sums): (Option<Millis>, _, Sums)| self.zone.day(at?).filter(|_| question.may_be_in(&sums));
        Ok(moved.into_iter().filter_map(day).collect())
    }

    async fn search_day(&mut self, search: &mut Search<'_>, day: NaiveDate) -> Result<(), TotalsError> {
        let Some((start, end)) = self.zone.start_of(day).zip(day.succ_opt().and_then(|it| self.zone.start_from(it)))
        else {
            return Ok(());
        };
        let question = search.question;
        let period = start.max(question.period.start)..end.min(question.period.end);
        let products = &question.filter.products;
        let few = products.iter().map(|it| self.table(it, day)).collect::<BTreeSet<_>>();
        if !products.is_empty() && few.len() <= FEW_TABLES {
            let tables = self.snapshot.tables_that_exist(&few.into_iter().collect::<Vec<_>>()).await?;
            return self.read(search, &tables, &period).await;
        }
        let hours = self.snapshot.moved(&Span::Hours(start..end), GroupBy::default(), &question.filter, true).await?;
        let mut hours: Vec<(Millis, i64)> = hours
            .into_iter()
            .filter(|(_, _, sums)| question.may_be_in(sums))
            .filter_map(|(at, _, sums)| Some((at?, sums.entries)))
            .filter(|(at, _)| *at < search.to() && *at < period.end)
            .collect();
        hours.sort_unstable();
        while let Some((last, entries)) = hours.pop() {
            // As many hours together as a page needs.
            let (mut first, mut expected) = (last, entries);
            while expected < i64::try_from(search.needed - search.found.len()).unwrap_or(i64::MAX) {
                let Some((at, entries)) = hours.pop() else { break };
                (first, expected) = (at, expected + entries);
            }
            let Some(end) = self.zone.next_hour(last) else { return Ok(()) };
            let tables = self.tables_of(&(first..end), day, &question.filter, question).await?;
            let stretch = first.max(period.start)..end.min(period.end).min(search.to());
            self.search_stretch(search, &tables, stretch, expected).await?;
            if search.is_done() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// A stretch of hours. Where it holds many times what is needed, its end is looked at first, and then more and more of it.
    async fn search_stretch(
        &mut self,
        search: &mut Search<'_>,
        tables: &[String],
        stretch: Range<Millis>,
        expected: i64,
    ) -> Result<(), TotalsError> {
        let whole = (stretch.end.0 - stretch.start.0).max(1);
        let needed = i64::try_from(search.needed).unwrap_or(i64::MAX);
        let mut length = (whole / expected.max(1)).saturating_mul(needed * 2).max(1000).min(whole);
        let mut end = stretch.end;
        while end > stretch.start && !search.is_done() {
            let start = Millis(end.0 - length).max(stretch.start);
            self.read(search, tables, &(start..end)).await?;
            (end, length) = (start, length.saturating_mul(4));
        }
        Ok(())
    }

    async fn read(
        &mut self,
        search: &mut Search<'_>,
        tables: &[String],
        period: &Range<Millis>,
    ) -> Result<(), TotalsError> {
        let limit = search.needed - search.found.len();
        let wanted = EntriesFilter {
            question: search.question,
            tables,
            from: period.start,
            to: period.end,
            after: search.after,
            limit,
        };
        search.found.extend(self.snapshot.entries(&wanted).await?);
        search.tables_read += tables.len();
        if search.tables_read >= MAX_TABLES && search.found.len() < search.needed {
            search.stopped_at = Some(period.start);
        }
        Ok(())
    }

    /// The tables in which entries of some hours of a day can be.
    async fn tables_of(
        &mut self,
        hours: &Range<Millis>,
        day: NaiveDate,
        filter: &Filter,
        question: &EntriesQuestion,
    ) -> Result<Vec<String>, TotalsError> {
        let by = GroupBy { product: true, ..GroupBy::default() };
        let moved = self.snapshot.moved(&Span::Hours(hours.clone()), by, filter, false).await?;
        let products = moved.iter().filter(|(_, _, sums)| question.may_be_in(sums));
        let tables = products.filter_map(|(_, group, _)| Some(self.table(group.product_id.as_ref()?, day)));
        Ok(tables.collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn table(&self, product: &model::ids::ProductId, day: NaiveDate) -> String {
        DayTable::of(self.layout, product, day).name().to_owned()
    }
}

/// What a direction and kinds leave of sums. `None`: sums do not tell opening stock from adjustments.
fn restricted(question: &EntriesQuestion, moved: &Sums) -> Option<EntrySums> {
    let kinds: BTreeSet<&str> = question.kinds.iter().map(|it| it.as_str()).collect();
    let (trade, adjusted) = match (kinds.contains("bill"), kinds.contains("opening"), kinds.contains("adjust")) {
        (false, false, false) | (true, true, true) => (1, 1),
        (true, false, false) => (1, 0),
        (false, true, true) => (0, 1),
        _ => return None,
    };
    let (ins, outs) = match question.direction {
        None => (1, 1),
        Some(Direction::In) => (1, 0),
        Some(Direction::Out) => (0, 1),
    };
    let is_all = trade + adjusted + ins + outs == 4;
    Some(EntrySums {
        qty_in: moved.qty_in * trade * ins,
        qty_out: moved.qty_out * trade * outs,
        adjust: (moved.adjust_in * ins).saturating_sub(moved.adjust_out * outs) * adjusted,
        entries: is_all.then_some(moved.entries),
    })
}

fn sums_of(all: &[RecordedEntry]) -> EntrySums {
    let one = |it: &RecordedEntry| Sums::of_one(it.direction, it.kind.is_trade(), it.quantity);
    let moved = all.iter().map(one).fold(Sums::default(), Sums::plus);
    EntrySums { qty_in: moved.qty_in, qty_out: moved.qty_out, adjust: moved.adjust(), entries: Some(moved.entries) }
}

fn finish(search: Search<'_>, limit: usize) -> EntriesPage {
    let Search { mut found, stopped_at, .. } = search;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = if has_more {
        found.last().map(|(place, _)| place.clone())
    } else {
        // Nothing older than this was looked at.
        stopped_at.map(|at| EntryPlace { at, table: String::new(), row: 0 })
    };
    EntriesPage { entries: found.into_iter().map(|(_, entry)| entry).collect(), next }
}
