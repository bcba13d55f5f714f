//! The levels of totals after a correction: only the cells that it touches are put right, in its own transaction. What is pending for the fold
//! stays pending, so at every instant a level and its pending flows are the rows, and statistics never stop for a correction.
//!
//! Hours come from the rows of the keys; days and months from `day_totals`, which the correction has made right; coarser levels from finer ones.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use model::statistics::Sums;
use model::stock::StockKey;
use model::time::Millis;
use sqlx::{MySqlConnection, QueryBuilder};

use crate::Error;
use crate::day_tables::names::DayTable;
use crate::sql::multi_statement::MultiStatement;
use crate::sql::rows::json_rows;
use crate::totals::fold;
use crate::totals::levels;
use crate::totals::levels::{Level, hour_text};
use crate::totals::rebuild::add_movements;
use crate::totals::staged;
use crate::totals::staged::{Cell, Flows};
use base::business_time::{BusinessTime, month_of};
use base::config::Layout;

/// So many cells go into one statement.
const AT_ONCE: usize = 5000;
/// Rows of so many tables are read in one trip.
const TABLES_AT_ONCE: usize = 32;

/// A cell of a level and where it comes from: its unit, the unit of the finer level, product, warehouse; what does not tell is empty.
type Place = (String, String, String, String);

/// What a correction touches.
pub struct Touched<'a> {
    /// Every table in which rows of the keys may be.
    pub tables: &'a BTreeSet<DayTable>,
    /// Those of which it changed rows.
    pub changed: BTreeSet<&'a DayTable>,
    /// Keys whose totals were made anew.
    pub keys: &'a BTreeSet<StockKey>,
}

/// Puts the levels right. Levels that are missing are left to whoever makes them anew.
///
/// Months are looked at for all days of the keys, hours only where a day of a product does not make what `day_totals` says, or rows were
/// changed: a key has thousands of hours, and few of them are wrong.
pub async fn correct_levels(
    connection: &mut MySqlConnection,
    (layout, zone): (Layout, BusinessTime),
    touched: &Touched<'_>,
) -> Result<(), Error> {
    let Touched { tables, changed, keys } = touched;
    if keys.is_empty() || fold::state(connection).await? != "whole" {
        return Ok(());
    }
    let pending = staged::pending(connection).await?;
    let days: BTreeSet<NaiveDate> = tables.iter().map(DayTable::day).collect();
    let of_products = places(&days, keys, |day, key| (day.to_string(), day.to_string(), product(key), String::new()));
    let mut odd = odd_days(connection, &of_products).await?;
    odd.extend(changed.iter().map(|it| it.day()));
    odd.extend(pending.keys().filter_map(|it| zone.day(it.hour)).filter(|it| days.contains(it)));
    let odd_tables: BTreeSet<DayTable> = tables.iter().filter(|it| odd.contains(&it.day())).cloned().collect();
    let is = rows_by_hour(connection, (layout, zone), &odd_tables, keys).await?;
    let hours = correct_hours(connection, zone, (&odd, keys), &is, &pending).await?;
    let warehouse_hour = |it: &Cell| (hour_text(it.hour), hour_text(it.hour), String::new(), it.warehouse.clone());
    let warehouse_hours = hours.keys().map(warehouse_hour).collect();
    let product_days = places(&odd, keys, |day, key| (day.to_string(), day.to_string(), product(key), String::new()));
    let warehouse_days =
        places(&odd, keys, |day, key| (day.to_string(), day.to_string(), String::new(), warehouse(key)));
    let mut key_months = places(&days, keys, |day, key| (month(day), day.to_string(), product(key), warehouse(key)));
    // Somebody may have written a month of which there is no table: nothing makes it, and it goes.
    let all_months = stored_months(connection).await?;
    key_months
        .extend(places(&all_months, keys, |day, key| (month(day), day.to_string(), product(key), warehouse(key))));
    let months: BTreeSet<NaiveDate> = days.iter().map(|it| month_of(*it)).chain(all_months).collect();
    let product_months = places(&months, keys, |day, key| (month(day), month(day), product(key), String::new()));
    let warehouse_months = places(&months, keys, |day, key| (month(day), month(day), String::new(), warehouse(key)));
    for (name, source, places) in [
        ("hour_warehouse_totals", "hour_totals", warehouse_hours),
        ("day_product_totals", "day_totals", product_days),
        ("day_warehouse_totals", "day_totals", warehouse_days),
        ("month_totals", "day_totals", key_months),
        ("month_product_totals", "month_totals", product_months),
        ("month_warehouse_totals", "month_totals", warehouse_months),
    ] {
        let (level, source) = (levels::named(name)?, levels::named(source)?);
        make_anew(connection, level, source, &places).await?;
        if !source.behind {
            // The source has what is pending for the level already.
            let negative = within(level, &pending, &places, zone);
            levels::add(connection, level, &negative, zone)
                .await
                .map_err(Error::unavailable("correcting levels of totals"))?;
            forget_empty(connection, level, &places).await?;
        }
    }
    Ok(())
}

/// The months that any level of months has.
async fn stored_months(connection: &mut MySqlConnection) -> Result<BTreeSet<NaiveDate>, Error> {
    let months: Vec<NaiveDate> = sqlx::query_scalar(
        "SELECT DISTINCT month FROM month_totals UNION SELECT DISTINCT month FROM month_product_totals
         UNION SELECT DISTINCT month FROM month_warehouse_totals",
    )
    .fetch_all(connection)
    .await
    .map_err(Error::unavailable("reading the months of totals"))?;
    Ok(months.into_iter().collect())
}

/// A place for each day and key. Pure.
fn places(
    days: &BTreeSet<NaiveDate>,
    keys: &BTreeSet<StockKey>,
    place: impl Fn(NaiveDate, &StockKey) -> Place,
) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    for day in days {
        places.extend(keys.iter().map(|key| place(*day, key)));
    }
    places
}

fn product(key: &StockKey) -> String {
    key.product_id.to_string()
}

fn warehouse(key: &StockKey) -> String {
    key.warehouse_id.to_string()
}

fn month(day: NaiveDate) -> String {
    month_of(day).to_string()
}

/// The rows of keys, by hour.
async fn rows_by_hour(
    connection: &mut MySqlConnection,
    (layout, zone): (Layout, BusinessTime),
    tables: &BTreeSet<DayTable>,
    keys: &BTreeSet<StockKey>,
) -> Result<Flows, Error> {
    let mut flows = Flows::new();
    let tables: Vec<&DayTable> = tables.iter().collect();
    for chunk in tables.chunks(TABLES_AT_ONCE) {
        let mut script = MultiStatement::default();
        for table in chunk {
            let of_table = |it: &&StockKey| DayTable::of(layout, &it.product_id, table.day()) == **table;
            script.movements_of_keys(table, keys.iter().filter(of_table));
        }
        if !script.is_empty() {
            add_movements(connection, script.into_sql(), "the rows of keys", zone, &mut flows).await?;
        }
    }
    Ok(flows)
}

/// Puts the hours of keys right; answers the cells that were wrong, and by how much.
async fn correct_hours(
    connection: &mut MySqlConnection,
    zone: BusinessTime,
    (days, keys): (&BTreeSet<NaiveDate>, &BTreeSet<StockKey>),
    is: &Flows,
    pending: &Flows,
) -> Result<Flows, Error> {
    let unavailable = Error::unavailable("correcting the hours of totals");
    let level = levels::named("hour_totals")?;
    let mut hours: BTreeSet<Millis> = is.keys().map(|it| it.hour).collect();
    for day in days {
        hours.extend(hours_of(zone, *day));
    }
    let mut places = BTreeSet::new();
    for hour in hours {
        let hour = hour_text(hour);
        places.extend(keys.iter().map(|key| (hour.clone(), hour.clone(), product(key), warehouse(key))));
    }
    // What is wrong: what the rows make, less what is pending, less what is there.
    let mut wrong = is.clone();
    let mut take = |cell: Cell, sums: Sums| {
        let it = wrong.entry(cell).or_default();
        *it = it.less(sums);
    };
    for (cell, sums) in stored_hours(connection, &places).await? {
        take(cell, sums);
    }
    let in_scope = |it: &Cell| {
        places.contains(&(hour_text(it.hour), hour_text(it.hour), it.product.clone(), it.warehouse.clone()))
    };
    for (cell, sums) in pending.iter().filter(|(cell, _)| in_scope(cell)) {
        take(cell.clone(), *sums);
    }
    wrong.retain(|_, it| *it != Sums::default());
    levels::add(connection, level, &wrong, zone).await.map_err(&unavailable)?;
    forget_empty(connection, level, &places).await?;
    Ok(wrong)
}

/// The hours of a business day; one that clocks changed has 23 or 25.
fn hours_of(zone: BusinessTime, day: NaiveDate) -> Vec<Millis> {
    let end = day.succ_opt().and_then(|it| zone.start_from(it));
    let (Some(mut at), Some(end)) = (zone.start_of(day), end) else { return Vec::new() };
    let mut hours = Vec::with_capacity(25);
    while at < end {
        hours.push(at);
        match zone.next_hour(at) {
            Some(next) if next > at => at = next,
            _ => break,
        }
    }
    hours
}

async fn stored_hours(connection: &mut MySqlConnection, places: &BTreeSet<Place>) -> Result<Flows, Error> {
    let unavailable = Error::unavailable("reading the hours of totals");
    let mut flows = Flows::new();
    let places: Vec<&Place> = places.iter().collect();
    for chunk in places.chunks(AT_ONCE) {
        let rows: Vec<(i64, String, String, String, i64, i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT TIMESTAMPDIFF(SECOND, '1970-01-01', t.hour), t.product_id, t.warehouse_id, t.company_id, t.qty_in, t.qty_out,
               t.adjust_in, t.adjust_out, t.entries
             FROM JSON_TABLE(?, '$[*]' COLUMNS (hour DATETIME PATH '$[0]',
               product_id VARCHAR(64) PATH '$[2]', warehouse_id VARCHAR(64) PATH '$[3]')) AS j
             STRAIGHT_JOIN hour_totals AS t
               ON t.hour = j.hour AND t.product_id = j.product_id AND t.warehouse_id = j.warehouse_id",
        )
        .bind(json_rows(chunk.iter()).map_err(&unavailable)?)
        .fetch_all(&mut *connection)
        .await
        .map_err(&unavailable)?;
        for (hour, product, warehouse, company, qty_in, qty_out, adjust_in, adjust_out, entries) in rows {
            let hour = Millis(hour.saturating_mul(1000));
            let sums = Sums { qty_in, qty_out, adjust_in, adjust_out, entries };
            flows.insert(Cell { hour, product, warehouse, company }, sums);
        }
    }
    Ok(flows)
}

/// Days of which a product does not make what `day_totals` says, which is right.
async fn odd_days(
    connection: &mut MySqlConnection,
    product_days: &BTreeSet<Place>,
) -> Result<BTreeSet<NaiveDate>, Error> {
    let unavailable = Error::unavailable("comparing the totals of days");
    let mut odd = BTreeSet::new();
    let places: Vec<&Place> = product_days.iter().collect();
    for chunk in places.chunks(AT_ONCE) {
        let days: Vec<NaiveDate> = sqlx::query_scalar(
            "SELECT DISTINCT day FROM (
               SELECT j.day,
                 (SELECT CONCAT_WS(' ', COALESCE(SUM(qty_in), 0), COALESCE(SUM(qty_out), 0), COALESCE(SUM(adjust_in), 0),
                    COALESCE(SUM(adjust_out), 0), COALESCE(SUM(entries), 0))
                  FROM day_totals AS d WHERE d.day = j.day AND d.product_id = j.product_id) AS fine,
                 (SELECT CONCAT_WS(' ', COALESCE(SUM(qty_in), 0), COALESCE(SUM(qty_out), 0), COALESCE(SUM(adjust_in), 0),
                    COALESCE(SUM(adjust_out), 0), COALESCE(SUM(entries), 0))
                  FROM day_product_totals AS p WHERE p.day = j.day AND p.product_id = j.product_id) AS coarse
               FROM JSON_TABLE(?, '$[*]' COLUMNS (day DATE PATH '$[0]', product_id VARCHAR(64) PATH '$[2]')) AS j) AS c
             WHERE fine <> coarse",
        )
        .bind(json_rows(chunk.iter()).map_err(&unavailable)?)
        .fetch_all(&mut *connection)
        .await
        .map_err(&unavailable)?;
        odd.extend(days);
    }
    Ok(odd)
}

/// Cells of a level become what a finer one makes.
async fn make_anew(
    connection: &mut MySqlConnection,
    level: &Level,
    source: &Level,
    places: &BTreeSet<Place>,
) -> Result<(), Error> {
    let unavailable = Error::unavailable("correcting levels of totals");
    let (unit, finer) = (level.unit.column(), source.unit.column());
    // All parts of a cell go into one statement.
    let mut cells: BTreeMap<(&str, &str, &str), Vec<&Place>> = BTreeMap::new();
    for it in places {
        cells.entry((&it.0, &it.2, &it.3)).or_default().push(it);
    }
    let mut parts: Vec<Vec<&Place>> = vec![Vec::new()];
    for of_cell in cells.into_values() {
        match parts.last_mut() {
            Some(part) if part.len() < AT_ONCE => part.extend(of_cell),
            _ => parts.push(of_cell),
        }
    }
    for part in parts.iter().filter(|it| !it.is_empty()) {
        let rows = json_rows(part.iter()).map_err(&unavailable)?;
        delete(connection, level, rows.clone(), "").await?;
        let mut insert = QueryBuilder::new("INSERT INTO ");
        insert.push(level.table).push(" (").push(unit);
        for (column, has) in [("product_id", level.product), ("warehouse_id", level.warehouse)] {
            insert.push(if has { ", " } else { "" }).push(if has { column } else { "" });
        }
        insert.push(", company_id, qty_in, qty_out, adjust_in, adjust_out, entries) SELECT j.unit");
        for (column, has) in [(", j.product_id", level.product), (", j.warehouse_id", level.warehouse)] {
            insert.push(if has { column } else { "" });
        }
        insert.push(
            ", s.company_id, SUM(s.qty_in), SUM(s.qty_out), SUM(s.adjust_in), SUM(s.adjust_out), SUM(s.entries) FROM JSON_TABLE(",
        );
        insert.push_bind(rows).push(", '$[*]' COLUMNS (unit ").push(level.unit.sql_type()).push(" PATH '$[0]', finer ");
        insert.push(source.unit.sql_type()).push(
            " PATH '$[1]',
          product_id VARCHAR(64) PATH '$[2]', warehouse_id VARCHAR(64) PATH '$[3]')) AS j STRAIGHT_JOIN ",
        );
        insert.push(source.table).push(" AS s ON s.").push(finer).push(" = j.finer");
        for (column, has) in [("product_id", level.product), ("warehouse_id", level.warehouse)] {
            if has {
                insert.push(" AND s.").push(column).push(" = j.").push(column);
            }
        }
        insert.push(" GROUP BY j.unit, j.product_id, j.warehouse_id, s.company_id");
        insert.build().execute(&mut *connection).await.map_err(&unavailable)?;
    }
    Ok(())
}

/// Flows that fall into cells of a level, to be taken away.
fn within(level: &Level, pending: &Flows, places: &BTreeSet<Place>, zone: BusinessTime) -> Flows {
    let cells: BTreeSet<(&str, &str, &str)> = places.iter().map(|it| (&*it.0, &*it.2, &*it.3)).collect();
    let is_within = |cell: &Cell| {
        let unit = level.unit.value(cell.hour, zone).unwrap_or_default();
        let product = if level.product { cell.product.as_str() } else { "" };
        let warehouse = if level.warehouse { cell.warehouse.as_str() } else { "" };
        cells.contains(&(unit.as_str(), product, warehouse))
    };
    let negative = |(cell, sums): (&Cell, &Sums)| (cell.clone(), Sums::default().less(*sums));
    pending.iter().filter(|(cell, _)| is_within(cell)).map(negative).collect()
}

/// Cells in which nothing is left are not there.
async fn forget_empty(connection: &mut MySqlConnection, level: &Level, places: &BTreeSet<Place>) -> Result<(), Error> {
    let places: Vec<&Place> = places.iter().collect();
    for chunk in places.chunks(AT_ONCE) {
        let rows = json_rows(chunk.iter()).map_err(Error::unavailable("correcting levels of totals"))?;
        let empty = " WHERE t.entries = 0 AND t.qty_in = 0 AND t.qty_out = 0 AND t.adjust_in = 0 AND t.adjust_out = 0";
        delete(connection, level, rows, empty).await?;
    }
    Ok(())
}

async fn delete(
    connection: &mut MySqlConnection,
    level: &Level,
    places: String,
    which: &'static str,
) -> Result<(), Error> {
    let mut statement = QueryBuilder::new("DELETE t FROM JSON_TABLE(");
    statement.push_bind(places).push(", '$[*]' COLUMNS (unit ").push(level.unit.sql_type());
    statement.push(
        " PATH '$[0]', product_id VARCHAR(64) PATH '$[2]',
      warehouse_id VARCHAR(64) PATH '$[3]')) AS j STRAIGHT_JOIN ",
    );
    statement.push(level.table).push(" AS t ON t.").push(level.unit.column()).push(" = j.unit");
    for (column, has) in [("product_id", level.product), ("warehouse_id", level.warehouse)] {
        if has {
            statement.push(" AND t.").push(column).push(" = j.").push(column);
        }
    }
    statement.push(which);
    let unavailable = Error::unavailable("correcting levels of totals");
    statement.build().execute(connection).await.map(drop).map_err(unavailable)
}
