//! `bill_lines`: the register of identities, and how what is recorded already is found.

use base::business_time::utc_moment;
use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDateTime;
use model::entry::Kind;
use model::quantity::Direction;
use sqlx::{FromRow as _, MySql, MySqlConnection, QueryBuilder};

use crate::Error;
use crate::batch::Line;
use crate::day_tables::create::TableIds;
use crate::day_tables::names::DayTable;
use crate::ingest::classify::{Content, Existing, IdentityRef, identity};
use crate::sql::multi_statement::MultiStatement;
use crate::sql::pipeline::StatementPipeline;
use crate::sql::rows::json_rows;
use crate::sql::value::Value;

/// Registers the lines, sorted by key. A 1062 means that one of them is there.
pub async fn insert(
    trip: &mut StatementPipeline<'_>,
    lines: &[(&Line, &DayTable)],
    ids: &TableIds,
) -> Result<(), sqlx::Error> {
    let mut sorted = lines.to_vec();
    sorted.sort_by_key(|(line, _)| identity(&line.entry));
    let rows = sorted.iter().map(|(line, table)| -> [Value<'_>; 7] {
        let (company, bill, product, warehouse, line_no) = identity(&line.entry);
        let id = ids.get(*table).copied();
        [company.into(), bill.into(), product.into(), warehouse.into(), line_no.into(), line.day.into(), id.into()]
    });
    trip.add_rows(
        "INSERT INTO bill_lines (company_id, bill_id, product_id, warehouse_id, line_no, day, table_id) VALUES",
        rows,
        "",
    )
    .await
}

/// How the register is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Waits for other partitions that are recording one of the lines right now: without the lock the ingest would look past
    /// them, and meet them at the INSERT again and again.
    Locking,
    /// As it is at this moment.
    Passing,
}

const FIND: &str = "SELECT CAST(j.place AS SIGNED) AS place, t.name
   FROM JSON_TABLE(?, '$[*]' COLUMNS (place INT PATH '$[0]',
     company_id VARCHAR(64) PATH '$[1]', bill_id VARCHAR(64) PATH '$[2]', product_id VARCHAR(64) PATH '$[3]',
     warehouse_id VARCHAR(64) PATH '$[4]', line_no INT PATH '$[5]')) AS j
   STRAIGHT_JOIN bill_lines AS b ON b.company_id = j.company_id AND b.bill_id = j.bill_id
     AND b.product_id = j.product_id AND b.warehouse_id = j.warehouse_id AND b.line_no = j.line_no
   STRAIGHT_JOIN day_tables AS t ON t.id = b.table_id";

/// What is recorded under the identities of these lines, found by the register.
pub async fn find<'a>(
    connection: &mut MySqlConnection,
    lines: &'a [Line],
    look: Look,
) -> Result<HashMap<IdentityRef<'a>, Existing>, Error> {
    let places: Vec<usize> = (0..lines.len()).collect();
    let mut statement = QueryBuilder::<MySql>::new(FIND);
    if look == Look::Locking {
        statement.push(" LOCK IN SHARE MODE");
    }
    let found: Vec<(i64, String)> = statement
        .build_query_as()
        .bind(identities(lines, &places)?)
        .fetch_all(&mut *connection)
        .await
        .map_err(Error::unavailable("looking up bill lines"))?;

    let mut by_table: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, table) in found {
        by_table.entry(table).or_default().push(usize::try_from(place).unwrap_or(usize::MAX));
    }
    let mut existing = HashMap::new();
    for (table, places) in &by_table {
        for line in places.iter().filter_map(|place| lines.get(*place)) {
            existing.insert(identity(&line.entry), Existing { table: table.clone(), content: None });
        }
    }
    find_rows(connection, lines, &by_table, &mut existing).await?;
    Ok(existing)
}

/// Rows of some tables, by the places of their lines; the register may not know them: somebody added them by hand.
pub async fn find_rows<'a>(
    connection: &mut MySqlConnection,
    lines: &'a [Line],
    by_table: &BTreeMap<String, Vec<usize>>,
    existing: &mut HashMap<IdentityRef<'a>, Existing>,
) -> Result<(), Error> {
    let tables: HashMap<usize, &str> =
        by_table.iter().flat_map(|(table, places)| places.iter().map(|it| (*it, table.as_str()))).collect();
    let mut script = MultiStatement::default();
    for (table, places) in by_table {
        if !script.find_rows(table, &identities(lines, places)?) {
            return Err(Error::Inconsistent(format!("the register names a table {table:?} that is none of ours")));
        }
        if script.is_long() {
            run_look(connection, std::mem::take(&mut script), lines, &tables, existing).await?;
        }
    }
    run_look(connection, script, lines, &tables, existing).await
}

async fn run_look<'a>(
    connection: &mut MySqlConnection,
    script: MultiStatement,
    lines: &'a [Line],
    tables: &HashMap<usize, &str>,
    existing: &mut HashMap<IdentityRef<'a>, Existing>,
) -> Result<(), Error> {
    if script.is_empty() {
        return Ok(());
    }
    let unavailable = Error::unavailable("looking up rows");
    let rows = sqlx::raw_sql(script.into_sql()).fetch_all(connection).await.map_err(&unavailable)?;
    for row in &rows {
        let found = <(i64, i32, i8, String, NaiveDateTime, String)>::from_row(row).map_err(&unavailable)?;
        let (place, quantity, drcr, kind, create_time, description) = found;
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let Some((line, table)) = lines.get(place).zip(tables.get(&place)) else { continue };
        let damaged = || Error::Inconsistent(format!("a row of {table} has drcr {drcr}, kind {kind:?}"));
        let content = Content {
            quantity: i64::from(quantity),
            direction: Direction::try_from(i64::from(drcr)).map_err(|_| damaged())?,
            kind: Kind::parse(&kind).ok_or_else(damaged)?,
            create_time: utc_moment(create_time),
            description,
        };
        existing.insert(identity(&line.entry), Existing { table: (*table).to_owned(), content: Some(content) });
    }
    Ok(())
}

/// Identities as JSON, each with its place in the batch.
fn identities(lines: &[Line], places: &[usize]) -> Result<String, Error> {
    let rows = places.iter().filter_map(|place| {
        let (company, bill, product, warehouse, line) = identity(&lines.get(*place)?.entry);
        Some((place, company, bill, product, warehouse, line))
    });
    json_rows(rows).map_err(Error::unavailable("writing identities"))
}
