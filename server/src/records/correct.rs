//! A correction: rows become what the queue says, totals become what the rows make, in one transaction, under the lease of the run
//! (2-consistency, "A correction").
//!
//! It holds the cursors of all partitions, for as long as the transaction takes: no batch is half recorded meanwhile, so rows
//! and totals stand still. No audit or rebuild can be under way either: one run at a time. So a correction needs no place of its own in
//! the journal: every cut is either before it, and then its run is over, or after it.

use std::collections::{BTreeMap, BTreeSet};

use app::model::audit::{Book, ResolveAs};
use app::model::entry::Millis;
use app::model::ids::ProductId;
use app::model::replay::{Bill, BillContent};
use app::model::stock::StockKey;
use chrono::NaiveDate;
use sqlx::MySqlConnection;

use super::correct_totals::{books, day_sums, total_keys};
use super::error::{Trouble, limited, trouble};
use super::offsets;
use super::rows::json_rows;
use super::script::Script;
use super::tables::DayTable;
use super::trail::{self, Deed};
use super::{Error, Lease, Records};
use crate::business_time::{BusinessTime, utc_text};
use crate::config::Layout;

/// A deadlock is tried again so often.
const TRIES: usize = 5;

/// What is to be corrected.
#[derive(Debug, Clone)]
pub struct Correction {
    /// Of which audit.
    pub audit: i64,
    /// Why the records become what they become.
    pub reason: CorrectionReason,
    /// Bills that differ.
    pub bills: Vec<Bill>,
    /// The keys of the findings that are dealt with by it.
    pub keys: BTreeSet<StockKey>,
    /// Keys whose totals are made anew from all of their rows.
    pub all_totals_of: BTreeSet<StockKey>,
    /// Who confirmed.
    pub who: String,
}

/// Why records are corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorrectionReason {
    /// A replay named bills, and somebody confirmed.
    Replay(i64),
    /// Somebody accepts the rows as they are, with a note; an adjusting entry may follow.
    Accepted(ResolveAs, String),
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corrected {
    /// It is made.
    Done,
    /// The replay was confirmed before, or is not ready.
    NotReady,
    /// The journal is not as that audit saw it: another audit has to be looked at first.
    Changed,
    /// The run is not ours any more.
    Lost,
}

/// Rows of a table that are to be made or changed, and identities that go.
#[derive(Debug, Default)]
struct Changes<'a> {
    put: Vec<(&'a Bill, &'a BillContent)>,
    remove: Vec<&'a Bill>,
}

impl Lease {
    /// Makes a correction, all of it or none.
    pub async fn correct(&self, correction: &Correction) -> Result<Corrected, Error> {
        let records = self.records();
        let changes = changes(records, correction)?;
        let mut tables: BTreeSet<DayTable> = changes.keys().cloned().collect();
        tables.extend(records.tables_of_keys(&correction.all_totals_of).await?);
        records.make_again(&tables).await?;
        for attempt in 1.. {
            // On the heap: it is a large future, and made once in a while.
            match Box::pin(self.try_correct(correction, &changes, &tables)).await {
                Err(Error::Away { cause, .. }) if attempt < TRIES && trouble(&cause) == Trouble::Again => {}
                done => return done,
            }
        }
        Ok(Corrected::Lost)
    }

    async fn try_correct(
        &self,
        correction: &Correction,
        changes: &BTreeMap<DayTable, Changes<'_>>,
        tables: &BTreeSet<DayTable>,
    ) -> Result<Corrected, Error> {
        limited(
            "correcting the records",
            Box::pin(async {
                let away = Error::away("correcting the records");
                let records = self.records();
                let ids = records.ensure_tables(tables.clone()).await?;
                let mut transaction = records.pool.begin().await.map_err(&away)?;
                if !self.hold(&mut transaction).await? {
                    return Ok(Corrected::Lost);
                }
                if !is_ready(&mut transaction, correction).await? {
                    return Ok(Corrected::NotReady);
                }
                offsets::hold_all(&mut transaction, &records.topic).await.map_err(&away)?;
                let before = books(&mut transaction, &correction.keys).await?;
                let was = day_sums(&mut transaction, tables, &correction.keys).await?;
                change_rows(&mut transaction, correction, changes).await?;
                register(&mut transaction, changes, &ids).await?;
                total_anew(&mut transaction, records.layout, tables, &ids).await?;
                let is = day_sums(&mut transaction, tables, &correction.keys).await?;
                total_keys(&mut transaction, correction, &was, &is).await?;
                if was != is || !correction.all_totals_of.is_empty() {
                    // The other levels are made anew from these, by who keeps them.
                    sqlx::query("UPDATE levels SET state = 'missing', changed_at = UTC_TIMESTAMP(3) WHERE id = 1")
                        .execute(&mut *transaction)
                        .await
                        .map_err(&away)?;
                }
                let after = books(&mut transaction, &correction.keys).await?;
                deal_with(&mut transaction, correction, &before, &after).await?;
                transaction.commit().await.map_err(&away)?;
                Ok(Corrected::Done)
            }),
        )
        .await
    }
}

impl Records {
    /// Every table that rows of some keys may be in.
    async fn tables_of_keys(&self, keys: &BTreeSet<StockKey>) -> Result<BTreeSet<DayTable>, Error> {
        let registered: Vec<(String, NaiveDate)> = sqlx::query_as("SELECT name, day FROM day_tables")
            .fetch_all(&self.pool)
            .await
            .map_err(Error::away("looking for the tables of keys"))?;
        let (registered, days): (BTreeSet<String>, BTreeSet<NaiveDate>) = registered.into_iter().unzip();
        let products: BTreeSet<&ProductId> = keys.iter().map(|it| &it.product_id).collect();
        let all = products.iter().flat_map(|it| days.iter().map(|day| DayTable::of(self.layout, it, *day)));
        Ok(all.filter(|it| registered.contains(it.name())).collect())
    }

    /// Makes tables that are gone, though they are registered.
    async fn make_again(&self, tables: &BTreeSet<DayTable>) -> Result<(), Error> {
        limited("making day tables again", async {
            for table in tables {
                sqlx::query(table.create())
                    .execute(&self.pool)
                    .await
                    .map_err(Error::away("making a day table again"))?;
            }
            Ok(())
        })
        .await
    }
}

/// A replay is confirmed once; a finding is accepted once.
async fn is_ready(connection: &mut MySqlConnection, correction: &Correction) -> Result<bool, Error> {
    let away = Error::away("asking whether a correction may be made");
    let found: Option<i64> = match (&correction.reason, correction.keys.first()) {
        (CorrectionReason::Replay(replay), _) => {
            sqlx::query_scalar("SELECT id FROM replays WHERE id = ? AND state = 'ready' FOR UPDATE")
                .bind(replay)
                .fetch_optional(connection)
                .await
                .map_err(away)?
        }
        (CorrectionReason::Accepted(..), Some(key)) => sqlx::query_scalar(
            "SELECT audit_id FROM findings
             WHERE audit_id = ? AND warehouse_id = ? AND product_id = ? AND flag = 'F' FOR UPDATE",
        )
        .bind(correction.audit)
        .bind(key.warehouse_id.as_str())
        .bind(key.product_id.as_str())
        .fetch_optional(connection)
        .await
        .map_err(away)?,
        (CorrectionReason::Accepted(..), None) => None,
    };
    Ok(found.is_some())
}

/// What happens to which table. A row whose day was edited goes where it is and comes where it belongs.
fn changes<'a>(records: &Records, correction: &'a Correction) -> Result<BTreeMap<DayTable, Changes<'a>>, Error> {
    let mut changes: BTreeMap<DayTable, Changes<'a>> = BTreeMap::new();
    for bill in correction.bills.iter().filter(|it| it.kind.is_corrected()) {
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

async fn change_rows(
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
async fn register(
    connection: &mut MySqlConnection,
    changes: &BTreeMap<DayTable, Changes<'_>>,
    ids: &super::day_tables::TableIds,
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

/// Totals of tables and of their days become what the rows make.
async fn total_anew(
    connection: &mut MySqlConnection,
    layout: Layout,
    tables: &BTreeSet<DayTable>,
    ids: &super::day_tables::TableIds,
) -> Result<(), Error> {
    let away = Error::away("making totals anew");
    let mut script = Script::default();
    for table in tables {
        for product in products_in(connection, layout, table).await? {
            sqlx::query("DELETE FROM day_totals WHERE day = ? AND product_id = ?")
                .bind(table.day())
                .bind(product.as_str())
                .execute(&mut *connection)
                .await
                .map_err(&away)?;
        }
        if let Some(id) = ids.get(table) {
            script.total_anew(table, *id);
        }
    }
    if script.is_empty() {
        return Ok(());
    }
    sqlx::raw_sql(script.into_sql()).execute(connection).await.map(drop).map_err(away)
}

/// The products whose day a table holds.
async fn products_in(
    connection: &mut MySqlConnection,
    layout: Layout,
    table: &DayTable,
) -> Result<Vec<ProductId>, Error> {
    let away = Error::away("looking for the products of a day");
    let all: Vec<String> = sqlx::query_scalar("SELECT DISTINCT product_id FROM day_totals WHERE day = ?")
        .bind(table.day())
        .fetch_all(connection)
        .await
        .map_err(away)?;
    let products = all.iter().filter_map(|it| ProductId::try_from(it.as_str()).ok());
    Ok(products.filter(|it| DayTable::of(layout, it, table.day()) == *table).collect())
}

/// The findings are dealt with, by how much RRS was changed; the replay is confirmed; all of it on record.
async fn deal_with(
    connection: &mut MySqlConnection,
    correction: &Correction,
    before: &BTreeMap<StockKey, Book>,
    after: &BTreeMap<StockKey, Book>,
) -> Result<(), Error> {
    let away = Error::away("writing a correction down");
    let Correction { audit, who, .. } = correction;
    let (way, note) = match &correction.reason {
        CorrectionReason::Replay(replay) => (ResolveAs::Corrected, format!("corrected by replay {replay}")),
        CorrectionReason::Accepted(way, note) => (*way, note.clone()),
    };
    let mut deeds = Vec::new();
    for key in &correction.keys {
        let (before, after) =
            (before.get(key).copied().unwrap_or_default(), after.get(key).copied().unwrap_or_default());
        let change = after.less(before);
        sqlx::query(
            "UPDATE findings SET flag = 'T', resolution = ?, note = ?, resolved_by = ?, resolved_at = UTC_TIMESTAMP(3),
               corrected_stock = ?, corrected_in = ?, corrected_entries = ?
             WHERE audit_id = ? AND warehouse_id = ? AND product_id = ? AND flag = 'F'",
        )
        .bind(way.as_str())
        .bind(&note)
        .bind(who)
        .bind(change.stock)
        .bind(change.gross_in)
        .bind(change.entries)
        .bind(audit)
        .bind(key.warehouse_id.as_str())
        .bind(key.product_id.as_str())
        .execute(&mut *connection)
        .await
        .map_err(&away)?;
        deeds.push(Deed {
            who: who.clone(),
            action: format!("finding.{}", way.as_str()),
            subject: format!("audit {audit}, {} {}: {note}", key.warehouse_id, key.product_id),
            before: Some(before.stock.to_string()),
            after: Some(after.stock.to_string()),
        });
    }
    if let CorrectionReason::Replay(replay) = correction.reason {
        sqlx::query(
            "UPDATE replays SET state = 'corrected', confirmed_by = ?, confirmed_at = UTC_TIMESTAMP(3) WHERE id = ?",
        )
        .bind(who)
        .bind(replay)
        .execute(&mut *connection)
        .await
        .map_err(&away)?;
    }
    trail::remember_in(connection, &deeds).await.map_err(away)
}
