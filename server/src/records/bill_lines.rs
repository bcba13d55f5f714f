//! `bill_lines`: the register of identities, and how what is recorded already is found.

use std::collections::{BTreeMap, HashMap};

use app::model::entry::{Kind, Millis};
use app::model::quantity::Direction;
use chrono::NaiveDateTime;
use sqlx::MySqlConnection;

use super::Error;
use super::batch::Line;
use super::classify::{Content, Existing, IdentityRef, identity};
use super::day_tables::TableIds;
use super::rows::json_rows;
use super::tables::{self, DayTable};

/// Registers the lines, sorted by key. A 1062 means that one of them is there.
pub async fn insert(
    connection: &mut MySqlConnection,
    lines: &[(&Line, &DayTable)],
    ids: &TableIds,
) -> Result<(), sqlx::Error> {
    let mut sorted = lines.to_vec();
    sorted.sort_by_key(|(line, _)| identity(&line.entry));
    let rows = sorted.iter().map(|(line, table)| {
        let (company, bill, product, warehouse, line_no) = identity(&line.entry);
        (company, bill, product, warehouse, line_no, line.day, ids.get(*table))
    });
    sqlx::query(
        "INSERT INTO bill_lines (company_id, bill_id, product_id, warehouse_id, line_no, day, table_id)
         SELECT j.company_id, j.bill_id, j.product_id, j.warehouse_id, j.line_no, j.day, j.table_id
         FROM JSON_TABLE(?, '$[*]' COLUMNS (
           company_id VARCHAR(128) PATH '$[0]', bill_id VARCHAR(128) PATH '$[1]', product_id VARCHAR(128) PATH '$[2]',
           warehouse_id VARCHAR(128) PATH '$[3]', line_no VARCHAR(32) PATH '$[4]', day VARCHAR(32) PATH '$[5]',
           table_id VARCHAR(32) PATH '$[6]')) AS j",
    )
    .bind(json_rows(rows)?)
    .execute(connection)
    .await
    .map(drop)
}

/// What is recorded under the identities of these lines, found by the register. Waits for other partitions that are recording
/// one of them right now: without the lock it would look past them, and meet them at the INSERT again and again.
pub async fn find<'a>(
    connection: &mut MySqlConnection,
    lines: &'a [Line],
) -> Result<HashMap<IdentityRef<'a>, Existing>, Error> {
    let places: Vec<usize> = (0..lines.len()).collect();
    let found: Vec<(i64, String)> = sqlx::query_as(
        "SELECT CAST(j.place AS SIGNED) AS place, t.name
         FROM JSON_TABLE(?, '$[*]' COLUMNS (place INT PATH '$[0]',
           company_id VARCHAR(64) PATH '$[1]', bill_id VARCHAR(64) PATH '$[2]', product_id VARCHAR(64) PATH '$[3]',
           warehouse_id VARCHAR(64) PATH '$[4]', line_no INT PATH '$[5]')) AS j
         STRAIGHT_JOIN bill_lines AS b ON b.company_id = j.company_id AND b.bill_id = j.bill_id
           AND b.product_id = j.product_id AND b.warehouse_id = j.warehouse_id AND b.line_no = j.line_no
         STRAIGHT_JOIN day_tables AS t ON t.id = b.table_id
         LOCK IN SHARE MODE",
    )
    .bind(identities(lines, &places)?)
    .fetch_all(&mut *connection)
    .await
    .map_err(Error::away("looking up bill lines"))?;

    let mut by_table: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, table) in found {
        by_table.entry(table).or_default().push(usize::try_from(place).unwrap_or(usize::MAX));
    }
    let mut existing = HashMap::new();
    for (table, places) in by_table {
        for place in &places {
            if let Some(line) = lines.get(*place) {
                existing.insert(identity(&line.entry), Existing { table: table.clone(), content: None });
            }
        }
        find_rows(connection, lines, &places, &table, &mut existing).await?;
    }
    Ok(existing)
}

/// Rows of one table that the register may not know: somebody added them by hand.
pub async fn find_rows<'a>(
    connection: &mut MySqlConnection,
    lines: &'a [Line],
    places: &[usize],
    table: &str,
    existing: &mut HashMap<IdentityRef<'a>, Existing>,
) -> Result<(), Error> {
    let statement = tables::find_rows(table)
        .ok_or_else(|| Error::Damaged(format!("the register names a table {table:?} that is none of ours")))?;
    let rows: Vec<(i64, i32, i8, String, NaiveDateTime, String)> = sqlx::query_as(statement)
        .bind(identities(lines, places)?)
        .fetch_all(connection)
        .await
        .map_err(Error::away("looking up rows"))?;
    for (place, quantity, drcr, kind, create_time, description) in rows {
        let Some(line) = usize::try_from(place).ok().and_then(|place| lines.get(place)) else { continue };
        let damaged = || Error::Damaged(format!("a row of {table} has drcr {drcr}, kind {kind:?}"));
        let content = Content {
            quantity: i64::from(quantity),
            direction: Direction::try_from(i64::from(drcr)).map_err(|_| damaged())?,
            kind: Kind::parse(&kind).ok_or_else(damaged)?,
            create_time: Millis(create_time.and_utc().timestamp_millis()),
            description,
        };
        existing.insert(identity(&line.entry), Existing { table: table.to_owned(), content: Some(content) });
    }
    Ok(())
}

/// Identities as JSON, each with its place in the batch.
fn identities(lines: &[Line], places: &[usize]) -> Result<String, Error> {
    let rows = places.iter().filter_map(|place| {
        let (company, bill, product, warehouse, line) = identity(&lines.get(*place)?.entry);
        Some((place, company, bill, product, warehouse, line))
    });
    json_rows(rows).map_err(Error::away("writing identities"))
}
