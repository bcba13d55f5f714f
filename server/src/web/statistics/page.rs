//! `/statistics`: from the URL to what the page shows.

use std::collections::BTreeMap;
use std::time::Duration;

use app::i18n::Locale;
use app::pages::statistics::view::{Line, Mover, Part, StatementView, StatisticsPage};
use model::faults::FieldFault;
use model::live::{CURVE_DAYS, Named, curve};
use model::names::NameOf;
use model::statistics::{Figures, Filter, Group, GroupBy, Interval, Question, Row};
use model::time::Millis;

use crate::export::{Row as Cells, statement_rows, statement_titles};
use crate::live::{StockAt, clock};
use crate::statistics::page::page;
use crate::statistics::summary::{GroupSummary, by_group, by_part};
use crate::statistics::{Error, Reader, Statement, parts};
use crate::web::http::params::Others;
use crate::web::names::find::{Finder, named, not_clear};
use crate::web::statistics::query::{StatisticsRequest, fault_of, fitting, wanted};
use base::business_time::BusinessTime;
use records::{Names, Records};

/// The most lines of a page.
const LINES: usize = 100;
/// The most who are shown to have moved most.
const MOVERS: usize = 12;
/// What is committed reaches the hub a moment later: so long is it waited for.
const HUB_WAIT: Duration = Duration::from_millis(100);

/// Makes the page. Cheap to clone.
#[derive(Clone)]
pub struct StatisticsReader {
    pub records: Records,
    /// Finds ids and their names.
    pub finder: Finder,
    /// The zone of business days.
    pub zone: BusinessTime,
}

impl StatisticsReader {
    /// Answers the URL of the page, of which this is the part after `?`.
    pub async fn page(&self, query: &str, now: Millis) -> Result<StatisticsPage, Error> {
        let (mut wanted, faults) = wanted(query, self.zone, now, Others::AreLetBe);
        let typed = std::mem::take(&mut wanted.typed);
        let about = &mut wanted.query.about;
        let form = self.finder.form(about, typed, wanted.period.as_ref(), self.zone, faults).await;
        let mut page = StatisticsPage { form: form.map_err(Error::Records)?, ..StatisticsPage::default() };
        if page.form.faults.is_empty() {
            match self.answer(&wanted, &self.finder.names(), now).await {
                Ok(Ok(statement)) => page.statement = statement,
                Ok(Err(faults)) => page.form.faults = faults,
                Err(error) => {
                    let period = wanted.period.clone().unwrap_or(Millis(0)..Millis(0));
                    page.form.faults.push(fault_of(&error, &period, self.zone).ok_or(error)?);
                }
            }
        }
        page.query = wanted.query;
        Ok(page)
    }

    /// The statement; none: the period is not known.
    async fn answer(
        &self,
        wanted: &StatisticsRequest,
        names: &Names,
        now: Millis,
    ) -> Result<Result<Option<StatementView>, Vec<FieldFault>>, Error> {
        let Some(period) = wanted.period.clone() else { return Ok(Ok(None)) };
        let interval = wanted.query.interval.unwrap_or_else(|| fitting(&period));
        let starts = parts(self.zone, &period, interval)?;
        let question = Question {
            period,
            group_by: wanted.query.group_by,
            interval: Some(interval),
            filter: wanted.query.about.filter.clone(),
        };
        let mut reader = Reader::open(&self.records, self.zone).await?;
        let ids = reader.unknown_ids(&question.filter).await?;
        let faults = self.finder.unknown(ids);
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
        let mut found = self.read(&mut reader, &question, starts, wanted.query.by_time).await?;
        let cursors: BTreeMap<i32, i64> =
            reader.cursors().iter().map(|(partition, it)| (*partition, it.next_offset)).collect();
        let is_live = self.is_live(&mut reader, &question.filter, &cursors, found.total.closing).await?;
        reader.close().await;
        let rows = std::mem::take(&mut found.lines);
        let lines = self.lines(rows, &found, interval, wanted, names);
        Ok(Ok(Some(self.view(found, lines, &question, now, is_live, names))))
    }

    /// The titles and all lines of the statement of this URL, in its order, with the total.
    pub async fn export(
        &self,
        query: &str,
        now: Millis,
        locale: Locale,
    ) -> Result<Result<(Vec<String>, Vec<Cells>), Vec<FieldFault>>, Error> {
        let (mut wanted, faults) = wanted(query, self.zone, now, Others::AreRefused);
        let typed = std::mem::take(&mut wanted.typed);
        let about = &mut wanted.query.about;
        let form = self.finder.form(about, typed, wanted.period.as_ref(), self.zone, faults).await;
        let form = form.map_err(Error::Records)?;
        let mut faults = form.faults;
        faults.extend(form.unclear.iter().map(not_clear));
        let (Some(period), true) = (wanted.period.clone(), faults.is_empty()) else { return Ok(Err(faults)) };
        let (by, by_time) = (wanted.query.group_by, wanted.query.by_time);
        let interval = by_time.then(|| wanted.query.interval.unwrap_or_else(|| fitting(&period)));
        let filter = wanted.query.about.filter.clone();
        let question = Question { period, group_by: by, interval, filter };
        let mut reader = Reader::open(&self.records, self.zone).await?;
        let ids = reader.unknown_ids(&question.filter).await?;
        let faults = self.finder.unknown(ids);
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
        let statement = match reader.statement(&question).await {
            Ok(statement) => statement,
            Err(error) => return fault_of(&error, &question.period, self.zone).map(|it| Err(vec![it])).ok_or(error),
        };
        reader.close().await;
        let Statement { rows, total } = statement;
        let (lines, _) = page(rows, wanted.query.order_or_usual(), None, usize::MAX);
        let around = (self.zone, locale, &*self.finder.names());
        let rows = statement_rows(&lines, &total, (by, by_time), around);
        Ok(Ok((statement_titles(locale, by, by_time), rows)))
    }

    /// All that the page shows, from one instant. A statement by group and part holds it all; where that would be too long,
    /// one by part and one by group do.
    async fn read(
        &self,
        reader: &mut Reader,
        question: &Question,
        starts: Vec<Millis>,
        by_time: bool,
    ) -> Result<Found, Error> {
        match reader.statement(question).await {
            Ok(Statement { rows, total }) => {
                let parts = by_part(&rows, &starts, total.opening);
                let groups = by_group(&rows, &starts);
                let lines = if by_time { rows } else { groups.iter().map(line_of).collect() };
                Ok(Found { starts, parts, groups, lines, total })
            }
            Err(Error::TooManyRows) if !by_time => {
                let whole = Question { group_by: GroupBy::default(), ..question.clone() };
                let Statement { rows, total } = reader.statement(&whole).await?;
                let parts = by_part(&rows, &starts, total.opening);
                let lines = reader.statement(&Question { interval: None, ..question.clone() }).await?.rows;
                let alone =
                    |it: &Row| GroupSummary { group: it.group.clone(), figures: it.figures, closings: Vec::new() };
                Ok(Found { starts, parts, groups: lines.iter().map(alone).collect(), lines, total })
            }
            Err(error) => Err(error),
        }
    }

    /// Is what was there at the end of the period what the live stock holds? Only where both are known at the same cut.
    async fn is_live(
        &self,
        reader: &mut Reader,
        filter: &Filter,
        cursors: &BTreeMap<i32, i64>,
        closing: i64,
    ) -> Result<Option<bool>, Error> {
        let live = self.finder.hub.stock_once_at(cursors, filter, HUB_WAIT).await;
        let StockAt::Is(live) = live else { return Ok(None) };
        // Entries may be later than the period: then there is nothing to compare with.
        let stock = reader.stock(filter).await?;
        Ok((stock == closing).then_some(live == closing))
    }

    /// This page of lines, how many there are on all pages, and where the next one begins after.
    fn lines(
        &self,
        rows: Vec<Row>,
        found: &Found,
        interval: Interval,
        wanted: &StatisticsRequest,
        names: &Names,
    ) -> (Vec<Line>, usize, Option<String>) {
        let (all, order) = (rows.len(), wanted.query.order_or_usual());
        let (rows, next) = page(rows, order, wanted.after.as_ref(), LINES);
        let by_group: BTreeMap<&Group, &GroupSummary> = found.groups.iter().map(|it| (&it.group, it)).collect();
        let trend = |it: &Row| by_group.get(&it.group).map(|it| shape(&it.closings)).unwrap_or_default();
        let line = |it: Row| Line {
            names: names_of(names, &it.group),
            start: it.start.map(|at| clock(self.zone, at, date_format(interval))),
            part: it.start.and_then(|at| Some((self.zone.field(at), self.zone.field(ends(found, wanted, at)?)))),
            trend: if it.start.is_none() { trend(&it) } else { String::new() },
            figures: it.figures,
        };
        (rows.into_iter().map(line).collect(), all, next.map(|it| it.write()))
    }

    fn view(
        &self,
        found: Found,
        (lines, all_lines, next): (Vec<Line>, usize, Option<String>),
        question: &Question,
        now: Millis,
        is_live: Option<bool>,
        names: &Names,
    ) -> StatementView {
        let (period, interval) = (&question.period, question.interval.unwrap_or(Interval::Day));
        // Parts that are still to come and bring nothing are no part of the picture.
        let shown = found.starts.iter().zip(found.parts).take_while(|(at, it)| **at <= now || it.entries != 0);
        let label = label_format(interval);
        StatementView {
            from: clock(self.zone, period.start, "%Y-%m-%d %H:%M"),
            to: (period.end <= now).then(|| clock(self.zone, period.end, "%Y-%m-%d %H:%M")),
            total: found.total,
            days: (period.end.0.min(now.0) - period.start.0).max(0) / 86_400,
            interval,
            parts: shown.map(|(at, figures)| Part { label: clock(self.zone, *at, label), figures }).collect(),
            movers: movers(&found.groups, names),
            lines,
            all_lines,
            next,
            as_of: clock(self.zone, now, "%Y-%m-%d %H:%M:%S"),
            is_live,
        }
    }
}

/// When the part ends that begins at a moment.
fn ends(found: &Found, wanted: &StatisticsRequest, start: Millis) -> Option<Millis> {
    let place = found.starts.binary_search(&start).ok()?;
    found.starts.get(place + 1).copied().or(wanted.period.as_ref().map(|it| it.end))
}

/// What the page is made of.
struct Found {
    starts: Vec<Millis>,
    parts: Vec<Figures>,
    groups: Vec<GroupSummary>,
    lines: Vec<Row>,
    total: Figures,
}

fn line_of(it: &GroupSummary) -> Row {
    Row { group: it.group.clone(), start: None, figures: it.figures }
}

/// Those who changed most, the largest gain first and the largest loss last; nobody, where all are one.
fn movers(groups: &[GroupSummary], names: &Names) -> Vec<Mover> {
    if groups.iter().any(|it| it.group == Group::default()) {
        return Vec::new();
    }
    let mut all: Vec<&GroupSummary> = groups.iter().filter(|it| it.figures.net() != 0).collect();
    all.sort_by_key(|it| (std::cmp::Reverse(it.figures.net().unsigned_abs()), &it.group));
    all.truncate(MOVERS);
    all.sort_by_key(|it| (std::cmp::Reverse(it.figures.net()), &it.group));
    all.into_iter().map(|it| Mover { names: names_of(names, &it.group), net: it.figures.net() }).collect()
}

/// As many points as a curve has.
fn shape(closings: &[i64]) -> String {
    let Some(last) = closings.len().checked_sub(1) else { return String::new() };
    let points: Vec<i64> =
        (0..CURVE_DAYS).filter_map(|point| closings.get(point * last / (CURVE_DAYS - 1)).copied()).collect();
    curve(&points)
}

fn names_of(names: &Names, group: &Group) -> Vec<Named> {
    let ids = [
        (NameOf::Warehouse, group.warehouse_id.as_ref().map(ToString::to_string)),
        (NameOf::Product, group.product_id.as_ref().map(ToString::to_string)),
        (NameOf::Company, group.company_id.as_ref().map(ToString::to_string)),
    ];
    ids.into_iter().filter_map(|(of, id)| Some(named(names, of, &id?))).collect()
}

/// Below a chart.
fn label_format(interval: Interval) -> &'static str {
    match interval {
        Interval::Hour => "%m-%d %H:%M",
        Interval::Day | Interval::Week => "%m-%d",
        Interval::Month => "%Y-%m",
    }
}

/// In a table.
fn date_format(interval: Interval) -> &'static str {
    match interval {
        Interval::Hour => "%Y-%m-%d %H:%M",
        Interval::Day | Interval::Week => "%Y-%m-%d",
        Interval::Month => "%Y-%m",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_has_as_many_points_as_curves_have() {
        assert_eq!(shape(&[]), "");
        assert_eq!(shape(&[1, 2]).len(), CURVE_DAYS);
        assert_eq!(shape(&(0..365).collect::<Vec<_>>()).len(), CURVE_DAYS);
        assert!(
            shape(&(0..365).collect::<Vec<_>>()).starts_with('0')
                && shape(&(0..365).collect::<Vec<_>>()).ends_with('z')
        );
    }
}
