//! The rows that a correction puts and removes, and the register of bill lines that follows them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::audit::replay::{Bill, BillContent};
use model::ids::ProductId;
use model::time::Millis;
use sqlx::{MySqlConnection, QueryBuilder};

use crate::day_tables::create::TableIds;
use crate::day_tables::names::DayTable;
use crate::day_tables::register::Register;
use crate::replays::correction::{Correction, CorrectionReason};
use crate::sql::multi_statement::MultiStatement;
use crate::sql::rows::json_rows;
use crate::{Error, Records};
use base::business_time::{BusinessTime, utc_text};

/// Rows of a table that are to be made or changed, and identities that go.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    put: Vec<(&'a Bill, &'a BillContent)>,
    remove: Vec<&'a Bill>,
}

/// An identity, as columns of a JSON table.
const IDENTITY: &str = "company_id VARCHAR(64) PATH '$[0]', bill_id VARCHAR(64) PATH '$[1]',
  product_id VARCHAR(64) PATH '$[2]', warehouse_id VARCHAR(64) PATH '$[3]', line_no INT PATH '$[4]'";

/// What happens to which table. A row whose day or product was edited goes where it is, and what it was comes where it belongs.
pub fn changes<'a>(
    records: &Records,
    register: &Register,
    bills: &[&'a Bill],
) -> Result<BTreeMap<DayTable, Changes<'a>>, Error> {
    let mut changes: BTreeMap<DayTable, Changes<'a>> = BTreeMap::new();
    for bill in bills {
        let kept = match (&bill.records, &bill.found_in) {
            (Some(_), Some(name)) => Some(named(register, name)?),
            (Some(it), None) => Some(table_of(records, bill, it)?),
            (None, _) => None,
        };
        let wanted = bill.queue.as_ref().map(|it| table_of(records, bill, it)).transpose()?;
        if let (Some(table), Some(content)) = (&wanted, &bill.queue) {
            changes.entry(table.clone()).or_default().put.push((bill, content));
        }
        if let Some(table) = kept.filter(|it| Some(it) != wanted.as_ref()) {
            changes.entry(table).or_default().remove.push(bill);
        }
    }
    Ok(changes)
}

fn named(register: &Register, name: &str) -> Result<DayTable, Error> {
    register
        .get(name)
        .cloned()
        .ok_or_else(|| Error::Inconsistent(format!("a bill names a table {name:?} that is none of ours")))
}

fn table_of(records: &Records, bill: &Bill, content: &BillContent) -> Result<DayTable, Error> {
    let day = day_of(records.business_time, content.create_time)?;
    let product = ProductId::try_from(bill.product_id.as_str())
        .map_err(|cause| Error::Inconsistent(format!("a bill names a product that {cause}")))?;
    Ok(DayTable::of(records.layout, &product, day))
}

fn day_of(zone: BusinessTime, at: Millis) -> Result<NaiveDate, Error> {
    zone.day(at).ok_or_else(|| Error::Inconsistent("a bill names a time that cannot be".to_owned()))
}

fn identity(bill: &Bill) -> (&str, &str, &str, &str, i32) {
    (&bill.company_id, &bill.bill_id, &bill.product_id, &bill.warehouse_id, bill.line_no)
}

/// Puts rows, and removes others.
pub async fn change_rows(
    connection: &mut MySqlConnection,
    correction: &Correction,
    changes: &BTreeMap<DayTable, Changes<'_>>,
) -> Result<(), Error> {
    let unavailable = Error::unavailable("correcting rows");
    let CorrectionReason::Replay(replay) = correction.reason else { return Ok(()) };
    let mut script = MultiStatement::default();
    for (table, changes) in changes {
        if !changes.remove.is_empty() {
            script.remove(table, &json_rows(changes.remove.iter().map(|it| identity(it))).map_err(&unavailable)?);
        }
        if !changes.put.is_empty() {
            let rows = changes.put.iter().map(|(bill, it)| {
                let (company, bill_id, product, warehouse, line_no) = identity(bill);
                let (kind, at) = (it.kind.as_str(), utc_text(it.create_time));
                let (quantity, drcr, words, offset, partition) =
                    (it.quantity, it.drcr, &it.description, bill.offset, bill.partition);
                (product, quantity, drcr, company, warehouse, bill_id, line_no, kind, at, words, offset, partition)
            });
            script.correct(table, replay, &json_rows(rows).map_err(&unavailable)?);
        }
    }
    if script.is_empty() {
        return Ok(());
    }
    sqlx::raw_sql(script.into_sql()).execute(connection).await.map(drop).map_err(unavailable)
}

/// The register of identities follows.
pub async fn register(
    connection: &mut MySqlConnection,
    changes: &BTreeMap<DayTable, Changes<'_>>,
    ids: &TableIds,
) -> Result<(), Error> {
    let unavailable = Error::unavailable("correcting the register of bill lines");
    // Of one that was found where it does not belong the register may name the right one. A line that goes from one table to another is
    // put after it was removed.
    let gone = changes.values().flat_map(|it| &it.remove).filter(|it| it.found_in.is_none());
    let mut delete = QueryBuilder::new("DELETE b FROM JSON_TABLE(");
    delete.push_bind(json_rows(gone.map(|it| identity(it))).map_err(&unavailable)?);
    delete.push(", '$[*]' COLUMNS (").push(IDENTITY).push(
        ")) AS j STRAIGHT_JOIN bill_lines AS b ON b.company_id = j.company_id AND b.bill_id = j.bill_id
           AND b.product_id = j.product_id AND b.warehouse_id = j.warehouse_id AND b.line_no = j.line_no",
    );
    delete.build().execute(&mut *connection).await.map_err(&unavailable)?;
    let put = changes.iter().flat_map(|(table, changes)| {
        let (day, id) = (table.day().to_string(), ids.get(table).copied());
        changes.put.iter().map(move |(bill, _)| {
            let (company, bill, product, warehouse, line_no) = identity(bill);
            (company, bill, product, warehouse, line_no, day.clone(), id)
        })
    });
    let mut insert = QueryBuilder::new(
        "INSERT INTO bill_lines (company_id, bill_id, product_id, warehouse_id, line_no, day, table_id)
         SELECT j.company_id, j.bill_id, j.product_id, j.warehouse_id, j.line_no, j.day, j.table_id FROM JSON_TABLE(",
    );
    insert.push_bind(json_rows(put).map_err(&unavailable)?);
    insert.push(", '$[*]' COLUMNS (").push(IDENTITY).push(
        ", day DATE PATH '$[5]', table_id INT PATH '$[6]')) AS j
         ON DUPLICATE KEY UPDATE day = j.day, table_id = j.table_id",
    );
    insert.build().execute(connection).await.map(drop).map_err(unavailable)
}
