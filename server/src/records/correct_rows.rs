//! The rows that a correction puts and removes, and the register of bill lines that follows them.

use std::collections::BTreeMap;

use app::model::entry::Millis;
use app::model::ids::ProductId;
use app::model::replay::{Bill, BillContent};
use chrono::NaiveDate;
use sqlx::MySqlConnection;

use super::correct::{Correction, CorrectionReason};
use super::day_tables::TableIds;
use super::rows::json_rows;
use super::script::Script;
use super::tables::DayTable;
use super::{Error, Records};
use crate::business_time::{BusinessTime, utc_text};

/// Rows of a table that are to be made or changed, and identities that go.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    put: Vec<(&'a Bill, &'a BillContent)>,
    remove: Vec<&'a Bill>,
}

/// What happens to which table. A row whose day was edited goes where it is and comes where it belongs.
pub fn changes<'a>(records: &Records, bills: &[&'a Bill]) -> Result<BTreeMap<DayTable, Changes<'a>>, Error> {
    let mut changes: BTreeMap<DayTable, Changes<'a>> = BTreeMap::new();
    for bill in bills {
        let kept = bill.records.as_ref().map(|it| table_of(records, bill, it)).transpose()?;
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

fn table_of(records: &Records, bill: &Bill, content: &BillContent) -> Result<DayTable, Error> {
    let product = ProductId::try_from(bill.product_id.as_str())
        .map_err(|cause| Error::Damaged(format!("a bill names a product that {cause}")))?;
    let day = day_of(records.business_time, content.create_time)?;
    Ok(DayTable::of(records.layout, &product, day))
}

fn day_of(zone: BusinessTime, at: Millis) -> Result<NaiveDate, Error> {
    zone.day(at).ok_or_else(|| Error::Damaged("a bill names a time that cannot be".to_owned()))
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
    let away = Error::away("correcting rows");
    let CorrectionReason::Replay(replay) = correction.reason else { return Ok(()) };
    let mut script = Script::default();
    for (table, changes) in changes {
        if !changes.remove.is_empty() {
            script.remove(table, &json_rows(changes.remove.iter().map(|it| identity(it))).map_err(&away)?);
        }
        if !changes.put.is_empty() {
            let rows = changes.put.iter().map(|(bill, it)| {
                let (company, bill_id, product, warehouse, line_no) = identity(bill);
                let (kind, at) = (it.kind.as_str(), utc_text(it.create_time));
                let (quantity, drcr, words, offset, partition) =
                    (it.quantity, it.drcr, &it.description, bill.offset, bill.partition);
                (product, quantity, drcr, company, warehouse, bill_id, line_no, kind, at, words, offset, partition)
            });
            script.correct(table, replay, &json_rows(rows).map_err(&away)?);
        }
    }
    if script.is_empty() {
        return Ok(());
    }
    sqlx::raw_sql(script.into_sql()).execute(connection).await.map(drop).map_err(away)
}

/// The register of identities follows.
pub async fn register(
    connection: &mut MySqlConnection,
    changes: &BTreeMap<DayTable, Changes<'_>>,
    ids: &TableIds,
) -> Result<(), Error> {
    let away = Error::away("correcting the register of bill lines");
    // A line that goes from one table to another is put after it was removed.
    for bill in changes.values().flat_map(|it| &it.remove) {
        sqlx::query(
            "DELETE FROM bill_lines
             WHERE company_id = ? AND bill_id = ? AND product_id = ? AND warehouse_id = ? AND line_no = ?",
        )
        .bind(&bill.company_id)
        .bind(&bill.bill_id)
        .bind(&bill.product_id)
        .bind(&bill.warehouse_id)
        .bind(bill.line_no)
        .execute(&mut *connection)
        .await
        .map_err(&away)?;
    }
    for (table, changes) in changes {
        for (bill, _) in &changes.put {
            sqlx::query(
                "INSERT INTO bill_lines (company_id, bill_id, product_id, warehouse_id, line_no, day, table_id)
                 VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE day = VALUES(day), table_id = VALUES(table_id)",
            )
            .bind(&bill.company_id)
            .bind(&bill.bill_id)
            .bind(&bill.product_id)
            .bind(&bill.warehouse_id)
            .bind(bill.line_no)
            .bind(table.day())
            .bind(ids.get(table))
            .execute(&mut *connection)
            .await
            .map_err(&away)?;
        }
    }
    Ok(())
}
